"""What an answered question depends on, all of it, so that it is known whether it is wanted."""

from __future__ import annotations

from dataclasses import dataclass

from embedviz.app.layouts import LayoutRequest
from embedviz.app.state import State
from embedviz.core.analogies.scoring import Method
from embedviz.core.vector_set import VectorSet
from embedviz.panes.analogies.question.settings import QuestionSettings
from embedviz.panes.analogies.settings import AnalogySettings


@dataclass(frozen=True)
class WantedAnswer:
    """A question, the set that it is put to, and how it is to be drawn.

    Attributes
    ----------
    vector_set : VectorSet
    positive, negative : tuple of str
    method : {"3CosAdd", "3CosMul", "PairDirection"}
    exclude_inputs : bool
        Whether the terms cannot be the answer that is drawn.
    n_components : {2, 3}
    request : LayoutRequest or None
        The layout of the map, where that is drawn on; None: the plane of the words.
    """

    vector_set: VectorSet
    positive: tuple[str, ...]
    negative: tuple[str, ...]
    method: Method
    exclude_inputs: bool
    n_components: int
    request: LayoutRequest | None = None

    @classmethod
    def by(cls, state: State) -> WantedAnswer:
        """Return what a state wants, which has an active set."""
        assert state.active is not None
        asked = state[AnalogySettings]
        n_components = 3 if asked.is_3d else 2
        request = None
        if state[QuestionSettings].picture == "map":
            request = LayoutRequest(state.active, state.map.projection, n_components)
        return cls(
            state.active,
            asked.positive,
            asked.negative,
            asked.method,
            asked.exclude_inputs,
            n_components,
            request,
        )

    def is_wanted(self, state: State) -> bool:
        """Return whether a state asks for just this."""
        return state.active is not None and WantedAnswer.by(state) == self

    @property
    def labels(self) -> tuple[str, ...]:
        """All terms, positive ones first."""
        return (*self.positive, *self.negative)

    @property
    def signs(self) -> str:
        """The sign of each term."""
        return "+" * len(self.positive) + "−" * len(self.negative)

    @property
    def order(self) -> list[int]:
        """The places of the terms in the order in which the question is written."""
        n_added, n_terms = len(self.positive), len(self.labels)
        return [*range(min(n_added, 1)), *range(n_added, n_terms), *range(1, n_added)]

    @property
    def is_parallelogram(self) -> bool:
        """Whether it is a − b + c, which is drawn as arrows."""
        return (len(self.positive), len(self.negative)) == (2, 1)

    @property
    def texts(self) -> list[str]:
        """The terms that are not labels of the set, each once."""
        return list(dict.fromkeys(each for each in self.labels if each not in self.vector_set))
