"""Settings that make a vector set from another one.

A recipe is a frozen dataclass: equal settings compare equal, and a session can be written down.
The set it makes shares labels and metadata with its parent, has rows of unit length, and knows how
to bring a query along.

To add a recipe, write such a class and name it in `RECIPES`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Protocol

from embedviz.core.derivation.adapted import Adapted
from embedviz.core.derivation.by_recipe import derived_set
from embedviz.core.derivation.rotated import Rotated
from embedviz.core.derivation.whitened import Whitened as Whitened
from embedviz.core.matryoshka.truncation import truncate
from embedviz.core.progress import Report, silent
from embedviz.core.vector_set import VectorSet


class Recipe(Protocol):
    """Settings that make a set from another; `str` gives a short description of them."""

    def derive(self, parent: VectorSet, report: Report = silent) -> VectorSet:
        """Return the set that is made from `parent`, row by row."""


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
