"""The linear map that opens a cone, from the rows as they are over centered ones to white ones.

One dial leads from raw to white. Its first half takes the mean away by degrees, x - αμ; its second
half makes the spread even by degrees, s^(-t/2) along each principal axis. What is not kept (axes
beyond the number of components, the top ones, those without variance) leaves with the mean: it is
multiplied by 1 - α. So the dial begins at the rows exactly as they are, and nothing jumps.

- centering α < 1: x ↦ (x - αμ) (P + (1 - α)(I - P)), P the projection onto the axes that are kept;
- centering 1, "zca": x ↦ (x - μ) U s^(-t/2) Uᵀ;
- centering 1, "pca": x ↦ (x - μ) U s^(-t/2), a column for each axis; the same cosines as "zca".
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.covariance import (
    Directions,
    PrincipalAxes,
    Vector,
    describe_rank,
    kept_directions,
    map_rows,
    principal_axes,
    spread_powers,
)
from embedviz.core.progress import Report, silent


@dataclass(frozen=True)
class TransformSettings:
    """Settings of the map: where the dial stands, and which directions are kept.

    Attributes
    ----------
    centering : float
        The α of x - αμ: 0 leaves the mean in, 1 takes it away.
    strength : float
        The t of s^(-t/2): 0 leaves the spread, 1 makes it even. Above 0 only with a centering of 1.
    n_components : int, optional
        Keep so many of the axes with the largest variance. Default: all.
    variance_share : float, optional
        Instead: keep the fewest axes that hold this share of the variance, above 0 and at most 1.
    remove_top : int
        Take away so many of the axes with the largest variance, as in "All-but-the-top" (Mu and
        Viswanath, ICLR 2018).
    method : {"pca", "zca"}
        Whether the rows stay in the principal axes or are rotated back. Cosines are the same.
    shrinkage : bool
        Whether variances are moved toward their mean first, as far as Ledoit and Wolf (2004) say.
    """

    centering: float = 1.0
    strength: float = 1.0
    n_components: int | None = None
    variance_share: float | None = None
    remove_top: int = 0
    method: Literal["pca", "zca"] = "pca"
    shrinkage: bool = False

    def __post_init__(self) -> None:
        for name in ("centering", "strength"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is {getattr(self, name)!r}; it must be from 0 to 1")
        if self.centering < 1 and self.strength > 0:
            raise ValueError("strength is above 0, which needs a centering of 1")
        if self.n_components is not None and self.variance_share is not None:
            raise ValueError("n_components and variance_share are both given; give one")
        if self.n_components is not None and self.n_components < 1:
            raise ValueError(f"n_components is {self.n_components!r}; it must be from 1 up")
        if self.variance_share is not None and not 0 < self.variance_share <= 1:
            raise ValueError(
                f"variance_share is {self.variance_share!r}; it must be above 0 and at most 1"
            )
        if self.remove_top < 0:
            raise ValueError(f"remove_top is {self.remove_top!r}; it must be from 0 up")
        if self.method not in ("pca", "zca"):
            raise ValueError(f"method is {self.method!r}; it must be 'pca' or 'zca'")

    def at(self, position: float) -> Self:
        """Return the same with the dial elsewhere: 0 is raw, 1 centered, 2 white."""
        return replace(self, centering=min(position, 1.0), strength=max(position - 1.0, 0.0))

    @property
    def position(self) -> float:
        """Where the dial stands, from 0, raw, over 1, centered, to 2, white."""
        return self.centering + self.strength


@dataclass(frozen=True, eq=False)
class Fit:
    """What is known of the rows that a map is fitted on.

    Attributes
    ----------
    axes : PrincipalAxes
        Of the rows, in which the numbers of `left_out` are zero.
    shrinkage : float
        How far Ledoit and Wolf move the variances toward their mean, 0 to 1.
    left_out : tuple of int
        Dimensions that count as zero, in these rows and in all that are mapped.
    source : str
        What they are, such as "the selection"; nothing for all rows of the set itself.
    """

    axes: PrincipalAxes
    shrinkage: float = 0.0
    left_out: tuple[int, ...] = ()
    source: str = ""


def fit_rows(
    vectors: ArrayLike,
    *,
    left_out: tuple[int, ...] = (),
    source: str = "",
    report: Report = silent,
) -> Fit:
    """Return what a map needs to know of some rows, (n_vectors, n_dimensions).

    Raises
    ------
    UserError
        When a row holds NaN or an infinity.
    """
    if left_out:
        raise NotImplementedError  # Branch a-transform.
    return Fit(principal_axes(vectors, report), 0.0, left_out, source)


@dataclass(frozen=True, eq=False)
class AffineMap:
    """The map x ↦ (x - mean) @ matrix.

    Attributes
    ----------
    mean : float64 array of shape (n_dimensions,)
        With the α of the dial in it.
    matrix : float64 array of shape (n_dimensions, n_columns)
    """

    mean: Vector
    matrix: Vector

    def apply(
        self, rows: NDArray[Any], *, unit_length: bool = False, report: Report = silent
    ) -> NDArray[Any]:
        """Return mapped rows in their own type; see `covariance.map_rows`."""
        return map_rows(rows, self.mean, self.matrix, unit_length=unit_length, report=report)


@dataclass(frozen=True, eq=False)
class Transform:
    """A fitted map with the dial at one position.

    Attributes
    ----------
    fit : Fit
    settings : TransformSettings
    kept : Directions
        The axes that are kept, with their variances before the map (shrunk, where asked for).
    """

    fit: Fit
    settings: TransformSettings
    kept: Directions = field(init=False)

    def __post_init__(self) -> None:
        settings, axes = self.settings, self.fit.axes
        kept = kept_directions(axes, settings.n_components, remove_top=settings.remove_top)
        if settings.variance_share is not None:
            shares = np.cumsum(kept.variances) / max(kept.variances.sum(), 1e-300)
            count = int(np.searchsorted(shares, settings.variance_share - 1e-12)) + 1
            kept = kept_directions(axes, count, remove_top=settings.remove_top)
        if settings.shrinkage:
            toward = axes.variances.sum() / max(axes.dimensions, 1)
            shrunk = (1 - self.fit.shrinkage) * kept.variances + self.fit.shrinkage * toward
            kept = kept._replace(variances=shrunk)
        object.__setattr__(self, "kept", kept)

    @property
    def factors(self) -> Vector:
        """What each kept axis is multiplied with, (n_kept,): s^(-t/2)."""
        return spread_powers(self.kept.variances, self.settings.strength)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know: a low rank, too few rows for a map that means anything."""
        return describe_rank(self.fit.axes, self.kept.cloud_rank, len(self.kept.variances))

    def map(self) -> AffineMap:
        """Return the map itself, in the size of the data: a variance of 1 where fully white."""
        axes, settings = self.kept.axes, self.settings
        if settings.centering < 1:
            rest = 1 - settings.centering
            projection = axes.T @ axes
            matrix = projection + rest * (np.eye(len(projection)) - projection)
            matrix[list(self.fit.left_out)] = 0
            return AffineMap(settings.centering * self.fit.axes.mean, matrix)
        matrix = axes.T * self.factors
        return AffineMap(self.fit.axes.mean, matrix @ axes if settings.method == "zca" else matrix)
