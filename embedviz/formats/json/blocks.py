"""A JSON file in blocks of rows: what is in each of them, and on which line it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from embedviz.core.errors import UserError
from embedviz.formats.json.bulk import Actions
from embedviz.formats.json.documents import Documents, Row, whole
from embedviz.formats.json.metadata import Document, RowContainer
from embedviz.formats.json.parsing import CUT_FILE, JsonError, NumberLists, Syntax
from embedviz.formats.json.steps import Step
from embedviz.formats.source import Source, Stream
from embedviz.formats.text.lines import line_blocks
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
    fraction : float
        How much of the file will have been read.
    """

    values: list[Any] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    fraction: float = 0.0

    def add(self, row: Row) -> None:
        """Add the next row."""
        self.values.append(row.value)
        self.lines.append(row.line)


@dataclass(frozen=True)
class RowPath:
    """How the rows of a file are found.

    Attributes
    ----------
    steps : tuple of str, ITEM or MEMBER
        The path to the rows; empty where each document is one.
    is_lines : bool
        Whether each line is a document.
    is_bulk : bool
        Whether every other line says what is to be done with the next.
    """

    steps: tuple[Step, ...]
    is_lines: bool
    is_bulk: bool = False


class Blocks:
    """Reader of a file in blocks.

    Parameters
    ----------
    source : Source
    stream : Stream
    layout : RowPath
    is_preview : bool
        Whether little is to be read at once.

    Attributes
    ----------
    documents : Documents
        Reader of a file that is not in lines.
    actions : Actions
        What is to be done with the documents, as far as they were read.
    n_replaced : int
        Number of texts that held bytes that are not UTF-8.
    """

    def __init__(
        self, source: Source, stream: Stream, layout: RowPath, *, is_preview: bool
    ) -> None:
        self.n_replaced = 0
        self._source = source
        self._stream = stream
        self._layout = layout
        self.documents = Documents(layout.steps, self._read)
        self.actions = Actions()
        self._size = _PREVIEW_BYTES if is_preview else BLOCK_BYTES
        self._fraction = 0.0

    def __iter__(self) -> Iterator[JsonBlock]:
        """Yield the blocks; what is wrong between rows is a `UserError`."""
        return self._blocks_of_lines() if self._layout.is_lines else self._blocks_of_text()

    def _read(self, held: bytes, n_waiting: int) -> tuple[bytes, bool]:
        """Return what was held back with more behind it, and whether the file ends there."""
        if len(held) > LONGEST_LINE:
            raise UserError(
                f"{self._source.name}, line {self.documents.line:,}: more than "
                f"{LONGEST_LINE >> 20} MB are one record or one text. Is this a file of vectors?"
            )
        self._stream.hold(len(held))
        self._fraction = self._stream.fraction
        size = max(self._size, len(held), n_waiting)
        text = self._stream.read(size)
        return held + text, len(text) < size

    def _blocks_of_text(self) -> Iterator[JsonBlock]:
        """Yield the rows between two readings of the file."""
        block, n_reads, problem = JsonBlock(), 1, None
        documents = self.documents
        try:
            for row in documents:
                block.add(row)
                if documents.n_reads > n_reads:
                    n_reads, block.fraction = documents.n_reads, self._fraction
                    block.documents, documents.ended = documents.ended, []
                    yield block
                    block = JsonBlock()
        except JsonError as error:
            problem = error
            if error.reason == Syntax.CUT:
                block.add(Row(JsonError(CUT_FILE), error.line))
                documents.open += [RowContainer([None])] * bool(self._layout.steps)
        self.n_replaced, block.fraction = documents.n_replaced, self._stream.fraction
        block.documents = documents.ended
        yield block
        if problem is not None and problem.reason != Syntax.CUT:
            raise problem.in_file(self._source.name)

    def _blocks_of_lines(self) -> Iterator[JsonBlock]:
        line = 1
        for lines in line_blocks(self._source, self._stream, self._size, has_remarks=False):
            text = lines.tobytes()
            numbers = list(range(line, line + text.count(b"\n")))
            line += len(numbers)
            values = None if self._layout.steps else NumberLists().parse_lines(text)
            if values is not None and len(values) == len(numbers):
                block = JsonBlock(values, numbers)
            else:
                block = self._read_each(text, numbers)
            if self._layout.is_bulk:
                self.actions.join(block.values, block.lines)
            block.fraction = self._stream.fraction
            yield block
        if lack := self.actions.end():
            yield JsonBlock([lack], [line - 1], fraction=1.0)

    def _read_each(self, text: bytes, numbers: Sequence[int]) -> JsonBlock:
        block = JsonBlock()
        for line, number in zip(text.split(b"\n"), numbers, strict=False):
            documents = Documents(self._layout.steps, whole(line), number)
            try:
                for row in documents:
                    block.add(row)
            except JsonError as error:  # Nothing of a document that is broken is kept.
                n_kept = len(block.values) - sum(len(each.names) for each in documents.open)
                del block.values[n_kept:], block.lines[n_kept:]
                block.add(Row(error, number))
                documents.ended += [[RowContainer([None])]] * bool(self._layout.steps)
            self.n_replaced += documents.n_replaced
            block.documents += documents.ended
        return block
