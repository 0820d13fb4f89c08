import re

import numpy as np
import pyarrow as pa
import pyarrow.feather as pf
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.origin import BYTE_TYPES
from embedviz.formats import load

VECTORS = np.random.default_rng(5).normal(size=(40, 8))
WORDS = [f"w{i}" for i in range(40)]


def rows_as(dtype):
    scale = 20 if dtype == "|i1" else 1
    numbers = (scale * VECTORS).astype(dtype)
    return numbers, [row.tobytes() for row in numbers]


def write(path, **columns):
    table = pa.table(columns)
    pq.write_table(table, path) if path.suffix == ".parquet" else pf.write_feather(table, path)
    return path


@pytest.mark.parametrize("suffix", [".parquet", ".feather"])
@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), "fixed", "dictionary"])
@pytest.mark.parametrize("name", BYTE_TYPES)
def test_read_as_what_is_chosen(tmp_path, suffix, kind, name):
    numbers, rows = rows_as(BYTE_TYPES[name])
    if kind == "fixed":
        column = pa.array(rows, pa.binary(len(rows[0])))
    else:
        column = pa.array(rows, pa.binary() if kind == "dictionary" else kind)
    if kind == "dictionary":
        column = column.dictionary_encode()
    path = write(tmp_path / f"x{suffix}", id=WORDS, emb=column)
    with pytest.raises(ChoiceRequired) as asked:
        load(path)
    assert asked.value.option == "bytes_as"
    assert name in asked.value.choices
    found = load(path, bytes_as=name)
    np.testing.assert_array_equal(found.vectors, numbers.astype(np.float32))
    assert list(found.labels) == WORDS
    assert found.opened.facts.dtype == name


@pytest.mark.parametrize("name", ["float32", "float16", "float64"])
def test_the_likely_type_is_offered_first_with_the_first_rows(tmp_path, name):
    numbers, rows = rows_as(BYTE_TYPES[name])
    with pytest.raises(ChoiceRequired) as asked:
        load(write(tmp_path / "x.parquet", emb=rows))
    first = next(iter(asked.value.choices.items()))
    assert first[0] == name
    assert f"8 numbers each: {numbers[0, 0]:.4g}, {numbers[0, 1]:.4g}" in first[1]
    assert f"--bytes-as {name}" in str(asked.value)


def test_rows_of_another_length_are_bad_rows(tmp_path):
    _, rows = rows_as("<f4")
    rows[3], rows[7] = rows[3][:-1], None
    path = write(tmp_path / "x.parquet", id=WORDS, emb=pa.array(rows, pa.binary()))
    with pytest.raises(UserError, match=r"row 3 \(from 0\): 31 bytes instead of 32"):
        load(path, bytes_as="float32")
    found = load(path, bytes_as="float32", on_bad_rows="skip")
    assert len(found) == 38
    assert "row 7: no vector" in " ".join(found.notes)


def test_numbers_beside_the_bytes_are_metadata(tmp_path):
    _, rows = rows_as("<f4")
    path = write(tmp_path / "x.parquet", n=range(40), year=range(40), embedding=rows)
    found = load(path, bytes_as="float32")
    assert found.dimensions == 8
    assert found.metadata.column_names == ["n", "year"]
    with pytest.raises(ChoiceRequired, match="bytes in column 'embedding'"):
        load(path)


def test_a_digest_beside_vectors_is_no_vector(tmp_path):
    _, rows = rows_as("<f4")
    lists = VECTORS.tolist()
    found = load(write(tmp_path / "x.parquet", digest=rows, vector=lists))
    np.testing.assert_array_equal(found.vectors, VECTORS.astype(np.float32))
    assert "'digest'" in " ".join(found.notes)
    numbers = {f"d{i}": VECTORS[:, i] for i in range(8)}
    found = load(write(tmp_path / "y.parquet", digest=rows, **numbers))
    np.testing.assert_array_equal(found.vectors, VECTORS.astype(np.float32))


def test_bytes_as_what_cannot_be(tmp_path):
    path = write(tmp_path / "x.parquet", emb=[b"\0\1\2\3\4\xff"] * 5)
    with pytest.raises(UserError, match=r"holds 6 bytes a row, which are no vectors of float32"):
        load(path, bytes_as="float32")
    with pytest.raises(UserError, match="bytes_as is 'float33'"):
        load(path, bytes_as="float33")
    lists = write(tmp_path / "y.parquet", v=VECTORS.tolist())
    with pytest.raises(UserError, match="bytes_as means nothing"):
        load(lists, bytes_as="float32")
    (tmp_path / "z.txt").write_text("a 1 2\nb 3 4\n")
    with pytest.raises(UserError, match="bytes_as means nothing"):
        load(tmp_path / "z.txt", bytes_as="float32")


@settings(max_examples=40)
@given(st.lists(st.text(max_size=8), min_size=1, max_size=4))
def test_lists_of_words_are_metadata(tmp_path_factory, words):
    import json

    path = tmp_path_factory.mktemp("x") / "x.parquet"
    text = json.dumps([f"{word}a" for word in words])
    found = load(write(path, tags=[text] * 4, vector=VECTORS[:4].tolist()))
    assert found.metadata["tags"].to_pylist() == [text] * 4
    np.testing.assert_array_equal(found.vectors, VECTORS[:4].astype(np.float32))


@pytest.mark.parametrize("typed", [[3], [0], [0, 7], range(8)])
def test_no_dimension_disappears_where_numbers_are_text(tmp_path, typed):
    columns = {f"d{i}": VECTORS[:, i] for i in range(8)}
    for place in typed:
        columns[f"d{place}"] = [repr(float(x)) for x in VECTORS[:, place]]
    found = load(write(tmp_path / "x.parquet", word=WORDS, **columns))
    np.testing.assert_array_equal(found.vectors, VECTORS.astype(np.float32))
    assert "text in the file, and read as numbers" in " ".join(found.notes)


def test_numbers_as_text_that_are_no_dimension_are_said(tmp_path):
    columns = {name: VECTORS[:, i] for i, name in enumerate("xyz")}
    found = load(write(tmp_path / "x.parquet", word=WORDS, zip=["8001"] * 40, **columns))
    assert found.dimensions == 3
    assert found.metadata["zip"].to_pylist() == ["8001"] * 40
    assert "Column 'zip' holds numbers as text" in " ".join(found.notes)


@pytest.mark.parametrize("place", [0, 7])
def test_numbers_beyond_float32_are_called_that(tmp_path, place):
    numbers = VECTORS.copy()
    numbers[5, place] = 1e300
    tables = {
        "lists": {"v": numbers.tolist()},
        "columns": {f"d{i}": numbers[:, i] for i in range(8)},
    }
    for name, columns in tables.items():
        path = write(tmp_path / f"{name}.parquet", **columns)
        with pytest.raises(UserError, match=r"row 5.*too large for 32 bits"):
            load(path)
    np.save(tmp_path / "x.npy", numbers)
    np.savez(tmp_path / "x.npz", vectors=numbers)
    rows = [row.tobytes() for row in numbers]
    for path, more in (
        (tmp_path / "x.npy", {}),
        (tmp_path / "x.npz", {}),
        (write(tmp_path / "b.parquet", v=rows), {"bytes_as": "float64"}),
    ):
        with pytest.raises(UserError, match=r"row 5.*too large for 32 bits"):
            load(path, **more)


def test_sparse_vectors_are_named(tmp_path):
    sparse = [{"type": 0, "size": 9, "indices": [1, 5], "values": [1.0, 2.0]}] * 5
    with pytest.raises(UserError, match=re.escape("'features' holds sparse vectors")):
        load(write(tmp_path / "x.parquet", features=sparse))
    dense = [{"type": 1, "indices": None, "values": row} for row in VECTORS.tolist()]
    kind = pa.struct(
        [
            ("type", pa.int8()),
            ("indices", pa.list_(pa.int32())),
            ("values", pa.list_(pa.float64())),
        ]
    )
    found = load(write(tmp_path / "y.parquet", features=pa.array(dense, kind)))
    np.testing.assert_array_equal(found.vectors, VECTORS.astype(np.float32))
