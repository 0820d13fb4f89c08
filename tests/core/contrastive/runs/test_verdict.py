"""The sentence about what is seen, over real runs and over measures at its thresholds."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.app.judged_pairs import bundled_pairs
from embedviz.core.contrastive.dials import Dials
from embedviz.core.contrastive.free_points import FreePoints, free_training
from embedviz.core.contrastive.positives import pairs_to_learn, same_category
from embedviz.core.contrastive.runs.frames import Frames, Measures
from embedviz.core.contrastive.runs.recording import record
from embedviz.core.contrastive.runs.verdict import describe
from embedviz.core.contrastive.training import Training
from embedviz.core.samples import load_sample


@pytest.fixture(scope="module")
def sentences():
    return load_sample("sentences-final").vectors[:1200]


def told(training, n_steps):
    """Return what is said after each of some steps, by the step."""
    frames, frame, sentences = Frames(), None, {}
    for step in range(n_steps + 1):
        if step:
            training.step()
        frame = record(training, frame)
        frames.add(frame)
        sentences[step] = describe(frames, training.dials, training.shape.n_outputs)
    return sentences


def told_at(training, steps):
    """Return what is said after some steps, and the last measures."""
    said, frame = [], None
    for step in range(1, steps[-1] + 1):
        training.step()
        if step in steps:
            frame = record(training, frame)
            said.append(describe(frame, training.dials, training.shape.n_outputs))
    return said, frame.measures


def free(together="item", seed=0, n_outputs=3, **dials):
    dials = Dials(**{"learning_rate": 0.03, **dials})
    return free_training(20, 20, n_outputs, together=together, dials=dials, seed=seed)


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("together", ["item", "group"])
def test_a_healthy_run_learns_and_becomes_even(together, seed):
    said = told(free(together, seed), 250)
    assert said[0].startswith("Before the first step: the rows lean to one side (mean cosine 0.")
    assert said[2].startswith("Learning: the loss is ")
    assert said[250].startswith("Partners are near each other (mean squared distance of partners ")
    assert "fill the sphere evenly: uniformity −2.0" in said[250]
    assert not any(text.startswith(("Only", "The softmax", "The steps")) for text in said.values())


def test_a_trained_head_is_even(sentences):
    said = told(Training(sentences, 3), 100)
    assert said[0].startswith("Before the first step: the rows fill the sphere evenly, but no matt")
    assert said[100].startswith("Partners are near each other")


@pytest.mark.parametrize("seed", [0, 1])
def test_without_negatives_all_collapse(sentences, seed):
    dials = Dials(negatives=0)
    for training in (Training(sentences, 3, dials=dials, seed=seed), free(seed=seed, negatives=0)):
        said = told(training, 80)
        assert said[3].startswith("Without negatives only partners pull")
        assert re.match(
            r"All vectors point the same way: the mean cosine is 0\.99\d, and nothing was learned",
            said[80],
        )


def test_negatives_bring_back_what_collapsed():
    training = free(negatives=0)
    told(training, 80)
    training.change(negatives=None)
    training.step()
    said = describe(record(training), training.dials, 3)
    assert "All vectors point the same way" in said
    assert said.endswith(", and the negatives have not parted them yet.")


def test_without_bias_two_groups_are_two_poles():
    dials = Dials(negatives=0, bias=False, learning_rate=0.03)
    points = FreePoints(np.random.default_rng(2).normal(size=(100, 3)))
    training = Training(points, 3, same_category(np.arange(100) % 2, 100), dials)
    said = told(training, 200)[200]
    mean_cosine = record(training).measures.mean_cosine
    assert said.startswith("The vectors stand at two poles: they fill 1.")
    assert f"the mean cosine is {mean_cosine:.2f}".replace("-", "−") in said


def test_without_bias_heads_lose_dimensions(sentences):
    training = Training(sentences, 16, dials=Dials(negatives=0, bias=False))
    said = told(training, 150)[150]
    assert re.search(r"nothing holds rows apart: they fill [2-5]\.\d of 16 dimensions", said)


@pytest.mark.parametrize("seed", [0, 1])
def test_too_cold(sentences, seed):
    dials = Dials(temperature=0.005)
    for training in (Training(sentences, 3, dials=dials, seed=seed), free(**vars(dials))):
        said = told(training, 150)[150]
        assert said.startswith("Only the nearest negatives count: at the temperature 0.005 about ")


@pytest.mark.parametrize("n_outputs", [3, 8, 16, 64])
@pytest.mark.parametrize("together", ["views", "topic", "pairs"])
def test_cold_is_told_from_many_outputs(together, n_outputs):
    """Many outputs lower the loss, and few negatives push, at the usual temperature as well."""
    loaded = load_sample("sentences-final")
    vectors = loaded.vectors
    positives = None
    if together == "topic":
        topics = loaded.metadata["topic"].take(np.arange(len(vectors))).to_pylist()
        positives = same_category(topics, len(vectors))
    elif together == "pairs":
        positives = pairs_to_learn(bundled_pairs(loaded), len(vectors))
    for temperature in (0.05, 0.005):
        dials = Dials(temperature=temperature)
        training = Training(vectors, n_outputs, positives, dials)
        said, now = told_at(training, (30, 60, 120))
        is_cold = temperature < 0.01
        for text in said:
            told_so = re.match(r"Only the nearest|Too cold|All vectors.*as low as 0\.005\.$", text)
            assert bool(told_so) == is_cold, text
        if not is_cold:
            assert now.mean_cosine < 0.8


@pytest.mark.parametrize("seed", [0, 1])
def test_groups_pass_through_a_heap(seed):
    training = free_training(12, 25, together="group", dials=Dials(learning_rate=0.03), seed=seed)
    said = told(training, 60)
    heap = [text for text in said.values() if "negatives have not parted them yet" in text]
    assert len(heap) > 25
    assert "which push them apart" not in " ".join(said.values())


@pytest.mark.parametrize("n_outputs", [3, 16])
def test_too_hot(sentences, n_outputs):
    dials = Dials(temperature=5.0)
    for training in (Training(sentences, n_outputs, dials=dials), free(temperature=5.0)):
        said = told(training, 60)
        assert all(
            said[step].startswith("The softmax is nearly even: at the temperature 5 ")
            for step in (5, 60)
        )


@pytest.mark.parametrize("rate", [1e3, 1e6])
def test_too_fast(sentences, rate):
    for training in (
        Training(sentences, 3, dials=Dials(learning_rate=rate)),
        free(learning_rate=rate),
        free("group", learning_rate=rate),
    ):
        said = told(training, 40)[40]
        assert "lower it, then reset" in said, said


def test_a_part_of_the_dimensions():
    points = free(n_outputs=16)
    points._learner.weights[0][:, 5:] *= 0.01
    points.step()
    said = describe(record(points), points.dials, 16)
    assert re.match(r"The rows fill a part of the space: \d\.\d of 16 dimensions", said)


def test_the_trend_is_told():
    slow = told(free(learning_rate=3e-3), 60)
    assert slow[30].startswith("Learning: the loss is ")
    assert slow[60].startswith("Learning: the loss still falls, and is ")
    still = told(free(learning_rate=1e-9), 60)[60]
    assert still.startswith("The loss hardly changes: it is ")
    assert describe(Frames(), Dials(), 3) == "Nothing was recorded yet."


def test_a_loss_that_a_dial_changed_is_no_trend():
    training, frames = free(learning_rate=1e-9), Frames()
    for step in range(1, 70):
        training.change(temperature=0.05 if step < 40 else 0.1)
        training.step()
        frames.add(record(training))
    assert describe(frames, training.dials, 3).startswith("Learning: the loss is ")
    for _ in range(30):
        training.step()
        frames.add(record(training))
    assert describe(frames, training.dials, 3).startswith("The loss hardly changes: it is ")


def test_hardness_is_named_where_it_makes_the_nearest_count():
    few = replace(EVEN, uniformity=-1.5, felt_negatives=3.0)
    said = describe(few, Dials(hardness=20.0), 3)
    assert "at the temperature 0.05 and the hardness 20 about 3.0 of 255 push a row" in said


def test_prefixes_are_named():
    said = told(free(prefixes=(1, 2)), 5)[5]
    assert ", the sum of those of the first 1 and 2 outputs alone and of all 3, where" in said
    done = describe(EVEN, Dials(prefixes=(2, 4, 8)), 16)
    assert done.endswith(
        "; the loss is the sum of those of the first 2, 4 and 8 outputs alone and of all 16."
    )


def test_a_batch_of_one_asks_nothing():
    training = free(batch_size=1)
    assert "no negatives, so nothing is asked" in told(training, 3)[3]
    pair = free_training(2, 1, dials=Dials())
    assert "two poles" not in told(pair, 30)[30]


EVEN = Measures(50, 2.1, 2.0, 5.5, 0.04, -2.05, -2.08, 0.0, 3.0, 255.0, 17.0)

CASES = [
    ({}, {}, "Partners are near each other (mean squared distance of partners 0.04)"),
    (
        {"alignment": 1.9},
        {},
        "The rows fill the sphere evenly (uniformity −2.05 of at best",
    ),
    (
        {"mean_cosine": 0.991, "loss": -19.9, "floor": -20.0},
        {"negatives": 0},
        "All vectors point the same way: the mean cosine is 0.991, and nothing was learned: "
        "without negatives only the pull is left (the loss is −19.90, at best −1/τ = −20), and",
    ),
    (
        {"loss": -19.0, "floor": -40.0},
        {"negatives": 0, "prefixes": (2,)},
        "Without negatives only partners pull (the loss is −19.00, at best −2/τ = −40), and noth",
    ),
    (
        # The negatives were turned off since.
        {"loss": 2.1, "floor": 2.0},
        {"negatives": 0, "temperature": 0.2},
        "Without negatives only partners pull (at best −1/τ = −5), and nothing holds rows apart",
    ),
    (
        {"mean_cosine": 0.996, "effective_rank": 2.0},
        {},
        "All vectors point the same way: the mean cosine is 0.996, and the negatives have not "
        "parted them yet.",
    ),
    (
        {"mean_cosine": 0.996, "effective_rank": 2.0},
        {"temperature": 0.005},
        "All vectors point the same way: the mean cosine is 0.996, and the negatives have not "
        "parted them yet, which takes long at a temperature as low as 0.005.",
    ),
    (
        {"mean_cosine": 0.97, "loss": 5.2, "uniformity": -0.1},
        {},
        "Nearly all vectors point the same way: the mean cosine is 0.970, and the negatives have",
    ),
    (
        {"mean_cosine": 0.97, "uniformity": -0.1, "felt_negatives": 90.0},
        {"temperature": 0.005},
        "Too cold to spread: at the temperature 0.005 a cosine higher by 0.01 weighs 7.4 times",
    ),
    (
        {"mean_cosine": 0.97, "uniformity": -0.1, "felt_negatives": 90.0},
        {"temperature": 0.001},
        "Too cold to spread: at the temperature 0.001 a cosine higher by 0.01 weighs 22,026 ",
    ),
    ({"mean_cosine": 0.996}, {"learning_rate": 9.0}, "All vectors point the same way"),
    ({"loss": float("nan")}, {}, "The numbers overflowed"),
    ({"loss": float("inf")}, {}, "The numbers overflowed"),
    ({"effective_rank": 1.2}, {}, "The vectors stand at two poles: they fill 1.2 of 3 dimensions"),
    ({"step": 0, "loss": float("nan")}, {}, "Before the first step: the rows fill the sphere"),
    ({"step": 0, "mean_cosine": 0.97}, {}, "Before the first step: nearly all vectors point"),
    (
        {"uniformity": -1.5, "felt_negatives": 3.0},
        {"temperature": 0.01},
        "Only the nearest negatives count: at",
    ),
    ({"uniformity": -1.5}, {}, "Learning: the loss is 2.10, where guessing has 5.50 and the floor"),
    ({"uniformity": -1.5, "loss": 5.0}, {"learning_rate": 0.5}, "The steps are too large at the"),
    (
        {"felt_negatives": 254.0},
        {"temperature": 4.0},
        "The softmax is nearly even: at the",
    ),
    ({"n_negatives": 0.0, "uniformity": -1.0}, {}, "The rows of a batch have no negatives"),
]


@pytest.mark.parametrize(("measured", "dials", "words"), CASES)
def test_thresholds(measured, dials, words):
    assert describe(replace(EVEN, **measured), Dials(**dials), 3).startswith(words)


@pytest.mark.parametrize(
    ("n_outputs", "space"),
    [(2, "the circle"), (3, "the sphere"), (16, "all 16 dimensions")],
)
def test_what_is_filled_is_what_there_is(n_outputs, space):
    seen = replace(EVEN, effective_rank=float(n_outputs))
    apart, start = replace(seen, alignment=1.9), replace(seen, step=0, loss=float("nan"))
    slow = replace(seen, uniformity=-1.0, felt_negatives=3.0)
    for each in (seen, apart, start):
        assert f"rows fill {space} evenly" in describe(each, Dials(), n_outputs)
    assert f"slow to fill {space} (" in describe(slow, Dials(temperature=0.005), n_outputs)


numbers = st.one_of(st.floats(-10, 10), st.just(float("nan")))


@given(
    st.integers(0, 5),
    numbers,
    st.floats(0, 4),
    st.floats(-8, 0),
    st.floats(-1, 1),
    numbers,
    st.floats(0, 500),
    st.sampled_from([None, 0, 3]),
)
def test_there_is_always_one_sentence(step, loss, apart, uniform, cosine, rank, felt, few):
    seen = Measures(step, loss, 1.0, 5.5, apart, uniform, -3.0, cosine, rank, felt, felt / 2)
    said = describe(seen, Dials(negatives=few), 8)
    assert said.endswith(".")
    assert "nan" not in said
    assert not re.search(r"-\d", said)
    assert not any(part in said for part in ("  ", "..", " ,"))
