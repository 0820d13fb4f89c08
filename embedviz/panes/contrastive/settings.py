"""Settings of the contrastive pane: what is learned from, and how."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Literal, Self

from embedviz.core.contrastive.dials import Dials
from embedviz.core.drawing.camera import Camera
from embedviz.core.settings import Settings, clamped, setting
from embedviz.core.vector_set import VectorSet

Source = Literal["set", "toy"]
Together = Literal["views", "pairs", "column"]
Side = Literal["run", "row", "pairs"]

_STEPS_OF_A_FIGURE = 300


@dataclass(frozen=True)
class ContrastiveSettings(Settings):
    """Settings of the pane.

    Attributes
    ----------
    source : {"set", "toy"}
        Rows of the shown set through a head, or free points without data.
    together : {"views", "pairs", "column"}
        What belongs together: two views of each row, judged pairs, or the rows with one value in a
        column; of free points, those of a group for everything but "views".
    column : str
        That column; "" takes the one that the map is colored by.
    temperature, learning_rate, hardness : float
        See `Dials`.
    negatives : int or None
        None: all others of the batch.
    noise : float
        The share of the inputs that each view loses; of free points, how far they are moved.
    batch_size, outputs, seed : int
    is_nested : bool
        Whether prefixes of the outputs are to do alone.
    groups, per_group : int
        Of the free points.
    pace : int
        Steps a second at most; 0: as many as it can.
    steps : int
        How many are made at once, before anybody presses Play.
    side : {"run", "row", "pairs"}
        What is beside the sphere.
    point : int or None
        The free point whose loss is shown term by term.
    camera : Camera or None
        Where the sphere is seen from; None: the usual place.
    """

    name: ClassVar[str] = "contrastive"

    source: Source = setting(
        "set",
        "Source",
        "what moves: rows of the shown set through a head, or free points without data (toy)",
        choices=(("This set", "set"), ("Toy", "toy")),
    )
    together: Together = setting(
        "views",
        "Together",
        "what belongs together: two views of each row (SimCSE), judged pairs, or rows with the "
        "same value in a column",
        choices=(("two views of a row", "views"), ("pairs", "pairs"), ("a column", "column")),
    )
    column: str = setting(
        "", "Column", "column whose equal values belong together", metavar="COLUMN", in_form=False
    )
    temperature: float = setting(
        0.05, "Temperature", "what cosines are divided by: low is strict", least=0.001, most=10.0
    )
    negatives: int | None = setting(
        None, "Negatives", "wrong answers for each row, 0 for none; all others", least=0, most=8191
    )
    noise: float = setting(
        0.1,
        "Noise",
        "how much two views of a row differ: share of dropped inputs, or shift of free points",
        least=0.0,
        most=0.9,
        step=0.05,
    )
    learning_rate: float = setting(
        0.01, "Learning rate", "how far a step goes", least=0.0001, most=1000.0, step=0.01
    )
    batch_size: int = setting(256, "Batch", "pairs of a step", least=1, most=8192)
    outputs: int = setting(
        3, "Outputs", "dimensions that are learned; 3 are drawn as they are", least=2, most=1024
    )
    hardness: float = setting(
        0.0,
        "Hard negatives",
        "how much more negatives count that are alike; 0: all alike",
        least=0.0,
        most=20.0,
        step=0.5,
    )
    is_nested: bool = setting(
        False,
        "Matryoshka",
        "also train prefixes of the outputs to do alone",
        option="nested",
    )
    groups: int = setting(12, "Toy groups", "how many groups of free points", least=1, most=200)
    per_group: int = setting(
        25, "Points in each", "free points of each group", least=1, most=5000, option="per-group"
    )
    seed: int = setting(
        0, "Seed", "of all that is random", least=0, most=999_999, option="run-seed"
    )
    pace: int = setting(
        30,
        "Pace",
        "steps a second at most",
        choices=(("10 steps a second", 10), ("30 steps a second", 30), ("as fast as it can", 0)),
        option="",
    )
    steps: int = setting(
        0,
        "Steps",
        f"how many steps were made; a figure shows {_STEPS_OF_A_FIGURE}",
        least=0,
        most=100_000,
        in_form=False,
    )
    side: Side = setting(
        "run",
        "Beside",
        "what is beside the sphere: the run's charts, one row's loss, or the set's own pairs",
        choices=(("Run", "run"), ("One row", "row"), ("Pairs", "pairs")),
        option="beside",
        in_form=False,
    )
    point: int | None = setting(
        None, "Point", "free point whose loss is shown term by term", least=0, in_form=False
    )
    camera: Camera | None = None

    @property
    def dials(self) -> Dials:
        """What may be changed while it runs."""
        return Dials(
            temperature=self.temperature,
            negatives=self.negatives,
            dropout=self.noise if self.source == "set" else 0.0,
            noise=self.noise,
            learning_rate=self.learning_rate,
            batch_size=self.batch_size,
            hardness=self.hardness,
            prefixes=nested_prefixes(self.outputs) if self.is_nested else (),
        )

    def of_another_set(self, vector_set: VectorSet | None) -> Self:
        """Return the same dials; no column, which another set may not have."""
        return replace(self, column="", camera=None if vector_set is None else self.camera)

    def suited_to(self, vector_set: VectorSet) -> Self:
        """Return settings with values that a set can have."""
        fitting = clamped(self)
        if fitting.camera is not None and not fitting.camera.sees_something:
            fitting = replace(fitting, camera=None)
        if fitting.column and fitting.column not in vector_set.metadata.column_names:
            fitting = replace(fitting, column="")
        return fitting

    def for_figure(self, vector_set: VectorSet) -> Self:
        """Return a run of some hundred steps: at the start there is nothing to see."""
        return replace(self, steps=_STEPS_OF_A_FIGURE) if self.steps == 0 else self


def nested_prefixes(n_outputs: int) -> tuple[int, ...]:
    """Return the prefixes that are trained to do alone: halves of the outputs, from 2 up."""
    found = []
    length = n_outputs // 2 if n_outputs > 3 else n_outputs - 1
    while length >= 2:
        found.append(length)
        length //= 2
    return tuple(reversed(found))
