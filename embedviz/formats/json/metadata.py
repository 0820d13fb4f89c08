"""Metadata of the rows of a JSON file: all that is beside their vectors.

A row has fields of its own. Around it, objects have fields that hold for all rows in them, such as
the `custom_id` of a request, and lists as long as there are rows, such as `texts` beside
`embeddings`. Where rows are the members of an object, what is beside it is joined by their names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from embedviz.core.notes import Note
from embedviz.formats.companions.record_columns import (
    ColumnCollector,
    Scalar,
    flat_columns,
    flatten,
)
from embedviz.formats.reading import RowNumbers

if TYPE_CHECKING:
    import pyarrow as pa


_MOSTLY = 0.5
_MOST_CONSTANT = 50_000_000
"""Characters that what holds for all rows may have in them together."""


@dataclass
class RowContainer:
    """One list or object whose elements are rows.

    Attributes
    ----------
    names : list of str or None
        Of its rows, bad ones included; None where they have none, or none to join anything by.
    constants : dict of name to scalar
        What holds for all of them.
    columns : dict of name to list
        What there is for each of them.
    """

    names: list[str | None] = field(default_factory=list)
    constants: dict[str, Scalar] = field(default_factory=dict)
    columns: dict[str, Sequence[Scalar]] = field(default_factory=dict)

    def take_columns(self, beside: dict[str, Any], *, is_cut: bool) -> None:
        """Take what there is for each row out of an object; if it is cut, lists may be longer."""
        n_rows, has_names = len(self.names), self.names[:1] != [None]
        for name, value in list(beside.items()):
            if isinstance(value, list) and (
                len(value) == n_rows or (is_cut and len(value) > n_rows)
            ):
                values = value[:n_rows]
            elif has_names and isinstance(value, dict) and len(value) >= _MOSTLY * n_rows:
                values = [value.get(row) for row in self.names]
            else:
                continue
            del beside[name]
            self.columns |= flat_columns(name, values)

    def values(self, name: str) -> Sequence[Scalar]:
        """Return what a column has for each row."""
        return self.columns.get(name) or [self.constants.get(name)] * len(self.names)


Document = list[RowContainer]
"""The rows of a document, in their order."""


def put_around(containers: Sequence[RowContainer], beside: dict[str, Any], *, is_cut: bool) -> None:
    """Give containers what else is in the object that they are in.

    Parameters
    ----------
    containers : sequence of RowContainer
    beside : dict
    is_cut : bool
        Whether the object was not read to its end.
    """
    if len(containers) == 1:
        containers[0].take_columns(beside, is_cut=is_cut)
    constants = flatten(beside)
    for container in containers:
        container.constants = constants | container.constants


class Metadata:
    """Collector of the fields of rows, and of the documents that they are in."""

    def __init__(self) -> None:
        self._own = ColumnCollector()
        self._around = ColumnCollector()
        self._constants: set[str] = set()
        self._left_out: dict[str, Note] = {}
        self._ends = [0]

    def add(self, records: Sequence[dict[str, Scalar]], documents: Sequence[Document]) -> None:
        """Add the fields of the next rows, and what is around those of the next documents."""
        self._own.add(records)
        for document in documents:
            self._ends.append(self._ends[-1] + sum(len(each.names) for each in document))
        containers = [container for document in documents for container in document]
        for container in containers:
            self._leave_out_long(container)
            self._constants.update(container.constants)
        n_rows = sum(len(container.names) for container in containers)
        names = dict.fromkeys(chain.from_iterable((*c.constants, *c.columns) for c in containers))
        self._around.add_columns(
            {name: [v for each in containers for v in each.values(name)] for name in names}, n_rows
        )

    def _leave_out_long(self, container: RowContainer) -> None:
        """Leave out what would be very much once it is repeated in each row: another list."""
        for name, value in list(container.constants.items()):
            if isinstance(value, str) and len(value) * len(container.names) > _MOST_CONSTANT:
                self._left_out[name] = Note(
                    f"{name!r} is left out: it has no value for each of the rows, but "
                    f"{len(value):,} characters for all of them."
                )
                del container.constants[name]

    def columns(self, rows: RowNumbers, *, is_split: bool) -> dict[str, pa.ChunkedArray]:
        """Return all columns, for some of the rows.

        Parameters
        ----------
        rows : int64 array
        is_split : bool
            Whether the "columns" of a document are what the places of its rows are called.
        """
        columns = self._own.columns(rows)
        for name, column in self._around.columns(rows).items():
            # Of a single document, what holds for all rows says nothing of any.
            is_common = len(self._ends) == 2 and name in self._constants and len(rows) > 1
            if (is_common and len(column.unique()) == 1) or (is_split and name == "columns"):
                continue
            while name in columns:
                name = f"{name} (outer)"
            columns[name] = column
        return columns

    def notes(self) -> list[Note]:
        """Return what was left out."""
        return [*self._own.notes(), *self._around.notes(), *self._left_out.values()]

    def documents_of(self, rows: RowNumbers) -> tuple[RowNumbers, RowNumbers]:
        """Return the number of the document that each row is in, and its place there."""
        documents = np.searchsorted(self._ends[1:], rows, "right").astype(np.int64)
        return documents, rows - np.array(self._ends)[documents]
