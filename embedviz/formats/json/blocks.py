"""A JSON file in blocks of rows: what is in each of them, and on which line it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from embedviz.core.errors import UserError
from embedviz.core.notes import Note, counted
from embedviz.formats.json.documents import Documents, Row, Step, whole
from embedviz.formats.json.metadata import Document
from embedviz.formats.json.parsing import CUT_FILE, JsonError, NumberLists, Syntax
from embedviz.formats.labels import note_on_replaced
from embedviz.formats.source import Source, Stream
from embedviz.formats.text.lines import line_blocks
from embedviz.formats.text.records import LONGEST_LINE

BLOCK_BYTES = 4 << 20
_PREVIEW_BYTES = 1 << 20
_ACTIONS = ("index", "create", "update", "delete")


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


def is_action(value: Any) -> bool:
    """Return whether a line says what is to be done with a document, rather than being one."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    ((name, fields),) = value.items()
    if name not in _ACTIONS or not isinstance(fields, dict):
        return False
    return not fields or any(field.startswith("_") for field in fields)


class Actions:
    """State between two blocks of such a file.

    Attributes
    ----------
    n_deleted : int
        Deletions so far.
    """

    def __init__(self) -> None:
        self.n_deleted = 0
        self._fields: dict[str, Any] | None = None

    def join(self, values: list[Any], lines: list[int]) -> None:
        """Put each document and the line before it together, in place."""
        rows: list[tuple[Any, int]] = []
        for value, line in zip(values, lines, strict=True):
            if not is_action(value):
                fields, self._fields = self._fields or {}, None
                rows.append((fields | value if isinstance(value, dict) else value, line))
                continue
            if lack := self.end():
                rows.append((lack, line))
            if "delete" in value:
                self.n_deleted += 1
            else:
                (self._fields,) = value.values()
        values[:] = [value for value, _ in rows]
        lines[:] = [line for _, line in rows]

    def end(self) -> ValueError | None:
        """Return what is wrong where the next line is no document, or there is none."""
        fields, self._fields = self._fields, None
        return None if fields is None else ValueError("no document follows the line before")


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
    """

    def __init__(
        self, source: Source, stream: Stream, layout: RowPath, *, is_preview: bool
    ) -> None:
        self.documents = Documents(layout.steps, self._read)
        self._source = source
        self._stream = stream
        self._layout = layout
        self._actions = Actions()
        self._size = _PREVIEW_BYTES if is_preview else BLOCK_BYTES
        self._n_reads = self._n_replaced = 0

    def __iter__(self) -> Iterator[JsonBlock]:
        """Yield the blocks; what is wrong between rows is a `UserError`."""
        blocks = self._blocks_of_lines() if self._layout.is_lines else self._blocks_of_text()
        for block in blocks:
            block.fraction = self._stream.fraction
            yield block

    def notes(self) -> list[Note]:
        """Return what there is to say of the file, once it was read."""
        found = note_on_replaced(self._n_replaced + self.documents.n_replaced)
        if count := self._actions.n_deleted:
            are = "deletes a document and is" if count == 1 else "delete documents and are"
            found.append(Note(f"{counted(count, 'line')} {are} not read."))
        return found

    def _read(self, held: bytes, n_waiting: int) -> tuple[bytes, bool]:
        """Return what was held back with more behind it, and whether the file ends there."""
        if len(held) > LONGEST_LINE:
            raise UserError(
                f"{self._source.name}, line {self.documents.line:,}: more than "
                f"{LONGEST_LINE >> 20} MB are one record or one text. Is this a file of vectors?"
            )
        size = max(self._size, len(held), n_waiting)
        text = self._stream.read(size)
        # Its turn comes when what waits was taken apart.
        self._stream.hold(len(held) + len(text))
        self._n_reads += 1
        return held + text, len(text) < size

    def _blocks_of_text(self) -> Iterator[JsonBlock]:
        """Yield the rows between two readings of the file."""
        block, n_reads, problem = JsonBlock(), 1, None
        documents = self.documents
        try:
            for row in documents:
                block.add(row)
                if self._n_reads > n_reads:
                    n_reads = self._n_reads
                    block.documents, documents.ended = documents.ended, []
                    yield block
                    block = JsonBlock()
        except JsonError as error:
            if error.reason == Syntax.CUT:
                block.add(documents.bad_row(JsonError(CUT_FILE), error.line))
            else:
                problem = error.in_file(self._source.name)
        self._stream.hold(0)
        block.documents = documents.ended
        yield block
        if problem is not None:
            raise problem

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
                self._actions.join(block.values, block.lines)
            yield block
        if lack := self._actions.end():
            yield JsonBlock([lack], [line - 1])

    def _read_each(self, text: bytes, numbers: Sequence[int]) -> JsonBlock:
        block = JsonBlock()
        for line, number in zip(text.split(b"\n"), numbers, strict=False):
            if not line or line.isspace():  # A small file may unpack to millions of such.
                continue
            documents = Documents(self._layout.steps, whole(line), number)
            try:
                for row in documents:
                    block.add(row)
            except JsonError as error:
                block.add(documents.bad_row(error, number))
                documents.ended.append(documents.open)
            self._n_replaced += documents.n_replaced
            block.documents += documents.ended
        return block
