"""What is recorded of a run: positions, axes that hold still, and measures."""

import numpy as np
import pytest

from embedviz.core.contrastive import alignment, info_nce, nested_info_nce, uniformity
from embedviz.core.contrastive.dials import Dials
from embedviz.core.contrastive.free_points import FreePoints, free_training
from embedviz.core.contrastive.positives import TwoViews, same_category
from embedviz.core.contrastive.runs.recording import bounds, record
from embedviz.core.contrastive.training import Training
from embedviz.core.isotropy import effective_rank, mean_cosine


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def vectors():
    return np.random.default_rng(0).normal(size=(1500, 12)).astype(np.float32)


def after(training, count):
    for _ in range(count):
        training.step()
    return record(training)


@pytest.mark.parametrize("n_outputs", [1, 2, 3])
def test_up_to_three_outputs_are_drawn_themselves(vectors, n_outputs):
    training = Training(vectors, n_outputs)
    frame = after(training, 3)
    np.testing.assert_array_equal(frame.positions[:, :n_outputs], training.outputs())
    assert not frame.positions[:, n_outputs:].any()
    assert frame.positions.dtype == np.float32
    assert frame.share == 1
    assert frame.axes is None


@pytest.mark.parametrize("n_outputs", [4, 9])
def test_more_are_drawn_along_their_axes(vectors, n_outputs):
    training = Training(vectors, n_outputs, dials=Dials(negatives=20, temperature=0.5))
    frame = after(training, 3)
    outputs = training.outputs()
    np.testing.assert_allclose(frame.positions, outputs @ frame.axes.T, atol=1e-6)
    np.testing.assert_allclose(frame.axes @ frame.axes.T, np.eye(3), atol=1e-5)
    variances = np.linalg.eigvalsh(outputs.T @ outputs)
    assert frame.share == pytest.approx(variances[-3:].sum() / variances.sum(), abs=1e-4)
    assert frame.share == pytest.approx((frame.positions**2).sum(axis=1).mean(), abs=1e-4)


@pytest.mark.parametrize("negatives", [None, 0])
@pytest.mark.parametrize("n_outputs", [4, 16])
def test_the_picture_does_not_turn(negatives, n_outputs):
    training = free_training(20, 20, n_outputs, dials=Dials(negatives=negatives))
    frame = record(training)
    for _ in range(120):
        training.step()
        before, frame = frame, record(training, frame)
        moved = np.abs(training.outputs() @ frame.axes.T - frame.positions).max()
        assert moved < 1e-5
        apart = np.linalg.norm(frame.positions - before.positions, axis=1)
        assert np.median(apart) < 0.25
        variances = np.linalg.eigvalsh(training.outputs().T @ training.outputs())
        assert frame.share >= 0.89 * variances[-3:].sum() / variances.sum()


def test_axes_that_swap_or_flip_are_turned_back():
    random = np.random.default_rng(1)
    rows = unit(random.normal(size=(300, 6)) * [3, 2, 1.5, 0.1, 0.1, 0.1])
    points = FreePoints(rows)
    training = Training(points, 6, TwoViews(300))
    first = record(training)
    # Now another axis has the most, and much of what was shown is gone.
    points.weights[0] = unit(rows * [0.1, 2, 3, 3, 0.1, 0.1]).astype(np.float32)
    second = record(training, first)
    fresh = record(training)
    assert second.share == pytest.approx(fresh.share, rel=0.1)
    assert (np.einsum("ij,ij->i", first.axes, second.axes) > 0).all()
    for _ in range(10):
        second = record(training, second)
    assert second.share == pytest.approx(fresh.share, abs=1e-3)
    assert (np.einsum("ij,ij->i", first.axes, second.axes) > -0.1).all()


def test_a_frame_of_another_number_of_outputs_is_not_followed(vectors):
    other = record(Training(vectors, 5))
    training = Training(vectors, 7)
    np.testing.assert_array_equal(record(training, other).positions, record(training).positions)
    record(Training(vectors, 3), other)
    assert record(training, record(Training(vectors, 3))).axes.shape == (3, 7)


# Measures.


@pytest.mark.parametrize("n_rows", [30, 900])
def test_measures_are_those_of_all_rows(n_rows):
    training = free_training(n_rows // 10, 10, 5, dials=Dials(batch_size=20))
    now = after(training, 10).measures
    outputs = training.outputs()
    assert now.uniformity == pytest.approx(uniformity(outputs), abs=1e-4)
    assert now.mean_cosine == pytest.approx(mean_cosine(outputs), abs=1e-5)
    assert now.effective_rank == pytest.approx(effective_rank(outputs), rel=1e-3)
    batch = training.batch
    assert now.alignment == pytest.approx(alignment(batch.first, batch.second), rel=1e-4)
    assert now.step == 10
    assert now.loss == training.losses[-1]
    assert now.n_negatives == 19
    assert 1 <= now.felt_negatives <= 19


def test_of_many_rows_a_sample_is_measured(vectors):
    training = Training(vectors, 8)
    now = after(training, 5).measures
    assert now.uniformity == pytest.approx(uniformity(training.outputs()), abs=0.05)
    assert now == record(training).measures


def test_before_the_first_step():
    frame = record(free_training(5, 5))
    assert frame.cosines.shape == (0, 0)
    assert np.isnan([frame.measures.loss, frame.measures.alignment]).all()
    assert np.isnan(frame.measures.felt_negatives)
    assert frame.measures.chance == pytest.approx(np.log(25))


def test_the_cosines_are_those_of_the_batch():
    training = free_training(10, 10, dials=Dials(batch_size=60))
    frame = after(training, 2)
    first, second = unit(training.batch.first), unit(training.batch.second)
    np.testing.assert_allclose(frame.cosines, (first @ second.T)[:48, :48], atol=1e-6)


def test_rows_of_zeros_are_left_out():
    points = FreePoints(np.random.default_rng(0).normal(size=(40, 3)))
    points.weights[0][:10] = 0
    now = record(Training(points, 3, TwoViews(40))).measures
    rest = points.weights[0][10:]
    assert now.uniformity == pytest.approx(uniformity(rest), abs=1e-4)
    assert now.mean_cosine == pytest.approx(mean_cosine(rest), abs=1e-5)


def test_equal_rows_have_no_rank():
    points = FreePoints(np.ones((40, 3)))
    now = record(Training(points, 3, TwoViews(40))).measures
    assert np.isnan(now.effective_rank)
    assert now.mean_cosine == pytest.approx(1)
    assert now.uniformity == pytest.approx(0, abs=1e-5)


# The bounds of the loss.

DIALS = [
    {},
    {"negatives": 7},
    {"hardness": 2.0},
    {"prefixes": (1, 2)},
    {"batch_size": 1000},
    {"negatives": 5, "hardness": 1.0, "prefixes": (2,), "temperature": 0.5},
]


@pytest.mark.parametrize("dials", DIALS, ids=str)
@pytest.mark.parametrize("together", ["item", "group"])
def test_chance_is_the_loss_of_rows_that_are_all_equal(dials, together):
    dials = Dials(**{"batch_size": 64, "noise": 0.0, **dials})
    training = free_training(8, 12, together=together, dials=dials)
    training.step()
    floor, chance = bounds(training)
    same = np.ones_like(training.batch.first)
    options = {
        "negatives": dials.negatives,
        "hardness": dials.hardness,
        "groups": training.batch.rows.groups,
    }
    lengths = sorted({*dials.prefixes, 3})
    loss = nested_info_nce(same, same, dials.temperature, lengths, **options).loss
    assert chance == pytest.approx(loss, rel=1e-5)
    assert 0 <= floor < chance


def test_without_negatives_the_floor_is_the_pull(vectors):
    training = Training(vectors, 4, dials=Dials(negatives=0, temperature=0.2, prefixes=(2,)))
    floor, chance = bounds(training)
    assert floor == -2 * 5.0
    assert np.isnan(chance)


@pytest.mark.parametrize("together", ["item", "group"])
def test_runs_stay_above_their_floor_and_come_near(together):
    dials = Dials(temperature=0.3, noise=0.02, learning_rate=0.03, batch_size=400)
    training = free_training(20, 20, together=together, dials=dials)
    for _ in range(300):
        training.step()
        assert training.losses[-1] > bounds(training)[0] - 0.02
    assert training.losses[-1] < bounds(training)[0] + 0.1


def test_groups_in_which_each_is_alone_have_all_candidates(vectors):
    groups = [*range(750), *range(750)]
    training = Training(vectors, 3, same_category(groups, 1500), Dials(batch_size=32))
    training.step()
    assert bounds(training)[1] == pytest.approx(np.log(32), abs=0.1)


def test_how_many_negatives_push():
    hot, cold = (
        after(free_training(20, 20, dials=Dials(temperature=t, noise=0.0)), 9).measures
        for t in (20.0, 0.0001)
    )
    assert hot.felt_negatives > 0.99 * hot.n_negatives
    assert cold.felt_negatives < 0.05 * cold.n_negatives
    few = free_training(20, 20, together="group", dials=Dials(negatives=10, batch_size=100))
    few.step()
    now = record(few).measures
    assert 8 < now.n_negatives < 10
    batch = few.batch
    assert info_nce(batch.first, batch.second, 0.05, negatives=10, groups=batch.rows.groups).loss
