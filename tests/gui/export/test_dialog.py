"""The dialog of figures: what is chosen is drawn and written, and is there again the next time."""

from dataclasses import asdict, replace

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QLineEdit, QPushButton, QSpinBox

from embedviz.app.files.recipes.carriers import recipe_in
from embedviz.app.files.recipes.reading import read_recipe
from embedviz.app.files.settings import change_settings, read_settings
from embedviz.app.state import State
from embedviz.gui.export.dialog import VISION_NAMES, ExportDialog
from embedviz.gui.export.look import FigureLook
from embedviz.gui.points.view import PointView
from embedviz.gui.theme import LIGHT, PRINT, theme_manager


@pytest.fixture
def dialog(window, toy, idle, qtbot, data_folder_of_its_own):
    window.session.show(State().opened(toy))
    idle(window.session)
    window.trigger("file.export")
    (found,) = window.findChildren(ExportDialog)
    return found  # The window closes it.


@pytest.fixture
def data_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDVIZ_DATA_DIR", str(tmp_path / "own"))


def written(dialog, path, qtbot):
    with qtbot.waitSignal(dialog.written, timeout=20_000):
        dialog.write(path)
    return QImage(str(path))


def choose(box, value):
    box.setCurrentIndex(box.findData(value))


def test_what_is_chosen_is_written_and_the_window_stays_as_it_is(dialog, window, tmp_path, qtbot):
    picture = window.active_pane.picture
    view = picture.findChild(PointView)
    before = picture.size(), view.scene.caption, view.scene.placed_legend.place
    view.render_now()
    shown = picture.grab().toImage()
    form = dialog.form
    choose(form.size_box, "two-columns")
    choose(form.theme_box, "print")
    form.scale_box.setValue(3)
    form.title_edit.setText("A title")
    form.caption_box.setChecked(False)
    form.text_box.setValue(130)
    image = written(dialog, tmp_path / "a.png", qtbot)
    assert image.size() == QSize(3 * 692, 3 * 432)
    assert image.pixelColor(3, 3).name().upper() == PRINT.ground
    assert before == (picture.size(), view.scene.caption, view.scene.placed_legend.place)
    assert theme_manager.theme is not PRINT
    view.render_now()
    assert picture.grab().toImage() == shown


def test_a_transparent_ground_is_transparent(dialog, tmp_path, qtbot):
    dialog.form.transparent_box.setChecked(True)
    image = written(dialog, tmp_path / "a.png", qtbot)
    assert image.pixelColor(2, 2).alpha() == 0


def test_it_remembers_all_but_the_title(dialog, window, tmp_path, qtbot):
    form = dialog.form
    choose(form.size_box, "square")
    choose(form.theme_box, "gray-safe")
    form.title_edit.setText("A title")
    look = form.look
    written(dialog, tmp_path / "a.svg", qtbot)
    dialog.close()
    qtbot.waitUntil(lambda: not window.findChildren(ExportDialog))
    window.trigger("file.export")
    (again,) = window.findChildren(ExportDialog)
    assert again.form.look.title == ""
    assert (again.form.look.width, again.form.look.theme) == (look.width, "gray-safe")
    again.close()


def test_the_clipboard_has_an_image_and_an_svg(dialog, qtbot):
    with qtbot.waitSignal(dialog.copied, timeout=20_000):
        dialog.copy_button.click()
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasImage()
    assert bytes(data.data("image/svg+xml").data()).lstrip().startswith(b"<?xml")


def test_what_does_not_fit_is_said(dialog, qtbot):
    choose(dialog.form.size_box, "own")
    dialog.form.width_box.setValue(100)
    dialog.form.height_box.setValue(100)
    qtbot.waitUntil(lambda: "does not fit" in dialog.said.text())
    assert not dialog.export_button.isEnabled()


def test_nothing_is_written_where_no_file_is_named(dialog, tmp_path, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    dialog.export_button.click()
    assert not dialog.maker.task.is_busy
    assert not list(tmp_path.glob("*.*"))


def test_a_file_that_cannot_be_written_is_told(dialog, tmp_path, qtbot):
    dialog.write(tmp_path / "none" / "a.svg")
    qtbot.waitUntil(lambda: "cannot be written" in dialog.said.text(), timeout=20_000)
    dialog.write(tmp_path / "a.bmp")
    assert "figures are written as .png, .svg, .pdf" in dialog.said.text()


def colors_in(preview):
    """Return red, green and blue of each pixel of a preview."""
    image = preview.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return lines[:, : 3 * image.width()].reshape(-1, 3).astype(int)


def test_the_preview_is_seen_with_other_eyes_and_the_file_keeps_its_colors(
    dialog, window, tmp_path, qtbot
):
    preview, form = dialog.preview, dialog.form
    window.session.show(window.session.state.queried(0))  # Which has a color.
    with qtbot.waitSignal(preview.told, timeout=20_000):
        preview.show_look(form.look)
    written(dialog, tmp_path / "before.png", qtbot)
    seen = {}
    for _, vision in VISION_NAMES:
        choose(dialog.vision_box, vision)
        seen[vision] = colors_in(preview)
    spread = {vision: np.ptp(colors, axis=1).max() for vision, colors in seen.items()}
    assert spread["gray"] < 15, "but for the line around it"
    assert min(spread[vision] for vision in spread if vision != "gray") > 40
    differing = [np.abs(colors - seen[""]).max() > 10 for vision, colors in seen.items() if vision]
    assert all(differing)
    written(dialog, tmp_path / "after.png", qtbot)
    assert (tmp_path / "after.png").read_bytes() == (tmp_path / "before.png").read_bytes()
    with qtbot.waitSignal(preview.told, timeout=20_000):
        form.title_edit.setText("It stays gray with another look")
    again = colors_in(preview)
    assert np.ptp(again, axis=1).max() < 15
    assert len(again) != len(seen["gray"]) or (again != seen["gray"]).any()


def test_every_control_has_a_name(dialog):
    for kind in (QComboBox, QCheckBox, QLineEdit, QSpinBox, QPushButton):
        for control in dialog.findChildren(kind):
            if not control.objectName().startswith("qt_"):
                assert control.accessibleName(), control.objectName()
                assert control.objectName().startswith("figure.")


def test_the_whole_window_is_exported_as_it_is_on_screen(
    window, toy, idle, tmp_path, qtbot, data_folder_of_its_own
):
    window.session.show(State().opened(toy))
    idle(window.session)
    look = FigureLook(692, 432, text_scale=1.5)
    change_settings(lambda known: replace(known, figure=asdict(look)))
    window.trigger("file.export_window")
    (dialog,) = window.findChildren(ExportDialog)
    form = dialog.form
    assert not form.size_box.isVisibleTo(form)
    choose(form.theme_box, "dark")
    image = written(dialog, tmp_path / "a.png", qtbot)
    assert image.size() == 2 * window.size()
    assert image.pixelColor(3, 3).lightness() < 60
    assert theme_manager.theme is LIGHT
    recipe = read_recipe(recipe_in(tmp_path / "a.png"))
    assert recipe.pane == ""
    known = read_settings().figure
    assert (known["theme"], known["width"], known["text_scale"]) == ("dark", 692, 1.5)
    dialog.close()
