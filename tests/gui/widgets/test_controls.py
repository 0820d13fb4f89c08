import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QVBoxLayout, QWidget

from embedviz.gui.widgets.controls import (
    ElidedLabel,
    Gear,
    Segments,
    caption,
    combo_box,
    double_spin_box,
    set_text_in_place,
    slider,
    spin_box,
    text_label,
    toggle,
    tool_button,
    with_name,
)


@pytest.fixture
def shown(qtbot):
    def show(widget):
        qtbot.addWidget(widget)
        widget.show()
        return widget

    return show


def test_a_control_is_named_for_eyes_screen_readers_and_tests(shown):
    button = shown(with_name(QPushButton(), "map.fit", "Fit: bring all points into view. Home"))
    assert button.objectName() == "map.fit"
    assert button.toolTip() == "Fit: bring all points into view. Home"
    assert button.accessibleName() == "Fit"


def test_words_are_never_read_as_markup(shown):
    label = shown(text_label("<b>bold</b>", "title", wrap=True))
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.objectName() == "title"
    assert label.wordWrap()
    assert shown(caption("Color by")).objectName() == "caption"


def test_a_choice_keeps_values_beside_words(shown):
    box = shown(combo_box("x.box", "Box: of two", (("one", 1), ("two", None))))
    assert [box.itemText(i) for i in range(box.count())] == ["one", "two"]
    assert [box.itemData(i) for i in range(box.count())] == [1, None]


def test_buttons(shown):
    assert shown(tool_button("x.b", "Go", "Go on", flat=True)).autoRaise()
    stays = shown(toggle("x.t", "Stay", "Stay down"))
    stays.click()
    assert stays.isChecked()
    assert not shown(tool_button("x.c", "Go", "Go on")).isCheckable()


def test_a_slider_begins_at_zero(shown):
    made = shown(slider("x.s", "Slide", 100))
    assert (made.minimum(), made.maximum()) == (0, 100)
    assert made.orientation() == Qt.Orientation.Horizontal


@pytest.mark.parametrize(
    ("make", "typed", "expected"),
    [
        (lambda: spin_box("x.n", "Number", 1, 500), "384", [384]),
        (lambda: double_spin_box("x.d", "Decimal", 1.0, 0.05), "0.25", [0.25]),
    ],
)
def test_numbers_speak_up_when_typing_is_over(shown, qtbot, make, typed, expected):
    box = shown(make())
    heard = []
    box.valueChanged.connect(heard.append)
    box.selectAll()
    qtbot.keyClicks(box, typed)
    assert heard == []
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert heard == pytest.approx(expected)


def test_a_segment_is_chosen_by_a_click(shown, qtbot):
    segments = shown(Segments("map.dimensions", "Dimensions", ("2-D", "3-D")))
    with qtbot.waitSignal(segments.chosen) as caught:
        qtbot.mouseClick(segments.button(1), Qt.MouseButton.LeftButton)
    assert caught.args == [1]
    assert segments.button(1).isChecked()
    assert not segments.button(0).isChecked()
    with qtbot.assertNotEmitted(segments.chosen):
        segments.show_choice(0)
    assert segments.button(0).isChecked()
    assert segments.button(1).objectName() == "map.dimensions.1"
    assert segments.button(1).accessibleName() == "Dimensions: 3-D"


def test_the_gear_holds_settings(shown, qtbot):
    made = shown(Gear("x.settings", "Settings: of x"))
    box = QComboBox()
    made.add("Method", box)
    made.menu().popup(made.mapToGlobal(made.rect().bottomLeft()))
    assert box.isVisible()
    labels = [label.text() for label in made.menu().findChildren(QLabel)]
    assert labels == ["Method"]
    made.menu().close()


@pytest.fixture
def opened_gear(shown, qapp):
    controls = [
        combo_box("x.size", "Size by", [("nothing", None)]),
        spin_box("x.count", "Count", 1, 9),
        toggle("x.inverted", "Inverted", "Inverted"),
    ]
    rows = [("Size by", controls[0]), ("Count", controls[1]), ("", controls[2])]
    made = shown(Gear("x.gear", "Settings: more of them"))
    for row in rows:
        made.add(*row)
    made.menu().popup(made.mapToGlobal(made.rect().bottomLeft()))
    yield made, controls
    made.menu().close()


def test_the_gear_is_used_by_keys_alone(opened_gear, qapp, qtbot):
    made, controls = opened_gear
    assert made.accessibleName() == "Settings"
    assert made.focusPolicy() & Qt.FocusPolicy.TabFocus
    reached = [qapp.focusWidget()]
    for _ in range(3):
        qtbot.keyClick(qapp.focusWidget(), Qt.Key.Key_Tab)
        reached.append(qapp.focusWidget())
    assert reached == [*controls, controls[0]]
    controls[1].setFocus()
    controls[1].selectAll()
    qtbot.keyClicks(controls[1], "7")
    for _ in range(3):
        qtbot.keyClick(controls[1], Qt.Key.Key_Return)
    assert controls[1].value() == 7
    assert made.menu().isVisible()
    qtbot.keyClick(controls[1], Qt.Key.Key_Escape)
    assert not made.menu().isVisible()


def test_the_gear_gives_a_control_back(opened_gear, shown, qtbot):
    made, controls = opened_gear
    made.take(controls[0])
    visible = [label.text() for label in made.menu().findChildren(QLabel) if label.isVisible()]
    assert "Size by" not in visible
    assert controls[0].parent() is None
    assert shown(controls[0]).isVisible()
    made.add("Size by", controls[0])
    made.menu().popup(made.mapToGlobal(made.rect().bottomLeft()))
    qtbot.waitUntil(controls[0].isVisible)
    assert controls[0].window() is made.menu()


def test_long_text_is_shortened_and_kept_in_the_tooltip(shown):
    label = shown(ElidedLabel("query"))
    label.resize(60, 20)
    before = label.grab().toImage()
    label.setText("a very long\nlabel  with breaks that never fits")
    assert label.toolTip() == "a very long label with breaks that never fits"
    assert label.text() == label.toolTip()
    assert label.minimumSizeHint().height() > 0
    assert label.sizePolicy().horizontalPolicy().name == "Ignored"
    drawn = label.grab().toImage()
    assert drawn != before
    label.setText("a very long label with breaks that ends otherwise")
    assert label.grab().toImage() == drawn  # Both end in … at the same place.


def test_a_name_is_shortened_before_the_rest(shown):
    label = shown(ElidedLabel("headline"))
    height = label.sizeHint().height()
    assert height == label.minimumSizeHint().height() == label.fontMetrics().height()
    name, text = "a sentence of many words", "“a sentence of many words” keeps 3 of 10"
    label.show_about(name, text)
    wide = label.fontMetrics().horizontalAdvance(text)
    label.resize(wide + 4, 20)
    assert label.shown_text() == text
    label.resize(wide - 40, 20)
    assert label.shown_text().startswith("“a sen")
    assert label.shown_text().endswith("…” keeps 3 of 10")
    assert label.text() == label.toolTip() == text
    label.resize(wide // 3, 20)
    assert label.shown_text().startswith("“a s")
    assert label.shown_text().endswith("…")
    label.setText(text)
    assert label.shown_text().startswith("“a sentence")


class _Layouts(QObject):
    """How often a widget was asked to lay out what is in it."""

    n = 0

    def eventFilter(self, watched, event):  # noqa: N802 - Qt's name
        self.n += event.type() == QEvent.Type.LayoutRequest
        return False


@pytest.fixture
def laid_out(shown, qapp):
    """Give a function that puts a label into a window, and the requests that this gets."""
    count = _Layouts()

    def put(label):
        window = QWidget()
        rows = QVBoxLayout(window)
        rows.addWidget(label)
        rows.addStretch(1)
        window.resize(200, 100)
        window.installEventFilter(count)
        shown(window)
        qapp.processEvents()
        count.n = 0
        return window, count

    return put


def test_another_text_of_one_line_lays_nothing_out(laid_out, qapp):
    label = ElidedLabel("query")
    window, count = laid_out(label)
    before = window.grab().toImage()
    label.setText("words")
    qapp.processEvents()
    assert count.n == 0
    assert label.isVisible()
    assert not label.isHidden()
    assert window.grab().toImage() != before
    label.hide()
    label.setText("others")
    assert label.isHidden()


def test_text_is_put_in_place_where_there_is_room(laid_out, qapp):
    label = text_label("some words")
    _, count = laid_out(label)
    set_text_in_place(label, "words")
    qapp.processEvents()
    assert (label.text(), count.n) == ("words", 0)
    set_text_in_place(label, "far more words than there is room for in a window " * 3)
    qapp.processEvents()
    assert count.n > 0


def test_text_of_several_lines_gets_the_room_it_needs(laid_out, qapp):
    label = text_label("short", wrap=True)
    _, count = laid_out(label)
    set_text_in_place(label, "other")
    qapp.processEvents()
    assert count.n == 0
    set_text_in_place(label, "so long that it goes on in a second line and in a third one, too")
    qapp.processEvents()
    assert count.n > 0
    assert label.height() >= label.heightForWidth(label.width())
