"""The inside of the child, as far as it can be looked at from the same process."""

import io
import os
import subprocess
import sys
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Event, Thread

import numpy as np
import pytest

from embedviz.core.processes.messages import Message, read_message, write_message
from embedviz.core.projections import worker
from embedviz.core.projections.worker import MessageWriter


class Method:
    """Stands for a module that lays out."""

    def __init__(self, prepare=lambda: None, lay_out=None):
        self.prepare = prepare
        self.lay_out = lay_out


def all_messages(stream):
    stream.seek(0)
    return list(iter(lambda: read_message(stream), None))


@pytest.fixture
def replies():
    return io.BytesIO()


@pytest.fixture
def ended(monkeypatch):
    """Return the codes that the process would have ended with."""
    codes = []
    monkeypatch.setattr(os, "_exit", codes.append)
    return codes


def job(method, **arrays):
    return Message("lay out", {"method": method, "settings": {"seed": 0}}, arrays)


def ready_future():
    future = Future()
    future.set_result(None)
    return future


def test_an_answer_has_the_positions(replies, monkeypatch):
    def lay_out(start, settings, tell):
        tell(0.5, "half", start.astype(np.float64))
        return start + settings["seed"]

    monkeypatch.setattr(worker, "METHODS", {"A": Method(lay_out=lay_out)})
    start = np.ones((3, 2), dtype=np.float32)
    worker._answer(job("A", start=start), {"A": ready_future()}, MessageWriter(replies))
    half, done = all_messages(replies)
    assert (half.kind, half.facts) == ("progress", {"fraction": 0.5, "words": "half"})
    assert half.arrays["positions"].dtype == np.float32
    assert done.kind == "done"
    np.testing.assert_array_equal(done.arrays["positions"], start)


def test_a_failure_is_an_answer_too(replies, monkeypatch, capsys):
    def lay_out(settings, tell):
        raise ValueError("no neighbors")

    monkeypatch.setattr(worker, "METHODS", {"A": Method(lay_out=lay_out)})
    worker._answer(job("A"), {"A": ready_future()}, MessageWriter(replies))
    worker._answer(job("B"), {"A": ready_future()}, MessageWriter(replies))
    first, second = all_messages(replies)
    assert first.kind == second.kind == "failed"
    assert first.facts == {"error": "ValueError", "words": "no neighbors"}
    assert second.facts["error"] == "KeyError"
    assert "no neighbors" in capsys.readouterr().err


def test_a_job_waits_for_its_own_method_only(replies, monkeypatch):
    may_be_ready = Event()
    done = np.zeros((1, 2), dtype=np.float32)
    lay_out = lambda settings, tell: done  # noqa: E731
    methods = {"quick": Method(lay_out=lay_out), "slow": Method(may_be_ready.wait, lay_out)}
    monkeypatch.setattr(worker, "METHODS", methods)
    ready = {name: Future() for name in methods}
    warming = Thread(target=worker._get_ready, args=(ready, MessageWriter(io.BytesIO())))
    warming.start()
    worker._answer(job("quick"), ready, MessageWriter(replies))
    assert all_messages(replies)[-1].kind == "done"
    assert not ready["slow"].done()
    waiting = Thread(target=worker._answer, args=(job("slow"), ready, MessageWriter(replies)))
    waiting.start()
    may_be_ready.set()
    for thread in (waiting, warming):
        thread.join()
    assert all_messages(replies)[-1].kind == "done"


def test_a_method_that_cannot_be_imported_fails_alone(replies, monkeypatch):
    def fail():
        raise ModuleNotFoundError("No module named 'umap'")

    methods = {"broken": Method(fail), "fine": Method()}
    monkeypatch.setattr(worker, "METHODS", methods)
    ready = {name: Future() for name in methods}
    worker._get_ready(ready, MessageWriter(replies))
    assert ready["fine"].result() is None
    worker._answer(job("broken"), ready, MessageWriter(replies))
    warm, failed = all_messages(replies)
    assert warm.kind == "warm"
    assert failed.facts["words"] == "No module named 'umap'"


def test_progress_is_told_at_most_twenty_times_a_second(replies, monkeypatch):
    now = [50.0]
    monkeypatch.setattr(worker.time, "monotonic", lambda: now[0])
    writer = MessageWriter(replies)
    for step in range(200):
        now[0] = 50 + step / 100
        writer.tell(step / 200, f"step {step}")
    told = [message.facts["words"] for message in all_messages(replies)]
    assert told[:3] == ["step 0", "step 5", "step 10"]
    assert len(told) <= 40


def test_it_ends_when_there_is_nobody_to_hear_it(ended):
    class Broken(io.BytesIO):
        def write(self, content):
            raise BrokenPipeError

    MessageWriter(Broken()).send(Message("warm"))
    assert ended == [0]


def test_it_ends_when_its_input_does(ended):
    for rest in (b"", b"half a message"[:3]):
        requests, jobs = io.BytesIO(), SimpleQueue()
        write_message(requests, job("A"))
        requests.write(rest)
        requests.seek(0)
        worker._read_jobs(requests, jobs)
        assert jobs.get_nowait().facts["method"] == "A"
        assert jobs.empty()
    assert ended == [0, 0]


NOISY = """
import os
from embedviz.core.processes.child_setup import lower_priority, take_pipes
from embedviz.core.processes.messages import Message
from embedviz.core.projections.worker import MessageWriter

requests, replies = take_pipes()
writer = MessageWriter(replies)
lower_priority(niceness=5, oom_score=500)
print("noise of Python", flush=True)
os.write(1, b"noise of a library")
assert os.read(0, 10) == b""
assert requests.read() == b"request"
writer.send(Message("done"))
"""


def test_what_libraries_print_does_not_get_between_messages():
    command = [sys.executable, "-c", NOISY]
    done = subprocess.run(command, input=b"request", capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [message.kind for message in all_messages(io.BytesIO(done.stdout))] == ["done"]
    assert b"noise of Python" in done.stderr
    assert b"noise of a library" in done.stderr


def test_a_child_answers_until_its_input_ends():
    """Talk to a real one as `LayoutProcess` does."""
    command = [sys.executable, "-m", "embedviz.core.projections.worker"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        for _ in range(2):
            write_message(child.stdin, job("t-SNE"))
            kinds = []
            while "failed" not in kinds:
                kinds.append(read_message(child.stdout).kind)
        child.stdin.close()
        assert child.wait(timeout=60) == 0
        assert b"missing 3 required positional arguments" in child.stderr.read()
