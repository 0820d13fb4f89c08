"""The numbers of isotropy against their definitions, written out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core import blocks
from embedviz.core.errors import UserError
from embedviz.core.isotropy import (
    effective_rank,
    effective_rank_of,
    iso_score,
    iso_score_of,
    mean_cosine,
    partition_ratio,
    unit_row_sum,
)
from embedviz.core.progress import Cancelled


def cloud(n_vectors=80, dimensions=7, seed=0):
    rng = np.random.default_rng(seed)
    spread = np.geomspace(2.0, 0.2, dimensions)
    return (rng.normal(size=(n_vectors, dimensions)) * spread + 0.5).astype(np.float32)


def published_iso_score(vectors):
    """Return IsoScore by the seven steps of the paper."""
    d = vectors.shape[1]
    _, axes = np.linalg.eigh(np.cov(vectors.T))
    variances = np.diag(np.cov((vectors @ axes).T))
    scaled = np.sqrt(d) * variances / np.linalg.norm(variances)
    defect = np.linalg.norm(scaled - np.ones(d)) / np.sqrt(2 * (d - np.sqrt(d)))
    share = (d - defect**2 * (d - np.sqrt(d))) ** 2 / d**2
    return (d * share - 1) / (d - 1)


@given(n_vectors=st.integers(2, 30), dimensions=st.integers(1, 9), seed=st.integers(0, 99))
@settings(deadline=None, max_examples=40)
def test_mean_cosine_is_the_mean_over_all_pairs(n_vectors, dimensions, seed):
    vectors = cloud(n_vectors, dimensions, seed)
    exact = vectors / np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    pairs = (exact @ exact.T)[np.triu_indices(n_vectors, 1)]
    assert mean_cosine(vectors) == pytest.approx(pairs.mean(), abs=1e-9)


def test_mean_cosine_leaves_out_rows_of_zeros():
    vectors = cloud()
    padded = np.vstack([np.zeros((3, 7)), vectors, np.zeros((1, 7))])
    assert mean_cosine(padded) == pytest.approx(mean_cosine(vectors))
    assert unit_row_sum(padded)[1] == len(vectors)


@pytest.mark.parametrize("rows", [np.zeros((0, 3)), np.ones((1, 3)), np.zeros((5, 3))])
def test_mean_cosine_needs_two_directions(rows):
    assert np.isnan(mean_cosine(rows))


def test_mean_cosine_of_rows_of_any_size():
    vectors = cloud()
    sizes = np.geomspace(1e-25, 1e25, len(vectors))[:, np.newaxis]
    assert mean_cosine(vectors * sizes) == pytest.approx(mean_cosine(vectors), abs=1e-6)


def test_iso_score_is_the_published_one():
    vectors = cloud().astype(np.float64)
    assert iso_score(vectors) == pytest.approx(published_iso_score(vectors))


def test_iso_score_at_its_ends():
    assert iso_score_of(np.ones(20)) == pytest.approx(1)
    assert iso_score_of([3.0, 0, 0, 0]) == pytest.approx(0)
    assert iso_score_of([3.0]) == 1
    assert np.isnan(iso_score_of(np.zeros(4)))
    assert np.isnan(iso_score(np.ones((5, 3))))


def test_iso_score_counts_dimensions_without_variance():
    vectors = cloud(4, 12)
    d = 12
    variances = np.linalg.eigvalsh(np.cov(vectors.T.astype(np.float64)))
    participation = variances.sum() ** 2 / (variances**2).sum()
    assert iso_score(vectors) == pytest.approx((participation - 1) / (d - 1))


def test_effective_rank_is_the_exponential_of_the_entropy():
    vectors = cloud()
    shares = np.linalg.eigvalsh(np.cov(vectors.T.astype(np.float64)))
    shares /= shares.sum()
    expected = np.exp(-(shares * np.log(shares)).sum())
    assert effective_rank(vectors) == pytest.approx(expected)


def test_effective_rank_at_its_ends():
    assert effective_rank_of(np.full(6, 1e-30)) == pytest.approx(6)
    assert effective_rank_of([7.0, 0, 0]) == pytest.approx(1)
    assert np.isnan(effective_rank_of([]))


@given(scale=st.sampled_from([1e-200, 1e-3, 1e200]), seed=st.integers(0, 20))
@settings(deadline=None)
def test_the_size_of_variances_does_not_matter(scale, seed):
    variances = np.random.default_rng(seed).random(9)
    assert iso_score_of(variances * scale) == pytest.approx(iso_score_of(variances))
    assert effective_rank_of(variances * scale) == pytest.approx(effective_rank_of(variances))


def test_partition_ratio_is_that_of_the_definition(monkeypatch):
    monkeypatch.setattr(blocks, "_BLOCK_BYTES", 400)
    vectors = cloud()
    exact = vectors.astype(np.float64)
    _, axes = np.linalg.eigh(exact.T @ exact)
    sums = np.exp(exact @ np.hstack([axes, -axes])).sum(axis=0)
    assert partition_ratio(vectors) == pytest.approx(sums.min() / sums.max())


def test_partition_ratio_does_not_overflow_and_knows_no_rows():
    assert partition_ratio(cloud() * 1e4) == pytest.approx(0, abs=1e-100)
    assert np.isnan(partition_ratio(np.zeros((0, 4))))
    assert partition_ratio(np.zeros((4, 4))) == pytest.approx(1)


def test_progress_stops():
    def stop(fraction, message):
        raise Cancelled

    for measure in (mean_cosine, iso_score, effective_rank, partition_ratio):
        with pytest.raises(Cancelled):
            measure(cloud(), stop)


def test_known_results_on_glove(data_folder):
    vectors = np.load(data_folder / "glove50" / "golden_5050x50.f4.npy")
    assert mean_cosine(vectors) == pytest.approx(0.3169, abs=5e-5)
    assert iso_score(vectors) * 49 + 1 == pytest.approx(30.4, abs=0.05)


@pytest.mark.parametrize(
    ("layer", "cosine", "score"),
    [("layer2", 0.594, 0.051), ("layer5", 0.537, 0.068), ("final", 0.022, 0.277)],
)
def test_sentences_are_near_what_was_published_for_the_other_half(
    data_folder, layer, cosine, score
):
    vectors = np.load(data_folder / "stsb" / f"stsb_dev_{layer}.f32.npy")
    assert mean_cosine(vectors) == pytest.approx(cosine, abs=0.03)
    assert iso_score(vectors) == pytest.approx(score, abs=0.03)


@pytest.mark.parametrize("measure", [mean_cosine, partition_ratio, iso_score, effective_rank])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_an_error(measure, value):
    vectors = np.random.default_rng(0).normal(size=(40, 5)).astype(np.float32)
    vectors[7, 2] = value
    with pytest.raises(UserError, match="NaN or infinite"):
        measure(vectors)
