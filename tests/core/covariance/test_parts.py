"""Sums of parts in threads of our own."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from embedviz.core.covariance.parts import sum_of_parts
from embedviz.core.progress import Cancelled, silent


@pytest.mark.parametrize("n_parts", [1, 2, 5])
def test_parts_are_added_up_in_threads_of_their_own(n_parts):
    at = []

    def sums(part, report):
        at.append(threading.current_thread())
        report(0.5, "adding")
        return np.array([1.0, part]), np.full((2, 2), part, float)

    first, second = sum_of_parts(sums, n_parts, silent)
    assert first.tolist() == [n_parts, sum(range(n_parts))]
    assert second.tolist() == [[sum(range(n_parts))] * 2] * 2
    assert at.count(threading.current_thread()) == 1


def test_all_parts_end_where_the_first_is_stopped():
    begun = threading.Event()

    def sums(part, report):
        while True:  # For ever, but for the report.
            if part:
                begun.set()
            report(0.0, "adding")

    def stop(fraction, words):
        if begun.wait(10):
            raise Cancelled

    with ThreadPoolExecutor(1) as pool, pytest.raises(Cancelled):
        pool.submit(sum_of_parts, sums, 2, stop).result(60)


def test_what_a_part_raises_is_raised():
    def sums(part, report):
        if part:
            raise MemoryError
        return np.zeros(1), np.zeros(1)

    with pytest.raises(MemoryError):
        sum_of_parts(sums, 2, silent)
