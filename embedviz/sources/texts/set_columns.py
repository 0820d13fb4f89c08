"""Texts in an open set, its labels or a column of its metadata, embedded anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from embedviz.core.derivation.chosen_rows import chosen_rows
from embedviz.core.derivation.provenance import after
from embedviz.core.errors import UserError
from embedviz.core.notes import Note, counted
from embedviz.core.progress import Report, silent
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.texts.origin import TextsSettings
from embedviz.core.texts.plain_text import plain_text
from embedviz.core.vector_set import VectorSet
from embedviz.sources.consent import Ask, refuse
from embedviz.sources.embedding import encode_rows
from embedviz.sources.encoders import Encoder, make_encoder

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


def column_texts(
    vector_set: VectorSet,
    column: str,
    most: int | None = None,
    rows: NDArray[np.intp] | None = None,
) -> list[str]:
    """Return the texts of a column; of the labels where it has no name.

    Parameters
    ----------
    vector_set : VectorSet
    column : str
    most : int, optional
        Only so many of the first rows.
    rows : int array, optional
        Only these.

    Raises
    ------
    UserError
        When there is no such column.
    """
    if not column:
        labels = vector_set.labels if rows is None else [vector_set.labels[row] for row in rows]
        return [plain_text(each) for each in islice(labels, most)]
    metadata = vector_set.metadata
    if column not in metadata.column_names:
        raise UserError(
            f"{vector_set.name or 'The set'} has no column {column!r}. Its columns are "
            f"{', '.join(metadata.column_names) or 'none'}."
        )
    values = metadata.column(column)
    if rows is not None:
        values = values.take(rows)
    if most is not None:
        values = values.slice(0, most)
    return [plain_text(each) for each in values.to_pylist()]


def named_columns(vector_set: VectorSet) -> list[str]:
    """Return the columns of the metadata that hold texts."""
    import pyarrow as pa

    def holds_texts(kind: pa.DataType) -> bool:
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        return bool(
            pa.types.is_string(kind)
            or pa.types.is_large_string(kind)
            or pa.types.is_string_view(kind)
        )

    return [each.name for each in vector_set.metadata.schema if holds_texts(each.type)]
