"""Tables and lists of texts: what is in them, and the texts of one column with all others beside.

The formats are those of vectors: CSV, TSV, JSON, JSON Lines, Parquet, Feather, Arrow, and lists
with a text on each line; also compressed, or in a zip archive. The content decides, and the name
where nothing else does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.notes import Note, counted
from embedviz.core.progress import Report, silent
from embedviz.core.texts.origin import TextsSettings
from embedviz.core.texts.plain_text import plain_text
from embedviz.core.wording import shown_name
from embedviz.formats.companions.columns import require_column, to_table
from embedviz.formats.containers.arrow import kind_of_table
from embedviz.formats.opening import known_suffixes
from embedviz.formats.reading import RowNumbers, stamp_of
from embedviz.formats.refused.unreadable import require_text
from embedviz.formats.source import Source
from embedviz.formats.texts.arrow import ArrowReader
from embedviz.formats.texts.blocks import TextReader
from embedviz.formats.texts.collecting import TableCollector, joined
from embedviz.formats.texts.columns import TextColumn, certain_column, text_columns
from embedviz.formats.texts.delimited import DelimitedReader
from embedviz.formats.texts.json_records import JsonReader, is_json

if TYPE_CHECKING:
    import pyarrow as pa

PREVIEW_ROWS = 500
_SHOWN_CHARACTERS = 60


@dataclass(frozen=True, eq=False)
class TextsInspection:
    """Contents of a file of texts, as its first rows say.

    Attributes
    ----------
    path : Path
        Absolute.
    settings : TextsSettings
        Those that were given.
    format_name : str
    is_list : bool
        Whether it is a text on each line, without columns.
    columns : tuple of TextColumn
        All columns, those that most likely hold the texts first.
    certain : str or None
        The only column that can be meant; None where the user has to choose.
    table : pyarrow.Table
        The first rows.
    n_rows : int or None
        In the file, as far as it is known.
    is_estimated : bool
        Whether that is a guess from the first rows.
    n_bytes : int
        On disk.
    notes : tuple of Note
    """

    path: Path
    settings: TextsSettings
    format_name: str
    is_list: bool
    columns: tuple[TextColumn, ...]
    certain: str | None
    table: pa.Table
    n_rows: int | None
    is_estimated: bool
    n_bytes: int
    notes: tuple[Note, ...]


@dataclass(frozen=True, eq=False)
class TextTable:
    """Texts that were read, and what is beside them.

    Attributes
    ----------
    path : Path
        Absolute.
    settings : TextsSettings
        With the column that was read.
    name : str
        Of the file, without its ending.
    format_name : str
    texts : list of str
        Of each row that was read; empty where there is none.
    labels : list of str or None
        From the column of labels; None where there is none.
    metadata : pyarrow.Table
        All columns of these rows, the texts among them.
    rows : int64 array
        Which rows of the file these are, from 0; ascending.
    n_rows : int
        How many the file has.
    stamp : (int, int) or None
    notes : tuple of Note
    """

    path: Path
    settings: TextsSettings
    name: str
    format_name: str
    texts: list[str]
    labels: list[str] | None
    metadata: pa.Table
    rows: RowNumbers
    n_rows: int
    stamp: tuple[int, int] | None
    notes: tuple[Note, ...]


def inspect_texts(
    path: Path, settings: TextsSettings | None = None, report: Report = silent
) -> TextsInspection:
    """Return which columns of a file hold texts, from its first rows, in moments.

    Raises
    ------
    ChoiceRequired
        Where a file of an archive must be chosen first.
    UserError
        When it is neither a table nor a list of texts.
    """
    settings = settings or TextsSettings()
    source, reader = _opened(path, settings)
    tables, n_read, fraction, is_cut = [], 0, 0.0, False
    for block in reader.blocks(report, is_preview=True):
        tables.append(block.table)
        n_read, fraction = n_read + block.table.num_rows, block.fraction
        if n_read >= PREVIEW_ROWS:
            is_cut = fraction < 1 or n_read > PREVIEW_ROWS
            break
    _require_rows(source, n_read)
    table = joined(tables)
    n_rows = reader.n_rows
    if n_rows is None:
        n_rows = round(n_read / fraction) if is_cut and fraction else n_read
    head = table.slice(0, PREVIEW_ROWS)
    columns = text_columns(head)
    return TextsInspection(
        source.path,
        settings,
        reader.format_name,
        reader.is_list,
        tuple(columns),
        certain_column(columns),
        head,
        n_rows,
        reader.n_rows is None and is_cut and fraction < 1,
        source.size,
        tuple(reader.notes()),
    )


def read_texts(path: Path, settings: TextsSettings, report: Report = silent) -> TextTable:
    """Return the texts of one column of a file, with all its columns as metadata.

    Parameters
    ----------
    path : Path
    settings : TextsSettings
        Its `encoder` does not matter here.
    report : Report

    Raises
    ------
    ChoiceRequired
        "column" where several may hold the texts, with what is in them; "key" where a file of an
        archive must be chosen.
    UserError
        When it is neither a table nor a list of texts, or has no such column.
    """
    source, reader = _opened(path, settings)
    stamp = stamp_of(source.path)
    collector = TableCollector(settings.sample, settings.seed)
    for block in reader.blocks(report, is_preview=False):
        collector.add(block)
        report(block.fraction, f"{collector.n_rows:,} rows read")
    _require_rows(source, collector.n_rows)
    table, rows = collector.result()
    column = _column_in(table, settings, source)
    labels = None
    if settings.label_column:
        require_column(settings.label_column, table.column_names, source.name)
        labels = _values_of(table, settings.label_column)
    notes = reader.notes()
    if len(rows) < collector.n_rows:
        of = counted(collector.n_rows, "row")
        text = f"A random sample of {len(rows):,} of {of}, seed {settings.seed}."
        notes.append(Note(text, "sample", "note"))
    return TextTable(
        source.path,
        replace(settings, column=column),
        _name_of(source),
        reader.format_name,
        _values_of(table, column),
        labels,
        _typed(table, reader),
        rows,
        collector.n_rows,
        stamp,
        tuple(notes),
    )


def column_texts(path: Path, column: str = "", report: Report = silent) -> Iterator[str]:
    """Yield the texts of a column row by row, without holding the table.

    Parameters
    ----------
    path : Path
    column : str
        Empty: the only one that can be meant.
    report : Report

    Raises
    ------
    ChoiceRequired
        "column" where several may hold the texts.
    UserError
    """
    inspection = inspect_texts(path, TextsSettings(column=column), report)
    wanted = column or inspection.certain
    if wanted is None:
        raise choice_of_column(list(inspection.columns), inspection.path.name)
    source, reader = _opened(path, TextsSettings())
    require_column(wanted, [each.name for each in inspection.columns], source.name)
    for block in reader.blocks(report, is_preview=False):
        if wanted in block.table.column_names:
            yield from _values_of(block.table, wanted)
        report(block.fraction, f"reading {source.name}")


def _opened(path: Path, settings: TextsSettings) -> tuple[Source, TextReader]:
    source = Source(path, settings.key)
    if kind_of_table(source) is not None:
        return source, ArrowReader(source)
    if source.store is not None:
        raise UserError(
            f"{source.name} is a store of arrays, not a table of texts. Write the texts as CSV, "
            "JSON Lines or Parquet."
        )
    require_text(source)
    if is_json(source):
        return source, JsonReader(source)
    return source, DelimitedReader(source, settings.has_header)


def _require_rows(source: Source, n_rows: int) -> None:
    if not n_rows:
        raise UserError(f"{source.name} has no rows below its header, so there are no texts in it.")


def _column_in(table: pa.Table, settings: TextsSettings, source: Source) -> str:
    names = table.column_names
    if settings.column:
        require_column(settings.column, names, source.name)
        return settings.column
    columns = text_columns(table.slice(0, PREVIEW_ROWS))
    certain = certain_column(columns)
    if certain is not None:
        return certain
    raise choice_of_column(columns, source.name)


def choice_of_column(columns: list[TextColumn], name: str) -> ChoiceRequired:
    """Return the question which column holds the texts, the most likely ones first."""
    likely = [each for each in columns if each.kind == columns[0].kind]
    choices = {each.name: _described(each) for each in likely}
    listed = "; ".join(f"{column!r}: {words}" for column, words in choices.items())
    reason = f"{name} has several columns of texts."
    return ChoiceRequired(
        f"{reason} Choose one: --column on the command line, column in Python. {listed}.",
        "column",
        choices,
        reason,
    )


def _described(column: TextColumn) -> str:
    first = next((" ".join(value.split()) for value in column.first if value.strip()), "")
    cut = first[:_SHOWN_CHARACTERS] + ("…" if len(first) > _SHOWN_CHARACTERS else "")
    return f"about {counted(round(column.mean_length), 'character')}, as {shown_name(cut)!r}"


def _values_of(table: pa.Table, column: str) -> list[str]:
    return [plain_text(value) for value in table[column].to_pylist()]


def _typed(table: pa.Table, reader: TextReader) -> pa.Table:
    """Return a table whose columns are numbers where all their texts are."""
    if not isinstance(reader, DelimitedReader):
        return table
    return to_table({name: _values_of(table, name) for name in table.column_names})


def _name_of(source: Source) -> str:
    path = PurePath(source.path.name if source.member is None else source.member)
    while path.suffix.lower() in known_suffixes() and path.stem:
        path = path.with_suffix("")
    return shown_name(path.name)
