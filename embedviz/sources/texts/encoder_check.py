"""Whether an encoder made the vectors of a set: some texts are encoded again and compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix
from embedviz.core.errors import UserError
from embedviz.core.progress import Report, silent
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.vector_set import VectorSet
from embedviz.sources.consent import Ask, refuse
from embedviz.sources.encoders import Encoder, make_encoder
from embedviz.sources.texts.columns import column_texts, named_columns

SAME_COSINE = 0.99
"""Median cosine from which on rows count as made by an encoder: float16 and other versions of a
library change the third digit at most."""
MOST_TEXTS = 64
_MOST_COLUMNS = 4
"""Columns that the texts may have been in, beside the labels."""


@dataclass(frozen=True)
class EncoderCheck:
    """Comparison of an encoder with the rows of a set.

    Attributes
    ----------
    settings : EncoderSettings
    name : str
        The encoder's own words for itself.
    dimensions : int
        Of its vectors.
    wanted : int
        Dimensions of the rows.
    cosine : float or None
        Median cosine of rows and texts encoded again; None where their lengths differ, or no text
        has a vector.
    column : str
        Where the texts that fit best were; empty: the labels.
    n_texts : int
        How many were compared.
    """

    settings: EncoderSettings
    name: str
    dimensions: int
    wanted: int
    cosine: float | None
    column: str
    n_texts: int

    @property
    def fits(self) -> bool:
        """Whether its vectors have the length of the rows."""
        return self.dimensions == self.wanted

    @property
    def made_them(self) -> bool:
        """Whether the rows were made by it."""
        return self.cosine is not None and self.cosine >= SAME_COSINE

    @property
    def sentence(self) -> str:
        """What was found, for the user."""
        if not self.fits:
            return (
                f"{self.name} makes vectors of {self.dimensions:,} numbers, and these rows have "
                f"{self.wanted:,}. Choose another model, or {self.wanted:,} dimensions."
            )
        where = f"texts of column {self.column!r}" if self.column else "labels"
        if self.cosine is None:
            return f"No {where} could be compared: the model knows nothing in them."
        compared = f"{self.n_texts:,} {where} encoded again: median cosine {self.cosine:.3f}"
        if self.made_them:
            return f"{compared}. These rows were made by it."
        return (
            f"{compared}. These rows were hardly made by it, or of other texts: what is typed "
            "would land in the wrong places."
        )


def check_encoder(
    vector_set: VectorSet,
    settings: EncoderSettings,
    ask: Ask = refuse,
    report: Report = silent,
    make: Callable[[EncoderSettings, Ask], Encoder] = make_encoder,
) -> EncoderCheck:
    """Return how well texts of a set, encoded again, fit its rows: labels, or the best column.

    Columns beside the labels are tried only by what runs on this machine.

    Parameters
    ----------
    vector_set : VectorSet
        Compared in the space of its root.
    settings : EncoderSettings
    ask : Ask
    report : Report
    make : callable
        Makes the encoder.

    Raises
    ------
    UserError
        When the encoder fails, or nothing was agreed to.
    """
    root = vector_set.root
    rows = np.unique(np.linspace(0, len(root) - 1, min(len(root), MOST_TEXTS)).astype(int))
    vectors = _unit(root.vectors[rows])
    encoder = make(settings, ask)
    try:
        names = named_columns(root)[:_MOST_COLUMNS]
        columns = names if root.is_numbered else ["", *names]
        if not encoder.is_local:
            columns = columns[:1]
        if not columns:
            raise UserError(
                "The rows have no labels and no column of texts to compare with. Add them by "
                "File → Add Labels or Metadata."
            )
        best: tuple[float, str, int] | None = None
        dimensions = 0
        for column in columns:
            report(0.0, "encoding some texts again")
            made = encoder.encode(column_texts(root, column, rows=rows), report)
            dimensions = made.shape[1]
            if dimensions != root.dimensions:
                break
            found = _median_cosine(vectors, _unit(made))
            if found is not None and (best is None or found[0] > best[0]):
                best = found[0], column, found[1]
        cosine, column, n_texts = (None, columns[0], 0) if best is None else best
        return EncoderCheck(
            encoder.settings, encoder.name, dimensions, root.dimensions, cosine, column, n_texts
        )
    finally:
        encoder.close()


def _unit(rows: Matrix) -> NDArray[np.float64]:
    wide = np.asarray(rows, dtype=np.float64)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    unit: NDArray[np.float64] = wide / np.where(lengths > 0, lengths, 1)
    return unit


def _median_cosine(
    first: NDArray[np.float64], second: NDArray[np.float64]
) -> tuple[float, int] | None:
    """Return the median cosine of rows of unit length, without zeros, and how many there were."""
    cosines = (first * second).sum(axis=1)
    known = np.isfinite(cosines) & first.any(axis=1) & second.any(axis=1)
    if not known.any():
        return None
    return float(np.median(cosines[known])), int(known.sum())
