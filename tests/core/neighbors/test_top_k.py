import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from embedviz.core import blocks
from embedviz.core.blocks import strided_blocks
from embedviz.core.neighbors.top_k import Candidates, keep_best_of, scaled_query

scores = arrays(
    np.float32,
    st.integers(0, 60),
    elements=st.one_of(
        st.integers(-3, 3).map(np.float32), st.sampled_from([np.nan, np.inf, -np.inf])
    ),
)


@settings(deadline=None)
@given(scores, st.integers(0, 12), st.integers(1, 20))
def test_a_heap_keeps_what_a_stable_sort_puts_first(found, capacity, step):
    heap = np.empty(capacity, np.float32), np.empty(capacity, np.intp)
    kept = 0
    for first in range(0, len(found), step):
        kept = keep_best_of(found[first : first + step], first, *heap, kept)
    usable = np.flatnonzero(~np.isnan(found))
    expected = usable[np.argsort(-found[usable], kind="stable")][:capacity]
    assert sorted(heap[1][:kept]) == sorted(expected)
    np.testing.assert_array_equal(heap[0][:kept], found[heap[1][:kept]])


def test_candidates_of_several_blocks_are_merged():
    vectors = np.asfortranarray(np.arange(40, dtype=np.float32).reshape(20, 2))
    found = Candidates(20, 3, exclude=[19, 19, 4])
    for block in (blocks.ScoreBlock(0, 12, vectors, 2), blocks.ScoreBlock(12, 8, vectors, 2)):
        bounds, heap, rows, kept = found.heaps_for(block)
        assert bounds[0] == 0
        assert bounds[-1] == block.n_rows
        for piece in range(len(bounds) - 1):
            part = np.arange(bounds[piece], bounds[piece + 1])
            values = vectors[part + block.first, 0].copy()
            kept[piece] = keep_best_of(values, bounds[piece], heap[piece], rows[piece], 0)
    best, values = found.best()
    assert best.tolist() == [18, 17, 16]
    assert values.tolist() == [36, 34, 32]


@pytest.mark.parametrize(
    ("view", "n_blocks"),
    [
        (lambda rows: rows, 1),
        (lambda rows: rows[:, 2:5], 1),
        (lambda rows: rows[::3], 1),
        (lambda rows: rows[:, ::2], 5),
        (lambda rows: rows[::-1], 5),
        (lambda rows: np.asfortranarray(rows), 5),
        (lambda rows: rows[:, :0], 1),
        (lambda rows: rows[:0], 0),
    ],
)
def test_blocks_hold_the_rows_and_copy_only_what_lies_apart(view, n_blocks, monkeypatch):
    monkeypatch.setattr(blocks, "rows_per_block", lambda dimensions: 7)
    original = np.arange(240, dtype=np.float32).reshape(30, 8)
    rows = view(original)
    found = list(strided_blocks(rows))
    assert len(found) == n_blocks
    for block in found:
        assert not block.flat.flags.writeable
        if n_blocks == 1 and rows.size:
            assert np.shares_memory(block.flat, original)
        for i in range(block.n_rows):
            start = i * block.stride
            part = block.flat[start : start + rows.shape[1]]
            np.testing.assert_array_equal(part, rows[block.first + i])
    assert sum(block.n_rows for block in found) == len(rows)


@given(arrays(np.float32, 4, elements=st.floats(-(2.0**120), 2.0**120, width=32)))
def test_a_scaled_query_is_the_query_over_a_power_of_two(query):
    scaled, exponent = scaled_query(query)
    largest = np.abs(scaled).max()
    assert largest == 0 if not query.any() else 0.5 <= largest < 1
    # Numbers 2^120 times smaller than the largest one may vanish.
    np.testing.assert_allclose(
        np.ldexp(scaled.astype(np.float64), exponent), query, atol=np.abs(query).max() * 1e-36
    )
