"""Documents cut into their rows, without a look into these.

A large document is one object or list, and must not be held as a whole. So the brackets and quotes
in a block of it, which are few where numbers are many, are found by NumPy, and with them the commas
between the elements of its outermost containers. What is between two of these is one row, or one
thing beside the rows, and is parsed by itself. Measured: 1 GB/s.

The path to the rows, such as the elements of `data`, says which elements are rows. The others make
up the frame, in which `[ROWS, how many]` stands for the rows of a container.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from embedviz.core.arrays import Bytes, Offsets
from embedviz.formats.json.parsing import (
    BLANKS,
    CUT,
    NO_COMMA,
    NO_KEY,
    NO_RECORD,
    NO_VALUE,
    JsonError,
    JsonParser,
    NumberList,
)
from embedviz.formats.json.steps import ITEM, MEMBER, Step

ROWS: Final = object()
"""Placeholder of the rows of a container."""

_QUOTE, _OPENING, _CLOSING, _LIST, _COMMA = b'"{}[,'
_NEAR = 30
_CASE = 0x20
"""The bit by which square brackets differ from curly ones."""


@dataclass(frozen=True)
class Document:
    """A document that ends, or is broken.

    Attributes
    ----------
    n_before : int
        How many rows of the block are before its end.
    frame : any
        What is around its rows.
    position : int
        In the text, of its start; -1 where that is in an earlier block.
    problem : str or None
        What is wrong with it.
    """

    n_before: int
    frame: Any
    position: int
    problem: str | None = None


class _Container:
    """A list or object that is open."""

    def __init__(self, *, is_list: bool, leads_to_rows: bool, holds_rows: bool) -> None:
        self.is_list = is_list
        self.leads_to_rows = leads_to_rows
        self.holds_rows = holds_rows
        self.value: Any = [] if is_list else {}
        if holds_rows:
            self.value = [ROWS, 0]
        self.awaits_element = False
        self.awaits_comma = False

    def add(self, name: str, value: Any) -> None:
        """Take in an element of the frame; the name is that of a member."""
        if isinstance(value, NumberList):
            value = None  # Only those of rows are read.
        if self.is_list:
            self.value.append(value)
        else:
            self.value[name] = value


class Splitter:
    """State between two blocks of a file, and what was found in the last one.

    Parameters
    ----------
    steps : sequence of str, ITEM or MEMBER
        The path to the rows; empty where each document is one.
    parser : JsonParser
        Of what is around the rows.

    Attributes
    ----------
    rows : list of (bytes, int)
        Text of each row, with its name where it is a member, and where it starts.
    documents : list of Document
        Those that end.
    """

    def __init__(self, steps: Sequence[Step], parser: JsonParser) -> None:
        self.rows: list[tuple[bytes, int]] = []
        self.documents: list[Document] = []
        self._steps = steps
        self._parser = parser
        self._open: list[_Container] = []
        self._frame: Any = None
        self._problem: str | None = None
        self._position = 0

    @property
    def is_inside(self) -> bool:
        """Whether a document is open."""
        return bool(self._open)

    @property
    def frame(self) -> Any:
        """What is around the rows of the open document, as far as it was read."""
        return self._frame

    def take_start(self) -> int:
        """Return where the open document starts in the text, once; then -1: in an earlier one."""
        start, self._position = self._position, -1
        return start

    def split(self, text: bytes, *, is_last: bool) -> tuple[int, JsonError | None]:
        """Find what is in the next text.

        Returns
        -------
        int, JsonError or None
            How much was read: the rest is to be given again, with more; and what is wrong there.
        """
        self.rows, self.documents = [], []
        start = 0
        take = self._take if self._steps else self._take_document
        try:
            for at in _find_marks(text, len(self._open), len(self._steps)):
                start = take(text, start, at)
            if is_last:
                self._take_rest(text, start)
                start = len(text)
        except JsonError as error:
            return start, error
        return start, None

    def _take_document(self, text: bytes, start: int, at: int) -> int:
        if text[at] & ~_CASE == _LIST:
            _require_blank(text, start, at)
            return at
        if text[start] & ~_CASE != _LIST:
            raise JsonError(NO_RECORD, *_near(text, start, at))
        self.rows.append((text[start : at + 1], start))
        return at + 1

    def _take(self, text: bytes, start: int, at: int) -> int:
        """Take in what is before a comma or bracket, and that; return where to go on."""
        byte = text[at]
        if not self._open:
            _require_blank(text, start, at)
            if byte & ~_CASE != _LIST:
                raise JsonError(NO_RECORD, *_near(text, at, at))
            self._position = at
            self._frame = self._enter(byte == _LIST, leads_to_rows=True)
            return at + 1
        top = self._open[-1]
        if byte & ~_CASE == _LIST:
            self._take_opening(top, text, start, at)
            return at + 1
        if byte != _COMMA and (byte == _CLOSING) == top.is_list:
            raise JsonError(NO_COMMA, *_near(text, at, at))
        self._take_element(top, text, start, at, may_be_none=byte != _COMMA)
        top.awaits_element, top.awaits_comma = byte == _COMMA, False
        if byte != _COMMA:
            self._leave()
        return at + 1

    def _take_opening(self, top: _Container, text: bytes, start: int, at: int) -> None:
        name = ""
        if top.awaits_comma or (top.is_list and text[start:at].strip()):
            raise JsonError(NO_COMMA, *_near(text, start, at))
        if not top.is_list:
            name, _ = self._parsed(top, text, start, at, b"null")
        step = self._steps[len(self._open) - 1]
        is_on_way = top.leads_to_rows and (
            top.is_list if step == ITEM else not top.is_list and step in (MEMBER, name)
        )
        top.awaits_element, top.awaits_comma = False, True
        top.add(name, self._enter(text[at] == _LIST, leads_to_rows=is_on_way))

    def _enter(self, is_list: bool, *, leads_to_rows: bool) -> Any:
        depth = len(self._open) + 1
        holds_rows = leads_to_rows and depth == len(self._steps)
        holds_rows = holds_rows and is_list == (self._steps[-1] == ITEM)
        inner = _Container(is_list=is_list, leads_to_rows=leads_to_rows, holds_rows=holds_rows)
        self._open.append(inner)
        return inner.value

    def _leave(self) -> None:
        self._open.pop()
        if not self._open:
            found = Document(len(self.rows), self._frame, self._position, self._problem)
            self.documents.append(found)
            self._frame = self._problem = None

    def _take_element(
        self, top: _Container, text: bytes, start: int, at: int, *, may_be_none: bool
    ) -> None:
        if not text[start:at].strip():
            if not top.awaits_comma and (top.awaits_element or not may_be_none):
                raise JsonError(NO_VALUE if top.is_list else NO_KEY, *_near(text, at, at))
            return
        if top.awaits_comma:
            raise JsonError(NO_COMMA, *_near(text, start, at))
        if top.holds_rows:
            row = text[start:at].lstrip()
            self.rows.append((row, at - len(row)))
            top.value[1] += 1
            return
        try:
            top.add(*self._parsed(top, text, start, at))
        except JsonError as error:
            if error.is_syntax:
                raise
            self._problem = str(error)

    def _parsed(
        self, top: _Container, text: bytes, start: int, at: int, end: bytes = b""
    ) -> tuple[str, Any]:
        """Return the name, if there is one, and value of an element of the frame."""
        try:
            element = text[start:at] + end
            if top.is_list:
                return "", self._parser.parse(element)
            return self._parser.parse_member(element)
        except JsonError as error:
            error.n_newlines += text.count(b"\n", 0, start)
            raise

    def _take_rest(self, text: bytes, start: int) -> None:
        """Take in what is behind the last comma or bracket of a file."""
        rest = text[start:].strip(BLANKS)
        if not rest:
            if not self._open:
                return
        elif not self._open:
            if rest[0] & ~_CASE != _LIST:
                raise JsonError(NO_RECORD, *_near(text, start, start))
            self._position = start
            self._parser.parse(text[start:])  # Says what is wrong with it.
        else:
            self._take_last(self._open[-1], text, start, rest)
        raise JsonError(CUT)

    def _take_last(self, top: _Container, text: bytes, start: int, rest: bytes) -> None:
        """Take in an element that is complete, though nothing says so behind it."""
        try:
            self._parsed(top, text, start, len(text))
        except JsonError:
            rest += b" "
        if rest[-1:] in (b"}", b"]", b'"'):
            self._take_element(top, text, start, len(text), may_be_none=True)
        elif top.awaits_comma and rest.strip():
            raise JsonError(NO_COMMA, *_near(text, start, start))
        else:
            try:
                self._parser.parse((b"[" if top.is_list else b"{") + text[start:])
            except JsonError as error:
                error.n_newlines += text.count(b"\n", 0, start)
                raise


def _require_blank(text: bytes, start: int, at: int) -> None:
    if text[start:at].strip(BLANKS):
        raise JsonError(NO_RECORD, *_near(text, start, at))


def _near(text: bytes, start: int, at: int) -> tuple[str, int]:
    """Return what is wrong between two positions, or at the second, and the newlines before."""
    end = min(at + _NEAR, len(text))
    rest = text[start:end].lstrip(BLANKS)
    return rest[:_NEAR].decode("utf-8", "replace"), text.count(b"\n", 0, end - len(rest))


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
