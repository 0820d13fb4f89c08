"""Names of clusters: which are shown, where, and when they give way."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from embedviz.core.drawing.camera import Camera
from embedviz.core.drawing.extents import Extent
from embedviz.core.wording import one_line
from embedviz.gui.coloring.contrast import NAME_CONTRAST, TEXT_CONTRAST, contrast
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.layers import cluster_labels
from embedviz.gui.points.layers.cluster_labels import (
    Cluster,
    ClusterNames,
    readable,
)
from embedviz.gui.points.text import LONGEST
from embedviz.gui.theme import DARK, LIGHT

EXTENT = Extent((-1.0, -1.0, -1.0), (1.0, 1.0, 1.0))


@pytest.fixture
def names(qapp):
    return ClusterNames()


def framed(zoom=1.0, is_3d=False, theme=LIGHT, **settings):
    """Return a frame of the cube around the origin, so many times as large as just in view."""
    area = QRectF(10, 20, 400, 300)
    frame = Frame(area, Camera(is_3d=is_3d), theme, EXTENT)
    camera = Camera(is_3d=is_3d, scale=frame.zoom / zoom)
    return Frame(area, camera, theme, EXTENT, **settings)


def painted(names, frame, obstacles=(), **options):
    """Return the boxes of the names, and the picture (height, width, 4)."""
    image = QImage(420, 330, QImage.Format.Format_ARGB32)
    image.fill(0)
    with QPainter(image) as painter:
        boxes = names.paint(painter, frame, obstacles, **options)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(330, 420, 4)
    return boxes, pixels[..., [2, 1, 0, 3]].astype(int)


def cluster(text, x, y, count=1, color="#D55E00", z=()):
    return Cluster(text, (x, y, *z), color, count)


def strength(pixels, theme=LIGHT):
    """Return the contrast of the letters with the ground: of the pixel that has the most."""
    solid = pixels[pixels[..., 3] == 255][:, :3]
    return max(
        (contrast(QColor(*c), QColor(theme.ground)) for c in set(map(tuple, solid.tolist()))),
        default=1.0,
    )


def overlap(first, second):
    across = min(first[0] + first[2], second[0] + second[2]) - max(first[0], second[0])
    down = min(first[1] + first[3], second[1] + second[3]) - max(first[1], second[1])
    return min(across, down) > 0


@pytest.mark.parametrize("is_3d", [False, True])
def test_names_are_right_above_their_places(names, is_3d):
    frame = framed(is_3d=is_3d)
    places = [(-0.5, -0.5, 0.0), (0.5, 0.4, 0.0)]
    names.set_clusters([cluster("one", *p[:2], z=p[2:] if is_3d else ()) for p in places])
    boxes, pixels = painted(names, frame)
    below = boxes[:, :2] + boxes[:, 2:] * (0.5, 1)
    np.testing.assert_allclose(frame.project(np.array(places))[0] - below, [[0, 3]] * 2, atol=1)
    for left, top, width, height in boxes.astype(int).tolist():
        assert pixels[top : top + height, left : left + width, 3].max() == 255
    assert len(names) == 2


def test_the_name_of_most_points_has_the_place(names):
    names.set_clusters([cluster("few", 0, 0, 3), cluster("many", 0, 0, 90), cluster("x", 0, 0, 9)])
    boxes, _ = painted(names, framed())
    alone = ClusterNames()
    alone.set_clusters([cluster("many", 0, 0, 90)])
    np.testing.assert_allclose(painted(alone, framed())[0][0], boxes[0])
    for first in range(len(boxes)):
        assert not any(overlap(boxes[first], other) for other in boxes[:first])


def test_names_keep_off_what_is_in_the_way(names):
    names.set_clusters([cluster("name", 0, 0)])
    (usual,), _ = painted(names, framed())
    (moved,), _ = painted(names, framed(), [usual])
    assert not overlap(usual, moved)
    assert len(painted(names, framed(), [(0, 0, 500, 500)])[0]) == 0


def test_names_fade_and_labels_take_over_as_one_zooms_in(names):
    names.set_clusters([cluster("name", 0, 0)])
    shares, strengths = [], []
    for zoom in (1.0, 2.0, 3.0, 4.0, 5.0):
        frame = framed(zoom)
        assert frame.zoom == pytest.approx(zoom)
        shares.append(names.label_share(frame))
        strengths.append(strength(painted(names, frame)[1]))
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
    assert strengths[0] == strengths[1] == strengths[2] >= TEXT_CONTRAST
    assert NAME_CONTRAST <= strengths[3] < strengths[2]  # What is shown can be read.
    assert strengths[4] == 1.0
    assert len(painted(names, framed(5.0))[0]) == 0


def test_without_names_all_labels_are_shown(names):
    assert names.label_share(framed()) == 1
    assert painted(names, framed())[0].shape == (0, 4)


def test_names_without_a_place_or_out_of_view_are_not_shown(names):
    names.set_clusters([cluster("a", np.nan, 0), cluster("b", 9, 9), cluster("c", 0, 0)])
    assert len(painted(names, framed())[0]) == 1


def test_names_stay_where_they_are_while_others_come(names):
    names.set_clusters([cluster("name", 0, 0)])
    (usual,), _ = painted(names, framed())
    painted(names, framed(), [usual])
    (kept,), _ = painted(names, framed())
    assert not overlap(kept, usual)
    names.forget_places()
    np.testing.assert_allclose(painted(names, framed())[0][0], usual)


def test_scale_and_text_scale_make_names_larger(names):
    names.set_clusters([cluster("name", 0, 0)])
    usual = painted(names, framed())[0][0, 2]
    names.scale = 2.0
    assert painted(names, framed())[0][0, 2] == pytest.approx(2 * usual, rel=0.1)
    assert painted(names, framed(text_scale=1.5))[0][0, 2] == pytest.approx(3 * usual, rel=0.1)


def test_dimmed_names_are_fainter(names):
    names.set_clusters([cluster("name", 0, 0)])
    usual = strength(painted(names, framed())[1])
    assert NAME_CONTRAST <= strength(painted(names, framed(), faint=[True])[1]) < usual - 0.5


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("color", ["#F0E442", "#000000", "#FFFFFF", "#0072B2", "#15181C"])
def test_every_color_can_be_read(theme, color):
    frame = framed(theme=theme)
    assert contrast(readable(color, frame), QColor(theme.ground)) >= 4.5


def test_contrast_is_that_of_wcag():
    assert contrast(QColor("#000000"), QColor("#FFFFFF")) == pytest.approx(21)
    assert contrast(QColor("#777777"), QColor("#FFFFFF")) == pytest.approx(4.48, abs=0.01)


def test_names_of_more_points_are_a_little_larger_and_few_points_come_last(names):
    counts = {"aaaa": 400, "bbbb": 100, "cccc": 4}
    names.set_clusters(
        [cluster(text, x, 0, counts[text]) for text, x in zip(counts, (-1, 0, 1), strict=True)]
    )
    boxes, _ = painted(names, framed())
    heights = boxes[:, 3].tolist()
    assert heights[0] > heights[1] > heights[2]
    assert heights[2] < 0.75 * heights[0]
    assert names.counts() == [400, 100, 4]
    # The few do not take the place of the many, wherever they come from.
    names.set_clusters([cluster("few", 0, 0, 1), cluster("many", 0, 0, 40)])
    alone = ClusterNames()
    alone.set_clusters([cluster("many", 0, 0, 40)])
    np.testing.assert_allclose(painted(names, framed())[0][0], painted(alone, framed())[0][0])


def test_names_of_equally_few_have_one_size(names):
    names.set_clusters([cluster("one", -1, 0, 3), cluster("two", 1, 0, 3)])
    assert np.ptp(painted(names, framed())[0][:, 3]) == 0


def test_a_name_at_the_border_is_moved_into_view(names):
    names.set_clusters([cluster("a name at the border", 1.3, 0.99)])
    frame = framed()
    (box,), _ = painted(names, frame)
    assert frame.area.contains(QRectF(*box))


def test_some_names_are_not_dimmed_with_the_others(names):
    names.set_clusters([cluster("many", -1, 0, 9), cluster("some", 1, 0, 8)])
    boxes, pixels = painted(names, framed(), faint=[True, False])
    bright, dimmed = (
        strength(pixels[y : y + height, x : x + width])
        for x, y, width, height in boxes.astype(int).tolist()  # The bright one is placed first.
    )
    assert NAME_CONTRAST <= dimmed < bright - 0.5


def test_a_bright_name_takes_the_place_of_a_larger_dimmed_one(names):
    names.set_clusters([cluster("many", 0, 0, 9), cluster("some", 0, 0, 8)])
    obstacles = [[0, 0, 420, 156], [0, 184, 420, 146]]  # There is room for one.
    (dimmed,), _ = painted(names, framed(), obstacles, faint=[True, True])
    (bright,), _ = painted(names, framed(), obstacles, faint=[True, False])
    assert dimmed[2] != bright[2]


def test_long_names_are_cut_where_they_do_not_differ_and_whole_in_a_tip(names):
    long = [f"a long name of a topic, and what it is called at length, {c}" for c in "ABC"]
    places = (-0.8, 0, 0.8)
    names.set_clusters([cluster(n, 0, y, 9) for n, y in zip(long, places, strict=True)])
    frame = framed()
    boxes, _ = painted(names, frame)
    assert len(boxes) == 3
    middles = [QRectF(*box).center() for box in boxes.tolist()]
    assert {names.tooltip(place) for place in middles} == {f"{name}\n9 rows" for name in long}
    assert names.tooltip(QPointF(0, 0)) == ""
    painted(names, framed(zoom=10))  # None is written any more.
    assert not any(map(names.tooltip, middles))


@given(st.lists(st.text(max_size=80), max_size=20, unique_by=one_line))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_two_names_on_a_map_read_as_one(qapp, texts):
    drawn = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(cluster_labels, "draw_text", lambda p, place, text, *o: drawn.append(text))
        names = ClusterNames()
        names.set_clusters([cluster(text, 0, i / 10 - 1) for i, text in enumerate(texts)])
        painted(names, framed(text_scale=0.2))
    assert len(set(drawn)) == len(drawn)
    assert all(len(text) <= LONGEST for text in drawn)
