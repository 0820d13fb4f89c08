"""Measuring of relations in the background: the shown one, all others, and other words."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.analogies.relations import AppliedWord
from embedviz.core.progress import Report, part_of
from embedviz.core.vector_set import VectorSet
from embedviz.gui.pane import Pane
from embedviz.gui.widgets.watched import is_watched
from embedviz.panes.analogies.relation.choices import chosen_relation, relations_of
from embedviz.panes.analogies.relation.measuring import (
    MeasuredRelation,
    RelationOfSet,
    apply_to_words,
    measure,
)
from embedviz.panes.analogies.relation.offered import OfferedRelation
from embedviz.panes.analogies.relation.settings import RelationSettings

_MOST_KNOWN = 200
_FEW_NUMBERS = 20_000_000
"""All relations of a set of no more numbers than this are measured before they are asked for."""


@dataclass(frozen=True)
class WantedRelation:
    """The relation that is looked at. A subject of calculations."""

    of: RelationOfSet

    @classmethod
    def by(cls, state: State) -> WantedRelation | None:
        """Return what a state shows; None where the set has no relation."""
        assert state.active is not None
        chosen = chosen_relation(state)
        return None if chosen is None else cls(RelationOfSet(state.active, chosen))

    def is_wanted(self, state: State) -> bool:
        """Return whether a state shows this."""
        return state.active is self.of.vector_set and WantedRelation.by(state) == self


@dataclass(frozen=True)
class WantedRanking:
    """All relations of a set. A subject of calculations."""

    vector_set: VectorSet
    relations: tuple[OfferedRelation, ...]

    @classmethod
    def by(cls, state: State) -> WantedRanking:
        """Return what the table of a state is about."""
        assert state.active is not None
        return cls(state.active, tuple(relations_of(state.active, state[RelationSettings])))

    def is_wanted(self, state: State) -> bool:
        """Return whether a state still has these relations."""
        return state.active is self.vector_set and WantedRanking.by(state) == self

    @property
    def is_quick(self) -> bool:
        """Whether they are measured before somebody asks."""
        return self.vector_set.vectors.size <= _FEW_NUMBERS


@dataclass(frozen=True)
class WantedAnswers:
    """Words that a relation is applied to. A subject of calculations."""

    of: RelationOfSet
    words: tuple[str, ...]

    @classmethod
    def by(cls, state: State) -> WantedAnswers | None:
        """Return what a state asks; None where there is no word, or no relation."""
        words, wanted = state[RelationSettings].apply, WantedRelation.by(state)
        return None if wanted is None or not words else cls(wanted.of, words)

    def is_wanted(self, state: State) -> bool:
        """Return whether a state asks this."""
        return state.active is self.of.vector_set and WantedAnswers.by(state) == self


class RelationRun(QObject):
    """Tasks of the page, and all that they have found for the set that is shown.

    Signals
    -------
    relation_found, ranking_found, answers_found : ()
        There is more to show.

    Parameters
    ----------
    pane : Pane
    """

    relation_found = Signal()
    ranking_found = Signal()
    answers_found = Signal()

    def __init__(self, pane: Pane) -> None:
        super().__init__(pane)
        self._pane = pane
        calculations = pane.calculations
        self._task = calculations.new_task("measuring a relation", urgency=2)
        self._answering = calculations.new_task("applying a relation", urgency=1)
        self._ranking = calculations.new_task("measuring all relations")
        self._known: OrderedDict[RelationOfSet, MeasuredRelation] = OrderedDict()
        self._answers: tuple[WantedAnswers, tuple[AppliedWord, ...]] | None = None

    def ask(self, state: State, *, all_relations: bool) -> None:
        """Measure what a state shows, as far as it is not known or being measured already."""
        calculations, wanted = self._pane.calculations, WantedRelation.by(state)
        known = None if wanted is None else self._known.get(wanted.of)
        if wanted is None or (known is not None and known.measures is not None):
            calculations.cancel(self._task)
        elif not calculations.has_asked(self._task, wanted):
            work = partial(measure, wanted.of)
            calculations.run(self._task, work, self._keep, wanted, on_part=self._keep)
        self._ask_answers(state)
        self._ask_ranking(state, all_relations=all_relations)

    def _ask_answers(self, state: State) -> None:
        calculations, wanted = self._pane.calculations, WantedAnswers.by(state)
        if wanted is None or (self._answers is not None and self._answers[0] == wanted):
            calculations.cancel(self._answering)
        elif not calculations.has_asked(self._answering, wanted):
            work = partial(_answer, wanted)
            calculations.run(self._answering, work, self._keep_answers, wanted)

    def _ask_ranking(self, state: State, *, all_relations: bool) -> None:
        calculations, wanted = self._pane.calculations, WantedRanking.by(state)
        missing = [each for each in wanted.relations if self.measured(wanted, each) is None]
        is_ahead = wanted.is_quick and is_watched(self._pane)  # A figure shows what it is of.
        if not missing or not (all_relations or is_ahead):
            calculations.cancel(self._ranking)
        elif not calculations.has_asked(self._ranking, wanted):
            work = partial(_measure_all, wanted.vector_set, tuple(missing))
            keep = self._keep_all
            calculations.run(self._ranking, work, keep, wanted, on_part=keep)

    def shown(self, state: State) -> MeasuredRelation | None:
        """Return what is known of the relation that a state shows."""
        wanted = WantedRelation.by(state)
        return None if wanted is None else self._known.get(wanted.of)

    def measured(
        self, ranking: WantedRanking, relation: OfferedRelation
    ) -> MeasuredRelation | None:
        """Return all that there is to know of a relation, once it is."""
        found = self._known.get(RelationOfSet(ranking.vector_set, relation))
        return found if found is not None and found.measures is not None else None

    def answers(self, state: State) -> tuple[AppliedWord, ...] | None:
        """Return the answers to the words of a state; None where they are not known."""
        wanted = WantedAnswers.by(state)
        if self._answers is None or self._answers[0] != wanted:
            return None
        return self._answers[1]

    def owns(self, task: Task) -> bool:
        """Return whether a task is one of these."""
        return task in (self._task, self._answering, self._ranking)

    def was_stopped(self, state: State) -> bool:
        """Return whether what a state shows is neither known nor being measured."""
        return self.shown(state) is None and not self._task.is_busy

    @property
    def is_answering(self) -> bool:
        """Whether answers to other words are looked for."""
        return self._answering.is_busy

    @property
    def is_ranking(self) -> bool:
        """Whether the table of all relations is being filled."""
        return self._ranking.is_busy

    def forget_closed(self, sets: Sequence[VectorSet]) -> None:
        """Let go of what was measured of sets that are not open any more."""
        for of in [each for each in self._known if each.vector_set not in sets]:
            del self._known[of]
        if self._answers is not None and self._answers[0].of.vector_set not in sets:
            self._answers = None

    def release(self) -> None:
        """Let go of what was measured."""
        self._known.clear()
        self._answers = None

    def _keep(self, found: MeasuredRelation) -> None:
        self._remember(found)
        self.relation_found.emit()

    def _keep_all(self, found: Sequence[MeasuredRelation]) -> None:
        for each in found:
            self._remember(each)
        self.ranking_found.emit()

    def _keep_answers(self, found: tuple[WantedAnswers, tuple[AppliedWord, ...]]) -> None:
        self._answers = found
        self.answers_found.emit()

    def _remember(self, found: MeasuredRelation) -> None:
        before = self._known.get(found.of)
        if before is not None and before.measures is not None and found.measures is None:
            return  # The table of all has been quicker.
        self._known[found.of] = found
        while len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)


def _measure_all(
    vector_set: VectorSet,
    relations: Sequence[OfferedRelation],
    report: Report,
    tell: Callable[[tuple[MeasuredRelation, ...]], None],
) -> tuple[MeasuredRelation, ...]:
    """Measure relations one after the other; runs off the UI thread."""
    found: list[MeasuredRelation] = []
    for place, each in enumerate(relations):
        part = part_of(report, place / len(relations), (place + 1) / len(relations))
        found.append(measure(RelationOfSet(vector_set, each), part))
        tell(tuple(found))  # All of them, as parts that are overtaken are not handed over.
    return tuple(found)


def _answer(wanted: WantedAnswers, report: Report) -> tuple[WantedAnswers, tuple[AppliedWord, ...]]:
    """Apply a relation to words; runs off the UI thread."""
    return wanted, apply_to_words(wanted.of, wanted.words, report)
