"""A real child: what it answers, how it ends, and what is left of it."""

import os
import signal
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled
from embedviz.core.projections import process as layout_process
from embedviz.core.projections.process import Job, LayoutProcess

needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")

SETTINGS = {
    "UMAP": {"n_neighbors": 6, "min_dist": 0.1, "seed": 0},
    "t-SNE": {"perplexity": 2.0, "seed": 0},
}


def ring_job(method="UMAP", n_rows=60, **settings):
    """Return a job whose rows lie on a ring, with six neighbors each."""
    steps = np.array([1, -1, 2, -2, 3, -3])
    rows = ((np.arange(n_rows)[:, np.newaxis] + steps) % n_rows).astype(np.int32)
    distances = np.tile(np.abs(steps), (n_rows, 1)).astype(np.float32)
    start = np.random.default_rng(0).normal(size=(n_rows, 2)).astype(np.float32)
    return Job(method, SETTINGS[method] | settings, rows, distances, start)


def endless_job(method="t-SNE"):
    """Return a job of many seconds."""
    return ring_job(method, 60_000)


def is_running(pid):
    """Return whether there is a process of that number that is not a zombie."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def wait_until(condition, seconds=20.0):
    pause, end = threading.Event(), time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        pause.wait(0.01)


@pytest.fixture(scope="module")
def process():
    """Return a warm process, for tests that leave it alive."""
    with LayoutProcess() as process:
        assert process.wait_until_warm(120)
        yield process


@pytest.fixture
def doomed():
    """Return a process that the test may end."""
    with LayoutProcess() as process:
        yield process


@pytest.mark.parametrize("method", SETTINGS)
def test_the_same_job_gives_the_same_positions(process, method):
    first = process.run(ring_job(method))
    assert first.shape == (60, 2)
    assert first.dtype == np.float32
    assert np.isfinite(first).all()
    np.testing.assert_array_equal(process.run(ring_job(method)), first)


def test_another_process_gives_the_same_positions_and_another_seed_others(process):
    first = process.run(ring_job())
    assert (process.run(ring_job(seed=1)) != first).any()
    with LayoutProcess() as other:
        np.testing.assert_array_equal(other.run(ring_job()), first)


def test_neighbors_on_the_ring_are_near_on_the_map(process):
    for method in SETTINGS:
        positions = process.run(ring_job(method)).astype(np.float64)
        steps = np.linalg.norm(positions - np.roll(positions, 1, axis=0), axis=1)
        across = np.linalg.norm(positions - np.roll(positions, 30, axis=0), axis=1)
        assert np.median(across) > 3 * np.median(steps)


@pytest.mark.parametrize("method", SETTINGS)
def test_positions_on_the_way_are_copies(process, method):
    job = ring_job(method, 400)
    undisturbed = process.run(job)
    seen, reported = [], []

    def on_layout(positions):
        assert positions.dtype == np.float32
        seen.append(positions.copy())
        positions.fill(np.nan)

    found = process.run(job, lambda *said: reported.append(said), on_layout)
    np.testing.assert_array_equal(found, undisturbed)
    assert len(seen) >= 2
    assert all(np.isfinite(positions).all() for positions in seen)
    assert any((first != second).any() for first, second in pairwise(seen))
    fractions = [fraction for fraction, _ in reported]
    assert fractions == sorted(fractions)
    assert 0 <= fractions[0] <= fractions[-1] <= 1
    unit = {"UMAP": "epoch", "t-SNE": "iteration"}[method]
    last = {"UMAP": 500, "t-SNE": 750}[method]
    words = reported[-1][1]
    assert words.startswith(f"{method} · {unit} ")
    assert words.endswith(f" of {last}")


def test_frames_come_at_most_twenty_times_a_second_and_the_newest_counts(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(layout_process.time, "monotonic", lambda: now[0])
    shown = []
    frames = layout_process._Frames(lambda positions: shown.append((now[0], int(positions[0]))))
    for step in range(100):
        now[0] = 100 + step / 100
        frames.add(np.array([step]) if step % 10 != 9 else None)
        frames.show()
    times = [at for at, _ in shown]
    assert np.diff(times).min() > 0.049
    assert len(shown) == 20
    assert [step for at, step in shown if round(100 * (at - 100)) % 10 != 9] == [
        round(100 * (at - 100)) for at in times if round(100 * (at - 100)) % 10 != 9
    ]
    layout_process._Frames(None).show()


@needs_proc
@pytest.mark.parametrize("method", SETTINGS)
def test_cancelling_takes_effect_at_once_and_frees_the_memory(doomed, method):
    wanted = threading.Event()
    unwanted_since = []
    resident = []

    def report(fraction, words):
        if unwanted_since:
            raise Cancelled

    def on_layout(positions):
        if not unwanted_since:
            status = Path(f"/proc/{doomed.pid}/status").read_text()
            resident.append(int(status.partition("VmRSS:")[2].split()[0]))
            unwanted_since.append(time.monotonic())
            wanted.set()

    with pytest.raises(Cancelled):
        doomed.run(endless_job(method), report, on_layout)
    assert time.monotonic() - unwanted_since[0] < 0.5
    assert resident[0] > 50_000
    assert not Path(f"/proc/{doomed.pid}").exists()
    assert not doomed.is_alive


@needs_proc
def test_it_can_be_cancelled_while_it_still_gets_ready(doomed):
    start = time.monotonic()

    def report(fraction, words):
        assert "UMAP" in words
        raise Cancelled

    with pytest.raises(Cancelled):
        doomed.run(endless_job("UMAP"), report)
    assert time.monotonic() - start < 0.5
    assert not Path(f"/proc/{doomed.pid}").exists()


@needs_signals
@pytest.mark.parametrize(
    ("number", "words"),
    [(9, "t-SNE was ended from outside .signal 9."), (15, "ended unexpectedly .SIGTERM")],
)
def test_its_death_is_a_message(doomed, number, words):
    with pytest.raises(UserError, match=words):
        doomed.run(endless_job(), on_layout=lambda positions: os.kill(doomed.pid, number))
    assert not doomed.is_alive
    with pytest.raises(Cancelled):
        doomed.run(ring_job())


def test_killing_it_from_another_thread_cancels_what_it_does(doomed):
    killer = threading.Thread(target=doomed.kill)
    with pytest.raises(Cancelled):
        doomed.run(endless_job(), lambda *_: killer.ident or killer.start())
    killer.join()
    doomed.kill()


def test_what_went_wrong_inside_is_a_message(doomed):
    with pytest.raises(UserError, match=r"t-SNE of 60 rows failed .KeyError: 'perplexity'"):
        doomed.run(Job("t-SNE", {}, *ring_arrays()))
    assert not doomed.is_alive


def ring_arrays():
    job = ring_job()
    return job.rows, job.distances, job.start


def test_want_of_memory_has_a_message_of_its_own():
    words = layout_process._words_for(ring_job(), "MemoryError", "")
    assert words.startswith("There is not enough memory for UMAP of 60 rows.")


def test_a_child_that_cannot_begin_says_why(monkeypatch):
    monkeypatch.setattr(layout_process, "_CHILD", "embedviz.core.no_such_module")
    with LayoutProcess() as process, pytest.raises(UserError, match=r"exit code 1: .*no_such_mod"):
        process.run(ring_job())
    assert not process.wait_until_warm(0)


def test_no_process_can_be_started(monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError("no more processes")

    monkeypatch.setattr("subprocess.Popen", refuse)
    with pytest.raises(UserError, match="no more processes"):
        LayoutProcess()


ORPHAN_MAKER = """
import sys
sys.path[:0] = [{folder!r}]
from test_process import LayoutProcess, endless_job

process = LayoutProcess()
job = endless_job() if sys.argv[1] == "busy" else None
if job is None:
    process.wait_until_warm(60)
    print(process.pid, flush=True)
    sys.stdin.read()
process.run(job, on_layout=lambda positions: print(process.pid, flush=True))
"""


@needs_proc
@pytest.mark.parametrize("state", ["idle", "busy"])
def test_it_ends_when_the_process_that_started_it_is_killed(state):
    script = ORPHAN_MAKER.format(folder=str(Path(__file__).parent))
    command = [sys.executable, "-c", script, state]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.send_signal(signal.SIGKILL)
    wait_until(lambda: not is_running(pid))
