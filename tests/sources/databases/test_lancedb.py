"""Tables of LanceDB: kinds of vectors and keys, indexes, and what goes wrong with a folder."""

import shutil

import numpy as np
import pytest

from embedviz.core.errors import UserError
from embedviz.core.neighbors import METRICS, NeighborSearch
from embedviz.sources.databases import Address
from embedviz.sources.databases.lancedb import LanceDatabase, table
from embedviz.sources.databases.protocol import SearchRequest

lance = pytest.importorskip("lance")
pa = pytest.importorskip("pyarrow")

N_ROWS, DIMENSIONS = 600, 16
VECTORS = np.random.default_rng(0).standard_normal((N_ROWS, DIMENSIONS)).astype(np.float32)


def lists(vectors, element=None, is_fixed=True):
    element = element or pa.float32()
    kind = pa.list_(element, DIMENSIONS) if is_fixed else pa.list_(element)
    numpy_type = element.to_pandas_dtype()
    rows = [None if row is None else np.asarray(row).astype(numpy_type) for row in vectors]
    return pa.array(rows, kind)


def written(folder, name="things", **columns):
    lance.write_dataset(pa.table(columns), str(folder / f"{name}.lance"), max_rows_per_file=250)
    return folder / f"{name}.lance"


def database(folder, **options):
    return LanceDatabase(
        Address("lancedb", str(folder), options=tuple(options.items()), is_local=True)
    )


def opened(folder, **options):
    return database(folder, **options).open("things")


def files_of(folder):
    return {
        path.relative_to(folder): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize("is_fixed", [True, False], ids=["fixed", "variable"])
@pytest.mark.parametrize("element", ["float16", "float32", "float64"])
@pytest.mark.parametrize("metric", METRICS)
def test_lists_of_every_float_are_searched_exactly(tmp_path, element, is_fixed, metric):
    kind = {"float16": pa.float16(), "float32": pa.float32(), "float64": pa.float64()}[element]
    written(tmp_path, id=range(N_ROWS), vector=lists(VECTORS, kind, is_fixed))
    collection = opened(tmp_path)
    (field,) = collection.info.vector_fields
    assert (field.element, field.dimensions) == (element, DIMENSIONS if is_fixed else None)
    stored = VECTORS.astype(element).astype(np.float32)
    rows, scores = NeighborSearch(stored, metric).nearest(VECTORS[5], 20)
    answer = collection.nearest(SearchRequest(VECTORS[5], 20, "vector", metric, fields=("id",)))
    assert answer.keys.tolist() == rows.tolist() == list(answer.columns["id"])
    np.testing.assert_allclose(answer.scores, scores, rtol=1e-5, atol=1e-5)


def test_whole_numbers_are_vectors_too(tmp_path):
    numbers = np.clip(VECTORS * 30, -128, 127).astype(np.int8)
    written(tmp_path, id=range(N_ROWS), vector=lists(numbers, pa.int8()))
    rows, _ = NeighborSearch(numbers.astype(np.float32)).nearest(VECTORS[5], 10)
    answer = opened(tmp_path).nearest(SearchRequest(VECTORS[5], 10, "vector"))
    assert answer.keys.tolist() == rows.tolist()


@pytest.mark.parametrize("is_fixed", [True, False], ids=["fixed", "variable"])
def test_rows_without_a_vector_are_counted_and_named(tmp_path, is_fixed):
    rows = list(VECTORS)
    rows[3] = rows[400] = None
    if not is_fixed:
        rows[7] = rows[7][:5]
    rows[9] = np.full(DIMENSIONS, np.nan)
    without = [3, 400] if is_fixed else [3, 7, 400]
    written(tmp_path, id=range(N_ROWS), vector=lists(rows, is_fixed=is_fixed))
    collection = opened(tmp_path)
    (part,) = collection.partitions(1)
    batches = list(collection.batches(part, "vector", ("id",)))
    assert sum(each.n_left_out for each in batches) == len(without)
    assert [key for each in batches for key in each.left_out.tolist()] == without
    keys = [key for each in batches for key in each.keys.tolist()]
    assert keys == [row for row in range(N_ROWS) if row not in without]
    assert keys == [value for each in batches for value in each.columns["id"]]
    taken = collection.take(np.array([9, 3, 2]), "vector")
    assert taken.keys.tolist() == [9, 2]
    assert np.isnan(taken.vectors[0]).all()
    found = collection.nearest(SearchRequest(VECTORS[9], N_ROWS, "vector")).keys.tolist()
    assert not set(found) & {9, *without}


def test_rows_are_known_by_their_place_where_no_field_names_them(tmp_path):
    written(tmp_path, id=[row // 2 for row in range(N_ROWS)], vector=lists(VECTORS))
    collection = opened(tmp_path)
    assert (collection.info.key_field, collection.bounds()) == ("", (0, N_ROWS - 1))
    rows, _ = NeighborSearch(VECTORS).nearest(VECTORS[5], 10)
    answer = collection.nearest(SearchRequest(VECTORS[5], 10, "vector"))
    assert answer.keys.tolist() == rows.tolist()
    batch = collection.take(np.array([590, 3]), "vector", ("id",))
    assert (batch.keys.tolist(), list(batch.columns["id"])) == ([590, 3], [295, 1])
    np.testing.assert_array_equal(batch.vectors, VECTORS[[590, 3]])


def test_places_do_not_count_rows_that_were_deleted(tmp_path):
    path = written(tmp_path, number=range(N_ROWS), vector=lists(VECTORS))
    lance.dataset(str(path)).delete("number < 100 OR number = 300")
    collection = opened(tmp_path)
    kept = [row for row in range(100, N_ROWS) if row != 300]
    assert collection.info.n_rows == len(kept)
    batch = collection.take(np.array([0, 200, 498]), "vector", ("number",))
    assert list(batch.columns["number"]) == [kept[0], kept[200], kept[498]]
    found = [
        value
        for part in collection.partitions(3)
        for each in collection.batches(part, "vector", ("number",))
        for value in each.columns["number"]
    ]
    assert found == kept
    rows, _ = NeighborSearch(VECTORS[kept]).nearest(VECTORS[350], 5)
    answer = collection.nearest(SearchRequest(VECTORS[350], 5, "vector"))
    assert answer.keys.tolist() == rows.tolist()


def test_the_field_that_names_rows_is_chosen_or_refused(tmp_path):
    written(tmp_path, id=range(N_ROWS), word=[f"w{row}" for row in range(N_ROWS)],
            same=[1] * N_ROWS, vector=lists(VECTORS))  # fmt: skip
    assert opened(tmp_path).info.key_field == "id"
    collection = opened(tmp_path, key="word")
    assert (collection.info.key_field, collection.info.key_kind) == ("word", "text")
    assert collection.existing(np.array(["w7", "none", "w0"])).tolist() == ["w7", "w0"]
    with pytest.raises(UserError, match="does not name every row"):
        opened(tmp_path, key="same")
    with pytest.raises(UserError, match="no field 'nowhere'"):
        opened(tmp_path, key="nowhere")


def test_members_of_structures_are_fields(tmp_path):
    facts = [{"title": f"t{row}", "year": row} for row in range(N_ROWS)]
    written(tmp_path, id=range(N_ROWS), facts=pa.array(facts), vector=lists(VECTORS))
    collection = opened(tmp_path)
    kinds = {each.name: each.kind for each in collection.info.fields}
    assert kinds == {
        "id": "number", "facts.title": "text", "facts.year": "number", "vector": "vector",
    }  # fmt: skip
    batch = collection.take(np.array([5, 2]), "vector", ("facts.title",))
    assert list(batch.columns["facts.title"]) == ["t5", "t2"]


def test_an_index_is_named_with_its_settings_and_bypassed_by_exact_search(tmp_path):
    path = written(tmp_path, id=range(N_ROWS), vector=lists(VECTORS))
    lance.dataset(str(path)).create_index(
        "vector", "IVF_PQ", num_partitions=2, num_sub_vectors=4, metric="cosine"
    )
    collection = opened(tmp_path)
    (index,) = collection.info.vector_fields[0].indexes
    assert (index.kind, index.metric) == ("IVF_PQ", "cosine")
    assert index.settings["num_partitions"] == "2"
    assert index.settings["num_sub_vectors"] == "4"
    rows, scores = NeighborSearch(VECTORS).nearest(VECTORS[5], 10)
    exact = collection.nearest(SearchRequest(VECTORS[5], 10, "vector"))
    assert (exact.keys.tolist(), exact.index) == (rows.tolist(), None)
    few = SearchRequest(VECTORS[5], 10, "vector", is_exact=False, settings={"nprobes": 1})
    answer = collection.nearest(few)
    assert answer.index == index
    assert len(set(answer.keys.tolist()) & set(rows.tolist())) < 10
    many = {"nprobes": 2, "refine_factor": 60}
    whole = collection.nearest(
        SearchRequest(VECTORS[5], 10, "vector", is_exact=False, settings=many)
    )
    assert whole.keys.tolist() == rows.tolist()
    np.testing.assert_allclose(whole.scores, scores, atol=1e-6)
    # Made for cosines: by another metric the engine looks at all rows, and nothing else is said.
    other = collection.nearest(SearchRequest(VECTORS[5], 10, "vector", "dot", is_exact=False))
    assert other.index is None
    assert "create_index" in collection.call_of(few)
    with pytest.raises(UserError, match="no setting ef_search"):
        collection.nearest(
            SearchRequest(VECTORS[5], 1, "vector", is_exact=False, settings={"ef_search": 3})
        )


@pytest.mark.parametrize("how", ["exact", "condition", "prefix", "two-stage", "variable"])
def test_the_lines_that_are_shown_find_the_same(tmp_path, capsys, how):
    written(
        tmp_path, id=range(N_ROWS), vector=lists(VECTORS, is_fixed=how != "variable"),
        short=pa.array(list(VECTORS[:, :4]), pa.list_(pa.float32(), 4)),
    )  # fmt: skip
    request = {
        "condition": SearchRequest(VECTORS[5], 7, "vector", condition="id > 90"),
        "prefix": SearchRequest(VECTORS[5], 7, "vector", prefix=4),
        "two-stage": SearchRequest(VECTORS[5], 7, "vector", prefix=4, candidates=50),
    }.get(how, SearchRequest(VECTORS[5], 7, "vector"))
    collection = opened(tmp_path)
    exec(collection.call_of(request), {"query": VECTORS[5]})
    assert capsys.readouterr().out.strip() == str(collection.nearest(request).keys.tolist())


def test_a_prefix_without_a_field_that_holds_it_is_refused(tmp_path):
    written(tmp_path, id=range(N_ROWS), vector=lists(VECTORS))
    collection = opened(tmp_path)
    assert "prefix" not in collection.abilities
    with pytest.raises(UserError, match="first 8 dimensions only in a field"):
        collection.nearest(SearchRequest(VECTORS[0], 3, "vector", prefix=8))


def test_nothing_is_written_and_a_table_is_a_database_too(tmp_path):
    path = written(tmp_path, id=range(N_ROWS), vector=lists(VECTORS))
    before = files_of(tmp_path)
    collection = database(path).open("things")
    list(collection.batches(collection.partitions(1)[0], "vector"))
    collection.nearest(SearchRequest(VECTORS[0], 3, "vector"))
    collection.take(np.array([1]), "vector")
    collection.close()
    collection.close()
    assert files_of(tmp_path) == before
    with pytest.raises(UserError, match="was closed"):
        collection.take(np.array([1]), "vector")


def test_parts_are_of_the_state_that_was_divided(tmp_path):
    path = written(tmp_path, id=range(N_ROWS), vector=lists(VECTORS))
    before = opened(tmp_path)
    parts = before.partitions(2)
    lance.dataset(str(path)).delete("id < 400")
    after = opened(tmp_path)
    assert before.info.version != after.info.version
    assert after.info.n_rows == 200
    for collection in (before, after):
        keys = [k for p in parts for b in collection.batches(p, "vector") for k in b.keys.tolist()]
        assert keys == list(range(N_ROWS))


def test_a_table_without_rows_is_opened(tmp_path):
    written(tmp_path, id=pa.array([], pa.int64()), vector=lists([]))
    collection = opened(tmp_path)
    assert (collection.info.n_rows, collection.bounds()) == (0, None)
    assert [b for p in collection.partitions(3) for b in collection.batches(p, "vector")] == []
    assert len(collection.nearest(SearchRequest(VECTORS[0], 3, "vector")).keys) == 0
    assert len(collection.take(np.array([1]), "vector").keys) == 0


def test_folders_that_are_no_database_are_told(tmp_path):
    with pytest.raises(UserError, match="There is no folder"):
        database(tmp_path / "nowhere")
    with pytest.raises(UserError, match="has no tables of LanceDB"):
        database(tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError, match="is a file"):
        database(tmp_path / "file")
    (tmp_path / "bad.lance" / "_versions").mkdir(parents=True)
    (tmp_path / "bad.lance" / "_versions" / "1.manifest").write_bytes(b"nothing" * 9)
    with pytest.raises(UserError, match="'bad' cannot be read"):
        database(tmp_path).open("bad")
    with pytest.raises(UserError, match="no table 'other'; there are bad"):
        database(tmp_path).open("other")
    assert not LanceDatabase.recognizes(str(tmp_path / "file"))
    assert LanceDatabase.recognizes(str(tmp_path))
    assert not LanceDatabase.recognizes("postgresql://host/db.lance")


def test_a_table_that_is_dropped_while_it_is_open_is_told(tmp_path):
    path = written(tmp_path, id=range(N_ROWS), vector=lists(VECTORS))
    collection = opened(tmp_path)
    reading = collection.batches(collection.partitions(1)[0], "vector", batch_rows=10)
    shutil.rmtree(path)
    for ask in (
        lambda: collection.take(np.array([5]), "vector"),
        lambda: collection.nearest(SearchRequest(VECTORS[0], 3, "vector")),
        lambda: list(reading),
    ):
        with pytest.raises(UserError, match="'things' is not there any more"):
            ask()


def test_a_table_that_may_not_be_read_is_told(tmp_path, monkeypatch):
    path = written(tmp_path, id=range(N_ROWS), vector=lists(VECTORS))
    collection = opened(tmp_path)

    def refused(*given, **named):
        raise OSError("LanceError(IO): Permission denied (os error 13), /a/b.rs:3:4")

    monkeypatch.setattr(lance.LanceDataset, "take", refused)
    with pytest.raises(UserError, match=f"may not be read by you.*{path}"):
        collection.take(np.array([5]), "vector")


def test_without_the_package_it_says_what_to_install(tmp_path, monkeypatch):
    written(tmp_path, id=range(N_ROWS), vector=lists(VECTORS))
    monkeypatch.setattr(table, "find_spec", lambda name: None)
    assert "embedviz[lancedb]" in LanceDatabase.what_lacks()
    with pytest.raises(UserError, match="pip install"):
        database(tmp_path)
