import gzip

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet
import pytest

from embedviz.core.derivation.chosen_rows import chosen_rows
from embedviz.core.derivation.recipes import Truncated
from embedviz.core.errors import UserError
from embedviz.core.thumbnails import ImageArray
from embedviz.core.vector_set import VectorSet
from embedviz.formats import load, save
from embedviz.formats.companions.coordinate_files import load_coordinates
from embedviz.formats.writing.rows import rows_files, save_coordinates, save_rows

ROWS = np.array([7, 3, 40])


def test_later_changes_of_the_rows_change_nothing(toy):
    rows = ROWS.copy()
    pictures = ImageArray(np.arange(50, dtype=np.uint8).reshape(50, 1, 1))
    found = chosen_rows(VectorSet(toy.vectors, thumbnails=pictures), rows)
    rows[:] = 0
    assert found.thumbnails.image(0)[0, 0, 0] == 7


def test_no_rows_at_all(toy, tmp_path):
    with pytest.raises(UserError, match="No rows are selected"):
        chosen_rows(toy, [])
    with pytest.raises(UserError, match="No rows are selected"):
        save_rows(toy, [], tmp_path / "x.csv")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".vec", ".txt", ".vec.gz", ".bin", ".npy"])
def test_vectors_of_the_rows_come_back(toy, tmp_path, suffix):
    path = tmp_path / f"x{suffix}"
    save_rows(toy, ROWS, path)
    found = load(path)
    assert found.labels == ("word7", "word3", "word40")
    assert found.vectors.tobytes() == toy.vectors[ROWS].tobytes()
    if suffix == ".npy":
        assert found.metadata.drop_columns("label").equals(toy.metadata.take(ROWS))


@pytest.fixture
def odd():
    metadata = {"text": ['say "hi"', "a, b", None, "two\nlines"], "number": [1.5, None, -3, 0]}
    return VectorSet(np.eye(4), ["one", "é", " three ", "four"], metadata, "odd")


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz"])
def test_a_table_holds_labels_and_metadata(odd, tmp_path, suffix):
    path = tmp_path / f"x{suffix}"
    save_rows(odd, [3, 0, 1], path)
    found = pa.csv.read_csv(
        path,
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(strings_can_be_null=True),
    )
    assert found.to_pydict() == {
        "label": ["four", "one", "é"],
        "text": ["two\nlines", 'say "hi"', "a, b"],
        "number": [0.0, 1.5, None],
    }


def test_positions_stand_beside(toy, tmp_path):
    positions = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    positions[3] = np.nan
    for suffix, separator in ((".csv", ","), (".tsv", "\t")):
        path = tmp_path / f"x{suffix}"
        save_rows(toy, ROWS, path, positions)
        lines = [line.split(separator) for line in path.read_text("utf-8").splitlines()]
        assert lines[0] == ["label", "group", "number", "x", "y", "z"]
        assert lines[2] == ["word3", "odd", "3", "", "", ""]
        np.testing.assert_array_equal(np.array(lines[3][3:], dtype=np.float32), positions[40])
    save_rows(toy, ROWS, tmp_path / "y.csv", positions[:, :2], ["PC1", "label"])
    header = (tmp_path / "y.csv").read_text("utf-8").splitlines()[0]
    assert header == "label,group,number,PC1,label (5)"


def test_a_tab_separated_table_refuses_what_it_cannot_hold(odd, tmp_path):
    with pytest.raises(UserError, match=r"The text of row 0 .* has a line break"):
        save_rows(odd, [3], tmp_path / "x.tsv")
    assert not list(tmp_path.iterdir())
    save_rows(odd, [0], tmp_path / "x.tsv.gz")
    assert gzip.decompress((tmp_path / "x.tsv.gz").read_bytes()).startswith(
        b"label\ttext\tnumber\n"
    )


def test_a_set_without_metadata(tmp_path):
    save_rows(VectorSet(np.eye(3), ["a", "b,c", "d"]), [1, 2], tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_bytes() == b'label\r\n"b,c"\r\nd\r\n'


def test_other_suffixes_are_refused_as_by_save(toy, tmp_path):
    with pytest.raises(UserError, match="the suffix says no format"):
        save_rows(toy, ROWS, tmp_path / "x.pdf")


def test_writing_a_table_can_be_stopped(toy, tmp_path):
    def stop(fraction, words):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save_rows(toy, ROWS, tmp_path / "x.csv", report=stop)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".csv", ".tsv.gz", ".parquet", ".feather", ".arrow"])
@pytest.mark.parametrize("rows", [None, ROWS])
def test_coordinates_of_rows(toy, tmp_path, suffix, rows):
    positions = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    positions[3] = np.nan
    path = tmp_path / f"x{suffix}"
    save_coordinates(toy, path, positions, ["PC1", "PC2"], rows)
    if suffix == ".parquet":
        table = pa.parquet.read_table(path)
    elif suffix in (".feather", ".arrow"):
        table = pa.feather.read_table(path)
    else:
        layout = pa.csv.ParseOptions(delimiter="\t" if ".tsv" in suffix else ",")
        table = pa.csv.read_csv(path, parse_options=layout)
    assert table.column_names == ["row", "label", "group", "number", "PC1", "PC2"]
    chosen = list(range(50)) if rows is None else rows.tolist()
    assert table["number"].to_pylist() == table["row"].to_pylist() == chosen
    assert table["label"].to_pylist() == [toy.labels[row] for row in chosen]
    assert table["PC1"].null_count == 1
    for axis, name in enumerate(["PC1", "PC2"]):
        found = np.array(table[name].to_pylist(), dtype=np.float32)
        np.testing.assert_array_equal(found, positions[chosen, axis])


def test_coordinates_of_a_set_without_metadata(tmp_path):
    positions = np.eye(2, dtype=np.float32)
    save_coordinates(VectorSet(np.eye(2)), tmp_path / "x.parquet", positions)
    table = pa.parquet.read_table(tmp_path / "x.parquet")
    assert table.to_pydict() == {"row": [0, 1], "label": ["0", "1"], "x": [1, 0], "y": [0, 1]}


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_coordinates_repeat_no_labels(tmp_path, suffix):
    labels = ["a", "b", "c"]
    metadata = {"text": labels, "row": [5, 6, 7]}
    some = VectorSet(np.eye(3), labels, metadata)
    save_coordinates(some, tmp_path / f"x{suffix}", np.eye(3, dtype=np.float32)[:, :2])
    read = pa.csv.read_csv if suffix == ".csv" else pa.parquet.read_table
    assert read(tmp_path / f"x{suffix}").column_names == ["row", "label", "row (3)", "x", "y"]
    only = VectorSet(np.eye(3), labels, {"text": labels})
    save_coordinates(only, tmp_path / f"x{suffix}", np.eye(3, dtype=np.float32)[:, :2])
    assert read(tmp_path / f"x{suffix}").column_names == ["row", "label", "x", "y"]


def test_coordinates_are_read_again(toy, tmp_path):
    positions = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    save_coordinates(toy, tmp_path / "x.csv", positions, ["PC1", "PC2"])
    found = load_coordinates(tmp_path / "x.csv", toy)
    np.testing.assert_allclose(found.metadata["PC2"].to_numpy(), positions[:, 1], rtol=1e-6)


def test_the_files_of_rows(tmp_path):
    assert rows_files(tmp_path / "x.tsv.gz") == [tmp_path / "x.tsv.gz"]
    assert len(rows_files(tmp_path / "x.npy")) == 2


@pytest.mark.parametrize("suffix", [".parquet", ".feather", ".arrow"])
def test_which_rows_they_are_is_kept(toy, tmp_path, suffix):
    save(toy, tmp_path / "all.csv")
    part = load(tmp_path / "all.csv", sample=20)
    save_rows(part, [3, 4], tmp_path / f"x{suffix}")
    found = load(tmp_path / f"x{suffix}")
    expected = ["A random sample of 20 of 50 rows, seed 0.", "2 of 20 rows of all."]
    assert list(found.notes[:2]) == expected
    assert found.notes[2:] == ("Labels from column 'label'.",)
    save(found, tmp_path / f"y{suffix}")
    assert load(tmp_path / f"y{suffix}").notes == found.notes
    save(Truncated(4).derive(part), tmp_path / f"y{suffix}")
    assert load(tmp_path / f"y{suffix}").notes[0] == expected[0]


def test_coordinates_that_cannot_be_written(toy, tmp_path):
    positions = np.zeros((50, 2), dtype=np.float32)
    with pytest.raises(UserError, match=r"coordinates are written as \.csv"):
        save_coordinates(toy, tmp_path / "x.npy", positions)
    for suffix in (".csv", ".parquet"):
        with pytest.raises(UserError, match="No rows are selected"):
            save_coordinates(toy, tmp_path / f"x{suffix}", positions, rows=[])
    assert not list(tmp_path.iterdir())


def test_vectors_and_positions_of_the_rows(toy, tmp_path):
    positions = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    save_rows(toy, ROWS, tmp_path / "x.parquet", positions)
    found = load(tmp_path / "x.parquet")
    assert found.vectors.tobytes() == toy.vectors[ROWS].tobytes()
    assert found.metadata["y"].to_pylist() == positions[ROWS, 1].tolist()
