"""Matrices and columns of an HDF5 file, read slice by slice, and what is refused of them.

Nothing outside of the file is ever read: links are followed only where they are hard, which are the
names of what is in the file itself, and datasets that are stored in other files or put together
from them are refused. So are filters that would have to be loaded as plug-ins.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import h5py
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from embedviz.formats.containers.worker.plain_columns import texts_of
from embedviz.formats.number_columns import rows_too_large

_FILTERS = {
    h5py.h5z.FILTER_DEFLATE: "gzip",
    h5py.h5z.FILTER_SHUFFLE: "shuffle",
    h5py.h5z.FILTER_FLETCHER32: "fletcher32",
    h5py.h5z.FILTER_SZIP: "szip",
    h5py.h5z.FILTER_SCALEOFFSET: "scaleoffset",
    h5py.h5z.FILTER_LZF: "lzf",
}
_LARGEST_RATIO = 1100  # Deflate shrinks nothing further.
_SURELY_TRUE = 1 << 20
"""Bytes that may be claimed without being stored: a dataset that was never written to."""
_LONGEST_TEXT = 1 << 16
_MATLAB_BLOCK = 32 << 20
_MOST_CATEGORIES = 10_000_000


def hard_member(group: h5py.Group, name: str) -> Any:
    """Return a member of a group, or None where it is not in the file itself."""
    if not name or "/" in name or name == ".":
        return None
    link = group.get(name, getlink=True)
    return group[name] if isinstance(link, h5py.HardLink) else None


def text_attribute(item: Any, name: str) -> str:
    """Return an attribute that is a text, or nothing."""
    return bytes_attribute(item, name).decode("utf-8", "replace")


def bytes_attribute(item: Any, name: str) -> bytes:
    """Return the bytes of an attribute that is a text, or none."""
    try:
        value = item.attrs.get(name, "")
    except (OSError, TypeError, ValueError, KeyError, RuntimeError):
        return b""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    return bytes(value) if isinstance(value, bytes) else b""


def problem_of(dataset: h5py.Dataset) -> str | None:
    """Return why a dataset is not read, or None where it can be."""
    plan = dataset.id.get_create_plist()
    if plan.get_layout() == h5py.h5d.VIRTUAL:
        return "it is put together from other datasets (virtual), which are not followed"
    if plan.get_external_count():
        return "its values are in another file, which is not followed"
    for index in range(plan.get_nfilters()):
        code, _, _, name = plan.get_filter(index)
        if code not in _FILTERS:
            shown = name.decode("utf-8", "replace").split("\0")[0][:40] or f"number {code}"
            return f"it is compressed with a plug-in ({shown}): write it with gzip"
    try:
        kind = dataset.dtype
    except (TypeError, ValueError):
        return "its values are of a kind that is not known here"
    claimed = math.prod(dataset.shape or ()) * kind.itemsize
    stored = min(dataset.id.get_storage_size(), dataset.file.id.get_filesize())
    if claimed > _LARGEST_RATIO * stored + _SURELY_TRUE:
        return (
            f"it claims {claimed:,} bytes, of which {stored:,} are stored: it was never "
            "written, or is damaged"
        )
    return None


def is_text_kind(kind: np.dtype[Any]) -> bool:
    """Return whether values of a type are text."""
    return kind.kind == "S" or h5py.check_string_dtype(kind) is not None


def is_number_kind(kind: np.dtype[Any]) -> bool:
    """Return whether values of a type are numbers."""
    return kind.kind in "fiu"


class Matrix:
    """Numbers in rows and columns.

    Attributes
    ----------
    n_rows, dimensions : int
    type : str
        What the numbers are.
    problem : str or None
        Why it is not read.
    """

    n_rows: int
    dimensions: int
    type: str
    problem: str | None = None

    def prepare(self, n_rows: int, memory: int) -> int:
        """Get ready to be read in blocks of about so many rows, and return of how many.

        Parameters
        ----------
        n_rows : int
        memory : int
            Bytes that may be used to keep what several blocks need.
        """
        return n_rows

    def read(self, start: int, stop: int) -> NDArray[Any]:
        """Return some rows, as an array (rows, dimensions) of numbers of any type."""
        raise NotImplementedError

    def read_checked(self, start: int, stop: int) -> tuple[NDArray[np.float32], dict[int, str]]:
        """Return some rows as float32, and what is wrong with those that are no vectors."""
        given = self.read(start, stop)
        with np.errstate(over="ignore", invalid="ignore"):  # A bad row: infinite or NaN.
            vectors = given.astype(np.float32, copy=False)
        return vectors, rows_too_large(given, vectors)


class StoredMatrix(Matrix):
    """A dataset with two dimensions."""

    def __init__(self, dataset: h5py.Dataset) -> None:
        self._dataset = dataset
        self.n_rows, self.dimensions = dataset.shape
        self.type = dataset.dtype.name

    def prepare(self, n_rows: int, memory: int) -> int:
        """Keep the chunks that a block shares with the next, if there is room for them."""
        chunks = self._dataset.chunks
        if chunks is None:
            return n_rows
        rows, columns = map(int, chunks)
        across = -(-self.dimensions // columns)
        band = rows * columns * across * self._dataset.dtype.itemsize
        if n_rows >= rows:
            return n_rows // rows * rows
        plan = h5py.h5p.create(h5py.h5p.DATASET_ACCESS)
        plan.set_chunk_cache(10_007, max(min(band + (1 << 20), memory), 1 << 20), 1.0)
        name = self._dataset.name.encode("utf-8", "surrogateescape")
        self._dataset = h5py.Dataset(h5py.h5d.open(self._dataset.file.id, name, plan))
        return n_rows

    def read(self, start: int, stop: int) -> NDArray[Any]:
        """Return some rows."""
        return np.asarray(self._dataset[start:stop])


class MatlabMatrix(Matrix):
    """A dataset as MATLAB writes it: its columns one after the other, each as a row."""

    def __init__(self, dataset: h5py.Dataset) -> None:
        self._dataset = dataset
        self.dimensions, self.n_rows = dataset.shape
        self.type = dataset.dtype.name

    def prepare(self, n_rows: int, memory: int) -> int:
        """Take blocks of so many rows that each column is read in few long parts."""
        row_bytes = max(self.dimensions * self._dataset.dtype.itemsize, 1)
        return int(max(n_rows, min(memory, _MATLAB_BLOCK) // row_bytes))

    def read(self, start: int, stop: int) -> NDArray[Any]:
        """Return some rows."""
        return np.ascontiguousarray(np.asarray(self._dataset[:, start:stop]).T)


class FieldMatrix(Matrix):
    """A field of a compound dataset that holds a whole row, as AnnData had it at first."""

    def __init__(self, dataset: h5py.Dataset, field: str) -> None:
        kind = dataset.dtype[field]
        self._dataset, self._field = dataset, field
        self.n_rows = dataset.shape[0]
        self.dimensions = kind.shape[0] if len(kind.shape) == 1 else 1
        self.type = kind.base.name
        if not is_number_kind(kind.base):
            self.problem = "it holds no numbers"

    def read(self, start: int, stop: int) -> NDArray[Any]:
        """Return some rows."""
        rows = np.asarray(self._dataset.fields(self._field)[start:stop])
        return rows.reshape(stop - start, self.dimensions)


class JoinedMatrix(Matrix):
    """Datasets with one column each: a data frame."""

    def __init__(self, datasets: Sequence[h5py.Dataset]) -> None:
        self._datasets = datasets
        self.n_rows = datasets[0].shape[0] if datasets else 0
        self.dimensions = len(datasets)
        self.type = ", ".join(sorted({dataset.dtype.name for dataset in datasets}))

    def read(self, start: int, stop: int) -> NDArray[Any]:
        """Return some rows."""
        return np.column_stack([dataset[start:stop] for dataset in self._datasets])


class RefusedMatrix(Matrix):
    """Dataset or group that could have been a matrix."""

    def __init__(self, problem: str) -> None:
        self.n_rows = self.dimensions = 0
        self.type = "numbers"
        self.problem = problem


class Column:
    """One value per row.

    Attributes
    ----------
    name : str
    n_rows : int
    is_text : bool
    """

    name: str
    n_rows: int
    is_text: bool

    def read(self, start: int, stop: int) -> tuple[pa.Array, int]:
        """Return some rows, and how many texts in them are not valid UTF-8."""
        raise NotImplementedError


class StoredColumn(Column):
    """A dataset with one dimension, or a field of a compound dataset."""

    def __init__(self, name: str, dataset: h5py.Dataset, field: str | None = None) -> None:
        self.name = name
        self._dataset = dataset if field is None else dataset.fields(field)
        self.n_rows = dataset.shape[0]
        kind = dataset.dtype if field is None else dataset.dtype[field]
        self.is_text = is_text_kind(kind)
        padded = field is None and kind.kind == "S"
        self._is_padded = padded and dataset.id.get_type().get_strpad() == h5py.h5t.STR_SPACEPAD

    def read(self, start: int, stop: int) -> tuple[pa.Array, int]:
        """Return some rows."""
        return plain_values(self._dataset[start:stop], is_padded=self._is_padded)


class CategoryColumn(Column):
    """Codes of categories; those below zero are missing."""

    def __init__(self, name: str, codes: Any, n_rows: int, categories: h5py.Dataset) -> None:
        self.name = name
        self.n_rows = n_rows
        self._codes = codes
        self._categories, self._n_replaced = plain_values(categories[:_MOST_CATEGORIES])
        self.is_text = pa.types.is_string(self._categories.type)

    def read(self, start: int, stop: int) -> tuple[pa.Array, int]:
        """Return some rows."""
        codes = np.asarray(self._codes[start:stop]).astype(np.int64)
        missing = (codes < 0) | (codes >= len(self._categories))
        values = self._categories.take(pa.array(codes, mask=missing))
        return values, self._n_replaced if start == 0 else 0


class MaskedColumn(Column):
    """Values, and which of them are missing."""

    def __init__(self, name: str, values: h5py.Dataset, mask: h5py.Dataset) -> None:
        self.name = name
        self.n_rows = values.shape[0]
        self._values, self._mask = values, mask
        self.is_text = is_text_kind(values.dtype)

    def read(self, start: int, stop: int) -> tuple[pa.Array, int]:
        """Return some rows."""
        values, n_replaced = plain_values(self._values[start:stop])
        missing = pa.array(np.asarray(self._mask[start:stop]).astype(bool))
        return pa.compute.if_else(missing, pa.scalar(None, values.type), values), n_replaced


class PlaceColumn(Column):
    """One column of a narrow matrix."""

    is_text = False

    def __init__(self, name: str, matrix: Matrix, position: int) -> None:
        self.name = name
        self.n_rows = matrix.n_rows
        self._matrix, self._position = matrix, position

    def read(self, start: int, stop: int) -> tuple[pa.Array, int]:
        """Return some rows."""
        return plain_values(self._matrix.read(start, stop)[:, self._position])


def plain_values(values: Any, *, is_padded: bool = False) -> tuple[pa.Array, int]:
    """Return values as an Arrow array, NaN as missing, and how many texts were not UTF-8."""
    array = np.asarray(values)
    if array.dtype.kind in "SO":
        texts = [_bytes_of(value) for value in array.tolist()]
        return texts_of([text.rstrip(b" ") for text in texts] if is_padded else texts)
    if array.dtype.kind == "f":
        array = array.astype(np.float32 if array.dtype.itemsize <= 4 else np.float64)
    native = np.ascontiguousarray(array, array.dtype.newbyteorder("="))
    return pa.array(native, from_pandas=True), 0


def _bytes_of(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    return str(value).encode("utf-8", "surrogateescape")


def is_matrix(dataset: h5py.Dataset) -> bool:
    """Return whether a dataset that can be read holds numbers in rows and columns."""
    shape = dataset.shape
    return shape is not None and len(shape) == 2 and is_number_kind(dataset.dtype)


def is_column(dataset: h5py.Dataset) -> bool:
    """Return whether a dataset holds one number, text or truth value per row, and can be read."""
    if problem_of(dataset) is not None or dataset.shape is None or len(dataset.shape) != 1:
        return False
    return is_column_kind(dataset.dtype)


def is_column_kind(kind: np.dtype[Any]) -> bool:
    """Return whether values of a type can be shown in a column."""
    if is_text_kind(kind):
        return kind.itemsize <= _LONGEST_TEXT
    return not kind.shape and kind.kind in "fiub"
