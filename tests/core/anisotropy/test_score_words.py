"""What is said of scores: where they disagree, and as a table."""

import csv
import io
import math

import numpy as np
import pytest

from embedviz.core.anisotropy.score_words import (
    as_table,
    describe_agreement,
    describe_how,
    describe_rows_left_out,
    describe_value,
    direction_of,
)
from embedviz.core.anisotropy.scores import SCORES, Score, Scores, measure
from embedviz.core.anisotropy.transform import Transform, TransformSettings, fit_rows

BY_NAME = {each.name: each for each in SCORES}
SOME = {
    "mean_cosine": 0.6,
    "mean_absolute_cosine": 0.6,
    "iso_score": 0.05,
    "partition_ratio": 0.2,
    "effective_rank": 70.0,
    "participation_ratio": 20.0,
    "uniformity": -1.5,
    "hubness": 1.5,
    "dead_dimensions": 0.0,
}


def scores(dimensions=384, **changes):
    values = {name: Score(value) for name, value in (SOME | changes).items()}
    return Scores(values, 100, 0, dimensions)


def test_nothing_has_changed():
    assert describe_agreement(scores(), scores()) == "No score has changed."


def test_centering_is_explained_from_the_numbers():
    said = describe_agreement(
        scores(), scores(mean_cosine=0.0, mean_absolute_cosine=0.1222, partition_ratio=0.9)
    )
    assert "(+0.0000)" in said
    assert "IsoScore does not (0.050)" in said
    assert "20 of 384 dimensions" in said
    assert "3.0 times what chance gives" in said


def test_before_is_looked_at_too():
    said = describe_agreement(scores(mean_cosine=0.02), scores(mean_cosine=0.3))
    assert said.startswith("Before, the mean cosine says isotropic")


def test_the_few_that_move_the_other_way_are_named():
    better = scores(mean_cosine=0.3, mean_absolute_cosine=0.3, iso_score=0.4)
    assert describe_agreement(scores(), better).startswith("All scores that changed say more")
    assert describe_agreement(better, scores()) == "All scores that changed say less isotropic."
    said = describe_agreement(scores(), scores(mean_cosine=0.3, iso_score=0.4, hubness=2.5))
    assert said.startswith("Hubness says less isotropic, +1.50 → +2.50, while")
    assert "who is near to whom" in said


def test_real_centering_says_so():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(200, 10)) * np.geomspace(3, 0.1, 10) + 2
    settings = TransformSettings(strength=0.0)
    after = measure(rows, Transform(fit_rows(rows), settings).map())
    assert "IsoScore does not" in describe_agreement(measure(rows), after)


@pytest.mark.parametrize(
    ("name", "before", "after", "sizes", "way"),
    [
        ("mean_cosine", 0.6, 0.1, (9, 9), 1),
        ("mean_cosine", 0.1, -0.6, (9, 9), -1),
        ("iso_score", 0.2, 0.2001, (9, 9), 0),
        ("effective_rank", 60.0, 62.0, (384, 64), 1),
        ("uniformity", -1.0, -3.0, (9, 9), 1),
        ("hubness", 1.0, -0.1, (9, 9), 1),
        ("dead_dimensions", 3.0, 0.0, (9, 9), 1),
        ("iso_score", math.nan, 0.5, (9, 9), 0),
    ],
)
def test_which_way_a_score_moved(name, before, after, sizes, way):
    assert direction_of(BY_NAME[name], before, after, sizes) == way


def test_samples_are_named():
    score = Score(0.25, "of 2,000,000 random pairs", 0.000123)
    assert describe_how(score) == "of 2,000,000 random pairs, ± 0.00012"
    text = describe_value(BY_NAME["mean_absolute_cosine"], score, 384)
    assert text == (
        "Mean |cosine|: 0.25 (of 2,000,000 random pairs, ± 0.00012); "
        "0.0407 where every direction is alike"
    )
    assert "not defined" in describe_value(BY_NAME["iso_score"], Score(math.nan), 3)


def test_rows_left_out_are_counted():
    assert describe_rows_left_out(scores(), scores()) == ""
    said = describe_rows_left_out(Scores({}, 2_000, 1_200, 3), scores())
    assert said.endswith(": 1,200 before.")
    both = Scores({}, 9, 1, 3), Scores({}, 9, 2, 3)
    assert describe_rows_left_out(*both).endswith(": 1 before and 2 after.")


def test_a_table_without_what_is_not_known_yet():
    lines = list(csv.DictReader(io.StringIO(as_table(scores(iso_score=math.nan), None, ","))))
    assert [line["after"] for line in lines] == [""] * len(SCORES)
    assert lines[2]["before"] == ""
    assert float(lines[0]["before"]) == 0.6
