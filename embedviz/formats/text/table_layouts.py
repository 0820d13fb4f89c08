"""Layouts of delimited texts: what each column is, decided by the first 200 records.

The separator, the quotes and the decimal mark are those with which most columns hold numbers. The
vector is one column of lists as "[0.1, 0.2]", or else the columns of numbers, chosen by their names
(`number_columns`).
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from weakref import WeakKeyDictionary

import numpy as np

from embedviz.core.errors import UserError
from embedviz.formats.companions.columns import require_column, unique_names
from embedviz.formats.number_columns import is_counter, numbered_alike
from embedviz.formats.source import MOST_FIELDS, Source
from embedviz.formats.text.list_texts import as_list, count_numbers, is_bare_list, is_list
from embedviz.formats.text.number_fields import is_not_finite, is_number
from embedviz.formats.text.numbers import with_point
from embedviz.formats.text.records import Records, split_records
from embedviz.formats.text.table_signs import (
    has_open_brackets,
    is_id,
    is_missing,
    labels_take_numbers,
)
from embedviz.formats.vector_names import COLUMN_NAMES, choose_vectors, describe_lists

_SEPARATORS = b"\t;,| "
_SPACE = ord(" ")
_CONSISTENT = 0.8
_MOST_COLUMNS = 1 << 16

_is_in_thousands = re.compile(rb"\s*[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+\s*").fullmatch
_is_integer = re.compile(rb"[+-]?[0-9]{1,18}").fullmatch

Fields = list[bytes]


@dataclass(frozen=True)
class TableLayout:
    """Layout of a table: how fields are told apart, and what is in each column.

    Attributes
    ----------
    separator, point : int
        The bytes between fields, and before the fraction of a number.
    has_quotes, has_header : bool
    names : list of str
        Of all columns; made up where there is no header.
    numbers : list of int
        The columns of numbers, except those that only count the rows.
    lists : list of int
        The columns of lists of numbers.
    sample : list of list of bytes
        The first records.
    empty : set of int
        The columns in which all of these lack a value.
    """

    separator: int
    point: int
    has_quotes: bool
    has_header: bool
    names: list[str]
    numbers: list[int]
    lists: list[int]
    sample: list[Fields]
    empty: frozenset[int] = frozenset()

    def vector_columns(
        self, name: str, vector_column: str | None, excluded: str | None
    ) -> list[int]:
        """Return which columns are the vector: one of lists, or several of numbers.

        Parameters
        ----------
        name : str
            Of the file, for messages.
        vector_column : str or None
            The column of lists that is wanted.
        excluded : str or None
            A column that is none, since it has the labels.

        Raises
        ------
        UserError
            When the wanted column is not there or holds no lists, or several hold lists.
        """
        if vector_column is not None:
            return [self._wanted_list(name, vector_column)]
        if self.lists:
            chosen = choose_vectors(self.described_lists, COLUMN_NAMES, name, "vector_column")
            return [self.names.index(chosen)]
        names = {c: self.names[c] for c in self.numbers if self.names[c] != excluded}
        if not self.has_header:
            return list(names)
        found = numbered_alike(names)
        return sorted([*found, *self._alike(found, excluded)])

    def _alike(self, found: list[int], excluded: str | None) -> list[int]:
        """Return the columns numbered like those of the vector that hold few numbers, or none."""
        stems = {self.names[c].rstrip(string.digits) for c in found}
        if len(stems) != 1 or any(self.names[c] in stems for c in found):
            return []
        return [
            column
            for column, name in enumerate(self.names)
            if column not in self.numbers
            and name != excluded
            and name.rstrip(string.digits) in stems
            and name not in stems
            and (column in self.empty or self._has_number(column))
        ]

    def _has_number(self, column: int) -> bool:
        return any(_is_printed_number(record[column], self.point) for record in self.sample)

    @property
    def described_lists(self) -> dict[str, str]:
        """The columns of lists, with how long these are."""
        return {self.names[column]: self._described(column) for column in self.lists}

    def _described(self, column: int) -> str:
        """Return how long the first list of a column is, in words."""
        lists = (as_list(record[column]) for record in self.sample if record[column].strip())
        return describe_lists(next(lists).count(b",") + 1)

    def _wanted_list(self, name: str, wanted: str) -> int:
        lists = {self.names[column]: column for column in self.lists}
        if wanted in lists:
            return lists[wanted]
        require_column(wanted, self.names, name)
        raise UserError(f"Column {wanted!r} of {name} holds no lists of numbers.")


_found: WeakKeyDictionary[Source, TableLayout | None] = WeakKeyDictionary()


def find_layout(source: Source) -> TableLayout | None:
    """Return the layout of a table, or None when the text is not a table with numbers in it."""
    if source not in _found:  # Whether there is one is asked before it is read.
        _found[source] = _find_layout(source)
    return _found[source]


def _find_layout(source: Source) -> TableLayout | None:
    text = b"\n".join(source.lines) + b"\n"
    if b"\0" in text:
        return None
    best: tuple[_Fit, TableLayout] | None = None
    for separator in _SEPARATORS:
        if any(line.count(separator) > MOST_FIELDS for line in source.lines):
            continue
        # Without any quotes in sight, those to come are the Projector's: plain characters.
        choices = (False, True) if b'"' in text else (separator != ord("\t"),)
        for has_quotes in choices:
            found = _try(text, separator, has_quotes, source.name)
            if found and (best is None or found[0] > best[0]):
                best = found
    return best[1] if best else None


_Fit = tuple[bool, int, float, bool]
"""Larger the better a layout fits: any lists, number columns, text in equal rows, quotes."""


def _try(
    text: bytes, separator: int, has_quotes: bool, name: str
) -> tuple[_Fit, TableLayout] | None:
    split, used, _ = split_records(text, separator, has_quotes=has_quotes)
    records = [split.fields(i) for i in range(len(split))]
    if not records:
        return None
    width, count = Counter(map(len, records[1:] or records)).most_common(1)[0]
    if count < _CONSISTENT * len(records) - 1 or _are_pieces(split):
        return None
    body = [record for record in records[1:] or records if len(record) == width]
    if width > _MOST_COLUMNS:  # Each is looked at by itself, which would take minutes.
        if not _is_printed_number(body[0][-1], ord(".")):
            return None
        raise UserError(
            f"{name} has {width:,} columns. Tables are read with up to {_MOST_COLUMNS:,}: save "
            "longer vectors as .npy, with numpy.save(path, vectors)."
        )
    lists = [c for c in range(width) if _mostly(is_list, [record[c] for record in body])]
    point, numbers = _find_numbers(body, width, separator)
    if not lists:
        lists = _find_unbracketed(body, width, len(numbers))
        if lists and separator == _SPACE and _labels_lose_numbers(records, lists[0]):
            return None
    if not lists and (len(numbers) < 2 or separator == _SPACE):
        return None  # Numbers between spaces are not a table, but text.
    first = records[0]
    has_header = len(records) > 1 and _is_header(first, body, numbers, lists, separator, point)
    if not has_header and len(records) > 1 and len(first) == width:
        body.insert(0, first)
    if not lists and _is_cut_wrongly(first if has_header else None, split, body, numbers):
        return None
    names = _names(first, width) if has_header else [""] * width
    is_tensors = not has_header and separator == ord("\t") and not _has_parts(body)
    if not is_tensors:
        counted = [c for c in numbers if _counts_rows(names[c], has_header, c, body, numbers)]
        numbers = [c for c in numbers if c not in counted]
    empty = frozenset(c for c in range(width) if all(is_missing(record[c]) for record in body))
    numbers = numbers if has_header or lists else _with_empty(numbers, empty)
    layout = TableLayout(
        separator, point, has_quotes, has_header, unique_names(names), numbers, lists, body, empty
    )
    return (bool(lists), len(numbers), used * count / len(records), has_quotes), layout


def _with_empty(numbers: list[int], empty: frozenset[int]) -> list[int]:
    """Return the columns of numbers with those between them that lack all values so far."""
    return sorted({*numbers, *(c for c in empty if numbers[0] < c < numbers[-1])})


def _are_pieces(split: Records) -> bool:
    """Return whether records are lists of a program, cut at their commas."""
    n_pieces = 0
    for first, stop in pairwise(split.firsts.tolist()):
        # Lists are opened near the label, and closed at the end.
        ends = (
            range(first, min(first + _ENDS, stop)),
            range(max(first + _ENDS, stop - _ENDS), stop),
        )
        fields = [split.field(i) for i in chain(*ends) if not split.kinds[i]]
        n_pieces += has_open_brackets(fields)
    return 2 * n_pieces > len(split)


_ENDS = 100
"""Fields at either end of a record that are looked at for brackets."""


def _is_cut_wrongly(
    header: Fields | None, split: Records, body: Sequence[Fields], numbers: list[int]
) -> bool:
    """Return whether the first number of a row would be a part of its label."""
    first = split.firsts[:-1]
    is_quoted = 2 * int(np.count_nonzero(split.kinds[first])) > len(split)
    if 0 in numbers or is_quoted or (header and not _has_mark(header[0].strip())):
        return False
    values = [record[c] for record in body for c in numbers if not is_missing(record[c])]
    return labels_take_numbers([record[0] for record in body], values)


_has_mark = re.compile(rb"[\t,;| ]").search


def _find_unbracketed(body: Sequence[Fields], width: int, n_numbers: int) -> list[int]:
    lists = _find_bare_lists(body, width, n_numbers)
    return lists if lists or n_numbers > 1 else _find_plain_lists(body, width)


def _labels_lose_numbers(records: Sequence[Fields], column: int) -> bool:
    """Return whether a list begins with a number of the label, cut at a blank: "item 7,0.5,1"."""
    n_commas = records[-1][-1].count(b",")
    if len(records[0]) == 1 and records[0][0].count(b",") == n_commas > 0:
        return True  # The header has no blank, but as many commas.
    body = [record for record in records if count_numbers(b"".join(record[column : column + 1]))]
    fields = [record[column] for record in body]
    rows = [re.split(rb"[,;|]", field) for field in fields]
    if not rows or not all(row[0].isdigit() for row in rows):
        return False
    has_parts = any(not _is_integer(number.strip()) for row in rows for number in row)
    is_one = len({record[0] for record in body}) <= len(body) / 2
    return has_parts or (is_one and len(body) > 1)


def _find_plain_lists(body: Sequence[Fields], width: int) -> list[int]:
    """Return the columns in which all fields are as many numbers without brackets.

    They are so where nothing else could be a vector; elsewhere "12 30 45" is a time of day.
    """
    found = []
    for column in range(width if width > 1 else 0):
        fields = [record[column] for record in body if not is_missing(record[column])]
        counts = {count_numbers(field) * (b"\t" not in field) for field in fields}
        if len(counts) == 1 and counts.pop() > 2:
            found.append(column)
    return found


def _find_bare_lists(body: Sequence[Fields], width: int, n_numbers: int) -> list[int]:
    """Return the columns of lists without brackets that are longer than rows of numbers are."""
    found: list[int] = []
    if width < 2:  # These are the columns of another separator.
        return found
    for column in range(width):
        fields = [record[column] for record in body if record[column]]
        if _mostly(is_bare_list, fields) and not any(b"\t" in field for field in fields):
            length = max(as_list(field).count(b",") + 1 for field in fields)
            if length > n_numbers:
                found.append(column)
    return found


def _mostly(test: Callable[[bytes], object], fields: Iterable[bytes]) -> bool:
    """Return whether the fields that are not empty pass, a few excepted."""
    given = [field for field in fields if field]
    return bool(given) and sum(bool(test(field)) for field in given) >= _CONSISTENT * len(given)


def _find_numbers(body: Sequence[Fields], width: int, separator: int) -> tuple[int, list[int]]:
    """Return the decimal mark with which most columns hold numbers, and these columns."""
    best = (ord("."), _number_columns(body, width, ord(".")))
    columns = _number_columns(body, width, ord(","))
    if len(columns) > len(best[1]):
        fields = [record[c] for record in body for c in columns if b"," in record[c]]
        # Between commas, a number in quotes with one in it may also be "1,234".
        if separator != ord(",") or not all(map(_is_in_thousands, fields)):
            best = (ord(","), columns)
    return best


def _number_columns(body: Sequence[Fields], width: int, point: int) -> list[int]:
    def passes(field: bytes) -> bool:
        return _is_printed_number(field, point)

    def given(column: int) -> list[bytes]:
        return [record[column] for record in body if not is_missing(record[column])]

    return [c for c in range(width) if _mostly(passes, given(c))]


def _is_printed_number(field: bytes, point: int) -> bool:
    field = with_point(field.strip(), point)
    return bool(is_number(field) or is_not_finite(field))


def _is_header(
    first: Fields,
    body: Sequence[Fields],
    numbers: list[int],
    lists: list[int],
    separator: int,
    point: int,
) -> bool:
    """Return whether the first record names the columns."""
    width = len(body[0])
    if len(first) == width - 1:  # R leaves out the name of the first column.
        return not any(_is_printed_number(field, point) for field in first)
    if len(first) != width:
        return False
    if lists:
        return not any(
            is_list(first[c]) or is_bare_list(first[c]) or count_numbers(first[c]) for c in lists
        )
    named = [c for c in numbers if not _is_printed_number(first[c], point)]
    if 2 * len(named) > len(numbers):
        return True
    # The integers from 0 on are pandas' names of columns, unless they may be numbers of a row.
    is_sure = first[0] == b"" or (separator != ord("\t") and len(numbers) > 2)
    return (
        is_sure and _is_running([first[c] for c in numbers if c or first[c]]) and _has_parts(body)
    )


def _has_parts(records: Sequence[Fields]) -> bool:
    """Return whether there are numbers that are not whole."""
    return any(is_number(field) and not _is_integer(field) for row in records for field in row)


def _is_running(fields: Sequence[bytes]) -> bool:
    """Return whether the fields are the integers from 0 or 1 on."""
    if len(fields) < 2 or not all(map(_is_integer, fields)):
        return False
    start = int(fields[0])
    return start in (0, 1) and list(map(int, fields)) == list(range(start, start + len(fields)))


def _names(first: Fields, width: int) -> list[str]:
    names = [field.decode("utf-8", "replace").strip() for field in first]
    return [""] * (width - len(names)) + names


def _counts_rows(
    name: str, has_header: bool, column: int, body: Sequence[Fields], numbers: list[int]
) -> bool:
    fields = [record[column] for record in body]
    if has_header:
        return is_counter(name) and all(_is_integer(field) for field in fields)
    if column or len(numbers) < 3:
        return False
    return is_id(fields, [[record[c] for record in body] for c in numbers if c != column])
