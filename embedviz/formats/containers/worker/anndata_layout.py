"""Layout of AnnData (`.h5ad`): matrices, the names of rows and what is known of them.

Since version 0.7 each data frame is a group, and `encoding-type` says what each member is;
categories were in a group `__categories` first and are beside their codes since 0.8. Before that,
data frames were compound datasets, and categories were in `uns` under the name of the column and
`_categories`. In the oldest files `obsm` is a compound dataset, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import h5py
import numpy as np

from embedviz.formats.containers.worker.hdf5_arrays import (
    CategoryColumn,
    Column,
    FieldMatrix,
    JoinedMatrix,
    MaskedColumn,
    Matrix,
    PlaceColumn,
    RefusedMatrix,
    StoredColumn,
    StoredMatrix,
    hard_member,
    is_column,
    is_column_kind,
    is_matrix,
    is_number_kind,
    problem_of,
    text_attribute,
)
from embedviz.formats.refused.sparse import SPARSE

_INDEX = "index"
_OLD_CATEGORIES = "__categories"
_WIDEST_PLACES = 3


def matches(file: h5py.File) -> bool:
    """Return whether a file is laid out as AnnData does it."""
    if text_attribute(file, "encoding-type") == "anndata":
        return True
    names = set(file)
    return "obs" in names and "var" in names and bool(names & {"X", "obsm"})


def find(file: h5py.File) -> tuple[dict[str, Matrix], list[Column]]:
    """Return the matrices by their keys, `X` first, and the columns, the names of rows first."""
    matrices: dict[str, Matrix] = {}
    if (x := hard_member(file, "X")) is not None:
        matrices["X"] = _matrix_of(x)
    for place in ("obsm", "layers"):
        for name, matrix in _members(file, place):
            matrices[f"{place}/{name}"] = matrix
    columns = list(_columns(file))
    for key, matrix in matrices.items():
        is_narrow = 1 < matrix.dimensions <= _WIDEST_PLACES
        if key.startswith("obsm/") and is_narrow and matrix.problem is None:
            names = place_names(key.removeprefix("obsm/"), matrix.dimensions)
            columns += [PlaceColumn(name, matrix, i) for i, name in enumerate(names)]
    return matrices, columns


def _members(file: h5py.File, place: str) -> Iterator[tuple[str, Matrix]]:
    group = hard_member(file, place)
    if isinstance(group, h5py.Group):
        for name in group:
            item = hard_member(group, name)
            if item is None:
                yield name, RefusedMatrix("it is a link, which is not followed")
            else:
                yield name, _matrix_of(item)
    elif isinstance(group, h5py.Dataset) and problem_of(group) is None:
        for name in group.dtype.names or ():
            yield name, FieldMatrix(group, name)


def _matrix_of(item: Any) -> Matrix:
    if isinstance(item, h5py.Dataset):
        problem = problem_of(item)
        if problem is not None:
            return RefusedMatrix(problem)
        if not is_matrix(item):
            return RefusedMatrix("it is not a matrix of numbers")
        return StoredMatrix(item)
    if _is_sparse(item):
        return RefusedMatrix(SPARSE)
    return _joined(item)


def _is_sparse(group: h5py.Group) -> bool:
    encoding = text_attribute(group, "encoding-type")
    is_old = bool(text_attribute(group, "h5sparse_format"))
    return is_old or encoding in ("csr_matrix", "csc_matrix") or "indptr" in group


def _joined(group: h5py.Group) -> Matrix:
    """Return a data frame of numbers as a matrix."""
    if text_attribute(group, "encoding-type") != "dataframe":
        return RefusedMatrix("it is not a matrix of numbers")
    index = text_attribute(group, "_index")
    names = [name for name in _ordered(group) if name != index]
    members = [hard_member(group, name) for name in names]
    found = [
        member
        for member in members
        if isinstance(member, h5py.Dataset) and is_column(member) and is_number_kind(member.dtype)
    ]
    if not found or len(found) < len(names) or len({len(member) for member in found}) > 1:
        return RefusedMatrix("it is a data frame with other columns than numbers")
    return JoinedMatrix(found)


def _columns(file: h5py.File) -> Iterator[Column]:
    frame = hard_member(file, "obs")
    if isinstance(frame, h5py.Group):
        yield from _columns_of_group(frame)
    elif isinstance(frame, h5py.Dataset) and problem_of(frame) is None and frame.dtype.names:
        yield from _columns_of_records(frame, hard_member(file, "uns"))


def _columns_of_group(frame: h5py.Group) -> Iterator[Column]:
    index = text_attribute(frame, "_index") or _INDEX
    categories = hard_member(frame, _OLD_CATEGORIES)
    for name in [index, *(name for name in _ordered(frame) if name != index)]:
        item = hard_member(frame, name)
        if item is None or name == _OLD_CATEGORIES:
            continue
        shown = _INDEX if name == index else name
        column = _column_of(shown, item, _dataset_in(categories, name))
        if column is not None:
            yield column


def _column_of(name: str, item: Any, categories: h5py.Dataset | None) -> Column | None:
    if isinstance(item, h5py.Dataset):
        if not is_column(item):
            return None
        if categories is not None and item.dtype.kind in "iu":
            return CategoryColumn(name, item, len(item), categories)
        return StoredColumn(name, item)
    codes, categories = _dataset_in(item, "codes"), _dataset_in(item, "categories")
    if codes is not None and categories is not None and codes.dtype.kind in "iu":
        return CategoryColumn(name, codes, len(codes), categories)
    values, mask = _dataset_in(item, "values"), _dataset_in(item, "mask")
    if values is not None and mask is not None and len(values) == len(mask):
        return MaskedColumn(name, values, mask)
    return None


def _dataset_in(group: Any, name: str) -> h5py.Dataset | None:
    if not isinstance(group, h5py.Group):
        return None
    item = hard_member(group, name)
    return item if isinstance(item, h5py.Dataset) and is_column(item) else None


def _columns_of_records(frame: h5py.Dataset, uns: Any) -> Iterator[Column]:
    names = [name for name in frame.dtype.names if is_column_kind(frame.dtype[name])]
    index = text_attribute(frame, "_index") or _INDEX
    if index in names:
        names = [index, *(name for name in names if name != index)]
    for name in names:
        categories = _dataset_in(uns, f"{name}_categories")
        if categories is not None and frame.dtype[name].kind in "iu":
            yield CategoryColumn(name, frame.fields(name), len(frame), categories)
        else:
            yield StoredColumn(_INDEX if name == index else name, frame, name)


def _ordered(frame: h5py.Group) -> list[str]:
    """Return the names of the columns, in their order where it is known."""
    try:
        given = np.asarray(frame.attrs.get("column-order", [])).tolist()
    except (OSError, TypeError, ValueError, RuntimeError):
        given = []
    order = [name.decode("utf-8", "replace") if isinstance(name, bytes) else name for name in given]
    known = [name for name in order if isinstance(name, str)]
    return known + [name for name in frame if name not in set(known)]


def place_names(name: str, count: int) -> list[str]:
    """Return names for the columns of a map, of which one can tell that they are places."""
    import pyarrow as pa

    from embedviz.core.coordinate_names import groups_of

    names = [f"{name}-{i}" for i in range(count)]
    if groups_of(pa.table({n: [0.0] for n in names})):
        return names
    return [f"{name} {letter}" for letter in "xyz"[:count]]
