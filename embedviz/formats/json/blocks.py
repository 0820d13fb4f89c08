"""A JSON file in blocks of rows: what is in each of them, and on which line it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from embedviz.core.errors import UserError
from embedviz.formats.json.bulk import Actions
from embedviz.formats.json.parsing import BLANKS, CUT, JsonError, JsonParser
from embedviz.formats.json.splitting import Document, Splitter
from embedviz.formats.json.steps import Step
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
    lines : list of int
        On which line of the file each row starts.
    documents : list of Document
        Those that end in this block.
    line : int
        After it.
    fraction : float
        How much of the file will have been read.
    """

    values: list[Any]
    lines: list[int]
    documents: list[Document]
    line: int
    fraction: float = 0.0


class RowPath(Protocol):
    """How the rows of a file are found: what `JsonLayout` says of it."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """Steps to the rows; empty where each document is one."""

    @property
    def is_lines(self) -> bool:
        """Whether each line is a document."""

    @property
    def is_bulk(self) -> bool:
        """Whether every other line says what is to be done with the next."""


class Blocks:
    """Reader of a file in blocks.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    stream : Stream
    layout : RowPath
    is_preview : bool
        Whether little is to be read at once.
    """

    def __init__(self, name: str, stream: Stream, layout: RowPath, *, is_preview: bool) -> None:
        self._name = name
        self._stream = stream
        self._steps = layout.steps
        self._is_lines = layout.is_lines
        self._parser = JsonParser()
        self._splitter = Splitter(layout.steps, self._parser)
        self._actions = Actions() if layout.is_bulk else None
        self._size = _PREVIEW_BYTES if is_preview else BLOCK_BYTES
        self._line = 1

    @property
    def n_replaced(self) -> int:
        """Number of texts that held bytes that are not UTF-8."""
        return self._parser.n_replaced

    @property
    def n_deleted(self) -> int:
        """Number of lines that say of a document that it is to be deleted."""
        return self._actions.n_deleted if self._actions else 0

    @property
    def n_open(self) -> int:
        """Number of rows of the open document so far."""
        return self._splitter.n_open

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
            block, text, problem = read(text, is_last)
            self._stream.hold(len(text))
            block.fraction = self._stream.fraction
            yield block
            if problem is not None:
                raise UserError(
                    f"{self._name}, line {problem.line:,}: {problem} at {problem.near!r}. This is "
                    "not valid JSON: write or download the file again."
                )
            if is_last:
                return
            if len(text) > LONGEST_LINE:
                raise UserError(
                    f"{self._name}, line {block.line:,}: more than {LONGEST_LINE >> 20} MB are one "
                    "record or one text. Is this a file of vectors?"
                )
            size = max(self._size, len(text))
            more = self._stream.read(size)
            is_last = len(more) < size
            text += more

    def _read_text(self, text: bytes, is_last: bool) -> tuple[JsonBlock, bytes, JsonError | None]:
        found, problem = self._splitter, None
        start = found.line
        try:
            found.split(text, is_last=is_last)
        except JsonError as error:
            problem = error
        line = start + text.count(b"\n") if is_last else found.line
        block = JsonBlock(found.values, found.lines, found.documents, line)
        return block, text[found.used :], problem

    def _read_lines(self, text: bytes, is_last: bool) -> tuple[JsonBlock, bytes, None]:
        used = len(text) if is_last else text.rfind(b"\n") + 1
        whole = text[:used]
        n_lines = whole.count(b"\n") + (is_last and not whole.endswith(b"\n"))
        values = None if self._steps else self._parser.parse_lines(whole)
        if values is not None and len(values) == n_lines:
            lines = list(range(self._line, self._line + n_lines))
            block = JsonBlock(values, lines, [], self._line + n_lines)
        else:
            block = self._read_each(whole)
            block.line = self._line + n_lines
        self._line += n_lines
        if self._actions is not None:
            self._actions.join(block.values, block.lines, is_last=is_last)
        return block, text[used:], None

    def _read_each(self, text: bytes) -> JsonBlock:
        block = JsonBlock([], [], [], 0)
        for number, line in enumerate(text.split(b"\n"), self._line):
            if not line or not line.strip(BLANKS):
                continue
            try:
                if self._steps or line.lstrip(BLANKS)[:1] not in (b"{", b"["):
                    raise JsonError("")
                block.values.append(self._parser.parse(line))
                block.lines.append(number)
            except JsonError:
                self._take_documents(block, line, number)
        return block

    def _take_documents(self, block: JsonBlock, line: bytes, number: int) -> None:
        """Take in a line that is several documents, or has rows in it, or is broken."""
        found = Splitter(self._steps, self._parser, number)
        problem = None
        try:
            found.split(line, is_last=True)
        except JsonError as error:
            problem = error
        values, documents = found.values, found.documents
        if found.is_cut:
            values[-1] = problem = problem or JsonError(CUT)
        elif problem is not None:
            values.append(problem)
        if problem is not None and self._steps:  # Nothing of what is broken is kept.
            values[sum(each.n_rows for each in documents) :] = [problem]
            documents.append(Document(None, 1))
        block.documents += documents
        block.values += values
        block.lines += [number] * len(values)
