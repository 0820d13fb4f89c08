"""AnnData in a Zarr store, read in the child process by the Zarr library, where it is installed.

Only stores on this machine are opened. Before an array is, its description is read here: a filter
that is not known to keep numbers and texts only, such as pickled objects, is refused.
"""

from __future__ import annotations

import json
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import zarr
from numpy.typing import NDArray
from zarr.storage import LocalStore, ZipStore

from embedviz.core.errors import UserError
from embedviz.formats.containers.worker.anndata_layout import place_names
from embedviz.formats.containers.worker.hdf5_arrays import (
    Column,
    Matrix,
    PlaceColumn,
    RefusedMatrix,
    plain_values,
)
from embedviz.formats.containers.worker.hdf5_reader import ArraysReader
from embedviz.formats.refused.sparse import SPARSE

_CODECS = frozenset(
    [
        "blosc",
        "zlib",
        "gzip",
        "zstd",
        "lz4",
        "bz2",
        "lzma",
        "delta",
        "shuffle",
        "fixedscaleoffset",
        "quantize",
        "packbits",
        "bitround",
        "astype",
        "categorize",
        "vlen-utf8",
        "vlen-bytes",
        "bytes",
        "transpose",
        "sharding_indexed",
        "crc32",
        "crc32c",
        "adler32",
        "fletcher32",
    ]
)
_LISTS_OF_CODECS = ("filters", "compressor", "codecs", "index_codecs", "compressors", "serializer")
_INDEX = "index"
_WIDEST_PLACES = 3
_LONGEST_DESCRIPTION = 1 << 20
_MOST_CATEGORIES = 10_000_000


class ZarrReader(ArraysReader):
    """A store with AnnData in it.

    Parameters
    ----------
    path : str
        A folder, or a zip archive.
    within : str
        The folder in it where the store begins.
    """

    def __init__(self, path: str, within: str) -> None:
        warnings.simplefilter("ignore")
        store = _SafeStore(Path(path), within.strip("/"))
        matrices = dict(_matrices_in(store))
        columns = list(_columns_in(store))
        for key, matrix in matrices.items():
            if key.startswith("obsm/") and 1 < matrix.dimensions <= _WIDEST_PLACES:
                names = place_names(key.removeprefix("obsm/"), matrix.dimensions)
                columns += [PlaceColumn(name, matrix, i) for i, name in enumerate(names)]
        super().__init__(matrices, columns, is_anndata=True)


class _SafeStore:
    """A store on this machine, of which only what is known to be harmless is opened."""

    def __init__(self, path: Path, within: str) -> None:
        self._path, self._within = path, within
        is_folder = path.is_dir()
        self._archive = None if is_folder else zipfile.ZipFile(path)
        store = LocalStore(path, read_only=True) if is_folder else ZipStore(path, mode="r")
        self._root = zarr.open_group(store, mode="r", path=within, use_consolidated=False)

    def members(self, key: str) -> list[str]:
        """Return what is in a group; nothing where there is none."""
        group = self.find(key)
        return sorted(group.keys()) if isinstance(group, zarr.Group) else []

    def find(self, key: str) -> Any:
        """Return an array or a group, or None.

        Raises
        ------
        UserError
            When it is stored in a way that is not known here.
        """
        if not self._is_there(key):
            return None
        return self._root[key]

    def _is_there(self, key: str) -> bool:
        for name in ("zarr.json", ".zarray", ".zgroup"):
            text = self._read(f"{key}/{name}")
            if text is not None:
                _require_known(json.loads(text), key)
                return True
        return False

    def _read(self, name: str) -> bytes | None:
        full = f"{self._within}/{name}".lstrip("/")
        try:
            if self._archive is not None:
                with self._archive.open(full) as file:
                    return file.read(_LONGEST_DESCRIPTION)
            with (self._path / full).open("rb") as file:
                return file.read(_LONGEST_DESCRIPTION)
        except (KeyError, OSError):
            return None


def _require_known(description: Any, key: str) -> None:
    """Refuse codecs that are not known to hold numbers and texts only."""
    waiting = [description]
    while waiting:
        found = waiting.pop()
        if not isinstance(found, dict):
            continue
        for option in _LISTS_OF_CODECS:
            listed = found.get(option)
            codecs = listed if isinstance(listed, list) else [listed] if listed else []
            for codec in codecs:
                if isinstance(codec, str):
                    codec = {"name": codec}
                name = codec.get("id", codec.get("name")) if isinstance(codec, dict) else codec
                if str(name).removeprefix("numcodecs.") not in _CODECS:
                    raise UserError(
                        f"{key!r} is stored in a way that is not read ({str(name)[:40]}). Write it "
                        "as .h5ad: anndata.read_zarr(path).write_h5ad('cells.h5ad')"
                    )
                waiting.append(codec.get("configuration"))


class ZarrMatrix(Matrix):
    """An array with two dimensions."""

    def __init__(self, array: Any) -> None:
        self._array = array
        self.n_rows, self.dimensions = array.shape
        self.type = np.dtype(array.dtype).name

    def prepare(self, n_rows: int, memory: int) -> int:
        """Return so many rows that chunks are unpacked few times."""
        band = int(self._array.chunks[0])
        row_bytes = max(self.dimensions * np.dtype(self._array.dtype).itemsize, 1)
        return band if n_rows < band <= memory // row_bytes else max(n_rows // band, 1) * band

    def read(self, start: int, stop: int) -> NDArray[Any]:
        """Return some rows."""
        return np.asarray(self._array[start:stop])


class ZarrColumn(Column):
    """An array with one dimension; with categories, or with what is missing, beside it.

    Parameters
    ----------
    name : str
    values : zarr.Array
        Also the places of categories.
    categories, missing : zarr.Array or None
    """

    def __init__(self, name: str, values: Any, categories: Any = None, missing: Any = None) -> None:
        self.name = name
        self.n_rows = values.shape[0]
        self._values, self._missing = values, missing
        self._categories: pa.Array | None = None
        self._n_replaced = 0
        if categories is not None:
            found, self._n_replaced = _plain(categories[:_MOST_CATEGORIES])
            self._categories = found
            self.is_text = pa.types.is_string(found.type)
        else:
            self.is_text = np.dtype(values.dtype).kind not in "iufb"

    def read(self, start: int, stop: int) -> tuple[pa.Array, int]:
        """Return some rows, and how many texts in them are not valid UTF-8."""
        values = np.asarray(self._values[start:stop])
        if self._categories is not None:
            codes = values.astype(np.int64)
            none = (codes < 0) | (codes >= len(self._categories))
            found = self._categories.take(pa.array(codes, mask=none))
            return found, self._n_replaced if start == 0 else 0
        array, n_replaced = _plain(values)
        if self._missing is not None:
            none = pa.array(np.asarray(self._missing[start:stop]).astype(bool))
            array = pa.compute.if_else(none, pa.scalar(None, array.type), array)
        return array, n_replaced


def _plain(values: Any) -> tuple[pa.Array, int]:
    array = np.asarray(values)
    if array.dtype.kind in "iufb":
        return plain_values(array)
    return plain_values(np.array([_text(value) for value in array.tolist()], object))


def _text(value: Any) -> Any:
    return value if isinstance(value, bytes) else "" if value is None else str(value)


def _matrices_in(store: _SafeStore) -> Iterator[tuple[str, Matrix]]:
    for key in ["X", *(f"{p}/{name}" for p in ("obsm", "layers") for name in store.members(p))]:
        found = store.find(key)
        if isinstance(found, zarr.Array):
            is_matrix = len(found.shape) == 2 and np.dtype(found.dtype).kind in "fiu"
            yield key, ZarrMatrix(found) if is_matrix else RefusedMatrix("it is no matrix")
        elif isinstance(found, zarr.Group):
            is_sparse = found.attrs.get("encoding-type") in ("csr_matrix", "csc_matrix")
            yield key, RefusedMatrix(SPARSE if is_sparse else "it is not a matrix of numbers")


def _columns_in(store: _SafeStore) -> Iterator[Column]:
    frame = store.find("obs")
    if not isinstance(frame, zarr.Group):
        return
    index = str(frame.attrs.get("_index", "_index"))
    given: Any = frame.attrs.get("column-order", [])
    known = [name for name in given if isinstance(name, str)] if isinstance(given, list) else []
    others = [name for name in store.members("obs") if name not in known]
    for name in dict.fromkeys([index, *known, *others]):
        column = _column(store, f"obs/{name}", _INDEX if name == index else name)
        if column is not None:
            yield column


def _column(store: _SafeStore, key: str, name: str) -> Column | None:
    found = store.find(key)
    if isinstance(found, zarr.Array):
        return ZarrColumn(name, found) if len(found.shape) == 1 else None
    if not isinstance(found, zarr.Group):
        return None
    parts = {part: store.find(f"{key}/{part}") for part in store.members(key)}
    parts = {k: v for k, v in parts.items() if isinstance(v, zarr.Array) and len(v.shape) == 1}
    if "codes" in parts and "categories" in parts:
        return ZarrColumn(name, parts["codes"], categories=parts["categories"])
    if "values" in parts:
        return ZarrColumn(name, parts["values"], missing=parts.get("mask"))
    return None
