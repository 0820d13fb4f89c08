"""A fitted map as it leaves the program: its arrays, what it is, and rows to check it with.

The rows to check with are drawn at random around the mean of the rows that were fitted, with their
spread: so a file that is passed on holds no row of anybody's data.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.anisotropy.transform import Transform
from embedviz.core.arrays import Matrix
from embedviz.core.covariance import Vector
from embedviz.core.notes import counted

CHECKED_ROWS = 8


@dataclass(frozen=True, eq=False)
class ExportedTransform:
    """Everything that another program needs to do what the map does.

    Attributes
    ----------
    mean : float64 array of shape (n_dimensions,)
    matrix : float64 array of shape (n_dimensions, n_columns)
        Rows become (x - mean) @ matrix.
    variances : float64 array of shape (n_kept,)
        Along the directions that are kept, before the map.
    check_rows : float32 array of shape (8, n_dimensions)
    check_cosines : float64 array of shape (8, 8)
        Of these rows, mapped as embedviz maps them.
    name : str
        What the mapped set is called.
    description : str
        The map in a few words: "whitened, strength 0.8, 256 components".
    fitted_on : str
        "all 1,266 rows of sentences", "412 selected rows of sentences (412 rows)".
    rank : str
        "rank 381 of 384; all kept".
    notes : tuple of str
        What else a reader should know.
    settings : str
        As JSON.
    """

    mean: Vector
    matrix: Vector
    variances: Vector
    check_rows: Matrix
    check_cosines: Vector
    name: str
    description: str
    fitted_on: str
    rank: str
    notes: tuple[str, ...]
    settings: str

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all arrays, by the names that they have in files."""
        names = ("mean", "matrix", "variances", "check_rows", "check_cosines")
        return {name: getattr(self, name) for name in names}

    def texts(self) -> dict[str, str]:
        """Return what is said of them, by the names that it has in files."""
        names = ("name", "description", "fitted_on", "rank", "settings")
        return {name: getattr(self, name) for name in names} | {"notes": "; ".join(self.notes)}


def exported_transform(transform: Transform) -> ExportedTransform:
    """Return a map as it leaves the program; `Transform.name` is what its set is called."""
    found, fit = transform.map(), transform.fit
    axes, kept = fit.axes, transform.kept
    rows = _rows_like(transform)
    mapped = found.apply(rows.astype(np.float64), unit_length=True)
    source = (
        f"{fit.source} ({counted(axes.n_rows, 'row')})"
        if fit.source
        else (f"all {counted(axes.n_rows, 'row')} of {transform.name}")
    )
    n_kept, rank = len(kept.variances), transform.cloud_rank
    left_out = f", {len(fit.left_out)} of them left out" if fit.left_out else ""
    return ExportedTransform(
        found.mean,
        found.matrix,
        kept.variances,
        rows,
        mapped @ mapped.T,
        transform.name,
        str(transform.settings),
        source,
        f"rank {rank:,} of {axes.dimensions:,} dimensions{left_out}; {n_kept:,} directions kept",
        tuple(note for note in transform.notes if not note.startswith("rank ")),
        json.dumps(_settings_of(transform)),
    )


def _settings_of(transform: Transform) -> dict[str, Any]:
    settings, fit = transform.settings, transform.fit
    return {
        "centering": settings.centering,
        "strength": settings.strength,
        "n_components": settings.n_components,
        "variance_share": settings.variance_share,
        "remove_top": settings.remove_top,
        "method": settings.method,
        "shrinkage": fit.shrinkage if settings.shrinkage else None,
        "floor": settings.floor,
        "left_out": list(fit.left_out),
        "n_rows": fit.axes.n_rows,
    }


def _rows_like(transform: Transform) -> Matrix:
    """Return random rows with the mean and the spread of those that were fitted."""
    axes = transform.fit.axes
    random = np.random.default_rng(0).normal(size=(CHECKED_ROWS, len(axes.variances)))
    rows: Matrix = (axes.mean + random * np.sqrt(axes.variances) @ axes.axes).astype(np.float32)
    return rows
