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

from embedviz.formats.json.blocks import is_action
from embedviz.formats.json.candidates import SAMPLE
from embedviz.formats.json.documents import Documents, whole
from embedviz.formats.json.parsing import BLANKS, MOST_DEPTH, JsonError, Syntax
from embedviz.formats.source import Source

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
    documents, problem = _start_of(text)
    whole_lines = text.split(b"\n") if is_whole else text.split(b"\n")[:-1]
    lines = [line for line in whole_lines if line.strip(BLANKS)]
    if lines and _is_fine(lines[0]):
        is_lines = len(lines) > 1 or not is_whole
    else:
        is_broken = problem is not None and problem.reason != Syntax.CUT
        is_lines = is_broken and 2 * sum(map(_is_fine, lines)) > len(lines)
    is_bulk = False
    if is_lines:
        of_lines = (_documents_of(Documents((), whole(line)))[0] for line in lines)
        documents, problem = list(islice(chain.from_iterable(of_lines), SAMPLE)), None
        others = [document for document in documents if not is_action(document)]
        is_bulk = bool(others) and is_action(documents[0])
        documents = others if is_bulk else documents
    shallow = [document for document in documents if not _is_deep(document)]
    if len(shallow) < len(documents):
        problem = JsonError(Syntax.DEEP, "[", line=1)
    return LayoutSample(shallow, is_lines, is_bulk, is_whole, problem, len(text))


def _is_fine(line: bytes) -> bool:
    documents, problem = _documents_of(Documents((), whole(line)))
    return bool(documents) and problem is None


def _start_of(text: bytes) -> tuple[list[Any], JsonError | None]:
    """Return the first documents, as far as they can be read, and what is wrong behind them."""
    reader = Documents((), whole(text))
    documents, problem = _documents_of(reader)
    if not documents:
        reader = Documents((), whole(text))  # What is before the first thing that is wrong.
    if not documents or problem is not None:
        documents += filter(None, [reader.open_document()])
    return documents, problem


def _documents_of(reader: Documents) -> tuple[list[Any], JsonError | None]:
    """Return the first documents, and what is wrong behind them.

    What is wrong in a document is a bad row, or an error with its place, when it is read.
    """
    documents: list[Any] = []
    try:
        for row in islice(reader, SAMPLE):
            if not isinstance(row.value, JsonError):
                documents.append(row.value)
    except JsonError as error:
        return documents, error
    return documents, None


def _is_deep(value: Any, most: int = MOST_DEPTH) -> bool:
    """Return whether lists and objects are nested more than `most` deep."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(most == 0 or _is_deep(member, most - 1) for member in inner)
