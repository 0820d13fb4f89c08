"""Vectors as text in one column of a table, in the ways that people write them.

Lists are in brackets as JSON and Python have them, in parentheses or braces, as `array([…])`, or
bare: "0.1 0.2 0.3", "0.1, 0.2, 0.3", "0.1;0.2;0.3". Bare numbers are a vector only where they are
three or more and some of them fractions, for "12 30 45" is a time, and "1,234" a number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from embedviz.core.arrays import Matrix
from embedviz.core.notes import counted
from embedviz.formats.text.numbers import parse_texts

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


def inside_of(field: bytes, column: str) -> bytes | ValueError:
    """Return what is in the square brackets of a field; what is wrong where it has none."""
    if field[:1] == b"[" and field[-1:] == b"]":
        return field[1:-1]
    return ValueError(f"no list of numbers in column {column!r}")


def take_lists(lists: Sequence[bytes | Matrix | ValueError], out: Matrix) -> dict[int, str]:
    """Take vectors from lists, the insides of their brackets, or numbers that were decoded.

    Parameters
    ----------
    lists : sequence of bytes, float32 array or ValueError
        The last is what is wrong with a row that is no such list.
    out : float32 array of shape (lists, n_dimensions)
        Receives the vectors.

    Returns
    -------
    dict of row to reason
        What is wrong with the lists that are not such vectors.
    """
    problems: dict[int, str] = {}
    printed = [each if isinstance(each, bytes) else None for each in lists]
    if any(each is not None for each in printed):
        problems = parse_texts([each or b"" for each in printed], out)
    for row, each in enumerate(lists):
        if isinstance(each, ValueError):
            problems[row] = str(each)
        elif not isinstance(each, bytes):
            problems.pop(row, None)
            if len(each) == out.shape[1]:
                out[row] = each
            else:
                problems[row] = f"{counted(len(each), 'number')} instead of {out.shape[1]:,}"
    return problems
