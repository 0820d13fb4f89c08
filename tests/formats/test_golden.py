"""One real matrix in many containers: each opens to the same numbers and words, bit for bit."""

import numpy as np
import pytest

from embedviz.core.errors import UserError
from embedviz.formats import inspect, load

ROW_NUMBERS = "No labels: the rows are called by their numbers, from 0."

NOTES = {
    "gensim_binary.bin": (),
    "glove.csv": (
        "Labels from column 'column 1'.",
        "Vectors from the 50 columns d0 to d49.",
    ),
    "glove.h5": ("Labels from 'words'.",),
    "glove.h5ad": (
        "Vectors from 'X'; there is also obsm/X_pca (5,050 × 10 float64).",
        "Labels from 'index'.",
    ),
    "glove.jsonl": ("Labels from column 'word'.",),
    "glove.npz": ("Vectors from the array 'vectors'.", "Labels from the array 'words'."),
    "glove.safetensors": ("Labels from 'vocab' in the header.",),
    "glove_crlf.txt": (),
    "glove_header.vec": (),
    "glove_list.parquet": ("Labels from column 'word'.",),
    "glove_nan_inf_zero.txt": (
        "2 bad rows skipped (line 21: it holds nan, which is not a usable number; "
        "line 22: it holds inf, which is not a usable number).",
        "1 row is all zeros: kept, but without a direction.",
    ),
    "glove_noheader.txt": (),
    "glove_noheader.txt.gz": (),
    "glove_short_row.txt": ("1 bad row skipped (line 31: 47 numbers instead of 50).",),
    "glove_tokens_with_spaces.txt": (),
    "golden_5050x50.f4.npy": (ROW_NUMBERS,),
    "vectors.tsv": ("Labels from metadata.tsv.",),
}
"""Of each file that holds vectors."""

WITHOUT_VECTORS = ("glove.vocab.txt", "golden_words.txt", "metadata.tsv")
PLAIN = [name for name in NOTES if "nan" not in name and "short" not in name]


@pytest.fixture(scope="module")
def folder(data_folder):
    return data_folder / "glove50"


@pytest.fixture(scope="module")
def golden(folder):
    return np.load(folder / "golden_5050x50.f4.npy")


@pytest.fixture(scope="module")
def golden_words(folder):
    return (folder / "golden_words.txt").read_text("utf-8").split("\n")[:-1]


def test_every_file_is_known_here(folder):
    assert {path.name for path in folder.iterdir()} == {*NOTES, *WITHOUT_VECTORS}


@pytest.mark.parametrize("name", PLAIN)
def test_numbers_and_words_bit_for_bit(folder, golden, golden_words, name):
    labels = folder / "golden_words.txt" if name.endswith(".npy") else None
    found = load(folder / name, labels=labels)
    expected = list(golden_words)
    if "spaces" in name:
        expected[7:9] = ["new york", ". ."]
    assert found.vectors.dtype == np.float32
    assert found.vectors.tobytes() == golden.tobytes()
    assert list(found.labels) == expected
    assert labels or found.notes == NOTES[name]


def test_without_labels(folder, golden):
    found = load(folder / "golden_5050x50.f4.npy")
    assert found.vectors.tobytes() == golden.tobytes()
    assert found.notes == (ROW_NUMBERS,)


def test_a_row_that_is_cut_short(folder, golden, golden_words):
    path = folder / "glove_short_row.txt"
    with pytest.raises(UserError, match=r"glove_short_row\.txt, line 31: 47 numbers instead of 50"):
        load(path)
    found = load(path, on_bad_rows="skip")
    assert found.vectors.tobytes() == np.delete(golden, 30, axis=0).tobytes()
    assert list(found.labels) == golden_words[:30] + golden_words[31:]
    assert found.notes == NOTES[path.name]


def test_numbers_that_are_none(folder, golden, golden_words):
    path = folder / "glove_nan_inf_zero.txt"
    with pytest.raises(UserError, match=r"glove_nan_inf_zero\.txt, line 21: it holds nan"):
        load(path)
    found = load(path, on_bad_rows="skip")
    expected = np.delete(golden, [20, 21], axis=0)
    expected[20] = 0
    assert found.vectors.tobytes() == expected.tobytes()
    assert list(found.labels) == golden_words[:20] + golden_words[22:]
    assert found.notes == NOTES[path.name]


@pytest.mark.parametrize("name", WITHOUT_VECTORS)
def test_lists_of_words_are_no_vectors(folder, name):
    with pytest.raises(UserError, match=r"is text without vectors: its first line is 'the'"):
        load(folder / name)


@pytest.mark.parametrize("name", NOTES)
def test_what_is_found_before_it_is_opened(folder, golden, name):
    found = inspect(folder / name)
    assert found.dimensions == 50
    assert found.n_rows == pytest.approx(len(golden), rel=0.03)
    assert found.facts.dtype in ("text", "float32")
    assert 45 <= len(found.vectors) <= 50
    assert found.vectors[:20].tobytes() == golden[:20].tobytes()
    assert len(found.labels) == len(found.vectors)
