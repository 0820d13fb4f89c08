"""`embedviz convert IN OUT.lance`: a table of LanceDB with the rows of a file."""

import datetime
import sys

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

import embedviz
from embedviz.__main__ import main
from embedviz.commands.files import load_files
from embedviz.sources.copying.set_source import SetSource
from tests.sources.copying.many_rows import FIRST_ID, folder_of, many_rows

lance = pytest.importorskip("lance")


@pytest.fixture
def run(capsys):
    def run_command(*arguments):
        capsys.readouterr()
        code = main(["convert", *map(str, arguments)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_command


def opened(path, *options):
    """Return the set that `embedviz PATH` shows."""
    from embedviz.commands.window import _parser

    return load_files(_parser().parse_args([str(path), *options]))[0]


def some_set(n_rows=300):
    table, vectors = many_rows(n_rows, 8)
    columns = table.select(["id", "day", "price", "is_new"])
    return embedviz.VectorSet(vectors, table["title"].to_pylist(), columns, "things")


def as_lines(vector_set, columns):
    """Return the rows of a set, by their labels, whatever their order."""
    values = [vector_set.metadata[name].to_pylist() for name in columns]
    rows = zip(vector_set.labels, vector_set.vectors.tolist(), *values, strict=True)
    return sorted(rows, key=lambda row: row[0])


@pytest.mark.parametrize("suffix", ["parquet", "feather", "jsonl", "csv", "npy", "vec"])
def test_what_is_read_back_are_the_same_rows(tmp_path, run, suffix):
    source = tmp_path / f"in.{suffix}"
    given = some_set()
    if suffix == "vec":
        given = embedviz.VectorSet(given.vectors, [f"w{i}" for i in range(300)], name="things")
    embedviz.save(given, source)
    code, told, error = run(source, tmp_path / "out.lance")
    assert (code, error) == (0, "")
    assert "300 × 8 written to" in told
    expected, found = embedviz.load(source), opened(tmp_path / "out.lance")
    names = [each for each in expected.metadata.column_names if each != "label"]
    assert as_lines(found, names) == as_lines(expected, names)
    kept = {"parquet", "feather"}
    if suffix in kept:
        assert found.metadata["id"].to_pylist()[0] == FIRST_ID
        assert isinstance(found.metadata["day"][0].as_py(), datetime.date)
        assert found.metadata["is_new"].type == pa.bool_()


def test_other_programs_open_the_table(tmp_path, run):
    lancedb = pytest.importorskip("lancedb")
    embedviz.save(some_set(), tmp_path / "in.parquet")
    run(tmp_path / "in.parquet", tmp_path / "out.lance", "--prefix", "3", "5")
    table = lancedb.connect(str(tmp_path)).open_table("out")
    assert table.count_rows() == 300
    assert table.schema.field("vector_3").type == pa.list_(pa.float32(), 3)
    query = some_set().vectors[17]
    found = table.search(query[:5], vector_column_name="vector_5").metric("cosine").limit(1)
    assert found.to_list()[0]["label"] == "row 17"
    # Which of the fields are the vectors is known.
    assert opened(tmp_path / "out.lance").dimensions == 8


def test_a_folder_of_parquet_is_read_in_parts(tmp_path, run, monkeypatch):
    table, vectors = many_rows(600, 8)
    folder_of(tmp_path / "in", table, 6)

    def fail(*arguments, **options):
        raise AssertionError("it was loaded")

    monkeypatch.setattr("embedviz.formats.open_file", fail)
    assert run(tmp_path / "in", tmp_path / "out.lance")[0] == 0
    found = lance.dataset(str(tmp_path / "out.lance")).to_table()
    assert found.replace_schema_metadata(None).equals(table.replace_schema_metadata(None))
    shown = opened(tmp_path / "out.lance")
    assert set(shown.labels) == {f"row {i}" for i in range(600)}
    np.testing.assert_array_equal(shown.vectors[shown.row("row 77")], vectors[77])


def test_an_array_stays_in_its_file(tmp_path):
    from embedviz.core.origin import ReadSettings
    from embedviz.sources.copying.opening import source_of_file

    np.save(tmp_path / "in.npy", many_rows(100, 8)[1])
    source = source_of_file(tmp_path / "in.npy", ReadSettings())
    assert isinstance(source, SetSource)
    assert source.vector_set.opened.facts.is_mapped


def test_rows_without_labels_keep_their_numbers(tmp_path, run):
    vectors = many_rows(100, 8)[1]
    vectors[4, 1] = np.nan
    np.save(tmp_path / "in.npy", vectors)
    code, _, error = run(tmp_path / "in.npy", tmp_path / "out.lance")
    assert code == 2
    assert "the row 4 holds NaN" in error
    assert [each.name for each in tmp_path.iterdir()] == ["in.npy"]
    assert run(tmp_path / "in.npy", tmp_path / "out.lance", "--skip-bad-rows")[0] == 0
    found = opened(tmp_path / "out.lance")
    assert found.labels == tuple(str(i) for i in range(100) if i != 4)
    np.testing.assert_array_equal(found.vectors[found.row("5")], vectors[5])


def test_nothing_is_written_over_and_nothing_left_half(tmp_path, run, monkeypatch):
    embedviz.save(some_set(), tmp_path / "in.parquet")
    (tmp_path / "out.lance").mkdir()
    (tmp_path / "out.lance" / "mine").write_text("mine")
    code, _, error = run(tmp_path / "in.parquet", tmp_path / "out.lance", "--overwrite")
    assert code == 2
    assert "out.lance is there already" in error
    assert [each.name for each in (tmp_path / "out.lance").iterdir()] == ["mine"]

    def stop(fraction, message):
        if "written" in message:
            raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules["embedviz.commands.convert"], "terminal_report", lambda: stop)
    code, _, error = run(tmp_path / "in.parquet", tmp_path / "new.lance")
    assert code == 130
    assert "new.lance is not written" in error
    assert sorted(each.name for each in tmp_path.iterdir()) == ["in.parquet", "out.lance"]


def test_a_package_that_is_missing_is_named_with_its_command(tmp_path, run, monkeypatch):
    monkeypatch.setattr("embedviz.sources.databases.lancedb.table.find_spec", lambda name: None)
    code, _, error = run(tmp_path / "missing.parquet", tmp_path / "out.lance")
    assert code == 2
    assert "pip install 'embedviz[lancedb]'" in error


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("out.npy", "--prefix", "3"), "--prefix is for tables of LanceDB"),
        (("out.lance", "--prefix", "8"), "A prefix of 8 is none of 8 dimensions"),
    ],
)
def test_a_prefix_that_cannot_be_is_refused(tmp_path, run, options, said):
    embedviz.save(some_set(), tmp_path / "in.parquet")
    code, _, error = run(tmp_path / "in.parquet", tmp_path / options[0], *options[1:])
    assert code == 2
    assert said in error
    assert [each.name for each in tmp_path.iterdir()] == ["in.parquet"]


def test_numbers_in_columns_of_their_own_are_vectors_too(tmp_path, run):
    vectors = many_rows(60, 4)[1]
    columns = {"name": [f"n{i}" for i in range(60)]} | {f"d{i}": vectors[:, i] for i in range(4)}
    parquet.write_table(pa.table(columns), tmp_path / "in.parquet")
    assert run(tmp_path / "in.parquet", tmp_path / "out.lance")[0] == 0
    found = opened(tmp_path / "out.lance")
    np.testing.assert_array_equal(found.vectors[found.row("n9")], vectors[9])
