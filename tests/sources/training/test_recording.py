"""Recordings: bounded memory, the first and the newest frame always there."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.sources.training.recording import MEASURES, MOST_MEASURES, Recording
from embedviz.sources.training.snapshots import Snapshot
from embedviz.sources.training.watching import expected_pairs, shown_rows


def snapshot(number, count=100, accuracy=float("nan"), scale=1.0):
    vectors = np.full((4, 5), number, np.float32) * scale
    fraction = number / count
    return Snapshot(fraction, 1, number, number / 10, 100.0, 0.02, 2.0, accuracy, vectors)


@given(count=st.integers(1, 300), most=st.integers(80, 2_000))
def test_memory_is_bounded_and_both_ends_stay(count, most):
    recording = Recording(most)
    for number in range(count):
        recording.add(snapshot(number, count))
    assert recording.n_bytes <= most or len(recording) == 2
    numbers = [
        round(float(frame.vectors[0, 0]))
        for frame in map(recording.__getitem__, range(len(recording)))
    ]
    assert numbers[0] == 0
    assert numbers[-1] == count - 1
    assert numbers == sorted(set(numbers))
    gaps = set(np.diff(numbers[:-1]).tolist())
    assert len(gaps) <= 1  # Even, but for the newest.


def test_the_nearest_frame_is_found():
    recording = Recording()
    for number in range(0, 101, 10):
        recording.add(snapshot(number))
    assert recording.at(0.34).fraction == pytest.approx(0.3)
    assert recording.at(0.25).fraction == pytest.approx(0.2)
    assert recording.at(-1).fraction == 0.0
    assert recording.at(9).fraction == 1.0
    with pytest.raises(IndexError):
        Recording().at(0.5)


def test_large_and_small_numbers_are_kept():
    recording = Recording()
    for scale in (1e-6, 1.0, 1e6):
        frame = recording.add(snapshot(3, scale=scale))
        np.testing.assert_allclose(frame.vectors, 3 * scale, rtol=1e-3)
    zero = recording.add(snapshot(0))
    assert not zero.vectors.any()


def test_the_newest_accuracy_goes_on():
    recording = Recording()
    assert np.isnan(recording.add(snapshot(0)).accuracy)
    recording.add(snapshot(1, accuracy=0.5))
    assert recording.add(snapshot(2)).accuracy == 0.5
    assert np.isnan(recording.measures["accuracy"][[0, 2]]).all()


def test_measures_are_kept_longer_than_vectors():
    recording = Recording(200)
    for number in range(2 * MOST_MEASURES):
        recording.add(snapshot(number, 2 * MOST_MEASURES))
    measures = recording.measures
    assert set(measures) == set(MEASURES)
    assert len(recording) < 10
    assert MOST_MEASURES / 2 <= len(measures["loss"]) <= MOST_MEASURES
    assert (np.diff(measures["fraction"]) > 0).all()
    assert measures["fraction"][-1] == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(("length", "window"), [(2, 1), (7, 3), (30, 5), (4, 9)])
def test_pairs_are_counted_as_they_are_drawn(length, window):
    total = 0
    for reach in range(1, window + 1):
        for place in range(length):
            total += min(place, reach) + min(length - 1 - place, reach)
    expected = total / window / length
    assert expected_pairs({length: 3}, window, 1.0) == pytest.approx(expected)


def test_pairs_of_short_sentences_from_which_most_is_left_out():
    rng, length, window, kept = np.random.default_rng(0), 6, 4, 0.2
    n_words = n_pairs = 0
    for rest in rng.binomial(length, kept, 20_000):
        n_words += rest
        for place in range(rest):
            reach = rng.integers(1, window + 1)
            n_pairs += min(place, reach) + min(rest - 1 - place, reach)
    assert expected_pairs({length: 5}, window, kept) == pytest.approx(n_pairs / n_words, rel=0.03)


def test_rows_on_show():
    assert shown_rows(5, 10, True, 0).tolist() == [0, 1, 2, 3, 4]
    assert shown_rows(50, 10, False, 0).tolist() == list(range(10))
    rows = shown_rows(50, 10, True, 0)
    assert rows[:8].tolist() == list(range(8))
    assert (np.diff(rows) > 0).all()
    assert rows[-1] < 50
