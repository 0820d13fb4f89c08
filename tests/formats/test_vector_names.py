import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from embedviz.core.errors import ChoiceRequired
from embedviz.formats import load
from embedviz.formats.vector_names import (
    ARRAY_NAMES,
    choose_vectors,
    enumerate_described,
    note_on_choice,
)

VECTORS = np.random.default_rng(0).normal(size=(9, 4)).astype(np.float32)


def save_columns(path, names):
    lists = {name: ((i + 1) * VECTORS).tolist() for i, name in enumerate(names)}
    path = path / "x.parquet"
    pq.write_table(pa.table(lists), path)
    return path


def save_csv(path, names):
    rows = [",".join(f'"{((i + 1) * row).tolist()}"' for i in range(len(names))) for row in VECTORS]
    path = path / "x.csv"
    path.write_text("\n".join([",".join(names), *rows]))
    return path


def save_json(path, names):
    rows = [
        ", ".join(f'"{n}": {((i + 1) * row).tolist()}' for i, n in enumerate(names))
        for row in VECTORS
    ]
    path = path / "x.jsonl"
    path.write_text("".join(f"{{{row}}}\n" for row in rows))
    return path


def save_npz(path, names):
    path = path / "x.npz"
    np.savez(path, **{name: (i + 1) * VECTORS for i, name in enumerate(names)})
    return path


def save_hdf5(path, names):
    path = path / "x.h5"
    with h5py.File(path, "w") as file:
        for i, name in enumerate(names):
            file[name] = (i + 1) * VECTORS
    return path


COLUMNS = [save_columns, save_csv, save_json]
ARRAYS = [save_npz, save_hdf5]


@pytest.mark.parametrize("save", [*COLUMNS, *ARRAYS])
def test_no_usual_name_is_a_question_in_every_format(tmp_path, save):
    path = save(tmp_path, ["title_embedding", "text_embedding"])
    with pytest.raises(ChoiceRequired) as asked:
        load(path)
    assert sorted(asked.value.choices) == ["text_embedding", "title_embedding"]
    option = asked.value.option
    assert asked.value.reason.endswith(").")
    assert f"--{option.replace('_', '-')} " in str(asked.value)
    found = load(path, **{option: "text_embedding"})
    np.testing.assert_allclose(found.vectors, 2 * VECTORS, rtol=1e-6)


@pytest.mark.parametrize("save", [*COLUMNS, *ARRAYS])
@pytest.mark.parametrize("usual", ["embedding", "vectors"])
def test_a_usual_name_wins_in_every_format_and_the_others_are_named(tmp_path, save, usual):
    found = load(save(tmp_path, ["text_embedding", usual, "emb"]))
    np.testing.assert_allclose(found.vectors, 2 * VECTORS, rtol=1e-6)
    note = next(note for note in found.notes if note.startswith("Vectors from "))
    assert f"{usual!r}; there is also " in note
    assert "text_embedding (" in note
    assert "emb (" in note


def test_two_of_one_name_are_a_question():
    with pytest.raises(ChoiceRequired, match=r"^x has several sets: a/X \(1\), b/x \(2\)\. Choose"):
        choose_vectors({"a/X": "1", "b/x": "2"}, ARRAY_NAMES, "x", "key", "sets")
    assert choose_vectors({"a/X": "1", "b/arr_0": "2"}, ARRAY_NAMES, "x", "key") == "a/X"
    assert choose_vectors({"only": "1"}, (), "x", "key") == "only"


def test_many_are_not_all_named():
    described = {f"a{i}": "2 × 2" for i in range(1010)}
    assert enumerate_described(described).endswith("a7 (2 × 2) and 1,002 more")
    assert note_on_choice("", "a", {"a": "2 × 2"}) == "Vectors from 'a'."
