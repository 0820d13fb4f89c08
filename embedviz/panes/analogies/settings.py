"""Settings of the Analogies pane: the question `a − b + c = ?`, and how it is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from embedviz.core.analogies.scoring import METHODS, Method
from embedviz.core.settings import Settings, setting
from embedviz.core.texts.encoder_of import encoder_of
from embedviz.core.vector_set import VectorSet
from embedviz.panes.analogies.pages import PAGES
from embedviz.panes.analogies.question.writing import write_question


@dataclass(frozen=True)
class AnalogySettings(Settings):
    """The question, by labels, so that it can be put to another set.

    Attributes
    ----------
    positive, negative : tuple of str
    method : {"3CosAdd", "3CosMul", "PairDirection"}
    exclude_inputs : bool
        Whether the question's own labels are left out of the answers.
    is_3d : bool
        Whether the parallelogram is drawn in three dimensions.
    page : str
        What is looked at: a key of `PAGES`.
    """

    name: ClassVar[str] = "analogies"

    positive: tuple[str, ...] = setting(
        ("king", "woman"), "Plus", "labels that are added", metavar="LABEL"
    )
    negative: tuple[str, ...] = setting(
        ("man",), "Minus", "labels that are subtracted", metavar="LABEL"
    )
    method: Method = setting(
        "3CosAdd",
        "Method",
        "how answers are ranked",
        choices=tuple((name, name) for name in METHODS),
    )
    exclude_inputs: bool = setting(
        True, "Leave inputs out", "the question's own labels cannot be answers"
    )
    is_3d: bool = setting(False, "3-D", "three axes instead of two", option="3d")
    page: str = setting(
        PAGES.first, "Page", "what is looked at", choices=PAGES.choices, in_form=False
    )

    @classmethod
    def classes_of_pane(cls) -> tuple[type[Settings], ...]:
        """Return this class, and those of the pages that have settings of their own."""
        return cls, *PAGES.settings_classes

    @property
    def written(self) -> str:
        """The question as people write it."""
        return write_question(self.positive, self.negative)

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels of the question, positive ones first."""
        return (*self.positive, *self.negative)

    @property
    def mentioned(self) -> tuple[str, ...]:
        """All labels of the question."""
        return self.labels

    def require(self, vector_set: VectorSet) -> None:
        """Raise a UserError where a label is missing; of a set with an encoder, a text will do."""
        if encoder_of(vector_set) is None:
            super().require(vector_set)

    def with_options(self, given: Mapping[str, Any]) -> Self:
        """Return another question as a whole: what is added alone subtracts nothing."""
        if {"positive", "negative"} & set(given):
            given = {"positive": (), "negative": (), **given}
        return replace(self, **given)

    @classmethod
    def read_version_1(cls, state: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the question of a session of embedviz 0.1."""
        found = state.get("analogy")
        return found if isinstance(found, Mapping) else {}
