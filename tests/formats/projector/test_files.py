import gzip
import json
import zipfile

import numpy as np
import pytest

from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.formats import inspect, load

VECTORS = np.random.default_rng(6).normal(size=(6, 4)).astype(np.float32)
WORDS = ["a", "b", "ç", "\U0001f600", '"', "f"]
TABLE = "word\tyear\r\n" + "".join(f"{word}\t{1990 + i}\r\n" for i, word in enumerate(WORDS))


def settings_of(*embeddings):
    """Return settings of the web page."""
    return json.dumps({"embeddings": list(embeddings)})


def entry(name="x", path="x.bytes", **more):
    """Return one embedding of the settings."""
    return {"tensorName": name, "tensorPath": path, "tensorShape": [6, 4]} | more


def test_settings_open_what_they_name(write):
    write("x.bytes", VECTORS.tobytes())
    write("m.tsv", TABLE)
    path = write("projector_config.json", settings_of(entry("ünï", metadataPath="m.tsv")))
    found = load(path)
    assert found.vectors.tobytes() == VECTORS.tobytes()
    assert list(found.labels) == WORDS
    assert found.metadata["year"].to_pylist() == list(range(1990, 1996))
    assert found.name == "ünï"
    assert found.source == f"Embedding Projector tensors · {path}"
    assert found.opened.facts.key == "ünï"
    assert found.notes == ("Labels from m.tsv, column 'word'.",)
    looked = inspect(path)
    assert (looked.n_rows, looked.dimensions, looked.labels) == (6, 4, WORDS)


def test_settings_of_tensorboard(write, tmp_path):
    (tmp_path / "00000").mkdir()
    lines = ["\t".join(map(repr, row)) for row in VECTORS.astype(float).tolist()]
    write("00000/tensors.tsv", "\n".join(lines))
    write("00000/metadata.tsv", "\n".join(WORDS) + "\n")
    text = 'embeddings {\ntensor_name: "d"\ntensor_path: "00000/tensors.tsv"\n'
    path = write("projector_config.pbtxt", text + 'metadata_path: "00000/metadata.tsv"\n}\n')
    found = load(path)
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert list(found.labels) == WORDS


def test_several_sets_of_vectors(write, tmp_path):
    write("x.bytes", VECTORS.tobytes())
    np.save(tmp_path / "y.npy", 2 * VECTORS)
    entries = [entry(), entry("x", "y.npy"), entry("", "elsewhere/z.bytes")]
    path = write("my.json", settings_of(*entries))
    with pytest.raises(
        ChoiceRequired, match=r"x \(6 × 4 · x\.bytes\), x \(2\) \(6 × 4 · y"
    ) as raised:
        load(path)
    assert raised.value.option == "key"
    assert raised.value.choices == {"x": "6 × 4 · x.bytes", "x (2)": "6 × 4 · y.npy"}
    found = load(path, key="x (2)")
    np.testing.assert_array_equal(found.vectors, 2 * VECTORS)
    assert found.notes[0] == "my.json: 'x (2)', from y.npy."
    assert found.opened.facts.keys == raised.value.choices
    with pytest.raises(UserError, match=r"no tensors 'q'\. Its tensors are x, x \(2\), z"):
        load(path, key="q")
    with pytest.raises(UserError, match=r"names 'elsewhere/z\.bytes' for 'z', which is not there"):
        load(path, key="z")
    assert "others that are not there: 'z' (z.bytes)." in found.notes[1]
    (tmp_path / "y.npy").unlink()
    found = load(path)
    assert found.name == "x"
    assert "others that are not there: 'x (2)' (y.npy), 'z' (z.bytes)." in found.notes[1]


def test_what_is_said_of_places(write):
    write("x.bytes", VECTORS.tobytes())
    write("b.txt", "[]")
    more = {"metadataPath": "https://x.org/m.tsv", "bookmarksPath": "b.txt"}
    path = write("c.json", settings_of(entry(path="https://x.org/data/x.bytes?raw", **more)))
    found = load(path)
    assert found.notes[:3] == (
        "The settings name 'https://x.org/data/x.bytes?raw'; x.bytes beside them was taken.",
        "The metadata 'https://x.org/m.tsv' is not there.",
        "There are bookmarks in b.txt: add them as coordinates.",
    )


def test_nothing_outside_of_the_folder_is_read(write, tmp_path):
    (tmp_path / "in").mkdir()
    outside = write("x.bytes", VECTORS.tobytes())
    for named in ("../x.bytes", str(outside), f"file://{outside}"):
        path = write("in/c.json", settings_of(entry(path=named)))
        with pytest.raises(UserError, match="no such file is there"):
            load(path)


def test_other_metadata_and_labels_come_first(write):
    write("x.bytes", VECTORS.tobytes())
    write("m.tsv", TABLE)
    path = write("c.json", settings_of(entry(metadataPath="m.tsv")))
    found = load(path, labels=list("uvwxyz"))
    assert found.labels == tuple("uvwxyz")
    assert found.metadata.column_names == ["word", "year"]
    other = write("o.tsv", TABLE.replace("year", "age"))
    assert load(path, metadata=other).metadata.column_names == ["word", "age"]
    assert load(path, label_column="year").labels[0] == "1990"


def test_metadata_that_is_off_by_one_is_asked_for(write):
    write("x.bytes", VECTORS.tobytes())
    write("m.tsv", "word\n" + "\n".join(WORDS) + "\n")
    path = write("c.json", settings_of(entry(metadataPath="m.tsv")))
    with pytest.raises(ChoiceRequired, match=r"m\.tsv: 7 rows for 6 vectors") as raised:
        load(path)
    assert raised.value.option == "labels_header"
    assert list(load(path, labels_header=True).labels) == WORDS


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"embeddings": [{"tensorName": "x"', "neither JSON nor the text of a protocol buffer"),
        (settings_of({"tensorName": "x"}), "names no files with tensors .*TensorFlow checkpoint"),
        ('embeddings { tensor_name: "x" }', "names no files with tensors"),
        ("embeddings { $", "neither JSON nor the text"),
        (settings_of(entry(), entry("y")), r"names 'x\.bytes', 'x\.bytes', and no such file"),
        (settings_of(entry()) + " " * (4 << 20), "neither JSON nor the text"),
    ],
)
def test_settings_that_lead_nowhere(write, text, message):
    with pytest.raises(UserError, match=rf"^c\.json .*{message}"):
        load(write("c.json", text))


def test_settings_in_an_archive(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("c.json", settings_of(entry()))
    with pytest.raises(UserError, match=r"c\.json names other files\. Unpack the archive"):
        load(tmp_path / "x.zip")


def test_tensors_of_any_name_that_have_the_size(write):
    write("x.data", VECTORS.tobytes())
    found = load(write("c.json", settings_of(entry(path="x.data"))))
    np.testing.assert_array_equal(found.vectors, VECTORS)


def test_bare_numbers_with_settings_beside_them(write):
    path = write("x.bytes", VECTORS.tobytes())
    write("m.tsv", "\n".join(WORDS))
    write(
        "some_projector_config.json",
        settings_of(entry("other", "o.bytes"), entry(metadataPath="m.tsv")),
    )
    found = load(path)
    assert found.vectors.tobytes() == VECTORS.tobytes()
    assert list(found.labels) == WORDS
    assert found.name == "x"


def test_tensors_in_text_with_settings_beside_them(write):
    lines = ["\t".join(map(repr, row)) for row in VECTORS.astype(float).tolist()]
    path = write("x.tsv", "\n".join(lines))
    write("m.tsv", TABLE)
    write("projector_config.json", settings_of(entry(path="x.tsv", metadataPath="m.tsv")))
    assert list(load(path).labels) == WORDS


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (VECTORS.tobytes()[:-4], r"x\.bytes is cut short: 6 × 4 float32 need 96 bytes"),
        (np.full((6, 4), np.nan, "<f4").tobytes(), r"row 0 \(from 0\): a number is NaN"),
    ],
)
def test_bare_numbers_that_are_not_as_the_settings_say(write, data, message):
    write("projector_config.json", settings_of(entry()))
    with pytest.raises(UserError, match=message):
        load(write("x.bytes", data))


def test_bytes_after_the_numbers(write):
    write("projector_config.json", settings_of(entry()))
    found = load(write("x.bytes", VECTORS.tobytes() + b"\n"))
    assert found.notes[0] == "1 byte after the 6 × 4 float32 not read."


@pytest.mark.parametrize(
    "name",
    ["metadata.tsv", "iris_labels.tsv", "iris_metadata.tsv", "iris_tensors.bytes.metadata.tsv"],
)
def test_shape_by_the_number_of_labels(write, name):
    path = write("iris_tensors.bytes", VECTORS.tobytes())
    write(name, TABLE)
    found = load(path)
    assert found.vectors.tobytes() == VECTORS.tobytes()
    assert found.notes[0] == f"4 numbers per row: 24 numbers for the 6 rows of {name}."
    assert found.metadata.column_names == ["word", "year"]


def test_blank_lines_after_the_labels(write):
    write("metadata.tsv", "\n".join(WORDS) + "\n\n\n")
    assert list(load(write("x.bytes", VECTORS.tobytes())).labels) == WORDS


def test_shape_by_the_labels_that_are_given(write):
    path = write("x.bytes", VECTORS.tobytes())
    write("metadata.tsv", "u\nv\nw\n")
    assert load(path, labels=WORDS).dimensions == 4
    assert load(path, labels=write("l.json", json.dumps(WORDS))).dimensions == 4
    assert load(path, metadata=write("m.tsv", TABLE)).dimensions == 4
    assert load(path).dimensions == 8
    with pytest.raises(UserError, match="without their shape, and 5 rows in the labels cannot"):
        load(path, labels=WORDS[:5])
    with pytest.raises(UserError, match="There is no file"):
        load(path, metadata=path.with_name("none.tsv"))


def test_bare_numbers_alone(write):
    path = write("x.bytes", VECTORS.tobytes())
    with pytest.raises(UserError, match=r"96 bytes of bare numbers without their shape\. Put the"):
        load(path)
    write("metadata.tsv", "a\nb\nc\nd\ne\n")
    with pytest.raises(UserError, match=r"without their shape, and 5 rows in metadata\.tsv cannot"):
        load(path)
    write("metadata.tsv", "\0")
    with pytest.raises(UserError, match="without their shape"):
        load(path)


def test_compressed_numbers(write):
    write("metadata.tsv", "\n".join(WORDS))
    found = load(write("x.bytes.gz", gzip.compress(VECTORS.tobytes())))
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert list(found.labels) == WORDS


def test_a_part_of_the_rows(write):
    write("projector_config.json", settings_of(entry()))
    path = write("x.bytes", VECTORS.tobytes())
    write("metadata.tsv", "\n".join(WORDS))
    assert load(path, max_rows=2).labels == ("a", "b")
    assert len(load(path, sample=3)) == 3


def test_real_files(data_folder):
    for name in ("oss_demo_projector_config.json", "iris_tensors.bytes"):
        found = load(data_folder / "projector" / name)
        assert found.vectors.shape == (150, 4)
        np.testing.assert_allclose(found.vectors[0], [5.1, 3.5, 1.4, 0.2], rtol=1e-6)
        assert found.metadata["class"][149].as_py() == "Iris-virginica"
        # The labels of the original flowers are beside the same numbers.
        lengths = found.metadata["sepal-length"].to_pylist()
        np.testing.assert_allclose(found.vectors[:, 0], lengths, rtol=1e-6)
