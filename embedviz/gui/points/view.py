"""The one picture of points: 2-D with axes, 3-D with an orbit camera, on screen and in files.

A plain widget that paints itself: our own raster makes the image of the points, QPainter draws
everything else over and under it. There is no OpenGL and no plot of a library inside, for four
reasons. One matrix serves 2-D and 3-D, so that every overlay is written once. Axes, labels and
halos are ours to place. The picture is the same on a laptop, over remote desktop, without a
display and in a file, where text and lines stay vectors. And a million points move smoothly
without a graphics card, which scatter plots of pyqtgraph do not (see `tests/benchmarks`).

What moves is drawn quickly; when nothing has moved for a moment, large clouds are drawn finely
and labels find new places.

The view is made of parts, each of which knows those before it: the `scene` is what there is, the
`viewport` where it is seen from, the `animator` moves both, the `camera_control` leads the camera,
and the `mouse` turns events into all of that. Whoever wants something else to be shown asks the
scene; only what concerns several parts is asked of the view.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from embedviz.app.preparation import preparation
from embedviz.core.drawing.camera import Camera
from embedviz.gui.points.animation import Animator
from embedviz.gui.points.camera_control import CameraControl
from embedviz.gui.points.canvas import FILE_SCALE, are_many
from embedviz.gui.points.frame_cache import FrameCache
from embedviz.gui.points.lasso import Tool
from embedviz.gui.points.layers.cluster_labels import Cluster
from embedviz.gui.points.layers.cones import AngleCone
from embedviz.gui.points.layers.overlays import Arrow, Line, PlacedText
from embedviz.gui.points.legend.layout import Categories, ColorBar, LegendPlace
from embedviz.gui.points.mouse import HANDLED_EVENTS, MouseHandler
from embedviz.gui.points.painting import paint_scene
from embedviz.gui.points.scene import PointScene
from embedviz.gui.points.text import is_pixel_device, scale_of
from embedviz.gui.points.viewport import Viewport
from embedviz.gui.theme import theme_manager

__all__ = [
    "AngleCone",
    "Arrow",
    "Camera",
    "Categories",
    "Cluster",
    "ColorBar",
    "Line",
    "PlacedText",
    "PointView",
    "Tool",
]


class PointView(QWidget):
    """Points in 2-D or 3-D that can be moved, chosen and explained.

    Signals
    -------
    row_clicked, row_hovered, tool_changed, fly_wanted : see `MouseHandler`
    rows_selected, camera_changed, camera_settled : see `SelectionTool` and `CameraControl`
    category_clicked, color_range_changed, colors_inverted, legend_moved, rename_wanted
        See `LegendInteraction`.

    Attributes
    ----------
    scene : PointScene
    viewport : Viewport
        Where they are seen from, and what is at which place.
    animator, camera_control, mouse : Animator, CameraControl, MouseHandler
    selection_tool : SelectionTool
        The box or lasso of the mouse.
    is_in_figure : bool
        It is painted into a figure: without what the mouse is doing.
    """

    row_clicked = Signal(int, object)
    row_hovered = Signal(int)
    rows_selected = Signal(object, str)
    camera_changed = Signal(object)
    camera_settled = Signal(object)
    tool_changed = Signal(str)
    fly_wanted = Signal()
    category_clicked = Signal(str, object)
    color_range_changed = Signal(float, float)
    colors_inverted = Signal()
    legend_moved = Signal(object)
    rename_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene = PointScene(self)
        self.viewport = Viewport(self, self.scene)
        self.animator = Animator(self, self.scene, self.viewport)
        self.camera_control = CameraControl(self.viewport, self.animator, self)
        self.mouse = MouseHandler(self, self.scene, self.viewport, self.camera_control)
        self.selection_tool = self.mouse.selection_tool
        self.is_in_figure = False
        self._frame_cache = FrameCache(self, self._paint_frame, self.scene.late)
        self._connect_parts()
        preparation.start()
        preparation.ready.connect(self.redraw)
        self.setAccessibleName("Picture of points")
        self.setMinimumSize(120, 90)

    def _connect_parts(self) -> None:
        self.scene.bounds_changed.connect(self.viewport.note_change)
        self.scene.overlay_changed.connect(self.update)
        for changed in (self.scene.changed, self.animator.changed, theme_manager.changed):
            changed.connect(self.redraw)
        self.animator.stepped.connect(self.camera_control.note_step)
        mouse, legend, camera = self.mouse, self.mouse.legend, self.camera_control
        legend.moved.connect(self.set_legend_place)  # Before others hear of it.
        for inner, outer in (
            (mouse.row_clicked, self.row_clicked),
            (mouse.row_hovered, self.row_hovered),
            (mouse.tool_changed, self.tool_changed),
            (mouse.fly_wanted, self.fly_wanted),
            (mouse.selection_tool.rows_selected, self.rows_selected),
            (camera.changed, self.camera_changed),
            (camera.settled, self.camera_settled),
            (legend.category_clicked, self.category_clicked),
            (legend.color_range_changed, self.color_range_changed),
            (legend.colors_inverted, self.colors_inverted),
            (legend.moved, self.legend_moved),
            (legend.rename_wanted, self.rename_wanted),
        ):
            inner.connect(outer)

    @property
    def frames(self) -> int:
        """Number of times that the points were really drawn."""
        return self.scene.canvas.frames

    @property
    def camera(self) -> Camera:
        """Camera from which the points are seen."""
        return self.viewport.camera

    def set_points(
        self,
        positions: ArrayLike,
        colors: Any = None,
        sizes: Any = None,
        *,
        animate: bool = False,
        keep_camera: bool = False,
    ) -> None:
        """Show other points.

        Highlights and labels are by row; the former are forgotten when there are more or fewer.

        Parameters
        ----------
        positions : array-like of shape (n, 2) or (n, 3)
            Copied. Rows with NaN or infinity are not drawn.
        colors : optional
            One QColor or "#RRGGBB"; or per point: 0xAARRGGBB as uint32 (n,), or red, green, blue
            and perhaps alpha (n, 3 | 4), as uint8 or from 0 to 1. Default: the muted one.
        sizes : optional
            Diameters in pixels, one or (n,). Default: 4, and in crowds of more than 10,000
            less and fainter.
        animate : bool
            Move there from where the points are, where their number is the same.
        keep_camera : bool
            Stay where the view is, once there are points. Default: all points are shown, in 3-D
            from the direction used before.

        Raises
        ------
        ValueError
            When the shapes do not fit together.
        """
        is_recoloring = self.animator.is_driven and not animate and keep_camera
        if is_recoloring and _recolored(self, positions, colors, sizes):
            return
        start, canvas, viewport = self.animator.stop(), self.scene.canvas, self.viewport
        n_before, was_3d, held = len(canvas), canvas.is_3d, viewport.camera
        canvas.set_points(positions, colors, sizes)
        self.setAccessibleDescription(f"{len(canvas):,} points, {2 + canvas.is_3d}-D")
        viewport.note_change()
        if not (keep_camera and canvas.is_3d == was_3d):
            viewport.move_to(held.turned_to(canvas.is_3d))
        if not keep_camera:
            viewport.fit()
        elif n_before:
            viewport.hold()
        is_same = n_before == len(canvas) > 0
        if is_same or canvas.is_large(self.devicePixelRatioF()):
            self.animator.touch()
        if animate and is_same:
            self.animator.start_from(start)
        self.redraw()

    def move_points(self, positions: ArrayLike) -> None:
        """Move the same points, quickly, as a layout converges.

        Colors, sizes, highlights and labels are kept. Where all points are shown, the camera
        follows smoothly.

        Parameters
        ----------
        positions : array-like of shape (n, 2) or (n, 3)
            As before. Copied. Rows with NaN or infinity are not drawn.

        Raises
        ------
        ValueError
            When the shape is not as before.
        """
        self.scene.canvas.move_points(positions)
        self.viewport.note_change()
        if self.animator.is_animating:
            self.animator.retarget()
        else:
            self.viewport.follow()
            self.animator.touch()

    def set_camera(self, camera: Camera) -> None:
        """Show the points from elsewhere; nothing is emitted."""
        self.camera_control.set_camera(camera)

    def fit(self) -> None:
        """Show all points, and keep showing all of them when the widget is resized."""
        self.camera_control.fit()

    def fly_to(self, rows: ArrayLike) -> None:
        """Go where these rows fill the view; a single one comes with what surrounds it."""
        self.camera_control.fly_to(rows)

    def set_legend_place(self, place: LegendPlace) -> None:
        """Put the legend over the points, or with None in the margin; nothing is emitted."""
        placed = self.scene.placed_legend
        if place != placed.place:
            start = self.animator.stop()
            placed.place = place
            if self.viewport.area() != start.area:
                self.animator.start_from(start)
            self.redraw()

    def set_text_scale(self, scale: float) -> None:
        """Draw all text larger, for an audience; as all widgets of a pane are asked to."""
        self.scene.set_text_scale(scale)

    def redraw(self) -> None:
        """Paint the picture anew, soon."""
        self._frame_cache.invalidate(in_turn=are_many(self.scene.canvas))

    def render_now(self) -> None:
        """Draw one frame, whether or not anything has changed."""
        self.scene.canvas.forget_image()
        self._frame_cache.make()
        self.update()

    def render_anew(self) -> None:
        """Draw one frame with labels where they are the first time, whatever was shown before."""
        self.scene.reset_label_places()
        self.render_now()

    def paint(self, painter: QPainter, width: float, height: float) -> None:
        """Paint the picture at its best, as large as given, on anything: a file, a printer.

        The points are as fine as the device is: the scale of the painter is looked at. Where
        all points are shown on screen, they are also in a picture of another shape.
        """
        finer = 1.0 if is_pixel_device(painter) else FILE_SCALE
        frame = self.viewport.figure_frame(width, height, scale_of(painter) * finer)
        painter.save()
        with self.scene.thumbnails.into_file():
            paint_scene(painter, self.scene, frame, width, height)
        painter.restore()
        if self.scene.canvas.figure is None:
            self.scene.canvas.forget_image()  # It may be a hundred megabytes.

    def event(self, event: QEvent) -> bool:
        """Give the mouse handler what it knows how to handle; the rest is Qt's."""
        is_handled = event.type() in HANDLED_EVENTS and self.isEnabled()
        return (is_handled and self.mouse.handle(event)) or super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Lay the picture out anew."""
        self.redraw()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Show the picture, and over it what the mouse is doing."""
        with QPainter(self) as painter:
            scale = scale_of(painter)
            is_as_fine = is_pixel_device(painter) and scale == self.devicePixelRatioF()
            if self.is_in_figure or not is_as_fine:
                # Rendered into a file or a larger image, where the kept one would be blurred.
                self.paint(painter, self.width(), self.height())
            elif len(self.scene.canvas) and self._frame_cache.is_unprepared():
                self._frame_cache.draw_preparing(painter, self.scene.text_scale)
            else:
                self._frame_cache.draw(painter)
                self.mouse.paint(painter, self.viewport.frame())

    def _paint_frame(self, painter: QPainter) -> None:
        paint_scene(painter, self.scene, self.viewport.frame(), self.width(), self.height())
        if self.scene.labels.is_unfinished:
            self._frame_cache.invalidate(in_turn=True)


def _recolored(view: PointView, positions: ArrayLike, colors: Any, sizes: Any) -> bool:
    """Take other colors for points that are on their way; return whether they are."""
    canvas = view.scene.canvas
    if not view.animator.is_animating or len(canvas) != len(np.asarray(positions)):
        return False
    canvas.set_points(positions, colors, sizes)
    view.viewport.note_change()
    view.animator.retarget()
    view.redraw()
    return True
