import math

import numpy as np
import pytest

from embedviz.core.matryoshka import FoundSetting, RecallGrid, SearchCost, SearchTime
from embedviz.panes.matryoshka.two_stage.words import (
    bytes_text,
    describe_cheapest,
    describe_grid,
    describe_memory,
    recall_text,
    rows_text,
    share_text,
    time_text,
)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.00 kB"),
        (15_360_000, "15.4 MB"),
        (999_600_000, "1.00 GB"),
        (153_600_000_000, "154 GB"),
        (9_996, "10.0 kB"),
        (2.5e15, "2.50 PB"),
    ],
)
def test_bytes_have_three_digits(amount, text):
    assert bytes_text(amount) == text


def test_times_say_when_they_follow_from_a_part():
    assert time_text(SearchTime(0.00421, 100), 100) == "4.21 ms"
    assert time_text(SearchTime(0.0421, 50), 100) == "≈ 42.1 ms"
    assert time_text(SearchTime(1.5, 100), 100) == "1.50 s"
    assert time_text(SearchTime(0.9996, 100), 100) == "1.00 s"
    assert time_text(SearchTime(math.nan, 0), 0) == time_text(None, 3) == "–"


def test_shares_recall_and_rows():
    assert share_text(0.0842) == "8.42 %"
    assert share_text(1.0) == "100 %"
    assert share_text(1.5) == "150 %"
    assert recall_text(0.95, 0.004) == "0.950 ± 0.004"
    assert recall_text(1.0, 0.0) == "1.000"
    assert recall_text(math.nan) == "–"
    assert rows_text(10**8) == "10⁸ rows"
    assert rows_text(10_000) == "10,000 rows"
    assert rows_text(20_000_000) == "20,000,000 rows"
    assert rows_text(1) == "1 row"


def grid(n_queries=500, n_counted=500, count=10):
    return RecallGrid((8,), (10,), np.array([[0.5]]), count, "int8", n_queries, n_counted)


def test_the_cheapest_setting_in_words():
    found = FoundSetting(SearchCost(10_000, 384, 128, 200, "int8"), 0.951)
    said = describe_cheapest(found, grid(), 0.95, is_done=True)
    assert said == (
        "Cheapest that reaches 0.95: 128 dimensions, shortlist 200; it reads 10.6 % of the bytes "
        "of exact search."
    )
    assert describe_cheapest(found, grid(), 0.95, is_done=False).startswith("So far: cheapest")
    assert describe_cheapest(None, grid(), 0.99, is_done=True) == (
        "None reaches a recall of 0.99 in int8."
    )
    assert describe_cheapest(None, grid(), 0.99, is_done=False) == (
        "So far: none reaches a recall of 0.99 in int8."
    )
    dear = FoundSetting(SearchCost(20, 8, 8, 10), 1.0)
    assert "no less than exact search (150 %" in describe_cheapest(dear, grid(), 0.9, is_done=True)


def test_why_there_is_no_recall():
    assert "of 3 rows, each has too few others" in describe_grid(grid(count=0), 3)
    assert "all equally near" in describe_grid(grid(n_counted=0), 900)
    said = describe_grid(grid(n_counted=499), 10_000)
    assert "mean of 500 seeded query rows" in said
    assert "1 row without neighbors" in said
    assert "all 500 rows" in describe_grid(grid(), 500)


def test_memory_says_where_the_vectors_are_and_what_is_arithmetic():
    cost = SearchCost(1000, 100, 10, 50, "int8")
    assert "among more rows, recall is lower" in describe_memory(cost, 10**8)
    assert "among more rows" not in describe_memory(cost, 1000)
    assert "40.0 GB for 10⁸ rows" in describe_memory(cost, 10**8)
