"""Settings of the Matryoshka pane: the length of the prefix, and what is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, Self

from embedviz.core.matryoshka.coarse_to_fine.codes import PRECISIONS, Precision
from embedviz.core.matryoshka.nesting.options import Together
from embedviz.core.settings import Settings, clamped, setting
from embedviz.core.vector_set import VectorSet

PageName = Literal["curves", "two-stage", "nested"]
Way = Literal["training", "rotation"]
MeasureName = Literal["judged", "overlap1", "overlap10", "overlap100"]


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
    page : {"curves", "two-stage", "nested"}
        What is below the lists.
    precision : {"float32", "float16", "int8", "binary"}
        Of the first of two stages.
    wanted_recall : float
        Which the cheapest setting of two stages reaches, 0 to 1.
    rows : int
        To compute memory and money for.
    price : str
        Of a GB of memory for a month, as it was typed; empty: none.
    measure : {"judged", "overlap1", "overlap10", "overlap100"}
        What the curves are of; overlap@10 in place of judged quality where nobody judges.
    way : {"training", "rotation"}
        How the set is made nested.
    together : {"views", "neighbors", "pairs", "category"}
        What belongs together in the training.
    prefixes : str
        Lengths that are trained to do alone; empty: the usual ones.
    steps : int
    temperature : float
    seed : int
        Of the training.
    judge : str or None
        Name of the pairs, or of the column of categories, that judge; None: the likeliest.
    """

    name: ClassVar[str] = "matryoshka"

    dimensions: int | None = setting(
        None, "Dimensions", "length of the prefix; a figure shows a quarter of all", least=1
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
    page: PageName = setting(
        "curves",
        "Page",
        "what is below the lists",
        choices=(
            ("Curves", "curves"),
            ("Two-stage search", "two-stage"),
            ("Make it nested", "nested"),
        ),
        in_form=False,
    )
    measure: MeasureName = setting(
        "judged",
        "Measure",
        "what the curves are of; overlap@10 where neither pairs nor a category judge",
        choices=(
            ("Judged quality", "judged"),
            ("Overlap@1", "overlap1"),
            ("Overlap@10", "overlap10"),
            ("Overlap@100", "overlap100"),
        ),
        in_form=False,
    )
    way: Way = setting(
        "training",
        "Nested by",
        "how the set is made nested: by training on it, or by its SVD rotation, which keeps all "
        "cosines at full length",
        choices=(("SVD rotation", "rotation"), ("Train", "training")),
        in_form=False,
    )
    together: Together = setting(
        "views",
        "Learn from",
        "which rows belong together in the training: two views of a row, from which different "
        "dimensions are dropped, need no judgment",
        choices=(
            ("two views of a row", "views"),
            ("nearest rows", "neighbors"),
            ("judged pairs", "pairs"),
            ("rows of a category", "category"),
        ),
        in_form=False,
    )
    prefixes: str = setting(
        "",
        "Prefixes",
        "lengths that are trained to do alone, such as 8 32 128; nothing: powers of two from 8 "
        "to a quarter of all",
        metavar="LENGTHS",
        in_form=False,
    )
    steps: int = setting(
        300, "Steps", "of the training, about: whole epochs", least=1, most=100_000, in_form=False
    )
    temperature: float = setting(
        0.1,
        "Temperature",
        "of the loss: low ones look at the nearest of the wrong answers",
        least=0.01,
        most=10.0,
        step=0.05,
        in_form=False,
    )
    seed: int = setting(
        0,
        "Seed",
        "of the training: which rows are held out, and how batches are drawn",
        least=0,
        option="training-seed",
        in_form=False,
    )
    judge: str | None = setting(
        None,
        "Judge",
        "pairs by the name of their file, or a column of categories, that judge the quality",
        metavar="NAME",
        in_form=False,
    )
    precision: Precision = setting(
        "float32",
        "Precision",
        "of the numbers that the first of two stages reads",
        choices=tuple((each, each) for each in PRECISIONS),
    )
    wanted_recall: float = setting(
        0.95,
        "Recall wanted",
        "which the cheapest setting of two stages reaches",
        least=0.0,
        most=1.0,
        step=0.01,
    )
    rows: int = setting(
        100_000_000, "Rows", "number of rows to compute memory and money for", least=1
    )
    price: str = setting(
        "", "Price", "of a GB of memory for a month, such as 0.09 or 0.09 USD", in_form=False
    )

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
