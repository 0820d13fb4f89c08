"""The recall of real indexes: estimated on a few hundred rows, and true of thousands."""

import numpy as np
import pytest

from embedviz.sources.databases import Address, database_class
from embedviz.sources.databases.recall import RecallSettings, estimate_recall, true_keys
from embedviz.sources.databases.search_settings import settings_of

N_ROWS, N_DIMENSIONS = 20_000, 128
INDEXES = {
    "IVF_FLAT": ({}, {"nprobes": 4}),
    "IVF_HNSW_SQ": ({"m": 8, "ef_construction": 40}, {"nprobes": 4, "ef": 15}),
}
"""By kind: how it is built, and how it is searched, so that it loses a part."""


@pytest.fixture(scope="module")
def vectors():
    random = np.random.default_rng(5)
    centers = random.normal(size=(300, N_DIMENSIONS))
    spread = random.normal(size=(N_ROWS, N_DIMENSIONS))
    return (centers[random.integers(0, 300, N_ROWS)] + spread).astype(np.float32)


@pytest.fixture(params=INDEXES)
def indexed(request, vectors, tmp_path):
    lance = pytest.importorskip("lance", reason="the extra [lancedb] is not installed")
    import pyarrow as pa

    lists = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), N_DIMENSIONS)
    table = pa.table({"id": np.arange(N_ROWS), "vector": lists})
    rows = lance.write_dataset(table, str(tmp_path / "things.lance"))
    built, searched = INDEXES[request.param]
    rows.create_index("vector", request.param, metric="cosine", num_partitions=64, **built)
    database = database_class("lancedb")(Address("lancedb", str(tmp_path), is_local=True))
    collection = database.open("things")
    yield collection, searched
    collection.close()
    database.close()


def true_recall(collection, vectors, searched, rows):
    """Return the recall over many rows, against brute force by NumPy alone."""
    from embedviz.sources.databases.protocol import SearchRequest

    unit = vectors.astype(float)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    shares = []
    for row in rows.tolist():
        near = unit @ unit[row]
        near[row] = -np.inf
        best = np.argpartition(-near, 10)[:10]
        request = SearchRequest(vectors[row], 11, "vector", is_exact=False, settings=dict(searched))
        keys = collection.nearest(request).keys
        shares.append(np.isin(keys[keys != row][:10], best).sum() / 10)
    return float(np.mean(shares))


def test_the_estimate_agrees_with_the_true_recall(indexed, vectors):
    collection, searched = indexed
    (field,) = collection.info.vector_fields
    assert searched.keys() == {each.name for each in settings_of(field.indexes[0], "lancedb")}
    truth = true_keys(collection, RecallSettings("vector", n_queries=600), "rows")
    found = estimate_recall(collection, truth, searched)
    rows = np.random.default_rng(9).choice(N_ROWS, 2500, replace=False)
    expected = true_recall(collection, vectors, searched, rows)
    assert found.index is not None
    assert 0.3 < expected < 0.995  # Else it would be easy.
    assert found.recall == pytest.approx(expected, abs=0.02)
