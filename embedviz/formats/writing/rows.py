"""Some rows of a set in a file.

A file of vectors holds the vectors of these rows, as `save` writes them. A table, `.csv` or
`.tsv`, holds what a person reads: labels, metadata and, if wanted, where the rows lie on the map;
a spreadsheet of 384 numbers a row would help nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Placed
from embedviz.core.derivation.chosen_rows import require_some
from embedviz.core.errors import UserError
from embedviz.core.progress import Report, silent
from embedviz.core.vector_set import VectorSet
from embedviz.formats.companions.columns import LABEL, unique_names
from embedviz.formats.writing import arrow
from embedviz.formats.writing.atomic_write import File, packed_by, replaced_files
from embedviz.formats.writing.saving import quoted, require_plain, save, written_files
from embedviz.formats.writing.written_rows import WrittenRows, text_columns, texts_of

_ROW = "row"
_AXES = ("x", "y", "z")
_BLOCK_ROWS = 50_000
_TEXTS = (".csv", ".tsv")


def save_rows(
    vector_set: VectorSet,
    rows: ArrayLike,
    path: str | PathLike[str],
    positions: Placed | None = None,
    axes: Sequence[str] = _AXES,
    *,
    report: Report = silent,
) -> None:
    """Write some rows of a set to a file: their vectors, or a table about them.

    Parameters
    ----------
    vector_set : VectorSet
    rows : int array
        In the order in which they are written.
    path : path
        `.csv` or `.tsv`: a table of labels, metadata and positions, without the vectors. The
        other suffixes of `save`: the vectors, with what else the format can hold. Those of text
        also with `.gz`.
    positions : float32 array of shape (n_vectors, 2 or 3), optional
        Where all rows of the set lie on a map; written as further columns of metadata.
    axes : sequence of str
        What the columns of the positions are called.
    report : Report

    Raises
    ------
    UserError
        When there are no rows, the suffix is another one, or the file cannot be written.
    """
    chosen = require_some(rows)
    path = Path(path).expanduser()
    if _suffix(path) in _TEXTS:
        columns = text_columns(WrittenRows(vector_set, chosen))
        if positions is not None:
            columns = _with_positions(columns, positions[chosen], axes)
        _write_text(columns, path, report)
    elif positions is not None:
        save(_placed(vector_set, positions, axes), path, rows=chosen, report=report)
    else:
        save(vector_set, path, rows=chosen, report=report)


def save_coordinates(
    vector_set: VectorSet,
    path: str | PathLike[str],
    positions: Placed,
    axes: Sequence[str] = _AXES,
    rows: ArrayLike | None = None,
    *,
    report: Report = silent,
) -> None:
    """Write where rows lie on a map to a table, with their numbers, labels and metadata.

    The first column, `row`, counts the rows of the set from 0, as lists of neighbors do. Columns of
    metadata that repeat the labels are left out.

    Parameters
    ----------
    vector_set : VectorSet
    path : path
        `.csv` or `.tsv` (also with `.gz`), `.parquet`, `.feather` or `.arrow`.
    positions : float32 array of shape (n_vectors, 2 or 3)
        Of all rows of the set; NaN where a row has no place, which is empty in the table.
    axes : sequence of str
        What the columns of the positions are called.
    rows : int array, optional
        Which rows, in this order. Default: all.
    report : Report

    Raises
    ------
    UserError
        When there are no rows, the suffix is another one, or the file cannot be written.
    """
    path = Path(path).expanduser()
    if _suffix(path) in _TEXTS:
        chosen = np.arange(len(vector_set)) if rows is None else require_some(rows)
        columns = text_columns(WrittenRows(_without_repeated(vector_set), chosen))
        columns = _with_positions(columns, positions[chosen], axes)
        names = unique_names([_ROW, *columns])
        values = [[*map(str, chosen.tolist())], *columns.values()]
        _write_text(dict(zip(names, values, strict=True)), path, report)
        return
    if path.suffix.lower() not in arrow.SUFFIXES:
        known = ", ".join([*_TEXTS, *arrow.SUFFIXES])
        raise UserError(f"{path.name}: coordinates are written as {known}.")
    some = None if rows is None else require_some(rows)
    written = WrittenRows(_placed(_without_repeated(vector_set), positions, axes), some)
    numbers = np.arange(len(vector_set)) if some is None else some
    with replaced_files([path]) as files:
        arrow.write_columns(written, numbers, files[0], path.suffix.lower(), report)


def rows_files(path: Path) -> list[Path]:
    """Return the files that `save_rows` writes for a path.

    Raises
    ------
    UserError
        When the suffix says no format to write.
    """
    return [path] if _suffix(path) in _TEXTS else written_files(path)


def _without_repeated(vector_set: VectorSet) -> VectorSet:
    """Return the set without columns of metadata whose values are the labels."""
    known, labels = vector_set.metadata, list(vector_set.labels)
    kept = [name for name in known.column_names if texts_of(known.column(name)) != labels]
    if len(kept) == known.num_columns:
        return vector_set
    metadata = known.select(kept) if kept else None
    return VectorSet(vector_set.vectors, vector_set.labels, metadata, vector_set.name)


def _suffix(path: Path) -> str:
    return Path(path.name.lower().removesuffix(".gz")).suffix


def _placed(vector_set: VectorSet, positions: Placed, axes: Sequence[str]) -> VectorSet:
    """Return the set with positions in its metadata; the vectors are not copied."""
    import pyarrow as pa

    known = vector_set.metadata
    places = [pa.array(positions[:, i], from_pandas=True) for i in range(positions.shape[1])]
    names = unique_names([LABEL, *known.column_names, *axes[: len(places)]])[-len(places) :]
    metadata = pa.table([*known.columns, *places], [*known.column_names, *names])
    return VectorSet(vector_set.vectors, vector_set.labels, metadata, vector_set.name)


def _with_positions(
    columns: dict[str, Sequence[str]], positions: Placed, axes: Sequence[str]
) -> dict[str, Sequence[str]]:
    names = unique_names([*columns, *axes[: positions.shape[1]]])
    places = [_printed(positions[:, axis]) for axis in range(positions.shape[1])]
    return dict(zip(names, [*columns.values(), *places], strict=True))


def _printed(numbers: Placed) -> list[str]:
    """Return numbers as text; a row without a place has none."""
    import pyarrow as pa

    texts = pa.array(np.ascontiguousarray(numbers), from_pandas=True).cast(pa.string())
    printed: list[str] = texts.fill_null("").to_pylist()
    return printed


def _write_text(columns: dict[str, Sequence[str]], path: Path, report: Report) -> None:
    with replaced_files([path]) as files, packed_by(path, files[0]) as file:
        write = _write_csv if _suffix(path) == ".csv" else _write_tsv
        write(columns, file, report)


def _write_csv(columns: dict[str, Sequence[str]], file: File, report: Report) -> None:
    _write_lines(
        {quoted(name): list(map(quoted, texts)) for name, texts in columns.items()},
        ",",
        "\r\n",
        file,
        report,
    )


def _write_tsv(columns: dict[str, Sequence[str]], file: File, report: Report) -> None:
    for name, texts in columns.items():
        require_plain(texts, "\t\r\n", name)
    _write_lines(columns, "\t", "\n", file, report)


def _write_lines(
    columns: dict[str, Sequence[str]], separator: str, end: str, file: File, report: Report
) -> None:
    count = len(next(iter(columns.values())))
    file.write((separator.join(columns) + end).encode("utf-8", "replace"))
    for start in range(0, count, _BLOCK_ROWS):
        report(start / count, f"{start:,} rows written")
        parts = [texts[start : start + _BLOCK_ROWS] for texts in columns.values()]
        lines = (separator.join(fields) + end for fields in zip(*parts, strict=True))
        file.write("".join(lines).encode("utf-8", "replace"))
