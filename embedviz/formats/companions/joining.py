"""Joining of vectors with labels and metadata from a second file, row by row.

Three kinds of file are taken without being asked for, and then named in the notes: the Embedding
Projector's `metadata.tsv` beside its tensors, the `FILE.metadata.tsv` that `save` writes beside
FILE, an array or tensors, and the vocabulary of a model beside its safetensors. Where the rows do
not match, such a file is left alone, and the next that may belong to the vectors is tried.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.notes import Note, counted
from embedviz.core.origin import ReadSettings
from embedviz.core.wording import composed
from embedviz.formats.companions.columns import (
    LABEL,
    CompanionColumns,
    choose_label_column,
    read_columns,
    require_column,
    to_table,
)
from embedviz.formats.companions.vocabulary import read_labels
from embedviz.formats.labels import (
    count_repeated,
    label_by_number,
    note_on_labels,
    note_on_replaced,
)
from embedviz.formats.reading import ReadResult
from embedviz.formats.source import Source


def with_companions(result: ReadResult, source: Source, settings: ReadSettings) -> ReadResult:
    """Return the contents with labels: the file's own, a second file's, or the rows' numbers.

    Raises
    ------
    UserError
        When there are no vectors, or a second file that was asked for cannot be read or has
        another number of rows.
    """
    name = source.name
    if not len(result.vectors):
        raise UserError(" ".join([f"{name} holds no vectors.", *result.notes]))
    wanted = None if result.uses_label_column else settings.label_column
    if settings.labels is not None:
        _take_labels(settings.labels, result, wanted, settings.labels_header)
        wanted = None
    if settings.metadata is not None:
        columns = read_columns(Path(settings.metadata), settings.labels_header)
        if settings.metadata_key is not None:
            _join(columns, result, settings.metadata_key)
        else:
            has_labels = result.labels is not None and wanted is None
            _take(columns, result, wanted, gives_labels=not has_labels, can_join=True)
    elif settings.metadata_key is not None:
        raise UserError("metadata_key is a column of a file of metadata: name that file as well.")
    elif wanted is not None and settings.labels is None:
        raise UserError(f"{name} has no columns, so it has no column {wanted!r} for the labels.")
    elif result.labels is None:
        _take_beside(result)
    if settings.numbers_rows or result.labels is None:
        has_labels = result.labels is not None
        start = "The" if has_labels else "No labels: the"
        text = f"{start} rows are called by their numbers, from 0."
        result.labels = label_by_number(result.rows)
        result.learn(is_numbered=True)
        result.notes.append(Note(text, "row numbers", "note", {"has_labels": has_labels}))
    elif n_repeated := count_repeated(result.labels):
        result.notes.append(
            Note(f"{counted(n_repeated, 'row')} with a label that an earlier row has, too.")
        )
    return result


def _take_labels(
    given: str | PathLike[str] | Sequence[str],
    result: ReadResult,
    wanted: str | None,
    has_header: bool | None,
) -> None:
    if isinstance(given, str | PathLike):
        _take(read_labels(Path(given), has_header), result, wanted, gives_labels=True)
    else:
        _require_count(len(given), result, "labels", "There must be one for each vector.")
        result.labels = [str(given[row]) for row in result.rows.tolist()]


def _take_beside(result: ReadResult) -> None:
    for path in result.companions:
        if os.path.isfile(path):  # False also where the name is too long.
            try:
                # A table whose first label is a bracket is not a vocabulary in JSON.
                columns = (read_columns if ".tsv" in path.suffixes else read_labels)(path)
                # The first column is the labels where `save` has written the file.
                is_own = path == result.companions[0] and next(iter(columns.values)) == LABEL
                _take(columns, result, LABEL if is_own else None, gives_labels=True)
            except UserError as error:
                result.notes.append(Note(f"{path.name} beside it is not used. {error}"))
                continue
            return


def _take(
    columns: CompanionColumns,
    result: ReadResult,
    wanted: str | None,
    *,
    gives_labels: bool,
    can_join: bool = False,
) -> None:
    """Add the columns as metadata and, where that is wanted, one of them as labels."""
    columns = columns.without_blank_end(result.n_rows)
    _require_rows(columns, result, can_join=can_join)
    rows = result.rows.tolist()
    values = {name: [texts[row] for row in rows] for name, texts in columns.values.items()}
    result.notes += note_on_replaced(columns.n_replaced, columns.file_name)
    label: str | None = next(iter(values))
    is_table = columns.has_header or len(values) > 1
    if is_table:
        result.learn(label_columns=tuple(values))
        result.metadata = to_table(values)
        label = choose_label_column(result.metadata, wanted, columns.file_name)
    if gives_labels and label is not None:
        result.labels = values[label]
        column = label if is_table else None
        result.learn(label_column=column)
        result.notes.append(note_on_labels(columns.file_name, column, is_file=True))


def _join(columns: CompanionColumns, result: ReadResult, key: str) -> None:
    """Add the columns as metadata, to each row those of the line that has its label."""
    name = columns.file_name
    require_column(key, list(columns.values), name)
    if result.labels is None:
        raise UserError(
            f"{name} cannot be joined by {key!r}: the vectors have no labels. Join it row by row."
        )
    # The table may be from a system that writes letters and their marks apart, or the labels may.
    texts = list(map(composed, columns.values[key]))
    lines = {text: line for line, text in reversed(list(enumerate(texts)))}
    places = [lines.get(composed(label), -1) for label in result.labels]
    n_found = sum(place >= 0 for place in places)
    if not n_found:
        raise UserError(
            f"{name}: no value of {key!r} is the label of a row. The first are "
            f"{columns.values[key][0][:30]!r} there and {result.labels[0][:30]!r} here. Join by "
            "another column, or row by row."
        )
    result.metadata = to_table(
        {
            column: [texts[place] if place >= 0 else "" for place in places]
            for column, texts in columns.values.items()
            if column != key
        }
    )
    result.notes += note_on_replaced(columns.n_replaced, name)
    found = f"{n_found:,} of {counted(len(places), 'row')} found there."
    result.notes.append(Note(f"Metadata from {name}, joined by {key!r}: {found}", level="note"))


def _require_rows(columns: CompanionColumns, result: ReadResult, *, can_join: bool) -> None:
    """Refuse a second file with another number of rows; ask where a header may be the reason.

    Raises
    ------
    UserError
    """
    expected, name = result.n_rows, columns.file_name
    advice = "There must be one for each vector, in the same order."
    if expected is not None and columns.n_rows == expected + 1 and not columns.has_header:
        first = columns.values[LABEL][0][:30]
        raise ChoiceRequired(
            f"{name}: {counted(columns.n_rows, 'row')} for {counted(expected, 'vector')}. Its "
            f"first line, {first!r}, is probably a header, which a file with one column does not "
            "have. Remove that line, or say that it is one: --labels-header yes on the command "
            "line, labels_header=True in Python.",
            "labels_header",
            {"yes": f"The first line, {first!r}, is a header"},
            reason=f"{name}: {counted(columns.n_rows, 'row')} for "
            f"{counted(expected, 'vector')}. Its first line, {first!r}, is probably a header.",
        )
    if expected is not None and columns.n_rows == expected - 1 and columns.has_header:
        raise ChoiceRequired(
            f"{name}: {counted(columns.n_rows, 'row')} for {counted(expected, 'vector')}. Its "
            "first line was taken as a header, which a file with several columns must have. Put "
            "a line with the names of the columns above it, or say that there is none: "
            "--labels-header no on the command line, labels_header=False in Python.",
            "labels_header",
            {"no": "The first line is not a header"},
            reason=f"{name}: {counted(columns.n_rows, 'row')} for "
            f"{counted(expected, 'vector')}. Its first line was taken as a header.",
        )
    if can_join:
        _offer_to_join(columns, result)
    _require_count(columns.n_rows, result, name, f"{advice}{_ends(columns, result)}")


def _offer_to_join(columns: CompanionColumns, result: ReadResult) -> None:
    """Ask whether a table with another number of rows is to be joined by its column of labels.

    Raises
    ------
    ChoiceRequired
    """
    expected, key = result.n_rows, _column_of_labels(columns, result)
    if key is None or expected is None or columns.n_rows == expected:
        return
    reason = (
        f"{columns.file_name}: {counted(columns.n_rows, 'row')} for "
        f"{counted(expected, 'vector')}. Its column {key!r} holds labels of the vectors."
    )
    raise ChoiceRequired(
        f"{reason} Join it by that column: metadata_key={key!r} in Python.",
        "metadata_key",
        {key: f"Join by {key}, which holds the labels"},
        reason,
    )


def _column_of_labels(columns: CompanionColumns, result: ReadResult) -> str | None:
    """Return the column by which a table can be joined: the one with most labels of the rows."""
    if result.labels is None or not columns.has_header or len(columns.values) < 2:
        return None
    labels = set(map(composed, result.labels))
    found = {
        name: len(labels.intersection(map(composed, texts)))
        for name, texts in columns.values.items()
    }
    best = max(found, key=lambda name: found[name])
    is_most = 2 * found[best] >= min(len(labels), columns.n_rows)
    return best if found[best] and is_most else None


def _ends(columns: CompanionColumns, result: ReadResult) -> str:
    """Return the sentence that shows which of two files has lines too few or too many."""
    texts = next(iter(columns.values.values()))
    if not texts:
        return ""
    first, last = texts[0][:30], texts[-1][:30]
    said = f" {columns.file_name} begins with {first!r} and ends with {last!r}"
    if result.labels is None:
        return f"{said}."
    said += f", the vectors begin with {result.labels[0][:30]!r}"
    is_whole = int(result.rows[-1]) + 1 == result.n_rows
    return f"{said} and end with {result.labels[-1][:30]!r}." if is_whole else f"{said}."


def _require_count(count: int, result: ReadResult, what: str, advice: str) -> None:
    expected = result.n_rows
    if expected is None:
        if count > int(result.rows[-1]):
            return
        expected = int(result.rows[-1]) + 1
        advice = "There must be one for each vector of the file."
    if count != expected:
        raise UserError(
            f"{what}: {counted(count, 'row')} for {counted(expected, 'vector')}. {advice}"
        )
