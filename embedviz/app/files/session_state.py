"""The choices of a session, about the sets that could be restored.

Each value is checked when it is read. One that makes no sense is left as it usually is, and named;
row numbers are found again by their labels where the rows are others than they were.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

import numpy as np

from embedviz.app.files.documents import Document
from embedviz.app.files.packed import unpack_rows, unpack_texts, unpack_vector
from embedviz.app.files.session_sets import Restored
from embedviz.app.files.values import Unfit, from_json, made, settings_of
from embedviz.app.map_settings import MapSettings
from embedviz.app.state import Analogy, Left, State, WhiteningDial
from embedviz.core.camera import Camera
from embedviz.core.chosen_axes import Axis, ChosenAxes
from embedviz.core.coordinates import Columns
from embedviz.core.formats.reading import counted
from embedviz.core.neighbors import Metric
from embedviz.core.pca import PCA
from embedviz.core.projections import PROJECTIONS, Projection
from embedviz.core.query_vector import QueryVector
from embedviz.core.selection import Selection
from embedviz.core.vector_set import Rows, VectorSet

T = TypeVar("T")
_MOST_MAPS = 12
_MOST_COMPONENT = 100_000
_LABEL_SCALES = (0.1, 10.0)


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
    given = document.get("state")
    reader = _Reader(given if isinstance(given, dict) else {}, restored, ramps)
    state = reader.read()
    return Choices(state, reader.told())


@dataclass
class _Lost:
    """What could not be carried over."""

    settings: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)


class _Reader:
    def __init__(
        self, given: Mapping[str, Any], restored: Restored, ramps: Collection[str]
    ) -> None:
        self._given, self._ramps = given, ramps
        self._places = restored.sets
        self._same = {
            each: same
            for each, same in zip(restored.sets, restored.is_same, strict=True)
            if each is not None
        }
        self._lost = _Lost()

    def told(self) -> list[str]:
        """Return what could not be restored, in sentences."""
        notes = []
        if self._lost.rows:
            notes.append(f"Not found any more: {', '.join(self._lost.rows)}.")
        if self._lost.settings:
            names = ", ".join(dict.fromkeys(self._lost.settings))
            notes.append(f"Not readable, so left as usual: {names}.")
        return notes

    def read(self) -> State:
        sets = tuple(each for each in self._places if each is not None)
        state = State(
            sets=sets,
            metric=self._checked("metric", lambda value: from_json(Metric, value), "cosine"),
            count=self._checked("count", _count, 10),
            analogy=self._settings(Analogy, "analogy", Analogy()),
        )
        if not sets:
            return state
        active = self._set_at(self._given.get("active"))
        if active is None:
            # What was chosen in a set that is not there has no meaning for another one.
            return self._with_maps(state.activated(sets[0]), sets[0], keeps_map=False)
        state = replace(
            state,
            active=active,
            dimensions=self._checked(
                "dimensions",
                lambda value: _from_one_to(active.dimensions, value),
                active.dimensions,
            ),
            query=self._row("query", self._given.get("query"), active),
            query_vector=self._query_vector(active),
            selected=self._selection("selection", self._given.get("selected"), active),
            dial=self._dial(active),
            cone_camera=self._checked("cone_camera", _camera_or_none, None),
        )
        state = replace(state, left=tuple(self._left()))
        return self._with_maps(state, active, keeps_map=True)

    def _checked(self, name: str, read: Callable[[Any], T], otherwise: T) -> T:
        """Return a value of the state; the usual one where it is not there or makes no sense."""
        if name not in self._given:
            return otherwise
        return self._try(name.replace("_", " "), lambda: read(self._given[name]), otherwise)

    def _try(self, told: str, read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except Unfit:
            self._lost.settings.append(told)
            return otherwise

    def _settings(self, kind: type[T], name: str, otherwise: T) -> T:
        """Return settings field by field."""

        def read(value: Any) -> T:
            found = settings_of(
                kind, value, on_unfit=lambda each: self._lost.settings.append(f"{each} of {name}")
            )
            return made(kind, found)

        return self._checked(name, read, otherwise)

    def _set_at(self, place: Any) -> VectorSet | None:
        if type(place) is int and 0 <= place < len(self._places):
            return self._places[place]
        return None

    def _dial(self, active: VectorSet) -> WhiteningDial:
        dial = self._settings(WhiteningDial, "dial", WhiteningDial())
        known = State(active=active).dialed(strength=dial.strength, components=dial.components or 0)
        if known.dial != dial:
            self._lost.settings.append("dial")
        return known.dial

    def _query_vector(self, active: VectorSet) -> QueryVector | None:
        def read(value: Any) -> QueryVector | None:
            if value is None:
                return None
            if not isinstance(value, dict) or not isinstance(value.get("name"), str):
                raise Unfit("no query")
            vector = unpack_vector(value.get("vector"))
            if vector.shape != (active.origin.dimensions,):
                raise Unfit("another length")
            return QueryVector(value["name"], vector)

        return self._checked("query_vector", read, None)

    def _rows(self, told: str, value: Any, vector_set: VectorSet) -> Rows:
        """Return rows of a set, by their labels where the rows are others than they were."""
        rows = unpack_rows(value)
        if self._same[vector_set] and (not len(rows) or int(rows.max()) < len(vector_set)):
            return rows
        if "labels" not in value:
            self._lost.rows.append(f"{counted(len(rows), 'row')} of the {told}")
            return np.empty(0, dtype=np.intp)
        labels = unpack_texts(value["labels"])
        found = [vector_set.row(label) for label in labels if label in vector_set]
        if len(found) < len(labels):
            self._lost.rows.append(f"{counted(len(labels) - len(found), 'row')} of the {told}")
        return np.array(found, dtype=np.intp)

    def _row(self, told: str, value: Any, vector_set: VectorSet) -> int | None:
        if value is None:
            return None
        rows = self._try(told, lambda: self._rows(told, value, vector_set), np.empty(0, np.intp))
        return int(rows[0]) if len(rows) else None

    def _selection(self, told: str, value: Any, vector_set: VectorSet) -> Selection:
        if value is None:
            return Selection()
        read = self._try(
            told, lambda: self._rows(told, value, vector_set), np.empty(0, dtype=np.intp)
        )
        return Selection(read)

    def _left(self) -> list[Left]:
        given = self._given.get("left")
        found: list[Left] = []
        for each in given if isinstance(given, list) else []:
            vector_set = self._set_at(each.get("vector_set")) if isinstance(each, dict) else None
            if vector_set is not None and all(vector_set is not one.vector_set for one in found):
                query = self._row("query", each.get("query"), vector_set)
                projection = self._projection("projection", each.get("projection"), vector_set)
                found.append(Left(vector_set, query, projection))
        return found

    def _with_maps(self, state: State, active: VectorSet, *, keeps_map: bool) -> State:
        """Return the state with its maps: the first one, and those whose sets are there."""
        in_use = self._given.get("map_key")
        maps: dict[int, MapSettings] = {}
        given = self._given.get("maps")
        for each in given[:_MOST_MAPS] if isinstance(given, list) else []:
            key = each.get("key") if isinstance(each, dict) else None
            if type(key) is not int or not 0 <= key < 1 << 31 or key in maps:
                self._lost.settings.append("a map")
                continue
            if key == in_use:
                maps[key] = self._map(each, key, active) if keeps_map else MapSettings(key)
                continue
            shown = self._set_at(each.get("vector_set"))
            if shown is not None or key == 0:
                settings = self._map(each, key, shown or active)
                maps[key] = replace(settings, vector_set=shown or active)
        if type(in_use) is not int or in_use not in maps:
            in_use = 0
        maps.setdefault(0, MapSettings(0))
        maps[in_use] = replace(maps[in_use], vector_set=None)
        others = [
            each if each.key == in_use or each.vector_set else replace(each, vector_set=active)
            for each in maps.values()
        ]
        return replace(state, maps=tuple(others), map_key=in_use)

    def _map(self, given: dict[str, Any], key: int, shown: VectorSet) -> MapSettings:
        where = f" of map {key + 1}"

        def lose(name: str) -> None:
            self._lost.settings.append(name.replace("_", " ") + where)

        own = ("key", "vector_set", "projection", "isolated", "camera")
        found = settings_of(MapSettings, given, without=own, on_unfit=lose)
        columns = shown.metadata.column_names
        for name in ("color_by", "size_by"):
            if found.get(name) is not None and found[name] not in columns:
                lose(name)
                del found[name]
        for name, is_right in self._limits().items():
            if found.get(name) is not None and not is_right(found[name]):
                lose(name)
                del found[name]
        settings = MapSettings(key=key, **found)
        isolated = given.get("isolated")
        if isolated is not None:
            rows = self._selection("isolated rows" + where, isolated, shown)
            settings = replace(settings, isolated=rows if len(rows) else None)
        projection = self._projection("projection" + where, given.get("projection"), shown)
        camera = self._try("camera" + where, lambda: _camera_or_none(given.get("camera")), None)
        return replace(settings, projection=projection, camera=camera)

    def _limits(self) -> dict[str, Callable[[Any], bool]]:
        least, most = _LABEL_SCALES
        return {
            "ramp": lambda name: name in self._ramps,
            "label_scale": lambda scale: least <= scale <= most,
            "color_range": lambda ends: ends[0] <= ends[1],
            "legend_place": lambda place: all(0 <= each <= 1 for each in place),
        }

    def _projection(self, told: str, value: Any, shown: VectorSet) -> Projection | None:
        if value is None:
            return None
        return self._try(told, lambda: self._read_projection(told, value, shown), None)

    def _read_projection(self, told: str, value: Any, shown: VectorSet) -> Projection | None:
        if not isinstance(value, dict):
            raise Unfit("no projection")
        if "axes" in value:
            return self._axes(told, value["axes"], shown)
        if "columns" in value:
            names = from_json(tuple[str, ...], value["columns"])
            if not set(names) <= set(shown.metadata.column_names):
                raise Unfit("no such columns")
            return made(Columns, {"names": names})
        name = next((each for each in PROJECTIONS if each in value), None)
        if name is None:
            raise Unfit("no method")
        # The classes of `PROJECTIONS` are dataclasses, which their protocol cannot say.
        projection = from_json(PROJECTIONS[name], value[name])
        if isinstance(projection, PCA):
            _require_components(projection)
        return cast(Projection, projection)

    def _axes(self, told: str, value: Any, shown: VectorSet) -> ChosenAxes | None:
        if not isinstance(value, list):
            raise Unfit("no axes")
        axes = []
        for each in value:
            if not isinstance(each, dict):
                raise Unfit("no axis")
            ends = [self._rows(told, each.get(end), shown).tolist() for end in ("start", "end")]
            names = [from_json(str, each.get(f"{end}_name")) for end in ("start", "end")]
            if not all(ends):
                return None  # Which rows are not there is told already.
            axes.append(made(Axis, dict(zip(_AXIS, [*map(tuple, ends), *names], strict=True))))
        return made(ChosenAxes, {"axes": tuple(axes)})


_AXIS = ("start", "end", "start_name", "end_name")


def _count(value: Any) -> int:
    return _from_one_to(1000, value)


def _from_one_to(most: int, value: Any) -> int:
    if type(value) is not int or not 1 <= value <= most:
        raise Unfit(f"{value!r:.80} is not from 1 to {most}")
    return value


def _camera_or_none(value: Any) -> Camera | None:
    camera = from_json(Camera | None, value)
    if camera is None:
        return None
    if not (1e-30 <= camera.scale <= 1e38 and abs(camera.elevation) <= math.pi / 2):
        raise Unfit("a camera that sees nothing")
    if max(map(abs, camera.center)) > 1e38:
        raise Unfit("a camera that sees nothing")
    return cast(Camera, camera)


def _require_components(projection: PCA) -> None:
    components = projection.components
    if len(components) < 2 or not all(0 <= each < _MOST_COMPONENT for each in components):
        raise Unfit("no components")
