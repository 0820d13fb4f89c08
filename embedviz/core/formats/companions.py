"""Joins vectors with labels and metadata from a second file, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from embedviz.core.errors import UserError
from embedviz.core.formats.columns import (
    Columns,
    choose_label_column,
    read_columns,
    texts_of,
    to_table,
)
from embedviz.core.formats.reading import Contents, ReadSettings, counted
from embedviz.core.formats.source import Source

if TYPE_CHECKING:
    pass


def with_companions(contents: Contents, source: Source, settings: ReadSettings) -> Contents:
    """Return the contents with the labels and metadata that were asked for.

    Raises
    ------
    UserError
        When a second file cannot be read, or has another number of rows.
    """
    if not len(contents.vectors):
        skipped = " ".join(contents.notes)
        raise UserError(f"{source.path.name} holds no vectors. {skipped}".strip())
    if settings.labels is not None:
        _take_labels(contents, settings)
    if settings.metadata is not None:
        _take_metadata(contents, Path(settings.metadata), settings)
    if contents.labels is None:
        contents.labels = [str(row) for row in contents.rows.tolist()]
        contents.notes.append("No labels: the rows are called by their numbers, from 0.")
    return contents


def _take_labels(contents: Contents, settings: ReadSettings) -> None:
    given = settings.labels
    assert given is not None
    if isinstance(given, str | PathLike):
        _take_columns(
            contents, read_columns(Path(given)), settings.label_column, is_for_labels=True
        )
    else:
        labels = list(map(str, given))
        _require_count(contents, len(labels), "labels", has_header=None)
        contents.labels = _chosen(labels, contents)


def _take_metadata(contents: Contents, path: Path, settings: ReadSettings) -> None:
    _take_columns(contents, read_columns(path), settings.label_column, is_for_labels=False)


def _take_columns(
    contents: Contents, columns: Columns, label_column: str | None, *, is_for_labels: bool
) -> None:
    _require_count(contents, columns.n_rows, columns.file_name, has_header=columns.has_header)
    if columns.n_replaced:
        contents.notes.append(f"{columns.file_name} is not all valid UTF-8.")
    if not columns.has_header:
        if is_for_labels or contents.labels is None:
            contents.labels = _chosen(columns.values["label"], contents)
            contents.notes.append(f"Labels from {columns.file_name}.")
        return
    table = to_table(columns.values)
    if len(contents.rows) < table.num_rows:
        table = table.take(contents.rows)
    if is_for_labels or contents.labels is None:
        name = choose_label_column(table, label_column, columns.file_name)
        if name is not None:
            contents.labels = texts_of(table, name)
            contents.notes.append(f"Labels from {columns.file_name}, column {name!r}.")
    contents.metadata = table


def _chosen(labels: Sequence[str], contents: Contents) -> list[str]:
    if len(contents.rows) == len(labels):
        return list(labels)
    return [labels[row] for row in contents.rows.tolist()]


def _require_count(contents: Contents, count: int, name: str, *, has_header: bool | None) -> None:
    expected = contents.n_rows
    if expected is None:
        if len(contents.rows) and count <= contents.rows[-1]:
            raise UserError(f"{name} has {count:,} rows, fewer than the vectors.")
        return
    if count == expected:
        return
    hint = "There must be one for each, in the same order."
    if count == expected + 1 and has_header is False:
        hint = (
            "One too many: the first line is probably a header. Remove it; "
            "a file with one column has none."
        )
    elif count == expected - 1 and has_header:
        hint = (
            "One too few: the first line was taken as a header, since it has several columns. "
            "Put a line with the columns' names above it."
        )
    raise UserError(
        f"{name} has {counted(count, 'row')}, but there are {counted(expected, 'vector')}. {hint}"
    )
