"""Layout of a scene in a size, and its painting: in which order, and what yields to what."""

from __future__ import annotations

from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QRegion

from embedviz.core.drawing.camera import Camera
from embedviz.core.drawing.label_placement import with_space
from embedviz.gui.points.frame import PADDING, Frame
from embedviz.gui.points.layers import axes, cones, overlays
from embedviz.gui.points.layers.badge import badge_box, draw_badge
from embedviz.gui.points.scene import PointScene
from embedviz.gui.points.text import draw_line_of_text, draw_text, text_size
from embedviz.gui.theme import Theme, theme_manager

PlacedTexts = list[tuple[cones.AngleCone, QRectF]]

_LABEL_SECONDS = 0.02
"""How long labels are drawn before the window goes on; the rest appears a moment later."""
_IN_THE_MIDDLE = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
_MOST_AVOIDED = 300
_FARTHEST = 1e5
_RGB = 0xFFFFFF
# A circle as three boxes, half as large as these parts of its diameter.
_IN_CIRCLE = np.array([[1.0, 0.55], [0.55, 1.0], [0.7, 0.7]])


def lay_out(
    scene: PointScene,
    camera: Camera,
    theme: Theme,
    width: float,
    height: float,
    *,
    device_scale: float = 1.0,
    is_moving: bool = False,
) -> Frame:
    """Return how a scene is laid out in a size."""
    extent, scale = scene.extent(), scene.text_scale
    camera = camera.seen_from(scene.canvas.places.origin)

    def framed(area: QRectF, room: QRectF | None = None) -> Frame:
        # At least a pixel, and whole pixels of the device, or the image would be blurred.
        left, top = (round(n * device_scale) / device_scale for n in (area.left(), area.top()))
        wide, high = (max(1.0, float(int(n))) for n in (area.width(), area.height()))
        area, labels = QRectF(left, top, wide, high), scene.clusters.scale
        return Frame(area, camera, theme, extent, scale, device_scale, is_moving, room, labels)

    area = QRectF(0, 0, width, height)
    right = bottom = PADDING
    right += scene.placed_legend.margin(framed(area), width)
    if scene.caption:
        bottom += framed(area).text(18)
    area.adjust(PADDING, PADDING + scene.heading.height(framed(area)), -right, -bottom)
    if scene.titles is not None and not camera.is_3d:
        below = axes.bottom_margin(framed(area)) - PADDING / 2
        area.adjust(0, axes.top_margin(framed(area)), 0, -below)
        area.adjust(axes.left_margin(framed(area), scene.dates), 0, 0, 0)
    room = framed(area)
    beside = scene.clusters.around.margin(room, area.width())
    if not beside:
        return room
    return framed(room.area.adjusted(beside, 0, -beside, 0), room.area)


def paint_scene(
    painter: QPainter, scene: PointScene, frame: Frame, width: float, height: float
) -> None:
    """Paint everything but what the mouse is doing."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    whole = QRectF(0, 0, width, height)
    if theme_manager.has_ground:
        painter.fillRect(whole, QColor(frame.theme.ground))
    if not len(scene.canvas) and scene.message:
        _paint_message(painter, scene, frame, whole)
        return
    titles = scene.titles or ()
    if titles and not frame.camera.is_3d:
        axes.draw_axes(painter, frame.of_axes, titles, scene.dates)
    painter.save()
    painter.setClipRect(frame.area)
    _paint_area(painter, scene, frame)
    painter.restore()
    if frame.room is not None:
        scene.clusters.paint_around(painter, frame, _faint_names(scene, frame))
    _paint_margins(painter, scene, frame, whole)


def _paint_area(painter: QPainter, scene: PointScene, frame: Frame) -> None:
    """Paint the points, and what is under and over them."""
    titles = scene.titles or ()
    if frame.camera.is_3d:
        axes.draw_axes_3d(painter, frame, titles)
    overlays.draw_lines(painter, frame, scene.lines)
    halves = cones.ConeHalves(frame, scene.cones)
    halves.paint(painter, near=False)
    scene.canvas.paint(painter, frame)
    scene.thumbnails.paint(painter, frame, scene.canvas, scene.labels.order)
    if frame.camera.is_3d:
        axes.draw_titles_3d(painter, frame, titles)
    halves.paint(painter, near=True)
    overlays.draw_arrows(painter, frame, scene.arrows)
    scene.clusters.place_around(frame, scene.canvas.positions)
    scene.clusters.paint_lines(painter, frame, _faint_names(scene, frame))
    scene.markers.paint(painter, frame)
    beside = texts_of_cones(scene, frame)
    taken = _paint_names(painter, scene, frame, beside)
    _paint_notes(painter, scene, frame, beside, taken)


def _paint_message(painter: QPainter, scene: PointScene, frame: Frame, whole: QRectF) -> None:
    painter.setFont(frame.small)
    painter.setPen(QColor(frame.theme.muted))
    within = whole.adjusted(PADDING, PADDING, -PADDING, -PADDING)
    painter.drawText(within, _IN_THE_MIDDLE, scene.message)


def _paint_notes(
    painter: QPainter,
    scene: PointScene,
    frame: Frame,
    beside: PlacedTexts,
    taken: NDArray[np.float64],
) -> None:
    """Paint texts beside cones, and notes where none of these and no label is, and the corner."""
    others = [QRectF(*box) for box in taken.tolist()]
    others += [QRectF(*box) for box in overlays.boxes_of_arrows(frame, scene.arrows)]
    overlays.draw_notes(painter, frame, scene.notes, [*(box for _, box in beside), *others])
    cones.paint_texts(painter, frame, beside)
    if scene.corner:
        draw_badge(painter, frame, scene.corner, corner_box(scene, frame))


def _paint_names(
    painter: QPainter, scene: PointScene, frame: Frame, beside: PlacedTexts
) -> NDArray[np.float64]:
    """Paint labels that are wanted, names of clusters, and labels where these leave room.

    Return the boxes of what is wanted whatever is there, (n, 4).
    """
    reach_of = scene.thumbnails.reach_of
    free = np.zeros((0, 4))
    if _has_names(scene):  # Nothing would heed them else.
        free = boxes_without_labels(scene, frame, beside)
    texts = scene.markers.paint_labels(painter, frame, free)
    free = np.vstack([free, with_space(texts, scene.labels.space(frame))])
    seconds = _LABEL_SECONDS if scene.late.is_wanted else inf
    chosen = scene.labels.paint_chosen(painter, frame, scene.canvas, free, reach_of, seconds)
    free = np.vstack([free, with_space(chosen, scene.labels.space(frame))])
    names = scene.clusters.paint(painter, frame, free, faint=_faint_names(scene, frame))
    # Pictures say more than labels, and take their room.
    share = 0.0 if scene.thumbnails.source is not None else scene.clusters.label_share(frame)
    boxes = np.vstack([free, with_space(names, scene.labels.space(frame))])
    scene.labels.paint(painter, frame, scene.canvas, boxes, share, reach_of, seconds)
    return np.vstack([np.reshape(texts, (-1, 4)), np.reshape(chosen, (-1, 4))])


def _has_names(scene: PointScene) -> bool:
    """Return whether there is a label or a name that may have to make room."""
    labels = scene.labels
    has_labels = labels.order is None or len(labels.order) > 0 or len(labels.always) > 0
    return has_labels or bool(scene.markers.shown) or bool(scene.clusters.counts())


def _faint_names(scene: PointScene, frame: Frame) -> list[bool]:
    """Return which clusters are dimmed: where something stands out, those without it."""
    if not scene.canvas.drawn_highlights.dim_others:
        return []
    return [not is_bright for is_bright in clusters_selected(scene, frame.theme)]


def clusters_selected(scene: PointScene, theme: Theme) -> list[bool]:
    """Return which clusters are mostly selected, as far as their colors tell."""
    rows = scene.canvas.drawn_highlights.selected
    own = scene.canvas.colors_of(rows, theme) & np.uint32(_RGB)
    clusters = zip(scene.clusters.colors(), scene.clusters.counts(), strict=True)
    return [
        2 * int(np.count_nonzero(own == np.uint32(color.rgb() & _RGB))) > count
        for color, count in clusters
    ]


def boxes_without_labels(
    scene: PointScene, frame: Frame, beside: PlacedTexts | None = None
) -> NDArray[np.float64]:
    """Return the boxes that no label may cover: ringed points, arrows, lines of names, texts.

    Where they are known, the texts of cones are given; see `texts_of_cones`.
    """
    beside = texts_of_cones(scene, frame) if beside is None else beside
    rows = scene.canvas.ringed_rows(frame.theme)[:_MOST_AVOIDED]
    pixels, depth = frame.project_near(scene.canvas.positions[rows])
    rings = _boxes_of_rings(pixels, scene.canvas.radii(rows, depth, frame) + frame.text(3))
    arrows = np.reshape(overlays.boxes_of_arrows(frame, scene.arrows), (-1, 4))
    titles = with_space(axes.title_boxes_3d(frame, scene.titles or ()), frame.space).tolist()
    panels = [scene.placed_legend.box_over_points(frame)]
    if scene.corner:
        panels.append(corner_box(scene, frame))
    pictures = scene.thumbnails.boxes_of(rows).tolist()
    markers = scene.markers.boxes(frame)
    panels += [box for _, box in beside]
    boxes = [*titles, *pictures, *markers, *(box.getRect() for box in panels if not box.isEmpty())]
    lines = scene.clusters.around.boxes_of_lines(frame)
    return np.vstack([rings, arrows, lines, np.array(boxes, dtype=np.float64).reshape(-1, 4)])


def texts_of_cones(scene: PointScene, frame: Frame) -> PlacedTexts:
    """Return where the texts of cones are: on the side where there are fewer notes."""
    if not scene.cones:
        return []
    notes = [frame.point(note.position).x() for note in scene.notes]
    middle = frame.point((0.0, 0.0, 0.0)).x()
    n_right = sum(x > middle for x in notes)
    return cones.text_boxes(frame, scene.cones, on_the_right=2 * n_right < len(notes))


def corner_box(scene: PointScene, frame: Frame) -> QRectF:
    """Return where the corner is written: clear of the legend, beside or below it."""
    area, legend = frame.area, scene.placed_legend.box_over_points(frame)
    corner = area.topLeft() + QPointF(8, 8)
    box = badge_box(frame, scene.corner, corner, area.width() - 16)
    if not box.intersects(legend):
        return box
    beside = legend.left() - area.left() - 16
    if beside > area.width() / 3:
        return badge_box(frame, scene.corner, corner, beside)
    box.moveTop(min(legend.bottom() + 8, area.bottom() - box.height()))
    return box


def _paint_margins(painter: QPainter, scene: PointScene, frame: Frame, whole: QRectF) -> None:
    scene.placed_legend.paint(painter, frame, whole.width())
    scene.heading.paint(painter, frame, whole.width())
    if scene.caption:
        line = frame.text(18)
        box = QRectF(PADDING, whole.bottom() - 6 - line, whole.width() - 2 * PADDING, line)
        draw_line_of_text(painter, box, scene.caption, frame.small, QColor(frame.theme.muted))


def paint_links(painter: QPainter, scene: PointScene, frame: Frame) -> None:
    """Paint the lines from one row to others, as far as they have places in view."""
    count, row, rows = len(scene.canvas), scene.links.row, scene.links.rows
    if not 0 <= row < count:
        return
    rows = np.append(rows[(rows >= 0) & (rows < count)], row)
    pixels, depth = frame.project_near(scene.canvas.positions[rows])
    radii = scene.canvas.radii(rows, depth, frame) + 2.5
    known = np.asarray((np.abs(pixels) < _FARTHEST).all(axis=1))  # Not for NaN either.
    if not known[-1]:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    seen = QRegion(frame.area.toRect())
    seen -= QRegion(scene.placed_legend.box_over_points(frame).toRect())
    painter.setClipRegion(seen)
    *ends, start = [QPointF(x, y) for x, y in pixels[known].tolist()]
    overlays.draw_links(painter, frame, start, ends, radii[known].tolist()[:-1])
    painter.restore()


def paint_hovered(
    painter: QPainter, scene: PointScene, frame: Frame, row: int, *, is_named: bool = True
) -> None:
    """Paint a ring around the row under the mouse, and its label; nothing for -1."""
    if not 0 <= row < len(scene.canvas):
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    rows = np.array([row])
    pixels, depth = frame.project_near(scene.canvas.positions[rows])
    x, y = pixels[0].tolist()
    if not (isfinite(x) and frame.area.contains(x, y)):
        return
    radius = float(scene.canvas.radii(rows, depth, frame)[0]) + 2
    painter.setPen(QPen(QColor(frame.theme.text), 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(QPointF(x, y), radius, radius)
    if not is_named:
        return
    text, font = scene.labels.text(row), scene.labels.font(frame, strong=True)
    width, height = text_size(text, font)
    left = x + radius + 4
    if left + width > frame.area.right():
        left = x - radius - 4 - width
    top = min(max(y - height / 2, frame.area.top()), frame.area.bottom() - height)
    color, ground = QColor(frame.theme.text), QColor(frame.theme.ground)
    draw_text(painter, QPointF(left, top), text, font, color, ground)


def _boxes_of_rings(pixels: NDArray[np.float64], radii: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return boxes that together are about as round as the rings."""
    # Others would be in the way everywhere.
    known = np.isfinite(pixels).all(axis=1) & np.isfinite(radii)
    half = radii[known, np.newaxis, np.newaxis] * _IN_CIRCLE
    return np.concatenate([pixels[known, np.newaxis] - half, 2 * half], axis=2).reshape(-1, 4)
