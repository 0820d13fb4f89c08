"""The arrays of an `.npz`: one matrix, and beside it labels and further columns.

Rows are labeled by a one-dimensional array of text of the same length; other one-dimensional
arrays of that length become metadata.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.errors import UserError
from embedviz.core.notes import Note
from embedviz.core.origin import ReadSettings
from embedviz.core.progress import Report
from embedviz.formats.binary.npy import collect, require_matrix, stream_blocks
from embedviz.formats.binary.npy_layout import NpyHeader, read_fully, read_header
from embedviz.formats.binary.plain_columns import to_column
from embedviz.formats.labels import column_of_ids, decode_all, note_on_labels, note_on_replaced
from embedviz.formats.reading import Format, ReadResult
from embedviz.formats.refused.sparse import on_sparse_archive
from embedviz.formats.source import Source, Stream
from embedviz.formats.vector_names import (
    ARRAY_NAMES,
    choose_vectors,
    enumerate_described,
    note_on_choice,
)

_LABEL_NAMES = ("labels", "words", "tokens", "texts", "names", "vocab")
_SUFFIX = ".npy"
_LARGEST_RATIO = 1100  # Deflate shrinks nothing further.


def _matches(source: Source) -> bool:
    if source.is_compressed or not source.head.startswith(b"PK\x03\x04"):
        return False
    length = int.from_bytes(source.head[26:28], "little")
    return source.head[30 : 30 + length].endswith(_SUFFIX.encode())


def _read(source: Source, settings: ReadSettings, report: Report) -> ReadResult:
    name = source.name
    with _damage_named(name):
        archive = zipfile.ZipFile(source.path)
    with archive:
        arrays = _Arrays(archive, source)
        _refuse_sparse(arrays, source)
        key = _choose(arrays.headers, settings.key, name)
        header = arrays.headers[key]
        require_matrix(f"{name}, array {key!r}", header, arrays.n_bytes(key))
        with arrays.stream(key) as stream:
            stream.read(header.offset)
            blocks = stream_blocks(stream, header, name)
            result = collect(blocks, header, source, settings, report)
        result.format_name = "NumPy archive"
        matrices = {name: str(each) for name, each in arrays.headers.items() if each.is_matrix}
        result.learn(key=key, keys=matrices)
        if len(arrays.headers) > 1:
            result.notes.append(note_on_choice("the array", key, matrices))
        _take_columns(result, arrays, header.shape[0], settings)
    return result


@contextmanager
def _damage_named(name: str) -> Iterator[None]:
    try:
        yield
    except (
        zipfile.BadZipFile,
        struct.error,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
    ) as error:
        raise UserError(
            f"{name} is a damaged .npz archive ({error}). Copy or download it again."
        ) from None


class _Arrays:
    """The arrays of an archive, by their names.

    Attributes
    ----------
    headers : dict of name to NpyHeader
    """

    def __init__(self, archive: zipfile.ZipFile, source: Source) -> None:
        self._archive = archive
        self._source = source
        self._infos = {
            info.filename.removesuffix(_SUFFIX): info
            for info in archive.infolist()
            if info.filename.endswith(_SUFFIX)
        }
        self.headers = {key: self._read_header(key) for key in self._infos}

    def stream(self, key: str) -> Stream:
        """Open an array; to be used in a `with` statement."""
        name = self._source.name
        info = self._infos[key]
        if info.file_size > _LARGEST_RATIO * info.compress_size + 1000:
            raise UserError(f"{name}: the size of {key!r} cannot be true. The file is damaged.")
        with _damage_named(name):
            file = self._archive.open(info)
        return Stream(name, file, lambda: self._position() - info.header_offset, info.compress_size)

    def _position(self) -> int:
        return self._archive.fp.tell() if self._archive.fp else 0

    def n_bytes(self, key: str) -> int:
        """Return the length of an array's data, as the archive has it."""
        return self._infos[key].file_size - self.headers[key].offset

    def read(self, key: str) -> NDArray[Any]:
        """Return a one-dimensional array."""
        header = self.headers[key]
        assert header.dtype is not None
        with self.stream(key) as stream:
            stream.read(header.offset)
            data = read_fully(stream, header.n_bytes, self._source.name)
        return np.frombuffer(data, header.dtype)

    def _read_header(self, key: str) -> NpyHeader:
        with self.stream(key) as stream:
            return read_header(stream, f"{self._source.name}, array {key!r},")


_PARTS_OF_SPARSE = ({"data", "indices", "indptr", "shape"}, {"data", "row", "col", "shape"})


def _refuse_sparse(arrays: _Arrays, source: Source) -> None:
    """Name what `scipy.sparse.save_npz` has written, of which no array is a matrix of vectors."""
    headers = arrays.headers
    names = set(headers)
    is_diagonal = {"data", "offsets", "shape", "format"} <= names
    if not is_diagonal and not any(parts <= names for parts in _PARTS_OF_SPARSE):
        return
    shape = headers["shape"]
    if shape.dtype is None or shape.dtype.kind not in "iu" or shape.shape != (2,):
        return
    n_rows, n_columns = arrays.read("shape").tolist()
    kind = ""
    if "format" in headers:
        said = headers["format"]
        if said.dtype is not None and said.dtype.kind in "US" and said.shape == ():
            kind = f"{str(arrays.read('format')[0].astype(str)).upper()}, "
    what = f"{kind}{n_rows:,} × {n_columns:,}"
    raise UserError(on_sparse_archive(source.name, source.path.as_posix(), what))


def _choose(headers: dict[str, NpyHeader], wanted: str | None, name: str) -> str:
    if wanted is not None:
        if wanted in headers:
            return wanted
        raise UserError(f"{name} has no array {wanted!r}. Its arrays are {', '.join(headers)}.")
    matrices = {key: str(header) for key, header in headers.items() if header.is_matrix}
    if matrices:
        return choose_vectors(matrices, ARRAY_NAMES, name, "key")
    described = {key: str(header) for key, header in headers.items()}
    raise UserError(f"{name} has no matrix of numbers, only {enumerate_described(described)}.")


def _take_columns(result: ReadResult, arrays: _Arrays, n_rows: int, settings: ReadSettings) -> None:
    """Add labels and metadata from the other arrays of the same length, each in its own type."""
    import pyarrow as pa

    texts: dict[str, list[str]] = {}
    numbers: dict[str, NDArray[Any]] = {}
    for key, header in arrays.headers.items():
        if header.shape != (n_rows,):
            continue
        if header.dtype is None:
            result.notes.append(Note(f"The array {key!r} is not read: it holds {header.kind}."))
        elif header.n_bytes <= arrays.n_bytes(key) and header.dtype.itemsize:
            if header.dtype.kind in "US":
                texts[key] = _texts(arrays.read(key), result)
            else:
                numbers[key] = arrays.read(key)[result.rows]
    table = {
        key: pa.array(texts[key]) if key in texts else to_column(numbers[key])
        for key in arrays.headers
        if key in texts or key in numbers
    }
    label = _label_of(texts, numbers, table, settings)
    result.uses_label_column = label is not None and label == settings.label_column
    result.learn(label_columns=tuple(table), label_column=label)
    if label is not None:
        column = table.pop(label)
        result.labels = texts.get(label) or [
            "" if v is None else str(v) for v in column.to_pylist()
        ]
        result.notes.append(note_on_labels(f"the array {label!r}"))
    if table:
        result.metadata = pa.table(table)


def _label_of(
    texts: Mapping[str, Sequence[str]],
    numbers: Mapping[str, NDArray[Any]],
    names: Collection[str],
    settings: ReadSettings,
) -> str | None:
    """Return the array that names the rows: of texts, or of numbers that are all different."""
    if settings.label_column in names and settings.labels is None:
        return settings.label_column
    usual = next((key for key in _LABEL_NAMES if key in texts), None)
    if usual is not None:
        return usual
    distinct = (key for key, values in texts.items() if 2 * len(set(values)) >= len(values))
    first = next(iter(texts), None)
    return next(distinct, None) or column_of_ids(numbers) or first


def _texts(array: NDArray[Any], result: ReadResult) -> list[str]:
    array = array[result.rows]
    if array.dtype.kind == "U":  # NumPy itself fails on numbers that are not characters.
        encoding = "utf-32-be" if array.dtype.str[0] == ">" else "utf-32-le"
        words = [word.tobytes() for word in array.view(f"V{array.dtype.itemsize}")]
        return [word.decode(encoding, "replace").rstrip("\0") for word in words]
    texts, n_replaced = decode_all(array.tolist())
    result.notes += note_on_replaced(n_replaced)
    return texts


ARCHIVE = Format(_matches, _read, frozenset({"key"}))
