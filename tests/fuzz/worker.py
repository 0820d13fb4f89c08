"""A process that opens files; started by `runner`, not by hand.

Argument: a folder of its own. It takes one case a line, JSON `[seed, family]`, and answers with a
line for each step that begins and one for what came of the case. Started with `-P`, so that
`embedviz` is the installed package and not the folder beside `tests`.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

if __package__ is None:
    sys.path.append(str(Path(__file__).parent.parent))

import psutil

from fuzz import corpus
from fuzz.judging import Judge, Violation, clear
from fuzz.mutations import make_case
from fuzz.watching import Neighbors, Watch

LIMIT_SECONDS = 2.0
"""Of a processor, here and in the children: how long they wait for one says nothing of a file."""
WAITED_SECONDS = 10.0
"""Of a clock: what waits without computing anything may wait so long."""
LIMIT_BYTES = 1 << 30
_TRIES = 3
_KEPT_CHILDREN = 1
"""The one that parses containers waits for the next file."""


def main(folder: Path) -> None:
    """Answer until there are no more cases."""
    # Whatever prints to the screen must not print between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    warnings.simplefilter("error")
    worker = _Worker(folder, answers)
    worker.tell(ready=True)
    for line in sys.stdin:
        seed, family = json.loads(line)
        worker.tell(**worker.outcome(seed, family))


class _Worker:
    def __init__(self, folder: Path, answers: Any) -> None:
        self._answers = answers
        self._folder = folder
        for name in ("case", "saved", "outside"):
            (folder / name).mkdir()
        neighbors = Neighbors(folder / "outside")
        os.chdir(folder / "case")
        self._warm_up()
        self._watch = Watch([folder / "case", folder / "saved"], neighbors)
        self._process = psutil.Process()
        self._steps: list[tuple[float, str]] = []

    def tell(self, **answer: Any) -> None:
        self._answers.write(json.dumps(answer) + "\n")
        self._answers.flush()

    def outcome(self, seed: int, family: str) -> dict[str, Any]:
        """Return what came of a case; a slow one is tried again, as the machine may be busy."""
        found = self._try(seed, family)
        for _ in range(_TRIES - 1):
            if found["kind"] == "failed" or found["seconds"] <= LIMIT_SECONDS:
                break
            again = self._try(seed, family)
            found = min(found, again, key=lambda each: each["seconds"])
        if found["kind"] != "failed" and found["seconds"] > LIMIT_SECONDS:
            found |= {"kind": "failed", "problem": f"{found['step']} took {found['seconds']:.1f} s"}
        return found

    def _try(self, seed: int, family: str) -> dict[str, Any]:
        self._steps, self._step_name = [], "making the file"
        self._note_memory()
        outcome: dict[str, Any] = {"seed": seed, "family": family, "problem": ""}
        with self._watch() as seen:
            outcome["kind"], outcome["problem"] = self._judge(seed, family)
        problem = "; ".join(seen) or self._left_behind()
        if peak_memory() > self._peak:
            outcome["bytes"] = grown = peak_memory() - self._used
            if grown > LIMIT_BYTES:
                problem = f"{grown >> 20:,} MB of memory"
        if problem and outcome["kind"] != "failed":
            outcome |= {"kind": "failed", "problem": problem}
        outcome["seconds"], outcome["step"] = max(self._steps, default=(0.0, ""))
        return outcome

    def _note_memory(self) -> None:
        self._used, self._peak = self._process.memory_info().rss, peak_memory()

    def _judge(self, seed: int, family: str) -> tuple[str, str]:
        for name in ("case", "saved"):
            clear(self._folder / name)
        try:
            sample = make_case(seed, family)
            self._note_memory()  # To make what unpacks to a gigabyte needs one, too.
            found = Judge(sample, self._folder / "case", seed, self._step).judge()
        except Violation as violation:
            return "failed", f"{self._step_name}: {violation}"
        except BaseException as error:  # noqa: BLE001 - any but a UserError is what is looked for.
            return "failed", f"{self._step_name}: {_in_words(error)}"
        return "set" if found is not None else "refused", ""

    def _step(self, name: str, work: Callable[[], Any]) -> Any:
        self._step_name = name
        self.tell(begins=name)
        start, computed = time.perf_counter(), self._computed()
        try:
            return work()
        finally:
            waited = share_of_processor() * (time.perf_counter() - start)
            seconds = max(self._computed() - computed, waited * LIMIT_SECONDS / WAITED_SECONDS)
            self._steps.append((seconds, name))

    _step_name = ""

    def _computed(self) -> float:
        """Return the seconds of a processor that this process and its children have had so far."""
        seconds = sum(self._process.cpu_times()[:4])  # With those of children that have ended.
        for child in self._process.children(recursive=True):
            with suppress(psutil.Error):
                seconds += sum(child.cpu_times()[:4])
        return seconds

    def _left_behind(self) -> str:
        """Say what is there after a case that was not there before."""
        n_children = len(self._process.children(recursive=True))
        if n_children > _KEPT_CHILDREN:
            return f"{n_children} child processes are left"
        return ""

    def _warm_up(self) -> None:
        """Open a valid file of each kind, so that nothing is imported or compiled later."""
        for family, builders in corpus.FAMILIES.items():
            for place, _ in enumerate(builders):
                self._open_valid(place, family)

    def _open_valid(self, seed: int, family: str) -> None:
        for name in ("case", "saved"):
            clear(self._folder / name)
        sample = corpus.build(seed, family)
        # Whatever comes of it is judged when its turn comes.
        with suppress(Exception):
            Judge(sample, self._folder / "case", seed, lambda name, work: work()).judge()


def share_of_processor() -> float:
    """Return how much of a processor a process gets, at most 1, where others want them as well."""
    try:
        load = os.getloadavg()[0]
    except OSError:  # Nobody counts.
        return 1.0
    return min((os.cpu_count() or 1) / max(load, 1e-3), 1.0)


def peak_memory() -> int:
    """Return the most bytes that this process or an ended child has had so far."""
    try:
        import resource
    except ImportError:  # Windows.
        return int(psutil.Process().memory_info().peak_wset)
    unit = 1 if sys.platform == "darwin" else 1024
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return unit * max(resource.getrusage(each).ru_maxrss for each in who)


def _in_words(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(f.filename).name}:{f.lineno}" for f in frames if "embedviz" in f.filename]
    return f"{type(error).__name__}: {str(error)[:200]} ({' '.join(places[-3:])})"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
