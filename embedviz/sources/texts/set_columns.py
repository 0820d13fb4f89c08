"""Texts in an open set, its labels or a column of its metadata, embedded anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from embedviz.core.derivation.chosen_rows import chosen_rows
from embedviz.core.derivation.provenance import after
from embedviz.core.notes import Note, counted
from embedviz.core.progress import Report, silent
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.texts.origin import TextsSettings
from embedviz.core.vector_set import VectorSet
from embedviz.sources.consent import Ask, refuse
from embedviz.sources.encoders import Encoder, make_encoder
from embedviz.sources.encoding import encode_rows
from embedviz.sources.texts.columns import column_texts

Make = Callable[[EncoderSettings, Ask], Encoder]


@dataclass(frozen=True)
class EmbeddedColumn:
    """The step that makes new vectors of the texts in a column of a set.

    Attributes
    ----------
    column : str
        Of the metadata; empty: the labels.
    encoder : EncoderSettings
    """

    column: str = ""
    encoder: EncoderSettings = field(default_factory=EncoderSettings)

    def derive(self, parent: VectorSet, report: Report = silent) -> VectorSet:
        """Return the set of these vectors; what would have to be sent is not."""
        return embed_column(parent, self, refuse, report)


def embed_set(
    vector_set: VectorSet,
    settings: TextsSettings,
    ask: Ask = refuse,
    report: Report = silent,
    make: Make = make_encoder,
) -> VectorSet:
    """Return the rows of a set, or a sample of them, with vectors of the texts in a column.

    Parameters
    ----------
    vector_set : VectorSet
    settings : TextsSettings
        Its label column is not used: rows keep their labels.
    ask : Ask
    report : Report
    make : callable
        Makes the encoder.

    Raises
    ------
    UserError
        When there is no such column, or the encoder fails.
    """
    step = EmbeddedColumn(settings.column, settings.encoder)
    if settings.sample is not None and settings.sample < len(vector_set):
        rng = np.random.default_rng(settings.seed)
        rows = np.sort(rng.choice(len(vector_set), settings.sample, replace=False))
        vector_set = chosen_rows(vector_set, rows)
    return embed_column(vector_set, step, ask, report, make)


def embed_column(
    parent: VectorSet,
    step: EmbeddedColumn,
    ask: Ask,
    report: Report = silent,
    make: Make = make_encoder,
) -> VectorSet:
    """Return a set with the rows of another and vectors of the texts in a column; see above."""
    texts = column_texts(parent, step.column)
    encoder = make(step.encoder, ask)
    try:
        vectors = encode_rows(encoder, texts, report)
        name, encoder_name = f"{parent.name} · {encoder.title}", encoder.name
    finally:
        encoder.close()
    where = f"column {step.column!r}" if step.column else "the labels"
    notes = [Note(f"Vectors of {where} by {encoder_name}.", level="note")]
    n_zero = int((~vectors.any(axis=1)).sum())
    if n_zero:
        notes.append(Note(f"{counted(n_zero, 'text')} without a vector: rows of zeros."))
    metadata = parent.metadata
    used = replace(step, encoder=encoder.settings)
    return VectorSet(
        vectors,
        parent.labels,
        metadata if metadata.num_columns else None,
        name,
        notes=notes,
        thumbnails=parent.thumbnails,
        provenance=after(used, parent),
        is_numbered=parent.is_numbered,
    )
