"""The lines of a text, in blocks, as they are read and counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from embedviz.core.arrays import Bytes
from embedviz.core.errors import UserError
from embedviz.core.notes import Note
from embedviz.core.wording import shown_name
from embedviz.formats.source import BLANKS, BLOCK_BYTES, BYTE_ORDER_MARK, Source, Stream
from embedviz.formats.text.records import LONGEST_LINE

_SHORTEST_ROW = 3  # Bytes: what is shorter may be blank.


def count_lines(blocks: Iterable[Bytes]) -> int:
    """Return how many lines there are in blocks of whole lines, without blank ones."""
    count = 0
    for block in blocks:
        stops = np.flatnonzero(block == ord("\n"))
        starts = np.concatenate([[0], stops[:-1] + 1])
        count += len(stops)
        for line in np.flatnonzero(stops - starts < _SHORTEST_ROW).tolist():
            count -= not block[starts[line] : stops[line]].tobytes().strip(BLANKS)
    return count


def line_blocks(
    source: Source, stream: Stream, size: int | None = None, *, has_remarks: bool = True
) -> Iterator[Bytes]:
    r"""Yield the file in blocks of whole lines, each ending in `\n`, without remarks at its start.

    Lines end at `\n` only: tokens may contain any other character that Unicode, and so
    `str.splitlines`, takes for a line end. A byte order mark at the start is dropped. A block is
    valid until the next one is asked for.

    Parameters
    ----------
    source : Source
    stream : Stream
    size : int, optional
        Bytes to read at once. Default: 16 MB.
    has_remarks : bool
        Whether lines at the start that look like remarks of a program are some.

    Raises
    ------
    UserError
        At a line of more than 64 MB.
    """
    buffer = np.empty(min(size or BLOCK_BYTES, 4 * source.size + 4096), np.uint8)
    kept = 0
    at_start = True
    while True:
        count = stream.read_into(buffer.data[kept:])
        end = kept + count
        is_last = end < len(buffer)
        first = _length_of_mark(buffer[:end]) if at_start else 0
        if is_last and end > first and buffer[end - 1] != ord("\n"):
            buffer[end] = ord("\n")
            end += 1
        stop = _after_last_newline(buffer[first:end]) + first
        if stop > first:
            if at_start and has_remarks and source.remark_lines:
                first += _after_lines(buffer[first:stop], source.remark_lines)
            at_start = False
            stream.hold(end - stop)
            yield buffer[first:stop]
        if is_last:
            return
        if stop == first:
            buffer, kept = _longer(buffer, source.name), end
        else:
            kept = end - stop
            buffer[:kept] = buffer[stop:end].copy()


def _length_of_mark(block: Bytes) -> int:
    return len(BYTE_ORDER_MARK) if block[:3].tobytes() == BYTE_ORDER_MARK else 0


def _after_lines(block: Bytes, count: int) -> int:
    newlines = np.flatnonzero(block == ord("\n"))[:count]
    return int(newlines[-1]) + 1 if len(newlines) else 0


def _after_last_newline(block: Bytes) -> int:
    for stop in range(len(block), 0, -65536):
        found = np.flatnonzero(block[max(stop - 65536, 0) : stop] == ord("\n"))
        if len(found):
            return int(max(stop - 65536, 0) + found[-1] + 1)
    return 0


def _longer(buffer: Bytes, name: str) -> Bytes:
    if len(buffer) >= LONGEST_LINE:
        raise UserError(
            f"{name} has a line of more than {LONGEST_LINE >> 20} MB, which is no vector. "
            "Is it a text file?"
        )
    longer = np.empty(2 * len(buffer), np.uint8)
    longer[: len(buffer)] = buffer
    return longer


def notes_on_remarks(source: Source) -> list[Note]:
    """Return the sentence about the remarks before the first row, if there are any."""
    n_lines = source.remark_lines
    if not n_lines:
        return []
    first = source.text.split(b"\n", 1)[0].strip()[:60].decode("utf-8", "replace")
    lines = "line is a remark" if n_lines == 1 else f"{n_lines:,} lines are remarks"
    text = f"The first {lines} and passed over: {shown_name(first)!r}."
    return [Note(text, level="note")]
