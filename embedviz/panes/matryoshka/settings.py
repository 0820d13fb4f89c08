"""Settings of the Matryoshka pane: the length of the prefix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from embedviz.core.settings import Settings, clamped, setting
from embedviz.core.vector_set import VectorSet


@dataclass(frozen=True)
class MatryoshkaSettings(Settings):
    """Settings of the pane: how many of the dimensions are used.

    Attributes
    ----------
    dimensions : int or None
        The first so many columns; None: all of them.
    """

    name: ClassVar[str] = "matryoshka"

    dimensions: int | None = setting(
        None, "Dimensions", "length of the prefix; a figure shows a quarter of all", least=1
    )

    @property
    def prefix(self) -> int | None:
        """Length of the prefix, which other panes may follow."""
        return self.dimensions

    def length(self, vector_set: VectorSet) -> int:
        """Return how many dimensions of a set are used, 1 to all."""
        return min(self.dimensions or vector_set.dimensions, vector_set.dimensions)

    def of_another_set(self, vector_set: VectorSet | None) -> Self:
        """Return all dimensions."""
        return type(self)()

    def suited_to(self, vector_set: VectorSet) -> Self:
        """Return a length that this set has; None stands for all."""
        fitting = clamped(self)
        if fitting.dimensions is not None and fitting.dimensions >= vector_set.dimensions:
            return replace(fitting, dimensions=None)
        return fitting

    def fits(self, vector_set: VectorSet) -> bool:
        """Return whether a set has so many dimensions; embedviz 0.1 wrote all of them, too."""
        return self.dimensions is None or 1 <= self.dimensions <= vector_set.dimensions

    def for_figure(self, vector_set: VectorSet) -> Self:
        """Return a quarter of all dimensions, since at full length there is nothing to see."""
        if self.dimensions is not None:
            return self
        return replace(self, dimensions=max(vector_set.dimensions // 4, 1))

    @classmethod
    def read_version_1(cls, state: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the length of a session of embedviz 0.1."""
        return {} if state.get("dimensions") is None else {"dimensions": state["dimensions"]}
