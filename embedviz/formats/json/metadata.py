"""Metadata of the rows of a JSON file: their own fields, and what is around them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from embedviz.core.notes import Note
from embedviz.formats.companions.record_columns import ColumnCollector, Scalar
from embedviz.formats.json.around import Container, Document
from embedviz.formats.reading import RowNumbers

if TYPE_CHECKING:
    import pyarrow as pa


_MOST_CONSTANT = 50_000_000
"""Characters that what holds for all rows may have in them together."""


class Metadata:
    """Collector of the fields of rows, and of the documents that they are in.

    Parameters
    ----------
    is_split : bool
        Whether the "columns" of a document are what the places of its rows are called.
    """

    def __init__(self, *, is_split: bool) -> None:
        self._is_split = is_split
        self._own = ColumnCollector()
        self._around = ColumnCollector()
        self._constants: set[str] = set()
        self._left_out: dict[str, int] = {}
        self._pending: list[dict[str, Scalar]] = []
        self._ends = [0]

    def add(self, records: Sequence[dict[str, Scalar]], documents: Iterable[Document]) -> None:
        """Add the fields of the next rows, and what is around those of the next documents."""
        self._own.add(records)
        for document in documents:
            for container in document:
                self._add_container(container)
            self._ends.append(self._ends[-1] + sum(len(each.names) for each in document))
        self._flush()

    def _add_container(self, container: Container) -> None:
        n_rows = len(container.names)
        for name, value in list(container.constants.items()):
            # What would be very much once it is repeated in each row: another list.
            if isinstance(value, str) and len(value) * n_rows > _MOST_CONSTANT:
                self._left_out[name] = len(value)
                del container.constants[name]
        self._constants.update(container.constants)
        if container.columns:
            self._flush()
            constants = {name: [value] * n_rows for name, value in container.constants.items()}
            self._around.add_columns(constants | container.columns, n_rows)
        else:
            self._pending += [container.constants] * n_rows

    def _flush(self) -> None:
        """Put the records gathered since the last time into columns."""
        if self._pending:
            self._around.add(self._pending)
            self._pending = []

    def columns(self, rows: RowNumbers) -> dict[str, pa.ChunkedArray]:
        """Return all columns, for some of the rows."""
        columns = self._own.columns(rows)
        for name, column in self._around.columns(rows).items():
            # Of a single document, what holds for all rows says nothing of any.
            is_common = len(self._ends) == 2 and name in self._constants and len(rows) > 1
            if (is_common and len(column.unique()) == 1) or (self._is_split and name == "columns"):
                continue
            while name in columns:
                name = f"{name} (outer)"
            columns[name] = column
        return columns

    def notes(self) -> list[Note]:
        """Return what was left out."""
        long = [
            Note(
                f"{name!r} is left out: it has no value for each of the rows, but {length:,} "
                "characters for all of them."
            )
            for name, length in self._left_out.items()
        ]
        return self._own.notes() + self._around.notes() + long

    def documents_of(self, rows: RowNumbers) -> tuple[RowNumbers, RowNumbers]:
        """Return the number of the document that each row is in, and its place there."""
        ends = np.array(self._ends[1:], np.int64)
        documents = np.searchsorted(ends, rows, "right").astype(np.int64)
        return documents, rows - np.array(self._ends)[documents]
