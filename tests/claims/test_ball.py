"""Change the ball: the lowest slope in any norm, all the steps that have it, and the fall that is sure."""

from fractions import Fraction
from itertools import product

import cvxpy as cp
import numpy as np
import pytest
import scipy.optimize
import scipy.sparse
from convex import WHY, lowest, said, tolerances
from norms_tried import DODECAHEDRON, HEXAGON
from strategies import EPS, many_gradients, random_vectors, whole_vectors

from steepest import L1, L2, LINF, blocks, circle, directional_derivative, lp, polytope, steepest_direction

claim = pytest.mark.claim
ANY, ALL, BLOCKS, FALL = "steepest-any-norm", "all-steepest", "steepest-blocks", "descent-any-norm"


def _signs(dim):
    return np.array(list(product((1.0, -1.0), repeat=dim)))


def _beside(first, second):
    """Return the sides of the product of two balls, given by their sides: blocks in the max norm."""
    a, b = np.zeros((len(first), second.shape[1])), np.zeros((len(second), first.shape[1]))
    return np.vstack([np.hstack([first, a]), np.hstack([b, second])])


def _plus(first, second):
    """Return the sides of the ball where the lengths add up: blocks in the sum."""
    return np.array([np.append(a, b) for a in first for b in second])


# Norms whose ball is where ``sides @ u <= 1``, with sides written down by hand, not those that the package finds.
BOX = np.vstack([np.eye(2), -np.eye(2)])
ROOF = np.array([[a, b, 0] for a in (0.5, -0.5) for b in (0.5, -0.5)])
FLAT = {
    "ℓ1": (lambda: L1, _signs(4)),
    "ℓ∞": (lambda: LINF, np.vstack([np.eye(4), -np.eye(4)])),
    "hexagon": (lambda: polytope(HEXAGON), np.vstack([[[0, 1], [0, -1]], _signs(2) / 2])),
    "dodecahedron": (lambda: polytope(DODECAHEDRON), np.vstack([np.roll(ROOF, k, axis=1) for k in range(3)])),
    "ℓ∞ of ℓ1 and ℓ∞": (lambda: blocks([L1, LINF], [2, 2], np.inf), _beside(_signs(2), BOX)),
    "ℓ1 of ℓ∞ and ℓ1": (lambda: blocks([LINF, L1], [2, 2], 1), _plus(BOX, _signs(2))),
}
flat = pytest.mark.parametrize("name", FLAT)
# The dual norms of blocks, by hand, of the sizes of the components in each.
DUALS = {
    "ℓ∞ of ℓ1 and ℓ∞": lambda a, b: max(a) + sum(b),
    "ℓ1 of ℓ∞ and ℓ1": lambda a, b: max(sum(a), max(b)),
}
# Norms with a round ball, each again for CVXPY: what is at most one in the ball, a row of u for each gradient.
ROUND = {
    "ℓ1.5": (lambda: lp(1.5), 4, lambda u: [cp.sum(cp.power(cp.abs(u), 1.5), axis=1)]),
    "ℓ1.1": (lambda: lp(1.1), 4, lambda u: [cp.sum(cp.power(cp.abs(u), 1.1), axis=1)]),
    "ℓ2": (lambda: L2, 4, lambda u: [cp.norm(u, 2, axis=1)]),
    "ℓ8": (lambda: lp(8), 4, lambda u: [cp.sum(cp.power(cp.abs(u), 8), axis=1)]),
    "ℓ3": (lambda: lp(3), 4, lambda u: [cp.sum(cp.power(cp.abs(u), 3), axis=1)]),
    "ℓ1 of ℓ2, ℓ1 and ℓ∞": (
        lambda: blocks([L2, L1, LINF], [2, 2, 2], 1),
        6,
        lambda u: [cp.norm(u[:, :2], 2, axis=1) + cp.norm(u[:, 2:4], 1, axis=1) + cp.norm(u[:, 4:], "inf", axis=1)],
    ),
    "ℓ2 of ℓ1 and ℓ2": (
        lambda: blocks([L1, L2], [2, 2], 2),
        4,
        lambda u: [cp.square(cp.norm(u[:, :2], 1, axis=1)) + cp.sum(cp.square(u[:, 2:]), axis=1)],
    ),
    "ℓ3 of ℓ2 and the hexagon": (
        lambda: blocks([L2, polytope(HEXAGON)], [2, 2], 3),
        4,
        lambda u: [
            cp.power(cp.norm(u[:, :2], 2, axis=1), 3)
            + cp.power(cp.maximum(cp.abs(u[:, 3]), (cp.abs(u[:, 2]) + cp.abs(u[:, 3])) / 2), 3)
        ],
    ),
    "ℓ2 of (ℓ1 of ℓ2 and ℓ∞) and ℓ1": (
        lambda: blocks([blocks([L2, LINF], [2, 2], 1), L1], [4, 2], 2),
        6,
        lambda u: [
            cp.square(cp.norm(u[:, :2], 2, axis=1) + cp.norm(u[:, 2:4], "inf", axis=1))
            + cp.square(cp.norm(u[:, 4:], 1, axis=1))
        ],
    ),
    "ℓ∞ of ℓ2 and ℓ3": (
        lambda: blocks([L2, lp(3)], [3, 2], np.inf),
        5,
        lambda u: [cp.norm(u[:, :3], 2, axis=1), cp.sum(cp.power(cp.abs(u[:, 3:]), 3), axis=1)],
    ),
}


def _highest(sides, goals, on=None, value=None):
    """Return where HiGHS finds each goal highest on the ball, all in one program; or only where ``on @ s == value``."""
    count, dim = goals.shape
    every = scipy.sparse.kron(scipy.sparse.eye(count), sides, format="csr")
    rows = {"A_ub": every, "b_ub": np.ones(every.shape[0])}
    if on is not None:
        blocks_of_one = [scipy.sparse.coo_array(row) for row in on[:, None, :]]
        rows |= {"A_eq": scipy.sparse.block_diag(blocks_of_one, format="csr"), "b_eq": value}
    exact = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
    return scipy.optimize.linprog(-goals.ravel(), bounds=(None, None), options=exact, **rows).x.reshape(count, dim)


@claim(ANY)
@flat
def test_linear_programs_find_minus_the_dual_norm(tried, name):
    """HiGHS, given the sides of a ball, finds the lowest slope that the package says, ties and zeros included."""
    assert len(FLAT) + len(ROUND) == 16  # as the page says
    make, sides = FLAT[name]
    g, dim = many_gradients(300, sides.shape[1]), sides.shape[1]
    slopes = np.sum(g * -_highest(sides, g), axis=1)
    why = "HiGHS's 1e-10 on sides and multipliers: that share of the dual norm, and of d components of at most 2"
    tolerance = 1e-10 * (make().dual(g) + 2 * dim)
    tried.within(slopes - said(make(), g), tolerance, dim, why=why)


@claim(ANY)
@pytest.mark.parametrize("name", ROUND)
def test_a_convex_solver_finds_minus_the_dual_norm(tried, name):
    """Clarabel, given the ball through CVXPY, finds the lowest slope that the package says, ties and zeros included."""
    make, dim, sizes = ROUND[name]
    g, slopes = lowest(301, dim, sizes)
    tolerance = tolerances(slopes)
    tried.within(slopes - said(make(), g), tolerance, dim, why=WHY)
    steps = cp.Constant(steepest_direction(g[g.any(axis=1)], make()))
    tried(np.array([size.value for size in sizes(steps)]) <= 1 + (2 * dim + 40) * EPS, dim)


@claim(ANY)
@flat
def test_the_plane_through_the_step_supports_the_ball(tried, name):
    """The step keeps within the sides of the ball and touches one, and no vertex of the ball lies beyond its plane."""
    make, sides = FLAT[name]
    dim, norm = sides.shape[1], make()
    vertices = np.unique(_highest(sides, random_vectors(302, 600, dim)).round(6), axis=0)  # they are whole numbers
    assert np.array_equal(vertices, vertices.round())
    g = many_gradients(303, dim)[200:700]
    g = g[g.any(axis=1)]
    u = steepest_direction(g, norm)
    slopes = np.sum(u * g, axis=1)
    tried((u @ sides.T).max(axis=1) == 1, dim)  # exact: halves of small whole numbers, like all that follows
    tried((g @ vertices.T).min(axis=1) >= slopes, dim)
    tried(slopes == -norm.dual(g), dim)


@claim(ANY, without="lengths are measured by a norm")
def test_without_a_norm_there_is_no_lowest_slope_or_no_convex_set(tried):
    """If only the first weight counts, slopes have no bound; with the power 1/2 two steps tie, their middle is out."""
    t = np.geomspace(1, 1e100, 200)
    free = np.stack([0 * t, -t], -1)
    tried((abs(free[:, 0]) <= 1) & (free @ [1.0, 1.0] <= -t), 2)
    around = circle(np.arange(0, 360, 0.1))
    ball = around / np.sum(abs(around) ** 0.5, axis=1, keepdims=True) ** 2
    for n in range(1, 50):
        ends = np.array([[-1.0, 0.0], [0.0, -1.0]])
        size = np.sum(abs(ends.mean(axis=0)) ** 0.5) ** 2
        tried(bool(np.all(ends @ [n, n] == -n) and np.all(ball @ [n, n] >= -n * (1 + 16 * EPS)) and size > 1.9), 2)


@claim(ANY, without="u is no longer than one")
def test_longer_steps_have_lower_slopes_in_any_norm(tried):
    """Twice the steepest step has twice its slope, below minus the dual norm."""
    for make, sides in FLAT.values():
        g = random_vectors(304, 100, sides.shape[1])
        tried(directional_derivative(g, 2 * steepest_direction(g, make())) < -make().dual(g), sides.shape[1])


@claim(ANY, without="for u of length one, the gradient is not zero")
def test_at_a_zero_gradient_no_step_at_all_is_as_good(tried):
    """At a zero gradient the step zero, of length zero, has the lowest slope as well."""
    for make, sides in FLAT.values():
        zero = np.zeros(sides.shape[1])
        tried(bool(make()(zero) == 0 and zero @ zero == -make().dual(zero)), sides.shape[1])


@claim(ALL)
@flat
def test_linear_programs_over_the_face_agree(tried, name):
    """Over all s that attain the dual norm HiGHS finds no better one for a second vector than the package does."""
    make, sides = FLAT[name]
    dim, norm, rng = sides.shape[1], make(), np.random.default_rng(305)
    g = rng.integers(-1, 2, (1500, dim)).astype(float)
    then = rng.integers(-9, 10, g.shape).astype(float)
    g, then = np.split(np.unique(np.hstack([g, then])[g.any(axis=1)], axis=0), 2, axis=1)
    best = _highest(sides, then, on=g, value=norm.dual(g))
    step = norm.aligned(g, then)
    assert len(g) >= 1000
    tried((step @ sides.T).max(axis=1) <= 1, dim)
    tried(np.sum(g * step, axis=1) == norm.dual(g), dim)
    # Vertices are whole, so slopes differ by one at least: the plane's multiplier is at most twice the goal.
    goal = norm.dual(then)
    why = "HiGHS's 1e-10 on sides, plane and multipliers: their sum, and d components of at most 2"
    tolerance = 1e-10 * ((1 + 2 * norm.dual(g)) * goal + 2 * goal + 2 * dim)
    tried.within(np.sum(then * (best - step), axis=1), tolerance, dim, why=why)


@claim(ALL)
@pytest.mark.parametrize("vertices", [HEXAGON, DODECAHEDRON], ids=["hexagon", "dodecahedron"])
def test_linear_programs_make_vectors_of_the_least_weight_of_vertices(tried, vertices):
    """A vector is as long as the least sum of weights with which vertices add up to it, as HiGHS finds it."""
    count, dim = vertices.shape
    x = many_gradients(317, dim)
    equal = scipy.sparse.kron(scipy.sparse.eye(len(x)), vertices.T, format="csr")
    exact = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
    weights = scipy.optimize.linprog(np.ones(len(x) * count), A_eq=equal, b_eq=x.ravel(), options=exact).x
    length = polytope(vertices)(x)
    why = "HiGHS's 1e-10 on sums and multipliers: d components, each of at most length one, and n weights"
    tried.within(weights.reshape(-1, count).sum(axis=1) - length, 1e-10 * (dim + count + length), dim, why=why)


@claim(ALL)
@pytest.mark.parametrize("p", [1.2, 1.5, 2.0, 3.0, 6.0])
def test_one_step_alone_is_steepest_between_the_ends(tried, p):
    """Around the ball of ℓp a step loses what uniform convexity says, by its distance from the one named, or more."""
    around = circle(np.arange(0, 360, 0.1))
    ball = around / np.sum(abs(around) ** p, axis=1, keepdims=True) ** (1 / p)
    g, q = whole_vectors(np.random.default_rng(306), 2), p / (p - 1)
    dual = np.sum(abs(g) ** q, axis=1, keepdims=True) ** (1 / q)
    step = np.sign(g) * (abs(g) / dual) ** (q - 1)
    why = "8 (p + q + 4) eps: two powers, their sum and its root, written out another way"
    tried.within(lp(p).aligned(g) - step, 8 * (p + q + 4) * EPS, 2, why=why)
    apart = np.sum(abs(step[:, None] - ball) ** p, axis=-1) ** (1 / p) / 2
    # Clarkson's inequality for p >= 2; below, that of Ball, Carlen and Lieb.
    least = 2 / p * apart**p if p >= 2 else (p - 1) * apart**2
    tried(1 - g @ ball.T / dual >= least - 8 * (p + q + 4) * EPS, 2)


@claim(ALL)
def test_every_step_named_attains_the_dual_norm(tried):
    """In fractions: every step of the sets named for ℓ1, ℓ∞ and a hexagon has length one and raises the model so."""
    rng = np.random.default_rng(313)
    for _ in range(400):
        g = [int(c) for c in rng.integers(-2, 3, 4)]
        if not any(g):
            continue
        shares = [Fraction(int(c)) for c in rng.integers(1, 10, 4)]
        signs, most = [(c > 0) - (c < 0) for c in g], max(map(abs, g))
        weights = [a if abs(c) == most else Fraction(0) for a, c in zip(shares, g, strict=True)]
        one = [a * c / sum(weights) for a, c in zip(weights, signs, strict=True)]
        tried(sum(map(abs, one)) == 1 and sum(a * c for a, c in zip(one, g, strict=True)) == L1.dual(g), 4)
        every = [Fraction(c) if c else a / 5 - 1 for a, c in zip(shares, signs, strict=True)]
        tried(max(map(abs, every)) == 1 and sum(a * c for a, c in zip(every, g, strict=True)) == LINF.dual(g), 4)
    norm = polytope(HEXAGON)
    for g in ([1, 1], [0, 2], [-1, 1], [-3, -3], [2, 1]):
        best = [v for v in HEXAGON.tolist() if np.dot(v, g) == max(HEXAGON @ g)]
        for n in range(9):
            x, y = (Fraction(n * a + (8 - n) * b, 8) for a, b in zip(best[0], best[-1], strict=True))
            tried(max(abs(y), (abs(x) + abs(y)) / 2) == 1 and x * g[0] + y * g[1] == norm.dual(g), 2)


@claim(BLOCKS)
@pytest.mark.parametrize("name", DUALS)
def test_linear_programs_find_the_dual_norm_of_blocks(tried, name):
    """The dual norm is that of the blocks' dual norms, as HiGHS finds it from the sides of the ball of blocks."""
    make, sides = FLAT[name]
    g = whole_vectors(np.random.default_rng(314), 4)
    known = np.array([DUALS[name](a[:2], a[2:]) for a in abs(g)])
    tried(make().dual(g) == known, 4)
    why = "HiGHS's 1e-10 on sides and multipliers: that share of the dual norm, and of d components of at most 2"
    tried.within(np.sum(g * _highest(sides, g), axis=1) - known, 1e-10 * (known + 8), 4, why=why)


@claim(BLOCKS)
def test_round_blocks_share_what_the_outer_norm_lets_them(tried):
    """Blocks with equal lengths, 3-4-5, tie in the sum; a block without gradient is free in the largest length."""
    turns = circle(np.arange(0, 360, 0.5))
    for a, b in product(([3, 4], [4, -3], [0, 5], [-5, 0]), repeat=2):
        g, pair = np.array([*a, *b], float), blocks([L2, L2], [2, 2], 1)
        ends = np.array([[*a, 0, 0], [0, 0, *b]]) / 5
        for then in random_vectors(307, 20, 4):
            # The goal is linear in the share t of the first block: highest at an end of the segment.
            best = (ends @ then).max()
            tried(bool(abs(pair.aligned(g, then) @ then - best) <= 16 * EPS * L2(then)), 4)
        free, g0 = blocks([L2, L2], [2, 2], np.inf), np.array([*a, 0, 0], float)
        for then in random_vectors(308, 20, 4):
            step = free.aligned(g0, then)
            tried(bool(step[2:] @ then[2:] >= (turns @ then[2:]).max() - 16 * EPS * L2(then)), 4)
            tried(abs(step[:2] - ends[0][:2]) <= 4 * EPS, 4)


@claim(BLOCKS)
def test_between_the_ends_blocks_have_fixed_lengths_and_free_faces(tried):
    """For r = (3, 4) in ℓ2 the lengths are 3/5 and 4/5; within the ℓ1 block each average of two steps is steepest."""
    norm = blocks([L1, L2], [2, 2], 2)
    for a, b, back in product((1, -1), (1, -1), (1, -1)):
        g = np.array([3.0 * a, 3.0 * b, 2.4, 3.2 * back])  # of dual norms 3 and 4
        tried(bool(abs(norm.dual(g) - 5) <= 32 * EPS), 4)
        for share in np.linspace(0, 1, 9):
            s = np.array([0.6 * share * a, 0.6 * (1 - share) * b, 0.48, 0.64 * back])
            size = np.hypot(abs(s[0]) + abs(s[1]), np.hypot(s[2], s[3]))
            tried(bool(abs(size - 1) <= 16 * EPS and abs(s @ g - 5) <= 32 * EPS), 4)
        for then in random_vectors(315, 20, 4):
            first = [0.6 * a, 0] if a * then[0] > b * then[1] else [0, 0.6 * b]
            tried(abs(norm.aligned(g, then) - [*first, 0.48, 0.64 * back]) <= 32 * EPS, 4)


@claim(BLOCKS, without="the gradient is not zero")
def test_at_a_zero_gradient_shorter_blocks_attain_as_well(tried):
    """At a zero gradient steps of any lengths attain the dual norm of blocks, though in ℓ2 one t would be named."""
    norm = blocks([L2, L1], [2, 2], 2)
    for t in np.linspace(0, 1, 50):
        s = np.array([t, 0, 0, 0])
        tried(bool(s @ np.zeros(4) == norm.dual(np.zeros(4))), 4)


@claim(BLOCKS, without="s is no longer than one")
def test_longer_steps_in_blocks_raise_the_model_more(tried):
    """A step of length two along the one named raises the model by twice the dual norm."""
    for p in (1, 1.5, np.inf):
        norm, g = blocks([L2, L1], [2, 2], p), random_vectors(316, 100, 4)
        tried(directional_derivative(g, 2 * norm.aligned(g)) > 1.9 * norm.dual(g), 4)


@claim(ALL, without="the gradient is not zero")
def test_at_a_zero_gradient_every_step_attains(tried):
    """At a zero gradient all steps of the ball attain the dual norm, not one."""
    for p in (1.5, 2.0, 3.0):
        s = random_vectors(309, 100, 3)
        s /= 2 * np.sum(abs(s) ** p, axis=1, keepdims=True) ** (1 / p)
        tried(s @ np.zeros(3) == lp(p).dual(np.zeros(3)), 3)


@claim(ALL, without="s is no longer than one in the norm at hand")
def test_longer_steps_raise_the_model_more(tried):
    """A step of length two along the one named raises the model by twice the dual norm."""
    for norm in (L1, lp(1.5), L2, lp(3), LINF):
        g = random_vectors(310, 100, 3)
        tried(directional_derivative(g, 2 * norm.aligned(g)) > 1.9 * norm.dual(g), 3)


@claim(ALL, without="for ℓp, p is above 1 and finite")
def test_at_the_ends_more_than_one_step_attains(tried):
    """For g = (n, 0) all (1, t) attain in ℓ∞; for g = (n, n) all (t, 1 - t) in ℓ1."""
    for n, t in product(range(1, 20), (Fraction(k, 16) for k in range(17))):
        tried(max(1, t) == 1 and n * 1 + 0 * t == n, 2)
        tried(t + (1 - t) == 1 and n * t + n * (1 - t) == n, 2)


@claim(ALL, without="for the polytope, it is the unit ball of a norm")
def test_a_triangle_has_another_lowest_slope(tried):
    """Over a triangle the lowest slope is not minus the highest, and the package refuses it as a ball."""
    corners = np.array([[2.0, 0.0], [-1.0, 1.0], [-1.0, -1.0]])
    g = np.array([[n, 0.0] for n in range(1, 50)])
    tried((g @ corners.T).min(axis=1) > -(g @ corners.T).max(axis=1), 2)
    with pytest.raises(ValueError, match="without its opposite"):
        polytope(corners)


@claim(BLOCKS, without="p is at least 1")
def test_with_the_power_one_half_the_formula_is_beaten(tried):
    """With p = 1/2 the shares of the formula, 1/4 and 1/4, have size one, but one block alone raises the model more."""
    for n in 2.0 ** np.arange(50):
        q, r = -1.0, np.array([n, n], float)
        shares = (r / np.sum(r**q) ** (1 / q)) ** (q - 1)
        tried(bool(np.sum(shares**0.5) ** 2 == 1 and shares @ r == n / 2 < r[0]), 2)


def _hill(c, w):
    """Return the sum of ``c * log(cosh(w))``; its second derivatives are between zero and `c`."""
    return np.sum(c * (np.logaddexp(w, -w) - np.log(2)), axis=-1)


@claim(FALL)
def test_the_loss_falls_as_much_as_is_sure(tried):
    """On a smooth bowl, in eight norms, no step up to twice the best length leaves more than the lemma allows."""
    rng = np.random.default_rng(311)
    cases = {
        4: (
            (L1, lambda c: c.max()),
            (L2, lambda c: c.max()),
            (lp(1.5), lambda c: c.max()),
            (lp(3), lambda c: np.sum(c**3) ** (1 / 3)),  # Hölder with 3 and 3/2
            (LINF, lambda c: c.sum()),
            (blocks([L2, L1], [2, 2], np.inf), lambda c: c[:2].max() + c[2:].max()),
            (blocks([L2, LINF], [2, 2], 1), lambda c: max(c[:2].max(), c[2:].sum())),
        ),
        2: ((polytope(HEXAGON), lambda c: (HEXAGON**2 @ c).max()),),
    }
    why = "(2 d + 12) eps of what is added: a logarithm for each weight, and the step times the slope"
    for dim, norms in cases.items():
        for norm, most in norms:
            for _ in range(60):
                c, w = rng.uniform(0.1, 5, dim), 2 * rng.standard_normal(dim)
                g, lam = c * np.tanh(w), most(c)
                dual, eta = norm.dual(g), np.linspace(0.02, 2, 40)[:, None] * norm.dual(g) / lam
                left = _hill(c, w + eta * steepest_direction(g, norm))
                bound = _hill(c, w) - eta[:, 0] * dual + lam * eta[:, 0] ** 2 / 2
                rounding = (2 * dim + 12) * EPS * (np.sum(c * (1 + abs(w))) + eta[:, 0] * dual)
                tried.within(np.maximum(left - bound, 0), rounding, dim, why=why)
                best = _hill(c, w + dual / lam * steepest_direction(g, norm))
                above = max(best - _hill(c, w) + dual**2 / (2 * lam), 0.0)
                tried.within(above, rounding.max(), dim, why=why)


@claim(FALL)
def test_the_fall_is_exact_on_quadratics(tried):
    """In fractions: by signs the fall is what the lemma allows, to the last digit; by coordinates it is no less."""
    rng = np.random.default_rng(312)
    for _ in range(300):
        h, w = ([Fraction(int(n)) for n in rng.integers(1, 9, 5)] for _ in range(2))
        g = [a * b for a, b in zip(h, w, strict=True)]
        eta = Fraction(int(rng.integers(1, 9)), 8)

        def value(w, h=h):
            return sum(a * b * b for a, b in zip(h, w, strict=True)) / 2

        signs = value([b - eta for b in w])
        tried(signs == value(w) - eta * sum(g) + sum(h) * eta**2 / 2, 5)
        k = g.index(max(g))
        one = value([b - eta * (i == k) for i, b in enumerate(w)])
        tried(one <= value(w) - eta * max(g) + max(h) * eta**2 / 2, 5)


@claim(FALL, without="u is a steepest step in the norm")
def test_the_rescaled_gradient_falls_less(tried):
    """On the plane loss (3, -4, 1) @ w rescaling by the max norm gives 6.5 of the 8 that the lemma promises."""
    g = np.array([3.0, -4.0, 1.0])
    for eta in np.geomspace(1e-6, 1, 100):
        tried(bool(eta * (g @ (-g / 4)) > -8 * eta + eta**2 / 2), 3)


@claim(FALL, without="the step is positive")
def test_a_step_backward_may_meet_more_curvature(tried):
    """On w**2 / 2 at w = 1, with no curvature known behind, a step of -1 climbs to 2, above the 1.75 of λ = 1/2."""
    for lam in np.linspace(0.01, 0.99, 99):
        tried(bool(0.5 + 1 + lam / 2 < 2.0), 1)


@claim(FALL, without="the loss is twice differentiable on the segment")
def test_a_kink_on_the_way_breaks_the_bound(tried):
    """The loss abs(w) has the curvature zero wherever it has one, but beyond its kink it rises again."""
    for eta in np.linspace(2.1, 4, 50):
        tried(bool(abs(1 - eta) > 1 - eta + 0.1 * eta**2 / 2), 1)


@claim(FALL, without="the curvature along u is at most λ on the segment, with λ > 0")
def test_too_small_a_curvature_promises_too_much(tried):
    """On 2 w**2, of curvature 4, λ = 1 promises a fall from 1 to -3, where the loss is nine times as high."""
    for lam in np.linspace(0.5, 1.5, 50):
        eta = 4 / lam
        tried(bool(2 * (1 - eta) ** 2 > 2 - eta * 4 + lam * eta**2 / 2 and 2 * (1 - eta) ** 2 > 2), 1)


@claim(FALL, without="for the fall, the gradient is not zero")
def test_at_the_bottom_no_step_falls(tried):
    """At the bottom of a bowl every step of any length, in any norm, climbs."""
    for u in (*np.eye(3), np.ones(3), circle(30, [1, 0, 0], [0, 1, 0])):
        tried(np.array([eta**2 * (u @ u) / 2 > 0 for eta in np.geomspace(1e-6, 1, 50)]), 3)
