"""Whoever asks the core for what there is not is told so in words, and never gets other numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import embedviz
from embedviz.core import analogies, isotropy, matryoshka, neighbors
from embedviz.core.compiled.checks import checked_count
from embedviz.core.errors import UserError
from embedviz.core.neighbors.graph import neighbor_graph, neighbors_of, neighbors_within
from embedviz.core.projections import PCA, TSNE, UMAP, trust
from embedviz.core.vector_set import VectorSet
from embedviz.core.whitening import Whitening

VECTORS = np.random.default_rng(0).normal(size=(40, 6)).astype(np.float32)
PLACES = VECTORS[:, :2]
SET = VectorSet(VECTORS, [f"w{i}" for i in range(40)], name="words")
QUERY = VECTORS[0]

COUNTS = {
    "nearest": lambda n: neighbors.NeighborSearch(VECTORS).nearest(QUERY, n),
    "nearest by dot": lambda n: neighbors.NeighborSearch(VECTORS, "dot").nearest(QUERY, n),
    "nearest on a prefix": lambda n: matryoshka.PrefixSearch(VECTORS).query(QUERY).top(3, n),
    "solve": lambda n: analogies.solve(SET, ["w0", "w1"], ["w2"], n),
    "two stages": lambda n: matryoshka.two_stage(VECTORS, QUERY, 3, 10, n),
    "shortlist": lambda n: matryoshka.two_stage(VECTORS, QUERY, 3, n, 2),
    "overlap": lambda n: matryoshka.overlap_curve(VECTORS, [2], n),
    "overlap of queries": lambda n: matryoshka.overlap_curve(VECTORS, [2], 5, n),
    "overlap of draws": lambda n: matryoshka.overlap_curve(VECTORS, [2], 5, 9, "random", draws=n),
    "axes of PCA": lambda n: PCA().fit_transform(VECTORS, n),
    "axes of t-SNE": lambda n: TSNE(3).fit_transform(VECTORS, n),
    "axes of UMAP": lambda n: UMAP(3).fit_transform(VECTORS, n),
    "graph": lambda n: neighbor_graph(VECTORS, n),
    "trustworthiness": lambda n: trust.trustworthiness(VECTORS, PLACES, n),
    "continuity": lambda n: trust.continuity(VECTORS, PLACES, n),
    "kept neighbors": lambda n: trust.kept_neighbors([[1]] * 40, PLACES, count=n),
}
DIMENSIONS = {
    "nearest": lambda k: neighbors.NeighborSearch(VECTORS).nearest(QUERY, 3, k),
    "truncate": lambda k: matryoshka.truncate(VECTORS, k),
    "nearest on a prefix": lambda k: matryoshka.PrefixSearch(VECTORS).query(QUERY).top(k, 3),
    "overlap": lambda k: matryoshka.overlap_curve(VECTORS, [2, k]),
    "two stages": lambda k: matryoshka.two_stage(VECTORS, QUERY, k, 10, 3),
}
ROWS = {
    "queries": lambda r: matryoshka.overlap_curve(VECTORS, [2], 5, queries=[0, r]),
    "neighbors of": lambda r: neighbors_of(VECTORS, [r]),
    "neighbors within": lambda r: neighbors_within(VECTORS, [r]),
    "trustworthiness": lambda r: trust.trustworthiness(VECTORS, PLACES, 3, rows=[r]),
    "continuity": lambda r: trust.continuity(VECTORS, PLACES, 3, rows=[r]),
    "true neighbors": lambda r: trust.kept_neighbors([[r]] * 40, PLACES),
}
TABLES = {
    "search": neighbors.NeighborSearch,
    "prefix search": matryoshka.PrefixSearch,
    "mean cosine": isotropy.mean_cosine,
    "IsoScore": isotropy.iso_score,
    "partition ratio": isotropy.partition_ratio,
    "effective rank": isotropy.effective_rank,
    "truncate": lambda x: matryoshka.truncate(x, 1),
    "overlap": lambda x: matryoshka.overlap_curve(x, [1], 3),
    "two stages": lambda x: matryoshka.two_stage(x, QUERY, 1, 2, 1),
    "PCA": lambda x: PCA().fit_transform(x, 2),
    "t-SNE": lambda x: TSNE(3).fit_transform(x, 2),
    "UMAP": lambda x: UMAP(3).fit_transform(x, 2),
    "graph": lambda x: neighbor_graph(x, 3),
    "trustworthiness": lambda x: trust.trustworthiness(x, PLACES, 3),
    "positions": lambda x: trust.trustworthiness(VECTORS, x, 3),
    "set": VectorSet,
}
NO_TABLES = {
    "a row": VECTORS[0],
    "a cube": VECTORS[np.newaxis],
    "a number": np.float32(1),
    "nothing": None,
    "texts": np.array([["a", "b"]] * 40),
    "dates": np.zeros((40, 2), "datetime64[D]"),
    "rows of different lengths": [[1, 2], [3]],
    "objects": np.array([[1, "b"]] * 40, dtype=object),
    "complex numbers": VECTORS.astype(complex),
}


@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize("count", [-1, -(10**12), 1.5, "3", None, np.nan])
def test_counts(name, count):
    with pytest.raises(UserError, match=r"[Cc]hoose|shape|whole numbers"):
        COUNTS[name](count)


@pytest.mark.parametrize("name", DIMENSIONS)
@pytest.mark.parametrize("dimensions", [0, -1, 7, 10**12, 1.5, "3", np.nan])
def test_dimensions(name, dimensions):
    with pytest.raises(UserError, match="from 1 to 6"):
        DIMENSIONS[name](dimensions)


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("row", [-1, 40, 9999, -(10**12), 10**12, 0.5, "w1", np.nan])
def test_rows(name, row):
    with pytest.raises(UserError, match=r"from 0 to 39|whole numbers"):
        ROWS[name](row)


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("kind", NO_TABLES)
def test_tables(name, kind):
    with pytest.raises(UserError, match=r"shape|table|numbers|lengths"):
        TABLES[name](NO_TABLES[kind])


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("shape", [(0, 6), (0, 0), (5, 0)])
def test_empty_sets_are_empty_or_refused(name, shape):
    """Without an impossible range, and without a number that would mean something."""
    found, said = np.nan, ""
    try:
        found = TABLES[name](np.empty(shape, np.float32))
    except UserError as error:
        said = str(error)
    assert " to 0" not in said
    assert "-1" not in said
    assert not isinstance(found, float) or np.isnan(found)


@pytest.mark.parametrize("row", [0.5, "w1", None, np.nan])
@pytest.mark.parametrize("metric", neighbors.METRICS)
def test_rows_to_leave_out_are_whole_numbers(row, metric):
    with pytest.raises(UserError, match="whole numbers"):
        neighbors.NeighborSearch(VECTORS, metric).nearest(QUERY, 3, exclude=[row])


@pytest.mark.parametrize("component", [-1, 0.5, "0", None])
def test_components(component):
    with pytest.raises(UserError, match="counted from 0"):
        PCA((component, 1)).fit_transform(VECTORS)


@pytest.mark.parametrize("value", [-1, "3", None, np.nan, [1]])
def test_settings_of_projections(value):
    for make in (
        TSNE,
        UMAP,
        lambda v: UMAP(5, v),
        lambda v: UMAP(5, seed=v),
        lambda v: TSNE(5, seed=v),
        lambda v: TSNE(5, sample=v),
    ):
        with pytest.raises(UserError, match="Choose"):
            make(value)


@pytest.mark.parametrize("seed", [-1, 0.5, "a", None])
def test_seeds(seed):
    with pytest.raises(UserError, match="seed"):
        matryoshka.overlap_curve(VECTORS, [2], 5, 9, "random", seed=seed)


@pytest.mark.parametrize("settings", [{"max_rows": -1}, {"sample": 0}, {"sample": 3, "seed": -1}])
def test_reading(settings, tmp_path):
    np.save(tmp_path / "x.npy", VECTORS)
    with pytest.raises((UserError, ValueError), match=r"-1|0"):
        embedviz.load(tmp_path / "x.npy", **settings)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("n_components", 0), ("strength", -1), ("remove_top", 0.5), ("floor", "a"), ("method", "x")],
)
def test_whitening_names_the_parameter_as_scikit_learn_does(setting, value):
    with pytest.raises(ValueError, match=rf"{setting} is {value!r}; it must be"):
        Whitening(**{setting: value}).fit(VECTORS)


def test_positions_may_have_many_axes_and_any_type():
    expected = trust.trustworthiness(VECTORS, VECTORS, 3)
    assert trust.trustworthiness(VECTORS, VECTORS.astype(np.float64), 3) == expected
    assert 0 <= trust.trustworthiness(VECTORS, VECTORS > 0, 3) <= 1


@given(st.integers(0, 10**30))
def test_whole_numbers_of_any_kind_are_counts(number):
    assert checked_count(number, "things") == number
    if number < 2**31:
        assert type(checked_count(np.int64(number), "things")) is int
