"""Answers at any position of the dial against rows that are really mapped, in float64."""

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.neighbors import KNeighborsClassifier

from embedviz.core.anisotropy.judged.answers import dial_answers
from embedviz.core.anisotropy.judged.axis_rows import DialAxes
from embedviz.core.anisotropy.transform import (
    Transform,
    TransformSettings,
    fit_rows,
)
from embedviz.core.contrastive.quality import measure_pairs
from embedviz.core.errors import UserError
from embedviz.core.judging.halves import halves_of
from embedviz.core.judging.judges import category_judge, pair_judge
from embedviz.core.pairs import Pairs

POSITIONS = [0.0, 0.4, 1.0, 1.5, 2.0]


def rows_of(n=60, d=12, seed=0):
    """Return rows that lean to one side and spread unevenly."""
    random = np.random.default_rng(seed)
    return (random.normal(size=(n, d)) * np.geomspace(1, 0.1, d) + 0.4).astype(np.float32)


def scored_pairs(n_rows, seed=1):
    random = np.random.default_rng(seed)
    first, second = random.permutation(n_rows)[: n_rows // 2 * 2].reshape(2, -1)
    return Pairs(first, second, random.integers(6, size=len(first)))


def unit(rows):
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)


def mapped(vectors, settings):
    """Return unit rows that went through the map itself."""
    whole = Transform(fit_rows(vectors), settings).map()
    return unit((vectors.astype(np.float64) - whole.mean) @ whole.matrix)


def answers_of(vectors, judge, settings=None, fit=None):
    dial = DialAxes(fit or fit_rows(vectors), settings or TransformSettings())
    return dial_answers(dial, vectors, judge, halves_of(judge))


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("remove_top", [0, 2])
@pytest.mark.parametrize("shape", [(60, 12), (12, 40)])
def test_cosines_are_those_of_mapped_rows(position, remove_top, shape):
    vectors = rows_of(*shape)
    pairs = scored_pairs(len(vectors))
    settings = TransformSettings(remove_top=remove_top)
    answers = answers_of(vectors, pair_judge(vectors, pairs, 0), settings)
    lengths = np.array([1, 3, answers.dial.rank])
    found = answers.at(position, lengths).all
    for length, cosines in zip(lengths, found, strict=True):
        rows = mapped(
            vectors,
            TransformSettings(n_components=int(length), remove_top=remove_top).at(position),
        )
        expected = np.sum(rows[pairs.first] * rows[pairs.second], axis=1)
        np.testing.assert_allclose(cosines, expected, atol=1e-9)


def test_before_are_the_rows_as_they_are():
    vectors = rows_of()
    pairs = scored_pairs(60)
    answers = answers_of(vectors, pair_judge(vectors, pairs, 0))
    rows = unit(vectors.astype(np.float64))
    expected = np.sum(rows[pairs.first] * rows[pairs.second], axis=1)
    np.testing.assert_allclose(answers.before.all[0], expected, atol=1e-12)
    assert answers.at(0.0, np.array([1, 5])).all.tolist() == [answers.before.all[0].tolist()] * 2


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("size", [1.0, 1e-18, 1e15])
def test_top1_is_that_of_mapped_rows(position, size):
    vectors = rows_of() * np.float32(size)
    pairs = Pairs.halves(60)
    answers = answers_of(vectors, pair_judge(vectors, pairs, 0))
    found = answers.at(position, np.array([2, 12])).all.mean(axis=1)
    for count, share in zip([2, 12], found, strict=True):
        rows = mapped(vectors, TransformSettings(n_components=count).at(position))
        assert share == measure_pairs(rows, pairs).top1


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("many", [False, True])
def test_votes_are_those_of_scikit_learn(position, many, monkeypatch):
    """Two categories and an odd number of voters, so that no two have as many votes."""
    if many:  # In float32, and in several blocks of rows that are asked.
        monkeypatch.setattr("embedviz.core.anisotropy.judged.answers._EXACT_VOTERS", 100)
        monkeypatch.setattr("embedviz.core.anisotropy.judged.answers._PRODUCTS_AT_ONCE", 700)
    vectors = rows_of()
    random = np.random.default_rng(2)
    category = np.where(vectors[:, 0] + random.normal(size=60) > 0.4, "a", "b").astype(object)
    category[::9] = None
    answers = answers_of(vectors, category_judge(vectors, category, 5, 0))
    known = np.flatnonzero(category != None)  # noqa: E711 - one by one
    found = answers.at(position, np.array([3, 12])).all
    for count, right in zip([3, 12], found, strict=True):
        rows = mapped(vectors, TransformSettings(n_components=count).at(position))
        expected = []
        for row in known:  # Left out, each in turn.
            others = known[known != row]
            model = KNeighborsClassifier(5, metric="cosine")
            model.fit(rows[others], category[others].astype(str))
            expected.append(model.predict(rows[[row]])[0] == category[row])
        assert right.tolist() == expected


def test_a_choice_asks_only_rows_of_the_same_half():
    vectors = rows_of()
    category = np.where(vectors[:, 0] > 0.4, "a", "b")
    answers = answers_of(vectors, category_judge(vectors, category, 5, 0))
    held_out = answers.halves.is_held_out
    found = answers.at(2.0, np.array([12])).within[0]
    rows = mapped(vectors, TransformSettings())
    for row in range(60):
        others = np.flatnonzero((held_out == held_out[row]) & (np.arange(60) != row))
        model = KNeighborsClassifier(5, metric="cosine").fit(rows[others], category[others])
        assert found[row] == (model.predict(rows[[row]])[0] == category[row])


def test_other_rows_may_have_been_fitted():
    vectors, others = rows_of(), rows_of(80, seed=5) + np.float32(0.2)
    pairs = scored_pairs(60)
    fit = fit_rows(others)
    answers = answers_of(vectors, pair_judge(vectors, pairs, 0), fit=fit)
    for position in (0.0, 0.5, 2.0):
        whole = Transform(fit, TransformSettings(n_components=4).at(position)).map()
        rows = unit((vectors.astype(np.float64) - whole.mean) @ whole.matrix)
        expected = np.sum(rows[pairs.first] * rows[pairs.second], axis=1)
        np.testing.assert_allclose(answers.at(position, np.array([4])).all[0], expected, atol=1e-9)


def test_dimensions_that_are_left_out_are_so_at_raw_too():
    vectors = rows_of()
    without = vectors.copy()
    without[:, [0, 3]] = 0
    fit = fit_rows(vectors, left_out=(0, 3))
    pairs = scored_pairs(60)
    answers = answers_of(vectors, pair_judge(vectors, pairs, 0), fit=fit)
    rows = unit(without.astype(np.float64))
    expected = np.sum(rows[pairs.first] * rows[pairs.second], axis=1)
    np.testing.assert_allclose(answers.at(0.0, np.array([10])).all[0], expected, atol=1e-9)
    assert abs(answers.before.all[0] - expected).max() > 0.01


@pytest.mark.parametrize("position", POSITIONS)
def test_a_row_of_zeros_has_no_direction(position):
    vectors = rows_of()
    vectors[[3, 4]] = 0
    pairs = Pairs([3, 3, 5, 6], [4, 7, 8, 6], [1, 2, 3, 4])
    judge = pair_judge(vectors, pairs, 0)
    cosines = answers_of(vectors, judge).at(position, np.array([12])).all[0]
    assert cosines[:2].tolist() == [0, 0]
    assert cosines[3] == pytest.approx(1, abs=1e-12)
    assert any("row of zeros" in note for note in judge.notes)
    assert any("with itself" in note for note in judge.notes)
    partners = answers_of(vectors, pair_judge(vectors, Pairs.halves(60), 0))
    assert partners.at(position, np.array([12])).all[0][3:5].tolist() == [0, 0]


def test_equal_rows_leave_nothing_to_judge():
    vectors = np.ones((20, 4), dtype=np.float32)
    judge = pair_judge(vectors, scored_pairs(20), 0)
    with pytest.raises(UserError, match=r"nothing|equal"):
        answers_of(vectors, judge)


@pytest.mark.parametrize("layer", ["layer2", "layer5", "final"])
def test_correlations_on_real_sentences(data_folder, layer):
    """Full and reduced, raw to white, PCA and ZCA, by the definitions in float64."""
    folder = data_folder / "stsb"
    vectors = np.load(folder / f"stsb_dev_{layer}.f32.npy")
    scores = np.load(folder / "stsb_dev_gold.f64.npy")
    halves = Pairs.halves(3000)
    judge = pair_judge(vectors, Pairs(halves.first, halves.second, scores), 0)
    answers = answers_of(vectors, judge)
    exact = vectors.astype(np.float64)
    centered = exact - exact.mean(axis=0)
    variances, axes = np.linalg.eigh(np.cov(exact.T))
    variances, axes = variances[::-1], axes[:, ::-1]
    rank = int((variances >= 1e-6 * variances[0]).sum())
    assert answers.dial.rank == rank
    counts = np.array([64, 128, rank])
    for strength in (0.0, 0.6, 1.0):
        found = answers.at(1 + strength, counts).all
        for count, cosines in zip(counts, found, strict=True):
            pca = centered @ axes[:, :count] * variances[:count] ** (-strength / 2)
            for rows in (unit(pca), unit(pca @ axes[:, :count].T)):
                expected = np.sum(rows[:1500] * rows[1500:], axis=1)
                correlation = spearmanr(expected, scores).statistic
                assert judge.value(cosines) == pytest.approx(correlation, abs=1e-6)
    raw = unit(exact)
    expected = spearmanr(np.sum(raw[:1500] * raw[1500:], axis=1), scores).statistic
    assert judge.value(answers.before.all[0]) == pytest.approx(expected, abs=1e-9)
