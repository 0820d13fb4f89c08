import itertools
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK
from embedviz.gui.widgets.prefix_slider import PrefixSlider


@pytest.fixture
def slider(qtbot):
    slider = PrefixSlider()
    qtbot.addWidget(slider)
    slider.resize(500, slider.sizeHint().height())
    slider.setRange(1, 384)
    slider.setValue(384)
    with qtbot.waitExposed(slider):
        slider.show()
    slider.setFocus()
    return slider


def at(slider, dimensions):
    return QPoint(round(slider.position(dimensions)), 13)


@pytest.mark.parametrize(
    ("full", "marks"),
    [
        (384, [8, 16, 32, 64, 128, 256, 384]),
        (256, [8, 16, 32, 64, 128, 256]),
        (20, [2, 4, 8, 16, 20]),
        (2, [2]),
        (1, [1]),
    ],
)
def test_marks_are_powers_of_two_and_the_full_length(slider, full, marks):
    slider.setRange(1, full)
    assert slider.marks == marks


def test_equal_factors_are_equal_distances(slider):
    steps = [slider.position(2**i) for i in range(9)]
    gaps = [b - a for a, b in itertools.pairwise(steps)]
    assert max(gaps) - min(gaps) < 1e-9
    assert 0 < slider.position(1) < slider.position(384) < slider.width()


@given(full=st.integers(1, 5000), share=st.floats(0, 1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_place_is_a_length_and_near_where_it_is_drawn(slider, full, share):
    slider.setRange(1, full)
    x = share * slider.width()
    length = slider.length_at(x)
    assert 1 <= length <= full
    within = min(max(x, slider.position(1)), slider.position(full))
    here = slider.position(length)
    gap = max(slider.position(min(length + 1, full)) - here, here - slider.position(length - 1))
    assert abs(slider.position(length) - within) <= max(5.0, gap) + 1e-6


def test_a_drag_follows_the_mouse_and_snaps_to_marks(slider, qtbot):
    heard, events = [], []
    slider.valueChanged.connect(heard.append)
    slider.sliderPressed.connect(lambda: events.append("pressed"))
    slider.sliderReleased.connect(lambda: events.append("released"))
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=at(slider, 100))
    assert slider.value() == pytest.approx(100, abs=2)
    qtbot.mouseMove(slider, at(slider, 64) + QPoint(4, 0))
    assert slider.value() == 64
    qtbot.mouseMove(slider, QPoint(-50, 13))
    assert slider.value() == 1
    qtbot.mouseMove(slider, QPoint(900, 13))
    assert slider.value() == 384
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=at(slider, 384))
    assert events == ["pressed", "released"]
    assert heard[-3:] == [64, 1, 384]
    qtbot.mouseMove(slider, at(slider, 20))
    assert slider.value() == 384  # No button is down.


def test_other_buttons_do_nothing(slider, qtbot):
    qtbot.mouseClick(slider, Qt.MouseButton.RightButton, pos=at(slider, 20))
    assert slider.value() == 384


@pytest.mark.parametrize(
    ("before", "key", "after"),
    [
        (100, Qt.Key.Key_Left, 99),
        (100, Qt.Key.Key_Right, 101),
        (100, Qt.Key.Key_PageUp, 128),
        (100, Qt.Key.Key_PageDown, 64),
        (128, Qt.Key.Key_PageUp, 256),
        (8, Qt.Key.Key_PageDown, 1),
        (1, Qt.Key.Key_PageDown, 1),
        (384, Qt.Key.Key_PageUp, 384),
        (100, Qt.Key.Key_Home, 1),
        (100, Qt.Key.Key_End, 384),
    ],
)
def test_keys(slider, qtbot, before, key, after):
    slider.setValue(before)
    qtbot.keyClick(slider, key)
    assert slider.value() == after


@pytest.mark.parametrize(("notch", "after"), [(120, 110), (-120, 90)])
def test_the_wheel_goes_by_a_tenth(slider, notch, after):
    slider.setValue(100)
    none = Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(
        QPointF(50, 13),
        slider.mapToGlobal(QPointF(50, 13)),
        QPoint(),
        QPoint(0, notch),
        Qt.MouseButton.NoButton,
        none,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(slider, event)
    assert slider.value() == after


def test_painted_where_it_stands_in_both_themes(slider, qapp):
    def accent_until(slider):
        image = slider.grab().toImage()
        accent = qapp.palette().highlight().color().name()
        xs = [x for x in range(image.width()) if image.pixelColor(x, 13).name() == accent]
        return max(xs)

    slider.setValue(64)
    assert accent_until(slider) == pytest.approx(slider.position(64), abs=9)
    apply_theme(qapp, DARK)
    assert accent_until(slider) == pytest.approx(slider.position(64), abs=9)
    plain = slider.sizeHint().height()
    slider.set_text_scale(1.8)
    assert slider.sizeHint().height() > plain
    assert slider.minimumSizeHint().height() == slider.sizeHint().height()
    assert math.isclose(slider.position(384), slider.width() - 14)
