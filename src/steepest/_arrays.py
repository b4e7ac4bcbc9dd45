"""Which array library the numbers live in, and the checks every public function shares."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
from array_api_compat import array_namespace, is_array_api_obj, is_lazy_array, is_numpy_array
from array_api_compat import numpy as numpy_namespace

Array: TypeAlias = Any
NO_ANGLE = "it points nowhere. Pass a vector with a component that is not zero."


def namespace(*values: Any) -> Any:
    """Return the array library of the values: NumPy unless one of them belongs to another."""
    others = [v for v in values if is_array_api_obj(v) and not is_numpy_array(v)]
    return array_namespace(*others) if others else numpy_namespace


def at_hand(x: Array) -> bool:
    """Tell whether looking at the values costs nothing; on Dask and JAX it may start a computation."""
    return not is_lazy_array(x)


def plain(x: Array) -> Any:
    """Return a NumPy scalar as a float; leave every other array as it is."""
    return float(x) if is_numpy_array(x) and x.ndim == 0 else x


def vectors(*, beside: Any = None, **named: Any) -> tuple[Any, ...]:
    """Return the array library, then each argument as vectors of floats of one type and one dimension.

    Integers and lists take the float type of the other arguments; the last axis is the vector. What stands
    beside the vectors has a say in the library only.
    """
    try:
        xp = namespace(beside, *named.values())
    except TypeError as error:
        raise TypeError(f"{' and '.join(named)} are of several array libraries: pass arrays of one.") from error
    arrays = {name: numbers(xp, name, value) for name, value in named.items()}
    floating = [a for name, a in arrays.items() if is_array_api_obj(named[name]) and _is_float(xp, a)]
    dtype = xp.result_type(*floating) if floating else xp.__array_namespace_info__().default_dtypes()["real floating"]
    arrays = {name: xp.astype(a, dtype, copy=False) for name, a in arrays.items()}
    for name, a in arrays.items():
        _check_vectors(xp, name, a)
    first, *rest = arrays
    for name in rest:
        _check_same_space(name, arrays[name], first, arrays[first])
    return (xp, *arrays.values())


def single(name: str, x: Array) -> None:
    """Refuse several vectors where one is wanted."""
    if x.ndim != 1:
        raise ValueError(f"{name} has shape {tuple(x.shape)}: pass one vector, of shape (d,).")


def nonzero(xp: Any, name: str, x: Array, why: str) -> None:
    """Refuse a zero vector where the values are at hand."""
    if at_hand(x) and not bool(xp.all(xp.any(x != 0, axis=-1))):
        raise ValueError(f"{name} is zero: {why}")


def number(name: str, value: Any, *, positive: bool = False) -> float:
    """Return a finite float that is not negative (and not zero, if it must be positive)."""
    wanted = "a positive number" if positive else "zero or a positive number"
    try:
        if np.asarray(value).dtype.kind not in "iufO" or np.ndim(value) > 0:  # O: a Fraction, or a huge int
            raise TypeError
        result = float(value)
    except OverflowError:
        result = math.inf
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} is {value!r}: pass {wanted}.") from error
    if not math.isfinite(result) or result < 0 or (positive and result == 0):
        raise ValueError(f"{name} is {value!r}: pass {wanted}.")
    return result


def whole(name: str, value: Any, *, least: int) -> int:
    """Return an int of at least the given size."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} is {value!r}: pass a whole number.")
    if value < least:
        raise ValueError(f"{name} is {value}: pass at least {least}.")
    return int(value)


def scalars(name: str, value: Any, like: Array, *, signed: bool = False) -> Array:
    """Return finite numbers, one or a row, in the array library and float type of the vector they go with."""
    xp = namespace(like)
    array = xp.astype(numbers(xp, name, value), like.dtype, copy=False)
    if array.ndim > 1:
        raise ValueError(f"{name} has shape {tuple(array.shape)}: pass one number, or a row of shape (n,).")
    _check_finite(xp, name, array)
    if not signed and at_hand(array) and bool(xp.any(array < 0)):
        raise ValueError(f"{name} holds {float(xp.min(array))}, a negative length: turn the direction around instead.")
    return array


def shift(xp: Any, x: Array, exponent: Array) -> Array:
    """Return ``x * 2**exponent``, in two halves so that no power overflows unless the result does."""
    half = xp.floor(exponent / 2)
    two = xp.asarray(2.0, dtype=x.dtype)
    return x * xp.pow(two, half) * xp.pow(two, exponent - half)


def split(xp: Any, x: Array) -> tuple[Array, Array]:
    """Return vectors scaled exactly to a largest component near 2, and the exponents that scale them back."""
    return _scaled(xp, x, xp.max(xp.abs(x), axis=-1, keepdims=True))


def inner(xp: Any, a: Array, b: Array) -> Array:
    """Return inner products over the last axis, summed in one order on every processor, which no BLAS promises."""
    return xp.sum(a * b, axis=-1)


def dot(xp: Any, a: Array, b: Array) -> Array:
    """Return inner products over the last axis that neither overflow nor underflow on the way."""
    (a, m), (b, n) = _scaled(xp, a, xp.abs(a)), _scaled(xp, b, xp.abs(b))
    exponent = xp.where((a == 0) | (b == 0), xp.full_like(m, -4096.0), m + n)  # a zero has the least of all
    top = xp.max(exponent, axis=-1, keepdims=True)
    return shift(xp, inner(xp, a, shift(xp, b, exponent - top)), top[..., 0])


def is_zero(x: Array) -> bool:
    """Tell whether a vector at hand is zero; one that is not at hand counts as not zero."""
    return at_hand(x) and not bool(namespace(x).any(x != 0))


def finite(xp: Any, *arrays: Array) -> bool:
    """Tell whether all numbers at hand are finite."""
    return all(bool(xp.all(xp.isfinite(xp.asarray(a)))) for a in arrays if at_hand(a))


def numbers(xp: Any, name: str, value: Any) -> Array:
    """Return real numbers as an array, or say why the value is none."""
    own = is_array_api_obj(value) and array_namespace(value) == xp
    try:
        array = value if own else np.asarray(value)
    except (ValueError, TypeError) as error:
        raise type(error)(f"{name} is no array of numbers ({error}): pass rows of one length.") from error
    if not (xp if own else numpy_namespace).isdtype(array.dtype, ("real floating", "integral")):
        raise TypeError(f"{name} has dtype {array.dtype}: pass real numbers (floats or integers).")
    return xp.asarray(array)


def _scaled(xp: Any, x: Array, size: Array) -> tuple[Array, Array]:
    """Return `x` scaled exactly by the power of two that brings `size` between 1.4 and 2.9, and the exponent back."""
    exponent = xp.floor(xp.log2(xp.where(size == 0, xp.ones_like(size), size)) - 0.5)
    return shift(xp, x, -exponent), exponent


def _is_float(xp: Any, array: Array) -> bool:
    return bool(xp.isdtype(array.dtype, "real floating"))


def _check_vectors(xp: Any, name: str, array: Array) -> None:
    """Refuse numbers that are no vectors: a scalar, an empty array, a value that is not finite."""
    if array.ndim == 0:
        raise ValueError(f"{name} is a single number: pass a vector, of shape (d,).")
    if 0 in array.shape:
        raise ValueError(f"{name} is empty (shape {tuple(array.shape)}): pass at least one vector of one component.")
    _check_finite(xp, name, array)


def _check_same_space(name: str, a: Array, other: str, b: Array) -> None:
    """Refuse vectors of two dimensions, and two numbers of vectors that do not broadcast."""
    if a.shape[-1] != b.shape[-1]:
        raise ValueError(
            f"{name} has {a.shape[-1]} components and {other} has {b.shape[-1]}: pass vectors of the same space."
        )
    try:
        np.broadcast_shapes(a.shape, b.shape)
    except ValueError as error:
        shapes = f"{name} has shape {tuple(a.shape)} and {other} {tuple(b.shape)}"
        raise ValueError(f"{shapes}: pass as many vectors of each, or one.") from error


def _check_finite(xp: Any, name: str, array: Array) -> None:
    if at_hand(array) and not bool(xp.all(xp.isfinite(array))):
        flat = xp.reshape(array, (-1,))
        first = int(xp.nonzero(~xp.isfinite(flat))[0][0])
        raise ValueError(f"{name} holds {float(flat[first])} (entry {first}): pass finite numbers.")
