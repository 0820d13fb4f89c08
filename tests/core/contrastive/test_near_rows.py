"""Rows with their nearest rows as partners."""

import numpy as np
import pytest

from embedviz.core.contrastive.near_rows import near_rows
from embedviz.core.errors import UserError


def test_partners_are_among_the_nearest_by_cosine():
    rows = np.random.default_rng(0).normal(size=(60, 5))
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -2)
    near = near_rows(rows, 3)
    drawn = near.draw(np.arange(60), np.random.default_rng(1))
    expected = np.argsort(-cosines, axis=1)[:, :3]
    np.testing.assert_array_equal(drawn.first, np.arange(60))
    assert (expected == drawn.second[:, np.newaxis]).any(axis=1).all()
    assert len(near) == 60


def test_a_single_row_has_no_neighbor():
    with pytest.raises(UserError, match="fewer than two"):
        near_rows(np.ones((1, 4)))


def test_a_row_that_is_not_there_is_refused():
    near = near_rows(np.eye(3))
    assert near.numbers_of(2).tolist() == [2]
    with pytest.raises(UserError, match="no row 3"):
        near.numbers_of(3)
