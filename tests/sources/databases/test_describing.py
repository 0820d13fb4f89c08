"""What is in a database, in words."""

from embedviz.sources.databases.address import Address
from embedviz.sources.databases.describing import as_object, describe_collections
from embedviz.sources.databases.protocol import CollectionInfo, Field, IndexInfo

INDEX = IndexInfo("HNSW", "cosine", {"m": "16"}, 64)
INFO = CollectionInfo(
    "texts",
    1200,
    (Field("title", "text"), Field("v", "vector", 128, "float16", (INDEX,)), Field("w", "vector")),
    "id",
    n_bytes=3_000_000,
)
AT = Address("qdrant", "localhost:6333", "me")


def test_everything_is_said():
    assert describe_collections(AT, [INFO]).splitlines() == [
        "me@localhost:6333: Qdrant, 1 collection",
        "",
        "texts: 1,200 rows, 3 MB",
        "  id: key, number",
        "  title: text",
        "  v: vector of 128 × float16, HNSW for cosine (m=16), of the first 64 dimensions",
        "  w: vector of any length, no index",
    ]


def test_and_for_programs():
    found = as_object(AT, [INFO])
    assert found["collections"][0]["rows"] == 1200
    assert [each["dimensions"] for each in found["collections"][0]["fields"]] == [None, 128, None]
