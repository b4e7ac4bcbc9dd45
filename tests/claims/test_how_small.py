"""How small is small: rates that are sure to go down, the best step on a line, and steps too small to measure with."""

from fractions import Fraction

import numpy as np
import pytest
import scipy.optimize
from specimens import SMOOTH, derivative_along
from strategies import EPS, random_vectors

from steepest import L2, Loss, armijo, descend, exact_line_search, learning_rate, quadratic

descent = pytest.mark.claim("descent-lemma")
line_search = pytest.mark.claim("exact-line-search")
backtracking = pytest.mark.claim("armijo-halvings")
difference = pytest.mark.claim("forward-difference")
ROUNDING = "the rounding of two losses, and of a slope times a step"
ARMIJO = {f"c = {share}": Fraction(share) for share in ("1/10", "1/2", "9/10")}


def _quadratics(dim, count=200):
    """Draw spectra and points in whole numbers where the gradient is not zero; yield them with g and g @ g."""
    rng = np.random.default_rng(dim)
    for _ in range(count):
        spectrum, w = ([int(x) for x in rng.integers(-5, 9, dim)] for _ in range(2))
        g = [s * x for s, x in zip(spectrum, w, strict=True)]
        if square := sum(x * x for x in g):
            yield spectrum, w, g, square


def _value(spectrum, w):
    """Return the loss of a quadratic without rounding."""
    return sum(Fraction(s) * x * x for s, x in zip(spectrum, w, strict=True)) / 2


def _moved(w, eta, u):
    """Return the point after a step without rounding."""
    return [x + eta * y for x, y in zip(w, u, strict=True)]


def _reach(specimen, w, g, alpha):
    """Return a size that bounds the components of the segment, and the bound on the curvatures there."""
    reach = float((np.abs(w) + alpha * np.abs(g)).max())
    return reach, specimen.bounds(reach)[0]


@descent
@pytest.mark.parametrize("name", SMOOTH)
def test_the_loss_falls_by_what_the_lemma_says(tried, name):
    """Where bounds on the second derivatives are known, the loss falls as far as the lemma says, at every rate."""
    specimen, sharp = SMOOTH[name], 0
    loss = specimen.loss
    for w in random_vectors(180, 60, specimen.dim):
        g, alpha = loss.gradient(w), 1.0
        for _ in range(60):  # a rate whose segment has a bound that makes it one over that bound, or shorter
            reach, most = _reach(specimen, w, g, alpha)
            if alpha * most <= 2:
                break
            alpha /= 2
        for rate in alpha * np.array([1.0, 0.75, 0.5, 0.1]):
            before, after = descend(loss, w, learning_rate(rate), 1).values
            sure = rate * (1 - rate * most / 2) * float(g @ g)
            rounding = 4 * specimen.rounding(0, np.append(w, reach))
            tried.within(max(after - before + sure, 0.0), rounding, specimen.dim, ROUNDING)
            sharp += sure > 8 * rounding and after < before
    assert sharp >= 100


@descent
@pytest.mark.parametrize("dim", [1, 2, 5, 10])
def test_the_lemma_is_exact_on_quadratics(tried, dim):
    """With the curvature along g the fall is the lemma's, with more than it the fall is larger, in fractions."""
    for spectrum, w, g, square in _quadratics(dim, 100):
        bend = Fraction(sum(s * x * x for s, x in zip(spectrum, g, strict=True)), square)
        for rate in (Fraction(n, 16) for n in (1, 3, 8, 15, 40)):
            fall = _value(spectrum, w) - _value(spectrum, _moved(w, -rate, g))
            tried(fall == rate * (1 - rate * bend / 2) * square, dim)
            most = max(bend, Fraction(0)) + Fraction(1, 3)
            tried(fall >= rate * (1 - rate * most / 2) * square, dim)
            tried(fall > 0 or rate >= 2 / most, dim)
            best = _value(spectrum, w) - _value(spectrum, _moved(w, -1 / most, g))
            tried(best >= square / (2 * most), dim)


KINK = [(abs, Fraction(rate, 10), Fraction(1, 10)) for rate in range(21, 100)]


@pytest.mark.claim("descent-lemma", without="the loss is twice continuously differentiable around the segment")
def test_across_a_kink_the_loss_rises_at_rates_below_the_limit(tried):
    """On the absolute value, whose curvature is 0 wherever it exists, long steps from 1 rise, with λ = 1/10."""
    for loss, rate, most in KINK:
        assert rate < 2 / most
        tried(loss(1 - rate) > loss(Fraction(1)), 1)


@pytest.mark.claim("descent-lemma", without="the curvature along g is at most λ on the segment, with λ > 0")
def test_a_curvature_that_grows_on_the_way_breaks_the_lemma(tried):
    """On ``w**4 / 4 - w`` from 0 the curvature is 0 at the start; for λ = 1/10, rates between 1.6 and 20 rise."""
    for rate in (Fraction(n, 10) for n in range(16, 200)):
        assert rate < 2 / Fraction(1, 10)
        tried(rate**4 / 4 - rate > 0, 1)


@pytest.mark.claim("descent-lemma", without="the rate is positive")
def test_negative_rates_rise(tried):
    """Negative rates are below 2 / λ, and raise a bowl."""
    for rate in (Fraction(-1, n) for n in range(1, 100)):
        tried(_value([1, 4], _moved([1, 1], -rate, [1, 4])) > _value([1, 4], [1, 1]), 2)


@pytest.mark.claim("descent-lemma", without="for the fall, the gradient is not zero")
def test_where_the_gradient_is_zero_nothing_falls(tried):
    """At the top of a hill, a zero gradient, no rate lowers the loss."""
    hill = quadratic([-1.0, -4.0])
    for rate in 2.0 ** np.arange(-30, 30):
        tried(not hill(np.zeros(2) - rate * hill.gradient(np.zeros(2))) < hill(np.zeros(2)), 2)


@line_search
@pytest.mark.parametrize("dim", [1, 2, 5, 10])
def test_no_step_beats_the_exact_one(tried, dim):
    """Along any downhill direction no other step ends as low, and the fall is as claimed, in fractions."""
    rng = np.random.default_rng(100 + dim)
    for spectrum, w, g, _ in _quadratics(dim, 100):
        u = [int(x) for x in rng.integers(-5, 6, dim)]
        slope = sum(x * y for x, y in zip(u, g, strict=True))
        u, slope = ([-x for x in u], -slope) if slope > 0 else (u, slope)
        bend = sum(s * x * x for s, x in zip(spectrum, u, strict=True))
        if bend <= 0:
            continue
        best = Fraction(-slope, bend)
        lowest = _value(spectrum, _moved(w, best, u))
        tried(lowest == _value(spectrum, w) - Fraction(slope**2, 2 * bend), dim)
        for eta in (Fraction(n, 8) for n in range(40)):
            tried(_value(spectrum, _moved(w, eta, u)) > lowest or eta == best, dim)


@line_search
@pytest.mark.parametrize("dim", [1, 2, 5, 10])
def test_scipy_finds_the_step_and_the_fall(tried, dim):
    """Against the gradient, Brent's search ends at the rule's step, and the fall is norm(g)**4 / (2 g @ H @ g)."""
    rng = np.random.default_rng(200 + dim)
    spectrum = rng.uniform(0.5, 4.0, dim)
    loss = quadratic(spectrum)
    for w in random_vectors(201, 20, dim):
        g = spectrum * w
        u, bend = -g / np.sqrt(g @ g), float(g @ (spectrum * g))
        eta = exact_line_search()(loss, w, g, u)
        found = scipy.optimize.minimize_scalar(lambda t, w=w, u=u: float((spectrum * (w + t * u) ** 2).sum()) / 2)
        why = "rounding; Brent's search sees no fall below the rounding of the loss, a square root of eps in the step"
        size = float((spectrum * (np.abs(w) + eta) ** 2).sum()) / 2
        blind = np.sqrt(4 * (dim + 4) * EPS * size / (bend / (g @ g))) + 3e-8 * eta
        tried.within(eta - float(found.x), blind, dim, why)
        before, after = descend(loss, w, exact_line_search(), 1).values
        tried.within(before - after - (g @ g) ** 2 / (2 * bend), 8 * (dim + 8) * EPS * size, dim, why)


@pytest.mark.claim("exact-line-search", without="the loss is quadratic")
def test_on_a_quartic_the_parabola_stops_short(tried):
    """On ``w**4`` slope over curvature goes a third of the way to the lowest point."""
    for w in (Fraction(n, 7) for n in range(1, 100)):
        eta = 4 * w**3 / (12 * w**2)
        tried((w - 3 * eta) ** 4 < (w - eta) ** 4, 1)


@pytest.mark.claim("exact-line-search", without="the slope along u is not positive")
def test_uphill_the_best_step_is_none(tried):
    """Up the parabola ``(1 + eta)**2 / 2`` slope over curvature is -1, no step length, and every step rises."""
    slope, bend = 1, 1
    for eta in (Fraction(1, n) for n in range(1, 100)):
        tried(Fraction(-slope, bend) < 0 and (1 + eta) ** 2 > 1, 1)


@pytest.mark.claim("exact-line-search", without="the curvature along u is positive")
def test_where_it_curves_down_no_step_is_lowest(tried):
    """On ``-w**2 / 2`` from 1, going down, every step is beaten by one twice as long, and -s / κ is none."""
    slope, bend = -1, -1
    for eta in (Fraction(n, 8) for n in range(1, 100)):
        tried(Fraction(-slope, bend) < 0 and -((1 + 2 * eta) ** 2) < -((1 + eta) ** 2), 1)


def _halvings(value, rate, most, c, falls):
    """Return how many halvings backtracking takes, 100 at most, and the most that the claim allows."""
    allowed, taken = 0, 0
    while 2**allowed < rate * most / (2 * (1 - c)):
        allowed += 1
    while taken < 100 and not value(rate / 2**taken) <= value(0) - c * rate / 2**taken * falls:
        taken += 1
    return taken, allowed


@backtracking
@pytest.mark.parametrize("share", ARMIJO)
@pytest.mark.parametrize("dim", [1, 2, 5])
def test_backtracking_on_quadratics_in_fractions(tried, share, dim):
    """It ends after at most as many halvings as claimed, at a rate no lower than claimed, in fractions."""
    c, late = ARMIJO[share], 0
    for spectrum, w, g, square in _quadratics(dim, 100):
        bend = Fraction(sum(s * x * x for s, x in zip(spectrum, g, strict=True)), square)
        most = bend if bend > 0 else Fraction(1)

        def value(rate, spectrum=spectrum, w=w, g=g):
            return _value(spectrum, _moved(w, -Fraction(rate), g))

        for first in (Fraction(1, 16), Fraction(1), Fraction(100, 3)):
            taken, allowed = _halvings(value, first, most, c, square)
            tried(taken <= allowed, dim)
            tried(first / 2**taken >= min(first, (1 - c) / most), dim)
            late += taken == allowed > 0
    assert late > 0  # the claim's number is reached


@backtracking
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("name", SMOOTH)
def test_the_rule_backtracks_no_further_than_claimed(tried, name, share):
    """On every loss whose second derivatives are bounded, the package's rule keeps to the number of halvings."""
    specimen, loss = SMOOTH[name], SMOOTH[name].loss
    for w in random_vectors(182, 40, specimen.dim):
        g = loss.gradient(w)
        size = L2(g)
        for first in (2.0**-6, 1.0, 16.0):
            reach, most = _reach(specimen, w, g, first)
            least = min(first, (1 - share) / most)
            if (1 - share) * least * float(g @ g) <= 100 * specimen.rounding(0, np.append(w, reach)):
                continue  # what is asked drowns in the rounding of the loss
            length = armijo(first, share=share)(loss, w, g, -g / size)
            halvings = round(float(np.log2(first * size / length)))
            allowed = max(0, int(np.ceil(np.log2(first * most / (2 * (1 - share))) - 1e-9)))
            tried(halvings <= allowed, specimen.dim)
            tried(bool(length >= least * size * (1 - 16 * EPS)), specimen.dim)
            before, after = loss(w), loss(w - length * g / size)
            asked = share * length / size * float(g @ g)
            rounding = 4 * specimen.rounding(0, np.append(w, reach))
            tried.within(max(after - before + asked, 0.0), rounding, specimen.dim, ROUNDING)


@pytest.mark.claim("armijo-halvings", without="the loss is twice continuously differentiable around the first segment")
def test_across_a_kink_more_halvings_are_needed(tried):
    """On the absolute value with λ = 1/10 the claim allows no halving, and the first rate fails."""
    for loss, rate, most in KINK:
        taken, allowed = _halvings(lambda a, loss=loss: loss(1 - Fraction(a)), rate, most, Fraction(1, 4), 1)
        tried(taken > allowed, 1)


@pytest.mark.claim("armijo-halvings", without="the curvature along g is at most λ on the first segment, with λ > 0")
def test_a_curvature_that_grows_needs_more_halvings(tried):
    """On ``w**4 / 4 - w`` from 0, with λ = 1/10 from the start, more halvings are needed than allowed."""
    for rate in (Fraction(n, 10) for n in range(16, 150)):
        taken, allowed = _halvings(lambda a: Fraction(a) ** 4 / 4 - a, rate, Fraction(1, 10), Fraction(1, 4), 1)
        tried(taken > allowed, 1)


@pytest.mark.claim("armijo-halvings", without="c is between 0 and 1")
def test_to_ask_for_all_of_the_promise_is_too_much(tried):
    """On a bowl no rate brings all that the linear model promises: with c = 1 or more backtracking never ends."""
    for c in (Fraction(1), Fraction(3, 2)):
        for rate in (Fraction(5, 2**k) for k in range(200)):
            tried(not (1 - rate) ** 2 / 2 <= Fraction(1, 2) - c * rate, 1)


@pytest.mark.claim("armijo-halvings", without="the first rate is positive")
def test_negative_rates_never_pass(tried):
    """On a bowl a negative rate rises by more than the condition allows, however often it is halved."""
    for rate in (Fraction(-5, 2**k) for k in range(200)):
        tried(not (1 - rate) ** 2 / 2 <= Fraction(1, 2) - Fraction(1, 2) * rate, 1)


def _error_bound(eta, most, off):
    """Return the claim's bound on the error of a forward difference."""
    return sum(_error_terms(eta, most, off))


def _error_terms(eta, most, off):
    """Return the two terms of the claim's bound: what the curvature and what the rounding of the losses may add."""
    return most * eta / 2, 2 * off / eta


@difference
@pytest.mark.parametrize("name", SMOOTH)
def test_forward_differences_keep_their_bound(tried, name):
    """The forward difference of the package's losses misses mpmath's slope by at most the claim's bound."""
    specimen = SMOOTH[name]
    for w in np.round(random_vectors(183, 8, specimen.dim) * 2**16) / 2**16:  # w + eta * u does not round
        reach = float(np.abs(w).max()) + 1
        most, off = specimen.bounds(reach)[0], specimen.rounding(0, np.append(w, reach))
        for u in np.eye(specimen.dim):
            slope = derivative_along(specimen, w, u, 1)
            eta = 2.0 ** -np.arange(0, 34, 3)
            quotients = (specimen.loss(w + eta[:, None] * u) - specimen.loss(w)) / eta
            curved, rounded = _error_terms(eta, most, off)
            last = EPS * (np.abs(quotients) + abs(slope))
            why = "the claim's second term, of the rounding of the losses; and the last difference rounds"
            tried.below(quotients - slope, curved, rounded + last, specimen.dim, why)


@difference
def test_the_bound_is_attained_and_lowest_where_claimed(tried):
    """On parabolas with the worst rounding the error is the bound, lowest at 2 sqrt(ε / λ) alone, in fractions."""
    for p, q in ((1, 1), (2, 3), (5, 7), (1, 1000)):
        most, off = Fraction(q * q), Fraction(p * p)  # their quotient is a square, so that the best step is a fraction
        best = 2 * Fraction(p, q)
        lowest = 2 * Fraction(p * q)
        for factor in (Fraction(n, 16) for n in range(1, 160)):
            eta = factor * best
            error = ((most * eta**2 / 2 + off) - (0 - off)) / eta - 0
            tried(error == _error_bound(eta, most, off), 1)
            tried(error > lowest or (factor == 1 and error == lowest), 1)


@pytest.mark.claim("forward-difference", without="the step is positive")
def test_a_negative_step_turns_the_bound_negative(tried):
    """At negative steps the right side is negative, and no error is at most that."""
    for eta in (Fraction(-1, n) for n in range(1, 100)):
        tried(abs(eta / 2) > _error_bound(eta, Fraction(1), Fraction(1, 100)), 1)


@pytest.mark.claim("forward-difference", without="the loss is twice continuously differentiable around the segment")
def test_a_kink_on_the_way_breaks_the_bound(tried):
    """``max(t - 1/2, 0)`` has no curvature wherever it has one, and its quotient is off by ``1 - 1 / (2 eta)``."""
    for eta in (Fraction(n, 64) for n in range(40, 400)):
        error = max(eta - Fraction(1, 2), 0) / eta
        tried(error > _error_bound(eta, Fraction(1, 1000), Fraction(1, 1000)), 1)


@pytest.mark.claim("forward-difference", without="λ bounds the size of the curvature along u on the segment")
def test_the_curvature_at_the_start_does_not_bound_the_error(tried):
    """On ``t**4`` from 0 the curvature is 0 at the start, below λ = 1/1000, and the error is ``eta**3``."""
    for eta in (Fraction(n, 8) for n in range(2, 100)):
        tried(eta**4 / eta > _error_bound(eta, Fraction(1, 1000), Fraction(1, 1000)), 1)


@pytest.mark.claim("forward-difference", without="both losses are off by at most ε, rounding of the point included")
def test_a_loss_off_by_more_breaks_the_bound(tried):
    """One loss off by 3ε and the other by -ε break the bound, and so do exact losses at a point that rounds."""
    most, off = Fraction(1), Fraction(1, 1000)
    for eta in (Fraction(n, 64) for n in range(1, 100)):
        tried((most * eta**2 / 2 + 3 * off + off) / eta > _error_bound(eta, most, off), 1)
    for eta in (2.0**-k for k in range(53, 80)):  # on the line L(w) = w from 1, of slope 1
        error = abs(Fraction((1.0 + eta) - 1.0) / Fraction(eta) - 1)
        tried(error > _error_bound(Fraction(eta), Fraction(1, 10**30), Fraction(1, 10**30)), 1)


@pytest.mark.claim("forward-difference", without="the difference and the quotient do not round")
def test_a_quotient_that_rounds_breaks_the_bound(tried):
    """On ``t / n`` from 0 the losses at 0 and n are exact, 0 and 1, and 1 / n rounds by more than a tiny bound."""
    for n in (3, 5, 7, 11, 49):
        line = Loss(lambda w, n=n: w[..., 0] / n, lambda w: w, lambda w, v: 0 * v)
        assert (line([0.0]), line([float(n)])) == (0.0, 1.0)  # exact: no quotient of 0 or 1 rounds
        error = abs(Fraction((line([float(n)]) - line([0.0])) / n) - Fraction(1, n))
        tried(error > _error_bound(Fraction(n), Fraction(1, 10**30), Fraction(1, 10**30)), 1)


@pytest.mark.claim("forward-difference", without="λ and ε are positive")
def test_without_rounding_or_curvature_no_step_is_best(tried):
    """With ε = 0 every step is beaten by a shorter one, with λ = 0 by a longer one: none has the lowest bound."""
    for eta in (Fraction(n, 8) for n in range(1, 100)):
        tried(_error_bound(eta / 2, Fraction(1), 0) < _error_bound(eta, Fraction(1), 0), 1)
        tried(_error_bound(2 * eta, 0, Fraction(1)) < _error_bound(eta, 0, Fraction(1)), 1)


@pytest.mark.claim("forward-difference", without="for the best step, λ and ε do not depend on the step")
def test_where_rounding_shrinks_with_the_step_no_step_is_best(tried):
    """With ``ε = η**2`` every step is beaten by a shorter one: none has the lowest bound."""
    for eta in (Fraction(n, 8) for n in range(1, 100)):
        tried(_error_bound(eta / 2, 1, (eta / 2) ** 2) < _error_bound(eta, 1, eta**2), 1)
