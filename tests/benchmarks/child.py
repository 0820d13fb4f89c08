"""One side of one benchmark, in a process of its own; started by `runner`, not by hand.

Arguments: the file that names the benchmarks, the file to answer in, and what to do: nothing,
to describe all benchmarks, or the name of one and "ours" or "peer".

Started with `-P`, so that `embedviz` is the installed package and not the folder beside `tests`.
"""

from __future__ import annotations

import json
import runpy
import statistics
import sys
from pathlib import Path
from typing import Any


def main(source: str, answer: str, *wanted: str) -> None:
    """Do what is asked, and write the answer as JSON."""
    sys.path.append(str(Path(__file__).parent.parent))
    benchmarks = _load(Path(source))
    found = _measure(benchmarks, *wanted) if wanted else [_describe(each) for each in benchmarks]
    Path(answer).write_text(json.dumps(found), encoding="utf-8")


def _load(source: Path) -> Any:
    if source.parent == Path(__file__).parent:
        from benchmarks import BENCHMARKS

        return BENCHMARKS
    return runpy.run_path(str(source))["BENCHMARKS"]


def _describe(benchmark: Any) -> dict[str, Any]:
    names = ("name", "unit", "more_is_better", "peer_name", "slow")
    return {name: getattr(benchmark, name) for name in names}


def _measure(benchmarks: Any, name: str, side: str) -> dict[str, Any]:
    from benchmarks.framework import Missing

    (benchmark,) = (each for each in benchmarks if each.name == name)
    try:
        samples = benchmark.ours() if side == "ours" else benchmark.peer()
    except Missing as missing:
        return {"missing": str(missing)}
    except ModuleNotFoundError as missing:
        if side == "ours":
            raise
        return {"missing": str(missing.name)}
    peak = _peak_megabytes()
    return {
        "median": statistics.median(samples),
        "worst": min(samples) if benchmark.more_is_better else max(samples),
        "peak": peak,
        "note": benchmark.note(),
    }


def _peak_megabytes() -> float | None:
    try:
        import resource
    except ModuleNotFoundError:  # Windows
        return None
    # With the largest of the processes that it started and that have ended.
    both = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    peak = sum(resource.getrusage(which).ru_maxrss for which in both)
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    main(*sys.argv[1:])
