"""The map on real sentences, beside a reference in float64 that knows nothing of it."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from embedviz.core.anisotropy.transform import Transform, TransformSettings, fit_rows

N_PAIRS = 1500


@pytest.fixture(scope="module", params=["layer2", "layer5", "final"])
def sentences(data_folder, request):
    """Return vectors of a layer, the first sentences of all pairs first, and the judgments."""
    folder = data_folder / "stsb"
    vectors = np.load(folder / f"stsb_dev_{request.param}.f32.npy")
    return vectors, np.load(folder / "stsb_dev_gold.f64.npy")


def reference(fitted, rows, strength, n_components, remove_top=0, left_out=()):
    """Return white rows by NumPy alone, in float64."""
    fitted, rows = fitted.astype(np.float64), rows.astype(np.float64)
    fitted[:, list(left_out)] = rows[:, list(left_out)] = 0
    variances, axes = np.linalg.eigh(np.cov(fitted.T))
    variances, axes = variances[::-1][remove_top:], axes[:, ::-1][:, remove_top:]
    kept = variances >= 1e-6 * variances[0]
    if n_components is not None:
        kept[n_components:] = False
    centered = rows - fitted.mean(axis=0)
    return centered @ axes[:, kept] * variances[kept] ** (-strength / 2)


def pair_cosines(rows):
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return np.einsum("ij,ij->i", units[:N_PAIRS], units[N_PAIRS:])


@pytest.mark.parametrize(
    ("strength", "n_components", "remove_top", "left_out", "method"),
    [
        (1.0, None, 0, (), "zca"),
        (1.0, 128, 0, (), "pca"),
        (0.5, 64, 0, (), "zca"),
        (0.0, None, 3, (), "pca"),
        (0.8, None, 0, (3, 200), "pca"),
    ],
)
def test_cosines_and_spearman_are_those_of_the_reference(
    sentences, strength, n_components, remove_top, left_out, method
):
    vectors, gold = sentences
    fit = fit_rows(vectors, left_out=left_out)
    settings = TransformSettings(
        strength=strength, n_components=n_components, remove_top=remove_top, method=method
    )
    found = pair_cosines(Transform(fit, settings).map().apply(vectors, unit_length=True))
    expected = pair_cosines(
        reference(vectors, vectors, strength, n_components, remove_top, left_out)
    )
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert spearmanr(found, gold)[0] == pytest.approx(spearmanr(expected, gold)[0], abs=1e-3)


def test_a_map_of_half_of_the_pairs_is_applied_to_the_other_half(sentences):
    vectors, gold = sentences
    is_train = np.arange(2 * N_PAIRS) % 2 == 0
    fit = fit_rows(vectors, rows=np.flatnonzero(is_train))
    found = pair_cosines(Transform(fit, TransformSettings(n_components=128)).map().apply(vectors))
    expected = pair_cosines(reference(vectors[is_train], vectors, 1.0, 128))
    np.testing.assert_allclose(found, expected, atol=1e-4)
    held = np.arange(1, N_PAIRS, 2)
    assert spearmanr(found[held], gold[held])[0] == pytest.approx(
        spearmanr(expected[held], gold[held])[0], abs=1e-3
    )
