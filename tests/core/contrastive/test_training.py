"""Training step by step: its gradients, its two ends, and what may be changed on the way."""

from types import SimpleNamespace

import numpy as np
import pytest

from embedviz.core.contrastive import info_nce, uniformity, uniformity_optimum
from embedviz.core.contrastive.heads import Head, head_from_arrays
from embedviz.core.contrastive.network import Network, Shape
from embedviz.core.contrastive.positives import pairs_to_learn, same_category
from embedviz.core.contrastive.training import Dials, Training, train
from embedviz.core.errors import UserError
from embedviz.core.isotropy import mean_cosine
from embedviz.core.pairs import Pairs
from embedviz.core.progress import Cancelled
from embedviz.core.samples import load_sample


def rows(n_vectors=300, dimensions=20, seed=0):
    return np.random.default_rng(seed).normal(size=(n_vectors, dimensions)).astype(np.float32) + 2


@pytest.fixture(scope="module")
def sentences():
    return load_sample("sentences-final").vectors


def steps(training, count):
    return [training.step() for _ in range(count)]


# The two ends.


def test_with_negatives_rows_spread_over_the_sphere(sentences):
    training = Training(sentences, 16, dials=Dials(dropout=0.1, batch_size=256))
    steps(training, 80)
    outputs = training.outputs()
    assert uniformity(outputs) == pytest.approx(uniformity_optimum(16), abs=0.1)
    assert abs(mean_cosine(outputs)) < 0.01


@pytest.mark.parametrize("seed", [0, 1])
def test_without_negatives_they_collapse(sentences, seed):
    training = Training(sentences, 16, dials=Dials(negatives=0), seed=seed)
    steps(training, 80)
    assert mean_cosine(training.outputs()) > 0.99
    # The pull is at its end: every similarity is 1.
    assert training.losses[-1] == pytest.approx(-1 / 0.05, rel=0.01)


def test_negatives_undo_a_collapse(sentences):
    training = Training(sentences, 16, dials=Dials(negatives=0))
    steps(training, 60)
    training.change(negatives=None)
    steps(training, 150)
    assert mean_cosine(training.outputs()) < 0.05


# The network.


@pytest.mark.parametrize("hidden", [0, 7])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_gradients_of_the_weights_are_slopes(hidden, activation):
    network = Network(Shape(5, 3, hidden, activation), np.random.default_rng(0))
    network.weights = [each.astype(np.float64) for each in network.weights]
    network.weights[-1] += 0.1
    first, second = rows(6, 5, 1).astype(float), rows(6, 5, 2).astype(float)

    def loss():
        return info_nce(network.forward(first)[0], network.forward(second)[0], 0.3)

    found = loss()
    last = [network.forward(view)[1] for view in (first, second)]
    one, other = (
        network.gradients(view, each, slopes)
        for view, each, slopes in zip((first, second), last, found[1:], strict=True)
    )
    for weight, *parts in zip(network.weights, one, other, strict=True):
        for place in np.ndindex(weight.shape):
            kept, ends = weight[place], []
            for step in (1e-6, -1e-6):
                weight[place] = kept + step
                ends.append(loss().loss)
            weight[place] = kept
            slope = (ends[0] - ends[1]) / 2e-6
            assert sum(parts)[place] == pytest.approx(slope, abs=1e-6)


@pytest.mark.parametrize("hidden", [0, 9])
@pytest.mark.parametrize("far", [0.0, 1e4])
def test_the_folded_head_gives_the_same(hidden, far):
    vectors = 50 * rows() + np.float32(far)
    training = Training(vectors, 4, hidden=hidden)
    steps(training, 20)
    folded = training.head().apply(vectors)
    np.testing.assert_allclose(folded, training.outputs(), atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(folded, axis=1), 1, rtol=1e-5)


def test_large_sets_are_prepared_by_the_batch(monkeypatch):
    vectors = rows()
    kept = Training(vectors, 4)
    monkeypatch.setattr("embedviz.core.contrastive.learners._KEPT_BYTES", 0)
    made = Training(vectors, 4)
    assert steps(made, 5) == steps(kept, 5)


# Dials.


def test_runs_repeat_with_their_seed():
    first, again, other = (Training(rows(), 4, seed=seed) for seed in (3, 3, 4))
    assert steps(first, 10) == steps(again, 10) != steps(other, 10)
    np.testing.assert_array_equal(first.outputs(), again.outputs())


CHANGES = [
    {"temperature": 0.5},
    {"negatives": 3},
    {"negatives": 0},
    {"dropout": 0.0},
    {"dropout": 0.7},
    {"learning_rate": 0.1},
    {"batch_size": 16},
    {"batch_size": 10_000},
    {"hardness": 2.0},
    {"prefixes": (1, 2)},
    {"symmetric": True},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
@pytest.mark.parametrize("hidden", [0, 5])
def test_dials_turn_between_steps(change, hidden):
    plain, changed = (
        Training(rows(), 4, dials=Dials(batch_size=64), hidden=hidden) for _ in range(2)
    )
    assert steps(plain, 3) == steps(changed, 3)
    changed.change(**change)
    assert np.isfinite(steps(changed, 6)).all()
    steps(plain, 6)
    assert not np.array_equal(changed.outputs(), plain.outputs())
    size = min(changed.dials.batch_size, 300)
    assert changed.batch.first.shape == changed.batch.gradient_second.shape == (size, 4)


def test_a_step_says_what_it_saw():
    training = Training(rows(), 4, dials=Dials(dropout=0.0, batch_size=32))
    before = training.outputs()
    loss = training.step()
    batch = training.batch
    again = info_nce(batch.first, batch.second, training.dials.temperature)
    assert again.loss == loss == training.losses[0]
    unit = batch.first / np.linalg.norm(batch.first, axis=1, keepdims=True)
    np.testing.assert_allclose(unit, before[batch.rows.first], atol=1e-5)


def test_all_rows_are_seen_in_an_epoch():
    training = Training(rows(320), 4, dials=Dials(batch_size=64))
    seen = [training.batch.rows.first for _ in range(5) if training.step()]
    assert sorted(np.concatenate(seen)) == list(range(320))


@pytest.mark.parametrize(
    "dials",
    [
        {"temperature": 0.0},
        {"temperature": np.nan},
        {"negatives": -1},
        {"dropout": 1.0},
        {"dropout": -0.1},
        {"learning_rate": 0.0},
        {"batch_size": 0},
        {"hardness": -1.0},
        {"prefixes": (0,)},
    ],
)
def test_dials_out_of_range_are_refused(dials):
    training = Training(rows(), 4)
    with pytest.raises(ValueError, match=next(iter(dials))):
        training.change(**dials)
    assert training.dials == Dials()


def test_prefixes_longer_than_the_outputs_are_said():
    with pytest.raises(UserError, match="A prefix has 5 outputs, and the head has 4"):
        Training(rows(), 4, dials=Dials(prefixes=(2, 5)))


def test_prefixes_do_alone(sentences):
    found = []
    for prefixes in ((), (3,)):
        dials = Dials(prefixes=prefixes, temperature=0.1)
        training = Training(sentences, 16, dials=dials)
        steps(training, 60)
        alone = []
        for _ in range(20):
            training.step()
            batch = training.batch
            alone.append(info_nce(batch.first[:, :3], batch.second[:, :3], 0.1).loss)
        found.append(np.mean(alone))
    assert found[1] < found[0] - 0.1


# What belongs together.


def test_chosen_pairs_come_near(sentences):
    pairs = np.arange(200).reshape(-1, 2)
    training = Training(sentences, 8, pairs_to_learn(pairs, len(sentences)))
    before = (training.outputs()[::2] * training.outputs()[1::2]).sum(axis=1)[:100].mean()
    steps(training, 100)
    outputs = training.outputs(np.arange(200))
    assert (outputs[::2] * outputs[1::2]).sum(axis=1).mean() > max(0.9, before)


def test_a_category_comes_near():
    digits = load_sample("digits")
    column = digits.metadata.column_names[0]
    values = digits.metadata.column(column).to_pylist()
    training = Training(digits.vectors, 8, same_category(values, len(digits)))
    steps(training, 100)
    outputs, values = training.outputs(), np.array(values)
    inside = np.mean([mean_cosine(outputs[values == each]) for each in np.unique(values)])
    assert inside > 0.7
    assert mean_cosine(outputs) < 0.4


def test_partners_share_the_category():
    groups = ["a", "b", "a", None, "b", "a", float("nan"), " "]
    positives = same_category(groups, 8)
    random = np.random.default_rng(0)
    seen = set()
    for _ in range(50):
        first, second, numbers = positives.draw(np.arange(8), random)
        seen |= set(zip(first.tolist(), second.tolist(), strict=True))
        assert len(set(numbers.tolist())) == 5
    assert seen == {
        *((i, j) for i in (0, 2, 5) for j in (0, 2, 5) if i != j),
        *((i, j) for i in (1, 4) for j in (1, 4) if i != j),
        *((i, i) for i in (3, 6, 7)),
    }


def judged(first, second, scores=None):
    return SimpleNamespace(first=np.array(first), second=np.array(second), scores=scores)


@pytest.mark.parametrize(
    ("scores", "kept"),
    [
        (None, [0, 2, 4, 6]),
        ([5.0, 4.0, 3.9, 0.0], [0, 2]),
        ([1.0, 1.0, 0.0, 0.0], [0, 2]),
        ([5.0, 4.2, 4.1, 1.0], [0, 2]),
        ([3.0, 3.0, 3.0, 3.0], [0, 2, 4, 6]),
        ([np.nan, 1.0, 1.0, 0.0], [2, 4]),
    ],
)
def test_pairs_with_good_scores_are_learned(scores, kept):
    found = pairs_to_learn(judged([0, 2, 4, 6], [1, 3, 5, 7], scores), 8)
    assert found.first.tolist() == kept


def test_pairs_that_share_a_row_are_no_negatives():
    found = pairs_to_learn([[0, 1], [1, 2], [3, 4], [5, 5], [6, 7]], 8)
    assert found.groups[0] == found.groups[1] != found.groups[2] != found.groups[3]
    assert len(found) == 4


def test_a_chain_of_pairs_keeps_its_negatives():
    rows_in_line = np.arange(41)
    found = pairs_to_learn(np.column_stack([rows_in_line[:-1], rows_in_line[1:]]), 41)
    assert len(np.unique(found.groups)) == 40
    hub = pairs_to_learn([[0, 1], [0, 2], [2, 3], [4, 5]], 6)
    assert hub.groups[0] == hub.groups[1]
    assert len({*hub.groups.tolist()}) == 3


def test_pairs_of_another_set_are_counted():
    pairs = Pairs([], [], n_unmatched=1234, name="other")
    with pytest.raises(UserError, match="1,234 more have labels that are not in this set"):
        pairs_to_learn(pairs, 8)


BAD_PAIRS = [
    (np.empty((0, 2), int), "Of 0 pairs, 0 join"),
    ([], "Of 0 pairs"),
    ([[0, 1]], "Of 1 pairs, 1 join"),
    ([[0, 0], [1, 1]], "0 join two different"),
    ([[0, 1], [2, 8]], "name row 8"),
    ([[0, 1], [-1, 3]], "name row -1"),
    ([[0.0, 1.0], [2.0, 3.0]], "must be row numbers"),
    ([0, 1, 2], "the shape"),
    ([[0, 1, 2]], "the shape"),
    (judged([0, 1], [1]), "two lists of the same length"),
    (judged([0, 1], [1, 2], [1.0]), "scores of the shape"),
]


@pytest.mark.parametrize(("pairs", "words"), BAD_PAIRS)
def test_pairs_that_match_nothing_are_said(pairs, words):
    with pytest.raises(UserError, match=words):
        pairs_to_learn(pairs, 8)


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        (["a"] * 8, "All rows"),
        (list("abcdefgh"), "No two"),
        (["a"], "for each"),
        ([None] * 8, "No"),
    ],
)
def test_groups_that_tell_nothing_are_said(groups, words):
    with pytest.raises(UserError, match=words):
        same_category(groups, 8)


@pytest.mark.parametrize(
    ("vectors", "words"),
    [
        (np.ones((1, 4)), "There is 1 row"),
        (np.ones((0, 4)), "0 rows"),
        (np.ones((4, 0)), "0 dimensions"),
        (np.ones((9, 4), np.float32) * np.float32(0.1), "All rows are equal"),
        ([[1.0, np.nan], [1.0, 2.0]], "NaN"),
        ([[1.0, np.inf], [1.0, 2.0]], "infinity"),
        ([["a", "b"]], "not numbers"),
        (np.ones(4), "must be a table"),
    ],
)
def test_vectors_that_teach_nothing_are_said(vectors, words):
    with pytest.raises(UserError, match=words):
        Training(vectors, 2)


@pytest.mark.parametrize("kind", [np.float16, np.float64, np.int32])
def test_takes_numbers_of_any_kind(kind):
    training = Training((rows() * 100).astype(kind), 3)
    assert np.isfinite(steps(training, 5)).all()


@pytest.mark.parametrize("n_rows", [2, 3, 10])
def test_few_rows_are_enough(n_rows):
    training = Training(rows(n_rows), 3, held_out=0.1)
    assert np.isfinite(steps(training, 20)).all()
    assert not training.holds_out
    assert np.isnan(training.held_out_loss())


def test_equal_rows_among_others_do_no_harm():
    vectors = rows(50)
    vectors[:40] = vectors[0]
    training = Training(vectors, 3)
    assert np.isfinite(steps(training, 50)).all()
    assert np.isfinite(training.outputs()).all()


# A whole run.


def test_rows_held_out_are_not_learned_from():
    training = Training(rows(), 3, dials=Dials(batch_size=30), held_out=0.2)
    seen = set()
    for _ in range(training.steps_per_epoch * 3):
        training.step()
        seen |= set(training.batch.rows.first.tolist())
    assert len(seen) == 240
    assert training.held_out_loss() == training.held_out_loss()


def test_stops_early_where_nothing_is_gained_and_goes_back():
    # Noise, of which a hidden layer learns the rows by heart.
    pairs = pairs_to_learn(np.arange(200).reshape(-1, 2), 200)
    training = Training(
        rows(200, 40), 8, pairs, Dials(dropout=0.0, batch_size=20), hidden=64, held_out=0.3
    )
    losses, lowest = [], np.inf
    for loss in train(training, 100, patience=3):
        losses.append(loss)
        if len(losses) % training.steps_per_epoch == 0:
            lowest = min(lowest, training.held_out_loss())
    assert len(losses) < 100 * training.steps_per_epoch
    assert training.held_out_loss() == pytest.approx(lowest)


def test_reports_and_stops_where_it_is_told():
    training = Training(rows(), 3)
    told = []

    def report(fraction, message):
        told.append((fraction, message))
        if len(told) == 8:
            raise Cancelled

    with pytest.raises(Cancelled):
        list(train(training, 20, report=report))
    assert len(training.losses) == 7
    assert told[0][0] == 0
    assert "epoch 8 of 20" in told[-1][1]
    assert all(np.diff([fraction for fraction, _ in told]) > 0)


# Heads as files and as text.


@pytest.mark.parametrize("hidden", [0, 6])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_a_head_comes_back_from_its_arrays(tmp_path, hidden, activation):
    vectors = rows(20, 5)
    training = Training(vectors, 3, hidden=hidden, activation=activation)
    steps(training, 3)
    head = training.head()
    np.savez(tmp_path / "it's a head.npz", **head.arrays())
    with np.load(tmp_path / "it's a head.npz") as arrays:
        again = head_from_arrays(arrays, activation)
    np.testing.assert_array_equal(again.apply(vectors), head.apply(vectors))
    space = {}
    exec(head.numpy_snippet(str(tmp_path / "it's a head.npz")), space)
    np.testing.assert_allclose(space["embed"](vectors), head.apply(vectors), atol=1e-6)


def test_arrays_that_are_no_head_are_said():
    matrix, bias = np.ones((4, 2)), np.ones(2)
    for arrays, words in (
        ({"matrix": matrix}, "bias is not among them"),
        ({"matrix": matrix, "bias": np.ones(3)}, "no bias of the shape"),
        ({"matrix": matrix * np.nan, "bias": bias}, "NaN"),
        ({"matrix": matrix, "bias": bias, "hidden_matrix": matrix}, "both a matrix and a bias"),
        (
            {
                "matrix": matrix,
                "bias": bias,
                "hidden_matrix": np.ones((9, 3)),
                "hidden_bias": [1, 1, 1],
            },
            "for a hidden layer of 3",
        ),
    ):
        with pytest.raises(UserError, match=words):
            head_from_arrays(arrays)
    with pytest.raises(UserError, match="trained on vectors of 4"):
        Head(matrix, bias).apply(np.ones((3, 5)))
    with pytest.raises(ValueError, match="activation"):
        Head(matrix, bias, activation="sine")


def test_a_row_without_a_direction_stays_zero():
    head = Head(np.eye(2), np.zeros(2))
    found = head.apply([[0.0, 0.0], [3.0, 4.0]])
    np.testing.assert_allclose(found, [[0, 0], [0.6, 0.8]], rtol=1e-6)
