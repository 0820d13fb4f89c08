"""What threads allocated and freed goes back to the system; run in a process of its own."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc is told")

CODE = """
import threading
from pathlib import Path

import numpy as np

from embedviz.core.processes.freed_memory import return_freed_memory

if {told} and not return_freed_memory():
    raise SystemExit("not told")


def memory_used():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon:"))


def work(together):
    together.wait()
    # Of several sizes, as the allocator learns from what is freed first.
    arrays = [np.ones(n_numbers) for n_numbers in (3_000_000, 1_000_000, 1_000_000)]
    together.wait()
    del arrays
    together.wait()


before, n_threads = memory_used(), 6
for _ in range(2):
    together = threading.Barrier(n_threads)
    threads = [threading.Thread(target=work, args=(together,)) for _ in range(n_threads)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
print(memory_used() - before)
"""


def kept(*, told):
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(told=told)], capture_output=True, text=True
    )
    if done.stderr.strip() == "not told":
        pytest.skip("another C library than glibc")
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


def test_freed_memory_of_threads_is_returned():
    assert kept(told=True) < kept(told=False) / 2
