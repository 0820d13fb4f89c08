import numpy as np
import pytest

from embedviz.core import matching
from embedviz.core.matching import matching_rows, share_rows
from embedviz.core.recipes import Truncated
from embedviz.core.vector_set import VectorSet


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
