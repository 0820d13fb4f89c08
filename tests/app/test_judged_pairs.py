"""Pairs go with the rows of their sets, wherever those are shown, closed and brought back."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from embedviz.app.judged_pairs import (
    bundled_pairs,
    carried_pairs,
    describe_pairs,
    describe_unmatched,
    pairing_columns,
    pairs_of,
    pairs_of_column,
    pairs_of_halves,
    with_pairs,
    without_pairs,
)
from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.core.derivation.additions import with_columns
from embedviz.core.derivation.chosen_rows import chosen_rows
from embedviz.core.derivation.recipes import Truncated
from embedviz.core.errors import UserError
from embedviz.core.pairs import Pairs
from embedviz.core.progress import Cancelled
from embedviz.core.samples import SAMPLES, load_sample
from embedviz.core.vector_set import VectorSet

PAIRS = Pairs([0, 1], [2, 3], [1, 2], name="one.tsv")
OTHERS = Pairs([4], [5], name="two.tsv")


def some(name="some"):
    return VectorSet(np.eye(6, dtype=np.float32), list("abcdef"), name=name)


def names(kept, vector_set):
    return [each.name for each in pairs_of(kept, vector_set)]


def test_pairs_are_those_of_all_sets_with_the_same_rows():
    parent, stranger = some(), some()
    child = Truncated(3).derive(parent)
    kept = with_pairs(with_pairs((), parent, PAIRS), child, OTHERS)
    for each in (parent, child, with_columns(parent, {"x": [1.0] * 6})):
        assert pairs_of(kept, each) == (PAIRS, OTHERS)
    assert pairs_of(kept, stranger) == ()
    assert pairs_of(kept, chosen_rows(parent, [0, 1, 2])) == ()


def test_pairs_of_one_name_are_read_anew():
    parent = some()
    kept = with_pairs(with_pairs((), parent, PAIRS), parent, OTHERS)
    newer = Pairs([5], [0], name="one.tsv")
    assert pairs_of(with_pairs(kept, parent, newer), parent) == (newer, OTHERS)
    assert names(without_pairs(kept, Truncated(2).derive(parent), "one.tsv"), parent) == ["two.tsv"]
    assert without_pairs(kept, some(), "one.tsv") == kept
    with pytest.raises(UserError, match="name row 6"):
        with_pairs((), parent, Pairs([0], [6]))


def test_pairs_stay_with_a_set_that_is_extended_and_go_with_one_that_is_closed():
    parent, other = some(), some("other")
    state = State().opened(parent, PAIRS).opened(other, OTHERS)
    extended = with_columns(parent, {"x": [1.0] * 6})
    replaced = state.replaced(parent, extended)
    assert pairs_of(replaced.pairs, extended) == (PAIRS,)
    assert replaced.pairs[0].vector_set is extended  # The other one is not held.
    closed = state.closed(parent)
    assert [each.vector_set for each in closed.pairs] == [other]
    assert closed.closed(other).pairs == ()


def test_undo_brings_pairs_back_and_never_takes_those_that_a_set_came_with():
    session, first, second = Session(), some("first"), some("second")
    session.show(session.state.opened(first))
    session.show(session.state.queried(3))
    session.show(session.state.opened(second, OTHERS))
    session.undo()
    assert pairs_of(session.state.pairs, second) == (OTHERS,)
    session.redo()
    session.show(replace(session.state, pairs=with_pairs(session.state.pairs, first, PAIRS)))
    session.undo()
    assert pairs_of(session.state.pairs, first) == ()
    session.redo()
    assert pairs_of(session.state.pairs, first) == (PAIRS,)
    session.show(session.state.closed(first))
    assert pairs_of(session.state.pairs, first) == ()
    session.undo()
    assert pairs_of(session.state.pairs, first) == (PAIRS,)


def test_pairs_are_carried_to_the_set_that_a_file_is_read_as_anew():
    old = some()
    new = VectorSet(np.eye(4, dtype=np.float32), ["f", "a", "c", "b"])
    kept = with_pairs(with_pairs((), old, PAIRS), old, OTHERS)
    state = State().opened(old).opened(new)
    state = replace(state, pairs=carried_pairs(kept, old, new)).closed(old)
    first, second = pairs_of(state.pairs, new)
    assert (first.first.tolist(), first.second.tolist()) == ([1], [2])  # a and c; d is gone.
    assert first.scores.tolist() == [1]
    assert (first.n_unmatched, first.unmatched) == (1, ("d",))
    assert len(second) == 0
    assert describe_pairs(second) == "0 pairs, 1 unmatched"
    assert carried_pairs((), old, new) == ()


def test_equal_pairs_are_no_change():
    session, parent = Session(), some()
    session.show(session.state.opened(parent, PAIRS))
    before = session.state
    again = Pairs([0, 1], [2, 3], [1, 2], name="one.tsv")
    assert replace(before, pairs=with_pairs(before.pairs, parent, again)) == before


@pytest.mark.parametrize("sample", [each.name for each in SAMPLES])
def test_the_bundled_sentences_come_with_their_pairs(sample):
    vector_set = load_sample(sample)
    pairs = bundled_pairs(vector_set)
    assert (pairs is not None) == sample.startswith("sentences")
    if pairs is not None:
        assert len(pairs) == 605
        assert bundled_pairs(chosen_rows(vector_set, [0, 1])) is None
        assert bundled_pairs(Truncated(8).derive(vector_set)) is None


def test_what_is_said_of_pairs():
    assert describe_pairs(PAIRS) == "2 judged pairs"
    assert describe_pairs(OTHERS) == "1 pair"
    unmatched = Pairs([0], [1], [3], 3, "x.tsv", ["up", "down"], ["A note."])
    assert describe_pairs(unmatched) == "1 judged pair, 3 unmatched"
    said = describe_unmatched(unmatched)
    assert "3 pairs name what is no row of this set, such as 'up', 'down'." in said
    assert "A note." in said
    assert describe_unmatched(PAIRS) == ""


# Pairs without a file.


def in_columns(**columns):
    table = pa.table(columns)
    return VectorSet(np.eye(table.num_rows, 3), metadata=table, name="few")


@pytest.mark.parametrize(
    "values",
    [
        pa.array(["a", "b", "a", "b", "c"]),
        pa.array(["a", "b", "a", "b", None]).dictionary_encode(),
        pa.array([1, 2, 1, 2, 3], pa.int16()),
        pa.array([0.5, 1.5, 0.5, 1.5, float("nan")]),
        pa.array([True, False, True, False, None]),
        pa.array([1, 2, 1, 2, None], pa.date32()),
        pa.chunked_array([["a", "b"], ["a", "b", " "]]),
    ],
    ids=lambda values: str(values.type),
)
def test_rows_with_the_same_value_in_any_column_are_pairs(values):
    vector_set = in_columns(kind=values)
    assert pairing_columns(vector_set) == ["kind"]
    pairs = pairs_of_column(vector_set, "kind")
    assert {frozenset(pair) for pair in zip(pairs.first, pairs.second, strict=True)} == {
        frozenset({0, 2}),
        frozenset({1, 3}),
    }
    assert len(pairs) == 2
    assert pairs.name == "same kind"
    assert pairs.notes == ("1 row has a kind that no other row has, or none, and is in no pair.",)


@pytest.mark.parametrize(
    "values",
    [pa.array(["a"] * 4), pa.array(["a"] * 4).dictionary_encode(), pa.array([2.5] * 4)],
    ids=lambda values: str(values.type),
)
def test_a_column_of_one_value_tells_nothing(values):
    with pytest.raises(UserError, match="All rows of few have the same kind"):
        pairs_of_column(in_columns(kind=values), "kind")


def test_columns_of_lists_are_not_offered():
    vector_set = in_columns(lists=pa.array([[1], [1]]), kind=["a", "a"])
    assert pairing_columns(vector_set) == ["kind"]
    assert pairing_columns(VectorSet(np.eye(3))) == []


def test_a_column_that_is_looked_through_can_be_stopped():
    def stop(done, words):
        raise Cancelled

    with pytest.raises(Cancelled):
        pairs_of_column(in_columns(kind=["a", "a"]), "kind", stop)


def test_two_halves_need_an_even_number():
    assert pairs_of_halves(VectorSet(np.eye(4))) == Pairs([0, 1], [2, 3], name="two halves")
    with pytest.raises(UserError, match="3 rows cannot be two halves"):
        pairs_of_halves(VectorSet(np.eye(3)))
