"""The names of categories, right above the places where most of their points are.

They belong to the overview: there they are larger than the labels of points and take their room.
As one zooms in, labels take their place, both by the zoom alone, so that the same camera always
shows the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QPainter

from embedviz.core.drawing.elision import shortened
from embedviz.core.drawing.label_placement import OVER, Placement, place_labels
from embedviz.core.wording import one_line, with_controls
from embedviz.gui.coloring.contrast import NAME_CONTRAST, TEXT_CONTRAST, readable_on
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.layers.markers import Spots, Way
from embedviz.gui.points.layers.names_around import NamesAround
from embedviz.gui.points.text import LONGEST, draw_text, text_size
from embedviz.gui.theme import HEADLINE_PIXELS, font

FADES_FROM, FADES_TO = 3.0, 4.5
"""How many times as large as at the overview things are when names begin to fade, and are gone."""
LABELS_FROM = 1.5
"""From this zoom on, labels of points have some room, and at `FADES_FROM` all of it."""
_SMALLEST, _LARGEST, _STEP = 0.85, 1.1, 0.05
_FEW, _FEW_SHARE, _SIZE_OF_FEW = 5, 0.03, 0.75
_CLEARANCE = 8.0
_GAP = 3.0
_DIMMED = 0.5
_TONED = 0.15
# The corners of the box around a 3-D cloud are empty.


@dataclass(frozen=True)
class Cluster:
    """The name of many points.

    Attributes
    ----------
    text : str
    position : array-like of shape (2,) or (3,)
        Where it is written; see `core.drawing.cluster_positions`. With NaN, it is not.
    color : QColor or str
        Of the points.
    count : int
        How many there are.
    weight : float or None
        How important it is: the name of the most comes first, and is a little larger. None: as
        many as there are points.
    """

    text: str
    position: ArrayLike
    color: QColor | str
    count: int
    weight: float | None = None

    @property
    def importance(self) -> float:
        """Its weight, or the number of its points."""
        return float(self.count) if self.weight is None else self.weight


class ClusterNames:
    """Names that are shown at the overview.

    Attributes
    ----------
    scale : float
        Their size against the usual one.
    around : NamesAround
        The same, where they are beside the points.
    """

    def __init__(self) -> None:
        self.scale = 1.0
        self.around = NamesAround()
        self._factors: list[float] = []
        self._clusters: tuple[Cluster, ...] = ()
        self._texts: list[str] = []
        self._drawn: list[tuple[QRectF, Cluster]] = []
        self._positions = self._targets = np.empty((0, 3))
        self._start: Mapping[str, Spots] = {}
        self._step: tuple[Way, float] | None = None
        self._places: NDArray[np.intp] = np.empty(0, dtype=np.intp)

    def __len__(self) -> int:
        return len(self._clusters)

    def set_clusters(self, clusters: Sequence[Cluster]) -> None:
        """Show other names, the most important first."""
        self._clusters = tuple(sorted(clusters, key=lambda cluster: -cluster.importance))
        self._factors = _sizes_for([cluster.importance for cluster in self._clusters])
        whole = [one_line(str(cluster.text)) for cluster in self._clusters]
        self._texts = shortened(whole, [LONGEST] * len(whole), len)
        self._drawn = []
        self.around.set_names(whole, self.colors(), self._factors)
        positions = np.zeros((len(clusters), 3))
        for row, cluster in zip(positions, self._clusters, strict=True):
            given = np.asarray(cluster.position, dtype=np.float64)
            row[: len(given)] = given
        self._targets = positions
        self._walk()
        self.forget_places()

    def spots(self) -> Mapping[str, Spots]:
        """Return where each is right now, by its text."""
        return dict(zip(self._texts, self._positions, strict=True))

    def set_out(self, start: Mapping[str, Spots]) -> None:
        """Begin to walk from where they were, with the points."""
        self._start = dict(start)

    def show_step(self, way: Way, part: float) -> None:
        """Show them on their way; also those that are found out only later."""
        self._step = None if part >= 1 else (way, part)
        self._walk()

    def _walk(self) -> None:
        self._positions = self._targets
        if self._step is None:
            self._start = {}
            return
        way, part = self._step
        self._positions = self._targets.copy()
        for place, text in enumerate(self._texts):
            if text in self._start:
                before = self._start[text]
                self._positions[place] = way.carried(before, self._targets[place], part)

    def forget_places(self) -> None:
        """Place all names anew."""
        self._places = np.full(len(self._clusters), -1, dtype=np.intp)

    def label_share(self, frame: Frame) -> float:
        """Return how many of the labels of points may be shown beside the names, 0 to 1."""
        if not self._clusters:
            return 1.0
        return float(np.clip((frame.zoom - LABELS_FROM) / (FADES_FROM - LABELS_FROM), 0, 1))

    def colors(self) -> list[QColor]:
        """Return the color of each, that of the most points first."""
        return [QColor(cluster.color) for cluster in self._clusters]

    def counts(self) -> list[int]:
        """Return how many points each has, the most first."""
        return [cluster.count for cluster in self._clusters]

    def paint(
        self,
        painter: QPainter,
        frame: Frame,
        obstacles: ArrayLike = (),
        *,
        faint: Sequence[bool] = (),
    ) -> NDArray[np.float64]:
        """Draw the names that fit between the obstacles (left, top, width, height).

        Nothing where they are around the points.

        Parameters
        ----------
        faint : sequence of bool
            Which of them are dimmed, the most important first. Default: none.

        Returns
        -------
        array of shape (m, 4)
            The boxes of those that are drawn.
        """
        opacity = (FADES_TO - frame.zoom) / (FADES_TO - FADES_FROM)
        self._drawn = []
        if not self._clusters or opacity <= 0 or frame.room is not None:
            return np.empty((0, 4))
        usual = HEADLINE_PIXELS * frame.text_scale * self.scale
        fonts = [font(usual * factor, semibold=True) for factor in self._factors]
        boxes = np.array([text_size(*pair) for pair in zip(self._texts, fonts, strict=True)])
        corner = np.array([frame.area.left(), frame.area.top()])
        pixels, depth = frame.project(self._positions)
        # Where others are dimmed, names of what is chosen come before larger ones.
        faint = faint or [False] * len(fonts)
        order = np.argsort(faint, kind="stable")
        placement = self._placed(frame, pixels - corner, boxes, obstacles, order)
        placed = order[placement.candidates]
        corners = placement.corners + corner
        for index, place in zip(placed.tolist(), corners.tolist(), strict=True):
            part = min(opacity, 1.0) * (_DIMMED if faint[index] else 1.0)
            part *= 1 - frame.fog.part_at(depth[index])
            self._draw(painter, frame, index, fonts[index], place, 1 - part)
            self._drawn.append((QRectF(*place, *boxes[index].tolist()), self._clusters[index]))
        return np.hstack([corners, boxes[placed]])

    def place_around(self, frame: Frame, points: NDArray[np.float32]) -> None:
        """Find places for the names around points, seen from the camera's origin."""
        self.around.place(frame, points, self._positions)

    def paint_lines(self, painter: QPainter, frame: Frame, faint: Sequence[bool] = ()) -> None:
        """Draw the lines of names around the points."""
        self.around.paint_lines(painter, frame, faint or [False] * len(self._clusters))

    def paint_around(self, painter: QPainter, frame: Frame, faint: Sequence[bool] = ()) -> None:
        """Draw the names that have room around the points."""
        self.around.paint(painter, frame, faint or [False] * len(self._clusters))
        self._drawn = [(box, self._clusters[index]) for box, index in self.around.drawn]

    def at(self, place: QPointF) -> Cluster | None:
        """Return whose name is drawn at a place."""
        return next((cluster for box, cluster in self._drawn if box.contains(place)), None)

    def tooltip(self, place: QPointF) -> str:
        """Return the whole of the name at a place, with the number of rows; nothing elsewhere."""
        cluster = self.at(place)
        return "" if cluster is None else f"{with_controls(cluster.text)}\n{cluster.count:,} rows"

    def _placed(
        self,
        frame: Frame,
        pixels: NDArray[np.float64],
        boxes: NDArray[np.float64],
        obstacles: ArrayLike,
        order: NDArray[np.intp],
    ) -> Placement:
        """Return which of the names fit, by their place in the order, and where."""
        avoided = np.array(obstacles, dtype=np.float64).reshape(-1, 4)
        avoided[:, :2] -= frame.area.left(), frame.area.top()
        pixels = _with_room(pixels, boxes, frame, frame.text(_GAP))
        placement = place_labels(
            pixels[order],
            boxes[order],
            np.full(len(boxes), frame.text(_GAP)),
            np.full(len(boxes), frame.text(_CLEARANCE)),
            width=frame.area.width(),
            height=frame.area.height(),
            obstacles=avoided,
            preferred=self._places[order],
            shifts=OVER,
        )
        if not frame.is_moving:
            self.forget_places()
            self._places[order[placement.candidates]] = placement.places
        return placement

    def _draw(
        self,
        painter: QPainter,
        frame: Frame,
        index: int,
        name_font: QFont,
        place: Sequence[float],
        faded: float,
    ) -> None:
        ground = QColor(frame.theme.ground)
        # In steps, so that the images of the texts can be used again. It is never transparent:
        # what is under it would take the rest of its contrast.
        part = round(faded * 8) / 8
        color = frame.faint(readable(self._clusters[index].color, frame), part, NAME_CONTRAST)
        draw_text(painter, QPointF(*place), self._texts[index], name_font, color, ground)


def _sizes_for(counts: Sequence[float]) -> list[float]:
    """Return how large the names of so many points are, the most first, against the usual."""
    most = max(counts, default=0)
    sizes = []
    for count in counts:
        if count < _FEW_SHARE * most or count < min(_FEW, most):
            sizes.append(_SIZE_OF_FEW)
            continue
        size = _SMALLEST + (_LARGEST - _SMALLEST) * (count / most if most else 1.0) ** 0.5
        sizes.append(round(size / _STEP) * _STEP)  # In steps, or there would be many fonts.
    return sizes


def _with_room(
    pixels: NDArray[np.float64], boxes: NDArray[np.float64], frame: Frame, gap: float
) -> NDArray[np.float64]:
    """Return places, those near the border moved so far that a name above fits into the area."""
    size = np.array([frame.area.width(), frame.area.height()])
    is_inside = np.all((pixels >= 0) & (pixels <= size), axis=1, keepdims=True)
    least = np.column_stack([boxes[:, 0] / 2, boxes[:, 1] + gap])
    most = np.column_stack([size[0] - boxes[:, 0] / 2, np.full(len(boxes), size[1])])
    moved = np.minimum(np.maximum(pixels, least), np.maximum(most, least))
    return np.where(is_inside, moved, pixels)


def readable(color: QColor | str, frame: Frame, least: float = TEXT_CONTRAST) -> QColor:
    """Return a color with as much of the text color as it takes to be read on the ground.

    Parameters
    ----------
    least : float
        The contrast that is enough; see `coloring.contrast`.
    """
    ground, text = QColor(frame.theme.ground), QColor(frame.theme.text)
    return readable_on(QColor(color), ground, text, least, part=_TONED)
