"""What is saved opens equal, or saving says before writing what cannot be kept."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedviz.core.errors import UserError
from embedviz.core.vector_set import VectorSet
from embedviz.formats import load, save
from embedviz.formats.writing.saving import left_out

SUFFIXES = (
    *(".vec", ".txt", ".vec.gz", ".bin", ".csv", ".csv.gz", ".tsv", ".tsv.gz", ".jsonl"),
    *(".jsonl.gz", ".npy", ".parquet", ".feather", ".arrow"),
)
LABELS = {
    "numbers between spaces": ["3 4", "5 6", "7 8"],
    "one": ["2 3"],
    "odd blanks": ["word", "\xa0\t\xa0", "\xa0\t\x85"],
    "line ends of Unicode": ["word", "\x85", "\u2028"],
    "numbers": ["0", "1", "2"],
    "ids": ["10", "7", "5"],
    "fractions": ["0.5", "1.5", "x"],
    "brackets": ["[1, 2]", "[", '{"a": [1'],
    "JavaScript": ["var x = {", '"w0":[0.1', '"w1":[0.2'],
    "Python": ["{'w0': [0.1", "'w1': [0.2", "}"],
    "YAML": ["---", "- a", "a: b"],
    "remarks": ["# a", "# b", "% c"],
    "a remark": ["#", "a", "b"],
    "missing": ["NA", "", "null"],
    "pairs": ["1:2", "3:4 5:6", "a"],
    "colons": ["GO:1", "GO:2", "GO:3"],
    "commas": ["a,1", "b,2", "c,3"],
    "semicolons": ["a;1", "b;2", "c;3"],
    "signs": ["a -1", "b 2", "c 3"],
    "counted": ["item 1", "item 2", "item 3"],
    "thousands": ["1,000", "2,000", "3,000"],
    "quotes": ['"a"', '"b"', 'c"d'],
    "repeated": ["a", "a", "b"],
    "two forms": ["e\u0301", "é", "plain"],
    "dates": ["2020-01-01", "12:30", "1 2 3"],
    "marks of byte order": ["\ufeff", "\ufeffa", "b"],
    "line breaks": ["a\nb", "c\rd", "e\tf"],
    "NUL": ["a\0b", "c", "d"],
    "long": ["x" * 5000, "y z", "z"],
    "blanks": [" ", "  ", "   "],
    "empty": ["", "", ""],
    "blanks around": ["a ", "b", " c"],
    "halves": ["\ud800", "b", "c"],
    "a header": ["3 3", "a", "b"],
    "lists": ["[0.1, 0.2]", "[0.3, 0.4]", "[0.5, 0.6]"],
    "tags": ['["a"]', '["b", "c"]', "[]"],
    "words": ["king", "queen", "man"],
}
NUMBERS = {
    "plain": [[0.5, 0.25, 1], [1, 2, 3.5], [-1, 0, 2]],
    "whole": [[0, 4, 8], [1, 5, 9], [2, 6, 10]],
    "ids": [[1, 0.5, 0.25], [2, 0.5, 1.5], [3, 0.25, 0.1]],
    "extreme": [[3e38, 1e-40, 0], [1e-45, -3e38, 1], [1, 2, 3]],
    "zeros": [[0, 0, 0], [1, 1, 1], [-0.0, 1, 2]],
    "bytes of letters": np.frombuffer(b"abcd efgh\nijklmnopqrstuvwxyz01234567", "<f4").reshape(
        3, 3
    ),
}
METADATA = {
    "none": {},
    "texts": {"m": ["a", "b", "c"]},
    "blank": {"m": ["", "", " "]},
    "without values": {"m": [None, None, None]},
    "numbers": {"m": [1, None, 3]},
    "names of dimensions": {"x0": [1.5, 2.5, 3.5], "d0": ["a", "b", "c"]},
    "tags": {"t": ['["a"]', '["b"]', "[]"]},
    "lists": {"m": ["[1, 2]", "[3]", "[]"]},
}
COMBINATIONS = list(
    dict.fromkeys(
        [(labels, "plain", "none") for labels in LABELS]
        + [("words", numbers, known) for numbers in NUMBERS for known in METADATA]
        + [(labels, "whole", "texts") for labels in LABELS if labels != "empty"]
        + [(labels, "ids", "without values") for labels in LABELS]
    )
)


def texts(values):
    return ["" if value is None else str(value) for value in values]


def require_round_trip(vector_set, path):
    """Save a set and open it again; return whether it was refused."""
    try:
        save(vector_set, path)
    except UserError:
        assert not path.exists()
        return True
    found = load(path)
    assert found.vectors.tobytes() == vector_set.vectors.tobytes()
    written = [label.encode("utf-8", "replace").decode() for label in vector_set.labels]
    assert list(found.labels) == written
    if not left_out(vector_set, path):
        for name in vector_set.metadata.column_names:
            before, after = (texts(s.metadata[name].to_pylist()) for s in (vector_set, found))
            assert after == before
    return False


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_nasty_sets_come_back_or_are_refused(tmp_path, suffix):
    n_refused = 0
    for number, (labels, numbers, known) in enumerate(COMBINATIONS):
        names = LABELS[labels]
        metadata = {name: values[: len(names)] for name, values in METADATA[known].items()}
        vectors = np.array(NUMBERS[numbers], np.float32)[: len(names)]
        vector_set = VectorSet(vectors, names, metadata or None)
        n_refused += require_round_trip(vector_set, tmp_path / f"{number}{suffix}")
    assert n_refused < len(COMBINATIONS) / 2  # Most are written.


PIECES = st.sampled_from(
    [
        *("", " ", "\t", "\xa0", "\x85", "0", "-1", "2.5", "a", "é", ",", ";", ":", "[", "]"),
        *("{", "}", '"', "'", "#", "=", "1e5", "nan", "NA", "|", "\n", "\\", "word"),
    ]
)
NASTY = st.lists(PIECES, max_size=5).map("".join)
VALUES = st.sampled_from([0.0, -0.0, 1.0, 2.0, -3.0, 0.5, 1e-40, 3e38, 16777216.0, 0.1])


@pytest.mark.parametrize("suffix", [".vec", ".bin", ".csv", ".tsv", ".npy", ".parquet"])
@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(
        st.tuples(NASTY, st.lists(VALUES, min_size=3, max_size=3)),
        min_size=1,
        max_size=6,
        unique_by=lambda row: row[0],
    )
)
def test_any_labels_and_numbers_come_back_or_are_refused(tmp_path, suffix, rows):
    labels, numbers = zip(*rows, strict=True)
    path = tmp_path / f"x{suffix}"
    for other in tmp_path.iterdir():
        other.unlink()
    require_round_trip(VectorSet(np.array(numbers, np.float32), labels), path)


def test_what_is_refused_says_which_row_and_what_to_do(tmp_path):
    letters = np.frombuffer(b"abcdefghijkl", "<f4").reshape(1, 3)
    with pytest.raises(UserError, match=r"row 0 \('a'\) would .*Save as \.parquet or \.npy"):
        save(VectorSet(letters, ["a"]), tmp_path / "x.bin")
    assert not list(tmp_path.iterdir())


LARGE = np.array([[1, 2], [1e300, 2], [np.inf, 1]])


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".parquet", ".wide.parquet", ".h5", ".csv"])
def test_numbers_too_large_are_called_so(tmp_path, suffix):
    path = tmp_path / f"x{suffix}"
    match suffix:
        case ".npy":
            np.save(path, LARGE)
        case ".npz":
            np.savez(path, vectors=LARGE)
        case ".h5":
            h5py = pytest.importorskip("h5py")
            with h5py.File(path, "w") as file:
                file["vectors"] = LARGE
        case ".csv":
            lines = "".join(f"w{i},{a},{b}\n" for i, (a, b) in enumerate(LARGE.tolist()))
            path.write_text("w,d0,d1\n" + lines)
        case ".parquet":
            columns = {"w": ["a", "b", "c"], "v": LARGE.tolist()}
            pa.parquet.write_table(pa.table(columns), path)
        case _:
            columns = {"w": ["a", "b", "c"], "d0": LARGE[:, 0], "d1": LARGE[:, 1]}
            pa.parquet.write_table(pa.table(columns), path)
    with pytest.raises(UserError, match="a number is too large for 32 bits"):
        load(path)
    found = load(path, on_bad_rows="skip")
    np.testing.assert_array_equal(found.vectors, [[1, 2]])
    assert found.notes[0].count("too large") == 1
