"""All rows of collections, copied with their keys, types and bad rows."""

import datetime

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

import embedviz
from embedviz.core.derivation.recipes import Truncated, Whitened
from embedviz.core.errors import UserError
from embedviz.sources.copying.applying import copy_applied
from embedviz.sources.copying.collection_source import CollectionSource
from embedviz.sources.copying.copy import CopySettings
from embedviz.sources.databases import ENGINES, Address
from tests.sources.copying.many_rows import FIRST_ID, lists, many_rows, vectors_in
from tests.sources.databases.engines import MAKERS, Rows, collection_of
from tests.sources.databases.memory_engine import CONNECTED, ENGINE, TABLES
from tests.sources.databases.test_sample_set import table


@pytest.fixture
def memory(monkeypatch):
    monkeypatch.setitem(ENGINES, "memory", ENGINE)
    TABLES.clear()
    CONNECTED.clear()
    TABLES["db"] = {"things": table()}
    return TABLES["db"]["things"]


def written(place):
    return pa.concat_tables([parquet.read_table(each) for each in sorted(place.iterdir())])


def test_a_whole_collection_becomes_parquet(memory, tmp_path):
    embedviz.apply(Truncated(2), "memory://db", tmp_path / "out")
    found = written(tmp_path / "out")
    assert found.column_names == ["id", "title", "year", "vector"]
    assert found["id"].to_pylist() == memory.keys
    assert found["year"].type == pa.int64()
    assert found["year"].to_pylist() == memory.columns["year"]
    vectors = np.array(memory.vectors, np.float32)
    expected = Truncated(2).derive(embedviz.VectorSet(vectors)).vectors
    np.testing.assert_array_equal(vectors_in(found, "vector"), expected)


def test_rows_without_a_vector_are_named_by_their_keys(memory, tmp_path):
    memory.vectors[3], memory.vectors[5] = None, [np.nan, 1, 2, 3]
    with pytest.raises(UserError, match="key 16"):
        embedviz.apply(Truncated(2), "memory://db", tmp_path / "out")
    found = embedviz.apply(Truncated(2), "memory://db", tmp_path / "out", skip_bad_rows=True)
    assert found.notes == [
        "2 rows left out: 1 without a vector of this length, 1 with NaN or infinities (key 16, 20)."
    ]


def test_a_server_that_goes_away_leaves_what_is_done(memory, tmp_path):
    memory.fails_after = 1  # The sample that is looked at for types.
    with pytest.raises(UserError, match="does not answer any more"):
        embedviz.apply(Truncated(2), "memory://db", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    memory.fails_after = None
    assert embedviz.apply(Truncated(2), "memory://db", tmp_path / "out").n_rows == 50


def test_a_collection_that_has_changed_is_not_gone_on_with(memory, tmp_path):
    memory.fails_after = 1
    with pytest.raises(UserError):
        embedviz.apply(Truncated(2), "memory://db", tmp_path / "out")
    memory.fails_after, memory.version = None, "2"
    with pytest.raises(UserError, match="or the rows have changed since"):
        embedviz.apply(Truncated(2), "memory://db", tmp_path / "out")


def test_a_value_of_another_kind_further_on_is_told(memory, tmp_path, monkeypatch):
    monkeypatch.setattr("embedviz.sources.copying.collection_source._LOOKED_AT", 5)
    memory.columns["year"] = [*range(49), 1.5]
    monkeypatch.setattr(
        "embedviz.sources.copying.collection_source.sample_keys",
        lambda collection, count, seed: np.array(memory.keys[:count]),
    )
    with pytest.raises(UserError, match="The field 'year' of things holds int64"):
        embedviz.apply(Truncated(2), "memory://db", tmp_path / "out")


@pytest.mark.parametrize("engine", list(MAKERS))
def test_every_engine_gives_all_its_rows(engine, tmp_path):
    random = np.random.default_rng(1)
    vectors = random.normal(size=(500, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    years = [1900 + i % 120 for i in range(500)]
    rows = Rows(list(range(100, 600)), vectors, {"year": years})
    (tmp_path / "db").mkdir()
    field = MAKERS[engine].vector_field
    with collection_of(MAKERS[engine], tmp_path / "db", rows) as collection:
        source = CollectionSource(collection, Address(engine, "db"), field)
        copy_applied(Whitened(n_components=9), source, tmp_path / "out", CopySettings())
    found = written(tmp_path / "out")
    order = np.argsort(found[source.columns.names[0]].to_numpy())
    assert found[source.columns.names[0]].to_numpy()[order].tolist() == rows.keys
    assert np.array(found["year"].to_pylist())[order].tolist() == years
    expected = Whitened(n_components=9).derive(embedviz.VectorSet(vectors)).vectors
    made = vectors_in(found, field)[order]
    # The signs of axes are the same for the same covariance but for rounding.
    np.testing.assert_allclose(made @ made.T, expected @ expected.T, atol=1e-4)


def test_types_of_a_table_stay(tmp_path):
    lance = pytest.importorskip("lance")
    given, vectors = many_rows(50)
    day = given["day"].to_pylist()
    given = given.append_column("at", pa.array([datetime.datetime(2020, 1, 1)] * 50))
    given = given.append_column("small", pa.array([None] * 49 + [7], pa.int16()))
    given = given.append_column("short", lists(vectors[:, :3]))
    lance.write_dataset(given, str(tmp_path / "in.lance"))
    with pytest.raises(UserError, match="several fields of vectors"):
        embedviz.apply(Truncated(3), tmp_path / "in.lance", tmp_path / "out.lance")
    embedviz.apply(
        Truncated(3), tmp_path / "in.lance", tmp_path / "out.lance", vector_column="embedding"
    )
    found = lance.dataset(str(tmp_path / "out.lance")).to_table()
    assert found["id"].to_pylist() == list(range(FIRST_ID, FIRST_ID + 50))
    assert found["day"].type == pa.date32()
    assert found["day"].to_pylist() == day
    assert found["at"].type == pa.timestamp("us")
    assert found["small"].type == pa.int16()
    assert found["small"].to_pylist() == [None] * 49 + [7]
    assert "tags" not in found.column_names
    assert "short" not in found.column_names
