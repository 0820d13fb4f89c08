"""UMAP of a given graph, beside umap-learn; umap is only ever imported in a process of its own."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from embedviz.core.projections.umap import _Watcher, starting_positions

BESIDE_UMAP = """
import warnings

warnings.simplefilter("ignore")
import numpy as np
from sklearn.datasets import make_blobs

from embedviz.core.projections import umap as umap_layout
from embedviz.core.neighbors.graph import neighbor_graph

umap_layout.prepare()
import umap

vectors, _ = make_blobs(400, 12, centers=6, random_state=0)
vectors = vectors.astype(np.float32)
random = np.random.default_rng(0)
for n_components in (2, 3):
    # Multiples of 1/1024 from 0 to 10, which umap's scaling to that range leaves as they are.
    start = random.integers(0, 10 * 1024 + 1, (400, n_components)) / 1024
    start[0], start[1] = 0, 10
    start = start.astype(np.float32)
    graph = neighbor_graph(vectors, 9, "euclidean")
    seen = []
    found = umap_layout.lay_out(
        graph.rows,
        graph.distances,
        start,
        {"n_neighbors": 10, "min_dist": 0.2, "seed": 7},
        lambda fraction, words, positions: seen.append((fraction, words, positions is not None)),
    )
    itself = np.arange(400, dtype=np.int32)[:, None]
    precomputed = (
        np.hstack([itself, graph.rows]),
        np.hstack([np.zeros((400, 1), np.float32), graph.distances]),
        None,
    )
    reference = umap.UMAP(
        n_neighbors=10,
        n_components=n_components,
        min_dist=0.2,
        init=start,
        random_state=7,
        precomputed_knn=precomputed,
        force_approximation_algorithm=True,
    ).fit(vectors)
    np.testing.assert_array_equal(found, reference.embedding_)
    fractions = [fraction for fraction, *_ in seen]
    assert fractions == sorted(fractions) and fractions[-1] <= 1
    assert seen[0] == (0.0, "UMAP · strengths of neighbors", False)
    assert seen[-1][1].endswith("of 500") and seen[-1][2]
print("equal")
"""


@pytest.mark.slow
def test_the_result_is_that_of_umap_with_the_same_neighbors():
    command = [sys.executable, "-c", BESIDE_UMAP]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "equal\n"


@given(
    arrays(
        np.float32,
        st.tuples(st.integers(4, 12), st.integers(2, 3)),
        elements=st.floats(-1e6, 1e6, width=32),
    )
)
def test_the_start_fills_a_square_and_no_two_rows_are_in_one_place(positions):
    start = starting_positions(positions, 0)
    assert start.dtype == np.float32
    np.testing.assert_allclose(start.min(axis=0), 0)
    np.testing.assert_allclose(start.max(axis=0), 10)
    assert len(np.unique(start, axis=0)) == len(start)
    np.testing.assert_array_equal(start, starting_positions(positions, 0))
    assert (start != starting_positions(positions, 1)).any()


def test_the_start_is_the_given_layout_but_for_scale():
    positions = np.random.default_rng(0).normal(size=(100, 2)).astype(np.float32)
    start = starting_positions(positions, 0)
    for axis in range(2):
        assert np.corrcoef(start[:, axis], positions[:, axis])[0, 1] > 0.9999


def test_a_bar_tells_the_epoch():
    tqdm = pytest.importorskip("tqdm")
    positions, told = np.zeros((2, 2), dtype=np.float32), []
    watcher = _Watcher(positions, 4, lambda *said: told.append(said))
    assert list(tqdm.tqdm(range(4), **(watcher.as_bar() | {"mininterval": 0}))) == [0, 1, 2, 3]
    assert [fraction for fraction, *_ in told[:3]] == [0.0, 0.25, 0.5]
    assert told[1] == (0.25, "UMAP · epoch 1 of 4", positions)
    watcher.write("\n")
    assert told[-1][0] == 1.0
