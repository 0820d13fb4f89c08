"""Shrinkage of Ledoit and Wolf beside that of scikit-learn."""

import numpy as np
import pytest
from sklearn import covariance as sklearn_covariance

from embedviz.core import blocks
from embedviz.core.covariance import ledoit_wolf_shrinkage, principal_axes
from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled

RELATIVE = {np.float64: 1e-9, np.float32: 1e-5, np.float16: 1e-5}


def cloud(n_vectors, dimensions, kind=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    mix = rng.normal(size=(dimensions, dimensions))
    return (rng.normal(size=(n_vectors, dimensions)) @ mix + 3.0).astype(kind)


def found(vectors):
    return ledoit_wolf_shrinkage(vectors, principal_axes(vectors))


def expected(vectors):
    return sklearn_covariance.ledoit_wolf_shrinkage(np.asarray(vectors, np.float64))


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.float16])
@pytest.mark.parametrize("shape", [(400, 12), (13, 12), (12, 12), (7, 12), (4, 60), (3, 5)])
def test_equals_that_of_scikit_learn(shape, kind, monkeypatch):
    monkeypatch.setattr(blocks, "_BLOCK_BYTES", 500)
    vectors = cloud(*shape, kind)
    assert found(vectors) == pytest.approx(expected(vectors), rel=RELATIVE[kind])
    assert 0 < found(vectors) <= 1


def test_constant_columns_and_copies_count_as_they_do_there():
    vectors = cloud(90, 10)
    vectors[:, 3], vectors[:, 7] = 0.25, vectors[:, 1]
    assert found(vectors) == pytest.approx(expected(vectors), rel=1e-10)
    vectors[:, :9] = 1.0
    assert found(vectors) == pytest.approx(expected(vectors), rel=1e-10)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("scale", [1e-20, 1e-3, 1e20])
def test_it_does_not_depend_on_the_unit(scale, kind):
    vectors = cloud(300, 8)
    scaled = (vectors * scale).astype(kind)
    assert found(scaled) == pytest.approx(expected(vectors), rel=1e-4)


def test_a_mean_far_away_costs_no_digits():
    vectors = cloud(300, 8, np.float32)
    near = np.round(vectors * 16) / 16  # Which 1e6 + x holds exactly.
    assert found(near + np.float32(1e6)) == pytest.approx(expected(near), rel=1e-5)


@pytest.mark.parametrize("shape", [(0, 3), (1, 3), (5, 0), (40, 1)])
def test_nothing_to_move(shape):
    assert found(np.arange(np.prod(shape), dtype=float).reshape(shape)) == 0.0


def test_equal_rows_are_not_moved():
    assert found(np.full((20, 4), 0.1)) == 0.0


def test_a_sphere_is_moved_all_the_way():
    assert found(np.vstack([np.eye(5), -np.eye(5)])) in (0.0, 1.0)
    noise = np.random.default_rng(0).normal(size=(30, 40))
    assert found(noise) == pytest.approx(expected(noise), rel=1e-10)
    assert found(noise) > 0.8


def test_it_tells_how_far_it_is_and_stops(monkeypatch):
    monkeypatch.setattr(blocks, "_BLOCK_BYTES", 500)
    vectors, told = cloud(60, 5), []
    axes = principal_axes(vectors)
    ledoit_wolf_shrinkage(vectors, axes, lambda fraction, words: told.append(fraction))
    assert len(told) > 2
    assert told == sorted(told)

    def stop(fraction, words):
        raise Cancelled

    with pytest.raises(Cancelled):
        ledoit_wolf_shrinkage(vectors, axes, stop)


def test_rows_of_another_length_are_refused():
    with pytest.raises(UserError, match="4 dimensions"):
        ledoit_wolf_shrinkage(cloud(9, 4), principal_axes(cloud(9, 5)))
