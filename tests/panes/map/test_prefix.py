"""A map that follows the length of the Matryoshka slider."""

import threading

import numpy as np
import pytest

from embedviz.app.linked_maps import add_map
from embedviz.app.state import State
from embedviz.core.projections import UMAP, PrefixPCA
from embedviz.core.projections.pca import PCA
from embedviz.core.vector_set import VectorSet
from embedviz.panes.matryoshka.settings import MatryoshkaSettings


@pytest.fixture
def cloud():
    rng = np.random.default_rng(2)
    vectors = (rng.normal(size=(80, 24)) * np.geomspace(2, 0.3, 24) + 0.3).astype(np.float32)
    return VectorSet(vectors, [f"row{i}" for i in range(80)], name="cloud")


@pytest.fixture
def opened(pane, session, idle, cloud):
    session.show(State().opened(cloud))
    session.show(session.state.mapped(session.state.map.projected_by(PCA())))
    idle(session)
    pane.view.animator.is_enabled = False
    pane.view.render_now()
    return pane


def positions(pane):
    return pane.view.scene.canvas.positions[:, : pane.choices.n_components]


def dial(session, length):
    session.show(session.state.with_settings(MatryoshkaSettings(length)))


def expected(cloud, length, n_components=2):
    return PrefixPCA(length).fit_transform(cloud.vectors, n_components)


def test_a_map_follows_the_slider_where_it_is_asked_to(opened, session, idle, cloud):
    dial(session, 8)
    idle(session)
    assert session.state.map.projection == PCA()  # Off by itself.
    assert not opened.controls.follow.isChecked()
    opened.controls.follow.click()
    idle(session)
    assert opened.controls.follow.isChecked()
    assert opened.controls.method.currentText() == PrefixPCA.name
    np.testing.assert_allclose(positions(opened), expected(cloud, 8), atol=1e-6)
    assert "PCA of the first 8 of 24 dimensions" in opened.view.scene.caption
    assert "PCA of the first 8 of 24 dimensions" in session.description
    dial(session, 5)
    idle(session)
    np.testing.assert_allclose(positions(opened), expected(cloud, 5), atol=1e-6)
    dial(session, None)
    idle(session)
    np.testing.assert_allclose(positions(opened), expected(cloud, 24), atol=1e-6)
    assert "PCA of all 24 dimensions" in opened.view.scene.caption


def test_the_settings_say_that_it_follows_whatever_the_length_is_now(opened, session, idle):
    opened.controls.follow.click()
    dial(session, 8)
    idle(session)
    opened.controls.row.click()
    assert opened.row.settings == PrefixPCA()
    opened.row.run_wanted.emit(PrefixPCA(6))
    idle(session)
    assert session.state.map.projection == PrefixPCA(6)
    assert not opened.controls.follow.isChecked()
    assert opened.row.settings == PrefixPCA(6)


def test_the_map_that_was_there_before_comes_back(opened, session, idle):
    before = positions(opened).copy()
    opened.controls.follow.click()
    idle(session)
    assert not np.allclose(positions(opened), before)
    opened.controls.follow.click()
    idle(session)
    assert session.state.map.projection == PCA()
    assert not opened.controls.follow.isChecked()
    np.testing.assert_array_equal(positions(opened), before)


def test_a_method_that_is_chosen_ends_it(opened, session, idle):
    opened.controls.follow.click()
    idle(session)
    box = opened.controls.method
    box.setCurrentIndex(box.findText("PCA"))
    box.activated.emit(box.currentIndex())
    idle(session)
    assert session.state.map.projection == PCA()
    assert not opened.controls.follow.isChecked()


def test_a_length_of_its_own_does_not_follow(opened, session, idle, cloud):
    session.show(session.state.mapped(session.state.map.projected_by(PrefixPCA(6))))
    dial(session, 12)
    idle(session)
    assert not opened.controls.follow.isChecked()
    np.testing.assert_allclose(positions(opened), expected(cloud, 6), atol=1e-6)


def test_three_axes_follow_too_and_what_is_selected_stays(opened, session, idle, cloud):
    opened.controls.follow.click()
    opened.choices.change(is_3d=True)
    session.show(session.state.selecting([3, 5, 8]))
    idle(session)
    opened.controls.lasso.click()
    dial(session, 7)
    idle(session)
    np.testing.assert_allclose(positions(opened), expected(cloud, 7, 3), atol=1e-6)
    assert session.state.selected.rows.tolist() == [3, 5, 8]
    assert opened.controls.lasso.isChecked()


def test_a_view_that_was_chosen_is_kept_while_the_points_move(opened, session, idle):
    opened.controls.follow.click()
    idle(session)
    camera = opened.view.camera.fitted(positions(opened)[:20], aspect=1.0)
    opened.choices.change(camera=camera)
    dial(session, 9)
    idle(session)
    assert session.state.map.camera == camera
    assert opened.view.camera == camera


def test_steps_of_a_drag_do_not_put_each_other_off(
    opened, session, qtbot, idle, cloud, monkeypatch
):
    """What is at work is shown when it comes, and then the newest alone; none between is made."""
    opened.controls.follow.click()
    idle(session)
    may_go, made = threading.Event(), []
    place = PrefixPCA.place

    def slowly(self, *rest):
        made.append(self.dimensions)
        assert may_go.wait(30)
        return place(self, *rest)

    shown = []
    opened.run.arrived.connect(lambda: shown.append(opened.run.layout.projection.dimensions))
    monkeypatch.setattr(PrefixPCA, "place", slowly)
    for length in (20, 19, 15, 11, 10):
        dial(session, length)
    qtbot.waitUntil(lambda: made == [20])
    may_go.set()
    idle(session)
    assert made == [20, 10]
    assert shown == [20, 10]
    np.testing.assert_allclose(positions(opened), expected(cloud, 10), atol=1e-6)


def test_what_is_late_is_not_shown_once_another_method_is_wanted(
    opened, session, qtbot, idle, monkeypatch
):
    before = positions(opened).copy()
    may_go, place = threading.Event(), PrefixPCA.place

    def slowly(self, *rest):
        assert may_go.wait(30)
        return place(self, *rest)

    monkeypatch.setattr(PrefixPCA, "place", slowly)
    opened.controls.follow.click()
    qtbot.waitUntil(lambda: opened.run.task.is_busy)
    opened.controls.follow.click()
    may_go.set()
    idle(session)
    np.testing.assert_array_equal(positions(opened), before)


def test_a_drag_keeps_the_layouts_that_took_long(opened, session, idle, cloud):
    slow = UMAP(n_neighbors=5)
    from embedviz.app.layouts import Layout, LayoutRequest

    kept = Layout(cloud, slow, np.zeros((80, 2), np.float32), "", stopped_at=0.5)
    session.layouts.keep(kept)
    opened.controls.follow.click()
    for length in range(2, 22):
        dial(session, length)
        idle(session)
    assert session.layouts.known(LayoutRequest(cloud, slow, 2)) is kept
    assert session.layouts.known(LayoutRequest(cloud, PrefixPCA(5), 2)) is None
    assert session.layouts.known(LayoutRequest(cloud, PrefixPCA(21), 2)) is not None


def test_each_of_several_maps_follows_as_far_as_its_set_goes(opened, session, idle, cloud):
    short = VectorSet(cloud.vectors[:, :6].copy(), cloud.labels, name="short")
    opened.controls.follow.click()
    session.show(add_map(session.state).opened(short))
    session.show(session.state.with_active_map(0))
    dial(session, 10)
    assert session.state.map_of(0).projection == PrefixPCA()
    idle(session)
    np.testing.assert_allclose(positions(opened), expected(cloud, 10), atol=1e-6)
    assert session.state.settings.prefix == 10


def test_stop_keeps_the_picture_at_hand(opened, session, qtbot, idle, cloud, monkeypatch):
    opened.controls.follow.click()
    dial(session, 9)
    idle(session)
    may_go = threading.Event()

    def wait(self, vector_set, n_components, report, *rest):
        while not may_go.wait(0.005):
            report(0.1, "waiting")
        raise AssertionError("not stopped")

    monkeypatch.setattr(PrefixPCA, "place", wait)
    dial(session, 4)
    qtbot.waitUntil(lambda: opened.run.task.is_busy)
    opened.run.stop()
    idle(session)
    np.testing.assert_allclose(positions(opened), expected(cloud, 9), atol=1e-6)
