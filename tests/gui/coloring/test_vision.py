"""The palettes are told apart by everyone, by a simulation that did not choose them."""

import numpy as np
import pytest

from embedviz.gui.coloring.palettes import category_colors, rgb
from embedviz.gui.coloring.vision import VISIONS, as_seen_with, least_distance
from embedviz.gui.theme import DARK, GRAY_SAFE, LIGHT, PRINT

deficiencies = pytest.mark.parametrize("vision", VISIONS)
on_both = pytest.mark.parametrize("on_dark", [False, True], ids=["light", "dark"])

JUST_NOTICED = 0.02
"""In Oklab, side by side."""


@deficiencies
def test_gray_stays_gray(vision):
    np.testing.assert_allclose(VISIONS[vision].sum(axis=1), 1, atol=2e-6)
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
