"""Selections against Python's own sets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.selection import Selection

rows = st.lists(st.integers(0, 40))


@given(rows)
def test_holds_each_row_once_and_sorted(given_rows):
    selection = Selection(given_rows)
    assert list(selection) == sorted(set(given_rows))
    assert len(selection) == len(set(given_rows))
    assert all(row in selection for row in given_rows)
    assert not any(row in selection for row in set(range(-2, 50)) - set(given_rows))


@given(rows, rows)
def test_changes_as_sets_do(before, touched):
    selection, old, new = Selection(before), set(before), set(touched)
    assert set(selection.changed(touched, "add")) == old | new
    assert set(selection.changed(touched, "remove")) == old - new
    assert set(selection.changed(touched, "replace")) == new
    assert list(selection) == sorted(old)  # The selection itself never changes.


@given(rows, rows)
def test_equality_and_hash_are_by_contents(first, second):
    assert (Selection(first) == Selection(second)) == (set(first) == set(second))
    assert hash(Selection(first)) == hash(Selection(first[::-1]))


def test_takes_arrays_and_generators():
    assert Selection(np.array([3, 1, 3], dtype=np.int32)) == Selection(row for row in (1, 3))


def test_rows_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        Selection([1, 2]).rows[0] = 7


def test_the_array_that_was_given_is_left_alone():
    mine = np.array([5, 2])
    Selection(mine)
    mine[0] = 6
    assert mine.tolist() == [6, 2]


def test_contains_rows_only():
    selection = Selection([1])
    assert np.int64(1) in selection
    assert "1" not in selection
    assert selection != [1]
    assert (selection == "1") is False


def test_knows_its_size_in_bytes():
    assert Selection(range(1000)).nbytes == 1000 * np.dtype(np.intp).itemsize
    assert repr(Selection([4, 4, 5])) == "<Selection of 2 rows>"
