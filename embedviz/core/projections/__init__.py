"""From many dimensions to two or three: the methods, and what they have in common."""

from __future__ import annotations

from typing import Protocol

from numpy.typing import ArrayLike

from embedviz.core.progress import OnLayout, Report, silent
from embedviz.core.projections.neighbor_embedding import TSNE, UMAP
from embedviz.core.projections.pca import PCA, FittedPCA
from embedviz.core.vector_set import Matrix

__all__ = ["PCA", "PROJECTIONS", "TSNE", "UMAP", "FittedPCA", "OnLayout", "Projection"]


class Projection(Protocol):
    """A method and its settings: a frozen dataclass, so that equal settings compare equal."""

    def fit_transform(
        self,
        vectors: ArrayLike,
        n_components: int = 2,
        *,
        report: Report = silent,
        on_layout: OnLayout | None = None,
    ) -> Matrix:
        """Return where each row lies in the picture.

        Parameters
        ----------
        vectors : array of shape (n_vectors, n_dimensions)
        n_components : {2, 3}
        report : Report
        on_layout : callable, optional
            Gets a copy of the positions while they change, at most 20 times a second; methods
            that know them only at the end do not call it.

        Returns
        -------
        float32 array of shape (n_vectors, n_components)
        """


PROJECTIONS: dict[str, type[Projection]] = {"PCA": PCA, "t-SNE": TSNE, "UMAP": UMAP}
"""By the name shown. To add one: write the class, and name it here."""
