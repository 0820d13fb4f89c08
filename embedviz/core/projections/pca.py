"""Principal component analysis: the directions of most variance.

It is exact and uses all rows. The covariance is summed over blocks of rows about a provisional
mean, as float32 products added up in float64: twice as fast as float64 throughout, and without
the cancellation that a large mean causes otherwise. That is enough for the leading axes, which
are all that a picture shows; whitening, which divides by the smallest variances, takes the sums
of `core.covariance`. Products of float32 numbers beyond 1e19 overflow and below 1e-19 vanish;
such data take a second pass in float64, and so do components whose variances are nearly the same,
since rounding would mix their axes. With no more rows than dimensions the products of rows
with each other, of which there are fewer, give the same axes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from numpy.typing import ArrayLike

from embedviz.core.arrays import Matrix
from embedviz.core.compiled.checks import checked_count, checked_matrix
from embedviz.core.errors import UserError
from embedviz.core.progress import OnLayout, Report, part_of, silent
from embedviz.core.projections.axis import Axis
from embedviz.core.projections.fitted_pca import FittedPCA, fit_pca
from embedviz.core.projections.projection import PlacedRows, Projection, all_rows
from embedviz.core.setting import setting
from embedviz.core.vector_set import VectorSet


@dataclass(frozen=True)
class PCA(Projection):
    """The directions of most variance. Exact, and the same every time.

    Signs are those of scikit-learn: the largest number of each axis is positive.

    Attributes
    ----------
    components : tuple of int
        Which principal components are shown along x, y and z; 0 has the most variance.
    """

    name: ClassVar[str] = "PCA"
    caveat: ClassVar[str] = (
        "The directions of most variance; what lies along other directions is not seen."
    )

    n_kept: ClassVar[int | None] = 3

    components: tuple[int, ...] = setting(
        (0, 1, 2),
        "",
        "a principal component; 1 has the most variance",
        places=("x", "y", "z"),
        prefix="PC ",
    )

    def limits(self, n_rows: int, n_dimensions: int) -> Mapping[str, int | None]:
        """Return as many components as there are dimensions."""
        return {"components": n_dimensions}

    def fit(self, vectors: ArrayLike, report: Report = silent) -> FittedPCA:
        """Return the axes of these rows.

        Parameters
        ----------
        vectors : array of shape (n_vectors, n_dimensions)
        report : Report

        Raises
        ------
        UserError
            When a row holds NaN or infinities.
        """
        return fit_pca(checked_matrix(vectors), self.components, report)

    def place(
        self,
        vector_set: VectorSet,
        n_components: int,
        report: Report = silent,
        on_layout: OnLayout | None = None,
    ) -> PlacedRows:
        """Return where the rows lie along all chosen components, each with its variance."""
        fitted = self.fit(vector_set.vectors, part_of(report, 0.0, 0.9))
        positions = fitted.transform(vector_set.vectors, part_of(report, 0.9, 1.0))
        ratios = fitted.explained_variance_ratio.tolist()
        axes = (
            Axis(f"PC{component + 1}", ratio)
            for component, ratio in zip(self.components, ratios, strict=True)
        )
        return PlacedRows(positions, tuple(axes), fitted.transform)

    def words(self, n_rows: int) -> str:
        """Return of how many rows it is; the components stand at the axes."""
        return f"PCA of {all_rows(n_rows)}"

    def fit_transform(
        self,
        vectors: ArrayLike,
        n_components: int = 2,
        *,
        report: Report = silent,
        on_layout: OnLayout | None = None,
    ) -> Matrix:
        """See `Projection.fit_transform`; positions are in the units of the vectors."""
        n_components = checked_count(n_components, "axes", 1)
        if n_components > len(self.components):
            raise UserError(
                f"{n_components} axes were asked for, but only {len(self.components)} principal "
                "components are chosen. Choose one for each axis."
            )
        chosen = PCA(self.components[:n_components])
        fitted = chosen.fit(vectors, part_of(report, 0.0, 0.9))
        return fitted.transform(vectors, part_of(report, 0.9, 1.0))
