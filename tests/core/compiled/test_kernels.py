"""How kernels are declared; what they compute is tested with the modules that have them."""

import threading

import numba
import numpy as np
import pytest

from embedviz.core.compiled import kernels
from embedviz.core.compiled.kernels import parallel_kernel, serial_kernel


def _sum(numbers):
    total = 0.0
    for i in range(len(numbers)):
        total += numbers[i]
    return total


def _double(numbers, doubled):
    for i in numba.prange(len(numbers)):
        doubled[i] = 2 * numbers[i]


serial = serial_kernel(_sum)
parallel = parallel_kernel(_double)


def test_serial_kernels_release_the_interpreter_and_are_cached():
    assert serial(np.arange(10.0)) == 45
    assert serial.targetoptions["nogil"]
    assert serial.targetoptions["fastmath"] == kernels.FAST_MATH
    assert type(serial._cache).__name__ == "KernelCache"


def test_infinities_and_nan_keep_their_meaning():
    assert np.isnan(serial(np.array([1.0, np.nan])))
    assert serial(np.array([1.0, np.inf])) == np.inf


def test_parallel_kernels_keep_their_name():
    assert parallel.__name__ == "_double"


def test_parallel_kernels_may_be_called_from_several_threads():
    given = np.arange(200_000.0)
    results = [np.empty_like(given) for _ in range(8)]

    def work(place):
        for _ in range(20):
            parallel(given, results[place])

    threads = [threading.Thread(target=work, args=(place,)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        np.testing.assert_array_equal(result, 2 * given)


def test_a_parallel_kernel_waits_for_the_one_at_work_where_it_must(monkeypatch):
    monkeypatch.setattr(numba, "threading_layer", lambda: "workqueue")
    done = threading.Event()
    with kernels._one_at_a_time:
        thread = threading.Thread(
            target=lambda: (parallel(np.ones(3), np.empty(3)), done.set()), daemon=True
        )
        thread.start()
        assert not done.wait(0.05)
    thread.join()
    assert done.is_set()


def test_the_lock_is_given_back_after_an_error(monkeypatch):
    monkeypatch.setattr(numba, "threading_layer", lambda: "workqueue")
    with pytest.raises((TypeError, numba.core.errors.NumbaError)):
        parallel("not numbers", None)
    assert not kernels._one_at_a_time.locked()


def test_little_work_stays_in_one_thread_and_the_setting_comes_back():
    before = numba.get_num_threads()
    with kernels.threads_for(10):
        assert numba.get_num_threads() == 1
    with kernels.threads_for(10, few=5):
        assert numba.get_num_threads() == before
    with pytest.raises(ZeroDivisionError), kernels.threads_for(10):
        raise ZeroDivisionError
    assert numba.get_num_threads() == before
