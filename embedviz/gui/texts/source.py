"""Texts that can be embedded, with their first ones to look at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.progress import Report, silent
from embedviz.core.texts.origin import TextsSettings
from embedviz.core.texts.plain_text import plain_text
from embedviz.core.vector_set import VectorSet
from embedviz.formats.texts.columns import TextColumn, text_columns
from embedviz.formats.texts.reading import TextsInspection, inspect_texts
from embedviz.sources.consent import Ask
from embedviz.sources.embedding import embed_file
from embedviz.sources.texts.set_columns import column_texts, embed_set, named_columns

LOOKED_AT = 500
"""Texts of an open set that are shown, and measured on."""
_LISTS = (".txt", ".text", ".lst", "")
_PACKED = (".gz", ".bz2", ".xz", ".zip")
_MOSTLY = 0.5
_find_tokens = re.compile(r"[^\s,;]+").findall
_is_number = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?").fullmatch


@dataclass(frozen=True)
class OfferedColumn:
    """A column that may hold texts, with those of the first rows.

    Attributes
    ----------
    about : TextColumn
        Its name, empty for the labels of a set, and what is in it.
    texts : tuple of str
    """

    about: TextColumn
    texts: tuple[str, ...] = field(repr=False)

    @property
    def name(self) -> str:
        """Name of the column."""
        return self.about.name


class TextsSource(Protocol):
    """Texts that can be embedded.

    Attributes
    ----------
    name : str
        Of the file or the set.
    place : str
        The folder of the file; what set it is.
    kind : str
        What it is: "CSV", "list of texts", "open set".
    n_rows : int or None
        None where they have not been counted.
    is_counted : bool
        Whether that is no estimate.
    columns : sequence of OfferedColumn
        That may hold the texts, the most likely one first.
    label_columns : sequence of OfferedColumn
        That may name the rows; empty: they have their names.
    """

    @property
    def name(self) -> str:
        """Name of the file or the set."""

    @property
    def place(self) -> str:
        """Where it is."""

    @property
    def kind(self) -> str:
        """What it is."""

    @property
    def n_rows(self) -> int | None:
        """Number of rows, where they have been counted."""

    @property
    def is_counted(self) -> bool:
        """Whether the number of rows is no estimate."""

    @property
    def columns(self) -> Sequence[OfferedColumn]:
        """Columns that may hold the texts, the most likely one first."""

    @property
    def label_columns(self) -> Sequence[OfferedColumn]:
        """Columns that may name the rows."""

    def embed(self, settings: TextsSettings, ask: Ask, report: Report) -> VectorSet:
        """Return the set of the vectors of its texts. Runs off the UI thread."""


@dataclass(frozen=True, eq=False)
class SetTexts:
    """Texts in an open set; see `TextsSource`.

    Attributes
    ----------
    vector_set : VectorSet
    columns : tuple of OfferedColumn
    """

    vector_set: VectorSet
    columns: tuple[OfferedColumn, ...]

    label_columns: tuple[OfferedColumn, ...] = ()
    kind: str = "open set"
    is_counted: bool = True

    @property
    def name(self) -> str:
        """Name of the set."""
        return self.vector_set.name or "unnamed set"

    @property
    def place(self) -> str:
        """Where the set is from."""
        return self.vector_set.source or "open in this window"

    @property
    def n_rows(self) -> int:
        """Number of its rows."""
        return len(self.vector_set)

    def embed(self, settings: TextsSettings, ask: Ask, report: Report) -> VectorSet:
        """Return the rows of the set with vectors of a column. Runs off the UI thread."""
        made = embed_set(self.vector_set, settings, ask, report)
        made.index_labels()
        return made


@dataclass(frozen=True, eq=False)
class FileTexts:
    """Texts in a file; see `TextsSource`.

    Attributes
    ----------
    inspection : TextsInspection
    columns : tuple of OfferedColumn
    """

    inspection: TextsInspection
    columns: tuple[OfferedColumn, ...]

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.inspection.path.name

    @property
    def place(self) -> str:
        """Its folder."""
        return str(self.inspection.path.parent)

    @property
    def kind(self) -> str:
        """Its format."""
        return self.inspection.format_name

    @property
    def n_rows(self) -> int | None:
        """Number of its rows, perhaps an estimate."""
        return self.inspection.n_rows

    @property
    def is_counted(self) -> bool:
        """Whether that is no estimate."""
        return not self.inspection.is_estimated

    @property
    def label_columns(self) -> tuple[OfferedColumn, ...]:
        """All its columns, where it has several."""
        return self.columns if len(self.columns) > 1 else ()

    def embed(self, settings: TextsSettings, ask: Ask, report: Report) -> VectorSet:
        """Return the set of the texts of a column. Runs off the UI thread."""
        made = embed_file(self.inspection.path, settings, report, ask=ask)
        made.index_labels()
        return made


class TextsFound(ChoiceRequired):
    """The question which column to embed of a file without vectors.

    Attributes
    ----------
    source : FileTexts
    why : str
        Why no vectors were found in it.
    """

    def __init__(self, source: FileTexts, why: str) -> None:
        name = source.name
        reason = f"{name} holds texts, not vectors."
        super().__init__(
            f"{reason} Embed a column of it: embedviz embed {name} --column "
            f"{source.columns[0].name or 'text'} -o OUT.parquet",
            "column",
            {each.name: each.about.kind for each in source.columns},
            reason,
        )
        self.source, self.why = source, why


def texts_of_file(path: Path, report: Report = silent) -> FileTexts:
    """Return the columns of a file of texts. Runs off the UI thread.

    Raises
    ------
    UserError
        When it is neither a table nor a list of texts.
    """
    inspection = inspect_texts(path, None, report)
    table = inspection.table
    columns = [
        OfferedColumn(each, tuple(map(plain_text, table[each.name].to_pylist())))
        for each in inspection.columns
    ]
    return FileTexts(inspection, tuple(columns))


def texts_instead(path: Path, error: UserError, report: Report = silent) -> UserError:
    """Return the question about the texts of a file in which no vectors were found, or the error.

    What looks like vectors that are damaged, or like a program, is not taken for texts.

    Parameters
    ----------
    path : Path
    error : UserError
        Why there are no vectors.
    report : Report
    """
    if isinstance(error, ChoiceRequired) or not path.is_file():
        return error
    try:
        found = texts_of_file(path, report)
    except UserError:
        return error
    return TextsFound(found, str(error)) if _holds_texts(found) else error


def _holds_texts(found: FileTexts) -> bool:
    best = found.columns[0]
    if best.about.kind not in ("texts", "words") or len(best.texts) < 2:
        return False
    tokens = [token for text in best.texts for token in _find_tokens(text)]
    if sum(_is_number(token) is not None for token in tokens) > _MOSTLY * len(tokens):
        return False
    path = found.inspection.path
    while path.suffix.lower() in _PACKED:
        path = path.with_suffix("")
    return not found.inspection.is_list or path.suffix.lower() in _LISTS


def texts_of_set(vector_set: VectorSet, report: Report = silent) -> SetTexts:
    """Return the columns of an open set, and its labels. Runs off the UI thread."""
    import pyarrow as pa

    report(0.0, "looking at the columns")
    names = [*named_columns(vector_set), *([] if vector_set.is_numbered else [""])]
    texts = {name: column_texts(vector_set, name, LOOKED_AT) for name in names}
    found = text_columns(
        pa.table({name: pa.array(each, pa.string()) for name, each in texts.items()})
    )
    return SetTexts(
        vector_set, tuple(OfferedColumn(each, tuple(texts[each.name])) for each in found)
    )
