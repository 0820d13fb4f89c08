"""The contrastive adapter as a scikit-learn transformer, and what it is worth on judged pairs."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from embedviz.core.adapter import ContrastiveAdapter
from embedviz.core.contrastive import uniformity, uniformity_optimum
from embedviz.core.errors import UserError
from embedviz.core.isotropy import mean_cosine
from embedviz.core.progress import Cancelled
from embedviz.core.samples import load_sample


def cloud(n_vectors=200, dimensions=12, seed=0):
    return np.random.default_rng(seed).normal(size=(n_vectors, dimensions)) + 3.0


@pytest.fixture(scope="module")
def sentences():
    return load_sample("sentences-final").vectors


@parametrize_with_checks(
    [
        ContrastiveAdapter(3, n_epochs=2),
        ContrastiveAdapter(3, hidden=4, n_epochs=2, symmetric=True, prefixes=(2,)),
    ]
)
def test_is_a_transformer(estimator, check):
    check(estimator)


def test_gives_unit_rows_in_float32():
    for kind in (np.float32, np.float64):
        rows = ContrastiveAdapter(5).fit_transform(cloud().astype(kind))
        assert rows.dtype == np.float32
        assert rows.shape == (200, 5)
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, rtol=1e-5)


def test_repeats_with_its_seed():
    first, again, other = (
        ContrastiveAdapter(4, seed=seed).fit_transform(cloud()) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


def test_names_its_outputs_and_stands_in_a_pipeline():
    line = make_pipeline(StandardScaler(), ContrastiveAdapter(3)).fit(cloud())
    assert line.get_feature_names_out().tolist() == [f"contrastiveadapter{i}" for i in range(3)]
    adapter = clone(ContrastiveAdapter(3, temperature=0.2, patience=2))
    assert adapter.get_params()["temperature"] == 0.2
    with pytest.raises(NotFittedError):
        adapter.transform(cloud())
    with pytest.raises(NotFittedError):
        _ = adapter.head_


@pytest.mark.parametrize("n_outputs", [3, 16, 64])
def test_without_negatives_it_collapses(sentences, n_outputs):
    adapter = ContrastiveAdapter(n_outputs, negatives=0)
    assert mean_cosine(adapter.fit_transform(sentences)) > 0.99


@pytest.mark.parametrize(("n_outputs", "n_epochs"), [(3, 20), (16, 20)])
def test_with_negatives_it_spreads(sentences, n_outputs, n_epochs):
    rows = ContrastiveAdapter(n_outputs, n_epochs=n_epochs).fit_transform(sentences)
    assert uniformity(rows) == pytest.approx(uniformity_optimum(n_outputs), abs=0.1)
    assert abs(mean_cosine(rows)) < 0.02


def test_steps_are_those_of_fit():
    fitted, stepped = ContrastiveAdapter(4), ContrastiveAdapter(4)
    fitted.fit(cloud())
    seen = []
    for loss in stepped.steps(cloud()):
        seen.append(stepped.transform(cloud()[:5]))
        assert stepped.losses_[-1] == loss
    assert stepped.losses_ == fitted.losses_
    assert len(seen) == fitted.n_steps_
    assert all(not np.array_equal(a, b) for a, b in pairwise(seen))
    np.testing.assert_array_equal(stepped.transform(cloud()), fitted.transform(cloud()))


def test_what_was_stopped_can_be_used():
    def report(fraction, message):
        if fraction > 0.5:
            raise Cancelled

    adapter = ContrastiveAdapter(4)
    with pytest.raises(Cancelled):
        adapter.fit(cloud(), report=report)
    assert 0 < adapter.n_steps_ < 10
    assert adapter.transform(cloud()).shape == (200, 4)


def test_pairs_may_be_given_in_any_form():
    pairs = np.arange(100).reshape(-1, 2)
    named = SimpleNamespace(first=pairs[:, 0], second=pairs[:, 1], scores=None)
    found = [
        ContrastiveAdapter(4).fit(cloud(), pairs=pairs).transform(cloud()),
        ContrastiveAdapter(4).fit(cloud(), pairs).transform(cloud()),
        ContrastiveAdapter(4).fit(cloud(), named).transform(cloud()),
        ContrastiveAdapter(4).fit_transform(cloud(), pairs=named),
    ]
    for rows in found[1:]:
        np.testing.assert_array_equal(rows, found[0])
    assert not np.array_equal(ContrastiveAdapter(4).fit_transform(cloud()), found[0])


def test_groups_come_near():
    digits = load_sample("digits")
    values = np.array(digits.metadata.column("digit").to_pylist())
    rows = ContrastiveAdapter(8).fit(digits.vectors, groups=values).transform(digits.vectors)
    inside = np.mean([mean_cosine(rows[values == each]) for each in np.unique(values)])
    assert inside > mean_cosine(rows) + 0.3


NOT_LEARNED = [
    (np.ones((1, 3)), {}, "1 sample, a single row"),
    (np.ones((9, 3)), {}, "All rows are equal"),
    ([[1.0, np.nan], [2.0, 3.0]], {}, "NaN"),
    ([[1.0, np.inf], [2.0, 3.0]], {}, "infinity"),
    (cloud(), {"pairs": np.empty((0, 2), int)}, "Of 0 pairs"),
    (cloud(), {"pairs": [[0, 200], [1, 2]]}, "name row 200"),
    (cloud(), {"groups": [0] * 200}, "All rows are in one group"),
    (cloud(), {"groups": list(range(200))}, "No two rows"),
    (cloud(), {"groups": [0, 0]}, "for each"),
    (cloud(), {"groups": [0] * 200, "pairs": [[0, 1], [1, 2]]}, "Both pairs and groups"),
]


@pytest.mark.parametrize(("vectors", "given", "words"), NOT_LEARNED)
def test_what_teaches_nothing_is_said(vectors, given, words):
    with pytest.raises(UserError, match=words):
        ContrastiveAdapter(2).fit(vectors, **given)


@pytest.mark.parametrize(
    "settings",
    [
        {"n_outputs": 0},
        {"n_outputs": 2.5},
        {"hidden": -1},
        {"temperature": 0},
        {"negatives": -1},
        {"dropout": 1.0},
        {"prefixes": (0,)},
        {"learning_rate": -1.0},
        {"batch_size": 0},
        {"n_epochs": 0},
        {"seed": -1},
        {"held_out": 1.0},
        {"patience": -1},
        {"hidden": 3, "activation": "sine"},
    ],
    ids=str,
)
def test_parameters_out_of_range_are_refused(settings):
    with pytest.raises(ValueError, match=next(reversed(settings))):
        ContrastiveAdapter(**{"n_outputs": 4, **settings}).fit(cloud())


@pytest.fixture(scope="module")
def judged(data_folder):
    folder = data_folder / "stsb"
    if not folder.is_dir():
        pytest.skip(f"no judged sentences in {folder}")
    vectors = np.load(folder / "stsb_dev_final.f32.npy")
    return vectors, np.load(folder / "stsb_dev_gold.f64.npy")


def spearman(rows, gold, pairs):
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    cosines = (unit[pairs] * unit[pairs + len(gold)]).sum(axis=1)
    return spearmanr(cosines, gold[pairs])[0]


@pytest.mark.parametrize(("n_outputs", "least"), [(8, 0.74), (16, 0.79), (32, 0.82), (64, 0.83)])
def test_two_views_of_judged_sentences_do_well(judged, n_outputs, least):
    # No score is seen, so the sentences of all pairs may be learned from.
    vectors, gold = judged
    half = np.arange(1, len(gold), 2)
    rows = ContrastiveAdapter(n_outputs, temperature=0.1, n_epochs=30).fit_transform(vectors)
    found = spearman(rows, gold, half)
    assert found > least
    if n_outputs < 32:  # From there on the prefix is as good.
        assert found > spearman(vectors[:, :n_outputs], gold, half) + 0.02


def test_two_views_help_with_sentences_that_were_not_seen(judged):
    vectors, gold = judged
    learned, half = np.arange(0, len(gold), 2), np.arange(1, len(gold), 2)
    adapter = ContrastiveAdapter(16, temperature=0.1, n_epochs=30)
    adapter.fit(vectors[np.concatenate([learned, learned + len(gold)])])
    found = spearman(adapter.transform(vectors), gold, half)
    assert found > 0.78 > spearman(vectors[:, :16], gold, half)
