import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core.errors import UserError
from embedviz.formats.text.records import split_blocks, split_records

FIELDS = st.text(st.sampled_from('ab,"\n\r é'), max_size=6)


def fields_of(records):
    return [records.fields(i) for i in range(len(records))]


@settings(deadline=None)  # The first call compiles.
@given(st.lists(st.lists(FIELDS, min_size=2, max_size=4), min_size=1, max_size=6))
def test_reads_what_the_csv_module_writes(rows):
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    data = text.getvalue().encode()
    records, used, lines = split_records(data, ord(","), has_quotes=True)
    assert fields_of(records) == [[field.encode() for field in row] for row in rows]
    assert used == len(data)
    assert lines == data.count(b"\n")


@settings(deadline=None)  # The first call compiles.
@given(st.text(st.sampled_from('ab,"\n\r '), max_size=40), st.booleans())
def test_any_text_is_split_without_loss(text, has_quotes):
    data = text.encode()
    records, used, _ = split_records(data, ord(","), has_quotes=has_quotes)
    assert used <= len(data)
    assert records.widths.sum() == len(records.starts)
    if not has_quotes:
        whole = [line.rstrip(b"\r") for line in data[:used].split(b"\n")[:-1]]
        assert [b",".join(row) for row in fields_of(records)] == [line for line in whole if line]


def test_blank_lines_are_left_out_and_lines_counted():
    records, _, _ = split_records(b'\na,"x\ny"\r\n\r\n"",2\n', ord(","), has_quotes=True)
    assert fields_of(records) == [[b"a", b"x\ny"], [b"", b"2"]]
    assert records.lines.tolist() == [2, 5]


def test_a_quote_with_more_behind_it_is_an_ordinary_character():
    records, _, _ = split_records(b'"a"b,c\n', ord(","), has_quotes=True)
    assert fields_of(records) == [[b'"a"b', b"c"]]


def test_columns_of_short_records_are_empty():
    records, _, _ = split_records(b"a,b\nc\n", ord(","), has_quotes=True)
    assert records.column(1) == [b"b", b""]
    assert fields_of(records.without_first()) == [[b"c"]]


def test_records_across_blocks():
    blocks = [b'a,"1\n', b'2"\nb,3\n']
    found = split_blocks(
        (np.frombuffer(block, np.uint8) for block in blocks), ord(","), has_quotes=True, name="x"
    )
    assert [(fields_of(records), records.lines.tolist()) for records in found] == [
        ([[b"a", b"1\n2"], [b"b", b"3"]], [1, 3])
    ]


def test_a_quote_that_never_closes_is_named():
    blocks = [np.frombuffer(b'a,1\n"b,2\n', np.uint8)]
    with pytest.raises(UserError, match=r"x\.csv, line 2: a text in double quotes"):
        list(split_blocks(blocks, ord(","), has_quotes=True, name="x.csv"))
