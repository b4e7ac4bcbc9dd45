"""The book's pictures: one function each, from data to a `Picture`. Needs the extra ``figures`` (Matplotlib)."""

from steepest.figures._explorable import Explorable, Slider, Stage
from steepest.figures._picture import Picture
from steepest.figures.argument import balls, half_plane, rolling_ball
from steepest.figures.dimensions import random_cosines
from steepest.figures.explorations import change_ball, fall_by_angle, finite_ball, step_sizes, taylor_models
from steepest.figures.matrices import polar_iterations
from steepest.figures.norms import faces, race
from steepest.figures.trust import step_errors

__all__ = [
    "Explorable",
    "Picture",
    "Slider",
    "Stage",
    "balls",
    "change_ball",
    "faces",
    "fall_by_angle",
    "finite_ball",
    "half_plane",
    "polar_iterations",
    "race",
    "random_cosines",
    "rolling_ball",
    "step_errors",
    "step_sizes",
    "taylor_models",
]
