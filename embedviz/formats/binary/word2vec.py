r"""word2vec binary: a line `N D`, then for each row a label, a space and D float32 values.

After the values comes a newline (the C tool) or nothing (the Google News vectors, gensim), so
newlines are dropped from the front of a label and never skipped blindly. The end of a label is the
first space: there is no other mark, so one broken row shifts all that follow. What cannot be right
is therefore an error with its row and byte, unless rows may be skipped: then reading stops there.

Nothing says how the numbers are stored. Where those of the first rows are absurd as they should be,
and sensible in the other order of bytes, they are in that order; a few numbers prove nothing. Where
the second label is not after D numbers of 32 bits but after so many of 64, the file is refused.
"""

from __future__ import annotations

import re
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from embedviz.core.arrays import Bytes, Offsets
from embedviz.core.compiled.kernels import serial_kernel
from embedviz.core.errors import UserError
from embedviz.core.notes import Note, counted
from embedviz.core.origin import ReadSettings
from embedviz.core.progress import Report
from embedviz.formats.labels import decode_spans, note_on_replaced
from embedviz.formats.reading import (
    BadRows,
    Format,
    ReadResult,
    counts_rest,
    require_dimensions,
    require_true_header,
    row_place,
)
from embedviz.formats.rows import RowCollector
from embedviz.formats.source import Source, Stream
from embedviz.formats.text.word_vector_layouts import find_header
from embedviz.formats.text.word_vectors import note_on_header

_LONGEST_LABEL = 10_000
_JUDGED_ROWS = 16
_LEAST_NUMBERS = 16
"""Different ones, from which on the order of their bytes is judged."""
_BLOCK_BYTES = 2 << 20
"""So much that what was read is still in the processor's cache when it is copied."""


@serial_kernel
def _find_rows(block: Bytes, row_bytes: int, starts: Offsets, spaces: Offsets) -> Any:
    """Find the complete rows at the front of the block.

    Returns
    -------
    int, int
        How many there are, and where the first incomplete one starts.
    """
    count = 0
    position = 0
    while count < len(starts):
        start = position
        while start < len(block) and block[start] == 10:
            start += 1
        space = start
        while space < len(block) and block[space] != 32:
            space += 1
        if space + 1 + row_bytes > len(block):
            break
        starts[count] = start
        spaces[count] = space
        count += 1
        position = space + 1 + row_bytes
    while position < len(block) and block[position] == 10:
        position += 1
    return count, position


@serial_kernel
def _copy_rows(block: Bytes, spaces: Offsets, out: Bytes) -> None:
    for row in range(len(spaces)):
        first = spaces[row] + 1
        for i in range(out.shape[1]):
            out[row, i] = block[first + i]


def _matches(source: Source) -> bool:
    header = find_header(source.head)
    return header is not None and not _is_text(source.head[header.end() :][:65536])


def _is_text(data: bytes) -> bool:
    """Return whether the bytes may be text: floats are hardly ever."""
    if re.search(rb"[\0-\x08\x0e-\x1f\x7f]", data):
        return False
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return len(data) - error.start < 4 and error.reason == "unexpected end of data"
    return True


def _are_swapped(numbers: bytes) -> bool:
    """Return whether numbers make no sense unless their bytes are swapped."""
    n_different = len(np.unique(np.frombuffer(numbers, np.uint32)))
    is_absurd = n_different >= _LEAST_NUMBERS and not _are_sensible(numbers, "<f4", 4)
    return is_absurd and _are_sensible(numbers, ">f4", 20)


def _are_sensible(numbers: bytes, kind: str, part: int) -> bool:
    with np.errstate(invalid="ignore"):
        sizes = np.abs(np.frombuffer(numbers, kind).astype(np.float64))
        sizes = sizes[sizes != 0]
        n_odd = np.count_nonzero(~((sizes > 1e-12) & (sizes < 1e8)))
    return bool(part * n_odd <= len(sizes))


def _begins_with_label(data: bytes) -> bool:
    try:
        label = data.lstrip(b"\n").partition(b" ")[0][:_LONGEST_LABEL].decode()
    except UnicodeDecodeError:
        return False
    return bool(label) and min(label) >= " "


def _read(source: Source, settings: ReadSettings, report: Report) -> ReadResult:
    header = find_header(source.head)
    assert header is not None
    require_true_header(source.name, int(header[1]))
    reader = _Word2VecReader(source, settings, int(header[1]), int(header[2]))
    reader.expect_rows_of(source)
    reader.judge(source.head[header.end() :].lstrip(b"\n"))
    with source.stream() as stream, reader:
        stream.read(header.end())
        reader.read(stream, header.end(), report)
    return reader.contents()


class _Word2VecReader:
    """Reader of rows, block by block; a row cut by the end of a block starts the next."""

    def __init__(
        self, source: Source, settings: ReadSettings, promised: int, dimensions: int
    ) -> None:
        require_dimensions(source.name, dimensions)
        self._promised = promised
        self._counts_rest = counts_rest(source, settings)
        self._row_bytes = 4 * dimensions
        self._bad = BadRows(source, settings)
        self._rows = RowCollector(dimensions, settings, self._bad, keeps_duplicates=False)
        self._n_replaced = 0
        self._position = 0
        self._surplus = 0
        self._is_swapped = False
        self._helper = ThreadPoolExecutor(1)

    def __enter__(self) -> _Word2VecReader:
        return self

    def __exit__(self, *error: object) -> None:
        self._helper.shutdown()

    def judge(self, data: bytes) -> None:
        """Find out how the numbers are stored, from the first rows.

        Raises
        ------
        UserError
            When they are not 32-bit numbers.
        """
        block = np.frombuffer(data, np.uint8)
        starts, spaces = np.empty((2, len(data) // (self._row_bytes + 1) + 1), np.int64)
        count, used = _find_rows(block, self._row_bytes, starts, spaces)
        if not count:
            return
        firsts = (spaces[: min(count, _JUDGED_ROWS)] + 1).tolist()
        second, if_longer = firsts[0] + self._row_bytes, firsts[0] + 2 * self._row_bytes
        is_complete = count == self._promised and used == len(data)
        if (
            not is_complete
            and _begins_with_label(data[if_longer:])
            and not _begins_with_label(data[second:])
        ):
            raise UserError(
                f"{self._bad.name} holds 64-bit numbers, and word2vec binary has 32-bit ones. "
                "Write it again with vectors.astype('float32'), or as .npy."
            )
        numbers = b"".join(data[first : first + self._row_bytes] for first in firsts)
        self._is_swapped = _are_swapped(numbers)

    def expect_rows_of(self, source: Source) -> None:
        """Refuse a file whose rows will not fit into the memory."""
        if not source.is_compressed:
            self._rows.expect(min(self._promised, source.size // self._row_bytes))

    def read(self, stream: Stream, position: int, report: Report) -> None:
        self._position = position
        longest = self._row_bytes + _LONGEST_LABEL
        buffer = np.empty(max(_BLOCK_BYTES, 2 * longest), np.uint8)
        kept = 0
        is_at_end = False
        while not is_at_end and kept <= longest:
            end = kept + stream.read_into(buffer.data[kept:])
            is_at_end = end < len(buffer)
            used = self._add(buffer[:end], stream)
            kept = end - used
            buffer[:kept] = buffer[used:end].copy()
            if self._rows.is_full:
                if kept or not is_at_end:
                    self._rows.stop()
                if self._counts_rest:
                    self._rows.count_rest(self._count_rest(buffer, kept, stream))
                return
            report(stream.fraction, f"{self._rows.n_read:,} rows, {stream.progress} read")
        if kept:
            self._take_down(buffer[:kept].tobytes())

    def contents(self) -> ReadResult:
        result = self._rows.contents("word2vec binary")
        result.learn(dtype="float32", promised=self._promised)
        result.notes += note_on_header(self._promised, result.n_rows)
        if self._is_swapped:
            result.notes.append(Note("The numbers are stored with their highest byte first."))
        if self._surplus:
            result.notes.append(
                Note(f"{counted(self._surplus, 'byte')} after the last promised row not read.")
            )
        result.notes += note_on_replaced(self._n_replaced)
        return result

    def _add(self, block: Bytes, stream: Stream) -> int:
        """Take in the complete rows of a block; return how many bytes they have."""
        starts, spaces = np.empty((2, len(block) // (self._row_bytes + 1) + 1), np.int64)
        count, used = _find_rows(block, self._row_bytes, starts, spaces)
        starts, spaces = starts[:count], spaces[:count]
        stream.hold(len(block) - used)
        vectors = self._rows.space_for(count, stream.fraction)
        # The larger part is copied by a second thread, while this one decodes the labels, too.
        cut = 2 * count // 3
        numbers = vectors.view(np.uint8)
        copied = self._helper.submit(_copy_rows, block, spaces[:cut], numbers[:cut])
        _copy_rows(block, spaces[cut:], numbers[cut:])
        labels, n_replaced = decode_spans(block, starts, spaces)
        copied.result()
        if self._is_swapped != (sys.byteorder == "big"):
            vectors.byteswap(inplace=True)
        self._n_replaced += n_replaced
        row, byte = self._rows.n_read, self._position
        self._rows.add(
            count, labels, {}, lambda i: f"{row_place(row + i)}, byte {byte + starts[i]:,}"
        )
        self._position += used
        return int(used)

    def _count_rest(self, buffer: Bytes, kept: int, stream: Stream) -> int:
        """Return how many complete rows follow."""
        total = 0
        starts, spaces = np.empty((2, len(buffer) // (self._row_bytes + 1) + 1), np.int64)
        while True:
            end = kept + stream.read_into(buffer.data[kept:])
            count, used = _find_rows(buffer[:end], self._row_bytes, starts, spaces)
            total += int(count)
            kept = end - used
            if end < len(buffer) or not used:
                return total
            buffer[:kept] = buffer[used:end].copy()

    def _take_down(self, rest: bytes) -> None:
        """Judge what is left when no further row was found."""
        n_read = self._rows.n_read
        if n_read >= self._promised:
            self._surplus = len(rest)
            return
        reason = (
            f"the file ends inside this row; {counted(self._promised, 'row')} were promised"
            if b" " in rest[:_LONGEST_LABEL] or len(rest) < _LONGEST_LABEL
            else "no space marks the end of its label"
        )
        self._bad.add(f"{row_place(n_read)}, byte {self._position:,}", reason)


WORD2VEC_BINARY = Format(_matches, _read)
