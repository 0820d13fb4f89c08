"""Columns as they are in real files: gaps, blanks, dates, whole numbers kept as decimals."""

import gc
import weakref
from collections import Counter
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.vector_set import VectorSet
from embedviz.gui.coloring.column_values import (
    MISSING,
    MOST_GROUPS,
    MOST_KEPT,
    OTHER,
    ColumnValues,
    column_values,
    count_missing,
)


def read(values, kind=None):
    return ColumnValues(pa.chunked_array([pa.array(values, kind)]))


@given(st.lists(st.one_of(st.none(), st.integers(0, 90).map(str)), max_size=300))
def test_each_row_is_in_its_group(values):
    groups = read(values, pa.string()).groups
    counts = Counter(value for value in values if value is not None)
    assert len(groups.names) == min(len(counts), MOST_GROUPS)
    assert groups.n_others == len(counts) - len(groups.names)
    assert list(groups.counts) == sorted(groups.counts, reverse=True)
    assert dict(zip(groups.names, groups.counts, strict=True)).items() <= counts.items()
    least = min(groups.counts, default=0)
    for value, code in zip(values, groups.codes.tolist(), strict=True):
        if value is None:
            assert code == MISSING
        elif code == OTHER:
            assert value not in groups.names
            assert counts[value] <= least
        else:
            assert groups.names[code] == value
    assert groups.n_missing == values.count(None)
    assert groups.n_other_rows + groups.n_missing + sum(groups.counts) == len(values)


@pytest.mark.parametrize("values", [["a", None, "b", "a"], ["a", "  ", "b", "a"]])
@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string())], ids=str
)
def test_texts_of_all_kinds_are_groups_and_blanks_are_gaps(values, kind):
    column = ColumnValues(
        pa.chunked_array([pa.array(values[:2], kind), pa.array(values[2:], kind)])
    )
    assert (column.kind, column.is_grouped, column.is_numeric) == ("text", True, False)
    assert column.groups.names == ("a", "b")
    assert column.groups.codes.tolist() == [0, MISSING, 1, 0]
    assert column.can_be_groups


def test_what_pandas_writes_for_a_gap_is_one_and_what_may_be_an_answer_is_not():
    groups = read(["a", "NaN", "nan", "<NA>", " ", "", None, "None", "null", "N/A"]).groups
    assert sorted(groups.names) == ["N/A", "None", "a", "null"]
    assert groups.n_missing == 6


def test_rows_without_a_value_are_counted():
    metadata = {"depth": [0.5, None, np.inf, np.nan], "kind": ["a", "", "nan", "b"], "n": [1] * 4}
    described = VectorSet(np.eye(4), metadata=metadata)
    assert [count_missing(described, name) for name in metadata] == [3, 2, 0]


def test_truth_is_text():
    groups = read([True, None, False, True]).groups
    assert (groups.names, groups.counts, groups.n_missing) == (("true", "false"), (2, 1), 1)


@pytest.mark.parametrize("convert", [int, float, Decimal], ids=lambda kind: kind.__name__)
def test_few_whole_numbers_that_repeat_are_groups_in_their_order(convert):
    column = read([None if i % 7 == 6 else convert(9 - i % 3) for i in range(50)])
    assert column.is_whole
    assert column.is_grouped
    assert column.groups.names == ("7", "8", "9")
    assert column.groups.codes.tolist() == [-1 if i % 7 == 6 else 2 - i % 3 for i in range(50)]


@pytest.mark.parametrize(
    ("values", "is_grouped", "can_be"),
    [
        (list(range(10)), False, True),  # They do not repeat: a rank.
        ([i % 13 for i in range(100)], False, True),
        ([i % 12 for i in range(100)], True, True),
        ([0.5, 1.0] * 10, False, False),
        ([np.nan, 1.0, 1.0, 2.0, 2.0], True, True),
        ([1e300, 1e300], False, False),
        (list(range(2000)), False, False),
        ([None, None], False, False),
        ([], False, False),
    ],
)
def test_which_numbers_are_groups(values, is_grouped, can_be):
    column = read(values, pa.float64() if None in values or not values else None)
    assert (column.is_grouped, column.can_be_groups) == (is_grouped, can_be)
    assert column.is_numeric


def test_the_largest_of_many_whole_numbers_keep_their_order():
    groups = read([i for i in range(100) for _ in range(1 + i % 2 * (i < 80))]).groups
    assert len(groups.names) == MOST_GROUPS
    shown = list(map(int, groups.names))
    assert shown == sorted(shown)
    assert set(range(1, 80, 2)) <= set(shown)
    assert groups.n_others == 40


def test_numbers_have_a_range_without_what_is_no_number():
    numbers = read([3.0, np.nan, np.inf, -np.inf, None, -1.5]).numbers
    assert (numbers.least, numbers.most) == (-1.5, 3.0)
    np.testing.assert_array_equal(numbers.values, [3.0, *[np.nan] * 4, -1.5])
    empty = read([None, np.nan], pa.float64()).numbers
    assert (empty.least, empty.most, empty.usual_range) == (0, 0, (0, 0))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50))
def test_the_usual_range_leaves_out_the_outermost_hundredths(values):
    numbers = read(values, pa.float64()).numbers
    low, high = numbers.usual_range
    assert numbers.least <= low <= high <= numbers.most
    if low < high:
        np.testing.assert_allclose((low, high), np.percentile(values, (1, 99)))


def test_where_most_numbers_are_the_same_all_of_them_are_usual():
    assert read([0.0] * 1000 + [5.0]).numbers.usual_range == (0, 5)


@pytest.mark.parametrize(
    ("value", "kind", "seconds"),
    [
        (date(1970, 1, 2), pa.date32(), 86400),
        (date(1970, 1, 2), pa.date64(), 86400),
        (date(1969, 12, 31), pa.date32(), -86400),
        (datetime(1970, 1, 1, 1), pa.timestamp("s"), 3600),
        (datetime(1970, 1, 1, 0, 0, 0, 500_000), pa.timestamp("us"), 0.5),
        (datetime(1970, 1, 1, 1), pa.timestamp("ns", "UTC"), 3600),
        (time(0, 1), pa.time32("ms"), 60),
        (time(0, 1), pa.time64("us"), 60),
        (timedelta(minutes=2), pa.duration("us"), 120),
    ],
)
def test_dates_and_times_are_numbers_of_seconds(value, kind, seconds):
    column = read([value, None], kind)
    assert column.is_numeric
    assert not column.is_grouped
    assert column.kind == ("date" if isinstance(value, date) else "span")
    np.testing.assert_array_equal(column.numbers.values, [seconds, np.nan])


def test_lists_and_bytes_are_nothing_of_that():
    for values in ([[1, 2]], [b"x"], [None]):
        column = read(values)
        assert column.kind is None
        assert [column.is_numeric, column.is_grouped, column.can_be_groups] == [False] * 3


def test_a_column_is_read_once_and_does_not_keep_its_set():
    vector_set = VectorSet(np.zeros((4, 2)), metadata={"a": list("xyxy"), "b": [1, 2, 3, 4]})
    assert column_values(vector_set, "a") is column_values(vector_set, "a")
    assert column_values(vector_set, "a").groups is column_values(vector_set, "a").groups
    with pytest.raises(KeyError):
        column_values(vector_set, "c")
    watched, kept = weakref.ref(vector_set), column_values(vector_set, "b")
    del vector_set
    gc.collect()
    assert watched() is None
    assert kept.numbers.most == 4


def test_only_the_columns_used_last_are_kept():
    names = [f"c{i}" for i in range(MOST_KEPT + 1)]
    vector_set = VectorSet(np.zeros((1, 2)), metadata={name: [1] for name in names})
    first, second = column_values(vector_set, names[0]), column_values(vector_set, names[1])
    for name in (*names[2:-1], names[0], names[-1]):
        column_values(vector_set, name)
    assert column_values(vector_set, names[0]) is first
    assert column_values(vector_set, names[1]) is not second


def test_long_columns_of_names_are_known_by_some_of_their_rows():
    n = 50_000
    assert read([f"name {i}" for i in range(n)]).names_rows
    assert not read([f"word {i % 9000}" for i in range(n)]).names_rows
    assert not read([None] * (n - 1) + ["x"], pa.string()).names_rows
    assert read([" "] * n).names_rows
    assert not read(list(range(n))).names_rows
    assert not read(list(range(n))).can_be_groups
    assert read([None] * (n - 9) + [1.0] * 9, pa.float64()).is_grouped
