"""What tests of the drawings beside the sphere do with each of them."""

from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage

from embedviz.gui.figures import save_figure
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK, LIGHT

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def shown(qtbot):
    """Return a function that puts a widget on the screen in a size."""

    def show(widget, width=300, height=340):
        qtbot.addWidget(widget)
        widget.resize(width, height)
        with qtbot.waitExposed(widget):
            widget.show()
        return widget

    return show


@pytest.fixture
def in_every_look(qapp, shown, artefacts):
    """Return a function that paints a widget small, narrow, wide and large, light and dark."""

    def paint(widget, name):
        shown(widget)
        for theme in (LIGHT, DARK):
            apply_theme(qapp, theme)
            for scale, (width, height) in (
                (1, (200, 120)),
                (1, (260, 340)),
                (1, (420, 400)),
                (1.8, (260, 600)),
                (1.8, (420, 700)),
            ):
                widget.set_text_scale(scale)
                widget.resize(width, height)
                picture = widget.grab()
                assert picture.width() == width
                picture.save(str(artefacts / f"{name}-{theme.name}-{width}-{scale}.png"))
        apply_theme(qapp, LIGHT)
        widget.set_text_scale(1)
        widget.resize(300, 340)

    return paint


@pytest.fixture
def texts_in_svg(tmp_path):
    """Return a function that gives the texts in a widget's SVG, in which nothing is an image."""

    def read(widget):
        save_figure(widget, tmp_path / "x.svg")
        save_figure(widget, tmp_path / "x.pdf")
        assert b"/Subtype /Image" not in (tmp_path / "x.pdf").read_bytes()
        root = ElementTree.fromstring((tmp_path / "x.svg").read_bytes())
        assert not list(root.iter(f"{SVG}image"))
        return ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]

    return read


@pytest.fixture
def has_ink():
    """Return a function that tells whether something is drawn around a place."""

    def look(widget, place: QPointF, reach=2):
        image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        near = [
            image.pixel(round(place.x()) + x, round(place.y()) + y)
            for x in range(-reach, reach + 1)
            for y in range(-reach, reach + 1)
        ]
        return any(color & 0xFFFFFF != int(LIGHT.ground[1:], 16) for color in near)

    return look
