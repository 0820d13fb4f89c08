"""Choices for one map: what the state says of it, and how the user changes that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from weakref import ref

from embedviz.app.layouts import Layout, LayoutRequest
from embedviz.app.map_settings import MapSettings
from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.core.projections import PrefixPCA, Projection
from embedviz.core.vector_set import VectorSet


class MapChoices:
    """The settings of one map of the state, its set, and the layout it asks for.

    Parameters
    ----------
    session : Session
    key : int
        Which map of the state it is about.
    edit : callable
        Takes the state that the user asked for.
    """

    def __init__(self, session: Session, key: int, edit: Callable[[State], None]) -> None:
        self.session, self.key, self.edit = session, key, edit
        self._before: tuple[ref[VectorSet] | None, Projection | None] = (None, None)

    @property
    def is_open(self) -> bool:
        """Whether the state has this map, and it something to show."""
        state = self.session.state
        return state.active is not None and any(each.key == self.key for each in state.maps)

    @property
    def is_in_use(self) -> bool:
        """Whether it is the map that shows the active set."""
        return self.key == self.session.state.map_key

    @property
    def settings(self) -> MapSettings:
        """Settings of this map."""
        return self.session.state.map_of(self.key)

    @property
    def vector_set(self) -> VectorSet | None:
        """The set to show."""
        return self.session.state.set_of(self.key)

    @property
    def n_components(self) -> int:
        """Number of axes: 2 or 3."""
        return 2 + self.settings.is_3d

    @property
    def wanted(self) -> LayoutRequest:
        """Layout that the state asks this map to show."""
        vector_set = self.vector_set
        assert vector_set is not None
        projection = self.settings.projection
        if projection is not None:
            prefix = self.session.state.settings.prefix
            projection = projection.at_prefix(prefix and min(prefix, vector_set.dimensions))
        return LayoutRequest(vector_set, projection, self.n_components)

    def accepts(self, request: LayoutRequest) -> bool:
        """Return whether a layout is wanted, or a step of a dial on the way to it."""
        wanted = self.wanted
        return request == wanted or request.is_step_to(wanted)

    def projection_of(self, layout: Layout) -> Projection:
        """Return the settings that a layout came from: those that follow a prefix, not one of it.

        While another method is computed, the layout at hand is not of the settings of the map.
        """
        chosen, made = self.settings.projection, layout.projection
        if chosen is None or type(chosen) is not type(made) or not made.is_dialed:
            return made
        return chosen

    def follow_prefix(self, on: bool) -> None:
        """Show as many dimensions as the program works with elsewhere, or what was shown before."""
        vector_set, settings = self.vector_set, self.settings
        if on:
            shown = None if vector_set is None else ref(vector_set)
            self._before = shown, settings.projection
            self.project(PrefixPCA())
        elif self._before[0] is not None and self._before[0]() is vector_set:
            self.project(self._before[1])
        else:
            self.project(None)

    def change(self, **changes: Any) -> None:
        """Change settings of the map by their names."""
        settings = self.settings
        if "color_by" in changes:
            settings = settings.colored_by(changes.pop("color_by"))
        if changes.get("is_3d", settings.is_3d) != settings.is_3d:
            changes["camera"] = None
        self.edit(self.session.state.mapped(replace(settings, **changes)))

    def project(self, projection: Projection | None) -> None:
        """Lay the points out by another method."""
        self.edit(self.session.state.mapped(self.settings.projected_by(projection)))

    def show_set(self, vector_set: VectorSet) -> None:
        """Work in this map, and show another set in it."""
        self.edit(self.with_active_map().activated(vector_set))

    def with_active_map(self) -> State:
        """Return the state in which this map is in use."""
        return self.session.state.with_active_map(self.key)
