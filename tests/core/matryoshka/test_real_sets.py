"""What is known of prefixes of real sets, to a hundredth."""

import csv
import json

import numpy as np
import pytest

from embedviz.core.matryoshka import (
    judge_order,
    measure_overlap,
    measure_overlaps,
    measure_quality,
    overlap_curve,
    prefix_lengths,
)
from embedviz.core.pairs import Pairs
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.sources.encoders import make_encoder


@pytest.fixture(scope="module")
def movies(data_folder):
    def read(name):
        text = (data_folder / "movies" / f"peliculas_{name}.json").read_text(encoding="utf-8")
        return np.array(list(json.loads(text).values()), dtype=np.float32)

    return read


@pytest.fixture(scope="module")
def sentences(data_folder):
    def read(name):
        return np.load(data_folder / "stsb" / f"stsb_dev_{name}.f32.npy")

    return read


@pytest.fixture(scope="module")
def judged(data_folder):
    gold = np.load(data_folder / "stsb" / "stsb_dev_gold.f64.npy")
    return Pairs(np.arange(1500), np.arange(1500) + 1500, gold)


def test_movies_at_256_of_1536(movies):
    found = measure_overlaps(movies("text-embedding-3-small-1536"), [256], (10,))
    assert found["prefix"][10].curve[0] == pytest.approx(0.737, abs=0.01)
    random = found["random"][10]
    assert random.curve[0] == pytest.approx(0.686, abs=max(0.01, random.spread[0]))
    assert found["svd"][10].curve[0] > found["prefix"][10].curve[0]
    assert found["svd"][10].rank == 62


def test_a_model_trained_with_nested_losses_is_ordered_and_one_that_was_not_is_not(movies):
    orders = {}
    for name in ("text-embedding-3-small-1536", "text-embedding-ada-002"):
        lengths = prefix_lengths(1536)
        found = measure_overlaps(movies(name), lengths, (10,), orderings=["prefix", "random"])
        prefix, random = found["prefix"][10], found["random"][10]
        orders[name] = judge_order(lengths, prefix.curve, random.draws).order
    assert orders == {"text-embedding-3-small-1536": "clearly", "text-embedding-ada-002": "same"}


def test_center_both_sides_or_neither(sentences):
    vectors = sentences("final")
    svd = overlap_curve(vectors, [256], 10, 500, "svd")[0]
    assert svd == pytest.approx(0.969, abs=0.01)
    both = overlap_curve(vectors, [256], 10, 500, "svd", center=True)[0]
    assert both == pytest.approx(svd, abs=0.02)


@pytest.mark.parametrize(
    ("length", "expected"), [(64, {"prefix": 0.838, "svd": 0.847}), (384, {"prefix": 0.867})]
)
def test_spearman_of_judged_sentences(sentences, judged, length, expected):
    found = measure_quality(sentences("final"), [length], judged, orderings=["prefix", "svd"])
    for ordering, value in expected.items():
        assert found[ordering].curve[0] == pytest.approx(value, abs=0.005)


def test_minilm_is_in_no_order(sentences, judged):
    lengths = prefix_lengths(384)
    found = measure_quality(sentences("final"), lengths, judged, orderings=["prefix", "random"])
    assert judge_order(lengths, found["prefix"].curve, found["random"].draws).order == "same"


def test_glove_is_measured_on_one_footing(data_folder):
    vectors = np.load(data_folder / "glove50" / "golden_5050x50.f4.npy")
    rows = np.arange(0, 5050, 50)
    unit = vectors.astype(np.float64)
    nearest = []
    for k in (25, 50):
        prefix = unit[:, :k] / np.linalg.norm(unit[:, :k], axis=1, keepdims=True)
        cosines = prefix[rows] @ prefix.T
        cosines[np.arange(len(rows)), rows] = -np.inf
        nearest.append(np.argsort(-cosines, axis=1)[:, :10])
    expected = np.mean([len(np.intersect1d(a, b)) / 10 for a, b in zip(*nearest, strict=True)])
    assert measure_overlap(vectors, [25], 10, rows).curve[0] == pytest.approx(expected)


@pytest.fixture(scope="module")
def wordllama(data_folder):
    pytest.importorskip("wordllama", reason="the encoder's weights are in its package")
    with (data_folder / "stsb" / "stsb_dev_texts.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    encoder = make_encoder(EncoderSettings())
    sides = ([row["text"] for row in rows if row["side"] == side] for side in "12")
    return np.vstack([encoder.encode(texts) for texts in sides])


def test_wordllama_by_judged_pairs_has_a_small_effect(wordllama, judged):
    """Its nested losses show in the neighbors that it keeps; in this measure, hardly."""
    lengths = prefix_lengths(256)
    found = measure_quality(wordllama, lengths, judged, orderings=["prefix", "random"])
    prefix, random = found["prefix"], found["random"]
    at = lengths.index(64)
    assert prefix.full == pytest.approx(0.828, abs=0.01)
    assert prefix.curve[at] == pytest.approx(0.812, abs=0.01)
    assert random.curve[at] == pytest.approx(0.802, abs=max(0.01, random.spread[at]))
    verdict = judge_order(lengths, prefix.curve, random.draws)
    assert 0 < verdict.gap < 0.02


def test_wordllama_keeps_clearly_more_neighbors_than_random_dimensions(wordllama):
    lengths = prefix_lengths(256)
    found = measure_overlaps(wordllama, lengths, (10,), orderings=["prefix", "random"])
    prefix, random = found["prefix"][10], found["random"][10]
    assert judge_order(lengths, prefix.curve, random.draws).order == "clearly"
    at = lengths.index(64)
    assert prefix.curve[at] > random.curve[at] + 0.1
