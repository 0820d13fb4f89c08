"""A JSON file in blocks of rows: what is in each of them, and on which line it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from embedviz.core.arrays import Bytes, Offsets
from embedviz.core.errors import UserError
from embedviz.formats.json.codes import (
    CUT,
    DONE,
    FINE,
    FIRST_LIST,
    MORE,
    OUT_START,
    OUT_STOP,
    REASONS,
    ROOM,
    STATUS,
    TEXT_START,
)
from embedviz.formats.json.scanning import JsonScan
from embedviz.formats.json.skeletons import parse_pieces
from embedviz.formats.json.steps import Step
from embedviz.formats.source import BYTE_ORDER_MARK, Stream
from embedviz.formats.text.records import LONGEST_LINE

BLOCK_BYTES = 8 << 20
_PREVIEW_BYTES = 1 << 20


@dataclass
class JsonBlock:
    """Rows that were read at once.

    Attributes
    ----------
    values : list
        Each row as it was parsed, or the `ValueError` that says what is wrong with it.
    positions : list of int
        Where each row starts in the text.
    text : uint8 array
        Valid until the next block is asked for.
    lists : int64 array of shape (lists, 2)
        Where the lists of numbers are in the text.
    documents : list of Document
        Those that end in this block.
    fraction : float
        How much of the file will have been read.
    is_cut : bool
        Whether the file ends in the middle of a document.
    """

    values: list[Any]
    positions: list[int]
    lists: Offsets
    documents: list[Document]
    fraction: float
    is_cut: bool
    text: Bytes
    _line: int
    _open_line: int

    @property
    def end(self) -> int:
        """The position after the text."""
        return len(self.text)

    def line_at(self, position: int) -> int:
        """Return on which line of the file a position is; -1 is where the open document starts."""
        if position < 0:
            return self._open_line
        return self._line + int(np.searchsorted(self._line_ends, position))

    @cached_property
    def _line_ends(self) -> Offsets:
        return np.flatnonzero(self.text == ord("\n"))


@dataclass(frozen=True)
class Document:
    """The end of a document.

    Attributes
    ----------
    n_before : int
        How many rows of the block are before it.
    frame : bytes
        What is around its rows.
    position : int
        In the text, of its start; -1 where that is in an earlier block.
    problem : str or None
        What is wrong with it.
    """

    n_before: int
    frame: bytes
    position: int
    problem: str | None


class Blocks:
    """Reader of a file in blocks.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    stream : Stream
    steps : sequence of str, ITEM or MEMBER
        The path to the rows.
    is_lines : bool
    is_preview : bool
        Whether little is to be read at once.
    """

    def __init__(
        self, name: str, stream: Stream, steps: Sequence[Step], *, is_lines: bool, is_preview: bool
    ) -> None:
        self._name = name
        self._stream = stream
        self._has_frame = bool(steps)
        self._scan = JsonScan(steps, is_lines=is_lines)
        self._buffer = np.empty(_PREVIEW_BYTES if is_preview else BLOCK_BYTES, np.uint8)
        self._kept = 0
        self._line = 1
        self._open_line = 1
        self._frame: list[bytes] = []
        self._n_replaced = 0

    @property
    def n_replaced(self) -> int:
        """Number of rows, or texts around rows, that held bytes that are not UTF-8."""
        return self._n_replaced

    def __iter__(self) -> Iterator[JsonBlock]:
        """Yield the blocks; what is wrong between rows is a `UserError`."""
        is_last = False
        while not is_last:
            count = self._stream.read_into(self._buffer.data[self._kept :])
            end = self._kept + count
            is_last = end < len(self._buffer)
            start = 0
            if self._line == 1 and self._buffer[:3].tobytes() == BYTE_ORDER_MARK:
                self._buffer[:3] = ord(" ")
            status = ROOM
            while status == ROOM:
                text = self._buffer[:end]
                status, start = self._scan.run(text, start, is_last=is_last)
                self._stream.hold(end - start)
                yield self._block(text, is_cut=status == CUT)
                if status not in (MORE, ROOM, DONE, CUT):
                    raise self._error(text, start, status)
            if not is_last:
                self._keep(start, end)

    def rest_of_frame(self) -> bytes:
        """Return the frame of the open document as far as it was read, made complete."""
        return b"".join(self._frame) + self._scan.closing()

    def _keep(self, start: int, end: int) -> None:
        """Move what is not read yet to the front, or make room where nothing could be read."""
        if self._scan.is_inside and (first := self._scan.take_start()) >= 0:
            self._open_line = self._line + _count_lines(self._buffer[:first])
        self._line += _count_lines(self._buffer[:start])
        self._kept = end - start
        if self._kept > LONGEST_LINE:
            raise UserError(
                f"{self._name}, line {self._line:,}: more than {LONGEST_LINE >> 20} MB are one "
                "record or one text. Is this a file of vectors?"
            )
        buffer = self._buffer
        if 2 * self._kept > len(buffer):
            self._buffer = np.empty(2 * len(buffer), np.uint8)
        self._buffer[: self._kept] = buffer[start:end].copy()

    def _block(self, text: Bytes, *, is_cut: bool) -> JsonBlock:
        units = self._scan.units
        out = self._scan.out.tobytes()
        spans = units[:, [OUT_START, OUT_STOP]].tolist()
        pieces = [out[start:stop] or b"null" for start, stop in spans]
        values = parse_pieces(pieces, units[:, FIRST_LIST].tolist())
        if not _is_text(out):
            self._n_replaced += sum(not _is_text(piece) for piece in pieces)
        for row in np.flatnonzero(units[:, STATUS] != FINE).tolist():
            values[row] = ValueError(REASONS[int(units[row, STATUS])])
        return JsonBlock(
            values,
            units[:, TEXT_START].tolist(),
            self._scan.lists,
            self._documents(units) if self._has_frame else [],
            self._stream.fraction,
            is_cut,
            text,
            self._line,
            self._open_line,
        )

    def _documents(self, units: Offsets) -> list[Document]:
        """Return the documents that end here, and keep what is known of the one that goes on."""
        out = self._scan.out
        depth = np.zeros(len(out) + 1, np.int64)
        np.add.at(depth, units[:, OUT_START], 1)
        np.add.at(depth, units[:, OUT_STOP], -1)
        frame = out[np.cumsum(depth)[:-1] == 0].tobytes()
        n_cut_out = np.concatenate([[0], np.cumsum(units[:, OUT_STOP] - units[:, OUT_START])])
        found = []
        start = 0
        for _, stop, position, n_before, status in self._scan.documents.tolist():
            end = stop - int(n_cut_out[n_before])
            self._frame.append(frame[start:end])
            whole = b"".join(self._frame)
            self._n_replaced += not _is_text(whole)
            found.append(Document(n_before, whole, position, REASONS.get(int(status))))
            self._frame = []
            start = end
        self._frame.append(frame[start:])
        return found

    def _error(self, text: Bytes, position: int, status: int) -> UserError:
        line = self._line + _count_lines(text[:position])
        near = text[position : position + 30].tobytes().decode("utf-8", "replace")
        return UserError(
            f"{self._name}, line {line:,}: {REASONS[status]} at {near!r}. This is not valid JSON: "
            "write or download the file again."
        )


def _count_lines(text: Bytes) -> int:
    return int(np.count_nonzero(text == ord("\n")))


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
