"""Distributions of angles and cosines, and what is said of them."""

import numpy as np
import pytest

from embedviz.panes.anisotropy.angles.distributions import (
    EDGES,
    SampledPairs,
    chance_of,
    describe_angles,
    describe_sample,
    describe_share,
    distributions_of,
    share_text,
    span_of,
)

NARROW = SampledPairs(np.cos(np.radians(np.linspace(40, 60, 201))), 0.64)
OPEN = SampledPairs(np.cos(np.radians(np.linspace(80, 100, 201))), 0.0)


@pytest.mark.parametrize("kind", ["angles", "cosines"])
def test_what_is_drawn_holds_all_pairs_and_what_chance_gives(kind):
    chance, after, before = distributions_of(kind, NARROW, OPEN, 384)
    assert [each.role for each in (chance, after, before)] == ["chance", "after", "before"]
    for each in (chance, after, before):
        assert each.shares.sum() == pytest.approx(1)
        assert (each.heights * np.diff(each.edges)).sum() == pytest.approx(1)
    values = NARROW.angles if kind == "angles" else NARROW.cosines
    counts, _ = np.histogram(values, EDGES[kind])
    np.testing.assert_allclose(before.shares, counts / len(values))


def test_the_mean_of_the_cosines_is_the_exact_one_and_of_the_angles_that_of_the_sample():
    assert distributions_of("cosines", NARROW, OPEN, 9)[2].mean == 0.64
    assert distributions_of("angles", NARROW, OPEN, 9)[2].mean == pytest.approx(50)


def test_pairs_at_both_ends_are_not_lost():
    pairs = SampledPairs(np.array([-1.0, 1.0, 1.0000001, 0.0]), 0.25)
    _, _, before = distributions_of("angles", pairs, OPEN, 5)
    assert before.shares.sum() == 1
    assert before.shares[[0, -1]].tolist() == [0.5, 0.25]


@pytest.mark.parametrize(
    ("kind", "expected"), [("angles", (30.0, 105.0)), ("cosines", (-0.2, 0.8))]
)
def test_the_axis_has_round_ends_that_hold_nearly_all(kind, expected):
    assert span_of(kind, distributions_of(kind, NARROW, OPEN, 384)) == pytest.approx(expected)


def test_the_axis_never_goes_beyond_what_can_be():
    wide = SampledPairs(np.linspace(-1, 1, 50), 0.0)
    assert span_of("angles", distributions_of("angles", wide, wide, 2)) == (0, 180)
    assert span_of("cosines", distributions_of("cosines", wide, wide, 1)) == (-1, 1)


def test_the_share_between_two_values_is_read_from_the_bins():
    chance = chance_of("angles", 2)  # All angles are equally likely.
    assert chance.share_near(0, 180) == pytest.approx(1)
    assert chance.share_near(10, 19) == pytest.approx(0.05)


def test_words_say_the_middle_and_the_width():
    said = describe_angles(NARROW, OPEN, 384)
    assert said.startswith("Two rows before: 50° (nine in ten 41° to 59°), ")
    assert "after: 90° (81° to 99°); " in said
    assert "unrelated directions: 90° ± 2.9°" in said


@pytest.mark.parametrize(
    ("middle", "dimensions", "words"),
    [
        (50, 384, "a narrow cone; "),
        (70, 384, "a wide cone; "),
        (88, 384, ""),
        (95, 384, ""),
        (50, 3, ""),  # As near as chance may bring two.
    ],
)
def test_words_say_whether_the_rows_lie_in_a_cone(middle, dimensions, words):
    rows = SampledPairs(np.cos(np.radians(np.linspace(middle - 5, middle + 5, 201))), 0.0)
    assert f"°), {words}after: " in describe_angles(rows, OPEN, dimensions)


def test_words_say_how_many_pairs_look_alike():
    said = describe_share(NARROW, OPEN, 384, 0.6)
    above = (NARROW.cosines > 0.6).mean()
    assert f"Cosine above 0.60: {100 * above:.0f} % of pairs before, none after" in said
    assert said.endswith("none by chance.") or "< 0.1 % by chance" in said
    assert describe_share(NARROW, OPEN, 1, 1.0)


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "none"), (1e-5, "< 0.1 %"), (0.012, "1.2 %"), (0.42, "42 %"), (1, "100 %")],
)
def test_shares_in_words(share, text):
    assert share_text(share) == text


def test_the_sample_is_named():
    assert describe_sample(20_000, 3000, 0).startswith("20,000 random pairs; ")
    assert describe_sample(6, 4, 0) == "All 6 pairs of rows."
    assert "2 pairs with a row that has no direction left out" in describe_sample(4, 4, 2)
