import gzip
import zipfile

import numpy as np
import pytest

from embedviz.core.errors import ChoiceRequired
from embedviz.core.origin import ReadSettings
from embedviz.core.processes import memory
from embedviz.formats import inspect, load

RNG = np.random.default_rng(5)
N_ROWS = 40_000
VECTORS = RNG.normal(size=(N_ROWS, 8)).astype(np.float32)


def lines(separator=" ", words=True):
    """Return rows as text; words come first where there are any."""
    return "".join(
        (f"word{i}{separator}" if words else "") + separator.join(f"{v:.5f}" for v in row) + "\n"
        for i, row in enumerate(VECTORS.tolist())
    )


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    """Return the same rows in many files, by name."""
    folder = tmp_path_factory.mktemp("inspect")
    text = lines()
    header = ",".join(["word", *(f"d{i}" for i in range(8))]) + "\n"
    binary = b"".join(b"word%d " % i + row.tobytes() for i, row in enumerate(VECTORS))
    files = {
        "glove.txt": text,
        "header.vec": f"{N_ROWS} 8\n{text}",
        "table.csv": header + lines(","),
        "tensors.tsv": lines("\t", words=False),
        "words.bin": b"%d 8\n" % N_ROWS + binary,
        "glove.txt.gz": gzip.compress(text.encode(), 1),
    }
    for name, content in files.items():
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with zipfile.ZipFile(folder / "glove.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("glove.txt", text)
    np.save(folder / "rows.npy", VECTORS)
    np.save(folder / "columns.npy", np.asfortranarray(VECTORS.astype("f8")))
    np.savez(folder / "arrays.npz", vectors=VECTORS)
    return {path.name: path for path in folder.iterdir()}


KNOWN = ("header.vec", "words.bin", "rows.npy", "columns.npy", "arrays.npz")
ESTIMATED = ("glove.txt", "table.csv", "tensors.tsv", "glove.txt.gz", "glove.zip")


@pytest.mark.parametrize("name", KNOWN + ESTIMATED)
def test_rows_are_counted_or_estimated_from_the_start_of_the_file(examples, name):
    found = inspect(examples[name])
    assert found.n_rows == (N_ROWS if name in KNOWN else pytest.approx(N_ROWS, rel=0.05))
    assert found.dimensions == 8
    assert len(found.vectors) == len(found.labels) == 50
    np.testing.assert_allclose(found.vectors, VECTORS[:50], atol=1e-5)
    assert not any("first 50" in note for note in found.notes)


@pytest.mark.parametrize("name", ["header.vec", *ESTIMATED])
def test_hardly_more_is_read_than_is_shown(examples, name, monkeypatch):
    read = []
    for module in ("word_vectors", "delimited"):
        monkeypatch.setattr(
            f"embedviz.formats.text.{module}.block_bytes",
            lambda source, is_preview: read.append(is_preview) or 4096,
        )
    inspect(examples[name])
    assert read == [True]


@pytest.mark.parametrize(
    ("name", "dtype", "promised", "is_mapped"),
    [
        ("glove.txt", "text", None, False),
        ("header.vec", "text", N_ROWS, False),
        ("words.bin", "float32", N_ROWS, False),
        ("rows.npy", "float32", N_ROWS, True),
        ("columns.npy", "float64", N_ROWS, False),
        ("arrays.npz", "float32", N_ROWS, False),
    ],
)
def test_facts(examples, name, dtype, promised, is_mapped):
    facts = inspect(examples[name]).facts
    assert (facts.dtype, facts.promised, facts.is_mapped) == (dtype, promised, is_mapped)
    assert load(examples[name]).opened.facts.promised == promised


def test_facts_of_archives_and_tables(examples):
    facts = inspect(examples["arrays.npz"]).facts
    assert (facts.key, dict(facts.keys)) == ("vectors", {"vectors": "40,000 × 8 float32"})
    assert inspect(examples["glove.zip"]).facts.key == "glove.txt"
    facts = inspect(examples["table.csv"]).facts
    assert (facts.label_column, facts.label_columns) == ("word", ("word",))
    assert (facts.vector_column, facts.vector_columns) == (None, ())


def test_all_columns_that_could_be_taken(write):
    path = write("x.csv", 'id,text,v\n7,one,"[1, 2]"\n8,two,"[3, 4]"\n')
    facts = inspect(path).facts
    assert (facts.label_column, facts.label_columns) == ("text", ("id", "text"))
    assert (facts.vector_column, facts.vector_columns) == ("v", ("v",))
    assert inspect(path, ReadSettings(label_column="id")).labels == ["7", "8"]


def test_a_header_that_cannot_be_true(write):
    text = lines().split("\n")[:99]
    found = inspect(write("x.vec", "\n".join(["2519370 8", *text, ""])))
    assert found.n_rows == pytest.approx(99, abs=2)
    assert found.is_estimated
    assert found.notes[0].startswith("The header promises 2,519,370 rows, the file seems to have")
    short = inspect(write("x.vec", "\n".join(["2519370 8", *text[:20], ""])))
    assert (short.n_rows, short.is_estimated) == (20, False)
    assert short.notes == ["The header promises 2,519,370 rows, the file has 20."]


def test_memory_that_is_needed(examples):
    assert inspect(examples["columns.npy"]).n_memory == 4 * 8 * N_ROWS
    assert inspect(examples["rows.npy"]).n_memory == 0
    assert inspect(examples["rows.npy"], ReadSettings(sample=100)).n_memory == 3200
    assert inspect(examples["glove.txt"], ReadSettings(max_rows=10)).n_memory == 320


def test_bad_rows_among_the_first_are_counted(write):
    found = inspect(write("x.txt", "a 1 2\nb nan 3\nc 4 5\n"))
    assert found.facts.n_bad == 1
    assert found.labels == ["a", "c"]


@pytest.mark.parametrize(
    "name", ["glove.txt", "header.vec", "table.csv", "words.bin", "columns.npy", "arrays.npz"]
)
def test_what_does_not_fit_is_refused_before_it_is_read(examples, name, monkeypatch):
    monkeypatch.setattr(memory, "available_memory", lambda: 500_000)
    monkeypatch.setattr(memory, "_ASKED_FROM", 1000)
    read = []
    with pytest.raises(ChoiceRequired, match=r"rows of 8 numbers need 1\.3 MB of memory") as asked:
        load(examples[name], report=lambda fraction, words: read.append(words))
    assert asked.value.option == "sample"
    assert not read
    size = int(next(iter(asked.value.choices)))
    assert 1000 <= size <= 5000
    monkeypatch.setattr(memory, "available_memory", lambda: 5_000_000)
    assert len(load(examples[name], sample=size)) == size
