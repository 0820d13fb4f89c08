"""Which rows a map is fitted on."""

import numpy as np
import pytest

from embedviz.core.anisotropy.fit import fit_rows
from embedviz.core.anisotropy.fit_source import (
    ALL_ROWS,
    FitSource,
    fit_source,
    rows_to_fit,
    set_meant,
    sets_to_fit,
)
from embedviz.core.errors import UserError
from embedviz.core.selection import Selection
from embedviz.core.vector_set import VectorSet


def made(n_rows=40, dimensions=5, name="words", seed=0):
    random = np.random.default_rng(seed)
    columns = {
        "kind": ["a", "b", None, "c"] * (n_rows // 4),
        "number": [1, 2, 3, 4] * (n_rows // 4),
        "lists": [[1], [2], [3], [4]] * (n_rows // 4),
        "once": ["x"] + ["y"] * (n_rows - 1),
    }
    vectors = random.normal(size=(n_rows, dimensions)).astype(np.float32)
    return VectorSet(vectors, None, columns, name=name)


WORDS = made()


@pytest.mark.parametrize(
    ("source", "rows", "words"),
    [
        (ALL_ROWS, range(40), ""),
        (FitSource.of_selection(Selection([3, 1, 9])), [1, 3, 9], "3 selected rows"),
        (FitSource.of_group("kind", "b"), range(1, 40, 4), "kind = b"),
        (FitSource.of_group("number", "3"), range(2, 40, 4), "number = 3"),
        (FitSource.of_group("lists", "[4]"), range(3, 40, 4), "lists = [4]"),
    ],
    ids=str,
)
def test_rows_of_the_set_itself(source, rows, words):
    found = rows_to_fit(WORDS, source)
    assert found.vectors is WORDS.vectors
    assert len(found) == len(rows)
    assert found.words == words
    fit = fit_source(WORDS, source, shrinkage=True, left_out=(2,))
    expected = fit_rows(WORDS.vectors[list(rows)], shrinkage=True, left_out=(2,), source=words)
    np.testing.assert_allclose(fit.axes.variances, expected.axes.variances, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(fit.axes.mean, expected.axes.mean, atol=1e-8)
    assert (fit.source, fit.left_out) == (words, (2,))
    assert fit.shrinkage == pytest.approx(expected.shrinkage)


def test_all_rows_of_another_open_set():
    train, other = made(60, name="train", seed=1), made(20, 3, "short")
    sets = (WORDS, other, train)
    fit = fit_source(WORDS, FitSource.of_set("train"), sets)
    np.testing.assert_allclose(fit.axes.mean, train.vectors.mean(axis=0), atol=1e-6)
    assert fit.source == "the set train"
    assert sets_to_fit(WORDS, sets) == (train,)


def test_sets_of_one_name_are_told_apart_by_their_rows():
    train, other, same = (
        made(n_rows, name="train", seed=n_rows + seed)
        for n_rows, seed in ((60, 0), (20, 0), (60, 1))
    )
    sets = (WORDS, train, other, same)
    assert sets_to_fit(WORDS, sets) == (train, other)
    for n_rows, meant in ((60, train), (20, other), (7, train), (None, train)):
        assert set_meant(FitSource.of_set("train", n_rows), WORDS, sets) is meant
    fit = fit_source(WORDS, FitSource.of_set("train", 20), sets)
    np.testing.assert_allclose(fit.axes.mean, other.vectors.mean(axis=0), atol=1e-6)
    assert set_meant(FitSource.of_set("gone", 20), WORDS, sets) is None


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (FitSource.of_selection(Selection([4])), "The selection has only 1 row"),
        (FitSource.of_selection(Selection()), "The selection has no row"),
        (FitSource("selection"), "The selection has no row"),
        (FitSource.of_selection(Selection([3, 40])), "words has other rows than it had"),
        (FitSource.of_selection(Selection([3, 4]), 41), "words has other rows than it had"),
        (FitSource.of_group("color", "red"), "words has no column 'color'"),
        (FitSource.of_group("kind", "z"), "The group kind = z of words has no row"),
        (FitSource.of_group("once", "x"), "The group once = x of words has only 1 row"),
        (FitSource.of_set("gone"), "gone, which the map is fitted on, is not open"),
        (FitSource.of_set("words"), "is not open"),
        (FitSource.of_set("short"), "short has 3 dimensions and words has 5"),
        (FitSource.of_set("one"), "one has only 1 row"),
    ],
    ids=str,
)
def test_what_cannot_be_fitted_on_is_said(source, message):
    one = VectorSet(np.ones((1, 5)), name="one")
    with pytest.raises(UserError, match=message):
        fit_source(WORDS, source, (WORDS, made(8, 3, "short"), one))


def test_sources_are_values():
    assert FitSource.of_selection(Selection([2, 1])) == FitSource.of_selection(Selection([1, 2]))
    assert FitSource.of_selection(Selection([2])) != FitSource.of_selection(Selection([1]))
    assert ALL_ROWS.is_usual
    assert not FitSource.of_set("x").is_usual
    assert len({FitSource(), ALL_ROWS, FitSource.of_group("a", "b")}) == 2
