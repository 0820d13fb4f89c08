"""Metadata of the rows of a JSON file: all that is beside their vectors.

A row has fields of its own. Around it, objects have fields that hold for all rows in them, such as
the `custom_id` of a request, and lists as long as there are rows, such as `texts` beside
`embeddings`. Where rows are the members of an object, what is beside it is joined by their names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from embedviz.core.notes import Note
from embedviz.formats.companions.record_columns import (
    KEY_COLUMN,
    ColumnCollector,
    Scalar,
    flatten,
    is_list_of_texts,
    join_texts,
)
from embedviz.formats.json.documents import RowCount
from embedviz.formats.json.layouts import JsonLayout
from embedviz.formats.json.steps import ITEM, MEMBER, Step
from embedviz.formats.reading import RowNumbers

if TYPE_CHECKING:
    import pyarrow as pa


_MOSTLY = 0.5
_MOST_CONSTANT = 50_000_000
"""Characters that what holds for all rows may have in them together."""
_SCALARS = (str, int, float, bool, type(None))


@dataclass
class MetadataContainer:
    """One list or object whose elements are rows.

    Attributes
    ----------
    n_rows : int
    constants : dict of name to scalar
        What holds for all of them.
    columns : dict of name to list or dict
        What there is for each of them.
    """

    n_rows: int
    constants: dict[str, Scalar] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)


class Metadata:
    """Collector of the fields of rows, and of the documents that they are in.

    Parameters
    ----------
    layout : JsonLayout
    """

    def __init__(self, layout: JsonLayout) -> None:
        self._steps = layout.steps
        self._has_names = bool(layout.names)
        self._joins = len(layout.steps) > 1 and layout.steps[-1] == MEMBER
        self._own = ColumnCollector()
        self._around = ColumnCollector()
        self._constants: set[str] = set()
        self._left_out: dict[str, int] = {}
        self._keys: list[str] = []
        self._pending: list[dict[str, Scalar]] = []
        self._ends: list[int] = []

    def add(self, records: Sequence[dict[str, Scalar]]) -> None:
        """Add the fields of the next rows."""
        self._own.add(records)
        if self._joins:
            self._keys += [str(record.get(KEY_COLUMN)) for record in records]

    def end_document(self, frame: Any, n_rows: int, *, is_cut: bool = False) -> None:
        """Add what is around the rows of a document.

        Parameters
        ----------
        frame : any
            The document with its rows cut out.
        n_rows : int
            How many there are, bad ones included.
        is_cut : bool
            Whether it was not read to its end.
        """
        start = self._ends[-1] if self._ends else 0
        self._ends.append(start + n_rows)
        n_added = 0
        for container in find_containers(frame, self._steps, is_cut=is_cut):
            if n_added + container.n_rows > n_rows and not is_cut:
                break
            self._leave_out_long(container)
            self._constants.update(container.constants)
            if container.columns:
                self.flush()
                keys = self._keys[start + n_added : start + n_added + container.n_rows]
                self._around.add_columns(_columns_of(container, keys), container.n_rows)
            else:
                self._pending += [container.constants] * container.n_rows
            n_added += container.n_rows
        self._pending += [{}] * (n_rows - n_added)

    def _leave_out_long(self, container: MetadataContainer) -> None:
        """Leave out what would be very much once it is repeated in each row: another list."""
        for name, value in list(container.constants.items()):
            if isinstance(value, str) and len(value) * container.n_rows > _MOST_CONSTANT:
                self._left_out[name] = len(value)
                del container.constants[name]

    def flush(self) -> None:
        """Put the records gathered since the last time into columns."""
        if self._pending:
            self._around.add(self._pending)
            self._pending = []

    def columns(self, rows: RowNumbers) -> dict[str, pa.ChunkedArray]:
        """Return all columns, for some of the rows."""
        self.flush()
        columns = self._own.columns(rows)
        for name, column in self._around.columns(rows).items():
            # Of a single document, what holds for all rows says nothing of any.
            is_common = len(self._ends) == 1 and name in self._constants and len(rows) > 1
            if (is_common and len(column.unique()) == 1) or (self._has_names and name == "columns"):
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
        ends = np.array(self._ends, np.int64)
        documents = np.searchsorted(ends, rows, "right").astype(np.int64)
        return documents, rows - np.concatenate([[0], ends])[documents]


def find_containers(
    frame: Any, steps: Sequence[Step], prefix: str = "", *, is_cut: bool = False
) -> list[MetadataContainer]:
    """Return the containers of rows in a frame, in the order of the file."""
    step, rest = steps[0], steps[1:]
    found: list[MetadataContainer] = []
    if isinstance(frame, RowCount):
        found = [MetadataContainer(frame.count)]
    elif isinstance(step, str) and isinstance(frame, dict) and step in frame:
        found = find_containers(frame[step], rest, f"{prefix}{step}.", is_cut=is_cut)
        beside = {name: value for name, value in frame.items() if name != step}
        _add_beside(found, beside, prefix, steps[-1], is_cut=is_cut)
    elif step == MEMBER and isinstance(frame, dict):
        for name, value in frame.items():
            inner = find_containers(value, rest, prefix, is_cut=is_cut)
            for container in inner:
                container.constants = {KEY_COLUMN: name} | container.constants
            found += inner
    elif step == ITEM and isinstance(frame, list):
        for value in frame:
            inner = find_containers(value, rest, prefix, is_cut=is_cut)
            if isinstance(value, dict) and not inner:
                continue
            found += inner
    return found


def _add_beside(
    found: Sequence[MetadataContainer],
    beside: dict[str, Any],
    prefix: str,
    last: Step,
    *,
    is_cut: bool,
) -> None:
    """Give the containers in an object what else is in it."""
    constants = dict(beside)
    if len(found) == 1:
        for name, value in beside.items():
            is_long = isinstance(value, list) and (
                len(value) == found[0].n_rows or (is_cut and len(value) > found[0].n_rows)
            )
            is_joined = last == MEMBER and isinstance(value, dict)
            if is_long or (is_joined and len(value) >= _MOSTLY * found[0].n_rows):
                found[0].columns[prefix + name] = constants.pop(name)
    flat = flatten(constants, prefix)
    for container in found:
        container.constants = flat | container.constants


def _columns_of(container: MetadataContainer, keys: Sequence[str]) -> dict[str, list[Any]]:
    """Return the columns of a container, with what holds for all rows in each of them."""
    columns: dict[str, list[Any]] = {
        name: [value] * container.n_rows for name, value in container.constants.items()
    }
    for name, values in container.columns.items():
        given = [values.get(key) for key in keys] if isinstance(values, dict) else values
        given = given[: container.n_rows]
        if any(isinstance(value, dict) for value in given):
            records = [flatten(v, f"{name}.") if isinstance(v, dict) else {} for v in given]
            names = dict.fromkeys(key for record in records for key in record)
            columns |= {key: [record.get(key) for record in records] for key in names}
        else:
            items = [_to_scalar(value) for value in given]
            if any(item is not None for item in items):
                columns[name] = items
    return columns


def _to_scalar(value: Any) -> Scalar:
    if type(value) in _SCALARS:
        return value  # type: ignore[no-any-return]
    return join_texts(value) if isinstance(value, list) and is_list_of_texts(value) else None
