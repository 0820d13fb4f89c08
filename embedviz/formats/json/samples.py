"""How JSON begins, by which a file is taken for it, and its layout is told.

Each line is a document of its own where the first is one and others follow, or where the first is
broken and most of the others are documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from embedviz.formats.json.bulk import without_actions
from embedviz.formats.json.candidates import SAMPLE
from embedviz.formats.json.documents import Documents, Row, whole
from embedviz.formats.json.parsing import BLANKS, JsonError, Syntax
from embedviz.formats.source import BYTE_ORDER_MARK, Source

begins_with_bracket = re.compile(
    rb'[\s\x1e]*(?:\{\s*(?:["}]|\Z)|\[\s*(?:[]\["{0-9.+-]|null|NaN|Infinity|\Z))'
).match
# Such as a table whose first column has lists.
_goes_on_otherwise = re.compile(rb'\s*\[[^][{}"]*+\]\s*[^\s\[{\0\x1e]').match


@dataclass(frozen=True)
class LayoutSample:
    """The first documents of a file.

    Attributes
    ----------
    documents : list of any
        As they are parsed.
    is_lines : bool
    is_bulk : bool
        Whether before each document there is a line that says what is to be done with it.
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
    return bool(begins_with_bracket(source.text)) and not _goes_on_otherwise(source.text)


def samples_of(source: Source, most: int) -> Iterator[LayoutSample]:
    """Yield the start of the file, and four times more while asked for, from below `most` bytes."""
    text = source.text
    is_whole = source.is_whole_in_head
    is_lines = _is_lines(text, is_whole)
    yield _sample(text, is_lines, is_whole)
    size = len(text)
    while not is_whole and size < most:
        size *= 4
        with source.stream() as stream:
            text = stream.read(size).removeprefix(BYTE_ORDER_MARK)
        is_whole = len(text) < size - len(BYTE_ORDER_MARK)
        yield _sample(text, is_lines, is_whole)


def _lines_of(text: bytes, is_whole: bool) -> list[bytes]:
    lines = text.split(b"\n")
    return [line for line in (lines if is_whole else lines[:-1]) if line.strip(BLANKS)]


def _is_lines(text: bytes, is_whole: bool) -> bool:
    """Return whether each line is a document of its own."""
    if b"\n" not in text.strip():
        return False
    lines = _lines_of(text, is_whole)
    if lines and _is_fine(lines[0]):
        return len(lines) > 1 or not is_whole
    problem = _documents_of(_reader(text))[1]
    is_broken = problem is not None and problem.reason != Syntax.CUT
    return is_broken and 2 * sum(map(_is_fine, lines)) > len(lines)


def _is_fine(line: bytes) -> bool:
    documents, problem = _documents_of(_reader(line))
    return bool(documents) and problem is None


def _sample(text: bytes, is_lines: bool, is_whole: bool) -> LayoutSample:
    problem = None
    if is_lines:
        of_lines = (_documents_of(_reader(line))[0] for line in _lines_of(text, is_whole))
        documents = list(islice(chain.from_iterable(of_lines), SAMPLE))
    else:
        documents, problem = _start_of(text)
    others = without_actions(documents) if is_lines else documents
    is_bulk = len(others) < len(documents)
    return LayoutSample(others, is_lines, is_bulk, is_whole, problem, len(text))


def _start_of(text: bytes) -> tuple[list[Any], JsonError | None]:
    """Return the first documents, as far as they can be read, and what is wrong behind them."""
    reader = _reader(text)
    documents, problem = _documents_of(reader)
    if not documents and (problem is None or problem.reason != Syntax.CUT):
        reader = _reader(text)  # What is before the first thing that is wrong.
    if not documents or problem is not None:
        documents += filter(None, [reader.open_document()])
    return documents, problem


def _reader(text: bytes) -> Documents:
    return Documents((), whole(text))


def _documents_of(reader: Documents) -> tuple[list[Any], JsonError | None]:
    """Return the first documents, and what is wrong behind them.

    What is wrong in a document is a bad row, or an error with its place, when it is read.
    """
    documents: list[Any] = []
    try:
        for found in reader:
            if isinstance(found, Row) and not isinstance(found.value, JsonError):
                documents.append(found.value)
            if len(documents) >= SAMPLE:
                break
    except JsonError as error:
        return documents, error
    return documents, None
