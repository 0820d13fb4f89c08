import threading

import numpy as np
import pytest

from embedviz.app.searches import Searches
from embedviz.app.state import State
from embedviz.core.neighbors import METRICS, NeighborSearch, screening
from embedviz.core.vector_set import VectorSet


@pytest.fixture
def asked(monkeypatch):
    """Return how many rows each search was asked for."""
    counts = []
    nearest = NeighborSearch.nearest

    def counted(self, vector, count, *args, **kwargs):
        counts.append(count)
        return nearest(self, vector, count, *args, **kwargs)

    monkeypatch.setattr(NeighborSearch, "nearest", counted)
    return counts


def test_finds_what_the_search_finds(toy):
    for count in (1, 10, 200):
        for metric in ("cosine", "euclidean"):
            rows, scores = Searches().nearest(toy, metric, toy.vectors[3], count, (3,))
            expected = NeighborSearch(toy.vectors, metric).nearest(
                toy.vectors[3], count, exclude=(3,)
            )
            assert rows.tolist() == expected[0].tolist()
            assert scores.tolist() == expected[1].tolist()


def test_one_question_is_answered_once(toy, asked):
    searches = Searches()

    def ask(count):
        searches.nearest(toy, "cosine", toy.vectors[3], count, (3,))

    threads = [threading.Thread(target=ask, args=(count,)) for count in (10, 30, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 1
    ask(300)
    assert asked[1:] == [300]


def test_another_question_is_asked_anew(toy, words, asked):
    searches = Searches()
    for metric, row, exclude in (
        ("cosine", 3, (3,)),
        ("cosine", 3, ()),
        ("dot", 3, ()),
        ("dot", 4, ()),
    ):
        rows, _ = searches.nearest(toy, metric, toy.vectors[row], 5, exclude)
        assert len(rows) == 5
    searches.nearest(words, "dot", words.vectors[4], 5)
    assert len(asked) == 5
    assert len(np.unique(asked)) == 1


def test_searches_of_a_set_share_what_is_prepared(monkeypatch):
    monkeypatch.setattr(screening, "_FEW_NUMBERS", 0)
    rows = np.random.default_rng(0).normal(size=(700, 20))
    vector_set, searches = VectorSet(rows, [str(i) for i in range(700)]), Searches()
    searches.search(vector_set, "dot").prepare()
    for metric in METRICS:
        assert not searches.search(vector_set, metric).may_be_prepared
        found = searches.nearest(vector_set, metric, vector_set.vectors[5], 4)
        expected = NeighborSearch(vector_set.vectors, metric).nearest(vector_set.vectors[5], 4)
        np.testing.assert_array_equal(found, expected)


def test_what_was_prepared_for_a_closed_set_is_not_kept_though_undo_keeps_the_set(session, toy):
    session.show(State().opened(toy))
    before = session.searches.search(toy, "cosine")
    assert session.searches.search(toy, "cosine") is before
    session.show(session.state.closed(toy))
    assert session.can_undo
    assert not session.searches._kept
    session.undo()
    assert session.searches.search(toy, "cosine") is not before
