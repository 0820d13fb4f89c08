"""Texts that can be embedded, with their first ones to look at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np

from embedviz.core.progress import Report
from embedviz.core.texts.origin import TextsSettings
from embedviz.core.vector_set import VectorSet
from embedviz.sources.consent import Ask
from embedviz.sources.texts.set_columns import column_texts, embed_set, text_columns

LOOKED_AT = 500
"""Texts that are shown, and measured on."""
_is_number = re.compile(r"\s*[-+]?[0-9.,]+(?:[eE][-+]?[0-9]+)?\s*").fullmatch


@dataclass(frozen=True)
class TextColumn:
    """A column that may hold texts.

    Attributes
    ----------
    name : str
        Empty for labels, or for lines.
    texts : tuple of str
        Of the first rows.
    """

    name: str
    texts: tuple[str, ...] = field(repr=False)

    @cached_property
    def length(self) -> int:
        """Usual number of characters of a text, the median; 0 where there is none."""
        lengths = [len(text) for text in self.texts if text.strip()]
        return int(np.median(lengths)) if lengths else 0

    @cached_property
    def n_different(self) -> int:
        """How many of the first texts differ."""
        return len(set(self.texts))

    @property
    def is_prose(self) -> bool:
        """Whether it holds more than numbers."""
        texts = [text for text in self.texts if text.strip()]
        return bool(texts) and sum(map(bool, map(_is_number, texts))) < len(texts) / 2


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
    columns : sequence of TextColumn
        That may hold the texts.
    label_columns : sequence of TextColumn
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
    def columns(self) -> Sequence[TextColumn]:
        """Columns that may hold the texts."""

    @property
    def label_columns(self) -> Sequence[TextColumn]:
        """Columns that may name the rows."""

    def embed(self, settings: TextsSettings, ask: Ask, report: Report) -> VectorSet:
        """Return the set of the vectors of its texts. Runs off the UI thread."""


def best_column(columns: Sequence[TextColumn]) -> int:
    """Return the place of the column that most likely holds the texts: the longest, most various.

    Columns of numbers come last; of equals, the first is taken.
    """

    def score(place: int) -> tuple[bool, float]:
        column = columns[place]
        various = column.n_different / max(len(column.texts), 1)
        return column.is_prose, min(column.length, 2000) * various

    return max(range(len(columns)), key=lambda place: (score(place), -place), default=-1)


@dataclass(frozen=True, eq=False)
class SetTexts:
    """Texts in an open set; see `TextsSource`.

    Attributes
    ----------
    vector_set : VectorSet
    columns : tuple of TextColumn
    """

    vector_set: VectorSet
    columns: tuple[TextColumn, ...]

    label_columns: tuple[TextColumn, ...] = ()
    kind: str = "open set"

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


def texts_of_set(vector_set: VectorSet, report: Report) -> SetTexts:
    """Return the labels and the columns of texts of a set. Runs off the UI thread."""
    report(0.0, "looking at the columns")
    names = [*text_columns(vector_set), *([] if vector_set.is_numbered else [""])]
    found = (TextColumn(name, tuple(column_texts(vector_set, name, LOOKED_AT))) for name in names)
    return SetTexts(vector_set, tuple(found))
