"""word2vec and GloVe text, tables, the Projector's files, JSON."""

from __future__ import annotations

import base64
import csv
import io
import json
import struct
import zlib
from random import Random
from typing import Any

import numpy as np

from .corpus import (
    QUOTED_LABELS,
    Beside,
    FloatArray,
    Sample,
    builder,
    labels,
    matrix,
    plain_labels,
    printed,
)


def text_lines(rng: Random, names: list[str], vectors: FloatArray, end: str = "\n") -> str:
    """Return a label and numbers on each line."""
    lines = zip(names, vectors, strict=True)
    return "".join(f"{name} {' '.join(printed(row, rng))}{end}" for name, row in lines)


@builder("word2vec text")
def word2vec_text(rng: Random) -> Sample:
    vectors = matrix(rng)
    end = rng.choice(("\n", " \n", "\r\n"))
    count = len(vectors) + rng.choice((0, 0, 0, 1, -1, 1000))
    text = f"{count} {vectors.shape[1]}{end.strip(' ')}"
    text += text_lines(rng, labels(rng, len(vectors)), vectors, end)
    mark = b"\xef\xbb\xbf" if rng.random() < 0.1 else b""
    return Sample({"vectors.vec": mark + text.encode()})


@builder("word2vec text")
def glove_text(rng: Random) -> Sample:
    vectors = matrix(rng)
    text = text_lines(rng, labels(rng, len(vectors)), vectors)
    return Sample({"glove.txt": text.removesuffix(rng.choice(("\n", ""))).encode()})


@builder("word2vec text")
def cut_tokens(rng: Random) -> Sample:
    vectors = matrix(rng, dimensions=3)
    names = [f"é{i}".encode()[1:] for i in range(len(vectors))]
    lines = zip(names, vectors, strict=True)
    body = b"".join(
        name + b" " + " ".join(printed(row, rng)).encode() + b"\n" for name, row in lines
    )
    return Sample({"cut.txt": f"{len(vectors)} 3\n".encode() + body})


@builder("word2vec binary")
def word2vec_binary(rng: Random) -> Sample:
    vectors = matrix(rng)
    end = rng.choice((b"", b"\n"))
    count = len(vectors) + rng.choice((0, 0, 0, 1, -1))
    data = f"{count} {vectors.shape[1]}\n".encode()
    for name, row in zip(plain_labels(rng, len(vectors)), vectors, strict=True):
        data += name.encode() + b" " + row.astype("<f4").tobytes() + end
    return Sample({"vectors.bin": data})


def _csv(rows: list[list[str]], separator: str, rng: Random) -> bytes:
    buffer = io.StringIO()
    quoting = rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    writer = csv.writer(
        buffer, delimiter=separator, quoting=quoting, lineterminator=rng.choice(("\n", "\r\n"))
    )
    writer.writerows(rows)
    mark = "\ufeff" if rng.random() < 0.15 else ""
    return (mark + buffer.getvalue()).encode()


@builder("table")
def wide_table(rng: Random) -> Sample:
    vectors = matrix(rng)
    separator = rng.choice((",", "\t", ";", "|"))
    names = labels(rng, len(vectors), QUOTED_LABELS)
    rows = [[name, *printed(row, rng)] for name, row in zip(names, vectors, strict=True)]
    if separator == ";" and rng.random() < 0.6:
        rows = [[row[0], *(number.replace(".", ",") for number in row[1:])] for row in rows]
    header = [rng.choice(("word", "label", "id", "")), *(f"d{i}" for i in range(len(vectors[0])))]
    if rng.random() < 0.4:
        header.insert(1, "group")
        rows = [[row[0], rng.choice("ab"), *row[1:]] for row in rows]
    start = [header] if rng.random() < 0.8 else []
    return Sample({"table.csv": _csv(start + rows, separator, rng)})


@builder("table")
def list_table(rng: Random) -> Sample:
    vectors = matrix(rng)
    names = labels(rng, len(vectors), QUOTED_LABELS)
    columns = ["text", "embedding", "score"]
    rows = [
        [name, f"[{', '.join(printed(row, rng))}]", str(rng.randrange(9))]
        for name, row in zip(names, vectors, strict=True)
    ]
    if rng.random() < 0.3:
        columns.append("title_embedding")
        rows = [[*row, row[1]] for row in rows]
    return Sample({"lists.csv": _csv([columns, *rows], rng.choice(",\t;"), rng)})


@builder("table")
def with_metadata(rng: Random) -> Sample:
    """A matrix and a table beside it, joined by row or by key."""
    vectors = matrix(rng)
    names = [f"w{i}" for i in range(len(vectors))]
    text = f"{len(vectors)} {len(vectors[0])}\n" + text_lines(rng, names, vectors)
    rows = [[name, str(rng.random()), rng.choice("abc")] for name in names]
    options: dict[str, Any] = {"metadata": Beside("more.tsv")}
    if rng.random() < 0.5:
        rng.shuffle(rows)
        options["metadata_key"] = "name"
    return Sample(
        {"set.vec": text.encode(), "more.tsv": _csv([["name", "x", "kind"], *rows], "\t", rng)},
        options,
    )


def _tensors(vectors: FloatArray, rng: Random) -> bytes:
    return "".join("\t".join(printed(row, rng)) + "\n" for row in vectors).encode()


def _metadata(rng: Random, count: int) -> bytes:
    end = rng.choice(("\n", "\r\n"))
    names = [name.replace("\t", " ") for name in labels(rng, count)]
    if rng.random() < 0.5:
        return "".join(name + end for name in names).encode()
    lines = [
        "label\tpart\t__next__",
        *(f"{name}\t{rng.random()}\t{i}" for i, name in enumerate(names)),
    ]
    return "".join(line + end for line in lines).encode()


@builder("Projector tensors")
def tensors(rng: Random) -> Sample:
    vectors = matrix(rng)
    count = len(vectors) + rng.choice((0, 0, 0, 0, 1, -1))
    return Sample({"tensors.tsv": _tensors(vectors, rng), "metadata.tsv": _metadata(rng, count)})


_ELSEWHERE = (
    "/etc/passwd", "../outside/secret.bytes", "../outside/secret.tsv", "C:\\x", "a\nb.bytes",
    "missing.bytes", ".", "",
)  # fmt: skip


def png(width: int, height: int) -> bytes:
    """Return a gray picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * min(width, 4096)) * min(height, 4096))
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@builder("Projector config")
def projector_json(rng: Random) -> Sample:
    vectors = matrix(rng)
    count, width = vectors.shape
    is_raw = rng.random() < 0.6
    tensor = "data/tensors.bytes" if is_raw else "tensors.tsv"
    data = vectors.astype("<f4").tobytes() if is_raw else _tensors(vectors, rng)
    path = rng.choice(_ELSEWHERE) if rng.random() < 0.2 else tensor
    entry: dict[str, Any] = {
        "tensorName": rng.choice(("words", "a/b", "\n")),
        "tensorShape": [count, width],
        "tensorPath": path,
    }
    files = {tensor: data}
    if rng.random() < 0.7:
        entry["metadataPath"] = rng.choice(("metadata.tsv", *_ELSEWHERE[:3]))
        files["metadata.tsv"] = _metadata(rng, count)
    if rng.random() < 0.4:
        entry["sprite"] = {"imagePath": "sprite.png", "singleImageDim": [4, 4]}
        side = 4 * int(np.ceil(count**0.5))
        files["sprite.png"] = png(side, side)
    if rng.random() < 0.3:
        entry["bookmarksPath"] = "bookmarks.txt"
        files["bookmarks.txt"] = b'[{"label": "one", "selectedPoints": [0]}]'
    entries = [entry]
    if rng.random() < 0.3:
        entries.append({**entry, "tensorName": "second"})
    config = {"embeddings": entries, "modelCheckpointPath": "../outside/secret.txt"}
    return Sample({"projector_config.json": json.dumps(config, indent=2).encode(), **files})


@builder("Projector config")
def projector_text_proto(rng: Random) -> Sample:
    vectors = matrix(rng)
    entries = ""
    files = {}
    for i in range(rng.choice((1, 1, 2))):
        folder = f"{i:05d}/default"
        path = rng.choice(_ELSEWHERE[:3]) if rng.random() < 0.1 else f"{folder}/tensors.tsv"
        entries += (
            f'embeddings {{\n  tensor_name: "default:{i}"\n  tensor_path: {json.dumps(path)}\n'
        )
        entries += f'  metadata_path: "{folder}/metadata.tsv"\n}}\n'
        files[f"{folder}/tensors.tsv"] = _tensors(vectors, rng)
        files[f"{folder}/metadata.tsv"] = _metadata(rng, len(vectors))
    return Sample({"projector_config.pbtxt": entries.encode(), **files})


@builder("Projector config")
def raw_bytes(rng: Random) -> Sample:
    """A `.bytes` file opened itself, its config beside it or not."""
    vectors = matrix(rng)
    files = {"tensors.bytes": vectors.astype("<f4").tobytes()}
    if rng.random() < 0.8:
        entry = {
            "tensorName": "x",
            "tensorShape": list(vectors.shape),
            "tensorPath": "tensors.bytes",
        }
        files["projector_config.json"] = json.dumps({"embeddings": [entry]}).encode()
    return Sample(files)


def _vector(row: FloatArray, rng: Random) -> Any:
    if rng.random() < 0.3:
        return base64.b64encode(row.astype("<f4").tobytes()).decode()
    return [None if number != number else float(number) for number in row]


def _dumped(value: Any, rng: Random) -> bytes:
    indent = rng.choice((None, None, 1))
    return json.dumps(value, ensure_ascii=rng.random() < 0.5, indent=indent).encode(
        "utf-8", "surrogatepass"
    )


@builder("JSON", 1.5)
def json_object(rng: Random) -> Sample:
    vectors = matrix(rng)
    names = labels(rng, len(vectors), QUOTED_LABELS)
    entries = zip(names, vectors.tolist(), strict=True)
    return Sample({"set.json": _dumped(dict(entries), rng)})


def _records(rng: Random) -> list[dict[str, Any]]:
    vectors = matrix(rng)
    names = labels(rng, len(vectors), QUOTED_LABELS)
    key = rng.choice(("embedding", "vector", "values", "emb.x"))
    records: list[dict[str, Any]] = [
        {"id": i, "text": name, key: [float(x) for x in row], "more": {"a": [1, {"b": None}]}}
        for i, (name, row) in enumerate(zip(names, vectors, strict=True))
    ]
    if rng.random() < 0.2:
        records = [{**record, "second": record[key]} for record in records]
    if rng.random() < 0.2:
        records[-1].pop("text")
    return records


@builder("JSON")
def json_records(rng: Random) -> Sample:
    return Sample({"records.json": _dumped(_records(rng), rng)})


@builder("JSON")
def json_lines(rng: Random) -> Sample:
    end = rng.choice((b"\n", b"\r\n", b"\n\n"))
    lines = [json.dumps(record).encode() for record in _records(rng)]
    return Sample({"records.jsonl": end.join(lines) + end})


@builder("JSON")
def json_rows(rng: Random) -> Sample:
    return Sample({"rows.json": _dumped(matrix(rng).tolist(), rng)})


def _response(rng: Random, vectors: FloatArray) -> dict[str, Any]:
    data = [
        {"object": "embedding", "index": i, "embedding": _vector(row, rng)}
        for i, row in enumerate(vectors)
    ]
    if rng.random() < 0.3:
        rng.shuffle(data)
    return {"object": "list", "data": data, "model": "m", "usage": {"prompt_tokens": 8}}


@builder("JSON")
def openai_response(rng: Random) -> Sample:
    return Sample({"response.json": _dumped(_response(rng, matrix(rng)), rng)})


@builder("JSON")
def openai_batch(rng: Random) -> Sample:
    lines = []
    for i in range(rng.choice((1, 2, 5))):
        body = _response(rng, matrix(rng, rng.choice((1, 1, 2)), 4))
        failed = rng.random() < 0.1
        line = {
            "id": f"batch_{i}",
            "custom_id": f"request-{i}",
            "response": None if failed else {"status_code": 200, "body": body},
            "error": {"message": "no"} if failed else None,
        }
        lines.append(json.dumps(line).encode() + b"\n")
    rng.shuffle(lines)
    return Sample({"batch_output.jsonl": b"".join(lines)})


@builder("JSON")
def nested_embeddings(rng: Random) -> Sample:
    """What other services answer: `{"embeddings": [{"values": […]}]}` and the like."""
    rows = [[float(x) for x in row] for row in matrix(rng)]
    shapes: tuple[Any, ...] = (
        {"embeddings": [{"values": row} for row in rows]},
        {"embeddings": rows, "texts": labels(rng, len(rows))},
        {"predictions": [{"embeddings": {"values": row}} for row in rows]},
        {"vectors": rows, "labels": labels(rng, len(rows))},
    )
    return Sample({"answer.json": _dumped(rng.choice(shapes), rng)})
