"""Vectors as text in one column of a table, in the ways that people write them.

Lists are in brackets as JSON and Python have them, in parentheses or braces, as `array([…])`, or
bare: "0.1 0.2 0.3", "0.1, 0.2, 0.3", "0.1;0.2;0.3". Bare numbers are a vector only where they are
three or more and some of them fractions, for "12 30 45" is a time, and "1,234" a number.
"""

from __future__ import annotations

import re

# Not of words, as tags are; of numbers in quotes as well, to be told that these are none.
_is_list = re.compile(
    rb"\s*\[[\s\[(]*[\"']?(?:[-+.0-9]|nan\b|inf|null\b|none\b|np\.|array|\.\.\.).*\]\s*",
    re.DOTALL | re.IGNORECASE,
).fullmatch
_wrapped = re.compile(rb"\s*(?:array|tensor)\(\s*(\[.*\])\s*(?:,[^\]]*)?\)\s*", re.DOTALL).fullmatch
_typed = re.compile(rb"np\.float(?:16|32|64)\(([^()]*)\)")
_NUMBER = rb"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_BARE = tuple(
    re.compile(rb"\s*" + _NUMBER + rb"(?:" + mark + _NUMBER + rb"){2,}\s*").fullmatch
    for mark in (rb"\s*,\s*", rb"\s*;\s*", rb"\s*\|\s*", rb"\s+")
)
_are_numbers = re.compile(
    rb"\s*" + _NUMBER + rb"(?:(?:\s*+[,;|]\s*+|\s++)" + _NUMBER + rb")++\s*+"
).fullmatch
_SEPARATOR = re.compile(rb"\s*[,;|]\s*|\s+")
_starts_as_number = re.compile(rb"\s*[-+.0-9]").match
_has_mark = re.compile(rb"[^\s][,;|\s]").search
_has_bracket = re.compile(rb"[\[({]").search
_has_fraction = re.compile(rb"[.eE]").search
_STARTS = b"+-.0123456789"


def is_list(field: bytes) -> bool:
    """Return whether a field is a list that begins with a number, in brackets of any kind."""
    if not _has_bracket(field):  # As nearly all fields of most tables.
        return False
    field = field.strip()
    if not field.endswith((b"]", b")", b"}")):  # Looked at first, as a field may be megabytes.
        return False
    if field[:1] in (b"(", b"{"):
        return is_bare_list(field[1:-1]) and field[-1:] in (b")", b"}")
    return bool(_is_list(_unwrapped(field)))


def is_bare_list(field: bytes) -> bool:
    """Return whether a field holds three numbers or more, and fractions, without brackets."""
    may_be = _starts_as_number(field) and _has_mark(field) and _has_fraction(field)
    return bool(may_be) and any(found(field) for found in _BARE)


def count_numbers(field: bytes) -> int:
    """Return how many numbers a field holds between blanks or marks; 0 for anything else."""
    return len(_SEPARATOR.split(field.strip())) if _are_numbers(field) else 0


def as_list(field: bytes) -> bytes:
    """Return a list in square brackets, what is none as it is, both without blanks around them.

    What is in square brackets has commas between its numbers, or is not a list that can be read.
    """
    field = _unwrapped(field).strip()
    return _bracketed(field) if field and field[0] in _STARTS else field


def _bracketed(numbers: bytes) -> bytes:
    for mark in (b",", b";", b"|"):
        if mark in numbers:
            return b"[" + numbers.replace(mark, b",") + b"]"
    return b"[" + b",".join(numbers.split()) + b"]"


def _unwrapped(field: bytes) -> bytes:
    """Return a list in square brackets instead of those it is in."""
    if found := _wrapped(field):
        field = found[1]
    if b"np.float" in field:
        field = _typed.sub(rb"\1", field)
    stripped = field.strip()
    if stripped[:1] + stripped[-1:] in (b"()", b"{}"):
        return _bracketed(stripped[1:-1])
    return field
