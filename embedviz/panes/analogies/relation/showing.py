"""Drawing of all that is known of relations into the parts of the page."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject

from embedviz.app.state import State
from embedviz.core.analogies.relations import AppliedWord, correct_p_values
from embedviz.core.analogies.relations.offsets import unit_vectors
from embedviz.core.selection import Selection
from embedviz.core.wording import composed
from embedviz.gui.theme import theme_manager
from embedviz.gui.widgets.controls import set_text_in_place
from embedviz.panes.analogies.relation.choices import chosen_relation, relations_of
from embedviz.panes.analogies.relation.layout import PictureSpace
from embedviz.panes.analogies.relation.lists.pair_lines import describe_pair, pair_lines, pair_order
from embedviz.panes.analogies.relation.lists.relation_lines import relation_lines
from embedviz.panes.analogies.relation.measuring import LayoutKey, MeasuredRelation
from embedviz.panes.analogies.relation.parts import RelationParts
from embedviz.panes.analogies.relation.picture import AppliedArrow, DrawnRelation
from embedviz.panes.analogies.relation.running import RelationRun, WantedRanking
from embedviz.panes.analogies.relation.scales import color_scale
from embedviz.panes.analogies.relation.settings import RelationSettings
from embedviz.panes.analogies.relation.strips import NullDistribution
from embedviz.panes.analogies.relation.words import (
    NO_RELATION,
    describe_missing,
    describe_null,
    describe_picture,
    describe_ranking,
    describe_relation,
    describe_unknown,
)
from embedviz.panes.analogies.settings import AnalogySettings

_NULL_TITLES = (
    "Consistency of this relation beside shuffled pairs",
    "Consistency beside shuffled pairs",
    "Consistency",
)


class RelationShowing(QObject):
    """Drawing of the page: from a state, and what is known, to widgets.

    Parameters
    ----------
    parent : QObject
    parts : RelationParts
    run : RelationRun
    """

    def __init__(self, parent: QObject, parts: RelationParts, run: RelationRun) -> None:
        super().__init__(parent)
        self._parts, self._run = parts, run
        self._state = State()
        self.measured: MeasuredRelation | None = None
        run.relation_found.connect(self._show_again)
        run.answers_found.connect(self._show_again)
        run.ranking_found.connect(self._show_found_ranking)
        theme_manager.changed.connect(self._show_again)

    def show_choices(self, state: State) -> None:
        """Show what can be chosen, and what is."""
        assert state.active is not None
        settings, tools = state[RelationSettings], self._parts.tools
        tools.show_offered(relations_of(state.active, settings), chosen_relation(state))
        tools.show_settings(settings, is_3d=state[AnalogySettings].is_3d)
        self._parts.side.show_listed(settings.listed)

    def show_all(self, state: State) -> None:
        """Show what is known of what a state asks for."""
        self._state, before = state, self.measured
        self.measured = found = self._run.shown(state)
        if chosen_relation(state) is None:
            self._show_nothing(NO_RELATION)
        elif found is None:
            if before is None:  # Else it stays until the other one is there, which is a moment.
                self._show_nothing("Measuring …")
            self.measured = before
        elif not len(found.labels):
            self._show_nothing(describe_relation(found))
        else:
            self._show_relation(found, state)
        self._show_apply(state)
        self.show_ranking(state)

    def _show_again(self) -> None:
        if self._state.active is not None:
            self.show_all(self._state)

    def _show_found_ranking(self) -> None:
        if self._state.active is None:
            return
        if self.measured is None or self.measured.measures is None:
            self.show_all(self._state)  # It may be the one that is shown.
        else:
            self.show_ranking(self._state)

    def _show_nothing(self, why: str) -> None:
        parts = self._parts
        self.measured = None
        parts.picture.show_message(why)
        parts.head.setText("")
        parts.head.hide()
        parts.caption.setText("")
        parts.colors.show_scale(None)
        parts.null.show_null(None)
        parts.side.pairs.show_lines((), why)

    def _show_relation(self, found: MeasuredRelation, state: State) -> None:
        parts, settings = self._parts, state[RelationSettings]
        said = describe_relation(found)
        parts.head.show()
        set_text_in_place(parts.head, said)
        scale = color_scale(found, settings.colored_by, theme_manager.theme)
        parts.colors.show_scale(scale)
        self._show_null(found)
        order = pair_order(found, settings)
        parts.side.pairs.show_lines(pair_lines(found, order, scale, _question_of(found, state)))
        selected = selected_pairs(found, state.selected)
        parts.side.pairs.show_selected(selected)
        parts.picture.show_relation(
            DrawnRelation(
                found.layouts[_layout_key(state)],
                self._labels(found, state),
                [scale.color(value) for value in scale.values.tolist()],
                np.argsort(-np.nan_to_num(found.agreements, nan=-2.0), kind="stable"),
                self._arrows(found, state),
                is_fan=settings.drawn == "fan",
                selected=selected,
            )
        )
        set_text_in_place(parts.caption, self.caption_of(-1))

    def _labels(self, found: MeasuredRelation, state: State) -> list[str]:
        """Return the label of each point of the picture."""
        rows = found.layouts[_layout_key(state)].rows.tolist()
        labels = found.of.vector_set.labels
        return [composed(labels[row]) if row >= 0 else "" for row in rows]

    def _arrows(self, found: MeasuredRelation, state: State) -> list[AppliedArrow]:
        answers = self._run.answers(state) or ()
        if state[RelationSettings].listed != "apply":
            return []
        is_fan, space = (
            state[RelationSettings].drawn == "fan",
            found.layouts[_layout_key(state)].space,
        )
        return [_arrow(found, each, space, is_fan=is_fan) for each in answers if each.answers]

    def _show_null(self, found: MeasuredRelation) -> None:
        measures = found.measures
        if measures is None or not len(measures.shuffled):
            waits = measures is None and len(found.labels) > 1
            self._parts.null.show_null(None, "Shuffling the pairs …" if waits else "")
            return
        words = describe_null(measures)
        self._parts.null.show_null(
            NullDistribution(_NULL_TITLES, measures.consistency, measures.shuffled, words)
        )

    def caption_of(self, pair: int) -> str:
        """Return what is said below the picture: of a pair, or of the picture itself."""
        found = self.measured
        if found is None:
            return ""
        if 0 <= pair < len(found.labels):
            return describe_pair(found, pair)
        layout = found.layouts[_layout_key(self._state)]
        is_fan = self._state[RelationSettings].drawn == "fan"
        return describe_picture(layout, is_fan=is_fan)

    def show_stopped(self) -> None:
        """Say what was not measured, now that something was stopped or has failed."""
        if self._state.active is None:
            return
        if self._run.was_stopped(self._state) and chosen_relation(self._state) is not None:
            self._show_nothing("The relation was not measured.")
        self._show_apply(self._state)
        self.show_ranking(self._state)

    def _show_apply(self, state: State) -> None:
        assert state.active is not None
        panel, relation = self._parts.side.apply, chosen_relation(state)
        words = state[RelationSettings].apply
        panel.show_words(state.active, words, "" if relation is None else relation.name)
        answers = self._run.answers(state)
        waits = bool(words) and answers is None and relation is not None
        message = "Looking for the answers …" if self._run.is_answering else "Not looked for."
        panel.show_answers(answers or (), message if waits else "")
        panel.show_selected(state.selected)

    def show_ranking(self, state: State) -> None:
        """Show the table of all relations, as far as it is known."""
        ranking, side = WantedRanking.by(state), self._parts.side
        offered = list(ranking.relations)
        known = [self._run.measured(ranking, each) for each in offered]
        corrected = correct_p_values([_p_value(each) for each in known], "Holm").tolist()
        lines = relation_lines(offered, known, corrected, chosen_relation(state))
        side.relations.show_lines(lines, NO_RELATION.replace("\n", " "))
        listed = state[RelationSettings].listed
        notes = {
            "relations": describe_ranking(known, corrected, is_busy=self._run.is_ranking),
            "apply": describe_unknown(self._run.answers(state) or ()),
            "pairs": "" if self.measured is None else describe_missing(self.measured),
        }
        side.show_note(notes[listed])

    def release(self) -> None:
        """Let go of a set that has been closed."""
        self._state = State()
        self._show_nothing("")
        self._parts.side.relations.show_lines(())
        self._parts.side.apply.release()


def selected_pairs(found: MeasuredRelation, selected: Selection) -> frozenset[int]:
    """Return the pairs of which both words are selected."""
    first, second = found.found.first, found.found.second
    if not len(selected):
        return frozenset()
    both = np.isin(first, selected.rows) & np.isin(second, selected.rows)
    return frozenset(np.flatnonzero(both).tolist())


def _layout_key(state: State) -> LayoutKey:
    return state[RelationSettings].drawn, 3 if state[AnalogySettings].is_3d else 2


def _question_of(found: MeasuredRelation, state: State) -> int:
    """Return the pair that is asked for on the page of one analogy; -1: none."""
    asked = state[AnalogySettings]
    if len(asked.positive) != 2:
        return -1
    firsts = [first for first, _ in found.labels]
    word = asked.positive[1]
    return firsts.index(word) if word in firsts else -1


def _p_value(found: MeasuredRelation | None) -> float:
    measures = None if found is None else found.measures
    return float("nan") if measures is None else measures.p_value


def _arrow(
    found: MeasuredRelation, applied: AppliedWord, space: PictureSpace, *, is_fan: bool
) -> AppliedArrow:
    """Return the answer to a word in a picture."""
    row, label, _ = applied.answers[0]
    (answer,) = unit_vectors(found.of.vector_set, np.array([row]))
    ends = np.stack([applied.start, answer]) - (applied.start if is_fan else 0.0)
    start, end = space.places(ends)
    return AppliedArrow(applied.label, label, start, end)
