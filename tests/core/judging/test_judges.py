"""Judges: who is asked, what is left out, and what is said of it."""

import numpy as np
import pytest

from embedviz.core.errors import UserError
from embedviz.core.judging.judges import Partners, ScoredPairs, category_judge, pair_judge
from embedviz.core.pairs import Pairs


def rows_of(n=40, d=4):
    return np.random.default_rng(0).normal(size=(n, d)).astype(np.float32)


def test_equal_scores_are_no_order_and_pairs_count_as_partners():
    pairs = Pairs([0, 1, 2], [3, 4, 5], [2.5, 2.5, 2.5])
    judge = pair_judge(rows_of(), pairs, 0)
    assert isinstance(judge, Partners)
    assert judge.notes[0].startswith("All scores are 2.5")
    assert isinstance(pair_judge(rows_of(), Pairs([0, 1], [2, 3], [0, 1]), 0), ScoredPairs)


def test_one_pair_cannot_be_judged():
    with pytest.raises(UserError):
        pair_judge(rows_of(), Pairs([0], [1], [3]), 0)


def test_a_row_that_holds_nan_is_named():
    rows = rows_of()
    rows[3] = np.nan
    with pytest.raises(UserError, match="Row 3"):
        pair_judge(rows, Pairs([0, 1], [3, 4], [1, 2]), 0)


def test_of_very_many_rows_some_take_part():
    rows = rows_of(100)
    rows[:10] = 0
    judge = category_judge(rows, ["a", "b"] * 50, 5, 0, most_rows=30)
    assert np.count_nonzero(judge.codes >= 0) == 30
    assert not (judge.codes[:10] >= 0).any()
    assert judge.notes == (
        "10 rows without a direction left out.",
        "30 of 90 rows take part, drawn at random.",
    )


def test_what_is_alone_is_not_asked_and_what_is_missing_takes_no_part():
    judge = category_judge(rows_of(6), ["a", "a", "b", "b", "c", None], 2, 0)
    assert judge.queries.tolist() == [0, 1, 2, 3]
    assert judge.codes.tolist() == [0, 0, 1, 1, 2, -1]
    with pytest.raises(UserError, match="No two rows"):
        category_judge(rows_of(3), ["a", "b", "c"], 2, 0)
    with pytest.raises(UserError, match="All rows are in one group"):
        category_judge(rows_of(3), ["a", "a", "a"], 2, 0)
