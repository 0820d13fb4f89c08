"""Settings of the page that makes a set nested."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from embedviz.core.matryoshka.nesting.options import Together
from embedviz.core.settings import Settings, setting

NestingMethod = Literal["training", "rotation"]


@dataclass(frozen=True)
class NestedSettings(Settings):
    """Settings of the page.

    Attributes
    ----------
    method : {"training", "rotation"}
        How the set is made nested.
    together : {"views", "neighbors", "pairs", "category"}
        What belongs together in the training.
    prefixes : str
        Lengths that are trained to do alone; empty: the usual ones.
    steps : int
    temperature : float
    seed : int
        Of the training.
    """

    name: ClassVar[str] = "matryoshka.nested"

    method: NestingMethod = setting(
        "training",
        "Nested by",
        "how the set is made nested: by training on it, or by its SVD rotation, which keeps all "
        "cosines at full length",
        choices=(("SVD rotation", "rotation"), ("Train", "training")),
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
    )
    prefixes: str = setting(
        "",
        "Prefixes",
        "lengths that are trained to do alone, such as 8 32 128; nothing: powers of two from 8 "
        "to a quarter of all",
        metavar="LENGTHS",
    )
    steps: int = setting(
        300, "Steps", "of the training, about: whole epochs", least=1, most=100_000
    )
    temperature: float = setting(
        0.1,
        "Temperature",
        "of the loss: low ones look at the nearest of the wrong answers",
        least=0.01,
        most=10.0,
        step=0.05,
    )
    seed: int = setting(
        0,
        "Seed",
        "of the training: which rows are held out, and how batches are drawn",
        least=0,
        option="training-seed",
    )
