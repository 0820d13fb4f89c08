import h5py
import numpy as np
import pytest

from embedviz.core.coordinate_names import groups_of
from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.formats import inspect, load

RNG = np.random.default_rng(8)
VECTORS = RNG.normal(size=(60, 5)).astype(np.float32)
WORDS = [f"wörd {i}" for i in range(60)]
BYTES = np.array([word.encode() for word in WORDS])


@pytest.fixture
def hdf5(tmp_path):
    """Return a function that writes an HDF5 file from a dictionary of its arrays."""

    def write(arrays, name="x.h5", **options):
        path = tmp_path / name
        with h5py.File(path, "w", **options) as file:
            for key, values in arrays.items():
                file[key] = values
        return path

    return write


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"chunks": (7, 2), "compression": "gzip", "shuffle": True, "fletcher32": True},
        {"chunks": (60, 1), "compression": "lzf"},
        {"chunks": (9, 5), "maxshape": (None, 5)},
    ],
    ids=["contiguous", "gzip", "lzf", "chunks"],
)
@pytest.mark.parametrize("dtype", ["<f4", ">f8", "<f2", ">i2", "u1"])
def test_numbers_however_they_are_stored(tmp_path, options, dtype):
    numbers = RNG.integers(0, 99, (60, 5)).astype(dtype)
    with h5py.File(tmp_path / "x", "w") as file:
        file.create_dataset("some/where", data=numbers, **options)
    found = load(tmp_path / "x")
    np.testing.assert_array_equal(found.vectors, numbers)
    assert found.source == f"HDF5 · {tmp_path / 'x'}"
    facts = found.opened.facts
    assert (facts.key, facts.dtype) == ("some/where", numbers.dtype.name)
    assert facts.keys == {"some/where": f"60 × 5 {numbers.dtype.name}"}


def test_many_blocks_of_whole_chunks(tmp_path):
    vectors = RNG.normal(size=(5_000, 1_000)).astype(np.float32)
    with h5py.File(tmp_path / "x", "w") as file:
        file.create_dataset("wide", data=vectors, chunks=(5_000, 100))
        file.create_dataset("vectors", data=vectors, chunks=(300, 1_000))
    for key in ("wide", "vectors"):
        np.testing.assert_array_equal(load(tmp_path / "x", key=key).vectors, vectors)


@pytest.mark.parametrize(
    "words",
    [
        WORDS,
        BYTES,
        np.array(WORDS, h5py.string_dtype()),
        BYTES.astype(h5py.string_dtype(length=12)),
    ],
    ids=["variable", "fixed", "variable UTF-8", "fixed UTF-8"],
)
@pytest.mark.parametrize("key", ["words", "labels", "tokens", "names", "texts", "vocab", "mine"])
def test_labels(hdf5, key, words):
    found = load(hdf5({"vectors": VECTORS, key: words, "other": WORDS[:9]}))
    assert list(found.labels) == WORDS
    assert not found.metadata.column_names
    assert found.opened.facts.label_column == key
    assert f"Labels from {key!r}." in found.notes


def test_labels_padded_with_spaces(tmp_path):
    with h5py.File(tmp_path / "x", "w") as file:
        file["vectors"] = VECTORS[:2]
        kind = h5py.h5t.C_S1.copy()
        kind.set_size(4)
        kind.set_strpad(h5py.h5t.STR_SPACEPAD)
        space = h5py.h5s.create_simple((2,))
        words = h5py.h5d.create(file.id, b"words", kind, space)
        words.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array([b"a   ", b"bc  "], "S4"), kind)
    assert load(tmp_path / "x").labels == ("a", "bc")


def test_bytes_that_are_no_characters(hdf5):
    found = load(hdf5({"vectors": VECTORS[:2], "words": np.array([b"\xffa", b"b"])}))
    assert found.labels == ("\N{REPLACEMENT CHARACTER}a", "b")
    assert any(note.startswith("1 text is not valid UTF-8") for note in found.notes)


def test_columns_of_the_same_group_come_first(hdf5):
    path = hdf5(
        {
            "a/embeddings": VECTORS,
            "a/words": WORDS,
            "a/year": np.arange(60, dtype=">i2"),
            "a/ok": np.arange(60) % 2 == 0,
            "b/words": WORDS[::-1],
            "b/score": np.where(np.arange(60) < 1, np.nan, 1.0),
        }
    )
    found = load(path)
    assert list(found.labels) == WORDS
    assert found.metadata.column_names == ["ok", "year", "score", "b/words"]
    assert found.metadata["year"].to_pylist() == list(range(60))
    assert found.metadata["score"].to_pylist()[:2] == [None, 1.0]
    assert found.metadata["ok"].to_pylist()[:2] == [True, False]
    assert load(path, label_column="year").labels[2] == "2"
    with pytest.raises(UserError, match="no column 'nowhere'"):
        load(path, label_column="nowhere")


def test_which_matrix(hdf5):
    images = np.zeros((60, 4), np.uint8)
    found = load(hdf5({"images": images, "mine": VECTORS}))
    assert found.opened.facts.key == "mine"
    found = load(hdf5({"train": VECTORS, "deep/Embeddings": 2 * VECTORS, "column": VECTORS[:, :1]}))
    np.testing.assert_array_equal(found.vectors, 2 * VECTORS)
    assert "Vectors from 'deep/Embeddings'; there is also train (60 × 5 float32)." in found.notes


def test_several_are_a_question(hdf5):
    path = hdf5({"train": VECTORS, "test": VECTORS[:9], "ids": np.zeros((9, 3), int)})
    with pytest.raises(ChoiceRequired, match=r"test \(9 × 5 float32\)") as caught:
        load(path)
    assert caught.value.option == "key"
    assert caught.value.choices["train"] == "60 × 5 float32"
    assert len(load(path, key="/train")) == 60
    assert load(path, key="ids").dimensions == 3
    with pytest.raises(UserError, match=r"no matrix 'x'\. Its matrices are ids, test, train"):
        load(path, key="x")


def test_nothing_to_read(hdf5):
    with pytest.raises(UserError, match="has no matrix of numbers"):
        load(hdf5({"words": WORDS, "cube": np.zeros((2, 2, 2)), "single": 3.0}))
    with pytest.raises(UserError, match="60 × 1 float32, which are not vectors"):
        load(hdf5({"x": VECTORS[:, :1]}), key="x")


def test_bad_rows_samples_and_first_rows(hdf5):
    vectors = VECTORS.copy()
    vectors[1, 1] = np.nan
    path = hdf5({"vectors": vectors, "words": WORDS, "n": np.arange(60)})
    with pytest.raises(ChoiceRequired, match=r"row 1 \(from 0\): a number is NaN"):
        load(path)
    found = load(path, on_bad_rows="skip", max_rows=3)
    assert found.labels == ("wörd 0", "wörd 2", "wörd 3")
    found = load(path, on_bad_rows="skip", sample=5)
    assert [WORDS[n] for n in found.metadata["n"].to_pylist()] == list(found.labels)
    found = inspect(path)
    assert (found.n_rows, len(found.vectors), found.is_estimated) == (60, 50, False)


def test_where_matlab_writes(hdf5):
    found = load(hdf5({"vectors": VECTORS}, userblock_size=512))
    np.testing.assert_array_equal(found.vectors, VECTORS)


@pytest.mark.parametrize("chunks", [None, (2, 7)])
def test_matrices_of_matlab_are_stored_by_columns(tmp_path, chunks):
    path = tmp_path / "x.mat"
    with h5py.File(path, "w", userblock_size=512) as file:
        found = file.create_dataset("X", data=VECTORS.T.astype(">f8"), chunks=chunks)
        found.attrs["MATLAB_class"] = np.bytes_("double")
    np.testing.assert_array_equal(load(path).vectors, VECTORS)
    np.testing.assert_array_equal(load(path, max_rows=7).vectors, VECTORS[:7])
    assert inspect(path).n_rows == 60


def test_what_is_outside_of_the_file_is_never_read(tmp_path, hdf5):
    other = hdf5({"vectors": VECTORS}, "other.h5")
    raw = tmp_path / "raw.bin"
    raw.write_bytes(VECTORS.tobytes())
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["link"] = h5py.ExternalLink(other, "/vectors")
        file["soft"] = h5py.SoftLink("/link")
        file.create_dataset("raw", VECTORS.shape, "f4", external=[(raw, 0, VECTORS.nbytes)])
        layout = h5py.VirtualLayout(VECTORS.shape, "f4")
        layout[:] = h5py.VirtualSource(other, "vectors", VECTORS.shape)
        file.create_virtual_dataset("virtual", layout)
    with h5py.File(tmp_path / "x.h5") as file:  # All of them work.
        for key in ("link", "soft", "raw", "virtual"):
            np.testing.assert_array_equal(file[key], VECTORS)
    path = tmp_path / "x.h5"
    with pytest.raises(UserError, match="not followed"):
        load(path)
    for key, reason in {
        "link": "a link to another file",
        "raw": "in another file",
        "virtual": "put together from other datasets",
    }.items():
        with pytest.raises(UserError, match=reason):
            load(path, key=key)
    with pytest.raises(UserError, match="no matrix 'soft'"):
        load(path, key="soft")
    with pytest.raises(UserError, match=r"no matrix 'link/\.\./link'"):
        load(path, key="link/../link")


def test_filters_that_are_plug_ins(tmp_path):
    with h5py.File(tmp_path / "x", "w") as file:
        plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plan.set_chunk((6, 5))
        plan.set_filter(32_001, h5py.h5z.FLAG_OPTIONAL, ())
        space = h5py.h5s.create_simple(VECTORS.shape)
        h5py.h5d.create(file.id, b"vectors", h5py.h5t.IEEE_F32LE, space, plan)
    with pytest.raises(UserError, match=r"compressed with a plug-in \(.*\): write it with gzip"):
        load(tmp_path / "x")


def test_rows_that_were_never_written(tmp_path):
    with h5py.File(tmp_path / "x", "w") as file:
        file.create_dataset("vectors", (10**12, 5), "f4", chunks=(1000, 5))
    assert (tmp_path / "x").stat().st_size < 10_000
    with pytest.raises(UserError, match="claims 20,000,000,000,000 bytes, of which 0 are stored"):
        load(tmp_path / "x")
    with h5py.File(tmp_path / "x", "w") as file:
        file.create_dataset("vectors", (100, 5), "f4", fillvalue=1, chunks=(10, 5))
    np.testing.assert_array_equal(load(tmp_path / "x").vectors, np.ones((100, 5)))


def test_values_that_are_no_numbers(tmp_path):
    with h5py.File(tmp_path / "x", "w") as file:
        file["vectors"] = VECTORS
        group = file.create_group("g")
        file.create_dataset("refs", data=np.array([group.ref] * 60, h5py.ref_dtype))
        file["ragged"] = np.array([np.zeros(i % 3) for i in range(60)], h5py.vlen_dtype("f8"))
        file["complex"] = VECTORS.astype(complex)
        file["records"] = np.zeros(60, [("a", "f4"), ("b", "i4")])
        group["itself"] = group  # Groups may go round in circles.
    found = load(tmp_path / "x")
    assert found.opened.facts.keys == {"vectors": "60 × 5 float32"}
    assert not found.metadata.column_names


def test_long_texts_come_in_short_blocks(hdf5):
    texts = ["x" * 500_000] * 90
    vectors = np.ones((90, 2), np.float32)
    found = load(hdf5({"vectors": vectors, "words": WORDS + WORDS[:30], "texts": texts}))
    assert found.metadata["texts"].to_pylist() == texts


def test_damage(hdf5, tmp_path):
    content = hdf5({"vectors": VECTORS, "words": WORDS}).read_bytes()
    path = tmp_path / "y.h5"
    path.write_bytes(content[:-300])
    with pytest.raises(UserError, match=r"y\.h5 cannot be read: its end is missing"):
        load(path)
    path.write_bytes(content[:8] + b"\xff" * 90 + content[98:])
    with pytest.raises(UserError, match=r"y\.h5 cannot be read: Unable to"):
        load(path)


# AnnData


def write_frame(group, index, columns):
    """Write a data frame as AnnData does since version 0.8."""
    group.attrs.update({"_index": "_index", "encoding-type": "dataframe"})
    group.attrs["column-order"] = np.array(list(columns), h5py.string_dtype())
    group["_index"] = index
    for name, values in columns.items():
        if not isinstance(values, dict):
            group[name] = values
            continue
        member = group.create_group(name)
        member.attrs["encoding-type"] = values.pop("encoding-type")
        for part, content in values.items():
            member[part] = content


def sparse(group):
    group.attrs["encoding-type"] = "csr_matrix"
    group["data"], group["indices"] = np.ones(3), np.zeros(3, int)
    group["indptr"] = np.zeros(61, int)


def missing_where_odd(**extra):
    return {"values": np.arange(60), "mask": np.arange(60) % 2 == 1, **extra}


@pytest.fixture
def anndata(tmp_path):
    """Return the path of an AnnData file, open for changes as a function's argument."""

    def write(change=lambda file: None):
        path = tmp_path / "x.h5ad"
        with h5py.File(path, "w") as file:
            file.attrs["encoding-type"] = "anndata"
            columns = {
                "kind": {
                    "encoding-type": "categorical",
                    "codes": np.array([0, 1, -1] * 20, np.int8),
                    "categories": ["T", "B"],
                },
                "score": VECTORS[:, 0],
                "count": missing_where_odd(**{"encoding-type": "nullable-integer"}),
                "text": {
                    "encoding-type": "nullable-string-array",
                    "values": WORDS,
                    "mask": np.arange(60) == 0,
                },
            }
            write_frame(file.create_group("obs"), WORDS, columns)
            write_frame(file.create_group("var"), list("abcde"), {})
            file["X"] = VECTORS
            file["obsm/X_pca"] = 2 * VECTORS[:, :4]
            file["obsm/X_umap"] = VECTORS[:, :2]
            file["obsm/spatial"] = VECTORS[:, :3]
            frame = file.create_group("obsm/frame")
            write_frame(frame, WORDS, {"one": VECTORS[:, 0], "two": VECTORS[:, 1]})
            change(file)
        return path

    return write


def replace_x(values):
    def change(file):
        del file["X"]
        file["X"] = values

    return change


def test_dense_anndata(anndata):
    found = load(anndata())
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert list(found.labels) == WORDS
    assert found.source.startswith("AnnData · ")
    values = found.metadata.to_pydict()
    assert values["kind"][:3] == ["T", "B", None]
    np.testing.assert_array_equal(values["score"], VECTORS[:, 0])
    assert values["count"][:3] == [0, None, 2]
    assert values["text"][:2] == [None, WORDS[1]]
    assert set(groups_of(found.metadata)) == {
        ("X_umap-0", "X_umap-1"),
        ("spatial x", "spatial y", "spatial z"),
        ("frame x", "frame y"),
    }
    np.testing.assert_array_equal(values["X_umap-1"], VECTORS[:, 1])
    assert found.opened.facts.keys == {
        "X": "60 × 5 float32",
        "obsm/X_pca": "60 × 4 float32",
        "obsm/X_umap": "60 × 2 float32",
        "obsm/frame": "60 × 2 float32",
        "obsm/spatial": "60 × 3 float32",
    }


def test_keys_of_anndata(anndata):
    path = anndata()
    np.testing.assert_array_equal(load(path, key="obsm/X_pca").vectors, 2 * VECTORS[:, :4])
    np.testing.assert_array_equal(load(path, key="obsm/frame").vectors, VECTORS[:, :2])
    assert load(path, label_column="kind").labels[:3] == ("T", "B", "")


def test_x_that_is_too_wide_for_vectors(anndata):
    path = anndata(replace_x(np.zeros((60, 4097), np.float32)))
    assert load(path).opened.facts.key == "obsm/X_pca"
    assert load(path, key="X").dimensions == 4097

    def remove(file):
        replace_x(np.zeros((60, 4097), np.float32))(file)
        del file["obsm"]

    assert load(anndata(remove)).dimensions == 4097


def test_sparse_anndata(anndata):
    def change(file):
        del file["X"]
        sparse(file.create_group("X"))

    path = anndata(change)
    found = load(path)
    assert found.opened.facts.key == "obsm/X_pca"
    assert "'X' is not read, as it is sparse." in found.notes
    with pytest.raises(UserError, match=r"'X' is not read, as it is sparse. .*sc\.pp\.pca\(a\)"):
        load(path, key="X")

    def remove(file):
        change(file)
        del file["obsm"]

    with pytest.raises(UserError, match="it is sparse"):
        load(anndata(remove))


def test_odd_members_of_anndata(anndata, hdf5):
    other = hdf5({"vectors": VECTORS})

    def change(file):
        file["obsm/linked"] = h5py.ExternalLink(other, "/vectors")
        file["obsm/texts"] = np.array([[b"a", b"b"]] * 60)
        file.create_group("obsm/empty")
        write_frame(file.create_group("obsm/words"), WORDS, {"word": WORDS})
        file["obs/short"] = np.arange(9)
        file["obs/linked"] = h5py.ExternalLink(other, "/vectors")
        file.create_group("obs/group")
        file["layers/counts"] = VECTORS

    found = load(anndata(change))
    assert not {"short", "linked", "group"} & set(found.metadata.column_names)
    assert "obsm/linked" not in found.opened.facts.keys
    assert "'obsm/linked' is not read, as it is a link, which is not followed." in found.notes
    assert "layers/counts" in found.opened.facts.keys


def test_anndata_of_version_07(tmp_path):
    with h5py.File(tmp_path / "x.h5ad", "w") as file:
        sparse(file.create_group("X"))
        obs = file.create_group("obs")
        obs.attrs.update({"_index": "cells", "encoding-type": "dataframe"})
        obs["cells"] = WORDS
        codes = obs.create_dataset("kind", data=np.array([0, 1, -1] * 20, np.int8))
        obs["__categories/kind"] = ["aa", "bb"]
        codes.attrs["categories"] = obs["__categories/kind"].ref
        file.create_group("var")
        file["obsm/X_pca"] = VECTORS
    found = load(tmp_path / "x.h5ad")
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert list(found.labels) == WORDS
    assert found.metadata.to_pydict() == {"kind": ["aa", "bb", None] * 20}


def test_anndata_of_version_06(tmp_path):
    obs = np.zeros(60, [("index", "S10"), ("louvain", "i1"), ("n", ">i8"), ("pair", "f4", (2,))])
    obs["index"], obs["louvain"], obs["n"] = BYTES, [0, 1, -1] * 20, range(60)
    obsm = np.zeros(60, [("X_pca", "f4", (5,)), ("X_tsne", "f8", (2,)), ("name", "S2")])
    obsm["X_pca"], obsm["X_tsne"] = VECTORS, VECTORS[:, :2]
    with h5py.File(tmp_path / "x.h5ad", "w") as file:
        group = file.create_group("X")
        group.attrs["h5sparse_format"] = "csr"
        file["obs"], file["obsm"] = obs, obsm
        file["var"] = np.zeros(5, [("index", "S3")])
        file["uns/louvain_categories"] = np.array([b"L0", b"L1"])
    found = load(tmp_path / "x.h5ad")
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert list(found.labels) == WORDS
    values = found.metadata.to_pydict()
    assert values["louvain"][:3] == ["L0", "L1", None]
    assert values["n"] == list(range(60))
    np.testing.assert_array_equal(values["X_tsne-1"], VECTORS[:, 1])
    assert "pair" not in values


@pytest.mark.parametrize("name", ["glove.h5", "glove.h5ad"])
def test_glove(data_folder, name):
    found = load(data_folder / "glove50" / name)
    golden = np.load(data_folder / "glove50/golden_5050x50.f4.npy")
    np.testing.assert_array_equal(found.vectors, golden)
    words = (data_folder / "glove50/golden_words.txt").read_text("utf-8").split("\n")
    assert list(found.labels) == words[:5050]
