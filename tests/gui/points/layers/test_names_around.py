"""Names around points: beside them, readable, and with lines that no label is crossed by."""

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter

from embedviz.gui.coloring.contrast import TEXT_CONTRAST, contrast
from embedviz.gui.points.layers.names_around import LONGEST, wrapped
from embedviz.gui.points.look import Look, show_look
from embedviz.gui.points.painting import boxes_without_labels
from embedviz.gui.points.view import Cluster
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import FIGURE_THEMES, theme_manager

COLORS = ("#D55E00", "#0072B2", "#009E73", "#F0E442", "#CC79A7", "#56B4E9")


@pytest.fixture
def around(view):
    """Return a view of six groups in a ring, whose names are around them."""
    angles = np.linspace(0, 2 * np.pi, 6, endpoint=False)
    middles = np.column_stack([np.cos(angles), np.sin(angles)])
    rng = np.random.default_rng(0)
    view.resize(900, 500)
    view.set_points(np.repeat(middles, 50, axis=0) + 0.1 * rng.normal(size=(300, 2)))
    groups = zip(middles, COLORS, strict=True)
    view.scene.set_clusters(
        [Cluster(f"group {k}", middle, color, 50 + k) for k, (middle, color) in enumerate(groups)]
    )
    show_look(view.scene, Look(names_around=True))
    view.render_now()
    return view


def drawn(view):
    """Return the names that are drawn, with their boxes."""
    names = view.scene.clusters
    return {names._clusters[index].text: box for box, index in names.around.drawn}


def test_all_names_are_beside_the_points_and_within_the_picture(around):
    assert set(drawn(around)) == {f"group {k}" for k in range(6)}
    pixels = around.viewport.frame().project(around.scene.canvas.positions)[0]
    for box in drawn(around).values():
        assert around.rect().contains(box.toRect())
        assert not any(box.contains(x, y) for x, y in pixels.tolist())


def test_they_can_be_pointed_at(around):
    name, box = next(iter(drawn(around).items()))
    assert around.scene.clusters.at(box.center()).text == name
    assert name in around.scene.clusters.tooltip(box.center())


def test_where_there_is_no_room_beside_they_are_over_the_points(around):
    around.resize(400, 300)
    around.render_now()
    assert not drawn(around)
    assert around.viewport.frame().room is None
    around.resize(900, 500)
    show_look(around.scene, Look())
    around.render_now()
    assert not drawn(around)


def test_labels_that_are_chosen_keep_off_the_lines(around):
    rows = range(0, 300, 50)
    lines = around.scene.clusters.around.boxes_of_lines(around.viewport.frame())
    assert len(lines) >= 6
    around.scene.set_labels([f"word {i}" for i in range(300)], (), rows, required=1)
    around.render_now()
    frame = around.viewport.frame()
    free = boxes_without_labels(around.scene, frame)
    assert all((free == line).all(axis=1).any() for line in lines)
    image = QImage(around.size(), QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        labels = around.scene.labels.paint_chosen(painter, frame, around.scene.canvas, free)
    assert len(labels) >= 3
    for left, top, width, height in labels.tolist():
        apart = (lines[:, 0] >= left + width) | (lines[:, 0] + lines[:, 2] <= left)
        apart |= (lines[:, 1] >= top + height) | (lines[:, 1] + lines[:, 3] <= top)
        assert apart.all()


def test_boxes_cover_the_whole_of_each_line(around):
    names = around.scene.clusters.around
    boxes = names.boxes_of_lines(around.viewport.frame())
    parts = np.linspace(0, 1, 50)[:, np.newaxis]
    for line in names._placed.lines:
        for start, end in pairwise(line):
            places = start + parts * (end - start)
            low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
            is_in = ((places[:, None] >= low) & (places[:, None] <= high)).all(axis=2)
            assert is_in.any(axis=1).all()


@pytest.mark.parametrize("theme", FIGURE_THEMES.values(), ids=FIGURE_THEMES)
def test_names_are_readable_on_the_ground(around, theme, qapp):
    apply_theme(qapp, theme)
    around.render_now()
    assert theme_manager.theme is theme
    image = around.grab().toImage()
    for box in drawn(around).values():
        inside = box.toRect()
        seen = {
            image.pixel(x, y) & 0xFFFFFF
            for x in range(inside.left(), inside.right())
            for y in range(inside.top(), inside.bottom())
        }
        best = max(contrast(QColor.fromRgb(each), QColor(theme.ground)) for each in seen)
        assert best >= TEXT_CONTRAST


def test_the_same_picture_has_the_same_names_again(around):
    first = around.grab().toImage()
    around.scene.changed.emit()
    around.render_now()
    assert around.grab().toImage() == first


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ("",)),
        ("sport", ("sport",)),
        ("cars, engines, roads", ("cars, engines,", "roads")),
        (
            "policies, responsibilities, procedures",
            ("policies,", "responsibilities,", "procedures"),
        ),
        ("x" * 40, ("x" * 40,)),
    ],
)
def test_names_are_in_lines_of_about_one_length(text, lines):
    assert wrapped(text) == lines


def test_a_long_name_is_cut():
    cut = "".join(wrapped("word " * 40))
    assert cut.endswith("…")
    assert len(cut) <= LONGEST


def test_in_3d_they_are_around_from_every_side(view):
    rng = np.random.default_rng(0)
    view.resize(900, 500)
    view.set_points(rng.normal(size=(500, 3)))
    places = 0.5 * np.eye(3)
    view.scene.set_clusters([Cluster(f"axis {k}", p, COLORS[k], 9) for k, p in enumerate(places)])
    show_look(view.scene, Look(names_around=True))
    for _ in range(4):
        view.set_camera(view.camera.orbited(0.8, 0.2))
        view.render_now()
        assert len(drawn(view)) == 3
        pixels = view.viewport.frame().project(view.scene.canvas.positions)[0]
        boxes = drawn(view).values()
        n_covered = sum(box.contains(x, y) for box in boxes for x, y in pixels.tolist())
        assert n_covered <= 5  # Beyond the outermost ones that are looked at.
