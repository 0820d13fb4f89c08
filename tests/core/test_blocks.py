"""Blocks of rows, and unit length."""

import numpy as np
import pytest

from embedviz.core.blocks import kernel_rows, row_blocks, scale_to_unit_length


def test_blocks_are_views_of_all_rows_in_order():
    rows = np.arange(12_000_000, dtype=np.float32).reshape(12_000, 1000)
    blocks = list(row_blocks(rows))
    assert [first for first, _ in blocks] == [0, 4000, 8000]
    assert all(np.shares_memory(block, rows) for _, block in blocks)
    assert sum(len(block) for _, block in blocks) == 12_000


def test_no_rows_make_no_blocks():
    assert list(row_blocks(np.zeros((0, 3)))) == []


def test_kernels_get_one_kind_of_array_without_a_copy_where_rows_lie_side_by_side():
    rows = np.ones((5, 4), np.float32)
    given = kernel_rows(rows)
    assert np.shares_memory(given, rows)
    assert not given.flags.writeable
    assert rows.flags.writeable
    assert kernel_rows(np.ones((4, 5), np.float32).T).flags.c_contiguous


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_rows_of_any_size_become_unit_length(kind):
    rows = np.array([[3, 4], [0, 0], [3e30, 4e30], [3e-30, 4e-30]], kind)
    scale_to_unit_length(rows)
    assert rows.dtype == kind
    np.testing.assert_allclose(rows, [[0.6, 0.8], [0, 0], [0.6, 0.8], [0.6, 0.8]], rtol=1e-6)
