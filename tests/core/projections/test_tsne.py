"""t-SNE of a given graph, beside scikit-learn's of the vectors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import manifold
from sklearn.datasets import make_blobs

from embedviz.core.neighbors.graph import neighbor_graph
from embedviz.core.projections import tsne
from embedviz.core.projections.pca import PCA
from embedviz.core.projections.tsne import starting_positions


def divergence(affinities, positions):
    """Return the Kullback–Leibler divergence of a layout, from all pairs of rows."""
    given = np.asarray(affinities.todense())
    between = ((positions[:, np.newaxis].astype(np.float64) - positions) ** 2).sum(axis=2)
    near = 1 / (1 + between)
    np.fill_diagonal(near, 0)
    near /= near.sum()
    there = given > 0
    return (given[there] * np.log(given[there] / near[there])).sum()


@pytest.fixture(scope="module")
def vectors():
    found, _ = make_blobs(300, 10, centers=8, cluster_std=3.0, random_state=0)
    return found.astype(np.float32)


def lay_out(vectors, n_components=2, perplexity=15, tell=lambda *_: None):
    graph = neighbor_graph(vectors, 3 * perplexity, "euclidean")
    start = starting_positions(PCA().fit_transform(vectors, n_components), 0)
    settings = {"perplexity": perplexity, "seed": 0}
    return tsne.lay_out(graph.rows, graph.distances, start, settings, tell)


@pytest.mark.parametrize("n_components", [2, pytest.param(3, marks=pytest.mark.slow)])
def test_the_divergence_is_that_of_scikit_learn(vectors, n_components):
    from openTSNE.affinity import PerplexityBasedNN

    affinities = PerplexityBasedNN(vectors, perplexity=15, method="exact").P
    reference = manifold.TSNE(n_components, perplexity=15, random_state=0).fit(vectors)
    found = lay_out(vectors, n_components)
    assert found.shape == (300, n_components)
    limit = 1.05 * divergence(affinities, reference.embedding_)
    assert divergence(affinities, found) < limit
    np.testing.assert_array_equal(lay_out(vectors, n_components), found)


def test_the_faster_method_is_taken(monkeypatch, vectors):
    used = []
    choose = tsne._faster_method

    def watched(positions):
        # One to whom a narrow layout is one of half a unit, as it is with a million rows.
        monkeypatch.setattr(tsne, "_LEAST_WIDTH", 0.5)
        used.append(choose(positions))
        return used[-1]

    monkeypatch.setattr(tsne, "_faster_method", watched)
    told = []
    found = lay_out(vectors, tell=lambda *said: told.append(said))
    assert np.isfinite(found).all()
    assert used == sorted(used, reverse=True)
    assert set(used) == {"fft", "bh"}
    fractions = [fraction for fraction, *_ in told]
    assert fractions == sorted(fractions)
    assert told[-1][1].endswith(" of 750")


@pytest.mark.parametrize(
    ("n_rows", "width", "n_components", "method"),
    [
        (3_000, 1, 2, "bh"),
        (10_000, 1, 2, "fft"),
        (10_000, 80, 2, "fft"),
        (10_000, 90, 2, "bh"),
        (100_000, 250, 2, "fft"),
        (100_000, 300, 2, "bh"),
        (100_000, 1, 3, "bh"),
    ],
)
def test_which_method_is_faster(n_rows, width, n_components, method):
    positions = np.zeros((n_rows, n_components))
    positions[0, 1] = width
    assert tsne._faster_method(positions) == method


@given(
    arrays(
        np.float32,
        st.tuples(st.integers(4, 12), st.integers(2, 3)),
        elements=st.floats(-1e6, 1e6, width=32),
    )
)
def test_the_start_is_tiny_and_no_two_rows_are_in_one_place(positions):
    start = starting_positions(positions, 0)
    assert start.dtype == np.float32
    assert np.isfinite(start).all()
    assert len(np.unique(start, axis=0)) == len(start)
    np.testing.assert_array_equal(start, starting_positions(positions, 0))
    varies = np.ptp(positions, axis=0).any()
    np.testing.assert_allclose(start.std(axis=0).max(), 1e-4 if varies else 1e-6, rtol=0.7)
    np.testing.assert_allclose(start.mean(axis=0), 0, atol=1e-5)


@pytest.mark.parametrize("n_components", [2, 3])
def test_the_start_has_the_proportions_of_the_layout_given(n_components):
    spread = np.array([5.0, 4.0, 2.0])[:n_components]
    given = np.random.default_rng(0).normal(size=(2000, n_components)) * spread + 70
    start = starting_positions(given.astype(np.float32), 0)
    proportions = start.std(axis=0) / start.std(axis=0)[0]
    np.testing.assert_allclose(proportions, given.std(axis=0) / given.std(axis=0)[0], rtol=3e-2)
    assert start.std(axis=0)[0] == pytest.approx(1e-4, rel=3e-2)
