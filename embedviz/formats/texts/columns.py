"""Which columns of a table hold texts to embed, judged by its first rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from embedviz.core.texts.plain_text import plain_text
from embedviz.formats.companions.record_columns import TEXT_NAMES

if TYPE_CHECKING:
    import pyarrow as pa

Kind = Literal["texts", "words", "names", "numbers"]
"""What a column holds: texts of several words; words, as categories are; what only names something
(identifiers, dates, addresses, files); numbers."""

_KINDS: tuple[Kind, ...] = ("texts", "words", "names", "numbers")
_KNOWN = (*TEXT_NAMES, "text", "sentence", "review", "body", "comment", "message", "abstract")
_MOSTLY = 0.6
_MUCH_LONGER = 3
_SHOWN = 5
_LONGEST_SHOWN = 500
_is_number = re.compile(r"\s*[-+]?[0-9][0-9.,' ]*(?:[eE][-+]?[0-9]+)?%?\s*").fullmatch
_is_date = re.compile(
    r"\s*(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4})"
    r"(?:[T ][0-9:.,+Z -]*)?\s*|\s*[0-9]{1,2}:[0-9]{2}(?::[0-9.]+)?\s*"
).fullmatch
_is_place = re.compile(
    r"\s*(?:[a-zA-Z][a-zA-Z0-9+.-]*://|www\.|[\w.+-]+@[\w-]+\.|/|[A-Z]:\\)\S*\s*"
).fullmatch
# Letters and digits, or very long, without a blank: a hash, a UUID, an order number.
_is_code = re.compile(r"(?=.*[0-9])(?=\S{3,}\Z)[\w#:./+=-]+|[A-Za-z0-9+/=_-]{40,}").fullmatch


@dataclass(frozen=True)
class TextColumn:
    """Column whose values can be embedded.

    Attributes
    ----------
    name : str
    kind : Kind
    first : tuple of str
        Its first values, those that are long cut off.
    mean_length : float
        Of those of the first rows that are given, in characters.
    n_missing : int
        How many of the first rows have none.
    n_different : int
        How many different ones these have.
    """

    name: str
    kind: Kind
    first: tuple[str, ...]
    mean_length: float
    n_missing: int
    n_different: int


def text_columns(table: pa.Table) -> list[TextColumn]:
    """Return all columns, those that most likely hold the texts first.

    Texts go before single words, these before identifiers and dates, and numbers are last; within
    each, a usual name first, then the longer ones.
    """
    found = [_column_of(name, table[name]) for name in table.column_names]
    return sorted(found, key=_rank)


def _rank(column: TextColumn) -> tuple[int, bool, float]:
    is_known = column.name.rpartition(".")[2].casefold() in _KNOWN
    is_constant = column.n_different < 2
    return _KINDS.index(column.kind) + 4 * is_constant, not is_known, -column.mean_length


def certain_column(columns: Sequence[TextColumn]) -> str | None:
    """Return the only column that can be meant; None where there are several, or none.

    Parameters
    ----------
    columns : sequence of TextColumn
        As `text_columns` orders them.
    """
    for kind in ("texts", "words"):
        fitting = [each for each in columns if each.kind == kind]
        if fitting:
            first, *others = fitting
            longest = max((each.mean_length for each in others), default=0.0)
            return first.name if first.mean_length > _MUCH_LONGER * longest else None
    return columns[0].name if len(columns) == 1 else None


def _column_of(name: str, column: pa.ChunkedArray) -> TextColumn:
    import pyarrow as pa

    values = [plain_text(value) for value in column.to_pylist()]
    given = [value for value in values if value.strip()]
    mean_length = sum(map(len, given)) / max(len(given), 1)
    kind = _kind_of(given) if pa.types.is_string(column.type) else "numbers"
    shown = tuple(value[:_LONGEST_SHOWN] for value in values[:_SHOWN])
    return TextColumn(
        name, kind, shown, mean_length, len(values) - len(given), len(dict.fromkeys(given))
    )


def _kind_of(given: Sequence[str]) -> Kind:
    if not given:
        return "numbers"
    for kind, tests in (("numbers", (_is_number,)), ("names", (_is_date, _is_place, _is_code))):
        passing = sum(any(test(value) for test in tests) for value in given)
        if passing >= _MOSTLY * len(given):
            return kind  # type: ignore[return-value]
    several = sum(_has_words(value) for value in given)
    return "texts" if several >= _MOSTLY * len(given) else "words"


def _has_words(value: str) -> bool:
    """Return whether a text has several words; in scripts without blanks, several characters."""
    is_unspaced = len(value) > 5 and not value.isascii() and bool(_finds_unspaced(value))
    return len(value.split()) > 1 or is_unspaced


_finds_unspaced = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]"
).search
