"""The labels of points: which are shown, where, and how they are drawn.

While points or camera move, the labels that are shown go along and no other appears; where they
get too close, the less important ones vanish. At rest the free room is given out anew, each
label first trying to stay where it is. So nothing flickers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf
from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from embedviz.core.arrays import Rows
from embedviz.core.drawing.label_placement import (
    AROUND,
    BESIDE,
    Placement,
    place_labels,
    with_space,
)
from embedviz.core.drawing.picking import rows_in_view
from embedviz.core.drawing.raster import ALL_ROWS
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.layers.placed_points import PlacedPoints
from embedviz.gui.points.text import draw_text, one_line
from embedviz.gui.theme import CAPTION_PIXELS, TEXT_PIXELS, font

MOST_TRIED = 2000
_TRIED_FIRST = 4
"""Labels are first tried for so many times as many points as there is room for."""
_AREA_PER_LABEL = 9000.0
_DIMMED = 0.4
_LEAST_LABEL = 120.0
"""Width that a label which must be seen has even in a narrow picture, in pixels."""

ReachOf = Callable[[Rows], NDArray[np.float64]]


class PointLabels:
    """Texts of rows, the important ones shown where there is room.

    Attributes
    ----------
    texts : sequence of str
        By row.
    scale : float
        Their size against the usual one.
    places, chosen_places : dict
        By row that has a label, an ordinary or a chosen one: at which of the places around its
        point it is.
    is_unfinished : bool
        Whether there was no time for some, which are to be painted next.
    """

    def __init__(self) -> None:
        self.scale = 1.0
        self.is_unfinished = self._lacks_chosen = False
        self.texts: Sequence[str] = ()
        self._order: Rows | None = None
        self._all_rows = ALL_ROWS
        self._required = 0
        self.always: Rows = ALL_ROWS
        self.places: dict[int, int] = {}
        self.chosen_places: dict[int, int] = {}
        self._widths = _Widths()

    def set_texts(
        self, texts: Sequence[str], order: Rows | None, always: Rows, required: int = 0
    ) -> None:
        """Show these texts, those of `always` first and then by `order`.

        The first `required` of `always` are shown wherever they are in view, over others if need
        be.
        """
        self._required = required
        if texts is not self.texts:
            self.forget_places()
        self.texts, self._order, self.always = texts, order, always
        chosen = set(always.tolist())
        self.chosen_places = {row: at for row, at in self.chosen_places.items() if row in chosen}

    @property
    def order(self) -> Rows | None:
        """The rows that may be labeled, the most important first; None: all."""
        return self._order

    def text(self, row: int) -> str:
        """Return what is written at a row: one line, not too long."""
        return one_line(self.texts[row]) if 0 <= row < len(self.texts) else ""

    def font(self, frame: Frame, *, strong: bool) -> QFont:
        """Return the font of labels, or of those that are strong."""
        pixels = TEXT_PIXELS if strong else CAPTION_PIXELS
        return font(pixels * frame.text_scale * self.scale, semibold=strong)

    def space(self, frame: Frame) -> float:
        """Return how far labels in one line are apart, in pixels: a space of the larger type."""
        return frame.space * max(self.scale, 1.0)

    def forget_places(self) -> None:
        """Place all labels anew, instead of keeping them where they were as far as possible."""
        self.places, self.chosen_places = {}, {}

    def paint_chosen(
        self,
        painter: QPainter,
        frame: Frame,
        canvas: PlacedPoints,
        obstacles: ArrayLike = (),
        reach_of: ReachOf | None = None,
        seconds: float = inf,
    ) -> NDArray[np.float64]:
        """Draw the labels that are always wanted, between the obstacles as far as possible.

        Parameters
        ----------
        obstacles : array-like of shape (n, 4)
            Left, top, width and height of what is to stay free.
        reach_of : callable, optional
            Returns how far what is drawn at rows reaches beyond their points, in pixels.
        seconds : float
            As for `paint`, of those that are not required.

        Returns
        -------
        array of shape (m, 4)
            Their boxes.
        """
        rows, taken = self._in_view(self.always, frame, canvas), _boxes(obstacles)
        n_required = int(np.isin(self.always[: self._required], rows).sum())
        boxes, end = np.empty((0, 4)), perf_counter() + seconds
        self._lacks_chosen = False
        # What is required, the first ones, has the better places, and also those far away.
        for part, is_required in ((rows[:n_required], True), (rows[n_required:], False)):
            if len(part):
                named, mine = self._placed_chosen(part, is_required, frame, canvas, taken, reach_of)
                for row, (x, y) in zip(named.tolist(), mine[:, :2].tolist(), strict=True):
                    if not is_required and perf_counter() > end:
                        self._lacks_chosen = True
                        break
                    self._write(painter, frame, QPointF(x, y), row, strong=True)
                boxes = np.vstack([boxes, mine])
                taken = np.vstack([taken, with_space(mine, frame.space)])
        return boxes

    def _placed_chosen(
        self,
        rows: Rows,
        is_required: bool,
        frame: Frame,
        canvas: PlacedPoints,
        taken: NDArray[np.float64],
        reach_of: ReachOf | None,
    ) -> tuple[Rows, NDArray[np.float64]]:
        """Return which of the rows have a place for their label, and their boxes."""
        pixels, _, radii = _reaches(rows, frame, canvas, reach_of)
        sizes, corner = self._sizes(rows, frame, strong=True), _corner(frame)
        placement = place_labels(
            pixels - corner,
            sizes,
            radii,
            np.ones(len(rows)),
            width=frame.area.width(),
            height=frame.area.height(),
            obstacles=_moved(taken, -corner),
            preferred=[self.chosen_places.get(row, -1) for row in rows.tolist()],
            shifts=AROUND if is_required else AROUND[: 2 * len(BESIDE)],
            space=self.space(frame),
        )
        found = placement.candidates
        if not frame.is_moving:
            places = zip(rows[found].tolist(), placement.places.tolist(), strict=True)
            self.chosen_places.update(places)
        boxes = np.hstack([placement.corners + corner, sizes[found]])
        if is_required and len(found) < len(rows):
            # No place is free beside them, and they are what the picture is about.
            rest = np.setdiff1d(np.arange(len(rows)), found)
            corners = _squeezed_in(pixels[rest], sizes[rest], radii[rest], frame.area, taken)
            boxes = np.vstack([boxes, np.hstack([corners, sizes[rest]])])
            found = np.concatenate([found, rest])
        return rows[found], boxes

    def paint(
        self,
        painter: QPainter,
        frame: Frame,
        canvas: PlacedPoints,
        obstacles: ArrayLike = (),
        share: float = 1.0,
        reach_of: ReachOf | None = None,
        seconds: float = inf,
    ) -> None:
        """Draw the ordinary labels that fit between the obstacles (left, top, width, height).

        Parameters
        ----------
        share : float
            No more than this share of those for which there usually is room.
        reach_of : callable, optional
            Returns how far what is drawn at rows reaches beyond their points, in pixels.
        seconds : float
            After these, no more are drawn for now: a text that is new takes about a millisecond.
        """
        self.is_unfinished = self._lacks_chosen
        rows = self._ordinary(frame, canvas) if share > 0 else ALL_ROWS
        if not len(rows):
            if not frame.is_moving:
                self.places = {}
            return
        pixels, depth, radii = _reaches(rows, frame, canvas, reach_of)
        corner, space = _corner(frame), self.space(frame)
        most = int(share * _room_for_labels(frame, self.scale))
        avoided = _moved(_boxes(obstacles), -corner)

        def placed(count: int) -> Placement:
            tried = rows[:count]
            return place_labels(
                pixels[:count] - corner,
                self._sizes(tried, frame, strong=False),
                radii[:count],
                np.full(len(tried), frame.text(6)),
                width=frame.area.width(),
                height=frame.area.height(),
                obstacles=avoided,
                preferred=[self.places.get(row, -1) for row in tried.tolist()],
                most=most,
                space=space,
            )

        placement = _enough_of(placed, len(rows), most)
        found, is_dimmed = placement.candidates, canvas.drawn_highlights.dim_others
        if not frame.is_moving:
            shown = rows[found].tolist()
            self.places = dict(zip(shown, placement.places.tolist(), strict=True))
        end = perf_counter() + seconds
        corners = (placement.corners + corner).tolist()
        for index, (x, y) in zip(found.tolist(), corners, strict=True):
            if perf_counter() > end:
                self.is_unfinished = True
                break
            part = _faintness(frame, depth[index], is_dimmed)
            self._write(painter, frame, QPointF(x, y), rows[index], part)

    def _write(
        self,
        painter: QPainter,
        frame: Frame,
        corner: QPointF,
        row: int,
        part: float = 0.0,
        *,
        strong: bool = False,
    ) -> None:
        color = QColor(frame.theme.text) if strong else frame.faint(QColor(frame.theme.muted), part)
        ground = QColor(frame.theme.ground)
        text = _shown_text(self, row, frame, strong=strong)
        draw_text(painter, corner, text, self.font(frame, strong=strong), color, ground)

    def _sizes(self, rows: Rows, frame: Frame, *, strong: bool) -> NDArray[np.float64]:
        """Return width and height of the labels of rows."""
        texts = [_shown_text(self, row, frame, strong=strong) for row in rows.tolist()]
        return self._widths.sizes(texts, self.font(frame, strong=strong))

    def _ordinary(self, frame: Frame, canvas: PlacedPoints) -> Rows:
        """Return the rows in view that may be labeled, the most important first."""
        if frame.is_moving:
            order = np.array(list(self.places), dtype=np.intp)
        elif self._order is None:
            # Of a million rows, most are never looked at: as many are found before.
            if len(self._all_rows) != len(canvas):
                self._all_rows = np.arange(len(canvas))
            order = self._all_rows
        else:
            order = self._order
        rows = self._in_view(order, frame, canvas)
        return rows[~np.isin(rows, self.always)]

    def _in_view(self, rows: Rows, frame: Frame, canvas: PlacedPoints) -> Rows:
        known = min(len(self.texts), len(canvas))
        width, height = frame.area.width(), frame.area.height()
        return rows_in_view(canvas.positions[:known], frame.matrix, rows, width, height, MOST_TRIED)


def _shown_text(labels: PointLabels, row: int, frame: Frame, *, strong: bool) -> str:
    """Return the label of a row; one that must be seen is cut where the picture is narrow."""
    text = labels.text(row)
    if not strong:
        return text
    metrics = QFontMetricsF(labels.font(frame, strong=True))
    # One as wide as the picture would find no place beside anything, one of a few letters says
    # nothing.
    width, space = frame.area.width(), labels.space(frame)
    room = min(max(width / 2, _LEAST_LABEL), width - 2 * space)
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(room, 0))


def _faintness(frame: Frame, depth: float, is_dimmed: bool) -> float:
    """Return how far a label fades into the ground, from 0 to 1."""
    # In steps, so that the images of the texts can be used again.
    return min(round(frame.fog.part_at(depth) * 8) / 8 + (_DIMMED if is_dimmed else 0), 1.0)


class _Widths:
    """The widths of texts, each measured once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], float] = {}

    def sizes(self, texts: Sequence[str], label_font: QFont) -> NDArray[np.float64]:
        """Return width and height of each text, in pixels (n, 2)."""
        metrics, name, sizes = QFontMetricsF(label_font), label_font.toString(), []
        for text in texts:
            if (text, name) not in self._known:
                self._known[text, name] = metrics.horizontalAdvance(text)
            sizes.append((self._known[text, name], metrics.height()))
        return np.array(sizes).reshape(-1, 2)


def _reaches(
    rows: Rows, frame: Frame, canvas: PlacedPoints, reach_of: ReachOf | None
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return where rows are, how far from the eye, and from there how far their labels."""
    pixels, depth = frame.project_near(canvas.positions[rows])
    radii = canvas.radii(rows, depth, frame)
    if reach_of is not None:
        radii = np.maximum(radii, reach_of(rows))
    return pixels, depth, radii + frame.text(4)


def _room_for_labels(frame: Frame, scale: float) -> float:
    """Return for how many labels there usually is room."""
    return frame.area.width() * frame.area.height() / _AREA_PER_LABEL / max(scale, 1.0) ** 2


def _enough_of(placed: Callable[[int], Placement], count: int, most: int) -> Placement:
    """Return the labels that fit, looking at no more of them than needed.

    Measuring texts takes longest, and mostly some of the first have room. Later ones never change
    what those before them got.
    """
    first = placed(min(_TRIED_FIRST * most, count))
    is_enough = len(first.candidates) == most or _TRIED_FIRST * most >= count
    return first if is_enough else placed(count)


def _squeezed_in(
    pixels: NDArray[np.float64],
    boxes: NDArray[np.float64],
    radii: NDArray[np.float64],
    area: QRectF,
    taken: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return corners of labels around their points where they cover least of what is taken."""
    least = np.array([area.left(), area.top()])
    most = np.maximum(np.array([area.right(), area.bottom()]) - boxes, least)
    reach = radii[:, None]
    wanted = pixels[:, None] - AROUND[:, :2] * boxes[:, None] + AROUND[:, 2:] * reach[:, None]
    corners = np.clip(wanted, least, most[:, None])
    own = np.hstack([pixels - reach, 2 * np.hstack([reach, reach])])
    covered = _covered(corners, boxes[:, None], own[:, None])
    if len(taken):
        each = _covered(corners[:, :, None], boxes[:, None, None], taken)
        covered = covered + each.sum(axis=2)
    best = np.argmin(covered, axis=1)
    found: NDArray[np.float64] = np.take_along_axis(corners, best[:, None, None], axis=1)[:, 0]
    return found


def _covered(
    corners: NDArray[np.float64], sizes: NDArray[np.float64], taken: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how much of what is taken boxes cover, in pixels squared."""
    first = np.maximum(corners, taken[..., :2])
    last = np.minimum(corners + sizes, taken[..., :2] + taken[..., 2:])
    area: NDArray[np.float64] = np.prod(np.clip(last - first, 0.0, None), axis=-1)
    return area


def _boxes(boxes: ArrayLike) -> NDArray[np.float64]:
    return np.array(boxes, dtype=np.float64).reshape(-1, 4)


def _corner(frame: Frame) -> NDArray[np.float64]:
    return np.array([frame.area.left(), frame.area.top()])


def _moved(boxes: NDArray[np.float64], way: NDArray[np.float64]) -> NDArray[np.float64]:
    moved: NDArray[np.float64] = boxes + np.array([*way, 0.0, 0.0])
    return moved
