"""One relation measured: agreements, leaving one out, and what cannot be measured."""

import math

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core.analogies import measure_relation, solve_rows
from embedviz.core.analogies.relations import answering
from embedviz.core.analogies.relations.consistency import MOST_PAIRS
from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled
from embedviz.core.vector_set import VectorSet


def random_set(n_rows, dimensions, seed=0, name="some"):
    vectors = np.random.default_rng(seed).normal(size=(n_rows, dimensions)).astype(np.float32)
    return VectorSet(vectors, [f"w{i}" for i in range(n_rows)], name=name)


def pairs_of(firsts, seconds):
    return [(f"w{a}", f"w{b}") for a, b in zip(firsts, seconds, strict=True)]


def units_of(vector_set):
    vectors = vector_set.vectors.astype(np.float64)
    return vectors / np.linalg.norm(vectors, axis=1)[:, np.newaxis]


@given(st.integers(2, 12), st.integers(1, 12), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_agreements_are_those_of_plain_loops(n_pairs, dimensions, seed):
    some = random_set(2 * n_pairs, dimensions, seed)
    measured = measure_relation(
        some, pairs_of(range(n_pairs), range(n_pairs, 2 * n_pairs)), n_shuffles=5
    )
    units = units_of(some)
    offsets = units[measured.found.second] - units[measured.found.first]
    for i, offset in enumerate(offsets if len(offsets) > 1 else []):
        others = np.delete(offsets, i, axis=0)
        mean = others.mean(axis=0)
        length = np.linalg.norm(offset)
        across = np.linalg.norm(mean)
        cosine = offset @ mean / (length * across) if across > 1e-6 else 0.0
        assert measured.agreements[i] == pytest.approx(cosine, abs=1e-6)
        ratio = length / np.linalg.norm(others, axis=1).mean()
        assert measured.length_ratios[i] == pytest.approx(ratio)
    if len(offsets):
        assert measured.mean_offset == pytest.approx(offsets.mean(axis=0), abs=1e-9)
    ordered = measured.agreements[measured.order]
    assert (np.diff(ordered) <= 0).all()


def left_out(vector_set, pairs, i, exclude_inputs):
    """Return all rows as answers to one pair by the mean offset of the pairs of other words."""
    units = units_of(vector_set)
    rows = [(vector_set.row(a), vector_set.row(b)) for a, b in pairs]
    others = [units[b] - units[a] for a, b in rows if a != rows[i][0]]
    point = units[rows[i][0]] + np.mean(others, axis=0)
    found = solve_rows(vector_set, [point], count=len(vector_set), exclude_inputs=False)
    own = vector_set.labels[rows[i][0]]
    return [row for row, _ in found if not exclude_inputs or vector_set.labels[row] != own], point


@pytest.mark.parametrize("exclude_inputs", [True, False])
def test_leaving_one_out_answers_as_one_question_each(exclude_inputs):
    some = random_set(60, 8, 3)
    pairs = [*pairs_of(range(12), range(20, 32)), ("w0", "w40"), ("w3", "w20")]
    measured = measure_relation(some, pairs, n_shuffles=1, exclude_inputs=exclude_inputs)
    right = {}
    for a, b in pairs:
        right.setdefault(a, set()).add(some.row(b))
    for i, (a, _) in enumerate(pairs):
        answers, _ = left_out(some, pairs, i, exclude_inputs)
        assert measured.answers.rows[i].tolist() == answers[:5]
        rank = 1 + min(answers.index(row) for row in right[a])
        assert measured.answers.ranks[i] == rank
    ranks = measured.answers.ranks
    assert measured.n_asked == len(pairs)
    assert measured.accuracy == (ranks == 1).mean()
    assert measured.top5_accuracy == (ranks <= 5).mean()


def test_scores_are_those_of_gensim():
    some = random_set(300, 20, 4)
    pairs = pairs_of(range(9), range(10, 19))
    measured = measure_relation(some, pairs, n_shuffles=1, exclude_inputs=False)
    peer = KeyedVectors(20)
    peer.add_vectors(list(some.labels), some.vectors)
    for i in range(len(pairs)):
        _, point = left_out(some, pairs, i, exclude_inputs=False)
        expected = peer.most_similar(positive=[point.astype(np.float32)], topn=5)
        rows = measured.answers.rows[i]
        assert [some.labels[row] for row in rows] == [label for label, _ in expected]
        assert measured.answers.scores[i] == pytest.approx([s for _, s in expected], abs=1e-5)


def test_blocks_do_not_change_the_answers(monkeypatch):
    some = random_set(1000, 6, 5)
    pairs = pairs_of(range(20), range(20, 40))
    whole = measure_relation(some, pairs, n_shuffles=1).answers
    monkeypatch.setattr(answering, "_PRODUCT_NUMBERS", 1)
    monkeypatch.setattr(answering, "_WANTED_AT_ONCE", 3)
    parts = measure_relation(some, pairs, n_shuffles=1).answers
    assert (whole.rows == parts.rows).all()
    assert (whole.ranks == parts.ranks).all()


def test_rows_of_any_size_are_answers_by_their_direction():
    some = random_set(200, 6, 5)
    pairs = pairs_of(range(20), range(20, 40))
    sizes = np.full(200, 1.0)
    sizes[50:60], sizes[60:70] = 1e37, 1e-37
    sized = VectorSet(some.vectors * sizes[:, np.newaxis].astype(np.float32), some.labels)
    one, other = (measure_relation(each, pairs, n_shuffles=1).answers for each in (some, sized))
    assert (one.rows == other.rows).all()
    assert (one.ranks == other.ranks).all()
    assert one.scores == pytest.approx(other.scores, abs=1e-6)


def test_answers_may_be_among_the_first_rows_only():
    some = random_set(100, 6, 6)
    measured = measure_relation(
        some, pairs_of(range(10), [*range(10, 19), 99]), n_shuffles=1, restrict_vocab=30
    )
    assert measured.answers.rows.max() < 30
    assert measured.answers.ranks[9] == 0
    assert measured.n_asked == 9


def test_any_of_several_answers_is_right_and_all_rows_of_a_label_are_one():
    """Twelve words with an offset; each answer is there under two labels, one of them twice."""
    rng = np.random.default_rng(7)
    words = rng.normal(size=(12, 40))
    answers = words + 2.0 * np.eye(40)[0]
    vectors = np.concatenate([words, answers, answers * 2.0, words * 3.0]).astype(np.float32)
    labels = [f"w{i}" for i in range(12)] + [f"b{i}" for i in range(12)]
    labels += [f"c{i}" for i in range(12)] + [f"w{i}" for i in range(12)]
    some = VectorSet(vectors, labels)
    pairs = [(f"w{i}", (f"c{i}", f"b{i}")) for i in range(12)]
    measured = measure_relation(some, pairs, n_shuffles=200)
    assert measured.accuracy == 1.0
    assert measured.p_value < 0.01
    assert measured.pairing.p_value < 0.01
    # Neither of the two rows of the word itself is an answer to it.
    assert all(
        row not in (i, 36 + i) for i, rows in enumerate(measured.answers.rows) for row in rows
    )
    only = measure_relation(some, [(f"w{i}", f"c{i}") for i in range(12)], n_shuffles=1)
    assert (only.answers.ranks == 2).all()  # Row b comes first, which is as near.


def test_random_vectors_are_no_relation_and_planted_ones_are():
    some = random_set(400, 50, 8)
    chance = measure_relation(some, pairs_of(range(100), range(100, 200)))
    assert abs(chance.consistency - chance.null_mean) < 4 * chance.null_std
    assert chance.p_value > 0.001
    assert abs(chance.pairing.value - 0.5) < 0.05
    vectors = some.vectors.copy()
    vectors[100:200] = vectors[:100] + 0.3 * vectors[100:200] + 2 * vectors[300]
    planted = measure_relation(
        VectorSet(vectors, some.labels), pairs_of(range(100), range(100, 200))
    )
    assert planted.p_value == planted.pairing.p_value == 1 / 1001
    assert planted.consistency > planted.null_mean + 10 * planted.null_std
    assert planted.pairing.value > 0.9
    assert planted.accuracy > 0.9


def test_the_same_seed_gives_the_same_numbers():
    some = random_set(60, 5, 9)
    pairs = pairs_of(range(20), range(20, 40))
    one, same, other = (measure_relation(some, pairs, 200, seed) for seed in (1, 1, 2))
    assert (one.shuffled == same.shuffled).all()
    assert (one.pairing.shuffled == same.pairing.shuffled).all()
    assert one.null_mean == pytest.approx(one.shuffled.mean())
    assert one.null_mean != other.null_mean
    assert one.consistency == other.consistency


# What cannot be measured is told.


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        ([], "No pair is left"),
        ([("w0", "w0")], "of a word with itself"),
        ([("w0", "nowhere")], "“nowhere”"),
        ([("w0", "w1")], "One pair has no other"),
        ([("w0", "w1")] * 3, "given more than once"),
        ([("w0", "w1"), ("w0", "w2")], "can make no other pairs"),
        ([("w0", "w1"), ("w2", "w3")], "no p value is below 0.5"),
        ([("w0", "w1"), ("w1", "w0")], "can make no other pairs"),
        ([("w0", "zero"), ("w0", "nan")], "zero or not finite"),
    ],
)
@pytest.mark.parametrize("dimensions", [1, 2, 30])
def test_edge_cases_have_a_worded_answer(pairs, told, dimensions):
    vectors = np.random.default_rng(1).normal(size=(6, dimensions)).astype(np.float32)
    if dimensions == 1:
        vectors[:4, 0] = [1.0, -2.0, 3.0, -1.0]
    vectors[4] = 0.0
    vectors[5] = np.nan
    some = VectorSet(vectors, ["w0", "w1", "w2", "w3", "zero", "nan"])
    measured = measure_relation(some, pairs, n_shuffles=20)
    if dimensions > 1 or "other pairs" not in told:
        assert told in " ".join(measured.notes)
    count = len(measured.found)
    assert measured.agreements.shape == measured.length_ratios.shape == (count,)
    assert measured.answers.rows.shape[0] == measured.answers.ranks.shape[0] == count
    assert len(measured.order) == count
    if count < 2:
        assert math.isnan(measured.consistency)
        assert math.isnan(measured.p_value)
        assert math.isnan(measured.accuracy)
    else:
        assert -1.0 <= measured.consistency <= 1.0
        assert (measured.n_shuffles == 0) == math.isnan(measured.p_value)
        assert not measured.p_value > 1.0


def test_pairs_of_one_word_alone_cannot_be_asked():
    some = random_set(20, 5, 2)
    measured = measure_relation(some, [("w0", "w1"), ("w0", "w2"), ("w0", "w3")], n_shuffles=5)
    assert measured.n_asked == 0
    assert math.isnan(measured.accuracy)
    assert (measured.answers.rows == -1).all()
    assert "All pairs have the first word “w0”" in " ".join(measured.notes)


def test_one_dimension_has_a_direction():
    some = VectorSet(np.array([[1], [-1], [2], [-3], [1], [-5]], np.float32), list("abcdef"))
    measured = measure_relation(some, [("a", "b"), ("c", "d"), ("e", "f")])
    assert measured.consistency == pytest.approx(1.0)
    assert measured.p_value == 1.0  # Whatever is dealt out, it is the same.
    opposite = measure_relation(some, [("a", "b"), ("d", "c")])
    assert opposite.consistency == pytest.approx(-1.0)


def test_rows_of_nan_and_infinity_are_no_answers():
    some = random_set(50, 6, 3)
    vectors = some.vectors.copy()
    vectors[40], vectors[41], vectors[42] = np.nan, np.inf, 0.0
    odd = VectorSet(vectors, some.labels)
    measured = measure_relation(odd, pairs_of(range(10), range(10, 20)), n_shuffles=1)
    assert not np.isin(measured.answers.rows, [40, 41, 42]).any()


def test_many_pairs_are_shuffled_in_part():
    count = MOST_PAIRS + 200
    some = random_set(2 * count, 4, 2)
    measured = measure_relation(some, pairs_of(range(count), range(count, 2 * count)), n_shuffles=3)
    assert len(measured.agreements) == count
    assert "1,000 of the pairs" in " ".join(measured.notes)


def test_progress_is_told_and_it_can_be_stopped():
    some = random_set(100, 6)
    told = []
    measure_relation(
        some, pairs_of(range(9), range(10, 19)), report=lambda share, _: told.append(share)
    )
    assert told == sorted(told)
    assert 0.0 <= told[0] <= told[-1] <= 1.0

    def stop(_share, _words):
        raise Cancelled

    with pytest.raises(Cancelled):
        measure_relation(some, [], report=stop)


@pytest.mark.parametrize("count", [-1, 1.5, "many"])
def test_a_number_of_shuffles_that_is_none_is_refused(count):
    with pytest.raises(UserError, match="number of shuffles"):
        measure_relation(random_set(9, 3), [], n_shuffles=count)
