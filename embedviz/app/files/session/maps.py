"""The maps of a session: which sets they show, how, and by which methods."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, cast

from embedviz.app.files.session.row_mapping import RowMapping
from embedviz.app.files.values import Unfit, from_json, made
from embedviz.app.map_settings import COLUMNS, PALETTES, MapSettings
from embedviz.app.state import State
from embedviz.core.drawing.camera import Camera
from embedviz.core.projections import PROJECTIONS, Projection
from embedviz.core.projections.chosen_axes import ChosenAxes, ChosenAxis
from embedviz.core.projections.columns import CoordinateColumns
from embedviz.core.projections.pca import PCA
from embedviz.core.vector_set import VectorSet

_MOST_MAPS = 12
_MOST_KEY = 1 << 31
_MOST_COMPONENT = 100_000
_LEAST_LABELS, _MOST_LABELS = 0.1, 10.0
_OWN = ("key", "vector_set", "projection", "isolated", "camera")


def with_maps(
    state: State, given: Mapping[str, Any], row_mapping: RowMapping, ramps: Collection[str]
) -> State:
    """Return a state with the maps of a session: the first one, and those whose sets are there.

    Parameters
    ----------
    state : State
        With an active set.
    given : mapping
        What the session says of the state.
    row_mapping : RowMapping
    ramps : collection of str
        Names of the colors of numbers that there are.
    """
    active = state.active
    assert active is not None
    is_active_there = row_mapping.set_at(given.get("active")) is active
    in_use, written = given.get("map_key"), given.get("maps")
    maps: dict[int, MapSettings] = {}
    for each in written[:_MOST_MAPS] if isinstance(written, list) else []:
        key = each.get("key") if isinstance(each, dict) else None
        if type(key) is not int or not 0 <= key < _MOST_KEY or key in maps:
            row_mapping.lose("a map")
            continue
        shown = row_mapping.set_at(each.get("vector_set"))
        if key == in_use:
            # What was set for a set that is not there has no meaning for another one.
            is_meant = is_active_there
            maps[key] = (
                _map(each, key, active, row_mapping, ramps) if is_meant else MapSettings(key)
            )
        elif shown is not None:
            maps[key] = replace(_map(each, key, shown, row_mapping, ramps), vector_set=shown)
    if type(in_use) is not int or in_use not in maps:
        in_use = 0
    maps.setdefault(0, MapSettings(0))
    settled = (
        replace(each, vector_set=None if each.key == in_use else each.vector_set or active)
        for each in maps.values()
    )
    return replace(state, maps=tuple(settled), map_key=in_use)


def read_projection(
    name: str, value: Any, shown: VectorSet, row_mapping: RowMapping
) -> Projection | None:
    """Return a method with its settings; None where it makes no sense for the set."""
    if value is None:
        return None
    return row_mapping.attempt(name, lambda: _projection(name, value, shown, row_mapping), None)


def read_camera(value: Any) -> Camera | None:
    """Return a camera that sees something.

    Raises
    ------
    Unfit
        When it does not.
    """
    camera = cast("Camera | None", from_json(Camera | None, value))
    if camera is not None and not camera.sees_something:
        raise Unfit("a camera that sees nothing")
    return camera


def _map(
    given: dict[str, Any],
    key: int,
    shown: VectorSet,
    row_mapping: RowMapping,
    ramps: Collection[str],
) -> MapSettings:
    where = f"map {key + 1}"
    found = row_mapping.settings(MapSettings, given, where, without=_OWN)
    row_mapping.keep_unknown("maps", str(key), given, MapSettings)
    columns = shown.metadata.column_names
    for name, value in list(found.items()):
        if value is not None and not _makes_sense(name, value, columns, ramps):
            row_mapping.lose(f"{name} of {where}")
            del found[name]
    isolated = row_mapping.selection(f"isolated rows of {where}", given.get("isolated"), shown)
    camera = row_mapping.attempt(
        f"camera of {where}", lambda: read_camera(given.get("camera")), None
    )
    projection = read_projection(
        f"projection of {where}", given.get("projection"), shown, row_mapping
    )
    return MapSettings(
        **found,
        key=key,
        isolated=isolated if len(isolated) else None,
        camera=camera,
        projection=projection,
    )


def _makes_sense(name: str, value: Any, columns: list[str], ramps: Collection[str]) -> bool:
    """Return whether a setting of the right type has a value that can be shown."""
    if name in ("color_by", *COLUMNS):
        return value in columns
    if name == "palette":
        return any(value == known for _, known in PALETTES)
    if name == "ramp":
        return value in ramps
    if name == "label_scale":
        return bool(_LEAST_LABELS <= value <= _MOST_LABELS)
    if name == "color_range":
        return bool(value[0] <= value[1])
    if name == "legend_place":
        return all(0 <= each <= 1 for each in value)
    return True


def _projection(
    name: str, value: Any, shown: VectorSet, row_mapping: RowMapping
) -> Projection | None:
    if not isinstance(value, dict):
        raise Unfit("no projection")
    if "axes" in value:
        return _axes(name, value["axes"], shown, row_mapping)
    if "columns" in value:
        columns = from_json(tuple[str, ...], value["columns"])
        if not set(columns) <= set(shown.metadata.column_names):
            raise Unfit("no such columns")
        return made(CoordinateColumns, {"names": columns})
    method = next((each for each in PROJECTIONS if each in value), None)
    if method is None:
        raise Unfit("no method")
    projection = from_json(PROJECTIONS[method], value[method])
    if isinstance(projection, PCA):
        _require_components(projection)
    return cast(Projection, projection)


def _axes(name: str, value: Any, shown: VectorSet, row_mapping: RowMapping) -> ChosenAxes | None:
    if not isinstance(value, list):
        raise Unfit("no axes")
    axes = []
    for each in value:
        if not isinstance(each, dict):
            raise Unfit("no axis")
        start, end = (
            tuple(row_mapping.rows(name, each.get(side), shown).tolist())
            for side in ("start", "end")
        )
        if not (start and end):
            return None  # Which rows are not there is noted already.
        names = {side: from_json(str, each.get(side)) for side in ("start_name", "end_name")}
        axes.append(made(ChosenAxis, {"start": start, "end": end, **names}))
    return made(ChosenAxes, {"axes": tuple(axes)})


def _require_components(projection: PCA) -> None:
    components = projection.components
    if len(components) < 2 or not all(0 <= each < _MOST_COMPONENT for each in components):
        raise Unfit("no components")
