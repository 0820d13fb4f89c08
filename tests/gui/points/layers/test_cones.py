"""Translucent cones in a picture of points: their shape, what is over the points, their texts."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from embedviz.core.drawing.camera import Camera
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.layers import cones
from embedviz.gui.points.layers.cones import AngleCone
from embedviz.gui.points.layers.overlays import PlacedText
from embedviz.gui.points.painting import texts_of_cones
from embedviz.gui.points.view import PointView
from embedviz.gui.theme import LIGHT

SIDE = 400


def frame(elevation=16.0, azimuth=-60.0, scale=1.2):
    camera = Camera(
        scale=scale,
        azimuth=math.radians(azimuth),
        elevation=math.radians(elevation),
        is_3d=True,
    )
    return Frame(QRectF(0, 0, SIDE, SIDE), camera, LIGHT)


def painted(cone, *, near, **seen_from):
    """Return the opacity at each pixel, 0 to 255, (SIDE, SIDE)."""
    image = QImage(SIDE, SIDE, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    with QPainter(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        cones.ConeHalves(frame(**seen_from), [cone]).paint(painter, near=near)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(SIDE, SIDE)
    return (pixels >> 24).astype(int)


def narrow(angle, width=0.0):
    return AngleCone(angle, max(angle - width, 0), min(angle + width, 180), "#D55E00")


def shadow(angle, elevation):
    """Return the pixels in which rays from the eye meet the cone, by sampling its surface."""
    turns, parts = np.meshgrid(np.linspace(0, 2 * np.pi, 1500), np.linspace(0, 1, 400))
    across, up = np.sin(np.radians(angle)), np.cos(np.radians(angle))
    points = np.stack([across * np.cos(turns), across * np.sin(turns), up + 0 * turns], axis=-1)
    pixels, _ = frame(elevation).project((points * parts[..., np.newaxis]).reshape(-1, 3))
    found = np.zeros((SIDE, SIDE), bool)
    found[tuple(pixels.astype(int).T[::-1])] = True
    return found


def within(wanted):
    """Return the pixels that are not at an edge."""
    moves = [(down, right) for down in (-2, 0, 2) for right in (-2, 0, 2)]
    return np.all([np.roll(wanted, move, (0, 1)) for move in moves], axis=0)


@pytest.mark.parametrize("angle", [10.0, 41.0, 75.0, 90.0, 120.0])
@pytest.mark.parametrize("elevation", [0.5, 16.0, 60.0, 90.0, -35.0])
def test_both_halves_together_are_the_whole_surface_without_a_hole(angle, elevation):
    cone = narrow(angle)
    both = painted(cone, near=True, elevation=elevation) + painted(
        cone, near=False, elevation=elevation
    )
    wanted = shadow(angle, elevation)
    assert (both[within(wanted)] > 8).all()
    rim = 0.02 * SIDE * SIDE  # Lines are wider than the surface.
    assert np.count_nonzero((both > 8) & ~wanted) < rim


def test_the_half_toward_the_eye_is_over_the_points():
    disc = narrow(90.0)
    near, far = (painted(disc, near=side, elevation=30.0) for side in (True, False))
    rows = np.arange(SIDE)[:, np.newaxis]
    assert (near * rows).sum() / near.sum() > SIDE / 2 + 20
    assert (far * rows).sum() / far.sum() < SIDE / 2 - 20


def test_from_straight_above_nothing_hides_the_points():
    assert np.count_nonzero(painted(narrow(90.0), near=True, elevation=90.0) > 60) < 4000
    surface = painted(narrow(40.0), near=True, elevation=90.0)[SIDE // 2, SIDE // 2 + 20]
    assert surface == 0


@pytest.mark.parametrize("elevation", [5.0, 45.0, -45.0, 90.0])
def test_the_band_is_on_the_sphere_between_its_angles(elevation):
    band = AngleCone(60.0, 30.0, 80.0, "#0072B2")
    seen = frame(elevation)
    eye = cones._eye_of(seen)
    pieces = list(cones._band(band, eye))
    assert pieces
    for piece in pieces:
        np.testing.assert_allclose(np.linalg.norm(piece.corners, axis=1), 1)
        angles = np.degrees(np.arccos(piece.corners[:, 2]))
        assert angles.min() >= 30 - 1e-6
        assert angles.max() <= 80 + 1e-6
        each = len(piece.corners) // 2
        inner = np.arange(len(piece.corners)) % each  # The tips may be one step away.
        facing = (piece.corners @ eye)[(inner > 0) & (inner < each - 1)]
        assert (facing > 1 - 1e-6).all() if piece.is_near else (facing < 1 + 1e-6).all()


def test_where_the_eye_is():
    seen = frame(25.0)
    direction = cones._eye_of(seen) / np.linalg.norm(cones._eye_of(seen))
    np.testing.assert_allclose(direction, seen.camera.axes[2], atol=1e-12)
    _, depth = seen.project([cones._eye_of(seen)])
    assert depth[0] == pytest.approx(0, abs=1e-9)


def test_a_cone_behind_the_eye_is_left_out():
    assert painted(narrow(40.0), near=False, scale=0.001).shape == (SIDE, SIDE)
    assert not cones.text_boxes(frame(scale=0.001), [narrow(40.0)], on_the_right=True)


def test_texts_are_beside_the_rim_within_the_picture_and_notes_yield(qtbot):
    view = PointView()
    qtbot.addWidget(view)
    view.resize(640, 380)
    view.set_points(np.eye(3, dtype=np.float32))
    cone = AngleCone(48.0, 39.0, 57.0, "#D55E00", ("median 48°", "5–95 %: 39–57°"))
    notes = [PlacedText((1.04, 0, 0), "90°", "#5F6874")]
    for azimuth in range(-180, 180, 20):
        view.scene.set_lines([cone, *notes])
        view.set_camera(Camera(scale=1.16, azimuth=math.radians(azimuth), is_3d=True))
        seen = view.viewport.frame()
        ((placed, box),) = texts_of_cones(view.scene, seen)
        assert placed is cone
        assert seen.area.contains(box)
        ring = seen.project(cones._ring(math.radians(48.0)))[0][:, 0]
        assert box.left() > ring.max() or box.right() < ring.min()
        is_right = seen.point((1.04, 0, 0)).x() > seen.point((0, 0, 0)).x()
        assert (box.left() > ring.max()) != is_right


@pytest.mark.parametrize("on_the_right", [False, True])
@pytest.mark.parametrize("angle", [50.0, 90.0])
def test_texts_without_room_beside_the_rim_are_in_the_corner(qapp, angle, on_the_right):
    cone = AngleCone(angle, angle - 9, angle + 9, "#D55E00", ("median", "5–95 %: 39–57°"))
    seen = Frame(QRectF(0, 0, 150, 300), frame().camera, LIGHT)
    ((_, box),) = cones.text_boxes(seen, [cone], on_the_right=on_the_right)
    ring = seen.project(cones._ring(math.radians(angle)))[0][:, 1]
    assert seen.area.contains(box)
    assert box.bottom() < ring.min()


def test_a_file_has_cones_as_shapes_and_text(qtbot, tmp_path):
    from PySide6.QtSvg import QSvgGenerator

    view = PointView()
    qtbot.addWidget(view)
    view.set_points(np.eye(3, dtype=np.float32))
    view.scene.set_lines([AngleCone(48.0, 39.0, 57.0, "#D55E00", ("median 48°",))])
    generator = QSvgGenerator()
    generator.setFileName(str(tmp_path / "cone.svg"))
    with QPainter(generator) as painter:
        view.paint(painter, 400, 300)
    text = (tmp_path / "cone.svg").read_text("utf-8")
    assert "median 48°" in text
    assert text.count('fill="#d55e00"') >= 2
