"""States between two states."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.app.animation.between import state_between
from embedviz.app.map_settings import MapSettings
from embedviz.app.state import State
from embedviz.core.derivation.recipes import Truncated
from embedviz.core.drawing.camera import Camera
from embedviz.core.projections import PCA, UMAP
from embedviz.core.vector_set import VectorSet
from embedviz.panes.anisotropy.settings import AnisotropySettings
from embedviz.panes.contrastive.settings import ContrastiveSettings
from embedviz.panes.matryoshka.settings import MatryoshkaSettings

ROWS = np.random.default_rng(0).normal(size=(12, 8)).astype(np.float32)
WORDS = VectorSet(ROWS, [f"w{i}" for i in range(12)])
OTHERS = VectorSet(ROWS[:5], list("abcde"))
OPEN = State().opened(WORDS)

fractions = st.floats(0, 1, allow_nan=False)


def test_the_ends_are_the_states_themselves():
    after = OPEN.queried(3)
    assert state_between(OPEN, after, 0.0) is OPEN
    assert state_between(OPEN, after, 1.0) is after
    assert state_between(OPEN, OPEN, 0.5) is OPEN


def test_whole_numbers_stay_whole_and_all_stands_for_a_number():
    after = OPEN.with_settings(MatryoshkaSettings(dimensions=2)).listing(20)
    middle = state_between(OPEN, after, 0.5)
    assert middle[MatryoshkaSettings].dimensions == 4  # By equal factors: 8, 4, 2.
    assert middle.count == 15
    near = state_between(OPEN, after, 0.001)
    assert near[MatryoshkaSettings].dimensions is None  # All 8 again.


def test_temperatures_move_by_equal_factors():
    before = OPEN.with_settings(ContrastiveSettings(temperature=0.01, noise=0.2))
    after = OPEN.with_settings(ContrastiveSettings(temperature=1.0, noise=0.4))
    middle = state_between(before, after, 0.5)[ContrastiveSettings]
    assert middle.temperature == pytest.approx(0.1)
    assert middle.noise == pytest.approx(0.3)


def test_a_number_that_is_one_of_some_choices_is_always_one_of_them():
    before = OPEN.with_settings(ContrastiveSettings(pace=10))
    after = OPEN.with_settings(ContrastiveSettings(pace=0))
    found = {state_between(before, after, i / 10)[ContrastiveSettings].pace for i in range(11)}
    assert found == {10, 0}


def test_the_whitening_dial_turns_as_a_whole():
    before = OPEN.with_settings(AnisotropySettings().at(0.0))
    after = OPEN.with_settings(AnisotropySettings().at(2.0))
    for fraction in (0.25, 0.5, 0.75):
        dial = state_between(before, after, fraction)[AnisotropySettings]
        assert dial.position == pytest.approx(2 * fraction)


def test_what_is_chosen_changes_in_the_middle():
    before = OPEN.queried(1)
    after = OPEN.queried(7).with_settings(MatryoshkaSettings(precision="int8"))
    after = after.mapped(replace(after.map, labels=False))
    early, late = state_between(before, after, 0.49), state_between(before, after, 0.5)
    assert (early.query, early.selected) == (before.query, before.selected)
    assert (late.query, late.selected) == (after.query, after.selected)
    assert (early.map.labels, late.map.labels) == (True, False)
    assert early[MatryoshkaSettings].precision == "float32"
    assert late[MatryoshkaSettings].precision == "int8"


def seen_by(camera: Camera) -> State:
    return OPEN.mapped(replace(OPEN.map, camera=camera))


def test_cameras_go_the_shorter_way_around():
    first = Camera(azimuth=math.radians(170), scale=1.0, is_3d=True)
    last = Camera(azimuth=math.radians(-170), scale=4.0, is_3d=True)
    camera = state_between(seen_by(first), seen_by(last), 0.5).map.camera
    assert abs(math.remainder(camera.azimuth - math.pi, math.tau)) < 1e-9
    assert camera.scale == pytest.approx(2.0)


@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(-1.5, 1.5), st.floats(-1.5, 1.5), fractions)
def test_no_way_around_is_longer_than_half_a_turn(one, other, low, high, fraction):
    first = Camera(azimuth=one, elevation=low, is_3d=True)
    last = Camera(azimuth=other, elevation=high, is_3d=True)
    camera = state_between(seen_by(first), seen_by(last), fraction).map.camera
    gone = abs(math.remainder(camera.azimuth - one, math.tau))
    whole = abs(math.remainder(other - one, math.tau))
    assert gone <= whole + 1e-9
    assert min(low, high) - 1e-9 <= camera.elevation <= max(low, high) + 1e-9


def test_another_layout_is_shown_from_the_start_with_its_camera():
    before = OPEN.mapped(MapSettings(projection=PCA(), camera=Camera(scale=3.0)))
    after = OPEN.mapped(MapSettings(projection=UMAP(), label_scale=2.0))
    early = state_between(before, after, 0.01).map
    assert (early.projection, early.camera) == (UMAP(), None)
    assert 1.0 < early.label_scale < 1.1


def test_a_set_of_the_same_rows_is_shown_from_the_start():
    white = Truncated(4).derive(WORDS)
    both = OPEN.derived(white).activated(WORDS)
    early = state_between(both, both.activated(white).queried(4), 0.01)
    assert early.active is white
    assert early.query == both.query


def test_a_set_of_other_rows_is_cut_to_in_the_middle():
    after = OPEN.opened(OTHERS)
    assert state_between(OPEN, after, 0.49) is OPEN
    assert state_between(OPEN, after, 0.51) is after


def test_every_set_that_is_shown_is_in_the_library():
    white = Truncated(4).derive(WORDS)
    after = OPEN.derived(white)
    for fraction in (0.1, 0.9):
        state = state_between(OPEN, after, fraction)
        assert state.active in state.sets


def test_maps_of_other_sets_keep_their_sets():
    two = OPEN.opened(OTHERS).activated(WORDS)
    two = replace(two, maps=(*two.maps, MapSettings(key=1, vector_set=OTHERS)))
    after = two.with_active_map(1)
    for fraction in (0.2, 0.8):
        state = state_between(two, after, fraction)
        assert state.map.vector_set is None
        assert state.set_of(0) is WORDS
        assert state.set_of(1) is OTHERS


@given(fractions, st.integers(1, 8), st.integers(1, 8), st.floats(0, 2), st.floats(0, 2))
def test_whatever_is_between_is_a_state_that_can_be_reached(fraction, one, two, low, high):
    before = OPEN.with_settings(MatryoshkaSettings(dimensions=one))
    before = before.with_settings(AnisotropySettings().at(low))
    after = OPEN.with_settings(MatryoshkaSettings(dimensions=two))
    after = after.with_settings(AnisotropySettings().at(high))
    state = state_between(before, after, fraction)
    for settings in state.settings.values():
        assert settings.fits(WORDS)
    length = state[MatryoshkaSettings].length(WORDS)
    assert min(one, two) <= length <= max(one, two)
