"""Rows of HDF5 that are records, as pandas and PyTables write tables, or lists of any length.

pandas keeps columns of one type together in a field, `values_block_0`, and their names pickled in
an attribute. Nothing is unpickled: the names are texts and numbers, which are only looked for.
"""

from __future__ import annotations

import pickletools
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import h5py
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from embedviz.formats.containers.worker.hdf5_arrays import (
    Column,
    Matrix,
    RefusedMatrix,
    bytes_attribute,
    is_column_kind,
    is_number_kind,
    is_text_kind,
    plain_values,
    text_attribute,
)
from embedviz.formats.containers.worker.plain_columns import plain
from embedviz.formats.number_columns import is_counter, numbered_alike

_INDEX = "index"
_WIDEST_COLUMNS = 64
"""A field of more numbers is a matrix of its own, not so many columns."""
_LONGEST_PICKLE = 1 << 20
_SAMPLE_ROWS = 200
_MOSTLY = 0.5
_NUMBERS = ("BININT", "BININT1", "BININT2", "INT", "LONG", "LONG1")
_UNITS = ("s", "ms", "us", "ns")


class RecordMatrix(Matrix):
    """Numbers of some fields of records.

    Parameters
    ----------
    dataset : h5py.Dataset
    places : sequence of (field, position in the field)
        One for each dimension.
    """

    def __init__(self, dataset: h5py.Dataset, places: Sequence[tuple[str, int]]) -> None:
        self._dataset = dataset
        self._places = places
        self._fields = list(dict.fromkeys(field for field, _ in places))
        self.n_rows, self.dimensions = dataset.shape[0], len(places)
        self.type = ", ".join(sorted({dataset.dtype[field].base.name for field in self._fields}))

    def read(self, start: int, stop: int) -> NDArray[Any]:
        """Return some rows."""
        rows = self._dataset.fields(self._fields)[start:stop]
        found = {field: rows[field].reshape(stop - start, -1) for field in self._fields}
        if len(self._fields) == 1:
            return np.asarray(found[self._fields[0]][:, [place for _, place in self._places]])
        return np.column_stack([found[field][:, place] for field, place in self._places])


class RecordColumn(Column):
    """One value of a field of records.

    Parameters
    ----------
    name : str
    dataset : h5py.Dataset
    field : str
    place : int
        In the field.
    kind : str
        What pandas says that the values are: "datetime64[ns]", "bool", or nothing.
    missing : bytes
        The text that stands for none.
    """

    def __init__(
        self,
        name: str,
        dataset: h5py.Dataset,
        field: str,
        place: int,
        kind: str = "",
        missing: bytes = b"",
    ) -> None:
        self.name = name
        self.n_rows = dataset.shape[0]
        self.is_text = is_text_kind(dataset.dtype[field].base)
        self._dataset, self._field, self._place = dataset.fields(field), field, place
        self._kind, self._missing = kind, missing

    def read(self, start: int, stop: int) -> tuple[pa.Array, int]:
        """Return some rows, and how many texts in them are not valid UTF-8."""
        values = np.asarray(self._dataset[start:stop]).reshape(stop - start, -1)[:, self._place]
        if self._kind == "bool":
            return pa.array(values.astype(bool)), 0
        if self._kind.startswith("datetime64") and values.dtype.kind in "iu":
            unit = self._kind.partition("[")[2].partition("]")[0].partition(",")[0]
            none = values == np.iinfo(np.int64).min
            times = pa.array(values.astype(np.int64), pa.timestamp(unit or "ns"), none)
            return plain(times)
        array, n_replaced = plain_values(values)
        if self._missing and self.is_text:
            is_missing = pa.array(np.asarray(values == self._missing))
            array = pa.compute.if_else(is_missing, pa.scalar(None, array.type), array)
        return array, n_replaced


class _RecordField:
    """A field of records, and what pandas says of it."""

    def __init__(self, dataset: h5py.Dataset, name: str) -> None:
        kind = dataset.dtype[name]
        self.name = name
        self.base = kind.base
        self.is_block = len(kind.shape) == 1
        self.width = kind.shape[0] if self.is_block else 1
        self.is_readable = len(kind.shape) < 2 and is_column_kind(kind.base)
        said = text_attribute(dataset, f"{name}_dtype") or text_attribute(dataset, f"{name}_kind")
        self.said = said if said == "bool" or _is_date(said) else ""
        self.is_number = self.is_readable and is_number_kind(self.base) and not self.said
        known = _names_in(dataset, name) if self.is_block else []
        is_known = len(known) == self.width
        if is_known:
            self.names = known
        elif self.width == 1:
            self.names = [name]
        else:
            self.names = [f"{name}-{place}" for place in range(self.width)]


def _is_date(said: str) -> bool:
    unit = said.partition("[")[2].partition("]")[0].partition(",")[0]
    return said.startswith("datetime64") and (not unit or unit in _UNITS)


def find_in_records(key: str, dataset: h5py.Dataset) -> tuple[dict[str, Matrix], list[Column]]:
    """Return the matrices in records by their keys, and the columns beside them.

    The widest field of floats is the vector, or the fields with one number each that are named
    alike. What else is in the records is in columns, the index first.
    """
    fields = [_RecordField(dataset, name) for name in dataset.dtype.names]
    fields = [field for field in fields if field.is_readable]
    fields.sort(key=lambda field: field.name != _INDEX)
    matrices: dict[str, Matrix] = {}
    taken: set[tuple[str, int]] = set()
    blocks = [field for field in fields if field.is_number and field.width > 1]
    blocks.sort(key=lambda field: (field.base.kind != "f", -field.width))
    for field in blocks:
        if not matrices or field.width > _WIDEST_COLUMNS:
            places = [(field.name, place) for place in numbered_alike(dict(enumerate(field.names)))]
            matrices[f"{key}/{field.name}"] = RecordMatrix(dataset, places)
            taken.update(places)
    if not blocks:
        places = [(name, 0) for name in _alike(fields)]
        is_table = bool(text_attribute(dataset.parent, "pandas_type"))
        if len(places) > 1 and (is_table or all(name[-1].isdigit() for name, _ in places)):
            matrices[f"{key}/columns"] = RecordMatrix(dataset, places)
            taken.update(places)
    if not matrices:
        return {}, []
    missing = _text_for_none(dataset)
    columns: list[Column] = [
        RecordColumn(
            f"{key}/{name}",
            dataset,
            field.name,
            place,
            field.said,
            b"" if field.name == _INDEX else missing,
        )
        for field in fields
        for place, name in enumerate(field.names)
        if (field.name, place) not in taken
    ]
    return matrices, columns


def _alike(fields: Sequence[_RecordField]) -> list[str]:
    """Return the fields of one number each that are a vector together."""
    numbers: Mapping[int, str] = {
        place: field.name
        for place, field in enumerate(fields)
        if field.is_number and not (field.base.kind in "iu" and is_counter(field.name))
    }
    return [fields[place].name for place in numbered_alike(numbers)]


def _text_for_none(dataset: h5py.Dataset) -> bytes:
    """Return what pandas writes for a text that is missing."""
    is_pandas = text_attribute(dataset.parent, "pandas_type") == "frame_table"
    return text_attribute(dataset.parent, "nan_rep").encode() if is_pandas else b""


def _names_in(dataset: h5py.Dataset, field: str) -> list[str]:
    """Return the texts and numbers in the pickled names of the columns in a field."""
    found = bytes_attribute(dataset, f"{field}_kind")
    names: list[str] = []
    if not found.startswith((b"(l", b"\x80")) or len(found) > _LONGEST_PICKLE:
        return names
    try:
        for code, value, _ in pickletools.genops(found):
            if "UNICODE" in code.name or "STRING" in code.name or code.name in _NUMBERS:
                names.append(str(value))
    except (ValueError, IndexError, UnicodeError):
        return []
    return names


class RaggedMatrix(Matrix):
    """A dataset of lists of numbers, each of its own length; most of them are as long as one is.

    Parameters
    ----------
    dataset : h5py.Dataset
    dimensions : int
    """

    def __init__(self, dataset: h5py.Dataset, dimensions: int) -> None:
        self._dataset = dataset
        self.n_rows, self.dimensions = dataset.shape[0], dimensions
        self.type = _item_kind(dataset).name

    def read(self, start: int, stop: int) -> NDArray[Any]:
        """Return some rows, zeros for those of another length."""
        rows = self._dataset[start:stop]
        out = np.zeros((stop - start, self.dimensions), _item_kind(self._dataset))
        for place, row in enumerate(rows):
            if len(row) == self.dimensions:
                out[place] = row
        return out

    def read_checked(self, start: int, stop: int) -> tuple[NDArray[np.float32], dict[int, str]]:
        """Return some rows as float32, and which of them have another length."""
        rows = self._dataset[start:stop]
        vectors, problems = super().read_checked(start, stop)
        for place, row in enumerate(rows):
            if len(row) != self.dimensions:
                numbers = "number" if len(row) == 1 else "numbers"
                problems[place] = f"{len(row):,} {numbers} instead of {self.dimensions:,}"
        return vectors, problems


def is_ragged(dataset: h5py.Dataset) -> bool:
    """Return whether a dataset holds a list of numbers for each row."""
    if dataset.shape is None or len(dataset.shape) != 1 or is_text_kind(dataset.dtype):
        return False
    base = h5py.check_vlen_dtype(dataset.dtype)
    # Not by ==, for which None is float64 to NumPy.
    return isinstance(base, np.dtype) and is_number_kind(base)


def _item_kind(dataset: h5py.Dataset) -> np.dtype[Any]:
    kind: np.dtype[Any] = np.dtype(h5py.check_vlen_dtype(dataset.dtype))
    return kind


def ragged_matrix(dataset: h5py.Dataset) -> Matrix:
    """Return lists of numbers as a matrix, where most of the first ones are of one length."""
    lengths = Counter(len(row) for row in dataset[:_SAMPLE_ROWS])
    if not lengths:
        return RaggedMatrix(dataset, 0)
    usual, count = lengths.most_common(1)[0]
    if count < _MOSTLY * lengths.total():
        return RefusedMatrix(f"its rows are lists of {len(lengths):,} different lengths")
    return RaggedMatrix(dataset, usual)
