"""Nested records become the columns of a table."""

import numpy as np
import pyarrow as pa
import pytest

from embedviz.core.errors import UserError
from embedviz.formats.companions import record_columns
from embedviz.formats.companions.record_columns import (
    ColumnCollector,
    choose_label,
    find_member,
    flatten,
    texts_of,
)


def columns_of(*blocks, rows=None):
    collector = ColumnCollector()
    for block in blocks:
        collector.add(block)
    count = sum(map(len, blocks))
    found = collector.columns(np.arange(count) if rows is None else np.array(rows))
    return {name: column.to_pylist() for name, column in found.items()}


def test_objects_in_a_record_have_names_with_dots():
    record = {"a": 1, "b": {"c": "x", "d": {"e": None}}, "tags": ["x", 2, None], "v": [1, 2]}
    assert flatten(record) == {"a": 1, "b.c": "x", "b.d.e": None, "tags": "x, 2"}
    assert flatten(record, "top.")["top.b.c"] == "x"


def test_a_path_leads_through_objects_and_lists():
    assert find_member({"a": [{"b": 3}]}, ("a", "0", "b")) == 3
    assert find_member({"a": [1]}, ("a", "1")) is None
    assert find_member("text", ("a",)) is None


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        ([[1], [2.5]], [1.0, 2.5]),
        ([[1], [None], ["x"]], ["1", None, "x"]),
        ([[True], [False]], [True, False]),
        ([[True, 1]], ["true", "1"]),
        ([[None], [10**30]], [None, str(10**30)]),
    ],
)
def test_a_column_is_what_all_its_values_are(blocks, expected):
    assert columns_of(*([{"a": value} for value in block] for block in blocks))["a"] == expected


def test_columns_that_come_and_go():
    blocks = [{"a": 1}], [{"b": 2}, {"a": 3}], [{"c": None}]
    assert columns_of(*blocks) == {"a": [1, None, 3, None], "b": [None, 2, None, None]}
    assert columns_of(*blocks, rows=[3, 1]) == {"b": [None, 2]}


def test_more_columns_than_anybody_reads(monkeypatch):
    monkeypatch.setattr(record_columns, "MOST_COLUMNS", 2)
    collector = ColumnCollector()
    collector.add([dict.fromkeys("abcd", 1)])
    assert list(collector.columns(np.array([0]))) == ["a", "b"]
    assert "2 columns left out" in collector.notes()[0]


def test_the_column_that_names_the_rows():
    table = pa.table({"more.id": ["x", "y"], "more.text": ["a", "b"], "note": ["n", "m"]})
    assert choose_label(table, None, "x") == "more.text"
    assert choose_label(table.drop(["more.text"]), None, "x") == "more.id"
    assert choose_label(table, "note", "x") == "note"
    with pytest.raises(UserError, match="no column 'z'"):
        choose_label(table, "z", "x")


def test_a_column_as_texts():
    assert texts_of(pa.chunked_array([[1, None], [3]])) == ["1", "", "3"]
