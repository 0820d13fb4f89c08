"""How a collection can be searched, and what that is called."""

import pytest

from embedviz.core.errors import UserError
from embedviz.sources.databases.protocol import IndexInfo
from embedviz.sources.databases.searching.ways import SearchWays, ways_of
from tests.sources.databases.indexed_engine import IVF, IndexedCollection

HNSW = IndexInfo("HNSW", "cosine", {"m": "16"})


def ways(is_exact=True, index=HNSW, engine="qdrant"):
    return SearchWays(engine, 1000, "cosine", is_exact, index)


def test_exact_is_exact_and_an_index_is_approximate_with_its_settings():
    assert ways().used("exact") == "exact"
    assert ways().describe("exact") == "exact"
    assert ways().used("index") == "index"
    assert ways().describe("index") == "approximate: HNSW (m 16), hnsw_ef 100"
    assert ways().describe("index", 250) == "approximate: HNSW (m 16), hnsw_ef 250"
    assert ways(engine="pgvector").describe("index") == "approximate: HNSW (m 16), ef_search 100"


def test_what_an_engine_does_not_offer_is_not_said_to_be_done():
    assert ways(is_exact=False).used("exact") == "index"
    assert ways(index=None).used("index") == "exact"
    with pytest.raises(UserError, match="neither exactly nor by an index for cosine"):
        ways(is_exact=False, index=None).used("exact")


def test_the_effort_is_the_setting_that_decides_most_and_stays_in_its_range():
    assert ways().settings(None) == {"hnsw_ef": 100}
    assert ways().settings(10**9) == {"hnsw_ef": 10_000}
    assert ways(index=IndexInfo("DISKANN", "cosine")).settings(7) == {}
    assert ways(index=None).settings(7) == {}


def test_the_index_is_that_of_the_metric(rows_of_a_cone):
    collection = IndexedCollection(rows_of_a_cone)
    found = ways_of(collection, "lancedb", "vector", "cosine")
    assert (found.n_rows, found.is_exact, found.index) == (len(rows_of_a_cone), True, IVF)
    assert found.settings(None) == {"nprobes": 20}
    assert ways_of(collection, "lancedb", "vector", "dot").index is None
    without = IndexedCollection(rows_of_a_cone, abilities=())
    assert not ways_of(without, "lancedb", "vector", "cosine").is_exact
