"""The palettes are told apart by everyone, by a simulation that did not choose them."""

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from embedviz.gui.coloring.palettes import as_light, category_colors, rgb
from embedviz.gui.coloring.vision import (
    SIMULATIONS,
    VISIONS,
    as_seen_with,
    image_as_seen_with,
    least_distance,
)
from embedviz.gui.theme import DARK, GRAY_SAFE, LIGHT, PRINT
from tests.gui.coloring.ciede2000 import ciede2000, cielab, least_difference

deficiencies = pytest.mark.parametrize("vision", VISIONS)
on_both = pytest.mark.parametrize("on_dark", [False, True], ids=["light", "dark"])

JUST_NOTICED = 0.02
"""In Oklab, side by side."""


CLEARLY_DIFFERENT = 10.0
"""In CIEDE2000, of which about 1 is just noticed: ten of those steps."""


@pytest.mark.parametrize("vision", SIMULATIONS)
def test_gray_stays_gray(vision):
    np.testing.assert_allclose(SIMULATIONS[vision].sum(axis=1), 1, atol=2e-6)
    grays = np.repeat(np.linspace(0, 1, 11)[:, np.newaxis], 3, axis=1)
    np.testing.assert_allclose(as_seen_with(vision, grays), grays, atol=1e-5)


def test_red_and_green_are_alike_without_the_cones_for_them():
    """Two colors that differ for most, and hardly for those that lack a kind of cone."""
    pair = ["#B08A2E", "#7B9A2F"]
    assert least_distance(pair) > 0.07
    assert least_distance(pair, "deuteranopia") < 0.6 * least_distance(pair)
    assert least_distance(pair, "protanopia") < 0.6 * least_distance(pair)
    assert least_distance(pair, "tritanopia") > 0.07


def test_colors_stay_colors():
    cube = np.stack(np.meshgrid(*[np.linspace(0, 1, 6)] * 3), -1)
    for vision in VISIONS:
        seen = as_seen_with(vision, cube)
        assert seen.shape == cube.shape
        assert (seen >= 0).all()
        assert (seen <= 1).all()


def test_without_a_deficiency_the_distance_is_that_of_the_two_closest():
    assert least_distance(["#000000", "#FFFFFF"]) == pytest.approx(1, abs=1e-3)
    assert least_distance(["#000000", "#FFFFFF", "#FFFFFF"]) == pytest.approx(0)


@on_both
@deficiencies
def test_the_default_palette_is_told_apart(vision, on_dark):
    """More than three times what is just noticed, for eight groups as for two."""
    for count in range(2, 9):
        assert least_distance(category_colors(count, on_dark), vision) > 3.5 * JUST_NOTICED


@on_both
@pytest.mark.parametrize("vision", ["protanopia", "deuteranopia"])
def test_twenty_groups_are_told_apart_with_care(vision, on_dark):
    assert least_distance(category_colors(20, on_dark), vision) > 1.5 * JUST_NOTICED


@deficiencies
@pytest.mark.parametrize("theme", [LIGHT, DARK, PRINT, GRAY_SAFE], ids=lambda theme: theme.name)
def test_before_and_after_are_told_apart_from_each_other_and_from_what_is_kept(vision, theme):
    assert least_distance([theme.before, theme.after], vision) > 5 * JUST_NOTICED
    for color in (theme.lost, theme.new):
        assert least_distance([color, theme.kept], vision) > 3 * JUST_NOTICED


def test_the_check_sees_what_is_not_told_apart():
    """Colors that are usual elsewhere fail it."""
    red_and_green = ["#D62728", "#2CA02C", "#8C564B"]
    assert least_distance(red_and_green) > 3.5 * JUST_NOTICED
    assert least_distance(red_and_green, "deuteranopia") < 3.5 * JUST_NOTICED


def test_colors_are_read_as_they_are_written():
    assert rgb("#FF0080") == (1, 0, 128 / 255)


@pytest.mark.parametrize("vision", [None, *VISIONS])
@on_both
def test_eight_groups_differ_clearly(vision, on_dark):
    colors = np.array([rgb(color) for color in category_colors(8, on_dark)])
    seen = colors if vision is None else as_seen_with(vision, colors)
    assert least_difference(seen) > CLEARLY_DIFFERENT


def test_eight_colors_that_are_usual_elsewhere_do_not():
    """Those of Matplotlib and Vega: red and green, or red and brown, are close for some."""
    usual = ["1F77B4", "FF7F0E", "2CA02C", "D62728", "9467BD", "8C564B", "E377C2", "7F7F7F"]
    colors = np.array([rgb(f"#{color}") for color in usual])
    assert least_difference(colors) > CLEARLY_DIFFERENT
    assert least_difference(as_seen_with("deuteranopia", colors)) < CLEARLY_DIFFERENT / 2


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, -1, 2), (50, 0, 0), 2.3669),
        ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
        ((36.4612, 47.8580, 18.3852), (36.2715, 50.5065, 21.2231), 1.4146),
        ((90.8027, -2.0831, 1.4410), (91.1528, -1.6435, 0.0447), 1.4441),
    ],
)
def test_the_measure_is_that_of_its_authors(first, second, expected):
    """Pairs of Sharma, Wu and Dalal (2005), table 1."""
    assert ciede2000(first, second) == pytest.approx(expected, abs=5e-5)
    assert ciede2000(second, first) == pytest.approx(expected, abs=5e-5)


def test_the_lab_of_white_and_of_red():
    assert cielab((1, 1, 1)) == pytest.approx((100, 0, 0), abs=1e-6)
    assert cielab((1, 0, 0)) == pytest.approx((53.24, 80.09, 67.20), abs=0.01)


@pytest.mark.parametrize("vision", SIMULATIONS)
def test_a_picture_is_seen_as_its_colors_are(vision):
    colors = [*category_colors(8, on_dark=False), "#FF0000", "#00FF00", "#0000FF", "#7F7F7F"]
    image = QImage(len(colors), 2, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(2.0)
    image.fill(QColor(0, 0, 0, 0))
    for x, color in enumerate(colors):
        image.setPixelColor(x, 0, QColor(color))
    seen = image_as_seen_with(vision, image)
    assert seen.size() == image.size()
    assert seen.devicePixelRatio() == 2.0
    expected = 255 * as_seen_with(vision, np.array([rgb(color) for color in colors]))
    shown = [seen.pixelColor(x, 0).getRgb() for x in range(len(colors))]
    np.testing.assert_allclose(np.array(shown)[:, :3], expected, atol=1.01)
    assert {color[3] for color in shown} == {255}
    assert all(seen.pixelColor(x, 1).alpha() == 0 for x in range(len(colors)))
    assert image.pixelColor(0, 0) == QColor(colors[0])


def test_gray_has_the_luminance_of_the_color():
    color = np.array(rgb("#D55E00"))
    gray = as_seen_with("gray", color)
    assert gray[0] == gray[1] == gray[2]
    assert as_light(gray)[0] == pytest.approx(as_light(color) @ [0.2126, 0.7152, 0.0722])
