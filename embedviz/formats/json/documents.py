"""Documents taken apart into their rows, while their text is read.

A large document is one object or list, and must not be held as a whole. The path to its rows, such
as the elements of `data`, is followed here in one walk, and each value on and beside it is parsed
by a library, which says where it ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from embedviz.formats.companions.record_columns import KEY_COLUMN
from embedviz.formats.json.metadata import Document, RowContainer, put_around
from embedviz.formats.json.parsing import (
    LIST_MARK,
    JsonError,
    NumberList,
    NumberLists,
    Syntax,
    end_of_value,
    near,
    with_escapes,
)
from embedviz.formats.refused.answers import with_failure

ITEM, MEMBER = 0, 1
Step = str | int
"""How a path through JSON goes on: to the member of that name, to every ITEM or MEMBER."""

Read = Callable[[bytes, int], tuple[bytes, bool]]
"""Given what was not used of the last text, and how many characters wait for more, returns the text
from there on, and whether it is the last."""

_NUMBERS = "single numbers instead of vectors"
_find_value = re.compile(r"[^ \t\r\n]").search
_find_document = re.compile(r"[^ \t\r\n\0\x1e\ufeff]").search


class Row(NamedTuple):
    """A row as it was parsed, or the `JsonError` that says what is wrong with it.

    A member of an object is a tuple of its name and either of them.
    """

    value: Any
    line: int


class Documents:
    """Reader of one document after the other.

    Parameters
    ----------
    steps : sequence of str, ITEM or MEMBER
        The path to the rows; empty where each document is one.
    read : Read
    line : int
        Of the start.

    Attributes
    ----------
    rows : generator of Row
        Raises `JsonError`, with its line, where nothing can be told of what follows. Closing it
        completes what is around the rows of the open document, as far as that is known.
    open : Document
        What was begun, as far as it was read.
    ended : list of Document
        What is around the rows of those that were read to their end.
    n_replaced : int
        Number of rows that held bytes that are not UTF-8.
    """

    def __init__(self, steps: Sequence[Step], read: Read, line: int = 1) -> None:
        self.open: Document = []
        self.ended: list[Document] = []
        self.n_replaced = 0
        self._steps = steps
        self._read = read
        self._rest = b""
        self._is_last = self._has_replaced = False
        self._numbers = NumberLists()
        self._text = ""
        self._at = self._counted = 0
        self._line = line
        self._problem: JsonError | None = None
        self.rows = self._read_rows()

    @property
    def line(self) -> int:
        """Where the reader has come to."""
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def bad_row(self, error: JsonError, line: int) -> Row:
        """Return a row in place of those that a document should have."""
        if self._steps:
            self.open.append(RowContainer([None]))
        return Row(error, line)

    def open_document(self) -> Any:
        """Return what can be read of a document that has no end or is broken somewhere."""
        found: list[Any] = []
        with suppress(JsonError, RecursionError):
            self._next(_find_document)
            self._take_open(found.append)
        return found[0] if found else None

    def _take_open(self, take: Callable[[Any], None]) -> None:
        """Hand over the value here at once, and fill it while it is read."""
        if self._next() not in ("[", "{"):
            take(self._value())
            return
        inner: Any = [] if self._next() == "[" else {}
        take(inner)
        for name in self._elements():
            self._take_open(inner.append if name is None else partial(inner.__setitem__, name))

    def _read_rows(self) -> Generator[Row, None, None]:
        while mark := self._next(_find_document):
            if mark not in "{[" and not self._is_at_numbers():
                raise self._error(Syntax.NO_RECORD)
            if self._steps:
                yield from self._document()
            else:
                yield Row(line=self.line, value=self._value_or_error())

    def _document(self) -> Iterator[Row]:
        line, self._problem = self.line, None
        frame = yield from self._walk(self._steps)
        if self._problem is None and not any(container.names for container in self.open):
            self._problem = JsonError(with_failure("no vectors", frame))
        if self._problem is not None:
            yield self.bad_row(self._problem, line)
        self.ended.append(self.open)
        self.open = []

    def _walk(
        self, steps: Sequence[Step], prefix: str = "", key: str | None = None
    ) -> Generator[Row, None, Any]:
        """Yield the rows in the value here; return it without them."""
        step, *rest = steps
        frame: dict[Any, Any] = {}
        if self._next() != ("[" if step == ITEM else "{"):
            if step == ITEM and self._is_at_numbers():
                yield self.bad_row(JsonError(_NUMBERS), self.line)
            self._keep(frame, None)
            return frame[None]
        first, is_cut = len(self.open), True
        if not rest:
            self.open.append(RowContainer())
        try:
            for name in self._elements():
                if step not in (ITEM, MEMBER, name):
                    self._keep(frame, name)
                elif rest:
                    inner = f"{prefix}{name}." if step == name else prefix
                    label = name if step == MEMBER else None
                    frame[name] = yield from self._walk(rest, inner, label)
                else:
                    line, value = self.line, self._value_or_error()
                    self.open[-1].names.append(name if prefix else None)
                    yield Row(value if name is None else (name, value), line)
            is_cut = False
        finally:
            beside = {} if key is None else {KEY_COLUMN: key}
            beside |= {prefix + n: frame[n] for n in frame if step not in (ITEM, MEMBER, n)}
            put_around(self.open[first:], beside, is_cut=is_cut)
        return frame

    def _keep(self, frame: dict[Any, Any], name: str | None) -> None:
        """Keep a value without rows, a list of numbers as such."""
        if self._next() == "[":
            frame[name] = []  # At once, for the file may end in it.
            for _ in self._elements():
                frame[name].append(self._other_value())
        else:
            value = self._other_value(has_lists=self._is_at_numbers())
            frame[name] = value.values() if isinstance(value, NumberList) else value

    def _is_at_numbers(self) -> bool:
        return self._text.startswith(LIST_MARK, self._at)

    def _elements(self) -> Iterator[str | None]:
        """Go from element to element of the list or object here, and behind it; yield the names."""
        closing = "]" if self._text[self._at] == "[" else "}"
        self._at += 1
        is_over = self._next() == closing
        while not is_over:
            yield self._name() if closing == "}" else None
            mark = self._next()
            is_over = mark == closing
            if not is_over:
                self._pass(mark == ",", Syntax.NO_COMMA)
        self._at += 1

    def _name(self) -> str:
        if self._next() != '"':
            raise self._error(Syntax.NO_KEY)
        name: str = self._value()
        self._pass(self._next() == ":", Syntax.NO_COLON)
        return name

    def _pass(self, is_right: bool, reason: Syntax) -> None:
        """Go behind the mark here, if it is the right one, to what follows it."""
        if not is_right:
            raise self._error(reason)
        self._at += 1
        self._next()

    def _other_value(self, *, has_lists: bool = False) -> Any:
        value = self._value_or_error(has_lists=has_lists)
        if isinstance(value, JsonError):
            self._problem, value = value, None
        return value

    def _value_or_error(self, *, has_lists: bool = True) -> Any:
        """Return the value here, or what is wrong with it if its end can be told all the same."""
        try:
            return self._value(has_lists=has_lists)
        except JsonError as error:
            if isinstance(error.reason, Syntax):
                raise
            while (end := end_of_value(self._text, self._at)) < 0:
                if not self._more():
                    raise self._error(Syntax.CUT, error.at) from None
            self._at = end
            return error

    def _value(self, *, has_lists: bool = True) -> Any:
        while True:
            try:
                value, end = self._numbers.parse(self._text, self._at, has_lists=has_lists)
            except JsonError as error:
                if error.reason == Syntax.CUT and self._more():
                    continue
                rest = self._text[self._at :]
                mended = with_escapes(rest) if "escape" in error.reason else rest
                if mended == rest:
                    raise self._error(error.reason, error.at) from None
                self._text = self._text[: self._at] + mended
            else:
                if self._has_replaced:
                    self.n_replaced += "\ufffd" in self._text[self._at : end]
                self._at = end
                return value

    def _next(self, find: Callable[[str, int], re.Match[str] | None] = _find_value) -> str:
        """Go to the next character that is not blank; return it, nothing at the end."""
        while True:
            found = find(self._text, self._at)
            self._at = found.start() if found else len(self._text)
            if found or not self._more():
                return self._text[self._at : self._at + 1]

    def _more(self) -> bool:
        """Read more of the text; return whether there may have been any."""
        if self._is_last:
            return False
        self._line, waiting = self.line, self._text[self._at :]
        self._at = self._counted = 0
        text, self._is_last = self._read(self._rest, len(waiting))
        found, used = self._numbers.cut(text, is_last=self._is_last)
        self._rest = text[used:]
        try:
            self._text = waiting + found.decode()
        except UnicodeDecodeError:
            self._text = waiting + found.decode("utf-8", "replace")
            self._has_replaced = True
        return True

    def _error(self, reason: str, at: int | None = None) -> JsonError:
        if at is None:
            at = self._at
            reason = reason if at < len(self._text) else Syntax.CUT
        end = len(self._text) if reason == Syntax.CUT else at
        line = self.line + self._text.count("\n", self._at, end)
        return JsonError(reason, near(self._text, at), at, line)


def whole(text: bytes) -> Read:
    """Return the way to read a text at once."""
    return lambda held, n_waiting: (text, True)
