"""Encoder that made the vectors of a set, as far as the set remembers."""

from __future__ import annotations

from dataclasses import replace

from embedviz.core.query_vector import QueryVector
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.vector_set import VectorSet


def encoder_of(vector_set: VectorSet) -> EncoderSettings | None:
    """Return what makes vectors of texts for a set, in the space of its root; None: not known.

    The newest step that names one counts: what the user said of a file goes before what the file
    says of itself.
    """
    provenance = vector_set.provenance
    if provenance is None:
        return None
    for each in reversed(provenance.line):
        found = getattr(each.step, "encoder", None)
        if isinstance(found, EncoderSettings):
            return found
    return None


def encoder_of_rows(vector_set: VectorSet) -> EncoderSettings | None:
    """Return what would make the rows of a set as they are now; None: no encoder does.

    Rows that were whitened or adapted are in another space; those cut to their first dimensions
    are what the same model makes with so many.
    """
    found = encoder_of(vector_set)
    derivation = vector_set.derivation
    if found is None or derivation is None:
        return found
    if getattr(derivation.recipe, "is_prefix", False) and derivation.parent.derivation is None:
        return replace(found, dimensions=vector_set.dimensions, cuts_here=bool(found.address))
    return None


def encodes_alike(vector_set: VectorSet, text: QueryVector) -> bool:
    """Return whether a text that was encoded is in the space of a set: one encoder made both."""
    is_text = text.encoder is not None and text.encoder == encoder_of(vector_set)
    return is_text and text.vector.shape == (vector_set.root.dimensions,)
