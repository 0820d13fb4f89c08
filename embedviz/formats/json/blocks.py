"""A JSON file as it begins, by which its layout is told, and then in blocks of rows.

Each line is a document of its own where the first is one and others follow, or where the first is
broken and most of the others are documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from embedviz.core.errors import UserError
from embedviz.core.notes import Note, counted
from embedviz.formats.json.documents import Documents, Row, Step, whole
from embedviz.formats.json.metadata import Document
from embedviz.formats.json.parsing import BLANKS, MOST_DEPTH, JsonError, NumberLists, Syntax
from embedviz.formats.labels import note_on_replaced
from embedviz.formats.source import Source, Stream
from embedviz.formats.text.lines import line_blocks
from embedviz.formats.text.records import LONGEST_LINE

BLOCK_BYTES = 4 << 20
_PREVIEW_BYTES = 1 << 20
SAMPLE = 200
_CUT_FILE = "the file ends in the middle of it"
_ACTIONS = ("index", "create", "update", "delete")

_begins_with_bracket = re.compile(
    rb'[\s\x1e]*(?:\{\s*(?:["}]|\Z)|\[\s*(?:[]\["{0-9.+-]|null|NaN|Infinity|\Z))'
).match
# Such as a table whose first column has lists.
_goes_on_otherwise = re.compile(rb'\s*\[[^][{}"]*+\]\s*[^\s\[{\0\x1e]').match
_begins_like_record = re.compile(rb'\s*\{\s*"').match


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
        Whether before each document there is a line that says what is to be done with it.
    """

    steps: tuple[Step, ...]
    is_lines: bool
    is_bulk: bool = False


@dataclass(frozen=True)
class LayoutSample:
    """The first documents of a file.

    Attributes
    ----------
    documents : list of any
        As they are parsed.
    is_lines, is_bulk : bool
        As of `RowPath`.
    is_whole : bool
        Whether the file holds nothing else.
    problem : JsonError, optional
        What is wrong behind the documents, such as that the last goes on after this.
    size : int
        Bytes.
    """

    documents: list[Any]
    is_lines: bool
    is_bulk: bool
    is_whole: bool
    problem: JsonError | None
    size: int


def starts_as_json(source: Source) -> bool:
    """Return whether a file begins as JSON does."""
    return bool(_begins_with_bracket(source.text)) and not _goes_on_otherwise(source.text)


def begins_as_json(source: Source) -> bool:
    """Return whether a file begins as JSON does, or as lines of it of which the first is broken."""
    are_records = 2 * sum(map(bool, map(_begins_like_record, source.lines))) > len(source.lines)
    return starts_as_json(source) or (are_records and not _begins_with_bracket(source.text))


def samples_of(source: Source, most: int) -> Iterator[LayoutSample]:
    """Yield the start of the file, and four times more while asked for, from below `most` bytes."""
    text, is_whole = source.text, source.is_whole_in_head
    yield _sample(text, is_whole)
    size = len(text)
    while not is_whole and size < most:
        size *= 4
        with source.stream() as stream:
            text = stream.read(size)
        is_whole = len(text) < size
        yield _sample(text, is_whole)


def _sample(text: bytes, is_whole: bool) -> LayoutSample:
    documents, problem = _documents_of(text, has_open=True)
    whole_lines = text.split(b"\n") if is_whole else text.split(b"\n")[:-1]
    lines = [line for line in whole_lines if line.strip(BLANKS)]
    if lines and _is_fine(lines[0]):
        is_lines = len(lines) > 1 or not is_whole
    else:
        is_broken = problem is not None and problem.reason != Syntax.CUT
        is_lines = is_broken and 2 * sum(map(_is_fine, lines)) > len(lines)
    is_bulk = False
    if is_lines:
        of_lines = chain.from_iterable(_documents_of(line)[0] for line in lines)
        documents, problem = list(islice(of_lines, SAMPLE)), None
        others = [document for document in documents if not _is_action(document)]
        is_bulk = bool(others) and _is_action(documents[0])
        documents = others if is_bulk else documents
    shallow = [document for document in documents if not _is_deep(document)]
    if len(shallow) < len(documents):
        problem = JsonError(Syntax.DEEP, "[", line=1)
    return LayoutSample(shallow, is_lines, is_bulk, is_whole, problem, len(text))


def _documents_of(text: bytes, *, has_open: bool = False) -> tuple[list[Any], JsonError | None]:
    """Return the first documents, and what is wrong behind them.

    What is wrong in a document is a bad row, or an error with its place, when it is read.

    Parameters
    ----------
    text : bytes
    has_open : bool
        Whether to return what there is of one that is open or broken, as far as it can be read.
    """
    reader, documents, problem = Documents((), whole(text)), list[Any](), None
    try:
        for row in islice(reader.rows, SAMPLE):
            if not isinstance(row.value, JsonError):
                documents.append(row.value)
    except JsonError as error:
        problem = error
    if has_open and (problem is not None or not documents):
        if not documents:
            reader = Documents((), whole(text))  # What is before the first thing that is wrong.
        if found := reader.open_document():
            documents.append(found)
    return documents, problem


def _is_fine(line: bytes) -> bool:
    documents, problem = _documents_of(line)
    return bool(documents) and problem is None


def _is_deep(value: Any, most: int = MOST_DEPTH) -> bool:
    """Return whether lists and objects are nested more than `most` deep."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(most == 0 or _is_deep(member, most - 1) for member in inner)


def _is_action(value: Any) -> bool:
    """Return whether a line says what is to be done with a document, rather than being one."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    ((name, fields),) = value.items()
    if name not in _ACTIONS or not isinstance(fields, dict):
        return False
    return not fields or any(field.startswith("_") for field in fields)


@dataclass
class JsonBlock:
    """Rows that were read at once.

    Attributes
    ----------
    values : list
        Each row as it was parsed, or the `ValueError` that says what is wrong with it.
    lines : sequence of int
        On which line of the file each row starts.
    documents : list of Document
        Those that end in this block.
    fraction : float
        How much of the file will have been read.
    """

    values: list[Any]
    lines: Sequence[int]
    documents: list[Document]
    fraction: float


_Group = tuple[list[Any], Sequence[int]]
"""Values and lines of rows. Not a tuple for each row, which is slow where rows are short."""


def _group(rows: Iterable[Row]) -> _Group:
    rows = list(rows)
    return [row.value for row in rows], [row.line for row in rows]


class Blocks:
    """Reader of a file in blocks.

    Parameters
    ----------
    source : Source
    stream : Stream
    path : RowPath
    is_preview : bool
        Whether little is to be read at once.

    Attributes
    ----------
    documents : Documents
        Reader of a file that is not in lines.
    """

    def __init__(self, source: Source, stream: Stream, path: RowPath, *, is_preview: bool) -> None:
        self.documents = Documents(path.steps, self._read)
        self._source = source
        self._stream = stream
        self._path = path
        self._size = _PREVIEW_BYTES if is_preview else BLOCK_BYTES
        self._n_reads = self._n_deleted = 0

    def __iter__(self) -> Iterator[JsonBlock]:
        """Yield the blocks; what is wrong between rows is a `UserError`."""
        groups = self._rows_of_lines() if self._path.is_lines else self._rows_of_text()
        for group in self._joined(groups) if self._path.is_bulk else groups:
            ended, self.documents.ended = self.documents.ended, []
            yield JsonBlock(*group, ended, self._stream.fraction)

    def notes(self) -> list[Note]:
        """Return what there is to say of the file, once it was read."""
        found = note_on_replaced(self.documents.n_replaced)
        if count := self._n_deleted:
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

    def _rows_of_text(self) -> Iterator[_Group]:
        """Yield the rows between two readings of the file."""
        rows, n_reads = list[Row](), 1
        try:
            for row in self.documents.rows:
                rows.append(row)
                if self._n_reads > n_reads:
                    n_reads = self._n_reads
                    yield _group(rows)
                    rows = []
        except JsonError as error:
            if error.reason != Syntax.CUT:
                yield _group(rows)
                raise error.in_file(self._source.name) from None
            rows.append(self.documents.bad_row(JsonError(_CUT_FILE), error.line))
        self._stream.hold(0)
        yield _group(rows)

    def _rows_of_lines(self) -> Iterator[_Group]:
        start = 1
        for lines in line_blocks(self._source, self._stream, self._size, has_remarks=False):
            text = lines.tobytes()
            numbers = range(start, start + text.count(b"\n"))
            start = numbers.stop
            values = None if self._path.steps else NumberLists().parse_lines(text)
            if values is not None and len(values) == len(numbers):
                yield values, numbers
            else:
                each = map(self._rows_of_line, text.split(b"\n"), numbers)
                yield _group(chain.from_iterable(each))

    def _rows_of_line(self, line: bytes, number: int) -> Iterator[Row]:
        if not line or line.isspace():  # A small file may unpack to millions of such.
            return
        documents = Documents(self._path.steps, whole(line), number)
        try:
            yield from documents.rows
        except JsonError as error:
            yield documents.bad_row(error, number)
            documents.ended.append(documents.open)
        self.documents.n_replaced += documents.n_replaced
        self.documents.ended += documents.ended

    def _joined(self, groups: Iterable[_Group]) -> Iterator[_Group]:
        """Yield each document and the line before it together."""
        lack = ValueError("no document follows the line before")
        fields: dict[str, Any] | None = None
        number = 1
        for group in groups:
            joined: list[Row] = []
            for value, number in zip(*group, strict=True):
                if not _is_action(value):
                    both = fields | value if fields and isinstance(value, dict) else value
                    joined.append(Row(both, number))
                    fields = None
                    continue
                if fields is not None:
                    joined.append(Row(lack, number))
                self._n_deleted += "delete" in value
                fields = None if "delete" in value else next(iter(value.values()))
            yield _group(joined)
        if fields is not None:
            yield [lack], [number]
