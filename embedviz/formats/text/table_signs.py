"""Signs by which texts are told from tables that they resemble, and columns from one another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

_MOSTLY = 0.8
_NUMBER = rb"[-+]?(?:[0-9]++\.?[0-9]*+|\.[0-9]++)(?:[eE][-+]?[0-9]++)?"

is_missing = re.compile(
    rb"\s*+(?:|#?n/?a|null|none|nil|missing|\\n|[-?.]|--)\s*+", re.IGNORECASE
).fullmatch
"""Whether nothing but a word for a missing value is in a field."""

_last_number = re.compile(rb"([\s,;|:=]++)(" + _NUMBER + rb")\s*+\Z").search
_has_letter = re.compile(rb"[^\s\d.,+-]").search
_LONGEST_NUMBER = 60
_is_whole = re.compile(rb"\s*[-+]?[0-9]+\s*").fullmatch
_is_natural = re.compile(rb"\s*[0-9]{1,18}\s*").fullmatch
_has_field_mark = re.compile(rb"[\t,;|]").search
_opens = re.compile(rb"[\[{(]\s*+[-+.0-9\[{(\"']").search
_closes = re.compile(rb"[0-9.\]})\"']\s*+[\]})][\s,;\]})]*+\Z").search


def _ends_in_number(label: bytes) -> tuple[bytes, bytes, bytes] | None:
    """Return the words, the mark and the number of a label that has all three."""
    end = label[-_LONGEST_NUMBER:]
    found = _last_number(end)
    if found is None:
        return None
    words = label[: len(label) - len(end) + found.start()]
    return (words, found[1], found[2]) if _has_letter(words) else None


def labels_take_numbers(labels: Sequence[bytes], numbers: Sequence[bytes]) -> bool:
    r"""Return whether what would be labels are labels with the first number of their row.

    As of "king,-1 2 3" or "king 0.1,0.2" split at the wrong mark. "item 7", "GO:7" and "Boeing 747"
    are labels, which whole numbers alone do not tell from these: so it depends on what the others
    are, and on whether the words before them differ.

    Parameters
    ----------
    labels : sequence of bytes
    numbers : sequence of bytes
        Some of the other numbers of these rows.
    """
    found = [match for label in labels if (match := _ends_in_number(label))]
    if not found or len(found) < _MOSTLY * len(labels):
        return False
    if 2 * sum(bool(_has_field_mark(match[1])) for match in found) > len(found):
        return True
    last = [match[2] for match in found]
    if any(not _is_natural(number) for number in last):
        # "item 1.5" is not counted, and "item -1" is not either.
        return 2 * sum(not _is_natural(number) for number in last) > len(last) or any(
            number[:1] in (b"-", b"+") for number in last
        )
    differ = len({match[0] for match in found}) > len(found) / 2
    return differ and bool(numbers) and all(map(_is_whole, numbers))


def has_open_brackets(fields: Sequence[bytes]) -> bool:
    """Return whether a bracket with numbers is opened in one field and closed in another."""
    opened = [i for i, field in enumerate(fields) if _is_open(field)]
    if not opened:
        return False
    return any(
        _closes(field[-_LONGEST_NUMBER:]) and not _is_balanced(field)
        for field in fields[opened[0] + 1 :]
    )


def _is_open(field: bytes) -> bool:
    return bool(_opens(field)) and not _is_balanced(field)


def _is_balanced(field: bytes) -> bool:
    return all(field.count(a) == field.count(b) for a, b in (b"[]", b"{}", b"()"))


def is_id(fields: Sequence[bytes], others: Sequence[Sequence[bytes]]) -> bool:
    """Return whether a first column of numbers is what rows are called, unlike all others.

    Its numbers are whole, not negative and all different. The others hold fractions, or this one
    alone counts the rows, or its numbers rise and are larger than all of theirs.

    Parameters
    ----------
    fields : sequence of bytes
    others : sequence of sequence of bytes
        The other columns of numbers.
    """
    if len(fields) < 3 or not others or not all(map(_is_natural, fields)):
        return False
    numbers = list(map(int, fields))
    if len(set(numbers)) < len(numbers):
        return False
    given = [[field for field in column if not is_missing(field)] for column in others]
    if any(not _is_whole(field) for column in given for field in column):
        # One of many dimensions may be whole by chance; where all others are fractions, none is.
        return sum(not all(map(_is_whole, column)) for column in given) * 2 >= len(given)
    values = [[int(field) for field in column if len(field.strip()) < 19] for column in given]
    if _counts(numbers):
        return not any(_counts(column) for column in values)
    is_rising = all(a < b for a, b in pairwise(numbers))
    largest = max((abs(value) for column in values for value in column), default=0)
    return is_rising and numbers[0] > largest


def _counts(numbers: Sequence[int]) -> bool:
    start = numbers[0] if numbers else 2
    return start in (0, 1) and list(numbers) == list(range(start, start + len(numbers)))
