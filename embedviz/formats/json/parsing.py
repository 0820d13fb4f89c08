r"""JSON texts as Python values, but for lists of numbers, which stay as they are printed.

A list of numbers as Python objects is eight times as large as its vector (32 bytes a number, of 4),
so each is cut out before the text is parsed, by searches for brackets and quotes that jump over the
numbers, and goes as it is printed straight into the array. Lines are parsed by msgspec, a block at
once; documents, and lines that it refuses, by the standard library: it says where a value ends, so
large documents need not be held, and what is wrong and where; it knows NaN, control characters and
halves of surrogate pairs, which msgspec refuses. Measured on 100 MB of records of 384 numbers, of
which cutting leaves 1.6 %, in processor time on a busy machine: 0.2 s, as lines or as a document,
and 0.2 s to put the numbers into the array. With all numbers as Python objects, the lines alone
take msgspec 0.6 s and the standard library 2.0 s.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from msgspec import MsgspecError
from msgspec.json import Decoder

from embedviz.core.errors import UserError

MOST_DEPTH = 100
BLANKS = b" \t\r\n\0\x1e"
"""Around documents: files may be filled up with NUL, and records be marked by a separator."""

CUT_FILE = "the file ends in the middle of it"


class Syntax(StrEnum):
    """What is wrong so that nothing can be told of what comes after it."""

    CUT = "it ends before a bracket or quote is closed"
    DEEP = f"lists and objects are nested more than {MOST_DEPTH} deep"
    NO_COMMA = "a comma or a closing bracket is missing"
    NO_VALUE = "a value is missing"
    NO_KEY = "a name in double quotes is missing"
    NO_COLON = "a colon is missing"
    NO_RECORD = "no JSON object or list starts here"


_REASONS = {
    "Expecting property name": Syntax.NO_KEY,
    "Illegal trailing comma before end of object": Syntax.NO_KEY,
    "Illegal trailing comma before end of array": Syntax.NO_VALUE,
    "Expecting ':'": Syntax.NO_COLON,
    "Expecting ','": Syntax.NO_COMMA,
}
_LONGEST_INTEGER = 4000
_TOO_DEEP = b"[" * (2 * MOST_DEPTH)
CUT_LIST = "[1000000000"
"""How a list with the number of one begins that was cut out: 19 digits, that nobody has alone."""

_STRING = r'"(?:[^"\\]++|\\.)*+"'
_NUMBER = r"[ \t\r\n]*+[-+.0-9nNI]"
_find_list = re.compile(
    rf'(?:[^"\[]++|{_STRING}|\[(?!{_NUMBER}))*+\['.encode(), re.DOTALL
).match  # fmt: skip
_escaped = re.compile(rb"\\.", re.DOTALL).sub
_find_marks = re.compile(_STRING + r"|[][{},]", re.DOTALL).finditer
# A backslash that escapes nothing is one, as it stands.
_escapes = re.compile(r'\\(u[0-9a-fA-F]{4}|["\\/bfnrt])?').sub
_is_scalar = re.compile(r'[^][{},:"]*').fullmatch
_until_mark = re.compile(r".?[^,:\[\]{}]{0,20}", re.DOTALL).match
_decode_lines = Decoder().decode_lines


class NumberList(bytes):
    """The numbers of a list as they are printed, without its brackets."""

    __slots__ = ()

    def values(self) -> list[Any]:
        """Return them as Python has them, nothing where one of them is none."""
        try:
            found: list[Any] = _parse(f"[{self.decode('utf-8', 'replace')}]")[0]
        except json.JSONDecodeError:
            return []
        return found


class JsonError(ValueError):
    """What is wrong with a text.

    Attributes
    ----------
    reason : str
    near : str
        What is there.
    at : int
        Where it is in the text.
    line : int
        Where it is in the file.
    is_syntax : bool
        Whether nothing can be told of what comes after it.
    """

    def __init__(self, reason: str, near: str = "", at: int = 0, line: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.near, self.at, self.line = reason, near, at, line
        self.is_syntax = isinstance(reason, Syntax)

    def in_file(self, name: str) -> UserError:
        """Return the error that a file of that name cannot be read."""
        return UserError(
            f"{name}, line {self.line:,}: {self} at {self.near!r}. This is not valid JSON: write "
            "or download the file again."
        )


class NumberLists:
    """Lists of numbers that were cut out of a text, to be put back once it is parsed.

    In the text, a list of one integer stands for each.
    """

    def __init__(self) -> None:
        self._lists: dict[int, NumberList] = {}
        self._last = 10**18

    def cut(self, text: bytes, *, is_last: bool = True) -> tuple[bytes, int]:
        """Return a text without its lists of numbers, and how much of it that is.

        Unless it is the last, it is taken up to where no text or list of numbers is open.
        """
        text = _cut_deep(text)
        parts: list[bytes] = []
        start = outside = closing = 0
        while found := _find_list(text, outside):
            if closing < found.end():
                closing = text.find(b"]", found.end())
                if closing < 0:
                    break
            outside = found.end()
            if text.find(b"[", outside, closing) < 0 and text.find(b'"', outside, closing) < 0:
                numbers = NumberList(text[outside:closing])
                self._last += 1
                self._lists[self._last] = numbers
                parts += text[start:outside], b"%d" % self._last, b"\n" * numbers.count(b"\n")
                start = outside = closing
        begun = text[found.end() :] if found else b'"'  # A list of numbers that goes on after this.
        if b'"' in begun or b"[" in begun or (is_last and (b"{" in begun or b"}" in begun)):
            begun = b""
        end = len(text) - len(begun)
        used = len(text) if is_last else outside + _last_outside(text[outside:end])
        parts.append(text[start : end if is_last else used])
        if is_last:
            parts.append(b"\n" * begun.count(b"\n"))
        return b"".join(parts), used

    def parse(self, text: str, at: int = 0, *, has_lists: bool = True) -> tuple[Any, int]:
        """Return the value that begins at a place in a text, and where it ends.

        Raises
        ------
        JsonError
        """
        try:
            value, end = _parse(text, at)
            return self.restored(value, has_lists=has_lists), end
        except json.JSONDecodeError as error:
            raise _described(error) from None
        except RecursionError:
            raise JsonError(Syntax.DEEP, at=at) from None

    def restored(self, value: Any, depth: int = 0, *, has_lists: bool = True) -> Any:
        """Return a value with its lists of numbers put back, each once, or with None for them."""
        if depth > MOST_DEPTH:
            raise RecursionError
        if type(value) is dict:
            for name, member in value.items():
                if type(member) is dict or type(member) is list:
                    value[name] = self.restored(member, depth + 1, has_lists=has_lists)
        elif not value and type(value) is list:
            return NumberList() if has_lists else value
        elif type(value) is list:
            if len(value) == 1 and type(value[0]) is int and value[0] in self._lists:
                numbers = self._lists.pop(value[0])
                return numbers if has_lists else None
            for i, item in enumerate(value):
                if type(item) is dict or type(item) is list:
                    value[i] = self.restored(item, depth + 1, has_lists=has_lists)
        return value


def parse_lines(text: bytes) -> list[Any] | None:
    """Return the objects and lists on the lines of a text, None if there is anything else."""
    numbers = NumberLists()
    try:
        values = _decode_lines(numbers.cut(text)[0])
        if set(map(type, values)) <= {dict, list}:
            return [numbers.restored(value) for value in values]
    except (MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    return None


def near(text: str, at: int) -> str:
    """Return what is at a place in a text, to be shown."""
    return _until_mark(text, at)[0].partition(CUT_LIST[1:])[0]  # type: ignore[index]


def with_escapes(text: str) -> str:
    """Return a text with backslashes that escape nothing doubled."""
    return _escapes(lambda found: found[0] if found[1] else r"\\", text)


def _marks(text: str, at: int, end: int = sys.maxsize) -> Iterator[tuple[re.Match[str], int]]:
    """Yield brackets and commas outside of texts, and how many brackets are open behind each."""
    depth = 0
    for mark in _find_marks(text, at, end):
        depth += (mark[0] in "[{") - (mark[0] in "]}")
        yield mark, depth


def end_of_value(text: str, at: int) -> int:
    """Return where a value ends that cannot be parsed, by its brackets; -1 where it goes on."""
    for mark, depth in _marks(text, at):
        if depth < 0 or (not depth and mark[0] == ","):
            return mark.start()
        if not depth and mark[0] in "]}":
            return mark.end()
    return -1


def is_deep(text: str, at: int, end: int) -> bool:
    """Return whether a part of a text is nested too deeply."""
    return any(depth > MOST_DEPTH for _, depth in _marks(text, at, end))


def closed(text: str, end: int) -> str:
    """Return the part of a document before `end`, with all brackets closed that are open there."""
    start, last = 0, "null"
    closing: list[str] = []
    missing: list[str] = []
    for mark in _find_marks(text, 0, end):
        is_opening = mark[0] in "[{"
        if is_opening or mark[0] == ",":
            start, last, missing = mark.start(), "null" if is_opening else "", closing[::-1]
        if is_opening:
            closing.append("]" if mark[0] == "[" else "}")
        elif mark[0] in "]}" and closing:
            closing.pop()
    return text[:start] + last + "".join(missing)


def _cut_deep(text: bytes) -> bytes:
    """Return a text up to where it is nested too deeply, where that is told at once.

    A few packed bytes may become many megabytes of brackets; to take them all apart, only to refuse
    them then, would take seconds. A text in quotes before them may hold brackets, so it ends this.
    """
    at = text.find(_TOO_DEEP)
    return text[: at + len(_TOO_DEEP)] if at >= 0 and b'"' not in text[:at] else text


def _last_outside(text: bytes) -> int:
    """Return the last place in a text from which one may go on reading: outside of texts in it."""
    plain = _escaped(b"__", text)
    if plain.count(b'"') % 2:
        return plain.rfind(b'"')
    return 1 + max(plain.rfind(mark) for mark in (b'"', b"{", b"}", b"]"))


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else digits


_parse = json.JSONDecoder(strict=False, parse_int=_integer).raw_decode


def _described(error: json.JSONDecodeError) -> JsonError:
    text, at = error.doc, error.pos
    rest = text[at:]
    is_value = error.msg == "Expecting value"
    is_cut = not rest.strip() or (is_value and _is_scalar(rest))
    if is_cut or error.msg.startswith("Unterminated string"):
        return JsonError(Syntax.CUT, at=at)
    known = (reason for said, reason in _REASONS.items() if error.msg.startswith(said))
    reason = Syntax.NO_VALUE if is_value and rest[0] in ",:]}" else next(known, None)
    return JsonError(reason or f"not valid JSON at {near(text, at)!r} ({error.msg})", at=at)
