"""Contents of a picture of points: the points, and all that explains them.

It knows no widget; how it is painted, on a screen or into a file, is in `painting`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from embedviz.core.arrays import Rows
from embedviz.core.drawing.extents import Extent, extent_of
from embedviz.core.thumbnails import Thumbnails
from embedviz.gui.points.canvas import LateImage, PointCanvas, PointHighlights
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.layers.cluster_labels import Cluster, ClusterNames
from embedviz.gui.points.layers.cones import AngleCone
from embedviz.gui.points.layers.heading import Heading
from embedviz.gui.points.layers.labels import PointLabels
from embedviz.gui.points.layers.markers import Markers
from embedviz.gui.points.layers.overlays import Arrow, Line, Links, PlacedText
from embedviz.gui.points.layers.thumbnails import PointThumbnails
from embedviz.gui.points.legend.layout import Legend
from embedviz.gui.points.legend.placement import PlacedLegend

T = TypeVar("T")

LABEL_SCALES = 0.6, 2.5
"""Smallest and largest size of labels against the usual one."""


class PointScene(QObject):
    """Points with what explains them.

    Signals
    -------
    changed : ()
        It is to be painted anew.
    bounds_changed : ()
        There is more or less to be seen in the space of the data; `changed` follows.
    overlay_changed : ()
        Only what is painted over the picture has changed: the links.

    Attributes
    ----------
    canvas : PointCanvas
    late : LateImage
    labels : PointLabels
    clusters : ClusterNames
    thumbnails : PointThumbnails
    markers : Markers
    arrows, lines, notes, cones : sequences
    links : Links
    titles : sequence of str or None
        Of the axes.
    dates : sequence of bool
        Which axes are days since 1970.
    placed_legend : PlacedLegend
    heading : Heading
        Title and subtitle, over all; see `look`.
    message, caption, corner : str
        Where there are no points; below them; and over them at the upper left.
    text_scale : float
    """

    changed = Signal()
    bounds_changed = Signal()
    overlay_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.canvas = PointCanvas()
        self.late = self.canvas.late = LateImage(self)
        self.late.arrived.connect(self.changed)
        self.labels = PointLabels()
        self.clusters = ClusterNames()
        self.thumbnails = PointThumbnails(self)
        self.thumbnails.arrived.connect(self.changed)
        self.markers = Markers(self)
        self.markers.changed.connect(self.changed)
        self.markers.left_extent.connect(self.bounds_changed)
        self.arrows: tuple[Arrow, ...] = ()
        self.lines: tuple[Line, ...] = ()
        self._measured: tuple[tuple[object, ...], Extent] = (None,) * 4, Extent()
        self.notes: Sequence[PlacedText] = ()
        self.cones: Sequence[AngleCone] = ()
        self.links = Links()
        self.titles: Sequence[str] | None = None
        self.dates: Sequence[bool] = ()
        self.placed_legend = PlacedLegend()
        self.heading = Heading()
        self.message = ""
        self.caption = ""
        self.corner = ""
        self.text_scale = 1.0

    @property
    def legend(self) -> Legend | None:
        """Legend of the colors."""
        return self.placed_legend.legend

    def clouds(self) -> list[ArrayLike]:
        """Return points that a picture of everything has in view, seen from the origin."""
        ends = [np.array([arrow.start, arrow.end]) for arrow in self.arrows]
        ends += [self.markers.places] if self.markers.shown else []
        others = (*(line.points for line in self.lines), *ends)
        canvas, points = self.canvas, self.canvas.positions
        if canvas.n_placed and not canvas.is_3d:  # In 2-D, two corners are enough.
            points = np.array([canvas.extent.low, canvas.extent.high])
        return [points, *map(self.canvas.places.seen_from_origin, others)]

    def extent(self) -> Extent:
        """Return where everything in the space of the data is, seen from the origin."""
        known = self.canvas.extent
        if not (self.lines or self.arrows or self.markers.shown):
            return known
        # Asked for many times a frame, while lines stay: they are others when they are set anew.
        of = known, self.lines, self.arrows, self.markers.shown
        if any(part is not last for part, last in zip(of, self._measured[0], strict=True)):
            corners = [known.low, known.high] if len(self.canvas) else np.empty((0, 3))
            self._measured = of, extent_of(corners, *self.clouds()[1:])
        return self._measured[1]

    def set_highlights(
        self,
        *,
        query: int | None = None,
        selected: ArrayLike = (),
        neighbors: ArrayLike = (),
        dim_others: bool = False,
    ) -> None:
        """Draw rows on top: the query ringed in its color, the selected in the accent."""
        highlights = PointHighlights(query, _rows(selected), _rows(neighbors), dim_others)
        self.canvas.set_highlights(highlights)
        self.changed.emit()

    def set_labels(
        self,
        texts: Sequence[str],
        order: ArrayLike | None = None,
        always: ArrayLike = (),
        required: int = 0,
    ) -> None:
        """Show labels where there is room, more as one zooms in.

        Parameters
        ----------
        texts : sequence of str
            By row.
        order : int array-like, optional
            Candidates, the most important first. Default: the order of the rows.
        always : int array-like
            Rows that are labeled whenever possible, in strong text.
        required : int
            So many of them, from the first, are labeled also where no place is free.
        """
        candidates = None if order is None else _rows(order)
        self.labels.set_texts(texts, candidates, _rows(always), required)
        self.changed.emit()

    def set_clusters(self, clusters: Sequence[Cluster]) -> None:
        """Show these names at the overview, where few labels of points are shown."""
        self.clusters.set_clusters(clusters)
        self.changed.emit()

    def set_label_scale(self, factor: float) -> None:
        """Draw labels of points and clusters larger or smaller, from 0.6 to 2.5 times."""
        least, most = LABEL_SCALES
        self.labels.scale = self.clusters.scale = min(max(float(factor), least), most)
        self.changed.emit()

    def reset_label_places(self) -> None:
        """Forget where labels were, so that the same points always make the same picture."""
        self.labels.forget_places()
        self.clusters.forget_places()
        self.markers.forget_label_places()
        self.changed.emit()

    def set_density(self, on: bool) -> None:
        """Show how many points there are at each place, instead of each of them."""
        self.canvas.set_density(on)
        self.changed.emit()

    def set_thumbnails(self, thumbnails: Thumbnails | None) -> None:
        """Show pictures of rows in the place of points, as far as there is room.

        Those that have to be read first appear when their thumbnails say that they `arrived`.
        """
        if thumbnails is not self.thumbnails.source:
            self.thumbnails.set_source(thumbnails)
            self.changed.emit()

    def set_arrows(self, arrows: Sequence[Arrow]) -> None:
        """Draw arrows over the points."""
        self.arrows = _kept(self.arrows, arrows)
        self.bounds_changed.emit()
        self.changed.emit()

    def set_lines(self, lines: Sequence[Line | PlacedText | AngleCone]) -> None:
        """Draw lines under the points, notes over them, and cones around them."""
        self.lines = _kept(self.lines, (line for line in lines if isinstance(line, Line)))
        self.notes = tuple(note for note in lines if isinstance(note, PlacedText))
        self.cones = tuple(cone for cone in lines if isinstance(cone, AngleCone))
        self.bounds_changed.emit()
        self.changed.emit()

    def set_links(self, row: int, rows: ArrayLike) -> None:
        """Draw lines from one row to others, the nearest first; none for -1. On screen alone."""
        self.links = Links(row, _rows(rows))
        self.overlay_changed.emit()

    def set_axes(self, titles: Sequence[str] | None, dates: Sequence[bool] = ()) -> None:
        """Draw axes with these titles, one per dimension; None: no axes.

        Those that are dates are in days since 1970.
        """
        self.titles = None if titles is None else tuple(titles)
        self.dates = tuple(dates)
        self.changed.emit()

    def set_legend(self, legend: Legend | None) -> None:
        """Explain the colors, at the right of the points or where it was put."""
        self.placed_legend.show(legend)
        self.changed.emit()

    def set_message(self, text: str) -> None:
        """Say this where there are no points."""
        self.message = text
        if not len(self.canvas):  # Else it is not on the picture, which stays as it is.
            self.changed.emit()

    def set_caption(self, text: str) -> None:
        """Say this in one line below the picture."""
        self.caption = text
        self.changed.emit()

    def set_corner(self, text: str) -> None:
        """Say this in the upper left corner of the points."""
        self.corner = text
        self.changed.emit()

    def set_text_scale(self, scale: float) -> None:
        """Draw all text larger, for an audience."""
        self.text_scale = scale
        self.changed.emit()


def _kept(before: tuple[T, ...], given: Iterable[T]) -> tuple[T, ...]:
    """Return what is given; the tuple of before where it holds the same, for it is known then."""
    wanted = tuple(given)
    return before if wanted == before else wanted


def _rows(rows: ArrayLike) -> Rows:
    return np.asarray(rows, dtype=np.intp).reshape(-1)


class FramedInFigures(Protocol):
    """What knows how a scene is laid out in a figure."""

    def figure_frame(self, width: float, height: float, scale: float) -> Frame:
        """Return it, for a size and so many pixels for each of its own."""


@runtime_checkable
class ShownPoints(Protocol):
    """A widget that shows a scene of points: what a figure must know of it."""

    scene: PointScene

    @property
    def viewport(self) -> FramedInFigures:
        """Where they are seen from."""

    def redraw(self) -> None:
        """Paint the picture anew, soon."""


def shown_points(picture: QWidget) -> list[Any]:
    """Return the parts of a picture that show points, themselves widgets."""
    return [part for part in picture.findChildren(QWidget) if isinstance(part, ShownPoints)]
