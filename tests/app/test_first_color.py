"""The column that colors a set at first, and that a choice of another one stands."""

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.app.first_color import first_color
from embedviz.app.state import State
from embedviz.core.derivation.recipes import Truncated
from embedviz.core.vector_set import VectorSet

N = 80


def described(name="set", **columns):
    count = len(next(iter(columns.values()), [0] * N))
    vectors = np.random.default_rng(0).normal(size=(count, 4)).astype(np.float32)
    return VectorSet(vectors, [f"{name} {i}" for i in range(count)], columns or None, name)


def of(count, rows=N):
    return [f"value {i % count}" for i in range(rows)]


SUITABLE = {
    "two texts": of(2),
    "forty texts": of(40),
    "truths": [True, False] * (N // 2),
    "a dictionary": pa.array(of(5)).dictionary_encode(),
    "gaps": [None, "", "a", "b"] * (N // 4),
    "some numbers": ["1", "2", "many", "1"] * (N // 4),
}
UNSUITABLE = {
    "one text": of(1),
    "one text and gaps": [None, "a"] * (N // 2),
    "forty-one": of(41, 82),
    "names of rows": of(N),
    "ids that hardly repeat": of(39, 40) + [None] * 40,
    "mostly missing": [*of(4, 30), *[None] * 50],
    "whole numbers": [1, 2, 3, 4] * (N // 4),
    "measures": [0.5, 1.5] * (N // 2),
    "numbers as text": ["1.5", "2", "-3e4", " 7 "] * (N // 4),
    "dates": [date(2024, 1, 1), date(2024, 1, 2)] * (N // 2),
    "lists": [["a"], ["b"]] * (N // 2),
    "nothing": [None] * N,
}


@pytest.mark.parametrize("values", SUITABLE.values(), ids=SUITABLE)
def test_one_column_of_groups_colors_a_set(values):
    count = len(values)
    vector_set = described(text=[f"text {i}" for i in range(count)], kinds=values)
    assert first_color(vector_set) == "kinds"
    assert State().opened(vector_set).map.color_by == "kinds"


@pytest.mark.parametrize("values", UNSUITABLE.values(), ids=UNSUITABLE)
def test_what_is_no_column_of_groups_colors_nothing(values):
    assert State().opened(described(x=values)).map.color_by is None
    assert State().opened(described()).map.color_by is None


@given(st.lists(st.sampled_from(range(200)), min_size=2, max_size=400))
def test_the_rule_is_that_of_counting(values):
    vector_set = VectorSet(np.zeros((len(values), 2)), metadata={"x": [f"v{i}" for i in values]})
    count = len(set(values))
    assert first_color(vector_set) == (
        "x" if 2 <= count <= 40 and 2 * count <= len(values) else None
    )


@pytest.mark.parametrize("count", [3, 41, 50_000])
def test_of_very_many_rows_all_are_counted(count):
    values = ["usual"] * 100_000
    values[50:60] = [f"rare {i % count}" for i in range(10)]  # No sample meets all of them.
    values[-count:] = of(count, count)
    expected = "x" if len(set(values)) <= 40 else None
    assert first_color(VectorSet(np.zeros((100_000, 2)), metadata={"x": values})) == expected


def test_of_several_columns_none_is_taken_but_one_with_a_name_that_says_it():
    assert first_color(described(a=of(3), b=of(4))) is None
    assert first_color(described(a=of(3), b=of(4), cluster=list(range(N)))) == "cluster"
    assert first_color(described(a=of(3), category=of(60))) == "category"


def recolored(state, column):
    return state.mapped(replace(state.map, color_by=column))


def test_the_color_that_was_chosen_stands():
    one, other = described("one", a=of(3), x=of(N)), described("other", b=of(4), y=of(N))
    state = recolored(State().opened(one), None)
    short = Truncated(2).derive(one)
    assert state.derived(short).map.color_by is None  # The same rows look the same.
    assert state.derived(short).activated(one).map.color_by is None
    away = state.opened(other)
    assert away.map.color_by == "b"
    assert away.activated(one).map.color_by is None
    away = recolored(away, None)
    assert away.activated(one).activated(other).map.color_by is None
    chosen = recolored(state, "x").opened(other).activated(one)
    assert chosen.map.color_by == "x"


def test_no_color_changes_when_metadata_are_joined():
    plain = described("plain")
    state = State().opened(plain)
    joined = VectorSet(plain.vectors, plain.labels, {"a": of(3)}, "plain")
    assert state.replaced(plain, joined).map.color_by is None
    one = described("one", a=of(3))
    more = VectorSet(one.vectors, one.labels, {"a": of(3), "category": of(5)}, "one")
    state = State().opened(one).replaced(one, more)
    assert state.map.color_by == "a"
