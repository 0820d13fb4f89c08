"""Vectors of the texts of rows: equal texts are encoded once, and blank ones not at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embedviz.core.arrays import Matrix
from embedviz.core.processes.memory import require_memory
from embedviz.core.progress import Report, silent
from embedviz.sources.encoders import Encoder


def encode_rows(
    encoder: Encoder, texts: Sequence[str], report: Report = silent, *, as_queries: bool = False
) -> Matrix:
    """Return a vector of each text, equal ones encoded once, zeros for blank ones.

    Returns
    -------
    float32 array of shape (n_texts, n_dimensions)

    Raises
    ------
    UserError
    """
    places: dict[str, int] = {}
    of_text = [places.setdefault(text, len(places)) if text.strip() else -1 for text in texts]
    if not places:
        return np.zeros((len(texts), encoder.dimensions), np.float32)
    if encoder.is_local:
        require_memory("The table", len(texts), encoder.dimensions)
    found = encoder.encode(list(places), report, as_queries=as_queries)
    if len(places) == len(texts):
        return found
    rows = np.asarray(of_text)
    vectors: Matrix = found[np.maximum(rows, 0)]
    vectors[rows < 0] = 0
    return vectors
