"""safetensors: matrices of numbers with a header in JSON, as models are distributed.

A file is the length of the header (u64), the header, and the numbers of all tensors, row by row and
little-endian. The header gives each tensor its type, its shape and the bytes where it is. All of
that is read here, since the safetensors library has no bfloat16 in NumPy and does not say where a
tensor lies, so that it could not be mapped; the library is the reference in the tests. Nothing is
taken from a place that was not checked against the size of the file.

Labels are in the header, as a list in JSON among its metadata, or in a vocabulary beside the file.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.errors import UserError
from embedviz.core.notes import Note, counted
from embedviz.core.origin import ReadSettings
from embedviz.core.progress import Report
from embedviz.formats.binary.npy import array_blocks, collect, read_mapped, stream_blocks
from embedviz.formats.binary.npy_layout import NpyHeader
from embedviz.formats.binary.plain_columns import to_column
from embedviz.formats.companions.vocabulary import ordered_labels, vocabulary_companions
from embedviz.formats.labels import column_of_ids, note_on_labels
from embedviz.formats.paths import companion_of
from embedviz.formats.reading import Format, ReadResult, require_dimensions
from embedviz.formats.source import BLOCK_BYTES, Source, Stream
from embedviz.formats.vector_names import (
    ARRAY_NAMES,
    choose_vectors,
    enumerate_described,
    note_on_choice,
)

_FORMAT_NAME = "safetensors"
_LONGEST_HEADER = 100_000_000
_MOST_AXES = 16
_KINDS: Mapping[str, tuple[str, str]] = {
    "F64": ("<f8", "float64"),
    "F32": ("<f4", "float32"),
    "F16": ("<f2", "float16"),
    "BF16": ("<u2", "bfloat16"),
    "I64": ("<i8", "int64"),
    "I32": ("<i4", "int32"),
    "I16": ("<i2", "int16"),
    "I8": ("|i1", "int8"),
    "U64": ("<u8", "uint64"),
    "U32": ("<u4", "uint32"),
    "U16": ("<u2", "uint16"),
    "U8": ("|u1", "uint8"),
    "BOOL": ("|b1", "bool"),
}
_METADATA = "__metadata__"
_LABEL_NAMES = ("vocab", "labels", "words", "tokens", "texts", "names", "vocabulary", "ids")
_USUAL_IN_MODELS = tuple(
    re.compile(pattern).fullmatch
    for pattern in (
        r"embeddings?\.weight",
        r"(?:.*\.)?word_embeddings\.weight",
        r"(?:.*\.)?(?:embed_tokens|tok_embeddings|token_embedding|wte|shared)\.weight",
        r"(?:.*\.)?(?:embeddings?|vectors?)(?:\.weight)?",
    )
)
_is_tensors = re.compile(rb'.{7}\0\s*\{\s*["}]', re.DOTALL).match


@dataclass(frozen=True)
class _Tensor:
    """One entry of the header.

    Attributes
    ----------
    dtype : str
        As it is written there.
    header : NpyHeader
        With the place in the file.
    n_bytes : int
        By its offsets.
    """

    dtype: str
    header: NpyHeader
    n_bytes: int

    def __str__(self) -> str:
        return str(self.header)


def _matches(source: Source) -> bool:
    return _is_tensors(source.head) is not None


def _read(source: Source, settings: ReadSettings, report: Report) -> ReadResult:
    with source.stream() as stream:
        tensors, metadata, position = _read_header(stream, source)
        key = _choose(tensors, settings.key, source.name)
        header = tensors[key].header
        require_dimensions(source.name, header.shape[1])
        if tensors[key].dtype != "BF16" and header.n_bytes and not source.is_compressed:
            result = read_mapped(header, source, settings, report)
        else:
            blocks = _blocks(stream, position, tensors[key], source)
            result = collect(blocks, header, source, settings, report)
    result.format_name = _FORMAT_NAME
    matrices = {name: str(tensor) for name, tensor in tensors.items() if tensor.header.is_matrix}
    result.learn(key=key, keys=matrices, dtype=header.kind)
    if len(tensors) > 1:
        result.notes.append(note_on_choice("the tensor", key, matrices))
    _take_labels(metadata, result, header.shape[0])
    _take_columns(tensors, key, result, source)
    result.companions = (companion_of(source.path), *vocabulary_companions(source.path))
    return result


def _read_header(stream: Stream, source: Source) -> tuple[dict[str, _Tensor], Any, int]:
    """Return the tensors by their names, the metadata, and where the header ends.

    Raises
    ------
    UserError
        When the header is damaged or the file is cut short.
    """
    name = source.name
    length = int.from_bytes(stream.read(8), "little")
    if length > _LONGEST_HEADER or (not source.is_compressed and 8 + length > source.size):
        raise UserError(
            f"{name} starts as safetensors, but its header would have {length:,} bytes. It is "
            "damaged or cut short: copy or download it again."
        )
    text = stream.read(length)
    try:
        if len(text) < length:
            raise ValueError
        found = json.loads(text.decode())
        metadata = found.pop(_METADATA, {})
        tensors = {key: _tensor(entry, 8 + length) for key, entry in found.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise UserError(
            f"{name} starts as safetensors, but its header is damaged. Copy or download it again."
        ) from None
    if not source.is_compressed:
        end = max((tensor.header.offset + tensor.n_bytes for tensor in tensors.values()), default=0)
        if end > source.size:
            raise UserError(
                f"{name} is cut short: its tensors end at byte {end:,}, and there are "
                f"{source.size:,} bytes. Copy or download it again."
            )
    return tensors, metadata, 8 + length


def _tensor(entry: Any, start: int) -> _Tensor:
    """Return what an entry of the header says.

    Raises
    ------
    ValueError, TypeError, KeyError
        When it makes no sense.
    """
    dtype, shape = entry["dtype"], entry["shape"]
    first, last = entry["data_offsets"]
    sizes = [*shape, first, last]
    if not all(type(size) is int and 0 <= size < 1 << 62 for size in sizes) or first > last:
        raise ValueError
    if len(shape) > _MOST_AXES or not isinstance(dtype, str):
        raise ValueError
    kind, words = _KINDS.get(dtype, (None, f"values of type {dtype[:20]}"))
    known = np.dtype(kind) if kind else None
    if known is not None and math.prod(shape) * known.itemsize != last - first:
        raise ValueError
    header = NpyHeader(known, tuple(shape), False, start + first, words)
    return _Tensor(dtype, header, last - first)


def _choose(tensors: Mapping[str, _Tensor], wanted: str | None, name: str) -> str:
    """Return the name of the tensor with the vectors.

    Raises
    ------
    ChoiceRequired
        When there are several, and none has a usual name.
    UserError
        When there is no matrix, or none of the wanted name.
    """
    matrices = {key: str(tensor) for key, tensor in tensors.items() if tensor.header.is_matrix}
    if wanted is not None:
        if wanted in matrices:
            return wanted
        if wanted in tensors:
            raise UserError(
                f"{name}: the tensor {wanted!r} holds {tensors[wanted]}. Vectors need a matrix of "
                "numbers, with one row each."
            )
        known = enumerate_described(matrices) or "none"
        raise UserError(f"{name} has no tensor {wanted!r}. Its matrices are {known}.")
    if not matrices:
        others = enumerate_described({key: str(tensor) for key, tensor in tensors.items()})
        raise UserError(f"{name} has no matrix of numbers, only {others or 'no tensor at all'}.")
    usual = ([key for key in matrices if is_usual(key)] for is_usual in _USUAL_IN_MODELS)
    found = next((keys for keys in usual if keys), [])
    if len(found) == 1 and not matrices.keys() & ARRAY_NAMES:
        return found[0]
    return choose_vectors(matrices, ARRAY_NAMES, name, "key")


def _blocks(
    stream: Stream, position: int, tensor: _Tensor, source: Source
) -> Iterator[tuple[NDArray[Any], float]]:
    """Yield the rows of a tensor in blocks, and how much was read."""
    header = tensor.header
    if source.is_compressed or not header.n_bytes:
        while position < header.offset:
            skipped = len(stream.read(min(header.offset - position, BLOCK_BYTES)))
            position += skipped or header.offset
        blocks = stream_blocks(stream, header, source.name)
    else:
        dtype: Any = header.dtype
        blocks = array_blocks(np.memmap(source.path, dtype, "r", header.offset, header.shape))
    for block, fraction in blocks:
        if tensor.dtype != "BF16":
            yield block, fraction
            continue
        wide = block.astype(np.uint32)  # bfloat16 is the upper half of float32.
        wide <<= 16
        yield wide.view(np.float32), fraction


def _take_labels(metadata: Any, result: ReadResult, n_rows: int) -> None:
    """Take the labels from the metadata of the header, where there are as many as rows."""
    given = metadata if isinstance(metadata, dict) else {}
    for key in _LABEL_NAMES:
        try:
            labels = ordered_labels(json.loads(given[key]), key)
        except (KeyError, ValueError, TypeError, RecursionError, UserError):
            continue
        if len(labels) == n_rows:
            result.labels = [labels[row] for row in result.rows.tolist()]
            result.notes.append(note_on_labels(f"{key!r} in the header"))
            return
        result.notes.append(
            Note(
                f"{key!r} in the header has {counted(len(labels), 'label')} for "
                f"{counted(n_rows, 'vector')}, so it is not used."
            )
        )


def _take_columns(
    tensors: Mapping[str, _Tensor], key: str, result: ReadResult, source: Source
) -> None:
    """Add tensors with one number for each row, from beside the vectors, as metadata or labels."""
    import pyarrow as pa

    n_rows = tensors[key].header.shape[0]
    place = key.rpartition(".")[0]
    beside = {
        name: tensor
        for name, tensor in tensors.items()
        if tensor.header.shape == (n_rows,) and name.rpartition(".")[0] == place
    }
    if not beside:
        return
    if source.is_compressed:
        named = ", ".join(beside)
        result.notes.append(Note(f"Not read: {named}. Unpack the file for that."))
        return
    columns = {}
    for name, tensor in beside.items():
        dtype: Any = tensor.header.dtype
        if dtype is None:
            kind = tensor.header.kind
            result.notes.append(Note(f"The tensor {name!r} is not read: it holds {kind}."))
            continue
        found = np.memmap(source.path, dtype, "r", tensor.header.offset, (n_rows,))[result.rows]
        if tensor.dtype == "BF16":
            found = (found.astype(np.uint32) << 16).view(np.float32)
        columns[name] = np.asarray(found)
    label = column_of_ids(columns) if result.labels is None else None
    if label is not None:
        result.labels = [str(value) for value in columns.pop(label).tolist()]
        result.notes.append(note_on_labels(f"the tensor {label!r}"))
    if columns:
        result.metadata = pa.table({name: to_column(each) for name, each in columns.items()})


SAFETENSORS = Format(_matches, _read, frozenset({"key"}))
