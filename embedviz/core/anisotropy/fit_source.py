"""Which rows a map is fitted on: all of the set, some of it, or those of another open set.

A source is a choice, and is kept as such in a state and in a session: it names a column or a set,
and holds rows as a selection, never a mean or an axis. Rows are taken block by block where they
are summed, so that a source of a set that is mapped from a file copies nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from embedviz.core.anisotropy.fit import Fit, fit_rows
from embedviz.core.arrays import Matrix, Rows
from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.progress import Report, silent
from embedviz.core.selection import Selection
from embedviz.core.vector_set import VectorSet

SourceKind = Literal["all", "selection", "group", "set"]

LEAST_ROWS = 2
"""Fewer rows have no spread."""


@dataclass(frozen=True)
class FitSource:
    """Choice of the rows that a map is fitted on.

    Attributes
    ----------
    kind : {"all", "selection", "group", "set"}
        All rows of the set itself; the rows of `rows`; those with `value` in `column`; all rows of
        the open set called `set_name`, from which the map is carried over.
    rows : Selection, optional
        As they were when the source was chosen: what is selected later changes no map.
    n_rows : int, optional
        How many rows the set had then, in which the rows of a selection are: of a file that has
        others now, these are not the same rows. Or how many the other set has, which tells it from
        another one of the same name, such as two files `embeddings.npy`.
    column, value : str
        A column of the metadata, and a value of it as text.
    set_name : str
    """

    kind: SourceKind = "all"
    rows: Selection | None = None
    column: str = ""
    value: str = ""
    set_name: str = ""
    n_rows: int | None = None

    @classmethod
    def of_selection(cls, rows: Selection, n_rows: int | None = None) -> FitSource:
        """Return the source of the rows of a selection, of a set of `n_rows`."""
        return cls("selection", rows, n_rows=n_rows)

    @classmethod
    def of_group(cls, column: str, value: str) -> FitSource:
        """Return the source of the rows with a value in a column."""
        return cls("group", column=column, value=value)

    @classmethod
    def of_set(cls, name: str, n_rows: int | None = None) -> FitSource:
        """Return the source of all rows of another open set, of `n_rows`."""
        return cls("set", set_name=name, n_rows=n_rows)

    def __str__(self) -> str:
        if self.kind == "selection":
            return f"{counted(0 if self.rows is None else len(self.rows), 'selected row')}"
        if self.kind == "group":
            return f"{self.column} = {self.value}"
        return f"the set {self.set_name}" if self.kind == "set" else "all rows"

    @property
    def is_usual(self) -> bool:
        """Whether these are all rows of the set itself."""
        return self.kind == "all"


ALL_ROWS = FitSource()


class RowsToFit(NamedTuple):
    """Rows that a map is fitted on.

    Attributes
    ----------
    vectors : float32 array of shape (n_vectors, n_dimensions)
    rows : int array, or None
        Which of the vectors; None: all.
    words : str
        What they are, such as "412 selected rows"; nothing for all rows of the set itself.
    """

    vectors: Matrix
    rows: Rows | None
    words: str

    def __len__(self) -> int:
        return len(self.vectors) if self.rows is None else len(self.rows)


def rows_to_fit(
    vector_set: VectorSet, source: FitSource, open_sets: Sequence[VectorSet] = ()
) -> RowsToFit:
    """Return the rows that a map of a set is fitted on; nothing is copied.

    Parameters
    ----------
    vector_set : VectorSet
        The set that is mapped.
    source : FitSource
    open_sets : sequence of VectorSet
        The library, where another set is looked for.

    Raises
    ------
    UserError
        When there are fewer than two such rows, the column or the other set is not there, or the
        other set has other dimensions.
    """
    if source.kind == "all":
        return RowsToFit(vector_set.vectors, None, "")
    if source.kind == "set":
        other = _set_called(source, vector_set, open_sets)
        _require_enough(len(other), f"{source.set_name} has", "Choose another set to fit on.")
        return RowsToFit(other.vectors, None, str(source))
    rows = _chosen(vector_set, source) if source.kind == "selection" else _group(vector_set, source)
    return RowsToFit(vector_set.vectors, rows, str(source))


def fit_source(
    vector_set: VectorSet,
    source: FitSource = ALL_ROWS,
    open_sets: Sequence[VectorSet] = (),
    *,
    left_out: tuple[int, ...] = (),
    shrinkage: bool = False,
    report: Report = silent,
) -> Fit:
    """Return what a map of a set needs to know of the rows it is fitted on.

    Parameters
    ----------
    vector_set, source, open_sets
        See `rows_to_fit`.
    left_out, shrinkage, report
        See `transform.fit_rows`.

    Raises
    ------
    UserError
        As for `rows_to_fit` and `transform.fit_rows`.
    """
    found = rows_to_fit(vector_set, source, open_sets)
    return fit_rows(
        found.vectors,
        rows=found.rows,
        left_out=left_out,
        source=found.words,
        shrinkage=shrinkage,
        report=report,
    )


def sets_to_fit(vector_set: VectorSet, open_sets: Sequence[VectorSet]) -> tuple[VectorSet, ...]:
    """Return the open sets that a map of a set can be fitted on: others of the same dimensions.

    Of several with one name and as many rows only the first is, since nothing tells a source which
    of them it means.
    """
    found: dict[tuple[str, int], VectorSet] = {}
    for other in open_sets:
        if other is not vector_set and other.dimensions == vector_set.dimensions and other.name:
            found.setdefault((other.name, len(other)), other)
    return tuple(found.values())


def set_meant(
    source: FitSource, vector_set: VectorSet, open_sets: Sequence[VectorSet]
) -> VectorSet | None:
    """Return the other set that a source means: of its name, best with as many rows; or None."""
    found = [each for each in sets_to_fit(vector_set, open_sets) if each.name == source.set_name]
    same = [each for each in found if len(each) == source.n_rows]
    return next(iter([*same, *found]), None)


def _chosen(vector_set: VectorSet, source: FitSource) -> Rows:
    rows = Selection() if source.rows is None else source.rows
    has_others = source.n_rows not in (None, len(vector_set))
    if has_others or (len(rows) and int(rows.rows[-1]) >= len(vector_set)):
        name = vector_set.name or "The set"
        raise UserError(
            f"{name} has other rows than it had when some were selected to fit on. "
            "Select rows, and choose the selection again, or all rows."
        )
    _require_enough(
        len(rows), "The selection has", "Select more, and choose the selection again, or all rows."
    )
    return rows.rows


def _group(vector_set: VectorSet, source: FitSource) -> Rows:
    name = vector_set.name or "The set"
    if source.column not in vector_set.metadata.column_names:
        raise UserError(
            f"{name} has no column {source.column!r} to fit on. Choose another, or all rows."
        )
    rows = np.flatnonzero(_is_value(vector_set.metadata.column(source.column), source.value))
    _require_enough(
        len(rows),
        f"The group {source.column} = {source.value} of {name} has",
        "Choose another group, or all rows.",
    )
    return rows


def _is_value(column: Any, value: str) -> Any:
    """Return a truth value for each row of a column of an Arrow table."""
    import pyarrow as pa
    from pyarrow import compute

    try:
        texts = compute.cast(column, pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return np.array([str(each) == value for each in column.to_pylist()], dtype=bool)
    return compute.fill_null(compute.equal(texts, value), False).to_numpy()


def _set_called(
    source: FitSource, vector_set: VectorSet, open_sets: Sequence[VectorSet]
) -> VectorSet:
    name = source.set_name
    if (meant := set_meant(source, vector_set, open_sets)) is not None:
        return meant
    found = [each for each in open_sets if each.name == name and each is not vector_set]
    if found:
        raise UserError(
            f"{name} has {counted(found[0].dimensions, 'dimension')} and "
            f"{vector_set.name or 'the set'} has {vector_set.dimensions:,}, so a map of one is "
            "none of the other. Fit on a set of the same model, or on all rows."
        )
    raise UserError(
        f"{name}, which the map is fitted on, is not open. Open it again, or fit on all rows."
    )


def _require_enough(count: int, what: str, remedy: str) -> None:
    if count < LEAST_ROWS:
        rows = "no row" if not count else f"only {counted(count, 'row')}"
        raise UserError(f"{what} {rows}, and fewer than two have no spread. {remedy}")
