import numpy as np
import pytest

from embedviz.core import matching
from embedviz.core.derivation.chosen_rows import chosen_rows
from embedviz.core.derivation.recipes import Truncated
from embedviz.core.matching import is_quick, match_all, matching_rows, share_labels, share_rows
from embedviz.core.vector_set import VectorSet
from embedviz.formats import load


def some_set(labels):
    return VectorSet(np.zeros((len(labels), 3), dtype=np.float32), labels)


@pytest.fixture(params=["one by one", "all at once"])
def way(request, monkeypatch):
    if request.param == "all at once":
        monkeypatch.setattr(matching, "_FEW", -1)


def test_rows_match_by_label(way):
    source, target = some_set(["a", "b", "c", "d"]), some_set(["d", "x", "b", "b"])
    assert matching_rows(source, target, np.array([0, 1, 3])).tolist() == [0, 2]
    assert matching_rows(target, source, np.array([0, 1, 2, 3])).tolist() == [1, 3]
    assert matching_rows(source, target, np.array([], dtype=np.intp)).tolist() == []


def test_rows_of_one_file_match_by_place(toy):
    derived = Truncated(4).derive(toy)
    assert share_rows(toy, derived)
    rows = np.array([3, 1])
    assert matching_rows(toy, derived, rows) is rows


def test_sets_derived_from_others_match_too(way, toy):
    other = some_set([f"word{i}" for i in reversed(range(50))])
    derived = Truncated(4).derive(toy)
    assert matching_rows(derived, other, np.array([0, 49])).tolist() == [0, 49]


def test_what_matches_is_forgotten_with_the_set(monkeypatch):
    monkeypatch.setattr(matching, "_FEW", -1)
    source, target = some_set(["a"]), some_set(["a"])
    matching_rows(source, target, np.array([0]))
    assert source in matching._known
    before = len(matching._known)
    del source
    assert len(matching._known) == before - 1


def test_numbers_of_rows_are_no_labels(way):
    numbered, words = VectorSet(np.zeros((4, 3))), some_set(["2", "x", "0"])
    assert numbered.is_numbered
    assert not words.is_numbered
    rows = np.array([0, 2])
    for one, other in ((numbered, words), (words, numbered)):
        assert not share_labels(one, other)
        assert matching_rows(one, other, rows).tolist() == []
        assert is_quick(one, other, rows)
        match_all(one, other)
    assert matching_rows(words, some_set(["0", "2"]), rows).tolist() == [0, 1]


def test_numbers_of_rows_mean_the_same_in_sets_of_one_length(way):
    one, other = VectorSet(np.zeros((4, 3))), VectorSet(np.zeros((4, 5)))
    assert matching_rows(one, other, np.array([1, 3])).tolist() == [1, 3]
    longer = VectorSet(np.zeros((5, 3)))
    assert matching_rows(one, longer, np.array([1, 3])).tolist() == []


def test_numbers_of_rows_mean_the_same_in_one_file(way, tmp_path):
    np.save(tmp_path / "x.npy", np.random.default_rng(0).normal(size=(50, 4)))
    whole, part = load(tmp_path / "x.npy"), load(tmp_path / "x.npy", sample=20)
    assert whole.is_numbered
    assert part.is_numbered
    row = int(part.labels[7])
    assert matching_rows(part, whole, np.array([7])).tolist() == [row]
    some = chosen_rows(Truncated(2).derive(whole), [row, 3])
    assert some.is_numbered
    assert matching_rows(part, some, np.array([7])).tolist() == [0]
    named = load(tmp_path / "x.npy", labels=[f"w{i}" for i in range(50)])
    assert not named.is_numbered
    assert matching_rows(whole, named, np.array([7])).tolist() == []
