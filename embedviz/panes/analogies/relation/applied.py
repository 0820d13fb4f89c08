"""Answers of a relation to other words."""

from __future__ import annotations

from dataclasses import dataclass

from embedviz.gui.widgets.ranked_list import Ranked


@dataclass(frozen=True)
class AppliedWord:
    """A word that a relation is applied to, and its answers.

    Attributes
    ----------
    word : str
    row : int
        Of the word; -1 where the set does not have it.
    answers : tuple of Ranked
        Best first.
    problem : str
        Why there are none; empty where there are.
    """

    word: str
    row: int
    answers: tuple[Ranked, ...] = ()
    problem: str = ""

    @property
    def best(self) -> Ranked | None:
        """The first answer."""
        return next(iter(self.answers), None)
