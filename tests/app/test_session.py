"""The one holder of the state: what listeners are told, undo and redo."""

import gc
import weakref

import numpy as np
import pytest

from embedviz.app import session as session_module
from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.core.derivation.recipes import Truncated
from embedviz.core.vector_set import VectorSet
from embedviz.panes.matryoshka.settings import MatryoshkaSettings


def prefix(state):
    """Return how many dimensions are used."""
    return state[MatryoshkaSettings].length(state.active)


@pytest.fixture
def opened(session, toy):
    session.show(State().opened(toy))
    return session


def steps_back(session):
    """Return the dimensions of all states that undo leads through."""
    seen = []
    while session.can_undo:
        session.undo()
        seen.append(prefix(session.state))
    return seen


def test_listeners_see_states_in_the_same_order(opened):
    first, second = [], []

    def listen_first(old, new):
        first.append((prefix(old), prefix(new)))
        if prefix(new) == 4:
            opened.show(opened.state.with_settings(MatryoshkaSettings(2)))

    opened.changed.connect(listen_first)
    opened.changed.connect(lambda old, new: second.append((prefix(old), prefix(new))))
    opened.show(opened.state.with_settings(MatryoshkaSettings(4)))
    assert first == second == [(32, 4), (4, 2)]


def test_an_equal_state_is_silent_and_no_step(opened, qtbot):
    could = opened.can_undo
    with qtbot.assertNotEmitted(opened.changed):
        opened.show(opened.state.with_settings(MatryoshkaSettings(32)))
    assert opened.can_undo == could


def test_undo_and_redo_go_through_all_steps(opened):
    for dimensions in (16, 8, 4):
        opened.show(opened.state.with_settings(MatryoshkaSettings(dimensions)))
    assert steps_back(opened) == [8, 16, 32]
    assert not opened.can_undo
    opened.undo()  # Nothing to take back is not an error.
    seen = []
    while opened.can_redo:
        opened.redo()
        seen.append(prefix(opened.state))
    assert seen == [16, 8, 4]
    opened.redo()
    assert prefix(opened.state) == 4


def test_a_new_step_ends_redo(opened):
    opened.show(opened.state.with_settings(MatryoshkaSettings(16)))
    opened.undo()
    assert opened.can_redo
    opened.show(opened.state.with_settings(MatryoshkaSettings(8)))
    assert not opened.can_redo
    assert steps_back(opened) == [32]


def test_buttons_are_right_while_listeners_are_told(opened):
    """The window looks at both when it is told, to enable its actions."""
    seen = []
    opened.changed.connect(lambda *_: seen.append((opened.can_undo, opened.can_redo)))
    opened.show(opened.state.with_settings(MatryoshkaSettings(16)))
    opened.undo()
    opened.redo()
    assert seen == [(True, False), (False, True), (True, False)]


def test_a_gesture_is_one_step(opened):
    opened.show(opened.state.with_settings(MatryoshkaSettings(30)))
    opened.begin_gesture()
    for dimensions in range(29, 10, -1):
        opened.show(opened.state.with_settings(MatryoshkaSettings(dimensions)))
    opened.end_gesture()
    opened.show(opened.state.with_settings(MatryoshkaSettings(5)))
    assert steps_back(opened) == [11, 30, 32]


def test_a_gesture_that_changes_nothing_is_no_step(opened):
    opened.begin_gesture()
    opened.show(opened.state.with_settings(MatryoshkaSettings(32)))
    opened.end_gesture()
    assert not opened.can_undo


def test_a_burst_is_one_step(opened, qtbot):
    opened.show(opened.state.with_settings(MatryoshkaSettings(30)))
    for dimensions in (29, 28, 27):
        opened.begin_burst()
        opened.show(opened.state.with_settings(MatryoshkaSettings(dimensions)))
    qtbot.waitUntil(lambda: not opened._burst.isActive())
    opened.begin_burst()
    opened.show(opened.state.with_settings(MatryoshkaSettings(5)))
    assert steps_back(opened) == [27, 30, 32]


def test_a_gesture_after_a_burst_is_not_cut_short(opened, qtbot):
    opened.begin_burst()
    opened.show(opened.state.with_settings(MatryoshkaSettings(20)))
    opened.begin_gesture()
    assert not opened._burst.isActive()
    for dimensions in (19, 18, 17):
        opened.show(opened.state.with_settings(MatryoshkaSettings(dimensions)))
    opened.end_gesture()
    assert steps_back(opened) == [20, 32]


def test_what_is_open_stays_open(opened, toy, words):
    opened.show(opened.state.with_settings(MatryoshkaSettings(8)))
    opened.show(opened.state.opened(words))
    opened.undo()
    assert opened.state.active is toy
    assert opened.state.sets == (toy, words)
    opened.undo()
    assert (prefix(opened.state), opened.state.sets) == (32, (toy, words))
    assert not opened.can_undo  # The first file is not closed by undo.


def test_steps_of_a_closed_set_are_left_out(opened, toy, words):
    opened.show(opened.state.with_settings(MatryoshkaSettings(8)))
    opened.show(opened.state.opened(words).queried(3))
    opened.show(opened.state.queried(4))
    opened.show(opened.state.closed(words))
    assert opened.state.active is toy
    opened.show(opened.state.with_settings(MatryoshkaSettings(5)))
    assert steps_back(opened)[0] == 32  # As it was when it was shown again.
    assert opened.state.active is toy


def test_closing_is_taken_back_with_what_was_derived(opened, toy, words):
    short = Truncated(4).derive(toy)
    opened.show(opened.state.derived(short))
    opened.show(opened.state.queried(3))
    opened.show(opened.state.opened(words))
    opened.show(opened.state.closed(toy))
    assert opened.state.sets == (words,)
    opened.undo()
    assert opened.state.sets == (toy, short, words)
    assert opened.state.active is words
    opened.redo()
    assert opened.state.sets == (words,)
    opened.undo()
    opened.undo()
    assert (opened.state.active, opened.state.query) == (short, 3)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_closed_set_comes_back_to_its_place(opened, place):
    for name in "bc":
        opened.show(opened.state.opened(VectorSet(np.eye(4), name=name)))
    sets = opened.state.sets
    opened.show(opened.state.activated(sets[place]).selecting([1, 3]))
    shown = opened.state
    opened.show(opened.state.closed(sets[place]))
    assert sets[place] not in opened.state.sets
    opened.undo()
    assert opened.state == shown


def test_what_is_opened_after_closing_stays_open(opened, toy, words):
    opened.show(opened.state.opened(words))
    before = opened.state
    opened.show(opened.state.closed(toy))
    another = VectorSet(np.eye(4), name="another")
    opened.show(opened.state.opened(another))
    opened.undo()
    assert opened.state.sets == (words, another)
    opened.undo()
    assert opened.state.sets == (toy, words, another)
    assert opened.state.active is before.active


def test_the_last_set_that_was_closed_comes_back(opened, toy):
    shown = opened.state
    opened.show(opened.state.closed(toy))
    assert opened.state.active is None
    opened.undo()
    assert opened.state == shown


def test_a_closed_set_frees_its_memory_with_its_step(opened, monkeypatch):
    monkeypatch.setattr(session_module, "CLOSED_BYTES", 1000)
    large = VectorSet(np.random.default_rng(0).normal(size=(30, 8)), name="large")
    opened.show(opened.state.opened(large))
    opened.show(opened.state.closed(large))
    gone = weakref.ref(large)
    del large
    gc.collect()
    assert gone() is not None  # The last step can always be taken back.
    opened.show(opened.state.with_settings(MatryoshkaSettings(5)))
    gc.collect()
    assert gone() is None
    assert opened.can_undo


def test_undo_is_offered_only_where_it_changes_something(opened, toy, words):
    opened.show(opened.state.opened(words))
    opened.show(opened.state.closed(words))
    while opened.can_undo:
        before = opened.state
        opened.undo()
        assert opened.state != before


def test_older_steps_are_forgotten_where_they_fill_the_memory(opened, monkeypatch):
    monkeypatch.setattr(session_module, "HISTORY_BYTES", 100_000)
    for step in range(20):
        opened.show(opened.state.selecting(np.arange(step, 1000 + step)))
    steps = 0
    while opened.can_undo:
        opened.undo()
        steps += 1
    assert steps == 11  # Of about 9,000 bytes each.


def test_a_very_large_step_is_still_one_that_can_be_taken_back(opened, monkeypatch):
    monkeypatch.setattr(session_module, "HISTORY_BYTES", 10)
    opened.show(opened.state.with_settings(MatryoshkaSettings(4)))
    opened.show(opened.state.with_settings(MatryoshkaSettings(3)))
    assert steps_back(opened) == [4]


def test_searches_are_kept_for_as_long_as_the_set(session):
    vector_set = VectorSet(np.eye(4))
    cosine = session.searches.search(vector_set, "cosine")
    assert session.searches.search(vector_set, "cosine") is cosine
    assert session.searches.search(vector_set, "dot").metric == "dot"
    gone = weakref.ref(vector_set)
    del vector_set, cosine
    gc.collect()
    assert gone() is None


def test_begins_with_a_state(toy, qapp):
    assert Session(State().opened(toy)).state.active is toy


def test_a_restart_leaves_nothing_to_take_back(opened, toy):
    told = []
    opened.changed.connect(lambda old, new: told.append((old, new)))
    before = opened.state
    opened.show(before.with_settings(MatryoshkaSettings(3)))
    other = State().opened(VectorSet(np.eye(4)))
    opened.restart(other)
    assert opened.state is other
    assert told[-1][1] is other
    assert not opened.can_undo
    assert not opened.can_redo
