"""Who steps back from the processors, and that the main thread does not."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import deque

import pytest

from embedviz.core.processes import priority
from embedviz.core.processes.priority import STEP, let_libraries_step_back, step_back

linux = pytest.mark.skipif(sys.platform != "linux", reason="threads have no niceness of their own")


def niceness(thread: int) -> int:
    return os.getpriority(os.PRIO_PROCESS, thread)


def in_a_thread(work):
    found = deque()
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    return found.pop()


@linux
def test_a_thread_steps_back_with_those_that_it_starts_and_not_the_main_thread():
    first = niceness(os.getpid())

    def step_back_and_start_another():
        step_back()
        step_back()  # Not further than once.
        own = niceness(threading.get_native_id())
        return own, in_a_thread(lambda: niceness(threading.get_native_id()))

    behind = min(first + STEP, 19)
    assert in_a_thread(step_back_and_start_another) == (behind, behind)
    step_back()
    assert niceness(os.getpid()) == first
    assert in_a_thread(lambda: niceness(threading.get_native_id())) == first


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_elsewhere_nothing_is_lowered(monkeypatch, platform):
    """The number of a thread may be that of somebody's process there."""
    monkeypatch.setattr(priority.sys, "platform", platform)
    monkeypatch.setattr(
        priority.os, "setpriority", lambda *_: pytest.fail("lowers something"), raising=False
    )
    in_a_thread(step_back)
    let_libraries_step_back()


POOL = """
import os, threading
import numpy as np
from embedviz.core.processes.priority import STEP, let_libraries_step_back

np.ones((500, 500)) @ np.ones((500, 500))
ours = threading.Thread(target=threading.Event().wait, daemon=True)
ours.start()
of_python = {os.getpid(), ours.native_id}
others = {int(name) for name in os.listdir("/proc/self/task")} - of_python

def niceness(thread):
    return os.getpriority(os.PRIO_PROCESS, thread)

first = niceness(os.getpid())
let_libraries_step_back()
assert {niceness(each) for each in of_python} == {first}
assert {niceness(each) for each in others} <= {min(first + STEP, 19)}, others
print(len(others))
"""


@linux
def test_threads_of_blas_step_back_and_those_of_python_do_not():
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "3"}
    done = subprocess.run(
        [sys.executable, "-c", POOL], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    if os.cpu_count() > 1:
        assert int(done.stdout) >= 1


QT = """
import os
from PySide6.QtCore import QThread
from embedviz.core.processes.priority import let_libraries_step_back

class Named(QThread):
    def run(self):
        self.exec()

thread = Named()
thread.setObjectName("named by Qt")
thread.start()
while not any(
    open(f"/proc/self/task/{each}/comm").read() == "named by Qt\\n"
    for each in os.listdir("/proc/self/task")
):
    pass
let_libraries_step_back()
for each in os.listdir("/proc/self/task"):
    if open(f"/proc/self/task/{each}/comm").read() == "named by Qt\\n":
        assert os.getpriority(os.PRIO_PROCESS, int(each)) == os.getpriority(os.PRIO_PROCESS, 0)
thread.quit()
thread.wait()
"""


@linux
def test_threads_of_qt_do_not_step_back():
    done = subprocess.run([sys.executable, "-c", QT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


CHILD = """
import os, sys
from embedviz.core.processes.child_setup import lower_priority

lower_priority(niceness={niceness}, oom_score=500)
print(os.getpriority(os.PRIO_PROCESS, 0))
"""


@linux
@pytest.mark.parametrize("step", [0, STEP])
def test_a_child_is_as_far_behind_whichever_thread_starts_it(step):
    first = niceness(os.getpid())
    command = [sys.executable, "-c", CHILD.format(niceness=step)]

    def start():
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return int(done.stdout)

    def step_back_and_start():
        step_back()
        return start()

    behind = {min(first + step, 19), min(first + STEP, 19)}  # The latter where it has no way back.
    assert start() == min(first + step, 19)
    assert in_a_thread(step_back_and_start) in behind
