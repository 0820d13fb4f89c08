import datetime
import pickle

import h5py
import numpy as np
import pytest

from embedviz.core.errors import UserError
from embedviz.formats import load

VECTORS = np.random.default_rng(6).normal(size=(40, 8)).astype(np.float32)
NAMES = [f"/c/en/w{i}" for i in range(40)]


def write_table(path, kinds, attributes=None, key="df", **values):
    """Write records as pandas does."""
    rows = np.zeros(40, kinds)
    for name, given in values.items():
        rows[name] = given
    with h5py.File(path, "w") as file:
        file[f"{key}/table"] = rows
        file[key].attrs["pandas_type"] = np.bytes_(b"frame_table")
        file[key].attrs["nan_rep"] = np.bytes_(b"nan")
        index = file.create_group(f"{key}/_i_table/index")
        index["sorted"] = np.zeros((2, 40))  # What PyTables finds rows by is no matrix of vectors.
        for name, value in (attributes or {}).items():
            file[f"{key}/table"].attrs[name] = value
    return path


def names_of(*names, protocol=0):
    return np.bytes_(pickle.dumps(list(names), protocol))


@pytest.mark.parametrize("key", ["df", "a/b/c"])
@pytest.mark.parametrize("dtype", ["<f4", "<f8", "<f2", "<i4"])
def test_tables_of_pandas(tmp_path, key, dtype):
    numbers = (100 * VECTORS).astype(dtype)
    kinds = [("index", "S20"), ("values_block_0", dtype, (8,))]
    path = write_table(
        tmp_path / "x.h5", kinds, key=key, index=np.array(NAMES, "S"), values_block_0=numbers
    )
    found = load(path)
    np.testing.assert_array_equal(found.vectors, numbers.astype(np.float32))
    assert list(found.labels) == NAMES


@pytest.mark.parametrize("protocol", [0, 2])
def test_blocks_of_other_types_are_columns_with_their_names(tmp_path, protocol):
    kinds = [
        ("index", "S20"),
        ("values_block_0", "<f4", (8,)),
        ("values_block_1", "<i8", (2,)),
        ("values_block_2", "S8", (1,)),
        ("values_block_3", "<i8", (1,)),
        ("values_block_4", "u1", (1,)),
        ("values_block_5", "<f8", (1,)),
    ]
    ids = 1712345678901234567 + np.arange(40)
    days = np.arange("2020-01-01", "2020-02-10", dtype="M8[D]")
    attributes = {
        "values_block_1_kind": names_of("year", "id", protocol=protocol),
        "values_block_2_kind": names_of("title", protocol=protocol),
        "values_block_3_kind": names_of("day", protocol=protocol),
        "values_block_3_dtype": np.bytes_(b"datetime64[ns]"),
        "values_block_4_kind": names_of("ok", protocol=protocol),
        "values_block_4_dtype": np.bytes_(b"bool"),
        "values_block_5_kind": names_of("score", protocol=protocol),
    }
    path = write_table(
        tmp_path / "x.h5",
        kinds,
        attributes,
        index=np.array(NAMES, "S"),
        values_block_0=VECTORS,
        values_block_1=np.column_stack([1990 + np.arange(40), ids]),
        values_block_2=np.array([b"a", b"nan"] * 20)[:, np.newaxis],
        values_block_3=days.astype("M8[ns]").astype(np.int64)[:, np.newaxis],
        values_block_4=(np.arange(40) % 2)[:, np.newaxis],
    )
    found = load(path)
    assert list(found.labels) == NAMES
    table = found.metadata
    assert table["year"].to_pylist() == list(range(1990, 2030))
    assert table["id"].to_pylist() == ids.tolist()
    assert table["title"].to_pylist() == ["a", None] * 20
    assert table["day"].to_pylist()[1] == datetime.datetime(2020, 1, 2)
    assert table["ok"].to_pylist() == [False, True] * 20
    assert table["score"].to_pylist() == [0.0] * 40


def test_a_named_column_in_the_block_of_the_vector_is_no_dimension(tmp_path):
    names = [*map(str, range(8)), "score"]
    numbers = np.column_stack([VECTORS, np.arange(40)])
    kinds = [("index", "<i8"), ("values_block_0", "<f4", (9,))]
    path = write_table(
        tmp_path / "x.h5",
        kinds,
        {"values_block_0_kind": names_of(*names)},
        index=np.arange(40) + 5,
        values_block_0=numbers,
    )
    found = load(path)
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert found.metadata["score"].to_pylist() == list(range(40))
    assert found.labels[0] == "5"


def test_a_column_for_each_number(tmp_path):
    kinds = [("index", "S20"), *((str(i), "<f8") for i in range(8)), ("year", "<i4")]
    values = {str(i): VECTORS[:, i] for i in range(8)}
    found = load(write_table(tmp_path / "x.h5", kinds, index=np.array(NAMES, "S"), **values))
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert found.metadata.column_names == ["year"]


def test_nothing_is_unpickled(tmp_path):
    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / "made"), "w"))

    kinds = [("index", "S20"), ("values_block_0", "<f4", (8,))]
    for name, pickled in (("a", pickle.dumps([Evil()], 0)), ("b", b"(lp0\nVx"), ("c", b"\x80\x04")):
        found = load(
            write_table(
                tmp_path / name,
                kinds,
                {"values_block_0_kind": np.bytes_(pickled)},
                index=np.array(NAMES, "S"),
                values_block_0=VECTORS,
            )
        )
        np.testing.assert_array_equal(found.vectors, VECTORS)
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("dtype", ["f4", "f8", "i4"])
def test_rows_of_any_length(tmp_path, dtype):
    numbers = (100 * VECTORS).astype(dtype)
    rows = np.empty(40, object)
    rows[:] = list(numbers)
    with h5py.File(tmp_path / "x", "w") as file:
        file.create_dataset("encoded", data=rows, dtype=h5py.vlen_dtype(dtype))
        file["name"] = NAMES
        file["number"] = np.arange(40)
    found = load(tmp_path / "x")
    np.testing.assert_array_equal(found.vectors, numbers.astype(np.float32))
    assert list(found.labels) == NAMES
    assert found.metadata["number"].to_pylist() == list(range(40))


def test_rows_of_another_length_are_bad_rows(tmp_path):
    rows = np.empty(40, object)
    rows[:] = list(VECTORS)
    rows[7] = rows[7][:3]
    with h5py.File(tmp_path / "x", "w") as file:
        file.create_dataset("encoded", data=rows, dtype=h5py.vlen_dtype("f4"))
    with pytest.raises(UserError, match=r"row 7 \(from 0\): 3 numbers instead of 8"):
        load(tmp_path / "x")
    assert len(load(tmp_path / "x", on_bad_rows="skip")) == 39


def test_rows_of_many_lengths_are_no_matrix(tmp_path):
    rows = np.empty(40, object)
    rows[:] = [np.zeros(1 + i % 5) for i in range(40)]
    with h5py.File(tmp_path / "x", "w") as file:
        file.create_dataset("sounds", data=rows, dtype=h5py.vlen_dtype("f4"))
    with pytest.raises(UserError, match="lists of 5 different lengths"):
        load(tmp_path / "x")


def test_ids_that_are_numbers_name_the_rows(tmp_path):
    for name in ("ids", "labels", "names"):
        with h5py.File(tmp_path / name, "w") as file:
            file["vectors"] = VECTORS
            file[name] = np.arange(100, 140)
        assert load(tmp_path / name).labels[0] == "100"


def test_sparse_groups_are_named(tmp_path):
    with h5py.File(tmp_path / "x", "w") as file:
        for name in ("data", "indices", "indptr"):
            file[f"matrix/{name}"] = np.arange(5)
    with pytest.raises(UserError, match=r"'matrix' is not read, as it is sparse.*TruncatedSVD"):
        load(tmp_path / "x")


def test_numbers_beyond_float32(tmp_path):
    numbers = VECTORS.astype(np.float64)
    numbers[4, 2] = -1e200
    with h5py.File(tmp_path / "x", "w") as file:
        file["vectors"] = numbers
    with pytest.raises(UserError, match=r"row 4 .*too large for 32 bits"):
        load(tmp_path / "x")
