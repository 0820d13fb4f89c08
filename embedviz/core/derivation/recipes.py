"""Settings that make a vector set from another one.

A recipe is a frozen dataclass: equal settings compare equal, and a session can be written down.
The set it makes shares labels and metadata with its parent, has rows of unit length, and knows how
to bring a query along.

Whitening keeps the coordinates along the principal axes ("pca") and does not rotate back: cosines
are the same either way, keeping 256 components then gives rows of 256 numbers, and a prefix of the
derived set is what keeping still fewer components would have given, up to the length of the rows.

To add a recipe, write such a class and name it in `RECIPES`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np

from embedviz.core.covariance import (
    PrincipalAxes,
    describe_rank,
    kept_directions,
    map_rows,
    principal_axes,
    spread_powers,
)
from embedviz.core.derivation.adapted import Adapted
from embedviz.core.derivation.by_recipe import derived_set
from embedviz.core.derivation.rotated import Rotated
from embedviz.core.errors import UserError
from embedviz.core.matryoshka.truncation import truncate
from embedviz.core.progress import Report, silent
from embedviz.core.vector_set import VectorSet


class Recipe(Protocol):
    """Settings that make a set from another; `str` gives a short description of them."""

    def derive(self, parent: VectorSet, report: Report = silent) -> VectorSet:
        """Return the set that is made from `parent`, row by row."""


@dataclass(frozen=True)
class Whitened:
    """Centered, and made even in all directions as far as `strength` says.

    Attributes
    ----------
    strength : float
        The t of s^(-t/2), from 0, only centered, to 1, fully whitened.
    n_components : int, optional
        Keep so many of the directions with the largest variance. None: all.
    remove_top : int
        Remove so many of them first, as in "All-but-the-top" (Mu and Viswanath, ICLR 2018).
    """

    strength: float = 1.0
    n_components: int | None = None
    remove_top: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.strength <= 1:
            raise ValueError(f"strength is {self.strength!r}; it must be from 0 to 1")
        if self.n_components is not None and self.n_components < 1:
            raise ValueError(f"n_components is {self.n_components!r}; it must be from 1 up")
        if self.remove_top < 0:
            raise ValueError(f"remove_top is {self.remove_top!r}; it must be from 0 up")

    def __str__(self) -> str:
        words = ["whitened" if self.strength else "centered"]
        if 0 < self.strength < 1:
            words.append(f"strength {self.strength:.2g}")
        if self.remove_top:
            words.append(f"top {self.remove_top} removed")
        if self.n_components is not None:
            words.append(f"{self.n_components} components")
        return ", ".join(words)

    def derive(self, parent: VectorSet, report: Report = silent) -> VectorSet:
        """Return the whitened set, with a dimension for each direction that is kept.

        Raises
        ------
        UserError
            When no direction with a variance is left, or a row holds NaN or an infinity.
        """
        axes = principal_axes(parent.vectors, lambda done, text: report(0.7 * done, text))
        kept = kept_directions(axes, self.n_components, remove_top=self.remove_top)
        if not kept.rank:
            raise UserError(_nothing_left(parent, axes, self.remove_top))
        # Relative to the largest variance, so that rows of any size suit float32; they get unit
        # length in any case.
        largest = kept.variances[0]
        scales = spread_powers(kept.variances / largest, self.strength) / np.sqrt(largest)
        transform = partial(map_rows, mean=axes.mean, matrix=kept.axes.T * scales, unit_length=True)
        vectors = transform(
            parent.vectors, report=lambda done, text: report(0.7 + 0.3 * done, text)
        )
        notes = describe_rank(axes, kept.cloud_rank, len(kept.variances))
        return derived_set(parent, self, transform, vectors, notes)


@dataclass(frozen=True)
class Truncated:
    """The first dimensions alone, made unit length again.

    Attributes
    ----------
    dimensions : int
        How many.
    layer_norm : bool
        Whether each row is brought to mean 0 and variance 1 before it is cut.
    """

    dimensions: int
    layer_norm: bool = False

    @property
    def is_prefix(self) -> bool:
        """Whether the model that made the parent's vectors makes these, asked for fewer."""
        return not self.layer_norm

    def __str__(self) -> str:
        return f"first {self.dimensions} dimensions{' after layer norm' * self.layer_norm}"

    def derive(self, parent: VectorSet, report: Report = silent) -> VectorSet:
        """Return the truncated set.

        Raises
        ------
        UserError
            When the parent has not so many dimensions.
        """
        report(0.0, "truncating")
        transform = partial(truncate, dimensions=self.dimensions, layer_norm=self.layer_norm)
        return derived_set(parent, self, transform, transform(parent.vectors))


RECIPES: dict[str, type[Recipe]] = {
    "whitened": Whitened,
    "truncated": Truncated,
    "adapted": Adapted,
    "rotated": Rotated,
}
"""By the name under which sessions keep them."""


def _nothing_left(parent: VectorSet, axes: PrincipalAxes, remove_top: int) -> str:
    name = parent.name or "the set"
    if not np.any(axes.variances > 0):
        return f"All rows of {name} are equal, so there is nothing to whiten. Use another set."
    return (
        f"Without its top {remove_top} directions nothing is left of {name}. Remove fewer of them."
    )
