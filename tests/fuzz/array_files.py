"""NumPy arrays and archives, safetensors, fastText models, pickles."""

from __future__ import annotations

import io
import json
import pickle
import struct
from random import Random
from typing import Any

import numpy as np

from .corpus import Beside, Sample, builder, labels, matrix, plain_labels

_DTYPES = (
    "<f4", "<f4", ">f4", "<f2", "<f8", ">f8", "<i4", "|i1", "|u1", "|b1", ">i2", "<c8", "<U5",
    "O", "<M8[D]", "<i8",
)  # fmt: skip


def saved(array: Any) -> bytes:
    """Return an array as an `.npy`."""
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.asanyarray(array), allow_pickle=True)
    return buffer.getvalue()


def _array(rng: Random) -> Any:
    vectors = matrix(rng)
    dtype = rng.choice(_DTYPES)
    with np.errstate(all="ignore"):
        array: Any = np.nan_to_num(vectors * 10, posinf=9, neginf=9).astype(dtype)
    if array.dtype.kind in "fc" and rng.random() < 0.2:
        array[0, 0] = np.nan
    if rng.random() < 0.2:
        array = np.asfortranarray(array)
    if rng.random() < 0.1:
        array = array.reshape(rng.choice((-1, (1, *array.shape), (*array.shape, 1))))
    return array


@builder("NumPy array")
def npy(rng: Random) -> Sample:
    return Sample({"vectors.npy": saved(_array(rng))})


@builder("NumPy array")
def npy_with_labels(rng: Random) -> Sample:
    vectors = matrix(rng)
    names = [label.replace("\n", " ") for label in labels(rng, len(vectors))]
    if rng.random() < 0.3:
        names.insert(0, "name")
    files = {"vectors.npy": saved(vectors), "labels.txt": "\n".join(names).encode()}
    options: dict[str, Any] = {"labels": Beside("labels.txt")}
    if rng.random() < 0.3:
        options["labels_header"] = rng.random() < 0.5
    return Sample(files, options)


@builder("NumPy archive")
def npz(rng: Random) -> Sample:
    array = _array(rng)
    n_rows = len(array)
    arrays: dict[str, Any] = {rng.choice(("vectors", "X", "arr_0", "a/b")): array}
    if rng.random() < 0.5:
        kind = rng.choice(("U", "S"))
        names = labels(rng, n_rows) if kind == "U" else [f"w{i}" for i in range(n_rows)]
        arrays["labels"] = np.array(names, kind)
    if rng.random() < 0.3:
        arrays["score"] = np.arange(n_rows).astype(rng.choice(("<f8", ">i4", "?")))
    if rng.random() < 0.25:
        arrays["other"] = matrix(rng, n_rows)
    if rng.random() < 0.15:
        arrays["objects"] = np.array([None] * n_rows, object)
    buffer = io.BytesIO()
    rng.choice((np.savez, np.savez_compressed))(buffer, **arrays)
    return Sample({"arrays.npz": buffer.getvalue()})


def _tensor(rng: Random, kind: str, vectors: Any) -> tuple[str, bytes]:
    if kind == "BF16":
        return kind, (vectors.view(np.uint32) >> 16).astype("<u2").tobytes()
    dtypes = {"F32": "<f4", "F16": "<f2", "F64": "<f8", "I64": "<i8", "I8": "|i1"}
    with np.errstate(all="ignore"):
        return kind, np.nan_to_num(vectors).astype(dtypes[kind]).tobytes()


@builder("safetensors")
def safetensors(rng: Random) -> Sample:
    header: dict[str, Any] = {}
    data = b""
    vectors = matrix(rng)
    names = labels(rng, len(vectors))
    if rng.random() < 0.4:
        key = rng.choice(("vocab", "tokens", "labels"))
        header["__metadata__"] = {"format": "pt", key: json.dumps(names)}
    for i in range(rng.choice((1, 1, 1, 2, 3))):
        kind, raw = _tensor(
            rng, rng.choice(("F32", "F32", "F16", "BF16", "F64", "I64", "I8")), vectors
        )
        shape = rng.choice(([*vectors.shape], [*vectors.shape], [*vectors.shape], [vectors.size]))
        header[f"embedding.{i}"] = {
            "dtype": kind,
            "shape": shape,
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    files = {"model.safetensors": struct.pack("<Q", len(text)) + text + data}
    kind = rng.choice(("none", "txt", "json", "asked"))
    if kind == "txt":
        files["vocab.txt"] = "\n".join(names).encode()
    elif kind == "json":
        files["vocab.json"] = json.dumps({name: i for i, name in enumerate(names)}).encode()
    elif kind == "asked":
        files["words.txt"] = "\n".join(names).encode()
        return Sample(files, {"labels": Beside("words.txt")})
    return Sample(files)


@builder("fastText", 0.7)
def fasttext(rng: Random) -> Sample:
    words = plain_labels(rng, rng.choice((1, 3, 8)))
    dimensions, bucket = rng.choice((2, 4, 8)), rng.choice((0, 5, 20))
    is_supervised = rng.random() < 0.15
    model = 3 if is_supervised else rng.choice((1, 2))
    minn, maxn = rng.choice(((3, 6), (2, 3), (0, 0)))
    settings = (
        dimensions,
        5,
        5,
        1,
        5,
        1,
        3 if is_supervised else 2,
        model,
        bucket,
        minn,
        maxn,
        100,
    )
    is_old = rng.random() < 0.1  # Before there were a magic number, pruning and quantization.
    data = b"" if is_old else struct.pack("<2i", 793712314, 12)
    data += struct.pack("<12id", *settings, 1e-4)
    n_labels = 2 if is_supervised else 0
    entries = [(word, 0) for word in words] + [(f"__label__{i}", 1) for i in range(n_labels)]
    data += struct.pack("<3iq", len(entries), len(words), n_labels, 1000)
    data += b"" if is_old else struct.pack("<q", -1)
    for word, kind in entries:
        data += word.encode() + b"\0" + struct.pack("<qb", rng.randrange(1, 99), kind)
    inputs = matrix(rng, len(words) + bucket, dimensions)
    outputs = matrix(rng, n_labels or len(words), dimensions)
    for numbers in (inputs, outputs):
        data += b"" if is_old else b"\0"
        data += struct.pack("<2q", *numbers.shape) + numbers.astype("<f4").tobytes()
    return Sample({"model.bin": data})


class _Runs:
    """Writes a file next to the case when it is unpickled."""

    def __reduce__(self) -> Any:
        return open, ("../outside/executed", "w")


def trap(protocol: int = 4) -> bytes:
    """Return a pickle that leaves `../outside/executed` behind when it is loaded."""
    return pickle.dumps({"vectors": _Runs()}, protocol)


@builder("refused", 0.5)
def pickled(rng: Random) -> Sample:
    return Sample(
        {rng.choice(("model.kv", "model.pt", "x.pkl")): trap(rng.choice((0, 2, 3, 4, 5)))}
    )


@builder("refused", 0.5)
def pickled_in_array(rng: Random) -> Sample:
    array = np.empty((2, 3), object)
    array[:] = _Runs()
    if rng.random() < 0.5:
        return Sample({"objects.npy": saved(array)})
    buffer = io.BytesIO()
    np.savez(buffer, vectors=array, labels=np.array(["a", "b"]))
    return Sample({"objects.npz": buffer.getvalue()})


_STARTS = (
    b"%PDF-1.4\n", b"<!doctype html><html>", b"\x89PNG\r\n\x1a\n", b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c", b"SQLite format 3\0", b"\xff\xfeh\0i\0", b"\x28\xb5\x2f\xfd",
    b"GIF89a", b"RIFF", b"\x7fELF", b"{\\rtf", b"version https://git-lfs.github.com/spec/v1\n",
    b"#!/bin/sh\n", b"", b"\0" * 64, b"PK\x05\x06" + b"\0" * 18,
)  # fmt: skip


@builder("refused", 0.5)
def other_kinds(rng: Random) -> Sample:
    return Sample({"file.dat": rng.choice(_STARTS) + rng.randbytes(rng.choice((0, 5, 300, 3000)))})


_WORDS = (
    "0.5", "-1", "1e400", "nan", " ", "\t", "\n", ",", ";", '"', "[", "]", "{", "}", ":", "word",
    "\r\n", "\0", "é", "10 3", "\\", "null", "1,5", "|", "\u00a0", "'", "\x1c", "0x1p3", "1_000",
    "٣",
)  # fmt: skip


@builder("refused", 0.5)
def noise(rng: Random) -> Sample:
    count = rng.choice((1, 3, 20, 300))
    return Sample({"noise.txt": "".join(rng.choices(_WORDS, k=count)).encode()})
