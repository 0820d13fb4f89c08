import io
import zipfile

import numpy as np
import pytest

from embedviz.core.errors import UserError
from embedviz.formats import load

VECTORS = np.random.default_rng(4).normal(size=(4, 3)).astype(np.float32)
WORDS = ["a", "b", "ç", "\U0001f600"]


def npz(compressed=False, **arrays):
    """Return the bytes of an `.npz` file."""
    file = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(file, **arrays)
    return file.getvalue()


def npy(array):
    """Return the bytes of an `.npy` file."""
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("name", ["vectors", "arr_0", "x"])
def test_one_matrix_needs_no_key(write, name, compressed):
    path = write("x.zip", npz(compressed, **{name: VECTORS}))
    found = load(path)
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert found.labels == ("0", "1", "2", "3")
    assert found.source == f"NumPy archive · {path}"


@pytest.mark.parametrize("words", [np.array(WORDS), np.array([w.encode() for w in WORDS])])
def test_labels_and_metadata_from_other_arrays(write, words):
    found = load(
        write(
            "x.npz",
            npz(
                vectors=VECTORS,
                words=words,
                kind=np.array(["x", "y", "x", "y"]),
                year=np.arange(4, dtype=">i2"),
                single=np.float32(3),
                other_length=np.arange(9),
            ),
        )
    )
    assert list(found.labels) == WORDS
    assert found.metadata.to_pydict() == {"kind": ["x", "y", "x", "y"], "year": [0, 1, 2, 3]}
    assert found.notes[:2] == (
        "Vectors from the array 'vectors'.",
        "Labels from the array 'words'.",
    )


def test_labels_follow_the_rows_that_are_kept(write):
    vectors = VECTORS.copy()
    vectors[1, 1] = np.nan
    data = npz(vectors=vectors, words=np.array(WORDS), year=np.arange(4))
    found = load(write("x.npz", data), on_bad_rows="skip", max_rows=2)
    assert found.labels == ("a", "ç")
    assert found.metadata["year"].to_pylist() == [0, 2]


@pytest.mark.parametrize(
    ("taken", "other"), [("embeddings", "X"), ("X", "coords"), ("vectors", "arr_0"), ("arr_0", "a")]
)
def test_of_several_matrices_the_first_usual_name_is_taken(write, taken, other):
    found = load(write("x.npz", npz(**{other: VECTORS[:, :2], taken: VECTORS})))
    np.testing.assert_array_equal(found.vectors, VECTORS)
    note = f"Vectors from the array {taken!r}; there is also {other} (4 × 2 float32)."
    assert found.notes[0] == note


def test_one_usual_name_in_two_folders_needs_a_key(write):
    path = write("x.npz", npz(**{"a/X": VECTORS, "b/X": VECTORS}))
    with pytest.raises(UserError, match=r"several matrices: a/X .*, b/X"):
        load(path)


def test_several_matrices_need_a_key(write):
    path = write("x.npz", npz(first=VECTORS, second=2 * VECTORS, words=np.array(WORDS)))
    with pytest.raises(UserError, match=r"first \(4 × 3 float32\), second \(4 × 3 float32\)"):
        load(path)
    np.testing.assert_array_equal(load(path, key="second").vectors, 2 * VECTORS)
    with pytest.raises(UserError, match=r"no array 'third'\. Its arrays are first, second, words"):
        load(path, key="third")
    with pytest.raises(UserError, match="array 'words' holds texts"):
        load(path, key="words")


def test_objects_are_never_loaded(write):
    objects = np.array([{}, [], 1, "x"], dtype=object)
    with pytest.raises(UserError, match="no matrix of numbers, only words"):
        load(write("x.npz", npz(words=objects)))
    found = load(write("x.npz", npz(vectors=VECTORS, words=objects)))
    assert "'words' is not read: it holds Python objects" in found.notes[1]
    with pytest.raises(UserError, match="never loaded since they could run code"):
        load(write("x.npz", npz(vectors=np.array([[{}, 1]], dtype=object))), key="vectors")


def test_text_that_holds_half_a_surrogate_pair(write):
    found = load(write("x.npz", npz(vectors=VECTORS, words=np.array(["a", "\ud800", "c", "d"]))))
    assert found.labels == ("a", "\N{REPLACEMENT CHARACTER}", "c", "d")


def test_bytes_that_are_not_utf8(write):
    words = np.array([b"a", b"\xff", b"c", b"d"])
    found = load(write("x.npz", npz(vectors=VECTORS, words=words)))
    assert found.labels == ("a", "\N{REPLACEMENT CHARACTER}", "c", "d")
    assert any("not valid UTF-8" in note for note in found.notes)


def test_code_points_that_do_not_exist(write):
    words = npy(np.array(["\U0010fffe", "bb", "c", "d"]).astype(">U2"))
    damaged = words.replace(b"\x00\x10\xff\xfe", b"\x7f\x10\xff\xfe")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("vectors.npy", npy(VECTORS))
        archive.writestr("words.npy", damaged)
    found = load(write("x.npz", file.getvalue()))
    assert found.labels == ("\N{REPLACEMENT CHARACTER}", "bb", "c", "d")


def test_damaged_archives(write):
    data = npz(True, vectors=np.random.default_rng(0).normal(size=(50, 30)))
    for damaged in (data[:-40], data[: len(data) // 2], data[:300] + b"\xff" * 50 + data[350:]):
        with pytest.raises(UserError, match=r"x\.npz"):
            load(write("x.npz", damaged))


def test_sizes_that_cannot_be_true(write):
    data = bytearray(npz(vectors=VECTORS))
    central = data.index(b"PK\x01\x02")
    data[central + 24 : central + 28] = (2_000_000_000).to_bytes(4, "little")
    with pytest.raises(UserError, match=r"x\.npz"):
        load(write("x.npz", bytes(data)))


def test_encrypted_members(write):
    data = bytearray(npz(vectors=VECTORS))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(UserError, match=r"damaged \.npz archive .*password"):
        load(write("x.npz", bytes(data)))


def test_an_archive_with_other_files_in_it(write):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("vectors.npy", npy(VECTORS))
        archive.writestr("README", "hello")
    np.testing.assert_array_equal(load(write("x.npz", file.getvalue())).vectors, VECTORS)


def test_real_file(data_folder):
    golden = np.load(data_folder / "glove50" / "golden_5050x50.f4.npy")
    words = (data_folder / "glove50" / "golden_words.txt").read_text("utf-8").split("\n")[:-1]
    found = load(data_folder / "glove50" / "glove.npz")
    assert found.vectors.tobytes() == golden.tobytes()
    assert list(found.labels) == words
