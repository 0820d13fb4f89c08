"""What goes on behind other panes, between sets, and where rows have no place."""

import threading

import numpy as np
import pytest

from embedviz.app.layouts import Layouts, cache
from embedviz.app.linked_maps import add_map
from embedviz.app.state import State, derived_by
from embedviz.core.derivation.additions import with_columns
from embedviz.core.derivation.recipes import Whitened
from embedviz.core.matching import share_rows
from embedviz.core.progress import Cancelled
from embedviz.core.projections.chosen_axes import ChosenAxes
from embedviz.core.projections.columns import CoordinateColumns
from embedviz.core.projections.neighbor_embedding import TSNE, UMAP
from embedviz.core.projections.pca import PCA
from embedviz.core.selection import Selection
from embedviz.core.vector_set import VectorSet
from embedviz.gui.coloring.point_style import NO_VALUE


def rows_of(name, count, d=6, metadata=None):
    rng = np.random.default_rng(count)
    return VectorSet(
        rng.normal(size=(count, d)), [f"{name}{i}" for i in range(count)], metadata, name
    )


@pytest.fixture
def many():
    return rows_of("a", 60, metadata={"group": ["x", "y", None] * 20})


@pytest.fixture
def few():
    return rows_of("b", 7)


@pytest.fixture
def held(monkeypatch):
    """Let layouts by neighbors stream one layout, and wait until they are let go."""
    go, streamed = threading.Event(), threading.Event()

    def compute(self, vector_set, projection, n_components, report, on_layout):
        positions = np.full((len(vector_set), n_components), 3.0, dtype=np.float32)
        positions[::2] = 1.0
        report(0.3, "moving")
        on_layout(positions)
        streamed.set()
        while not go.wait(0.01):
            report(0.3, "moving")
        return positions

    monkeypatch.setattr(Layouts, "_computed", compute)
    yield go, streamed
    go.set()


def lay_out(window, projection):
    state = window.session.state
    window.session.show(state.mapped(state.map.projected_by(projection)))


def test_all_rows_are_those_of_the_set_that_is_shown(window, front, idle, many, few):
    session = window.session
    session.show(State().opened(many))
    idle(session)
    session.show(session.state.mapped(session.state.map.toggled("x")))
    front(window, "analogies")
    session.show(session.state.opened(few))
    assert window.map_in_use.drawn_rows() is None
    assert window.map_in_use.places() is None
    window.trigger("edit.select_all")
    assert session.state.selected == Selection(range(7))
    window.trigger("edit.new_set")
    idle(session)
    assert len(session.state.active) == 7


def test_hidden_groups_count_behind_another_pane_too(window, front, idle, many):
    session = window.session
    session.show(State().opened(many))
    idle(session)
    front(window, "analogies")
    session.show(session.state.mapped(session.state.map.toggled(NO_VALUE)))
    window.trigger("edit.select_all")
    assert session.state.selected == Selection(row for row in range(60) if row % 3 < 2)


def test_rows_without_a_place_are_not_drawn_and_not_selected(window, idle):
    places = [float(i) if i < 15 else None for i in range(40)]
    rows = rows_of("a", 40, metadata={"x": places, "y": places})
    window.session.show(State().opened(rows))
    idle(window.session)
    caption = window.panes[0].view.scene.caption
    assert "15 of 40 rows drawn" in caption
    window.trigger("edit.select_all")
    assert window.session.state.selected == Selection(range(15))
    window.panes[0].controls.trust.click()
    idle(window.session)
    assert "15 of 40 on the map" in window.panes[0].trust.shown.words


def test_three_axes_of_two_columns_have_three_names(window, idle):
    column = [float(i) for i in range(20)]
    rows = rows_of("a", 20, metadata={"x": column, "y": column})
    window.session.show(State().opened(rows))
    window.panes[0].controls.changed.emit({"is_3d": True})
    idle(window.session)
    positions, axes = window.panes[0].places()
    assert positions.shape[1] == len(axes)


def test_stop_behind_another_pane_keeps_nothing_of_another_set(
    window, front, idle, many, few, held
):
    _, streamed = held
    session = window.session
    session.show(State().opened(few).opened(many))
    idle(session)
    lay_out(window, UMAP())
    assert streamed.wait(10)
    pane = window.panes[0]
    while pane.run.streamed is None:
        idle_events()
    front(window, "analogies")
    session.show(session.state.activated(few).mapped(session.state.map.projected_by(UMAP(5))))
    session.board.stop()
    idle(session)
    front(window, "map")
    idle_events()
    layout = pane.run.layout
    assert layout is None or layout.vector_set is few or layout.positions.shape[0] == 60
    for each in (few, many):
        for kept in session.layouts._layouts.get(each, {}).values():
            assert len(kept.positions) == len(each)


def idle_events():
    from PySide6.QtWidgets import QApplication

    QApplication.processEvents()


def test_what_is_said_while_points_move_is_true(window, idle, many, held, qtbot):
    session, pane = window.session, window.panes[0]
    session.show(State().opened(many))
    idle(session)
    pane.controls.trust.click()
    idle(session)
    assert pane.trust.shown is not None
    lay_out(window, TSNE(perplexity=5))
    qtbot.waitUntil(lambda: pane.run.streamed is not None)
    assert pane.trust.shown is None
    assert pane.view.scene.corner == ""
    for _ in range(2):
        assert "at work" in pane.view.scene.caption
        assert "PCA" not in session.description
        session.show(session.state.mapped(session.state.map.toggled("y")))
    pane.row.cancel_wanted.emit()
    idle(session)
    assert "PCA" in pane.view.scene.caption


def test_a_run_is_not_offered_again_for_another_set(window, idle, many, few, held, qtbot):
    session, pane = window.session, window.panes[0]
    session.show(State().opened(few).opened(many))
    idle(session)
    lay_out(window, TSNE(perplexity=5))
    qtbot.waitUntil(lambda: pane.run.streamed is not None)
    session.board.stop()
    assert pane.message_bar.text == "Stopped."
    session.show(session.state.activated(few))
    idle(session)
    assert pane.message_bar.text == ""


def test_a_layout_found_too_late_is_not_laid_out_on_another_set(
    window, idle, many, few, monkeypatch
):
    session, pane = window.session, window.panes[0]
    go = threading.Event()
    session.show(State().opened(few).opened(many))
    idle(session)
    monkeypatch.setattr(cache, "find", lambda *_: go.wait(10) or np.zeros((60, 2)))
    box = pane.controls.method
    box.setCurrentIndex(box.findText("t-SNE"))
    box.activated.emit(box.currentIndex())
    session.show(session.state.activated(few))
    go.set()
    idle(session)
    assert not isinstance(session.state.map.projection, TSNE)


def test_what_is_waited_for_elsewhere_can_be_given_up(many):
    layouts, asked = Layouts(), threading.Event()
    wanted = (many.identity, "cosine")

    def report(fraction, message):
        asked.set()
        raise Cancelled

    with layouts._single_flight(wanted, lambda *_: None), pytest.raises(Cancelled):
        layouts.graph(many, "cosine", 3, report)
    assert asked.is_set()
    assert layouts.n_in_flight == 0
    assert layouts.graph(many, "cosine", 3, lambda *_: None).count == 3


def test_nothing_is_kept_of_a_set_that_was_closed_meanwhile(many, few):
    from embedviz.app.layouts import LayoutRequest

    layouts = Layouts()
    layouts.keep_only([few])
    layouts.find(LayoutRequest(many, PCA(), 2), lambda *_: None, lambda _: None)
    layouts.graph(many, "cosine", 3, lambda *_: None)
    assert many not in layouts._layouts
    assert many not in layouts._graphs
    layouts.find(LayoutRequest(few, PCA(), 2), lambda *_: None, lambda _: None)
    assert few in layouts._layouts


def test_trust_that_cannot_be_measured_is_told_once(window, idle, monkeypatch):
    from embedviz.panes.map import trust

    vectors = np.random.default_rng(0).normal(size=(30, 4))
    rows = VectorSet(vectors, None, {"x": vectors[:, 0], "y": vectors[:, 1]}, "rows")
    asked = []
    measure = trust.measure_quality
    monkeypatch.setattr(trust, "measure_quality", lambda *a: asked.append(a) or fail())
    assert measure is not trust.measure_quality

    def fail():
        from embedviz.core.errors import UserError

        raise UserError("A row holds NaN. Leave it out.")

    window.session.show(State().opened(rows))
    idle(window.session)
    window.panes[0].controls.trust.click()
    idle(window.session)
    for row in (3, 4, 5):
        window.session.show(window.session.state.queried(row))
        idle(window.session)
    assert len(asked) == 1
    assert "NaN" in window.panes[0].message_bar.text


def test_a_set_with_more_to_its_rows_still_has_the_same_rows(many):
    same = VectorSet(many.vectors, ["twin"] * 60, None, "twins")
    derived = Whitened().derive(same)
    extended = with_columns(same, {"x": np.arange(60.0)})
    assert share_rows(extended, derived)
    state = State().opened(same).derived(derived).selecting([7]).replaced(same, extended)
    assert state.activated(extended).selected == Selection([7])
    assert derived_by(state, extended, derived.derivation.recipe) is derived
    assert state.closed(extended).sets == ()


def test_a_component_along_two_axes_counts_once(many, idle, window):
    window.session.show(State().opened(many))
    lay_out(window, PCA((0, 0, 1)))
    idle(window.session)
    layout = window.panes[0].run.layout
    share = 100 * PCA().fit(many.vectors).explained_variance_ratio[0]
    assert f"{share:.1f} %" in layout.variance_words(2)


def test_cancel_leaves_no_step_behind(window, idle, many, held, qtbot):
    session, pane = window.session, window.panes[0]
    session.show(State().opened(many).queried(3))
    idle(session)
    before = session.state
    lay_out(window, TSNE(perplexity=5))
    qtbot.waitUntil(lambda: pane.run.streamed is not None)
    pane.row.cancel_wanted.emit()
    idle(session)
    assert session.state == before
    assert not session.can_redo
    session.undo()
    idle(session)
    assert not isinstance(session.state.map.projection, TSNE)


def test_chosen_axes_of_another_set_are_not_taken_over(window, idle, many, few):
    session, pane = window.session, window.panes[0]
    session.show(State().opened(few).opened(many))
    idle(session)
    box = pane.controls.method
    box.setCurrentIndex(box.findText("chosen axes"))
    box.activated.emit(box.currentIndex())
    session.show(session.state.activated(few).selecting([3, 4]))
    idle(session)
    settings = pane.row.settings
    assert settings is None or not isinstance(settings, ChosenAxes)


def test_places_in_the_file_come_first(window, idle):
    rows = rows_of("a", 9, metadata={"umap_1": np.arange(9.0), "umap_2": np.arange(9.0)})
    window.session.show(State().opened(rows))
    idle(window.session)
    assert window.panes[0].run.layout.projection == CoordinateColumns(("umap_1", "umap_2"))


def test_a_large_selection_is_brushed_when_the_labels_are_matched(window, idle, monkeypatch):
    from embedviz.core import matching

    monkeypatch.setattr(matching, "_FEW", 2)
    one, other = rows_of("a", 30), rows_of("a", 20)
    session = window.session
    session.show(add_map(State().opened(other).opened(one)).activated(other).with_active_map(0))
    idle(session)
    session.show(session.state.selecting(range(5, 25)))
    idle(session)
    second = next(pane for pane in window.panes if pane.name == "map-2")
    assert second.view.scene.canvas.highlights.selected.tolist() == list(range(5, 20))
