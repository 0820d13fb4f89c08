"""Texts that can be embedded, offered with their first ones to look at.

What finds them is imported when it is first asked for, as the formats are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.progress import Report, silent
from embedviz.core.texts.origin import TextsSettings
from embedviz.core.vector_set import VectorSet
from embedviz.formats.texts.columns import TextColumn
from embedviz.sources.consent import Ask


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


class TextsFound(ChoiceRequired):
    """The question which column to embed of a file without vectors.

    Attributes
    ----------
    source : TextsSource
    why : str
        Why no vectors were found in it.
    """

    def __init__(self, source: TextsSource, why: str) -> None:
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


def texts_of_file(path: Path, report: Report = silent) -> TextsSource:
    """Return the columns of a file of texts. Runs off the UI thread.

    Raises
    ------
    UserError
        When it is neither a table nor a list of texts.
    """
    found: TextsSource = _finding("file_texts")(path, report)
    return found


def embedded_file(path: Path, settings: TextsSettings, ask: Ask, report: Report) -> VectorSet:
    """Return the set of the texts of a file; see `sources.embedding.embed_file`."""
    made: VectorSet = _finding("embed_file")(path, settings, report, ask=ask)
    return made


def texts_of_set(vector_set: VectorSet, report: Report = silent) -> TextsSource:
    """Return the columns of an open set, and its labels. Runs off the UI thread."""
    found: TextsSource = _finding("set_texts")(vector_set, report)
    return found


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
    is_sure: bool = _finding("holds_texts")(found)
    return TextsFound(found, str(error)) if is_sure else error


def _finding(name: str) -> Any:
    return getattr(import_module("embedviz.sources.texts.finding"), name)
