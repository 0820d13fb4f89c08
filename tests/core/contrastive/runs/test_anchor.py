"""One row's loss, term by term: against the loss and the gradients of its batch."""

import numpy as np
import pytest

from embedviz.core.contrastive import info_nce
from embedviz.core.contrastive.dials import Dials
from embedviz.core.contrastive.free_points import FreePoints, free_training
from embedviz.core.contrastive.positives import TwoViews, pairs_to_learn, same_category
from embedviz.core.contrastive.runs.anchor import anchor_terms
from embedviz.core.contrastive.runs.candidates import batch_around
from embedviz.core.contrastive.training import Training
from embedviz.core.errors import UserError

CASES = {
    "plain": {},
    "cold": {"temperature": 0.005},
    "hot": {"temperature": 20.0},
    "few": {"negatives": 5},
    "hard": {"hardness": 3.0},
    "hard and few": {"hardness": 1.0, "negatives": 7, "temperature": 0.3},
    "none": {"negatives": 0},
}


def rows(count=60, dimensions=12):
    return np.random.default_rng(0).normal(size=(count, dimensions)).astype(np.float32)


def trainings(dials):
    pairs = pairs_to_learn(np.arange(60).reshape(-1, 2), 60)
    return {
        "views": Training(rows(), 4, None, dials),
        "pairs": Training(rows(), 4, pairs, dials),
        "category": Training(rows(), 4, same_category(np.arange(60) % 9, 60), dials),
        "points": free_training(6, 10, dials=dials),
        "groups": free_training(6, 10, together="group", dials=dials),
    }


def sides(training, row):
    """Return the batch that the terms are of, its groups, and the anchor's part of the loss."""
    drawn = batch_around(training, row, training.dials.batch_size)
    random = np.random.default_rng([1, row])
    first = training.view(drawn.first[:1], random).outputs.astype(float)
    second = training.view(drawn.second, random).outputs.astype(float)
    others = np.random.default_rng(5).normal(size=second.shape)
    others[0] = first[0]
    unit = [side / np.linalg.norm(side, axis=1, keepdims=True) for side in (others, second)]
    return *unit, drawn


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("source", ["views", "pairs", "category", "points", "groups"])
def test_is_the_rows_part_of_its_batch(case, source):
    # So much dropout that no two views are equal.
    training = trainings(Dials(batch_size=24, dropout=0.4, **CASES[case]))[source]
    for _ in range(5):
        training.step()
    dials, row = training.dials, 7
    terms = anchor_terms(training, row)
    first, second, drawn = sides(training, row)
    options = {"negatives": dials.negatives, "hardness": dials.hardness, "groups": drawn.groups}
    count = len(first)

    def of_batch(anchor):
        changed = first.copy()
        changed[0] = anchor
        return info_nce(changed, second, dials.temperature, **options)

    whole, without = of_batch(first[0]), of_batch(np.zeros(first.shape[1]))
    n_candidates = len(terms.candidates)
    of_zero = 0.0 if dials.negatives == 0 else np.log(n_candidates)
    assert terms.loss == pytest.approx(count * (whole.loss - without.loss) + of_zero, abs=1e-6)
    on_anchor = -count * whole.gradient_first[0]
    np.testing.assert_allclose(terms.pull + terms.push_on_anchor, on_anchor, atol=1e-6)
    on_second = -count * (whole.gradient_second - without.gradient_second)
    places = {tuple(np.round(point, 9)): k for k, point in enumerate(second)}
    expected = np.array([on_second[places[tuple(np.round(point, 9))]] for point in terms.points])
    np.testing.assert_allclose(terms.pushes, expected[1:], atol=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_weights_are_a_softmax_partner_first(case):
    training = trainings(Dials(batch_size=24, **CASES[case]))["views"]
    terms = anchor_terms(training, 3)
    assert terms.weights.sum() == pytest.approx(1, abs=1e-9)
    assert terms.candidates[0] == terms.anchor == 3
    assert (np.diff(terms.weights[1:]) <= 0).all()
    assert terms.temperature == training.dials.temperature
    if case == "none":
        assert terms.loss == pytest.approx(-terms.cosines[0] / 0.05)
        assert terms.pushes.shape == (0, 4)
    else:
        assert terms.loss == pytest.approx(-np.log(terms.weights[0]), rel=1e-6)
    for force in (terms.pull, terms.push_on_anchor):
        assert abs(force @ terms.point) < 1e-9
    assert np.abs((terms.pushes * terms.points[1:]).sum(axis=1)).max(initial=0) < 1e-9
    np.testing.assert_allclose(terms.points @ terms.point, terms.cosines, atol=1e-12)


@pytest.mark.parametrize("source", ["views", "pairs", "category", "points", "groups"])
def test_candidates_stay_from_step_to_step(source):
    training = trainings(Dials(batch_size=24))[source]
    before = anchor_terms(training, 11)
    for _ in range(3):
        training.step()
    after = anchor_terms(training, 11)
    assert set(before.candidates) == set(after.candidates)
    assert before.candidates[0] == after.candidates[0]
    assert before.loss != after.loss


def test_partners_are_those_of_the_run():
    training = trainings(Dials(batch_size=24))
    assert anchor_terms(training["pairs"], 11).candidates[0] == 10
    assert anchor_terms(training["pairs"], 10).candidates[0] == 11
    partner = anchor_terms(training["category"], 11).candidates[0]
    assert partner != 11
    assert partner % 9 == 11 % 9
    terms = anchor_terms(training["groups"], 11)
    groups = training["groups"].groups
    assert (groups[terms.candidates[1:]] != groups[11]).all()


def test_looking_changes_nothing():
    plain, seen = (free_training(4, 5) for _ in range(2))
    for _ in range(5):
        anchor_terms(seen, 2)
        assert plain.step() == seen.step()


def test_as_many_candidates_as_wanted():
    training = trainings(Dials(batch_size=24))["views"]
    assert len(anchor_terms(training, 0, n_candidates=9).candidates) == 9
    assert len(anchor_terms(training, 0, n_candidates=500).candidates) == 60
    alone = anchor_terms(training, 0, n_candidates=1)
    assert alone.loss == 0
    assert not alone.pull.any()


@pytest.mark.parametrize("zero", [0, 1])
@pytest.mark.parametrize("negatives", [None, 0])
def test_a_row_of_zeros_has_no_force(zero, negatives):
    points = FreePoints(np.array([[3.0, 4.0], [1.0, 0.0], [0.0, 1.0]]))
    points.weights[0][zero] = 0
    training = Training(points, 2, TwoViews(3), Dials(noise=0.0, negatives=negatives))
    terms = anchor_terms(training, 0)
    assert np.isfinite(terms.loss)
    if zero == 0:
        assert not terms.pull.any()
        assert not terms.push_on_anchor.any()
        assert not terms.pushes.any()
    for push, row in zip(terms.pushes, terms.candidates[1:], strict=True):
        assert push.any() != (zero in (0, row))


def test_rows_that_have_no_partner_are_said():
    pairs = pairs_to_learn([[0, 1], [2, 3]], 60)
    with pytest.raises(UserError, match="Row 9 is in none of the pairs"):
        anchor_terms(Training(rows(), 4, pairs), 9)
    for training in (free_training(2, 3), free_training(2, 3, together="group")):
        with pytest.raises(UserError, match="There is no row 6; there are the rows 0 to 5"):
            anchor_terms(training, 6)
