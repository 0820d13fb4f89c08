"""Request of the page about nesting: a set to be made nested, and with what."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any

from embedviz.app.state import State
from embedviz.core.errors import UserError
from embedviz.core.matryoshka.nesting import Nested, Nesting, judge_rotation, train_nested
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.gui.pages.judgments import Judgment, chosen_judgment, judgments_of
from embedviz.panes.matryoshka.nested.settings import NestedSettings
from embedviz.panes.matryoshka.settings import MatryoshkaSettings


@dataclass(frozen=True)
class AskedNesting:
    """A set, what it is made nested with, and who judges.

    Attributes
    ----------
    vector_set : VectorSet
    nesting : Nesting
    judgment : Judgment or None
        Who judges, and, where the nesting is by pairs or a category, what is learned from.
    is_trained : bool
        Whether anything is trained; else the SVD rotation alone is judged.
    """

    vector_set: VectorSet
    nesting: Nesting
    judgment: Judgment | None
    is_trained: bool = True

    @classmethod
    def by(cls, state: State, *, is_trained: bool) -> AskedNesting:
        """Return what a state asks for.

        Raises
        ------
        UserError
            When the prefixes are no lengths, or the set has no such pairs or category.
        """
        assert state.active is not None
        settings, judge = state[NestedSettings], state[MatryoshkaSettings].judge
        if not is_trained:  # Which nothing but the seed has to do with.
            nesting = Nesting(prefixes=lengths_in(settings.prefixes), seed=settings.seed)
            return cls(state.active, nesting, chosen_judgment(state, judge), False)
        nesting = Nesting(
            settings.together,
            lengths_in(settings.prefixes),
            settings.temperature,
            settings.steps,
            seed=settings.seed,
        )
        return cls(state.active, nesting, judgment_for(state), True)

    def is_wanted(self, state: State) -> bool:
        """Return whether the set is still shown: what is set anew is for the next training."""
        return state.active is self.vector_set

    def work(self, go_on: Event, report: Report, tell: Callable[[Nested], None]) -> Nested:
        """Train, or judge the rotation. Runs off the UI thread."""
        pairs, category = None, None
        if self.judgment is not None:
            pairs = self.judgment.pairs
            if pairs is None:
                report(0.0, "reading the categories")
                category = self.vector_set.metadata[self.judgment.name].to_pylist()
        given: dict[str, Any] = {"pairs": pairs, "category": category, "report": report}
        if not self.is_trained:
            return judge_rotation(self.vector_set.vectors, self.nesting, **given)
        return train_nested(
            self.vector_set.vectors, self.nesting, tell=tell, is_wanted=go_on.is_set, **given
        )


def judgment_for(state: State) -> Judgment | None:
    """Return who judges what is trained: those pairs or that category that are learned from.

    Raises
    ------
    UserError
        When the set has none that are to be learned from.
    """
    settings, judge = state[NestedSettings], state[MatryoshkaSettings].judge
    chosen = chosen_judgment(state, judge)
    if settings.together not in ("pairs", "category"):
        return chosen
    by_pairs = settings.together == "pairs"
    offered = [each for each in (chosen, *judgments_of(state)) if each is not None]
    found = next((each for each in offered if (each.pairs is not None) == by_pairs), None)
    if found is None:
        missing = (
            "There are no pairs of rows of this set. Add some by File → Add Pairs…"
            if by_pairs
            else "This set has no column of categories. Add metadata"
        )
        raise UserError(f"{missing}, or learn from two views of each row.")
    return found


def lengths_in(text: str) -> tuple[int, ...]:
    """Return the lengths that a text names.

    Raises
    ------
    UserError
        When it has something else in it.
    """
    found = re.split(r"[\s,;]+", text.strip()) if text.strip() else []
    if not all(each.isascii() and each.isdecimal() and int(each) > 0 for each in found):
        raise UserError(
            f"The prefixes are {text!r}; they must be lengths from 1 up with spaces or commas "
            "between them, such as 8 32 128."
        )
    return tuple(int(each) for each in found)
