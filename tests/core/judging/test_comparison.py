"""Intervals of a difference against a plain loop over the same resamples, and what they promise."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from embedviz.core.judging.comparison import (
    compare,
    correlation_differences,
    resampled,
    share_differences,
)
from embedviz.core.judging.judges import category_judge, pair_judge
from embedviz.core.pairs import Pairs


def three(n, decimals, seed=0):
    """Return two predictors of scores, and the scores; the fewer decimals, the more ties."""
    random = np.random.default_rng(seed)
    scores = random.normal(size=n)
    noise = random.normal(size=(2, n))
    return [np.round(each, decimals) for each in (scores + noise[0], scores + noise[1], scores)]


def scored_judge(scores):
    n = len(scores)
    halves = Pairs.halves(2 * n)
    vectors = np.ones((2 * n, 2), dtype=np.float32)
    return pair_judge(vectors, Pairs(halves.first, halves.second, scores), 0)


@pytest.mark.parametrize("decimals", [9, 0])
def test_differences_are_those_of_plain_ranks_in_each_resample(decimals):
    before, after, scores = three(60, decimals)
    found = correlation_differences(before, after, scores, 50, seed=3)
    (draws,) = resampled(60, 50, seed=3)
    expected = [
        spearmanr(after[d], scores[d]).statistic - spearmanr(before[d], scores[d]).statistic
        for d in draws
    ]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_many_pairs_are_drawn_in_blocks(monkeypatch):
    before, after, scores = three(60, 1)
    once = correlation_differences(before, after, scores, 50)
    monkeypatch.setattr("embedviz.core.judging.comparison._DRAWS_AT_ONCE", 60 * 7)
    parts = [len(each) for each in resampled(60, 50, 0)]
    assert parts == [7] * 7 + [1]
    assert correlation_differences(before, after, scores, 50).shape == once.shape


def test_shares_are_means_of_the_same_resamples():
    random = np.random.default_rng(1)
    before, after = (random.integers(2, size=40).astype(float) for _ in range(2))
    (draws,) = resampled(40, 30, seed=5)
    found = share_differences(before, after, 30, seed=5)
    expected = after[draws].mean(axis=1) - before[draws].mean(axis=1)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_a_change_is_told_from_none():
    before, after, scores = three(400, 9)
    judge = scored_judge(scores)
    same = compare(judge, before, after)
    assert same.change == "same"
    assert same.low < 0 < same.high
    better = compare(judge, before, scores)
    assert better.change == "better"
    assert better.after == pytest.approx(1)
    assert better.low < better.difference < better.high
    worse = compare(judge, scores, before)
    assert worse.change == "worse"
    assert worse.difference == pytest.approx(-better.difference)


def test_nothing_changed_is_no_difference():
    before, _, scores = three(50, 9)
    found = compare(scored_judge(scores), before, before * 0.5)
    assert (found.low, found.high, found.change) == (0, 0, "same")


def test_a_part_is_compared_by_itself():
    before, after, scores = three(50, 9)
    chosen = np.arange(0, 50, 2)
    found = compare(scored_judge(scores), before, after, chosen)
    assert found.n_judged == 25
    assert found.after == pytest.approx(spearmanr(after[chosen], scores[chosen]).statistic)


def test_there_is_no_interval_of_what_cannot_be_ranked():
    _, after, scores = three(50, 9)
    found = compare(scored_judge(scores), np.ones(50), after)
    assert np.isnan(found.before)
    assert found.change == "unknown"


@pytest.mark.parametrize("n", [2, 9])
def test_there_is_no_interval_of_a_few_pairs(n):
    before, after, scores = three(n, 9)
    found = compare(scored_judge(scores), before, after)
    assert found.change == "unknown"
    assert np.isfinite(found.difference)


def test_hardly_any_order_in_the_scores_gives_no_interval():
    scores = np.zeros(40)
    scores[0] = 1  # In 36 % of the resamples, all that was drawn has one score.
    before, after, _ = three(40, 9)
    assert compare(scored_judge(scores), before, after).change == "unknown"


def test_categories_are_compared_by_rows():
    random = np.random.default_rng(0)
    judge = category_judge(random.normal(size=(80, 3)).astype(np.float32), ["a", "b"] * 40, 5, 0)
    right = np.ones(80)
    found = compare(judge, random.integers(2, size=80).astype(float), right)
    assert (found.measure, found.change, found.n_judged) == ("knn", "better", 80)


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    """Of 200 samples; the true difference is that of 200,000 pairs."""
    (*_,) = big = three(200_000, 9, seed=99)
    # One predictor is better: its noise is less.
    true = spearmanr(big[2] + 0.5 * (big[1] - big[2]), big[2]).statistic
    true -= spearmanr(big[0], big[2]).statistic
    held = 0
    for seed in range(200):
        before, after, scores = three(120, 9, seed)
        found = correlation_differences(before, scores + 0.5 * (after - scores), scores, 300, seed)
        low, high = np.quantile(found, [0.025, 0.975])
        held += low <= true <= high
    assert 0.90 <= held / 200 <= 0.99
