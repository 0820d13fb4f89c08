"""Everything larger or smaller, from the next start on."""

import os
import subprocess
import sys

import pytest

from embedviz.app.files.settings import Preferences, read_settings
from embedviz.gui.comfort import ui_scale as module
from embedviz.gui.comfort.ui_scale import SCALES, VARIABLE, UiScale, use_scale


@pytest.fixture
def chosen(monkeypatch):
    """Return what is chosen, without leaving it so for other tests."""
    monkeypatch.setattr(module, "ui_scale", UiScale())
    monkeypatch.setattr(os, "environ", dict(os.environ))
    os.environ.pop(VARIABLE, None)
    return module.ui_scale


@pytest.mark.parametrize(
    ("percent", "factor"), [(100, None), (125, "1.25"), (80, "0.8"), (7, "0.8"), (900, "2")]
)
def test_qt_is_told_before_it_begins(chosen, percent, factor):
    use_scale(percent)
    assert os.environ.get(VARIABLE) == factor
    assert SCALES[0] <= chosen.percent <= SCALES[-1]


def test_the_variable_of_the_user_stays(chosen):
    os.environ[VARIABLE] = "3"
    use_scale(150)
    assert os.environ[VARIABLE] == "3"


def test_a_window_is_larger(tmp_path):
    code = (
        "from embedviz.commands.window import _remembered_application as begin\n"
        "print(begin().primaryScreen().devicePixelRatio())"
    )
    folder = tmp_path / "data"
    folder.mkdir()
    head = '{"format": "embedviz settings", "version": 1, '
    (folder / "settings.json").write_text(head + '"scale": 150, "is_motion_reduced": true}')
    environment = {**os.environ, "EMBEDVIZ_DATA_DIR": str(folder), "QT_QPA_PLATFORM": "offscreen"}
    environment.pop(VARIABLE, None)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["1.5"]


def test_it_is_chosen_in_the_menu_and_remembered(window, qtbot, chosen, monkeypatch):
    from embedviz.gui.actions import comfort

    monkeypatch.setattr(comfort, "ui_scale", chosen)
    window.trigger("view.scale_125")
    qtbot.waitUntil(lambda: read_settings().scale == 125)
    assert "125 %" in window.message_bar.text
    menu = window.menus.within["View/Size of Everything"]
    menu.aboutToShow.emit()
    on = [entry.text() for entry in menu.actions() if entry.isChecked()]
    assert on == ["125 %"]
    window.trigger("view.scale_100")
    qtbot.waitUntil(lambda: read_settings().scale == Preferences().scale)
