"""All scores of real sentences against plain NumPy in float64, raw and through every kind of map.

The reference knows nothing of the package: covariances by `np.cov`, directions by `np.linalg.svd`,
all pairs written out.
"""

from functools import cache

import numpy as np
import pytest

from embedviz.core.anisotropy.scores import measure, n_columns, quick_scores
from embedviz.core.anisotropy.transform import Transform, TransformSettings, fit_rows

LAYERS = ("layer2", "layer5", "final")
FEW = [(384, "pca", 1.0), (128, "zca", 0.5)]
ALL = [
    (count, method, strength)
    for count in (384, 128, 64)
    for method in ("pca", "zca")
    for strength in (0.0, 0.3, 0.5, 1.0)
]


def decomposed(rows):
    """Return centered rows in float64, their singular values, and their axes, one a row."""
    centered = rows - rows.mean(axis=0, dtype=np.float64)
    _, lengths, axes = np.linalg.svd(centered, full_matrices=False)
    return centered, lengths, axes


def whitened(centered, lengths, axes, count, method, strength):
    """Return decomposed rows whitened as by Su et al. 2021, null directions left out."""
    variances = lengths**2 / (len(centered) - 1)
    kept = np.flatnonzero(variances >= 1e-6 * variances[0])[:count]
    mapped = centered @ axes[kept].T * variances[kept] ** (-strength / 2)
    return mapped @ axes[kept] if method == "zca" else mapped


def published_iso_score(variances):
    d = len(variances)
    scaled = np.sqrt(d) * variances / np.linalg.norm(variances)
    defect = np.linalg.norm(scaled - np.ones(d)) / np.sqrt(2 * (d - np.sqrt(d)))
    share = (d - defect**2 * (d - np.sqrt(d))) ** 2 / d**2
    return (d * share - 1) / (d - 1)


def reference(rows):
    """Return every score by its definition."""
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    gram, n = unit @ unit.T, len(unit)
    pairs = n * (n - 1)
    mean, size = (gram.sum() - n) / pairs, (np.abs(gram).sum() - n) / pairs
    potential = (np.exp(-2 * (2 - 2 * gram)).sum() - n) / pairs
    # Sentences that are there twice are equally near: the one of the lower row counts.
    keys = np.arange(n) * 1e-14 - np.round(gram, 10)
    np.fill_diagonal(keys, np.inf)
    nearest = np.argpartition(keys, 10, axis=1)[:, :10]
    counts = np.bincount(nearest.ravel(), minlength=len(rows)).astype(float)
    away = counts - counts.mean()
    variances = np.linalg.svd(np.cov(rows.T), compute_uv=False)
    variances[variances < 1e-14 * variances[0]] = 0
    shares = variances[variances > 0] / variances.sum()
    products = unit @ np.linalg.eigh(unit.T @ unit)[1]
    sums = np.concatenate([np.exp(products).sum(axis=0), np.exp(-products).sum(axis=0)])
    spreads = rows.std(axis=0)
    return {
        "mean_cosine": mean,
        "mean_absolute_cosine": size,
        "iso_score": published_iso_score(variances),
        "partition_ratio": sums.min() / sums.max(),
        "effective_rank": np.exp(-(shares * np.log(shares)).sum()),
        "participation_ratio": variances.sum() ** 2 / (variances**2).sum(),
        "uniformity": np.log(potential),
        "hubness": (away**3).mean() / (away**2).mean() ** 1.5,
        "dead_dimensions": np.count_nonzero(spreads <= 1e-6 * spreads.max()),
    }


def require_equal(scores, expected, tolerance=1e-4):
    assert list(scores.values) == list(expected)
    for name, score in scores.values.items():
        assert score.how == "exact"
        # Ranks go to hundreds; all others are of the order of one.
        assert score.value == pytest.approx(expected[name], abs=tolerance, rel=1e-6), name


@pytest.fixture(scope="module")
def sentences(data_folder):
    """Return a function that gives a layer's rows, what a map is fitted on, and `decomposed`."""

    @cache
    def load(layer):
        rows = np.load(data_folder / "stsb" / f"stsb_dev_{layer}.f32.npy")
        return rows, fit_rows(rows), decomposed(rows)

    return load


@pytest.fixture(scope="module")
def a_third(sentences):
    """Return the same of each third row: all pairs of these are a ninth of all pairs."""

    @cache
    def load(layer):
        rows = np.ascontiguousarray(sentences(layer)[0][::3])
        return rows, fit_rows(rows), decomposed(rows)

    return load


def require_mapped(rows, fit, parts, count, method, strength):
    settings = TransformSettings(strength=strength, n_components=count, method=method)
    transform = Transform(fit, settings)
    scores = measure(rows, transform.map(), axes=fit.axes)
    expected = reference(whitened(*parts, count, method, strength))
    require_equal(scores, expected)
    for name, value in quick_scores(transform, scores.values["mean_cosine"].value).items():
        assert value == pytest.approx(expected[name], abs=1e-4), name
    assert scores.dimensions == n_columns(transform)


@pytest.mark.parametrize("layer", LAYERS)
def test_raw_scores_are_those_of_the_definitions(sentences, layer):
    rows = sentences(layer)[0]
    require_equal(measure(rows), reference(rows.astype(np.float64)))


@pytest.mark.parametrize(("count", "method", "strength"), FEW)
def test_scores_of_mapped_rows_are_those_of_the_definitions(sentences, count, method, strength):
    require_mapped(*sentences("layer5"), count, method, strength)


@pytest.mark.slow
@pytest.mark.parametrize(("count", "method", "strength"), ALL)
@pytest.mark.parametrize("layer", LAYERS)
def test_scores_of_every_map_of_every_layer(a_third, layer, count, method, strength):
    require_mapped(*a_third(layer), count, method, strength)


@pytest.mark.parametrize("centering", [0.4])
def test_scores_while_the_mean_is_taken_away(sentences, centering):
    rows, fit, (_, lengths, axes) = sentences("final")
    transform = Transform(fit, TransformSettings(centering=centering, strength=0.0))
    exact = rows.astype(np.float64)
    inside = axes[lengths**2 >= 1e-6 * lengths[0] ** 2]
    shifted = exact - centering * exact.mean(axis=0)
    along = shifted @ inside.T @ inside
    mapped = along + (1 - centering) * (shifted - along)
    scores = measure(rows, transform.map(), axes=fit.axes)
    expected = reference(mapped)
    require_equal(scores, expected)
    for name, value in quick_scores(transform).items():
        assert value == pytest.approx(expected[name], abs=1e-4), name


@pytest.mark.parametrize(
    ("layer", "cosine", "score", "ratio", "uniform"),
    [
        ("layer2", 0.594, 0.051, 0.214, -1.512),
        ("layer5", 0.537, 0.068, 0.231, -1.716),
        ("final", 0.022, 0.277, 0.767, -3.819),
    ],
)
def test_scores_are_near_those_of_the_other_split(sentences, layer, cosine, score, ratio, uniform):
    """The table is of other sentences: near, not equal."""
    values = measure(sentences(layer)[0]).values
    assert values["mean_cosine"].value == pytest.approx(cosine, abs=0.03)
    assert values["iso_score"].value == pytest.approx(score, abs=0.03)
    assert values["partition_ratio"].value == pytest.approx(ratio, abs=0.1)
    assert values["uniformity"].value == pytest.approx(uniform, abs=0.05)


def ranks(numbers):
    """Return mean ranks, ties alike."""
    _, places, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2)[places]


def spearman(first, second):
    return np.corrcoef(ranks(first), ranks(second))[0, 1]


@pytest.mark.parametrize("count", [384, 128, 64])
@pytest.mark.parametrize("layer", LAYERS)
def test_the_mapped_rows_rank_judged_pairs_as_float64_does(data_folder, sentences, layer, count):
    gold = np.load(data_folder / "stsb" / "stsb_dev_gold.f64.npy")
    rows, fit, parts = sentences(layer)
    unit = Transform(fit, TransformSettings(n_components=count)).map().apply(rows, unit_length=True)
    ours = np.einsum("ij,ij->i", unit[: len(gold)], unit[len(gold) :])
    exact = whitened(*parts, count, "pca", 1.0)
    exact /= np.linalg.norm(exact, axis=1, keepdims=True)
    expected = spearman(np.einsum("ij,ij->i", exact[: len(gold)], exact[len(gold) :]), gold)
    assert spearman(ours, gold) == pytest.approx(expected, abs=1e-3)
