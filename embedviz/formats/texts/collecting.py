"""Rows of a table gathered block by block: all of them, or a sample drawn while reading.

The sample is that of files of vectors: each row gets a random number in turn, and those with the
smallest are kept, so that the same seed chooses the same rows whatever the format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from embedviz.formats.reading import RowNumbers
from embedviz.formats.texts.blocks import TextBlock

if TYPE_CHECKING:
    import pyarrow as pa

_THINNED_FROM = 2
_SLACK = 4096


class TableCollector:
    """Collector of the rows of a file, in their order.

    Parameters
    ----------
    sample : int or None
        How many rows are kept, at random.
    seed : int
    """

    def __init__(self, sample: int | None, seed: int) -> None:
        self._sample = sample
        self._random = np.random.default_rng(seed)
        self._tables: list[pa.Table] = []
        self._rows: list[RowNumbers] = []
        self._keys: list[np.ndarray] = []
        self.n_rows = 0

    def add(self, block: TextBlock) -> None:
        """Take in the next rows."""
        count = block.table.num_rows
        self._tables.append(block.table)
        self._rows.append(np.arange(self.n_rows, self.n_rows + count))
        self.n_rows += count
        if self._sample is not None:
            self._keys.append(self._random.random(count))
            if sum(map(len, self._rows)) > _THINNED_FROM * self._sample + _SLACK:
                self._thin_out()

    def result(self) -> tuple[pa.Table, RowNumbers]:
        """Return the rows that are kept as one table, and which rows of the file they are."""
        import pyarrow as pa

        if self._sample is not None and self.n_rows > self._sample:
            self._thin_out()
        if not self._tables:
            return pa.table({}), np.empty(0, np.int64)
        return joined(self._tables), np.concatenate(self._rows)

    def _thin_out(self) -> None:
        """Drop rows that are out of the sample."""
        import pyarrow as pa

        assert self._sample is not None
        keys = np.concatenate(self._keys)
        if len(keys) <= self._sample:
            return
        kept = np.sort(np.argpartition(keys, self._sample - 1)[: self._sample])
        table = joined(self._tables).take(pa.array(kept))
        self._tables = [table.combine_chunks()]
        self._rows = [np.concatenate(self._rows)[kept]]
        self._keys = [keys[kept]]


def joined(tables: list[pa.Table]) -> pa.Table:
    """Return tables one below the other; a column that is not in all of them is empty there.

    A column of several types is one of texts, or of numbers where these are all.
    """
    import pyarrow as pa

    names = dict.fromkeys(name for table in tables for name in table.column_names)
    columns = {}
    for name in names:
        kinds = [table.schema.field(name).type for table in tables if name in table.column_names]
        kind = _common_type(kinds)
        chunks = [
            chunk
            for table in tables
            for chunk in (
                table[name].cast(kind, safe=False).chunks
                if name in table.column_names
                else [pa.nulls(table.num_rows, kind)]
            )
        ]
        columns[name] = pa.chunked_array(chunks, kind)
    return pa.table(columns)


def _common_type(kinds: list[pa.DataType]) -> pa.DataType:
    import pyarrow as pa

    distinct = {kind for kind in kinds if not pa.types.is_null(kind)}
    if len(distinct) == 1:
        return distinct.pop()
    are_numbers = all(pa.types.is_integer(kind) or pa.types.is_floating(kind) for kind in distinct)
    return pa.float64() if distinct and are_numbers else pa.string()
