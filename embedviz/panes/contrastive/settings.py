"""Settings of the contrastive pane: what is learned from, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, Self

from embedviz.core.contrastive.dials import Dials
from embedviz.core.contrastive.runs.presets import PRESETS, Preset
from embedviz.core.drawing.camera import Camera
from embedviz.core.errors import UserError
from embedviz.core.settings import Settings, clamped, setting
from embedviz.core.vector_set import VectorSet

Source = Literal["set", "toy"]
Together = Literal["views", "pairs", "column"]
Side = Literal["run", "row", "pairs"]
PresetKey = Literal["healthy", "no-negatives", "cold", "hot", "simcse", "matryoshka"]

USUAL_RATES: Mapping[Source, float] = {"set": 0.01, "toy": 0.03}
"""Learning rates with which a run is done within some hundred steps: free points have further to go
than the numbers of a head."""
_STEPS_OF_A_FIGURE = 300
_OF_TOY = ("groups", "per_group", "point")


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
    preset : str or None
        Only asked for on the command line: the key of a preset, whose settings are taken.
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
        0.05,
        "Temperature",
        "what cosines are divided by: low is strict",
        least=0.001,
        most=10.0,
        is_logarithmic=True,
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
        USUAL_RATES["set"],
        "Learning rate",
        f"how far a step goes; usual is {USUAL_RATES['set']:g}, of the toy {USUAL_RATES['toy']:g}",
        least=0.0001,
        most=1000.0,
        step=0.01,
        is_logarithmic=True,
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
    preset: PresetKey | None = setting(
        None,
        "Preset",
        "what there is to see: other options change it further",
        choices=tuple((each.name, each.key) for each in PRESETS),
        in_form=False,
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

    def with_preset(self, preset: Preset) -> Self:
        """Return settings with those of a preset; what is learned from stays, as far as it can."""
        dials = preset.dials(self.dials)
        point = self.point
        if preset.shows_row and point is None and self.source == "toy":
            point = 0
        return replace(
            self,
            temperature=dials.temperature,
            negatives=dials.negatives,
            noise=preset.changes.get("dropout", self.noise),
            learning_rate=dials.learning_rate,
            batch_size=dials.batch_size,
            hardness=dials.hardness,
            is_nested=bool(dials.prefixes),
            outputs=preset.n_outputs or self.outputs,
            together="views" if preset.two_views else self.together,
            side="row" if preset.shows_row else self.side,
            point=point,
        )

    def with_source(self, source: Source) -> Self:
        """Return settings with another source, and its usual learning rate in place of the usual.

        A rate that somebody chose stays.
        """
        is_usual = self.learning_rate == USUAL_RATES[self.source]
        rate = USUAL_RATES[source] if is_usual else self.learning_rate
        return replace(self, source=source, learning_rate=rate)

    def with_options(self, given: Mapping[str, Any]) -> Self:
        """Return settings with a preset first, if one was given, and then all else.

        Raises
        ------
        UserError
            When something was given that what moves does not have.
        """
        others = {name: value for name, value in given.items() if name != "preset"}
        changed = self.with_source(others.get("source", self.source))
        for name in (name for name in _OF_TOY if name in others and changed.source != "toy"):
            raise UserError(
                f"--{name.replace('_', '-')} is of the free points of the toy. Add --source toy, "
                "or leave it out."
            )
        if "preset" in given:
            preset = next(each for each in PRESETS if each.key == given["preset"])
            if preset not in presets_of(changed.source):
                raise UserError(
                    f"--preset {preset.key} drops inputs of rows, which free points do not have. "
                    "Leave out --source toy, or choose --preset healthy."
                )
            changed = changed.with_preset(preset)
        if "column" in others and changed.source == "set":
            others = {"together": "column", **others}
        return replace(changed, **others)

    def require(self, vector_set: VectorSet) -> None:
        """Raise a UserError where a column or a point is named that is not there."""
        if self.column and self.source == "toy":
            raise UserError(
                f"Free points have no column {self.column!r}. Leave it out, or leave out "
                "--source toy."
            )
        names = vector_set.metadata.column_names
        if self.column and self.column not in names:
            raise UserError(
                f"There is no metadata column {self.column!r} whose values could belong together; "
                f"there are: {', '.join(names) or 'none'}."
            )
        n_points = self.groups * self.per_group
        if self.source == "toy" and self.point is not None and self.point >= n_points:
            raise UserError(
                f"There is no free point {self.point:,}: the toy has {n_points:,}, counted from 0."
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


def presets_of(source: Source) -> tuple[Preset, ...]:
    """Return the presets that can be chosen: free points have no inputs that could be dropped."""
    return tuple(each for each in PRESETS if source == "set" or not each.two_views)


def nested_prefixes(n_outputs: int) -> tuple[int, ...]:
    """Return the prefixes that are trained to do alone: halves of the outputs, from 2 up."""
    found = []
    length = n_outputs // 2 if n_outputs > 3 else n_outputs - 1
    while length >= 2:
        found.append(length)
        length //= 2
    return tuple(reversed(found))
