import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core.matryoshka import judge_order, kept_length, measure_overlaps, prefix_lengths

LENGTHS = [8, 16, 32, 64]
DRAWS = np.array([[0.3, 0.5, 0.7, 1.0]]) + np.array([[-1, -0.5, 0, 0.5, 1]]).T * 0.02 * np.array(
    [1, 1, 1, 0]
)


@pytest.mark.parametrize(
    ("more", "order"), [(0.1, "clearly"), (0.049, "slightly"), (0.02, "same"), (-0.1, "worse")]
)
def test_the_verdict_is_by_the_spread_of_random_orders(more, order):
    prefix = [0.3 + more, 0.5 + more, 0.7 + more, 1.0]
    found = judge_order(LENGTHS, prefix, DRAWS)
    assert found.order == order
    # Over the logarithms: three gaps of the same size, and none at the end.
    assert found.gap == pytest.approx(more * 2.5 / 3)
    assert found.widest == pytest.approx(more)


def test_what_nobody_would_notice_is_not_clear():
    draws = np.tile([0.5, 0.6, 0.7, 1.0], (5, 1)) + np.linspace(-1e-4, 1e-4, 5)[:, np.newaxis]
    assert judge_order(LENGTHS, [0.51, 0.61, 0.71, 1.0], draws).order == "slightly"


def test_draws_that_are_all_alike():
    draws = np.tile([0.5, 0.6, 0.7, 1.0], (5, 1))
    assert judge_order(LENGTHS, draws[0], draws).order == "same"
    found = judge_order(LENGTHS, draws[0] + 0.1, draws)
    assert (found.order, found.t) == ("clearly", math.inf)


@pytest.mark.parametrize("lengths", [[], [5]])
def test_without_shorter_prefixes_there_is_no_verdict(lengths):
    assert judge_order(lengths, [1.0] * len(lengths), np.ones((3, len(lengths)))).order == "unknown"


def test_lengths_without_a_number_do_not_count():
    draws = DRAWS.copy()
    draws[:, 0] = np.nan
    assert judge_order(LENGTHS, [0.4, 0.8, 0.9, 1.0], draws).at == 16
    assert judge_order(LENGTHS, [math.nan] * 4, DRAWS).order == "unknown"


def test_a_set_whose_first_dimensions_matter_most_is_clearly_ordered_and_turned_around_worse():
    vectors = np.random.default_rng(0).normal(size=(300, 32)) * 0.8 ** np.arange(32)
    lengths = prefix_lengths(32)
    for rows, order in ((vectors, "clearly"), (vectors[:, ::-1], "worse")):
        found = measure_overlaps(rows, lengths, (10,), 100, ["prefix", "random"])
        prefix, random = found["prefix"][10], found["random"][10]
        assert judge_order(lengths, prefix.curve, random.draws).order == order


def test_a_set_in_random_order_is_called_so_nearly_always():
    vectors = np.random.default_rng(0).normal(size=(200, 32)) * 0.9 ** np.arange(32)
    called = []
    for seed in range(20):
        mixed = vectors[:, np.random.default_rng(seed).permutation(32)]
        found = measure_overlaps(mixed, [8, 16, 32], (10,), 50, ["prefix", "random"], seed=seed)
        called.append(
            judge_order([8, 16, 32], found["prefix"][10].curve, found["random"][10].draws).order
        )
    assert called.count("same") >= 17


def test_the_length_that_keeps_a_share():
    assert kept_length([8, 16, 32, 64], [0.5, 0.9, 0.95, 1.0], 0.95) == 32
    assert kept_length([8, 16, 32, 64], [0.5, 0.9, 0.96, 1.0], 0.93) == 23  # Halfway: √512.
    assert kept_length([8, 16], [0.99, 1.0], 0.95) == 8
    # What it falls below again does not count.
    assert kept_length([8, 16, 32, 64], [0.97, 0.9, 0.98, 1.0], 0.95) > 16
    assert kept_length([8, 16], [math.nan, 0.4], 0.95) == 16
    for curve in ([0.1, -0.2], [0.1, math.nan], [0.0, 0.0]):
        assert kept_length([8, 16], curve, 0.95) is None
    assert kept_length([], [], 0.95) is None


@settings(deadline=None)
@given(st.integers(1, 5000))
def test_lengths_rise_to_all_dimensions(dimensions):
    lengths = prefix_lengths(dimensions)
    assert lengths == sorted(set(lengths))
    assert lengths[-1] == dimensions
    assert 1 <= lengths[0] <= 8
    assert len(lengths) < 25
