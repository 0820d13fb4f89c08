import gzip
import struct
import zipfile

import numpy as np
import pytest
from gensim.models import FastText
from gensim.models.fasttext import load_facebook_vectors, save_facebook_model
from gensim.test.utils import datapath
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core.errors import UserError
from embedviz.formats import inspect, load
from embedviz.formats.binary import fasttext

WORDS = ["the", "a", "naïve", "日本語", "\U0001f600", "</s>", "b c", "\N{NO-BREAK SPACE}"]


def model(words=WORDS, labels=(), **changed):
    """Return the bytes of a model and its matrix; `changed` overwrites what the header says."""
    said = {
        "version": 12, "dim": 4, "kind": 2, "bucket": 7, "minn": 2, "maxn": 3, "quantized": 0,
        "pruned": -1, "n_words": len(words), "n_labels": len(labels), "lead": True,
    }  # fmt: skip
    n_rows = len(words) + said["bucket"]
    matrix = np.random.default_rng(3).normal(size=(n_rows, said["dim"])).astype("<f4")
    said |= changed
    said = {"size": said["n_words"] + said["n_labels"], "rows": n_rows, "columns": 4} | said
    integers = (said["dim"], 5, 5, 1, 5, 1, 1, said["kind"], said["bucket"])
    data = struct.pack("<ii", 793712314, said["version"]) if said["lead"] else b""
    data += struct.pack("<12id", *integers, said["minn"], said["maxn"], 100, 1e-4)
    data += struct.pack("<3iq", said["size"], said["n_words"], said["n_labels"], 99)
    data += struct.pack("<q", said["pruned"]) if said["lead"] else b""
    for kind, entries in enumerate([words, labels]):
        for entry in entries:
            text = entry if isinstance(entry, bytes) else entry.encode()
            data += text + b"\0" + struct.pack("<qb", 3, kind)
    data += bytes([said["quantized"]]) if said["lead"] else b""
    data += struct.pack("<qq", said["rows"], said["columns"]) + matrix.tobytes()
    return data + struct.pack("<bqq", 0, 1, 4) + bytes(16), matrix


def hashed(text):
    """Return the hash of an n-gram, in arithmetic without bounds."""
    value = 2166136261
    for byte in text:
        value ^= byte if byte < 128 else byte | 0xFFFFFF00
        value = value * 16777619 % 2**32
    return value


def averaged(word, row, matrix, n_words, bucket=7, minn=2, maxn=3):
    """Return the vector of a word by the definition, for valid UTF-8."""
    rows = [row]
    if word != "</s>":
        text = f"<{word}>"
        for start in range(len(text)):
            for size in range(max(minn, 1), maxn + 1):
                ngram = text[start : start + size]
                if len(ngram) == size and ngram not in ("<", ">"):
                    rows.append(n_words + hashed(ngram.encode()) % bucket)
    return matrix[rows].astype(np.float64).mean(axis=0)


def test_vectors_are_means_of_words_and_ngrams(write):
    data, matrix = model()
    path = write("x.bin", data)
    found = load(path)
    assert list(found.labels) == WORDS
    assert found.source == f"fastText model · {path}"
    assert found.notes == ()
    expected = [averaged(word, i, matrix, len(WORDS)) for i, word in enumerate(WORDS)]
    np.testing.assert_allclose(found.vectors, expected, rtol=1e-5, atol=1e-6)
    assert found.opened.facts.promised == found.opened.n_rows == 8


@given(st.text(st.characters(exclude_characters="<>\0", exclude_categories=["Cs"]), max_size=9))
@settings(max_examples=60, deadline=None)
def test_any_word(tmp_path_factory, word):
    path = tmp_path_factory.getbasetemp() / "any.bin"
    data, matrix = model([word, "x"])
    path.write_bytes(data)
    expected = averaged(word, 0, matrix, 2)
    np.testing.assert_allclose(load(path).vectors[0], expected, rtol=1e-5, atol=1e-6)


def test_same_vectors_as_gensim(tmp_path):
    texts = [["naïve", "日本語", "word", "words", "a"], ["\U0001f600", "of", "words", "naïve"]] * 3
    trained = FastText(texts, vector_size=8, min_count=1, bucket=50, min_n=2, max_n=5, epochs=1)
    path = tmp_path / "x.bin"
    save_facebook_model(trained, str(path))
    expected = load_facebook_vectors(str(path))
    found = load(path)
    assert list(found.labels) == expected.index_to_key
    np.testing.assert_allclose(found.vectors, expected.vectors, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    "name", ["lee_fasttext", "crime-and-punishment", "toy-model", "pang_lee_polarity_fasttext"]
)
def test_same_vectors_as_fasttext_wrote(name):
    """The files are from fastText itself, old and new, one of them a classifier."""
    found, expected = load(datapath(f"{name}.bin")), load(datapath(f"{name}.vec"))
    assert found.labels == expected.labels
    np.testing.assert_allclose(found.vectors, expected.vectors, rtol=1e-4, atol=1e-5)


def test_without_buckets_rows_are_the_vectors(write):
    data, matrix = model(["a", "b"], bucket=0, rows=2)
    found = load(write("x.bin", data))
    np.testing.assert_array_equal(found.vectors, matrix[:2])


@pytest.mark.parametrize(("version", "has_ngrams"), [(12, True), (11, False)])
def test_classifiers(write, version, has_ngrams):
    words, labels = ["good", "bad"], ["__label__0", "__label__1", "__label__2"]
    data, matrix = model(words, labels, version=version, kind=3)
    found = load(write("x.bin", data))
    assert list(found.labels) == words
    assert found.notes == (
        "3 labels of this classifier left out: they have no vectors among those of the words.",
    )
    expected = [averaged(w, i, matrix, 2) for i, w in enumerate(words)] if has_ngrams else matrix
    np.testing.assert_allclose(found.vectors, expected[:2], rtol=1e-5, atol=1e-6)


def test_words_that_are_not_utf8(write):
    found = load(write("x.bin", model([b"\xe9t\xe9", b"\x80\x80", "fin"])[0]))
    assert found.labels == ("\ufffdt\ufffd", "\ufffd\ufffd", "fin")
    assert "2 texts are not valid UTF-8" in found.notes[0]


def test_old_files_begin_with_the_settings(write):
    data, matrix = model(["word", "</s>"], lead=False)
    found = load(write("x.bin", data))
    assert found.labels == ("word", "</s>")
    np.testing.assert_allclose(found.vectors[0], averaged("word", 0, matrix, 2), rtol=1e-5)
    assert not np.array_equal(found.vectors[1], matrix[1])  # They have n-grams of </s>.


def test_zeros_that_look_a_little_like_an_old_file(write):
    with pytest.raises(UserError, match="binary data of a kind that is not known"):
        load(write("x.bin", struct.pack("<3i", 100, 5, 5) + bytes(200)))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"quantized": 1}, r"a quantized fastText model \(\.ftz\).*print-word-vectors x\.bin <"),
        ({"version": 13}, "of version 13; versions 11 and 12 are known"),
        ({"version": 1}, "of version 1;"),
        ({"dim": 1}, "1 number per row"),
        ({"dim": 2**31 - 1}, "claims 2,147,483,647 numbers per row"),
        ({"bucket": -7}, "damaged.*buckets of -7"),
        ({"bucket": 2**31 - 1}, "damaged.*2,147,483,647 buckets"),
        ({"bucket": 2**31 - 1, "rows": 2**31 + 7}, r"cut short: it needs 34 GB, and the file has"),
        ({"minn": 4}, "damaged.*n-grams of 4 to 3 characters"),
        ({"minn": -1}, "damaged.*n-grams of -1 to 3"),
        ({"maxn": 2**31 - 1}, "damaged.*n-grams of 2 to 2,147,483,647"),
        ({"n_words": 2**31 - 1}, "cut short: its dictionary alone needs 21 GB"),
        ({"size": -1}, "damaged.*the counts of its dictionary"),
        ({"n_words": -8, "n_labels": 16}, "damaged.*the counts of its dictionary"),
        ({"n_words": 7, "n_labels": 1}, "damaged.*words and labels are not in order"),
        ({"n_words": 14}, "damaged"),
        ({"rows": 10**12}, "damaged.*1,000,000,000,000 rows of 4, and 8 words with 7 buckets"),
        ({"columns": -4}, "damaged.*15 rows of -4"),
        ({"pruned": 10**15}, "cut short"),
        ({"pruned": 2}, "damaged"),
    ],
)
def test_what_cannot_be_true_is_refused(write, changed, message):
    with pytest.raises(UserError, match=rf"^x\.bin .*{message}"):
        load(write("x.bin", model(**changed)[0]))


def test_every_cut_is_a_user_error(write):
    data, _ = model(["a", "bc"], dim=2, columns=2)
    whole = data.rindex(struct.pack("<bqq", 0, 1, 4))
    for size in range(8, whole - 8 * 9, 3):
        with pytest.raises(UserError, match=r"x\.bin"):
            load(write("x.bin", data[:size]))


def test_a_word_without_an_end(write):
    data, _ = model(["a", "b" * 70_000])
    with pytest.raises(UserError, match="no word ends after byte 103, where entry 2 of 2 starts"):
        load(write("x.bin", data))


def test_no_words(write):
    with pytest.raises(UserError, match="no vectors"):
        load(write("x.bin", model([])[0]))


def test_numbers_that_are_not_finite(write):
    data, matrix = model(["a", "b"], minn=0, maxn=0)
    path = write("x.bin", data.replace(matrix[1].tobytes(), np.full(4, np.nan, "<f4").tobytes()))
    with pytest.raises(UserError, match=r"row 1 \(from 0\), 'b': a number is NaN or infinite"):
        load(path)
    assert load(path, on_bad_rows="skip").labels == ("a",)


def test_a_part_of_the_words(write, monkeypatch):
    monkeypatch.setattr(fasttext, "_SUMS_PER_BLOCK", 30)
    path = write("x.bin", model()[0])
    whole = load(path)
    found = load(path, max_rows=3)
    assert found.labels == whole.labels[:3]
    assert found.notes == ("Only the first 3 rows of the file.",)
    np.testing.assert_array_equal(found.vectors, whole.vectors[:3])
    sample = load(path, sample=4, seed=1)
    rows = [whole.row(label) for label in sample.labels]
    assert len(rows) == 4
    np.testing.assert_array_equal(sample.vectors, whole.vectors[rows])
    looked = inspect(path)
    assert (looked.n_rows, looked.facts.dtype, len(looked.labels)) == (8, "float32", 8)


@pytest.mark.parametrize("first_part", [64 << 20, 120])
def test_compressed(write, tmp_path, monkeypatch, first_part):
    monkeypatch.setattr(fasttext, "_FIRST_PART", first_part)
    data, _ = model()
    expected = load(write("x.bin", data))
    found = load(write("x.bin.gz", gzip.compress(data)))
    assert found.labels == expected.labels
    np.testing.assert_array_equal(found.vectors, expected.vectors)
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("x.bin", data)
    np.testing.assert_array_equal(load(tmp_path / "x.zip").vectors, expected.vectors)


def test_compressed_and_damaged(write, monkeypatch):
    data, _ = model()
    with pytest.raises(UserError, match="cut short"):
        load(write("x.bin.gz", gzip.compress(data[:-90])))
    with pytest.raises(UserError, match="cut short: its dictionary alone"):
        load(write("x.bin.gz", gzip.compress(model(n_words=10**4)[0])))
    with pytest.raises(UserError, match="cut short: its matrix, unpacked, needs 34 GB"):
        load(write("x.bin.gz", gzip.compress(model(bucket=2**31 - 1)[0])))
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("", (), {"free": 5}))
    with pytest.raises(UserError, match="needs 240 bytes to be unpacked to, and there are 5 bytes"):
        load(write("x.bin.gz", gzip.compress(data)))
