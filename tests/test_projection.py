"""The projection onto the shares that the book's page prints, against a convex solver and SciPy."""

import re
from pathlib import Path

import cvxpy as cp
import numpy as np
import pytest
import scipy.optimize

PAGE = Path(__file__).parents[1] / "docs" / "norms" / "simplex.md"


@pytest.fixture
def project():
    """Return the function that the page defines."""
    source = re.search(r"^def project\(v\):\n(?: .*\n)+", PAGE.read_text(encoding="utf-8"), flags=re.M)
    names = {"np": np}
    exec(source[0], names)  # the book's own cell
    return names["project"]


@pytest.mark.parametrize("dim", [1, 2, 3, 8])
def test_projection_is_the_solvers(project, dim):
    """On 400 vectors, ties and zeros among them, Clarabel's nearest shares are the page's."""
    v = np.random.default_rng(430).integers(-4, 5, (400, dim)) / 4
    x = cp.Variable(v.shape, nonneg=True)
    problem = cp.Problem(cp.Minimize(cp.sum_squares(x - v)), [cp.sum(x, axis=1) == 1])
    exact = dict.fromkeys(("tol_gap_abs", "tol_gap_rel", "tol_feas"), 1e-11)
    total = problem.solve(solver=cp.CLARABEL, **exact)
    found = np.array([project(row) for row in v])
    assert np.abs(found.sum(axis=1) - 1).max() < 1e-14
    assert found.min() >= 0
    # A squared distance higher by e than the lowest is at most sqrt(e) from the nearest point.
    assert np.abs(found - x.value).max() < np.sqrt(1e-10 * (1 + total)) < 1e-3


@pytest.mark.parametrize("dim", [2, 5])
def test_projection_is_scipys(project, dim):
    """Nonnegative least squares with a heavy row for the sum gives the same shares."""
    heavy = 1e5
    for v in np.random.default_rng(431).standard_normal((100, dim)):
        a, b = np.vstack([np.eye(dim), np.full(dim, heavy)]), np.append(v, heavy)
        assert np.allclose(scipy.optimize.nnls(a, b)[0], project(v), rtol=0, atol=1e-8)
