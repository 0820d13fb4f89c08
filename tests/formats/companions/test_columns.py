import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.errors import UserError
from embedviz.formats.companions.columns import (
    choose_label_column,
    read_columns,
    to_table,
    unique_names,
)


def test_one_column_has_no_header(write):
    columns = read_columns(write("x.txt", "a\r\n\n b \n\u0085\n"))
    assert columns.values == {"label": ["a", "", " b ", "\u0085"]}
    assert not columns.has_header


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_a_tab_in_the_first_line_makes_a_header(write, end):
    line_end = end or "\n"
    text = line_end.join(["word\tcount", "x\t1", '"\t', "y\t3"]) + end
    columns = read_columns(write("x.tsv", "\ufeff" + text))
    assert columns.values == {"word": ["x", '"', "y"], "count": ["1", "", "3"]}
    assert columns.has_header


def test_rows_with_fields_missing_or_too_many(write):
    assert read_columns(write("x.tsv", "a\tb\nx\n")).values == {"a": ["x"], "b": [""]}
    with pytest.raises(UserError, match=r"x\.tsv, line 3: the columns do not fit the 2 names"):
        read_columns(write("x.tsv", "a\tb\nx\ty\nx\ty\tz\n"))


def test_quotes_of_a_spreadsheet_are_taken_off(write):
    columns = read_columns(write("x.tsv", 'text\tn\n"say ""hi""\nyou"\t1\nplain\t2\n'))
    assert columns.values["text"] == ['say "hi"\nyou', "plain"]


def test_quotes_that_are_characters_stay(write):
    columns = read_columns(write("x.tsv", 'word\tn\n"\t1\nit"s\t2\n"good"\t3\n'))
    assert columns.values["word"] == ['"', 'it"s', '"good"']


@pytest.mark.parametrize("separator", [",", ";"])
def test_csv_by_its_suffix(write, separator):
    text = f'word{separator}n\n"a{separator}b"{separator}1\n'
    assert read_columns(write("x.csv", text)).values == {"word": [f"a{separator}b"], "n": ["1"]}
    assert read_columns(write("x.txt", text)).n_rows == 2


def test_a_text_in_quotes_that_never_closes(write):
    with pytest.raises(UserError, match=r"x\.csv, line 2"):
        read_columns(write("x.csv", 'word,n\na,1\n"b,2\n'))


def test_invalid_utf8_is_counted(write):
    columns = read_columns(write("x.tsv", b"w\tn\n\xff\t1\n"))
    assert columns.values["w"] == ["\N{REPLACEMENT CHARACTER}"]
    assert columns.n_replaced == 1


def test_binary_files_are_no_labels(write):
    with pytest.raises(UserError, match="not a text file"):
        read_columns(write("x.npy", b"\x93NUMPY\0\0"))


def test_blank_lines_at_the_end_beyond_the_rows(write):
    columns = read_columns(write("x.txt", "a\n\nb\n\n\n"))
    assert columns.without_blank_end(3).n_rows == 3
    assert columns.without_blank_end(4).n_rows == 4
    assert columns.without_blank_end(1).n_rows == 3
    assert columns.without_blank_end(None).n_rows == 5


def test_names_are_made_unique():
    assert unique_names(["a", "", "a", " a "]) == ["a", "column 2", "a (3)", "a (4)"]


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["1", "-2", ""], pa.int64()),
        (["1", "2.5", "1e3", ".5", ""], pa.float64()),
        (["1", "nan"], pa.float64()),
        (["007", "8"], pa.string()),
        (["1", "x"], pa.string()),
        (["nan", "nan"], pa.string()),
        (["", ""], pa.string()),
        (["12345678901234567890"], pa.string()),
        (["1.2.3"], pa.string()),
        (["e5", "e6"], pa.string()),
        (["1_000"], pa.string()),
    ],
)
def test_columns_of_numbers_become_numbers(texts, kind):
    column = to_table({"x": texts})["x"]
    assert column.type == kind
    assert [value is None for value in column.to_pylist()] == [text == "" for text in texts]


@given(st.lists(st.text("0123456789+-.eEnaNif_ ", max_size=6), max_size=4))
def test_any_texts_make_a_column(texts):
    values = to_table({"x": texts})["x"].to_pylist()
    for text, value in zip(texts, values, strict=True):
        if isinstance(value, str):
            assert value == text
        elif value is not None:
            np.testing.assert_array_equal(float(value), float(text))  # "-0" is the integer 0.


DISTINCT = [f"text {i}" for i in range(10)]
REPEATED = ["a", "b"] * 5


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"n": range(10), "Title": DISTINCT}, "Title"),
        ({"other": DISTINCT, "word": DISTINCT}, "word"),
        ({"label": REPEATED, "review": DISTINCT}, "review"),
        ({"label": REPEATED, "text": DISTINCT}, "text"),
        ({"kind": REPEATED, "word": REPEATED}, "word"),
        ({"kind": REPEATED, "n": range(10)}, None),
        ({"label": range(10)}, "label"),
        ({"label": [i / 2 for i in range(10)]}, None),
    ],
)
def test_choice_of_the_label_column(columns, expected):
    table = pa.table({name: list(values) for name, values in columns.items()})
    assert choose_label_column(table, None, "x.tsv") == expected


def test_what_is_the_same_in_all_rows_is_no_label():
    for n_rows in (1, 2, 3):
        table = pa.table({"object": ["embedding"] * n_rows, "id": [f"k{i}" for i in range(n_rows)]})
        assert choose_label_column(table, None, "x.json") == "id"
        assert choose_label_column(table.select(["object"]), None, "x.json") is None
    table = pa.table({"kind": ["a", "a"], "id": ["k", "l"]})
    assert choose_label_column(table, None, "x.json") == "id"


def test_wanted_label_column():
    table = pa.table({"a": ["x"], "label": ["y"]})
    assert choose_label_column(table, "a", "x.tsv") == "a"
    with pytest.raises(UserError, match=r"x\.tsv has no column 'b'. Its columns are a, label"):
        choose_label_column(table, "b", "x.tsv")


def test_quotes_alone_in_their_fields_join_no_rows(tmp_path):
    path = tmp_path / "x.tsv"
    path.write_text('word\tkind\na\t"\nb\t"\n')
    assert read_columns(path).values == {"word": ["a", "b"], "kind": ['"', '"']}
    path.write_text('word\tkind\na\t"x\ny"\nb\t"z"\n')
    assert read_columns(path).values == {"word": ["a", "b"], "kind": ["x\ny", "z"]}
