"""Whitening against its definition, and as a scikit-learn transformer."""

from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.covariance import ledoit_wolf
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer
from sklearn.utils.estimator_checks import parametrize_with_checks

from embedviz.core.covariance import float32_products
from embedviz.core.whitening import Whitening


def cloud(n_vectors=200, dimensions=8, seed=0):
    rng = np.random.default_rng(seed)
    mix = rng.normal(size=(dimensions, dimensions))
    return rng.normal(size=(n_vectors, dimensions)) @ mix + 3.0


@parametrize_with_checks(
    [
        Whitening(),
        Whitening(method="zca"),
        Whitening(2, strength=0.5, remove_top=1, method="zca"),
        Whitening(0.9, shrinkage=True),
        Whitening(strength=0.0, centering=0.5),
    ]
)
def test_is_a_transformer(estimator, check):
    # Whole, but for the array API, which needs an environment variable to be tested at all.
    check(estimator)


def test_full_whitening_has_the_covariance_of_noise():
    rows = Whitening().fit_transform(cloud())
    np.testing.assert_allclose(np.cov(rows.T), np.eye(8), atol=1e-10)
    np.testing.assert_allclose(rows.mean(axis=0), 0, atol=1e-10)


def test_equals_pca_of_scikit_learn():
    vectors = cloud()
    ours, theirs = Whitening(5).fit(vectors), PCA(5, whiten=True, svd_solver="full").fit(vectors)
    np.testing.assert_allclose(ours.explained_variance_, theirs.explained_variance_)
    np.testing.assert_allclose(ours.mean_, theirs.mean_)
    signs = np.sign((ours.components_ * theirs.components_).sum(axis=1))
    np.testing.assert_allclose(ours.components_, theirs.components_ * signs[:, np.newaxis])
    np.testing.assert_allclose(ours.transform(vectors), theirs.transform(vectors) * signs)


@pytest.mark.parametrize("strength", [0.0, 0.4, 1.0])
def test_strength_is_a_power_of_the_variances(strength):
    vectors = cloud()
    variances, axes = np.linalg.eigh(np.cov(vectors.T))
    expected = (vectors - vectors.mean(axis=0)) @ axes * variances ** (-strength / 2)
    rows = Whitening(strength=strength).fit_transform(vectors)
    np.testing.assert_allclose(np.abs(rows), np.abs(expected[:, ::-1]), atol=1e-9)
    rotated_back = Whitening(strength=strength, method="zca").fit_transform(vectors)
    np.testing.assert_allclose(rotated_back, expected @ axes.T, atol=1e-9)


def test_strength_zero_centers():
    vectors = cloud()
    centered = vectors - vectors.mean(axis=0)
    moved = Whitening(strength=0.0, method="zca").fit_transform(vectors)
    np.testing.assert_allclose(moved, centered, atol=1e-10)
    rotated = Whitening(strength=0.0).fit_transform(vectors)
    np.testing.assert_allclose(rotated @ rotated.T, centered @ centered.T, atol=1e-8)


@given(strength=st.floats(0, 1), components=st.integers(1, 8), remove=st.integers(0, 3))
@settings(deadline=None, max_examples=25)
def test_both_methods_have_the_same_products(strength, components, remove):
    vectors = cloud()
    rows, back = (
        Whitening(components, strength, remove_top=remove, method=method).fit_transform(vectors)
        for method in ("pca", "zca")
    )
    assert rows.shape == (200, min(components, 8 - remove))
    assert back.shape == (200, 8)
    np.testing.assert_allclose(rows @ rows.T, back @ back.T, atol=1e-8)


def test_all_but_the_top():
    vectors = cloud()
    centered = vectors - vectors.mean(axis=0)
    top = np.linalg.eigh(np.cov(vectors.T))[1][:, -2:]
    expected = centered - centered @ top @ top.T
    found = Whitening(strength=0.0, remove_top=2, method="zca").fit(vectors)
    np.testing.assert_allclose(found.transform(vectors), expected, atol=1e-9)
    assert found.rank_ == 6


def test_a_singular_covariance_is_not_divided_by_zero():
    vectors = cloud()
    vectors[:, 2], vectors[:, 5] = 0.25, vectors[:, 1]
    whitening = Whitening().fit(vectors)
    assert whitening.rank_ == 6
    assert whitening.notes_ == ("rank 6 of 8",)
    rows = whitening.transform(vectors.astype(np.float32))
    np.testing.assert_allclose(np.cov(rows.T), np.eye(6), atol=1e-4)


def test_rank_is_not_that_of_the_components_asked_for():
    whitening = Whitening(n_components=3).fit(cloud())
    assert (whitening.rank_, len(whitening.components_)) == (8, 3)
    assert Whitening(n_components=30).fit(cloud()).transform(cloud()).shape == (200, 8)


@pytest.mark.parametrize("n_vectors", [4, 8, 9])
def test_too_few_rows_become_a_simplex_and_a_note_says_so(n_vectors):
    vectors = cloud(n_vectors)
    whitening = Whitening().fit(vectors)
    rows = Normalizer().fit_transform(whitening.transform(vectors))
    cosines = (rows @ rows.T)[np.triu_indices(n_vectors, 1)]
    np.testing.assert_allclose(cosines, -1 / (n_vectors - 1), atol=1e-8)
    assert f"1/{n_vectors - 1}," in whitening.notes_[-1]
    assert Whitening().fit(cloud(20)).notes_ == ()


@given(cuts=st.lists(st.integers(1, 199), max_size=4, unique=True), strength=st.floats(0, 1))
@settings(deadline=None, max_examples=20)
def test_blocks_give_the_same_as_all_at_once(cuts, strength):
    vectors = cloud() + 1000.0
    whole, blocks = Whitening(strength=strength).fit(vectors), Whitening(strength=strength)
    for part in np.split(vectors, sorted(cuts)):
        blocks.partial_fit(part)
    assert blocks.n_samples_seen_ == 200
    np.testing.assert_allclose(blocks.explained_variance_, whole.explained_variance_)
    np.testing.assert_allclose(blocks.transform(vectors), whole.transform(vectors), atol=1e-6)


def test_blocks_continue_after_a_fit_and_a_fit_begins_anew():
    vectors = cloud()
    whole = Whitening().fit(vectors).transform(vectors)
    continued = Whitening().fit(vectors[:50]).partial_fit(vectors[50:])
    np.testing.assert_allclose(continued.transform(vectors), whole, atol=1e-8)
    again = Whitening().partial_fit(vectors[:20]).fit(vectors)
    np.testing.assert_allclose(again.transform(vectors), whole, atol=1e-8)
    assert again.n_samples_seen_ == 200


def test_one_row_at_a_time():
    whitening = Whitening()
    for row in cloud(12):
        whitening.partial_fit(row[np.newaxis])
    np.testing.assert_allclose(
        whitening.explained_variance_, Whitening().fit(cloud(12)).explained_variance_
    )


def test_float32_stays_float32_and_is_accurate():
    vectors = cloud(dimensions=30).astype(np.float32)
    rows = Whitening().fit_transform(vectors)
    assert rows.dtype == np.float32
    exact = Whitening().fit_transform(vectors.astype(np.float64))
    np.testing.assert_allclose(rows, exact, atol=1e-3)


def test_works_in_a_pipeline_and_is_cloned_unfitted():
    pipeline = make_pipeline(Whitening(n_components=3), Normalizer())
    rows = pipeline.fit_transform(cloud())
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1)
    names = pipeline[0].get_feature_names_out()
    assert names.tolist() == ["whitening0", "whitening1", "whitening2"]
    copy = clone(pipeline[0])
    assert not hasattr(copy, "components_")
    with pytest.raises(NotFittedError):
        copy.transform(cloud())


@pytest.mark.parametrize(
    "parameters",
    [
        {"n_components": 0},
        {"n_components": 2.5},
        {"strength": -1},
        {"strength": float("nan")},
        {"strength": "full"},
        {"floor": -1e-6},
        {"remove_top": -1},
        {"method": "cholesky"},
    ],
)
def test_a_parameter_out_of_range_is_refused(parameters):
    (name,) = parameters
    for fit in (Whitening(**parameters).fit, Whitening(**parameters).partial_fit):
        with pytest.raises(ValueError, match=f"{name} is"):
            fit(cloud())


@pytest.mark.parametrize(("layer", "rank"), [("layer2", 383), ("layer5", 383), ("final", 381)])
def test_real_layers_have_null_directions(data_folder, layer, rank):
    vectors = np.load(data_folder / "stsb" / f"stsb_dev_{layer}.f32.npy")
    whitening = Whitening().fit(vectors)
    assert whitening.rank_ == rank
    assert whitening.notes_ == (f"rank {rank} of 384",)
    rows = whitening.transform(vectors)
    np.testing.assert_allclose(np.cov(rows.T), np.eye(rank), atol=1e-3)


def test_whitening_helps_a_middle_layer_and_hurts_the_final_one(data_folder):
    folder = data_folder / "stsb"
    gold = np.load(folder / "stsb_dev_gold.f64.npy")
    ranks = gold.argsort().argsort()

    def spearman(rows):
        unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        cosines = (unit[:1500] * unit[1500:]).sum(axis=1)
        return np.corrcoef(cosines.argsort().argsort(), ranks)[0, 1]

    middle, final = (np.load(folder / f"stsb_dev_{layer}.f32.npy") for layer in ("layer2", "final"))
    assert spearman(Whitening().fit_transform(middle)) > spearman(middle) + 0.03
    assert spearman(Whitening().fit_transform(final)) < spearman(final) - 0.02


@pytest.mark.parametrize("n_copies", [0, 1, 7])
@pytest.mark.parametrize("by_blocks", [False, True])
def test_too_few_distinct_rows_are_named_however_often_they_come(n_copies, by_blocks):
    vectors = cloud(6)
    vectors = np.concatenate([vectors, np.repeat(vectors[:1], n_copies, axis=0)])
    whitening = Whitening()
    if by_blocks:
        for row in vectors:
            whitening.partial_fit(row[np.newaxis])
    else:
        whitening.fit(vectors)
    assert "span only 5 directions" in whitening.notes_[-1]
    assert ("6 of which are distinct" in whitening.notes_[-1]) == bool(n_copies)
    assert Whitening(n_components=2).fit(vectors).notes_[-1] == "2 of 5 directions kept"


def test_what_is_removed_does_not_lower_the_rank_that_is_told():
    vectors = cloud()
    vectors[:, 2] = 0.25
    assert Whitening().fit(vectors).notes_[0] == "rank 7 of 8"
    assert Whitening(remove_top=2).fit(vectors).notes_[0] == "rank 7 of 8"


def as_it_is(rows):
    return rows


def of_low_rank(rows):
    return np.concatenate([rows, rows @ np.random.default_rng(9).normal(size=(9, 3))], axis=1)


def with_constant_columns(rows):
    rows[:, [1, 4]] = 0.1, 0.0
    return rows


def with_equal_columns(rows):
    rows[:, 3] = rows[:, 8]
    return rows


def far_away(rows):
    return np.round(rows * 64) / 64 + 1e6


def repeated(rows):
    return np.repeat(rows, 3, axis=0)


def hardly_any(rows):
    return rows[:6]


DEGENERATE = (
    as_it_is,
    of_low_rank,
    with_constant_columns,
    with_equal_columns,
    far_away,
    repeated,
    hardly_any,
)


def quickly():
    """Let few rows too be multiplied in float32, block by block, as many are."""
    small = {"_LEAST_ROWS": 2, "_LEAST_PRODUCTS": 0, "_BLOCK_ROWS": 100}
    return mock.patch.multiple(float32_products, **small)


@given(
    make=st.sampled_from(DEGENERATE),
    kind=st.sampled_from([np.float64, np.float32, np.float16]),
    scale=st.sampled_from([1e-20, 1e-7, 1.0, 1e7, 1e20]),
    method=st.sampled_from(["pca", "zca"]),
    remove=st.integers(0, 2),
    seed=st.integers(0, 1000),
)
@settings(deadline=None, max_examples=150)
def test_whitened_rows_have_the_covariance_of_noise(make, kind, scale, method, remove, seed):
    vectors = make(cloud(400, 9, seed))
    # Half precision goes to 65,504, in steps of 32 there.
    centered = vectors - vectors.mean(axis=0)
    vectors = centered if kind == np.float16 else vectors * scale
    vectors = vectors.astype(kind)
    whitening = Whitening(remove_top=remove, method=method)
    with quickly():
        rows = whitening.fit_transform(vectors)
    assert rows.dtype == (np.float32 if kind == np.float32 else np.float64)
    exact = vectors.astype(np.float64) / np.abs(vectors.max() or 1.0)
    values = np.linalg.eigvalsh(np.cov(exact.T))[::-1]
    rank = np.count_nonzero(values[remove:] > 1e-6 * values[remove])
    assert whitening.rank_ == rank
    axes = whitening.components_
    whitened = rows if method == "pca" else rows @ axes.T
    tolerance = 1e-3 if kind == np.float32 else 1e-5
    np.testing.assert_allclose(np.cov(whitened.T.astype(np.float64)), np.eye(rank), atol=tolerance)
    # Nothing is left in the directions that are not kept.
    others = rows.astype(np.float64) - whitened @ axes if method == "zca" else np.zeros(1)
    assert np.abs(others).max() < tolerance * 10


@given(
    make=st.sampled_from(DEGENERATE),
    kind=st.sampled_from([np.float64, np.float32]),
    seed=st.integers(0, 100),
)
@settings(deadline=None, max_examples=40)
def test_zca_moves_rows_less_than_any_other_whitening(make, kind, seed):
    vectors = make(cloud(400, 9, seed)).astype(kind)
    back = Whitening(method="zca").fit(vectors)
    rows = Whitening().fit_transform(vectors).astype(np.float64)
    centered = vectors.astype(np.float64) - back.mean_
    moved = np.square(back.transform(vectors) - centered).sum()
    rng = np.random.default_rng(seed)
    own = back.components_
    # All whitenings of these directions: their principal axes turned, some only a little.
    for amount in (1e-2, 0.1, 1.0, 100.0):
        turned = np.linalg.qr(own.T + amount * rng.normal(size=own.T.shape))[0]
        turned *= np.sign((turned * own.T).sum(axis=0))
        np.testing.assert_allclose(turned.T @ turned, np.eye(back.rank_), atol=1e-12)
        assert np.square(rows @ turned.T - centered).sum() >= moved * (1 - 1e-6)


@given(
    strength=st.floats(0, 1),
    method=st.sampled_from(["pca", "zca"]),
    scale=st.sampled_from([1e-3, 1.0, 1e3]),
)
@settings(deadline=None, max_examples=30)
def test_the_map_is_affine_so_no_row_is_scaled_by_its_own_length(strength, method, scale):
    vectors = cloud() * scale
    whitening = Whitening(strength=strength, method=method).fit(vectors)
    one, other, third = vectors[:50], vectors[50:100], vectors[100:150]
    expected = whitening.transform(one) + 3 * (
        whitening.transform(other) - whitening.transform(third)
    )
    found = whitening.transform(one + 3 * (other - third))
    np.testing.assert_allclose(found, expected, atol=1e-8 * scale + 1e-8)
    lengths = np.linalg.norm(whitening.transform(vectors), axis=1)
    assert lengths.std() > 0.1 * lengths.mean()


def test_transform_is_the_formula_to_the_letter():
    vectors = cloud()
    variances, axes = np.linalg.eigh(np.cov(vectors.T))
    inverse_root = axes / np.sqrt(variances) @ axes.T
    expected = (vectors - vectors.mean(axis=0)) @ inverse_root
    found = Whitening(method="zca").fit_transform(vectors)
    np.testing.assert_allclose(found, expected, atol=1e-9)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9, 0.99, 0.9999999])
def test_a_share_of_the_variance_is_that_of_scikit_learn(share):
    vectors = cloud()
    ours, theirs = Whitening(share).fit(vectors), PCA(share, svd_solver="full").fit(vectors)
    assert len(ours.components_) == theirs.n_components_
    assert Whitening(np.float64(share)).fit(vectors).components_.shape == ours.components_.shape


def test_shrunk_variances_are_those_of_scikit_learn():
    vectors = cloud(20)
    covariance, amount = ledoit_wolf(vectors)
    fitted = Whitening(shrinkage=True, method="zca").fit(vectors)
    assert fitted.shrinkage_ == pytest.approx(amount)
    assert fitted.rank_ == 8
    matrix = fitted.transform(np.eye(8)) - fitted.transform(np.zeros((1, 8)))
    scaled = covariance * 20 / 19
    np.testing.assert_allclose(matrix @ scaled @ matrix, np.eye(8), atol=1e-9)
    assert Whitening().fit(vectors).shrinkage_ == 0


def test_shrinkage_gives_a_full_rank_and_says_so():
    few = cloud(5)
    fitted = Whitening(shrinkage=True).fit(few)
    assert fitted.transform(few).shape == (5, 8)
    assert np.isfinite(fitted.transform(cloud())).all()
    assert "shrinkage gives 4 directions without spread one" in fitted.notes_
    assert not hasattr(Whitening(shrinkage=True), "partial_fit")


@pytest.mark.parametrize("method", ["pca", "zca"])
def test_centering_by_degrees(method):
    vectors = cloud()
    fitted = Whitening(3, strength=0.0, centering=0.0, method=method).fit(vectors)
    np.testing.assert_array_equal(fitted.transform(vectors), vectors)
    assert len(fitted.get_feature_names_out()) == 8
    fitted.set_params(centering=0.25, n_components=3)
    kept = fitted.components_.T @ fitted.components_
    matrix = kept + 0.75 * (np.eye(8) - kept)
    expected = (vectors - 0.25 * vectors.mean(axis=0)) @ matrix
    np.testing.assert_allclose(fitted.transform(vectors), expected, atol=1e-9)
    centered = fitted.set_params(centering=1.0).transform(vectors)
    whitened = Whitening(3, strength=0.0, method=method).fit_transform(vectors)
    np.testing.assert_allclose(centered, whitened, atol=1e-12)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"n_components": 1.0}, "share of the variance"),
        ({"n_components": 0.0}, "share of the variance"),
        ({"n_components": float("nan")}, "share of the variance"),
        ({"shrinkage": "ledoit"}, "True or False"),
        ({"centering": 1.5, "strength": 0.0}, "centering is"),
        ({"centering": "all", "strength": 0.0}, "centering is"),
        ({"centering": 0.5}, "needs a centering of 1"),
    ],
)
def test_options_out_of_range_are_refused_by_fit(given, message):
    with pytest.raises(ValueError, match=message):
        Whitening(**given).fit(cloud())


def test_the_dial_is_checked_when_it_was_turned_since():
    fitted = Whitening().fit(cloud()).set_params(centering=0.5)
    with pytest.raises(ValueError, match="needs a centering of 1"):
        fitted.transform(cloud())
