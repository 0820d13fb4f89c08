"""The recipe that turns a set so that its first dimensions hold as much of it as any can."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from embedviz.core.blocks import row_blocks
from embedviz.core.covariance import Vector, map_rows
from embedviz.core.covariance.eigen import symmetric_eigen
from embedviz.core.derivation.by_recipe import derived_set
from embedviz.core.errors import UserError
from embedviz.core.progress import Report, silent
from embedviz.core.vector_set import VectorSet


@dataclass(frozen=True)
class Rotated:
    """The coordinates of unit rows along their right singular vectors, leading ones first.

    The mean is left where it is, so all cosines between rows stay what they are at full length, and
    no other orthogonal directions keep more of the rows' squared length in the first k of them.
    """

    def __str__(self) -> str:
        return "SVD rotation"

    def derive(self, parent: VectorSet, report: Report = silent) -> VectorSet:
        """Return the rotated set; of fewer rows than dimensions, with a dimension for each row.

        Raises
        ------
        UserError
            When a row holds NaN or an infinity.
        """
        axes = singular_axes(parent.vectors, lambda done, text: report(0.7 * done, text))
        transform = partial(map_rows, mean=np.zeros(len(axes)), matrix=axes, unit_length=True)
        vectors = transform(
            parent.vectors, report=lambda done, text: report(0.7 + 0.3 * done, text)
        )
        notes = ("Cosines at full length are those of the set it was made from.",)
        return derived_set(parent, self, transform, vectors, notes)


def singular_axes(vectors: Any, report: Report = silent) -> Vector:
    """Return the right singular vectors of rows, each of unit length, leading ones first.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
        Read block by block.
    report : Report

    Returns
    -------
    float64 array of shape (n_dimensions, n_axes)
        Orthogonal columns, as many as dimensions, or as rows where those are fewer; the largest
        number of each is positive.

    Raises
    ------
    UserError
        When a row holds NaN or an infinity.
    """
    n_rows, dimensions = vectors.shape
    products = np.zeros((dimensions, dimensions)) if n_rows >= dimensions else None
    blocks = []
    for first, block in row_blocks(vectors):
        report(0.8 * first / n_rows, "finding the singular vectors")
        rows = _unit(block)
        if products is None:
            blocks.append(rows)
        else:
            products += rows.T @ rows
    report(0.8, "finding the singular vectors")
    if products is None:
        axes: Vector = np.linalg.svd(np.concatenate(blocks), full_matrices=False)[2].T
    else:
        axes = symmetric_eigen(products)[1][:, ::-1]
    peaks = np.take_along_axis(axes, np.abs(axes).argmax(axis=0)[np.newaxis], axis=0)
    return axes * np.where(peaks < 0, -1.0, 1.0)


def _unit(block: Any) -> Vector:
    """Return rows in float64, of unit length; a row of zeros stays so."""
    rows: Vector = np.asarray(block, dtype=np.float64)
    peaks = np.abs(rows).max(axis=1, initial=0.0, keepdims=True)
    if not np.isfinite(peaks).all():
        raise UserError(
            "The vectors hold NaN or infinite numbers, so they have no singular vectors. Leave "
            "those rows out when the file is opened."
        )
    # By the largest number first, or the squares of very long rows overflow.
    rows = rows / np.where(peaks > 0, peaks, 1.0)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1.0)
