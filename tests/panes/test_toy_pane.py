"""A pane is one file and one line: all that it can be set to follows from one dataclass."""

import argparse
import json
from dataclasses import dataclass
from typing import ClassVar

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QSpinBox, QToolButton, QVBoxLayout

from embedviz import panes
from embedviz.__main__ import main
from embedviz.app.files.session.plan import read_plan
from embedviz.app.files.session.sets import restore_sets
from embedviz.app.files.session.state import restore_state
from embedviz.app.files.session.steps import STEPS
from embedviz.app.files.session.writing import save_session
from embedviz.app.state import State
from embedviz.core.compiled import warm_up
from embedviz.core.samples import load_sample
from embedviz.core.settings import Settings, interpolated, setting
from embedviz.gui.pane import Pane
from embedviz.gui.window.main_window import MainWindow

# The file.


@dataclass(frozen=True)
class ToySettings(Settings):
    name: ClassVar[str] = "toy"

    rows: int = setting(3, "Rows", "how many are listed", least=1, most=9)
    share: float = setting(0.5, "Share", "of all", least=0.0, most=1.0)
    is_loud: bool = setting(False, "Loud", "in capitals", option="loud")
    order: str = setting("up", "Order", "of rows", choices=(("Up", "up"), ("Down", "down")))


def compile_all():
    """Stand for a function that runs compiled loops once."""


class ToyPane(Pane):
    title = "Toy"
    name = "toy"
    figure = "toy"
    hint = "Open a file of vectors."
    settings_class = ToySettings
    kernels = (compile_all,)

    def build(self):
        self.text = QLabel()
        QVBoxLayout(self.picture).addWidget(self.text)

    def draw(self, old, new):
        toy = new[ToySettings]
        text = ", ".join(new.active.labels[: toy.rows])
        self.text.setText(text.upper() if toy.is_loud else text)


@pytest.fixture
def _with_toy(monkeypatch):
    monkeypatch.setattr(panes, "PANES", (*panes.PANES, ToyPane))  # The line.


@pytest.fixture
def toy_pane(session, qtbot, toy):
    pane = ToyPane(session)
    qtbot.addWidget(pane)
    with qtbot.waitExposed(pane):
        pane.show()
    session.show(State().opened(toy))
    return pane


def test_its_form_sets_it_and_undo_takes_it_back(toy_pane, session, qtbot):
    assert toy_pane.text.text() == "word0, word1, word2"
    box = toy_pane.findChild(QSpinBox, "toy.rows")
    assert (box.minimum(), box.maximum(), box.toolTip()) == (1, 9, "Rows: how many are listed")
    box.stepUp()
    assert session.state[ToySettings] == ToySettings(rows=4)
    assert toy_pane.text.text().endswith("word3")
    toy_pane.findChild(QToolButton, "toy.is_loud").click()
    assert toy_pane.text.text().endswith("WORD3")
    session.undo()
    session.undo()
    assert session.state[ToySettings] == ToySettings()
    assert (box.value(), toy_pane.text.text()) == (3, "word0, word1, word2")
    session.redo()
    assert box.value() == 4


def test_a_session_keeps_it(tmp_path):
    state = State().opened(load_sample("digits")).with_settings(ToySettings(7, 0.25, True, "down"))
    path = tmp_path / "toy.embedviz"
    save_session(path, state, {}, STEPS)
    plan = read_plan(path, STEPS)
    found = restore_state(plan.document, restore_sets(plan), panes=[ToySettings])
    assert found.state[ToySettings] == state[ToySettings]
    assert found.notes == []
    document = json.loads(path.read_text())
    document["state"]["settings"]["toy"] |= {"rows": "many", "order": "sideways"}
    found = restore_state(document, restore_sets(plan), panes=[ToySettings])
    assert found.state[ToySettings] == ToySettings(3, 0.25, True, "up")
    assert "rows of toy, toy" in found.notes[0]


@pytest.mark.usefixtures("_with_toy")
def test_a_session_of_the_window_keeps_it(session, qtbot):
    window = MainWindow(session, panes.PANES)
    qtbot.addWidget(window)
    assert ToySettings in window.files.restorer.settings_of_panes


@pytest.mark.usefixtures("_with_toy")
def test_the_command_line_draws_it_with_its_own_options(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["figure", "toy", "--help"])
    printed = capsys.readouterr().out
    for words in ("--rows N", "--share N", "--loud", "--order {up,down}", "how many are listed"):
        assert words in printed
    assert "--density" not in printed
    file, out = tmp_path / "v.txt", tmp_path / "x.png"
    file.write_text("king 1 2\nqueen 2 1\n")
    common = ["-o", str(out), "--scale", "1", "--size", "300x200"]
    images = []
    for options in ([], ["--rows", "1"], ["--loud"]):
        assert main(["figure", "toy", *options, str(file), *common]) == 0
        images.append(QImage(str(out)))
    assert images[0] != images[1]
    assert images[0] != images[2]
    with pytest.raises(SystemExit):
        main(["figure", "toy", "--rows", "10", *common])
    assert "'10' is not a whole number from 1 to 9" in capsys.readouterr().err


@pytest.mark.usefixtures("_with_toy")
def test_its_kernels_are_compiled_at_the_first_start():
    assert compile_all in panes.all_kernels()
    assert warm_up.name_of(compile_all).endswith(":compile_all")


def test_what_is_between_two_settings():
    first, second = ToySettings(2, 0.0), ToySettings(8, 1.0, True, "down")
    assert interpolated(first, second, 0.0) == first
    assert interpolated(first, second, 0.25) == ToySettings(4, 0.25)
    assert interpolated(first, second, 1.0) == second


def test_options_do_not_get_in_each_others_way():
    for pane in panes.PANES:
        if pane.figure:
            from embedviz.commands.figure import figure_parser

            assert isinstance(
                figure_parser(
                    pane.figure, pane.settings_class.classes_of_pane(), sample=pane.figure_sample
                ),
                argparse.ArgumentParser,
            )
