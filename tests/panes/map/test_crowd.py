"""A map of more points than it has room for, which shows their density by itself."""

from dataclasses import replace

import numpy as np
import pytest

from embedviz.app.files.values import from_json, to_json
from embedviz.app.map_settings import MapSettings
from embedviz.app.state import State
from embedviz.core.projections.columns import CoordinateColumns
from embedviz.core.vector_set import VectorSet
from embedviz.gui.points.point_colors import usual_opacity
from embedviz.panes.map.crowd import AS_CHOSEN, BY_ITSELF, CROWDED


def crowd_of(count):
    places = np.random.default_rng(0).random((count, 2))
    return VectorSet(places, None, {"x": places[:, 0], "y": places[:, 1]}, f"crowd of {count}")


@pytest.fixture
def show(pane, session, idle):
    """Return a function that shows a set with these settings of the map."""

    pane.resize(460, 340)  # Where few points are a crowd.

    def show_set(vector_set, **settings):
        state = State().opened(vector_set)
        chosen = replace(state.map, projection=CoordinateColumns(("x", "y")), **settings)
        session.show(state.mapped(chosen))
        idle(session)
        pane.view.animator.is_enabled = False

    show_set(crowd_of(100))
    assert not is_density(pane)
    return show_set


def count_for(pane, share):
    """Return how many points are this share of those from which on it is crowded."""
    area = pane.view.viewport.area()
    return int(share * CROWDED * area.width() * area.height())


@pytest.fixture
def look(pane, session, idle):
    """Return a function that shows all, so many times as large."""

    def zoom(factor):
        pane.view.fit()
        camera = pane.view.camera.zoomed(factor) if factor != 1 else None
        session.show(session.state.mapped(replace(session.state.map, camera=camera)))
        idle(session)

    return zoom


def is_density(pane):
    return pane.view.scene.canvas.is_density


def test_density_where_there_is_no_room_and_points_where_there_is(pane, show, look, session):
    show(crowd_of(count_for(pane, 1.5)))
    assert is_density(pane)
    assert pane.controls.density.isChecked()
    assert BY_ITSELF in session.description
    # Not half as near, there is four times the room.
    look(2.0)
    assert not is_density(pane)
    assert not pane.controls.density.isChecked()
    assert "density" not in session.description
    look(1)
    assert is_density(pane)
    pane.view.camera_control.zoom(2.0, pane.view.viewport.area().center())
    assert not is_density(pane)


def test_it_is_decided_again_for_another_size(pane, show):
    show(crowd_of(count_for(pane, 0.8)))
    assert not is_density(pane)
    pane.resize(pane.width() // 2, pane.height())
    assert is_density(pane)


def test_one_click_shows_the_points_and_stays(pane, show, look, session, idle):
    show(crowd_of(count_for(pane, 1.5)))
    pane.controls.density.click()
    idle(session)
    assert session.state.map.density is False
    assert not is_density(pane)
    look(2.0)
    look(1)
    assert not is_density(pane)
    for _ in range(3):
        session.undo()
    idle(session)
    assert is_density(pane)
    assert session.state.map.density is None


def test_density_that_was_chosen_stays_however_near(pane, show, look, session):
    show(crowd_of(100), density=True)
    assert AS_CHOSEN in session.description
    look(30.0)
    assert is_density(pane)


@pytest.mark.parametrize("density", [None, True, False])
def test_sessions_keep_what_was_chosen(density):
    settings = MapSettings(density=density)
    assert from_json(MapSettings, to_json(settings)) == settings


def test_points_are_fainter_the_more_crowded_they_are(pane, show, look):
    opacities = [usual_opacity(10.0**power) for power in range(9)]
    assert opacities[:5] == [1.0] * 5
    assert opacities == sorted(opacities, reverse=True)
    assert opacities[-1] == 0.4
    show(crowd_of(50_000), density=False)
    canvas = pane.view.scene.canvas

    def faintest():
        drawn = canvas.drawn_points(pane.view.viewport.frame())
        return int((drawn.faint >> 24).min())

    overview = faintest()
    look(3.0)
    assert faintest() > overview
