"""Nearest rows of all, told apart by whether the sample has them."""

import numpy as np
import pytest

from embedviz.sources.databases.address import Address
from embedviz.sources.databases.origin import SampleSettings
from embedviz.sources.databases.sample_set import sample_collection
from embedviz.sources.databases.searching.all_rows import (
    CollectionQuery,
    key_of_row,
    rows_of_keys,
    search_all_rows,
)
from tests.sources.databases.indexed_engine import IndexedCollection

HERE = Address("memory", "here", is_local=True)


@pytest.fixture(params=["numbers", "texts"])
def keys(request):
    """Return keys of 500 rows; the texts in no order."""
    numbers = 7 + 3 * np.arange(500)
    return numbers if request.param == "numbers" else np.array([f"k{each}" for each in numbers])


@pytest.fixture
def collection(rows_of_a_cone, keys):
    columns = {"title": [f"title {key}" for key in keys], "note": ["x"] * 499 + [None]}
    return IndexedCollection(rows_of_a_cone, keys, columns=columns)


def sampled(collection, label="", fields=("note",), n_rows=100):
    settings = SampleSettings("rows", "vector", label, fields, n_rows)
    made = sample_collection(collection, HERE, settings)
    return made, made.origin


def nearest(rows, query, metric="cosine"):
    """Return the order of rows by NumPy alone."""
    rows, query = rows.astype(float), query.astype(float)
    if metric == "euclidean":
        return np.argsort(np.linalg.norm(rows - query, axis=1))
    lengths = np.linalg.norm(rows, axis=1) if metric == "cosine" else 1.0
    return np.argsort(-(rows @ query) / lengths)


@pytest.mark.parametrize("label", ["", "title"])
@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
def test_nearest_rows_of_all_are_those_of_numpy(collection, rows_of_a_cone, keys, label, metric):
    vector_set, origin = sampled(collection, label)
    place = collection.places[keys[np.isin(keys.astype(str), key_of_row(vector_set, origin, 5))][0]]
    query = CollectionQuery(vector_set.vectors[5], 12, metric, row=5)
    answer = search_all_rows(collection, vector_set, origin, query)
    order = [
        each for each in nearest(rows_of_a_cone, rows_of_a_cone[place], metric) if each != place
    ]
    assert [each.key for each in answer.found] == keys[order[:12]].tolist()
    assert answer.way == "exact"
    for each in answer.found:
        if each.row >= 0:
            assert key_of_row(vector_set, origin, each.row) == str(each.key)
            assert each.label == vector_set.labels[each.row]
            assert each.vector is None
        else:
            assert str(each.key) not in {
                key_of_row(vector_set, origin, row) for row in range(len(vector_set))
            }
            assert each.label == (f"title {each.key}" if label else str(each.key))
            assert np.array_equal(each.vector, rows_of_a_cone[collection.places[each.key]])
            assert set(each.fields) == {"note"}
    assert 0 < len(answer.outside) < 12


def test_by_the_index_it_is_approximate_and_says_with_what(collection):
    vector_set, origin = sampled(collection)
    query = CollectionQuery(vector_set.vectors[0], 5, way="index", effort=3)
    answer = search_all_rows(collection, vector_set, origin, query)
    assert answer.way == "index"
    assert answer.method == "approximate: IVF_FLAT (nlist 64), nprobes 3"
    assert collection.asked[-1].settings == {"nprobes": 3}
    assert not collection.asked[-1].is_exact


def test_an_engine_without_exact_search_is_not_asked_for_it(rows_of_a_cone):
    collection = IndexedCollection(rows_of_a_cone, abilities=())
    vector_set, origin = sampled(collection, fields=())
    answer = search_all_rows(
        collection, vector_set, origin, CollectionQuery(vector_set.vectors[0], 5)
    )
    assert answer.way == "index"
    assert answer.method.startswith("approximate")


def test_a_row_outside_that_is_searched_with_is_not_its_own_neighbor(collection, rows_of_a_cone):
    vector_set, origin = sampled(collection, "title")
    first = search_all_rows(
        collection, vector_set, origin, CollectionQuery(vector_set.vectors[0], 9)
    )
    walked = first.outside[0]
    again = search_all_rows(
        collection,
        vector_set,
        origin,
        CollectionQuery(walked.vector, 9, label=walked.label),
    )
    assert walked.key not in [each.key for each in again.found]
    assert len(again.found) == 9


def test_rows_without_a_vector_that_can_be_shown_are_listed_without_one(collection):
    vector_set, origin = sampled(collection)
    query = CollectionQuery(vector_set.vectors[0], 9)
    key = search_all_rows(collection, vector_set, origin, query).outside[0].key
    taken = collection.take

    def take(keys, vector_field, fields=()):
        batch = taken(keys, vector_field, fields)
        batch.vectors[batch.keys == key] = np.nan
        return batch

    collection.take = take
    found = {
        each.key: each for each in search_all_rows(collection, vector_set, origin, query).found
    }
    assert found[key].vector is None
    assert found[key].label == str(key)


@pytest.mark.parametrize("label", ["", "title"])
def test_keys_of_other_kinds_and_forms_are_no_rows(collection, keys, label):
    vector_set, origin = sampled(collection, label)
    own = key_of_row(vector_set, origin, 4)
    is_number = keys.dtype.kind == "i"
    given = np.array([int(own), 10**9]) if is_number else np.array([own, "ḱ"])
    assert rows_of_keys(vector_set, origin, given).tolist() == [4, -1]
    other = np.array([own, "x"]) if is_number else np.array([3, 4])
    assert rows_of_keys(vector_set, origin, other)[1] == -1
