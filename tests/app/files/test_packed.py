"""Rows, labels and vectors in few characters."""

import base64
import json
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.app.files.packed import (
    pack_numbers,
    pack_rows,
    pack_texts,
    pack_vector,
    unpack_numbers,
    unpack_rows,
    unpack_texts,
    unpack_vector,
)
from embedviz.app.files.values import Unfit


def there_and_back(value):
    return json.loads(json.dumps(value))


@given(
    st.integers(1, 3000).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1))))
)
def test_a_selection_comes_back(given_rows):
    n_rows, chosen = given_rows
    rows = np.array(sorted(chosen), dtype=np.intp)
    np.testing.assert_array_equal(unpack_rows(there_and_back(pack_rows(rows, n_rows))), rows)


@pytest.mark.parametrize("count", [3, 500])
def test_an_order_comes_back(count):
    rows = np.random.default_rng(0).permutation(1000)[:count]
    np.testing.assert_array_equal(unpack_rows(there_and_back(pack_rows(rows, 1000))), rows)


def test_half_of_a_million_rows_take_less_than_two_bits_each():
    rows = np.flatnonzero(np.random.default_rng(0).random(1_000_000) < 0.5)
    assert len(json.dumps(pack_rows(rows, 1_000_000))) < 200_000
    assert len(json.dumps(pack_rows(np.arange(1_000_000), 1_000_000))) < 2_000


@given(st.lists(st.text()))
def test_texts_come_back(texts):
    assert unpack_texts(there_and_back(pack_texts(texts))) == texts


def test_many_texts_come_back():
    texts = [f"wörd {i}\n" for i in range(1000)]
    packed = pack_texts(texts)
    assert isinstance(packed, str)
    assert unpack_texts(packed) == texts


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1))
def test_vectors_come_back_bit_by_bit(values):
    vector = np.array(values, dtype=np.float32)
    np.testing.assert_array_equal(unpack_vector(pack_vector(vector)), vector)


def packed(data):
    return base64.b64encode(zlib.compress(data)).decode()


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"n_rows": "3", "rows": []},
        {"n_rows": -1, "rows": []},
        {"n_rows": 10**12, "bits": packed(b"")},
        {"n_rows": 3, "rows": [3]},
        {"n_rows": 3, "rows": [-1]},
        {"n_rows": 3, "rows": [True]},
        {"n_rows": 3, "rows": [10**30]},
        {"n_rows": 3, "rows": "012"},
        {"n_rows": 3, "bits": "no base64!"},
        {"n_rows": 3, "bits": base64.b64encode(b"no zlib").decode()},
        {"n_rows": 3, "bits": packed(b"")},
        {"n_rows": 3, "bits": packed(bytes(10_000_000))},
        {"n_rows": 3, "bits": packed(b"\xff")[:-6] + "AAAA=="},
        {"n_rows": 3, "order": packed(b"123")},
        {"n_rows": 3, "order": packed(b"\xff" * 8)},
        {"n_rows": 3, "order": 1},
    ],
)
def test_damaged_rows_are_refused(value):
    with pytest.raises(Unfit):
        unpack_rows(value)


@pytest.mark.parametrize("value", [None, 3, [1], "x", packed(b"{}"), packed(b"[" * 100_000)])
def test_damaged_texts_are_refused(value):
    with pytest.raises(Unfit):
        unpack_texts(value)


@pytest.mark.parametrize(
    "value", [None, "", "AAA", "AAAAAAA=", pack_vector(np.array([np.nan], np.float32))]
)
def test_damaged_vectors_are_refused(value):
    with pytest.raises(Unfit):
        unpack_vector(value)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False)))
def test_numbers_come_back_with_all_their_bits(numbers):
    found = unpack_numbers(there_and_back(pack_numbers(np.array(numbers, dtype=np.float64))))
    np.testing.assert_array_equal(found, numbers)


@pytest.mark.parametrize("value", [None, 3, "x", "", pack_numbers(np.array([1.0, np.nan]))])
def test_damaged_numbers_are_refused(value):
    with pytest.raises(Unfit):
        unpack_numbers(value)
