"""Pairs as a value, from groups and from halves."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.errors import UserError
from embedviz.core.pairs import Pairs

VALUES = st.sampled_from(["a", "b", "c", "d", 1, 2.5, None, "", "  ", float("nan")])


def is_missing(value):
    return value is None or value != value or (isinstance(value, str) and not value.strip())


def test_pairs_are_kept_as_they_are_and_cannot_be_changed():
    given = np.array([3, 0, 3])
    pairs = Pairs(given, [1, 1, 3], [0.5, 4, -1], n_unmatched=2, name="judged.tsv")
    given[0] = 9
    assert pairs.first.tolist() == [3, 0, 3]
    assert pairs.second.tolist() == [1, 1, 3]
    assert pairs.scores.tolist() == [0.5, 4, -1]
    assert len(pairs) == 3
    assert pairs.n_unmatched == 2
    for array in (pairs.first, pairs.second, pairs.scores):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(AttributeError):
        pairs.name = "other"


def test_pairs_compare_by_what_they_hold():
    pairs = Pairs([0, 1], [2, 3], [1, 2], name="one")
    same = Pairs(np.array([0, 1]), (2, 3), [1.0, 2.0], name="one")
    assert pairs == same
    assert hash(pairs) == hash(same)
    others = (
        Pairs([0, 1], [3, 2], [1, 2], name="one"),
        Pairs([0, 1], [2, 3], [1, 3], name="one"),
        Pairs([0, 1], [2, 3], name="one"),
        Pairs([0, 1], [2, 3], [1, 2], name="two"),
        Pairs([0, 1], [2, 3], [1, 2], n_unmatched=1, name="one"),
        "one",
    )
    assert all(pairs != other for other in others)


def test_no_pairs_are_pairs():
    assert len(Pairs([], [])) == 0
    Pairs([], []).require_within(0)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (([0, 1], [2]), "2 first and 1 second"),
        (([0.5], [1]), "whole numbers"),
        ((["king"], ["queen"]), "whole numbers"),
        (([[0, 1]], [[1, 2]]), "one list"),
        (([-1], [1]), "-1 is no row"),
        (([0], [1], [1, 2]), "one score each"),
        (([0], [1], [float("nan")]), "score of pair 0"),
        (([0], [1], ["high"]), "list of numbers"),
    ],
)
def test_what_are_no_pairs_is_refused_in_words(given, said):
    with pytest.raises(UserError, match=said):
        Pairs(*given)


def test_rows_that_a_set_does_not_have_are_refused():
    pairs = Pairs([0, 4], [1, 2], name="judged.tsv")
    pairs.require_within(5)
    with pytest.raises(UserError, match=r"judged\.tsv name row 4, but there are 4 rows"):
        pairs.require_within(4)


@given(st.lists(VALUES, max_size=60), st.integers(0, 5))
def test_rows_with_one_value_are_a_ring(column, seed):
    pairs = Pairs.from_groups(column, seed=seed)
    rows = list(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
    assert all(column[one] == column[other] and one != other for one, other in rows)
    sizes = Counter(value for value in column if not is_missing(value))
    found = Counter(column[one] for one, _ in rows)
    for value, size in sizes.items():
        assert found[value] == (0 if size == 1 else 1 if size == 2 else size)
    # No pair is there twice, whichever way round.
    assert len({frozenset(each) for each in rows}) == len(rows)
    again = Pairs.from_groups(column, seed=seed)
    assert again == pairs


@given(st.integers(3, 30), st.integers(0, 5))
def test_a_ring_goes_through_all_its_rows(size, seed):
    pairs = Pairs.from_groups(["x"] * size, seed=seed)
    following = dict(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
    row, seen = 0, set()
    while row not in seen:
        seen.add(row)
        row = following[row]
    assert len(seen) == size


def test_the_seed_decides_on_the_ring():
    column = ["x"] * 50
    assert Pairs.from_groups(column, seed=0) != Pairs.from_groups(column, seed=1)


def test_a_column_of_a_table_gives_groups():
    texts = ["a", "b", "a", None, "b", "a"]
    of_list = Pairs.from_groups(texts)
    assert Pairs.from_groups(pa.chunked_array([texts[:2], texts[2:]])) == of_list
    assert Pairs.from_groups(pa.array(texts).dictionary_encode()) == of_list
    with pytest.raises(UserError, match="holds lists"):
        Pairs.from_groups(pa.array([[1], [1]]))


@given(st.integers(1, 500))
def test_two_halves_are_paired_row_by_row(half):
    pairs = Pairs.halves(2 * half)
    assert pairs.first.tolist() == list(range(half))
    assert (pairs.second - pairs.first == half).all()
    pairs.require_within(2 * half)


@pytest.mark.parametrize("n_rows", [0, 1, 7])
def test_what_has_no_halves_is_refused(n_rows):
    with pytest.raises(UserError, match="two halves"):
        Pairs.halves(n_rows)
