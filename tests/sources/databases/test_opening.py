"""Collections opened by an address, in a folder of LanceDB and in an engine of the tests."""

import numpy as np
import pytest

import embedviz
from embedviz.core.errors import UserError
from embedviz.sources.consent import NotAgreed, refuse
from embedviz.sources.databases.connecting import (
    SENT,
    address_of,
    connect,
    engines_of,
    is_database,
    sending_to,
)
from embedviz.sources.databases.opening import open_again, open_collection
from tests.sources.databases.memory_engine import CONNECTED, MemoryDatabase, registered, table


@pytest.fixture
def memory(monkeypatch):
    """Register the engine of the tests, with a database "db"."""
    return registered(monkeypatch)


@pytest.fixture
def folder(tmp_path):
    """Return a folder of LanceDB with a table."""
    lance = pytest.importorskip("lance")
    import pyarrow as pa

    rows = np.random.default_rng(0).standard_normal((300, 8)).astype(np.float32)
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(rows.reshape(-1)), 8)
    made = pa.table({"id": range(300), "title": [f"t{i}" for i in range(300)], "vector": vectors})
    path = tmp_path / "db.lancedb"
    path.mkdir()
    lance.write_dataset(made, str(path / "texts.lance"))
    return path


def test_a_folder_opens_by_its_path(folder):
    found = embedviz.open_collection(str(folder), label="title", sample=100)
    assert found.vectors.shape == (100, 8)
    assert found.labels[0].startswith("t")
    assert found.origin.n_rows == 300
    assert found.origin.settings.collection == "texts"
    assert is_database(folder)
    assert not is_database(folder.parent)
    again = open_again(found.origin, refuse)
    assert again.labels == found.labels
    assert np.array_equal(again.vectors, found.vectors)


def test_a_server_is_connected_to_after_the_question_alone(memory):
    found = open_collection("memory://db", sample=10)
    assert len(found) == 10
    assert len(CONNECTED) == 1
    with pytest.raises(NotAgreed, match="was not connected to"):
        open_again(found.origin, refuse)
    assert len(CONNECTED) == 1


def test_the_question_names_machine_user_and_variable(memory):
    address, _ = address_of("postgresql://me:pw@db.example.org:5432/texts", "pgvector")
    sending = sending_to(address)
    assert sending.host == "db.example.org:5432"
    assert sending.what == SENT
    assert "me@db.example.org:5432/texts" in sending.details[0]
    assert "pw" not in repr(sending).replace("PostgreSQL (pgvector)", "")


def test_a_password_goes_to_the_engine_and_nowhere_else(memory, monkeypatch):
    monkeypatch.setenv("DB_PASSWORD", "s3cret-canary")
    found = open_collection("memory://db", password_from="DB_PASSWORD")
    assert CONNECTED[0][1].reveal() == "s3cret-canary"
    assert "s3cret" not in repr(found.origin)
    monkeypatch.delenv("DB_PASSWORD")
    with pytest.raises(UserError, match="DB_PASSWORD"):
        open_collection("memory://db", password_from="DB_PASSWORD")


def test_several_collections_are_named(memory):
    memory["others"] = table()
    with pytest.raises(UserError, match=r"2 collections .*others, things\. Name one"):
        open_collection("memory://db")
    assert len(open_collection("memory://db", "others", sample=5)) == 5


def test_a_missing_package_is_told_before_anything_is_asked(memory, monkeypatch):
    monkeypatch.setattr(MemoryDatabase, "lacks", "Memory needs a package: pip install memory")
    with pytest.raises(UserError, match="pip install"):
        connect(address_of("memory://db")[0], None, refuse)


def test_engines_are_recognized(memory, tmp_path):
    assert engines_of("memory://db") == ["memory"]
    assert engines_of("postgresql://host/db") == ["pgvector"]
    assert engines_of("http://localhost:6333") == ["qdrant"]
    assert engines_of("") == []
    with pytest.raises(UserError, match="is not one of a known database"):
        address_of("nothing://known")
    with pytest.raises(UserError, match="is not a database engine"):
        address_of("memory://db", "nope")
