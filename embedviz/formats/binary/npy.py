"""NumPy's own files: `.npy`, and the arrays of an `.npz`.

A float32 matrix in row order is mapped, so that a file larger than the memory opens at once; where
it is scanned later, nothing but its header is read before. All else is converted in blocks. Pickled
objects are never loaded: they could run code.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix
from embedviz.core.errors import UserError
from embedviz.core.notes import Note, counted
from embedviz.core.origin import FileInfo, ReadSettings
from embedviz.core.processes.row_storage import release_pages
from embedviz.core.progress import Report
from embedviz.formats.binary.npy_layout import NpyHeader, read_fully, read_header
from embedviz.formats.number_columns import rows_too_large
from embedviz.formats.paths import companion_of
from embedviz.formats.reading import (
    BadRows,
    Format,
    ReadResult,
    note_on_limit,
    require_dimensions,
    row_place,
)
from embedviz.formats.refused.pickles import note_on_part
from embedviz.formats.rows import NOT_FINITE, ZERO, RowCollector, mark_rows, note_on_zeros
from embedviz.formats.source import Source, Stream
from embedviz.formats.vector_names import note_on_conversion

_FORMAT_NAME = "NumPy array"
_MAGIC = b"\x93NUMPY"
_BLOCK_BYTES = 32 << 20


def require_matrix(name: str, header: NpyHeader, available: int) -> None:
    """Refuse what is not a matrix of numbers, or is longer than the `available` bytes.

    Raises
    ------
    UserError
    """
    if header.is_matrix:
        require_dimensions(name, header.shape[1])
        if header.n_bytes > available:
            raise UserError(
                f"{name} is cut short: {header} need {header.n_bytes:,} bytes, and there are "
                f"{available:,}. Copy or download it again."
            )
    elif header.dtype is None or header.dtype.kind in "USM":
        raise UserError(
            f"{name} holds {header.kind}. Save the vectors as an array of numbers, "
            "as with numpy.save(path, vectors.astype('float32'))."
        )
    else:
        raise UserError(
            f"{name} holds an array of {counted(len(header.shape), 'dimension')}: {header}. "
            "Vectors need two: one row each. Save it again as vectors.reshape(n_rows, "
            "n_dimensions)."
        )


def _matches_array(source: Source) -> bool:
    return source.head.startswith(_MAGIC)


def _read_array(source: Source, settings: ReadSettings, report: Report) -> ReadResult:
    name = source.name
    with source.stream() as stream:
        header = read_header(stream, name)
        surplus = source.size - header.offset - header.n_bytes
        if source.is_compressed:
            surplus = 0
        require_matrix(name, header, source.most_bytes - header.offset)
        if source.is_compressed or not header.n_bytes:
            blocks = stream_blocks(stream, header, name)
            result = collect(blocks, header, source, settings, report)
        else:
            result = read_mapped(header, source, settings, report)
    if surplus:
        result.notes.append(Note(f"{counted(surplus, 'byte')} after the array not read."))
    result.notes += note_on_part(source.path)
    result.companions = (companion_of(source.path),)
    return result


def read_mapped(
    header: NpyHeader, source: Source, settings: ReadSettings, report: Report
) -> ReadResult:
    """Return the rows of an array that lies in the file as it is: mapped, or as float32.

    Parameters
    ----------
    header : NpyHeader
        Of numbers in rows and columns, known to be within the file.
    source : Source
        Not compressed.
    settings : ReadSettings
    report : callable
    """
    order: Any = "F" if header.is_column_major else "C"
    dtype: Any = header.dtype
    array = np.memmap(source.path, dtype, "r", header.offset, header.shape, order)
    is_plain = dtype == np.dtype("<f4") and array.flags.c_contiguous and array.flags.aligned
    if settings.sample is None and is_plain:
        result = _map(array, settings, report)
        if result is not None:
            return result
    result = collect(array_blocks(array), header, source, settings, report)
    result.learn(is_mapped=settings.is_preview and bool(is_plain))
    return result


def _map(array: Matrix, settings: ReadSettings, report: Report) -> ReadResult | None:
    """Return the array as it lies in the file, or None when rows in it are bad.

    Rows that are to be left out have to be found first, so then it is not scanned later.
    """
    n_rows = len(array)
    array = array[: settings.max_rows]
    n_zero = 0
    is_scanned = settings.is_preview or not (
        settings.scans_later and settings.on_bad_rows == "raise"
    )
    for rows in _row_blocks(array.shape, array.itemsize) if is_scanned else ():
        marks = mark_rows(array[rows])
        if (marks == NOT_FINITE).any():
            return None
        n_zero += int(np.count_nonzero(marks == ZERO))
        report(rows.stop / n_rows, f"{rows.stop:,} rows checked")
    notes = note_on_zeros(n_zero)
    if len(array) < n_rows and not settings.is_preview:
        notes.append(note_on_limit(len(array)))
    facts = FileInfo("float32", n_rows, n_zero=n_zero, is_mapped=True, is_scanned=is_scanned)
    return ReadResult(
        _FORMAT_NAME, array, None, np.arange(len(array)), n_rows, notes=notes, facts=facts
    )


def collect(
    blocks: Iterator[tuple[NDArray[Any], float]],
    header: NpyHeader,
    source: Source,
    settings: ReadSettings,
    report: Report,
) -> ReadResult:
    """Return the rows as float32, block by block."""
    rows = RowCollector(header.shape[1], settings, BadRows(source, settings), is_labeled=False)
    rows.expect(header.shape[0])
    for block, fraction in blocks:
        if rows.is_full:
            rows.stop()
            break
        space = rows.space_for(len(block), fraction)
        with np.errstate(over="ignore", invalid="ignore"):  # Infinite or NaN: a bad row.
            space[:] = block
        first = rows.n_read
        rows.add(len(block), None, rows_too_large(block, space), partial(_place, first))
        report(fraction, f"{rows.n_read:,} of {header.shape[0]:,} rows converted")
    result = rows.contents(_FORMAT_NAME)
    result.n_rows = header.shape[0]
    result.learn(dtype=header.kind, promised=header.shape[0], estimated=None)
    if header.dtype != np.dtype("<f4"):
        is_swapped = header.kind == "float32"
        result.notes.append(
            Note("Converted from big-endian float32.", level="note")
            if is_swapped
            else note_on_conversion(header.kind)
        )
    return result


def _place(first: int, row: int) -> str:
    return row_place(first + row)


def _row_blocks(shape: tuple[int, ...], itemsize: int) -> Iterator[slice]:
    step = max(_BLOCK_BYTES // (shape[1] * itemsize), 1)
    for start in range(0, shape[0], step):
        yield slice(start, min(start + step, shape[0]))


def array_blocks(array: NDArray[Any]) -> Iterator[tuple[NDArray[Any], float]]:
    """Yield the rows of an array in blocks, and how much of it that was."""
    for rows in _row_blocks(array.shape, array.itemsize):
        yield array[rows], rows.stop / len(array)
        if array.flags.c_contiguous:  # Of columns, the same pages hold the next rows.
            release_pages(array)


def stream_blocks(
    stream: Stream, header: NpyHeader, name: str
) -> Iterator[tuple[NDArray[Any], float]]:
    """Yield the rows that follow in the stream in blocks, and how much of the file is read."""
    assert header.dtype is not None
    n_rows, dimensions = header.shape
    if header.is_column_major:  # The first row is complete only at the end.
        columns = np.frombuffer(read_fully(stream, header.n_bytes, name), header.dtype)
        yield from array_blocks(columns.reshape(dimensions, n_rows).T)
        return
    row_bytes = dimensions * header.dtype.itemsize
    for rows in _row_blocks(header.shape, header.dtype.itemsize):
        data = read_fully(stream, (rows.stop - rows.start) * row_bytes, name)
        yield np.frombuffer(data, header.dtype).reshape(-1, dimensions), stream.fraction


ARRAY = Format(_matches_array, _read_array)
