import hashlib
import logging
import os
import pickle
import sqlite3
import uuid
from contextlib import closing

import numpy as np
import pytest

pytest.importorskip("qdrant_client", reason="qdrant-client is not installed")

from qdrant_client import QdrantClient, models

from embedviz.core.errors import UserError
from embedviz.core.neighbors import NeighborSearch
from embedviz.sources.databases import Address, by_reading, database_class
from embedviz.sources.databases.protocol import Partition, SearchRequest
from embedviz.sources.databases.qdrant import QdrantDatabase
from embedviz.sources.databases.sampling import sample_keys
from embedviz.sources.secret import Secret
from tests.servers.qdrant_server import QdrantServer

N_ROWS, N_DIMENSIONS, N_SHORT = 600, 24, 6
DISTANCES = {"cosine": "Cosine", "dot": "Dot", "euclidean": "Euclid"}
CANARY = "canary-7f3a"


def make_vectors(count=N_ROWS):
    return np.random.default_rng(3).normal(size=(count, N_DIMENSIONS)).astype(np.float32)


def points_of(vectors, keys=None):
    keys = keys if keys is not None else list(range(len(vectors)))
    return [
        models.PointStruct(
            id=key,
            vector={"vector": row.tolist(), "short": row[:N_SHORT].tolist()},
            payload={"label": f"w{place}", "group": "ab"[place % 2], "n": place / 2},
        )
        for place, (key, row) in enumerate(zip(keys, vectors, strict=True))
    ]


def fill(client, name, distance, points):
    params = {
        "vector": models.VectorParams(size=N_DIMENSIONS, distance=distance),
        "short": models.VectorParams(size=N_SHORT, distance=distance),
    }
    client.create_collection(name, vectors_config=params)
    storage = getattr(client._client.collections[name].storage, "storage", None)
    if storage is not None:
        storage.execute("PRAGMA synchronous=OFF")
    client.upsert(name, points)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("qdrant")
    client = QdrantClient(path=str(path))
    for metric, distance in DISTANCES.items():
        fill(client, metric, distance, points_of(make_vectors()))
    client.close()
    return path


@pytest.fixture(scope="module")
def quiet_server():
    server = QdrantServer()
    for metric, distance in DISTANCES.items():
        fill(server.client, metric, distance, points_of(make_vectors()))
    yield server
    server.end()


@pytest.fixture
def server(quiet_server):
    yield quiet_server
    quiet_server.key, quiet_server.page, quiet_server.last = "", None, None
    quiet_server.seconds, quiet_server.n_requests, quiet_server.n_indexed = 0.0, 0, 0
    quiet_server.asked.clear()


def opened(place, *, is_local=False, secret=None, **options):
    given = tuple(options.items())
    return QdrantDatabase(Address("qdrant", str(place), options=given, is_local=is_local), secret)


@pytest.fixture(params=["folder", "server"])
def database(request, folder, server):
    is_local = request.param == "folder"
    database = opened(folder if is_local else server.place, is_local=is_local)
    yield database
    database.close()


def stored(metric):
    vectors = make_vectors()
    if metric == "cosine":
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def fingerprint(path):
    return {
        file.relative_to(path): (hashlib.sha256(file.read_bytes()).hexdigest(), os.stat(file))
        for file in sorted(path.rglob("*"))
        if file.is_file()
    }


def test_the_engine_is_found_by_its_name():
    assert database_class("qdrant") is QdrantDatabase


def test_collections_and_facts(database):
    assert database.collections() == ["cosine", "dot", "euclidean"]
    info = database.open("cosine").info
    assert (info.n_rows, info.key_kind) == (N_ROWS, "number")
    kinds = {each.name: (each.kind, each.dimensions) for each in info.fields}
    assert kinds == {
        "vector": ("vector", N_DIMENSIONS),
        "short": ("vector", N_SHORT),
        "label": ("text", None),
        "group": ("text", None),
        "n": ("number", None),
    }


def test_unit_length_is_told_where_qdrant_keeps_vectors_so(database):
    notes = {
        name: database.open(name).info.vector_fields[0].note for name in database.collections()
    }
    assert "unit length" in notes["cosine"]
    assert notes["dot"] == notes["euclidean"] == ""


@pytest.mark.parametrize("kept_for", DISTANCES)
@pytest.mark.parametrize("metric", DISTANCES)
def test_exact_neighbors_are_those_of_the_stored_vectors(database, kept_for, metric):
    collection = database.open(kept_for)
    for row in (0, 17, 599):
        query = make_vectors()[row]
        answer = collection.nearest(SearchRequest(query, 10, "vector", metric, fields=("label",)))
        rows, scores = NeighborSearch(stored(kept_for), metric).nearest(query, 10)
        assert answer.keys.tolist() == rows.tolist()
        np.testing.assert_allclose(answer.scores, scores, atol=1e-5)
        assert answer.columns["label"] == [f"w{each}" for each in rows]
        assert answer.index is None
        is_read = kept_for != metric and (kept_for, metric) != ("cosine", "dot")
        assert ("read" in answer.note) == is_read


def test_a_condition_holds_whether_qdrant_searches_or_all_is_read(database):
    condition = '{"must": [{"key": "group", "match": {"value": "b"}}]}'
    query, odd = make_vectors()[4], np.arange(1, N_ROWS, 2)
    for metric in DISTANCES:
        request = SearchRequest(query, 7, "vector", metric, condition)
        answer = database.open("dot").nearest(request)
        rows, _ = NeighborSearch(stored("dot")[odd], metric).nearest(query, 7)
        assert answer.keys.tolist() == odd[rows].tolist()


@pytest.mark.parametrize("condition", ["{", "[]", '{"must": 3}', "1; import os", '{"x": 1}'])
def test_what_is_no_filter_is_refused(database, condition):
    request = SearchRequest(make_vectors()[0], 5, "vector", "dot", condition)
    for ask in (database.open("dot").nearest, database.open("dot").call_of):
        with pytest.raises(UserError, match="not a filter of Qdrant"):
            ask(request)


@pytest.mark.parametrize("metric", DISTANCES)
def test_a_prefix_is_searched_in_a_field_that_holds_it(database, metric):
    query = make_vectors()[8]
    request = SearchRequest(
        query, 6, "vector", metric, prefix=N_SHORT, prefix_field="short", candidates=None
    )
    answer = database.open(metric).nearest(request)
    rows, scores = NeighborSearch(make_vectors(), metric).nearest(query, 6, N_SHORT)
    assert answer.keys.tolist() == rows.tolist()
    np.testing.assert_allclose(answer.scores, scores, atol=1e-5)


@pytest.mark.parametrize("metric", DISTANCES)
def test_two_stages(database, metric):
    query = make_vectors()[8]
    request = SearchRequest(
        query, 6, "vector", metric, prefix=N_SHORT, prefix_field="short", candidates=40
    )
    answer = database.open(metric).nearest(request)
    coarse, _ = NeighborSearch(make_vectors(), metric).nearest(query, 40, N_SHORT)
    rows, scores = NeighborSearch(stored(metric)[coarse], metric).nearest(query, 6)
    assert answer.keys.tolist() == coarse[rows].tolist()
    np.testing.assert_allclose(answer.scores, scores, atol=1e-5)


def test_a_prefix_needs_a_field_of_its_length(database):
    collection, query = database.open("dot"), make_vectors()[0]
    with pytest.raises(UserError, match="searches no prefix"):
        collection.nearest(SearchRequest(query, 5, "vector", "dot", prefix=6))
    request = SearchRequest(query, 5, "vector", "dot", prefix=8, prefix_field="short")
    with pytest.raises(UserError, match="has 6 dimensions"):
        collection.nearest(request)


@pytest.mark.parametrize("candidates", [None, 40])
def test_the_printed_call_does_the_same(folder, candidates):
    database = opened(folder, is_local=True)
    query = make_vectors()[8]
    request = SearchRequest(
        query,
        6,
        "vector",
        "cosine",
        '{"must": [{"key": "label", "match": {"except": ["w1", "it\'s"]}}]}',
        prefix=N_SHORT if candidates else None,
        prefix_field="short" if candidates else "",
        candidates=candidates,
        fields=("label",),
    )
    collection = database.open("cosine")
    names = {"query": query.tolist()}
    exec(collection.call_of(request), names)
    names["client"].close()
    answer = collection.nearest(request)
    assert [each.id for each in names["found"]] == answer.keys.tolist()
    assert [each.payload["label"] for each in names["found"]] == answer.columns["label"]
    database.close()


def test_exact_search_is_asked_of_a_server_as_such(server):
    collection = opened(server.place).open("dot")
    request = SearchRequest(make_vectors()[0], 3, "vector", "dot")
    collection.nearest(request)
    params = server.asked[-1][1]["params"]
    assert params["exact"] is True
    assert params["quantization"]["ignore"] is True
    assert "exact=True" in collection.call_of(request)


def test_approximate_search_is_named_with_its_index(server):
    server.n_indexed = N_ROWS
    collection = opened(server.place).open("dot")
    settings = {"hnsw_ef": 77}
    request = SearchRequest(
        make_vectors()[0], 3, "vector", "dot", is_exact=False, settings=settings
    )
    index = collection.nearest(request).index
    assert index.kind == "HNSW"
    assert index.settings == {"m": "16", "ef_construct": "100", "hnsw_ef": "77"}
    assert server.asked[-1][1]["params"]["hnsw_ef"] == 77
    assert "hnsw_ef=77" in collection.call_of(request)
    with pytest.raises(UserError, match="nprobes"):
        collection.nearest(
            SearchRequest(
                make_vectors()[0], 3, "vector", "dot", is_exact=False, settings={"nprobes": 2}
            )
        )


@pytest.mark.parametrize("count", [1, 3, 7])
def test_parts_are_all_rows_and_none_twice(database, count):
    collection = database.open("dot")
    parts = collection.partitions(count)
    assert len(parts) == count
    batches = [
        batch
        for part in pickle.loads(pickle.dumps(parts))
        for batch in collection.batches(part, "vector", ("label",), 50)
    ]
    keys = np.concatenate([each.keys for each in batches])
    assert sorted(keys.tolist()) == list(range(N_ROWS))
    np.testing.assert_array_equal(
        np.concatenate([each.vectors for each in batches]), make_vectors()[keys]
    )
    assert [label for each in batches for label in each.columns["label"]] == [f"w{k}" for k in keys]
    assert max(len(each.keys) for each in batches) <= 50


def test_rows_are_taken_in_the_order_asked_for(database):
    batch = database.open("cosine").take(np.array([9, 10**6, -3, 2]), "vector", ("n",))
    assert batch.keys.tolist() == [9, 2]
    assert batch.columns["n"] == [4.5, 1.0]
    np.testing.assert_allclose(batch.vectors, stored("cosine")[[9, 2]], atol=1e-6)


def test_a_sample_is_the_same_in_a_folder_and_on_a_server(folder, server):
    here, there = opened(folder, is_local=True).open("dot"), opened(server.place).open("dot")
    assert here.bounds() == there.bounds() == (0, N_ROWS - 1)
    assert sample_keys(here, 50, 5).tolist() == sample_keys(there, 50, 5).tolist()
    assert sample_keys(here, 50, 5).tolist() != sample_keys(here, 50, 6).tolist()


@pytest.mark.parametrize("gaps", [(5,), (1, 2, 900), (0, 7, (1 << 62) + 5)])
def test_the_largest_key_is_found_among_gaps(server, gaps):
    name = str(uuid.uuid4())
    fill(server.client, name, "Dot", points_of(make_vectors(len(gaps)), list(gaps)))
    assert opened(server.place).open(name).bounds() == (gaps[0], gaps[-1])
    server.client.delete_collection(name)


def mixed_points():
    identifiers = [str(uuid.UUID(int=number << 100)) for number in (1, 2**20, 2**27)]
    return points_of(make_vectors(7), [3, 40, 500, 6000, *identifiers]), identifiers


@pytest.mark.parametrize("count", [1, 2, 5])
def test_numbers_and_uuids_beside_each_other(server, tmp_path, count):
    points, identifiers = mixed_points()
    client = QdrantClient(path=str(tmp_path))
    fill(client, "mixed", "Dot", points)
    client.close()
    fill(server.client, "mixed", "Dot", points)
    expected = ["3", "40", "500", "6000", *identifiers]
    try:
        for database in (opened(tmp_path, is_local=True), opened(server.place)):
            collection = database.open("mixed")
            assert collection.info.key_kind == "text"
            assert collection.bounds() is None
            parts = collection.partitions(count)
            found = [
                key
                for part in parts
                for batch in collection.batches(part, "vector")
                for key in batch.keys.tolist()
            ]
            assert found == expected
            assert [k for keys in collection.all_keys() for k in keys.tolist()] == expected
            asked = np.array([identifiers[1], "no key", "40", "99"])
            assert collection.existing(asked).tolist() == [identifiers[1], "40"]
            assert len(collection.take(asked, "vector").keys) == 2
            database.close()
    finally:
        server.client.delete_collection("mixed")


def test_points_without_a_vector_are_counted(server, tmp_path):
    points = points_of(make_vectors(4))
    points[2].vector = {"short": [1.0] * N_SHORT}
    client = QdrantClient(path=str(tmp_path))
    fill(client, "some", "Dot", points)
    client.close()
    fill(server.client, "some", "Dot", points)
    for database in (opened(tmp_path, is_local=True), opened(server.place)):
        (batch,) = database.open("some").batches(Partition(), "vector", ("label",))
        assert batch.keys.tolist() == [0, 1, 3]
        assert (batch.n_left_out, batch.left_out.tolist()) == (1, [2])
        assert batch.columns["label"] == ["w0", "w1", "w3"]
        database.close()
    server.client.delete_collection("some")


def test_unnamed_vectors_and_those_that_are_not_offered(tmp_path):
    client = QdrantClient(path=str(tmp_path))
    params = models.VectorParams(size=3, distance="Euclid")
    client.create_collection("plain", vectors_config=params)
    client.upsert("plain", [models.PointStruct(id=5, vector=[3.0, 0.0, 4.0], payload={"a": [1]})])
    params = {"steps": models.VectorParams(size=3, distance="Manhattan")}
    client.create_collection("blocks", vectors_config=params)
    client.close()
    database = opened(tmp_path, is_local=True)
    plain = database.open("plain")
    (field,) = plain.info.vector_fields
    answer = plain.nearest(SearchRequest(np.zeros(3), 1, field.name, "euclidean"))
    assert answer.scores.tolist() == [5.0]
    assert plain.take(answer.keys, field.name).vectors.tolist() == [[3.0, 0.0, 4.0]]
    assert plain.abilities == {"exact", "filter"}
    blocks = database.open("blocks")
    assert blocks.info.vector_fields == ()
    with pytest.raises(UserError, match="Manhattan"):
        blocks.nearest(SearchRequest(np.zeros(3), 1, "steps"))
    database.close()


def test_nothing_in_a_folder_is_changed_nor_locked(folder):
    before = fingerprint(folder)
    holder = QdrantClient(path=str(folder))
    database = opened(folder, is_local=True)
    for name in database.collections():
        collection = database.open(name)
        collection.nearest(SearchRequest(make_vectors()[0], 3, "vector", "dot"))
        list(collection.batches(Partition(), "vector"))
    database.close()
    database.close()
    holder.close()
    after = fingerprint(folder)
    assert before.keys() == after.keys()
    for file, (content, status) in before.items():
        assert after[file][0] == content
        assert after[file][1].st_mtime_ns == status.st_mtime_ns


class _Trap:
    def __reduce__(self):
        return os.mkdir, (os.environ["TRAP"],)


def replace_point(folder, name, blob):
    with closing(sqlite3.connect(folder / "collection" / name / "storage.sqlite")) as storage:
        storage.execute("UPDATE points SET point = ?", (blob,))
        storage.commit()


@pytest.mark.parametrize("blob", ["trap", pickle.dumps({"id": 3}), b"\x80\x04junk", b""])
def test_a_folder_of_a_stranger_runs_nothing(tmp_path, monkeypatch, blob):
    client = QdrantClient(path=str(tmp_path / "db"))
    fill(client, "some", "Dot", points_of(make_vectors(1)))
    client.close()
    monkeypatch.setenv("TRAP", str(tmp_path / "sprung"))
    replace_point(tmp_path / "db", "some", pickle.dumps(_Trap()) if blob == "trap" else blob)
    with pytest.raises(UserError, match="holds what no point does"):
        opened(tmp_path / "db", is_local=True).open("some")
    assert not (tmp_path / "sprung").exists()


def test_what_is_no_folder_of_qdrant_is_told(tmp_path):
    with pytest.raises(UserError, match=r"no meta\.json"):
        opened(tmp_path, is_local=True)
    assert not list(tmp_path.iterdir())
    (tmp_path / "meta.json").write_text('{"collections": 3}')
    with pytest.raises(UserError, match="not the list of collections"):
        opened(tmp_path, is_local=True)
    (tmp_path / "meta.json").write_text('{"collections": {"gone": {"vectors": {}}, "../x": {}}}')
    database = opened(tmp_path, is_local=True)
    assert database.collections() == ["gone"]
    with pytest.raises(UserError, match="has no file"):
        database.open("gone")
    with pytest.raises(UserError, match="no collection 'other'"):
        database.open("other")


def test_addresses_are_recognized(folder, tmp_path):
    for text in (str(folder), "http://localhost:6333", "https://x.qdrant.io", "host:6334"):
        assert QdrantDatabase.recognizes(text)
    for text in (str(tmp_path), "http://localhost:19530", "postgres://x", "", "a b"):
        assert not QdrantDatabase.recognizes(text)


def test_a_wrong_key_is_told_without_it(server, caplog):
    caplog.set_level(logging.DEBUG)
    server.key = "right"
    for refusal in (401, 403):
        server.refusal = refusal
        with pytest.raises(UserError, match="did not accept the API key") as caught:
            opened(server.place, secret=Secret(CANARY))
        assert CANARY not in str(caught.value)
    assert CANARY in server.keys
    assert CANARY not in caplog.text
    database = opened(server.place, secret=Secret("right\n"))
    request = SearchRequest(make_vectors()[0], 3, "vector", "dot")
    assert "right" not in database.open("dot").call_of(request)
    database.close()


@pytest.mark.parametrize(
    ("place", "secret", "message"),
    [
        ("http://db.example.org:6333", CANARY, "unencrypted"),
        (f"http://me:{CANARY}@localhost:6333", None, "no name, password"),
        ("ftp://localhost", None, "begins with ftp"),
        ("http://localhost:6333", f"{CANARY}\nx", "line break"),
        ("http://localhost:abc", None, "not one"),
    ],
)
def test_addresses_and_keys_that_are_refused_before_anything_is_sent(place, secret, message):
    with pytest.raises(UserError, match=message) as caught:
        opened(place, secret=Secret(secret) if secret else None)
    assert CANARY not in str(caught.value)


def test_nobody_answers():
    server = QdrantServer()
    place = server.place
    server.end()
    with pytest.raises(UserError, match="cannot be reached"):
        opened(place)


@pytest.mark.parametrize("page", [(200, "<html>"), (200, '{"a": 1}'), (404, "no"), (500, "oops")])
def test_something_else_answers(server, page):
    server.page = page
    with pytest.raises(UserError, match=r"not a Qdrant server|not answer as a Qdrant server"):
        opened(server.place)


def test_a_slow_server(server):
    server.seconds = 60.0
    with pytest.raises(UserError, match="did not answer within 1 s"):
        opened(server.place, timeout="1")


def test_the_server_goes_in_the_middle(server):
    collection = opened(server.place).open("dot")
    batches = collection.batches(Partition(), "vector", (), 100)
    assert len(next(batches).keys) == 100
    server.last = server.n_requests
    with pytest.raises(UserError, match="broke off the connection"):
        next(batches)


def test_a_collection_is_dropped_in_the_middle(server):
    fill(server.client, "short-lived", "Dot", points_of(make_vectors(50)))
    collection = opened(server.place).open("short-lived")
    batches = collection.batches(Partition(), "vector", (), 10)
    next(batches)
    server.client.delete_collection("short-lived")
    with pytest.raises(UserError, match="any more"):
        next(batches)
    with pytest.raises(UserError, match="any more"):
        collection.nearest(SearchRequest(make_vectors()[0], 3, "vector", "dot"))


def test_what_is_too_large_to_be_read_for_one_query_is_not(database, monkeypatch):
    monkeypatch.setattr(by_reading, "MOST_BYTES", 1000)
    with pytest.raises(UserError, match="would be read"):
        database.open("dot").nearest(SearchRequest(make_vectors()[0], 3, "vector", "cosine"))


def test_the_package_is_absent(monkeypatch, folder):
    monkeypatch.setattr(QdrantDatabase, "what_lacks", classmethod(lambda cls: "pip install x"))
    with pytest.raises(UserError, match="pip install x"):
        opened(folder, is_local=True)


def test_a_real_server():
    place = os.environ.get("EMBEDVIZ_QDRANT")
    if not place:
        pytest.skip("EMBEDVIZ_QDRANT holds no address of a Qdrant server")
    client = QdrantClient(url=place)
    name = f"embedviz-{uuid.uuid4()}"
    params = {"vector": models.VectorParams(size=N_DIMENSIONS, distance="Dot")}
    client.create_collection(name, vectors_config=params)
    try:
        points = points_of(make_vectors())
        for each in points:
            each.vector.pop("short")
        client.upsert(name, points, wait=True)
        query = make_vectors()[3]
        answer = opened(place).open(name).nearest(SearchRequest(query, 10, "vector", "dot"))
        rows, scores = NeighborSearch(make_vectors(), "dot").nearest(query, 10)
        assert answer.keys.tolist() == rows.tolist()
        np.testing.assert_allclose(answer.scores, scores, atol=1e-5)
    finally:
        client.delete_collection(name)
        client.close()
