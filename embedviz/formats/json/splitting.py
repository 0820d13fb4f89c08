"""Documents cut into their rows, without a look into these.

A large document is one object or list, and must not be held as a whole; of the libraries, only
ijson reads one in parts, ten times slower, by an event for each number. So the brackets and quotes
in a block of it, which are few where numbers are many, are found by NumPy, and with them the commas
between the elements of its outermost containers. Measured: 1 GB/s.

The path to the rows, such as the elements of `data`, says which elements are rows: each is parsed
by itself. All others are the frame: the document with a number in place of each row, which is
parsed at its end, and has what is wrong between rows in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from embedviz.core.arrays import Bytes, Offsets
from embedviz.formats.json.parsing import (
    BLANKS,
    CUT,
    CUT_FILE,
    NO_RECORD,
    JsonError,
    JsonParser,
    NumberList,
    cut_deep,
    without_numbers,
)
from embedviz.formats.json.steps import ITEM, MEMBER, Step
from embedviz.formats.refused.answers import find_failure

_QUOTE, _OPENING, _CLOSING, _LIST, _COMMA = b'"{}[,'
_NEAR = 30
_CASE = 0x20
"""The bit by which square brackets differ from curly ones."""


@dataclass(frozen=True)
class Document:
    """A document that ends: what is around its rows, and how many they are, bad ones included."""

    frame: Any
    n_rows: int


class Splitter:
    """State between two blocks of a file, and what was found in the last one.

    Parameters
    ----------
    steps : sequence of str, ITEM or MEMBER
        The path to the rows; empty where each document is one.
    parser : JsonParser
    line : int
        Of the start.

    Attributes
    ----------
    values : list
        Each row as it was parsed, or the `JsonError` that says what is wrong with it.
    lines : list of int
        Where each row starts.
    documents : list of Document
        Those that end.
    line : int
        Of what was not read yet.
    used : int
        How much of the text was read: the rest is to be given again, with more.
    is_cut : bool
        Whether the last document has no end.
    """

    def __init__(self, steps: Sequence[Step], parser: JsonParser, line: int = 1) -> None:
        self.values: list[Any] = []
        self.lines: list[int] = []
        self.documents: list[Document] = []
        self.line = line
        self.used = 0
        self.is_cut = False
        self._steps = steps
        self._parser = parser
        self._parse = parser.parse_member if steps[-1:] == (MEMBER,) else parser.parse
        self._open = bytearray()
        self._n_on_way = 0
        self._frame = bytearray()
        self._first_line = line
        self._n_rows = self._n_in_document = 0

    @property
    def n_open(self) -> int:
        """Number of rows of the open document so far."""
        return self._n_in_document if self._open else 0

    @property
    def frame(self) -> Any:
        """What is around the rows of the open document, as far as it was read."""
        if not self._open:
            return None
        return _framed(self._parser.parse_start(bytes(self._frame) + b","))

    def split(self, text: bytes, *, is_last: bool) -> None:
        """Read the next text.

        Raises
        ------
        JsonError
            Where nothing can be told of what follows; with its line.
        """
        self.values, self.lines, self.documents, self.used = [], [], [], 0
        take = self._take if self._steps else self._take_document
        text = cut_deep(text)
        for at in _find_marks(text, len(self._open), len(self._steps)):
            self.used = take(text, self.used, at)
        if is_last:
            rest = text[self.used :]
            last_line = self.line + rest.count(b"\n")
            try:
                self._take_rest(rest)
            finally:
                if self.is_cut:
                    self._take_row(JsonError(CUT_FILE), last_line)

    def _take_document(self, text: bytes, start: int, at: int) -> int:
        part = text[start : at + 1]
        if text[at] & ~_CASE == _LIST:
            self._require_blank(part[:-1], text[at:])
            return at
        if part[0] & ~_CASE != _LIST:
            self._require_blank(part, b"")
        self._add(part)
        return at + 1

    def _take(self, text: bytes, start: int, at: int) -> int:
        """Take in what is before a comma or bracket, and that; return where to go on."""
        part, mark = text[start:at], text[at : at + 1]
        if mark in b"[{":
            self._enter(part, mark, text[at:])
            return at + 1
        if not self._open:
            self._require_blank(text[start : at + _NEAR], b"")
        if self._holds_rows and part and not part.isspace():
            self._add(part)
        else:
            self._add_to_frame(part)
        self._frame += mark
        if mark in b"]}":
            self._leave()
        return at + 1

    @property
    def _holds_rows(self) -> bool:
        depth = len(self._steps)
        if not len(self._open) == self._n_on_way == depth:
            return False
        return not depth or (self._open[-1] == _LIST) == (self._steps[-1] == ITEM)

    def _enter(self, part: bytes, mark: bytes, rest: bytes) -> None:
        depth = len(self._open)
        if not depth:
            self._require_blank(part, rest)
            self._first_line, self._n_on_way, self._frame = self.line, 1, bytearray()
            self._n_in_document = 0
        else:
            if self._n_on_way == depth:
                self._n_on_way += self._step_of(part) == self._steps[depth - 1]
            self._add_to_frame(part)
        self._frame += mark
        self._open += mark
        self._n_rows = 0

    def _step_of(self, part: bytes) -> Step | None:
        """Return the step to what follows in the innermost container."""
        if self._open[-1] == _LIST:
            return ITEM
        with suppress(JsonError):
            name, _ = self._parser.parse_member(part + b"null")
            return MEMBER if self._steps[len(self._open) - 1] == MEMBER else name
        return None

    def _leave(self) -> None:
        del self._open[-1]
        self._n_on_way = min(self._n_on_way, len(self._open))
        if self._open:
            return
        text, problem = bytes(self._frame), None
        try:
            frame = _framed(self._parser.parse(text))
        except JsonError as error:
            self._require_no_syntax(error, self._first_line)
            frame, problem = _framed(self._parser.parse_start(text)), error
        if problem is None and not self._n_in_document:
            failure = find_failure(frame)
            problem = JsonError(f"no vectors ({failure})" if failure else "no vectors")
        if problem is not None:
            self._take_row(problem, self._first_line)
        self.documents.append(Document(frame, self._n_in_document))

    def _take_row(self, value: Any, line: int) -> None:
        self.values.append(value)
        self.lines.append(line)
        self._n_in_document += 1

    def _add(self, text: bytes) -> None:
        """Parse a row, with blanks around it, and put its number in its place in the frame."""
        inner = text.lstrip()
        n_newlines = text.count(b"\n")
        line = self.line + text.count(b"\n", 0, len(text) - len(inner))
        try:
            value = self._parse(inner)
        except JsonError as error:
            self._require_no_syntax(error, line)
            value = error
        self._take_row(value, line)
        self.line += n_newlines
        if self._open:
            self._n_rows += 1
            self._frame += (b'"%d"' if self._open[-1] == _LIST else b'"":%d') % self._n_rows
            self._frame += b"\n" * n_newlines

    def _require_no_syntax(self, error: JsonError, line: int) -> None:
        if error.is_syntax:
            error.line = line + error.n_newlines
            raise error

    def _add_to_frame(self, text: bytes) -> None:
        self._frame += without_numbers(text)  # Only those of rows are read.
        self.line += text.count(b"\n")

    def _require_blank(self, text: bytes, rest: bytes) -> None:
        """Require that nothing is between two documents."""
        inner = text.lstrip(BLANKS)
        self.line += text.count(b"\n", 0, len(text) - len(inner))
        if inner:
            near = (inner + rest[:_NEAR])[:_NEAR].decode("utf-8", "replace")
            raise JsonError(NO_RECORD, near, line=self.line)

    def _take_rest(self, rest: bytes) -> None:
        """Take in what is behind the last comma or bracket of a file."""
        self.is_cut = bool(self._open) or rest[:1] in (b"{", b"[")
        if not self.is_cut:
            self._require_blank(rest, b"")
            return
        try:
            if not self._holds_rows:
                self._parser.parse(bytes(self._frame) + rest)
            else:
                self._parse_last(rest.strip(BLANKS))
        except JsonError as error:
            if str(error) != CUT:
                in_frame = not self._holds_rows
                self._require_no_syntax(error, self._first_line if in_frame else self.line)

    def _parse_last(self, row: bytes) -> None:
        """Take in a row that is complete, though nothing says so behind it."""
        if row:
            self._parse(row)
        if row[-1:] in (b"}", b"]", b'"'):
            self._add(row)
            self._frame += b","
        if self._steps:
            self._parser.parse(bytes(self._frame))


def _framed(value: Any) -> Any:
    """Return a frame with lists in place of their text."""
    if isinstance(value, NumberList):
        with suppress(msgspec.MsgspecError):
            return msgspec.json.decode(b"[%b]" % value)
        return None
    if isinstance(value, list):
        return [_framed(item) for item in value]
    if isinstance(value, dict):
        return {name: _framed(member) for name, member in value.items()}
    return value


def _find_marks(text: bytes, depth: int, deepest: int) -> Sequence[int]:
    """Return where commas and brackets are at the outermost depths, and nowhere in a text.

    Parameters
    ----------
    text : bytes
    depth : int
        How many containers are open at its start.
    deepest : int
        Commas within so many containers are wanted, and their brackets; at least brackets in none.
    """
    plain = text
    if b"\\" in text:  # None of what follows a backslash ends a text.
        plain = text.replace(rb"\\", b"__").replace(rb"\"", b"__")
    data = np.frombuffer(plain, np.uint8)
    folded = data | _CASE
    found = np.flatnonzero((folded == _OPENING) | (folded == _CLOSING) | (data == _QUOTE))
    is_quote = data[found] == _QUOTE
    is_outside = np.cumsum(is_quote) % 2 == 0
    changes = np.where(folded[found] == _OPENING, 1, -1) * (is_outside & ~is_quote)
    after = depth + np.cumsum(changes)
    lowest = np.where(changes > 0, after - 1, after)
    is_mark = (changes != 0) & ((lowest < deepest) | (lowest <= 0))
    # Commas are looked for where there is a gap between two of them at such a depth.
    starts = np.concatenate([[0], found + 1])
    sizes = np.concatenate([found, [len(data)]]) - starts
    is_gap = np.concatenate([[True], is_outside]) & (np.concatenate([[depth], after]) <= deepest)
    commas = _commas_in(data, starts[is_gap], sizes[is_gap])
    marks = np.concatenate([found[is_mark], commas])
    marks.sort()
    result: list[int] = marks.tolist()
    return result


def _commas_in(data: Bytes, starts: Offsets, sizes: Offsets) -> Offsets:
    """Return where commas are in some parts of a text."""
    ends = np.cumsum(sizes)
    places = np.repeat(starts - (ends - sizes), sizes) + np.arange(ends[-1] if len(ends) else 0)
    commas: Offsets = places[data[places] == _COMMA]
    return commas
