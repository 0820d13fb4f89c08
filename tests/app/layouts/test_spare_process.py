"""A warm child is kept, handed out and taken back."""

import gc

import pytest

from embedviz.app.layouts import spare_process
from embedviz.app.layouts.spare_process import SpareProcess, spare
from embedviz.core.projections.process import LayoutProcess


@pytest.fixture
def keeper(monkeypatch):
    monkeypatch.setattr(spare_process, "LayoutProcess", LayoutProcess)
    keeper = SpareProcess()
    yield keeper
    keeper.stop()


def test_the_idle_child_is_handed_out_and_taken_back(keeper):
    keeper.warm()
    first = keeper.take()
    keeper.warm()
    second = keeper.take()
    assert first.is_alive
    assert second.is_alive
    assert first.pid != second.pid
    keeper.give_back(first)
    keeper.give_back(second)
    assert not second.is_alive
    assert keeper.take() is first
    first.kill()


def test_one_is_started_where_none_is_idle_and_warming_twice_starts_one(keeper):
    taken = keeper.take()
    assert taken.is_alive
    keeper.give_back(taken)
    keeper.warm()
    assert keeper.take() is taken
    taken.kill()


def test_a_dead_one_is_replaced(keeper):
    taken = keeper.take()
    taken.kill()
    keeper.give_back(taken)
    other = keeper.take()
    assert other.is_alive
    other.kill()
    keeper.give_back(other)
    idle = keeper._idle
    idle.kill()
    keeper.warm()
    assert keeper._idle is not idle
    assert keeper.take() is not idle


def test_stopping_ends_it(keeper):
    keeper.warm()
    idle = keeper._idle
    keeper.stop()
    assert not idle.is_alive
    keeper.stop()


def test_where_no_process_can_be_started_the_one_who_needs_it_is_told(keeper, monkeypatch):
    from embedviz.core.errors import UserError

    def refuse(*args, **kwargs):
        raise OSError("no more processes")

    monkeypatch.setattr("subprocess.Popen", refuse)
    keeper.warm()
    with pytest.raises(UserError, match="no more processes"):
        keeper.take()


def test_nothing_is_started_by_importing():
    gc.collect()
    assert isinstance(spare, SpareProcess)
