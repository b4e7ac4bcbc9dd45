"""The checks every public function shares, and the arithmetic that neither overflows nor underflows."""

import math
from fractions import Fraction

import array_api_strict
import dask.array
import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from strategies import EPS, TINY, exact_dot, finite, pairs, vectors

from steepest import _arrays
from steepest._arrays import at_hand, dot, namespace, number, plain, scalars, shift, split, whole

HUGE = float(np.finfo(float).max)
xp = namespace()


def test_numpy_is_the_library_when_none_is_given():
    """Lists, numbers and NumPy arrays are NumPy's; one array of another library decides for all."""
    strict = array_api_strict.asarray([1.0])
    assert namespace([1.0], 2.0, np.ones(2)).asarray([1.0]).__class__ is np.ndarray
    assert namespace([1.0], np.ones(2), strict) is array_api_strict


def test_only_lazy_arrays_are_not_at_hand():
    """Looking at NumPy's values costs nothing; looking at Dask's would start a computation."""
    assert at_hand(np.ones(2))
    assert not at_hand(dask.array.ones(2))


def test_scalars_leave_as_floats():
    """A NumPy scalar leaves as a float, of its own value; a vector and another library's scalar stay as they are."""
    row, strict = np.ones(1), array_api_strict.asarray(0.5)
    assert type(plain(np.float32(0.5))) is float
    assert plain(np.asarray(0.5)) == 0.5  # exact: nothing is computed
    assert plain(row) is row
    assert plain(strict) is strict


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([1, 2], [3, 4], np.float64),
        (np.float32([1, 2]), [3.0, 4.0], np.float32),
        (np.float32([1, 2]), np.array([3, 4]), np.float32),
        (np.float32([1, 2]), np.float64([3, 4]), np.float64),
        (np.array([1, 2], dtype=np.int8), [3, 4], np.float64),
    ],
)
def test_vectors_share_the_float_type_of_the_arrays(first, second, expected):
    """Lists and integers take the arrays' float type, float64 when there is none; the widest of several wins."""
    _, a, b = _arrays.vectors(first=first, second=second)
    assert a.dtype == b.dtype == expected
    np.testing.assert_array_equal(a, [1, 2])
    np.testing.assert_array_equal(b, [3, 4])


def test_vectors_are_not_copied_without_need():
    """A float array comes back as the very same array, as vectors and as numbers that go with one."""
    given_array = np.ones(3)
    assert _arrays.vectors(x=given_array)[1] is given_array
    assert scalars("x", given_array, given_array) is given_array


@given(vectors(finite))
@example([HUGE, 1.0])
@example([TINY, -TINY])
@example([0.0])
def test_split_is_exact_for_the_largest_component(x):
    """Splitting brings the largest component between 1.4 and 2.9 by a power of two, exactly."""
    scaled, exponent = split(xp, np.array(x))
    largest, power = float(np.max(np.abs(scaled))), int(exponent[0])
    assert Fraction(largest) * Fraction(2) ** power == Fraction(max(map(abs, x)))  # exact: the law itself, in fractions
    assert largest == 0 or 1.4 <= largest <= 2.9


@given(st.floats(1, 2), st.integers(-1074, 1023))
def test_shift_multiplies_by_a_power_of_two(x, exponent):
    """Shifting a number in [1, 2] is the C function ldexp, subnormal results included."""
    assume(not (x == 2 and exponent == 1023))
    assert float(shift(xp, np.float64(x), np.float64(exponent))) == math.ldexp(x, exponent)


@given(pairs(finite, finite))
@example(([HUGE, HUGE], [HUGE, -HUGE]))
@example(([1e308, 1e-300], [0.0, 1e300]))
@example(([TINY], [1e308]))
@example(([0.0, 3.0], [1e308, TINY]))
@example(([0.0, 1e-150], [1e308, 1e-150]))
@example(([1e308, 1e-150], [0.0, 1e-150]))
def test_dot_rounds_but_never_overflows_on_the_way(drawn):
    """An inner product within range is right to d rounding errors of the sum of the sizes of its terms."""
    exact, size = exact_dot(*drawn)
    # d products and d - 1 sums round; a result below the normal range, and each term so, also to a multiple of TINY.
    bound = 2 * len(drawn[0]) * (Fraction(EPS) * size + Fraction(TINY))
    assume(abs(exact) + bound < Fraction(HUGE))
    result = float(dot(xp, *map(np.array, drawn)))
    assert abs(Fraction(result) - exact) <= bound


def test_dot_of_rows_is_the_dot_of_each_row():
    """Inner products over the last axis broadcast over the others."""
    a, b = np.arange(24.0).reshape(2, 4, 3), np.arange(12.0).reshape(4, 3)
    np.testing.assert_array_equal(dot(xp, a, b), np.einsum("nmd,md->nm", a, b))


def test_dot_of_a_row_does_not_depend_on_the_others():
    """Rows of very different lengths have the inner products that they have alone."""
    a, lengths = np.arange(1.0, 13.0).reshape(4, 3), 2.0 ** np.array([-1000, -300, 0, 1000])
    np.testing.assert_array_equal(dot(xp, a * lengths[:, None], a), (a * a).sum(-1) * lengths)


@pytest.mark.parametrize("value", [2, 2.0, np.float32(2), np.array(2), Fraction(2)])
def test_a_number_is_a_float_whatever_it_was(value):
    """Every real scalar of value two becomes the float two."""
    assert type(number("x", value)) is float
    assert number("x", value) == 2.0  # exact: nothing is computed


def test_zero_is_a_number_but_not_a_positive_one():
    """Zero passes where lengths may vanish, and is refused where they must be positive."""
    assert number("x", 0) == 0.0  # exact: nothing is computed
    with pytest.raises(ValueError, match=r"^x is 0: pass a positive number"):
        number("x", 0, positive=True)


@pytest.mark.parametrize("value", [3, np.int16(3)])
def test_a_whole_number_is_an_int(value):
    """Python's and NumPy's whole numbers become an int, the least one allowed included."""
    assert type(whole("x", value, least=3)) is int
    with pytest.raises(ValueError, match=r"^x is 3: pass at least 4"):
        whole("x", value, least=4)


def test_scalars_take_the_type_of_the_vector_they_go_with():
    """Step lengths are of the vector's float type, one or a row, and may be negative only where signs make sense."""
    like = np.ones(2, dtype=np.float32)
    assert scalars("x", 1, like).dtype == scalars("x", [1.0, 2.0], like).dtype == np.float32
    assert scalars("x", [-1.0], like, signed=True)[0] == -1.0  # exact: nothing is computed
    assert scalars("x", [0.0, 1.0], like)[0] == 0.0  # exact: nothing is computed
