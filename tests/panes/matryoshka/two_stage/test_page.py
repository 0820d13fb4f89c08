"""The page on two-stage search: its numbers are those of `embedviz.core.matryoshka`."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from embedviz.app.state import State
from embedviz.core.errors import UserError
from embedviz.core.matryoshka import SearchCost, cheapest_setting, measure_recall, two_stage
from embedviz.core.matryoshka.coarse_to_fine.codes import PRECISIONS
from embedviz.core.vector_set import VectorSet
from embedviz.gui.theme import DARK, theme_manager
from embedviz.panes.matryoshka.settings import MatryoshkaSettings
from embedviz.panes.matryoshka.two_stage import measuring, running
from embedviz.panes.matryoshka.two_stage import page as page_module
from embedviz.panes.matryoshka.two_stage.settings import TwoStageSettings


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(measuring, "PAUSE", 0.0)


def random_set(n=300, d=40, name="random"):
    random = np.random.default_rng(0)
    low = random.normal(size=(n, 8)) @ random.normal(size=(8, d))
    vectors = (low + random.normal(size=(n, d))).astype(np.float32)
    return VectorSet(vectors, [f"row{i}" for i in range(n)], None, name)


@pytest.fixture
def shown(pane, session, idle, with_settings):
    """Return a function that shows the page of a set, once all is measured."""

    def show(vector_set, **settings):
        session.show(with_settings(State().opened(vector_set), page="two-stage", **settings))
        idle(session)
        return pane.pages.chosen

    return show


def state_of(page):
    return page.pane.session.state[MatryoshkaSettings]


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_map_and_the_table_say_what_python_does(shown, precision):
    vector_set = random_set()
    page = shown(vector_set, dimensions=16, shortlist=50, precision=precision)
    grid = measure_recall(vector_set.vectors, precision=precision)
    drawn = page.map._grid
    assert (drawn.lengths, drawn.shortlists) == (grid.lengths, grid.shortlists)
    np.testing.assert_array_equal(drawn.recall, grid.recall)
    recall = grid.recall[grid.lengths.index(16), grid.shortlists.index(50)]
    assert page.table.text("this", "recall").startswith(f"{recall:.3f}")
    best = cheapest_setting(grid, 300, 40, 0.95)
    assert page.map._marks.cheapest == (best.cost.coarse_dimensions, best.cost.shortlist)
    assert f"shortlist {best.cost.shortlist:,}" in page.found.text()
    cost = SearchCost(300, 40, 16, 50, precision)
    assert page.table.text("this", "products") == f"{100 * cost.multiply_adds_ratio:.1f} %"
    assert page.table.text("exact", "products") == "100 %"
    for role in ("exact", "this", "cheapest"):
        assert page.table.text(role, "time").endswith(" ms")


def test_a_length_beside_the_grid_is_measured_too(shown):
    vector_set = random_set()
    page = shown(vector_set, dimensions=11, shortlist=37)
    found = measure_recall(vector_set.vectors, (11,), (37,), queries=300)
    assert page.table.text("this", "recall").startswith(f"{found.recall[0, 0]:.3f}")


def test_a_click_on_a_cell_chooses_its_setting(shown, qtbot, session, idle):
    page = shown(random_set())
    cell = page.map.cell(1, 3)
    qtbot.mouseClick(page.map, Qt.MouseButton.LeftButton, pos=cell.center().toPoint())
    idle(session)
    lengths, shortlists = page.map._grid.lengths, page.map._grid.shortlists
    assert state_of(page).dimensions == lengths[1]
    assert state_of(page).shortlist == shortlists[3]
    assert page.pane.slider.value() == lengths[1]
    assert page.shortlist.value() == shortlists[3]
    assert page.map._marks.current == (lengths[1], shortlists[3])
    qtbot.mouseClick(page.map, Qt.MouseButton.LeftButton, pos=QPointF(1, 1).toPoint())
    assert state_of(page).dimensions == lengths[1]


def test_tips_say_what_a_cell_is(shown):
    page = shown(random_set())
    tip = page.map.tip_at(page.map.cell(0, 0).center())
    assert tip.startswith("8 dimensions, shortlist 10: recall 0.")
    assert page.map.tip_at(QPointF(1, 1)) == ""


def test_dials_become_settings(shown, session, idle):
    page = shown(random_set())
    page.precision.setCurrentIndex(3)
    page.precision.activated.emit(3)
    page.shortlist.setValue(20)
    page.wanted.setValue(0.99)
    page.rows.setValue(1_000_000)
    page.price.setText(" 2  EUR ")
    page.price.editingFinished.emit()
    idle(session)
    found = state_of(page)
    assert (found.precision, found.shortlist) == ("binary", 20)
    assert page.pane.session.state[TwoStageSettings] == TwoStageSettings(0.99, 1_000_000, "2 EUR")
    # A million rows of 40 float32: 0.16 GB.
    assert page.table.text("exact", "more") == "160 MB"
    assert page.table.text("exact", "price") == "0.32 EUR"
    assert "0.99" in page.found.text()


def test_what_is_no_price_is_said_and_changes_nothing(shown):
    page = shown(random_set(), price="1 USD")
    page.price.setText("cheap")
    page.price.editingFinished.emit()
    assert page.pane.session.state[TwoStageSettings].price == "1 USD"
    assert "is no price" in page.pane.message_bar.text


def test_none_may_reach_what_is_wanted(shown):
    page = shown(random_set(300, 6), precision="binary", wanted_recall=1.0)
    assert page.found.text().startswith("None reaches a recall of 1 in binary. In ")
    assert page.table.text("cheapest", "recall") == "–"


@pytest.mark.parametrize(
    ("vectors", "said"),
    [
        (np.random.default_rng(0).normal(size=(2, 5)), "too few others"),
        (np.zeros((40, 5)), "all equally near"),
        (np.ones((40, 5)), "all equally near"),
        (np.random.default_rng(0).normal(size=(50, 1)), "all equally near"),
    ],
)
def test_sets_without_neighbors_say_so(shown, vectors, said):
    page = shown(VectorSet(vectors.astype(np.float32), None, None, "set"))
    assert said in page.map.message
    assert page.found.text() == ""
    page.grab()


@pytest.mark.parametrize("shape", [(3, 4), (11, 6), (50, 2)])
def test_small_sets_are_drawn(shown, shape):
    vectors = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    page = shown(VectorSet(vectors, None, None, "set"))
    assert page.map.message == ""
    page.grab()


def test_columns_are_drawn_as_they_come(pane, session, idle, monkeypatch):
    seen = []
    show_grid = page_module.RecallMap.show_grid

    def note(widget, grid, marks):
        seen.append(int(np.isfinite(grid.recall).all(axis=1).sum()))
        show_grid(widget, grid, marks)
        widget.grab()

    monkeypatch.setattr(page_module.RecallMap, "show_grid", note)
    session.show(State().opened(random_set()).with_settings(MatryoshkaSettings(page="two-stage")))
    idle(session)
    assert seen[0] == 0
    assert seen == sorted(seen)
    assert seen[-1] == 4


def test_precisions_are_measured_once(shown, session, idle, monkeypatch):
    page = shown(random_set())
    for precision in ("int8", "float32"):
        page.set(precision=precision)
        idle(session)
    monkeypatch.setattr(running, "measure_columns", None)
    for precision in ("int8", "float32"):
        page.set(precision=precision)
        idle(session)
        assert page.map._grid.precision == precision
        assert np.isfinite(page.map._grid.recall).all()


def test_other_precisions_are_measured_at_last_and_a_cheaper_one_is_named(shown):
    vector_set = random_set()
    page = shown(vector_set)
    n_bytes = {}
    for precision in PRECISIONS:
        found = cheapest_setting(measure_recall(vector_set.vectors, precision=precision), 300, 40)
        n_bytes[precision] = found.cost.bytes_read if found else np.inf
    best = min(PRECISIONS, key=n_bytes.__getitem__)
    assert best != "float32"
    assert f"Cheaper in {best}: " in page.found.text()
    assert "Cheaper" not in shown(vector_set, precision=best).found.text()


def test_a_failure_is_said(pane, session, idle, monkeypatch):
    def fail(near, asked, lengths, report, tell):
        raise UserError("Out of order.")

    monkeypatch.setattr(running, "measure_columns", fail)
    session.show(State().opened(random_set()))
    idle(session)  # A calculation that begins takes the message of another one away.
    session.show(session.state.with_settings(MatryoshkaSettings(page="two-stage")))
    idle(session)
    page = pane.pages.chosen
    assert page.map.message == "The recall was not measured."
    assert "Out of order." in pane.message_bar.text


def test_another_set_is_measured_anew(shown, session, idle):
    first = shown(random_set())
    before = first.map._grid
    session.show(session.state.opened(random_set(100, 12, "other")))
    idle(session)
    assert first.map._grid.lengths == (1, 2, 4, 8, 12)
    assert before.lengths == (8, 16, 32, 40)


def test_a_set_that_is_closed_is_let_go(shown, session, idle):
    page = shown(random_set())
    session.show(State())
    idle(session)
    assert page.run.is_empty


def test_it_is_drawn_in_both_themes_and_large(shown):
    page = shown(random_set())
    light = page.map.grab().toImage()
    theme_manager.use(DARK)
    dark = page.map.grab().toImage()
    assert light != dark
    before = page.map.area
    page.pane.set_text_scale(1.8)
    assert page.map.area.left() > before.left()
    page.grab()


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_third_list_is_what_two_stages_find(shown, session, idle, precision):
    vector_set = random_set()
    page = shown(vector_set, dimensions=5, shortlist=20, precision=precision)
    session.show(session.state.queried(7))
    idle(session)
    expected, cosines = two_stage(
        vector_set.vectors, vector_set.vectors[7], 5, 20, 10, [7], precision
    )
    lines = page.pane.lists.again.lines.lines
    assert [line.row for line in lines] == expected.tolist()
    assert [line.score for line in lines] == pytest.approx(cosines)


def test_a_narrow_page_keeps_the_map_and_what_matters(shown):
    page = shown(random_set(), dimensions=16)

    def seen(role, name="bytes"):
        return page.table.cells[role, name].isVisibleTo(page)

    def resize(width, height):
        page.pane.resize(width, height)
        QApplication.processEvents()
        for role in ("exact", "this", "cheapest"):
            for cell in (page.table.cells[role, "bytes"], page.table.heads[role]):
                assert not seen(role) or cell.width() >= cell.sizeHint().width()

    resize(1300, 900)
    assert all(seen(role) for role in ("exact", "this", "cheapest"))
    assert seen("this", "setting")
    assert page.caption.isVisibleTo(page)
    resize(540, 900)
    assert seen("this")
    assert not seen("exact")
    resize(1000, 480)
    assert not page.caption.isVisibleTo(page)
    assert page.caption.text() == page.table.toolTip()
    assert seen("this", "recall")


def test_what_was_stopped_is_not_said_to_be_measured_still(shown, session):
    page = shown(random_set())
    page.release()
    session.show(
        State().opened(random_set(400)).with_settings(MatryoshkaSettings(page="two-stage"))
    )
    assert "Measuring" in page.caption.text()
    session.board.stop()
    assert page.map.message == "The recall was not measured."
    assert "Measuring" not in page.caption.text()
