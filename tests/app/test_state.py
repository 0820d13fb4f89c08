"""Transitions of the state, one by one and in any order."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from embedviz.app.state import Analogy, MapSettings, State, lineage
from embedviz.core.camera import Camera
from embedviz.core.errors import UserError
from embedviz.core.query_vector import QueryVector
from embedviz.core.recipes import Truncated, Whitened
from embedviz.core.selection import Selection
from embedviz.core.vector_set import VectorSet


def some_set(name="some", n=6, d=8, labels=None, metadata=None):
    rng = np.random.default_rng(len(name))
    labels = labels or [f"w{i}" for i in range(n)]
    return VectorSet(rng.normal(size=(len(labels), d)), labels, metadata, name)


@pytest.fixture
def first():
    return some_set("first", metadata={"group": list("xyxyxy"), "rank": list(range(6))})


@pytest.fixture
def second():
    return some_set("second", labels=["w3", "king", "w1"], d=4)


def test_opening_shows_the_set_at_full_length(first, second):
    state = State().opened(first)
    assert (state.sets, state.active, state.dimensions) == ((first,), first, 8)
    state = state.truncated(3).opened(second)
    assert (state.sets, state.active, state.dimensions) == ((first, second), second, 4)


def test_begins_with_a_label_of_the_analogy_or_the_first_row(first, second):
    assert State().opened(second).query == 1  # "king"
    assert State().opened(first).query == 0
    assert State().opened(VectorSet(np.zeros((0, 3)))).query is None


def test_what_was_chosen_is_carried_by_its_label(first, second):
    state = State().opened(first).queried(3).selecting([0, 1, 3]).opened(second)
    assert state.query == 0  # "w3"
    assert state.selected == Selection([0, 2])  # "w3" and "w1"; there is no "w0".
    assert state.activated(first).query == 3


def test_rows_of_a_derived_set_are_those_of_its_parent():
    twins = some_set("twins", labels=["same", "same", "other"])
    derived = Truncated(4).derive(twins)
    state = State().opened(twins).queried(1).selecting([1, 2]).derived(derived)
    assert state.query == 1  # By its label, it would be row 0.
    assert state.selected == Selection([1, 2])


def test_activating_starts_views_afresh(first):
    derived = Truncated(4).derive(first)
    state = State().opened(first).dialed(strength=0.3).mapped(MapSettings(camera=Camera()))
    shown = state.derived(derived)
    assert shown.map.camera is None
    assert shown.dial == State().dial
    assert state.activated(first) is state


def test_color_is_kept_where_the_column_is_and_a_category_is_found(first, second):
    state = State().opened(first)
    assert state.map.color_by == "group"
    state = state.mapped(replace(state.map, color_by="rank"))
    assert state.opened(second).map.color_by is None
    assert state.opened(some_set("ranked", metadata={"rank": list(range(6))})).map.color_by == (
        "rank"
    )


def test_derived_sets_stand_below_their_parents(first, second):
    white = Whitened().derive(first)
    short = Truncated(3).derive(white)
    other = Truncated(2).derive(first)
    state = State().opened(first).opened(second).derived(white).derived(short).derived(other)
    assert state.sets == (first, white, short, other, second)
    assert State().opened(second).derived(white).sets == (second, white)  # The parent was closed.
    assert State().derived(first).sets == (first,)


def test_closing_takes_what_was_derived_with_it(first, second):
    white = Whitened().derive(first)
    short = Truncated(3).derive(white)
    state = State().opened(first).derived(white).derived(short).opened(second)
    assert state.closed(white).sets == (first, second)
    assert state.closed(white).active is second
    assert state.activated(short).closed(white).active is first
    assert state.closed(first).sets == (second,)
    assert state.closed(first).closed(second) == State()


def test_a_question_is_the_row_or_the_vector_of_the_user(first):
    assert State().question is None
    state = State().opened(first).queried(2)
    assert (state.question.name, state.question.exclude) == ("w2", (2,))
    np.testing.assert_array_equal(state.question.vector, first.vectors[2])
    assert state.queried(None).question is None
    mine = QueryVector("mine", np.arange(8, dtype=np.float32))
    asked = state.queried_with(mine)
    assert (asked.question.name, asked.question.exclude) == ("mine", ())
    np.testing.assert_array_equal(asked.question.vector, mine.vector)
    assert asked.queried(1).question.name == "w1"
    assert not asked.asks_as(state)
    assert asked.asks_as(asked.listing(3))


def test_a_vector_of_the_user_follows_into_derived_sets_and_no_farther(first, second):
    mine = QueryVector("mine", np.arange(8, dtype=np.float32))
    white = Whitened().derive(first)
    state = State().opened(first).queried_with(mine).derived(white)
    np.testing.assert_allclose(state.question.vector, white.transform_query(mine.vector))
    assert state.opened(second).query_vector is None


def test_a_vector_of_another_length_is_refused(first):
    white = Whitened(n_components=3).derive(first)
    state = State().opened(first).derived(white)
    with pytest.raises(UserError, match="The query has 3 numbers, but the vectors of first have 8"):
        state.queried_with(QueryVector("short", np.ones(3, dtype=np.float32)))


def test_selecting_and_toggling(first):
    state = State().opened(first).queried(2)
    assert list(state.selected) == [2]
    assert list(state.selecting([4, 3], "add").selected) == [2, 3, 4]
    assert list(state.toggled(4).toggled(2).selected) == [4]
    assert state.selecting(()).query == 2  # The query stays.


def test_numbers_are_kept_within_their_ranges(first):
    state = State().opened(first)
    assert state.listing(0).count == 1
    assert state.listing(5000).count == 1000
    assert state.truncated(0).dimensions == 1
    assert state.truncated(100).dimensions == 8
    assert State().truncated(5).dimensions == 0
    assert state.dialed(strength=1.5).dial.strength == 1.0
    assert state.dialed(strength=-1).dial.strength == 0.0
    assert state.dialed(components=3).dial.components == 3
    assert state.dialed(components=8).dial.components is None
    assert state.dialed(components=3).dialed(components=0).dial.components is None
    assert state.dialed(components=3).dialed(strength=0.5).dial.components == 3


def test_settings_of_the_panes(first):
    state = State().opened(first)
    assert state.compared_by("dot").metric == "dot"
    assert state.orbited(Camera(azimuth=1)).cone_camera == Camera(azimuth=1)
    assert state.asked(Analogy(("a", "b"), ("c",))).analogy.labels == ("a", "b", "c")


def test_equal_choices_are_equal_states(first):
    one = State().opened(first).selecting([1, 2]).truncated(3)
    other = State().opened(first).selecting([2, 1]).truncated(3)
    assert one == other
    assert one != other.truncated(4)


def test_an_earlier_state_gets_the_library_of_today(first, second):
    past = State().opened(first).queried(2)
    today = past.opened(second)
    assert past.with_library_of(today).sets == (first, second)
    assert past.with_library_of(today.closed(first)) is None
    assert State().with_library_of(today) is None


def test_counts_its_memory(first):
    state = State().opened(first)
    chosen = state.selecting(np.arange(1000)).queried_with(
        QueryVector("mine", np.zeros(8, dtype=np.float32))
    )
    assert chosen.nbytes - state.nbytes == 8 * 1000 + 4 * 8


def test_lineage_leads_to_what_was_opened(first):
    white = Whitened().derive(first)
    short = Truncated(3).derive(white)
    assert lineage(short) == [short, white, first]


ORIGINALS = [
    some_set("a", n=5, metadata={"group": list("xyxyx")}),
    some_set("b", labels=["w4", "king", "w0"], d=4),
    VectorSet(np.zeros((0, 3)), name="empty"),
]
DERIVED = [Whitened(n_components=2).derive(ORIGINALS[0]), Truncated(2).derive(ORIGINALS[1])]


class AnyOrder(RuleBasedStateMachine):
    """Whatever is done in whatever order, the state can be shown."""

    def __init__(self):
        super().__init__()
        self.state = State()

    @rule(place=st.integers(0, 2))
    def open(self, place):
        if ORIGINALS[place] not in self.state.sets:
            self.state = self.state.opened(ORIGINALS[place])

    @rule(place=st.integers(0, 1))
    def derive(self, place):
        if ORIGINALS[place] in self.state.sets and DERIVED[place] not in self.state.sets:
            self.state = self.state.derived(DERIVED[place])

    @precondition(lambda self: self.state.sets)
    @rule(place=st.integers(0, 10), closing=st.booleans())
    def activate_or_close(self, place, closing):
        chosen = self.state.sets[place % len(self.state.sets)]
        self.state = self.state.closed(chosen) if closing else self.state.activated(chosen)

    @precondition(lambda self: self.state.active and len(self.state.active))
    @rule(
        row=st.integers(0, 100),
        how=st.sampled_from(["query", "toggle", "replace", "add", "remove"]),
    )
    def choose(self, row, how):
        row %= len(self.state.active)
        if how == "query":
            self.state = self.state.queried(row)
        elif how == "toggle":
            self.state = self.state.toggled(row)
        else:
            self.state = self.state.selecting([row], how)

    @precondition(lambda self: self.state.active)
    @rule()
    def paste(self):
        query = QueryVector("q", np.ones(self.state.active.origin.dimensions, dtype=np.float32))
        self.state = self.state.queried_with(query)

    @rule(number=st.integers(-5, 20))
    def set_numbers(self, number):
        self.state = self.state.truncated(number).listing(number).dialed(components=number)

    @invariant()
    def can_be_shown(self):
        state, active = self.state, self.state.active
        if not state.sets:
            assert active is None
            assert state.question is None
            assert state.dimensions == 0
            return
        assert active in state.sets
        assert 1 <= state.dimensions <= active.dimensions
        assert state.dial.components is None or 1 <= state.dial.components < active.dimensions
        assert state.query is None or 0 <= state.query < len(active)
        assert all(0 <= row < len(active) for row in state.selected)
        assert state.map.color_by is None or state.map.color_by in active.metadata.column_names
        if state.question is not None:
            assert state.question.vector.shape == (active.dimensions,)
        assert state == replace(state)
        for derived in state.sets:
            parents = lineage(derived)[1:]
            if parents and parents[0] in state.sets:
                assert state.sets.index(parents[0]) < state.sets.index(derived)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
