"""What can be set of a search follows from the kind of the index."""

import pytest

from embedviz.sources.databases.protocol import IndexInfo
from embedviz.sources.databases.search_settings import describe_index, index_for, settings_of

KINDS = {
    "HNSW": ["ef_search"],
    "hnsw": ["ef_search"],
    "IVF_PQ": ["nprobes"],
    "ivfflat": ["nprobes"],
    "IVF_HNSW_SQ": ["nprobes", "ef_search"],
    "FLAT": [],
    "new one": [],
}


@pytest.mark.parametrize(("kind", "names"), KINDS.items())
def test_the_settings_of_an_index(kind, names):
    assert [each.name for each in settings_of(IndexInfo(kind, "cosine"))] == names


def test_the_description_says_how_it_was_built():
    index = IndexInfo("HNSW", "cosine", {"m": "16", "ef_construction": "64"})
    assert describe_index(index) == "HNSW (m 16, ef_construction 64)"
    assert describe_index(IndexInfo("HNSW", "cosine")) == "HNSW"


def test_an_index_is_for_its_metric_and_its_dimensions():
    whole, prefix = IndexInfo("HNSW", "cosine"), IndexInfo("HNSW", "cosine", dimensions=64)
    assert index_for((prefix, whole), "cosine") is whole
    assert index_for((prefix, whole), "cosine", 64) is prefix
    assert index_for((prefix, whole), "dot") is None


@pytest.mark.parametrize(
    ("engine", "names"),
    [
        ("lancedb", ["nprobes", "ef"]),
        ("pgvector", ["probes", "ef_search"]),
        ("milvus", ["nprobe", "ef"]),
        ("qdrant", ["nprobes", "hnsw_ef"]),
        ("another", ["nprobes", "ef_search"]),
    ],
)
def test_settings_are_called_as_the_engine_calls_them(engine, names):
    index = IndexInfo("IVF_HNSW_FLAT", "cosine")
    assert [each.name for each in settings_of(index, engine)] == names
