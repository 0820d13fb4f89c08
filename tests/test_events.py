"""A user who does anything at all raises nothing, and leaves nothing running.

`python -m tests.events` does many more events, and says what they kept in memory.
"""

import sys
from pathlib import Path

import pytest

from embedviz.gui.points.reduced_motion import motion

sys.path.append(str(Path(__file__).parent))
from events.driver import RandomUser


@pytest.fixture
def user(window):
    yield lambda seed: RandomUser(window, seed)
    motion.is_reduced = False


@pytest.mark.parametrize("seed", range(5))
def test_a_hundred_events_of_any_kind_raise_nothing_and_leave_nothing_running(user, seed):
    someone = user(seed)
    someone.do(100)
    assert not someone.errors, "\n".join([*someone.errors, "after:", *someone.lately])
    assert not someone.is_busy


def test_the_same_seed_does_the_same(user):
    first, second = user(3), user(3)
    assert [first.rng.random() for _ in range(5)] == [second.rng.random() for _ in range(5)]


def test_an_error_is_noted_with_what_led_to_it(user, monkeypatch):
    def fail(window, rng):
        raise ValueError("on purpose")

    monkeypatch.setattr("events.driver.STEPS", (fail,))
    someone = user(0)
    someone.do(5)
    assert len(someone.errors) == 1
    assert "on purpose" in someone.errors[0]
    assert list(someone.lately) == ["fail"]
