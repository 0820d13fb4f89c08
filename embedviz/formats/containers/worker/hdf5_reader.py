"""HDF5 files, read in the child process: which matrices and columns are there, and their rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import h5py
from numpy.typing import NDArray

from embedviz.core.errors import UserError
from embedviz.core.processes.messages import Message
from embedviz.formats.containers.worker import anndata_layout
from embedviz.formats.containers.worker.hdf5_arrays import (
    Column,
    MatlabMatrix,
    Matrix,
    RefusedMatrix,
    StoredColumn,
    StoredMatrix,
    hard_member,
    is_column,
    is_matrix,
    problem_of,
    text_attribute,
)
from embedviz.formats.containers.worker.plain_columns import packed
from embedviz.formats.containers.worker.records import find_in_records, is_ragged, ragged_matrix
from embedviz.formats.refused.sparse import SPARSE

_INDEX_OF_TABLE = "_i_"
"""How PyTables calls the groups in which it keeps what it finds rows by."""
_MOST_OBJECTS = 20_000
_MOST_LEVELS = 32
_MOST_COLUMNS = 2_000
_SAMPLE_ROWS = 100
_BLOCK_BYTES = 32 << 20


class ArraysReader:
    """Common base of the readers of files with arrays.

    Parameters
    ----------
    matrices : mapping of str to Matrix
        By their keys.
    columns : sequence of Column
    is_anndata : bool
    """

    def __init__(
        self, matrices: Mapping[str, Matrix], columns: Sequence[Column], *, is_anndata: bool
    ) -> None:
        self._matrices = matrices
        self._columns = columns
        self._is_anndata = is_anndata

    def describe(self) -> dict[str, Any]:
        """Return what is there.

        Returns
        -------
        dict
            `is_anndata`; `arrays`: for each its key, rows, dimensions, type, and the problem
            that it is not read for; `columns`: for each its position, name, rows, and whether it
            is text. The first column of AnnData is the names of the rows.
        """
        arrays = [
            {
                "key": _clean(key),
                "n_rows": matrix.n_rows,
                "dimensions": matrix.dimensions,
                "type": matrix.type,
                "problem": matrix.problem,
            }
            for key, matrix in self._matrices.items()
        ]
        columns = [
            {
                "position": position,
                "name": _clean(column.name),
                "n_rows": column.n_rows,
                "is_text": column.is_text,
            }
            for position, column in enumerate(self._columns[:_MOST_COLUMNS])
        ]
        return {"is_anndata": self._is_anndata, "arrays": arrays, "columns": columns}

    def blocks(self, request: Mapping[str, Any]) -> Iterator[Message]:
        """Yield blocks of rows.

        Parameters
        ----------
        request : mapping
            `key` of the matrix; `columns`: positions of columns; `n_rows`: of a block;
            `memory`: bytes that may be used to read it.

        Yields
        ------
        Message
            With `vectors`, and `columns` as an Arrow stream, in which the names are the positions.
        """
        by_name = {_clean(key): matrix for key, matrix in self._matrices.items()}
        matrix = by_name[request["key"]]
        if matrix.problem is not None:
            raise UserError(matrix.problem)
        columns = [(str(position), self._columns[position]) for position in request["columns"]]
        n_rows = _fitting([column for _, column in columns], matrix.n_rows, request["n_rows"])
        step = matrix.prepare(n_rows, request["memory"])
        for start in range(0, matrix.n_rows, step):
            stop = min(start + step, matrix.n_rows)
            vectors, problems = matrix.read_checked(start, stop)
            sent: dict[str, NDArray[Any]] = {"vectors": vectors}
            n_replaced = 0
            values = {}
            for position, column in columns:
                values[position], count = column.read(start, stop)
                n_replaced += count
            if values:
                sent["columns"] = packed(values)
            facts = {"n_rows": stop - start, "problems": problems, "n_replaced": n_replaced}
            yield Message("block", facts, sent)


class HDF5Reader(ArraysReader):
    """An HDF5 file, an AnnData file or any other."""

    def __init__(self, path: str) -> None:
        file = h5py.File(path, "r", locking=False)
        is_anndata = anndata_layout.matches(file)
        matrices, columns = anndata_layout.find(file) if is_anndata else _walk(file)
        super().__init__(matrices, columns, is_anndata=is_anndata)


def _walk(file: h5py.File) -> tuple[dict[str, Matrix], list[Column]]:
    """Return all matrices and columns, without following a link that is not hard."""
    matrices: dict[str, Matrix] = {}
    columns: list[Column] = []
    seen: set[tuple[int, int]] = set()
    groups: list[tuple[str, h5py.Group, int]] = [("", file["/"], 0)]
    while groups:
        path, group, level = groups.pop()
        if path and _is_sparse(group):
            matrices[path.rstrip("/")] = RefusedMatrix(SPARSE)
        for name in group:
            key = path + name
            if isinstance(group.get(name, getlink=True), h5py.ExternalLink):
                matrices[key] = RefusedMatrix("it is a link to another file, which is not followed")
            item = hard_member(group, name)
            if item is None or not _is_new(item, seen) or len(seen) > _MOST_OBJECTS:
                continue
            if isinstance(item, h5py.Group) and level < _MOST_LEVELS:
                if not name.startswith(_INDEX_OF_TABLE):
                    groups.append((f"{key}/", item, level + 1))
            elif isinstance(item, h5py.Dataset):
                _add(key, item, matrices, columns)
    return matrices, columns


def _add(
    key: str, dataset: h5py.Dataset, matrices: dict[str, Matrix], columns: list[Column]
) -> None:
    problem = problem_of(dataset)
    if problem is not None:
        matrices[key] = RefusedMatrix(problem)
    elif is_matrix(dataset):
        is_matlab = bool(text_attribute(dataset, "MATLAB_class"))
        matrices[key] = MatlabMatrix(dataset) if is_matlab else StoredMatrix(dataset)
    elif is_column(dataset):
        columns.append(StoredColumn(key, dataset))
    elif is_ragged(dataset):
        matrices[key] = ragged_matrix(dataset)
    elif dataset.dtype.names and dataset.shape is not None and len(dataset.shape) == 1:
        found, further = find_in_records(key, dataset)
        matrices |= found
        columns += further


def _is_sparse(group: h5py.Group) -> bool:
    names = ("data", "indices", "indptr")
    found = [hard_member(group, name) for name in names]
    return all(isinstance(each, h5py.Dataset) and each.ndim == 1 for each in found)


def _fitting(columns: Sequence[Column], n_rows: int, wanted: int) -> int:
    """Return how many rows a block may have, fewer where the texts of its columns are long."""
    first = min(n_rows, _SAMPLE_ROWS)
    n_bytes = sum(column.read(0, first)[0].nbytes for column in columns if column.is_text)
    return int(max(min(wanted, _BLOCK_BYTES * first // max(n_bytes, 1)), 1))


def _is_new(item: Any, seen: set[tuple[int, int]]) -> bool:
    info = h5py.h5o.get_info(item.id)
    identity = (info.fileno, info.addr)
    is_new = identity not in seen
    seen.add(identity)
    return is_new


def _clean(name: str) -> str:
    return name.encode("utf-8", "replace").decode()
