"""Codes of rows, against sums in extended precision."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core import blocks
from embedviz.core.neighbors.int8_codes import code_product, int8_codes, int16_weights
from embedviz.core.progress import Cancelled

EXACT = np.longdouble


def unit(rows):
    rows = rows.astype(EXACT)
    lengths = np.sqrt((rows * rows).sum(axis=-1, keepdims=True))
    return rows / np.where(lengths > 0, lengths, 1)


def length(rows):
    return np.sqrt((rows * rows).sum(axis=-1))


def rows_of(seed, n_rows, dimensions, size, away):
    random = np.random.default_rng(seed)
    pole = away * random.normal(size=dimensions)
    rows = (pole + random.standard_t(3, (n_rows, dimensions))) * 2.0**size
    return rows.astype(np.float32)


made_rows = st.builds(
    rows_of,
    st.integers(0, 10**6),
    st.integers(1, 30),
    st.integers(1, 150),
    st.integers(-130, 100),
    st.sampled_from([0.0, 1.0, 100.0, 1e5]),
)


@settings(deadline=None, max_examples=150)
@given(made_rows, st.booleans(), st.data())
def test_no_row_is_farther_from_its_codes_than_is_said(rows, centered, data):
    if data.draw(st.booleans()):
        rows[0] = 0
    center = unit(rows).mean(axis=0).astype(np.float64) if centered else np.zeros(rows.shape[1])
    made = int8_codes(rows, center if centered else None)
    left = unit(rows) - center
    lost = length(left - made.scales[:, np.newaxis].astype(EXACT) * made.codes)
    assert (lost <= made.errors).all()
    # Half a step in each number at the most, or what float64 cannot tell.
    steps = 0.5 * np.sqrt(rows.shape[1]) * made.scales
    assert (made.errors <= 1.01 * steps + (2 * rows.shape[1] + 20) * 2.0**-52).all()
    np.testing.assert_allclose(made.squares, (left * left).sum(axis=1).astype(float), 1e-6, 1e-24)
    assert made.codes.min() >= -127


def test_rows_with_nan_or_infinities_have_no_scale():
    rows = rows_of(0, 5, 8, 0, 0)
    rows[1, 3], rows[2, 7] = np.nan, np.inf
    made = int8_codes(rows)
    for numbers in (made.scales, made.errors, made.squares):
        assert np.flatnonzero(np.isnan(numbers)).tolist() == [1, 2]
    assert not made.codes[1:3].any()


def test_any_layout_of_the_memory_has_the_same_codes(monkeypatch):
    rows = rows_of(3, 101, 20, 0, 1)
    expected = int8_codes(rows[:, :11].copy())
    monkeypatch.setattr(blocks, "_BLOCK_BYTES", 4 * 11 * 7)
    for same in (rows[:, :11], np.asfortranarray(rows[:, :11]), rows[::-1].copy()[::-1, :11]):
        for one, other in zip(int8_codes(same), expected, strict=True):
            np.testing.assert_array_equal(one, other)
    assert expected.nbytes == 101 * (11 + 12)


@pytest.mark.parametrize("shape", [(0, 5), (4, 0), (1, 1)])
def test_sets_of_nothing(shape):
    made = int8_codes(np.ones(shape, np.float32))
    assert made.codes.shape == shape
    assert len(made.scales) == shape[0]


def test_making_codes_is_canceled_between_blocks(monkeypatch):
    monkeypatch.setattr(blocks, "_BLOCK_BYTES", 400)
    fractions = []

    def report(fraction, words):
        fractions.append(fraction)
        if fraction > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        int8_codes(np.ones((100, 10), np.float32), report=report)
    assert len(fractions) == 5


@settings(deadline=None, max_examples=100)
@given(
    st.integers(0, 10**6),
    st.sampled_from([1, 2, 5, 768, 5000, 100_000]),
    st.integers(-140, 120),
    st.booleans(),
)
def test_no_product_with_weights_overflows(seed, dimensions, size, is_flat):
    random = np.random.default_rng(seed)
    vector = np.ones(dimensions) if is_flat else random.normal(size=dimensions)
    vector = np.ldexp(vector, size)
    made = int16_weights(vector)
    codes = np.where(made.weights < 0, np.int8(-127), np.int8(127))
    exact = int(codes.astype(np.int64) @ made.weights.astype(np.int64))
    assert code_product(codes, made.weights) == exact < 2**31
    lost = length(vector.astype(EXACT) - EXACT(made.scale) * made.weights)
    assert lost <= made.error * (1 + 1e-12)
    if dimensions < 1000 and abs(size) < 80:
        assert made.error < 1e-3 * length(vector.astype(EXACT))


def test_weights_of_nothing():
    assert int16_weights(np.zeros(3)).error == 0
    assert int16_weights(np.zeros(0)).weights.shape == (0,)
