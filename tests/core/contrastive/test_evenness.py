"""What a run can reach: the closed forms against integrals, simplices and runs."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import betaln

from embedviz.core.contrastive import info_nce, uniformity, uniformity_optimum
from embedviz.core.contrastive.dials import Dials
from embedviz.core.contrastive.evenness import (
    best_uniformity,
    log_mean_exponential,
    loss_floor,
)
from embedviz.core.contrastive.free_points import free_training


def integral(steepness, dimensions):
    """Return log E exp(steepness (t - 1)), from the density of the cosine t."""
    if dimensions == 1:
        return math.log((1 + math.exp(-2 * steepness)) / 2)
    if dimensions == 2:
        found = (
            quad(
                lambda angle: math.exp(steepness * (math.cos(angle) - 1)),
                0,
                math.pi,
                limit=500,
                points=[0.01, 0.1, 0.5],
            )[0]
            / math.pi
        )
        return math.log(found)
    power = (dimensions - 3) / 2
    # The largest is taken off, or the density of many dimensions vanishes.
    grid = np.linspace(-1, 1, 400_001)[1:-1]
    exponents = power * np.log1p(-(grid**2)) + steepness * (grid - 1)
    peak = exponents.max()
    middle = float(grid[exponents.argmax()])
    near = [max(-1.0, middle - 0.02), min(1.0, middle + 0.02)]
    found = quad(
        lambda t: (
            math.exp(power * math.log1p(-t * t) + steepness * (t - 1) - peak) if abs(t) < 1 else 0.0
        ),
        -1,
        1,
        limit=1000,
        points=[middle, *near],
        epsabs=0,
        epsrel=1e-10,
    )[0]
    return peak + math.log(found) - betaln(0.5, (dimensions - 1) / 2)


@pytest.mark.parametrize("temperature", [0.001, 0.01, 0.05, 0.3, 1.0, 10.0])
@pytest.mark.parametrize("dimensions", [1, 2, 3, 4, 16, 100, 1024])
def test_is_the_integral_over_the_sphere(temperature, dimensions):
    steepness = 1 / temperature
    found = log_mean_exponential(steepness, dimensions) - steepness
    assert found == pytest.approx(integral(steepness, dimensions), rel=1e-6, abs=1e-8)


@given(st.floats(0.001, 10), st.integers(1, 1024), st.integers(1, 100_000), st.floats(0, 20))
@example(1.0, 1, 3, 5e-324)
@example(5.0, 1, 3, 16.0)
def test_floors_are_finite_and_below_chance(temperature, dimensions, count, hardness):
    floor = loss_floor(count, temperature, dimensions, hardness)
    assert math.isfinite(floor)
    if count == 1:
        assert floor == -1 / temperature
    else:
        assert 0 <= floor <= math.log(count) + 1e-12
        assert loss_floor(count, temperature, dimensions, hardness, 50) <= floor + 1e-9


@pytest.mark.parametrize("count", [2, 3, 4, 9])
@pytest.mark.parametrize("temperature", [0.2, 1.0])
def test_a_simplex_is_at_the_floor(count, temperature):
    corners = np.eye(count) - 1 / count
    loss = info_nce(corners, corners, temperature).loss
    assert loss_floor(count, temperature, count - 1) == pytest.approx(loss, rel=1e-9)
    assert loss_floor(count, temperature, 50, 3.0) == pytest.approx(loss, rel=1e-9)
    assert best_uniformity(count, count - 1) == pytest.approx(uniformity(corners), rel=1e-9)


@pytest.mark.parametrize(("dimensions", "hardness"), [(2, 0.0), (3, 0.0), (3, 2.0), (8, 1.0)])
def test_many_random_directions_come_to_the_floor(dimensions, hardness):
    rows = np.random.default_rng(0).normal(size=(3000, dimensions))
    loss = info_nce(rows, rows, 0.5, hardness=hardness).loss
    assert loss == pytest.approx(loss_floor(3000, 0.5, dimensions, hardness), abs=0.03)


def test_no_rows_are_more_even_than_the_best():
    circle = np.linspace(0, 2 * np.pi, 50, endpoint=False)
    regular = np.column_stack([np.cos(circle), np.sin(circle)])
    assert uniformity(regular) == pytest.approx(best_uniformity(50, 2), abs=1e-6)
    assert best_uniformity(10**9, 7) == pytest.approx(uniformity_optimum(7), abs=1e-6)
    assert math.isnan(best_uniformity(1, 3))


@pytest.mark.parametrize(("temperature", "hardness"), [(0.1, 0.0), (0.5, 0.0), (0.5, 2.0)])
def test_a_run_comes_near_its_floor(temperature, hardness):
    dials = Dials(
        noise=0.0, temperature=temperature, learning_rate=0.03, batch_size=400, hardness=hardness
    )
    training = free_training(20, 20, dials=dials)
    for _ in range(300):
        training.step()
    without_end = loss_floor(400, temperature, 3, hardness)
    of_so_many = loss_floor(400, temperature, 3, hardness, 400)
    assert of_so_many - 1e-3 < training.losses[-1] < without_end + 0.02


@pytest.mark.parametrize(("steepness", "dimensions"), [(-1.0, 3), (math.inf, 3), (1.0, 0)])
def test_what_is_out_of_range_is_refused(steepness, dimensions):
    with pytest.raises(ValueError, match="it must be from"):
        log_mean_exponential(steepness, dimensions)
    with pytest.raises(ValueError, match="n_candidates"):
        loss_floor(0, 0.05, 3)
