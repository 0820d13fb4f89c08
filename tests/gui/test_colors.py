"""Colors of points: what they stand for, and that they can be told apart."""

from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest

from embedviz.core.vector_set import VectorSet
from embedviz.gui.colors import (
    _DEUTAN,
    _PROTAN,
    _oklab,
    category_colors,
    color_by,
    colorable_columns,
    legend_of,
    number_ramp,
)
from embedviz.gui.legend import Categories, ColorBar
from embedviz.gui.theme import DARK, LIGHT, OKABE_ITO


def described(**columns):
    count = len(next(iter(columns.values())))
    return VectorSet(np.zeros((count, 2)), metadata=columns)


def as_hex(color):
    return "#{:02X}{:02X}{:02X}".format(*(round(255 * float(c)) for c in color[:3]))


def rgb(colors):
    return np.array([[int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)] for color in colors])


def test_numbers_and_groups_can_color_but_names_and_lists_cannot():
    n = 100
    vector_set = described(
        rank=list(range(n)),
        score=[0.5] * n,
        group=["x", "y"] * (n // 2),
        known=[True, False] * (n // 2),
        name=[f"name {i}" for i in range(n)],
        nothing=[None] * n,
        parts=[[1, 2]] * n,
        blank=pa.array([None] * n, pa.string()),
    )
    assert colorable_columns(vector_set) == ["rank", "score", "group", "known"]
    assert colorable_columns(VectorSet(np.eye(2))) == []


def test_the_largest_category_has_the_first_color():
    coloring = color_by(described(group=["b", "a", None, "a", "b", "a"]), "group", LIGHT)
    assert coloring.categories == (("a", OKABE_ITO[0], 3), ("b", OKABE_ITO[1], 2))
    assert [as_hex(color) for color in coloring.colors[[1, 0]]] == list(OKABE_ITO[:2])
    assert as_hex(coloring.colors[2]) == LIGHT.muted
    assert coloring.colors[2, 3] < 0.5 < coloring.colors[0, 3]
    legend = legend_of(coloring)
    assert isinstance(legend, Categories)
    assert (legend.title, tuple(legend.entries)) == ("group", coloring.categories)


def test_equally_large_categories_keep_their_order():
    names = [name for name, _, _ in color_by(described(g=list("cab")), "g", LIGHT).categories]
    assert names == ["c", "a", "b"]


def test_truth_is_a_category():
    coloring = color_by(described(known=[True, None, False, True]), "known", LIGHT)
    assert [(name, count) for name, _, count in coloring.categories] == [("true", 2), ("false", 1)]


def test_numbers_run_along_the_ramp():
    coloring = color_by(described(rank=[10, 30, 20, None]), "rank", DARK)
    ramp = number_ramp()
    assert (coloring.least, coloring.most, coloring.ramp) == (10, 30, ramp)
    shown = [as_hex(color) for color in coloring.colors]
    assert shown[:2] == [ramp[0], ramp[-1]]
    assert shown[2] in ramp[len(ramp) // 2 - 1 : len(ramp) // 2 + 1]
    assert shown[3] == DARK.muted
    legend = legend_of(coloring)
    assert isinstance(legend, ColorBar)
    assert (legend.title, legend.least, legend.most) == ("rank", 10, 30)


@pytest.mark.parametrize(
    "numbers", [[np.nan, np.inf, -np.inf], [2.0, 2.0, np.nan], [1e308, -1e308]]
)
def test_odd_numbers_are_no_trouble(numbers):
    coloring = color_by(described(x=numbers), "x", LIGHT)
    assert coloring.colors.shape == (len(numbers), 4)
    assert np.isfinite(coloring.colors).all()
    for color, number in zip(coloring.colors, numbers, strict=True):
        assert (as_hex(color) in coloring.ramp) == bool(np.isfinite(number))


def test_long_identifiers_are_numbers_too():
    coloring = color_by(described(id=[2**62 + 1, 2**62 + 10**9, 5]), "id", LIGHT)
    assert as_hex(coloring.colors[2]) == coloring.ramp[0]


def test_the_ramp_gets_lighter_evenly():
    lightness = _oklab(rgb(number_ramp()))[:, 0]
    steps = np.diff(lightness)
    assert (steps > 0).all()
    assert steps.max() < 2.5 * steps.min()


@pytest.mark.parametrize("on_dark", [False, True], ids=["light", "dark"])
def test_many_categories_are_told_apart_by_everyone(on_dark):
    assert category_colors(3, on_dark) == OKABE_ITO[:3]
    for count in (12, 24, 60):
        colors = category_colors(count, on_dark)
        assert len(set(colors)) == count
        assert colors[:8] == category_colors(8, on_dark)
    colors = rgb(category_colors(20, on_dark))
    for sight, least in ((None, 0.1), (_PROTAN, 0.05), (_DEUTAN, 0.05)):
        seen = _oklab(colors, sight)
        assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) > least


def test_eight_are_those_of_okabe_and_ito():
    assert category_colors(8, on_dark=False) == OKABE_ITO
    changed = set(category_colors(8, on_dark=True)) ^ set(OKABE_ITO)
    assert changed == {"#000000", "#FFFFFF"}


@pytest.mark.parametrize(("theme", "on_dark"), [(LIGHT, False), (DARK, True)])
def test_further_colors_stand_out_from_the_ground(theme, on_dark):
    ground = _oklab(rgb([theme.ground]))[0]
    seen = _oklab(rgb(category_colors(40, on_dark)[8:]))
    assert (np.linalg.norm(seen - ground, axis=1) > 0.15).all()


def test_lightness_is_that_of_oklab():
    np.testing.assert_allclose(_oklab(rgb(["#FFFFFF"]))[0], [1, 0, 0], atol=1e-3)
    # Ottosson's own example values for pure red.
    np.testing.assert_allclose(_oklab(rgb(["#FF0000"]))[0], [0.628, 0.225, 0.126], atol=1e-3)
