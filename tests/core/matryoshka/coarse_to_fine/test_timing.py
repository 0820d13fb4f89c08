import math

import numpy as np
import pytest

from embedviz.core.matryoshka import SearchCost, time_search
from embedviz.core.matryoshka.coarse_to_fine import timing
from embedviz.core.matryoshka.coarse_to_fine.codes import PRECISIONS
from embedviz.core.neighbors import NeighborSearch
from embedviz.core.progress import Cancelled, silent


def random_rows(n, d):
    return np.random.default_rng(0).normal(size=(n, d)).astype(np.float32)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_each_search_takes_some_time(precision):
    vectors = random_rows(60, 12)
    vectors[3] = np.nan
    for cost in (SearchCost(60, 12), SearchCost(60, 12, 4, 10, precision)):
        found = time_search(vectors, cost, 5)
        assert found.seconds > 0
        assert found.n_searched == 60


def test_codes_that_take_too_much_memory_are_made_of_a_part(monkeypatch):
    monkeypatch.setattr(timing, "MOST_CODE_BYTES", 480)
    found = time_search(random_rows(60, 12), SearchCost(60, 12, 4, 10, "int8"), 5)
    assert found.n_searched == 30
    # Those are read where they are.
    assert time_search(random_rows(60, 12), SearchCost(60, 12, 4, 10), 5).n_searched == 60


def test_one_row_is_searched_and_none_takes_no_time():
    assert time_search(random_rows(1, 3), SearchCost(1, 3)).seconds > 0
    assert math.isnan(time_search(random_rows(0, 3), SearchCost(0, 3, 2, 1)).seconds)


def test_it_can_be_stopped():
    def stop(fraction, words):
        raise Cancelled

    with pytest.raises(Cancelled):
        time_search(random_rows(60, 12), SearchCost(60, 12), report=stop)


def test_codes_of_exact_search_are_not_made_on_the_clock(monkeypatch):
    made = []

    class Noted(NeighborSearch):
        def prepare(self, report=silent):
            made.append("codes")
            super().prepare(report)

        def nearest(self, *args, **options):
            made.append("query")
            return super().nearest(*args, **options)

    monkeypatch.setattr(timing, "NeighborSearch", Noted)
    time_search(random_rows(60, 12), SearchCost(60, 12))
    assert made[0] == "codes"
    assert set(made[1:]) == {"query"}
