"""The place of texts on a map: exact where there is one, else between neighbors; always said."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from embedviz.app.layouts import Layout
from embedviz.app.linked_maps import add_map
from embedviz.app.state import State
from embedviz.app.texts.pinned import with_texts
from embedviz.core.derivation.recipes import Truncated, Whitened
from embedviz.core.projections import PCA, UMAP
from embedviz.core.projections.chosen_axes import ChosenAxes, axis_between
from embedviz.core.projections.columns import CoordinateColumns
from embedviz.core.projections.out_of_sample import place_near
from embedviz.core.query_vector import QueryVector
from embedviz.core.vector_set import VectorSet
from embedviz.panes.map import MapPane
from embedviz.panes.map.text_markers import COUNT

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def text(toy_encoder, toy_texts):
    def make(name):
        vector = np.float32(toy_encoder.vector(name))
        return QueryVector(name, vector, toy_texts.origin.encoder)

    return make


@pytest.fixture
def opened(pane, session, idle, toy_texts):
    session.show(State().opened(toy_texts).queried(0))
    idle(session)
    pane.view.animator.is_enabled = False
    return pane


def shown(pane):
    return [(each.text, each.is_query) for each in pane.view.scene.markers.shown]


def place_of(pane, name):
    markers = pane.view.scene.markers
    return markers.places[[each.text for each in markers.shown].index(name)]


def project(session, projection, **changes):
    settings = replace(session.state.map.projected_by(projection), **changes)
    session.show(session.state.mapped(settings))


def between_neighbors(layout, vector, count=COUNT):
    """Return where the mean of the nearest rows is, by NumPy."""
    rows = layout.vector_set.vectors.astype(float)
    cosines = rows @ vector / np.linalg.norm(rows, axis=1) / np.linalg.norm(vector)
    near = np.argsort(-cosines, kind="stable")[:count]
    weights = 1 / (1 - cosines[near]) ** 2
    return weights @ layout.positions[near] / weights.sum()


@pytest.mark.parametrize("is_3d", [False, True])
def test_principal_components_place_a_text_exactly(opened, session, idle, text, toy_texts, is_3d):
    project(session, PCA(), is_3d=is_3d)
    session.show(session.state.queried_with(text("a dog sleeps")))
    idle(session)
    fitted = PCA().fit(toy_texts.vectors)
    expected = fitted.transform(text("a dog sleeps").vector[np.newaxis])[0]
    assert shown(opened) == [("a dog sleeps", True)]
    size = 2 + is_3d
    np.testing.assert_allclose(place_of(opened, "a dog sleeps")[:size], expected[:size], atol=1e-5)
    assert "“a dog sleeps” exactly placed" in opened.view.scene.caption


def test_chosen_axes_place_it_exactly(opened, session, idle, text, toy_texts):
    axis = axis_between(toy_texts, [0], [10])
    project(session, ChosenAxes((axis,)))
    session.show(session.state.queried_with(text("a dog sleeps")))
    idle(session)
    rows = toy_texts.vectors.astype(float)
    direction = (rows[10] - rows[0]) / np.linalg.norm(rows[10] - rows[0])
    expected = text("a dog sleeps").vector @ direction
    assert place_of(opened, "a dog sleeps")[0] == pytest.approx(expected, abs=1e-5)
    assert "exactly placed" in opened.view.scene.caption


def test_umap_has_no_place_so_it_lies_between_its_neighbors(opened, session, idle, text):
    project(session, UMAP(n_neighbors=5))
    session.show(session.state.queried_with(text("a dog sleeps")))
    idle(session)
    layout = opened.run.layout
    expected = between_neighbors(layout, text("a dog sleeps").vector.astype(float))
    np.testing.assert_allclose(place_of(opened, "a dog sleeps")[:2], expected, rtol=1e-4)
    said = "“a dog sleeps” at the mean of its 15 neighbors, as UMAP gives no exact place"
    assert said in opened.view.scene.caption


def test_so_do_places_of_a_file(opened, session, idle, toy_texts, text):
    metadata = {"x": np.arange(48.0), "y": np.arange(48.0) ** 2}
    placed = VectorSet(
        toy_texts.vectors, toy_texts.labels, metadata, "placed", origin=toy_texts.origin
    )
    session.show(session.state.opened(placed).queried_with(text("a dog sleeps")))
    project(session, CoordinateColumns(("x", "y")))
    idle(session)
    expected = between_neighbors(opened.run.layout, text("a dog sleeps").vector.astype(float))
    np.testing.assert_allclose(place_of(opened, "a dog sleeps")[:2], expected, rtol=1e-4)


def test_a_text_that_is_a_row_lies_on_it(opened, session, idle, toy_texts, text):
    row = 20
    session.show(session.state.queried_with(text(toy_texts.labels[row])))
    for projection in (UMAP(n_neighbors=5), PCA()):
        project(session, projection)
        idle(session)
        place = place_of(opened, toy_texts.labels[row])[:2]
        np.testing.assert_allclose(place, opened.run.layout.positions[row, :2], atol=1e-3)


def test_with_euclidean_distances_as_the_method_has_them(opened, session, idle, text):
    project(session, UMAP(n_neighbors=5, metric="euclidean"))
    session.show(session.state.queried_with(text("a dog")))
    idle(session)
    layout, vector = opened.run.layout, text("a dog").vector
    distances = np.linalg.norm(layout.vector_set.vectors - vector, axis=1)
    near = np.argsort(distances, kind="stable")[:COUNT]
    expected = place_near(layout.positions, near, distances[near])
    np.testing.assert_allclose(place_of(opened, "a dog")[:2], expected, rtol=1e-4)


@pytest.mark.parametrize("recipe", [Truncated(4), Whitened(n_components=6)])
def test_it_follows_into_a_derived_set(opened, session, idle, toy_texts, text, recipe):
    session.show(session.state.queried_with(text("a dog sleeps")))
    derived = recipe.derive(toy_texts)
    session.show(session.state.derived(derived))
    idle(session)
    vector = derived.transform_query(text("a dog sleeps").vector)
    expected = PCA().fit(derived.vectors).transform(vector[np.newaxis])[0]
    np.testing.assert_allclose(place_of(opened, "a dog sleeps")[:2], expected[:2], atol=1e-4)


def test_a_pasted_vector_has_a_place_too(opened, session, idle, toy_texts):
    mine = QueryVector("pasted vector", toy_texts.vectors[[3, 4]].mean(axis=0))
    session.show(session.state.queried_with(mine))
    idle(session)
    expected = opened.run.layout.positions[[3, 4], :2].mean(axis=0)
    np.testing.assert_allclose(place_of(opened, "pasted vector")[:2], expected, atol=1e-5)


def test_zeros_are_said_and_not_placed(opened, session, idle):
    session.show(session.state.queried_with(QueryVector("nothing", np.zeros(12, np.float32))))
    idle(session)
    assert shown(opened) == []
    assert "“nothing” not placed: all zeros" in opened.view.scene.caption
    # Not even where zeros become something else on the way.
    session.show(session.state.derived(Whitened().derive(session.state.active)))
    idle(session)
    assert shown(opened) == []


def test_zeros_on_a_prefix_are_said(opened, session, idle, toy_texts):
    vector = np.zeros(12, np.float32)
    vector[9] = 1
    session.show(session.state.queried_with(QueryVector("late", vector)))
    idle(session)
    assert shown(opened) == [("late", True)]
    session.show(session.state.derived(Truncated(4).derive(toy_texts)))
    idle(session)
    assert shown(opened) == []
    assert "“late” not placed: all zeros" in opened.view.scene.caption


def test_a_row_as_the_query_takes_the_marker_away(opened, session, idle, text):
    session.show(session.state.queried_with(text("a dog")))
    idle(session)
    session.show(session.state.queried(5))
    idle(session)
    assert shown(opened) == []
    assert "a dog" not in opened.view.scene.caption
    session.undo()
    idle(session)
    assert shown(opened) == [("a dog", True)]


def test_several_texts_and_a_click(opened, session, idle, text, qtbot):
    texts = [text("a dog"), text("a ship storm"), text("bread now")]
    session.show(with_texts(session.state, texts).queried_with(texts[0]))
    idle(session)
    assert shown(opened) == [("a dog", True), ("a ship storm", False), ("bread now", False)]
    assert "3 texts exactly placed" in opened.view.scene.caption
    place = opened.view.scene.markers.place_of(1, opened.view.viewport.frame()).toPoint()
    qtbot.mouseClick(opened.view, LEFT, pos=place)
    idle(session)
    assert session.state.query_vector is texts[1]
    assert sorted(shown(opened)) == sorted(
        [("a dog", False), ("a ship storm", True), ("bread now", False)]
    )
    project(session, UMAP(n_neighbors=5))
    idle(session)
    said = "3 texts at the means of their 15 neighbors, as UMAP gives no exact places"
    assert said in opened.view.scene.caption


def test_under_the_mouse_it_says_the_text_and_how_it_came_there(opened, session, idle, text, qtbot):
    long = "the dog sleeps " * 30
    texts = [text("a ship"), text(long)]
    session.show(with_texts(session.state, texts).queried_with(texts[0]))
    idle(session)
    view, card = opened.view, opened.hover.card
    markers = view.scene.markers
    view.mouse.hover(QPointF(markers.place_of(1, view.viewport.frame())))
    qtbot.waitUntil(card.isVisible)
    said = card.accessibleDescription().splitlines()
    assert said == [
        long.strip(),
        "Exactly where PCA puts its vector.",
        "Click to list its neighbors.",
    ]
    row = view.viewport.place_of(30)
    if markers.at(row, view.viewport.frame) < 0:
        view.mouse.hover(row)
        assert card.row == 30
    view.mouse.hover(QPointF(-5, -5))
    qtbot.waitUntil(lambda: not card.isVisible())


def test_it_walks_with_the_points_to_another_layout(opened, session, idle, text):
    session.show(session.state.queried_with(text("a dog")))
    project(session, UMAP(n_neighbors=5))
    idle(session)
    before = opened.view.scene.markers.spots()["a dog"]
    opened.view.animator.is_enabled = True
    project(session, PCA())
    opened.view.animator.show_step(0.5)
    middle = opened.view.scene.markers.spots()["a dog"]
    opened.view.animator.finish()
    after = opened.view.scene.markers.spots()["a dog"]
    assert not np.allclose(middle, before)
    assert not np.allclose(middle, after)
    np.testing.assert_array_equal(after, opened.view.scene.markers.places[0])


def test_it_goes_along_while_points_are_laid_out(opened, session, idle, text, toy_texts):
    session.show(session.state.queried_with(text("a dog")))
    idle(session)
    located = opened.texts._located[session.state.query_vector]
    for seed in (1, 2):
        moved = np.random.default_rng(seed).normal(size=(48, 2)).astype(np.float32)
        opened.run.streamed = moved
        opened.run.moved.emit(moved, seed == 1)
        expected = place_near(moved, located.rows, located.distances)
        np.testing.assert_allclose(place_of(opened, "a dog")[:2], expected)
    opened.run.streamed = None


def test_it_is_on_the_map_of_another_set_with_its_encoder(
    opened, session, idle, text, toy_texts, toy, qtbot
):
    """The map in use shows one set, another one stays with the first."""
    session.show(session.state.queried_with(text("a dog")))
    session.show(add_map(session.state))
    other = MapPane(session, 1)
    qtbot.addWidget(other)
    other.resize(600, 400)
    with qtbot.waitExposed(other):
        other.show()
    same = VectorSet(toy_texts.vectors[::-1], toy_texts.labels[::-1], origin=toy_texts.origin)
    session.show(session.state.opened(same))
    idle(session)
    assert {each.choices.vector_set for each in (opened, other)} == {toy_texts, same}
    assert shown(opened) == shown(other) == [("a dog", True)]
    session.show(session.state.opened(toy))
    idle(session)
    in_use = next(each for each in (opened, other) if each.choices.is_in_use)
    assert shown(in_use) == []


def test_clicking_on_another_map_works_in_that_one(opened, session, idle, text, toy_texts, qtbot):
    session.show(with_texts(session.state, [text("a dog")]))
    session.show(add_map(session.state))
    other = MapPane(session, 1)
    qtbot.addWidget(other)
    other.resize(600, 400)
    with qtbot.waitExposed(other):
        other.show()
    idle(session)
    not_in_use = next(each for each in (opened, other) if not each.choices.is_in_use)
    not_in_use.view.scene.markers.clicked.emit(0, Qt.KeyboardModifier.NoModifier)
    assert session.state.map_key == not_in_use.key
    assert session.state.query_vector is session.state.texts[0]


def test_a_closed_set_is_let_go(opened, session, idle, text, toy_texts):
    session.show(with_texts(session.state, [text("a dog")]).queried_with(text("a ship")))
    idle(session)
    session.show(session.state.closed(toy_texts))
    idle(session)
    assert shown(opened) == []
    assert opened.texts.shown == ()


def test_a_stopped_layout_is_not_exact(opened, session, idle, text):
    session.show(session.state.queried_with(text("a dog")))
    idle(session)
    layout = opened.run.layout
    stopped = Layout(layout.vector_set, UMAP(), layout.positions[:, :2], "stopped", (), 0.5)
    said = opened.texts.look_up(session.state, stopped)
    assert said == "“a dog” at the mean of its 15 neighbors, as UMAP gives no exact place"
