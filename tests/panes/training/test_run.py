"""A run without a pane: where its words lie, and how parallel its relations are."""

from dataclasses import replace

import numpy as np
import pytest

from embedviz.core.progress import silent
from embedviz.panes.training.corpora import lesson_of
from embedviz.panes.training.run import MapView, WatchedRun, consistency, unit_rows

from .examples import QUICK

WHOLE = MapView(2, True, "")


@pytest.fixture
def made(corpus):
    """Return a function that trains on the file of two topics."""

    def make(view=WHOLE, **how):
        settings = replace(QUICK, source="file", path=str(corpus), epochs=20)
        run = WatchedRun(lesson_of(settings), settings.of_training, view, **how)
        return run.train(silent, lambda frame: None)

    return make


def test_the_end_of_a_figure_lies_the_same_each_time(made):
    ends = []
    for _ in range(2):
        run = made(is_figure=True)
        ends.append(run.places_of(run.frames[-1], WHOLE))
    np.testing.assert_array_equal(ends[0].positions, ends[1].positions)
    assert ends[0].share == ends[1].share


def test_another_map_is_found_back_to_the_first_frame(made):
    run, deep = made(), MapView(3, True, "")
    assert run.places_of(run.frames[0], deep) is None
    run.turn(deep, silent)
    for frame in run.frames:
        assert run.places_of(frame, deep).positions.shape == (8, 3)


def test_a_text_without_relations_shows_all_words(made):
    run = made(view=MapView(2, False, "country-capital"))
    assert run.resolved(MapView(2, False, "x")) == WHOLE
    assert np.isfinite(run.places_of(run.frames[-1], WHOLE).positions).all()


def test_parallel_is_the_mean_cosine_of_all_pairs_of_offsets(made):
    run = made()
    frame, pairs = run.frames[-1], np.array([[0, 1], [2, 3], [4, 5], [6, 7]])
    units = unit_rows(frame)
    offsets = units[pairs[:, 1]] - units[pairs[:, 0]]
    offsets /= np.linalg.norm(offsets, axis=1, keepdims=True)
    cosines = (offsets @ offsets.T)[np.triu_indices(4, 1)]
    assert consistency(frame, pairs) == pytest.approx(cosines.mean(), abs=1e-4)
