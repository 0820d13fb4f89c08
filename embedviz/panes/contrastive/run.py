"""A run: what it learns from, its training, and the frames that are kept of it.

The training is worked on by one thread, in `advance`; the window reads frames and turns `dials`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Event
from typing import NamedTuple

import numpy as np

from embedviz.app.judged_pairs import pairs_of
from embedviz.app.state import State
from embedviz.core.arrays import Rows
from embedviz.core.contrastive.dials import Dials
from embedviz.core.contrastive.free_points import free_training
from embedviz.core.contrastive.heads import Head
from embedviz.core.contrastive.positives import Positives, pairs_to_learn, same_category
from embedviz.core.contrastive.runs.anchor import AnchorTerms, anchor_terms
from embedviz.core.contrastive.runs.frames import Frames, RunFrame
from embedviz.core.contrastive.runs.recording import record
from embedviz.core.contrastive.training import Training
from embedviz.core.errors import UserError
from embedviz.core.pairs import Pairs
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.panes.contrastive.settings import ContrastiveSettings

MOST_ROWS = 20_000
"""Rows that a run learns from and shows; of a larger set, a seeded sample."""
_BETWEEN_FRAMES = 1 / 60
"""Seconds of steps between a frame that is painted and the next."""
_LATEST = 0.25
"""Seconds after which it goes on, though the window has not shown what it was told."""
_NAP = 0.05
"""Seconds between two looks whether a run is still wanted."""

_NOT_KEPT = (
    "The weights of this step are too large to keep. Go to the newest step to see its terms."
)
_NOT_DRAWN = "This row is not in the sample that is learned from. Choose a point of the sphere."


@dataclass(frozen=True, eq=False)
class Material:
    """What a run learns from: if anything here is another, so is the run.

    Attributes
    ----------
    vector_set : VectorSet or None
        None: free points.
    pairs : Pairs or None
        Of the rows of the set.
    settings : ContrastiveSettings
        With usual dials.
    """

    vector_set: VectorSet | None
    pairs: Pairs | None
    settings: ContrastiveSettings

    @property
    def key(self) -> tuple[object, ...]:
        """What is compared."""
        of = self.settings
        if of.source == "toy":
            is_grouped = of.together != "views"
            return "toy", is_grouped, of.groups, of.per_group, of.outputs, of.seed
        chosen = {"views": None, "pairs": self.pairs, "column": of.column}[of.together]
        return self.vector_set, of.together, chosen, of.outputs, of.seed


def material_of(state: State) -> Material:
    """Return what a state's run learns from."""
    settings = state[ContrastiveSettings]
    if settings.source == "toy" or state.active is None:
        return Material(None, None, settings)
    if settings.together == "column" and not settings.column:
        settings = _with_column(settings, state)
    known = pairs_of(state.pairs, state.active)
    return Material(state.active, known[-1] if known else None, settings)


def _with_column(settings: ContrastiveSettings, state: State) -> ContrastiveSettings:
    assert state.active is not None
    names = state.active.metadata.column_names
    colored = state.map.color_by
    first = colored if colored in names else next(iter(names), "")
    return replace(settings, column=first or "")


class Shown(NamedTuple):
    """What the window is told of a run while it goes on.

    Attributes
    ----------
    frame : RunFrame
    terms : AnchorTerms or None
        Of the row that is asked about.
    reason : str
        Why there are none, where a row is asked about.
    """

    frame: RunFrame
    terms: AnchorTerms | None
    reason: str = ""


class Run:
    """A run that can be stopped and gone on with.

    Parameters
    ----------
    material : Material
    dials : Dials

    Attributes
    ----------
    dials : Dials
        For the next step; the window turns them.
    asked : int or None
        The row of the set, or the free point, whose loss is asked about.
    pace : int
        Steps a second at most; 0: as many as it can.
    is_going : bool
        Whether steps without a goal go on.
    is_painted : Event
        Set when what was told last is on the screen.
    rows : array of rows
        Of the set, those of the points; for free points their own numbers.
    frames : Frames
    latest : Shown or None
        The newest of them.
    training : Training or None
        Made by the first `advance`.
    """

    def __init__(self, material: Material, dials: Dials) -> None:
        self.material = material
        self.dials = dials
        self.asked: int | None = None
        self.pace = 0
        self.training: Training | None = None
        self.is_going = False
        self.is_painted = Event()
        self.latest: Shown | None = None
        self.frames = Frames()
        self.rows: Rows = np.empty(0, np.intp)
        self._names: Sequence[str] | None = None

    def place_of_moment(self, part: float) -> int:
        """Return the place of the frame of when a part of it, 0 to 1, was done."""
        return round(part * (len(self.frames) - 1))

    @property
    def n_steps(self) -> int:
        """How many steps were made."""
        return 0 if self.training is None else len(self.training.losses)

    def advance(
        self,
        goal: int | None,
        since: RunFrame | None,
        report: Report,
        tell: Callable[[Shown], None],
    ) -> Shown:
        """Make steps up to a goal, or as long as `is_going`, and return how it stands then.

        Runs off the UI thread; ends with `Cancelled` when nobody wants it any more.

        Parameters
        ----------
        goal : int or None
            Number of steps, counted from the start of the run.
        since : RunFrame or None
            Go on from this frame, and forget what was made after it. None: from the newest.
        report, tell : callable
        """
        report(0.0, "preparing")
        if self.training is None:
            self.training, self.rows = _begin(self.material, self.dials)
        if since is not None:
            self._go_back(since)
        if not len(self.frames):
            self._look()  # The start, before the first step.
        training, told, looked = self.training, -1.0, -1.0
        started, first = time.perf_counter(), self.n_steps
        while self.is_going if goal is None else self.n_steps < goal:
            now = time.perf_counter()
            if now - looked >= _BETWEEN_FRAMES:
                looked = now
                report(self.n_steps / goal if goal else 0.0, f"step {self.n_steps:,}")
            if self.pace and goal is None and self._is_early(now - started, first):
                time.sleep(min(_NAP, 1 / self.pace / 2))
                continue
            training.change(self.dials)
            training.step()
            if goal is None and now - told >= _BETWEEN_FRAMES:
                self.is_painted.clear()
                tell(self._look())
                # Python lets one thread run at a time. To paint and to train at once, each waits
                # for the other hundreds of times a frame, and both take three times as long.
                self.is_painted.wait(_LATEST)
                told = time.perf_counter()
            elif goal is not None and self._is_kept(goal):
                self._look()
        return self._look()

    def look_back(self, frame: RunFrame, report: Report) -> Shown:
        """Return a frame with the loss of the row that is asked about, as it was then.

        Runs off the UI thread.
        """
        assert self.training is not None
        if not frame.weights:
            return Shown(frame, None, _NOT_KEPT)
        with self.training.as_it_was(frame.weights, frame.dials):
            return self._with_terms(frame)

    def head_of(self, frame: RunFrame) -> Head:
        """Return the head as it was at a frame; where that was not kept, as it is now."""
        assert self.training is not None
        return self.training.head(frame.weights or None)

    def _go_back(self, frame: RunFrame) -> None:
        assert self.training is not None
        if frame.weights and frame.measures.step < self.n_steps:
            self.training.restore(frame.weights)
            del self.training.losses[frame.measures.step :]
            self.frames.cut(frame.measures.step)

    def _is_early(self, seconds: float, first: int) -> bool:
        return self.n_steps - first >= seconds * self.pace

    def _is_kept(self, goal: int) -> bool:
        """Return whether a step on the way to a goal is kept: a hundred of them are."""
        return self.n_steps % max(1, goal // 100) == 0

    def _look(self) -> Shown:
        assert self.training is not None
        previous = self.frames[-1] if len(self.frames) else None
        if previous is not None and previous.measures.step == self.n_steps:
            frame = previous
        else:
            frame = record(self.training, previous)
            self.frames.add(frame)
        self.training.change(self.dials)  # Of what is asked about a row now.
        self.latest = self._with_terms(frame)
        return self.latest

    def _with_terms(self, frame: RunFrame) -> Shown:
        assert self.training is not None
        place = self.place_of(self.asked)
        if place is None:
            return Shown(frame, None, "" if self.asked is None else _NOT_DRAWN)
        try:
            return Shown(frame, anchor_terms(self.training, place))
        except UserError as error:  # A row that is in none of the pairs.
            return Shown(frame, None, str(error))

    @property
    def names(self) -> Sequence[str]:
        """Names of all points: labels, or the number of the group and that within it."""
        if self._names is None or len(self._names) != len(self.rows):
            vector_set, size = self.material.vector_set, self.material.settings.per_group
            if vector_set is None:
                self._names = [f"{i // size + 1}.{i % size + 1}" for i in self.rows.tolist()]
            elif len(self.rows) == len(vector_set):
                self._names = vector_set.labels
            else:
                self._names = [vector_set.labels[row] for row in self.rows.tolist()]
        return self._names

    def place_of(self, row: int | None) -> int | None:
        """Return where a row is among the points; None where it is not."""
        if row is None:
            return None
        place = int(np.searchsorted(self.rows, row))
        is_there = place < len(self.rows) and self.rows[place] == row
        return place if is_there else None

    def places_of(self, rows: Rows) -> Rows:
        """Return where rows are among the points; those that are not are left out."""
        found: Rows = np.flatnonzero(np.isin(self.rows, rows))
        return found


def _begin(material: Material, dials: Dials) -> tuple[Training, Rows]:
    settings = material.settings
    if material.vector_set is None:
        training = free_training(
            settings.groups,
            settings.per_group,
            settings.outputs,
            together="item" if settings.together == "views" else "group",
            dials=dials,
            seed=settings.seed,
        )
        return training, np.arange(settings.groups * settings.per_group)
    rows, positives = _rows_and_positives(material)
    vectors = material.vector_set.vectors
    chosen = vectors if len(rows) == len(vectors) else vectors[rows]
    return Training(chosen, settings.outputs, positives, dials, seed=settings.seed), rows


def _rows_and_positives(material: Material) -> tuple[Rows, Positives | None]:
    """Return the rows to learn from, and which of these belong together."""
    vector_set, settings = material.vector_set, material.settings
    assert vector_set is not None
    n_rows = len(vector_set)
    if settings.together == "pairs":
        if material.pairs is None:
            raise UserError(
                "There are no pairs of rows of this set. Add some by File → Add Pairs…, or choose "
                "two views of a row."
            )
        return _rows_of_pairs(material.pairs, n_rows, settings.seed)
    rows = np.arange(n_rows)
    if n_rows > MOST_ROWS:
        random = np.random.default_rng(settings.seed)
        rows = np.sort(random.choice(n_rows, MOST_ROWS, replace=False))
    if settings.together == "views":
        return rows, None
    if not settings.column:
        raise UserError(
            "This set has no columns, so none tells which rows belong together. Choose two views "
            "of a row, or add metadata."
        )
    values = vector_set.metadata[settings.column].take(rows).to_pylist()
    return rows, same_category(values, len(rows))


def _rows_of_pairs(pairs: Pairs, n_rows: int, seed: int) -> tuple[Rows, Positives]:
    """Return all rows of a set, or those of some pairs where there are too many."""
    pairs.require_within(n_rows)
    if n_rows <= MOST_ROWS:
        return np.arange(n_rows), pairs_to_learn(pairs, n_rows)
    random = np.random.default_rng(seed)
    order = random.permutation(len(pairs))[: MOST_ROWS // 2]
    rows = np.unique(np.concatenate([pairs.first[order], pairs.second[order]]))
    scores = None if pairs.scores is None else pairs.scores[order]
    first, second = (np.searchsorted(rows, side[order]) for side in (pairs.first, pairs.second))
    return rows, pairs_to_learn(Pairs(first, second, scores), len(rows))
