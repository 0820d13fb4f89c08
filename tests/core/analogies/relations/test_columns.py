"""Pairs that a set has in its own columns."""

import numpy as np
import pytest

from embedviz.core.analogies import measure_relation
from embedviz.core.analogies.relations import pairs_of_columns
from embedviz.core.errors import UserError
from embedviz.core.vector_set import VectorSet


@pytest.fixture
def some():
    return VectorSet(
        np.random.default_rng(0).normal(size=(5, 4)),
        ["france", "paris", "spain", "madrid", "rome"],
        {
            "country": ["france", "france", "spain", "spain", None],
            "capital": ["paris", "paris", "madrid", " ", "rome"],
            "also": [["paris", "lutetia"], [], ["madrid"], None, ["rome"]],
            "year": [1, 2, 3, 4, 5],
        },
        name="places",
    )


def test_two_columns_are_pairs_each_once(some):
    found = pairs_of_columns(some, "country", "capital")
    assert found.relations == {
        "country → capital": (("france", ("paris",)), ("spain", ("madrid",)))
    }
    assert found.notes == ("2 rows left out where one of the two is empty.",)
    assert len(measure_relation(some, found.pairs).found) == 2


def test_labels_may_be_one_of_the_two(some):
    assert pairs_of_columns(some, None, "capital").pairs[:2] == (
        ("france", ("paris",)),
        ("paris", ("paris",)),
    )
    assert pairs_of_columns(some, "country", None).pairs[1] == ("france", ("paris",))


def test_a_list_is_several_answers(some):
    assert pairs_of_columns(some, "country", "also").pairs == (
        ("france", ("paris", "lutetia")),
        ("spain", ("madrid",)),
    )


def test_numbers_are_words_and_a_column_may_name_relations(some):
    found = pairs_of_columns(some, "capital", "country", "year")
    assert list(found.relations) == ["1", "2", "3"]


def test_a_column_that_is_not_there_and_the_same_twice(some):
    with pytest.raises(UserError, match=r"places has no column 'mayor'\. Its columns: country"):
        pairs_of_columns(some, "country", "mayor")
    with pytest.raises(UserError, match="are the same"):
        pairs_of_columns(some, "country", "country")
