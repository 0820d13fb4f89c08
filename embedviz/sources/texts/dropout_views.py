"""Two views of each text by dropout, as SimCSE trains on: partners that differ in chance alone.

Gao, Yao and Chen, "SimCSE: Simple Contrastive Learning of Sentence Embeddings", EMNLP 2021: the
same text is encoded twice as in training, where dropout leaves out other numbers on the way each
time, and the two vectors are a positive pair.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from embedviz.core.derivation.provenance import after
from embedviz.core.errors import UserError
from embedviz.core.notes import Note, counted
from embedviz.core.progress import Report, silent
from embedviz.core.texts.encoder_of import encoder_of
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.texts.origin import TextsOrigin
from embedviz.core.vector_set import VectorSet
from embedviz.sources.consent import Ask, refuse
from embedviz.sources.encoders.sentence_transformers import SentenceTransformersEncoder
from embedviz.sources.texts.columns import column_texts

ENCODER = "sentence-transformers"
"""The only one whose models have dropout."""
VIEW = "dropout view"
"""Column that says which of the two views a row is."""


@dataclass(frozen=True)
class DropoutViews:
    """The step that encodes the texts of a set twice, with dropout on.

    Row i of the result and row i + n/2 are two views of one text.

    Attributes
    ----------
    column : str
        Of the metadata, with the texts; empty: the labels.
    encoder : EncoderSettings
    seed : int
        Of what is dropped.
    """

    column: str = ""
    encoder: EncoderSettings = field(default_factory=EncoderSettings)
    seed: int = 0

    keeps_rows = False

    def derive(self, parent: VectorSet, report: Report = silent) -> VectorSet:
        """Return the set of both views; a model that is not here is not downloaded."""
        return dropout_views(parent, self, refuse, report)


def views_of(vector_set: VectorSet) -> DropoutViews:
    """Return the step for a set whose texts a sentence-transformers model has encoded.

    Raises
    ------
    UserError
        When something else made the set, or nobody knows what.
    """
    encoder = encoder_of(vector_set)
    if encoder is None or encoder.encoder != ENCODER:
        name = vector_set.name or "The set"
        raise UserError(
            f"{name} was not made by a model of sentence-transformers, so there is no dropout to "
            "see texts through. Embed its texts with such a model first: File → Embed a Column of "
            "This Set…, or say which made it: File → Set Encoder…"
        )
    return DropoutViews(_texts_column(vector_set), encoder)


def _texts_column(vector_set: VectorSet) -> str:
    """Return the column that the texts of a set were taken from; nothing for the labels."""
    names = vector_set.metadata.column_names
    line = [] if vector_set.provenance is None else vector_set.provenance.line
    for each in reversed(line):
        step = each.step
        found = step.settings.column if isinstance(step, TextsOrigin) else None
        found = getattr(step, "column", None) if found is None else found
        if found in names:
            return str(found)
    return next((name for name in ("text", "sentence") if name in names), "")


def dropout_views(
    parent: VectorSet, step: DropoutViews, ask: Ask = refuse, report: Report = silent
) -> VectorSet:
    """Return a set of the first views of all texts, and then of the second ones.

    Blank texts are left out, as they have no views. The columns of the rows are kept, and one more
    says which view a row is.

    Raises
    ------
    UserError
        When there are no texts, or the model has no dropout or cannot be used.
    """
    import pyarrow as pa

    texts = column_texts(parent, step.column)
    rows = np.flatnonzero([bool(text.strip()) for text in texts])
    if not len(rows):
        raise UserError(f"{parent.name or 'The set'} has no texts to encode.")
    encoder = SentenceTransformersEncoder(step.encoder, ask)
    try:
        views = encoder.dropout_views([texts[row] for row in rows], report, seed=step.seed)
        name = encoder.name
    finally:
        encoder.close()
    twice = np.concatenate([rows, rows])
    metadata = (
        parent.metadata.take(pa.array(twice)) if parent.metadata.num_columns else pa.table({})
    )
    number = pa.array(np.repeat(["1", "2"], len(rows)))
    metadata = pa.table(
        {
            **{each: metadata[each] for each in metadata.column_names if each != VIEW},
            VIEW: number,
        }
    )
    note = Note(
        f"Two views of {counted(len(rows), 'text')} by {name} with dropout, seed {step.seed}: row "
        f"i and row i + {len(rows):,} belong together.",
        level="note",
    )
    return VectorSet(
        np.concatenate(views),
        tuple(parent.labels[row] for row in twice.tolist()),
        metadata,
        f"{parent.name} · two views",
        notes=[note],
        provenance=after(step, parent),
        is_numbered=parent.is_numbered,
    )
