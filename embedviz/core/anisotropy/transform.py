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
from numpy.typing import NDArray

from embedviz.core.anisotropy.fit import Fit as Fit
from embedviz.core.anisotropy.fit import fit_rows as fit_rows
from embedviz.core.covariance import (
    FLOOR,
    Directions,
    Vector,
    describe_rank,
    kept_directions,
    map_rows,
    spread_powers,
    variance_shares,
)
from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.progress import Report, silent

_NEARLY_ALL = 0.9
_HARDLY_SHRUNK = 0.01


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
        No direction is without a variance then.
    floor : float
        Axes whose variance is below this share of the largest one left are dropped.
    """

    centering: float = 1.0
    strength: float = 1.0
    n_components: int | None = None
    variance_share: float | None = None
    remove_top: int = 0
    method: Literal["pca", "zca"] = "pca"
    shrinkage: bool = False
    floor: float = FLOOR

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
        if not 0 <= self.floor < float("inf"):
            raise ValueError(f"floor is {self.floor!r}; it must be a number from 0 up")
        if self.remove_top < 0:
            raise ValueError(f"remove_top is {self.remove_top!r}; it must be from 0 up")
        if self.method not in ("pca", "zca"):
            raise ValueError(f"method is {self.method!r}; it must be 'pca' or 'zca'")

    def at(self, position: float) -> Self:
        """Return the same with the dial elsewhere: 0 is raw, 1 centered, 2 white."""
        return replace(self, centering=min(position, 1.0), strength=max(position - 1.0, 0.0))

    def __str__(self) -> str:
        words = ["centered" if self.centering == 1 else f"{100 * self.centering:.3g} % centered"]
        if self.strength:
            words = ["whitened"]
        elif not self.centering:
            words = ["raw"]
        if 0 < self.strength < 1:
            words.append(f"strength {self.strength:.2g}")
        if self.remove_top:
            words.append(f"top {self.remove_top} removed")
        if self.n_components is not None:
            words.append(f"{self.n_components} components")
        if self.variance_share is not None:
            words.append(f"{100 * self.variance_share:.3g} % of the variance")
        if self.shrinkage:
            words.append("shrunk")
        if self.method == "zca" and self.centering == 1:
            words.append("ZCA")
        return ", ".join(words)

    @property
    def position(self) -> float:
        """Where the dial stands, from 0, raw, over 1, centered, to 2, white."""
        return self.centering + self.strength


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


def affine_map(
    mean: Vector,
    kept: Directions,
    centering: float = 1.0,
    strength: float = 1.0,
    method: Literal["pca", "zca"] = "pca",
    left_out: tuple[int, ...] = (),
) -> AffineMap:
    """Return the map that is made of a mean and of the axes that are kept.

    Parameters
    ----------
    mean : float64 array of shape (n_dimensions,)
    kept : Directions
    centering, strength, method
        See `TransformSettings`.
    left_out : tuple of int
        Dimensions that give zeros where the rest of the rows is left in.
    """
    axes = kept.axes
    if centering == 1:
        matrix = axes.T * spread_powers(kept.variances, strength)
        return AffineMap(mean, matrix @ axes if method == "zca" else matrix)
    matrix = np.eye(len(mean))
    if centering > 0:  # Else the rows as they are, to the last bit.
        projection = axes.T @ axes
        matrix = projection + (1 - centering) * (matrix - projection)
    matrix[list(left_out)] = 0
    matrix[:, list(left_out)] = 0
    return AffineMap(centering * mean, matrix)


@dataclass(frozen=True, eq=False)
class Transform:
    """A fitted map with the dial at one position.

    Attributes
    ----------
    fit : Fit
    settings : TransformSettings
    name : str
        What the mapped set is called, for messages.
    kept : Directions
        The axes that are kept, with their variances before the map (shrunk, where asked for).
    cloud_rank : int
        How many directions the rows themselves have, before any is removed or given a variance
        by shrinkage.

    Raises
    ------
    UserError
        When nothing is left: all rows are equal, or as many directions removed as there are.
        Where the mean is not wholly taken away, something is.
    ValueError
        When shrinkage is asked for and was not measured.
    """

    fit: Fit
    settings: TransformSettings
    name: str = "the set"
    kept: Directions = field(init=False)
    cloud_rank: int = field(init=False)

    def __post_init__(self) -> None:
        settings, axes = self.settings, self.fit.axes
        floor, top = settings.floor, settings.remove_top
        kept = kept_directions(axes, None, floor, top)
        count = settings.n_components
        if settings.variance_share is not None:
            shares = np.cumsum(variance_shares(kept.variances))
            count = int(np.searchsorted(shares, settings.variance_share - 1e-12)) + 1
        source = self.fit.shrunk if settings.shrinkage else axes
        object.__setattr__(self, "cloud_rank", kept.cloud_rank)
        # What shrinkage alone gives a variance may hold something of other rows, not of these.
        is_empty = not kept.rank and not self.fit.source
        object.__setattr__(self, "kept", kept_directions(source, count, floor, top))
        if settings.centering == 1 and (is_empty or not self.kept.rank):
            raise UserError(self._nothing_left())

    @property
    def factors(self) -> Vector:
        """What each kept axis is multiplied with, (n_kept,): s^(-t/2)."""
        return spread_powers(self.kept.variances, self.settings.strength)

    @property
    def has_too_few_rows(self) -> bool:
        """Whether white rows say nothing: those that were fitted span all that they can.

        Every two of them are then equally far, whatever they mean; so no score or verdict is one.
        """
        n_distinct, rank = self.fit.axes.n_distinct, self.cloud_rank
        n_kept = min(len(self.kept.variances), rank)
        return 2 <= n_distinct == rank + 1 and _NEARLY_ALL * rank <= n_kept

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know: a low rank, too few rows for a map that means anything."""
        fit, axes, rank, n_kept = self.fit, self.fit.axes, self.cloud_rank, len(self.kept.variances)
        notes = describe_rank(axes, rank, min(n_kept, rank))
        if self.has_too_few_rows and (fit.source or self._is_shrunk):
            notes = (*notes[:-1], self._describe_few())
        if n_kept > rank:
            more = f"shrinkage gives {counted(n_kept - rank, 'direction')} without spread one"
            notes = (*notes[:1], more, *notes[1:])
        if fit.left_out:
            notes = (f"{counted(len(fit.left_out), 'dimension')} left out", *notes)
        return notes

    def map(self) -> AffineMap:
        """Return the map itself, in the size of the data: a variance of 1 where fully white."""
        settings, fit = self.settings, self.fit
        return affine_map(
            fit.axes.mean,
            self.kept,
            settings.centering,
            settings.strength,
            settings.method,
            fit.left_out,
        )

    @property
    def _is_shrunk(self) -> bool:
        return self.settings.shrinkage and (self.fit.shrinkage or 0.0) > _HARDLY_SHRUNK

    def _describe_few(self) -> str:
        """Return why the map means little where it is not a simplex that comes out."""
        fit, axes = self.fit, self.fit.axes
        rows = f"{axes.n_rows:,} rows" + (f" ({fit.source})" if fit.source else "")
        text = f"{rows} span only {self.cloud_rank:,} of {fit.n_dimensions:,} directions"
        if self._is_shrunk:
            text += (
                f"; a shrinkage of {fit.shrinkage:.2f} keeps whitening from making every two of "
                "them equally far, but the map is a guess from few rows"
            )
        else:
            text += ": it is chance what whitening does to other rows"
        return f"{text}. Fit on more rows, or keep fewer components."

    def _nothing_left(self) -> str:
        fit, top = self.fit, self.settings.remove_top
        rows, n_rows = fit.source or self.name, fit.axes.n_rows
        if n_rows < 2:
            what = f"There is {'only one row' if n_rows else 'no row'} in {rows}"
            return f"{what}, without any spread, so there is nothing to whiten. Use more rows."
        if not np.any(fit.axes.variances > 0):
            what = f"All rows of {rows} are equal"
            if fit.left_out:
                left_out = counted(len(fit.left_out), "dimension")
                what += f" once {left_out} {'is' if len(fit.left_out) == 1 else 'are'} left out"
            return f"{what}, so there is nothing to whiten. Use other rows."
        return f"Without its top {top} directions nothing is left of {rows}. Remove fewer of them."
