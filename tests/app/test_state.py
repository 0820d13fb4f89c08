"""Transitions of the state, one by one and in any order."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from embedviz.app.linked_maps import add_map, close_map
from embedviz.app.map_settings import MapSettings
from embedviz.app.state import State, lineage, with_library_of
from embedviz.core.derivation.recipes import Truncated, Whitened
from embedviz.core.drawing.camera import Camera
from embedviz.core.errors import UserError
from embedviz.core.projections import PCA
from embedviz.core.query_vector import QueryVector
from embedviz.core.selection import Selection
from embedviz.core.vector_set import VectorSet
from embedviz.panes.analogies.settings import AnalogySettings
from embedviz.panes.anisotropy.settings import AnisotropySettings
from embedviz.panes.matryoshka.settings import MatryoshkaSettings


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
    assert (state.sets, state.active) == ((first,), first)
    state = state.with_settings(MatryoshkaSettings(3)).opened(second)
    assert (state.sets, state.active) == ((first, second), second)
    assert state[MatryoshkaSettings] == MatryoshkaSettings()


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
    state = (
        State()
        .opened(first)
        .with_settings(AnisotropySettings(strength=0.3))
        .mapped(MapSettings(camera=Camera()))
    )
    shown = state.derived(derived)
    assert shown.map.camera is None
    assert shown[AnisotropySettings] == AnisotropySettings()
    assert state.activated(first) is state


def test_color_is_kept_where_the_column_is_and_a_category_is_found(first, second):
    state = State().opened(first)
    assert state.map.color_by == "group"
    state = state.mapped(replace(state.map, color_by="rank"))
    assert state.opened(second).map.color_by is None
    assert state.opened(some_set("ranked", metadata={"rank": list(range(6))})).map.color_by == (
        "rank"
    )


@pytest.mark.parametrize("name", ["category", "cluster", "topic"])
def test_a_column_named_as_a_category_colors_before_others(name):
    columns = {"form": list("ababab"), name: list("xxyyzz")}
    assert State().opened(some_set("named", metadata=columns)).map.color_by == name


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
    assert State().current_query is None
    state = State().opened(first).queried(2)
    assert (state.current_query.name, state.current_query.exclude) == ("w2", (2,))
    np.testing.assert_array_equal(state.current_query.vector, first.vectors[2])
    assert state.queried(None).current_query is None
    mine = QueryVector("mine", np.arange(8, dtype=np.float32))
    asked = state.queried_with(mine)
    assert (asked.current_query.name, asked.current_query.exclude) == ("mine", ())
    np.testing.assert_array_equal(asked.current_query.vector, mine.vector)
    assert asked.queried(1).current_query.name == "w1"
    assert not asked.asks_as(state)
    assert asked.asks_as(asked.listing(3))


def test_a_vector_of_the_user_follows_into_derived_sets_and_no_farther(first, second):
    mine = QueryVector("mine", np.arange(8, dtype=np.float32))
    white = Whitened().derive(first)
    state = State().opened(first).queried_with(mine).derived(white)
    np.testing.assert_allclose(state.current_query.vector, white.transform_query(mine.vector))
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
    assert state.with_settings(MatryoshkaSettings(0))[MatryoshkaSettings].length(first) == 1
    assert state.with_settings(MatryoshkaSettings(100))[MatryoshkaSettings].length(first) == 8
    assert State().with_settings(MatryoshkaSettings(5))[MatryoshkaSettings].dimensions == 5

    def dialed(**settings):
        return state.with_settings(AnisotropySettings(**settings))[AnisotropySettings]

    assert dialed(strength=1.5).strength == 1.0
    assert dialed(strength=-1.0).strength == 0.0
    assert dialed(components=3).components == 3
    assert dialed(components=8).components is None
    assert dialed(components=0).components == 1


def test_settings_of_the_panes(first):
    state = State().opened(first)
    assert state.listing(metric="dot").metric == "dot"
    turned = AnisotropySettings(camera=Camera(azimuth=1))
    assert state.with_settings(turned)[AnisotropySettings].camera == Camera(azimuth=1)
    asked = AnalogySettings(("a", "b"), ("c",))
    assert state.with_settings(asked)[AnalogySettings].labels == ("a", "b", "c")
    # What is as usual takes no place, so that states are equal whichever way they were reached.
    assert state.with_settings(asked).with_settings(AnalogySettings()) == state


def test_the_prefix_is_that_of_whichever_pane_has_one(first):
    state = State().opened(first).with_settings(AnalogySettings(("a", "b"), ("c",)))
    assert state.settings.prefix is None
    assert state.with_settings(MatryoshkaSettings(2)).settings.prefix == 2
    assert state.with_settings(MatryoshkaSettings(None)).settings.prefix is None


def test_equal_choices_are_equal_states(first):
    one = State().opened(first).selecting([1, 2]).with_settings(MatryoshkaSettings(3))
    other = State().opened(first).selecting([2, 1]).with_settings(MatryoshkaSettings(3))
    assert one == other
    assert one != other.with_settings(MatryoshkaSettings(4))


def test_an_earlier_state_gets_the_library_of_today(first, second):
    past = State().opened(first).queried(2)
    today = past.opened(second)
    assert with_library_of(past, today).sets == (first, second)
    assert with_library_of(past, today.closed(first)) is None
    assert with_library_of(State(), today) is None


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
        query = QueryVector("q", np.ones(self.state.active.root.dimensions, dtype=np.float32))
        self.state = self.state.queried_with(query)

    @rule(key=st.integers(0, 4), how=st.sampled_from(["add", "use", "close", "isolate"]))
    def change_maps(self, key, how):
        if how == "add" and len(self.state.maps) < 4:
            self.state = add_map(self.state)
        elif how == "use":
            self.state = self.state.with_active_map(key)
        elif how == "close":
            self.state = close_map(self.state, key)
        elif self.state.active is not None:
            alone = replace(self.state.map, isolated=self.state.selected)
            self.state = self.state.mapped(alone)

    @rule(number=st.integers(-5, 20))
    def set_numbers(self, number):
        self.state = (
            self.state.with_settings(MatryoshkaSettings(number))
            .listing(number)
            .with_settings(AnisotropySettings(components=number))
        )

    @invariant()
    def can_be_shown(self):
        state, active = self.state, self.state.active
        if not state.sets:
            assert active is None
            assert state.current_query is None
            assert (state[MatryoshkaSettings].dimensions or 1) >= 1
            return
        assert active in state.sets
        keys = [each.key for each in state.maps]
        assert keys == sorted(set(keys))
        assert keys[0] == 0
        assert state.map_key in keys
        for each in state.maps:
            shown = state.set_of(each.key)
            assert shown in state.sets
            assert (each.vector_set is None) == (each.key == state.map_key)
            assert each.isolated is None or all(row < len(shown) for row in each.isolated)
        assert 1 <= state[MatryoshkaSettings].length(active) <= active.dimensions
        assert (
            state[AnisotropySettings].components is None
            or 1 <= state[AnisotropySettings].components < active.dimensions
        )
        assert state.query is None or 0 <= state.query < len(active)
        assert all(0 <= row < len(active) for row in state.selected)
        assert state.map.color_by is None or state.map.color_by in active.metadata.column_names
        if state.current_query is not None:
            assert state.current_query.vector.shape == (active.dimensions,)
        assert state == replace(state)
        for derived in state.sets:
            parents = lineage(derived)[1:]
            if parents and parents[0] in state.sets:
                assert state.sets.index(parents[0]) < state.sets.index(derived)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def test_another_map_shows_the_same_at_first_and_is_in_use():
    one, other = some_set("one"), some_set("other")
    state = add_map(State().opened(one).opened(other))
    assert [each.key for each in state.maps] == [0, 1]
    assert state.map_key == 1
    assert state.active is other
    assert state.set_of(0) is other
    assert state.set_of(1) is other
    assert add_map(State()) == State()  # Nothing to show.


def test_each_map_shows_a_set_of_its_own_and_the_one_in_use_the_active_one():
    one, other = some_set("one"), some_set("other")
    state = add_map(State().opened(one).opened(other)).activated(one)
    assert (state.set_of(0), state.set_of(1)) == (other, one)
    state = state.mapped(replace(state.map_of(0), is_3d=True))
    assert not state.map.is_3d
    used = state.with_active_map(0)
    assert (used.set_of(0), used.set_of(1)) == (other, one)
    assert used.active is other
    assert used.map.is_3d  # Nothing about a map changes because it is used.
    assert used.with_active_map(1).maps == state.maps
    assert used.with_active_map(1).active is one
    assert used.with_active_map(5) is used.with_active_map(0) is used


def test_using_another_map_keeps_its_camera_and_what_is_chosen():
    one, other = some_set("one"), some_set("other")
    state = add_map(State().opened(one))
    state = state.activated(one).opened(other).selecting([1, 3])
    state = state.mapped(replace(state.map_of(0), camera=Camera()))
    used = state.with_active_map(0)
    assert used.active is one
    assert used.map.camera == Camera()
    assert [used.active.labels[row] for row in used.selected] == [
        other.labels[row] for row in (1, 3)
    ]


def test_a_map_is_closed_but_for_the_first():
    state = add_map(add_map(State().opened(some_set("one"))))
    assert [each.key for each in state.maps] == [0, 1, 2]
    assert close_map(state, 0) is state
    assert close_map(state, 9) is state
    closed = close_map(state, 1)
    assert [each.key for each in closed.maps] == [0, 2]
    assert closed.map_key == 2
    last = close_map(closed, 2)
    assert [each.key for each in last.maps] == [0]
    assert (last.map_key, last.active) == (0, state.active)


def test_a_map_of_a_closed_set_shows_another_one():
    one, other = some_set("one"), some_set("other")
    state = add_map(State().opened(one).opened(other)).activated(one)
    closed = state.closed(other)
    assert closed.set_of(0) is one
    assert closed.set_of(1) is one
    both = state.closed(one)
    assert both.active is other
    assert both.set_of(0) is other
    assert with_library_of(state, closed) is None


def test_a_set_is_laid_out_again_as_it_was_before():
    one, other = some_set("one"), some_set("other")
    state = State().opened(one)
    state = state.mapped(state.map.projected_by(PCA((2, 1, 0)))).opened(other)
    assert state.map.projection is None
    assert state.activated(one).map.projection == PCA((2, 1, 0))


def test_what_is_set_for_rows_stays_with_the_rows():
    one, other = some_set("one"), some_set("other")
    settings = MapSettings(isolated=Selection([1, 2]), hidden=frozenset("a"), size_by="nothing")
    state = State().opened(one).opened(other).activated(one).mapped(settings)
    assert state.nbytes > State().opened(one).nbytes
    derived = Truncated(2).derive(one)
    assert state.derived(derived).map.isolated == Selection([1, 2])
    assert state.derived(derived).map.size_by is None
    assert state.activated(other).map.isolated is None
    assert state.activated(other).map.hidden == frozenset()


def test_a_set_takes_the_place_of_another():
    one, other, more = some_set("one"), some_set("other"), some_set("more")
    state = add_map(State().opened(one).opened(other)).activated(one).selecting([2])
    new = state.replaced(other, more)
    assert new.sets == (one, more)
    assert new.set_of(0) is more
    assert (new.active, new.selected) == (one, Selection([2]))
    assert state.replaced(one, more).active is more
    assert state.replaced(more, one) is state


def test_settings_of_a_map_change_together():
    settings = MapSettings(color_by="a", hidden=frozenset("x"), color_range=(0, 1), camera=Camera())
    assert settings.colored_by("a") is settings
    recolored = settings.colored_by("b")
    assert (recolored.hidden, recolored.color_range) == (frozenset(), None)
    assert settings.projected_by(PCA()).camera is None
    assert settings.toggled("x").hidden == frozenset()
    assert settings.toggled("y").hidden == frozenset("xy")
    assert recolored.appearance != settings.appearance


def test_a_row_number_becomes_no_word():
    numbered = VectorSet(np.zeros((4, 3)))
    words = VectorSet(np.zeros((3, 3)), ["king", "x", "2"])
    state = State().opened(numbered).queried(2).opened(words)
    assert state.query == 0
    assert len(state.selected) == 0
    as_many = VectorSet(np.zeros((4, 2)))
    assert state.activated(numbered).queried(2).opened(as_many).query == 2
