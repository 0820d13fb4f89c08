"""All relations of a set side by side."""

import math

import numpy as np
import pytest

from embedviz.core.analogies import measure_relation, relations_table
from embedviz.core.progress import Cancelled
from embedviz.core.vector_set import VectorSet


@pytest.fixture
def some():
    vectors = np.random.default_rng(0).normal(size=(200, 12)).astype(np.float32)
    vectors[20:40] = vectors[:20] + 2.0 * vectors[199]
    return VectorSet(vectors, [f"w{i}" for i in range(200)])


RELATIONS = {
    "chance": [(f"w{i}", f"w{i + 20}") for i in range(40, 60)],
    "nothing": [("here", "there")],
    "planted": [(f"w{i}", f"w{i + 20}") for i in range(20)],
    "one": [("w1", "w2")],
}


def test_relations_are_sorted_by_their_consistency(some):
    table = relations_table(some, RELATIONS, n_shuffles=99)
    assert [each.name for each in table.relations] == ["planted", "chance", "nothing", "one"]


def test_each_is_measured_as_it_is_alone(some):
    for each in relations_table(some, RELATIONS, 99, 5).relations:
        alone = measure_relation(some, RELATIONS[each.name], 99, 5)
        for name in ("consistency", "null_mean", "null_std", "p_value", "accuracy", "notes"):
            one, other = getattr(each.measures, name), getattr(alone, name)
            assert one == other or (math.isnan(one) and math.isnan(other))
        assert (each.measures.answers.rows == alone.answers.rows).all()
        assert (each.measures.answers.ranks == alone.answers.ranks).all()


def test_p_values_are_corrected_for_those_that_have_one(some):
    table = relations_table(some, RELATIONS, n_shuffles=99)
    assert table.correction == "Holm"
    planted, chance, *others = table.relations
    assert planted.corrected_p == pytest.approx(0.02)
    assert chance.corrected_p == pytest.approx(min(1.0, chance.measures.p_value))
    assert all(math.isnan(each.corrected_p) for each in others)
    other = table.with_correction("Benjamini-Hochberg")
    assert other.correction == "Benjamini-Hochberg"
    assert [each.name for each in other.relations] == [each.name for each in table.relations]


def test_no_relation_is_an_empty_table(some):
    assert relations_table(some, {}).relations == ()


def test_it_can_be_stopped_between_relations(some):
    def stop(share, _words):
        if share > 0.2:
            raise Cancelled

    with pytest.raises(Cancelled):
        relations_table(some, RELATIONS, report=stop)
