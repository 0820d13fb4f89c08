"""PCA of a prefix: the plane of most variance, turned so that points can be followed."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn import decomposition

from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled
from embedviz.core.projections import PROJECTIONS, PrefixPCA, prefix_pca
from embedviz.core.vector_set import VectorSet


def cloud(count=400, dimensions=40, seed=0):
    rng = np.random.default_rng(seed)
    spread = np.geomspace(3.0, 0.3, dimensions)
    return (rng.normal(size=(count, dimensions)) * spread + 0.4).astype(np.float32)


def units(rows):
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)


def named(vectors):
    return VectorSet(vectors, [f"row{i}" for i in range(len(vectors))], name="cloud")


def distances(positions):
    return np.linalg.norm(positions[:, np.newaxis] - positions[np.newaxis], axis=2)


@pytest.mark.parametrize("n_components", [2, 3])
@pytest.mark.parametrize("length", [40, 39, 17, 8, 3])
def test_the_picture_is_that_of_scikit_learn_up_to_a_turn(length, n_components):
    vectors = cloud()
    reference = decomposition.PCA(n_components, svd_solver="full")
    expected = reference.fit_transform(units(vectors[:, :length].astype(float)))
    placed = PrefixPCA(length).place(named(vectors), n_components)
    assert placed.positions.dtype == np.float32
    assert placed.positions.shape == (400, n_components)
    np.testing.assert_allclose(distances(placed.positions), distances(expected), atol=1e-4)
    np.testing.assert_allclose(
        sum(axis.variance for axis in placed.axes),
        reference.explained_variance_ratio_.sum(),
        atol=1e-5,
    )
    shown = (
        placed.positions.astype(float).var(axis=0) / units(vectors[:, :length]).var(axis=0).sum()
    )
    np.testing.assert_allclose([axis.variance for axis in placed.axes], shown, atol=1e-4)


def test_wide_prefixes_take_the_first_axes_alone_and_find_the_same():
    vectors = cloud(300, prefix_pca._DENSE + 60)
    length = prefix_pca._DENSE + 20
    expected = decomposition.PCA(2).fit_transform(units(vectors[:, :length].astype(float)))
    found = PrefixPCA(length).fit_transform(vectors)
    np.testing.assert_allclose(distances(found), distances(expected), atol=1e-4)


def test_none_is_all_dimensions_until_a_length_is_worked_with():
    vectors = cloud()
    every = PrefixPCA().fit_transform(vectors)
    np.testing.assert_array_equal(every, PrefixPCA(40).fit_transform(vectors))
    np.testing.assert_array_equal(every, PrefixPCA(4000).fit_transform(vectors))
    np.testing.assert_array_equal(
        PrefixPCA(1).fit_transform(vectors), PrefixPCA(-3).fit_transform(vectors)
    )
    assert PrefixPCA().at_prefix(7) == PrefixPCA(7)
    assert PrefixPCA().at_prefix(None) == PrefixPCA()
    assert PrefixPCA(9).at_prefix(7) == PrefixPCA(9)
    for name, kind in PROJECTIONS.items():
        if name != PrefixPCA.name:
            assert kind().at_prefix(7) == kind()


def test_one_dimension_more_or_less_hardly_moves_the_points():
    """Without the turn, axes change sign or swap at several of these steps."""
    vectors = cloud(600, 64, seed=3)
    vector_set = named(vectors)
    before = PrefixPCA(64).place(vector_set, 2).positions
    spread = float(np.sqrt((before**2).sum(axis=1).mean()))
    for length in range(63, 15, -1):
        now = PrefixPCA(length).place(vector_set, 2).positions
        moved = float(np.median(np.linalg.norm(now - before, axis=1)))
        assert moved < 0.25 * spread, length
        before = now


def test_a_picture_depends_on_its_length_and_not_on_the_way_there():
    vectors = cloud()
    alone = PrefixPCA(11).place(named(vectors), 2).positions
    vector_set = named(vectors)
    for length in (40, 3, 25, 1, 12):
        PrefixPCA(length).place(vector_set, 2)
    np.testing.assert_array_equal(PrefixPCA(11).place(vector_set, 2).positions, alone)
    np.testing.assert_array_equal(PrefixPCA(11).fit_transform(vectors), alone)


def test_lengths_of_rows_do_not_count():
    vectors = cloud()
    scales = np.geomspace(1e-30, 1e30, len(vectors)).astype(np.float32)[:, np.newaxis]
    found = PrefixPCA(12).fit_transform(vectors * scales)
    np.testing.assert_allclose(found, PrefixPCA(12).fit_transform(vectors), atol=1e-5)


def test_rows_of_zeros_stay_where_zeros_are():
    vectors = cloud()
    vectors[5] = 0
    vectors[9, :12] = 0
    placed = PrefixPCA(12).place(named(vectors), 2)
    np.testing.assert_allclose(placed.positions[5], placed.positions[9], atol=1e-6)
    np.testing.assert_allclose(
        placed.mapping(np.zeros((1, 40), np.float32))[0], placed.positions[5]
    )


def test_other_vectors_get_the_place_that_a_row_has():
    vectors = cloud()
    placed = PrefixPCA(12).place(named(vectors), 3)
    np.testing.assert_allclose(placed.mapping(3 * vectors[:20]), placed.positions[:20], atol=1e-6)


@pytest.mark.parametrize(("length", "n_components"), [(1, 2), (1, 3), (2, 3)])
def test_a_prefix_of_fewer_dimensions_than_axes_lies_flat(length, n_components):
    placed = PrefixPCA(length).place(named(cloud()), n_components)
    assert np.isfinite(placed.positions).all()
    centered = placed.positions - placed.positions.mean(axis=0)
    assert np.linalg.matrix_rank(centered, tol=1e-4) == length
    assert sum(axis.variance for axis in placed.axes) == pytest.approx(1.0)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_rows_have_a_place(count):
    found = PrefixPCA(5).fit_transform(cloud(count, 8))
    assert found.shape == (count, 2)
    assert np.isfinite(found).all()


def test_many_rows_are_placed_along_the_axes_of_a_sample_and_it_says_so(monkeypatch):
    # Variances that differ: of equal ones, a sample has other axes.
    vectors = cloud(3000, 40, seed=5) * np.float32([9, 4, *[0.5] * 38])
    exact = PrefixPCA(20).place(named(vectors), 2)
    assert exact.words == "PCA of the first 20 of 40 dimensions · all 3,000 rows"
    monkeypatch.setattr(prefix_pca, "_MOST_ROWS", 1000)
    sampled = PrefixPCA(20).place(named(vectors), 2)
    assert sampled.words == f"{exact.words}, axes of a sample of 1,000"
    assert sampled.positions.shape == (3000, 2)
    far = np.linalg.norm(sampled.positions - exact.positions, axis=1)
    assert np.median(far) < 0.15 * exact.positions.std()
    again = PrefixPCA(20).place(named(vectors), 2)
    np.testing.assert_array_equal(again.positions, sampled.positions)


def test_long_prefixes_of_many_rows_have_fewer_rows_in_the_sample(monkeypatch):
    monkeypatch.setattr(prefix_pca, "_LEAST_ROWS", 50)
    monkeypatch.setattr(prefix_pca, "_MOST_PRODUCTS", 100 * 20**2)
    vectors = cloud()
    assert prefix_pca.fit_prefix(vectors, 10).n_rows == 400
    assert prefix_pca.fit_prefix(vectors, 20).n_rows == 100
    assert prefix_pca.fit_prefix(vectors, 40).n_rows == 50


def test_words_say_the_length():
    vector_set = named(cloud())
    assert PrefixPCA(40).place(vector_set, 2).words == "PCA of all 40 dimensions · all 400 rows"
    assert PrefixPCA(8).words(400) == "PCA of the first 8 · all 400 rows"
    titles = [axis.title for axis in PrefixPCA(8).place(vector_set, 3).axes]
    assert titles == ["principal space, x", "principal space, y", "principal space, z"]


def test_nan_within_the_prefix_is_refused_in_words():
    vectors = cloud()
    vectors[7, 20] = np.nan
    with pytest.raises(UserError, match=r"NaN.*first 40 dimensions"):
        PrefixPCA(10).fit_transform(vectors)


def test_it_can_be_stopped():
    def stop(fraction, words):
        raise Cancelled

    with pytest.raises(Cancelled):
        PrefixPCA(10).place(named(cloud()), 2, stop)


def test_limits_and_equality():
    assert PrefixPCA().limits(100, 40) == {"dimensions": 40}
    assert replace(PrefixPCA(), dimensions=5) == PrefixPCA(5)
