import errno
import gzip
import os
from functools import partial

import numpy as np
import pyarrow as pa
import pytest
from gensim.models import KeyedVectors
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedviz.core.errors import UserError
from embedviz.core.vector_set import VectorSet
from embedviz.formats import load, save
from embedviz.formats.writing import arrow, saving
from embedviz.formats.writing.saving import left_out

TEXTS = [".vec", ".txt", ".vec.gz", ".csv", ".csv.gz", ".tsv", ".tsv.gz", ".jsonl", ".jsonl.gz"]
TABLES = [".parquet", ".feather", ".arrow"]
SUFFIXES = [*TEXTS, ".bin", ".npy", *TABLES]
FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)
WORDS = st.text(st.characters(codec="utf-8", categories=["L", "P", "S"]), min_size=1, max_size=6)


@settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(SUFFIXES),
    st.lists(
        st.tuples(WORDS, st.lists(FLOATS, min_size=3, max_size=3)),
        min_size=1,
        max_size=6,
        unique_by=lambda row: row[0],
    ),
)
def test_what_is_written_comes_back(tmp_path, suffix, rows):
    labels = ["word", *(label for label, _ in rows if label != "word")]
    vectors = np.array([[1, 2, 3], *(v for label, v in rows if label != "word")], np.float32)
    path = tmp_path / f"x{suffix}"
    save(VectorSet(vectors, labels), path)
    found = load(path)
    assert found.labels == tuple(labels)
    assert found.vectors.tobytes() == vectors.tobytes()


ODD = (
    *(" ", '"', '""', '"a"', "'", "a b", "a\rb", "\n", "\t", "\0", "nan", "NaN", "0.5", "-1"),
    *("\ufeff", "\ufeffa", "\x85", "\xa0", "</s>", "2 3", "[1, 2]", "{}", ",", ";", "#", "007"),
)
UGLY = st.text(st.characters(exclude_categories=["Cs"]), max_size=4) | st.sampled_from(ODD)


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(UGLY, st.lists(FLOATS, min_size=3, max_size=3), UGLY, st.none() | FLOATS),
        min_size=1,
        max_size=5,
    ),
    st.booleans(),
)
def test_whatever_the_texts_are_they_come_back_or_are_refused(tmp_path, suffix, rows, is_more):
    labels, numbers, texts, values = zip(*rows, strict=True)
    vectors = np.array(numbers, np.float32)
    metadata = {"m": list(texts), "n": pa.array(values, pa.float32())} if is_more else None
    path = tmp_path / f"x{suffix}"
    try:
        save(VectorSet(vectors, labels, metadata), path)
    except UserError:
        assert suffix not in (*TABLES, ".jsonl", ".jsonl.gz")
        return
    # Where labels repeat, another column of text may be taken for them, as it says then.
    is_unclear = metadata and (".csv" in suffix or ".jsonl" in suffix)
    found = load(path, label_column="label" if is_unclear else None)
    assert found.labels == labels
    assert found.vectors.tobytes() == vectors.tobytes()
    if metadata and suffix in TABLES:
        assert found.metadata["m"].to_pylist() == list(texts)
        assert found.metadata["n"].equals(pa.chunked_array([metadata["n"]]))
    elif metadata and not left_out(VectorSet(vectors, labels, metadata), path):
        column = found.metadata["m"]
        if pa.types.is_string(column.type):  # Texts that are all numbers come back as numbers.
            assert [text or "" for text in column.to_pylist()] == list(texts)


@pytest.fixture
def sentences():
    rng = np.random.default_rng(5)
    labels = ["A man, a plan", 'say "hi"', "same", "same", "0.5"]
    metadata = {"text": ["a", "b", "c", None, "e"], "gold": [0.5, 1, None, 3, 4], "d9": range(5)}
    return VectorSet(rng.normal(size=(5, 3)), labels, {k: list(v) for k, v in metadata.items()})


@pytest.mark.parametrize("suffix", [".npy", ".tsv", ".csv", ".jsonl", ".parquet", ".feather"])
def test_labels_and_metadata_come_back(tmp_path, sentences, suffix):
    path = tmp_path / f"x{suffix}"
    save(sentences, path)
    found = load(path)
    assert found.labels == sentences.labels
    assert found.vectors.tobytes() == sentences.vectors.tobytes()
    assert found.metadata.drop_columns("label").equals(sentences.metadata)
    save(found, path)
    assert load(path).metadata.equals(found.metadata)


def test_repeated_labels_beside_distinct_texts_come_back(tmp_path):
    repeated = VectorSet(np.eye(4), ["a", "b", "a", "a"], {"text": ["k", "l", "m", "n"]})
    save(repeated, tmp_path / "x.npy")
    assert load(tmp_path / "x.npy").labels == repeated.labels


def test_gensim_reads_word2vec_files(tmp_path, toy):
    for name, binary in (("x.vec", False), ("x.bin", True), ("x.vec.gz", False)):
        save(toy, tmp_path / name)
        found = KeyedVectors.load_word2vec_format(tmp_path / name, binary=binary)
        assert tuple(found.index_to_key) == toy.labels
        assert found.vectors.tobytes() == toy.vectors.tobytes()


def test_numpy_reads_arrays_and_tensors(tmp_path, toy):
    save(toy, tmp_path / "x.npy")
    assert np.load(tmp_path / "x.npy").tobytes() == toy.vectors.tobytes()
    save(toy, tmp_path / "x.tsv")
    np.testing.assert_array_equal(
        np.loadtxt(tmp_path / "x.tsv", dtype=np.float32, delimiter="\t"), toy.vectors
    )
    save(VectorSet(toy.vectors, toy.labels), tmp_path / "x.tsv")
    lines = (tmp_path / "x.tsv.metadata.tsv").read_text("utf-8").split("\n")
    assert lines == [*toy.labels, ""]


def _note(seen, fraction, words):
    seen.append(fraction)


def test_rows_across_blocks(tmp_path, toy, monkeypatch):
    monkeypatch.setattr(saving, "_BLOCK_NUMBERS", 100)
    monkeypatch.setattr(arrow, "_GROUP_NUMBERS", 100)
    for suffix in SUFFIXES:
        seen = []
        save(toy, tmp_path / f"x{suffix}", report=partial(_note, seen))
        assert load(tmp_path / f"x{suffix}").vectors.tobytes() == toy.vectors.tobytes()
        assert len(seen) > 5
        assert seen == sorted(seen)


def test_vectors_in_another_order_in_memory(tmp_path):
    vectors = np.arange(12, dtype=np.float32).reshape(3, 4)
    for array in (vectors.T, vectors[:, ::2], np.asfortranarray(vectors)):
        for suffix in SUFFIXES:
            save(VectorSet(array, [f"w{i}" for i in range(len(array))]), tmp_path / f"x{suffix}")
            np.testing.assert_array_equal(load(tmp_path / f"x{suffix}").vectors, array)


@pytest.mark.parametrize(
    ("suffix", "labels", "message"),
    [
        (".vec", ["a", "b\nc"], "row 1 .* has a line break in it"),
        (".vec", ["a", "a"], "Rows 0 and 1 are both labeled 'a'"),
        (".vec", ["a", "about 0.5"], "row 1 .* ends in a number"),
        (".bin", ["new york", "b"], "row 0 .* has a space in it"),
        (".bin", ["a", "a"], "Rows 0 and 1 are both labeled 'a'"),
        (".npy", ["a\tb", "c"], "row 0 .* has a tab in it"),
        (".tsv", ["a\rb", "c"], "row 0 .* has a line break in it"),
    ],
)
def test_labels_that_would_not_come_back_are_refused(tmp_path, suffix, labels, message):
    path = tmp_path / f"x{suffix}"
    with pytest.raises(UserError, match=message):
        save(VectorSet([[1, 2], [3, 4]], labels), path)
    assert list(tmp_path.iterdir()) == []
    save(VectorSet([[1, 2], [3, 4]], labels), tmp_path / "x.csv")
    assert load(tmp_path / "x.csv").labels == tuple(labels)


def test_metadata_that_would_not_come_back_is_refused(tmp_path):
    odd = VectorSet([[1, 2]], ["a"], pa.table({"text": ["x\ty"]}))
    with pytest.raises(UserError, match="The text of row 0"):
        save(odd, tmp_path / "x.tsv")
    assert list(tmp_path.iterdir()) == []


def test_half_a_surrogate_pair_is_no_reason_to_fail(tmp_path):
    for suffix in SUFFIXES:
        save(VectorSet([[1, 2]], ["\ud800"]), tmp_path / f"x{suffix}")
        assert load(tmp_path / f"x{suffix}").labels == ("?",)
    save(VectorSet([[1, 2]], ["a \ud800"]), tmp_path / "x.vec")
    assert load(tmp_path / "x.vec").labels == ("a ?",)


@pytest.mark.parametrize("name", ["x", "x.json", "x.npy.gz", "x.bin.gz", "x.gz"])
def test_suffixes_that_name_no_format(tmp_path, toy, name):
    with pytest.raises(UserError, match="the suffix says no format to write"):
        save(toy, tmp_path / name)


def test_packed_files_do_not_depend_on_the_time(tmp_path, toy):
    save(toy, tmp_path / "x.vec.gz")
    data = (tmp_path / "x.vec.gz").read_bytes()
    assert data[4:8] == bytes(4)
    assert gzip.decompress(data).startswith(b"50 32\nword0 ")


def test_old_file_stays_where_writing_fails(tmp_path, toy, monkeypatch):
    save(toy, tmp_path / "x.npy")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    full = OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr(os, "fsync", lambda descriptor: (_ for _ in ()).throw(full))
    with pytest.raises(UserError, match=r"x\.npy cannot be written: No space left on device"):
        save(toy, tmp_path / "x.npy")
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_old_file_stays_where_writing_is_stopped(tmp_path, toy):
    save(toy, tmp_path / "x.csv")
    before = (tmp_path / "x.csv").read_bytes()

    def stop(fraction, words):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save(toy, tmp_path / "x.csv", report=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]
    assert (tmp_path / "x.csv").read_bytes() == before


def test_folder_that_is_not_there(tmp_path, toy):
    with pytest.raises(UserError, match=r"x\.csv cannot be written: No such file or directory"):
        save(toy, tmp_path / "none" / "x.csv")


def test_permissions_and_links_stay(tmp_path, toy):
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "real.csv").chmod(0o640)
    (tmp_path / "link.csv").symlink_to("real.csv")
    save(toy, tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").stat().st_mode & 0o777 == 0o640
    assert load(tmp_path / "real.csv").labels == toy.labels


def test_a_set_may_be_saved_over_its_own_file(tmp_path, toy):
    save(toy, tmp_path / "x.npy")
    found = load(tmp_path / "x.npy")
    save(found, tmp_path / "x.npy")
    assert load(tmp_path / "x.npy").vectors.tobytes() == toy.vectors.tobytes()
    assert found.vectors.tobytes() == toy.vectors.tobytes()


def test_some_rows_are_saved_without_a_copy_of_all(tmp_path, toy, monkeypatch):
    monkeypatch.setattr(saving, "_BLOCK_NUMBERS", 100)
    rows = np.array([9, 2, 2, 30, 4, 7, 8, 1])
    for suffix in (".npy", ".tsv", ".csv"):
        save(toy, tmp_path / f"x{suffix}", rows=rows)
        found = load(tmp_path / f"x{suffix}")
        assert found.vectors.tobytes() == toy.vectors[rows].tobytes()
        assert found.labels == tuple(toy.labels[row] for row in rows)
        assert found.metadata["number"].to_pylist() == rows.tolist()


def test_a_set_without_rows(tmp_path):
    save(VectorSet(np.zeros((0, 3)), []), tmp_path / "x.npy")
    assert np.load(tmp_path / "x.npy").shape == (0, 3)
