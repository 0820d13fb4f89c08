"""Free points: what the loss alone does, with nothing but a common offset to tie them together."""

import numpy as np
import pytest

from embedviz.core.contrastive import uniformity
from embedviz.core.contrastive.dials import Dials
from embedviz.core.contrastive.evenness import best_uniformity
from embedviz.core.contrastive.free_points import FreePoints, free_training
from embedviz.core.contrastive.positives import TwoViews
from embedviz.core.contrastive.training import Training
from embedviz.core.errors import UserError
from embedviz.core.isotropy import mean_cosine


def run(n_steps=300, together="item", seed=0, **dials):
    dials = Dials(**{"learning_rate": 0.03, **dials})
    training = free_training(20, 20, together=together, dials=dials, seed=seed)
    for _ in range(n_steps):
        training.step()
    return training


@pytest.mark.parametrize("together", ["item", "group"])
@pytest.mark.parametrize("seed", [0, 1])
def test_with_negatives_points_spread_and_without_they_collapse(together, seed):
    spread = run(together=together, seed=seed).outputs()
    assert uniformity(spread) == pytest.approx(best_uniformity(400, 3), abs=0.1)
    assert abs(mean_cosine(spread)) < 0.02
    assert mean_cosine(run(together=together, seed=seed, negatives=0).outputs()) > 0.99


def test_without_an_offset_only_partners_meet():
    frozen = run(together="group", negatives=0, bias=False, noise=0.05)
    outputs = frozen.outputs()
    middles = np.array([outputs[frozen.groups == group].mean(axis=0) for group in range(20)])
    assert np.linalg.norm(middles, axis=1).min() > 0.99
    assert mean_cosine(outputs) < 0.985


def test_groups_come_together_though_they_begin_mixed():
    training = free_training(10, 10, together="group", dials=Dials(learning_rate=0.03))

    def within():
        outputs = training.outputs()
        return np.mean([mean_cosine(outputs[training.groups == group]) for group in range(10)])

    assert within() < 0.8
    for _ in range(300):
        training.step()
    assert within() > 0.98
    groups = training.batch.rows.groups
    assert groups.tolist() == training.groups[training.batch.rows.first].tolist()


def test_has_what_any_training_has():
    training = free_training(4, 5, n_outputs=6, dials=Dials(batch_size=8), seed=2)
    assert training.shape.n_outputs == 6
    assert training.n_rows == len(training.groups) == 20
    assert training.outputs([3, 1]).shape == (2, 6)
    np.testing.assert_allclose(np.linalg.norm(training.outputs(), axis=1), 1, rtol=1e-5)
    assert np.isnan(training.held_out_loss())
    training.change(noise=0.0, prefixes=(2,))
    assert training.losses == [training.step()]
    kept, outputs = training.weights(), training.outputs()
    training.step()
    assert not np.array_equal(training.outputs(), outputs)
    training.restore(kept)
    np.testing.assert_array_equal(training.outputs(), outputs)
    with pytest.raises(UserError, match="Free points have no head"):
        training.head()


def test_runs_repeat_with_their_seed():
    first, again, other = (run(5, seed=seed) for seed in (3, 3, 4))
    assert first.losses == again.losses != other.losses


def test_points_that_were_not_seen_stay():
    training = free_training(10, 10, dials=Dials(batch_size=10, bias=False))
    for _ in range(30):
        before = training.outputs()
        training.step()
        moved = np.flatnonzero((training.outputs() != before).any(axis=1))
        assert set(moved.tolist()) <= set(training.batch.rows.first.tolist())


def test_points_move_against_their_gradients():
    training = free_training(10, 10, dials=Dials(batch_size=100, noise=0.0, bias=False))
    before = training.outputs()
    training.step()
    order = training.batch.rows.first
    slopes = training.batch.gradient_first + training.batch.gradient_second
    moved = (training.outputs() - before)[order]
    cosines = (moved * -slopes).sum(axis=1)
    cosines /= np.linalg.norm(moved, axis=1) * np.linalg.norm(slopes, axis=1)
    assert cosines.min() > 0.99


@pytest.mark.parametrize(
    ("groups", "each", "options", "error"),
    [
        (1, 1, {}, UserError),
        (1, 9, {"together": "group"}, UserError),
        (9, 1, {"together": "group"}, UserError),
        (0, 5, {}, ValueError),
        (5, 5, {"n_outputs": 0}, ValueError),
        (5, 5, {"together": "all"}, ValueError),
    ],
)
def test_sizes_that_teach_nothing_are_said(groups, each, options, error):
    with pytest.raises(error):
        free_training(groups, each, **options)


@pytest.mark.parametrize("n_outputs", [1, 2, 5])
def test_any_number_of_outputs(n_outputs):
    training = free_training(3, 4, n_outputs, dials=Dials(batch_size=5))
    for _ in range(20):
        assert np.isfinite(training.step())


def test_points_of_ones_own_can_be_trained():
    points = FreePoints(np.array([[3.0, 4.0], [1.0, 0.0], [0.0, 0.0]]))
    training = Training(points, 2, TwoViews(3), Dials(noise=0.0))
    np.testing.assert_allclose(training.outputs()[0], [0.6, 0.8], rtol=1e-6)
    training.step()
    assert np.isfinite(training.outputs()).all()
    with pytest.raises(ValueError, match="n_outputs is 3; the learner has 2"):
        Training(points, 3)
