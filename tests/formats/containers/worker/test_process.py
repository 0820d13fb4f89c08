"""A real child: what it answers, how it ends, and what becomes of the next file."""

import os
import signal
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.feather as pf
import pyarrow.parquet as pq
import pytest

from embedviz.core.errors import UserError
from embedviz.core.processes.child_process import ChildProcess
from embedviz.core.progress import Cancelled
from embedviz.formats.containers.worker import process
from embedviz.formats.containers.worker.process import opened_container, spare

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
needs_limit = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs RLIMIT_DATA")

VECTORS = np.random.default_rng(8).normal(size=(60, 5)).astype(np.float32)


@pytest.fixture
def parquet(tmp_path):
    """Return the path of a small table."""
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"v": VECTORS.tolist()}), path)
    return path


def read(path, kind="Parquet", report=lambda fraction, words: None, n_rows=7):
    request = {"vectors": [0], "columns": [], "dimensions": 5, "n_rows": n_rows}
    with opened_container(path, kind, path.name, report) as container:
        blocks = list(container.blocks(request))
    return np.concatenate([block.arrays["vectors"] for block in blocks])


def child_pid():
    """Return the number of the process that will read the next file."""
    process = spare.take()
    spare.keep(process)
    return process.pid


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_blocks_of_rows(parquet):
    np.testing.assert_array_equal(read(parquet), VECTORS)


def test_one_process_reads_one_file_after_the_other(parquet):
    read(parquet)
    pid = child_pid()
    np.testing.assert_array_equal(read(parquet), VECTORS)
    with pytest.raises(UserError, match=r"x\.parquet cannot be read: its end is missing"):
        read(parquet, kind="Arrow file")
    with pytest.raises(UserError), opened_container(parquet, "Parquet", "x") as container:
        raise UserError(f"nothing there: {container.facts['n_rows']}")
    assert child_pid() == pid


def test_a_part_is_enough(parquet):
    request = {"vectors": [0], "columns": [], "dimensions": 5, "n_rows": 1}
    with opened_container(parquet, "Parquet", "x") as container:
        for block in container.blocks(request):
            np.testing.assert_array_equal(block.arrays["vectors"], VECTORS[:1])
            break
    np.testing.assert_array_equal(read(parquet), VECTORS)


def test_two_at_a_time(parquet):
    with (
        opened_container(parquet, "Parquet", "x") as first,
        opened_container(parquet, "Parquet", "y") as second,
    ):
        assert first.facts == second.facts


def test_cancelled(parquet):
    read(parquet)
    pid = child_pid()

    def refuse(fraction, words):
        raise Cancelled

    with pytest.raises(Cancelled):
        read(parquet, report=refuse)
    assert not is_running(pid)
    np.testing.assert_array_equal(read(parquet), VECTORS)


@needs_signals
def test_its_death_is_a_message(parquet):
    read(parquet)
    pid = child_pid()

    def shoot(fraction, words):
        if is_running(pid):
            os.kill(pid, signal.SIGSEGV)

    with pytest.raises(UserError, match=r"x\.parquet is damaged, or asks for more .*SIGSEGV"):
        read(parquet, report=shoot)
    np.testing.assert_array_equal(read(parquet), VECTORS)


@needs_signals
def test_one_that_died_meanwhile_is_replaced(parquet):
    read(parquet)
    pid = child_pid()
    os.kill(pid, signal.SIGKILL)
    while is_running(pid):
        os.waitpid(pid, 0)
    np.testing.assert_array_equal(read(parquet), VECTORS)


@needs_signals
def test_one_that_does_not_get_on_is_ended(parquet, monkeypatch):
    read(parquet)
    pid = child_pid()
    monkeypatch.setattr(process, "_START_SECONDS", 0.05)
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(UserError, match="reading it does not get on"):
        read(parquet)
    assert not is_running(pid)


@needs_signals
def test_one_that_does_not_close_is_ended(parquet, monkeypatch):
    monkeypatch.setattr(process, "_CLOSE_SECONDS", 0.05)
    with opened_container(parquet, "Parquet", "x"):
        children = spare.take()
        spare.keep(children)
        pid = _only_child_but(children.pid)
        os.kill(pid, signal.SIGSTOP)
    assert not is_running(pid)


def _only_child_but(pid):
    import psutil

    own = psutil.Process().children()
    return next(
        child.pid
        for child in own
        if child.pid != pid and "containers.worker.child" in " ".join(child.cmdline())
    )


@needs_limit
def test_memory_has_an_end(tmp_path, monkeypatch):
    zeros = pa.array(np.zeros(40_000_000, np.float32))
    column = pa.FixedSizeListArray.from_arrays(zeros, 5)
    pf.write_feather(
        pa.table({"v": column}), tmp_path / "x", compression="zstd", chunksize=8_000_000
    )
    monkeypatch.setattr(process, "_LEAST_MEMORY", 64 << 20)
    with pytest.raises(UserError, match=r"more memory than the \S+ MB that reading it may take"):
        read(tmp_path / "x", kind="Arrow file")


def test_a_process_that_cannot_be_started(monkeypatch):
    monkeypatch.setattr(sys, "executable", str(Path("no") / "where"))
    with pytest.raises(UserError, match="The process that reads could not be started"):
        ChildProcess("embedviz", "reads")


def test_how_one_ended():
    child = ChildProcess("embedviz.core.no_such_module", "does nothing")
    assert child.how_it_ended().startswith("exit code 1: ")
    assert "no_such_module" in child.how_it_ended()
    assert child.receive(10) == [None]
    assert not child.is_alive
    child.end()


def test_the_idle_process_ends_by_itself(parquet, monkeypatch):
    monkeypatch.setattr(process, "_KEPT_SECONDS", 0.01)
    read(parquet)
    timer = spare._timer
    timer.join(20)
    assert spare._process is None


def test_patience():
    own = SimpleNamespace(pid=os.getpid())
    assert not process._Deadline(own, 60, 60).is_at_end()
    assert process._Deadline(own, 0, 0).is_at_end()
    patience = process._Deadline(own, 0.02, 60)
    assert not patience.is_at_end()
    end = time.process_time() + 0.1
    while time.process_time() < end:
        pass
    assert patience.is_at_end()
    assert process._computed_seconds(2**22 + 1) == 0


def test_memory_where_no_system_limits_it(monkeypatch):
    own = SimpleNamespace(pid=os.getpid())
    monkeypatch.setattr(sys, "platform", "win32")
    assert process._is_too_large(own, 1000)
    assert not process._is_too_large(own, 1 << 40)
    assert not process._is_too_large(SimpleNamespace(pid=2**22 + 1), 1000)
