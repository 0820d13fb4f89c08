import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir

import numpy as np
import psutil
import pytest

pytest.importorskip("pymilvus", reason="pymilvus is not installed")
pytest.importorskip("milvus_lite", reason="milvus-lite is not installed")

from milvus_lite.db import MilvusLite
from pymilvus import DataType, MilvusClient

from embedviz.core.errors import UserError
from embedviz.core.neighbors import NeighborSearch
from embedviz.sources.databases import Address, by_reading, database_class
from embedviz.sources.databases.milvus import MilvusDatabase
from embedviz.sources.databases.milvus.schema import vectors_of
from embedviz.sources.databases.protocol import Field, Partition, SearchRequest
from embedviz.sources.databases.sampling import sample_keys
from embedviz.sources.secret import Secret
from tests.servers.milvus_server import MilvusServer

N_ROWS, N_DIMENSIONS, N_SHORT = 400, 24, 6
CANARY = "canary-7f3a"
COLLECTIONS = {
    "flat": ("FLAT", "COSINE"),
    "graph": ("HNSW", "COSINE"),
    "flat_dot": ("FLAT", "IP"),
    "flat_far": ("FLAT", "L2"),
    "plain": (None, None),
}


def make_vectors():
    return np.random.default_rng(3).normal(size=(N_ROWS, N_DIMENSIONS)).astype(np.float32)


def make_collection(client, name, index, metric):
    schema = client.create_schema(auto_id=False, enable_dynamic_field=True)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=N_DIMENSIONS)
    schema.add_field("short", DataType.FLOAT_VECTOR, dim=N_SHORT)
    schema.add_field("label", DataType.VARCHAR, max_length=50)
    schema.add_field("n", DataType.DOUBLE, nullable=True)
    params = client.prepare_index_params()
    settings = {"M": 8, "efConstruction": 32} if index == "HNSW" else {}
    for field in ("vector", "short") if index else ():
        params.add_index(field, index_type=index, metric_type=metric, params=settings)
    client.create_collection(name, schema=schema, index_params=params if index else None)
    client.insert(
        name,
        [
            {
                "id": row - 7,
                "vector": vector.tolist(),
                "short": vector[:N_SHORT].tolist(),
                "label": f"w{row}",
                "n": None if row == 3 else row / 2,
                "color": "red" if row % 2 else "blue",
            }
            for row, vector in enumerate(make_vectors())
        ],
    )


def make_texts(client):
    schema = client.create_schema(auto_id=False)
    schema.add_field("name", DataType.VARCHAR, max_length=30, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=N_DIMENSIONS)
    client.create_collection("texts", schema=schema)
    rows = [
        {"name": f'k"{row}', "vector": vector.tolist()}
        for row, vector in enumerate(make_vectors()[:50])
    ]
    client.insert("texts", rows)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("milvus") / "a.db"
    server = MilvusServer(path)
    client = MilvusClient(server.place, dedicated=True)
    for name, (index, metric) in COLLECTIONS.items():
        make_collection(client, name, index, metric)
    client.flush("graph")
    make_texts(client)
    client.close()
    server.end()
    return path


@pytest.fixture
def server(file, tmp_path):
    copy = tmp_path / "served.db"
    shutil.copytree(file, copy)
    server = MilvusServer(copy)
    client = MilvusClient(server.place, dedicated=True)
    for name in client.list_collections():
        client.load_collection(name)
    client.close()
    yield server
    server.end()


def opened(place, *, is_local=False, secret=None, **options):
    given = tuple(options.items())
    return MilvusDatabase(Address("milvus", str(place), options=given, is_local=is_local), secret)


@pytest.fixture(scope="module")
def database(file):
    database = opened(file, is_local=True)
    yield database
    database.close()


def fingerprint(path):
    return {
        str(each.relative_to(path)): (
            hashlib.sha256(each.read_bytes()).hexdigest() if each.is_file() else "",
            each.stat().st_mtime_ns,
        )
        for each in sorted(path.rglob("*"))
    }


def test_the_engine_is_found_by_its_name():
    assert database_class("milvus") is MilvusDatabase


def test_collections_and_facts(database):
    assert database.collections() == sorted([*COLLECTIONS, "texts"])
    info = database.open("graph").info
    assert (info.n_rows, info.key_field, info.key_kind) == (N_ROWS, "id", "number")
    kinds = {each.name: (each.kind, each.dimensions) for each in info.fields}
    assert kinds == {
        "vector": ("vector", N_DIMENSIONS),
        "short": ("vector", N_SHORT),
        "label": ("text", None),
        "n": ("number", None),
    }
    (index,) = info.vector_fields[0].indexes
    assert (index.kind, index.metric) == ("HNSW", "cosine")
    assert database.open("plain").info.vector_fields[0].indexes == ()


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
@pytest.mark.parametrize("name", COLLECTIONS)
def test_exact_neighbors_whatever_index_there_is(database, name, metric):
    collection = database.open(name)
    for row in (0, 17, N_ROWS - 1):
        query = make_vectors()[row]
        answer = collection.nearest(SearchRequest(query, 10, "vector", metric, fields=("label",)))
        rows, scores = NeighborSearch(make_vectors(), metric).nearest(query, 10)
        assert (answer.keys + 7).tolist() == rows.tolist()
        np.testing.assert_allclose(answer.scores, scores, atol=1e-5 if metric == "cosine" else 2e-5)
        assert answer.columns["label"] == [f"w{each}" for each in rows]
        assert answer.index is None
        kind, kept_for = COLLECTIONS[name]
        names = {"COSINE": "cosine", "IP": "dot", "L2": "euclidean"}
        is_read = kind == "HNSW" or (kind == "FLAT" and names[kept_for] != metric)
        assert ("read" in answer.note) == is_read


def test_approximate_search_is_named_with_its_index(database):
    query = make_vectors()[2]
    collection = database.open("graph")
    request = SearchRequest(query, 5, "vector", is_exact=False, settings={"ef": 200})
    answer = collection.nearest(request)
    assert answer.index.kind == "HNSW"
    assert answer.index.settings["ef"] == "200"
    rows, _ = NeighborSearch(make_vectors()).nearest(query, 5)
    assert (answer.keys + 7).tolist() == rows.tolist()
    with pytest.raises(UserError, match="hnsw_ef"):
        collection.nearest(SearchRequest(query, 5, "vector", settings={"hnsw_ef": 3}))
    with pytest.raises(UserError, match="Choose cosine"):
        collection.nearest(SearchRequest(query, 5, "vector", "dot", is_exact=False))


@pytest.mark.parametrize("name", ["flat", "graph"])
def test_a_condition_holds_whether_milvus_searches_or_all_is_read(database, name):
    query, odd = make_vectors()[4], np.arange(1, N_ROWS, 2)
    condition = 'color == "red" and id >= -100'
    answer = database.open(name).nearest(SearchRequest(query, 7, "vector", condition=condition))
    rows, _ = NeighborSearch(make_vectors()[odd]).nearest(query, 7)
    assert (answer.keys + 7).tolist() == odd[rows].tolist()


@pytest.mark.parametrize("name", ["flat", "graph"])
def test_a_condition_that_is_none_is_told(database, name):
    request = SearchRequest(make_vectors()[0], 3, "vector", condition="id >> (")
    with pytest.raises(UserError, match="Milvus refused"):
        database.open(name).nearest(request)


@pytest.mark.parametrize("candidates", [None, 40])
@pytest.mark.parametrize("name", ["flat", "graph"])
def test_a_prefix_alone_and_in_two_stages(database, name, candidates):
    query = make_vectors()[8]
    request = SearchRequest(
        query, 6, "vector", prefix=N_SHORT, prefix_field="short", candidates=candidates
    )
    answer = database.open(name).nearest(request)
    rows, scores = NeighborSearch(make_vectors()).nearest(query, candidates or 6, N_SHORT)
    if candidates:
        order, scores = NeighborSearch(make_vectors()[rows]).nearest(query, 6)
        rows = rows[order]
    assert (answer.keys + 7).tolist() == rows.tolist()
    np.testing.assert_allclose(answer.scores, scores, atol=1e-5)


def test_a_prefix_needs_a_field_of_its_length(database):
    collection, query = database.open("flat"), make_vectors()[0]
    with pytest.raises(UserError, match="searches no prefix"):
        collection.nearest(SearchRequest(query, 5, "vector", prefix=6))
    request = SearchRequest(query, 5, "vector", prefix=8, prefix_field="short")
    with pytest.raises(UserError, match="has 6 dimensions"):
        collection.nearest(request)


@pytest.mark.parametrize("candidates", [None, 40])
def test_the_printed_call_does_the_same(server, candidates):
    database = opened(server.place)
    query = make_vectors()[8]
    request = SearchRequest(
        query,
        6,
        "vector",
        condition="id >= 5",
        prefix=N_SHORT if candidates else None,
        prefix_field="short" if candidates else "",
        candidates=candidates,
        fields=("label",),
    )
    collection = database.open("flat")
    names = {"query": query.tolist()}
    exec(collection.call_of(request), names)
    found = names["found"]
    answer = collection.nearest(request)
    assert [each["id"] for each in found] == answer.keys.tolist()
    assert [each["entity"]["label"] for each in found] == answer.columns["label"]
    names["client"].close()
    database.close()


@pytest.mark.parametrize("count", [1, 3, 7])
def test_parts_are_all_rows_and_none_twice(database, count):
    collection = database.open("flat")
    parts = collection.partitions(count)
    assert len(parts) == count
    batches = [
        batch for part in parts for batch in collection.batches(part, "vector", ("label",), 60)
    ]
    keys = np.concatenate([each.keys for each in batches])
    assert sorted(keys.tolist()) == list(range(-7, N_ROWS - 7))
    vectors = np.concatenate([each.vectors for each in batches])
    np.testing.assert_array_equal(vectors, make_vectors()[keys + 7])
    assert max(len(each.keys) for each in batches) <= 60
    labels = [label for each in batches for label in each.columns["label"]]
    assert labels == [f"w{key + 7}" for key in keys]


def test_rows_are_taken_in_the_order_asked_for(database):
    collection = database.open("graph")
    batch = collection.take(np.array([9, 10**6, -4, 2]), "vector", ("n", "color"))
    assert batch.keys.tolist() == [9, -4, 2]
    assert batch.columns == {"n": [8.0, None, 4.5], "color": ["blue", "red", "red"]}
    np.testing.assert_array_equal(batch.vectors, make_vectors()[[16, 3, 9]])
    assert collection.bounds() == (-7, N_ROWS - 8)
    sample = sample_keys(collection, 30, 5)
    assert len(sample) == 30
    assert sample.tolist() == sample_keys(database.open("plain"), 30, 5).tolist()


def test_keys_that_are_texts(database):
    collection = database.open("texts")
    assert (collection.info.key_kind, collection.bounds()) == ("text", None)
    asked = np.array(['k"3', "none", 'k"41'])
    assert collection.existing(asked).tolist() == ['k"3', 'k"41']
    vectors = collection.take(asked, "vector").vectors
    np.testing.assert_array_equal(vectors, make_vectors()[[3, 41]])
    found = [key for keys in collection.all_keys() for key in keys.tolist()]
    assert sorted(found) == sorted(f'k"{row}' for row in range(50))
    answer = collection.nearest(SearchRequest(make_vectors()[3], 1, "vector"))
    assert answer.keys.tolist() == ['k"3']


@pytest.mark.parametrize("element", ["float16", "bfloat16"])
def test_vectors_of_half_precision(element):
    numbers = np.array([1.5, -0.25, 3.0], np.float32)
    if element == "float16":
        data = numbers.astype(np.float16).tobytes()
    else:
        data = (numbers.view(np.uint32) >> 16).astype(np.uint16).tobytes()
    field = Field("v", "vector", 3, element)
    vectors, is_right = vectors_of([data, [data], None, data[:4]], field)
    assert is_right == [True, True, False, False]
    assert vectors.tolist() == [numbers.tolist()] * 2


def copies():
    return set(Path(gettempdir()).glob("embedviz-milvus-*"))


def test_nothing_in_a_file_is_changed_and_nothing_stays_behind(file):
    before, others = fingerprint(file), copies()
    database = opened(file, is_local=True)
    pid = database._lite.pid
    for name in database.collections():
        list(database.open(name).batches(Partition(), "vector"))
    assert len(copies() - others) == 1
    database.close()
    database.close()
    assert not psutil.pid_exists(pid)
    assert copies() == others
    assert fingerprint(file) == before
    with pytest.raises(UserError, match="is closed"):
        database.collections()


def test_the_process_ends_when_this_one_is_killed(file, tmp_path):
    code = (
        "import sys, time\n"
        "from embedviz.sources.databases import Address, database_class\n"
        f"address = Address('milvus', {str(file)!r}, is_local=True)\n"
        "database = database_class('milvus')(address)\n"
        "print(database._lite.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment)
    child = psutil.Process(int(parent.stdout.readline()))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    with suppress(psutil.NoSuchProcess):
        child.wait(30)
    assert not child.is_running()
    assert not list(tmp_path.glob("embedviz-milvus-*"))


def test_what_is_no_file_of_milvus_lite_is_told(tmp_path):
    with pytest.raises(UserError, match="not a file of Milvus Lite"):
        opened(tmp_path, is_local=True)
    old = tmp_path / "old.db"
    old.write_bytes(b"SQLite format 3\0")
    with pytest.raises(UserError, match="before version 3"):
        opened(old, is_local=True)
    assert sorted(tmp_path.iterdir()) == [old]


def test_a_file_that_another_program_has_open(file, tmp_path):
    copy = tmp_path / "b.db"
    shutil.copytree(file, copy)
    holder = MilvusLite(str(copy))
    try:
        with pytest.raises(UserError, match="open in another program"):
            opened(copy, is_local=True)
    finally:
        holder.close()


def test_a_collection_that_is_not_there(database):
    with pytest.raises(UserError, match="no collection 'other'"):
        database.open("other")
    with pytest.raises(UserError, match="not a field of vectors"):
        database.open("flat").nearest(SearchRequest(make_vectors()[0], 3, "label"))


def test_a_server_is_read_as_a_file_is(server, database):
    there = opened(server.place, timeout="20")
    collection = there.open("flat")
    query = make_vectors()[0]
    answer = collection.nearest(SearchRequest(query, 5, "vector"))
    expected = database.open("flat").nearest(SearchRequest(query, 5, "vector"))
    assert answer.keys.tolist() == expected.keys.tolist()
    there.close()


def test_a_collection_that_is_not_loaded_is_left_so(server):
    client = MilvusClient(server.place, dedicated=True)
    client.release_collection("graph")
    there = opened(server.place)
    with pytest.raises(UserError, match="is not loaded"):
        list(there.open("graph").batches(Partition(), "vector"))
    assert "NotLoad" in str(client.get_load_state("graph"))
    client.close()
    there.close()


def test_a_collection_is_dropped_in_the_middle(server):
    there = opened(server.place)
    collection = there.open("flat")
    batches = collection.batches(Partition(), "vector", (), 50)
    next(batches)
    client = MilvusClient(server.place, dedicated=True)
    client.drop_collection("flat")
    client.close()
    with pytest.raises(UserError, match="any more"):
        next(batches)
    with pytest.raises(UserError, match="any more"):
        collection.nearest(SearchRequest(make_vectors()[0], 3, "vector"))
    there.close()


def test_the_server_goes_in_the_middle(server):
    there = opened(server.place, timeout="2")
    batches = there.open("flat").batches(Partition(), "vector", (), 50)
    next(batches)
    server.end()
    with pytest.raises(UserError, match=r"cannot be reached|did not answer in time"):
        next(batches)
    there.close()


def test_nobody_answers():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(UserError, match=r"cannot be reached|did not answer") as caught:
            opened(place, timeout="2", secret=Secret(CANARY))
        assert CANARY not in str(caught.value)


def test_a_port_that_says_nothing():
    with socket.socket() as silent, ThreadPoolExecutor(1):
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        place = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(UserError, match=r"cannot be reached|did not answer"):
            opened(place, timeout="2")


@pytest.mark.parametrize(
    ("place", "secret", "message"),
    [
        ("http://db.example.org:19530", CANARY, "unencrypted"),
        (f"http://me:{CANARY}@localhost:19530", None, "no name, password"),
    ],
)
def test_addresses_and_keys_that_are_refused_before_anything_is_sent(place, secret, message):
    with pytest.raises(UserError, match=message) as caught:
        opened(place, secret=Secret(secret) if secret else None)
    assert CANARY not in str(caught.value)


def test_addresses_are_recognized(file, tmp_path):
    for text in (str(file), "http://localhost:19530", "https://x.zillizcloud.com"):
        assert MilvusDatabase.recognizes(text)
    for text in (str(tmp_path), "http://localhost:6333", "", "a b"):
        assert not MilvusDatabase.recognizes(text)


def test_what_is_too_large_to_be_read_for_one_query_is_not(database, monkeypatch):
    monkeypatch.setattr(by_reading, "MOST_BYTES", 1000)
    with pytest.raises(UserError, match="would be read"):
        database.open("graph").nearest(SearchRequest(make_vectors()[0], 3, "vector"))
