"""Other pairings of the same words: each that can be is as likely as any other."""

from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from embedviz.core.analogies.relations.shuffles import draw_pairings

NOTHING = np.zeros((20, 20), bool)


def as_sets(firsts, pairings):
    return [frozenset(zip(firsts.tolist(), each.tolist(), strict=True)) for each in pairings]


@given(st.integers(8, 15), st.integers(0, 100), st.booleans())
@settings(max_examples=40, deadline=None)
def test_words_stay_the_same_and_no_forbidden_pair_is_made(n_pairs, seed, is_repeated):
    rng = np.random.default_rng(seed)
    firsts = np.sort(rng.integers(n_pairs, size=n_pairs)) if is_repeated else np.arange(n_pairs)
    seconds = np.arange(n_pairs)
    forbidden = rng.random((n_pairs, n_pairs)) < 0.1
    forbidden[firsts, seconds] = False
    before = forbidden.copy()
    drawn = draw_pairings(firsts, seconds, forbidden, 30, 10, seed)
    assert drawn.shuffles.shape == (30, n_pairs)
    assert drawn.pool.shape == (10, n_pairs)
    assert (forbidden == before).all()
    for each in (*drawn.shuffles, *drawn.pool):
        assert sorted(each) == sorted(seconds)
        assert not forbidden[firsts, each].any()
        assert len(set(zip(firsts.tolist(), each.tolist(), strict=True))) == n_pairs


def test_the_same_seed_draws_the_same():
    firsts = np.array([0, 0, 1, 2, 3, 4, 5, 6, 7])
    one, same, other = (
        draw_pairings(firsts, np.arange(9), NOTHING, 20, 5, seed).shuffles for seed in (1, 1, 2)
    )
    assert (one == same).all()
    assert (one != other).any()


def test_few_pairs_have_all_pairings_and_the_true_one_is_the_first_of_the_pool():
    drawn = draw_pairings(np.arange(4), np.arange(4), NOTHING, 100, 5, 0)
    assert drawn.is_complete
    assert len(drawn.shuffles) == 23
    assert (drawn.pool[0] == np.arange(4)).all()
    assert len(set(as_sets(np.arange(4), drawn.pool))) == 24


def test_all_pairings_are_without_those_that_cannot_be():
    forbidden = NOTHING.copy()
    forbidden[0, 1] = True
    drawn = draw_pairings(np.arange(3), np.arange(3), forbidden, 100, 5, 0)
    assert len(drawn.shuffles) == 3
    drawn = draw_pairings(np.array([0, 0, 1]), np.array([0, 1, 0]), NOTHING, 100, 5, 0)
    assert set(as_sets(np.array([0, 0, 1]), drawn.pool)) == {frozenset({(0, 0), (0, 1), (1, 0)})}


def test_walks_reach_each_pairing_as_often():
    """Pairs with a repeated word, too many to be listed at once, beside all that there are."""
    firsts, seconds = np.array([0, 0, 1, 2, 3]), np.array([0, 1, 0, 2, 3])
    forbidden = NOTHING.copy()
    forbidden[3, 0] = True
    possible = set()
    for order in permutations(range(5)):
        pairs = frozenset(zip(firsts.tolist(), seconds[list(order)].tolist(), strict=True))
        if len(pairs) == 5 and (3, 0) not in pairs:
            possible.add(pairs)
    drawn = draw_pairings(firsts, seconds, forbidden, 100, 3000, 7)
    counts = Counter(as_sets(firsts, drawn.pool))
    assert set(counts) == possible
    assert chisquare(list(counts.values())).pvalue > 0.01


@pytest.mark.parametrize("n_pairs", [8, 30])
def test_shuffles_without_repeated_words_are_permutations(n_pairs):
    drawn = draw_pairings(
        np.arange(n_pairs), np.arange(n_pairs), np.zeros((n_pairs,) * 2, bool), 4000, 10, 3
    )
    n_fixed = (drawn.shuffles == np.arange(n_pairs)).sum(axis=1)
    assert n_fixed.mean() == pytest.approx(1.0, abs=0.1)
    assert n_fixed.var() == pytest.approx(1.0, abs=0.15)
