"""Offset concentration and pairing consistency beside plain NumPy, and how their p values lie."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare, kstest
from sklearn.metrics import roc_auc_score

from embedviz.core.analogies.relations import consistency
from embedviz.core.analogies.relations.consistency import compare_with_shuffles, concentration
from embedviz.core.analogies.relations.shuffles import Pairings, draw_pairings


def unit_rows(rng, count, dimensions):
    rows = rng.normal(size=(count, dimensions))
    return rows / np.linalg.norm(rows, axis=1)[:, np.newaxis]


def cosines_of(first, second, units):
    """Return the cosine of each couple of offsets, the slow way."""
    offsets = units[1][second] - units[0][first]
    lengths = np.linalg.norm(offsets, axis=1)
    units = offsets / np.where(lengths > 1e-9, lengths, np.inf)[:, np.newaxis]
    return (units @ units.T)[np.tril_indices(len(units), -1)]


def pairs_of(first, second):
    is_true = np.zeros((first.max() + 1, second.max() + 1), bool)
    is_true[first, second] = True
    return is_true


@st.composite
def relations(draw):
    """Draw pairs of which none is there twice; words may be in several."""
    n_first, n_second = draw(st.integers(1, 12)), draw(st.integers(2, 12))
    every = [(a, b) for a in range(n_first) for b in range(n_second)]
    chosen = draw(
        st.lists(st.sampled_from(every), min_size=min(2, len(every)), max_size=14, unique=True)
    )
    first, second = (np.unique(each, return_inverse=True)[1] for each in zip(*chosen, strict=True))
    return first, second


@given(relations(), st.integers(1, 6), st.integers(0, 1000))
@settings(max_examples=60, deadline=None)
def test_both_statistics_are_those_of_the_definitions(relation, dimensions, seed):
    first, second = relation
    rng = np.random.default_rng(seed)
    units = unit_rows(rng, first.max() + 1, dimensions), unit_rows(rng, 15, dimensions)
    units = units[0], units[1][: second.max() + 1]
    forbidden = np.linalg.norm(units[0][:, np.newaxis] - units[1], axis=2) < 1e-6
    forbidden[first, second] = False
    if (np.linalg.norm(units[1][second] - units[0][first], axis=1) < 1e-6).any():
        return  # Left out before.
    found = compare_with_shuffles(first, second, units, pairs_of(first, second), 40, seed)
    drawn = draw_pairings(first, second, forbidden, 40, consistency._N_POOL, seed)
    true = cosines_of(first, second, units)
    means = [cosines_of(first, each, units).mean() for each in drawn.shuffles]
    assert found.concentration.value == pytest.approx(true.mean(), abs=1e-9)
    assert found.n_shuffles == len(means)
    if means:
        n_reached = np.count_nonzero(np.array(means) >= true.mean() - 1e-9)
        assert found.concentration.p_value == (1 + n_reached) / (1 + len(means))
        assert found.concentration.null_mean == pytest.approx(np.mean(means), abs=1e-9)
    below = np.tril_indices(len(first), -1)
    others = []
    for each in drawn.pool:
        is_true = pairs_of(first, second)[first, each]
        is_other = ~(is_true[:, np.newaxis] | is_true)[below]
        others.append(cosines_of(first, each, units)[is_other])
    others = np.concatenate(others)
    if not len(others):
        assert math.isnan(found.pairing.value)
        return
    # Steps of a cosine of 3e-5 make those equal that are nearly so; rounding takes away the rest.
    steps = np.round(np.concatenate([true, others]) * 32768)
    area = roc_auc_score(np.arange(len(steps)) < len(true), steps)
    assert found.pairing.value == pytest.approx(area, abs=2e-3)


def test_steps_of_cosines_cost_no_accuracy():
    rng = np.random.default_rng(5)
    first = second = np.arange(40)
    units = unit_rows(rng, 40, 50), unit_rows(rng, 40, 50)
    found = compare_with_shuffles(first, second, units, np.eye(40, dtype=bool), 10, 0)
    drawn = draw_pairings(first, second, np.zeros((40, 40), bool), 10, consistency._N_POOL, 0)
    below = np.tril_indices(40, -1)
    others = [
        cosines_of(first, each, units)[~((each == first)[:, np.newaxis] | (each == first))[below]]
        for each in drawn.pool
    ]
    true, others = cosines_of(first, second, units), np.concatenate(others)
    scores = np.concatenate([true, others])
    area = roc_auc_score(np.arange(len(scores)) < len(true), scores)
    assert found.pairing.value == pytest.approx(area, abs=1e-4)


@given(st.integers(2, 30), st.integers(1, 20), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_concentration_is_the_mean_of_all_couples(n_pairs, dimensions, seed):
    offsets = np.random.default_rng(seed).normal(size=(n_pairs, dimensions))
    offsets[np.linalg.norm(offsets, axis=1) < 1e-3] = 1.0
    units = offsets / np.linalg.norm(offsets, axis=1)[:, np.newaxis]
    couples = (units @ units.T)[np.tril_indices(n_pairs, -1)]
    assert concentration(offsets) == pytest.approx(couples.mean(), abs=1e-9)


def test_one_offset_has_no_concentration():
    assert math.isnan(concentration(np.ones((1, 3))))
    assert math.isnan(concentration(np.ones((0, 3))))


def test_equal_offsets_are_fully_consistent():
    rng = np.random.default_rng(0)
    one = rng.normal(size=(20, 30)) * 0.01
    units = one, one + np.eye(30)[0]  # Not of unit length, which nothing here depends on.
    found = compare_with_shuffles(
        np.arange(20), np.arange(20), units, np.eye(20, dtype=bool), 200, 0
    )
    assert found.concentration.value == pytest.approx(1.0)
    assert found.concentration.p_value == found.pairing.p_value == 1 / 201
    assert found.pairing.value > 0.99


# On random vectors each p value is as likely as any other.


def uniform_p_values(make, n_seeds):
    """Return what is uniform from 0 to 1 where the p values are: they come in steps."""
    p_values = []
    for seed in range(n_seeds):
        rng = np.random.default_rng(seed)
        first, second, units = make(rng)
        found = compare_with_shuffles(
            first, second, units, pairs_of(first, second), 99, seed + 10_000
        )
        step = 1 / (1 + found.n_shuffles)
        for each in (found.concentration, found.pairing):
            p_values.append(each.p_value - step * rng.random())
    return np.array(p_values).reshape(-1, 2).T


def test_p_values_are_uniform_on_random_vectors():
    def make(rng):
        return np.arange(15), np.arange(15), (unit_rows(rng, 15, 20), unit_rows(rng, 15, 20))

    for p_values in uniform_p_values(make, 600):
        assert kstest(p_values, "uniform").pvalue > 0.01
        assert abs((p_values < 0.05).mean() - 0.05) < 0.03


@pytest.mark.parametrize("n_pairs", [3, 4])
def test_p_values_of_few_pairs_are_exact(n_pairs):
    def make(rng):
        units = unit_rows(rng, n_pairs, 5), unit_rows(rng, n_pairs, 5)
        return np.arange(n_pairs), np.arange(n_pairs), units

    for p_values in uniform_p_values(make, 600):
        assert kstest(p_values, "uniform").pvalue > 0.01


@pytest.mark.parametrize("dimensions", [2, 50])
@pytest.mark.parametrize("n_pairs", [5, 20])
def test_p_values_are_uniform_for_many_sizes(n_pairs, dimensions):
    def make(rng):
        units = unit_rows(rng, n_pairs, dimensions), unit_rows(rng, n_pairs, dimensions)
        return np.arange(n_pairs), np.arange(n_pairs), units

    for p_values in uniform_p_values(make, 200):
        assert kstest(p_values, "uniform").pvalue > 0.01


def simple_pairing(rng, first, second):
    """Return second words dealt out at random, again and again until no pair is there twice."""
    while True:
        dealt = rng.permutation(second)
        if len(set(zip(first.tolist(), dealt.tolist(), strict=True))) == len(first):
            return dealt


def test_p_values_are_uniform_where_words_are_in_several_pairs():
    first = np.array([0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8])
    second = np.array([0, 1, 2, 0, 3, 3, 3, 4, 4, 5, 6, 7])

    def make(rng):
        units = unit_rows(rng, 9, 6), unit_rows(rng, 8, 6)
        return first, simple_pairing(rng, first, second), units

    for p_values in uniform_p_values(make, 600):
        assert kstest(p_values, "uniform").pvalue > 0.01


def test_shuffles_that_make_a_pair_twice_would_give_wrong_p_values(monkeypatch):
    """Two equal pairs have a cosine of one, and no relation has a pair twice."""
    first, second = np.repeat(np.arange(5), 3), np.tile(np.arange(5), 3)

    def make(rng):
        units = unit_rows(rng, 5, 20), unit_rows(rng, 5, 20)
        return first, simple_pairing(rng, first, second), units

    for p_values in uniform_p_values(make, 200):
        assert kstest(p_values, "uniform").pvalue > 0.01

    def shuffled(first, second, forbidden, n_shuffles, n_pool, seed):
        rng = np.random.default_rng(seed)
        found = rng.permuted(np.tile(second, (n_shuffles + n_pool, 1)), axis=1)
        return Pairings(found[n_pool:], found[:n_pool], is_complete=False)

    monkeypatch.setattr(consistency, "draw_pairings", shuffled)
    wrong = uniform_p_values(make, 200)
    assert kstest(wrong[1], "uniform").pvalue < 1e-4


def test_two_pairs_cannot_be_significant():
    rng = np.random.default_rng(1)
    units = unit_rows(rng, 2, 8), unit_rows(rng, 2, 8)
    found = compare_with_shuffles(np.arange(2), np.arange(2), units, np.eye(2, dtype=bool), 999, 0)
    assert found.n_shuffles == 1
    assert found.is_exact
    assert found.concentration.p_value in (0.5, 1.0)


@pytest.mark.parametrize("shape", [(1, 5), (1, 10), (10, 1), (2, 3), (3, 4)])
def test_words_that_make_no_other_pairs_have_no_p_value(shape):
    """Each word with all others: whatever is dealt out, the pairs are the same."""
    rng = np.random.default_rng(2)
    first, second = (each.ravel() for each in np.indices(shape))
    units = unit_rows(rng, shape[0], 8), unit_rows(rng, shape[1], 8)
    found = compare_with_shuffles(first, second, units, np.ones(shape, bool), 50, 0)
    assert found.n_shuffles == 0
    assert found.is_exact
    expected = cosines_of(first, second, units).mean()
    assert found.concentration.value == pytest.approx(expected, abs=1e-9)
    assert math.isnan(found.pairing.value)
    for each in (found.concentration, found.pairing):
        assert math.isnan(each.p_value)
        assert math.isnan(each.null_mean)


@pytest.mark.slow
@pytest.mark.parametrize("dimensions", [2, 50])
def test_p_values_are_uniform_for_a_hundred_pairs(dimensions):
    def make(rng):
        units = unit_rows(rng, 100, dimensions), unit_rows(rng, 100, dimensions)
        return np.arange(100), np.arange(100), units

    for p_values in uniform_p_values(make, 200):
        assert kstest(p_values, "uniform").pvalue > 0.01


@pytest.mark.parametrize("dimensions", [2, 50])
def test_p_values_of_three_pairs_are_the_six_steps_each_as_often(dimensions):
    found = []
    for seed in range(600):
        rng = np.random.default_rng(seed)
        units = unit_rows(rng, 3, dimensions), unit_rows(rng, 3, dimensions)
        each = compare_with_shuffles(
            np.arange(3), np.arange(3), units, np.eye(3, dtype=bool), 99, 0
        )
        assert each.is_exact
        found.append((each.concentration.p_value, each.pairing.p_value))
    for p_values in np.array(found).T:
        steps = np.round(6 * p_values)
        np.testing.assert_allclose(p_values, steps / 6)
        counts = np.bincount(steps.astype(int), minlength=7)[1:]
        assert chisquare(counts).pvalue > 0.01


@pytest.mark.parametrize("n_pairs", [4, 6, 12, 40])
def test_p_values_in_one_dimension_are_conservative(n_pairs):
    """All cosines are 1 or -1, so that many pairings are equal: p is high more often than not."""
    found = []
    for seed in range(400):
        rng = np.random.default_rng(seed)
        first = np.sign(rng.normal(size=(n_pairs, 1)))
        # At unit length half of the pairs would have no offset.
        units = first * rng.uniform(1, 2, (n_pairs, 1)), rng.normal(size=(n_pairs, 1))
        pairs = np.arange(n_pairs), np.arange(n_pairs)
        each = compare_with_shuffles(*pairs, units, np.eye(n_pairs, dtype=bool), 99, seed)
        found.append((each.concentration.p_value, each.pairing.p_value))
    for p_values in np.array(found).T:
        for level in (0.05, 0.1, 0.2, 0.5):
            spread = math.sqrt(level * (1 - level) / len(p_values))
            assert (p_values <= level).mean() < level + 3 * spread


def test_no_shuffle_gives_no_p_value_below_one():
    rng = np.random.default_rng(3)
    units = unit_rows(rng, 9, 8), unit_rows(rng, 9, 8)
    found = compare_with_shuffles(np.arange(9), np.arange(9), units, np.eye(9, dtype=bool), 0, 0)
    assert found.concentration.p_value == 1.0
    assert math.isnan(found.concentration.null_mean)
