"""Two threads draw what one does."""

from threading import Thread

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedviz.core.drawing import bands
from embedviz.core.drawing.camera import Camera
from embedviz.core.drawing.raster import ALL_ROWS, Edge, draw_discs, draw_dots

WIDTH, HEIGHT = 40, 30
RED = 0xFFFF0000
SCENES = st.tuples(st.integers(0, 2**32 - 1), st.integers(1, 12), st.booleans())


def blank():
    return np.zeros((HEIGHT, WIDTH), dtype=np.uint32)


def scene(drawn):
    """Return positions, matrix, colors and sizes of a random cloud, partly out of view."""
    seed, count, is_3d = drawn
    rng = np.random.default_rng(seed)
    positions = (rng.normal(size=(count, 3)) * (1, 1, is_3d)).astype(np.float32)
    positions[rng.random(count) < 0.1] = np.nan
    matrix = Camera(scale=1.2, is_3d=is_3d).matrix(WIDTH, HEIGHT)
    colors = rng.integers(0, 2**32, count, dtype=np.uint32)
    return positions, matrix, colors, rng.uniform(0.2, 9, count).astype(np.float32)


def channels(image):
    """Return alpha, red, green and blue (height, width, 4), 0 to 255."""
    return np.stack([(image >> shift) & 0xFF for shift in (24, 16, 8, 0)], axis=-1).astype(int)


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(SCENES, st.booleans())
def test_two_threads_draw_what_one_does(monkeypatch, drawn, some):
    positions, matrix, colors, sizes = scene(drawn)
    rows = np.arange(len(positions))[::-1].copy() if some else ALL_ROWS
    pictures = []
    for many in (10**9, 1):
        monkeypatch.setattr(bands, "MANY", many)
        discs, dots = blank(), blank()
        draw_discs(discs, positions, matrix, colors, sizes, rows, edge=Edge(RED, 1.0))
        draw_dots(dots, positions, matrix, colors, sizes)
        pictures.append((channels(discs), channels(dots)))
    (discs, dots), (banded_discs, banded_dots) = pictures
    # Lower by whole rows, places are rounded differently in their last bit: in one case of many
    # millions, a dot is one row of pixels lower.
    assert np.abs(banded_discs - discs).max() <= 1
    assert (banded_dots != dots).any(axis=-1).sum() <= 3 * sizes.max() ** 2


def test_a_thread_more_is_started_for_many_points_in_view_alone(monkeypatch):
    started = []
    monkeypatch.setattr(bands, "MANY", 16 * 10)  # Discs, each of which counts as 16 dots.
    monkeypatch.setattr(bands, "Thread", lambda **given: started.append(1) or Thread(**given))
    for places, expected in (
        ([(5, 3), (6, 20)] * 4, 0),
        ([(5, 3), (6, 20)] * 8, 1),
        ([(5, 900), (6, 900)] * 8, 0),
        ([(5, 0.5), (6, 0.2)] * 8, 0),
    ):
        started.clear()
        positions = np.array([[x, y, 0] for x, y in places], dtype=np.float32)
        matrix = np.array([[1.0, 0, 0, 0], [0, 1.0, 0, 0], [0, 0, 0, 1.0]])
        color, size = np.array([RED], dtype=np.uint32), np.array([4], dtype=np.float32)
        draw_discs(blank(), positions, matrix, color, size)
        assert len(started) == expected


@pytest.mark.parametrize("rows", [0, 1, 2, 7])
def test_every_row_is_worked_on_once(rows):
    done = np.zeros(rows, dtype=int)

    def work(first, last):
        done[first:last] += 1

    bands.work_in_halves(work, rows)
    assert (done == 1).all()
