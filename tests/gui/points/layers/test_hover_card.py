"""The card beside the point under the mouse."""

import pytest
from PySide6.QtCore import QEvent, QPointF, QRect, Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QWidget

from embedviz.gui.points.layers.hover_card import HoverCard
from embedviz.gui.theme import DARK, theme_manager

LINES = ["kind: animal", "rank: 12"]


@pytest.fixture
def view(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    return made


@pytest.fixture
def card(view):
    return HoverCard(view)


def digit(side=8):
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    image.setPixelColor(0, 0, Qt.GlobalColor.white)
    return image


def shown(card, qtbot, place=QPointF(100, 150), title="king", lines=LINES, image=None):  # noqa: B008
    card.show_card(7, place, title, lines, image)
    qtbot.waitUntil(card.isVisible)
    return card.geometry()


def test_it_appears_after_a_moment_and_says_what_it_is(card, qtbot):
    card.show_card(7, QPointF(100, 150), "king", LINES)
    assert not card.isVisible()
    qtbot.waitUntil(card.isVisible)
    assert card.row == 7
    assert card.accessibleDescription() == "king\nkind: animal\nrank: 12"


def test_a_mouse_that_passes_by_sees_none(card, qtbot):
    card.show_card(7, QPointF(100, 150), "king", LINES)
    card.hide_card()
    assert not card._appear.isActive()
    assert not card.isVisible()
    assert card.row == -1


def test_it_follows_from_point_to_point_without_a_gap(card, qtbot):
    first = shown(card, qtbot)
    card.hide_card()
    assert card.isVisible()
    card.show_card(8, QPointF(50, 50), "queen", [])
    assert card.geometry() != first
    assert not card._vanish.isActive()
    card.hide_card()
    qtbot.waitUntil(lambda: not card.isVisible())


@pytest.mark.parametrize("size", [(400, 300), (300, 200), (160, 100)])
@pytest.mark.parametrize("scale", [1.0, 1.8])
@pytest.mark.parametrize("image", [None, digit(), QImage(100, 20, QImage.Format.Format_RGB32)])
def test_it_neither_covers_its_point_nor_leaves_the_view(view, card, qtbot, size, scale, image):
    view.resize(*size)
    card.set_text_scale(scale)
    room = QRect(0, 0, *size)
    for right in (0.02, 0.3, 0.5, 0.8, 0.98):
        for down in (0.02, 0.5, 0.98):
            place = QPointF(right * size[0], down * size[1])
            lines = [f"column {i}: a rather long value of {i}" for i in range(20)]
            box = shown(card, qtbot, place, "a label that is " + "very " * 20, lines, image)
            assert room.contains(box)
            if size[0] >= 300 and scale == 1.0:
                assert not box.contains(place.toPoint())


def test_few_pixels_stay_crisp_and_many_become_smooth(card, qtbot):
    shown(card, qtbot, image=digit())
    enlarged = card._enlarged(card._image_size())
    assert enlarged.width() >= 80
    colors = {
        enlarged.pixel(x, y) for x in range(enlarged.width()) for y in range(enlarged.height())
    }
    assert len(colors) == 2
    shown(card, qtbot, image=digit(500))
    assert card._enlarged(card._image_size()).width() <= 120


def test_the_image_is_seen_on_the_card(card, qtbot):
    shown(card, qtbot)
    plain = card.grab().toImage()
    shown(card, qtbot, image=digit())
    pictured = card.grab().toImage()
    assert pictured.width() > plain.width()
    assert pictured.pixelColor(11, 11).lightness() > 200
    assert pictured.pixelColor(80, 80).lightness() == 0


def test_it_follows_the_theme_and_the_text_scale(card, qtbot):
    before = shown(card, qtbot)
    light = card.grab().toImage()
    theme_manager.use(DARK)
    assert card.grab().toImage() != light
    card.set_text_scale(1.8)
    assert card.geometry().height() > before.height()


@pytest.mark.parametrize(
    "event",
    [
        QEvent(QEvent.Type.Leave),
        QEvent(QEvent.Type.MouseButtonPress),
        QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier),
    ],
)
def test_it_disappears_at_once_when_something_else_goes_on(view, card, qtbot, event):
    shown(card, qtbot)
    card.eventFilter(view, event)
    assert not card.isVisible()
    assert card.row == -1
    card.eventFilter(view, QEvent(QEvent.Type.MouseMove))
    card.show_card(7, QPointF(1, 1), "king", [])
    card.eventFilter(view, event)
    assert not card._appear.isActive()


def test_the_mouse_goes_through_it(card):
    assert card.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    assert card.focusPolicy() == Qt.FocusPolicy.NoFocus
