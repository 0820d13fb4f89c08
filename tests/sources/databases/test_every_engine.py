"""The same rows in each engine and in memory give the same neighbors, moments and sample."""

from contextlib import ExitStack

import numpy as np
import pytest

from embedviz.core.covariance.moments import Moments
from embedviz.core.errors import UserError
from embedviz.core.neighbors import METRICS, NeighborSearch
from embedviz.sources.databases.protocol import SearchRequest
from embedviz.sources.databases.sampling import sample_keys

from .engines import MAKERS, PREFIX, Rows, collection_of

N_ROWS, DIMENSIONS = 20_000, 128
COUNT = 10


def vectors_and_years():
    random = np.random.default_rng(0)
    centers = random.standard_normal((50, DIMENSIONS), dtype=np.float32)
    vectors = centers[random.integers(0, 50, N_ROWS)]
    vectors = vectors + random.standard_normal((N_ROWS, DIMENSIONS), dtype=np.float32) + 0.5
    return vectors, random.integers(1900, 2000, N_ROWS)


VECTORS, YEARS = vectors_and_years()
NUMBERS = [7 + 3 * row for row in np.random.default_rng(1).permutation(N_ROWS).tolist()]
N_TEXTS = 3000
TEXTS = [f"word {number}" for number in NUMBERS[:N_TEXTS]]


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """Return what opens a collection of an engine, once for all tests of this file."""
    with ExitStack() as stack:
        there = {}

        def of(engine, keys):
            kind = type(keys[0]).__name__
            if (engine, kind) not in there:
                folder = tmp_path_factory.mktemp(f"{engine}-{kind}")
                n_rows = len(keys)
                rows = Rows(keys, VECTORS[:n_rows], {"year": YEARS[:n_rows].tolist()})
                there[engine, kind] = stack.enter_context(
                    collection_of(MAKERS[engine], folder, rows)
                )
            return there[engine, kind]

        yield of


@pytest.fixture(params=MAKERS)
def engine(request):
    return request.param


@pytest.fixture
def maker(engine):
    return MAKERS[engine]


@pytest.fixture
def collection(opened, engine):
    return opened(engine, NUMBERS)


@pytest.fixture
def texts(opened, engine, maker):
    if not maker.text_keys:
        pytest.skip("this engine names rows by numbers")
    return opened(engine, TEXTS)


def expected(metric, query, rows=None, dimensions=None):
    """Return the keys and scores of the nearest rows, of some rows only."""
    rows = np.arange(N_ROWS) if rows is None else rows
    search = NeighborSearch(np.ascontiguousarray(VECTORS[rows]), metric)
    found, scores = search.nearest(query, COUNT, dimensions)
    return np.array(NUMBERS)[rows[found]], scores


def require_same(answer, keys, scores):
    np.testing.assert_array_equal(answer.keys, keys)
    np.testing.assert_allclose(answer.scores, scores, atol=1e-5, rtol=1e-5)


def test_it_tells_what_there_is(collection, maker):
    info = collection.info
    assert info.n_rows == N_ROWS
    (field,) = [each for each in info.vector_fields if each.name == maker.vector_field]
    assert (field.dimensions, field.element) == (DIMENSIONS, "float32")
    assert any(each.name == "year" for each in info.fields)


@pytest.mark.parametrize("metric", METRICS)
def test_exact_neighbors_are_those_of_the_file(collection, maker, metric):
    for row in (0, 777, 19_999):
        request = SearchRequest(VECTORS[row], COUNT, maker.vector_field, metric)
        answer = collection.nearest(request)
        require_same(answer, *expected(metric, VECTORS[row]))
        assert answer.index is None
        assert answer.seconds > 0


def test_only_rows_that_meet_a_condition_are_found(collection, maker):
    rows = np.flatnonzero(YEARS > 1950)
    request = SearchRequest(
        VECTORS[5], COUNT, maker.vector_field, condition=maker.condition, fields=("year",)
    )
    answer = collection.nearest(request)
    require_same(answer, *expected("cosine", VECTORS[5], rows))
    by_key = dict(zip(NUMBERS, YEARS.tolist(), strict=True))
    assert list(answer.columns["year"]) == [by_key[key] for key in answer.keys.tolist()]


def test_rows_may_be_named_by_texts(texts, maker):
    answer = texts.nearest(SearchRequest(VECTORS[3], COUNT, maker.vector_field))
    keys, scores = expected("cosine", VECTORS[3], np.arange(N_TEXTS))
    require_same(answer, [f"word {key}" for key in keys], scores)
    batch = texts.take(answer.keys, maker.vector_field, ("year",))
    assert batch.keys.tolist() == answer.keys.tolist()
    places = {key: row for row, key in enumerate(TEXTS)}
    np.testing.assert_array_equal(batch.vectors, VECTORS[[places[key] for key in batch.keys]])


def test_the_moments_are_those_of_the_file(collection, maker):
    whole, parts, n_seen = Moments(DIMENSIONS), Moments(DIMENSIONS), 0
    whole.add(VECTORS)
    keys = []
    for partition in collection.partitions(3):
        for batch in collection.batches(partition, maker.vector_field, batch_rows=4000):
            assert len(batch.keys) == len(batch.vectors)
            parts.add(batch.vectors)
            keys += batch.keys.tolist()
            n_seen += len(batch.vectors)
    assert n_seen == N_ROWS
    assert sorted(keys) == sorted(NUMBERS)
    np.testing.assert_allclose(parts.mean, whole.mean, rtol=1e-6, atol=1e-8)
    scale = np.abs(whole.scatter).max()
    np.testing.assert_allclose(parts.scatter, whole.scatter, rtol=1e-6, atol=1e-6 * scale)


def test_all_keys_are_the_keys_of_the_parts(collection):
    keys = [key for part in collection.partitions(4) for key in _keys(collection, part)]
    assert sorted(keys) == sorted(NUMBERS) == sorted(_keys(collection, None))


def _keys(collection, partition):
    return [key for some in collection.all_keys(partition) for key in some.tolist()]


def test_a_seed_chooses_the_same_rows_in_each_engine(collection, maker):
    keys = sample_keys(collection, 500, seed=3)
    # Between the smallest and the largest key, those that are there, in the order drawn.
    fresh = np.random.default_rng(3).integers(min(NUMBERS), max(NUMBERS), 1591, endpoint=True)
    assert len(keys) == 500
    assert len(set(keys.tolist()) & set(fresh.tolist())) > 480
    assert keys.tolist() == sample_keys(collection, 500, seed=3).tolist()
    assert keys.tolist() != sample_keys(collection, 500, seed=4).tolist()
    batch = collection.take(keys, maker.vector_field)
    places = {key: row for row, key in enumerate(NUMBERS)}
    np.testing.assert_array_equal(batch.vectors, VECTORS[[places[key] for key in keys.tolist()]])


def test_a_sample_by_texts_is_the_same_in_each_engine(texts):
    assert sample_keys(texts, 3, seed=0).tolist() == smallest_hashes(TEXTS, 3)


def smallest_hashes(keys, count):
    from hashlib import blake2b

    def number(key):
        hashed = blake2b(b"0", digest_size=8)
        hashed.update(key.encode())
        return int.from_bytes(hashed.digest(), "big")

    return sorted(sorted(keys, key=number)[:count])


def test_keys_without_a_row_are_left_out(collection, maker):
    keys = np.array([NUMBERS[9], -5, NUMBERS[2], 8, NUMBERS[9]])
    assert collection.existing(keys).tolist() == [NUMBERS[9], NUMBERS[2], NUMBERS[9]]
    batch = collection.take(keys[:4], maker.vector_field, ("year",))
    assert batch.keys.tolist() == [NUMBERS[9], NUMBERS[2]]
    assert list(batch.columns["year"]) == [YEARS[9], YEARS[2]]
    assert collection.bounds() == (min(NUMBERS), max(NUMBERS))


def test_a_prefix_is_searched(collection, maker):
    if "prefix" not in collection.abilities:
        pytest.skip("this engine searches all dimensions only")
    metric = maker.prefix_metric
    request = SearchRequest(
        VECTORS[1],
        COUNT,
        maker.vector_field,
        metric,
        prefix=PREFIX,
        prefix_field=maker.prefix_field,
    )
    require_same(collection.nearest(request), *expected(metric, VECTORS[1], dimensions=PREFIX))


def test_two_stages_order_by_all_dimensions_what_the_prefix_finds(collection, maker):
    if "two-stage" not in collection.abilities:
        pytest.skip("this engine cannot search twice")
    metric = maker.prefix_metric
    prefixes = NeighborSearch(np.ascontiguousarray(VECTORS[:, :PREFIX]), metric)
    rows, _ = prefixes.nearest(VECTORS[1, :PREFIX], 40)
    request = SearchRequest(
        VECTORS[1],
        COUNT,
        maker.vector_field,
        metric,
        prefix=PREFIX,
        candidates=40,
        prefix_field=maker.prefix_field,
    )
    require_same(collection.nearest(request), *expected(metric, VECTORS[1], rows))


def test_a_query_of_another_length_is_refused(collection, maker):
    with pytest.raises(UserError):
        collection.nearest(SearchRequest(VECTORS[0, :5], COUNT, maker.vector_field))


def test_a_field_that_is_not_there_is_named(collection, maker):
    with pytest.raises(UserError, match="nowhere"):
        collection.take(collection.existing(np.array(NUMBERS[:3])), "nowhere")


def test_a_condition_that_means_nothing_is_told(collection, maker):
    request = SearchRequest(VECTORS[0], COUNT, maker.vector_field, condition="year >< (")
    with pytest.raises(UserError):
        collection.nearest(request)


def test_the_call_that_is_shown_names_the_query(collection, maker):
    call = collection.call_of(SearchRequest(VECTORS[0], COUNT, maker.vector_field))
    assert "query" in call
    assert "things" in call
