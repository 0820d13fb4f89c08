"""Runs cases in worker processes and ends those that take too long or too much.

A worker measures what it does itself and says so; on a machine with more to do than processors, a
second counts as the share of it that a process gets. The watchdog here is for the rest: a worker
that says nothing any more, one that died, and memory that grows until the machine is in danger.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psutil

from .corpus import FAMILIES, family_of

_WORKER = Path(__file__).with_name("worker.py")
_SEEDS = Path(__file__).with_name("seeds") / "kept.txt"
_HANG_SECONDS = 20.0
_START_SECONDS = 180.0
_KILL_BYTES = (1 << 30) + (256 << 20)
_PAUSE = 0.02
_THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@dataclass(frozen=True)
class Case:
    """A file, by what determines it."""

    seed: int
    family: str


@dataclass(frozen=True)
class Outcome:
    """What came of a case.

    Attributes
    ----------
    case : Case
    kind : str
        "set", "refused" or "failed".
    problem : str
        Why it failed.
    seconds : float
        Of the longest step.
    step : str
        Which step that was.
    n_bytes : int
        By how much the memory grew, where it grew further than ever before.
    """

    case: Case
    kind: str
    problem: str = ""
    seconds: float = 0.0
    step: str = ""
    n_bytes: int = 0

    def __str__(self) -> str:
        case = self.case
        return (
            f"{case.family}, seed {case.seed}: {self.problem or self.kind}\n"
            f'    python -m tests.fuzz --seed {case.seed} --formats "{case.family}"'
        )


def cases(total: int, seed: int = 0, families: Iterable[str] | None = None) -> list[Case]:
    """Return so many cases, from a seed on, of some families or all."""
    wanted = set(families or FAMILIES)
    if unknown := wanted - set(FAMILIES):
        raise ValueError(f"no family is named {', '.join(sorted(unknown))}")
    found: list[Case] = []
    for number in count(seed):
        if len(found) == total:
            return found
        if (family := family_of(number)) in wanted:
            found.append(Case(number, family))
    raise AssertionError


def kept_cases() -> list[Case]:
    """Return the cases that failed once: a line each, `seed | family | reason`."""
    lines = _SEEDS.read_text(encoding="utf-8").splitlines()
    fields = [line.split("|") for line in lines if line.strip() and not line.startswith("#")]
    return [Case(int(field[0]), field[1].strip()) for field in fields]


def run(wanted: Iterable[Case], on_outcome: Callable[[Outcome], None], n_workers: int = 2) -> None:
    """Run cases; `on_outcome` is called with what came of each, never by two threads at once."""
    iterator, lock = iter(wanted), threading.Lock()
    failures: list[BaseException] = []

    def serve() -> None:
        worker: _Worker | None = None
        try:
            while True:
                with lock:
                    case = next(iterator, None)
                if case is None:
                    return
                worker = worker or _Worker()
                outcome = worker.outcome_of(case)
                if worker.is_dead:
                    worker.end()
                    worker = None
                with lock:
                    on_outcome(outcome)
        except BaseException as error:  # noqa: BLE001 - raised again below.
            failures.append(error)
        finally:
            if worker is not None:
                worker.end()

    threads = [threading.Thread(target=serve) for _ in range(n_workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


class _Worker:
    """A worker process, and the watch over it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(
            prefix="embedviz-fuzz-", ignore_cleanup_errors=True
        )
        temporary = Path(self._folder.name) / "temporary"
        own = Path(self._folder.name) / "worker"
        temporary.mkdir()
        own.mkdir()
        environment = os.environ | dict.fromkeys(_THREAD_LIMITS, "1") | {"TMPDIR": str(temporary)}
        self._errors = (Path(self._folder.name) / "errors.txt").open("w+b")
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-X", "faulthandler", str(_WORKER), str(own)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=environment,
            encoding="utf-8",
            start_new_session=True,
        )
        self._watched = psutil.Process(self._process.pid)
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()
        self.is_dead = False
        answer = self._next_answer(_START_SECONDS, 1 << 62)
        if not isinstance(answer, dict):
            problem = f"a worker does not start: {answer}\n{self._last_words()}"
            self.end()
            raise RuntimeError(problem)
        self._usual = self._watched.memory_info().rss

    def outcome_of(self, case: Case) -> Outcome:
        """Return what comes of a case; afterwards the worker may be dead."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([case.seed, case.family]) + "\n")
        self._process.stdin.flush()
        step = "start"
        while True:
            answer = self._next_answer(_HANG_SECONDS, self._usual + _KILL_BYTES)
            if isinstance(answer, str):
                self.is_dead = True
                self._kill()
                return Outcome(case, "failed", f"{step}: {answer}", step=step)
            if "kind" in answer:
                size = answer.get("bytes", 0)
                return Outcome(
                    case, answer["kind"], answer["problem"], answer["seconds"], answer["step"], size
                )
            step = answer["begins"]

    def end(self) -> None:
        """End the process and all that it has started."""
        self._kill()
        self._process.wait()
        self._listener.join()
        for pipe in (self._process.stdin, self._process.stdout, self._errors):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        self._folder.cleanup()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put("")

    def _next_answer(self, seconds: float, most_bytes: int) -> dict[str, Any] | str:
        """Return the next answer, or in words why there is none."""
        start = time.monotonic()
        while time.monotonic() - start < seconds:
            with suppress(queue.Empty):
                line = self._answers.get(timeout=_PAUSE)
                if not line:
                    return f"the process died ({self._process.wait()}): {self._last_words()}"
                answer: dict[str, Any] = json.loads(line)
                return answer
            if (size := self._memory()) > most_bytes:
                return f"{size - self._usual >> 20:,} MB of memory, ended"
        return f"no end after {seconds:.0f} s"

    def _memory(self) -> int:
        """Return the bytes that the process and its children have now."""
        total = 0
        with suppress(psutil.Error):
            total = int(self._watched.memory_info().rss)
            for child in self._watched.children(recursive=True):
                total += int(child.memory_info().rss)
        return total

    def _last_words(self) -> str:
        self._errors.seek(0)
        return self._errors.read().decode("utf-8", "replace").strip()[-1500:]

    def _kill(self) -> None:
        if hasattr(os, "killpg"):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()


def summarize(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Yield a table with one line for each family, and one for all."""
    by_family: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_family.setdefault(outcome.case.family, []).append(outcome)
    yield f"{'':20}{'files':>8}{'sets':>8}{'refused':>9}{'failed':>8}{'worst':>9}{'memory':>10}"
    everything = [each for family in by_family.values() for each in family]
    for name, found in [*sorted(by_family.items()), ("all", everything)]:
        kinds = [outcome.kind for outcome in found]
        worst = max((outcome.seconds for outcome in found), default=0)
        memory = max((outcome.n_bytes for outcome in found), default=0)
        yield (
            f"{name:20}{len(found):8,}{kinds.count('set'):8,}{kinds.count('refused'):9,}"
            f"{kinds.count('failed'):8,}{worst:7.2f} s{memory >> 20:7,} MB"
        )
