"""Text can be read: its contrast with the ground it stands on, over palettes and themes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from embedviz.core.drawing.camera import Camera
from embedviz.core.drawing.extents import Extent
from embedviz.gui.coloring.contrast import (
    NAME_CONTRAST,
    TEXT_CONTRAST,
    contrast,
    faded_into,
    mixed,
    readable_on,
)
from embedviz.gui.coloring.palettes import category_colors
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.layers.cluster_labels import Cluster, ClusterNames
from embedviz.gui.points.legend.drawing import HIDDEN_CONTRAST, PANEL_OPACITY
from embedviz.gui.points.text import draw_text
from embedviz.gui.theme import THEMES, font

themes = pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
COLORS = st.tuples(*[st.integers(0, 255)] * 3).map(lambda parts: QColor(*parts))
EXTENT = Extent((-1.0, -1.0, -1.0), (1.0, 1.0, 1.0))


def strongest(pixels, ground):
    """Return the greatest contrast of an opaque pixel with the ground."""
    solid = {tuple(c) for c in pixels[pixels[..., 3] == 255][:, :3].tolist()}
    return max((contrast(QColor(*c), QColor(ground)) for c in solid), default=1.0)


def pixels_of(image):
    shape = image.height(), image.width(), 4
    return np.frombuffer(image.constBits(), np.uint8).reshape(shape)[..., [2, 1, 0, 3]]


def framed(theme, zoom=1.0, is_3d=False):
    area = QRectF(10, 10, 180, 80)
    frame = Frame(area, Camera(is_3d=is_3d), theme, EXTENT)
    return Frame(area, Camera(is_3d=is_3d, scale=frame.zoom / zoom), theme, EXTENT)


@themes
@pytest.mark.parametrize("count", [8, 9, 24, 40, 60])
@pytest.mark.parametrize("dimmed", [False, True])
@pytest.mark.parametrize(("zoom", "depth"), [(1.0, None), (3.9, None), (1.0, -1.0), (1.0, 1.0)])
def test_names_of_groups_can_be_read_as_they_are_painted(qapp, theme, count, dimmed, zoom, depth):
    """Painted over points of all colors: near and far, dimmed, and half faded by the zoom."""
    names, is_3d = ClusterNames(), depth is not None
    frame = framed(theme, zoom, is_3d)
    for color in category_colors(count, theme.is_dark):
        names.set_clusters([Cluster("HHHH", (0, 0, depth) if is_3d else (0, 0), color, 3)])
        image = QImage(200, 100, QImage.Format.Format_ARGB32)
        image.fill(0)
        with QPainter(image) as painter:
            assert len(names.paint(painter, frame, faint=[dimmed])) == 1
        # Letters of opaque ink on an opaque halo: nothing under them has a part in it.
        assert strongest(pixels_of(image), theme.ground) >= NAME_CONTRAST
        if not dimmed and zoom == 1.0 and not is_3d:
            assert strongest(pixels_of(image), theme.ground) >= TEXT_CONTRAST


@themes
@pytest.mark.parametrize("pixels", [11, 13, 15])
def test_the_halo_is_opaque_around_every_letter(qapp, theme, pixels):
    """So letters stand on the ground of the theme, and not on the points that they are among."""
    image = QImage(140, 40, QImage.Format.Format_ARGB32)
    image.fill(0)
    ink, ground = QColor(theme.text), QColor(theme.ground)
    with QPainter(image) as painter:
        draw_text(painter, QPointF(10, 10), "Imlqw", font(pixels, semibold=True), ink, ground)
    seen = pixels_of(image).astype(int)
    letters = np.argwhere(np.abs(seen - ink.getRgb()).max(axis=-1) < 8).tolist()
    assert letters
    for down, along in letters:
        assert seen[down - 1 : down + 2, along - 1 : along + 2, 3].min() >= 250


@themes
@pytest.mark.parametrize("is_dimmed", [False, True])
@pytest.mark.parametrize("fog", [0.0, 0.25, 0.5])
def test_labels_of_points_can_be_read_dimmed_and_far(theme, fog, is_dimmed):
    color = framed(theme).faint(QColor(theme.muted), fog + 0.4 * is_dimmed)
    assert contrast(color, QColor(theme.ground)) >= TEXT_CONTRAST


@themes
def test_text_over_points_in_a_legend_can_be_read(theme):
    """The ground of a legend lets a little through: at worst all of it is white or black."""
    for under in ("#FFFFFF", "#000000", theme.ground, *category_colors(60, theme.is_dark)):
        ground = mixed(QColor(under), QColor(theme.panel), PANEL_OPACITY)
        faint = framed(theme).faint(QColor(theme.text), 0.45, HIDDEN_CONTRAST)
        for color in (QColor(theme.text), QColor(theme.muted), faint):
            assert contrast(color, ground) >= TEXT_CONTRAST


@themes
@pytest.mark.parametrize("count", [8, 24, 60])
def test_texts_in_the_colors_of_groups_can_be_read(theme, count):
    frame = framed(theme)
    for color in (*category_colors(count, theme.is_dark), theme.before, theme.after, theme.query):
        assert contrast(frame.toned(color), QColor(theme.ground)) >= TEXT_CONTRAST


@settings(deadline=None)
@given(COLORS, COLORS, st.floats(1, 7), st.floats(0, 1))
def test_a_color_is_made_readable_or_becomes_that_of_text(color, ground, least, part):
    text = max((QColor("#FFFFFF"), QColor("#000000")), key=lambda each: contrast(each, ground))
    made = readable_on(color, ground, text, least, part)
    assert contrast(made, ground) >= least or made == text
    if contrast(color, ground) >= least:
        assert readable_on(color, ground, text, least) == color


@settings(deadline=None)
@given(COLORS, COLORS, st.floats(0, 1), st.floats(1, 7))
def test_fading_never_takes_more_than_leaves_it_readable(color, ground, part, least):
    faint = faded_into(color, ground, part, least)
    assert contrast(faint, ground) >= least or faint == color
    assert faded_into(color, ground, 0.0, least) == color
