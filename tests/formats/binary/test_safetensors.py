import gzip
import json
import struct
from mmap import mmap

import numpy as np
import pytest
from safetensors.numpy import save

from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.formats import inspect, load

VECTORS = np.random.default_rng(5).normal(size=(6, 4)).astype(np.float32)
WORDS = ["a", "b", "ç", "\U0001f600", '"', "f"]


def tensors(entries, data=b"", metadata=None):
    """Return the bytes of a file with any header."""
    header = ({} if metadata is None else {"__metadata__": metadata}) | entries
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def entry(dtype="F32", shape=(6, 4), offsets=(0, 96)):
    """Return what a header says of a tensor."""
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


def is_mapped(array):
    """Return whether an array lies in a file."""
    while isinstance(array, np.ndarray):
        array = array.base
    return isinstance(array, mmap)


@pytest.mark.parametrize(
    "dtype", ["f4", "f2", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?"]
)
def test_types_as_the_library_writes_them(write, dtype):
    array = (10 * VECTORS).astype(dtype) if dtype != "u8" else np.arange(24, dtype=dtype)
    array = array.reshape(6, 4)
    path = write("x.safetensors", save({"x": array}))
    found = load(path)
    np.testing.assert_array_equal(found.vectors, array.astype(np.float32))
    assert found.source == f"safetensors · {path}"
    assert found.name == "x"
    assert found.opened.facts.dtype == array.dtype.name
    assert found.opened.facts.keys == {"x": f"6 × 4 {array.dtype.name}"}
    assert is_mapped(found.vectors) == (dtype == "f4")


@pytest.mark.parametrize("packed", [False, True])
def test_bfloat16_is_the_upper_half_of_float32(write, packed):
    upper = (VECTORS.view(np.uint32) >> 16).astype("<u2")
    data = tensors({"a": entry("I8", (3,), (0, 3)), "x": entry("BF16", offsets=(3, 51))})
    data += b"abc" + upper.tobytes()
    found = load(write("x", gzip.compress(data) if packed else data))
    np.testing.assert_array_equal(
        found.vectors.view(np.uint32), upper.astype(np.uint32) << np.uint32(16)
    )
    assert "Converted from bfloat16 to float32." in found.notes


def test_numbers_that_start_anywhere(write):
    data = tensors({"a": entry("I8", (1,), (0, 1)), "x": entry(offsets=(1, 97))})
    found = load(write("x", data + b"a" + VECTORS.tobytes()))
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert found.vectors.flags.aligned


def test_compressed(write):
    data = gzip.compress(save({"position": VECTORS, "vectors": 2 * VECTORS}))
    np.testing.assert_array_equal(load(write("x.gz", data)).vectors, 2 * VECTORS)


@pytest.mark.parametrize("key", ["vocab", "labels", "words"])
@pytest.mark.parametrize("form", [WORDS, {word: i for i, word in enumerate(WORDS)}])
def test_labels_in_the_header(write, key, form):
    data = save({"x": VECTORS}, {key: json.dumps(form), "format": "np"})
    found = load(write("x.safetensors", data))
    assert list(found.labels) == WORDS
    assert found.notes == (f"Labels from {key!r} in the header.",)


def test_labels_follow_the_rows_that_are_kept(write):
    vectors = VECTORS.copy()
    vectors[1, 2] = np.inf
    path = write("x", save({"x": vectors}, {"vocab": json.dumps(WORDS)}))
    with pytest.raises(ChoiceRequired, match=r"row 1 \(from 0\): a number is NaN or infinite"):
        load(path)
    found = load(path, on_bad_rows="skip", max_rows=3)
    assert list(found.labels) == ["a", "ç", "\U0001f600"]


@pytest.mark.parametrize("given", ["[", "3", '["a"]', "[1, 2]", "[" * 9999])
def test_labels_in_the_header_that_do_not_fit(write, given):
    found = load(write("x", save({"x": VECTORS}, {"vocab": given})))
    assert found.labels == tuple("012345")
    counted = "'vocab' in the header has 1 label for 6 vectors, so it is not used."
    assert (counted in found.notes) == (given == '["a"]')


@pytest.mark.parametrize("name", ["x.vocab.txt", "vocab.txt", "labels.txt"])
def test_vocabulary_beside_it(write, name):
    write(name, "\n".join(WORDS) + "\n")
    found = load(write("x.safetensors", save({"x": VECTORS})))
    assert list(found.labels) == WORDS
    assert found.notes == (f"Labels from {name}.",)


def test_tokenizer_beside_it_after_a_vocabulary_that_does_not_fit(write):
    write("vocab.txt", "one\ntwo\n")
    write("tokenizer.json", json.dumps({"model": {"vocab": {w: i for i, w in enumerate(WORDS)}}}))
    path = write("x.safetensors", save({"x": VECTORS}))
    found = load(path)
    assert list(found.labels) == WORDS
    assert found.notes[0].startswith("vocab.txt beside it is not used. vocab.txt: 2 rows for 6")
    assert found.notes[1] == "Labels from tokenizer.json."
    assert load(path, labels=list("uvwxyz")).labels == tuple("uvwxyz")


def test_vocabulary_that_is_asked_for(write):
    wanted = write("other.json", json.dumps({word: i for i, word in enumerate(WORDS)}))
    path = write("x.safetensors", save({"x": VECTORS}))
    assert list(load(path, labels=wanted).labels) == WORDS
    with pytest.raises(UserError, match=r"short\.json: 1 row for 6 vectors"):
        load(path, labels=write("short.json", '["a"]'))


@pytest.mark.parametrize(
    "usual",
    [
        "embeddings",
        "vectors",
        "embedding.weight",
        "bert.embeddings.word_embeddings.weight",
        "model.embed_tokens.weight",
        "wte.weight",
        "encoder.embedding",
    ],
)
def test_usual_names_come_first(write, usual):
    others = {
        "bert.embeddings.position_embeddings.weight": VECTORS,
        "encoder.layer.0.dense.weight": VECTORS,
        "bias": VECTORS[0],
    }
    found = load(write("x.safetensors", save(others | {usual: 2 * VECTORS})))
    np.testing.assert_array_equal(found.vectors, 2 * VECTORS)
    also = ", ".join(f"{name} (6 × 4 float32)" for name in list(others)[:2])
    assert f"Vectors from the tensor {usual!r}; there is also {also}." in found.notes
    assert found.opened.facts.key == usual
    assert len(found.opened.facts.keys) == 3


def test_several_matrices_need_a_key(write):
    path = write(
        "x.safetensors", save({"first": VECTORS, "second": 2 * VECTORS, "one": VECTORS[0]})
    )
    with pytest.raises(ChoiceRequired, match=r"first \(6 × 4 float32\), second") as raised:
        load(path)
    assert raised.value.option == "key"
    assert raised.value.choices == {"first": "6 × 4 float32", "second": "6 × 4 float32"}
    with pytest.raises(ChoiceRequired):
        inspect(path)
    np.testing.assert_array_equal(load(path, key="second").vectors, 2 * VECTORS)
    with pytest.raises(UserError, match=r"no tensor 'third'\. Its matrices are first"):
        load(path, key="third")
    with pytest.raises(UserError, match="the tensor 'one' holds 4 float32"):
        load(path, key="one")


def test_nothing_to_show(write):
    with pytest.raises(UserError, match=r"no matrix of numbers, only one \(4 float32\)"):
        load(write("x", save({"one": VECTORS[0]})))
    with pytest.raises(UserError, match="only no tensor at all"):
        load(write("x", tensors({})))
    with pytest.raises(UserError, match="no vectors"):
        load(write("x", tensors({"x": entry(shape=(0, 4), offsets=(0, 0))})))
    with pytest.raises(UserError, match="1 number per row"):
        load(write("x", save({"x": VECTORS[:, :1].copy()})))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dtype": "F8_E4M3"}, r"only x \(6 × 4 values of type F8_E4M3\)"),
        ({"dtype": 3}, "header is damaged"),
        ({"dtype": "F64"}, "header is damaged"),
        ({"shape": [6, "4"]}, "header is damaged"),
        ({"shape": [-6, -4]}, "header is damaged"),
        ({"shape": [True, 24]}, "header is damaged"),
        ({"shape": [10**12, 768]}, "header is damaged"),
        ({"shape": [10**30, 0]}, "header is damaged"),
        ({"shape": [1] * 30 + [24]}, "header is damaged"),
        ({"shape": 24}, "header is damaged"),
        ({"data_offsets": [96, 0]}, "header is damaged"),
        ({"data_offsets": [0]}, "header is damaged"),
        ({"data_offsets": [-1, 95]}, "header is damaged"),
        ({"data_offsets": [8, 104]}, "cut short: its tensors end at byte"),
        ({"data_offsets": None}, "header is damaged"),
    ],
)
def test_headers_that_cannot_be_true(write, change, message):
    with pytest.raises(UserError, match=rf"^x .*{message}"):
        load(write("x", tensors({"x": entry() | change}, VECTORS.tobytes())))


@pytest.mark.parametrize(
    "data",
    [
        struct.pack("<Q", 10**9) + b'{"x": 1}',
        struct.pack("<Q", 2**55) + b'{"x": 1}',
        struct.pack("<Q", 9) + b'{"x": 1}',
        struct.pack("<Q", 8) + b'{"x": 1}',
        struct.pack("<Q", 5) + b'{"x":',
        struct.pack("<Q", 200_004) + b'{"":' + b"[" * 200_000,
        tensors({"x": None}),
        tensors({"x": []}),
        tensors({}, metadata=3),
    ],
)
def test_damaged_headers(write, data):
    for content in (data, gzip.compress(data)):
        with pytest.raises(UserError, match=r"^x (starts as safetensors|has no matrix)"):
            load(write("x", content))


def test_cut_short_and_compressed(write):
    data = gzip.compress(tensors({"x": entry()}, VECTORS.tobytes()[:-1]))
    with pytest.raises(UserError, match="ends 1 bytes too early"):
        load(write("x", data))


def test_real_file(data_folder, write):
    folder = data_folder / "glove50"
    golden = np.load(folder / "golden_5050x50.f4.npy")
    words = (folder / "golden_words.txt").read_text("utf-8").split("\n")[:-1]
    vocabulary = write("vocab.json", json.dumps({word: i for i, word in enumerate(words)}))
    for labels in (None, folder / "glove.vocab.txt", vocabulary):
        found = load(folder / "glove.safetensors", labels=labels)
        assert found.vectors.tobytes() == golden.tobytes()
        assert list(found.labels) == words
