"""Scenes are taken, changed, put in order and shown again, and undo takes each step back."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.app.scenes.scene import LONGEST_NAME
from embedviz.app.scenes.sequence import (
    MOST_SCENES,
    duplicated,
    moved,
    noted,
    open_again,
    place_of,
    removed,
    renamed,
    retaken,
    scene_called,
    scene_of,
    showing,
    taking,
    what_is_missing,
)
from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.core.drawing.camera import Camera
from embedviz.core.errors import UserError
from embedviz.core.vector_set import VectorSet
from embedviz.panes.anisotropy.settings import AnisotropySettings


def some_set(name, n=6):
    rng = np.random.default_rng(len(name))
    return VectorSet(rng.normal(size=(n, 4)), [f"w{i}" for i in range(n)], None, name)


@pytest.fixture
def first():
    return some_set("first")


@pytest.fixture
def second():
    return some_set("second")


def taken(state, *names):
    for name in names:
        state = taking(state, "map", name)
    return state


def names(state):
    return [each.name for each in state.scenes]


def test_a_scene_shows_what_was_shown(first, second):
    state = State().opened(first).queried(2).selecting([1, 2])
    state = state.with_settings(AnisotropySettings(strength=0.3))
    state = state.mapped(replace(state.map, camera=Camera(scale=3.0)))
    state = taking(state, "anisotropy", "Before")
    later = state.opened(second).queried(4).with_settings(AnisotropySettings())
    shown = showing(later, later.scenes[0])
    assert replace(shown, sets=state.sets, left=()) == replace(state, left=())
    assert shown.sets == (first, second)  # What is open stays open.
    assert shown.scenes == later.scenes


def test_a_scene_has_no_scenes_and_shares_what_it_holds(first):
    state = taken(State().opened(first).selecting(range(4)), "a", "b", "c")
    assert all(each.look.scenes == () and each.look.sets == () for each in state.scenes)
    assert all(each.look.selected is state.selected for each in state.scenes)
    assert state.nbytes == replace(state, scenes=()).nbytes


def test_names_are_told_apart(first):
    state = taken(State().opened(first), "King", "King", "King 2", "", "x" * 200, "a\n b")
    assert names(state)[:4] == ["King", "King 2", "King 3", "Scene"]
    assert len(names(state)[4]) <= LONGEST_NAME
    assert names(state)[5] == "a b"
    assert names(duplicated(state, 1))[:2] == ["King", "King 4"]


def test_a_scene_is_renamed_noted_taken_anew_and_removed(first):
    state = taken(State().opened(first), "a", "b")
    assert names(renamed(state, 2, "  c\tc ")) == ["a", "c c"]
    assert names(renamed(state, 2, "  ")) == ["a", "b"]
    assert scene_of(noted(state, 1, "Say hello."), 1).note == "Say hello."
    anew = retaken(noted(state, 1, "Say hello.").queried(3), 1, "analogies")
    assert (anew.scenes[0].pane, anew.scenes[0].look.query) == ("analogies", 3)
    assert (anew.scenes[0].name, anew.scenes[0].note) == ("a", "Say hello.")
    assert names(removed(state, 1)) == ["b"]
    assert taking(removed(state, 2), "map", "new").scenes[-1].key == 2


def test_a_new_scene_follows_the_one_that_is_chosen(first):
    state = taken(State().opened(first), "a", "b", "c")
    assert names(taking(state, "map", "new", after=1)) == ["a", "new", "b", "c"]


@given(st.integers(0, 4), st.integers(-3, 9))
def test_an_order_is_changed_by_taking_one_out_and_putting_it_in(old, new):
    state = taken(State(), *"abcde")
    after = moved(state, state.scenes[old].key, new)
    assert sorted(names(after)) == list("abcde")
    assert place_of(after, state.scenes[old].key) == min(max(new, 0), 4)
    others = [each for each in names(after) if each != "abcde"[old]]
    assert others == [each for each in "abcde" if each != "abcde"[old]]


def test_a_scene_is_found_by_name_or_number(first):
    state = taken(State().opened(first), "King", "3", "queen")
    assert scene_called(state, "king").name == "King"
    assert scene_called(state, "3").name == "3"
    assert scene_called(state, "1").name == "King"
    with pytest.raises(UserError, match="there are: King, 3, queen"):
        scene_called(state, "jester")
    with pytest.raises(UserError, match="no scenes"):
        scene_called(State(), "king")


def test_closing_a_set_keeps_its_scenes_and_marks_them(first, second):
    state = taken(State().opened(first), "a")
    state = taken(state.opened(second).queried(3), "b")
    closed = state.closed(second)
    assert names(closed) == ["a", "b"]
    assert what_is_missing(closed, closed.scenes[0]) == ""
    assert what_is_missing(closed, closed.scenes[1]) == "second is closed."
    assert showing(closed, closed.scenes[1]) is closed
    again = open_again(closed, closed.scenes[1])
    assert (again.active, again.query, again.sets) == (second, 3, (first, second))
    empty = closed.closed(first)
    assert names(empty) == ["a", "b"]
    assert open_again(empty, empty.scenes[0]).active is first


def test_maps_of_closed_sets_are_left_out(first, second):
    state = State().opened(first).opened(second)
    other = replace(state.map, key=1, vector_set=first)
    state = taken(replace(state, maps=(*state.maps, other)), "both")
    closed = state.closed(first)
    shown = showing(closed, closed.scenes[0])
    assert shown.active is second
    assert [each.key for each in shown.maps] == [0]


def test_a_scene_follows_a_set_that_another_one_takes_the_place_of(first, second):
    state = taken(State().opened(first), "a").replaced(first, second)
    assert what_is_missing(state, state.scenes[0]) == ""
    assert showing(state, state.scenes[0]).active is second


def test_undo_takes_each_step_back(first, qapp):
    session = Session()
    session.show(State().opened(first))
    session.show(taken(session.state, "a"))
    session.show(taken(session.state, "b"))
    session.show(moved(session.state, 2, 0))
    session.show(removed(session.state, 1))
    assert names(session.state) == ["b"]
    seen = []
    for _ in range(4):
        session.undo()
        seen.append(names(session.state))
    assert seen == [["b", "a"], ["a", "b"], ["a"], []]


def test_there_is_an_end_to_scenes(first):
    state = State().opened(first)
    full = replace(state, scenes=taken(state, "a").scenes * MOST_SCENES)
    with pytest.raises(UserError, match="Remove one"):
        taken(full, "one more")
    assert duplicated(full, 1) is full
