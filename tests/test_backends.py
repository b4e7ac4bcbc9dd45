"""Arrays of any library come back as arrays of that library, with NumPy's values, type kept and nothing changed."""

import itertools
from functools import cache

import array_api_compat
import array_api_strict
import dask
import dask.array
import numpy as np
import pytest
from norms_tried import NORMS as TRIED
from strategies import EPS

from steepest import (
    L2,
    LINF,
    SIMPLEX,
    SPHERE,
    Path,
    along,
    angle,
    armijo,
    blocks,
    bowl,
    circle,
    conjugate_gradients,
    cosine,
    curvature,
    descend,
    directional_derivative,
    exact_line_search,
    first_order,
    fixed_length,
    kinked,
    largest_curvature,
    learning_rate,
    logistic,
    measured_order,
    newton_schulz,
    quadratic,
    rosenbrock,
    schatten,
    second_order,
    steepest_direction,
    stiefel,
)

G, U, W, V = [3, -4, 1], [1, 2, -2], [1, 2, -1], [2, -1, 1]
ROWS, MORE = [[3, -4, 1], [1, 2, -5]], [[1, 0, 2], [-2, 1, 1]]
SPECTRUM, AXES, FEATURES, LABELS = [1, 4, 2], [[0, 1, 0], [1, 0, 0], [0, 0, -1]], [[1, 2, 0], [0, -1, 3]], [1, 0]
MATRICES, TIED, BREAK = (
    [[3, -4, 1, 1, 2, -5], [1, 0, 2, -2, 1, 1]],
    [[3, 0, 0, 0, 3, 0], [1, 2, 3, 1, 2, 3]],
    [2, 1, 0, 0, 1, 4],
)
STACK = [[[3, 1], [0, 2], [1, 4]], [[1, 0], [1, 0], [1, 0]]]
SINGULAR = [schatten((2, 3), p) for p in (1, 1.5, 2, np.inf)]
POLES, SHARES, FRAME = [[0, 1, 0], [0, 0, -1]], [0.25, 0.25, 0.5], [0, 1, 1, 0, 0, 0]
ORTHONORMAL, RATE = stiefel((3, 2)), learning_rate(0.125)
HILLY = bowl(SPECTRUM, axes=AXES)
NORMS = (*(n for n in (tried.make() for tried in TRIED.values()) if n.dim in (None, 3)), blocks([L2, LINF], [2, 1], 1))

# A call and the arrays it takes, in whole numbers, so that the same row can be tried in every type.
CALLS = {
    "directional_derivative": (directional_derivative, ROWS, U),
    "directional_derivative of one": (directional_derivative, G, U),
    "cosine": (cosine, ROWS, MORE),
    "angle": (angle, ROWS, U),
    **{f"steepest_direction in {n.name}": (lambda g, n=n: steepest_direction(g, n), ROWS) for n in NORMS},
    **{f"{n.name}": (n, ROWS) for n in NORMS},
    **{f"dual of {n.name}": (n.dual, ROWS) for n in NORMS},
    **{f"aligned in {n.name}": (n.aligned, ROWS) for n in NORMS},
    **{f"aligned in {n.name}, a tie broken": (n.aligned, [[3, 3, 0], [0, -1, 1]], U) for n in NORMS},
    **{f"{n.name}": (n, MATRICES) for n in SINGULAR},
    **{f"dual of {n.name}": (n.dual, MATRICES) for n in SINGULAR},
    **{f"aligned in {n.name}": (n.aligned, MATRICES) for n in SINGULAR},
    **{f"aligned in {n.name}, a tie broken": (n.aligned, TIED, BREAK) for n in SINGULAR},
    "newton_schulz": (lambda m: newton_schulz(m, 12), [[3, -4, 1], [1, 2, -5]]),
    "newton_schulz of several": (lambda m: newton_schulz(m, 5, (2, -1.5, 0.5)), STACK),
    "circle": (circle, [0, 30, 90], G, U),
    "circle of the plane": (lambda degrees, start: circle(degrees, start), [0, 30, 90], [3, 4]),
    "circle of one angle": (lambda start, toward: circle(30, start, toward), G, U),
    "rosenbrock": (lambda w: rosenbrock()(w), ROWS),
    "rosenbrock, gradient": (lambda w: rosenbrock().gradient(w), ROWS),
    "rosenbrock, product": (lambda w, v: rosenbrock().hessian_product(w, v), ROWS, V),
    "along": (lambda w, u, steps: along(HILLY, w, u, steps), W, V, [1, 2]),
    "along by one": (lambda w, u: along(HILLY, w, u, 0.5), W, V),
    "curvature": (lambda w, v: curvature(HILLY, w, v), ROWS, V),
    "largest_curvature": (lambda w: largest_curvature(HILLY, w, iterations=5), ROWS),
    "first_order": (lambda w, u, steps: first_order(HILLY, w, u, steps), W, V, [1, 2]),
    "second_order": (lambda w, u, steps: second_order(HILLY, w, u, steps), W, V, [1, 2]),
    "descend": (lambda start: descend(HILLY, start, RATE, 3), W),
    "descend with momentum": (lambda start: descend(HILLY, start, fixed_length(0.125), 3, momentum=0.5), W),
    "conjugate_gradients": (lambda start: conjugate_gradients(quadratic(SPECTRUM, axes=AXES), start, 2), W),
    "exact_line_search": (lambda w, g, u: exact_line_search()(HILLY, w, g, u), W, G, [-1, 2, 1]),
    "gradient on the sphere": (SPHERE.gradient, POLES, ROWS),
    "length on the sphere": (SPHERE.length, POLES, [[3, 0, 4], [1, 1, 0]]),
    "retract to the sphere": (SPHERE.retract, POLES, [[3, 0, 4], [1, 1, 0]]),
    "gradient on shares": (lambda g: SIMPLEX.gradient(SHARES, g), ROWS),
    "length on shares": (lambda u: SIMPLEX.length(SHARES, u), [[1, -2, 1], [1, 0, -1]]),
    "retract to shares": (lambda u: SIMPLEX.retract(SHARES, u), [[1, -2, 1], [1, 0, -1]]),
    "gradient on frames": (lambda g: ORTHONORMAL.gradient(FRAME, g), MATRICES),
    "retract to frames": (lambda u: ORTHONORMAL.retract(FRAME, u), [0, 2, -2, 0, 1, 3]),
    "descend on the sphere": (lambda w: descend(quadratic(SPECTRUM, center=V), w, RATE, 3, surface=SPHERE), [0, 0, 1]),
    "descend in ℓ∞": (lambda start: descend(HILLY, start, fixed_length(0.125), 3, norm=LINF), W),
}
# Losses made from arrays: the point comes last, and its library is the answer's.
LOSSES = {
    "quadratic": (lambda s, c, a, w: quadratic(s, center=c, axes=a)(w), SPECTRUM, V, AXES, ROWS),
    "quadratic, gradient": (lambda s, c, a, w: quadratic(s, center=c, axes=a).gradient(w), SPECTRUM, V, AXES, ROWS),
    "quadratic, product": (lambda s, w: quadratic(s).hessian_product(w, w), SPECTRUM, ROWS),
    "bowl": (lambda s, a, w: bowl(s, axes=a)(w), SPECTRUM, AXES, ROWS),
    "bowl, gradient": (lambda s, a, w: bowl(s, axes=a).gradient(w), SPECTRUM, AXES, ROWS),
    "bowl, product": (lambda s, a, w: bowl(s, axes=a).hessian_product(w, w), SPECTRUM, AXES, ROWS),
    "kinked": (lambda s, w: kinked(s)(w), SPECTRUM, ROWS),
    "kinked, gradient": (lambda s, w: kinked(s).gradient(w), SPECTRUM, ROWS),
    "kinked, product": (lambda s, w: kinked(s).hessian_product(w, w), SPECTRUM, ROWS),
    "logistic": (lambda f, y, w: logistic(f, y, ridge=0.5)(w), FEATURES, LABELS, ROWS),
    "logistic, gradient": (lambda f, y, w: logistic(f, y, ridge=0.5).gradient(w), FEATURES, LABELS, ROWS),
    "logistic, product": (lambda f, y, w: logistic(f, y).hessian_product(w, w), FEATURES, LABELS, ROWS),
}
EVERY = {**CALLS, **LOSSES}
LOOKED_AT = {"descend", "descend on the sphere"}  # the length that a learning rate gives
calls = pytest.mark.parametrize("name", EVERY)
peer = pytest.mark.peer("jax")
LIBRARIES = {"NumPy": np, "array_api_strict": array_api_strict, "Dask": dask.array}


@cache
def _known(name):
    """Return NumPy's answer, which every other library's is compared with."""
    call, *inputs = EVERY[name]
    return call(*inputs)


def _jax():
    """Return JAX with its 64-bit floats switched on."""
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax


@pytest.fixture(params=[*LIBRARIES, pytest.param("JAX", marks=peer)])
def xp(request):
    """Each array library in turn; JAX, where it is installed, with its 64-bit floats switched on."""
    return LIBRARIES[request.param] if request.param in LIBRARIES else _jax().numpy


def _arrays(results):
    """Return the arrays of an answer: those of a path, or the one array."""
    return [results.points, results.values] if isinstance(results, Path) else [results]


def _check(results, expected, xp, eps=EPS):
    """Check that the arrays are of the library and equal NumPy's, which come from at most 64 roundings."""
    for result, known in zip(_arrays(results), _arrays(expected), strict=True):
        if not (xp is np and isinstance(result, float)):
            assert array_api_compat.array_namespace(result) is array_api_compat.array_namespace(xp.asarray([1.0]))
        assert np.shape(result) == np.shape(known)
        np.testing.assert_allclose(np.asarray(result), known, rtol=0, atol=64 * eps * np.max(np.abs(known)))


@calls
def test_arrays_come_back_in_their_library(xp, name):
    """Floats of one library give NumPy's answer as arrays of that library."""
    call, *inputs = EVERY[name]
    _check(call(*(xp.asarray(x, dtype=xp.float64) for x in inputs)), _known(name), xp)


@calls
def test_float32_stays_float32(xp, name):
    """Arrays of 32-bit floats give 32-bit floats, right to their precision."""
    call, *inputs = EVERY[name]
    results = call(*(xp.asarray(x, dtype=xp.float32) for x in inputs))
    _check(results, _known(name), xp, eps=float(np.finfo(np.float32).eps))
    for result in _arrays(results):
        assert isinstance(result, float) or result.dtype == xp.float32


@calls
def test_integers_become_64_bit_floats(xp, name):
    """Arrays of integers give 64-bit floats, those that floats of the same values give."""
    call, *inputs = EVERY[name]
    results = call(*(xp.asarray(x, dtype=xp.int32) for x in inputs))
    _check(results, _known(name), xp)
    for result in _arrays(results):
        assert isinstance(result, float) or result.dtype == xp.float64


@pytest.mark.parametrize("other", [list, np.asarray], ids=["lists", "NumPy"])
@pytest.mark.parametrize("name", [name for name, row in EVERY.items() if len(row) > 2])
def test_one_array_decides_the_library(xp, name, other):
    """Beside lists or NumPy's arrays, one array of another library makes the answer an array of that library."""
    call, *inputs = EVERY[name]
    for chosen in range(len(inputs)):
        mixed = [xp.asarray(x, dtype=xp.float64) if i == chosen else other(x) for i, x in enumerate(inputs)]
        answer = xp if name in CALLS or chosen == len(inputs) - 1 else np
        _check(call(*mixed), _known(name), answer)


def _refuse(*args, **options):
    raise AssertionError("an array was computed, or turned into NumPy's")


@pytest.fixture
def not_numpy(monkeypatch):
    """Refuse to turn an array of array_api_strict into NumPy's, as a library does whose arrays are elsewhere."""
    for way_out in ("__array__", "__buffer__"):
        monkeypatch.setattr(type(array_api_strict.asarray(0.0)), way_out, _refuse, raising=False)


@pytest.mark.usefixtures("not_numpy")
@pytest.mark.parametrize("name", [name for name in EVERY if name not in LOOKED_AT])
def test_no_array_passes_through_numpy(name):
    """Arrays of another library are computed with in that library all the way, never as NumPy's."""
    call, *inputs = EVERY[name]
    for result in _arrays(call(*(array_api_strict.asarray(x, dtype=array_api_strict.float64) for x in inputs))):
        assert array_api_compat.array_namespace(result) is array_api_strict


@pytest.mark.usefixtures("not_numpy")
def test_features_and_labels_share_a_library():
    """Features beside labels of another library, or labels beside such features, become arrays of that library."""
    strict = array_api_strict.asarray
    for features, labels in ((strict(FEATURES), LABELS), (FEATURES, strict(LABELS))):
        assert bool(logistic(features, labels)(strict([0.0, 0.0, 0.0])) > 0)


@calls
def test_lazy_arrays_stay_lazy(name):
    """On Dask's arrays no function starts a computation; the arrays it returns, cut in blocks, compute to NumPy's."""
    call, *inputs = EVERY[name]
    lazy = [dask.array.from_array(np.array(x, dtype=float), chunks=2) for x in inputs]
    with dask.config.set(scheduler=_refuse):
        results = call(*lazy)
    assert all(isinstance(result, dask.array.Array) for result in _arrays(results))
    _check(results, _known(name), dask.array)


@peer
@calls
def test_jax_traces_every_function(name):
    """While JAX compiles, when no value is known yet, every function answers, with NumPy's shapes and 64-bit floats."""
    call, *inputs = EVERY[name]
    traced = _jax().eval_shape(lambda *arrays: _arrays(call(*arrays)), *(np.array(x, dtype=float) for x in inputs))
    for result, known in zip(traced, _arrays(call(*inputs)), strict=True):
        assert (result.shape, result.dtype) == (np.shape(known), np.float64)


@pytest.mark.parametrize("name", [name for name, row in CALLS.items() if len(row) > 2])
def test_one_lazy_array_beside_lists_stays_lazy(name):
    """One lazy array beside lists is enough: nothing is computed until the caller asks."""
    call, *inputs = CALLS[name]
    for chosen in range(len(inputs)):
        with dask.config.set(scheduler=_refuse):
            result = call(*(dask.array.asarray(x) if i == chosen else x for i, x in enumerate(inputs)))
        _check(result, _known(name), dask.array)


@calls
def test_the_caller_s_arrays_are_left_alone(xp, name):
    """No function changes the arrays it is given; it works on read-only ones."""
    call, *inputs = EVERY[name]
    arrays = [xp.asarray(np.array(x, dtype=float)) for x in inputs]
    if xp is np:
        for array in arrays:
            array.flags.writeable = False
    call(*arrays)
    for array, x in zip(arrays, inputs, strict=True):
        np.testing.assert_array_equal(np.asarray(array), x)


@pytest.mark.parametrize("name", [name for name, row in EVERY.items() if row[-1] is ROWS or row[1] is ROWS])
def test_a_stack_is_its_rows(xp, name):
    """A stack of vectors gives a stack of the answers to each."""
    call, *inputs = EVERY[name]
    stacked = np.asarray(call(*(xp.asarray(x, dtype=xp.float64) for x in inputs)))
    for i in range(2):
        one = [x[i] if x is ROWS or x is MORE or x is POLES else x for x in inputs]
        result = call(*(xp.asarray(x, dtype=xp.float64) for x in one))
        _check(result, stacked[i], xp)


def test_a_measured_order_is_a_float(xp):
    """The measured order is a float whatever library the steps and the errors are of."""
    for first, second in itertools.product([xp.asarray, list], repeat=2):
        order = measured_order(first([1.0, 2.0, 4.0]), second([3.0, -24.0, 192.0]))
        assert type(order) is float
        assert order == pytest.approx(3.0, rel=8 * EPS)


def test_a_circle_takes_the_library_of_its_angles(xp):
    """Angles alone decide the library of the circle around (1, 0)."""
    _check(circle(xp.asarray([0.0, 30.0, 180.0])), circle([0.0, 30.0, 180.0]), xp)


def test_a_step_rule_may_answer_in_any_library():
    """A step rule's answer may be an array without axes, of any library."""
    expected = descend(HILLY, W, fixed_length(0.25), 2)
    for answer in (np.asarray(0.25), array_api_strict.asarray(0.25), np.float32(0.25)):
        np.testing.assert_array_equal(descend(HILLY, W, lambda *seen, a=answer: a, 2).points, expected.points)


def test_backtracking_keeps_the_library_and_type(xp):
    """A descent that backtracks stays in the library and the float type of its start, and computes lazy losses."""
    expected = descend(HILLY, W, armijo(4.0), 3)
    for dtype in (xp.float64, xp.float32):
        path = descend(HILLY, xp.asarray(W, dtype=dtype), armijo(4.0), 3)
        _check(path, expected, xp, eps=float(np.finfo(str(np.asarray(path.points).dtype)).eps))
        assert path.points.dtype == path.values.dtype == dtype


def test_lazy_values_are_not_looked_at():
    """What cannot be seen without a computation is not refused: it comes out as NumPy computes it."""
    with dask.config.set(scheduler=_refuse):
        nowhere = directional_derivative(dask.array.asarray([np.nan, 1.0]), [1.0, 1.0])
        kink = kinked([1.0, 1.0]).gradient(dask.array.asarray([0.0, -2.0]))
    assert np.isnan(nowhere.compute())
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(kink.compute(), [np.nan, -1.0])
