"""Coordinates from a second file, as further columns of a set that is open.

Three kinds of file hold them: a table (CSV or TSV, with or without a header), an array
(`.npy` of two or three columns), and the bookmarks of the Embedding Projector.

Rows of a table are joined by label where it has a column of labels that the set knows, so that it
may be in another order or have some rows only; all else is joined row by row, and must have as
many rows as the set.

Bookmarks are a JSON list of states. Each has the coordinates of all points under the names
"pca-0", "tsne-1", "umap-2", "linear-x". Points that were not laid out have none and stay empty:
the Projector lays out 10,000 rows by t-SNE, 5,000 by UMAP. Where points had been isolated, a state
has those alone, and says which they are.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Rows
from embedviz.core.coordinate_names import groups_of, is_numeric
from embedviz.core.derivation.additions import with_columns
from embedviz.core.errors import UserError
from embedviz.core.progress import Report, silent
from embedviz.core.vector_set import VectorSet

if TYPE_CHECKING:
    import pyarrow as pa

    from embedviz.formats.companions.columns import CompanionColumns
    from embedviz.formats.source import Source

Values = NDArray[np.float64]

_MOST_BYTES = 256 << 20
"""Of a file that is read as a whole; bookmarks of 100,000 points have 20 MB."""
_MOST_STATES = 20
_LONGEST_NAME = 60
_KINDS = (
    "Coordinates are read from tables (CSV or TSV) with two or three columns of numbers, arrays "
    "(.npy) of as many columns, and bookmarks of the Embedding Projector (JSON)."
)


@dataclass(frozen=True)
class AddedCoordinates:
    """The step that adds the coordinates of a file.

    Attributes
    ----------
    path : Path
        Absolute.
    """

    path: Path

    adds_only = True

    def derive(self, parent: VectorSet, report: Report = silent) -> VectorSet:
        """Return the set with these columns, as `load_coordinates` does."""
        report(0.0, f"coordinates from {self.path.name}")
        return load_coordinates(self.path, parent)


@dataclass
class _Found:
    """Coordinates in a file.

    Attributes
    ----------
    groups : list of dict of column name to float64 array
        Two or three columns each, one value for each row of the file, NaN where there is none.
    labels : sequence of str, or None
        What the rows are called, where the file says so.
    """

    groups: list[dict[str, Values]]
    labels: Sequence[str] | None = None

    @property
    def n_rows(self) -> int:
        return len(next(iter(self.groups[0].values())))


def load_coordinates(path: str | PathLike[str], vector_set: VectorSet) -> VectorSet:
    """Return a set with the same rows, and the coordinates of a file as further columns.

    `coordinates.coordinate_columns` then finds them; those that the set did not have are new.

    Parameters
    ----------
    path : path
        A table, a `.npy` array or bookmarks of the Embedding Projector.
    vector_set : VectorSet

    Returns
    -------
    VectorSet
        It shares the vectors. Its notes say where the coordinates are from, how the rows were
        joined, and how many have none.

    Raises
    ------
    UserError
        When the file cannot be read, holds no coordinates, or has another number of rows.
    """
    from embedviz.formats.source import Source

    source = Source(Path(path))
    start = source.head.lstrip(b" \t\r\n\xef\xbb\xbf")[:1]
    if source.head.startswith(b"\x93NUMPY"):
        found = _from_array(source)
    elif start in (b"[", b"{"):
        found = _from_bookmarks(source, vector_set)
    else:
        found = _from_table(source)
    return _joined(found, vector_set, source.path)


def _joined(found: _Found, vector_set: VectorSet, path: Path) -> VectorSet:
    rows, how = _matching_rows(found, vector_set, path.name)
    taken = set(vector_set.metadata.column_names)
    columns: dict[str, Values] = {}
    has_place = np.zeros(len(vector_set), dtype=np.bool_)
    for group in found.groups:
        names = _free_names(list(group), taken, path.name.partition(".")[0])
        taken.update(names)
        places = [np.where(rows < 0, np.nan, values[rows]) for values in group.values()]
        columns |= dict(zip(names, places, strict=True))
        has_place |= np.isfinite(places).all(axis=0)
    without = int(np.count_nonzero(~has_place))
    missing = f", {without:,} rows have none" if without else ""
    note = f"Coordinates {', '.join(columns)} from {path.name}{how}{missing}."
    return with_columns(vector_set, columns, [note], AddedCoordinates(path))


def _matching_rows(found: _Found, vector_set: VectorSet, name: str) -> tuple[Rows, str]:
    """Return the row of the file for each row of the set, or -1, and how that was found out."""
    count = len(vector_set)
    labels = found.labels
    if labels is not None and tuple(labels) != vector_set.labels:
        place = {label: row for row, label in reversed(list(enumerate(labels)))}
        rows = np.array([place.get(label, -1) for label in vector_set.labels], dtype=np.intp)
        n_known = int(np.count_nonzero(rows >= 0))
        # A few equal texts by chance do not make a column of labels.
        if 2 * n_known > min(len(place), count):
            return rows, ", by label"
        if len(labels) != count:
            raise UserError(
                f"{name}: {n_known:,} of its {len(labels):,} labels are among those of "
                f"{vector_set.name or 'the set'}, so it does not belong to this set. Choose the "
                "file that does."
            )
    if found.n_rows != count:
        raise UserError(
            f"{name} has {found.n_rows:,} rows of coordinates for {count:,} vectors. There must "
            "be one for each, in the same order, or a column with the labels."
        )
    return np.arange(count), ""


def _free_names(names: Sequence[str], taken: set[str], stem: str) -> list[str]:
    """Return names that are not taken; a group that is renamed is renamed as a whole."""
    number = 1
    free = list(names)
    while taken.intersection(free):
        prefix = stem if number == 1 else f"{stem} {number}"
        free = [f"{prefix} {name}" for name in names]
        number += 1
    return free


def _from_array(source: Source) -> _Found:
    name = source.path.name
    try:
        array = np.load(io.BytesIO(_read_all(source)), allow_pickle=False)
    except (ValueError, EOFError, MemoryError):
        raise UserError(
            f"{name} starts as a NumPy array, but cannot be read as one of numbers. Write it again "
            "with numpy.save."
        ) from None
    if array.ndim != 2 or array.shape[1] not in (2, 3) or array.dtype.kind not in "fiu":
        shape = " × ".join(map(str, array.shape))
        raise UserError(
            f"{name} is an array of {shape} values of type {array.dtype}; coordinates are numbers "
            "in two or three columns, and a row for each vector."
        )
    return _Found([_lettered(source.path, array)])


def _lettered(path: Path, array: NDArray[Any]) -> dict[str, Values]:
    """Return columns named after the file, as far as a name says nothing of them."""
    stem = path.name.partition(".")[0]
    return {
        f"{stem} {letter}": array[:, axis].astype(np.float64)
        for axis, letter in enumerate("xyz"[: array.shape[1]])
    }


def _from_table(source: Source) -> _Found:
    from embedviz.formats.companions.columns import read_columns
    from embedviz.formats.text.table_layouts import find_layout

    layout = find_layout(source)
    columns = read_columns(source.path) if layout is not None and layout.has_header else None
    if layout is None or columns is None or not columns.has_header:
        return _from_numbers(source) or _from_vectors(source.path)
    if layout.point == ord(","):
        for column in layout.numbers:
            texts = columns.values[layout.names[column]]
            texts[:] = [text.replace(",", ".") for text in texts]
    return _from_columns(columns, source.path)


def _from_columns(columns: CompanionColumns, path: Path) -> _Found:
    """Return the coordinates of a table with a header: those named so, or all numbers it has."""
    from embedviz.formats.companions.columns import choose_label_column, to_table

    columns = columns.without_blank_end(0)
    table = to_table(columns.values)
    label = choose_label_column(table, None, columns.file_name)
    labels = None if label is None else columns.values[label]
    groups = groups_of(table)
    if groups:
        return _Found([{name: _floats(table, name) for name in group} for group in groups], labels)
    numbers = [
        name
        for name in table.column_names
        if name != label and is_numeric(table.schema.field(name).type)
    ]
    if len(numbers) not in (2, 3):
        raise UserError(
            f"{path.name} has {len(numbers)} columns of numbers, and none of them is named as a "
            "coordinate. Name two or three of them x, y, z, or umap_1, umap_2."
        )
    array = np.column_stack([_floats(table, name) for name in numbers])
    return _Found([_lettered(path, array)], labels)


def _floats(table: pa.Table, name: str) -> Values:
    import pyarrow as pa

    return np.array(table[name].cast(pa.float64()).to_numpy(zero_copy_only=False))


def _from_numbers(source: Source) -> _Found | None:
    """Return the coordinates of numbers with blanks between them, or None when they are others.

    Whole numbers in the first of three columns are labels.
    """
    try:
        array = np.loadtxt(io.BytesIO(_read_all(source)), ndmin=2, encoding="utf-8")
    except ValueError:
        return None
    n_columns = array.shape[1]
    has_labels = n_columns == 3 and bool((array[:, 0] == np.floor(array[:, 0])).all())
    if n_columns not in (2, 3) or has_labels:
        return None
    return _Found([_lettered(source.path, array)])


def _from_vectors(path: Path) -> _Found:
    """Return the coordinates of a text without a header, which is read as vectors are."""
    from embedviz.formats.opening import load

    try:
        read = load(path)
    except UserError as error:
        raise UserError(f"{path.name} holds no coordinates. {error} {_KINDS}") from None
    if read.dimensions not in (2, 3):
        raise UserError(
            f"{path.name} has {read.dimensions} columns of numbers and no header. Coordinates have "
            "two or three; with more columns, name them x, y, z in a first line."
        )
    has_labels = read.labels != tuple(map(str, range(len(read))))
    return _Found([_lettered(path, read.vectors)], read.labels if has_labels else None)


def _read_all(source: Source) -> bytes:
    with source.stream() as stream:
        data = stream.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise UserError(
            f"{source.path.name} has more than {_MOST_BYTES >> 20} MB, which is too long for a "
            "file of coordinates."
        )
    return data


def _from_bookmarks(source: Source, vector_set: VectorSet) -> _Found:
    name = source.path.name
    try:
        states = json.loads(_read_all(source).decode("utf-8-sig"))
    except (ValueError, RecursionError, MemoryError):
        raise UserError(f"{name} starts as JSON, but cannot be read as such. {_KINDS}") from None
    states = states if isinstance(states, list) else [states]
    found: list[dict[str, Values]] = []
    for number, state in enumerate(states[:_MOST_STATES], 1):
        points = state.get("projections") if isinstance(state, dict) else None
        if _are_points(points):
            rows = _rows_of(state, points, len(vector_set), name)
            columns = _columns_of(points, rows, len(vector_set))
            title = str(state.get("label") or f"bookmark {number}")[:_LONGEST_NAME]
            found += _named_apart(columns, found, title)
    if not found:
        raise UserError(
            f"{name} holds no bookmarks with coordinates: a list of states is needed, each with "
            f'its "projections". {_KINDS}'
        )
    return _Found(found)


def _are_points(points: Any) -> TypeGuard[list[dict[str, Any]]]:
    return bool(isinstance(points, list) and points and all(isinstance(p, dict) for p in points))


def _rows_of(
    state: Mapping[str, Any], points: Sequence[Mapping[str, Any]], count: int, name: str
) -> Rows:
    """Return which row of the set each point is."""
    for given in (state.get("filteredPoints"), [point.get("index") for point in points]):
        if isinstance(given, list) and len(given) == len(points) and _are_rows(given, count):
            return np.array(given, dtype=np.intp)
    if len(points) != count:
        raise UserError(
            f"{name} has coordinates of {len(points):,} points for {count:,} vectors, and does not "
            "say which they are. Choose the bookmarks of this set."
        )
    return np.arange(count)


def _are_rows(given: Sequence[Any], count: int) -> bool:
    return all(type(row) is int and 0 <= row < count for row in given) and (
        len(set(given)) == len(given)
    )


def _columns_of(
    points: Sequence[Mapping[str, Any]], rows: Rows, count: int
) -> list[dict[str, Values]]:
    """Return the groups of coordinates of one state, for all rows of the set."""
    import pyarrow as pa

    names = {key for point in points for key in point if len(key) <= _LONGEST_NAME}
    columns: dict[str, Values] = {}
    for name in sorted(names):
        values = np.full(count, np.nan)
        values[rows] = [_number(point.get(name)) for point in points]
        columns[name] = values
    table = pa.table({name: pa.array(column, from_pandas=True) for name, column in columns.items()})
    return [{name: columns[name] for name in group} for group in groups_of(table)]


def _number(value: Any) -> float:
    if type(value) not in (int, float):
        return np.nan
    try:
        return float(value) if np.isfinite(value) else np.nan
    except (OverflowError, TypeError):  # An integer of a thousand digits.
        return np.nan


def _named_apart(
    groups: Sequence[dict[str, Values]], known: Sequence[dict[str, Values]], title: str
) -> list[dict[str, Values]]:
    """Return the groups of a state that no earlier one had, named after it where names repeat."""
    apart: list[dict[str, Values]] = []
    for group in groups:
        values = list(group.values())
        if any(
            len(other) == len(values) and all(map(_are_equal, other.values(), values))
            for other in known
        ):
            continue
        taken = {name for other in (*known, *apart) for name in other}
        names = _free_names(list(group), taken, title)
        apart.append(dict(zip(names, values, strict=True)))
    return apart


def _are_equal(one: Values, other: Values) -> bool:
    return np.array_equal(one, other, equal_nan=True)
