"""The row below the tools: settings first, then Run, Stop or Cancel."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from embedviz.app.tasks import Task
from embedviz.core.projections import PROJECTIONS, all_projections
from embedviz.core.projections.chosen_axes import ChosenAxes, axis_between
from embedviz.core.projections.columns import CoordinateColumns
from embedviz.core.projections.neighbor_embedding import MOST_ROWS, TSNE, UMAP
from embedviz.core.projections.pca import PCA
from embedviz.core.vector_set import VectorSet
from embedviz.gui.projection.settings_row import ProjectionRow
from embedviz.gui.style import apply_theme, text_rules
from embedviz.gui.theme import TALK_SCALE, THEMES


@pytest.fixture(scope="module")
def usual():
    metadata = {"x": [0.5] * 900, "y": [1.5] * 900, "depth": [2.5] * 900}
    return VectorSet(np.zeros((900, 64)), metadata=metadata)


@pytest.fixture(scope="module")
def large():
    count = MOST_ROWS + 100_000
    return VectorSet(np.zeros((count, 2), np.float32), ("",) * count)


@pytest.fixture
def row(qtbot):
    page = QWidget()
    qtbot.addWidget(page)
    row = ProjectionRow("map", Task(page))
    row.heard = []
    row.run_wanted.connect(row.heard.append)
    rows = QVBoxLayout(page)
    rows.setContentsMargins(0, 0, 0, 0)
    rows.addWidget(row)
    rows.addWidget(QWidget(), 1)
    page.resize(700, 300)
    page.show()
    row.page = page
    yield row
    page.close()


def control(row, name):
    found = row.findChild(QWidget, f"map.{name}")
    assert found is not None, name
    return found


def said(row):
    return " ".join(label.text() for label in row.findChildren(QLabel) if label.isVisible())


def click(qtbot, row, name):
    qtbot.mouseClick(control(row, name), Qt.MouseButton.LeftButton)


def test_every_projection_is_a_method():
    assert set(PROJECTIONS) <= set(all_projections())
    assert [kind().name for kind in (PCA, TSNE, UMAP)] == ["PCA", "t-SNE", "UMAP"]
    assert CoordinateColumns(("x", "y")).name == "coordinates"
    axes = ChosenAxes((axis_between(VectorSet(np.eye(2)), [0], [1]),))
    assert axes.name == "chosen axes"
    assert all(kind.caveat.endswith(".") for kind in all_projections().values())


@pytest.mark.parametrize(("name", "kind"), [("t-SNE", TSNE), ("UMAP", UMAP)])
def test_what_takes_long_is_run_when_the_user_says_so(row, usual, qtbot, name, kind):
    row.show_method(name, None, usual)
    assert row.settings == kind()
    assert "mean little" in said(row)
    assert not control(row, "sample").isVisible()
    control(row, "seed").setValue(7)
    assert row.heard == []
    click(qtbot, row, "run")
    assert row.heard == [kind(seed=7)]


def test_a_number_still_being_typed_is_run(row, usual, qtbot):
    row.show_method("UMAP", None, usual)
    box = control(row, "n_neighbors")
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "31")
    click(qtbot, row, "run")
    assert row.heard == [UMAP(n_neighbors=31)]


def test_what_is_quick_is_applied_at_once(row, usual):
    row.show_method("PCA", None, usual)
    assert not control(row, "run").isVisible()
    control(row, "components.x").setValue(5)
    assert row.heard == [PCA((4, 1, 2))]
    row.show_method("coordinates", None, usual)
    assert row.settings == CoordinateColumns(("x", "y"))
    control(row, "coordinates.x").setCurrentText("depth")
    control(row, "coordinates.x").activated.emit(2)
    assert row.heard[-1] == CoordinateColumns(("depth", "y"))


def test_settings_are_kept_for_each_method(row, usual):
    row.show_method("UMAP", UMAP(n_neighbors=40), usual)
    row.show_method("t-SNE", UMAP(n_neighbors=40), usual)  # What is shown is by another one.
    assert row.settings == TSNE()
    row.show_method("UMAP", TSNE(), usual)
    assert row.settings == UMAP(n_neighbors=40)
    row.show_method("UMAP", UMAP(), usual)
    assert row.settings == UMAP()


def test_settings_suit_the_set(row, usual):
    few = VectorSet(np.zeros((10, 3)))
    row.show_method("UMAP", None, few)
    assert row.settings.n_neighbors == control(row, "n_neighbors").maximum() == 10
    row.show_method("t-SNE", None, few)
    assert row.settings.perplexity == 3
    row.show_method("PCA", None, few)
    assert control(row, "components.x").maximum() == 3
    row.show_method("UMAP", None, usual)
    assert row.settings == UMAP()  # What did not suit is not a choice of the user's.
    row.show_method("t-SNE", None, usual)
    assert row.settings == TSNE()


def test_of_a_large_set_a_sample_is_proposed_and_named(row, large):
    row.show_method("UMAP", None, large)
    assert "50,000 rows are laid out, the others placed among them" in said(row)
    assert control(row, "sample").isVisible()
    control(row, "sample").setValue(120_000)
    assert row.settings.sample == 120_000
    assert "120,000 rows are laid out" in said(row)
    row.show_method("PCA", None, large)
    assert "laid out" not in said(row)


def test_axes_of_the_picture_have_controls(row, usual):
    for name, prefix in (
        ("PCA", "components"),
        ("coordinates", "coordinates"),
        ("chosen axes", "axes"),
    ):
        end = ".from" if prefix == "axes" else ""
        row.show_method(name, None, usual, 2)
        assert control(row, f"{prefix}.y{end}").isVisible()
        assert not control(row, f"{prefix}.z{end}").isVisible()
        row.show_method(name, None, usual, 3)
        assert control(row, f"{prefix}.z{end}").isVisible()


def test_axes_are_chosen_from_the_selected_rows(row, usual):
    row.show_selected(np.array([3, 5]))
    row.show_method("chosen axes", None, usual)
    assert row.settings is None
    assert "Type a label" in said(row)
    control(row, "axes.selected").menu().actions()[0].trigger()
    axes = ChosenAxes((axis_between(usual, [3], [5]),))
    assert row.heard == [axes]
    assert row.settings == axes
    assert ChosenAxes.caveat in said(row)
    row.show_selected(np.array([], dtype=np.intp))
    assert not control(row, "axes.selected").isEnabled()
    row.release()
    assert row.settings is None


def test_a_label_that_is_not_there_is_told(row, usual, qtbot):
    row.show_method("chosen axes", None, usual)
    line = control(row, "axes.x.from")
    line.setFocus()
    qtbot.keyClicks(line, "nobody")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert "nobody" in said(row)
    assert row.heard == []
    row.show_method("chosen axes", None, usual)
    assert "nobody" not in said(row)


def test_a_set_without_numbers_has_no_coordinates(row):
    row.show_method("coordinates", None, VectorSet(np.eye(2)))
    assert row.settings is None
    assert "no two columns of numbers" in said(row)


def test_nothing_is_asked_for_before_a_method_is_shown(row):
    assert row.settings is None
    row.run.click()
    assert row.heard == []
    row.show_selected(np.array([1]))


def test_a_run_is_stopped_or_canceled(row, usual, qtbot):
    row.show_method("UMAP", None, usual)
    assert not row.is_running
    row.show_running(0.414, "optimizing")
    assert row.is_running
    assert "41 % · optimizing" in said(row)
    assert control(row, "progress").value() == 414
    assert not control(row, "n_neighbors").isEnabled()
    assert not control(row, "run").isEnabled()
    with qtbot.waitSignal(row.stop_wanted):
        click(qtbot, row, "stop")
    with qtbot.waitSignal(row.cancel_wanted):
        click(qtbot, row, "cancel")
    row.show_method("t-SNE", None, usual)  # The one at work goes on.
    assert not control(row, "perplexity").isEnabled()
    row.show_idle()
    assert not row.is_running
    assert control(row, "perplexity").isEnabled()
    assert not control(row, "stop").isVisible()
    assert "mean little" in said(row)


def test_the_keyboard_goes_from_run_to_stop(row, usual, qtbot, qapp):
    row.show_method("UMAP", None, usual)
    with qtbot.waitActive(row.page):
        row.page.activateWindow()
    row.run.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(row.run, Qt.Key.Key_Space)
    assert row.heard == [UMAP()]
    row.show_running(0.0, "starting")
    assert qapp.focusWidget() is row.stop


@pytest.mark.parametrize("name", ["t-SNE", "UMAP"])
def test_nothing_jumps_when_a_run_begins_and_all_is_in_one_line(row, usual, qapp, name):
    row.show_method(name, None, usual)
    qapp.processEvents()
    before = row.height(), control(row, "seed").y(), row.run.geometry()
    row.show_running(0.5, "optimizing, with many words on what is done that fit in no line at all")
    qapp.processEvents()
    assert (row.height(), control(row, "seed").y(), row.run.geometry()) == before
    assert row.page.width() == 700
    controls = control(row, "metric"), control(row, "seed"), row.run
    middles = [each.mapTo(row, each.rect().center()).y() for each in controls]
    assert max(middles) - min(middles) <= 1


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
@pytest.mark.parametrize("scale", [1.0, TALK_SCALE])
def test_everything_is_within_a_narrow_window(row, large, qapp, artefacts, theme, scale):
    apply_theme(qapp, theme)
    row.page.setStyleSheet(text_rules(scale))
    for name in all_projections():
        row.show_method(name, None, large)
        qapp.processEvents()
        assert row.page.width() == 700
        for child in row.findChildren(QWidget):
            if child.isVisible() and child.objectName().startswith("map."):
                corner = child.mapTo(row, child.rect().bottomRight())
                assert row.rect().contains(corner), child.objectName()
        row.grab().save(str(artefacts / f"projection-row-{name}-{theme.name}-{scale}.png"))
