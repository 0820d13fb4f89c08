"""Vector sets of texts: a column of a table, embedded row by row.

A text that is there several times is encoded once, and blank texts are not encoded at all: some
services refuse them, and models give them the vector of nothing in particular. Their rows are
zeros, so that the rows stay those of the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from embedviz.core.arrays import Matrix
from embedviz.core.errors import UserError
from embedviz.core.notes import Note, counted
from embedviz.core.progress import Report, part_of, silent
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.texts.origin import TextsOrigin, TextsSettings
from embedviz.core.texts.plain_text import plain_text
from embedviz.core.vector_set import VectorSet
from embedviz.formats.texts.reading import TextTable, read_texts
from embedviz.sources.consent import Ask, refuse
from embedviz.sources.encoders import DEFAULT_ENCODER, Encoder, make_encoder
from embedviz.sources.encoding import encode_rows

LONGEST_LABEL = 120
"""Characters of a text that are its label; the whole text is in the metadata."""
_READING = 0.1
"""Part of the time that reading a table takes, about."""


@runtime_checkable
class HasNotes(Protocol):
    """Encoder that has something to say of what it has encoded last, such as texts cut off."""

    def notes(self) -> Sequence[Note]:
        """Return the sentences for a reader of the set."""


def embed(
    texts: Iterable[Any],
    encoder: str | EncoderSettings = DEFAULT_ENCODER,
    dimensions: int | None = None,
    report: Report = silent,
    *,
    ask: Ask = refuse,
) -> Matrix:
    """Return a vector of each text.

    Parameters
    ----------
    texts : iterable of str
        None and NaN count as empty; other values as they are printed.
    encoder : str or EncoderSettings
        "wordllama", which comes with its weights; "sentence-transformers" and "service" need more
        settings: `EncoderSettings("sentence-transformers", model="all-MiniLM-L6-v2")`.
    dimensions : int, optional
        Keep only so many, made unit length again. Default: as the settings say, else all.
    report : callable
        Called with the part that is done and a few words; may raise to stop.
    ask : callable, optional
        Asked before anything is sent or downloaded, with a `Sending`; True lets it go. Default:
        nothing leaves the machine.

    Returns
    -------
    float32 array of shape (n_texts, n_dimensions)
        Of unit length; zeros for blank texts.

    Raises
    ------
    UserError
        When the encoder is not known or not installed, or fails.
    """
    if isinstance(texts, str):
        raise UserError("texts is a single text. Give a list of texts: [text].")
    settings = EncoderSettings(encoder) if isinstance(encoder, str) else encoder
    if dimensions is not None:
        settings = replace(settings, dimensions=dimensions)
    made = make_encoder(settings, ask)
    try:
        return encode_rows(made, [plain_text(text) for text in texts], report)
    finally:
        made.close()


def embed_file(
    path: Path,
    settings: TextsSettings,
    report: Report = silent,
    *,
    ask: Ask = refuse,
    encoder: Encoder | None = None,
) -> VectorSet:
    """Return the texts of a file as a vector set; see `read_texts` and `embed_table`.

    Parameters
    ----------
    path : Path
    settings : TextsSettings
    report : Report
    ask : Ask
        Asked before anything is sent or downloaded.
    encoder : Encoder, optional
        One that was made with these settings already, and is not closed then.

    Raises
    ------
    ChoiceRequired
        "column" where several may hold the texts.
    UserError
    """
    made = make_encoder(settings.encoder, ask) if encoder is None else encoder
    try:
        table = read_texts(path, settings, part_of(report, 0.0, _READING))
        return embed_table(table, made, part_of(report, _READING, 1.0))
    finally:
        if encoder is None:
            made.close()


def embed_table(table: TextTable, encoder: Encoder, report: Report = silent) -> VectorSet:
    """Return the texts of a table as a vector set that remembers the table and the encoder.

    The rows are called by their texts, where no column names them: in one line, long ones cut off.
    All columns are metadata.

    Raises
    ------
    UserError
        When all texts are blank, or the encoder fails.
    """
    if not any(text.strip() for text in table.texts):
        raise UserError(
            f"Column {table.settings.column!r} of {table.path.name} holds no texts, only "
            f"{counted(len(table.texts), 'blank value')}. Choose another column."
        )
    vectors = encode_rows(encoder, table.texts, report)
    origin = TextsOrigin(
        table.path,
        replace(table.settings, encoder=encoder.settings),
        table.n_rows,
        table.stamp,
        encoder.name,
    )
    labels = [short_label(text) for text in table.texts] if table.labels is None else table.labels
    return VectorSet(
        vectors,
        tuple(labels),
        table.metadata,
        table.name,
        notes=_notes(table, encoder, vectors),
        origin=origin,
    )


def short_label(text: str) -> str:
    """Return a text in one line, cut off where it is long: what its row is called."""
    # What is far behind the end is not looked at: a text may be a book.
    line = " ".join(text[: 4 * LONGEST_LABEL].split())
    if len(line) <= LONGEST_LABEL and len(text) <= 4 * LONGEST_LABEL:
        return line
    return line[: LONGEST_LABEL - 1].rstrip() + "…"


def _notes(table: TextTable, encoder: Encoder, vectors: Matrix) -> list[Note]:
    """Return what a reader should know of the texts and their vectors."""
    notes = list(table.notes)
    column = f"column {table.settings.column!r}"
    if table.labels is not None:
        facts = {"column": table.settings.label_column}
        text = f"Labels from column {table.settings.label_column!r}."
        notes.append(Note(text, "labels", "note", facts))
    notes.append(Note(f"Embedded from {column} by {encoder.name}.", "vectors", "note"))
    n_blank = sum(not text.strip() for text in table.texts)
    if n_blank:
        are = "is" if n_blank == 1 else "are"
        notes.append(Note(f"{counted(n_blank, 'text')} {are} blank: zeros, without a direction."))
    n_equal = len(table.texts) - n_blank - len({text for text in table.texts if text.strip()})
    if n_equal:
        have = "has" if n_equal == 1 else "have"
        text = f"{counted(n_equal, 'row')} {have} a text that an earlier one has: the same vector."
        notes.append(Note(text, level="note"))
    n_unknown = int(np.count_nonzero(~vectors.any(axis=1))) - n_blank
    if n_unknown > 0:
        are = "is" if n_unknown == 1 else "are"
        text = f"The model knows nothing in {counted(n_unknown, 'text')}, which {are} all zeros."
        notes.append(Note(text))
    if isinstance(encoder, HasNotes):
        notes += encoder.notes()
    return notes
