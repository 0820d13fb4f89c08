import gzip
import json
import subprocess
import sys

import numpy as np
import pytest

from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled
from embedviz.core.vector_set import VectorSet
from embedviz.formats import FORMATS, load, save

SETS = VectorSet(
    np.random.default_rng(6).normal(size=(6, 4)).round(3),
    ["the", "new york", "\u00a0", "über", "x", "42"],
)


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    """Return small files in all formats: their names and bytes."""
    folder = tmp_path_factory.mktemp("examples")
    words = VectorSet(SETS.vectors, [label.replace(" ", "_") for label in SETS.labels])
    for name in ("header.vec", "table.csv", "array.npy", "tensors.tsv", "packed.vec.gz"):
        save(SETS, folder / name)
    save(words, folder / "words.bin")
    lines = (folder / "header.vec").read_bytes().split(b"\n", 1)[1]
    (folder / "glove.txt").write_bytes(lines)
    (folder / "table.tsv.gz").write_bytes(gzip.compress((folder / "table.csv").read_bytes()))
    np.savez(folder / "arrays.npz", vectors=SETS.vectors, words=np.array(SETS.labels))
    np.savez_compressed(folder / "small.npz", x=SETS.vectors.astype("f8"))
    np.save(folder / "columns.npy", np.asfortranarray(SETS.vectors.astype(">f8")))
    entries = dict(zip(SETS.labels, SETS.vectors.tolist(), strict=True))
    (folder / "entries.json").write_text(json.dumps(entries, indent=1), "utf-8")
    rows = "".join(f'"{k}";"{v}"\n' for k, v in entries.items())
    (folder / "lists.csv").write_text("word;vector\n" + rows, "utf-8")
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_every_format_opens_under_every_name(write, examples):
    for name, data in examples.items():
        if "metadata" not in name:
            for as_name in (name, "x", "x.bin", "x.txt.gz", "x.npy", "x.json"):
                found = load(write(as_name, data))
                np.testing.assert_array_equal(found.vectors, SETS.vectors, err_msg=name)


def test_a_sample_is_the_same_in_every_format(write, examples):
    chosen = {
        load(write("x", data), sample=3, seed=8).vectors.tobytes()
        for name, data in examples.items()
        if "metadata" not in name
    }
    assert len(chosen) == 1


def mutated(data, rng):
    """Return the bytes with one to three random changes."""
    data = bytearray(data)
    for _ in range(rng.integers(1, 4)):
        place = int(rng.integers(0, max(len(data), 1)))
        size = int(rng.integers(1, 9))
        match rng.integers(0, 6):
            case 0:
                data[place : place + size] = rng.bytes(size)
            case 1:
                del data[place : place + size * 20]
            case 2:
                data[place:place] = rng.bytes(size)
            case 3:
                data[place:place] = data[place // 2 : place // 2 + size * 10]
            case 4:
                odd = [b"\n", b"\0", b'"', b" ", b"\t", b",", b"nan", b"1e999", b"[", b"9" * 30]
                data[place : place + 1] = odd[rng.integers(0, len(odd))]
            case _:
                del data[place:]
    return bytes(data)


@pytest.mark.parametrize("seed", range(300))
def test_mutated_files_end_in_a_set_or_a_user_error(write, examples, seed):
    rng = np.random.default_rng(seed)
    name, other = rng.choice(sorted(examples), 2)
    path = write("x", mutated(examples[name], rng))
    second = write("y.tsv", mutated(examples[other], rng)) if seed % 5 == 0 else None
    for on_bad_rows in ("raise", "skip"):
        try:
            found = load(path, labels=second, on_bad_rows=on_bad_rows)
        except UserError:
            continue
        assert len(found.labels) == len(found.vectors) > 0
        assert found.dimensions >= 2
        assert np.isfinite(found.vectors).all()
        "".join(found.labels).encode()
        assert found.metadata.num_rows in (0, len(found))


def test_options_of_other_formats(write):
    path = write("x.txt", "a 1 2\nb 3 4\n")
    with pytest.raises(UserError, match=r"key means nothing for x\.txt"):
        load(path, key="vectors")
    with pytest.raises(UserError, match=r"vector_column means nothing for x\.txt"):
        load(path, vector_column="v")


def test_too_little_memory(write, monkeypatch):
    def fail(*_, **__):
        raise MemoryError

    monkeypatch.setattr("embedviz.formats.rows.RowCollector.space_for", fail)
    with pytest.raises(UserError, match="does not fit into the memory"):
        load(write("x.txt", "a 1 2\nb 3 4\n"))


def test_reading_stops_when_nobody_wants_the_result(write):
    def stop(fraction, words):
        raise Cancelled

    for data in (b"a 1 2\nb 3 4\n", b"a,1,2\nb,3,4\n", b'{"a": [1, 2]}'):
        with pytest.raises(Cancelled):
            load(write("x", data), report=stop)


@pytest.mark.parametrize(
    ("file", "name"),
    [("glove.6B.50d.txt", "glove.6B.50d"), ("x.tar.vec.gz", "x.tar"), ("x", "x"), (".txt", ".txt")],
)
def test_names_of_sets(write, file, name):
    assert load(write(file, "a 1 2\nb 3 4\n")).name == name


def test_paths_relative_to_the_folder(write, monkeypatch):
    path = write("x.txt", "a 1 2\nb 3 4\n")
    monkeypatch.chdir(path.parent)
    assert load("x.txt").source == f"GloVe text · {path}"


def test_formats_are_a_plain_tuple():
    assert isinstance(FORMATS, tuple)


def test_importing_it_imports_nothing_heavy():
    code = (
        "import sys; import embedviz.formats; "
        "print([m for m in ('pyarrow', 'gensim', 'sklearn', 'PySide6') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", ["", ".", "..", "/"])
def test_folders_are_no_files(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="folder"):
        load(path)
