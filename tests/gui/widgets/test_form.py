"""Forms made from settings: what is shown, what is typed, what stays as it is."""

from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLabel, QSpinBox, QWidget

from embedviz.core.settings import setting
from embedviz.gui.widgets.form import Form


@dataclass(frozen=True)
class Settings:
    count: int = setting(15, "Count", "of neighbors", least=2, most=200, step=5, unit=" rows")
    share: float = setting(0.1, "Share", "of all", least=0.05, most=0.99, step=0.05)
    metric: str = setting(
        "cosine", "Metric", "of distances", choices=(("cosine", "cosine"), ("L2", "euclidean"))
    )
    secret: str = "kept"
    components: tuple[int, ...] = setting(
        (0, 1, 2), "PC", "a component", places=("x", "y", "z"), prefix="PC "
    )


@pytest.fixture
def form(qtbot):
    form = Form("map", Settings())
    qtbot.addWidget(form)
    form.heard = []
    form.changed.connect(form.heard.append)
    form.show()
    return form


def control(form, name):
    found = form.findChild(QWidget, f"map.{name}")
    assert found is not None
    return found


def type_into(qtbot, box, text):
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, text)


def test_fields_are_named_in_the_order_of_the_settings(form):
    shown = [label.text() for label in form.findChildren(QLabel)]
    assert shown == ["Count", "Share", "Metric", "PC", "x", "y", "z"]
    count = control(form, "count")
    assert (count.accessibleName(), count.toolTip()) == ("Count", "Count: of neighbors")
    assert (count.minimum(), count.maximum(), count.singleStep()) == (2, 200, 5)
    assert count.text() == "15 rows"
    assert control(form, "share").minimum() == 0.05
    assert control(form, "components.y").accessibleName() == "PC y"
    assert control(form, "components.y").text() == "PC 2"
    buddies = [label.buddy() for label in form.findChildren(QLabel) if label.text() != "PC"]
    kinds = (QSpinBox, QDoubleSpinBox, QComboBox)
    assert all(isinstance(buddy, kinds) for buddy in buddies)


def test_what_the_user_changes_is_in_the_settings(form, qtbot):
    type_into(qtbot, control(form, "count"), "30")
    qtbot.keyClick(control(form, "count"), Qt.Key.Key_Return)
    control(form, "share").stepUp()
    metric = control(form, "metric")
    metric.setCurrentIndex(1)
    metric.activated.emit(1)
    assert form.heard[0] == Settings(count=30)
    assert form.heard[-1] == form.settings
    assert (form.settings.count, form.settings.metric, form.settings.secret) == (
        30,
        "euclidean",
        "kept",
    )
    assert form.settings.share == pytest.approx(0.15)


def test_what_is_still_being_typed_counts(form, qtbot):
    type_into(qtbot, control(form, "count"), "42")
    assert form.heard == []
    assert form.settings.count == 42


def test_showing_settings_is_no_change(form):
    other = Settings(3, 0.5, "euclidean", "other", (2, 0, 1))
    form.show_settings(other)
    assert form.settings == other
    assert control(form, "count").value() == 3
    assert control(form, "metric").currentText() == "L2"
    assert [control(form, f"components.{axis}").value() for axis in "xyz"] == [3, 1, 2]
    assert form.heard == []


def test_a_value_beyond_the_controls_stays_until_it_is_changed(form):
    beyond = Settings(count=500, share=0.001, metric="unheard of", components=(70, 1, 2))
    form.limit("components", 50)
    form.show_settings(beyond)
    assert form.settings == beyond
    control(form, "share").stepUp()
    changed = form.settings
    assert changed.share == pytest.approx(0.1)
    assert changed.count == 500


def test_numbers_are_limited_by_the_set(form):
    form.limit("count", 7)
    assert control(form, "count").maximum() == 7
    form.limit("count", 1000)
    assert control(form, "count").maximum() == 200
    form.limit("count", 0)
    assert control(form, "count").maximum() == 2
    form.limit("components", 0)
    assert control(form, "components.x").maximum() == 1
    for without in ("metric", "unknown"):
        form.limit(without, 3)
    assert form.heard == []
    assert form.settings == Settings()


def test_two_axes_never_show_the_same(form):
    form.limit("components", 9)
    control(form, "components.x").setValue(3)
    assert form.settings.components == (2, 1, 0)
    assert control(form, "components.z").value() == 1
    control(form, "components.y").setValue(8)
    assert form.settings.components == (2, 7, 0)
    assert len(form.heard) == 2


def test_axes_and_fields_can_be_left_out(form, qtbot):
    form.show_first("components", 2)
    assert not control(form, "components.z").isVisible()
    assert control(form, "components.y").isVisible()
    form.show_field("count", False)
    assert not control(form, "count").isVisible()
    form.show_field("unknown", False)
    form.show_first("count", 1)
    assert form.settings == Settings()
    form.show_settings(Settings(components=(4,)))
    assert not control(form, "components.y").isVisible()


@dataclass(frozen=True)
class Others:
    flag: bool = setting(False, "Flag", "on or off")
    most: int | None = setting(None, "Most", "how many", least=1, most=9)
    labels: tuple[str, ...] = setting(("king",), "Labels", "of the set")
    column: str | None = setting(None, "Column", "of the metadata")
    hidden: int = setting(1, "Hidden", "not shown", in_form=False)
    least: int | None = setting(None, "Least", "so many at least", least=1, unset="none")


def test_flags_texts_and_numbers_that_may_be_missing(qtbot):
    form = Form("some", Others())
    qtbot.addWidget(form)
    form.show()
    names = ("flag", "most", "labels", "column", "hidden", "least")
    flag, most, labels, column, hidden, least = (
        form.findChild(QWidget, f"some.{n}") for n in names
    )
    assert least.text() == "none"
    assert hidden is None
    assert (most.text(), labels.text(), column.text()) == ("all", "king", "")
    qtbot.mouseClick(flag, Qt.MouseButton.LeftButton)
    most.stepUp()
    labels.setText(" king , queen,")
    labels.editingFinished.emit()
    column.setText("group ")
    column.editingFinished.emit()
    assert form.settings == Others(True, 1, ("king", "queen"), "group")
    most.stepDown()
    assert form.settings.most is None
    form.show_settings(Others(flag=True, most=4))
    assert (flag.isChecked(), most.value(), labels.text()) == (True, 4, "king")


@dataclass(frozen=True)
class Texts:
    lengths: str = setting("", "Lengths", "of prefixes")
    column: str | None = setting(None, "Column", "of metadata")


@pytest.mark.parametrize(("name", "empty"), [("lengths", ""), ("column", None)])
def test_a_text_that_is_emptied_is_none_only_where_it_may_be(qtbot, name, empty):
    form = Form("map", Texts("8 32", "group"))
    qtbot.addWidget(form)
    line = control(form, name)
    type_into(qtbot, line, "  ")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert getattr(form.settings, name) == empty
    line.editingFinished.emit()  # As when it only loses the focus.
    assert getattr(form.settings, name) == empty
