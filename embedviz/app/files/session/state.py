"""The choices of a session, about the sets that could be restored.

Each value is checked when it is read. One that makes no sense is left as it usually is, and named;
row numbers are found again by their labels where the rows are others than they were.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from embedviz.app.files.documents import Document
from embedviz.app.files.packed import unpack_vector
from embedviz.app.files.session.maps import read_camera, read_projection, with_maps
from embedviz.app.files.session.row_mapping import Carrying
from embedviz.app.files.session.sets import Restored
from embedviz.app.files.values import Unfit, from_json, made
from embedviz.app.state import Analogy, SetView, State, WhiteningDial
from embedviz.core.neighbors import Metric
from embedviz.core.query_vector import QueryVector
from embedviz.core.vector_set import VectorSet

T = TypeVar("T")
_MOST_COUNT = 1000


@dataclass
class Choices:
    """What was chosen when a session was saved.

    Attributes
    ----------
    state : State
    notes : list of str
        What could not be restored.
    """

    state: State
    notes: list[str]


def restore_state(
    document: Document, restored: Restored, ramps: Collection[str] = ("viridis",)
) -> Choices:
    """Return the state of a session, about those of its sets that are there.

    Parameters
    ----------
    document : dict
    restored : Restored
    ramps : collection of str
        Names of the colors of numbers that there are.
    """
    given, carrying = document.get("state"), Carrying(restored)
    known = given if isinstance(given, dict) else {}
    state = _StateReader(known, carrying).read()
    if state.active is not None:
        state = with_maps(state, known, carrying, ramps)
    return Choices(state, carrying.notes)


class _StateReader:
    """Reads everything but the maps."""

    def __init__(self, given: Mapping[str, Any], carrying: Carrying) -> None:
        self._given, self._carrying = given, carrying

    def read(self) -> State:
        state = State(
            sets=self._carrying.sets,
            metric=self._checked("metric", lambda value: from_json(Metric, value), "cosine"),
            count=self._checked("count", lambda value: _from_one_to(_MOST_COUNT, value), 10),
            analogy=self._settings(Analogy, "analogy", Analogy()),
        )
        active = self._carrying.set_at(self._given.get("active"))
        if active is None:
            # What was chosen in a set that is not there has no meaning for another one.
            return state.activated(state.sets[0]) if state.sets else state
        return self._with_choices(state, active)

    def _with_choices(self, state: State, active: VectorSet) -> State:
        most, find = active.dimensions, self._carrying
        return replace(
            state,
            active=active,
            dimensions=self._checked("dimensions", lambda value: _from_one_to(most, value), most),
            query=find.row("query", self._given.get("query"), active),
            query_vector=self._checked("query_vector", lambda value: _query(value, active), None),
            selected=find.selection("selection", self._given.get("selected"), active),
            dial=self._dial(active),
            cone_camera=self._checked("cone_camera", read_camera, None),
            left=tuple(self._left()),
        )

    def _checked(self, name: str, read: Callable[[Any], T], otherwise: T) -> T:
        """Return a value of the state; the usual one where it is not there or makes no sense."""
        if name not in self._given:
            return otherwise
        return self._carrying.attempt(name, lambda: read(self._given[name]), otherwise)

    def _settings(self, kind: type[T], name: str, otherwise: T) -> T:
        """Return settings field by field."""
        return self._checked(
            name, lambda value: made(kind, self._carrying.settings(kind, value, name)), otherwise
        )

    def _dial(self, active: VectorSet) -> WhiteningDial:
        dial = self._settings(WhiteningDial, "dial", WhiteningDial())
        known = State(active=active).dialed(strength=dial.strength, components=dial.components or 0)
        if known.dial != dial:
            self._carrying.lose("dial")
        return known.dial

    def _left(self) -> list[SetView]:
        given = self._given.get("left")
        found: list[SetView] = []
        for each in given if isinstance(given, list) else []:
            place = each.get("vector_set") if isinstance(each, dict) else None
            vector_set = self._carrying.set_at(place)
            if vector_set is None or any(vector_set is one.vector_set for one in found):
                continue
            query = self._carrying.row("query", each.get("query"), vector_set)
            projection = read_projection(
                "projection", each.get("projection"), vector_set, self._carrying
            )
            found.append(SetView(vector_set, query, projection))
        return found


def _from_one_to(most: int, value: Any) -> int:
    if type(value) is not int or not 1 <= value <= most:
        raise Unfit(f"{value!r:.80} is not from 1 to {most}")
    return value


def _query(value: Any, active: VectorSet) -> QueryVector | None:
    if value is None:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        raise Unfit("no query")
    vector = unpack_vector(value.get("vector"))
    if vector.shape != (active.origin.dimensions,):
        raise Unfit("another length")
    return QueryVector(value["name"], vector)
