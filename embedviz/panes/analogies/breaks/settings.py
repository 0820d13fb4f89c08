"""Settings of the page of where analogies break."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, Self

from embedviz.core.settings import Settings, setting
from embedviz.core.vector_set import VectorSet

About = Literal["relations", "question"]


@dataclass(frozen=True)
class BreaksSettings(Settings):
    """Settings of the page.

    Attributes
    ----------
    about : {"relations", "question"}
        All relations of the set, or the one question of the pane.
    failing : str or None
        Name of the relation whose wrong answers are listed; None: the one that fails most.
    expected : str or None
        The answer that the question should have; None: the one that a relation gives.
    expected_for : tuple of str
        Terms of that question, positive ones first; empty: whichever is asked.
    """

    name: ClassVar[str] = "analogies.breaks"

    about: About = setting(
        "relations",
        "About",
        "what the page on where it breaks is about",
        choices=(("All relations", "relations"), ("This question", "question")),
        in_form=False,
    )
    failing: str | None = setting(
        None, "Wrong answers of", "a relation", metavar="NAME", in_form=False, option=""
    )
    expected: str | None = setting(
        None,
        "Expected",
        "the answer that the question should have, whose failure is explained",
        metavar="LABEL",
        in_form=False,
    )
    expected_for: tuple[str, ...] = setting(
        (), "Of the question", "whose answer is expected", in_form=False, option=""
    )

    def expected_of(self, terms: tuple[str, ...]) -> str | None:
        """Return the answer that a question should have, by its terms; None where it is another."""
        return self.expected if self.expected_for in ((), terms) else None

    def of_another_set(self, vector_set: VectorSet | None) -> Self:
        """Return the same view of the relations that another set has."""
        return replace(self, failing=None)

    def with_options(self, given: Mapping[str, Any]) -> Self:
        """Return what the options say; a question with an answer is what is explained."""
        if given.get("expected") is not None:
            given = {"about": "question", "expected_for": (), **given}
        return replace(self, **given)
