import numpy as np
import pytest

from embedviz.core.matryoshka import (
    RecallGrid,
    SearchCost,
    cheapest_setting,
    price_per_month,
)


def test_exact_search_reads_and_keeps_all_vectors():
    cost = SearchCost(1_000_000, 768)
    assert cost.bytes_read == cost.least_memory == cost.most_memory == 1_000_000 * 768 * 4
    assert cost.multiply_adds == 768_000_000
    assert cost.multiply_adds_ratio == 1.0


@pytest.mark.parametrize(
    ("precision", "code", "steps"),
    [("float32", 400, 100), ("float16", 200, 100), ("int8", 104, 100), ("binary", 13, 2)],
)
def test_two_stages_read_codes_and_the_shortlist(precision, code, steps):
    cost = SearchCost(1000, 768, 100, 50, precision)
    assert cost.code_bytes == cost.least_memory == 1000 * code
    assert cost.bytes_read == 1000 * code + 50 * 768 * 4
    assert cost.most_memory == 1000 * (code + 768 * 4)
    assert cost.multiply_adds == 1000 * steps + 50 * 768
    assert cost.multiply_adds_ratio == cost.multiply_adds / 768_000


def test_costs_of_more_rows_are_by_arithmetic():
    cost = SearchCost(1000, 768, 64, 50, "int8").of_rows(10**8)
    assert cost.code_bytes == 6_800_000_000
    assert price_per_month(cost.code_bytes, 2.5) == pytest.approx(17.0)


def test_a_shortlist_is_no_longer_than_the_set():
    assert SearchCost(10, 4, 2, 500).bytes_read == 10 * 2 * 4 + 10 * 4 * 4


def grid(recall):
    return RecallGrid((8, 16, 64), (10, 100), np.array(recall), 10, "float32", 50, 50)


def test_the_cheapest_setting_reads_the_fewest_bytes():
    measured = grid([[0.2, 0.7], [0.5, 0.96], [0.95, 1.0]])
    found = cheapest_setting(measured, 100_000, 64, 0.95)
    assert (found.cost.coarse_dimensions, found.cost.shortlist, found.recall) == (16, 100, 0.96)
    # With few rows, the shortlist costs more than the codes.
    found = cheapest_setting(measured, 100, 64, 0.95)
    assert (found.cost.coarse_dimensions, found.cost.shortlist) == (64, 10)


def test_no_setting_may_reach_what_is_wanted():
    assert cheapest_setting(grid([[0.2, 0.7], [0.5, 0.9], [np.nan, np.nan]]), 9, 64, 0.95) is None
