"""Runs the sides of benchmarks one after the other, and words what they found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent
_SLOW = 4
_THREAD_LIMITS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
)


@dataclass(frozen=True)
class Side:
    """What one process measured, or why it did not."""

    median: float | None = None
    worst: float | None = None
    peak: float | None = None
    note: str = ""
    missing: str | None = None
    failed: str | None = None


@dataclass(frozen=True)
class Line:
    """A benchmark and what was measured; `peer` is None where it has none."""

    name: str
    unit: str
    more_is_better: bool
    peer_name: str | None
    slow: bool
    ours: Side
    peer: Side | None

    @property
    def ratio(self) -> float | None:
        """How many times better ours is than the peer."""
        if self.peer is None or not self.ours.median or not self.peer.median:
            return None
        ratio = self.peer.median / self.ours.median
        return 1 / ratio if self.more_is_better else ratio

    @property
    def failed(self) -> bool:
        """Whether a side broke down, or ours could not run at all."""
        broken = [self.ours.failed, self.ours.missing, self.peer and self.peer.failed]
        return any(broken)

    def as_json(self) -> str:
        """Return one JSON object on one line."""
        peer = self.peer or Side()
        return json.dumps(
            {
                "name": self.name,
                "ours": self.ours.median,
                "peer": peer.median,
                "ratio": self.ratio,
                "unit": self.unit,
                "ours_worst": self.ours.worst,
                "peer_worst": peer.worst,
                "ours_peak_mb": self.ours.peak,
                "peer_peak_mb": peer.peak,
                "ours_note": self.ours.note,
                "peer_note": peer.note,
                "peer_name": self.peer_name,
                "missing": self.ours.missing or peer.missing,
                "failed": self.ours.failed or peer.failed,
            },
            ensure_ascii=False,
        )

    def __str__(self) -> str:
        parts = [f"{self.name:<34}", f"ours {self._amount(self.ours)}"]
        if self.peer is None:
            if self.ours.worst is not None:
                parts.append(f"worst {self.ours.worst:.3g} {self.unit}")
        else:
            parts.append(f"{self.peer_name} {self._amount(self.peer)}")
        if self.ratio is not None:
            parts.append(f"ratio {self.ratio:.3g}")
        notes = [side.note for side in (self.ours, self.peer) if side and side.note]
        if notes:
            parts.append(" and ".join(notes))
        peaks = [side.peak for side in (self.ours, self.peer) if side and side.peak]
        if peaks:
            parts.append(f"peak memory {' and '.join(f'{peak:,.0f}' for peak in peaks)} MB")
        return " · ".join(parts)

    def _amount(self, side: Side) -> str:
        if side.missing:
            return f"missing ({side.missing})"
        return f"failed ({side.failed})" if side.failed else f"{side.median:.3g} {self.unit}"


def describe(source: Path) -> list[dict[str, Any]]:
    """Return name, unit, direction and peer of each benchmark that a file names."""
    found = _ask_child(source, threads=1, timeout=120)
    if isinstance(found, str):
        raise SystemExit(f"{source}: {found}")
    return list(found)


def run(
    source: Path, described: list[dict[str, Any]], *, threads: int, timeout: float
) -> Iterator[Line]:
    """Yield each benchmark as soon as both of its sides are done."""
    for each in described:
        sides = ["ours"] if each["peer_name"] is None else ["ours", "peer"]
        limit = _SLOW * timeout if each["slow"] else timeout
        measured = [_side(source, each["name"], side, threads, limit) for side in sides]
        yield Line(**each, ours=measured[0], peer=measured[1] if len(measured) > 1 else None)


def _side(source: Path, name: str, side: str, threads: int, timeout: float) -> Side:
    found = _ask_child(source, name, side, threads=threads, timeout=timeout)
    return Side(failed=found) if isinstance(found, str) else Side(**found)


def _ask_child(source: Path, *wanted: str, threads: int, timeout: float) -> Any:
    """Return what a child answers, or in a few words why it does not."""
    limits = dict.fromkeys(_THREAD_LIMITS, str(threads))
    environment = os.environ | limits | {"QT_QPA_PLATFORM": "offscreen", "PYTHONSAFEPATH": "1"}
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder, "answer.json")
        command = [sys.executable, "-P", _FOLDER / "child.py", source, answer, *wanted]
        try:
            # What a measured library prints is not part of the answer.
            done = subprocess.run(
                command,
                env=environment,
                timeout=timeout,
                check=False,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
            )
        except subprocess.TimeoutExpired:
            return f"not done in {timeout:g} s"
        if done.returncode == 0:
            return json.loads(answer.read_text("utf-8"))
        said = done.stderr.strip().splitlines() or [""]
        return f"exit {done.returncode}: {said[-1]}".rstrip(": ")
