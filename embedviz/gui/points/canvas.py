"""The points themselves: their arrays, and the image made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QObject, QRectF, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from embedviz.app.tasks import Task
from embedviz.core.arrays import Rows
from embedviz.core.drawing import picking
from embedviz.core.drawing.extents import Extent, main_extent_of
from embedviz.core.drawing.origins import Places, extent_of_many, placed
from embedviz.core.drawing.raster import ALL_ROWS, Colors, Image, Positions, Sizes
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.layers.highlights import DIMMED, PointHighlights, styles
from embedviz.gui.points.point_colors import (
    faded_colors,
    packed_colors,
    packed_sizes,
    usual_opacity,
)
from embedviz.gui.points.point_image import (
    DrawnPoints,
    colors_of,
    draw_points,
    scaled_sizes,
    sizes_of,
)
from embedviz.gui.points.text import is_pixel_device
from embedviz.gui.theme import Theme
from embedviz.gui.widgets.watched import is_watched

__all__ = ["DIMMED", "PointCanvas", "PointHighlights"]

MOST_FINE_PIXELS = 10_000_000
"""A cloud whose discs cover more pixels than this is drawn as dots while it moves."""


LATE_FROM = 50_000
"""From this number of points on, a cloud too large to move as discs is drawn in another thread."""
Wanted = tuple[Any, ...]
"""All that an image depends on, beside the points."""

FILE_SCALE = 300 / 96
"""Pixels of an image of points per pixel of the painter, in files of vectors: 300 dpi."""


class LateImage(QObject):
    """Image of many points that is drawn in another thread.

    A million discs take a few tenths of a second, in which the window would not answer.

    Signals
    -------
    arrived : ()
        It is drawn: the picture is to be painted anew.

    Attributes
    ----------
    is_wanted : bool
        Whether a picture may be painted without it at first.
    asked : tuple
        What is being drawn.
    last : uint32 array (height, width)
        What was drawn last, of these points or of others: shown meanwhile.
    """

    arrived = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._task = Task(self)
        self.is_wanted = False
        self.asked: Wanted = ()
        self.last: Image = np.empty((0, 0), dtype=np.uint32)

    def draw(
        self, wanted: Wanted, draw: Callable[[], Image], keep: Callable[[Image], None]
    ) -> None:
        """Draw it; what was asked for before is not wanted any more."""

        def show(image: Image) -> None:
            self.asked = ()
            keep(image)
            self.arrived.emit()

        self.asked = wanted
        self._task.run(lambda report: draw(), show)

    @contextmanager
    def allowed(self, widget: QWidget) -> Iterator[None]:
        """Let pictures be painted without it for now, where somebody sees them change."""
        self.is_wanted = is_watched(widget)
        try:
            yield
        finally:
            self.is_wanted = False

    def cancel(self) -> None:
        """Want no image any more."""
        self.asked = ()
        self._task.cancel()


class PaintsPoints(Protocol):
    """What paints points into a figure."""

    def paint(self, painter: QPainter, canvas: PointCanvas, frame: Frame) -> None:
        """Paint the points of a canvas into the area of a frame."""


class PointCanvas:
    """Points, and the image of them that was made last.

    Attributes
    ----------
    frames : int
        How many times the points were really drawn.
    positions : float32 array (n, 3)
        Seen from the origin.
    places : Places
        The positions, but for those on their way to others, and their origin.
    is_3d : bool
        Whether z means something.
    extent : Extent
        Of all points, seen from the origin; in 3-D, of all but a few outliers.
    n_placed : int
        How many of them have a place.
    highlights : PointHighlights
        As they were set; see `drawn_highlights`.
    colors : uint32 array, or None
        0xAARRGGBB, one per point or one for all; None: as the theme has it.
    sizes : float32 array
        Diameters in pixels, one per point or one for all.
    image : uint32 array (height, width)
        Of the points, in pixels of the device.
    is_density : bool
        Whether it is shown how many points there are at each place, not each of them.
    has_glow : bool
        Whether there is a soft light behind the points.
    late : LateImage or None
        Draws large clouds at rest in another thread, while what was drawn before is still seen.
        None where the picture is to be whole at once, as in a file.
    figure : PaintsPoints or None
        Paints the points into a figure in place of what is painted on a screen.
    """

    def __init__(self) -> None:
        self.frames = 0
        self.positions: Positions = np.empty((0, 3), dtype=np.float32)
        self.places = Places(self.positions)
        self.is_3d = False
        self.extent = Extent()
        self.n_placed = 0
        self.highlights = PointHighlights()
        self._drawn_highlights: PointHighlights | None = None
        self._reaches: NDArray[np.float32] | None = None
        self._faint: tuple[Colors, float, Colors] | None = None
        self.is_density = self.has_glow = False
        self.colors: Colors | None = None
        self.sizes: Sizes = packed_sizes(None, 0)
        self._is_faint = True
        self.image: Image = np.empty((0, 0), dtype=np.uint32)
        self._drawn: tuple[Any, ...] = ()
        self.late: LateImage | None = None
        self.figure: PaintsPoints | None = None

    def __len__(self) -> int:
        return len(self.positions)

    def set_points(self, positions: ArrayLike, colors: Any, sizes: Any) -> None:
        """Take copies of positions (n, 2) or (n, 3), colors and sizes.

        Highlights are kept where the number of points is the same, and forgotten otherwise.
        """
        given = _checked(positions)
        count, columns = given.shape
        packed, diameters = packed_colors(colors, count), packed_sizes(sizes, count)
        self.colors, self.sizes, self._is_faint = (
            packed,
            diameters,
            sizes is None or len(diameters) > 1,
        )
        is_same = count == len(self)
        if self.late is not None and not is_same:
            self.late.last = self.late.last[:0]
        self.is_3d = columns == 3
        self.show_places(placed(given))
        self.set_highlights(self.highlights if is_same else PointHighlights())

    def move_points(self, positions: ArrayLike) -> None:
        """Take a copy of other positions for the same points; all else is kept.

        Raises
        ------
        ValueError
            When they are not of the shape of those before.
        """
        given, wanted = _checked(positions), (len(self), 2 + self.is_3d)
        if given.shape != wanted:
            raise ValueError(f"positions must be {wanted} as before, not {given.shape}")
        self.show_places(placed(given))

    def show_places(self, places: Places) -> None:
        """Take the same number of places; all else is kept."""
        self.places, self.positions = places, places.positions
        self._drawn_highlights = self._reaches = None
        self.extent, self.n_placed = extent_of_many(self.positions)
        if self.is_3d:
            self.extent = main_extent_of(self.positions)
        self.forget_image()

    def set_highlights(self, highlights: PointHighlights) -> None:
        """Draw these rows on top; those that do not exist are left out."""
        self.highlights = highlights.among(len(self))
        self._drawn_highlights = self._reaches = None
        self.forget_image()

    @property
    def drawn_highlights(self) -> PointHighlights:
        """The highlights that can be seen: where all points are selected, none stands out."""
        if self._drawn_highlights is None:
            given = self.highlights
            # Selected rows are there once: where they are fewer than the points, some are not.
            may_be_all = len(given.selected) >= max(self.n_placed, 1)
            are_all = may_be_all and _are_all(given.selected, self.positions)
            self._drawn_highlights = given.without_selected() if are_all else given
        return self._drawn_highlights

    def set_density(self, on: bool) -> None:
        """Show how many points there are at each place, instead of each of them."""
        self.is_density = on
        self.forget_image()

    def forget_image(self) -> None:
        """Draw the points again at the next painting."""
        self._drawn, self.image = (), np.empty((0, 0), dtype=np.uint32)
        if self.late is not None:
            self.late.cancel()

    def is_large(self, device_scale: float) -> bool:
        """Return whether the points are drawn less well while they move."""
        if self.is_density:
            return are_many(self)
        pixels = float(np.square(self.sizes * np.float32(device_scale) + 2).mean())
        return len(self) * pixels > MOST_FINE_PIXELS

    def pick(self, frame: Frame, x: float, y: float, radius: float) -> int:
        """Return the row at a place in the picture, or -1."""
        x, y, sizes = x - frame.area.left(), y - frame.area.top(), scaled_sizes(self.sizes, frame)
        return picking.pick(self.positions, frame.matrix, sizes, x, y, radius)

    def rows_in_polygon(self, frame: Frame, polygon: NDArray[np.float64]) -> Rows:
        """Return all rows within a polygon in the picture."""
        corner = (frame.area.left(), frame.area.top())
        return picking.rows_in_polygon(self.positions, frame.matrix, polygon - corner)

    def rows_in_front(self, frame: Frame, rows: Rows) -> Rows:
        """Return those of some rows that are not wholly behind others."""
        width, height = int(frame.area.width()), int(frame.area.height())
        matrix, sizes = frame.matrix, scaled_sizes(self.sizes, frame)
        return picking.rows_in_front(self.positions, matrix, sizes, width, height, rows)

    def highlighted_rows(self) -> Rows:
        """Return all rows that are seen to be highlighted, ascending."""
        # Ten times as fast as sorting them, of a selection of half a million.
        is_highlighted = np.zeros(len(self), dtype=np.bool_)
        highlights = self.drawn_highlights
        for rows in (highlights.neighbors, highlights.selected, highlights.query_rows):
            is_highlighted[rows] = True
        return np.flatnonzero(is_highlighted)

    def ringed_rows(self, theme: Theme) -> Rows:
        """Return the rows that have rings of their own, ascending."""
        kinds = [
            rows
            for rows, style in styles(self.drawn_highlights, theme)
            if not style.is_outline(len(rows))
        ]
        return np.unique(np.concatenate([ALL_ROWS, *kinds]))

    def colors_of(self, rows: Rows, theme: Theme) -> Colors:
        """Return the colors of points, 0xAARRGGBB."""
        return colors_of(_colors_in(self.colors, theme), rows)

    def radii(self, rows: Rows, depth: NDArray[np.float64], frame: Frame) -> NDArray[np.float64]:
        """Return how far points reach on screen with their rings, in pixels."""
        if self._reaches is None:
            # Of all points once: looking for some rows among a million others takes longer.
            self._reaches = np.zeros(len(self), dtype=np.float32)
            for of_kind, style in styles(self.drawn_highlights, frame.theme):
                self._reaches[of_kind] = style.reach(len(of_kind))
        more = self._reaches.take(rows)
        return np.asarray((sizes_of(self.sizes, rows) + more) * frame.point_scale / depth / 2)

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the points into the area of the frame, making a new image if needed."""
        if not len(self):
            return
        if self.figure is not None:
            self.figure.paint(painter, self, frame)
            return
        wanted = wanted_image(self, frame)
        if wanted != self._drawn:
            self._draw(wanted, frame)
        shown = self.image if wanted == self._drawn or self.late is None else self.late.last
        draw_image(painter, frame, shown)

    def _draw(self, wanted: Wanted, frame: Frame) -> None:
        """Draw the image that is wanted: now, or elsewhere where it takes long."""
        grown, late, draw = wanted[5], self.late, drawing_of(self, frame)

        def keep(image: Image) -> None:
            self.frames += 1
            self.image, self._drawn = image, wanted
            if late is not None:
                late.last = image

        takes_long = are_many(self) and self.is_large(grown)
        if late is None or not late.is_wanted or frame.is_moving or not takes_long:
            keep(draw())
        elif late.asked != wanted:
            late.draw(wanted, draw, keep)

    def drawn_points(self, frame: Frame) -> DrawnPoints:
        """Return the points as they are drawn in a frame."""
        colors, highlights = _colors_in(self.colors, frame.theme), self.drawn_highlights
        faint = colors
        if self._is_faint and not self.is_density:  # A density needs only the colors themselves.
            opacity = usual_opacity(self.n_placed / max(frame.zoom, 1e-6) ** 2)
            # Kept while they move: a million take ten milliseconds.
            if self._faint is None or self._faint[0] is not colors or self._faint[1] != opacity:
                self._faint = colors, opacity, faded_colors(colors, opacity)
            faint = self._faint[2]
        return DrawnPoints(self.positions, colors, faint, self.sizes, highlights, self.has_glow)


def wanted_image(canvas: PointCanvas, frame: Frame) -> Wanted:
    """Return all that the image of points in a frame depends on, beside them."""
    area, scale = frame.area, frame.device_scale
    wide, high = round(area.width() * scale), round(area.height() * scale)
    grown, theme = scale * frame.point_scale, frame.theme.name
    quick = frame.is_moving and canvas.is_large(grown)
    return frame.camera, frame.extent, wide, high, scale, grown, quick, theme


def drawing_of(canvas: PointCanvas, frame: Frame) -> Callable[[], Image]:
    """Return what draws the image of points in a frame, in any thread."""
    _, _, wide, high, _, _, quick, _ = wanted_image(canvas, frame)
    points, density = canvas.drawn_points(frame), canvas.is_density
    return partial(draw_points, points, frame, wide, high, quick=quick, is_density=density)


def draw_image(painter: QPainter, frame: Frame, shown: Image) -> None:
    """Draw an image of the points into the area of a frame."""
    if not shown.size:
        return
    area, scale = frame.area, frame.device_scale
    height, width = shown.shape
    pixels = QImage.Format.Format_ARGB32_Premultiplied
    image = QImage(shown.data, width, height, 4 * width, pixels)
    if not is_pixel_device(painter):
        image = image.copy()  # A file may be written when the array is gone.
    size = round(area.width() * scale) / scale, round(area.height() * scale) / scale
    painter.drawImage(QRectF(area.left(), area.top(), *size), image)


def are_many(canvas: PointCanvas) -> bool:
    """Return whether drawing them well takes long enough to hold up a window."""
    return len(canvas) >= LATE_FROM


def _colors_in(colors: Colors | None, theme: Theme) -> Colors:
    """Return colors, or the usual one of a theme."""
    return np.array([theme.point.rgba()], dtype=np.uint32) if colors is None else colors


def _are_all(rows: Rows, positions: Positions) -> bool:
    """Return whether all points that have a place are among some rows."""
    if not len(rows):
        return False
    others = np.isfinite(positions[:, 0])
    others &= np.isfinite(positions[:, 1]) & np.isfinite(positions[:, 2])
    others[rows] = False
    return not others.any()


def _checked(positions: ArrayLike) -> NDArray[Any]:
    given = np.asarray(positions)
    if given.ndim != 2 or given.shape[1] not in (2, 3):
        raise ValueError(f"positions must be (n, 2) or (n, 3), not {given.shape}")
    return given
