"""From many dimensions to two or three: the methods, and what they have in common."""

from __future__ import annotations

from embedviz.core.progress import OnLayout
from embedviz.core.projections.chosen_axes import ChosenAxes
from embedviz.core.projections.columns import CoordinateColumns
from embedviz.core.projections.fitted_pca import FittedPCA
from embedviz.core.projections.neighbor_embedding import TSNE, UMAP
from embedviz.core.projections.pca import PCA
from embedviz.core.projections.prefix_pca import PrefixPCA
from embedviz.core.projections.projection import Projection

__all__ = [
    "PCA",
    "PROJECTIONS",
    "TSNE",
    "UMAP",
    "FittedPCA",
    "OnLayout",
    "PrefixPCA",
    "Projection",
    "all_projections",
]

PROJECTIONS: dict[str, type[Projection]] = {
    each.name: each for each in (PCA, TSNE, UMAP, PrefixPCA)
}
"""Methods that need nothing but vectors, by name. To add one: write the class, and name it here."""


def all_projections() -> dict[str, type[Projection]]:
    """Return all methods by name, in the order they are offered; some need labels or columns."""
    return {**PROJECTIONS, ChosenAxes.name: ChosenAxes, CoordinateColumns.name: CoordinateColumns}
