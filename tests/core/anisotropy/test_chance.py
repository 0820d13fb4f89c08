"""Angles of random directions: the densities of the books, integrated, and directions drawn."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import beta

from embedviz.core.anisotropy.chance import chance_of_angles, chance_of_cosines, chance_spread

DIMENSIONS = [2, 3, 4, 10, 384, 1536]


@pytest.mark.parametrize("d", DIMENSIONS[1:])
def test_cosines_have_their_density(d):
    edges = np.linspace(-1, 1, 21)
    constant = beta(0.5, (d - 1) / 2)
    expected = [
        quad(lambda c: (1 - c * c) ** ((d - 3) / 2) / constant, low, high)[0]
        for low, high in pairwise(edges)
    ]
    np.testing.assert_allclose(chance_of_cosines(edges, d), expected, atol=1e-9)


@pytest.mark.parametrize("d", DIMENSIONS)
def test_angles_have_their_density(d):
    edges = np.linspace(0, 180, 31)
    constant = beta(0.5, (d - 1) / 2)
    expected = [
        quad(lambda a: np.sin(a) ** (d - 2) / constant, *np.radians([low, high]))[0]
        for low, high in pairwise(edges)
    ]
    np.testing.assert_allclose(chance_of_angles(edges, d), expected, atol=1e-9)


@pytest.mark.parametrize("d", [1, *DIMENSIONS])
def test_it_is_certain_and_even(d):
    for found in (
        chance_of_angles(np.linspace(0, 180, 37), d),
        chance_of_cosines(np.linspace(-1, 1, 41), d),
    ):
        assert found.sum() == pytest.approx(1)
        assert (found >= 0).all()
        np.testing.assert_allclose(found, found[::-1], atol=1e-12)


def test_in_two_dimensions_all_angles_are_equally_likely():
    np.testing.assert_allclose(chance_of_angles(np.linspace(0, 180, 10), 2), 1 / 9)


def test_in_one_dimension_there_are_two_angles():
    np.testing.assert_allclose(chance_of_angles([0, 10, 170, 180], 1), [0.5, 0, 0.5])
    np.testing.assert_allclose(chance_of_cosines([-1, -0.9, 0.9, 1], 1), [0.5, 0, 0.5])


@pytest.mark.parametrize("d", [1, 2, 3, 40])
def test_drawn_directions_spread_as_much(d):
    rows = np.random.default_rng(0).normal(size=(2, 40_000, d))
    rows /= np.linalg.norm(rows, axis=2, keepdims=True)
    angles = np.degrees(np.arccos(np.clip((rows[0] * rows[1]).sum(axis=1), -1, 1)))
    assert chance_spread(d) == pytest.approx(angles.std(), rel=0.02)


def test_of_many_dimensions_it_is_one_over_the_root():
    assert chance_spread(384) == pytest.approx(np.degrees(1 / np.sqrt(384)), rel=0.005)


def test_no_dimension_is_refused():
    with pytest.raises(ValueError, match="from 1 up"):
        chance_of_angles([0, 180], 0)
