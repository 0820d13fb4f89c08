"""The choices of a session, about the sets that could be restored.

Each value is checked when it is read. One that makes no sense is left as it usually is, and named;
row numbers are found again by their labels where the rows are others than they were.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from embedviz.app.files.documents import Document
from embedviz.app.files.session.contents import Restored
from embedviz.app.files.session.maps import read_projection, with_maps
from embedviz.app.files.session.pairs import read_pairs
from embedviz.app.files.session.row_mapping import RowMapping
from embedviz.app.files.session.scenes import read_scenes
from embedviz.app.files.session.texts import read_query, read_texts
from embedviz.app.files.values import Unfit, from_json, made
from embedviz.app.first_color import first_color
from embedviz.app.state import SetView, State
from embedviz.core.neighbors import Metric
from embedviz.core.settings import Settings, SettingsByPane
from embedviz.core.vector_set import VectorSet

T = TypeVar("T")
S = TypeVar("S", bound=Settings)
_MOST_COUNT = 1000


@dataclass
class Choices:
    """Restored state of a session, and notes on what could not be restored.

    Attributes
    ----------
    state : State
    notes : list of str
        What could not be restored.
    """

    state: State
    notes: list[str]


def restore_state(
    document: Document,
    restored: Restored,
    ramps: Collection[str] = ("viridis",),
    panes: Collection[type[Settings]] = (),
) -> Choices:
    """Return the state of a session, about those of its sets that are there.

    Parameters
    ----------
    document : dict
    restored : Restored
    ramps : collection of str
        Names of the colors of numbers that there are.
    panes : collection of class
        The settings of the panes that there are.
    """
    given, row_mapping = document.get("state"), RowMapping(restored)
    known = given if isinstance(given, dict) else {}

    def read(given: Mapping[str, Any], row_mapping: RowMapping) -> State:
        state = _StateReader(given, row_mapping, panes).read()
        return state if state.active is None else with_maps(state, given, row_mapping, ramps)

    def read_look(given: Mapping[str, Any], row_mapping: RowMapping) -> State:
        look = read({**given, "pairs": []}, row_mapping)
        unread = json.dumps(row_mapping.unknown) if row_mapping.unknown else ""
        active = look.active if "active" in given else None
        return replace(look, active=active, sets=(), left=(), pairs=(), unread=unread)

    state = read(known, row_mapping)
    state = replace(state, scenes=read_scenes(document, restored, read_look))
    if row_mapping.unknown:
        state = replace(state, unread=json.dumps(row_mapping.unknown))
    return Choices(state, row_mapping.notes)


class _StateReader:
    """Reader of everything but the maps."""

    def __init__(
        self, given: Mapping[str, Any], row_mapping: RowMapping, panes: Collection[type[Settings]]
    ) -> None:
        self._given, self._row_mapping, self._panes = given, row_mapping, panes

    def read(self) -> State:
        state = State(
            sets=self._row_mapping.sets,
            metric=self._checked("metric", lambda value: from_json(Metric, value), "cosine"),
            count=self._checked("count", lambda value: _from_one_to(_MOST_COUNT, value), 10),
            pairs=read_pairs(self._given, self._row_mapping),
            texts=read_texts(self._given.get("texts"), self._row_mapping),
        )
        active = self._row_mapping.set_at(self._given.get("active"))
        if active is None:
            # What was chosen in a set that is not there has no meaning for another one.
            shown = state.sets[0] if state.sets else None
            settings = self._settings_of_panes(None).of_another_set(shown)
            state = replace(state, settings=settings)
            return state if shown is None else state.activated(shown)
        return self._with_choices(state, active)

    def _with_choices(self, state: State, active: VectorSet) -> State:
        find = self._row_mapping
        return replace(
            state,
            active=active,
            query=find.row("query", self._given.get("query"), active),
            query_vector=self._checked(
                "query_vector", lambda value: read_query(value, active), None
            ),
            selected=find.selection("selection", self._given.get("selected"), active),
            settings=self._settings_of_panes(active),
            left=tuple(self._left()),
        )

    def _checked(self, name: str, read: Callable[[Any], T], otherwise: T) -> T:
        """Return a value of the state; the usual one where it is not there or makes no sense."""
        if name not in self._given:
            return otherwise
        return self._row_mapping.attempt(name, lambda: read(self._given[name]), otherwise)

    def _settings_of_panes(self, active: VectorSet | None) -> SettingsByPane:
        """Return what was set in each pane, field by field, as far as the active set can have it.

        Settings of panes that there are not are kept for the next save.
        """
        given = self._given.get("settings")
        known = given if isinstance(given, dict) else {}
        by_pane = SettingsByPane()
        for kind in self._panes:
            value = known.get(kind.name) if given is not None else kind.read_version_1(self._given)
            if value is not None:
                by_pane = by_pane.with_settings(self._read(kind, value, active))
                self._row_mapping.keep_unknown("settings", kind.name, value, kind)
        names = {kind.name for kind in self._panes}
        for name, value in known.items():
            if name not in names and isinstance(value, dict):
                self._row_mapping.keep("settings", name, value)
        return by_pane

    def _read(self, kind: type[S], value: Any, active: VectorSet | None) -> S:
        find, name = self._row_mapping, kind.name
        found = find.attempt(name, lambda: made(kind, find.settings(kind, value, name)), kind())
        if active is not None and not found.fits(active):
            find.lose(name)
        return found if active is None else found.suited_to(active)

    def _left(self) -> list[SetView]:
        given = self._given.get("left")
        found: list[SetView] = []
        for each in given if isinstance(given, list) else []:
            place = each.get("vector_set") if isinstance(each, dict) else None
            vector_set = self._row_mapping.set_at(place)
            if vector_set is None or any(vector_set is one.vector_set for one in found):
                continue
            query = self._row_mapping.row("query", each.get("query"), vector_set)
            projection = read_projection(
                "projection", each.get("projection"), vector_set, self._row_mapping
            )
            found.append(SetView(vector_set, query, projection, self._color_of(each, vector_set)))
        return found

    def _color_of(self, given: dict[str, Any], vector_set: VectorSet) -> str | None:
        """Return the column that colored a set; earlier versions did not keep it."""
        color_by = given.get("color_by", first_color(vector_set))
        if color_by is None or color_by in vector_set.metadata.column_names:
            return cast("str | None", color_by)
        self._row_mapping.lose("color of a set")
        return None


def _from_one_to(most: int, value: Any) -> int:
    if type(value) is not int or not 1 <= value <= most:
        raise Unfit(f"{value!r:.80} is not from 1 to {most}")
    return value
