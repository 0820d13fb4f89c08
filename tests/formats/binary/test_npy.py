import gzip
import io

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedviz.core.errors import UserError
from embedviz.formats import load

VECTORS = np.random.default_rng(3).integers(-9, 10, size=(12, 5)).astype(np.float32)
ROW_NUMBERS = "No labels: the rows are called by their numbers, from 0."


def npy(array):
    """Return the bytes of an `.npy` file."""
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def with_header(text, data=b"", version=b"\x01\x00"):
    """Return an array file with a header of one's own."""
    header = text.encode()
    return b"\x93NUMPY" + version + len(header).to_bytes(2, "little") + header + data


def is_mapped(array):
    """Return whether the numbers lie in a file."""
    while array is not None:
        if isinstance(array, np.memmap):
            return True
        array = array.base
    return False


def test_float32_is_mapped(write):
    path = write("x.npy", npy(VECTORS))
    found = load(path)
    assert is_mapped(found.vectors)
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert found.labels == tuple(map(str, range(12)))
    assert found.notes == (ROW_NUMBERS,)
    assert found.source == f"NumPy array · {path}"


@pytest.mark.parametrize(
    "dtype", ["<f2", "<f8", ">f4", ">f8", "i1", "<i8", ">u2", "?", np.longdouble], ids=str
)
@pytest.mark.parametrize("order", ["C", "F"])
def test_other_types_are_converted_and_named(write, dtype, order):
    vectors = VECTORS.astype(dtype, order=order)
    found = load(write("x.vec", npy(vectors)))
    np.testing.assert_array_equal(found.vectors, vectors.astype(np.float32))
    assert found.vectors.dtype == np.float32
    name = vectors.dtype.name
    words = "big-endian float32" if dtype == ">f4" else f"{name} to float32"
    assert found.notes[0] == f"Converted from {words}."


def test_column_order_is_read_and_not_mapped(write):
    found = load(write("x.npy", npy(np.asfortranarray(VECTORS))))
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert found.vectors.flags.c_contiguous
    assert found.notes == (ROW_NUMBERS,)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["<f4", "<f8"])
def test_compressed(write, dtype, order):
    found = load(write("x.npy.gz", gzip.compress(npy(VECTORS.astype(dtype, order=order)))))
    np.testing.assert_array_equal(found.vectors, VECTORS)


def test_blocks_join_without_a_seam(write, monkeypatch):
    monkeypatch.setattr("embedviz.formats.binary.npy._BLOCK_BYTES", 64)
    for array in (VECTORS, VECTORS.astype("f8"), np.asfortranarray(VECTORS)):
        for data in (npy(array), gzip.compress(npy(array))):
            np.testing.assert_array_equal(load(write("x.npy", data)).vectors, VECTORS)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros(12), "an array of 1 dimension: 12 float64."),
        (np.zeros((2, 3, 4)), "an array of 3 dimensions: 2 × 3 × 4 float64."),
        (np.float64(3), "an array of 0 dimensions: a single value (float64)."),
        (np.zeros((3, 2), complex), "complex numbers"),
        (np.array([["a", "b"]]), "text"),
        (np.array([[b"a", b"b"]]), "text"),
        (np.zeros((3, 2), "M8[s]"), "dates"),
        (np.zeros((3, 2), "m8[s]"), "durations"),
        (np.zeros(3, [("a", "f4"), ("b", "f4")]), "structured values"),
        (np.zeros((3, 2), "V2"), "raw or structured values"),
        (np.array([[{}, []]], dtype=object), "never loaded since they could run code"),
        (np.zeros((3, 1)), "1 number per row"),
        (np.zeros((3, 0)), "0 numbers per row"),
        (np.zeros((0, 3)), "holds no vectors"),
    ],
    ids=str,
)
def test_what_is_no_matrix_of_numbers(write, array, message):
    with pytest.raises(UserError, match=r"^x\.npy") as error:
        load(write("x.npy", npy(array)))
    assert message in str(error.value)


@pytest.mark.parametrize(
    "header",
    [
        "not a header",
        "{'descr': '<f4'}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, -3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, True)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 3}",
        "{'descr': '<f3', 'fortran_order': False, 'shape': (2, 3)}",
        "['descr']",
        "(" * 5000,
        "",
    ],
)
def test_damaged_header(write, header):
    with pytest.raises(UserError, match="header is damaged"):
        load(write("x.npy", with_header(header)))


def test_header_of_python_2(write):
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': (12L, 5L), }\n"
    np.testing.assert_array_equal(
        load(write("x.npy", with_header(header, VECTORS.tobytes()))).vectors, VECTORS
    )


@pytest.mark.parametrize("rows", [13, 10**12, 10**30])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_header_that_promises_more(write, rows, pack):
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, 5)}}"
    with pytest.raises(UserError, match=r"x\.npy .*(cut short|too early)"):
        load(write("x.npy", pack(with_header(header, VECTORS.tobytes()))))


def test_wide_claim_in_a_compressed_file(write):
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': (5, 1000000000000)}"
    with pytest.raises(UserError, match="1,000,000,000,000 numbers per row"):
        load(write("x.npy", gzip.compress(with_header(header))))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_rows_that_are_not_finite(write, bad):
    vectors = VECTORS.copy()
    vectors[4, 2] = bad
    vectors[7] = 0
    path = write("x.npy", npy(vectors))
    with pytest.raises(UserError, match=r"x\.npy, row 4 \(from 0\): a number is NaN or infinite"):
        load(path)
    found = load(path, on_bad_rows="skip")
    np.testing.assert_array_equal(found.vectors, np.delete(vectors, 4, axis=0))
    assert found.labels == tuple(str(i) for i in range(12) if i != 4)
    assert found.notes == (
        "1 bad row skipped (row 4 (from 0): a number is NaN or infinite).",
        "1 row is all zeros: kept, but without a direction.",
        ROW_NUMBERS,
    )


def test_numbers_too_large_for_float32(write):
    path = write("x.npy", npy(np.array([[1e300, 1], [2, 3]])))
    with pytest.raises(UserError, match="row 0"):
        load(path)
    assert load(path, on_bad_rows="skip").labels == ("1",)


def test_zero_rows_of_a_mapped_file(write):
    found = load(write("x.npy", npy(np.zeros((2, 3), np.float32))))
    assert found.notes[0] == "2 rows are all zeros: kept, but without a direction."


def test_first_rows_only(write):
    path = write("x.npy", npy(VECTORS))
    found = load(path, max_rows=4)
    np.testing.assert_array_equal(found.vectors, VECTORS[:4])
    assert found.notes[0] == "Only the first 4 rows of the file."
    found = load(write("x.npy", npy(VECTORS.astype("f8"))), max_rows=4)
    np.testing.assert_array_equal(found.vectors, VECTORS[:4])
    assert found.notes[0] == "Only the first 4 rows of the file."


def test_bytes_after_the_array_are_noted(write):
    found = load(write("x.npy", npy(VECTORS) + b"12345"))
    assert found.notes[0] == "5 bytes after the array not read."


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 15), st.integers(0, 5), st.integers(1, 20))
def test_a_sample_is_the_same_in_every_type(tmp_path, count, seed, limit):
    chosen = []
    for name, array in {"a.npy": VECTORS, "b.npy": VECTORS.astype("f8")}.items():
        np.save(tmp_path / name, array)
        found = load(tmp_path / name, sample=count, seed=seed, max_rows=limit)
        rows = [int(label) for label in found.labels]
        np.testing.assert_array_equal(found.vectors, VECTORS[rows])
        assert len(rows) == min(count, limit, 12)
        assert rows == sorted(set(rows))
        chosen.append(rows)
    assert chosen[0] == chosen[1]


def test_real_files(data_folder):
    golden = np.load(data_folder / "glove50" / "golden_5050x50.f4.npy")
    found = load(data_folder / "glove50" / "golden_5050x50.f4.npy")
    assert found.vectors.tobytes() == golden.tobytes()
    for layer in ("layer2", "layer5", "final"):
        path = data_folder / "stsb" / f"stsb_dev_{layer}.f32.npy"
        found = load(path, labels=data_folder / "stsb" / "stsb_dev_texts.tsv")
        np.testing.assert_array_equal(found.vectors, np.load(path))
        assert found.labels[0] == "A man with a hard hat is dancing."
        assert found.metadata.column_names == ["row", "pair", "side", "gold", "text"]
        assert str(found.metadata.schema.field("gold").type) == "double"
        assert str(found.metadata.schema.field("pair").type) == "int64"
    with pytest.raises(UserError, match="an array of 1 dimension: 1,500 float64"):
        load(data_folder / "stsb" / "stsb_dev_gold.f64.npy")


def test_a_signaling_nan_is_a_bad_row(write):
    """It warns where it becomes a float32."""
    array = np.array([[1.0, 2.0], [3.0, 4.0]])
    array.view(np.uint64)[1, 0] = 0x7FF0000000000001
    opened = load(write("x.npy", npy(array)), on_bad_rows="skip")
    assert opened.vectors.tolist() == [[1, 2]]
