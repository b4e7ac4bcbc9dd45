"""Steepest descent, small enough to read: directions, norms, Taylor models and the descent loop."""

from steepest.blocks import blocks
from steepest.descent import Path, conjugate_gradients, descend
from steepest.directions import angle, cosine, directional_derivative, steepest_direction
from steepest.ellipsoid import ellipsoid
from steepest.hulls import shortest_subgradient
from steepest.loss import Loss
from steepest.losses import bowl, kinked, logistic, quadratic, rosenbrock
from steepest.matrices import newton_schulz, schatten
from steepest.norms import L1, L2, LINF, Norm, lp
from steepest.polytope import polytope
from steepest.sphere import circle, random_directions
from steepest.steps import armijo, exact_line_search, fixed_length, learning_rate
from steepest.surfaces import SIMPLEX, SPHERE, Surface, stiefel
from steepest.taylor import along, curvature, first_order, largest_curvature, measured_order, second_order

__all__ = [
    "L1",
    "L2",
    "LINF",
    "SIMPLEX",
    "SPHERE",
    "Loss",
    "Norm",
    "Path",
    "Surface",
    "along",
    "angle",
    "armijo",
    "blocks",
    "bowl",
    "circle",
    "conjugate_gradients",
    "cosine",
    "curvature",
    "descend",
    "directional_derivative",
    "ellipsoid",
    "exact_line_search",
    "first_order",
    "fixed_length",
    "kinked",
    "largest_curvature",
    "learning_rate",
    "logistic",
    "lp",
    "measured_order",
    "newton_schulz",
    "polytope",
    "quadratic",
    "random_directions",
    "rosenbrock",
    "schatten",
    "second_order",
    "shortest_subgradient",
    "steepest_direction",
    "stiefel",
]
