"""The list of scores, and what is measured of rows that are hard to measure."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core import isotropy
from embedviz.core.anisotropy import scored_rows
from embedviz.core.anisotropy.scores import SCORES, measure, n_columns, quick_scores
from embedviz.core.anisotropy.transform import Transform, TransformSettings, fit_rows
from embedviz.core.contrastive import uniformity
from embedviz.core.errors import UserError
from embedviz.core.isotropy import pairwise
from embedviz.core.progress import Cancelled

NAMES = [each.name for each in SCORES]


def cloud(n_vectors=90, dimensions=7, seed=0):
    rng = np.random.default_rng(seed)
    spread = np.geomspace(2.0, 0.2, dimensions)
    return (rng.normal(size=(n_vectors, dimensions)) * spread + 0.5).astype(np.float32)


def one_by_one(vectors):
    """Return what the public functions say of the same rows."""
    vectors = np.asarray(vectors)
    exact = vectors.astype(np.float64)
    lengths = np.linalg.norm(exact, axis=1, keepdims=True)
    unit = np.divide(exact, lengths, out=np.zeros_like(exact), where=lengths > 0)
    unit = unit[unit.any(axis=1)]
    is_constant = [len(np.unique(column)) == 1 for column in vectors.T]
    return {
        "mean_cosine": isotropy.mean_cosine(vectors),
        "mean_absolute_cosine": isotropy.mean_absolute_cosine(vectors),
        "iso_score": isotropy.iso_score(vectors),
        "partition_ratio": isotropy.partition_ratio(unit),
        "effective_rank": isotropy.effective_rank(vectors),
        "participation_ratio": isotropy.participation_ratio(vectors),
        "uniformity": uniformity(vectors),
        "hubness": isotropy.hubness(vectors),
        "dead_dimensions": sum(is_constant) if len(vectors) > 1 else 0,
    }


def values_of(found):
    return {name: score.value for name, score in found.values.items()}


def require_same(found, vectors):
    expected = one_by_one(vectors)
    assert values_of(found) == pytest.approx(expected, abs=2e-5, rel=1e-5, nan_ok=True)


@given(st.integers(1, 40), st.integers(1, 9), st.integers(0, 99), st.sampled_from(["f2", "f4"]))
def test_all_at_once_are_the_same_as_one_by_one(n_vectors, dimensions, seed, kind):
    vectors = cloud(n_vectors, dimensions, seed).astype(kind)
    require_same(measure(vectors), vectors)


HARD = {
    "few rows": cloud(5, 20),
    "one row": cloud(1),
    "two rows": cloud(2),
    "no rows": np.zeros((0, 4), np.float32),
    "zeros": np.zeros((6, 4), np.float32),
    "some zeros": np.vstack([np.zeros((3, 7), np.float32), cloud()]),
    "all equal": np.ones((12, 4), np.float32),
    "several times": np.repeat(cloud(8), 6, axis=0),
    "constant dimensions": np.hstack([cloud(), np.full((90, 2), 3.0, np.float32)]),
    "far from zero": cloud(80).astype(np.float64) + 1e6,
    "far from zero in float32": cloud(80) + np.float32(1e4),
    "very long": cloud() * np.float32(1e20),
    "very short": cloud() * np.float32(1e-20),
    "whole numbers": np.random.default_rng(0).integers(-9, 9, (50, 6)),
    "one dimension": cloud(30, 1),
}


@pytest.mark.parametrize("name", HARD)
def test_rows_that_are_hard_to_measure(name):
    require_same(measure(HARD[name]), HARD[name])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_an_error(value):
    vectors = cloud()
    vectors[7, 2] = value
    with pytest.raises(UserError, match="NaN or infinite"):
        measure(vectors)


@pytest.mark.parametrize("method", ["pca", "zca"])
@pytest.mark.parametrize("position", [0.0, 0.3, 1.0, 1.6, 2.0])
@pytest.mark.parametrize("count", [None, 4])
def test_mapped_rows_have_the_scores_of_the_rows_that_the_map_gives(method, position, count):
    vectors = cloud(70, 9)
    settings = TransformSettings(n_components=count, method=method).at(position)
    transform = Transform(fit_rows(vectors), settings)
    found = measure(vectors, transform.map(), axes=transform.fit.axes)
    mapped = transform.map().apply(vectors.astype(np.float64))
    expected = one_by_one(mapped)
    expected["dead_dimensions"] = found.values["dead_dimensions"].value  # Rounding is not constant.
    assert values_of(found) == pytest.approx(expected, abs=1e-4, rel=1e-5)
    assert found.dimensions == n_columns(transform) == mapped.shape[1]
    quick = quick_scores(transform, found.values["mean_cosine"].value)
    assert {name: expected[name] for name in quick} == pytest.approx(quick, abs=1e-5)
    assert set(quick) == {each.name for each in SCORES if each.is_quick}


def test_a_map_of_other_rows_has_no_quick_scores():
    settings = TransformSettings()
    others = Transform(fit_rows(cloud(seed=5), source="others"), settings)
    assert quick_scores(others, 0.25) == {"mean_cosine": 0.25}
    assert quick_scores(others) == {}


def test_shrunk_and_topless_maps_are_measured_as_they_are():
    vectors = cloud(12, 20)
    settings = TransformSettings(shrinkage=True, remove_top=2, method="zca")
    transform = Transform(fit_rows(vectors, shrinkage=True), settings)
    found = measure(vectors, transform.map())
    quick = quick_scores(transform)
    assert {name: found.values[name].value for name in quick} == pytest.approx(quick, abs=1e-5)


def test_a_constant_dimension_stays_dead_when_rotated_back():
    vectors = HARD["constant dimensions"]
    transform = Transform(fit_rows(vectors), TransformSettings(method="zca"))
    assert measure(vectors, transform.map()).values["dead_dimensions"].value == 2
    assert measure(vectors).values["dead_dimensions"].value == 2


def test_equal_rows_are_equal_when_mapped(monkeypatch):
    monkeypatch.setattr(scored_rows, "map_rows", noisy_map)
    vectors = np.repeat(cloud(9), 4, axis=0)
    transform = Transform(fit_rows(vectors), TransformSettings(method="zca", strength=0.0))
    found = measure(vectors, transform.map()).values["hubness"].value
    monkeypatch.undo()
    assert found == pytest.approx(isotropy.hubness(vectors - vectors.mean(axis=0)))


def noisy_map(block, mean, matrix):
    noise = np.random.default_rng(0).normal(size=(len(block), matrix.shape[1])) * 1e-7
    return ((block - mean) @ matrix + noise).astype(np.float32)


def test_of_many_rows_samples_are_taken_and_named(monkeypatch):
    monkeypatch.setattr(pairwise, "MOST_EXACT_ROWS", 100)
    monkeypatch.setattr(pairwise, "SAMPLED_PAIRS", 5_000)
    monkeypatch.setattr(scored_rows, "MOST_COMPARED", 200)
    monkeypatch.setattr(scored_rows, "MOST_NUMBERS", 7 * 400)
    vectors = cloud(1_000)
    found, exact = measure(vectors).values, one_by_one(vectors)
    for name in ("mean_cosine", "iso_score", "effective_rank", "dead_dimensions"):
        assert found[name].how == "exact"
        assert found[name].value == pytest.approx(exact[name], abs=1e-5)
    assert found["mean_absolute_cosine"].how == "of 5,000 random pairs"
    assert 0 < found["mean_absolute_cosine"].error < 0.02
    assert found["mean_absolute_cosine"].value == pytest.approx(
        exact["mean_absolute_cosine"], abs=0.08
    )
    assert found["uniformity"].error > 0
    assert found["partition_ratio"].how == "of a random 400 of the rows"
    assert found["hubness"].how == "of a random 200 of the rows, among each other"
    assert values_of(measure(vectors)) == values_of(measure(vectors))


def test_progress_goes_forward_and_stops():
    done = []
    measure(cloud(), report=lambda fraction, message: done.append(fraction))
    assert done == sorted(done)
    assert done[0] == 0
    assert 0 <= done[-1] <= 1
    for last in range(len(done)):
        seen = []

        def stop(fraction, message, seen=seen, last=last):
            seen.append(fraction)
            if len(seen) > last:
                raise Cancelled

        with pytest.raises(Cancelled):
            measure(cloud(), report=stop)


def test_rows_without_a_direction_are_counted():
    found = measure(HARD["some zeros"])
    assert (found.n_rows, found.n_without_direction, found.dimensions) == (93, 3, 7)


def test_every_score_says_what_it_is():
    assert len(set(NAMES)) == len(NAMES) == 9
    for each in SCORES:
        assert each.explanation.endswith(".")
        assert each.source
        assert each.sees
        for dimensions in (2, 64, 768):
            even = each.isotropic(dimensions)
            assert each.evenness(even, dimensions) == pytest.approx(1.0)
    assert SCORES[0].text(-0.25) == "−0.2500"
    assert SCORES[0].text(float("nan")) == "–"


@pytest.mark.parametrize("each", SCORES, ids=NAMES)
def test_evenness_is_from_nothing_to_all(each):
    for value in (-5.0, -0.5, 0.0, 0.3, 1.0, 7.0, 900.0):
        assert 0 <= each.evenness(value, 8) <= 1
