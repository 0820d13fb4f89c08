"""Threads of our own, while BLAS has one."""

import os
import subprocess
import sys
import threading
from contextlib import ExitStack

import pytest
from threadpoolctl import threadpool_info

from embedviz.core.covariance import own_threads
from embedviz.core.covariance.own_threads import (
    at_once,
    blas_in_one_thread,
    blas_in_own_threads,
)


def blas_threads():
    return {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}


def test_blas_has_one_thread_meanwhile_and_its_own_again():
    before = blas_threads()
    with blas_in_own_threads() as n_threads:
        assert n_threads >= 1
        assert blas_threads() == {1}
        with blas_in_own_threads() as others:  # As when two sets are fitted at once.
            assert others == 1
            assert blas_threads() == {1}
        assert blas_threads() == {1}
    assert blas_threads() == before


def test_who_ends_last_gives_the_threads_back():
    before = blas_threads()
    with ExitStack() as first, ExitStack() as second:
        first.enter_context(blas_in_own_threads())
        assert second.enter_context(blas_in_own_threads()) == 1
        first.close()
        assert blas_threads() == {1}
        second.close()
        assert blas_threads() == before


def test_what_is_raised_meanwhile_leaves_no_limit():
    before = blas_threads()
    with pytest.raises(MemoryError), blas_in_own_threads():
        raise MemoryError
    assert blas_threads() == before
    assert not own_threads._workers


def test_processes_that_are_started_meanwhile_have_one_thread_of_blas_too(monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    before = blas_threads()
    ask = "import os; print(os.environ['OPENBLAS_NUM_THREADS'], os.environ['MKL_NUM_THREADS'])"
    with blas_in_one_thread():
        assert blas_threads() == {1}
        said = subprocess.run([sys.executable, "-c", ask], capture_output=True, check=True)
    assert said.stdout.split() == [b"1", b"1"]
    assert blas_threads() == before
    assert os.environ["OPENBLAS_NUM_THREADS"] == "3"
    assert "MKL_NUM_THREADS" not in os.environ


def test_several_things_are_done_at_once():
    met = threading.Barrier(2, timeout=10)
    at = []

    def work():
        met.wait()
        at.append(threading.current_thread())

    at_once([work, work], 2)
    assert threading.current_thread() in at
    assert len(set(at)) == 2


def test_in_one_thread_they_are_done_in_turn():
    done = []
    at_once([lambda n=n: done.append((n, threading.current_thread())) for n in range(3)], 1)
    assert done == [(n, threading.current_thread()) for n in range(3)]


@pytest.mark.parametrize("n_threads", [1, 2])
def test_what_one_of_them_raises_is_raised(n_threads):
    def work():
        raise MemoryError

    with pytest.raises(MemoryError):
        at_once([lambda: None, work], n_threads)
