"""Halves of what is judged: nothing is in both, and what hangs together stays together."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.judging.halves import halves_of
from embedviz.core.judging.judges import category_judge, pair_judge
from embedviz.core.pairs import Pairs

SOME_PAIRS = st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), min_size=2, max_size=60)


def judge_of(pairs):
    first, second = np.array(pairs).T
    vectors = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32)
    return pair_judge(vectors, Pairs(first, second, np.arange(len(pairs))), 0)


@given(SOME_PAIRS)
def test_no_pair_is_in_both_halves(pairs):
    halves = halves_of(judge_of(pairs))
    both = [{tuple(sorted(pairs[i])) for i in half} for half in (halves.choosing, halves.held_out)]
    assert not both[0] & both[1]
    assert len(halves.choosing) + len(halves.held_out) == len(pairs)
    if halves.by == "rows":
        rows = [{row for pair in half for row in pair} for half in both]
        assert not rows[0] & rows[1]


def test_pairs_without_common_rows_are_halved_evenly():
    halves = halves_of(judge_of([(i, i + 15) for i in range(15)]))
    assert (len(halves.choosing), len(halves.held_out), halves.by) == (8, 7, "rows")
    assert halves_of(judge_of([(i, i + 15) for i in range(15)]), seed=1).held_out.tolist() != (
        halves.held_out.tolist()
    )


def test_a_chain_is_cut_between_pairs():
    halves = halves_of(judge_of([(i, i + 1) for i in range(29)]))
    assert halves.by == "pairs"
    assert abs(len(halves.choosing) - len(halves.held_out)) <= 1


def test_rows_of_categories_are_halved():
    vectors = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32)
    halves = halves_of(category_judge(vectors, ["a", "b"] * 15, 5, 0))
    assert len(halves.choosing) == len(halves.held_out) == 15
