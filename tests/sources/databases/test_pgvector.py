"""PostgreSQL with pgvector, beside the same vectors in memory."""

import json
import threading
import time
import traceback
from contextlib import suppress

import numpy as np
import pytest

from embedviz.core.errors import UserError
from embedviz.core.neighbors import NeighborSearch
from embedviz.sources.databases import database_class
from embedviz.sources.databases.pgvector import PostgresDatabase
from embedviz.sources.databases.pgvector.search import SearchStatement, checked_condition
from embedviz.sources.databases.protocol import Partition, SearchRequest
from embedviz.sources.databases.sampling import sample_keys

WRONG = "canary-0f3e99d1-wrong"


def rows_of(batches):
    batches = list(batches)
    keys = np.concatenate([each.keys for each in batches])
    vectors = np.concatenate([each.vectors for each in batches])
    order = np.argsort(keys)
    return keys[order], vectors[order]


# What is there, and reading it.


def test_it_is_found_by_its_name_and_by_addresses():
    assert database_class("pgvector") is PostgresDatabase
    assert PostgresDatabase.recognizes("postgresql://reader@db.example.org:5432/texts")
    assert not PostgresDatabase.recognizes("/data/x.lancedb")


def test_facts_of_a_table(table, vectors):
    info = table.info
    assert (info.name, info.n_rows, info.key_field, info.key_kind) == (
        "public.texts",
        len(vectors),
        "id",
        "number",
    )
    assert [(each.name, each.kind) for each in info.fields] == [
        ("id", "number"),
        ("label", "text"),
        ("year", "number"),
        ("v", "vector"),
    ]
    assert info.vector_fields[0].dimensions == vectors.shape[1]
    assert info.n_bytes > vectors.nbytes


def test_tables_and_views_with_vectors_are_listed(table, postgres, open_postgres):
    postgres.run(
        'CREATE SCHEMA IF NOT EXISTS "My Work"',
        'GRANT USAGE ON SCHEMA "My Work" TO reader',
        'CREATE TABLE IF NOT EXISTS "My Work"."a.b" (id int PRIMARY KEY, "v ""x" vector(2))',
        'GRANT SELECT ON "My Work"."a.b" TO reader',
        "CREATE OR REPLACE VIEW seen AS SELECT * FROM texts",
        "CREATE TABLE IF NOT EXISTS hidden (id int PRIMARY KEY, v vector(2))",
        "REVOKE ALL ON hidden FROM reader",
        "CREATE TABLE IF NOT EXISTS plain (id int PRIMARY KEY)",
    )
    database = open_postgres()
    names = database.collections()
    assert {"public.texts", "public.seen", '"My Work"."a.b"'} <= set(names)
    assert not {"public.hidden", "public.plain"} & set(names)
    opened = database.open('"My Work"."a.b"')
    assert opened.info.vector_fields[0].name == 'v "x'
    opened.close()


@pytest.mark.parametrize("kind", ["vector", "halfvec", "real[]", "double precision[]", "vector "])
def test_each_kind_of_column_gives_its_vectors(postgres, open_postgres, fill_table, vectors, kind):
    fill_table(postgres, "kinds", vectors[:300], kind.strip())
    opened = open_postgres().open("kinds")
    keys, found = rows_of(opened.batches(Partition(), "v", batch_rows=70))
    exact = vectors[:300].astype(np.float16) if kind == "halfvec" else vectors[:300]
    np.testing.assert_array_equal(keys, np.arange(300))
    np.testing.assert_array_equal(found, exact.astype(np.float32))
    answer = opened.nearest(SearchRequest(found[3], 5, "v"))
    rows, scores = NeighborSearch(found).nearest(found[3], 5)
    np.testing.assert_array_equal(answer.keys, rows)
    np.testing.assert_allclose(answer.scores, scores, atol=1e-5)
    opened.close()


def test_rows_of_some_keys_come_in_the_order_asked_for(table, vectors):
    wanted = np.array([7, 99_999, 3, 1999])
    np.testing.assert_array_equal(table.existing(wanted), [7, 3, 1999])
    batch = table.take(wanted, "v", ["label", "year"])
    np.testing.assert_array_equal(batch.keys, [7, 3, 1999])
    np.testing.assert_array_equal(batch.vectors, vectors[[7, 3, 1999]])
    assert batch.columns == {"label": ["w7", "w3", "w1999"], "year": [1907, 1903, 1999]}


def test_parts_are_all_rows_once(table, vectors):
    parts = table.partitions(4)
    assert len(parts) == 4
    assert table.bounds() == (0, 1999)
    pieces = [rows_of(table.batches(part, "v")) for part in parts]
    assert max(len(keys) for keys, _ in pieces) < 700
    keys = np.concatenate([keys for keys, _ in pieces])
    np.testing.assert_array_equal(np.sort(keys), np.arange(len(vectors)))
    read = np.concatenate(list(table.all_keys(parts[1])))
    np.testing.assert_array_equal(np.sort(read), pieces[1][0])


def test_keys_that_are_texts(postgres, open_postgres):
    postgres.run(
        "DROP TABLE IF EXISTS named, uuids",
        "CREATE TABLE named (name text PRIMARY KEY, v vector(2))",
        "INSERT INTO named SELECT 'n' || i, ARRAY[i, 1]::vector FROM generate_series(1, 50) i",
        "CREATE TABLE uuids (u uuid PRIMARY KEY, v vector(2))",
        "INSERT INTO uuids SELECT gen_random_uuid(), ARRAY[i, 1]::vector"
        " FROM generate_series(1, 50) i",
    )
    for name in ("named", "uuids"):
        opened = open_postgres().open(name)
        assert opened.info.key_kind == "text"
        assert opened.bounds() is None
        sample = sample_keys(opened, 10, seed=1)
        np.testing.assert_array_equal(opened.existing(sample), sample)
        assert len(opened.take(sample, "v").keys) == 10
        parts = opened.partitions(3)
        assert sum(len(rows_of(opened.batches(part, "v"))[0]) for part in parts) == 50
        opened.close()


def test_a_sample_by_a_seed_is_there(table):
    sample = sample_keys(table, 100, seed=3)
    np.testing.assert_array_equal(sample, sample_keys(table, 100, seed=3))
    assert len(table.existing(sample)) == 100


# Searches.


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
@pytest.mark.parametrize("prefix", [None, 8])
def test_exact_search_is_that_of_memory(table, vectors, metric, prefix):
    query = vectors[11] * 2
    answer = table.nearest(SearchRequest(query, 9, "v", metric, prefix=prefix))
    held = vectors[:, :prefix]
    if prefix:
        held = held / np.linalg.norm(held, axis=1, keepdims=True)
        query = query[:prefix] / np.linalg.norm(query[:prefix])
    rows, scores = NeighborSearch(held, metric).nearest(query, 9)
    np.testing.assert_array_equal(answer.keys, rows)
    np.testing.assert_allclose(answer.scores, scores, atol=1e-5, rtol=1e-5)
    assert answer.index is None


def test_the_cosine_with_a_row_of_zeros_is_0(postgres, open_postgres, fill_table):
    held = np.array([[1, 0], [0, 0], [-1, 0]], np.float32)
    fill_table(postgres, "zeros", held)
    opened = open_postgres().open("zeros")
    answer = opened.nearest(SearchRequest(held[0], 3, "v"))
    np.testing.assert_array_equal(answer.keys, [0, 1, 2])
    np.testing.assert_allclose(answer.scores, [1, 0, -1], atol=1e-6)
    opened.close()


def test_a_condition_limits_it(table, vectors):
    condition = "year >= 1950 AND label LIKE 'w1%'"
    answer = table.nearest(
        SearchRequest(vectors[0], 20, "v", condition=condition, fields=("year", "label"))
    )
    assert len(answer.keys) == 20
    assert all(each >= 1950 for each in answer.columns["year"])
    assert all(each.startswith("w1") for each in answer.columns["label"])


@pytest.mark.parametrize(
    "condition",
    [
        "true; DROP TABLE texts",
        "true) OR (true",
        "true) UNION SELECT 1 -- ",
        "true /* ",
        "label = $$x$$",
        "label = E'\\' OR true'",
        "((true)",
        "label = 'x",
    ],
)
def test_what_is_more_than_a_condition_is_refused(condition):
    with pytest.raises(UserError, match=r"[Tt]he condition"):
        checked_condition(condition)


def test_what_would_write_is_refused(table, vectors, postgres):
    postgres.run(
        "CREATE TABLE IF NOT EXISTS written (x int)",
        "GRANT ALL ON written TO reader",
        "CREATE OR REPLACE FUNCTION sly() RETURNS bool LANGUAGE plpgsql VOLATILE AS"
        " $$ BEGIN INSERT INTO written VALUES (1); RETURN true; END $$",
    )
    for condition in (
        "sly()",
        "set_config('transaction_read_only', 'off', true) = 'off' AND sly()",
        "set_config('default_transaction_read_only', 'off', false) = 'off'",
        "sly()",
    ):
        with suppress(UserError):
            table.nearest(SearchRequest(vectors[0], 1, "v", condition=condition))
    with postgres.admin() as admin:
        assert admin.execute("SELECT count(*) FROM written").fetchone() == (0,)


@pytest.fixture
def indexed(postgres, vectors, open_postgres, fill_table):
    fill_table(postgres, "indexed", vectors)
    postgres.run(
        "CREATE INDEX whole ON indexed USING hnsw (v vector_cosine_ops) WITH (m = 12)",
        "CREATE INDEX far ON indexed USING ivfflat (v vector_l2_ops) WITH (lists = 20)",
        "CREATE INDEX first8 ON indexed"
        " USING hnsw ((subvector(v, 1, 8)::vector(8)) vector_cosine_ops)",
    )
    opened = open_postgres().open("indexed")
    yield opened
    opened.close()


def test_indexes_are_told_with_how_they_were_made(indexed):
    found = {each.name: each for each in indexed.info.vector_fields[0].indexes}
    assert (found["whole"].kind, found["whole"].metric) == ("HNSW", "cosine")
    assert found["whole"].settings == {"m": "12"}
    assert (found["far"].kind, found["far"].metric) == ("IVFFlat", "euclidean")
    assert found["far"].settings == {"lists": "20"}
    assert found["first8"].dimensions == 8


@pytest.mark.parametrize(
    ("metric", "prefix", "settings", "name", "searched"),
    [
        ("cosine", None, {"ef_search": 200}, "whole", ("ef_search", "200")),
        ("euclidean", None, {"probes": 20}, "far", ("probes", "20")),
        ("cosine", 8, {"ef_search": 200}, "first8", ("ef_search", "200")),
        ("dot", 8, {}, "first8", ("ef_search", "40")),
    ],
)
def test_an_approximate_search_names_its_index(
    indexed, vectors, metric, prefix, settings, name, searched
):
    request = SearchRequest(
        vectors[5], 10, "v", metric, is_exact=False, prefix=prefix, settings=settings
    )
    answer = indexed.nearest(request)
    assert answer.index.name == name
    assert searched in answer.index.settings.items()
    exact = indexed.nearest(SearchRequest(vectors[5], 10, "v", metric, prefix=prefix))
    assert exact.index is None
    assert len(set(answer.keys) & set(exact.keys)) >= 7
    both = np.intersect1d(answer.keys, exact.keys, return_indices=True)
    np.testing.assert_allclose(answer.scores[both[1]], exact.scores[both[2]], atol=1e-5)


def test_without_an_index_for_it_the_answer_is_exact_and_says_so(indexed, vectors):
    answer = indexed.nearest(SearchRequest(vectors[5], 10, "v", "dot", is_exact=False))
    exact = indexed.nearest(SearchRequest(vectors[5], 10, "v", "dot"))
    assert answer.index is None
    np.testing.assert_array_equal(answer.keys, exact.keys)


def test_an_exact_search_uses_no_index_of_vectors(indexed, postgres, vectors):
    statement = SearchStatement(
        indexed._facts, indexed.info.vector_fields[0], 32, SearchRequest(vectors[0], 5, "v")
    )
    from psycopg import sql

    with postgres.admin() as admin:
        admin.execute("SET enable_seqscan = off")
        text = sql.SQL("EXPLAIN (FORMAT JSON) ") + statement.sql()
        plan = json.dumps(admin.execute(text, statement.parameters).fetchone()[0])
    assert not [name for name in ("whole", "far", "first8") if f'"{name}"' in plan]


@pytest.mark.parametrize("is_exact", [True, False])
@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
def test_two_stages(indexed, vectors, is_exact, metric):
    request = SearchRequest(
        vectors[5], 10, "v", metric, is_exact=is_exact, prefix=8, candidates=300
    )
    answer = indexed.nearest(request)
    assert (answer.index and answer.index.name) == (None if is_exact else "first8")
    held = vectors[:, :8] / np.linalg.norm(vectors[:, :8], axis=1, keepdims=True)
    coarse, _ = NeighborSearch(held).nearest(vectors[5, :8], 300)
    best, scores = NeighborSearch(vectors[np.sort(coarse)], metric).nearest(vectors[5], 10)
    wanted = np.sort(coarse)[best]
    if is_exact:
        np.testing.assert_array_equal(answer.keys, wanted)
        np.testing.assert_allclose(answer.scores, scores, atol=1e-5, rtol=1e-5)
    else:
        assert len(set(answer.keys) & set(wanted)) >= 7


def test_the_sql_that_is_shown_does_it(indexed, postgres, vectors):
    request = SearchRequest(vectors[5], 10, "v", is_exact=False, prefix=8, candidates=300)
    text = indexed.call_of(request)
    assert "CREATE INDEX" in text
    assert "hnsw.ef_search = 300" in text
    for name, values in (("whole_query", vectors[5]), ("prefix_query", vectors[5, :8])):
        assert f":{name}" in text
        text = text.replace(f":{name}", f"'{values.tolist()}'")
    with postgres.admin() as admin:
        lines = [line for line in text.splitlines() if not line.startswith("--")]
        admin.execute(lines[0])
        rows = [admin.execute(line) for line in lines[1:-1]][-1].fetchall()
        admin.execute("ROLLBACK")
    np.testing.assert_array_equal([row[0] for row in rows], indexed.nearest(request).keys)


# Faults.


def shown_of(error):
    trace = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join(trace.format()) + repr(vars(error))


def test_a_wrong_password_is_said_and_leads_to_nothing(open_postgres):
    with pytest.raises(UserError, match="does not accept the user and the password") as caught:
        open_postgres(WRONG)
    assert caught.value.__cause__ is caught.value.__context__ is None
    # What the test itself passes is in its own frame.
    inner = caught.value.with_traceback(caught.value.__traceback__.tb_next.tb_next)
    assert WRONG not in str(inner)
    assert WRONG not in "".join(
        line for line in shown_of(inner).splitlines() if "password = '" not in line
    )


def test_no_password_at_all(open_postgres, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", WRONG)
    with pytest.raises(UserError, match="wants a password"):
        open_postgres("")


def test_an_unknown_database(open_postgres):
    with pytest.raises(UserError, match="has no such database"):
        open_postgres(database="nowhere")


def test_nobody_answers(postgres):
    address = postgres.address()
    gone = type(address)("pgvector", "127.0.0.1:1/x", "reader")
    with pytest.raises(UserError, match="does not answer"):
        PostgresDatabase(gone)


def test_an_option_that_would_go_elsewhere_is_refused(open_postgres):
    with pytest.raises(UserError, match="'hostaddr', which is not known"):
        open_postgres(options=[("hostaddr", "10.0.0.1")])


def test_a_table_that_is_not_there_or_not_to_be_read(postgres, open_postgres, table):
    postgres.run(
        "DROP TABLE IF EXISTS secretive",
        "CREATE TABLE secretive (id int PRIMARY KEY, v vector(2))",
        "REVOKE ALL ON secretive FROM reader",
    )
    database = open_postgres()
    with pytest.raises(UserError, match="no table or view 'nothing'"):
        database.open("nothing")
    with pytest.raises(UserError, match="secretive has no column of vectors that this user may"):
        database.open("secretive")
    assert "public.texts" in database.collections()


def test_a_table_dropped_meanwhile(table, postgres, vectors):
    postgres.run("DROP TABLE texts CASCADE")
    for act in (
        lambda: table.nearest(SearchRequest(vectors[0], 1, "v")),
        lambda: table.take(np.array([1]), "v"),
        lambda: list(table.batches(Partition(), "v")),
    ):
        with pytest.raises(UserError, match="not there any more"):
            act()


def test_a_server_killed_in_the_middle_of_batches(table, postgres, vectors):
    reading = table.batches(Partition(), "v", batch_rows=50)
    first = next(reading)
    postgres.kill()
    with pytest.raises(UserError, match=r"connection was lost while public\.texts was read"):
        list(reading)
    np.testing.assert_array_equal(first.vectors, vectors[:50])
    with pytest.raises(UserError):
        table.take(np.array([1]), "v")
    postgres.start()
    np.testing.assert_array_equal(table.take(np.array([1]), "v").vectors, vectors[1:2])


def test_rows_that_are_no_vectors_are_counted_and_named(postgres, open_postgres):
    postgres.run(
        "DROP TABLE IF EXISTS ragged, numbers",
        "CREATE TABLE ragged (id int PRIMARY KEY, v vector)",
        "INSERT INTO ragged VALUES (1, '[1,2]'), (2, NULL), (3, '[1,2,3]'), (4, '[3,4]')",
        "CREATE TABLE numbers (id int PRIMARY KEY, v real[])",
        "INSERT INTO numbers VALUES (1, '{1,2}'), (2, NULL), (3, '{1,NULL}'), (4, '{NaN,4}'),"
        " (5, '{{1,2},{3,4}}'), (6, '{2,1}')",
    )
    for name, kept, left_out in (("ragged", [1, 4], [2, 3]), ("numbers", [1, 4, 6], [2, 3, 5])):
        opened = open_postgres().open(name)
        assert opened.info.vector_fields[0].dimensions is None
        (batch,) = opened.batches(Partition(), "v")
        np.testing.assert_array_equal(batch.keys, kept)
        assert batch.n_left_out == len(left_out)
        np.testing.assert_array_equal(batch.left_out, left_out)
        answer = opened.nearest(SearchRequest(np.array([1.0, 2.0]), 9, "v"))
        assert answer.keys.tolist() == [each for each in kept if (name, each) != ("numbers", 4)]
        opened.close()


def test_without_a_key_one_is_asked_for(table, postgres, open_postgres):
    postgres.run("CREATE OR REPLACE VIEW seen AS SELECT * FROM texts")
    with pytest.raises(UserError, match=r"Nothing names the rows of public.seen.*key=COLUMN"):
        open_postgres().open("seen")
    with pytest.raises(UserError, match="'year' names 100 of the 2,000 rows"):
        open_postgres(options=[("key", "year")]).open("seen")
    opened = open_postgres(options=[("key", "id")]).open("seen")
    assert opened.info.key_field == "id"
    assert len(opened.partitions(3)) == 3
    opened.close()


def test_a_database_without_the_extension_is_read_but_not_searched(postgres, open_postgres):
    with postgres.admin() as admin:
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = 'bare'").fetchone():
            admin.execute("CREATE DATABASE bare")
    with postgres.admin("bare") as bare:
        bare.execute("CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY, v real[])")
        bare.execute("INSERT INTO t VALUES (1, '{1,2}') ON CONFLICT DO NOTHING")
        bare.execute("GRANT SELECT ON t TO reader")
    opened = open_postgres(database="bare").open("t")
    assert not opened.abilities
    assert len(opened.take(np.array([1]), "v").keys) == 1
    with pytest.raises(UserError, match="lacks the extension pgvector"):
        opened.nearest(SearchRequest(np.array([1.0, 2.0]), 1, "v"))
    opened.close()


def test_a_slow_server_is_given_up(postgres, open_postgres, table, vectors):
    slow = open_postgres(options=[("timeout", "1")]).open("texts")
    request = SearchRequest(vectors[0], 1, "v", condition="pg_sleep(0.1) IS NOT NULL")
    with pytest.raises(UserError, match=r"took too long for public\.texts"):
        slow.nearest(request)
    assert len(slow.take(np.array([1]), "v").keys) == 1
    slow.close()


def test_closing_stops_what_the_server_is_at(table, postgres, vectors):
    request = SearchRequest(vectors[0], 1, "v", condition="pg_sleep(1) IS NOT NULL")
    failed = []

    def search():
        try:
            table.nearest(request)
        except UserError as error:
            failed.append(error)

    thread = threading.Thread(target=search)
    thread.start()
    running = (
        "SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader' AND state = 'active'"
        " AND query LIKE '%pg_sleep%'"
    )
    with postgres.admin() as admin:
        while not admin.execute(running).fetchone()[0]:
            time.sleep(0.01)
        table.close()
        thread.join(20)
        assert not thread.is_alive()
        assert admin.execute(running).fetchone() == (0,)
    assert failed
