"""What is kept of layouts and neighbor graphs, and that what computes them leaves nothing."""

import threading

import numpy as np
import pytest

from embedviz.app.layouts import LayoutRequest, Layouts
from embedviz.core.errors import UserError
from embedviz.core.projections.neighbor_embedding import TSNE
from embedviz.core.projections.pca import PCA
from embedviz.core.vector_set import VectorSet


@pytest.fixture
def some():
    return VectorSet(np.random.default_rng(0).normal(size=(60, 5)), name="some")


def silent(*_):
    pass


def test_nothing_is_left_of_what_was_computed(some):
    layouts = Layouts()
    for components in ((0, 1, 2), (1, 2, 3), (0, 1, 3)):
        layouts.find(LayoutRequest(some, PCA(components), 2), silent, silent)
    layouts.graph(some, "cosine", 3, silent)
    assert layouts.n_in_flight == 0


def test_nothing_is_left_of_what_failed(some):
    layouts, two = Layouts(), VectorSet(np.eye(2, 5), name="two")
    with pytest.raises(UserError):
        layouts.find(LayoutRequest(two, TSNE(), 2), silent, silent)
    assert layouts.n_in_flight == 0


def test_two_threads_that_want_the_same_compute_it_once(some):
    layouts, waits, found = Layouts(), threading.Event(), []

    def find(report):
        found.append(layouts.graph(some, "cosine", 3, report))

    def note(fraction, message):
        waits.set()

    with layouts._single_flight((some.identity, "cosine"), silent):
        threads = [threading.Thread(target=find, args=(note,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        assert waits.wait(20)
        assert layouts.n_in_flight == 1
    for thread in threads:
        thread.join(20)
    assert found[0] is found[1]
    assert layouts.n_in_flight == 0
