"""Settings of the Matryoshka pane that its lists, or several of its pages, have in common.

What a page alone has is beside the page: see `pages`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from embedviz.core.matryoshka.coarse_to_fine.codes import PRECISIONS, Precision
from embedviz.core.settings import Settings, clamped, setting
from embedviz.core.vector_set import VectorSet
from embedviz.panes.matryoshka.pages import PAGES


@dataclass(frozen=True)
class MatryoshkaSettings(Settings):
    """Settings of the pane: how many of the dimensions are used, and how.

    Attributes
    ----------
    dimensions : int or None
        The first so many columns; None: all of them.
    shortlist : int
        How many rows the prefix puts on the list that is ranked again at full length.
    layer_norm : bool
        Whether each row is centered and divided by its standard deviation before it is cut.
    renormalize : bool
        Whether cut rows are made unit length again, as they must be.
    precision : {"float32", "float16", "int8", "binary"}
        Of the prefixes that the shortlist is found with: the first of two stages.
    page : str
        What is below the lists: a key of `PAGES`.
    judge : str or None
        Name of the pairs, or of the column of categories, that judge; None: the likeliest.
    """

    name: ClassVar[str] = "matryoshka"

    dimensions: int | None = setting(
        None,
        "Dimensions",
        "length of the prefix; a figure shows a quarter of all",
        least=1,
        is_logarithmic=True,
    )
    shortlist: int = setting(
        100, "Shortlist", "rows found on the prefix that are ranked again in full", least=1
    )
    layer_norm: bool = setting(
        False,
        "Layer norm first",
        "subtract each row's mean and divide by its standard deviation before cutting, as "
        "nomic-embed-text-v1.5 is meant to be cut",
    )
    renormalize: bool = setting(
        True, "Unit length again", "make cut rows unit length again, as they must be"
    )
    precision: Precision = setting(
        "float32",
        "Precision",
        "of the numbers that the first of two stages reads",
        choices=tuple((each, each) for each in PRECISIONS),
    )
    page: str = setting(
        PAGES.first,
        "Page",
        "what is below the lists",
        choices=PAGES.choices,
        in_form=False,
    )
    judge: str | None = setting(
        None,
        "Judge",
        "pairs by the name of their file, or a column of categories, that judge the quality",
        metavar="NAME",
        in_form=False,
    )

    @classmethod
    def classes_of_pane(cls) -> tuple[type[Settings], ...]:
        """Return this class, and those of the pages that have settings of their own."""
        return cls, *PAGES.settings_classes

    @property
    def prefix(self) -> int | None:
        """Length of the prefix, which other panes may follow."""
        return self.dimensions

    def length(self, vector_set: VectorSet) -> int:
        """Return how many dimensions of a set are used, 1 to all."""
        return min(self.dimensions or vector_set.dimensions, vector_set.dimensions)

    def of_another_set(self, vector_set: VectorSet | None) -> Self:
        """Return all dimensions, and no judge by name; what else is set stays."""
        return replace(self, dimensions=None, judge=None)

    def in_numbers(self, vector_set: VectorSet) -> Self:
        """Return the same with the length of the whole set where None stands for it."""
        return replace(self, dimensions=self.length(vector_set))

    def suited_to(self, vector_set: VectorSet) -> Self:
        """Return a length that this set has; None stands for all."""
        fitting = clamped(self)
        if fitting.dimensions is not None and fitting.dimensions >= vector_set.dimensions:
            return replace(fitting, dimensions=None)
        return fitting

    def fits(self, vector_set: VectorSet) -> bool:
        """Return whether a set has so many dimensions; embedviz 0.1 wrote all of them, too."""
        others = replace(self, dimensions=None)
        has_length = self.dimensions is None or 1 <= self.dimensions <= vector_set.dimensions
        return has_length and clamped(others) == others

    def for_figure(self, vector_set: VectorSet) -> Self:
        """Return a quarter of all dimensions, since at full length there is nothing to see."""
        if self.dimensions is not None:
            return self
        return replace(self, dimensions=max(vector_set.dimensions // 4, 1))

    @classmethod
    def read_version_1(cls, state: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the length of a session of embedviz 0.1."""
        return {} if state.get("dimensions") is None else {"dimensions": state["dimensions"]}
