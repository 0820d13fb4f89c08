"""The two views: cones at true angles, linear PCA, one side drawn a step, and the orbit."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from embedviz.app.state import State
from embedviz.core.query_vector import QueryVector
from embedviz.core.vector_set import VectorSet
from embedviz.gui.charts.numbers import percent
from embedviz.gui.points import orbit as orbit_module
from embedviz.panes.anisotropy.pictures import cone_of, enlargement, linear_picture
from embedviz.panes.anisotropy.settings import AnisotropySettings

LEFT = Qt.MouseButton.LeftButton


def unit(rows):
    rows = np.asarray(rows, float)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def turn(session, idle, position, **settings):
    state = session.state
    dial = replace(
        state[AnisotropySettings],
        centering=min(position, 1.0),
        strength=max(position - 1.0, 0.0),
        **settings,
    )
    session.show(state.with_settings(dial))
    idle(session)


def angles_to_pole(rows, before):
    pole = unit(before).mean(axis=0)
    cosines = unit(rows) @ (pole / np.linalg.norm(pole))
    return np.degrees(np.arccos(np.clip(cosines, -1, 1)))


@pytest.mark.parametrize("position", [0.0, 0.6, 1.0])
def test_both_views_have_the_cone_of_their_true_angles(opened, session, idle, narrow, position):
    turn(session, idle, position)
    rows = np.asarray(narrow.vectors, float)
    for view, shown in (
        (opened.spheres.before, rows),
        (opened.spheres.after, rows - position * rows.mean(axis=0)),
    ):
        (cone,) = view.scene.cones
        wanted = np.quantile(angles_to_pole(shown, rows), [0.05, 0.5, 0.95])
        assert (cone.low, cone.median, cone.high) == pytest.approx(tuple(wanted), abs=0.03)
        assert cone.texts[0] == f"median {wanted[1]:.0f}°"


def test_the_cone_opens_to_the_equator_and_not_back(opened, session, idle):
    medians = []
    for position in (0.0, 0.3, 0.6, 0.9, 1.0):
        turn(session, idle, position)
        medians.append(opened.spheres.after.scene.cones[0].median)
    assert medians == sorted(medians)
    assert medians[-1] == pytest.approx(90, abs=8)
    assert opened.spheres.before.scene.cones[0].median == pytest.approx(medians[0], abs=0.01)


def test_a_step_of_the_dial_draws_one_side_alone(opened, session, idle):
    opened.spheres.before.render_now()
    frames = opened.spheres.before.frames
    cones, after = opened.spheres.before.scene.cones, opened.spheres.after.frames
    for position in (0.4, 0.8, 1.2):
        turn(session, idle, position)
        opened.spheres.after.render_now()
    assert opened.spheres.before.frames == frames
    assert opened.spheres.before.scene.cones is cones
    assert opened.spheres.after.frames >= after + 3


def test_the_linear_view_is_chosen_undone_and_says_what_it_shows(
    opened, session, idle, narrow, qtbot
):
    turn(session, idle, 0.5)
    camera = opened.spheres.before.camera
    qtbot.mouseClick(opened.spheres.kinds.button(1), LEFT)
    idle(session)
    assert session.state[AnisotropySettings].view == "linear"
    rows = np.asarray(narrow.vectors, float)
    _, _, axes = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    for view, shown in (
        (opened.spheres.before, rows),
        (opened.spheres.after, rows - 0.5 * rows.mean(axis=0)),
    ):
        projected = unit(shown) @ axes[:3].T
        lengths = np.linalg.norm(projected, axis=1)
        share = f"show {percent(lengths.mean())} of the length of a row on average"
        assert share in view.scene.caption
        drawn = view.scene.canvas.positions
        factor = max(1.0, 0.95 / np.quantile(lengths, 0.98))
        np.testing.assert_allclose(np.linalg.norm(drawn, axis=1), factor * lengths, atol=1e-3)
        assert not view.scene.cones
        assert not view.scene.arrows
        assert {"PC 1", "PC 2", "PC 3"} <= {note.text for note in view.scene.notes}
    assert opened.spheres.before.camera == opened.spheres.after.camera == camera
    session.undo()
    idle(session)
    assert opened.spheres.before.scene.cones
    assert opened.spheres.kinds.button(0).isChecked()


def test_another_set_keeps_the_kind_of_view(opened, session, idle, narrow):
    turn(session, idle, 1.0, view="linear")
    other = VectorSet(narrow.vectors[:40], name="fewer")
    session.show(session.state.opened(other))
    idle(session)
    assert session.state[AnisotropySettings].view == "linear"
    assert len(opened.spheres.after.scene.canvas) == 40
    assert not opened.spheres.after.scene.cones


def test_a_query_that_is_no_row_is_marked_in_either_view(opened, session, idle, narrow):
    vector = np.asarray(narrow.vectors[3], np.float32)
    turn(session, idle, 0.5)
    session.show(session.state.queried_with(QueryVector("mine", vector)))
    idle(session)
    for kind in ("angles", "linear"):
        turn(session, idle, 0.5, view=kind)
        for view in (opened.spheres.before, opened.spheres.after):
            (marker,) = view.scene.markers.shown
            assert marker.text == "mine"
            np.testing.assert_allclose(marker.position, view.scene.canvas.positions[3], atol=2e-3)


def test_where_nothing_is_left_no_cone_is(opened, session, idle):
    session.show(State().opened(VectorSet(np.full((4, 3), 0.5, np.float32), name="equal")))
    idle(session)
    assert not opened.spheres.after.scene.cones
    assert not opened.spheres.after.scene.lines
    assert opened.spheres.before.scene.cones
    turn(session, idle, 0.5)
    assert opened.spheres.after.scene.cones[0].median == pytest.approx(0, abs=0.1)


def test_the_orbit_begins_by_a_button_ends_by_a_touch_and_the_camera_is_kept(
    opened, session, qtbot, monkeypatch
):
    monkeypatch.setattr(orbit_module, "prefers_reduced_motion", lambda: False)
    spheres = opened.spheres
    before = session.state
    qtbot.mouseClick(spheres.turning, LEFT)
    spheres.orbit.tick()
    assert session.state == before  # Nothing to undo while it turns.
    qtbot.waitUntil(lambda: spheres.before.camera.azimuth != -np.radians(60))
    qtbot.mousePress(spheres.after, LEFT, pos=QPoint(5, 5))
    qtbot.mouseRelease(spheres.after, LEFT, pos=QPoint(5, 5))
    assert not spheres.turning.isChecked()
    assert session.state[AnisotropySettings].camera == spheres.before.camera
    assert spheres.before.camera == spheres.after.camera


def test_the_orbit_ends_with_the_set(opened, session, qtbot, monkeypatch, idle):
    monkeypatch.setattr(orbit_module, "prefers_reduced_motion", lambda: False)
    opened.spheres.turning.setChecked(True)
    session.show(State())
    idle(session)
    assert not opened.spheres.orbit.is_running


def test_texts_of_narrow_bands_have_a_decimal():
    from embedviz.core.anisotropy.cone_view import AngleBand

    assert cone_of(AngleBand(39.2, 48.1, 57.4), "#000000").texts == (
        "median 48°",
        "5–95 %: 39–57°",
    )
    assert cone_of(AngleBand(1.24, 2.0, 2.96), "#000000").texts == (
        "median 2.0°",
        "5–95 %: 1.2–3.0°",
    )


def test_a_linear_picture_of_no_rows_is_empty():
    from embedviz.core.anisotropy.cone import Cone

    view = Cone(np.zeros((0, 4), np.float32)).before
    assert enlargement(view) >= 1
    assert linear_picture(view).caption == ""
