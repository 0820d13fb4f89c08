import numpy as np
import pytest

from embedviz.core.matryoshka.overlap_passes import PlacesInLists


@pytest.mark.parametrize("seed", range(5))
def test_places_are_those_of_a_search_in_each_list(seed):
    rng = np.random.default_rng(seed)
    lists = np.array([rng.permutation(30)[:8] for _ in range(6)])
    asked = rng.integers(-1, 40, size=(6, 15))
    lists[1, 5:] = -1
    lists[4] = -1
    expected = [
        [own.tolist().index(row) if row >= 0 and row in own else 8 for row in rows]
        for own, rows in zip(lists, asked, strict=True)
    ]
    np.testing.assert_array_equal(PlacesInLists(lists).of(asked), expected)


def test_lists_of_nothing_hold_nothing():
    nothing = np.full((2, 3), -1)
    assert (PlacesInLists(nothing).of(np.array([[0, -1], [1, 2]])) == 3).all()
