"""HDF5 files, read in the child process: which matrices and columns are there, and their rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import TOO_LARGE, lost_numbers
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

_MOST_OBJECTS = 20_000
_MOST_LEVELS = 32
_MOST_COLUMNS = 2_000
_SAMPLE_ROWS = 100
_BLOCK_BYTES = 32 << 20


class HDF5Reader:
    """An HDF5 file, an AnnData file or any other."""

    def __init__(self, path: str) -> None:
        self._file = h5py.File(path, "r", locking=False)
        self._matrices: dict[str, Matrix] = {}
        self._columns: list[Column] = []
        self._is_anndata = anndata_layout.matches(self._file)
        if self._is_anndata:
            self._matrices, self._columns = anndata_layout.find(self._file)
        else:
            self._walk()

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
            with np.errstate(over="ignore"):  # What is too large becomes infinite.
                numbers = matrix.read(start, stop)
                vectors = numbers.astype(np.float32, copy=False)
            problems = dict.fromkeys(lost_numbers(numbers, vectors).tolist(), TOO_LARGE)
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

    def _walk(self) -> None:
        """Find all matrices and columns, without following a link that is not hard."""
        seen: set[tuple[int, int]] = set()
        groups: list[tuple[str, h5py.Group, int]] = [("", self._file["/"], 0)]
        while groups:
            path, group, level = groups.pop()
            for name in group:
                link = group.get(name, getlink=True)
                key = path + name
                if isinstance(link, h5py.ExternalLink):
                    self._matrices[key] = RefusedMatrix(
                        "it is a link to another file, which is not followed"
                    )
                item = hard_member(group, name)
                if item is None or not _is_new(item, seen) or len(seen) > _MOST_OBJECTS:
                    continue
                if isinstance(item, h5py.Group) and level < _MOST_LEVELS:
                    groups.append((f"{key}/", item, level + 1))
                elif isinstance(item, h5py.Dataset):
                    self._add(key, item)

    def _add(self, key: str, dataset: h5py.Dataset) -> None:
        problem = problem_of(dataset)
        if problem is not None:
            self._matrices[key] = RefusedMatrix(problem)
        elif is_matrix(dataset):
            is_matlab = bool(text_attribute(dataset, "MATLAB_class"))
            self._matrices[key] = MatlabMatrix(dataset) if is_matlab else StoredMatrix(dataset)
        elif is_column(dataset):
            self._columns.append(StoredColumn(key, dataset))


def _fitting(columns: list[Column], n_rows: int, wanted: int) -> int:
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
