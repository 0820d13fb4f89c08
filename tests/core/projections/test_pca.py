import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from embedviz.core import blocks
from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled
from embedviz.core.projections import PCA, PROJECTIONS
from embedviz.formats import load


def cloud(n, d, seed=0, mean=0.0, scale=1.0):
    """Return rows whose variances are far enough apart for the axes to be well defined."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, d)) * 0.8 ** np.arange(d)
    rotation, _ = np.linalg.qr(rng.normal(size=(d, d)))
    return (scale * (rows @ rotation + mean)).astype(np.float32)


def assert_equals_scikit_learn(vectors, atol=1e-4):
    from sklearn import decomposition

    n_components = min(3, *vectors.shape)
    reference = decomposition.PCA(n_components, svd_solver="full").fit(vectors.astype(np.float64))
    expected = reference.transform(vectors.astype(np.float64))
    found = PCA().fit_transform(vectors, n_components=3)
    assert found.dtype == np.float32
    size = np.abs(expected).max()
    np.testing.assert_allclose(found[:, :n_components], expected, atol=atol * size)
    np.testing.assert_allclose(found[:, n_components:], 0)
    fitted = PCA(tuple(range(n_components))).fit(vectors)
    np.testing.assert_allclose(
        fitted.explained_variance_ratio, reference.explained_variance_ratio_, atol=1e-4
    )
    np.testing.assert_allclose(fitted.mean, reference.mean_, rtol=1e-6, atol=1e-6 * size)
    np.testing.assert_allclose(fitted.transform(vectors), found[:, :n_components], rtol=1e-6)


@pytest.mark.parametrize(
    "vectors",
    [
        cloud(500, 20),
        cloud(20, 21),
        cloud(21, 20),
        cloud(62, 300),
        cloud(300, 2),
        cloud(50, 1),
        cloud(2, 30),
        cloud(400, 30, mean=1000.0),
        cloud(400, 30, mean=50.0, scale=1e25),
        cloud(30, 40, mean=50.0, scale=1e25),
        cloud(400, 30, scale=1e-25),
        cloud(30, 40, scale=1e-25),
    ],
    ids=lambda vectors: f"{vectors.shape[0]}x{vectors.shape[1]}, {np.abs(vectors).max():.0e}",
)
def test_equals_scikit_learn(vectors):
    assert_equals_scikit_learn(vectors)


def test_equals_scikit_learn_on_rank_deficient_rows():
    rng = np.random.default_rng(0)
    plane = rng.normal(size=(200, 2)) * [3, 1] @ rng.normal(size=(2, 40))
    assert_equals_scikit_learn(plane.astype(np.float32))
    assert_equals_scikit_learn(plane[:30].astype(np.float32))
    constant_columns = cloud(100, 10)
    constant_columns[:, [2, 7]] = 5
    assert_equals_scikit_learn(constant_columns)


def test_equals_scikit_learn_when_the_first_rows_lie_elsewhere(monkeypatch):
    monkeypatch.setattr(blocks, "_BLOCK_BYTES", 4 * 20 * 64)
    vectors = cloud(1000, 20)
    vectors[:200] += 30
    assert_equals_scikit_learn(vectors)
    assert_equals_scikit_learn(np.asfortranarray(vectors))


def assert_any_three_components_equal_scikit_learn(vectors, chosen):
    from sklearn import decomposition

    exact = vectors.astype(np.float64)
    reference = decomposition.PCA(svd_solver="full").fit(exact)
    expected = reference.transform(exact)
    size = np.abs(expected).max()
    for components in chosen:
        wanted = list(components)
        fitted = PCA(components).fit(vectors)
        np.testing.assert_allclose(
            fitted.explained_variance_ratio, reference.explained_variance_ratio_[wanted], atol=1e-4
        )
        found = fitted.transform(vectors)
        np.testing.assert_allclose(found, expected[:, wanted], atol=1e-4 * size)
    np.testing.assert_array_equal(found, PCA(components).fit_transform(vectors, 3))


@pytest.mark.parametrize(
    "name",
    [
        "stsb/stsb_dev_layer2.f32.npy",
        "stsb/stsb_dev_layer5.f32.npy",
        "stsb/stsb_dev_final.f32.npy",
        "glove50/golden_5050x50.f4.npy",
        "movies/peliculas_text-embedding-3-small-1536.json",
        "movies/peliculas_text-embedding-3-small-256.json",
        "movies/peliculas_text-embedding-ada-002.json",
    ],
)
def test_equals_scikit_learn_on_real_vectors(data_folder, name):
    vectors = load(data_folder / name).vectors
    last = min(vectors.shape) - 1
    assert_any_three_components_equal_scikit_learn(vectors, [(0, 1, 2), (7, 3, 30), (1, last, 0)])


def test_equals_scikit_learn_on_iris(data_folder):
    iris = np.fromfile(data_folder / "projector" / "iris_tensors.bytes", "<f4").reshape(150, 4)
    assert_any_three_components_equal_scikit_learn(iris, [(0, 1, 2), (3, 1, 0)])


@pytest.fixture(scope="module")
def images():
    """Return 5,000 images of 28 × 28 pixels: digits with noise, and a border that is all black."""
    from sklearn.datasets import load_digits

    rng = np.random.default_rng(0)
    digits = load_digits().images[rng.integers(0, 1797, 5000)] * (255 / 16)
    pixels = np.zeros((5000, 28, 28))
    pixels[:, 2:26, 2:26] = np.kron(digits, np.ones((3, 3))) + rng.normal(0, 8, (5000, 24, 24))
    return pixels.clip(0, 255).reshape(5000, 784).astype(np.float32)


def test_equals_scikit_learn_on_images(images):
    # The noise has variances that are nearly the same, from the 60th component on; the border
    # has none, so the last components are those of nothing.
    chosen = [(0, 1, 2), (5, 0, 40), (66, 81, 575), (2, 600, 783)]
    assert_any_three_components_equal_scikit_learn(images, chosen)


def test_variances_that_are_nearly_the_same_are_summed_in_float64(images):
    def n_passes(vectors, components):
        seen = []
        PCA(components).fit(vectors, lambda fraction, words: seen.append((fraction, words)))
        assert [fraction for fraction, _ in seen] == sorted(fraction for fraction, _ in seen)
        return sum(words == "covariance" for _, words in seen)

    assert n_passes(images, (66, 81, 575)) == 2 * n_passes(images, (0, 1, 2))
    even = np.random.default_rng(0).normal(size=(20_000, 64)).astype(np.float32)
    assert n_passes(even, (0, 1, 2)) == n_passes(even, (61, 62, 63))


@pytest.mark.parametrize("shape", [(0, 4), (1, 4), (5, 4), (4, 5), (3, 0), (0, 0)])
def test_rows_without_variance_lie_at_the_origin(shape):
    vectors = np.full(shape, 7.5, dtype=np.float32)
    fitted = PCA().fit(vectors)
    assert fitted.explained_variance_ratio.tolist() == [0, 0, 0]
    assert not fitted.axes.any()
    np.testing.assert_array_equal(
        PCA().fit_transform(vectors, n_components=3), np.zeros((len(vectors), 3))
    )


@settings(deadline=None, max_examples=60)
@given(
    arrays(
        np.float32,
        st.tuples(st.integers(1, 30), st.integers(1, 10)),
        elements=st.floats(-100, 100, width=32),
    )
)
def test_axes_are_orthogonal_and_explain_what_the_picture_shows(vectors):
    fitted = PCA().fit(vectors)
    there = fitted.axes.any(axis=1)
    np.testing.assert_allclose(
        fitted.axes[there] @ fitted.axes[there].T, np.eye(there.sum()), atol=1e-6
    )
    assert (np.diff(fitted.explained_variance_ratio) <= 1e-9).all()
    assert 0 <= fitted.explained_variance_ratio.sum() <= 1 + 1e-9
    centered = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    shown = (fitted.transform(vectors).astype(np.float64) ** 2).sum(axis=0)
    total = (centered**2).sum()
    np.testing.assert_allclose(
        shown, fitted.explained_variance_ratio * total, atol=1e-5 * total + 1e-9
    )


def test_components_can_be_chosen():
    vectors = cloud(200, 12)
    all_three = PCA().fit_transform(vectors, n_components=3)
    np.testing.assert_allclose(
        PCA(components=(2, 0)).fit_transform(vectors), all_three[:, [2, 0]], atol=1e-5
    )
    beyond = PCA(components=(0, 11, 12)).fit(vectors)
    assert beyond.axes[1].any()
    assert not beyond.axes[2].any()
    with pytest.raises(UserError, match="only 2 principal components"):
        PCA(components=(0, 1)).fit_transform(vectors, n_components=3)


@pytest.mark.parametrize("shape", [(40, 6), (6, 40)])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_rows_with_nan_are_named(shape, bad):
    vectors = cloud(40, 40)[: shape[0], : shape[1]].copy()
    vectors[[1, 4], 2] = bad
    with pytest.raises(UserError, match=f"2 of {shape[0]} rows"):
        PCA().fit_transform(vectors)


def test_reports_and_stops(monkeypatch):
    monkeypatch.setattr(blocks, "_BLOCK_BYTES", 4 * 10 * 8)
    seen = []
    PCA().fit_transform(cloud(100, 10), report=lambda fraction, words: seen.append(fraction))
    assert seen == sorted(seen)
    assert len(seen) > 20
    assert 0 <= seen[0] <= seen[-1] <= 1

    def stop(fraction, message):
        if fraction > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        PCA().fit_transform(cloud(100, 10), report=stop)


def test_the_vectors_are_left_alone_and_settings_compare():
    vectors = cloud(60, 8)
    before = vectors.copy()
    vectors.flags.writeable = False
    first = PROJECTIONS["PCA"]().fit_transform(vectors)
    np.testing.assert_array_equal(vectors, before)
    np.testing.assert_array_equal(first, PCA().fit_transform(vectors, on_layout=print))
    assert first.shape == (60, 2)
    assert PCA() == PCA((0, 1, 2)) != PCA((1, 2, 3))
