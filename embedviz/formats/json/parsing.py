r"""JSON texts as Python values, but for lists of numbers, which stay as they are printed.

A list of numbers as Python objects is ten times as large as its vector, so each is kept as text
until it goes straight into the array. The text is taken apart by msgspec, which checks it and hands
out members as they stand. Measured on records of 384 numbers (100 MB, processor time): 0.25 s, and
0.6 s for the numbers, correctly rounded; pysimdjson 0.5 s for both, but rounded twice, with other
words for what is wrong, and one more library for every user; orjson 0.6 s by way of Python's
numbers; ijson, which needs no end of a document, ten times that.

msgspec is strict. What it refuses is given to the standard library's parser, after the lists of
numbers were cut out: it knows NaN and Infinity, control characters, halves of surrogate pairs, and
says what is wrong and where. Bytes that are not UTF-8 are replaced there.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

from msgspec import MsgspecError, Raw
from msgspec.json import Decoder

MOST_DEPTH = 100
BLANKS = b" \t\r\n\0\x1e"
"""Around documents: files may be filled up with NUL, and records be marked by a separator."""

CUT_FILE = "the file ends in the middle of it"
CUT = "it ends before a bracket or quote is closed"
_TOO_DEEP = b"[" * (2 * MOST_DEPTH)
DEEP = f"lists and objects are nested more than {MOST_DEPTH} deep"
NO_COMMA = "a comma or a closing bracket is missing"
NO_VALUE = "a value is missing"
NO_KEY = "a name in double quotes is missing"
NO_COLON = "a colon is missing"
NO_RECORD = "no JSON object or list starts here"

_REASONS = {
    "Expecting property name": NO_KEY,
    "Illegal trailing comma before end of object": NO_KEY,
    "Illegal trailing comma before end of array": NO_VALUE,
    "Expecting ':'": NO_COLON,
    "Expecting ','": NO_COMMA,
    "Extra data": NO_COMMA,
}
_OBJECT, _LIST = b"{["
_LONGEST_INTEGER = 18

_decode: Callable[[bytes], Any] = Decoder().decode
_members_of = Decoder(dict[str, Raw]).decode
_items_of = Decoder(list[Raw]).decode
_lines_of = Decoder(dict[str, Raw]).decode_lines

_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_NUMBERS = rb"\[([-+0-9.eE,NaInfityul \t\r\n]*+)"
_holds_numbers = re.compile(rb"\[[ \t\r\n]*[-0-9n\]]").match
_cut_lists = re.compile(_STRING + rb"|-Infinity|" + _NUMBERS + rb"(\]|\Z)", re.DOTALL).sub
_find_marks = re.compile(_STRING.decode() + r"|[][{},]", re.DOTALL).finditer
# A backslash that escapes nothing is one, as it stands.
_escapes = re.compile(r'\\(u[0-9a-fA-F]{4}|["\\/bfnrt])?').sub
_is_scalar = re.compile(r'[^][{},:"]*').fullmatch
# What is near an error, without what stands for something else.
_until_mark = re.compile(r".?[^,:\[\]{}]{0,20}", re.DOTALL).match


class NumberList(bytes):
    """The numbers of a list as they are printed, without its brackets."""


class JsonError(ValueError):
    """What is wrong with a text.

    Attributes
    ----------
    near : str
        What is there.
    n_newlines : int
        How many lines of the text end before it.
    at : int
        Where it is, lists of numbers cut out.
    line : int
        Where it is in the file, if that is known.
    is_syntax : bool
        Whether nothing can be told of what comes after it.
    """

    def __init__(
        self, reason: str, near: str = "", n_newlines: int = 0, at: int = 0, line: int = 0
    ) -> None:
        super().__init__(reason)
        self.line = line
        self.near = near
        self.n_newlines = n_newlines
        self.at = at
        self.is_syntax = reason in (CUT, DEEP, NO_RECORD, *_REASONS.values())


class JsonParser:
    """Parser of texts, each one value.

    Attributes
    ----------
    n_replaced : int
        How many of them held bytes that are not UTF-8.
    """

    def __init__(self) -> None:
        self.n_replaced = 0

    def parse(self, text: bytes) -> Any:
        """Return the value of a text.

        Raises
        ------
        JsonError
        """
        inner = text.strip(BLANKS)
        try:
            if inner[:1] == b"{":
                return _members(_members_of(inner), 1)
            items = _items_of(b"[%b]" % inner)
            if len(items) == 1:
                return _value_of(bytes(items[0]), 0)
        except (MsgspecError, UnicodeDecodeError, RecursionError):
            pass
        n_blank = len(text) - len(text.lstrip(BLANKS))
        skeleton = _Skeleton(b"\n" * text.count(b"\n", 0, n_blank) + inner)
        self.n_replaced += skeleton.has_replaced
        return skeleton.parsed()

    def parse_lines(self, text: bytes) -> list[Any] | None:
        """Return the objects that are on the lines of a text, None if there is anything else."""
        try:
            return [_members(found, 1) for found in _lines_of(text)]
        except (MsgspecError, UnicodeDecodeError, RecursionError):
            return None

    def parse_member(self, text: bytes) -> tuple[str, Any]:
        """Return the name and the value of a member of an object.

        Raises
        ------
        JsonError
        """
        members: list[tuple[str, Any]] = list(self.parse(b"{%b}" % text).items())
        if len(members) != 1:
            raise JsonError(NO_COMMA)
        return members[0]

    def parse_start(self, text: bytes) -> Any:
        """Return what a document holds that goes on after this, or is broken somewhere."""
        skeleton = _Skeleton(text)
        try:
            return skeleton.parsed()
        except JsonError as error:
            return skeleton.start(error.at).parsed()


def without_numbers(text: bytes) -> bytes:
    """Return a text with nothing in place of its lists of numbers."""

    def cut(found: re.Match[bytes]) -> bytes:
        return b"null" + b"\n" * found[1].count(b"\n") if found[2] else found[0]

    return _cut_lists(cut, text) if b"[" in text else text


def _members(raws: dict[str, Raw], depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, raw in raws.items():
        part = bytes(raw)
        is_single = part[0] != _LIST and part[0] != _OBJECT
        found[name] = _decode(part) if is_single else _value_of(part, depth)
    return found


def _value_of(text: bytes, depth: int) -> Any:
    """Return the value of a text that is one, without blanks around it."""
    first = text[0]
    if first != _LIST and first != _OBJECT:
        return _decode(text)
    if depth >= MOST_DEPTH:
        raise RecursionError
    if first == _OBJECT:
        if b"[" not in text and text.count(b"{") < MOST_DEPTH - depth:
            return _decode(text)
        return _members(_members_of(text), depth + 1)
    if text.find(b"[", 1) > 0 or b"{" in text:
        return [_value_of(bytes(item), depth + 1) for item in _items_of(text)]
    return NumberList(text[1:-1]) if _holds_numbers(text) and b'"' not in text else _decode(text)


def cut_deep(text: bytes) -> bytes:
    """Return a text up to where it is nested too deeply, where that is told at once.

    A few packed bytes may become many megabytes of brackets; to take them all apart, only to refuse
    them then, would take seconds. A text in quotes before them may hold brackets, so it ends this.
    """
    at = text.find(_TOO_DEEP)
    return text[: at + len(_TOO_DEEP)] if at >= 0 and b'"' not in text[:at] else text


class _Skeleton:
    """A text whose lists of numbers were cut out, for the standard library's parser.

    Words of Python's JSON that stand for no number mark them: a list of numbers is `-Infinity`, and
    that itself becomes `-1e999`, which is the same number.
    """

    def __init__(self, text: bytes) -> None:
        self._lists: list[NumberList] = []
        data = _cut_lists(self._cut, cut_deep(text))
        self._text = data.decode("utf-8", "replace")
        self.has_replaced = "\ufffd" in self._text and self._text.encode() != data

    def _cut(self, found: re.Match[bytes]) -> bytes:
        if found[0] == b"-Infinity":
            return b"-1e999"
        if found[1] is None:
            return found[0]
        if not found[2]:  # It goes on after this.
            return b"["
        self._lists.append(NumberList(found[1]))
        return b"-Infinity" + b"\n" * found[1].count(b"\n")

    def parsed(self) -> Any:
        """Return its value."""
        self._require_depth()
        try:
            return self._loaded(self._text)
        except json.JSONDecodeError as error:
            problem = error
        if "escape" in problem.msg:
            mended = _escapes(lambda found: found[0] if found[1] else "\\\\", self._text)
            if mended != self._text:
                self._text = mended
                return self.parsed()
        raise self._described(problem)

    def start(self, end: int) -> _Skeleton:
        """Return the part before what is wrong, with all brackets closed that are open there."""
        closing: list[str] = []
        start = "null"
        for mark in _find_marks(self._text, 0, end):
            if mark[0] in "[{":
                start = self._text[: mark.start()] + "null" + "".join(reversed(closing))
                closing.append("]" if mark[0] == "[" else "}")
            elif mark[0] == ",":
                start = self._text[: mark.start()] + "".join(reversed(closing))
            elif mark[0] in "]}" and closing:
                closing.pop()
        self._text = start
        return self

    def _loaded(self, text: str) -> Any:
        lists = iter(self._lists)

        def constant(word: str) -> Any:
            if word == "-Infinity":
                return next(lists)
            return math.inf if word == "Infinity" else math.nan

        try:
            return json.loads(text, strict=False, parse_constant=constant)
        except json.JSONDecodeError:
            raise
        except ValueError:  # An integer of thousands of digits.
            lists = iter(self._lists)
            return json.loads(text, strict=False, parse_constant=constant, parse_int=_integer)

    def _require_depth(self) -> None:
        depth = 0
        for mark in _find_marks(self._text):
            depth += (mark[0] in "[{") - (mark[0] in "]}")
            if depth > MOST_DEPTH:
                raise self._error(DEEP, mark.start())

    def _described(self, error: json.JSONDecodeError) -> JsonError:
        rest = self._text[error.pos :]
        is_value = error.msg == "Expecting value"
        is_cut = not rest.strip() or (is_value and _is_scalar(rest))
        if is_cut or error.msg.startswith("Unterminated string"):
            return self._error(CUT, error.pos)
        known = (reason for said, reason in _REASONS.items() if error.msg.startswith(said))
        reason = NO_VALUE if is_value and rest[0] in ",:]}" else next(known, None)
        if reason is None:
            near = _until_mark(rest)
            assert near is not None
            reason = f"not valid JSON at {near[0]!r} ({error.msg})"
        return self._error(reason, error.pos)

    def _error(self, reason: str, at: int) -> JsonError:
        near = _until_mark(self._text, at)
        assert near is not None
        return JsonError(reason, near[0], self._text.count("\n", 0, at), at)


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else digits
