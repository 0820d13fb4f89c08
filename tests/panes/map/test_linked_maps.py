"""Which rows are drawn, how true a map is, and several maps beside each other."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from embedviz.app.linked_maps import add_map
from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.core.neighbors import NeighborSearch
from embedviz.core.projections.pca import PCA
from embedviz.core.selection import Selection
from embedviz.core.vector_set import VectorSet
from embedviz.gui.coloring.point_style import NO_VALUE
from embedviz.gui.points.legend.layout import Categories, ColorBar
from embedviz.panes.map import MapPane

CTRL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def spread():
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(40, 6)) * [9, 6, 3, 0.3, 0.2, 0.1]
    metadata = {
        "kind": [*("ab" * 15), *("c" * 8), None, None],
        "size": [float(i) for i in range(40)],
    }
    return VectorSet(vectors, [f"row{i}" for i in range(40)], metadata, "spread")


@pytest.fixture
def mirrored(spread):
    """Return half of the rows, the other way round, in other places."""
    rows = np.arange(39, 18, -1)
    labels = [spread.labels[row] for row in rows]
    return VectorSet(spread.vectors[rows] * [1, -2, 1, 1, 1, 1], labels, None, "mirrored")


@pytest.fixture
def opened(pane, session, idle, spread):
    session.show(State().opened(spread).queried(0))
    idle(session)
    pane.view.animator.is_enabled = False
    return pane


def drawn(pane):
    """Return the rows that have a place on the picture."""
    places = pane.view.scene.canvas.positions
    return set(np.flatnonzero(np.isfinite(places[:, 0])).tolist())


def set_map(session, **changes):
    session.show(session.state.mapped(replace(session.state.map, **changes)))


def test_isolated_rows_are_drawn_alone_and_keep_their_numbers(opened, session, spread):
    rows = [3, 17, 30]
    everything = opened.view.scene.canvas.positions.copy()
    set_map(session, isolated=Selection(rows))
    assert drawn(opened) == set(rows)
    shown = opened.view.scene.canvas.positions
    np.testing.assert_array_equal(shown[rows], everything[rows])
    assert "3 of 40 rows drawn" in opened.view.scene.caption
    assert opened.drawn_rows().tolist() == rows
    for row in rows:  # What is under the mouse is the row that was there before.
        (place, _), *_ = [opened.view.viewport.frame().project(shown[[row]])]
        assert opened.view.viewport.row_at(_point(place[0]), 4) == row
    session.undo()
    assert drawn(opened) == set(range(40))
    assert opened.drawn_rows() is None
    np.testing.assert_array_equal(opened.view.scene.canvas.positions, everything)


def _point(place):
    from PySide6.QtCore import QPointF

    return QPointF(*place.tolist())


@settings(max_examples=12, deadline=None)
@given(st.lists(st.sets(st.integers(0, 39), min_size=1), min_size=1, max_size=4))
def test_isolating_and_undoing_never_mixes_up_rows(qapp, steps):
    """After any steps, the label at a place is that of the row with these coordinates."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(40, 5)).astype(np.float32)
    vector_set = VectorSet(vectors, [f"row{i}" for i in range(40)])
    expected = PCA().fit_transform(vectors, 3)
    session = Session(State().opened(vector_set))
    pane = MapPane(session)
    pane.show()
    pane.view.animator.is_enabled = False
    try:
        while session.board.current is not None:
            qapp.processEvents()
        history = [set(range(40))]
        for rows in steps:
            set_map(session, isolated=Selection(rows), is_3d=len(history) % 2 == 1)
            history.append(rows)
            assert_right(pane, expected, rows)
        while len(history) > 1:
            session.undo()
            history.pop()
            assert_right(pane, expected, history[-1])
    finally:
        pane.close()
        pane.deleteLater()
        qapp.processEvents()


def assert_right(pane, expected, rows):
    assert drawn(pane) == rows
    places = pane.view.scene.canvas.positions
    count = 3 if pane.view.camera.is_3d else 2
    chosen = sorted(rows)
    np.testing.assert_allclose(places[chosen][:, :count], expected[chosen][:, :count], atol=1e-5)


def test_a_click_in_the_legend_hides_a_group_and_shows_it_alone(opened, session):
    legend = opened.view.scene.legend
    assert isinstance(legend, Categories)
    opened.view.category_clicked.emit("a", NONE)
    assert session.state.map.hidden == {"a"}
    assert drawn(opened) == {row for row in range(40) if row >= 30 or row % 2}
    assert "25 of 40 rows drawn" in opened.view.scene.caption
    assert opened.view.scene.legend.hidden == {"a"}
    opened.view.category_clicked.emit(NO_VALUE, NONE)
    assert not drawn(opened) & {38, 39}
    opened.view.category_clicked.emit("c", CTRL)
    assert drawn(opened) == set(range(30, 38))
    opened.view.category_clicked.emit("c", CTRL)
    assert drawn(opened) == set(range(40))
    session.undo()
    assert drawn(opened) == set(range(30, 38))


def test_groups_can_be_hidden_by_keys_too(opened, session):
    menu = opened.controls.groups.menu()
    assert [action.data() for action in menu.actions()] == ["a", "b", "c", NO_VALUE]
    menu.actions()[1].trigger()
    assert session.state.map.hidden == {"b"}
    session.undo()
    assert menu.actions()[1].isChecked()


def test_the_range_of_colors_is_clipped_and_turned(opened, session):
    set_map(session, color_by="size", hidden=frozenset())
    legend = opened.view.scene.legend
    assert isinstance(legend, ColorBar)
    opened.view.color_range_changed.emit(10.0, 20.0)
    opened.view.color_range_changed.emit(12.0, 20.0)
    assert session.state.map.color_range == (12.0, 20.0)
    colors = opened.view.scene.canvas.colors
    assert colors[0] == colors[12] != colors[16] != colors[20] == colors[39]
    opened.view.colors_inverted.emit()
    assert session.state.map.inverted
    assert opened.view.scene.canvas.colors[0] == colors[39]
    assert (opened.controls.range.low.value(), opened.controls.range.high.value()) == (12.0, 20.0)
    opened.controls.range.high.setValue(30.0)
    assert session.state.map.color_range == (12.0, 30.0)
    session.end_gesture()
    opened.controls.range.usual.click()
    assert session.state.map.color_range[0] < 1


def test_sizes_follow_a_column(opened, session):
    opened.controls.changed.emit({"size_by": "size"})
    sizes = opened.view.scene.canvas.sizes
    assert sizes.shape == (40,)
    assert sizes[39] > 2 * sizes[0]
    assert "size" in opened.view.scene.caption
    session.undo()
    assert len(np.unique(opened.view.scene.canvas.sizes)) == 1


def test_trust_is_the_share_of_true_neighbors(opened, session, idle, spread):
    opened.controls.trust.click()
    idle(session)
    assert session.state.map.trust
    truth = opened.trust.shown
    search = NeighborSearch(spread.vectors, "cosine")
    places = opened.run.layout.positions[:, :2]
    kept = []
    for row in range(40):
        true = set(search.nearest(spread.vectors[row], 10, exclude=(row,))[0].tolist())
        gaps = np.linalg.norm(places - places[row], axis=1)
        gaps[row] = np.inf
        kept.append(len(true & set(np.argsort(gaps)[:10].tolist())) / 10)
    np.testing.assert_allclose(truth.shares, kept, atol=1e-6)
    assert f"{100 * np.mean(kept):.0f} % of the 10 true neighbors" in truth.words
    assert "all 40 rows" in truth.words
    assert isinstance(opened.view.scene.legend, ColorBar)
    session.show(session.state.listing(metric="euclidean"))
    idle(session)
    assert opened.trust.shown.request.metric == "euclidean"
    session.undo()
    session.undo()
    assert isinstance(opened.view.scene.legend, Categories)


def test_hovering_shows_the_true_neighbors(opened, session, idle, spread):
    opened.controls.trust.click()
    idle(session)
    linked = []
    opened.view.scene.set_links = lambda row, rows=(): linked.append((row, list(rows)))
    opened.view.row_hovered.emit(5)
    idle(session)
    expected, _ = NeighborSearch(spread.vectors).nearest(spread.vectors[5], 10, exclude=(5,))
    assert linked[-1] == (5, expected.tolist())
    opened.view.row_hovered.emit(-1)
    assert linked[-1] == (-1, [])


@pytest.fixture
def linked(window, idle, spread, mirrored):
    """Return two maps beside each other, of sets that share some labels."""
    state = add_map(State().opened(spread).opened(mirrored)).activated(spread)
    window.session.show(state.queried(25))
    idle(window.session)
    first, second = (pane for pane in window.panes if isinstance(pane, MapPane))
    for pane in (first, second):
        pane.view.animator.is_enabled = False
    return window, first, second


def test_each_map_has_its_set_and_what_is_chosen_is_brushed_by_label(linked, idle):
    window, first, second = linked
    session = window.session
    assert first.run.layout.vector_set.name == "mirrored"
    assert second.run.layout.vector_set.name == "spread"
    session.show(session.state.selecting([5, 20, 39]))
    idle(session)
    assert second.view.scene.canvas.highlights.selected.tolist() == [5, 20, 39]
    assert first.view.scene.canvas.highlights.selected.tolist() == [0, 19]  # row39 and row20.
    assert first.view.scene.canvas.highlights.query == 39 - 25


def test_a_click_in_another_map_makes_its_set_the_active_one(linked, idle):
    window, first, second = linked
    session = window.session
    first.view.row_clicked.emit(3, NONE)
    idle(session)
    assert session.state.active.name == "mirrored"
    assert session.state.map_key == first.key
    assert first.tool_row.property("inUse")
    assert not second.tool_row.property("inUse")
    assert second.view.scene.canvas.highlights.query == 36
    assert second.run.layout.vector_set.name == "spread"
    assert window.map_in_use is first
    session.undo()
    idle(session)
    assert session.state.active.name == "spread"
    assert window.map_in_use is second


def test_maps_are_set_one_by_one(linked, idle):
    window, first, second = linked
    first.controls.changed.emit({"is_3d": True})
    idle(window.session)
    assert first.view.camera.is_3d
    assert not second.view.camera.is_3d
    assert window.session.state.map_key == second.key
    box = first.controls.sets
    assert box.isVisible()
    box.setCurrentIndex(box.findText("spread"))
    box.activated.emit(box.currentIndex())
    idle(window.session)
    assert first.run.layout.vector_set is second.run.layout.vector_set


def test_maps_come_and_go(linked, idle):
    window, first, _ = linked
    window.trigger("view.add_map")
    idle(window.session)
    names = [pane.name for pane in window.panes if isinstance(pane, MapPane)]
    assert names == ["map", "map-2", "map-3"]
    window.trigger("view.close_map")
    window.trigger("view.close_map")
    idle(window.session)
    assert [pane.name for pane in window.panes if isinstance(pane, MapPane)] == ["map"]
    assert window.map_in_use is first
    assert not first.controls.sets.isVisible()
    window.session.undo()
    idle(window.session)
    assert "map-2" in window.docks
    window.trigger("view.close_map")


def test_closing_a_set_leaves_maps_of_the_others(linked, idle):
    window, first, second = linked
    state = window.session.state
    window.session.show(state.closed(state.active))
    idle(window.session)
    for pane in (first, second):
        assert pane.run.layout.vector_set.name == "mirrored"
        assert not pane.message_bar.text


def test_rows_without_a_number_are_said(opened, session, idle):
    numbers = [1.0, 2.0, None, None, 5.0]
    rows = VectorSet(np.eye(5), None, {"price": numbers}, "prices")
    session.show(State().opened(rows))
    session.show(session.state.mapped(session.state.map.colored_by("price")))
    idle(session)
    assert "2 without price" in opened.view.scene.caption
