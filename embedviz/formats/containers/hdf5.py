"""HDF5 and AnnData (`.h5ad`): which matrix is read, and the labels and columns beside it.

Of several matrices the one with a usual name is taken, or the only one of floats; otherwise the
caller decides. In AnnData it is `X`, where that is dense and at most 4,096 wide: wider ones are
counts of genes. Else it is the widest of `obsm`, mostly the principal components.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from embedviz.core.errors import UserError
from embedviz.core.notes import Note
from embedviz.core.origin import ReadSettings
from embedviz.core.progress import Report
from embedviz.formats.companions.columns import choose_label_column, require_column, unique_names
from embedviz.formats.containers.rows import (
    ContainerRows,
    opened,
    read_rows,
    texts_of,
    wanted_label,
)
from embedviz.formats.labels import ID_NAMES, note_on_labels
from embedviz.formats.reading import Format, ReadResult
from embedviz.formats.refused.sparse import SPARSE, on_sparse_group
from embedviz.formats.source import Source
from embedviz.formats.vector_names import (
    ARRAY_NAMES,
    choose_vectors,
    note_on_choice,
    note_on_conversion,
)

if TYPE_CHECKING:
    import pyarrow as pa

_MAGIC = b"\x89HDF\r\n\x1a\n"
_STARTS = (0, 512, 1024, 2048)  # After what MATLAB, for one, writes before it.
_WIDEST_COUNTS = 4096
_CACHE_BYTES = 256 << 20
_INDEX = "index"
_SHOWN = 20
_SINGLE = {"vocab": "word", "vocabulary": "word"}
_MOST_NAMED = 3
_ADD_PCA = (
    "Add principal components to it: in Python, `import scanpy as sc; a = sc.read_h5ad(path); "
    "sc.pp.pca(a); a.write_h5ad(new_path)`, and open the new file."
)


def _matches(source: Source) -> bool:
    return source.store is not None or any(
        source.head.startswith(_MAGIC, start) for start in _STARTS
    )


def _read(source: Source, settings: ReadSettings, report: Report) -> ReadResult:
    kind = "HDF5" if source.store is None else "Zarr"
    with opened(source, kind, report) as container:
        facts = container.facts
        arrays = {array["key"]: _Array(**array) for array in facts["arrays"]}
        is_anndata = facts["is_anndata"]
        choose = _choose_of_anndata if is_anndata else _choose
        array = choose(arrays, settings.key, source.name)
        columns = _columns_for(array, facts["columns"], settings, source.name)
        request = {
            "key": array.key,
            "columns": [column.position for column in columns],
            "memory": max(_CACHE_BYTES, 2 * source.size),
        }
        rows = ContainerRows(array.dimensions, request, array.n_rows)
        name = "AnnData" if is_anndata else kind
        name += " in Zarr" if source.store is not None else ""
        result, table = read_rows(container, rows, source, settings, name)
    _take_facts(result, array, arrays)
    if table is not None:
        names = {str(column.position): column.name for column in columns}
        table = table.rename_columns([names[key] for key in table.column_names])
        _take_columns(result, table, settings, source.name, is_anndata=is_anndata)
    return result


@dataclass(frozen=True)
class _Array:
    """Description of a matrix, as the child gives it; see `containers.hdf5_reader`."""

    key: str
    n_rows: int
    dimensions: int
    type: str
    problem: str | None

    @property
    def is_readable(self) -> bool:
        """Whether its rows can be vectors."""
        return self.problem is None and self.dimensions > 1 and self.n_rows > 0

    def __str__(self) -> str:
        return f"{self.n_rows:,} × {self.dimensions:,} {self.type}"


@dataclass(frozen=True)
class _Hdf5Column:
    position: int
    name: str
    n_rows: int
    is_text: bool


def _choose(arrays: Mapping[str, _Array], wanted: str | None, name: str) -> _Array:
    if wanted is not None:
        return _wanted(arrays, wanted, name)
    found = [array for array in arrays.values() if array.is_readable]
    found = [array for array in found if "int" not in array.type] or found
    if not found:
        raise _nothing(arrays, name)
    return arrays[choose_vectors(_described(found), ARRAY_NAMES, name, "key")]


def _described(arrays: Iterable[_Array]) -> dict[str, str]:
    return {array.key: str(array) for array in arrays}


def _wanted(arrays: Mapping[str, _Array], wanted: str, name: str) -> _Array:
    array = arrays.get(wanted.strip("/"))
    if array is None:
        known = ", ".join(list(arrays)[:_SHOWN]) or "none at all"
        raise UserError(f"{name} has no matrix {wanted!r}. Its matrices are {known}.")
    if array.problem is not None:
        raise _refusal(array, name)
    if not array.is_readable:
        raise UserError(f"{name}: {array.key!r} is {array}, which are not vectors.")
    return array


def _refusal(array: _Array, name: str) -> UserError:
    advice = "Copy it into a file of its own."
    if array.problem == SPARSE:
        is_anndata = array.key == "X" or array.key.startswith(("obsm/", "layers/"))
        advice = _ADD_PCA if is_anndata else on_sparse_group(array.key)
    return UserError(f"{name}: {array.key!r} is not read, as {array.problem}. {advice}")


def _nothing(arrays: Mapping[str, _Array], name: str) -> UserError:
    refused = next((array for array in arrays.values() if array.problem is not None), None)
    if refused is not None:
        return _refusal(refused, name)
    return UserError(
        f"{name} has no matrix of numbers: a dataset with one row for each vector is needed."
    )


def _choose_of_anndata(arrays: Mapping[str, _Array], wanted: str | None, name: str) -> _Array:
    if wanted is not None:
        return _wanted(arrays, wanted, name)
    x = arrays.get("X")
    if x is not None and x.is_readable and x.dimensions <= _WIDEST_COUNTS:
        return x
    maps = [a for a in arrays.values() if a.is_readable and a.key.startswith("obsm/")]
    if maps:
        return max(maps, key=lambda array: array.dimensions)
    if x is not None and x.is_readable:
        return x
    raise _nothing(arrays, name)


def _columns_for(
    array: _Array, given: Sequence[Mapping[str, Any]], settings: ReadSettings, name: str
) -> list[_Hdf5Column]:
    """Return the columns with a value for each row, those in the same group first."""
    columns = [_Hdf5Column(**column) for column in given if column["n_rows"] == array.n_rows]
    group = array.key.rpartition("/")[0]
    columns.sort(key=lambda column: column.name.rpartition("/")[0] != group)
    seen: set[str] = set()
    short = []
    for column in columns:
        last = column.name.rpartition("/")[2]
        short.append(column.name if last in seen else last)
        seen.add(last)
    short = unique_names(short)
    return [
        _Hdf5Column(column.position, unique, column.n_rows, column.is_text)
        for column, unique in zip(columns, short, strict=True)
    ]


def _take_facts(result: ReadResult, array: _Array, arrays: Mapping[str, _Array]) -> None:
    keys = _described(a for a in arrays.values() if a.is_readable)
    result.learn(dtype=array.type, key=array.key, keys=keys)
    if len(arrays) > 1:
        result.notes.append(note_on_choice("", array.key, keys))
        refused = [a for a in arrays.values() if a.problem is not None]
        named = refused[:_MOST_NAMED]
        result.notes += [Note(f"{a.key!r} is not read, as {a.problem}.") for a in named]
    if array.type != "float32":
        result.notes.append(note_on_conversion(array.type))


def _take_columns(
    result: ReadResult, table: pa.Table, settings: ReadSettings, name: str, *, is_anndata: bool
) -> None:
    names: list[str] = table.column_names
    wanted = wanted_label(settings, names)
    if wanted is not None:
        require_column(wanted, names, name)
    label = wanted or _label_of(table, name, is_anndata=is_anndata)
    result.uses_label_column = wanted is not None
    result.learn(label_columns=tuple(names), label_column=label)
    if label is not None:
        result.labels = texts_of(table[label])
        result.notes.append(note_on_labels(repr(label)))
        table = table.drop_columns([label])
    if table.num_columns:
        result.metadata = table


def _label_of(table: pa.Table, name: str, *, is_anndata: bool) -> str | None:
    names: list[str] = table.column_names
    if is_anndata and _INDEX in names:
        return _INDEX
    if _INDEX in names and _names_rows(table, _INDEX):  # Of a table of pandas.
        return _INDEX
    # Arrays are named for all of their values: words, labels.
    single = unique_names([_SINGLE.get(n.casefold(), n.removesuffix("s")) for n in names])
    found = choose_label_column(table.rename_columns(single), None, name)
    if found is not None:
        return names[single.index(found)]
    ids = (n for n in names if n.casefold() in ID_NAMES)
    return next((name for name in ids if _names_rows(table, name)), None)


def _names_rows(table: pa.Table, name: str) -> bool:
    """Return whether a column has a value of its own for each row, and more than its number."""
    import pyarrow as pa

    column = table[name]
    if column.null_count or len(column.unique()) < len(column):
        return False
    kind = column.type
    if pa.types.is_integer(kind):
        return bool(column.to_pylist() != list(range(len(column))))
    return bool(pa.types.is_string(kind) or pa.types.is_temporal(kind))


HDF5 = Format(_matches, _read, frozenset({"key"}))
