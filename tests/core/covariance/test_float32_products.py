"""Products in float32 against float64: covariance, whitening, rank, and when float64 takes over."""

from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core import blocks
from embedviz.core.covariance import (
    Moments,
    float32_products,
    kept_directions,
    ledoit_wolf_shrinkage,
    principal_axes,
)
from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled, silent

SPECTRA = {
    "flat": np.ones(24),
    "like an encoder": np.geomspace(1.0, 1e-3, 24),
    "a singular one": np.r_[np.geomspace(1.0, 1e-2, 21), 0.0, 0.0, 0.0],
    "a few hardly there": np.r_[np.geomspace(1.0, 1e-2, 16), np.full(8, 3e-6)],
    "two steps": np.r_[1.0, np.full(14, 0.1), np.full(9, 5e-5)],
    "steep": np.geomspace(1.0, 1e-5, 24),
    "one direction": np.r_[1.0, np.full(23, 4e-6)],
}


def cloud(spectrum, n_vectors=700, seed=0, offset=0.0):
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(len(spectrum), len(spectrum))))[0]
    return (rng.normal(size=(n_vectors, len(spectrum))) * np.sqrt(spectrum)) @ turn + offset


def quickly(**settings):
    """Take that way for few rows too, in several blocks."""
    small = {"_LEAST_ROWS": 2, "_LEAST_PRODUCTS": 0, "_BLOCK_ROWS": 128, "_SAMPLE_ROWS": 50}
    return mock.patch.multiple(float32_products, **small | settings)


def spread_of(vectors, **settings):
    with quickly(**settings):
        return float32_products.spread_of(vectors, silent)


def exact_covariance(vectors):
    moments = Moments(vectors.shape[1])
    moments.add(vectors)
    return moments.scatter / (len(vectors) - 1)


@given(
    name=st.sampled_from(sorted(SPECTRA)),
    seed=st.integers(0, 1000),
    offset=st.sampled_from([0.0, 3.0, -1000.0, 1e6]),
    scale=st.sampled_from([1e-20, 1e-5, 1.0, 1e20]),
    kind=st.sampled_from([np.float32, np.float16]),
)
@settings(deadline=None, max_examples=120)
def test_covariance_whitening_and_rank_are_those_of_float64(name, seed, offset, scale, kind):
    if kind == np.float16:
        offset, scale = min(offset, 3.0), 1.0
    vectors = (cloud(SPECTRA[name], seed=seed, offset=offset) * scale).astype(kind)
    exact = exact_covariance(vectors)
    largest = np.linalg.eigvalsh(exact)[-1]
    with quickly():
        axes = principal_axes(vectors)
    found = (axes.axes.T * axes.variances) @ axes.axes
    assert np.linalg.norm(found - exact, 2) <= 1e-6 * largest
    assert np.linalg.norm(axes.axes @ axes.axes.T - np.eye(24), 2) < 1e-12
    kept, expected = kept_directions(axes), kept_directions(principal_axes(vectors))
    # A variance that lies at the floor itself may fall on either side.
    floor = np.linalg.eigvalsh(exact) / largest
    assert kept.rank == expected.rank or np.abs(floor - 1e-6).min() < 1e-9
    whitener = kept.axes.T / np.sqrt(kept.variances)
    whitened = whitener.T @ exact @ whitener
    assert np.linalg.norm(whitened - np.eye(kept.rank), 2) < 1e-3
    spread = np.sqrt(largest)
    np.testing.assert_allclose(axes.mean, vectors.mean(axis=0, dtype=float), atol=1e-6 * spread)


def test_small_variances_would_be_wrong_if_they_were_not_measured_again():
    vectors = cloud(SPECTRA["a few hardly there"], 3000).astype(np.float32)
    exact = np.linalg.eigvalsh(exact_covariance(vectors))
    # The first of the two passes alone, as no direction counts as a weak one.
    rough, found = spread_of(vectors, _ERROR=1e9), spread_of(vectors)
    assert np.abs(rough.variances / exact - 1).max() > 5e-4
    np.testing.assert_allclose(found.variances, exact, rtol=1e-5)


@pytest.mark.parametrize("offset", [0.0, 0.1, 1e6])
def test_constant_dimensions_have_exactly_no_variance(offset):
    vectors = cloud(np.geomspace(1.0, 1e-7, 12), offset=offset).astype(np.float32)
    vectors[:, [2, 9]] = np.float32(offset + 0.1), 0.0
    spread = spread_of(vectors)
    assert spread.variances[:2].tolist() == [0.0, 0.0]
    assert sorted(np.abs(spread.axes[:, :2]).argmax(axis=0)) == [2, 9]
    assert not spread.axes[[2, 9], 2:].any()
    assert spread.mean[2] == vectors[0, 2]


def test_copies_of_dimensions_have_no_variance_of_their_own():
    vectors = cloud(SPECTRA["flat"]).astype(np.float32)
    vectors[:, 5], vectors[:, 7] = vectors[:, 6], -2 * vectors[:, 6]
    spread = spread_of(vectors)
    assert np.abs(spread.variances[:2]).max() < 1e-12
    assert spread.variances[2] > 0.1


def test_an_offset_that_the_shift_takes_away_costs_no_digits():
    near = (np.round(cloud(SPECTRA["flat"]) * 16) / 16).astype(np.float32)
    near -= np.float32(near.mean().round())
    far = near + np.float32(1e6)
    assert np.array_equal(far.astype(float) - 1e6, near)
    np.testing.assert_allclose(spread_of(far).variances, spread_of(near).variances, rtol=1e-6)


@pytest.mark.parametrize(
    "quantize",
    [
        np.sign,
        lambda rows: (rows > 0.9).astype(float),
        lambda rows: np.round(rows * 20),
        lambda rows: np.round(rows * 20) + 128,
        lambda rows: (10 * rows - 1000).astype(np.float16),
    ],
    ids=["signs", "bits", "int8", "uint8", "half"],
)
def test_numbers_of_few_bits_are_summed_exactly(quantize):
    # Rounded the same way over and over, they were off by 1e-6 and more.
    vectors = quantize(cloud(SPECTRA["like an encoder"], 5000) * 5).astype(np.float32)
    exact = exact_covariance(vectors)
    spread = spread_of(vectors, _BLOCK_ROWS=2048)
    found = (spread.axes * spread.variances) @ spread.axes.T
    assert np.abs(found - exact).max() < 1e-13 * exact.max()


@pytest.mark.parametrize("name", ["steep", "one direction"])
def test_float64_takes_over_where_most_variances_are_small(name):
    vectors = cloud(SPECTRA[name]).astype(np.float32)
    # At the accuracy that is asked for, and where hardly any is.
    assert spread_of(vectors, _ERROR=1e-6) is None
    assert spread_of(vectors, _ERROR=1e2) is not None


def test_float64_takes_over_where_numbers_are_beyond_float32():
    vectors = cloud(SPECTRA["flat"]).astype(np.float32)
    vectors[1, 3] = 1e30  # Not in the sample.
    assert spread_of(vectors) is None
    with quickly():
        axes = principal_axes(vectors)
    assert axes.variances[0] == pytest.approx(1e60 / len(vectors), rel=1e-5)
    assert spread_of(np.full((200, 4), 0.1, np.float32)) is None


def test_a_dimension_of_another_size_is_not_lost():
    vectors = cloud(SPECTRA["flat"]).astype(np.float32)
    vectors[:, 4] *= np.float32(1e12)
    with quickly():
        axes = principal_axes(vectors)
    expected = vectors[:, 4].astype(float).var(ddof=1)
    assert axes.variances[0] == pytest.approx(expected, rel=1e-6)
    assert kept_directions(axes).rank == 1


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("row", [0, 1, -1])
def test_numbers_that_are_not_finite_are_named(row, bad):
    vectors = cloud(SPECTRA["flat"]).astype(np.float32)
    vectors[row, 2] = bad
    with quickly(), pytest.raises(UserError, match="NaN or infinite"):
        principal_axes(vectors)


def test_who_takes_that_way():
    rows = np.lib.stride_tricks.as_strided(np.float32(1), (50_000, 512), (0, 0))
    assert float32_products.is_worthwhile(rows)
    assert float32_products.is_worthwhile(rows.astype(np.float16))
    assert not float32_products.is_worthwhile(rows[:1000])
    assert not float32_products.is_worthwhile(rows[:, :50])
    doubles = np.lib.stride_tricks.as_strided(np.float64(1), (50_000, 512), (0, 0))
    assert not float32_products.is_worthwhile(doubles)


def test_many_rows_take_it_and_half_precision_too():
    vectors = cloud(np.geomspace(1.0, 1e-4, 512), 4200).astype(np.float32)
    vectors[:, [3, 400]] = 0.25, 1e4
    halves = vectors.astype(np.float16)
    halves[:, -1] = halves[:, 5]
    for rows in (vectors, halves):
        spread_of_rows = float32_products.spread_of
        with mock.patch.object(float32_products, "spread_of", wraps=spread_of_rows) as asked:
            axes = principal_axes(rows)
        assert asked.call_count == 1
        exact = exact_covariance(rows)
        kept = kept_directions(axes)
        assert kept.rank == 510 - (rows is halves)
        assert axes.variances[-2:].tolist() == [0.0, 0.0]
        whitener = kept.axes.T / np.sqrt(kept.variances)
        whitened = whitener.T @ exact @ whitener
        assert np.linalg.norm(whitened - np.eye(kept.rank), 2) < 1e-3


@pytest.mark.parametrize("name", ["flat", "a singular one", "steep"])
def test_progress_is_told_and_stops(name, monkeypatch):
    monkeypatch.setattr(blocks, "_BLOCK_BYTES", 5000)
    vectors, told = cloud(SPECTRA[name]).astype(np.float32), []
    with quickly(_ERROR=1e-6 if name == "steep" else 1e-4):
        principal_axes(vectors, lambda fraction, words: told.append(fraction))
        assert len(told) > 4
        assert told == sorted(told)
        assert 0 <= told[0] <= told[-1] <= 1
        for last in range(len(told)):
            left = iter(range(last))

            def stop(fraction, words, left=left):
                if next(left, None) is None:
                    raise Cancelled

            with pytest.raises(Cancelled):
                principal_axes(vectors, stop)


@given(copies=st.integers(1, 40), seed=st.integers(0, 100))
@settings(deadline=None, max_examples=20)
def test_distinct_rows_and_their_shrinkage_are_those_of_float64(copies, seed):
    vectors = np.repeat(cloud(SPECTRA["flat"], 30, seed), copies, axis=0).astype(np.float32)
    with quickly():
        axes = principal_axes(vectors)
    exact = principal_axes(vectors.astype(float))
    assert (axes.n_rows, axes.n_distinct) == (exact.n_rows, exact.n_distinct)
    found = ledoit_wolf_shrinkage(vectors, axes)
    assert found == pytest.approx(ledoit_wolf_shrinkage(vectors, exact), rel=1e-4)


def test_moments_go_on_from_axes_that_were_found_that_way():
    vectors = cloud(SPECTRA["like an encoder"]).astype(np.float32)
    with quickly():
        moments = Moments.of(principal_axes(vectors[:500]))
    moments.add(vectors[500:])
    exact = exact_covariance(vectors)
    np.testing.assert_allclose(moments.scatter / (len(vectors) - 1), exact, atol=1e-6)


@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_numpy_multiplies_where_scipy_does_not_lend_its_routine(offset):
    vectors = cloud(SPECTRA["like an encoder"], 5000, offset=offset).astype(np.float32)
    vectors[:, 3] = np.float32(0.1)
    exact = exact_covariance(vectors)
    found = spread_of(vectors)
    with mock.patch.object(float32_products, "routine", return_value=None):
        other = spread_of(vectors)
    for spread in (found, other):
        assert spread.variances[0] == 0
        covariance = (spread.axes * spread.variances) @ spread.axes.T
        assert np.linalg.norm(covariance - exact, 2) <= 1e-6 * np.linalg.eigvalsh(exact)[-1]


def test_pieces_in_the_cache_are_as_precise_as_whole_blocks():
    vectors = cloud(SPECTRA["like an encoder"], 5000).astype(np.float32)
    exact = exact_covariance(vectors)
    largest = np.linalg.eigvalsh(exact)[-1]
    for size in (1, 128 * 4 * 24, 1 << 30):
        spread = spread_of(vectors, _CACHED_BYTES=size, _LEAST_PIECE=7, _BLOCK_ROWS=2048)
        covariance = (spread.axes * spread.variances) @ spread.axes.T
        assert np.linalg.norm(covariance - exact, 2) <= 2e-7 * largest


@pytest.mark.parametrize("n_threads", [1, 2, 3, 4])
@pytest.mark.parametrize("n_rows", [2, 3, 129, 700, 1025])
def test_every_row_is_in_one_block_of_one_part(n_threads, n_rows):
    vectors = np.arange(n_rows, dtype=np.float32)[:, np.newaxis] + 5
    with quickly(_CACHED_BYTES=200, _LEAST_PIECE=1):
        deviations = float32_products.Deviations.of(vectors)
        seen = [
            piece[:, 0] / deviations.factor + deviations.shift
            for part in range(n_threads)
            for block in deviations.blocks(part, n_threads, silent, "")
            for piece in map(np.copy, block.pieces())
        ]
    assert all(len(piece) <= 50 for piece in seen)
    assert sorted(np.concatenate(seen)) == vectors[:, 0].tolist()


def test_rows_that_differ_in_one_number_are_counted_as_distinct():
    rng = np.random.default_rng(0)
    vectors = np.zeros((4000, 40), np.float32)
    for column in (0, 13, 26, 39):  # Where it is looked at once, and where it is not.
        vectors[:] = 0
        vectors[:, column] = rng.permutation(4000) % 41
        with quickly():
            assert principal_axes(vectors).n_distinct == 41
        vectors[:, column] = np.arange(4000)
        with quickly():
            assert principal_axes(vectors).n_distinct == 42  # Not counted beyond.
    vectors[::2, 0] = -0.0
    vectors[:, 39] = 0
    with quickly():
        assert principal_axes(vectors + np.float32(0)).n_distinct == 1
