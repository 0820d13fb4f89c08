"""The points of a map: a layout, drawn as the settings of the map want it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, NamedTuple
from weakref import ref

import numpy as np
from PySide6.QtCore import QObject, Signal

from embedviz.app.layouts import Layout
from embedviz.core.arrays import Matrix, Placed
from embedviz.core.drawing.camera import Camera
from embedviz.core.selection import Selection
from embedviz.core.vector_set import VectorSet
from embedviz.gui.describe import describe_part
from embedviz.gui.points.view import PointView
from embedviz.gui.theme import Theme, theme_manager
from embedviz.panes.map.appearance import PointStyle, point_style
from embedviz.panes.map.choices import MapChoices
from embedviz.panes.map.cluster_names import MapClusterNames
from embedviz.panes.map.crowd import Crowd
from embedviz.panes.map.layout_run import LayoutRun
from embedviz.panes.map.look.found_clusters import FoundClusters
from embedviz.panes.map.look.surroundings import Surroundings
from embedviz.panes.map.part import DrawnPart
from embedviz.panes.map.quality import LayoutQuality


class StyleInputs(NamedTuple):
    """Inputs of colors, sizes and legend."""

    vector_set: VectorSet
    appearance: tuple[Hashable, ...]
    quality: LayoutQuality | None
    theme: Theme
    layout: Layout | None
    """Where colors go by place."""
    clusters: FoundClusters | None


class PointInputs(NamedTuple):
    """Inputs of the points."""

    layout: Layout
    n_components: int
    style: PointStyle


class NameInputs(NamedTuple):
    """Inputs of the names of groups."""

    points: PointInputs
    with_names: bool


class CaptionInputs(NamedTuple):
    """Inputs of the caption."""

    points: PointInputs
    density: str
    is_in_use: bool
    is_moving: bool
    texts: str


class Place(NamedTuple):
    """Positions of points: two pictures of one place differ in colors and the like alone."""

    layout: Layout
    n_components: int
    isolated: Selection | None


class MapDrawing(QObject):
    """Drawing of a layout; only what is different is touched.

    Parameters
    ----------
    choices : MapChoices
    run : LayoutRun
    view : PointView
    cluster_names : MapClusterNames

    Signals
    -------
    moves : ()
        The points are about to be elsewhere, or not to be drawn.
    began_moving : ()
        The first positions on the way to another layout are drawn.
    styled : (PointStyle,)
        Points have other colors.
    told : ()
        `said` is different.

    Attributes
    ----------
    crowd : Crowd
    said : tuple of a weak reference to VectorSet and str, or None
        What was drawn last, and how.
    """

    moves = Signal()
    began_moving = Signal()
    styled = Signal(object)
    told = Signal()

    def __init__(
        self, choices: MapChoices, run: LayoutRun, view: PointView, cluster_names: MapClusterNames
    ) -> None:
        super().__init__(view)
        self._choices, self._run, self._view = choices, run, view
        self._cluster_names = cluster_names
        self.crowd = Crowd(view, self._crowding)
        view.camera_changed.connect(lambda _: self.crowd.look())
        self.crowd.changed.connect(self._show_crowd)
        self._told: CaptionInputs | None = None
        self.said: tuple[ref[VectorSet], str] | None = None
        self._style: PointStyle | None = None
        self._placed: Place | None = None
        self._shown: tuple[PointInputs, Placed] | None = None
        self._style_part = DrawnPart(self._make_style)
        self._moving = DrawnPart(self._recolor_moving)
        self._points = DrawnPart(self._place_points)
        self._names = DrawnPart(self._show_names)
        self._caption = DrawnPart(self._say)
        self._camera = DrawnPart(self._show_camera)
        self._density = DrawnPart(view.scene.set_density)
        self._surroundings = Surroundings(
            view.scene, view.set_legend_place, view.selection_tool.set_reach
        )
        self._parts: tuple[DrawnPart[Any], ...] = (
            *(self._style_part, self._moving, self._points, self._names, self._caption),
            *(self._camera, self._density),
            *self._surroundings.parts,
        )
        run.moved.connect(self._move_points)

    @property
    def categories(self) -> list[str]:
        """The groups that the points are colored by."""
        return [] if self._style is None else self._style.categories

    @property
    def is_drawn(self) -> bool:
        """Whether anything of a set is on the picture."""
        return any(part.is_drawn for part in self._parts)

    def forget(self) -> None:
        """Draw everything anew the next time: it is of another set."""
        self._placed = None
        for part in self._parts:
            part.forget()

    def forget_places(self) -> None:
        """Place the points again, and say so, whatever was shown of another layout."""
        self._placed = None
        for part in (self._points, self._names, self._caption):
            part.forget()

    def clear(self) -> None:
        """Show no points, and hold on to no set."""
        self.forget()
        self._style = self._told = None
        self.moves.emit()
        self._view.set_points(np.zeros((0, 2)))
        self._view.scene.set_caption("")
        self._view.scene.set_legend(None)
        self._cluster_names.hide()

    def show(
        self,
        layout: Layout,
        quality: LayoutQuality | None,
        texts: str = "",
        clusters: FoundClusters | None = None,
    ) -> None:
        """Bring the picture up to date with the layout at hand and the settings.

        Parameters
        ----------
        layout : Layout
        quality : LayoutQuality or None
            What colors the points instead of a column.
        texts : str
            Where texts are that are no rows.
        clusters : FoundClusters or None
            What colors the points instead of a column, too.
        """
        settings, vector_set = self._choices.settings, layout.vector_set
        placed = layout if settings.palette == "place" else None
        theme = theme_manager.theme
        style_inputs = StyleInputs(
            vector_set, settings.appearance, quality, theme, placed, clusters
        )
        self._style_part.show(style_inputs)
        assert self._style is not None
        points = PointInputs(layout, self._choices.n_components, self._style)
        is_moving = self._run.streamed is not None
        if is_moving:
            self._moving.show(self._style)
        else:
            self._points.show(points)
            self._names.show(NameInputs(points, settings.labels))
            self._shown = None
        self._surroundings.show(settings, self._style, vector_set)
        # Not wherever they differ: a move that has not come to rest is not in the state yet.
        self._camera.show(settings.camera)
        self._told = None  # What was said is out of date.
        self.crowd.show(False if is_moving and settings.density is None else settings.density)
        self._density.show(bool(self.crowd.words))
        is_in_use = self._choices.is_in_use
        self._told = CaptionInputs(points, self.crowd.words, is_in_use, is_moving, texts)
        self._caption.show(self._told)

    def _crowding(self) -> float:
        """Return how many points there are for each pixel that the whole cloud takes."""
        frame = self._view.viewport.frame()
        n_pixels = frame.area.width() * frame.area.height() * frame.zoom**2
        return self._view.scene.canvas.n_placed / max(n_pixels, 1.0)

    def _show_crowd(self, on: bool) -> None:
        """Show points or their density, and say so, where the picture has another size."""
        if self._told is not None and self._caption.is_drawn:
            self._density.show(on)
            self._told = self._told._replace(density=self.crowd.words)
            self._caption.show(self._told)

    def _make_style(self, inputs: StyleInputs) -> None:
        shares = None if inputs.quality is None else inputs.quality.shares
        settings = self._choices.settings
        positions = None if inputs.layout is None else inputs.layout.positions
        self._style = point_style(
            inputs.vector_set, settings, inputs.theme, shares, positions, inputs.clusters
        )
        self.styled.emit(self._style)

    def _place_points(self, points: PointInputs) -> None:
        self.moves.emit()
        layout, count, style = points
        settings = self._choices.settings
        place = Place(layout, count, settings.isolated)
        is_moved, self._placed = self._placed != place, place
        axes = layout.axes[:count]
        dates = [axis.is_date for axis in axes]
        self._view.scene.set_axes([str(axis) for axis in axes] or None, dates)
        self._view.set_points(
            self._only_shown(points),
            style.colors,
            style.sizes,
            animate=is_moved,
            # One that shows everything goes on to: a legend, or names around, take room from it.
            keep_camera=settings.camera is not None
            or not (is_moved or self._view.viewport.is_fitted),
        )
        if is_moved:
            self._camera.forget()

    def _only_shown(self, points: PointInputs) -> Placed:
        """Return the positions of what is drawn, found once for points and names."""
        if self._shown is None or self._shown[0] is not points:
            layout, count, style = points
            self._shown = points, style.only_shown(layout.positions[:, :count])
        return self._shown[1]

    def _show_names(self, inputs: NameInputs) -> None:
        if inputs.with_names:
            self._cluster_names.show(inputs.points.style, self._only_shown(inputs.points))
        else:
            self._cluster_names.hide()

    def _move_points(self, positions: Matrix, is_first: bool) -> None:
        """Show where the points are while the method still moves them."""
        assert self._style is not None
        shown = self._style.only_shown(positions)
        if not is_first:
            self._view.move_points(shown)
            return
        self._placed = None
        self._names.forget()
        self._cluster_names.hide()
        self.moves.emit()
        self._moving.note(self._style)  # Else they would be set again, and not walk.
        self._view.scene.set_axes(None)
        self._view.set_points(shown, self._style.colors, self._style.sizes, animate=True)
        self.began_moving.emit()

    def _recolor_moving(self, style: PointStyle) -> None:
        """Show points that are on their way in other colors, or others of them."""
        if self._run.streamed is not None:
            shown = style.only_shown(self._run.streamed)
            self._view.set_points(shown, style.colors, style.sizes, keep_camera=False)

    def _show_camera(self, camera: Camera | None) -> None:
        if camera is not None:
            self._view.set_camera(camera)
        elif not self._view.viewport.is_fitted:
            self._view.fit()

    def _say(self, inputs: CaptionInputs) -> None:
        """Say in the caption, and in the status line, what is on the picture."""
        (layout, n_components, style), vector_set = inputs.points, inputs.points.layout.vector_set
        positions = layout.positions
        said = [layout.words, layout.variance_words(n_components)]
        if self._run.streamed is not None:
            said = [f"{self._choices.wanted.projection} · at work"]
            positions = self._run.streamed
        n_shown = style.n_shown(positions)
        if n_shown < len(vector_set):
            said.append(f"{n_shown:,} of {len(vector_set):,} rows drawn")
        said += style.notes
        if inputs.density:
            said.append(inputs.density)
        words = " · ".join(part for part in said if part)
        self.said = ref(vector_set), words
        # Of a long caption, the end is left out; how rows are laid out is in the status line too.
        caption = [vector_set.name, describe_part(vector_set), inputs.texts, words]
        self._view.scene.set_caption(" · ".join(filter(None, caption)))
        if inputs.is_in_use:
            self._choices.session.describe(vector_set, words)
        self.told.emit()
