"""A method that lays points out is one class and one line: all else follows from the class."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from PySide6.QtWidgets import QSpinBox

from embedviz.__main__ import main
from embedviz.app.files.session.plan import read_plan
from embedviz.app.files.session.sets import restore_sets
from embedviz.app.files.session.state import restore_state
from embedviz.app.files.session.steps import STEPS
from embedviz.app.files.session.writing import save_session
from embedviz.app.layouts import LayoutRequest, Layouts
from embedviz.app.state import State
from embedviz.core.progress import silent
from embedviz.core.projections import PROJECTIONS
from embedviz.core.projections.projection import Projection
from embedviz.core.samples import load_sample
from embedviz.core.settings import setting
from embedviz.panes.map import MapPane

# The class.


@dataclass(frozen=True)
class RandomDirections(Projection):
    """Products with random directions."""

    name: ClassVar[str] = "random"
    caveat: ClassVar[str] = "Distances are kept on average only."

    seed: int = setting(0, "Seed", "of the directions", least=0, most=99)

    def __str__(self):
        return f"random directions · seed {self.seed}"

    def fit_transform(self, vectors, n_components=2, *, report=silent, on_layout=None):
        rng = np.random.default_rng(self.seed)
        return (vectors @ rng.normal(size=(vectors.shape[1], n_components))).astype(np.float32)


@pytest.fixture(autouse=True)
def _with_toy(monkeypatch):
    monkeypatch.setitem(PROJECTIONS, "random", RandomDirections)  # The line.


def test_it_is_laid_out(toy):
    wanted = LayoutRequest(toy, RandomDirections(3), 2)
    layout = Layouts().find(wanted, silent, lambda _: None)
    assert layout.words == "random directions · seed 3 · all 50 rows"
    np.testing.assert_array_equal(layout.positions, RandomDirections(3).fit_transform(toy.vectors))


def test_the_map_offers_it_with_its_form_and_its_caveat(session, qtbot, idle, toy):
    pane = MapPane(session)
    qtbot.addWidget(pane)
    pane.resize(900, 600)
    with qtbot.waitExposed(pane):
        pane.show()
    session.show(State().opened(toy))
    idle(session)
    box = pane.controls.method
    box.setCurrentIndex(box.findData("random"))
    box.activated.emit(box.currentIndex())
    idle(session)
    assert session.state.map.projection == RandomDirections()
    texts = [label.text() for label in pane.row.findChildren(type(pane.row._note))]
    assert RandomDirections.caveat in texts
    seed = pane.row.findChild(QSpinBox, "map.seed")
    assert (seed.minimum(), seed.maximum()) == (0, 99)
    seed.stepUp()
    idle(session)
    assert session.state.map.projection == RandomDirections(1)
    session.undo()
    assert session.state.map.projection == RandomDirections()


def test_a_session_keeps_it(tmp_path):
    state = State().opened(load_sample("digits"))
    state = state.mapped(state.map.projected_by(RandomDirections(7)))
    save_session(tmp_path / "a.embedviz", state, {}, STEPS)
    plan = read_plan(tmp_path / "a.embedviz", STEPS)
    found = restore_state(plan.document, restore_sets(plan))
    assert found.state.map.projection == RandomDirections(7)


def test_the_command_line_takes_it_and_its_settings(tmp_path, capsys):
    file, out = tmp_path / "v.npy", tmp_path / "x.svg"
    np.save(file, np.random.default_rng(0).normal(size=(20, 5)))
    options = ["--projection", "random", "--projection-seed", "8"]
    assert main(["figure", "map", str(file), *options, "-o", str(out)]) == 0
    assert "random directions · seed 8 · all 20 rows" in out.read_text()
    with pytest.raises(SystemExit):
        main(["figure", "map", "--help"])
    assert "{PCA,t-SNE,UMAP,PCA of a prefix,random}" in capsys.readouterr().out
