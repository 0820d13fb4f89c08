"""Layouts of lines with labels and numbers, decided by the first 200 of them.

A decimal comma is taken for one where nothing else is possible: hardly any number has none, none
has a point, they are not thousands, and not pairs of a running index and a value.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import chain, pairwise

from embedviz.formats.source import BLANKS, MOST_DIMENSIONS, MOST_FIELDS, Source
from embedviz.formats.text.number_fields import is_fraction, is_not_finite, is_number
from embedviz.formats.text.records import LONGEST_LINE
from embedviz.formats.text.table_signs import labels_take_numbers

find_header = re.compile(rb" *([0-9]{1,40})[ \t]+([0-9]{1,40})[ \t\r]*(?:\n|\Z)").match
"""Matches the line `N D` at the start of a text."""

_has_wide_gaps = re.compile(rb"[0-9.][ \t]{2,}[-+.0-9]").search


@dataclass(frozen=True)
class LineLayout:
    """Layout of the lines of a file.

    Attributes
    ----------
    header : (int, int) or None
        The numbers of rows and dimensions that the first line claims.
    dimensions : int
    is_labeled : bool
    is_aligned : bool
        Whether there are several spaces between numbers, so that those after a label are none of
        its own.
    names_columns : bool
        Whether the first line has names for the columns, as R writes it.
    is_quoted : bool
        Whether the labels are in double quotes.
    has_commas : bool
        Whether the numbers have a decimal comma.
    """

    header: tuple[int, int] | None
    dimensions: int
    is_labeled: bool
    is_aligned: bool = False
    names_columns: bool = False
    is_quoted: bool = False
    has_commas: bool = False


def find_layout(source: Source) -> LineLayout | None:
    """Return the layout of the file, or None when its lines are not labels and numbers."""
    layout = _layout_with_commas(source.lines)
    if layout is not None and (line := source.first_line(LONGEST_LINE)) is not None:
        return _layout_with_commas([line])  # Of what the head has of it, the numbers are fewer.
    return layout


def _layout_with_commas(lines: list[bytes]) -> LineLayout | None:
    layout = _layout_of(lines)
    if layout is None and _has_decimal_commas(lines):
        layout = _layout_of([with_points(line) for line in lines])
        return replace(layout, has_commas=True) if layout else None
    return layout


def _layout_of(lines: list[bytes]) -> LineLayout | None:
    found = find_header(lines[0]) if lines else None
    claimed = (int(found[1]), int(found[2])) if found else None
    body = [_Line.of(line) for line in lines[1 if claimed else 0 :]]
    if not body:
        is_header = claimed and b"\t" not in lines[0]
        return LineLayout(claimed, claimed[1], is_labeled=True) if claimed and is_header else None
    if claimed and claimed[1] > 1:
        body = _with_tabs(lines[1:], claimed[1]) or body
    if all(line.is_bare for line in body):
        count = _most_common([line.n_numbers for line in body])
        if claimed is None or claimed[1] == count:
            return LineLayout(claimed, count, is_labeled=False)
    dimensions = _most_common([line.dimensions for line in body])
    if 2 * sum(line.dimensions == dimensions > 0 for line in body) < len(body):
        return None
    if dimensions > MOST_DIMENSIONS:  # It is going to be refused, and all else takes long.
        return LineLayout(claimed, dimensions, is_labeled=True)
    if dimensions == 1 and any(len(line.fields) != 2 for line in body):
        return None  # Any sentence may end in a number.
    if claimed and _header_is_believed(claimed[1], body):
        dimensions = claimed[1]
    is_promised = claimed is not None and claimed[1] == dimensions
    texts = lines[1:] if claimed else lines
    n_of_table = 0 if is_promised else sum(_is_of_table(line, dimensions) for line in texts)
    if 2 * n_of_table > len(texts) or (not is_promised and _are_cut_wrongly(body, dimensions)):
        return None
    n_aligned = sum(bool(_has_wide_gaps(line)) for line in lines)
    names_columns = claimed is None and len(body) > 1 and body[0].has_names(dimensions)
    return LineLayout(
        claimed,
        dimensions,
        is_labeled=True,
        is_aligned=2 * n_aligned > len(body),
        names_columns=names_columns,
        is_quoted=claimed is None and _are_quoted(texts[names_columns:], dimensions),
    )


def _most_common(counts: list[int]) -> int:
    return Counter(counts).most_common(1)[0][0]


@dataclass(frozen=True)
class _Line:
    fields: list[bytes]
    n_numbers: int

    @classmethod
    def of(cls, line: bytes, *, takes_tabs: bool = False) -> _Line:
        line = line.rstrip(BLANKS)
        is_tabbed = line.rfind(b"\t") > line.rfind(b" ")
        if (is_tabbed and not takes_tabs) or line.count(b" ") + line.count(b"\t") > MOST_FIELDS:
            return cls([], 0)
        fields = re.split(rb"[ \t]+", line)
        return cls(fields, count_trailing_numbers(fields))

    @property
    def dimensions(self) -> int:
        return max(min(self.n_numbers, len(self.fields) - 1), 0)

    @property
    def is_bare(self) -> bool:
        """Whether there are only numbers, the first too detailed for a label."""
        fields = self.fields[self.fields[:1] == [b""] :]
        return len(fields) == self.n_numbers > 0 and bool(is_fraction(fields[0]))

    def has_names(self, dimensions: int) -> bool:
        """Return whether these name that many columns of numbers, and perhaps the labels."""
        names = set(self.fields)
        is_long = len(self.fields) - dimensions in (0, 1)
        return is_long and len(names) == len(self.fields) and not any(map(is_number, names))


def _are_quoted(lines: list[bytes], dimensions: int) -> bool:
    """Return whether all labels are in double quotes, and there are several."""
    labels = {_label_of(line, dimensions) for line in lines}
    return len(labels) > 1 and all(map(_is_quoted, labels))


_is_quoted = re.compile(rb'"(?:[^"\\]|\\.|"")+"').fullmatch
"""Whether a label has quotes around it, and those in it are doubled or escaped."""


def _label_of(line: bytes, dimensions: int) -> bytes:
    _, length = split_from_right(line.rstrip(BLANKS), dimensions)
    return line[: max(length, 0)].strip(BLANKS)


def _is_of_table(line: bytes, dimensions: int) -> bool:
    """Return whether there are columns before the numbers, or one of theirs, as in "a,b,0.5 1".

    After letters, a mark and a whole number are so, too ("king,-1 2 3"); "1,000" is a word.
    """
    label = _label_of(line, dimensions)
    parts = re.split(rb"[,;|]", label)
    if b"\t" in label or (len(parts) > 1 and is_fraction(parts[-1])):
        return True
    return len(parts) > 1 and bool(is_number(parts[-1]) and _has_letters(label))


_has_letters = re.compile(rb"[^\d.,+-]").search


def _are_cut_wrongly(body: list[_Line], dimensions: int) -> bool:
    """Return whether the labels end in the first number of the row: "king:-1 2 3"."""
    lines = [line.fields for line in body if line.dimensions >= dimensions]
    labels = [b" ".join(fields[:-dimensions]) for fields in lines]
    return labels_take_numbers(labels, list(chain.from_iterable(f[-dimensions:] for f in lines)))


def _with_tabs(lines: list[bytes], claimed: int) -> list[_Line] | None:
    """Return lines with tabs between their numbers, if they are as long as the header claims."""
    body = [_Line.of(line, takes_tabs=True) for line in lines]
    n_fitting = sum(
        line.dimensions >= claimed or (line.is_bare and line.n_numbers == claimed) for line in body
    )
    return body if 2 * n_fitting > len(body) else None


def count_trailing_numbers(fields: list[bytes]) -> int:
    """Return how many fields at the end are numbers, NaN and infinities among them."""
    for count, field in enumerate(reversed(fields)):
        if not (is_number(field) or is_not_finite(field)):
            return count
    return len(fields)


def _header_is_believed(claimed: int, body: list[_Line]) -> bool:
    fitting = [line for line in body if line.dimensions >= claimed > 0]
    if 2 * len(fitting) < len(body):
        return False
    longer = [line for line in fitting if line.dimensions > claimed]
    return not any(is_fraction(line.fields[-claimed - 1]) for line in longer)


def split_from_right(line: bytes, count: int) -> tuple[list[bytes], int]:
    """Return the last `count` fields, and the length of what is left, -1 if there is nothing."""
    blanked = line.replace(b"\t", b" ")
    fields: list[bytes] = []
    end = len(line)
    while len(fields) < count and end >= 0:
        while fields and end > 0 and blanked[end - 1] == ord(" "):
            end -= 1
        cut = blanked.rfind(b" ", 0, end)
        fields.append(line[cut + 1 : end])
        end = cut
    return fields[::-1], end


_LONGEST_INDEX = 18
_has_comma = re.compile(rb"[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?").fullmatch
_is_in_thousands = re.compile(rb"[+-]?[1-9][0-9]{0,2},[0-9]{3}").fullmatch


def _has_decimal_commas(lines: list[bytes]) -> bool:
    """Return whether commas between digits can be nothing but decimal marks."""
    if any(line.count(b" ") > MOST_FIELDS for line in lines):
        return False
    rows = [[f for f in line.split()[1:] if is_number(with_points(f))] for line in lines]
    numbers = [field for row in rows for field in row]
    with_comma = [field for field in numbers if _has_comma(field)]
    if 2 * len(with_comma) < len(numbers) or any(map(is_fraction, numbers)):
        return False
    return not all(map(_is_in_thousands, with_comma)) and not all(map(_are_pairs, rows))


def _are_pairs(row: list[bytes]) -> bool:
    """Return whether numbers may be pairs of an index and a value: "1,5 2,7"."""
    starts = [field.partition(b",")[0] for field in row]
    if not all(start.isdigit() and len(start) <= _LONGEST_INDEX for start in starts):
        return False
    places = list(map(int, starts))
    return all(place < later for place, later in pairwise(places))


def with_points(text: bytes) -> bytes:
    """Return a text with a point in place of each comma."""
    return text.replace(b",", b".")


def last_word(label: str) -> bytes:
    """Return what follows the last space or tab, nothing if there is none."""
    words = re.split("[ \t]", label)
    return words[-1].encode("utf-8", "replace") if len(words) > 1 else b""
