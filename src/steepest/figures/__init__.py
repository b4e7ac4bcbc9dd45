"""The book's pictures: one function each, from data to a `Picture`. Needs the extra ``figures`` (Matplotlib)."""

from steepest.figures._explorable import Explorable, Slider, Stage
from steepest.figures._picture import Picture
from steepest.figures.argument import balls, half_plane, rolling_ball
from steepest.figures.dimensions import random_cosines
from steepest.figures.ellipses import equal_divergence, two_coordinates
from steepest.figures.explorations import change_ball, fall_by_angle, finite_ball, step_sizes, taylor_models
from steepest.figures.frames import retraction_errors
from steepest.figures.kinks import saddle_ways, stalled
from steepest.figures.matrices import polar_iterations
from steepest.figures.momentum import heavy_ball_map
from steepest.figures.norms import faces, race
from steepest.figures.simplex import share_paths
from steepest.figures.surfaces import sphere_descent, ways_back
from steepest.figures.trust import loss_by_step, step_errors, valley_paths

__all__ = [
    "Explorable",
    "Picture",
    "Slider",
    "Stage",
    "balls",
    "change_ball",
    "equal_divergence",
    "faces",
    "fall_by_angle",
    "finite_ball",
    "half_plane",
    "heavy_ball_map",
    "loss_by_step",
    "polar_iterations",
    "race",
    "random_cosines",
    "retraction_errors",
    "rolling_ball",
    "saddle_ways",
    "share_paths",
    "sphere_descent",
    "stalled",
    "step_errors",
    "step_sizes",
    "taylor_models",
    "two_coordinates",
    "valley_paths",
    "ways_back",
]
