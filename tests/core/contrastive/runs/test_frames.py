"""Frames of a run: which are kept when memory is short, and reading while another thread writes."""

from dataclasses import replace
from threading import Thread

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.contrastive.runs.frames import MOST_MEASURES, Frames, Measures, RunFrame

MEASURES = Measures(0, 1.0, 0.5, 2.0, 0.1, -1.0, -2.0, 0.0, 3.0)


def frame(step, n_rows=10):
    measures = replace(MEASURES, step=step, loss=float(step))
    positions = np.full((n_rows, 3), step, np.float32)
    return RunFrame(positions, 1.0, measures, np.zeros((0, 0), np.float32))


def filled(count, limit, stride=1):
    frames = Frames(limit * frame(0).n_bytes)
    for k in range(count):
        frames.add(frame(k * stride))
    return frames


@given(st.integers(1, 300), st.integers(2, 40), st.integers(1, 7))
def test_first_and_newest_are_kept_at_even_distances(count, limit, stride):
    frames = filled(count, limit, stride)
    steps = frames.steps
    assert steps[0] == 0
    assert steps[-1] == (count - 1) * stride
    assert len(frames) == len(steps) <= limit
    assert len(frames) >= min(count, limit // 2)
    gaps = np.diff(steps[:-1])
    assert len(set(gaps.tolist())) <= 1
    if len(gaps):
        assert 0 < steps[-1] - steps[-2] <= gaps[0]


@given(st.integers(1, 100), st.integers(2, 20), st.integers(-10, 200))
def test_the_nearest_is_found(count, limit, step):
    frames = filled(count, limit)
    apart = np.abs(frames.steps - step)
    assert frames.at(step).measures.step == frames.steps[apart.argmin()]
    assert frames.at(step).positions[0, 0] == frames.at(step).measures.step


def test_nothing_is_thrown_away_without_need():
    frames = filled(50, 50)
    assert frames.steps.tolist() == list(range(50))
    frames.add(frame(50))
    assert frames.steps.tolist() == list(range(0, 51, 2))
    assert frames[0].measures.step == 0
    assert frames[-1].measures.step == 50
    with pytest.raises(IndexError):
        frames[99]


def test_measures_are_kept_of_all_steps():
    frames = filled(1000, 10)
    found = frames.measures
    assert found["step"].tolist() == list(range(1000))
    assert found["loss"].tolist() == list(range(1000))
    assert set(found) == set(Measures.__dataclass_fields__)


@pytest.mark.parametrize("count", [5_000, 5_001, 5_002, 9_999, 10_002, 10_003, 23_456])
def test_of_many_measures_some_are_kept(count):
    frames = filled(count, 4)
    steps = frames.measures["step"]
    assert steps[0] == 0
    assert steps[-1] == count - 1
    assert MOST_MEASURES // 2 <= len(steps) <= MOST_MEASURES + 1
    assert len(set(np.diff(steps[:-1]).tolist())) == 1


def test_the_same_step_again_takes_the_place():
    frames = filled(3, 10)
    again = frame(2, n_rows=20)
    frames.add(again)
    assert frames.steps.tolist() == [0, 1, 2]
    assert frames[-1] is again
    assert len(frames.measures["step"]) == 3


def test_one_frame_larger_than_the_limit_is_kept():
    frames = Frames(10)
    with pytest.raises(IndexError, match="no frames yet"):
        frames.at(0)
    assert len(frames.measures["loss"]) == len(frames) == 0
    for step in range(5):
        frames.add(frame(step))
    assert frames.steps.tolist() == [0, 4]


def test_one_thread_adds_while_another_reads():
    frames = Frames(20 * frame(0).n_bytes)
    frames.add(frame(0))
    failures = []

    def write():
        for step in range(1, 4000):
            frames.add(frame(step))

    def read():
        try:
            while frames[-1].measures.step < 3999:
                steps = frames.steps
                assert steps[0] == 0
                assert (np.diff(steps) > 0).all()
                assert frames.at(steps[-1] // 2).measures.step <= 3999
                losses = frames.measures["loss"]
                assert (np.diff(losses) > 0).all()
        except (AssertionError, IndexError) as error:
            failures.append(error)

    threads = [Thread(target=write), Thread(target=read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
