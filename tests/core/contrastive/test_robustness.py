"""Dials at their ends: no exception, no warning, no NaN; or the words for an overflow."""

import numpy as np
import pytest

from embedviz.core.contrastive.dials import Dials
from embedviz.core.contrastive.free_points import free_training
from embedviz.core.contrastive.positives import pairs_to_learn, same_category
from embedviz.core.contrastive.runs.anchor import anchor_terms
from embedviz.core.contrastive.runs.frames import Frames
from embedviz.core.contrastive.runs.recording import record
from embedviz.core.contrastive.runs.verdict import describe
from embedviz.core.contrastive.training import Training
from embedviz.core.errors import UserError

ROWS = np.random.default_rng(0).normal(size=(40, 10)).astype(np.float32)
PAIRS = np.arange(20).reshape(-1, 2)

SOURCES = {
    "linear": lambda dials: Training(ROWS, 3, None, dials),
    "hidden": lambda dials: Training(ROWS, 4, None, dials, hidden=7),
    "bent": lambda dials: Training(ROWS, 4, None, dials, hidden=7, activation="relu"),
    "pairs": lambda dials: Training(ROWS, 3, pairs_to_learn(PAIRS, 40), dials),
    "category": lambda dials: Training(ROWS, 3, same_category(np.arange(40) % 7, 40), dials),
    "two rows": lambda dials: Training(ROWS[:2], 3, None, dials),
    "items": lambda dials: free_training(5, 8, dials=dials),
    "groups": lambda dials: free_training(5, 8, together="group", dials=dials),
    "two points": lambda dials: free_training(2, 1, dials=dials),
    "one output": lambda dials: free_training(5, 8, 1, together="group", dials=dials),
    "many outputs": lambda dials: free_training(5, 8, 16, dials=dials),
}

ENDS = [
    {"learning_rate": 1e3},
    {"learning_rate": 1e6},
    {"learning_rate": 1e6, "negatives": 0},
    {"temperature": 0.001},
    {"temperature": 100.0},
    {"batch_size": 1},
    {"batch_size": 1, "negatives": 0},
    {"batch_size": 10_000},
    {"batch_size": 4, "negatives": 500},
    {"hardness": 1000.0},
    {"noise": 0.0, "dropout": 0.0},
    {"noise": 100.0, "dropout": 0.99},
    {"temperature": 0.001, "learning_rate": 1e6, "hardness": 5.0, "prefixes": (1,)},
    {"temperature": 1e-6, "symmetric": True},
]


def run(training, n_steps=40):
    frames, frame = Frames(), None
    for _ in range(n_steps):
        training.step()
        frame = record(training, frame)
        frames.add(frame)
        terms = anchor_terms(training, 1)
        for found in (frame.positions, frame.cosines, terms.pull, terms.pushes, terms.loss):
            assert np.isfinite(found).all()
        assert terms.weights.sum() == pytest.approx(1)
    assert "nan" not in describe(frames, training.dials, training.shape.n_outputs)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("dials", ENDS, ids=str)
def test_runs_go_on_at_the_ends_of_the_dials(source, dials):
    run(SOURCES[source](Dials(**dials)))


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("rate", [1e30, 1e300])
def test_an_overflow_is_put_into_words(source, rate):
    training = SOURCES[source](Dials(learning_rate=rate))
    try:
        run(training)
    except UserError:
        words = "The numbers overflowed, .* Lower the learning rate, then reset"
        for again in (training.step, training.outputs, lambda: record(training)):
            with pytest.raises(UserError, match=words):
                again()
    else:
        assert np.isfinite(training.outputs()).all()
