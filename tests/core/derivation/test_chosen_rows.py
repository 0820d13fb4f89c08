"""Some rows of a set as a set of their own."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedviz.core.derivation.chosen_rows import chosen_rows
from embedviz.core.derivation.recipes import Truncated
from embedviz.core.thumbnails import ImageArray
from embedviz.core.vector_set import VectorSet

ROWS = np.array([7, 3, 40])


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 49), min_size=1, max_size=60))
def test_rows_become_a_set_of_their_own(toy, rows):
    found = chosen_rows(toy, rows)
    np.testing.assert_array_equal(found.vectors, toy.vectors[rows])
    assert not np.shares_memory(found.vectors, toy.vectors)
    assert found.labels == tuple(toy.labels[row] for row in rows)
    assert found.metadata.equals(toy.metadata.take(rows))
    assert found.root is found


def test_a_set_of_rows_says_what_it_is(toy):
    found = chosen_rows(toy, ROWS)
    assert found.name == "toy · 3 rows"
    assert found.notes == ("3 of 50 rows of toy.",)
    assert found.path == ""
    assert chosen_rows(toy, [0], "one").name == "one"
    noted = VectorSet(np.eye(2), notes=["read badly"])
    assert chosen_rows(noted, [1]).notes == ("read badly", "1 of 2 rows of a set.")


def test_pictures_go_with_their_rows():
    pictures = ImageArray(np.arange(5, dtype=np.uint8).reshape(5, 1, 1))
    some = chosen_rows(VectorSet(np.eye(5), thumbnails=pictures), [4, 2])
    assert [some.thumbnails.image(row)[0, 0, 0] for row in range(2)] == [4, 2]
    again = chosen_rows(some, [1])
    assert again.thumbnails.image(0)[0, 0, 0] == 2


def test_rows_of_a_derived_set_stand_alone(toy):
    found = chosen_rows(Truncated(4).derive(toy), ROWS)
    assert found.derivation is None
    assert found.transform_query(np.ones(4, dtype=np.float32)).tolist() == [1, 1, 1, 1]
