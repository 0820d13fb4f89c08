import gzip

import numpy as np
import pytest
from gensim.models import KeyedVectors

from embedviz.core.errors import UserError
from embedviz.formats import load

RNG = np.random.default_rng(2)
VECTORS = RNG.normal(size=(30, 5)).astype(np.float32)
LABELS = ["</s>", "\u00a0", "\u0085", "über", *(f"word{i}" for i in range(26))]


def binary(labels=LABELS, vectors=VECTORS, newline=b"", count=None):
    """Return the bytes of a file; the Google News vectors have no newline, the C tool's have."""
    rows = [
        label.encode() + b" " + row.tobytes() + newline
        for label, row in zip(labels, vectors, strict=True)
    ]
    return b"%d %d\n" % (count or len(labels), vectors.shape[1]) + b"".join(rows)


@pytest.mark.parametrize("newline", [b"", b"\n"])
@pytest.mark.parametrize("name", ["x.bin", "x.txt", "x"])
def test_equals_gensim_with_and_without_newlines(write, name, newline):
    path = write(name, binary(newline=newline))
    expected = KeyedVectors.load_word2vec_format(path, binary=True)
    found = load(path)
    assert list(found.labels) == expected.index_to_key == LABELS
    assert found.vectors.tobytes() == expected.vectors.tobytes() == VECTORS.tobytes()
    assert found.notes == ()
    assert found.source == f"word2vec binary · {path}"


def test_what_gensim_writes(tmp_path):
    vectors = KeyedVectors(5)
    vectors.add_vectors(LABELS, VECTORS)
    vectors.save_word2vec_format(tmp_path / "x.bin", binary=True)
    found = load(tmp_path / "x.bin")
    assert list(found.labels) == vectors.index_to_key
    assert found.vectors.tobytes() == vectors.vectors.tobytes()


def test_compressed(write):
    assert load(write("x.bin.gz", gzip.compress(binary()))).labels == tuple(LABELS)


@pytest.mark.parametrize("missing", [1, 7, 20])
def test_truncated_file_names_the_row(write, missing):
    path = write("x.bin", binary()[:-missing])
    with pytest.raises(UserError, match=r"x\.bin, row 29 \(from 0\), byte .*: the file ends in"):
        load(path)
    found = load(path, on_bad_rows="skip")
    assert found.labels == tuple(LABELS[:29])
    assert found.vectors.tobytes() == VECTORS[:29].tobytes()
    assert found.notes[1] == "The header promises 30 rows, the file has 29."


@pytest.mark.parametrize("count", [29, 31, 10**10])
def test_header_that_counts_wrong(write, count):
    found = load(write("x.bin", binary(count=count)))
    assert found.labels == tuple(LABELS)
    assert found.notes == (f"The header promises {count:,} rows, the file has 30.",)


def test_bytes_after_the_last_row_are_noted(write):
    found = load(write("x.bin", binary() + b"\nmore"))
    assert found.labels == tuple(LABELS)
    assert found.notes == ("4 bytes after the last promised row not read.",)


def test_label_without_an_end(write):
    with pytest.raises(UserError, match=r"row 30 .*no space marks the end of its label"):
        load(write("x.bin", binary(count=31) + b"x" * 20_000))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_rows_that_are_not_finite(write, value):
    vectors = VECTORS.copy()
    vectors[3, 1] = value
    path = write("x.bin", binary(vectors=vectors))
    with pytest.raises(UserError, match=r"row 3 \(from 0\), byte \d+: a number is NaN or infinite"):
        load(path)
    assert load(path, on_bad_rows="skip").labels == tuple(LABELS[:3] + LABELS[4:])


def test_first_of_repeated_labels_is_kept_as_by_gensim(write):
    path = write("x.bin", binary(["a", "b", "a"], VECTORS[:3]))
    expected = KeyedVectors.load_word2vec_format(path, binary=True)
    found = load(path)
    assert list(found.labels) == list(expected.key_to_index)
    np.testing.assert_array_equal(found.vectors, expected.vectors[:2])


def test_labels_cut_inside_a_character(write):
    data = binary(["a", "b"], VECTORS[:2]).replace(b"b ", b"b\xc3 ")
    found = load(write("x.bin", data))
    assert found.labels == ("a", "b\N{REPLACEMENT CHARACTER}")
    assert "1 text is not valid UTF-8" in found.notes[0]


def test_one_dimension_is_refused(write):
    with pytest.raises(UserError, match="1 number per row"):
        load(write("x.bin", binary(["a"], VECTORS[:1, :1])))


def test_more_dimensions_than_any_file_has(write):
    with pytest.raises(UserError, match=r"x\.bin"):
        load(write("x.bin", b"5 999999999999\na \0\0\0\0\0\0"))


def test_first_rows_only(write):
    found = load(write("x.bin", binary()), max_rows=4)
    assert found.labels == tuple(LABELS[:4])
    assert found.notes == ("Only the first 4 rows of the file.",)


def test_rows_across_blocks(write, monkeypatch):
    monkeypatch.setattr("embedviz.formats.binary.word2vec._BLOCK_BYTES", 37)
    monkeypatch.setattr("embedviz.formats.binary.word2vec._LONGEST_LABEL", 8)
    found = load(write("x.bin", binary(newline=b"\n")))
    assert found.labels == tuple(LABELS)
    assert found.vectors.tobytes() == VECTORS.tobytes()


def test_limit_at_the_end_of_a_block(write, monkeypatch):
    monkeypatch.setattr("embedviz.formats.binary.word2vec._BLOCK_BYTES", 2 * 10)
    monkeypatch.setattr("embedviz.formats.binary.word2vec._LONGEST_LABEL", 2)
    path = write("x.bin", binary(["a", "b", "c"], VECTORS[:3, :2]))
    found = load(path, max_rows=2)
    assert found.notes == ("Only the first 2 rows of the file.",)


def test_real_file(data_folder):
    golden = np.load(data_folder / "glove50" / "golden_5050x50.f4.npy")
    words = (data_folder / "glove50" / "golden_words.txt").read_text("utf-8").split("\n")[:-1]
    found = load(data_folder / "glove50" / "gensim_binary.bin")
    assert found.vectors.tobytes() == golden.tobytes()
    assert list(found.labels) == words


def test_numbers_with_their_highest_byte_first(write):
    found = load(write("x.bin", binary(vectors=VECTORS.astype(">f4"))))
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert found.notes == ("The numbers are stored with their highest byte first.",)


def test_numbers_of_64_bits_are_refused(write):
    with pytest.raises(UserError, match=r"x\.bin holds 64-bit numbers.*astype\('float32'\)"):
        load(write("x.bin", binary(vectors=VECTORS.astype("<f8"))))


@pytest.mark.parametrize("labels", [["0", ""], ["a", "\x01"]])
def test_numbers_of_a_complete_file_have_32_bits(write, labels):
    vectors = np.float32([[0, 0, 0], [0, 0, 1]])
    found = load(write("x.bin", binary(labels, vectors)))
    assert found.labels == tuple(labels)
    np.testing.assert_array_equal(found.vectors, vectors)


def test_a_few_absurd_numbers_prove_no_order_of_bytes(write):
    vectors = np.float32([[0, 0, 6.015006779270758e16]])
    assert load(write("x.bin", binary(["a"], vectors))).vectors.tobytes() == vectors.tobytes()


@pytest.mark.parametrize("row", [[0, 0, 0, 0, 0], [1e30, 1, 2, 3, 4], [np.inf, 1, 2, 3, 1e-30]])
def test_a_few_odd_numbers_are_taken_as_they_are(write, row):
    vectors = np.vstack([np.float32(row), VECTORS[:3]])
    found = load(write("x.bin", binary(LABELS[:4], vectors)), on_bad_rows="skip")
    assert found.vectors[-3:].tobytes() == VECTORS[:3].tobytes()
