"""A metadata column as colors and sizes want it: as groups, or as numbers.

Reading a column of a million rows takes longer than coloring by it, so what was read is kept as
long as its set is, and never keeps a set alive.

In text, a blank is a gap, and so are "nan", "NaN" and "<NA>": pandas writes them for a value that
is missing. "None", "null" and "N/A" are groups: as answers they may be meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from embedviz.core.vector_set import VectorSet

Codes = NDArray[np.int16]
Kind = Literal["text", "number", "date", "span"]

MOST_GROUPS = 60
"""No more are told apart by color; what is left is shown as one."""
FEW_NUMBERS = 12
"""Whole numbers are groups by themselves if there are no more different ones, and they repeat."""
MOST_NUMBERS = 1000
"""More different whole numbers than this are never groups."""
MISSING, OTHER = -1, -2
"""Codes of rows without a value, and of those in none of the largest groups."""

MOST_KEPT = 6
"""Columns of a set that are kept, the ones used last; one of a million rows takes 14 MB."""

_NO_VALUE = ("", "nan", "NaN", "<NA>")
_EXACT = 2.0**53
_SPREAD = 20_000
_columns: WeakKeyDictionary[VectorSet, dict[str, ColumnValues]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class GroupValues:
    """The groups that a column divides the rows into.

    Attributes
    ----------
    codes : int16 array of shape (n_vectors,)
        Place in `names`; `MISSING` without a value, `OTHER` in a smaller group than those.
    names : tuple of str
        The largest groups: texts by size, the largest first; whole numbers in their order.
    counts : tuple of int
        Their numbers of rows.
    n_others : int
        How many groups are not among them.
    n_other_rows, n_missing : int
        How many rows are in those, and in none.
    kinds : int32 array of shape (n_vectors,)
        Tells all groups apart, the small ones too.
    """

    codes: Codes
    names: tuple[str, ...]
    counts: tuple[int, ...]
    n_others: int
    n_other_rows: int
    n_missing: int
    kinds: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class NumberValues:
    """The numbers of a column.

    Attributes
    ----------
    values : float64 array of shape (n_vectors,)
        NaN where there is none, or an infinite one. Dates are seconds since 1970, UTC.
    least, most : float
        0 where there are none.
    """

    values: NDArray[np.float64]
    least: float
    most: float

    @cached_property
    def usual_range(self) -> tuple[float, float]:
        """The range without the outermost hundredth at each end."""
        known = self.values[~np.isnan(self.values)]
        if not len(known):
            return self.least, self.most
        low, high = np.quantile(known, (0.01, 0.99))
        return (float(low), float(high)) if low < high else (self.least, self.most)


class ColumnValues:
    """One column, read when it is needed.

    Parameters
    ----------
    column : pyarrow.ChunkedArray

    Attributes
    ----------
    kind : {"text", "number", "date", "span"} or None
        Kind of the values, booleans being text and a time of day a span; None when they are
        nothing of that.
    """

    def __init__(self, column: Any) -> None:
        self._column = column
        self.kind = _kind(_plain_type(column))

    @property
    def is_numeric(self) -> bool:
        """Whether the values can be shown along a scale."""
        return self.kind in ("number", "date", "span")

    @cached_property
    def is_whole(self) -> bool:
        """Whether all numbers are whole, also where they are decimals because of gaps."""
        from pyarrow import types

        if self.kind != "number":
            return False
        is_integer = types.is_integer(_plain_type(self._column))
        return is_integer or _are_whole(self.numbers.values)

    @cached_property
    def has_few(self) -> bool:
        """Whether whole numbers are few enough to be groups at all."""
        if _count_different(_spread(self._column)) > MOST_NUMBERS + 2:  # NaN, infinity.
            return False
        return 1 <= _count_different(self._countable) <= MOST_NUMBERS

    @property
    def can_be_groups(self) -> bool:
        """Whether the values can be shown as groups."""
        return self.kind == "text" or (self.is_whole and self.has_few)

    @cached_property
    def names_rows(self) -> bool:
        """Whether texts are names of rows, nearly each another, or all blank: no groups at all."""
        if self.kind != "text":
            return False
        some = _spread(self._column)
        count = _count_different(some)
        if count > MOST_GROUPS:
            return 2 * count > len(some)
        return count < 2 and not self.groups.names

    @cached_property
    def is_grouped(self) -> bool:
        """Whether they are shown as groups unless one asks for numbers."""
        if self.kind == "text" or not self.can_be_groups:
            return self.kind == "text"
        groups = self.groups
        count = len(groups.names) + groups.n_others
        return count <= min(FEW_NUMBERS, sum(groups.counts) // 2)

    @cached_property
    def groups(self) -> GroupValues:
        """The values as groups."""
        return _groups(self._countable, self.kind == "number")

    @cached_property
    def numbers(self) -> NumberValues:
        """The values as numbers."""
        values = _as_numbers(_plain(self._column))
        known = values[~np.isnan(values)]
        least, most = (known.min(), known.max()) if len(known) else (0.0, 0.0)
        return NumberValues(values, float(least), float(most))

    @cached_property
    def n_missing(self) -> int:
        """Number of rows that have no value; of numbers, infinite ones are none."""
        if self.is_numeric:
            return int(np.isnan(self.numbers.values).sum())
        return self.groups.n_missing if self.kind == "text" else 0

    @property
    def _countable(self) -> Any:
        """The column as whole numbers with gaps, or as texts."""
        import pyarrow as pa

        if self.kind == "text":
            return _plain(self._column).cast(pa.large_string())
        if pa.types.is_integer(_plain_type(self._column)):
            return _plain(self._column)
        values = self.numbers.values
        missing = np.isnan(values)
        whole = np.where(missing, 0, values).astype(np.int64)
        return pa.chunked_array([pa.array(whole, mask=missing)])


def column_values(vector_set: VectorSet, column: str) -> ColumnValues:
    """Return a column of the metadata of a set, read at most once in a while.

    Raises
    ------
    KeyError
        When the set has no such column.
    """
    known = _columns.setdefault(vector_set, {})
    found = known.pop(column, None) or ColumnValues(vector_set.metadata.column(column))
    known[column] = found  # As the last one used.
    for oldest in list(known)[:-MOST_KEPT]:
        del known[oldest]
    return found


def count_missing(vector_set: VectorSet, column: str) -> int:
    """Return how many rows of a set have no value in a column.

    Raises
    ------
    KeyError
        When the set has no such column.
    """
    return column_values(vector_set, column).n_missing


def _plain_type(column: Any) -> Any:
    from pyarrow import types

    return column.type.value_type if types.is_dictionary(column.type) else column.type


def _plain(column: Any) -> Any:
    """Return a column with its values themselves, and not places in a dictionary."""
    return column.cast(_plain_type(column))


def _spread(column: Any) -> Any:
    """Return some rows, in blocks from all over a long column."""
    import pyarrow as pa

    if len(column) <= 2 * _SPREAD:
        return column
    block = _SPREAD // 20
    starts = np.linspace(0, len(column) - block, 20).astype(int)
    chunks = [chunk for start in starts for chunk in column.slice(start, block).chunks]
    return pa.chunked_array(chunks, column.type)


def _count_different(column: Any) -> int:
    import pyarrow.compute as pc

    return int(pc.count_distinct(_plain(column)).as_py())


def _are_whole(values: NDArray[np.float64]) -> bool:
    """Return whether there are numbers but gaps, and all are whole and exact."""
    known = values[~np.isnan(values)]
    return bool(len(known) and (np.rint(known) == known).all() and abs(known).max() < _EXACT)


def _kind(given: Any) -> Kind | None:
    from pyarrow import types

    if types.is_date(given) or types.is_timestamp(given):
        return "date"
    if types.is_time(given) or types.is_duration(given):
        return "span"
    if types.is_integer(given) or types.is_floating(given) or types.is_decimal(given):
        return "number"
    is_text = types.is_string(given) or types.is_large_string(given) or types.is_boolean(given)
    return "text" if is_text else None


def _as_numbers(column: Any) -> NDArray[np.float64]:
    import pyarrow as pa

    given, per_second = column.type, 1.0
    if pa.types.is_temporal(given):
        if pa.types.is_date(given):
            given = pa.timestamp("s" if pa.types.is_date32(given) else "ms")
            column = column.cast(given)
        per_second = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}[given.unit]
        column = column.cast("int32" if pa.types.is_time32(given) else "int64")
    # Long whole numbers, such as identifiers, lose their last digits, which no color shows.
    numbers = column.cast("float64", safe=False).to_numpy()
    return np.where(np.isfinite(numbers), numbers / per_second, np.nan)


def _groups(column: Any, are_numbers: bool) -> GroupValues:
    codes, different = _encoded(column, are_numbers)
    counts = np.bincount(codes[codes >= 0], minlength=len(different))
    largest = np.argsort(-counts, kind="stable")[:MOST_GROUPS]
    largest = largest[counts[largest] > 0]
    if are_numbers:
        values = different.take(largest).to_numpy(zero_copy_only=False)
        largest = largest[np.argsort(values, kind="stable")]
    places = np.full(len(different) + 1, OTHER, dtype=np.int16)
    places[largest] = np.arange(len(largest))
    places[-1] = MISSING
    chosen = counts[largest]
    return GroupValues(
        codes=places[codes],
        names=tuple(map(str, different.take(largest).to_pylist())),
        counts=tuple(chosen.tolist()),
        n_others=int((counts > 0).sum()) - len(largest),
        n_other_rows=int(counts.sum() - chosen.sum()),
        n_missing=int((codes < 0).sum()),
        kinds=codes,
    )


def _encoded(column: Any, are_numbers: bool) -> tuple[NDArray[np.int32], Any]:
    """Return the place of each row's value among the different ones, or −1, and those."""
    import pyarrow as pa
    import pyarrow.compute as pc

    encoded = column.dictionary_encode().unify_dictionaries().combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):  # Some versions of Arrow do so without rows.
        encoded = pa.array([], encoded.type)
    different = encoded.dictionary
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    if not are_numbers:
        gaps = pa.array(_NO_VALUE, different.type)
        blank = pc.is_in(pc.utf8_trim_whitespace(different), value_set=gaps)
        blank = blank.to_numpy(zero_copy_only=False)
        if blank.any():
            codes = np.where(np.append(blank, True)[codes], -1, codes)
    return codes, different
