import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core import blocks
from embedviz.core.derivation.recipes import Truncated
from embedviz.core.matryoshka import layer_normed, truncate
from embedviz.core.progress import Cancelled
from embedviz.core.texts.encoder_of import encoder_of_rows
from embedviz.core.vector_set import VectorSet


def random_rows(n, d, seed=0, scale=1.0):
    return (scale * np.random.default_rng(seed).normal(0.3, 1.0, size=(n, d))).astype(np.float32)


def reference(vectors, dimensions=None):
    """Return rows less their mean over their deviation, cut, at unit length; in float64."""
    rows = np.asarray(vectors, np.float64)
    rows = (rows - rows.mean(axis=1, keepdims=True)) / rows.std(axis=1, keepdims=True)
    if dimensions is None:
        return rows
    rows = rows[:, :dimensions]
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 20), st.integers(2, 30), st.sampled_from([1e-30, 1e-3, 1.0, 1e6, 1e30]))
def test_rows_have_mean_0_and_variance_1(n, d, scale):
    vectors = random_rows(n, d, scale=scale)
    found = layer_normed(vectors)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, reference(vectors), atol=2e-5)


def test_equal_numbers_become_zeros_and_infinite_ones_nan():
    rows = np.float32([[0.1] * 7, [0.0] * 7, [np.inf, *range(6)], range(7)])
    found = layer_normed(rows)
    assert not found[:2].any()
    assert np.isnan(found[2]).all()
    assert np.isfinite(found[3]).all()


def test_it_goes_block_by_block_and_can_be_stopped(monkeypatch):
    vectors = random_rows(50, 9)
    before, expected = vectors.copy(), layer_normed(vectors)
    monkeypatch.setattr(blocks, "_BLOCK_BYTES", 4 * 9 * 7)
    said = []
    np.testing.assert_array_equal(layer_normed(vectors, lambda *at: said.append(at)), expected)
    np.testing.assert_array_equal(vectors, before)
    assert len(said) > 3
    assert said[-1][0] == 1.0

    def stop(*_):
        raise Cancelled

    with pytest.raises(Cancelled):
        layer_normed(vectors, stop)


@pytest.mark.parametrize("dimensions", [1, 3, 8, 12])
def test_truncated_after_layer_norm(dimensions):
    vectors = random_rows(40, 12)
    found = truncate(vectors, dimensions, layer_norm=True)
    np.testing.assert_allclose(found, reference(vectors, dimensions), atol=1e-5)
    assert not np.allclose(found, truncate(vectors, dimensions), atol=1e-2)


def test_the_length_of_rows_does_not_matter():
    vectors = random_rows(40, 12)
    scaled = vectors * np.linspace(0.1, 50, 40, dtype=np.float32)[:, np.newaxis]
    np.testing.assert_allclose(truncate(scaled, 5, True), truncate(vectors, 5, True), atol=1e-5)


def test_the_derived_set_brings_queries_along_and_says_what_it_is():
    parent = VectorSet(random_rows(20, 12), name="toy")
    derived = Truncated(5, layer_norm=True).derive(parent)
    assert str(derived.name) == "first 5 dimensions after layer norm"
    np.testing.assert_allclose(derived.vectors, reference(parent.vectors, 5), atol=1e-5)
    np.testing.assert_allclose(
        derived.transform_query(parent.vectors[3]), derived.vectors[3], atol=1e-6
    )
    assert Truncated(5) != Truncated(5, layer_norm=True)
    assert encoder_of_rows(derived) is None
    assert Truncated(5).is_prefix
    assert not Truncated(5, layer_norm=True).is_prefix
