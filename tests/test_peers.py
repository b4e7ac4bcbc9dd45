"""Libraries that do the same: the same projections, ways back, paths and minima, and the minus sign where we say."""

import numpy as np
import pytest

from steepest import Loss, descend, learning_rate, stiefel

pymanopt = pytest.mark.peer("pymanopt")


def _points(manifold, rng, count, shape):
    """Yield points of the surface and matrices of all sizes, every tenth of them zero and every tenth of rank one."""
    for k in range(count):
        x, g = np.linalg.qr(rng.standard_normal(shape))[0], rng.standard_normal(shape) * 10.0 ** (k % 7 - 3)
        yield x, 0 * g if k % 10 == 0 else np.outer(g[:, 0], g[0]) if k % 10 == 1 else g


@pymanopt
@pytest.mark.parametrize("shape", [(1, 1), (3, 1), (4, 2), (5, 5), (9, 3)], ids=str)
def test_stiefel_is_that_of_pymanopt(shape):
    """On 200 points of each shape projection and polar retraction are Pymanopt's; its QR retraction is another."""
    from pymanopt import manifolds

    polar, qr = manifolds.Stiefel(*shape, retraction="polar"), manifolds.Stiefel(*shape, retraction="qr")
    surface, tolerance, other = stiefel(shape), 1e-13, 0.0  # of the gradient: what the page says
    for x, g in _points(polar, np.random.default_rng(340), 200, shape):
        w, size = x.reshape(-1), max(1.0, float(np.linalg.norm(g)))
        u = surface.gradient(w, g.reshape(-1))
        assert abs(u - polar.projection(x, g).reshape(-1)).max() <= tolerance * size
        u = u / size
        end = surface.retract(w, u).reshape(shape)
        assert abs(end - polar.retraction(x, u.reshape(shape))).max() <= tolerance
        other = max(other, abs(end - qr.retraction(x, u.reshape(shape))).max())
    assert (other > 0.01) == (shape[1] > 1)


def _leading(rng, shape):
    """Return a symmetric matrix, minus half the trace of X'AX as a loss, and a start."""
    rows = shape[0]
    axes = np.linalg.qr(rng.standard_normal((rows, rows)))[0]
    a = (axes * np.linspace(0, 2, rows)) @ axes.T

    def product(w):
        return -(a @ w.reshape(*w.shape[:-1], *shape)).reshape(w.shape)

    loss = Loss(lambda w: np.sum(w * product(w), axis=-1) / 2, product, lambda w, v: product(v))
    return a, loss, np.linalg.qr(rng.standard_normal(shape))[0]


@pymanopt
def test_descent_takes_the_steps_of_pymanopt():
    """With one learning rate fifty steps by Pymanopt's projection and polar retraction visit the same points."""
    from pymanopt import manifolds

    manifold = manifolds.Stiefel(10, 3, retraction="polar")
    a, loss, x = _leading(np.random.default_rng(341), (10, 3))
    path = descend(loss, x.reshape(-1), learning_rate(0.3), 50, surface=stiefel((10, 3)))
    for point in path.points:
        assert point == pytest.approx(x.reshape(-1), abs=1e-13)  # what the page says
        x = manifold.retraction(x, -0.3 * manifold.projection(x, -a @ x))


@pymanopt
def test_steepest_descent_of_pymanopt_finds_the_same_minimum():
    """Pymanopt's own steepest descent, with backtracking, ends at the value where ours ends, and at the same span."""
    import pymanopt

    manifold = pymanopt.manifolds.Stiefel(10, 3)
    a, loss, x = _leading(np.random.default_rng(342), (10, 3))
    cost = pymanopt.function.numpy(manifold)(lambda y: -np.trace(y.T @ a @ y) / 2)
    slope = pymanopt.function.numpy(manifold)(lambda y: -a @ y)
    problem = pymanopt.Problem(manifold, cost, euclidean_gradient=slope)
    optimizer = pymanopt.optimizers.SteepestDescent(verbosity=0, min_gradient_norm=1e-8)
    theirs = optimizer.run(problem, initial_point=x)
    ours = descend(loss, x.reshape(-1), learning_rate(0.5), 400, surface=stiefel((10, 3)))
    assert ours.values[-1] == pytest.approx(-np.linspace(0, 2, 10)[-3:].sum() / 2, abs=1e-13)
    assert theirs.cost == pytest.approx(ours.values[-1], abs=1e-12)
    end = ours.points[-1].reshape(10, 3)
    assert theirs.point @ theirs.point.T == pytest.approx(end @ end.T, abs=1e-6)


@pytest.mark.peer("optax")
def test_optax_carries_the_minus_in_its_updates():
    """Its `sgd` gives minus the rate times the gradient, `apply_updates` adds; `flip_sign=False` drops the minus."""
    import optax

    g, w = np.array([3.0, -4.0, 1.0], np.float32), np.array([1.0, 2.0, -1.0], np.float32)
    for rule, sign in (
        (optax.sgd(0.125), -1),
        (optax.scale_by_learning_rate(0.125), -1),
        (optax.scale_by_learning_rate(0.125, flip_sign=False), 1),
    ):
        updates, _ = rule.update(g, rule.init(w))
        np.testing.assert_array_equal(updates, sign * g / 8)  # exact: a power of two
        np.testing.assert_array_equal(optax.apply_updates(w, updates), w + sign * g / 8)
