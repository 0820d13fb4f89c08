"""Quality of a layout: which true neighbors of a point are also near it on the map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedviz.app.layouts import Layout, Layouts
from embedviz.core.arrays import Matrix
from embedviz.core.neighbors.adjacency import GraphMetric
from embedviz.core.neighbors.graph import neighbors_of
from embedviz.core.progress import Report, part_of
from embedviz.core.projections.trust import continuity, kept_neighbors, sample_rows, trustworthiness

COUNT = 10
"""So many true neighbors of each row are looked for on the map."""


@dataclass(frozen=True)
class TrustRequest:
    """A layout whose quality is asked for, in so many dimensions and by a metric."""

    layout: Layout
    n_components: int
    metric: GraphMetric


@dataclass(frozen=True, eq=False)
class LayoutQuality:
    """Quality of a layout.

    Attributes
    ----------
    request : TrustRequest
    shares : float32 array of shape (n_vectors,)
        Part of the true neighbors of each row that are near it on the map; NaN for rows that
        were not looked at.
    words : str
        What is shown in the corner of the map.
    """

    request: TrustRequest
    shares: Matrix
    words: str


def measure_quality(layouts: Layouts, request: TrustRequest, report: Report) -> LayoutQuality:
    """Return the quality of a layout. Runs off the UI thread."""
    vector_set, metric = request.layout.vector_set, request.metric
    vectors, positions = vector_set.vectors, request.layout.positions[:, : request.n_components]
    rows, of_rows = sample_rows(len(vector_set))
    if rows is None:
        graph = layouts.graph(vector_set, metric, COUNT, part_of(report, 0.0, 0.4))
        true_rows = graph.first(COUNT).rows
    else:
        near = neighbors_of(vectors, rows, COUNT, metric, part_of(report, 0.0, 0.4))
        true_rows = near.rows
    on_map = int(np.isfinite(positions).all(axis=1).sum())
    if on_map < len(vector_set):
        of_rows = f"{of_rows}, {on_map:,} of {len(vector_set):,} on the map"
    kept = kept_neighbors(true_rows, positions, rows, COUNT)
    shares: Matrix = np.full(len(vector_set), np.nan, dtype=np.float32)
    shares[slice(None) if rows is None else rows] = kept
    share = f"{100 * _mean(kept):.0f} % of the {true_rows.shape[1]} true neighbors"
    words = f"{share} are among the nearest on the map"
    # Both compare with chance, which has no meaning where that many are half of all rows.
    count = min(COUNT, (on_map - 1) // 2)
    if count > 0:
        first, second = part_of(report, 0.4, 0.7), part_of(report, 0.7, 1.0)
        trusted = trustworthiness(vectors, positions, count, metric, rows, first)
        continued = continuity(
            vectors, positions, count, metric, rows, second, graph_rows=true_rows
        )
        words += f"\ntrustworthiness {trusted:.3f} · continuity {continued:.3f}"
    return LayoutQuality(request, shares, f"{words} · {of_rows}")


def _mean(shares: NDArray[np.float32]) -> float:
    known = shares[np.isfinite(shares)]
    return float(known.mean()) if len(known) else 0.0
