"""Colors by place stand out from the ground, and neighbors have related hues."""

import numpy as np
import pytest
from PySide6.QtGui import QColor

from embedviz.gui.coloring.contrast import contrast
from embedviz.gui.coloring.palettes import rgb
from embedviz.gui.coloring.place_palette import LEAST_CONTRAST, colors_by_place
from embedviz.gui.theme import DARK, LIGHT


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("count", [1, 2, 8, 30, 60])
def test_colors_stand_out_from_the_ground_and_are_the_same_again(theme, count):
    places = np.random.default_rng(count).normal(size=(count, 2))
    ground = np.array(rgb(theme.ground))
    colors = colors_by_place(places, ground)
    assert colors == colors_by_place(places, ground)
    for color in colors:
        assert contrast(QColor(color), QColor(theme.ground)) >= LEAST_CONTRAST
