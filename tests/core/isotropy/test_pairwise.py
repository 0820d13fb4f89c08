"""Means over pairs, and hubs, against their definitions written out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.errors import UserError
from embedviz.core.isotropy import hubness, mean_absolute_cosine, pairwise, participation_ratio
from embedviz.core.isotropy.pairwise import chance_of_absolute_cosine, pair_means, unit_rows
from embedviz.core.progress import Cancelled


def rows(n_vectors=60, dimensions=5, seed=0, kind=np.float32):
    return np.random.default_rng(seed).normal(0.3, 1.0, (n_vectors, dimensions)).astype(kind)


def cosines_of(vectors):
    exact = np.asarray(vectors, np.float64)
    exact = exact[exact.any(axis=1)]
    unit = exact / np.linalg.norm(exact, axis=1, keepdims=True)
    return unit @ unit.T


def brute_hubness(vectors, count=10):
    cosines = np.round(cosines_of(vectors), 9)
    n = len(cosines)
    counts = np.zeros(n)
    for i in range(n):
        others = sorted((j for j in range(n) if j != i), key=lambda j: (-cosines[i, j], j))
        counts[others[:count]] += 1
    away = counts - counts.mean()
    variance = (away**2).mean()
    return 0.0 if variance == 0 else (away**3).mean() / variance**1.5


@given(
    st.integers(2, 40), st.integers(1, 8), st.integers(0, 99), st.sampled_from(["f2", "f4", "f8"])
)
def test_mean_absolute_cosine_is_its_definition(n_vectors, dimensions, seed, kind):
    vectors = rows(n_vectors, dimensions, seed, kind)
    pairs = np.abs(cosines_of(vectors)[np.triu_indices(n_vectors, 1)])
    assert mean_absolute_cosine(vectors) == pytest.approx(pairs.mean(), abs=1e-6)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_means_are_the_same_in_tiles(monkeypatch, kind):
    unit = unit_rows(rows(300)).astype(kind)
    pairs = cosines_of(unit)[np.triu_indices(300, 1)]
    for tile in (1024, 64, 7):
        monkeypatch.setattr(pairwise, "_TILE", tile)
        means = pair_means(unit)
        assert means.absolute == pytest.approx(np.abs(pairs).mean(), abs=1e-6)
        assert means.potential == pytest.approx(np.exp(4 * pairs - 4).mean(), rel=1e-6)
        assert means.n_sampled == 0
        assert means.absolute_error == means.potential_error == 0


def test_the_polynomial_is_right_from_opposite_to_equal():
    angles = np.linspace(0, np.pi, 500)
    unit = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    for k in range(1, 500, 7):
        pair = unit[[0, k]]
        expected = np.exp(4 * np.cos(angles[k]) - 4)
        assert pair_means(pair).potential == pytest.approx(expected, rel=2e-6)


def test_a_sample_says_how_far_it_may_be_off(monkeypatch):
    unit = unit_rows(rows(500))
    exact = pair_means(unit)
    monkeypatch.setattr(pairwise, "MOST_EXACT_ROWS", 100)
    monkeypatch.setattr(pairwise, "SAMPLED_PAIRS", 20_000)
    off = []
    for seed in range(20):
        means = pair_means(unit, seed)
        assert means.n_sampled == 20_000
        off.append((means.absolute - exact.absolute) / means.absolute_error)
        assert abs(means.potential - exact.potential) < 6 * means.potential_error
    assert 0.4 < np.std(off) < 1.8
    assert pair_means(unit, 1) == pair_means(unit, 1) != pair_means(unit, 2)


def test_rows_of_zeros_do_not_count():
    vectors = rows()
    padded = np.vstack([np.zeros((2, 5)), vectors, np.zeros((1, 5))])
    assert mean_absolute_cosine(padded) == pytest.approx(mean_absolute_cosine(vectors))
    assert hubness(padded) == pytest.approx(hubness(vectors))


@pytest.mark.parametrize("few", [np.zeros((0, 3)), np.ones((1, 3)), np.zeros((5, 3))])
def test_two_directions_are_needed(few):
    assert np.isnan(mean_absolute_cosine(few))
    assert np.isnan(hubness(few))


def test_mean_absolute_cosine_of_rows_of_any_size():
    vectors = rows()
    sizes = np.geomspace(1e-25, 1e25, len(vectors))[:, np.newaxis]
    assert mean_absolute_cosine(vectors * sizes) == pytest.approx(
        mean_absolute_cosine(vectors), abs=1e-6
    )


@pytest.mark.parametrize("dimensions", [1, 2, 3, 10, 64])
def test_chance_is_that_of_random_directions(dimensions):
    directions = np.random.default_rng(0).normal(size=(200_000, dimensions))
    found = np.abs(directions[:, 0] / np.linalg.norm(directions, axis=1)).mean()
    assert chance_of_absolute_cosine(dimensions) == pytest.approx(found, rel=0.01)


@given(st.integers(2, 40), st.integers(1, 6), st.integers(1, 12), st.integers(0, 99))
def test_hubness_is_its_definition(n_vectors, dimensions, count, seed):
    vectors = rows(n_vectors, dimensions, seed)
    assert hubness(vectors, count) == pytest.approx(brute_hubness(vectors, count), abs=1e-9)


def test_of_equally_near_rows_the_lower_count():
    vectors = np.repeat(rows(6), 5, axis=0)
    assert hubness(vectors, 3) == pytest.approx(brute_hubness(vectors, 3))
    assert hubness(np.ones((30, 4)), 3) == pytest.approx(brute_hubness(np.ones((30, 4)), 3))


def test_hubness_of_rows_that_only_float64_tells_apart():
    random = np.random.default_rng(0)
    few = random.normal(size=(4, 12))
    vectors = few[random.integers(4, size=160)] + 1e-10 * random.normal(size=(160, 12))
    exact = vectors.astype(np.longdouble)
    unit = exact / np.sqrt((exact**2).sum(axis=1, keepdims=True))
    apart = ((unit[:, np.newaxis] - unit) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    counts = np.bincount(np.argsort(apart, axis=1)[:, :10].ravel(), minlength=160)
    away = counts - counts.mean()
    expected = (away**3).mean() / (away**2).mean() ** 1.5
    assert hubness(vectors) == pytest.approx(expected, abs=1e-9)


def test_no_row_is_a_hub_where_all_are_neighbors():
    assert hubness(rows(8), 10) == 0.0
    assert hubness(rows(2), 1) == 0.0


def test_a_hub_is_seen():
    others = np.eye(40)
    center = np.ones((1, 40))
    assert hubness(np.vstack([others, center]), 1) > 5


def test_a_count_below_one_is_refused():
    with pytest.raises(UserError, match="1 or more"):
        hubness(rows(), 0)


@given(st.integers(2, 30), st.integers(1, 9), st.integers(0, 99))
def test_participation_ratio_is_its_definition(n_vectors, dimensions, seed):
    vectors = rows(n_vectors, dimensions, seed, np.float64)
    variances = np.linalg.eigvalsh(np.atleast_2d(np.cov(vectors.T)))
    expected = variances.sum() ** 2 / (variances**2).sum()
    assert participation_ratio(vectors) == pytest.approx(expected)


@pytest.mark.parametrize("measure", [mean_absolute_cosine, hubness, participation_ratio])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_an_error(measure, value):
    vectors = rows()
    vectors[7, 2] = value
    with pytest.raises(UserError, match="NaN or infinite"):
        measure(vectors)


@pytest.mark.parametrize("measure", [mean_absolute_cosine, hubness, participation_ratio])
def test_progress_stops(measure):
    def stop(fraction, message):
        raise Cancelled

    with pytest.raises(Cancelled):
        measure(rows(), report=stop)
