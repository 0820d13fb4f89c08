"""A JSON file in blocks of rows: what is in each of them, and on which line it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from embedviz.core.arrays import Offsets
from embedviz.core.errors import UserError
from embedviz.formats.json.bulk import Actions
from embedviz.formats.json.layouts import JsonLayout
from embedviz.formats.json.parsing import BLANKS, CUT, JsonError, JsonParser
from embedviz.formats.json.splitting import Document, Splitter
from embedviz.formats.json.steps import MEMBER
from embedviz.formats.source import BYTE_ORDER_MARK, Stream
from embedviz.formats.text.records import LONGEST_LINE

BLOCK_BYTES = 4 << 20
_PREVIEW_BYTES = 1 << 20


@dataclass
class JsonBlock:
    """Rows that were read at once.

    Attributes
    ----------
    values : list
        Each row as it was parsed, or the `ValueError` that says what is wrong with it.
    positions : list of int
        Where each row starts in the text; -1 for one that starts in an earlier block.
    documents : list of Document
        Those that end in this block.
    fraction : float
        How much of the file will have been read.
    is_cut : bool
        Whether the file ends in the middle of a document.
    """

    values: list[Any]
    positions: list[int]
    documents: list[Document]
    fraction: float
    is_cut: bool
    _text: bytes
    _line: int
    _open_line: int

    @property
    def end(self) -> int:
        """The position after the text."""
        return len(self._text)

    def line_at(self, position: int) -> int:
        """Return on which line of the file a position is; -1 is where the open document starts."""
        if position < 0:
            return self._open_line
        return self._line + int(np.searchsorted(self._line_ends, position))

    @cached_property
    def _line_ends(self) -> Offsets:
        return np.flatnonzero(np.frombuffer(self._text, np.uint8) == ord("\n"))


class Blocks:
    """Reader of a file in blocks.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    stream : Stream
    layout : JsonLayout
    is_preview : bool
        Whether little is to be read at once.
    """

    def __init__(self, name: str, stream: Stream, layout: JsonLayout, *, is_preview: bool) -> None:
        self._name = name
        self._stream = stream
        self._steps = layout.steps
        self._is_lines = layout.is_lines
        self._parser = JsonParser()
        is_map = layout.steps[-1:] == (MEMBER,)
        self._parse = self._parser.parse_member if is_map else self._parser.parse
        self._splitter = Splitter(layout.steps, self._parser)
        self._actions = Actions() if layout.is_bulk else None
        self._size = _PREVIEW_BYTES if is_preview else BLOCK_BYTES
        self._line = 1
        self._open_line = 1

    @property
    def n_replaced(self) -> int:
        """Number of texts that held bytes that are not UTF-8."""
        return self._parser.n_replaced

    @property
    def n_deleted(self) -> int:
        """Number of lines that say of a document that it is to be deleted."""
        return self._actions.n_deleted if self._actions else 0

    @property
    def open_frame(self) -> Any:
        """What is around the rows of the open document, as far as it was read."""
        return self._splitter.frame

    def __iter__(self) -> Iterator[JsonBlock]:
        """Yield the blocks; what is wrong between rows is a `UserError`."""
        text = self._stream.read(self._size)
        is_last = len(text) < self._size
        text = text.removeprefix(BYTE_ORDER_MARK)
        while True:
            read = self._read_lines if self._is_lines else self._read_text
            block, used, problem = read(text, is_last)
            self._stream.hold(len(text) - used)
            block.fraction = self._stream.fraction
            yield block
            if problem is not None:
                raise self._error(problem)
            if is_last:
                return
            kept = self._keep(text, used)
            size = max(self._size, len(kept))
            more = self._stream.read(size)
            is_last = len(more) < size
            text = kept + more

    def _keep(self, text: bytes, used: int) -> bytes:
        if self._splitter.is_inside and (first := self._splitter.take_start()) >= 0:
            self._open_line = self._line + text.count(b"\n", 0, first)
        self._line += text.count(b"\n", 0, used)
        if len(text) - used > LONGEST_LINE:
            raise UserError(
                f"{self._name}, line {self._line:,}: more than {LONGEST_LINE >> 20} MB are one "
                "record or one text. Is this a file of vectors?"
            )
        return text[used:]

    def _read_text(self, text: bytes, is_last: bool) -> tuple[JsonBlock, int, JsonError | None]:
        block = self._block(text)
        used, problem = self._splitter.split(text, is_last=is_last)
        if problem is not None and str(problem) == CUT and is_last:
            block.is_cut, problem = True, None
        for row, position in self._splitter.rows:
            try:
                block.values.append(self._parse(row))
            except JsonError as error:
                if error.is_syntax:
                    error.n_newlines += text.count(b"\n", 0, position)
                    block.is_cut, problem = False, error
                    break
                block.values.append(error)
            block.positions.append(position)
        n_rows = len(block.values)
        block.documents = [e for e in self._splitter.documents if e.n_before <= n_rows]
        return block, used, problem

    def _read_lines(self, text: bytes, is_last: bool) -> tuple[JsonBlock, int, None]:
        used = len(text) if is_last else text.rfind(b"\n") + 1
        block = self._block(text)
        position = 0
        for line in text[:used].split(b"\n"):
            if not line or not line.strip(BLANKS):
                pass
            elif self._steps or not self._take_line(block, line, position):
                self._take_documents(block, line, position)
            position += len(line) + 1
        if self._actions is not None:
            self._actions.join(block.values, block.positions, is_last=is_last)
        return block, used, None

    def _take_line(self, block: JsonBlock, line: bytes, position: int) -> bool:
        """Take in a line that is one row; return whether it is."""
        if line.lstrip(BLANKS)[:1] not in (b"{", b"["):
            return False
        try:
            block.values.append(self._parser.parse(line))
        except JsonError:
            return False
        block.positions.append(position)
        return True

    def _take_documents(self, block: JsonBlock, line: bytes, position: int) -> None:
        """Take in a line that is several documents, or has rows in it, or is broken."""
        splitter = Splitter(self._steps, self._parser)
        _, problem = splitter.split(line, is_last=True)
        first = len(block.values)
        for row, at in splitter.rows:
            try:
                block.values.append(self._parse(row))
            except JsonError as error:
                if error.is_syntax and self._steps:
                    problem = error
                    break
                block.values.append(error)
            block.positions.append(position + at)
        n_rows = len(block.values) - first
        found = [each for each in splitter.documents if each.n_before <= n_rows]
        if problem is not None and self._steps:  # Nothing of what is broken is kept.
            end = first + (found[-1].n_before if found else 0)
            del block.values[end:], block.positions[end:]
            found.append(Document(end - first, None, 0, str(problem)))
        elif problem is not None:
            block.values.append(problem)
            block.positions.append(position)
        block.documents += [
            replace(each, n_before=first + each.n_before, position=position) for each in found
        ]

    def _block(self, text: bytes) -> JsonBlock:
        return JsonBlock([], [], [], 0.0, False, text, self._line, self._open_line)

    def _error(self, problem: JsonError) -> UserError:
        line = self._line + problem.n_newlines
        return UserError(
            f"{self._name}, line {line:,}: {problem} at {problem.near!r}. This is not valid JSON: "
            "write or download the file again."
        )
