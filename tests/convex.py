"""Convex programs, solved by Clarabel through CVXPY: what knows nothing of the closed forms."""

import cvxpy as cp
import numpy as np
from strategies import many_gradients

from steepest import directional_derivative, steepest_direction

EXACT = 1e-9
OPTIONS = {"solver": cp.CLARABEL} | dict.fromkeys(("tol_gap_abs", "tol_gap_rel", "tol_feas"), EXACT)
PART = 25
WHY = "Clarabel's 1e-9: of the sum of all the lowest slopes, whose gap one of them may hold alone, and of the ball"


def solve(goal, limits):
    """Minimize a sum of many slopes; the variables then hold where it is lowest."""
    cp.Problem(cp.Minimize(cp.sum(goal)), limits).solve(**OPTIONS)


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


def lowest_in_parts(g, limits):
    """Return each gradient's lowest slope where `limits(u)` hold, and its tolerance: 25 at a time, in one program."""
    u, given = (kind((PART, g.shape[1])) for kind in (cp.Variable, cp.Parameter))
    every = [limit for row in range(PART) for limit in limits(u[row])]
    program, slopes = cp.Problem(cp.Minimize(cp.sum(cp.multiply(given, u))), every), []
    for given.value in g.reshape(-1, PART, g.shape[1]):
        program.solve(**OPTIONS)
        slopes.append(np.sum(given.value * u.value, axis=1))
    return np.concatenate(slopes), np.concatenate([tolerances(part) for part in slopes])
