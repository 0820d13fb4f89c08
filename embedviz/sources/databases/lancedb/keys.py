"""Keys of the rows of a table, and where the rows with some keys are.

A field of whole numbers or texts is taken that names every row, else rows are known by their place.
Nothing is kept of the keys: they are read again where they are asked for, which for ten million of
them takes less than the vectors that are wanted. Where keys count up by one, nothing is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from embedviz.core.errors import UserError
from embedviz.sources.databases.keys import as_keys
from embedviz.sources.databases.lancedb.fields import is_text
from embedviz.sources.databases.lancedb.table import LanceTable
from embedviz.sources.databases.protocol import Keys

PLACE = "_rowoffset"
"""The engine's own column of places."""

_NAMES = (
    "id", "_id", "key", "_key", "pk", "uuid", "guid", "row_id", "rowid", "doc_id", "docid",
    "document_id", "chunk_id", "item_id",
)  # fmt: skip
_OWN_MARK = b"lance-schema:unenforced-primary-key"
_MOST_SORTED = 100_000_000
"""Numbers that are held at once to find out whether two are the same."""

Places = NDArray[np.int64]


@dataclass(frozen=True)
class RowKeys:
    """Keys of a table.

    Attributes
    ----------
    table : LanceTable
    n_rows : int
    field : str
        The field that holds them; empty: they are the places.
    kind : {"number", "text"}
    low, high : int
        The smallest and the largest, of numbers.
    count_up : bool
        Whether they are numbers that count up by one from `low`.
    """

    table: LanceTable
    n_rows: int
    field: str = ""
    kind: Literal["number", "text"] = "number"
    low: int = 0
    high: int = -1
    count_up: bool = False

    @property
    def column(self) -> str:
        """The column of the engine that is read for them."""
        return self.field or PLACE

    def bounds(self) -> tuple[int, int] | None:
        """Return the smallest and the largest; None for texts and where there are no rows."""
        return (self.low, self.high) if self.kind == "number" and self.n_rows else None

    def read(
        self, first: int = 0, end: int | None = None, table: LanceTable | None = None
    ) -> Iterator[Keys]:
        """Yield the keys of the rows from one place and before another, of an earlier state too."""
        end = self.n_rows if end is None else end
        if self.count_up and table in (None, self.table):
            for start in range(first, end, 1 << 20):
                yield np.arange(start, min(start + (1 << 20), end), dtype=np.int64) + self.low
            return
        for batch in (table or self.table).read([self.column], first, end):
            yield self.of(batch.column(0))

    def of(self, column: pa.Array | pa.ChunkedArray) -> Keys:
        """Return what was read of the column as keys."""
        if self.kind == "number":
            return cast(Keys, np.asarray(column.cast(pa.int64()), np.int64))
        return as_keys(column.to_pylist()) if len(column) else np.empty(0, np.str_)

    def places(self, keys: Keys) -> Places:
        """Return where the rows with some keys are, −1 for keys without a row."""
        if self.kind == "number" and keys.dtype.kind not in "iu":
            return np.full(len(keys), -1)
        if self.count_up:
            numbers = keys.astype(np.int64)
            there = (numbers >= self.low) & (numbers <= self.high)
            return cast(Places, np.where(there, numbers - self.low, -1))
        return self._looked_up(keys)

    def _looked_up(self, keys: Keys) -> Places:
        data_type = pa.int64() if self.kind == "number" else pa.large_string()
        listed = keys.tolist() if self.kind == "number" else [str(key) for key in keys.tolist()]
        wanted = pa.array(listed, data_type)
        distinct = wanted.unique()
        found = np.full(len(distinct), -1, np.int64)
        place, missing = 0, len(distinct)
        for batch in self.table.read([self.field]):
            which = pc.index_in(batch.column(0).cast(data_type), value_set=distinct)
            there = np.flatnonzero(which.is_valid().to_numpy(zero_copy_only=False))
            found[which.drop_null().to_numpy()] = place + there
            place, missing = place + batch.num_rows, missing - len(there)
            if not missing:
                break
        which = pc.index_in(wanted, value_set=distinct).to_numpy()
        return cast(Places, found[which])


def keys_of(table: LanceTable, n_rows: int, field: str = "") -> RowKeys:
    """Return the keys of a table.

    Parameters
    ----------
    table : LanceTable
    n_rows : int
    field : str
        The field that the user chose; empty: the first one that names every row.

    Raises
    ------
    UserError
        When the field that was chosen does not.
    """
    names = {each.name.casefold(): each.name for each in table.schema}
    if field:
        if field not in names.values():
            raise UserError(
                f"{table.folder.name} has no field {field!r}; there are "
                f"{', '.join(names.values())}."
            )
        found = _naming(table, n_rows, field)
        if found is None:
            raise UserError(
                f"The field {field!r} of {table.folder.name} does not name every row: it has no "
                "value for some, or the same for several. Choose another one, or none."
            )
        return found
    marked = [each.name for each in table.schema if _OWN_MARK in (each.metadata or {})]
    for name in (*marked, *(names[each] for each in _NAMES if each in names)):
        found = _naming(table, n_rows, name)
        if found is not None:
            return found
    return RowKeys(table, n_rows, high=n_rows - 1, count_up=True)


def _naming(table: LanceTable, n_rows: int, field: str) -> RowKeys | None:
    """Return the keys of a field, None where it does not name every row."""
    data_type = table.schema.field(field).type
    if pa.types.is_integer(data_type):
        return _numbers(table, n_rows, field)
    if is_text(data_type) and n_rows <= _MOST_SORTED and _are_distinct_texts(table, field):
        return RowKeys(table, n_rows, field, "text")
    return None


def _numbers(table: LanceTable, n_rows: int, field: str) -> RowKeys | None:
    parts: list[NDArray[np.int64]] = []
    last: int | None = None
    ascending, low, high = True, 0, -1
    for batch in table.read([field]):
        numbers = _as_int64(batch.column(0))
        if numbers is None:
            return None
        if not len(numbers):
            continue
        first = int(numbers[0])
        low, high = (
            (int(numbers.min()), int(numbers.max()))
            if last is None
            else (min(low, int(numbers.min())), max(high, int(numbers.max())))
        )
        ascending &= (last is None or first > last) and bool((np.diff(numbers) > 0).all())
        last = int(numbers[-1])
        if n_rows <= _MOST_SORTED:
            parts.append(numbers)
        elif not ascending:
            return None
    if not ascending:
        ordered = np.sort(np.concatenate(parts))
        if bool((ordered[1:] == ordered[:-1]).any()):
            return None
    count_up = ascending and high - low + 1 == n_rows
    return RowKeys(table, n_rows, field, "number", low, high, count_up)


def _as_int64(column: pa.Array) -> NDArray[np.int64] | None:
    if column.null_count:
        return None
    try:
        return cast(NDArray[np.int64], column.cast(pa.int64()).to_numpy(zero_copy_only=False))
    except pa.ArrowInvalid:  # Larger than 64 bits with a sign hold.
        return None


def _are_distinct_texts(table: LanceTable, field: str) -> bool:
    parts = []
    for batch in table.read([field]):
        column = batch.column(0)
        if column.null_count:
            return False
        parts.append(column)
    if not parts:
        return True
    whole = pa.chunked_array(parts)
    return int(pc.count_distinct(whole).as_py()) == len(whole)
