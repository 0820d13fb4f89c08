"""A run: a training that is watched, and the frames that are kept of it.

One thread follows the training, in `train`; the window reads frames. The child that trains steps
back from the processors, so that the window goes first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.blocks import scale_to_unit_length
from embedviz.core.errors import UserError
from embedviz.core.isotropy.mean_direction import mean_cosine_of
from embedviz.core.progress import Cancelled, Report
from embedviz.core.projections.aligned import AlignedPositions, aligned_pca
from embedviz.core.vector_set import VectorSet
from embedviz.panes.training.lesson import Lesson
from embedviz.sources.training.recording import Recording, TrainingFrame
from embedviz.sources.training.run import Trained, TrainingRun
from embedviz.sources.training.settings import TrainingSettings
from embedviz.sources.training.snapshots import Snapshot, Vocabulary

FREQUENCY = "log₁₀ of count"
_MOMENTS = 240
"""Snapshots for a figure, and for a moving one: enough for ten seconds."""
_FEWEST_PAIRS = 2
"""Of a relation that is drawn: one arrow is parallel to nothing."""


class MapView(NamedTuple):
    """What a map shows.

    Attributes
    ----------
    n_components : {2, 3}
    is_whole : bool
        All words, and not those of a relation alone.
    relation : str
    """

    n_components: int
    is_whole: bool
    relation: str


class WatchedRun:
    """A training that is watched.

    Parameters
    ----------
    lesson : Lesson
    settings : TrainingSettings
    view : MapView
        Of the map at first.
    is_figure : bool
        Frames are made at equal parts of the text, whatever time it is, and the last one lies as
        its principal axes say alone: so the same vectors give the same pictures.

    Attributes
    ----------
    recording : Recording
        Frames so far.
    vocabulary : Vocabulary or None
        None until the words are counted.
    trained : Trained or None
        The vectors of all words, once training has ended or was stopped.
    error : UserError or None
        Why there are none.
    is_dropped : bool
        Nobody wants it any more, not even as it is.
    wanted : set of MapView
        On which maps new frames get positions.
    """

    def __init__(
        self,
        lesson: Lesson,
        settings: TrainingSettings,
        view: MapView,
        *,
        is_figure: bool = False,
    ) -> None:
        self.lesson, self.settings = lesson, settings
        moments = _MOMENTS if is_figure else None
        self.training = TrainingRun(lesson.corpus, settings, lesson.questions, moments=moments)
        self.recording = Recording()
        self.vocabulary: Vocabulary | None = None
        self.trained: Trained | None = None
        self.error: UserError | None = None
        self.is_dropped = False
        self.is_figure = is_figure
        self.wanted = {view}
        self._places: dict[MapView, WeakKeyDictionary[TrainingFrame, AlignedPositions]] = (
            defaultdict(WeakKeyDictionary)
        )
        self._newest: dict[MapView, Matrix] = {}
        self._sides: dict[str, VectorSet] = {}

    def place_of_moment(self, part: float) -> int:
        """Return the place of the frame of when a part of it, 0 to 1, was done."""
        last = len(self.recording) - 1
        if part >= 1 or last < 0:
            return max(last, 0)
        return self.recording.place_at(part * self.recording[last].fraction)

    def train(self, report: Report, tell: Callable[[TrainingFrame], None]) -> WatchedRun:
        """Train until the end, or until it is stopped, which keeps the vectors as they are.

        Runs off the UI thread.
        """

        def look(fraction: float, words: str) -> None:
            try:
                report(fraction, words)
            except Cancelled:
                if self.is_dropped:
                    raise
                self.stop()

        def take(snapshot: Snapshot) -> None:
            frame = self.recording.add(snapshot)
            for view in {self.resolved(each) for each in self.wanted}:
                placed = self._placed(frame, view, self._newest.get(view))
                self._places[view][frame] = placed
                self._newest[view] = placed.positions
            with suppress(Cancelled):
                tell(frame)

        try:
            self.trained = self.training.run(look, self._learn_words, take)
        except UserError as error:
            self.error = error
            raise
        if self.is_figure:
            for view in map(self.resolved, self.wanted):
                last = self.frames[-1]
                self._places[view][last] = self._placed(last, view, None)
        return self

    def _learn_words(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        # Here, or the window would have to make them between two frames.
        assert len(self.words) == len(self.rows)
        for relation in self.relations:
            self.sides(relation)

    def stop(self) -> None:
        """Stop training soon, and keep the vectors as they are."""
        if not self.training.is_stopped:
            self.training.stop()

    def drop(self) -> None:
        """End it at once, and keep nothing."""
        self.is_dropped = True
        self.training.kill()

    def places_of(self, frame: TrainingFrame, view: MapView) -> AlignedPositions | None:
        """Return where the words of a frame are on a map; None where that is not known yet.

        Words that are not on the map have positions of NaN.
        """
        return self._places[self.resolved(view)].get(frame)

    def resolved(self, view: MapView) -> MapView:
        """Return a view of a relation that there is, or else of all words."""
        relation = "" if view.is_whole else self.relation_named(view.relation)
        return MapView(view.n_components, not relation, relation)

    def relation_named(self, name: str) -> str:
        """Return a relation: the one of this name, or the first that the text has, or none."""
        return name if name in self.relations else next(iter(self.relations), "")

    def _placed(self, frame: TrainingFrame, view: MapView, near: Matrix | None) -> AlignedPositions:
        units = unit_rows(frame)
        if view.is_whole:
            return aligned_pca(units, near, view.n_components)
        rows = np.unique(self.relations[view.relation])
        found = aligned_pca(units[rows], None if near is None else near[rows], view.n_components)
        positions = np.full((len(units), view.n_components), np.nan, np.float32)
        positions[rows] = found.positions
        return AlignedPositions(positions, found.share)

    def turn(self, view: MapView, report: Report) -> None:
        """Find places on another map, from the newest frame back to the first.

        Runs off the UI thread.
        """
        view = self.resolved(view)
        frames, places = self.frames, self._places[view]
        after: Matrix | None = None
        for number, frame in enumerate(reversed(frames)):
            report(number / len(frames), "turning the map")
            if frame not in places:
                places[frame] = self._placed(frame, view, after)
            after = places[frame].positions
        if frames and not self.is_training:
            self._newest[view] = places[frames[-1]].positions
        self.wanted = {view}

    def as_trained(self, frame: TrainingFrame) -> Trained:
        """Return the words on show as they were in a frame."""
        assert self.vocabulary is not None
        shown, counts = self.vocabulary.shown, self.vocabulary.counts
        words = replace(
            self.vocabulary,
            words=self.vocabulary.shown_words,
            counts=counts[shown],
            shown=np.arange(len(shown)),
        )
        corpus, settings = self.lesson.corpus, self.settings
        part = frame.fraction, frame.seconds
        return Trained(words, frame.vectors, settings, corpus, True, *part)

    @property
    def frames(self) -> tuple[TrainingFrame, ...]:
        """Frames that are kept, oldest first."""
        recording = self.recording
        return tuple(recording[place] for place in range(len(recording)))

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """Places of the words among those on show."""
        words = () if self.vocabulary is None else self.vocabulary.shown_words
        return {word: place for place, word in enumerate(words)}

    @cached_property
    def relations(self) -> Mapping[str, Rows]:
        """Pairs of words on show, of each relation that has two or more: arrays of shape (n, 2)."""
        found = {}
        for name, pairs in self.lesson.relations.items():
            there = [
                (self.rows[a], self.rows[b])
                for a, b in (self._as_written(pair) for pair in pairs)
                if a in self.rows and b in self.rows
            ]
            if len(there) >= _FEWEST_PAIRS:
                found[name] = np.array(there, np.intp)
        return found

    def _as_written(self, pair: tuple[str, str]) -> tuple[str, str]:
        if self.settings.lower_case:
            return pair[0].lower(), pair[1].lower()
        return pair

    @property
    def is_training(self) -> bool:
        """Whether more frames may come."""
        return self.trained is None and self.error is None

    def sides(self, relation: str) -> VectorSet:
        """Return the words on show with which side of a relation each is on, if any."""
        if relation not in self._sides:
            self._sides[relation] = self._made_sides(relation)
        return self._sides[relation]

    def _made_sides(self, relation: str) -> VectorSet:
        names = relation.split("-")
        first, second = names if len(names) == 2 else ("from", "to")
        column: list[str | None] = [None] * len(self.rows)
        for a, b in self.relations[relation].tolist():
            column[a], column[b] = first, second
        vectors = np.zeros((len(column), 1), np.float32)
        return VectorSet(vectors, self.words.labels, {"side": column}, "words")

    @cached_property
    def words(self) -> VectorSet:
        """Words on show with their counts and kinds, for colors and labels; vectors of zeros."""
        assert self.vocabulary is not None
        names, kinds = self.vocabulary.shown_words, self.lesson.kinds
        columns: dict[str, list[object]] = {
            FREQUENCY: np.log10(self.vocabulary.counts[self.vocabulary.shown]).tolist()
        }
        if kinds:
            columns["kind"] = [kinds.get(name) for name in names]
        return VectorSet(np.zeros((len(names), 1), np.float32), names, columns, "words")


def unit_rows(frame: TrainingFrame) -> Matrix:
    """Return the vectors of a frame, of unit length: the nearer, the larger their cosine."""
    units = frame.vectors
    scale_to_unit_length(units)
    return units


def consistency(frame: TrainingFrame, pairs: Rows) -> float:
    """Return how parallel the offsets of pairs are: the mean cosine of any two, -1 to 1.

    Parameters
    ----------
    frame : TrainingFrame
    pairs : array of shape (n_pairs, 2)
    """
    first, second = (frame.half[side].astype(np.float32) for side in pairs.T)
    for side in (first, second):
        scale_to_unit_length(side)
    offsets = second - first
    scale_to_unit_length(offsets)
    return mean_cosine_of(offsets.sum(axis=0, dtype=np.float64), len(offsets))
