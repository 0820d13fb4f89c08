"""Columns of texts are found and read from every format, with all others beside them."""

import bz2
import csv
import gzip
import io
import json
import zipfile
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.progress import Cancelled
from embedviz.core.texts.origin import TextsSettings
from embedviz.formats.texts.columns import certain_column, text_columns
from embedviz.formats.texts.reading import PREVIEW_ROWS, inspect_texts, read_texts

TEXTS = [
    "A man is dancing, slowly.",
    'He said "no" to it; twice',
    "Zwei Kinder spielen\nim Garten",
    "",
    "日本語のテキストです",
]
ONE_LINE = [" ".join(text.split()) for text in TEXTS if text]


def as_csv(delimiter=","):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["id", "date", "review", "stars"])
    for i, text in enumerate(TEXTS):
        writer.writerow([f"r{i:03}", f"2024-01-0{i + 1}", text, i])
    return out.getvalue().encode()


def records():
    return [{"id": i, "meta": {"lang": "de"}, "review": text} for i, text in enumerate(TEXTS)]


def as_lines():
    return "\n".join(map(json.dumps, records())).encode()


def as_table():
    days = [date(2024, 1, i + 1) for i in range(5)]
    columns = {"id": range(5), "day": days, "review": TEXTS, "vector": [[1.0, 2.0]] * 5}
    return pa.table({name: list(values) for name, values in columns.items()})


TABLES = {
    "a.csv": as_csv(),
    "a.tsv": as_csv("\t"),
    "semicolons.csv": as_csv(";"),
    "pipes.txt": as_csv("|"),
    "bare": as_csv(),
    "a.jsonl": as_lines(),
    "a.json": json.dumps(records(), indent=1).encode(),
    "within.json": json.dumps({"n": 5, "data": records()}).encode(),
    "columns.json": json.dumps({"review": TEXTS, "stars": list(range(5))}).encode(),
    "pandas.json": json.dumps(
        {"review": dict(enumerate(TEXTS)), "stars": {i: i for i in range(5)}}
    ).encode(),
    "members.json": json.dumps(
        {f"k{i}": {"review": text} for i, text in enumerate(TEXTS)}
    ).encode(),
    "documents.json": "\n".join(json.dumps(record, indent=1) for record in records()).encode(),
    "bulk.jsonl": "\n".join(
        f'{{"index": {{"_id": "{i}"}}}}\n{json.dumps(record)}' for i, record in enumerate(records())
    ).encode(),
    "a.csv.gz": gzip.compress(as_csv()),
    "a.jsonl.bz2": bz2.compress(as_lines()),
    "marked.csv": b"\xef\xbb\xbf" + as_csv(),
}


@pytest.fixture
def write(tmp_path):
    def write(name, data):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return write


@pytest.mark.parametrize("name", TABLES)
def test_the_column_of_texts_is_found(write, name):
    path = write(name, TABLES[name])
    found = inspect_texts(path)
    assert found.certain == "review"
    assert found.columns[0].name == "review"
    assert found.columns[0].kind == "texts"
    assert found.columns[0].n_missing == 1
    assert (found.n_rows, found.is_estimated, found.is_list) == (5, False, False)
    table = read_texts(path, TextsSettings())
    assert [text.replace("\r\n", "\n") for text in table.texts] == TEXTS
    assert table.settings.column == "review"
    assert table.n_rows == len(table.metadata) == 5
    assert table.metadata.column_names[:1] != ["vector"]
    np.testing.assert_array_equal(table.rows, range(5))


@pytest.mark.parametrize("kind", ["parquet", "feather", "arrow", "dictionary", "bytes", "parts"])
def test_columnar_tables_are_read_in_the_child(tmp_path, kind):
    table, path = as_table(), tmp_path / "a"
    if kind == "dictionary":
        table = table.set_column(2, "review", table["review"].dictionary_encode())
    if kind == "bytes":
        table = table.set_column(2, "review", table["review"].cast(pa.binary()))
    if kind == "feather":
        feather.write_feather(table, path)
    elif kind == "arrow":
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
            writer.write_table(table)
    elif kind == "parts":
        path.mkdir()
        pq.write_table(table.slice(0, 2), path / "0.parquet")
        pq.write_table(table.slice(2), path / "1.parquet")
    else:
        pq.write_table(table, path)
    found = inspect_texts(path)
    assert found.certain == "review"
    read = read_texts(path, TextsSettings())
    assert read.texts == TEXTS
    assert read.metadata["id"].to_pylist() == list(range(5))
    assert "vector" not in read.metadata.column_names
    if kind != "parts":
        assert str(read.metadata.schema.field("day").type).startswith("date")


def test_numbers_are_numbers_in_the_metadata(write):
    table = read_texts(write("a.csv", TABLES["a.csv"]), TextsSettings(label_column="id"))
    assert table.metadata["stars"].to_pylist() == list(range(5))
    assert table.labels == [f"r{i:03}" for i in range(5)]
    as_texts = read_texts(write("a.csv", TABLES["a.csv"]), TextsSettings(column="stars"))
    assert as_texts.texts == list("01234")


def test_a_text_on_each_line(write):
    path = write("a.txt", "\n".join(["#hashtag first", *ONE_LINE]) + "\n")
    found = inspect_texts(path)
    assert found.is_list
    assert found.format_name == "list of texts"
    assert read_texts(path, TextsSettings()).texts == ["#hashtag first", *ONE_LINE]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "text\nHello, world\nAnother line of text\nfoo\n",
            ["Hello, world", "Another line of text", "foo"],
        ),
        ('"Hello, world"\n"Another, line"\n', ["Hello, world", "Another, line"]),
        ("Hello there.\nGeneral remark.\n", ["Hello there.", "General remark."]),
    ],
)
def test_a_csv_of_one_column(write, text, expected):
    assert read_texts(write("a.csv", text), TextsSettings()).texts == expected


def test_prose_with_commas_is_no_table(write):
    lines = ["Well, yes.", "No, never.", "Oh, dear me."]
    found = inspect_texts(write("a.txt", "\n".join(lines)))
    assert found.is_list
    assert found.n_rows == 3


def test_a_header_can_be_decided(write):
    path = write("a.tsv", "one thing\ttwo things\nthree things\tfour things\n")
    plain = read_texts(path, TextsSettings(column="column 1", has_header=False))
    assert plain.texts == ["one thing", "three things"]
    named = read_texts(path, TextsSettings(column="one thing", has_header=True))
    assert named.texts == ["three things"]


def test_several_columns_are_a_question(write):
    path = write("a.tsv", "title\tbody\nA short one\tA longer text\nTwo words\tAnother one\n")
    assert inspect_texts(path).certain is None
    with pytest.raises(ChoiceRequired, match="--column on the command line") as raised:
        read_texts(path, TextsSettings())
    assert raised.value.option == "column"
    assert set(raised.value.choices) == {"title", "body"}
    assert read_texts(path, TextsSettings(column="title")).texts == ["A short one", "Two words"]
    with pytest.raises(UserError, match=r"no column 'nothing'\. Its columns are title, body"):
        read_texts(path, TextsSettings(column="nothing"))


def test_ids_dates_and_addresses_are_no_texts():
    n = 30
    table = pa.table(
        {
            "uuid": [f"550e8400-e29b-41d4-a716-4466554400{i:02}" for i in range(n)],
            "when": [f"2024-02-{i % 28 + 1:02} 10:00:00" for i in range(n)],
            "url": [f"https://example.com/{i}/some-long-page-name" for i in range(n)],
            "mail": [f"someone{i}@example.com" for i in range(n)],
            "language": ["english", "german"] * (n // 2),
            "constant": ["the same text in each row, and a very long one"] * n,
            "comment": [f"word {i} is fine" for i in range(n)],
            "number": list(range(n)),
        }
    )
    found = text_columns(table)
    kinds = {each.name: each.kind for each in found}
    assert found[0].name == "comment"
    assert [kinds[name] for name in ("uuid", "when", "url", "mail")] == ["names"] * 4
    assert kinds["language"] == "words"
    assert kinds["number"] == "numbers"
    assert certain_column(text_columns(table.drop(["constant"]))) == "comment"


def test_a_sample_is_the_same_in_every_format(tmp_path):
    texts = [f"This is text {i}" for i in range(500)]
    (tmp_path / "a.txt").write_text("\n".join(texts))
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps({"text": text}) for text in texts))
    pq.write_table(pa.table({"text": texts}), tmp_path / "a.parquet")
    found = [
        read_texts(tmp_path / name, TextsSettings(sample=40, seed=7))
        for name in ("a.txt", "a.jsonl", "a.parquet")
    ]
    assert found[0].texts == found[1].texts == found[2].texts
    assert [texts[row] for row in found[0].rows] == found[0].texts
    assert found[0].n_rows == 500
    assert found[0].notes[-1] == "A random sample of 40 of 500 rows, seed 7."
    other = read_texts(tmp_path / "a.txt", TextsSettings(sample=40, seed=8))
    assert other.texts != found[0].texts
    for bad in ({"sample": 0}, {"seed": -1}):
        with pytest.raises(UserError):
            TextsSettings(**bad)


def test_a_sample_of_many_rows_keeps_few(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps({"text": f"text {i}", "n": i}) for i in range(30_000)))
    found = read_texts(path, TextsSettings(sample=100))
    assert found.n_rows == 30_000
    assert found.texts == [f"text {row}" for row in found.rows]
    assert found.metadata["n"].to_pylist() == found.rows.tolist()


def test_a_large_file_is_looked_at_in_its_beginning(tmp_path):
    path = tmp_path / "a.csv"
    line = "some words in a row that repeats,1\n"
    path.write_text("text,n\n" + line * 400_000)
    found = inspect_texts(path)
    assert found.is_estimated
    assert found.n_rows == pytest.approx(400_000, rel=0.05)
    assert len(found.table) == PREVIEW_ROWS


def test_what_is_wrong_is_told(write):
    uneven = read_texts(
        write("a.csv", "id,text\n1,one two\n2,three, four\n3\n" + "4,x y\n" * 8), TextsSettings()
    )
    assert uneven.texts == ["one two", "three", "", *["x y"] * 8]
    assert "2 rows have other than 2 fields (the first on line 3)" in uneven.notes[0]
    latin = read_texts(
        write("b.txt", "caf\u00e9 au lait\nno more\n".encode("latin-1")), TextsSettings()
    )
    assert latin.texts[0] == "caf\ufffd au lait"
    assert "not valid UTF-8" in latin.notes[0]
    broken = read_texts(
        write("c.jsonl", '{"text": "a b"}\n{"text": \n{"text": "c d"}\n'), TextsSettings()
    )
    assert broken.texts == ["a b", "c d"]
    assert "1 record is broken and left out (line 2" in broken.notes[0]
    assert broken.notes[0].kind == "bad rows"


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.pdf", b"%PDF-1.4 text", "a PDF document"),
        ("a.txt", b"\x00\x01\x02\x03" * 50, "binary data"),
        ("a.txt", "\ufefftext".encode("utf-16"), "UTF-16"),
        ("a.txt", b"   \n\n  ", "blank space"),
        ("a.csv", b"", "is empty"),
    ],
)
def test_what_holds_no_texts_is_refused(write, name, data, words):
    with pytest.raises(UserError, match=words):
        read_texts(write(name, data), TextsSettings())


def test_a_zip_archive_asks_which_file(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one.csv", "text,n\na b c,1\nd e f,2\n")
        archive.writestr("two.csv", "text,n\ng h i,1\nj k l,2\n")
    with pytest.raises(ChoiceRequired) as raised:
        inspect_texts(path)
    assert raised.value.option == "key"
    assert read_texts(path, TextsSettings(key="two.csv")).texts == ["g h i", "j k l"]


def test_reading_can_be_stopped(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("some line of text\n" * 400_000)

    def report(fraction, words):
        if fraction > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        read_texts(path, TextsSettings(), report)


@given(
    st.lists(
        st.text(
            st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\x1a"), max_size=30
        ),
        min_size=1,
        max_size=15,
    ),
    st.sampled_from([",", "\t", ";"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_texts_come_back_from_a_table(tmp_path, texts, delimiter):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([["number", "text"], *([i, text] for i, text in enumerate(texts))])
    path = tmp_path / ("a.tsv" if delimiter == "\t" else "a.csv")
    path.write_text(out.getvalue(), encoding="utf-8", newline="")
    found = read_texts(path, TextsSettings(column="text"))
    assert found.texts == [text.strip(" \t") for text in texts]


@pytest.mark.parametrize(
    "head", ["Code,,What was said,What was said", "Code,Name,,", ",number,text,text"]
)
def test_names_may_be_missing_or_there_twice(write, head):
    lines = [f"R{i},{i},the speaker said a thing of length {i},not so {i}" for i in range(1, 9)]
    path = write("a.csv", "\n".join([head, *lines]))
    assert inspect_texts(path).n_rows == 8


@pytest.mark.parametrize("first", ["so so,,fine", "fine,so so,fine"])
def test_a_row_with_a_gap_or_a_repetition_names_nothing(write, first):
    lines = ["a longer text than that one,,fine", "and this is one more,so so,fine"]
    path = write("a.csv", "\n".join([first, *lines]))
    assert inspect_texts(path).n_rows == 3


def test_objects_in_the_columns_of_a_document_are_columns(write):
    more = [{"lang": "de", "size": {"n": i}} if i else None for i in range(5)]
    path = write("x.json", json.dumps({"review": TEXTS, "more": more}).encode())
    found = inspect_texts(path)
    assert found.certain == "review"
    assert found.table["more.lang"].to_pylist() == [None, *["de"] * 4]
    assert found.table["more.size.n"].to_pylist() == [None, 1, 2, 3, 4]
