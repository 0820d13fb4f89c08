"""Training that makes a set nested, on one whose first dimensions are noise."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from embedviz.app.judged_pairs import bundled_pairs
from embedviz.core.errors import UserError
from embedviz.core.matryoshka.nesting import (
    Nesting,
    judge_rotation,
    nested_head,
    nested_lengths,
    train_nested,
)
from embedviz.core.matryoshka.nesting.split import MOST_ROWS, split_rows
from embedviz.core.pairs import Pairs
from embedviz.core.progress import Cancelled
from embedviz.core.samples import load_sample


@pytest.fixture(scope="module")
def judged():
    """Return rows whose meaning is in their last dimensions, and pairs judged by it."""
    rng = np.random.default_rng(0)
    meaning = rng.normal(size=(400, 6))
    rows = np.hstack([0.5 * rng.normal(size=(400, 18)), 2 * meaning]).astype(np.float32)
    first, second = np.arange(200), np.arange(200, 400)
    rows[second] = rows[first] + rng.normal(size=(200, 24)) * rng.uniform(0, 1, (200, 1))
    unit = meaning_of(rows)
    scores = np.einsum("ij,ij->i", unit[first], unit[second])
    return rows, Pairs(first, second, scores)


def meaning_of(rows):
    meaning = rows[:, 18:]
    return meaning / np.linalg.norm(meaning, axis=1, keepdims=True)


def spearman(rows, pairs, length):
    one, other = (rows[side][:, :length] for side in (pairs.first, pairs.second))
    cosines = np.einsum("ij,ij->i", one, other)
    cosines /= np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return spearmanr(cosines, pairs.scores).statistic


def test_short_prefixes_of_the_nested_version_are_worth_more():
    sentences = load_sample("sentences-final")
    nested = train_nested(
        sentences.vectors, Nesting(n_steps=60, prefixes=(8, 16, 64)), bundled_pairs(sentences)
    )
    comparison = nested.comparison
    assert comparison.measure == "spearman"
    assert comparison.lengths == (8, 16, 64, 384)
    assert (comparison.nested > comparison.before + 0.02)[:2].all()
    assert comparison.nested[-1] > comparison.before[-1] - 0.01
    np.testing.assert_array_equal(
        comparison.gain(),
        comparison.nested - np.maximum(comparison.before, comparison.rotated),
    )


def test_it_is_judged_on_rows_with_which_nothing_was_learned(judged):
    rows, pairs = judged
    nested = train_nested(rows, Nesting(n_steps=5), pairs)
    split = split_rows(rows, pairs, 0.5, seed=0)
    assert (nested.n_learned, nested.n_held) == (len(split.learned), len(split.held))
    held = split.held_pairs
    made = nested.head.apply(rows[split.held])
    found = [spearman(made, held, length) for length in nested.comparison.lengths]
    np.testing.assert_allclose(nested.comparison.nested, found, atol=1e-6)
    before = [spearman(rows[split.held], held, length) for length in nested.comparison.lengths]
    np.testing.assert_allclose(nested.comparison.before, before, atol=1e-6)


def test_the_parts_share_no_row_no_pair_and_no_copy(judged):
    rows, pairs = judged
    rows = rows.copy()
    rows[7] = rows[300]  # Which are of different pairs.
    split = split_rows(rows, pairs, 0.5, seed=3)
    assert not np.intersect1d(split.learned, split.held).size
    assert len(split.learned) + len(split.held) == len(rows)
    assert len(split.learned_pairs) + len(split.held_pairs) == len(pairs)
    assert (7 in split.held) == (300 in split.held)
    learned = {tuple(row) for row in rows[split.learned].tolist()}
    assert not learned & {tuple(row) for row in rows[split.held].tolist()}
    np.testing.assert_array_equal(
        rows[split.held][split.held_pairs.first][:, 0],
        rows[pairs.first[np.isin(pairs.first, split.held)]][:, 0],
    )


def test_pairs_that_all_hang_together_leave_some_to_judge():
    rows = np.random.default_rng(1).normal(size=(100, 4))
    chain = Pairs(np.arange(99), np.arange(1, 100))
    split = split_rows(rows, chain, 0.5, seed=0)
    assert len(split.held) == 50
    assert 0 < len(split.held_pairs) < 99


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n_equal", [50, 70])
def test_equal_rows_leave_others_in_both_parts(seed, n_equal):
    rows = np.random.default_rng(0).normal(size=(100, 4)).astype(np.float32)
    rows[:n_equal] = 0.0
    split = split_rows(rows, None, 0.5, seed)
    assert len(split.held) == (100 - n_equal) // 2
    assert split.held.min() >= n_equal
    assert not split_rows(rows, None, 0.0, seed).held.size


def test_a_few_large_groups_are_divided():
    rows = np.repeat(np.eye(3, dtype=np.float32), 10, axis=0)
    split = split_rows(rows, None, 0.5, seed=0)
    assert len(split.held) == 10


def test_a_rotation_loses_nothing_where_rows_are_fewer_than_dimensions():
    rows = np.random.default_rng(0).normal(size=(24, 40)).astype(np.float32)
    found = judge_rotation(rows).comparison
    assert found.measure == "overlap"
    assert found.rotated[-1] == found.before[-1] == 1.0


def test_pairs_of_equal_rows_judge_nothing(judged):
    rows, pairs = judged
    same = Pairs(pairs.first, pairs.first, pairs.scores)
    found = judge_rotation(rows, pairs=same).comparison
    assert found.measure == "overlap"
    assert np.isfinite(found.rotated).all()


def test_of_a_large_set_a_sample_is_taken_that_keeps_the_pairs():
    rows = np.random.default_rng(1).normal(size=(MOST_ROWS + 500, 2)).astype(np.float32)
    pairs = Pairs([0, 5], [MOST_ROWS + 499, 9])
    split = split_rows(rows, pairs, 0.5, seed=0)
    assert len(split.learned) + len(split.held) == MOST_ROWS
    assert len(split.learned_pairs) + len(split.held_pairs) == 2


def test_the_same_seed_gives_the_same_head_and_another_one_another(judged):
    rows, _ = judged
    first, again, other = (nested_head(rows, Nesting(n_steps=8, seed=s)) for s in (1, 1, 2))
    np.testing.assert_array_equal(first.matrix, again.matrix)
    assert not np.array_equal(first.matrix, other.matrix)
    assert first.apply(rows).shape == rows.shape


def test_it_stays_near_a_rotation_as_hard_as_it_is_held(judged):
    rows, _ = judged
    far = []
    for orthogonality in (0.0, 100.0):
        head = nested_head(rows, Nesting(n_steps=80, orthogonality=orthogonality))
        matrix = head.matrix / np.sqrt(np.mean(np.sum(head.matrix**2, axis=0)))
        far.append(np.linalg.norm(matrix.T @ matrix - np.eye(24)))
    assert far[1] < 0.2 * far[0]


@pytest.mark.parametrize("together", ["views", "neighbors", "pairs", "category"])
def test_all_that_belongs_together_can_be_learned_from(judged, together):
    rows, pairs = judged
    category = (rows[:, 18] > 0).tolist()
    nested = train_nested(rows, Nesting(together, n_steps=5), pairs, category)
    assert nested.head.n_outputs == 24
    assert nested.n_steps >= 1
    # Of fewer than 16 pairs, the loss would say nothing.
    is_known = np.isfinite([each.held_out for each in nested.moments])
    assert is_known.all() or together == "pairs"


def test_without_pairs_a_category_judges_and_without_both_the_set_itself(judged):
    rows, _ = judged
    by_category = train_nested(rows, Nesting(n_steps=3), category=(rows[:, 18] > 0).tolist())
    assert by_category.comparison.measure == "knn"
    alone = train_nested(rows, Nesting(n_steps=3))
    assert alone.comparison.measure == "overlap"
    assert alone.comparison.before[-1] == pytest.approx(1)
    assert alone.comparison.rotated[-1] == pytest.approx(1)


def test_it_can_be_stopped_with_what_it_has_learned_or_dropped(judged):
    rows, pairs = judged
    left = iter([True] * 4)
    nested = train_nested(rows, Nesting(), pairs, is_wanted=lambda: next(left, False))
    assert nested.is_stopped
    assert nested.n_steps == 4
    assert nested.head is not None

    def report(fraction, words):
        if "epoch" in words:
            raise Cancelled

    with pytest.raises(Cancelled):
        train_nested(rows, Nesting(), pairs, report=report)


def test_what_is_told_has_a_head_to_use(judged):
    rows, pairs = judged
    told = []
    train_nested(rows, Nesting(n_steps=3), pairs, tell=told.append)
    assert told[0].head.n_outputs == 24
    assert told[0].comparison is not None


def test_a_rotation_is_judged_on_the_same_rows_without_training(judged):
    rows, pairs = judged
    rotation = judge_rotation(rows, Nesting(), pairs)
    trained = train_nested(rows, Nesting(n_steps=1), pairs)
    np.testing.assert_array_equal(rotation.comparison.rotated, trained.comparison.rotated)
    assert np.isnan(rotation.comparison.nested).all()
    assert rotation.head is None


def test_lengths_are_powers_of_two_below_all():
    assert nested_lengths(384) == (8, 16, 32, 64, 128, 256)
    assert nested_lengths(8) == (1, 2, 4)
    assert nested_lengths(1) == ()
    assert Nesting(prefixes=(64, 8, 8, 500)).lengths(100) == (8, 64)


def test_what_is_trained_is_up_to_a_quarter_and_all_is_judged():
    assert Nesting().lengths(384) == (8, 16, 32, 64)
    assert Nesting().judged_lengths(384) == (8, 16, 32, 64, 128, 256, 384)
    assert Nesting().lengths(20) == (8,)
    assert Nesting().lengths(2) == (1,)
    assert Nesting().lengths(1) == ()
    assert Nesting(prefixes=(64, 8, 500)).judged_lengths(100) == (8, 64, 100)


@pytest.mark.parametrize("shape", [(3, 20), (50, 1), (50, 2), (10, 384)])
def test_small_sets(shape):
    rows = np.random.default_rng(0).normal(size=shape)
    nested = train_nested(rows, Nesting(n_steps=3))
    assert nested.head.n_outputs == shape[1]
    judge_rotation(rows)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (np.ones((40, 5)), "All rows are equal"),
        (np.full((40, 5), np.nan), "NaN"),
        (np.ones((1, 5)), "at least two rows"),
    ],
)
def test_rows_that_teach_nothing_are_refused(rows, said):
    with pytest.raises(UserError, match=said):
        train_nested(rows)


@pytest.mark.parametrize(
    "changes",
    [{"together": "no"}, {"held_out": 1.0}, {"n_steps": 0}, {"temperature": 0}, {"prefixes": (0,)}],
)
def test_options_out_of_range_are_refused(changes):
    with pytest.raises(ValueError, match=next(iter(changes)).removeprefix("n_")):
        Nesting(**changes)


def test_pairs_and_categories_that_are_not_there_are_missed(judged):
    rows, _ = judged
    for together in ("pairs", "category"):
        with pytest.raises(UserError, match="two views"):
            train_nested(rows, Nesting(together))
