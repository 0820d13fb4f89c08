"""Easing: parts of the way at parts of the time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.app.animation.easing import EASINGS, ease_in_out, eased_with_hold

parts = st.floats(0, 1, allow_nan=False)


@pytest.mark.parametrize("name", EASINGS)
def test_each_begins_at_the_start_and_ends_at_the_end(name):
    assert EASINGS[name](0.0) == 0.0
    assert EASINGS[name](1.0) == 1.0


@pytest.mark.parametrize("name", EASINGS)
@given(parts, parts)
def test_none_goes_back(name, one, other):
    low, high = sorted((one, other))
    assert EASINGS[name](low) <= EASINGS[name](high) + 1e-12


@given(parts)
def test_in_and_out_is_the_same_on_both_halves(part):
    assert ease_in_out(part) == pytest.approx(1 - ease_in_out(1 - part), abs=1e-9)


def test_both_ends_stand_still():
    for part in (0.0, 0.1, 0.2):
        assert eased_with_hold(part, ease_in_out, 0.2) == 0.0
    for part in (0.8, 0.9, 1.0):
        assert eased_with_hold(part, ease_in_out, 0.2) == 1.0
    assert eased_with_hold(0.5, ease_in_out, 0.2) == pytest.approx(0.5)
