"""Curves over the dial and over components, and the best setting with a half held out."""

import numpy as np
import pytest

from embedviz.core.anisotropy.judged.answers import dial_answers
from embedviz.core.anisotropy.judged.axis_rows import DialAxes
from embedviz.core.anisotropy.judged.settings_grid import (
    POSITIONS,
    component_counts,
    find_best_setting,
    measure_curves,
)
from embedviz.core.anisotropy.transform import TransformSettings, fit_rows
from embedviz.core.judging.comparison import compare
from embedviz.core.judging.halves import Halves, halves_of
from embedviz.core.judging.judges import category_judge, pair_judge
from embedviz.core.pairs import Pairs
from embedviz.core.progress import Cancelled

N = 400


def noisy_pairs(n_noise=0):
    """Return pairs of rows whose cosines after centering are judged, and their vectors.

    A large mean hides them; dimensions of much variance may do so too.
    """
    random = np.random.default_rng(0)
    one = random.normal(size=(N, 8))
    likeness = random.random(N)[:, np.newaxis]
    other = likeness * one + (1 - likeness) * random.normal(size=(N, 8))
    rows = np.concatenate([one, other]) + 3
    noise = 5 * random.normal(size=(2 * N, n_noise))
    pairs = Pairs.halves(2 * N)
    judged = Pairs(pairs.first, pairs.second, likeness[:, 0])
    return np.hstack([rows, noise]).astype(np.float32), judged


def answers_of(vectors, judge, **settings):
    dial = DialAxes(fit_rows(vectors), TransformSettings(**settings))
    return dial_answers(dial, vectors, judge, halves_of(judge))


def test_numbers_of_components_are_about_evenly_spread_on_a_logarithmic_scale():
    assert component_counts(1).tolist() == [1]
    assert component_counts(16).tolist() == [1, 2, 3, 4, 6, 8, 12, 16]
    assert component_counts(381, 100).tolist() == [
        *(1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 100, 128, 192, 256, 381)
    ]


@pytest.mark.parametrize("kind", ["scores", "partners", "category"])
def test_curves_pass_through_the_setting(kind):
    vectors, pairs = noisy_pairs(3)
    judge = {
        "scores": lambda: pair_judge(vectors, pairs, 0),
        "partners": lambda: pair_judge(vectors, Pairs.halves(2 * N), 0),
        "category": lambda: category_judge(vectors, vectors[:, 0] > 3, 10, 0),
    }[kind]()
    answers = answers_of(vectors, judge)
    curves = measure_curves(answers, 1.3, 5)
    assert 1.3 in curves.positions
    assert 5 in curves.counts
    here = judge.value(answers.at(1.3, np.array([5])).all[0])
    assert curves.over_dial[curves.positions == 1.3] == pytest.approx(here)
    assert curves.over_components[curves.counts == 5] == pytest.approx(here)
    assert curves.over_dial[0] == curves.before == judge.value(answers.before.all[0])


def test_the_best_setting_is_found_and_judged_on_the_other_half():
    vectors, pairs = noisy_pairs(3)
    judge = pair_judge(vectors, pairs, 0)
    found = find_best_setting(answers_of(vectors, judge))
    assert found.position > 1
    assert found.components > 3
    assert found.n_settings == 1 + (len(POSITIONS) - 1) * len(component_counts(11))
    assert found.held_out.change == "better"
    assert found.by == "rows"
    assert found.chosen.n_judged == found.held_out.n_judged == N // 2


def test_the_half_held_out_has_no_part_in_the_choice():
    """Scores and categories of the other half are spoiled; the choice is the same."""
    vectors, pairs = noisy_pairs(3)
    judge = pair_judge(vectors, pairs, 0)
    answers = answers_of(vectors, judge)
    expected = find_best_setting(answers)
    spoiled = pairs.scores.copy()
    spoiled[answers.halves.held_out] = np.arange(N // 2)
    other = answers_of(vectors, pair_judge(vectors, Pairs(pairs.first, pairs.second, spoiled), 0))
    found = find_best_setting(other)
    assert (found.position, found.components) == (expected.position, expected.components)
    assert found.chosen == expected.chosen
    assert found.held_out != expected.held_out

    category = (vectors[:, 0] > 3).astype(int)
    answers = answers_of(vectors, category_judge(vectors, category, 10, 0))
    expected = find_best_setting(answers)
    spoiled = category.copy()
    spoiled[answers.halves.held_out] = 1 - spoiled[answers.halves.held_out]
    found = find_best_setting(answers_of(vectors, category_judge(vectors, spoiled, 10, 0)))
    assert (found.position, found.components) == (expected.position, expected.components)
    assert found.chosen == expected.chosen


def test_nothing_is_better_than_rows_that_are_good_already():
    vectors, _ = noisy_pairs()
    rows = vectors.astype(np.float64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    pairs = Pairs.halves(2 * N)
    cosines = np.sum(rows[:N] * rows[N:], axis=1)
    judge = pair_judge(vectors, Pairs(pairs.first, pairs.second, cosines), 0)
    found = find_best_setting(answers_of(vectors, judge))
    assert found.position == 0
    assert found.held_out.change == "same"


def test_nothing_is_chosen_where_no_half_can_be_ranked():
    vectors, _ = noisy_pairs()
    judge = pair_judge(vectors, Pairs([0, 1], [2, 3], [1, 2]), 0)
    assert find_best_setting(answers_of(vectors, judge)) is None
    judge = pair_judge(vectors, Pairs([0, 1, 4], [2, 3, 5], [1, 2, 3]), 0)
    answers = answers_of(vectors, judge)
    answers.halves = Halves(np.zeros(3, dtype=bool), "rows")
    assert find_best_setting(answers) is None


def test_it_can_be_stopped():
    vectors, pairs = noisy_pairs()

    def report(share, words):
        assert 0 <= share <= 1
        if share > 0.3:
            raise Cancelled

    answers = answers_of(vectors, pair_judge(vectors, pairs, 0))
    with pytest.raises(Cancelled):
        find_best_setting(answers, report)
    with pytest.raises(Cancelled):
        measure_curves(answers, 2.0, report=report)


@pytest.mark.parametrize(("layer", "change"), [("layer5", "better"), ("final", "worse")])
def test_whitening_helps_one_layer_and_harms_another(data_folder, layer, change):
    folder = data_folder / "stsb"
    vectors = np.load(folder / f"stsb_dev_{layer}.f32.npy")
    halves = Pairs.halves(3000)
    scores = np.load(folder / "stsb_dev_gold.f64.npy")
    judge = pair_judge(vectors, Pairs(halves.first, halves.second, scores), 0)
    answers = answers_of(vectors, judge)
    after = answers.at(2.0, np.array([answers.dial.rank])).all[0]
    assert compare(judge, answers.before.all[0], after).change == change


@pytest.mark.parametrize("layer", ["layer2", "layer5", "final"])
def test_halves_of_real_pairs_agree_within_their_sampling_error(data_folder, layer):
    """The standard error of a correlation r of n pairs is about (1 - r²) / √n."""
    folder = data_folder / "stsb"
    vectors = np.load(folder / f"stsb_dev_{layer}.f32.npy")
    halves = Pairs.halves(3000)
    scores = np.load(folder / "stsb_dev_gold.f64.npy")
    judge = pair_judge(vectors, Pairs(halves.first, halves.second, scores), 0)
    answers = answers_of(vectors, judge)
    for cosines in (answers.before.all[0], answers.at(2.0, np.array([128])).all[0]):
        parts = answers.halves.choosing, answers.halves.held_out
        one, other = (judge.value(cosines, part) for part in parts)
        assert abs(one - other) < 3 * np.hypot(1 - one**2, 1 - other**2) / np.sqrt(750)
