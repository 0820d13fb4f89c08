"""What is written is read here by Arrow itself; that `load` reads it, too, is in test_saving."""

import json
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import feather, ipc, parquet

from embedviz.core.errors import UserError
from embedviz.core.vector_set import VectorSet
from embedviz.formats import load, save
from embedviz.formats.writing import arrow

READ = {
    ".parquet": parquet.read_table,
    ".feather": feather.read_table,
    ".arrow": lambda path: ipc.open_file(path).read_all(),
}


@pytest.fixture(params=READ)
def suffix(request):
    return request.param


@pytest.fixture
def typed():
    metadata = pa.table(
        {
            "day": pa.array([date(2020, 1, 2), None, date(2021, 3, 4)]),
            "small": pa.array([1, 2, None], pa.int8()),
            "exact": pa.array([0.1, None, 3.0]),
            "kind": pa.array(["x", "y", "x"]).dictionary_encode(),
            "tags": pa.array([["a"], [], None]),
            "is_good": pa.array([True, None, False]),
        }
    )
    vectors = np.random.default_rng(0).normal(size=(3, 5))
    return VectorSet(vectors, ["one", "two, three", "one"], metadata, "typed")


def test_columns_keep_their_types(tmp_path, suffix, typed):
    path = tmp_path / f"x{suffix}"
    save(typed, path)
    table = READ[suffix](path)
    assert table.column_names == ["label", *typed.metadata.column_names, "vector"]
    assert table["label"].to_pylist() == list(typed.labels)
    assert table["vector"].type == pa.list_(pa.float32(), 5)
    numbers = table["vector"].combine_chunks().flatten().to_numpy()
    assert numbers.tobytes() == typed.vectors.tobytes()
    for name in typed.metadata.column_names:
        assert table[name].to_pylist() == typed.metadata[name].to_pylist()
        assert table[name].type == typed.metadata[name].type
    said = json.loads(table.schema.metadata[arrow.MARK])
    assert said == {"label_column": "label", "vector_column": "vector"}


def test_rows_are_in_groups(tmp_path, suffix, toy, monkeypatch):
    monkeypatch.setattr(arrow, "_GROUP_NUMBERS", 10 * toy.dimensions)
    path, rows = tmp_path / f"x{suffix}", np.arange(45)[::-1]
    seen = []
    save(toy, path, rows=rows, report=lambda fraction, words: seen.append(fraction))
    table = READ[suffix](path)
    assert table["label"].to_pylist() == [toy.labels[row] for row in rows]
    assert table["number"].to_pylist() == rows.tolist()
    assert len(seen) == 5
    if suffix == ".parquet":
        file = parquet.ParquetFile(path)
        assert file.num_row_groups == 5
        assert file.metadata.row_group(0).column(0).compression == "ZSTD"
    monkeypatch.setattr(arrow, "_GROUP_ROWS", 9)
    save(toy, path, rows=rows, report=lambda fraction, words: seen.append(fraction))
    assert len(seen) == 10
    assert READ[suffix](path).equals(table)


def test_names_that_are_taken(tmp_path, suffix):
    metadata = {"vector": ["p", "q"], "label": ["r", "s"], "": [1, 2]}
    path = tmp_path / f"x{suffix}"
    save(VectorSet(np.eye(2), ["a", "b"], metadata), path)
    table = READ[suffix](path)
    assert len(set(table.column_names)) == 5
    said = json.loads(table.schema.metadata[arrow.MARK])
    assert table[said["label_column"]].to_pylist() == ["a", "b"]
    assert table[said["vector_column"]].to_pylist() == [[1, 0], [0, 1]]


def test_labels_are_not_written_twice(tmp_path, suffix):
    path = tmp_path / f"x{suffix}"
    save(VectorSet(np.eye(2), ["a", "b"], {"label": ["a", "b"]}), path)
    assert READ[suffix](path).column_names == ["label", "vector"]


def test_without_rows(tmp_path, suffix):
    save(VectorSet(np.zeros((0, 3)), []), tmp_path / f"x{suffix}")
    assert READ[suffix](tmp_path / f"x{suffix}").num_rows == 0


def test_numbers_that_are_none_stay(tmp_path, suffix):
    vectors = np.array([[np.nan, np.inf], [-0.0, 1e-45]], np.float32)
    save(VectorSet(vectors), tmp_path / f"x{suffix}")
    table = READ[suffix](tmp_path / f"x{suffix}")
    assert table["vector"].combine_chunks().flatten().to_numpy().tobytes() == vectors.tobytes()


def test_types_that_parquet_does_not_have(tmp_path):
    months = pa.array([(1, 2, 3)], pa.month_day_nano_interval())
    odd = VectorSet([[1, 2]], ["a"], pa.table({"span": months}))
    with pytest.raises(UserError, match=r"A column cannot be written as \.parquet"):
        save(odd, tmp_path / "x.parquet")
    assert list(tmp_path.iterdir()) == []


def test_labels_that_are_mostly_the_same_come_back(tmp_path, suffix):
    same = VectorSet(np.eye(4), ["a", "a", "a", "b"], {"text": ["k", "l", "m", "n"]})
    save(same, tmp_path / f"x{suffix}")
    assert load(tmp_path / f"x{suffix}").labels == same.labels


def test_texts_that_look_like_vectors_stay_texts(tmp_path, suffix):
    lists = ["[1, 2]", "[3, 4]"]
    save(VectorSet(np.eye(2), lists, {"other": lists}), tmp_path / f"x{suffix}")
    found = load(tmp_path / f"x{suffix}")
    assert found.labels == tuple(lists)
    assert found.vectors.tolist() == [[1, 0], [0, 1]]
    assert found.metadata["other"].to_pylist() == lists


@pytest.mark.parametrize(
    "said",
    [
        b"{",
        b"[]",
        b'{"label_column": "a"}',
        b'{"label_column": 1, "vector_column": "vector"}',
        b'{"label_column": "gone", "vector_column": "vector"}',
        b'{"label_column": "label", "vector_column": "label"}',
        b"[" * 50_000,
    ],
)
def test_what_a_changed_file_says_of_itself_is_not_believed(tmp_path, suffix, said):
    path = tmp_path / f"x{suffix}"
    save(VectorSet(np.eye(2), ["a", "b"]), path)
    table = READ[suffix](path).replace_schema_metadata({arrow.MARK: said})
    if suffix == ".parquet":
        parquet.write_table(table, path)
    else:
        feather.write_feather(table, path)
    found = load(path)
    assert found.labels == ("a", "b")
    assert found.vectors.tolist() == [[1, 0], [0, 1]]
