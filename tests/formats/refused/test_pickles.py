import gzip
import io
import pickle
import struct
import zipfile
import zlib

import joblib
import numpy as np
import pytest
from gensim.models import Doc2Vec, FastText, KeyedVectors, Word2Vec
from gensim.models.doc2vec import TaggedDocument

from embedviz.core.errors import UserError
from embedviz.formats import load
from embedviz.formats.refused.pickles import name_pickle, name_torch_archive

VECTORS = np.random.default_rng(7).normal(size=(4, 3)).astype(np.float32)
TEXTS = [["a", "b", "c", "d"]] * 3
TRAINING = {"vector_size": 3, "min_count": 1, "epochs": 1, "workers": 1}


@pytest.fixture
def words():
    found = KeyedVectors(3)
    found.add_vectors(["a", "b", "c", "d"], VECTORS)
    return found


def refused(path):
    """Return what a file is said to be, and the line that exports it."""
    with pytest.raises(UserError) as raised:
        load(path)
    message = str(raised.value)
    assert message.startswith(f"{path.name} is ")
    assert " (a Python pickle), which cannot be read. It could run any code when opened" in message
    what = message.removeprefix(f"{path.name} is ").partition(" (a Python")[0]
    return what, message.partition("in its folder: ")[2]


def exported(path, line, monkeypatch):
    """Return the set in the file that the line writes."""
    monkeypatch.chdir(path.parent)
    exec(line, {})
    return load(next(path.parent.glob("vectors.*")))


def test_vectors_of_gensim(tmp_path, words, monkeypatch):
    path = tmp_path / "it's.kv"
    words.save(str(path))
    what, line = refused(path)
    assert what == "gensim's own file of vectors"
    found = exported(path, line, monkeypatch)
    assert list(found.labels) == words.index_to_key
    np.testing.assert_array_equal(found.vectors, VECTORS)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: Word2Vec(TEXTS, **TRAINING), "a gensim Word2Vec model"),
        (lambda: FastText(TEXTS, bucket=9, **TRAINING), "a gensim FastText model"),
        (
            lambda: FastText(TEXTS, bucket=9, **TRAINING).wv,
            "gensim's own file of fastText vectors",
        ),
        (
            lambda: Doc2Vec(
                [TaggedDocument(TEXTS[0], ["x"]), TaggedDocument("ab", ["y"])], **TRAINING
            ),
            "a gensim Doc2Vec model",
        ),
    ],
)
def test_models_of_gensim(tmp_path, make, kind, monkeypatch):
    model = make()
    path = tmp_path / "x.model"
    model.save(str(path))
    what, line = refused(path)
    assert what == kind
    expected = model.dv if "Doc2Vec" in kind else getattr(model, "wv", model)
    found = exported(path, line, monkeypatch)
    assert list(found.labels) == expected.index_to_key
    np.testing.assert_allclose(found.vectors, expected.vectors, rtol=1e-6)


def test_arrays_beside_models_of_gensim(tmp_path, words):
    path = tmp_path / "x.kv"
    words.save(str(path), separately=["vectors"], sep_limit=0)
    found = load(tmp_path / "x.kv.vectors.npy")
    np.testing.assert_array_equal(found.vectors, VECTORS)
    note = found.notes[-2] if found.notes[-1].startswith("No labels") else found.notes[-1]
    assert note.startswith("This is a part of x.kv, gensim's own file of vectors")
    assert "KeyedVectors.load('x.kv').save_word2vec_format" in note
    np.save(tmp_path / "x.kv.syn1neg.npy", VECTORS)
    other = " ".join(load(tmp_path / "x.kv.syn1neg.npy").notes)
    assert "This is a part (syn1neg, which is not the vectors of the words) of x.kv" in other
    path.unlink()
    assert not any("part" in note for note in load(tmp_path / "x.kv.vectors.npy").notes)
    path.write_bytes(b"no pickle")
    assert not any("part" in note for note in load(tmp_path / "x.kv.vectors.npy").notes)


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (VECTORS, "a NumPy array"),
        (VECTORS.astype(float).tolist(), "a Python list"),
        ({word: VECTORS[i].tolist() for i, word in enumerate("abcd")}, "a Python dictionary"),
        ({word: VECTORS[i] for i, word in enumerate("abcd")}, "a Python dictionary"),
    ],
)
def test_plain_pickles(write, protocol, content, kind, monkeypatch):
    path = write("x.pkl", pickle.dumps(content, protocol))
    what, line = refused(path)
    assert what == kind
    found = exported(path, line, monkeypatch)
    np.testing.assert_allclose(found.vectors, VECTORS, rtol=1e-6)
    if kind == "a Python dictionary":
        assert found.labels == ("a", "b", "c", "d")


@pytest.mark.parametrize("compress", [0, 1, 3, 9, ("gzip", 3)])
def test_files_of_joblib(tmp_path, compress, monkeypatch):
    path = tmp_path / "x.joblib"
    joblib.dump(VECTORS, path, compress=compress)
    what, line = refused(path)
    assert what in ("a joblib file", "a compressed joblib file")
    np.testing.assert_array_equal(exported(path, line, monkeypatch).vectors, VECTORS)


@pytest.mark.parametrize(
    ("classes", "kind", "line"),
    [
        (
            [b"pandas.core.frame\nDataFrame", b"pandas.core.series\nSeries"],
            "a pandas table",
            "import pandas; pandas.read_pickle('x.pkl').rename(columns=str).to_parquet(",
        ),
        (
            [b"pandas.core.series\nSeries", b"pandas.core.indexes.base\n_new_Index"],
            "a pandas series",
            "pandas.read_pickle('x.pkl').to_frame('embedding').to_parquet('vectors.parquet')",
        ),
        ([b"os\nsystem"], "a Python object", "pickle.loads(pathlib.Path('x.pkl').read_bytes())"),
        (
            [b"torch._utils\n_rebuild_tensor_v2"],
            "a PyTorch tensor",
            "torch.load('x.pkl', map_location='cpu', weights_only=True).detach().float().numpy()",
        ),
        (
            [b"collections\nOrderedDict", b"torch._utils\n_rebuild_tensor_v2"],
            "a PyTorch file",
            "save_file(torch.load('x.pkl', map_location='cpu', weights_only=True), 'vectors.safe",
        ),
    ],
)
def test_classes_that_are_named(write, classes, kind, line):
    data = b"\x80\x02" + b"".join(b"c" + name + b"\n" for name in classes) + b"."
    what, found = refused(write("x.pkl", data))
    assert what == kind
    assert line in found


def torch_archive(data):
    """Return the bytes of an archive as PyTorch writes it: a pickle first, numbers aligned."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        info = zipfile.ZipInfo("model/data.pkl")
        info.extra = b"FB" + struct.pack("<H", 10) + b"Z" * 10
        archive.writestr(info, data)
        archive.writestr("model/data/0", VECTORS.tobytes())
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\nq\0.", "a PyTorch tensor"),
        (
            b"\x80\x02ccollections\nOrderedDict\nctorch._utils\n_rebuild_tensor_v2\n.",
            "a PyTorch file",
        ),
        (b"\x80\x02}X\1\0\0\0actorch._utils\n_rebuild_tensor_v2\n.", "a PyTorch file"),
        (b"", "a PyTorch file"),
    ],
)
def test_archives_of_pytorch(write, data, kind):
    assert refused(write("x.pt", torch_archive(data)))[0] == kind


def test_old_files_of_pytorch(write):
    number = pickle.dumps(0x1950A86A20F9469CFC6C, 2)
    what, line = refused(write("x.pt", number + pickle.dumps(1001, 2)))
    assert what == "a PyTorch file"
    assert line.endswith("weights_only=True), 'vectors.safetensors')")


def test_compressed_pickles(write):
    assert refused(write("x.gz", gzip.compress(pickle.dumps([1.5]))))[0] == "a Python list"


@pytest.mark.parametrize(
    "data",
    [b"x\x9c", b"x 1 2\n", zlib.compress(b"text"), b"cat\ndog\nbird\n", b"(a) 1 2\n", b"} 1 2\n"],
)
def test_what_is_no_pickle(data):
    assert name_pickle(data, "x") is None
    assert name_torch_archive(b"PK\x03\x04" + bytes(99), "x") is None


def test_nothing_is_run(write, tmp_path):
    class Trap:
        def __reduce__(self):
            return open, (str(tmp_path / "trap"), "w")

    for protocol in range(6):
        assert refused(write("x.pkl", pickle.dumps(Trap(), protocol)))[0] == "a Python object"
    assert not (tmp_path / "trap").exists()


@pytest.mark.parametrize("size", range(2, 40, 3))
def test_pickles_that_are_cut(write, size):
    refused(write("x.pkl", pickle.dumps({"a": VECTORS})[:size]))
