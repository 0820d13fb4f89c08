"""That colors can be told apart, by everyone, on light and on dark."""

from itertools import combinations

import numpy as np
import pyqtgraph as pg
import pytest

from embedviz.gui.coloring.palettes import (
    _DEUTAN,
    _PROTAN,
    RAMP_STEPS,
    RAMPS,
    category_colors,
    number_ramp,
    oklab,
    packed,
    rgb,
    share_ramp,
)
from embedviz.gui.theme import DARK, LIGHT, OKABE_ITO, THEMES

both_themes = pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)


def seen(colors, vision=None):
    return oklab(np.array([rgb(color) for color in colors]), vision)


@both_themes
@pytest.mark.parametrize("name", ["viridis", "cividis"])
def test_ramps_get_lighter_evenly(name, theme):
    ramp = number_ramp(name, theme)
    assert len(ramp) == RAMP_STEPS
    steps = np.diff(seen(ramp)[:, 0])
    assert (steps > 0).all()
    assert steps.max() < 3 * steps.min()


@pytest.mark.parametrize("name", ["viridis", "cividis"])
@pytest.mark.parametrize(("theme", "first", "last"), [(LIGHT, 0, 0.95), (DARK, 0.16, 1)])
def test_ramps_are_those_that_are_known(name, theme, first, last):
    known = pg.colormap.get(name).mapToFloat(np.linspace(first, last, RAMP_STEPS))[:, :3]
    away = np.linalg.norm(seen(number_ramp(name, theme)) - oklab(known), axis=1)
    assert away.max() < 0.012  # A difference of 0.02 can just be seen.


@both_themes
@pytest.mark.parametrize("name", RAMPS)
def test_no_color_of_a_ramp_is_lost_on_the_ground(name, theme):
    ground = seen([theme.ground])[0]
    for ramp in (number_ramp(name, theme), share_ramp(theme)):
        assert np.linalg.norm(seen(ramp) - ground, axis=1).min() > 0.12


def test_an_unknown_ramp_is_viridis():
    assert number_ramp("of a later version", DARK) == number_ramp("viridis", DARK)


@both_themes
@pytest.mark.parametrize("vision", [None, _PROTAN, _DEUTAN], ids=["usual", "protan", "deutan"])
def test_the_two_ends_lead_away_from_the_middle_for_everyone(theme, vision):
    ramp = number_ramp("diverging", theme)
    assert (ramp[0], ramp[-1]) == (theme.after, theme.before)
    assert share_ramp(theme) == ramp[::-1]
    colors = seen(ramp, vision)
    middle = seen([theme.middle], vision)[0]
    away = np.linalg.norm(colors - middle, axis=1)
    half = RAMP_STEPS // 2
    assert (np.diff(away[: half - 2]) < 1e-3).all()
    assert (np.diff(away[half + 2 :]) > -1e-3).all()
    assert np.linalg.norm(colors[0] - colors[-1]) > 0.2


@pytest.mark.parametrize("on_dark", [False, True], ids=["light", "dark"])
def test_many_categories_are_told_apart_by_everyone(on_dark):
    assert category_colors(3, on_dark) == OKABE_ITO[:3]
    for count in (12, 24, 60):
        colors = category_colors(count, on_dark)
        assert len(set(colors)) == count
        assert colors[:8] == category_colors(8, on_dark)
    colors = category_colors(20, on_dark)
    for vision, least in ((None, 0.1), (_PROTAN, 0.05), (_DEUTAN, 0.05)):
        each = seen(colors, vision)
        assert min(np.linalg.norm(a - b) for a, b in combinations(each, 2)) > least


def test_eight_are_those_of_okabe_and_ito():
    assert category_colors(8, on_dark=False) == OKABE_ITO
    changed = set(category_colors(8, on_dark=True)) ^ set(OKABE_ITO)
    assert changed == {"#000000", "#FFFFFF"}


@pytest.mark.parametrize(("theme", "on_dark"), [(LIGHT, False), (DARK, True)])
def test_further_colors_stand_out_from_the_ground(theme, on_dark):
    ground = seen([theme.ground])[0]
    further = seen(category_colors(40, on_dark)[8:])
    assert (np.linalg.norm(further - ground, axis=1) > 0.15).all()


def test_lightness_is_that_ofoklab():
    np.testing.assert_allclose(seen(["#FFFFFF"])[0], [1, 0, 0], atol=1e-3)
    # Ottosson's own example values for pure red.
    np.testing.assert_allclose(seen(["#FF0000"])[0], [0.628, 0.225, 0.126], atol=1e-3)


def test_packed_colors_have_their_opacity_first():
    assert [hex(color) for color in packed(["#0072B2", "#FFFFFF"], 1)] == [
        "0xff0072b2",
        "0xffffffff",
    ]
    assert packed(["#000001"], 0.2).tolist() == [0x33000001]
