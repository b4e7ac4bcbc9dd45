"""Two halves: slopes along u and -u are opposite, and those without slope are one dimension short of all."""

from itertools import product

import numpy as np
import pytest
import scipy.linalg
from specimens import SMOOTH, derivative_along
from strategies import EPS, random_vectors

from steepest import directional_derivative, random_directions

LABEL = "downhill-half"
claim = pytest.mark.claim(LABEL)


@claim
@pytest.mark.parametrize("name", SMOOTH)
def test_half_of_all_directions_go_down(tried, name):
    """A direction has a negative slope exactly when many digits give its opposite a positive one, on every loss."""
    specimen = SMOOTH[name]
    for w, u in zip(random_vectors(82, 40, specimen.dim), random_directions(40, specimen.dim, seed=83), strict=True):
        slope, opposite = (
            directional_derivative(specimen.loss.gradient(w), u),
            derivative_along(specimen, w, -u, 1),
        )
        assert abs(opposite) > specimen.rounding(1, w, scale=np.abs(u).sum())
        tried((slope < 0) == (opposite > 0), specimen.dim)


@claim
@pytest.mark.parametrize(("dim", "reach"), [(1, 9), (2, 5), (3, 2), (4, 1)])
def test_as_many_down_as_up_among_all_whole_vectors(tried, dim, reach):
    """For every gradient of small whole numbers, as many whole vectors go down as up, and neither number is zero."""
    grid = np.array(list(product(range(-reach, reach + 1), repeat=dim)))
    gradients = grid[grid.any(axis=1)]
    slope = gradients @ grid.T
    # exact: whole numbers
    assert np.array_equal(directional_derivative(gradients[:, None].astype(float), grid.astype(float)), slope)
    down, up = (slope < 0).sum(axis=1), (slope > 0).sum(axis=1)
    tried((down == up) & (down > 0), dim)


@claim
@pytest.mark.parametrize("dim", [1, 2, 3, 10, 100])
def test_the_dividing_line_is_one_dimension_short(tried, dim):
    """The vectors without slope, found by a singular value decomposition, have d - 1 dimensions and stand across g."""
    for g in random_vectors(84, 20, dim):
        across = scipy.linalg.null_space(g[None]).T
        assert len(across) == dim - 1
        slope = directional_derivative(g, across) if dim > 1 else np.zeros(1)
        why = "an orthogonal factor and an inner product of d terms each round by at most 8 d eps and d eps"
        tried.within(slope, 9 * dim * EPS * np.linalg.norm(g), dim, why)


@pytest.mark.claim(LABEL, without="the gradient is not zero")
def test_at_a_zero_gradient_there_are_no_halves(tried):
    """Where the gradient is zero no direction has a slope, up or down: the dividing line is the whole space."""
    for dim in (1, 2, 3, 10):
        slope = directional_derivative(np.zeros(dim), random_directions(100, dim, seed=dim))
        tried(~(slope < 0) & ~(slope > 0), dim)
        assert scipy.linalg.null_space(np.zeros((1, dim))).shape[1] == dim
