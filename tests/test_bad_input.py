"""What no public function accepts: each error names the argument and says what to pass instead."""

import itertools

import array_api_strict
import dask.array
import numpy as np
import pytest

from steepest import (
    L1,
    L2,
    LINF,
    Loss,
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
    lp,
    measured_order,
    newton_schulz,
    polytope,
    quadratic,
    random_directions,
    rosenbrock,
    schatten,
    second_order,
    steepest_direction,
)

NAN, INF = float("nan"), float("inf")
G = [3.0, -4.0]
SQUARE = polytope([[1, 1], [1, -1], [-1, 1], [-1, -1]])
BOWL, VALLEY = bowl([1.0, 4.0]), rosenbrock()
RATE = learning_rate(0.1)


def _returning(value=0.0, gradient=None, product=None):
    """Return a loss whose functions return the given things."""
    return Loss(lambda w: value, lambda w: gradient, lambda w, v: product)


# Where a vector belongs: the argument's name, and a call that takes it.
VECTORS = {
    "directional_derivative: gradient": lambda x: directional_derivative(x, G),
    "directional_derivative: direction": lambda x: directional_derivative(G, x),
    "cosine: a": lambda x: cosine(x, G),
    "cosine: b": lambda x: cosine(G, x),
    "angle: a": lambda x: angle(x, G),
    "angle: b": lambda x: angle(G, x),
    "steepest_direction: gradient": steepest_direction,
    "L1: x": L1,
    "L2.dual: gradient": L2.dual,
    "LINF.aligned: gradient": LINF.aligned,
    "schatten: gradient": schatten((1, 2), np.inf).aligned,
    "newton_schulz: matrix": lambda x: newton_schulz(x, 3),
    "Loss: w": BOWL,
    "Loss.gradient: w": VALLEY.gradient,
    "Loss.hessian_product: w": lambda x: BOWL.hessian_product(x, G),
    "Loss.hessian_product: v": lambda x: BOWL.hessian_product(G, x),
    "quadratic: spectrum": quadratic,
    "quadratic: center": lambda x: quadratic(G, center=x),
    "bowl: scales": bowl,
    "kinked: scales": kinked,
    "logistic: features": lambda x: logistic(x, [0, 1]),
    "logistic: labels": lambda x: logistic([[1.0, 2.0], [3.0, 4.0]], x),
    "circle: start": lambda x: circle(30, x),
    "circle: toward": lambda x: circle(30, G, x),
    "along: w": lambda x: along(BOWL, x, G, 0.1),
    "along: direction": lambda x: along(BOWL, G, x, 0.1),
    "curvature: w": lambda x: curvature(BOWL, x, G),
    "curvature: direction": lambda x: curvature(BOWL, G, x),
    "largest_curvature: w": lambda x: largest_curvature(BOWL, x),
    "first_order: w": lambda x: first_order(BOWL, x, G, 0.1),
    "second_order: direction": lambda x: second_order(BOWL, G, x, 0.1),
    "measured_order: steps": lambda x: measured_order(x, [1.0, 2.0]),
    "measured_order: errors": lambda x: measured_order([1.0, 2.0], x),
    "conjugate_gradients: start": lambda x: conjugate_gradients(BOWL, x, 3),
    "descend: start": lambda x: descend(BOWL, x, RATE, 3),
}
# What is no vector of real numbers: the error, and what it says to pass.
NO_VECTORS = {
    "nan": ([1.0, NAN], ValueError, "holds nan (entry 1): pass finite numbers"),
    "infinity": ([INF, 1.0], ValueError, "holds inf (entry 0): pass finite numbers"),
    "minus infinity": ([-INF, NAN], ValueError, "holds -inf (entry 0): pass finite numbers"),
    "empty": ([], ValueError, "pass at least one vector"),
    "no rows": (np.zeros((0, 2)), ValueError, "pass at least one vector"),
    "complex": ([1.0, 2.0j], TypeError, "pass real numbers"),
    "strings": (["1", "2"], TypeError, "pass real numbers"),
    "booleans": ([True, False], TypeError, "pass real numbers"),
    "none": ([None, 1.0], TypeError, "pass real numbers"),
    "ragged": ([[1.0, 2.0], [3.0]], ValueError, "pass rows of one length"),
}
SCALARS = {
    "a number": (5.0, ValueError, "pass a vector, of shape (d,)"),
    "none at all": (None, TypeError, "pass real numbers"),
    "a dictionary": ({"w": 1.0}, TypeError, "pass real numbers"),
}


WELCOME = {("quadratic: center", "a number"), ("quadratic: center", "no rows"), ("circle: toward", "none at all")}
REFUSED = [pair for pair in itertools.product(VECTORS, {**NO_VECTORS, **SCALARS}) if pair not in WELCOME]


@pytest.mark.parametrize(("where", "what"), REFUSED)
def test_what_is_no_vector_is_refused_by_name(where, what):
    """Every argument that is a vector refuses what is none, by its name, and says what to pass."""
    value, error, advice = {**NO_VECTORS, **SCALARS}[what]
    with pytest.raises(error) as caught:
        VECTORS[where](value)
    assert str(caught.value).startswith(f"{where.split(': ')[1]} ")
    assert advice in str(caught.value)


ZERO = (
    "no direction is steeper than another there. Pass a point where it is not, or handle the stationary point before "
    "asking for a direction."
)
NOWHERE = "it points nowhere. Pass a vector with a component that is not zero"
SPACE, POSITIVE = "pass vectors of the same space", "pass a positive number"
LENGTH, WHOLE, DEEP = "pass zero or a positive number", "pass a whole number", [[1.0, 2.0], [3.0, 4.0]]

# A call, the error, how its message starts, and what it says to pass.
TABLE = {
    "zero gradient": (lambda: steepest_direction([0.0, -0.0]), ValueError, "gradient is zero", ZERO),
    "zero integers": (lambda: steepest_direction([0, 0]), ValueError, "gradient is zero", ZERO),
    "one zero row": (lambda: steepest_direction([[1.0, 2.0], [0.0, 0.0]]), ValueError, "gradient is zero", ZERO),
    "zero gradient, l1": (lambda: L1.aligned([0.0]), ValueError, "gradient is zero", ZERO),
    "norm by name": (lambda: steepest_direction(G, "L1"), TypeError, "norm is 'L1'", "pass a Norm, such as L2"),
    "second vector of 3": (lambda: L1.aligned(G, [1.0] * 3), ValueError, "then has 3 components", SPACE),
    "second vector nan": (lambda: L1.aligned(G, [NAN, 1.0]), ValueError, "then holds nan", "pass finite numbers"),
    "no block": (lambda: blocks([], [], 1), ValueError, "norms has 0 and sizes 0 entries", "pass one of each"),
    "block without size": (lambda: blocks([L1], [], 1), ValueError, "norms has 1 and sizes 0 entries", "pass one of"),
    "block by order": (lambda: blocks([2], [2], 1), TypeError, "norms holds 2", "pass a Norm for each block"),
    "block of none": (lambda: blocks([L1], [0], 1), ValueError, "sizes is 0", "pass at least 1"),
    "block of 1.5": (lambda: blocks([L1], [1.5], 1), TypeError, "sizes is 1.5", WHOLE),
    "block too long": (lambda: blocks([SQUARE], [3], 1), ValueError, "sizes holds 3", "takes 2: pass that"),
    "blocks below one": (lambda: blocks([L1], [2], 0.5), ValueError, "p is 0.5", "pass a power of at least 1"),
    "power below one": (lambda: lp(0.5), ValueError, "p is 0.5", "pass a power of at least 1"),
    "power zero": (lambda: lp(0), ValueError, "p is 0", "pass a power of at least 1"),
    "power negative": (lambda: lp(-1), ValueError, "p is -1", "pass"),
    "power nan": (lambda: lp(NAN), ValueError, "p is nan", "pass"),
    "power a string": (lambda: lp("2"), TypeError, "p is '2'", "pass"),
    "power true": (lambda: lp(True), TypeError, "p is True", "pass"),
    "triangle": (
        lambda: polytope([[1, 1], [-1, 1], [0, -1]]),
        ValueError,
        "vertices holds (",
        "without its opposite: that way and back would differ in length. Pass both",
    ),
    "flat ball": (lambda: polytope([[1, 1], [-1, -1]]), ValueError, "vertices is flat", "Pass vertices that span"),
    "ball of zero": (lambda: polytope([[0.0, 0.0]]), ValueError, "vertices is flat", "Pass vertices that span"),
    "one vertex": (lambda: polytope(G), ValueError, "vertices has shape (2,)", "pass one vertex a row"),
    "no vertex": (lambda: polytope(np.zeros((0, 2))), ValueError, "vertices has shape (0, 2)", "pass one vertex a row"),
    "vertex nan": (lambda: polytope([[NAN, 1.0]]), ValueError, "vertices holds a value", "pass finite numbers"),
    "vertex a string": (lambda: polytope("ab"), TypeError, "vertices has dtype", "pass real numbers"),
    "many vertices": (
        lambda: polytope([[a, b, c, d, e] for a, b, c, d, e in itertools.product((1, -1), repeat=5)]),
        ValueError,
        "vertices has 32 points in 5 dimensions, 201,376 sets of 5",
        "pass fewer, so that there are at most 200,000",
    ),
    "shape a number": (lambda: schatten(4, 2), TypeError, "shape is 4", "pass the numbers of rows and columns"),
    "shape of three": (lambda: schatten((2, 2, 2), 2), TypeError, "shape is (2, 2, 2)", "pass the numbers of rows"),
    "no row": (lambda: schatten((0, 2), 1), ValueError, "shape's rows is 0", "pass at least 1"),
    "columns 1.5": (lambda: schatten((2, 1.5), 1), TypeError, "shape's columns is 1.5", WHOLE),
    "Schatten below one": (lambda: schatten((1, 2), 0.5), ValueError, "p is 0.5", "pass a power of at least 1"),
    "matrix as a matrix": (lambda: schatten((2, 2), 1)(DEEP), ValueError, "x has 2 components", "2×2 takes 4"),
    "zero matrix": (lambda: schatten((1, 2), 1).aligned([0.0, 0.0]), ValueError, "gradient is zero", ZERO),
    "polar of a vector": (lambda: newton_schulz(G, 3), ValueError, "matrix has shape (2,)", "pass a matrix, of shape"),
    "rounds 2.5": (lambda: newton_schulz(DEEP, 2.5), TypeError, "iterations is 2.5", WHOLE),
    "rounds -1": (lambda: newton_schulz(DEEP, -1), ValueError, "iterations is -1", "pass at least 0"),
    "no coefficient": (lambda: newton_schulz(DEEP, 1, []), ValueError, "coefficients is empty", "pass a number for"),
    "coefficient nan": (lambda: newton_schulz(DEEP, 1, [NAN]), ValueError, "coefficients holds nan", "pass finite"),
    "coefficients a string": (lambda: newton_schulz(DEEP, 1, "15"), TypeError, "coefficients has dtype", "pass real"),
    "coefficients in rows": (
        lambda: newton_schulz(DEEP, 1, DEEP),
        ValueError,
        "coefficients has shape (2, 2)",
        "pass one number, or a row",
    ),
    "norm by order": (lambda: steepest_direction(G, 2), TypeError, "norm is 2", "pass a Norm"),
    "norm of descent": (lambda: descend(BOWL, G, RATE, 1, norm="L1"), TypeError, "norm is 'L1'", "pass a Norm"),
    "zero a": (lambda: cosine([0.0, 0.0], G), ValueError, "a is zero", NOWHERE),
    "zero b": (lambda: cosine(G, [0.0, 0.0]), ValueError, "b is zero", NOWHERE),
    "zero a of angle": (lambda: angle([0.0, 0.0], G), ValueError, "a is zero", NOWHERE),
    "zero row b": (lambda: angle(G, [[1.0, 2.0], [0.0, 0.0]]), ValueError, "b is zero", NOWHERE),
    "two spaces": (
        lambda: directional_derivative(G, [1.0]),
        ValueError,
        "direction has 1 components and gradient has 2",
        SPACE,
    ),
    "two spaces, angle": (lambda: angle(G, [1.0, 2.0, 3.0]), ValueError, "b has 3 components", SPACE),
    "two spaces, cosine": (lambda: cosine([1.0], G), ValueError, "b has 2 components", SPACE),
    "two spaces, product": (lambda: VALLEY.hessian_product(G, [1.0]), ValueError, "v has 1 components", SPACE),
    "two spaces, along": (lambda: along(BOWL, G, [1.0], 1.0), ValueError, "direction has 1 components", SPACE),
    "two spaces, center": (lambda: quadratic(G, center=[1.0]), ValueError, "center has 1 components", SPACE),
    "rows unmatched": (
        lambda: directional_derivative([G] * 3, [G] * 2),
        ValueError,
        "direction has shape (2, 2) and gradient (3, 2)",
        "pass as many vectors of each, or one",
    ),
    "rows unmatched, cosine": (lambda: cosine([G] * 3, [G] * 2), ValueError, "b has shape", "pass"),
    "rows unmatched, product": (lambda: BOWL.hessian_product([G] * 3, [G] * 2), ValueError, "v has shape", "pass"),
    "wrong dimension": (lambda: bowl(G)([1.0]), ValueError, "w has 1 components", "this loss takes 2"),
    "wrong dimension, quadratic": (lambda: quadratic(G)([1.0]), ValueError, "w has 1 components", "this loss takes 2"),
    "wrong dimension, kinked": (lambda: kinked(G)([1.0]), ValueError, "w has 1 components", "this loss takes 2"),
    "wrong dimension, logistic": (lambda: logistic(DEEP, [0, 1])([1.0]), ValueError, "w has 1 components", "takes 2"),
    "wrong dimension, gradient": (lambda: BOWL.gradient([1.0] * 3), ValueError, "w has 3 components", "takes 2"),
    "one weight": (
        lambda: rosenbrock()([1.0]),
        ValueError,
        "w has 1 component: ",
        "Rosenbrock's loss needs at least two",
    ),
    "one weight, gradient": (lambda: rosenbrock().gradient([1.0]), ValueError, "w has 1 component", "at least two"),
    "value a matrix": (
        lambda: _returning(np.eye(2))(G),
        ValueError,
        "the loss's value has shape (2, 2)",
        "return shape ()",
    ),
    "value a row": (lambda: _returning([1.0])(G), ValueError, "the loss's value has shape (1,)", "return shape ()"),
    "value one for two": (
        lambda: _returning(1.0)([G, G]),
        ValueError,
        "the loss's value has shape ()",
        "return shape (2,)",
    ),
    "value none": (lambda: _returning(None)(G), TypeError, "the loss's value", "pass real numbers"),
    "value a string": (lambda: _returning("low")(G), TypeError, "the loss's value", "pass real numbers"),
    "value complex": (lambda: _returning(1j)(G), TypeError, "the loss's value", "pass real numbers"),
    "gradient a number": (
        lambda: _returning(gradient=1.0).gradient(G),
        ValueError,
        "the loss's gradient",
        "return shape (2,)",
    ),
    "gradient none": (lambda: _returning().gradient(G), TypeError, "the loss's gradient", "pass real numbers"),
    "product a matrix": (
        lambda: _returning(product=np.eye(2)).hessian_product(G, G),
        ValueError,
        "the loss's hessian_product has shape (2, 2)",
        "return shape (2,)",
    ),
    "spectrum a matrix": (
        lambda: quadratic(DEEP),
        ValueError,
        "spectrum has shape (2, 2)",
        "pass one number for each axis",
    ),
    "scales a matrix": (lambda: bowl(DEEP), ValueError, "scales has shape (2, 2)", "pass one number for each axis"),
    "kinked matrix": (lambda: kinked(DEEP), ValueError, "scales has shape (2, 2)", "pass one number for each axis"),
    "center a matrix": (lambda: quadratic(G, center=DEEP), ValueError, "center has shape (2, 2)", "pass"),
    "center no rows": (lambda: quadratic(G, center=np.zeros((0, 2))), ValueError, "center ", "pass"),
    "center infinite": (lambda: quadratic(G, center=INF), ValueError, "center holds inf", "pass finite numbers"),
    "center true": (lambda: quadratic(G, center=True), TypeError, "center has dtype bool", "pass real numbers"),
    "center none": (lambda: quadratic(G, center=None), TypeError, "center has dtype object", "pass real numbers"),
    "axes skew": (
        lambda: quadratic(G, axes=[[1.0, 0.1], [0.0, 1.0]]),
        ValueError,
        "axes (shape (2, 2))",
        "pass one a row",
    ),
    "axes long": (lambda: bowl(G, axes=[[2.0, 0.0], [0.0, 1.0]]), ValueError, "axes (shape (2, 2))", "pass one a row"),
    "axes zero": (lambda: bowl(G, axes=np.zeros((2, 2))), ValueError, "axes (shape (2, 2))", "orthogonal unit vectors"),
    "axes too few": (lambda: bowl(G, axes=[[1.0, 0.0]]), ValueError, "axes (shape (1, 2))", "pass one a row"),
    "axes a vector": (lambda: bowl([1.0], axes=[1.0]), ValueError, "axes (shape (1,))", "pass one a row"),
    "axes of 3": (lambda: bowl(G, axes=np.eye(3)), ValueError, "axes has 3 components", SPACE),
    "axes nan": (lambda: bowl([1.0], axes=[[NAN]]), ValueError, "axes holds nan", "pass finite numbers"),
    "label 2": (lambda: logistic(DEEP, [1, 2]), ValueError, "labels holds a value", "pass 0 and 1"),
    "label -1": (lambda: logistic(DEEP, [1, -1]), ValueError, "labels holds a value", "pass 0 and 1"),
    "label one half": (lambda: logistic(DEEP, [1, 0.5]), ValueError, "labels holds a value", "pass 0 and 1"),
    "label missing": (
        lambda: logistic(DEEP, [1]),
        ValueError,
        "features has shape (2, 2) and labels (1,)",
        "pass (n, d)",
    ),
    "labels a column": (
        lambda: logistic(DEEP, [[1], [0]]),
        ValueError,
        "features has shape (2, 2)",
        "pass (n, d) and (n,)",
    ),
    "one example": (lambda: logistic(G, [1, 0]), ValueError, "features has shape (2,)", "pass (n, d) and (n,)"),
    "ridge negative": (lambda: logistic(DEEP, [0, 1], ridge=-1), ValueError, "ridge is -1", LENGTH),
    "ridge infinite": (lambda: logistic(DEEP, [0, 1], ridge=INF), ValueError, "ridge is inf", LENGTH),
    "ridge a string": (lambda: logistic(DEEP, [0, 1], ridge="1"), TypeError, "ridge is '1'", LENGTH),
    "ridge none": (lambda: logistic(DEEP, [0, 1], ridge=None), TypeError, "ridge is None", LENGTH),
    "kink": (lambda: kinked(G).gradient([0.0, 1.0]), ValueError, "w is at a kink", "Pass a point without zeros"),
    "kink, product": (lambda: kinked(G).hessian_product([0.0, 1.0], G), ValueError, "w is at a kink", "Pass a point"),
    "rate zero": (lambda: learning_rate(0), ValueError, "alpha is 0", POSITIVE),
    "rate negative": (lambda: learning_rate(-0.1), ValueError, "alpha is -0.1", POSITIVE),
    "rate nan": (lambda: learning_rate(NAN), ValueError, "alpha is nan", POSITIVE),
    "rate infinite": (lambda: learning_rate(INF), ValueError, "alpha is inf", POSITIVE),
    "rate a string": (lambda: learning_rate("0.1"), TypeError, "alpha is '0.1'", POSITIVE),
    "rate bytes": (lambda: learning_rate(b"1"), TypeError, "alpha is b'1'", POSITIVE),
    "rate true": (lambda: learning_rate(True), TypeError, "alpha is True", POSITIVE),
    "rate NumPy's true": (lambda: learning_rate(np.True_), TypeError, "alpha is ", POSITIVE),
    "rate complex": (lambda: learning_rate(1j), TypeError, "alpha is 1j", POSITIVE),
    "rate NumPy's complex": (lambda: learning_rate(np.complex64(1)), TypeError, "alpha is ", POSITIVE),
    "rate NumPy's string": (lambda: learning_rate(np.array("a")), TypeError, "alpha is ", POSITIVE),
    "rate a list": (lambda: learning_rate([0.1]), TypeError, "alpha is [0.1]", POSITIVE),
    "rate a row": (lambda: learning_rate(np.array([0.1])), TypeError, "alpha is array([0.1])", POSITIVE),
    "rate past all floats": (lambda: learning_rate(10**400), ValueError, "alpha is 1000", POSITIVE),
    "first rate zero": (lambda: armijo(0), ValueError, "alpha is 0", POSITIVE),
    "first rate a string": (lambda: armijo("1"), TypeError, "alpha is '1'", POSITIVE),
    "share zero": (lambda: armijo(1.0, share=0), ValueError, "share is 0", POSITIVE),
    "share nan": (lambda: armijo(1.0, share=NAN), ValueError, "share is nan", POSITIVE),
    "share none": (lambda: armijo(1.0, share=None), TypeError, "share is None", POSITIVE),
    "share one": (lambda: armijo(1.0, share=1), ValueError, "share is 1.0", "pass a number between 0 and 1"),
    "no bottom": (
        lambda: descend(quadratic([1, -1]), [1.0, 2.0], exact_line_search(), 1),
        ValueError,
        "curvature is -0.6",
        "Pass another rule",
    ),
    "flat": (lambda: exact_line_search()(quadratic([0]), [1.0], [1.0], [-1.0]), ValueError, "curvature is 0.0", "Pass"),
    "best step up": (lambda: exact_line_search()(BOWL, G, G, G), ValueError, "slope is ", "pass its opposite"),
    "backtracking up": (lambda: armijo(1.0)(BOWL, G, G, G), ValueError, "slope is ", "pass its opposite"),
    "no loss of curvature": (lambda: largest_curvature(len, G), TypeError, "loss is ", "pass a Loss"),
    "products 2.0": (lambda: largest_curvature(BOWL, G, iterations=2.0), TypeError, "iterations is 2.0", WHOLE),
    "products -1": (lambda: largest_curvature(BOWL, G, iterations=-1), ValueError, "iterations is -1", "at least 0"),
    "seed of products": (lambda: largest_curvature(BOWL, G, seed=0.5), TypeError, "seed is 0.5", WHOLE),
    "length zero": (lambda: fixed_length(0.0), ValueError, "eta is 0.0", POSITIVE),
    "length none": (lambda: fixed_length(None), TypeError, "eta is None", POSITIVE),
    "length negative": (lambda: fixed_length(-1), ValueError, "eta is -1", POSITIVE),
    "loss none": (lambda: descend(None, G, RATE, 3), TypeError, "loss is None", "pass a Loss"),
    "loss a function": (lambda: first_order(lambda w: 1.0, G, G, 0.1), TypeError, "loss is <function", "pass a Loss"),
    "loss a string": (lambda: along("bowl", G, G, 0.1), TypeError, "loss is 'bowl'", "pass a Loss"),
    "loss of curvature": (lambda: curvature(None, G, G), TypeError, "loss is None", "pass a Loss"),
    "rule a number": (
        lambda: descend(BOWL, G, 0.1, 3),
        TypeError,
        "step is 0.1",
        "pass a step rule, such as learning_rate(0.1)",
    ),
    "lengths missing": (
        lambda: descend(BOWL, G, [0.1, 0.1], 3),
        ValueError,
        "step holds 2 lengths for 3",
        "one for each",
    ),
    "one length negative": (lambda: descend(BOWL, G, [0.1, -0.1], 2), ValueError, "step is -0.1", LENGTH),
    "length a string": (lambda: descend(BOWL, G, "0.1", 3), TypeError, "step is '0'", LENGTH),
    "momentum negative": (
        lambda: descend(BOWL, G, RATE, 3, momentum=-0.5),
        ValueError,
        "momentum is -0.5",
        "pass zero or",
    ),
    "momentum none": (lambda: descend(BOWL, G, RATE, 3, momentum=None), TypeError, "momentum is None", "pass zero or"),
    "conjugate, no bottom": (
        lambda: conjugate_gradients(quadratic([1, -4]), [1.0, 2.0], 2),
        ValueError,
        "curvature is ",
        "Pass another rule",
    ),
    "conjugate, two points": (
        lambda: conjugate_gradients(BOWL, DEEP, 3),
        ValueError,
        "start has shape (2, 2)",
        "one vector",
    ),
    "conjugate, no loss": (lambda: conjugate_gradients(None, G, 3), TypeError, "loss is None", "pass a Loss"),
    "conjugate, iterations -1": (
        lambda: conjugate_gradients(BOWL, G, -1),
        ValueError,
        "iterations is -1",
        "at least 0",
    ),
    "start two points": (lambda: descend(BOWL, DEEP, RATE, 3), ValueError, "start has shape (2, 2)", "pass one vector"),
    "start of 3": (lambda: descend(BOWL, [1.0] * 3, RATE, 3), ValueError, "w has 3 components", "takes 2"),
    "iterations 2.0": (lambda: descend(BOWL, G, RATE, 2.0), TypeError, "iterations is 2.0", WHOLE),
    "iterations true": (lambda: descend(BOWL, G, RATE, True), TypeError, "iterations is True", WHOLE),
    "iterations -1": (lambda: descend(BOWL, G, RATE, -1), ValueError, "iterations is -1", "pass at least 0"),
    "rule negative": (lambda: descend(BOWL, G, lambda *seen: -0.1, 3), ValueError, "step is -0.1", LENGTH),
    "rule nan": (lambda: descend(BOWL, G, lambda *seen: NAN, 3), ValueError, "step is nan", LENGTH),
    "rule none": (lambda: descend(BOWL, G, lambda *seen: None, 3), TypeError, "step is None", LENGTH),
    "rule a row": (lambda: descend(BOWL, G, lambda *seen: np.ones(2), 3), TypeError, "step is array", LENGTH),
    "steps negative": (
        lambda: along(BOWL, G, G, [1.0, -2.0]),
        ValueError,
        "steps holds -2.0",
        "turn the direction around",
    ),
    "step negative": (lambda: first_order(BOWL, G, G, -1), ValueError, "steps holds -1.0", "turn the direction around"),
    "steps nan": (lambda: second_order(BOWL, G, G, [NAN]), ValueError, "steps holds nan", "pass finite numbers"),
    "steps infinite": (lambda: along(BOWL, G, G, INF), ValueError, "steps holds inf", "pass finite numbers"),
    "steps a string": (lambda: along(BOWL, G, G, "1"), TypeError, "steps has dtype", "pass real numbers"),
    "steps true": (lambda: along(BOWL, G, G, True), TypeError, "steps has dtype bool", "pass real numbers"),
    "steps a matrix": (
        lambda: along(BOWL, G, G, DEEP),
        ValueError,
        "steps has shape (2, 2)",
        "pass one number, or a row",
    ),
    "w two points": (lambda: along(BOWL, DEEP, G, 1.0), ValueError, "w has shape (2, 2)", "pass one vector"),
    "two directions": (
        lambda: first_order(BOWL, G, DEEP, 1.0),
        ValueError,
        "direction has shape (2, 2)",
        "pass one vector",
    ),
    "one step to fit": (
        lambda: measured_order([1.0], [1.0]),
        ValueError,
        "steps is [1.]",
        "pass two or more different",
    ),
    "one step twice": (
        lambda: measured_order([1.0, 1.0], [1.0, 2.0]),
        ValueError,
        "steps is",
        "different positive steps",
    ),
    "step zero to fit": (lambda: measured_order([0.0, 1.0], [1.0, 2.0]), ValueError, "steps is", "positive steps"),
    "step below zero": (lambda: measured_order([-1.0, 1.0], [1.0, 2.0]), ValueError, "steps is", "positive steps"),
    "steps in rows": (lambda: measured_order(DEEP, DEEP), ValueError, "steps is", "one error for each"),
    "error missing": (lambda: measured_order([1.0, 2.0, 3.0], G), ValueError, "errors has 2 components", "pass"),
    "errors in rows": (lambda: measured_order([1.0, 2.0], DEEP), ValueError, "steps is", "one error for each"),
    "error zero": (
        lambda: measured_order([1.0, 2.0], [0.0, 1.0]),
        ValueError,
        "errors holds 0",
        "the model is exact there",
    ),
    "degrees nan": (lambda: circle(NAN), ValueError, "degrees holds nan", "pass finite numbers"),
    "degrees none": (lambda: circle(None), TypeError, "degrees has dtype object", "pass real numbers"),
    "degrees a matrix": (lambda: circle(DEEP), ValueError, "degrees has shape (2, 2)", "pass one number, or a row"),
    "start zero": (lambda: circle(0, [0.0, 0.0]), ValueError, "start is zero", NOWHERE),
    "start rows": (lambda: circle(0, DEEP), ValueError, "start has shape (2, 2)", "pass one vector"),
    "toward zero": (lambda: circle(0, G, [0.0, 0.0]), ValueError, "toward is zero", NOWHERE),
    "toward rows": (lambda: circle(0, G, DEEP), ValueError, "toward has shape (2, 2)", "pass one vector"),
    "toward missing": (lambda: circle(0, [1.0] * 3), ValueError, "toward is missing", "pass a second vector"),
    "no second side": (lambda: circle(0, [1.0]), ValueError, "toward is missing", "pass a second vector"),
    "toward parallel": (lambda: circle(0, G, [6.0, -8.0]), ValueError, "toward is parallel", "spans a plane"),
    "toward opposite": (
        lambda: circle(0, [0.1, 0.2, 0.3], [-0.3, -0.6, -0.9]),
        ValueError,
        "toward is parallel",
        "spans",
    ),
    "toward of 3": (lambda: circle(0, G, [1.0] * 3), ValueError, "toward has 3 components", SPACE),
    "no directions": (lambda: random_directions(0, 2, seed=0), ValueError, "count is 0", "pass at least 1"),
    "no dimension": (lambda: random_directions(2, 0, seed=0), ValueError, "dim is 0", "pass at least 1"),
    "count 2.5": (lambda: random_directions(2.5, 2, seed=0), TypeError, "count is 2.5", WHOLE),
    "dim a string": (lambda: random_directions(2, "2", seed=0), TypeError, "dim is '2'", WHOLE),
    "seed none": (lambda: random_directions(2, 2, seed=None), TypeError, "seed is None", WHOLE),
    "seed negative": (lambda: random_directions(2, 2, seed=-1), ValueError, "seed is -1", "pass at least 0"),
    "two libraries": (
        lambda: directional_derivative(array_api_strict.asarray(G), dask.array.asarray(G)),
        TypeError,
        "gradient and direction are of several array libraries",
        "pass arrays of one",
    ),
    "none beside dask": (lambda: cosine(dask.array.asarray(G), [None, 1.0]), TypeError, "b ", "pass"),
    "none beside strict": (lambda: cosine(array_api_strict.asarray(G), [None, 1.0]), TypeError, "b ", "pass"),
    "strict complex": (lambda: L2(array_api_strict.asarray([1j])), TypeError, "x has dtype", "pass real numbers"),
    "strict nan": (lambda: L2(array_api_strict.asarray([NAN])), ValueError, "x holds nan", "pass finite numbers"),
    "strict zero": (lambda: L2.aligned(array_api_strict.zeros(2)), ValueError, "gradient is zero", ZERO),
}


@pytest.mark.parametrize("row", TABLE)
def test_an_error_names_the_argument_and_what_to_pass(row):
    """The error starts with the name of what is wrong and says what to pass instead."""
    call, error, start, advice = TABLE[row]
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(start)
    assert advice in str(caught.value)
