"""t-SNE and UMAP of vectors, in a real child."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn.datasets import make_blobs

from embedviz.core.errors import UserError
from embedviz.core.neighbors.graph import neighbor_graph
from embedviz.core.progress import Cancelled
from embedviz.core.projections import PROJECTIONS, neighbor_embedding
from embedviz.core.projections.neighbor_embedding import TSNE, UMAP
from embedviz.core.projections.pca import PCA
from embedviz.core.projections.process import LayoutProcess

METHODS = [TSNE(perplexity=5), UMAP(n_neighbors=8)]


@pytest.fixture(scope="module")
def process():
    with LayoutProcess() as process:
        yield process


@pytest.fixture(scope="module")
def blobs():
    vectors, groups = make_blobs(120, 8, centers=3, random_state=0)
    return vectors.astype(np.float32), groups


@pytest.mark.parametrize("method", METHODS, ids=str)
@pytest.mark.parametrize("n_components", [2, 3])
def test_groups_are_apart_and_the_picture_is_the_same_each_time(
    process, blobs, method, n_components
):
    vectors, groups = blobs
    positions = method.fit_transform(vectors, n_components, process=process)
    assert positions.shape == (120, n_components)
    assert positions.dtype == np.float32
    nearest = neighbor_graph(positions, 5, "euclidean").rows
    assert (groups[nearest] == groups[:, np.newaxis]).mean() > 0.98
    again = method.fit_transform(vectors, n_components, process=process)
    np.testing.assert_array_equal(positions, again)
    assert process.is_alive


def test_a_process_is_started_where_none_is_given(blobs):
    vectors, _ = blobs
    seen, fractions = [], []
    before = vectors.copy()
    vectors.flags.writeable = False
    positions = PROJECTIONS["t-SNE"](5).fit_transform(
        vectors,
        report=lambda fraction, words: fractions.append(fraction),
        on_layout=seen.append,
    )
    np.testing.assert_array_equal(vectors, before)
    assert positions.shape == (120, 2)
    assert len(seen) >= 2  # At most 20 a second, and a warm process takes 0.1 s in all.
    start = TSNE(5).starting_positions(PCA().fit_transform(vectors))
    np.testing.assert_array_equal(seen[0], start)
    assert fractions == sorted(fractions)
    assert 0 <= fractions[0] <= fractions[-1] <= 1


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_a_graph_with_more_neighbors_gives_the_same(process, blobs, method):
    vectors, _ = blobs
    start = PCA().fit_transform(vectors)
    graph = neighbor_graph(vectors, 30)
    seen = []

    def spoil(positions):
        seen.append(positions)
        positions.fill(np.nan)

    found = method.lay_out(graph, start, on_layout=spoil, process=process)
    np.testing.assert_array_equal(found, method.fit_transform(vectors, process=process))
    assert len(seen) > 1
    np.testing.assert_array_equal(start, PCA().fit_transform(vectors))


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_a_graph_that_does_not_fit_is_refused(blobs, method):
    vectors, _ = blobs
    start = PCA().fit_transform(vectors)
    with pytest.raises(ValueError, match="neighbors, not 3 cosine"):
        method.lay_out(neighbor_graph(vectors, 3), start)
    with pytest.raises(ValueError, match="not 30 euclidean"):
        method.lay_out(neighbor_graph(vectors, 30, "euclidean"), start)


POOR = {
    "five rows": np.eye(5, 7),
    "four rows": np.eye(4, 3),
    "fewer dimensions than axes": np.linspace(-1, 1, 30)[:, np.newaxis],
    "equal rows": np.ones((20, 4)),
    "zeros": np.zeros((20, 4)),
    "some zeros": np.vstack([np.zeros((10, 4)), np.eye(4), -np.eye(4)]),
    "one far away": np.vstack([np.eye(10), np.full((1, 10), 1e12)]),
}


@pytest.mark.parametrize("rows", POOR.values(), ids=POOR)
@pytest.mark.parametrize("method", [TSNE(), UMAP()], ids=str)
@pytest.mark.parametrize("n_components", [2, 3])
def test_poor_data_have_a_picture_too(process, rows, method, n_components):
    fitting = method.suited_to(len(rows))
    positions = fitting.fit_transform(rows, n_components, process=process)
    assert positions.shape == (len(rows), n_components)
    assert np.isfinite(positions).all()


@pytest.mark.parametrize("method", [TSNE(1), UMAP(2)], ids=str)
@pytest.mark.parametrize("n_rows", [0, 1, 3])
def test_too_few_rows_are_refused_without_starting_a_process(monkeypatch, method, n_rows):
    monkeypatch.setattr(
        neighbor_embedding, "LayoutProcess", lambda: pytest.fail("a process was started")
    )
    with pytest.raises(UserError, match=f"needs 4 rows or more, but there are {n_rows}"):
        method.fit_transform(np.zeros((n_rows, 5)))


def test_settings_that_do_not_fit_the_rows_are_named():
    with pytest.raises(UserError, match=r"each of the 20 rows has only 19 .* of 6 or less"):
        TSNE().fit_transform(np.eye(20))
    with pytest.raises(UserError, match="15 neighbors, but there are only 14 rows"):
        UMAP().require_enough(14)
    TSNE().require_enough(31)
    UMAP().require_enough(15)


@pytest.mark.parametrize("method", [TSNE(), UMAP()], ids=str)
def test_settings_are_made_to_fit(method):
    for n_rows in range(4, 200):
        fitting = method.suited_to(n_rows)
        fitting.require_enough(n_rows)
        assert fitting.suited_to(n_rows) == fitting
    assert method.suited_to(200) == method


@pytest.mark.parametrize(
    ("method", "settings", "words"),
    [
        (TSNE, {"perplexity": 0.5}, "perplexity is 0.5"),
        (TSNE, {"perplexity": float("nan")}, "perplexity is nan"),
        (TSNE, {"metric": "dot"}, "no metric 'dot' here. Choose cosine or euclidean"),
        (UMAP, {"n_neighbors": 1}, "cannot use 1 neighbors"),
        (UMAP, {"min_dist": 1.5}, "minimum distance is 1.5"),
        (UMAP, {"sample": 300_000}, "sample of 300,000 rows"),
        (UMAP, {"seed": -1}, "-1 cannot be a seed"),
    ],
)
def test_settings_out_of_range_are_named(method, settings, words):
    with pytest.raises(UserError, match=words):
        method(**settings)


def test_settings_compare_and_have_words():
    assert TSNE() == TSNE(30, "cosine", 0) != TSNE(31)
    assert len({UMAP(), UMAP(), UMAP(seed=1)}) == 2
    assert str(UMAP()) == "UMAP · 15 neighbors · min. distance 0.1 · cosine · seed 0"
    assert str(TSNE(12.5, seed=3)) == "t-SNE · perplexity 12.5 · cosine · seed 3"
    assert (TSNE().n_needed, UMAP().n_needed) == (90, 14)
    assert (TSNE().neighbors_needed(50), UMAP().neighbors_needed(50)) == (49, 14)


def test_of_a_large_set_a_sample_is_laid_out_and_the_others_are_placed(process, blobs, monkeypatch):
    vectors, groups = blobs
    monkeypatch.setattr(neighbor_embedding, "MOST_ROWS", 100)
    method, seen = UMAP(5, sample=60), []
    chosen = method.sample_of(len(vectors))
    assert (np.diff(chosen) > 0).all()
    assert len(chosen) == 60
    assert (UMAP(5, sample=60, seed=1).sample_of(len(vectors)) != chosen).any()
    assert method.sample_of(100) is None
    positions = method.fit_transform(vectors, on_layout=seen.append, process=process)
    others = np.setdiff1d(np.arange(120), chosen)
    for shown in seen:
        assert shown.shape == (120, 2)
        assert np.isfinite(shown[chosen]).all()
        assert np.isnan(shown[others]).all()
    assert np.isfinite(positions).all()
    alone = method.fit_transform(vectors[chosen], process=process)
    np.testing.assert_array_equal(positions[chosen], alone)
    nearest = neighbor_graph(positions, 5, "euclidean").rows
    assert (groups[nearest] == groups[:, np.newaxis])[others].mean() > 0.98


def test_cancelling_while_neighbors_are_sought_leaves_the_process_alive(process, blobs):
    def stop(fraction, words):
        if words == "neighbors":
            raise Cancelled

    with pytest.raises(Cancelled):
        METHODS[0].fit_transform(blobs[0], report=stop, process=process)
    assert process.is_alive


def test_rows_with_nan_are_named(process):
    rows = np.eye(40)
    rows[3, 3] = np.nan
    with pytest.raises(UserError, match="1 of 40 rows"):
        UMAP().fit_transform(rows, process=process)


def test_nothing_that_takes_long_is_imported_outside_of_the_child():
    look = (
        "import sys, embedviz.core.projections, embedviz.app.layouts.spare_process;"
        "print({'umap', 'openTSNE', 'sklearn', 'scipy.sparse'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
