"""Convex programs, solved by Clarabel through CVXPY: what knows nothing of the closed forms."""

import cvxpy as cp
import numpy as np
from strategies import many_gradients

from steepest import directional_derivative, steepest_direction

EXACT = 1e-9
WHY = "Clarabel's 1e-9: of the sum of all the lowest slopes, whose gap one of them may hold alone, and of the ball"


def solve(goal, limits):
    """Minimize a sum of many slopes; the variables then hold where it is lowest."""
    options = dict.fromkeys(("tol_gap_abs", "tol_gap_rel", "tol_feas"), EXACT)
    cp.Problem(cp.Minimize(cp.sum(goal)), limits).solve(solver=cp.CLARABEL, **options)


def tolerances(slopes):
    """Return how far from each of the lowest slopes the solver may stop."""
    return EXACT * (1 + abs(slopes).sum() + abs(slopes))


def said(norm, g):
    """Return the lowest slope as the package says it twice: minus the dual norm, and along its step, at zero none."""
    some, slopes = g.any(axis=1), np.zeros(len(g))
    slopes[some] = directional_derivative(g[some], steepest_direction(g[some], norm))
    return np.stack([-norm.dual(g), slopes])


def lowest(seed, dim, sizes):
    """Return 1,200 gradients, and each one's lowest slope where all `sizes(u)` are at most one, `u` a row for each."""
    g = many_gradients(seed, dim)
    u = cp.Variable(g.shape)
    solve(cp.multiply(g, u), [size <= 1 for size in sizes(u)])
    return g, np.sum(g * u.value, axis=1)
