"""What a copy will take, measured on its first rows before anything of it is kept."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.progress import Report, silent
from embedviz.core.wording import in_words
from embedviz.sources.copying.copy import CopyPlan
from embedviz.sources.copying.rows import SourceBlock
from embedviz.sources.copying.targets import target_of

if TYPE_CHECKING:
    import pyarrow as pa

_LONGEST = 3.0
"""Seconds that are measured at most; at least one block is."""


@dataclass(frozen=True)
class CopyEstimate:
    """What a copy will be.

    Attributes
    ----------
    name : str
        What is copied.
    what : str
        What is done to it; nothing where rows stay as they are.
    n_rows : int
        Rows that are to be read.
    n_done : int
        Those of them that an earlier try has written.
    n_inputs, n_outputs : int
        Dimensions before and after.
    n_bytes : int
        Bytes that will be written, by those of the first rows.
    seconds : float
        How long the rest will take, by the first rows.
    seconds_to_fit : float
        How long it takes before that to fit the map on all rows; 0: it is fitted.
    n_measured : int
        How many rows were written for that, and removed again.
    n_free : int
        Bytes that are free on the disk.
    target : Path
    """

    name: str
    what: str
    n_rows: int
    n_done: int
    n_inputs: int
    n_outputs: int
    n_bytes: int
    seconds: float
    n_measured: int
    n_free: int
    target: Path
    seconds_to_fit: float = 0.0

    @property
    def fits(self) -> bool:
        """Whether there is room for it."""
        return self.n_bytes <= self.n_free

    @property
    def lines(self) -> list[str]:
        """The same as sentences, one a line."""
        change = f"{self.n_inputs:,}"
        if self.what:
            change += f" → {self.n_outputs:,}"
        done = f"; {self.n_done:,} of them are written already" if self.n_done else ""
        first = f"{self.name}: {counted(self.n_rows, 'row')} × {change}"
        return [
            f"{first}{f', {self.what}' if self.what else ''}{done}.",
            f"About {in_words(self.n_bytes)} will be written to {self.target}, "
            f"{in_words(self.n_free)} are free{'' if self.fits else ': that is not enough'}.",
            f"About {duration_in_words(self.seconds + self.seconds_to_fit)}"
            f"{', with fitting the map on all rows' * bool(self.seconds_to_fit)}; measured on the "
            f"first {counted(self.n_measured, 'row')}.",
        ]


def estimate_copy(plan: CopyPlan, report: Report = silent) -> CopyEstimate:
    """Return what a copy will be. Some rows are written beside the target and removed again.

    Parameters
    ----------
    plan : CopyPlan
    report : Report

    Raises
    ------
    UserError
        As the copy itself would, of its first rows.
    """
    source, work = plan.source, plan.work
    report(0.0, "trying the first rows")
    n_done = sum(each.n_read for each in work.done().values())
    try:
        trial = _trial(plan, report)
    except OSError as error:
        raise UserError(
            f"{work.target.name} cannot be written: {error.strerror or error}. Choose another "
            "place."
        ) from error
    n_measured = max(trial.n_rows, 1)
    return CopyEstimate(
        source.name,
        plan.row_map.description,
        source.n_rows,
        n_done,
        source.dimensions,
        plan.row_map.n_outputs,
        round(trial.n_bytes * source.n_rows / n_measured),
        trial.seconds * max(source.n_rows - n_done, 0) / n_measured,
        trial.n_rows,
        shutil.disk_usage(work.target.parent).free,
        work.target,
    )


@dataclass
class _Trial:
    """What was measured."""

    n_rows: int = 0
    n_bytes: int = 0
    seconds: float = 0.0


def _trial(plan: CopyPlan, report: Report) -> _Trial:
    found, start = _Trial(), perf_counter()

    def count(block: SourceBlock, n_bad: int) -> None:
        report(0.5, "trying the first rows")
        found.n_rows += len(block.vectors) + block.n_without

    with tempfile.TemporaryDirectory(prefix=".embedviz-", dir=plan.work.target.parent) as folder:
        writer = target_of(plan.work.target, Path(folder) / "rows")
        with closing(_first_tables(plan, count, start)) as tables:
            writer.write_part(0, tables, plan.schema)
        found.seconds = perf_counter() - start
        found.n_bytes = sum(
            (Path(place) / name).stat().st_size
            for place, _, names in os.walk(folder)
            for name in names
        )
    return found


def _first_tables(
    plan: CopyPlan, count: Callable[[SourceBlock, int], None], start: float
) -> Generator[pa.Table]:
    for part in plan.source.parts:
        with closing(plan.tables(part, count)) as tables:
            for table in tables:
                yield table
                if perf_counter() - start > _LONGEST:
                    return


def duration_in_words(seconds: float) -> str:
    """Return "20 seconds", "3 minutes", "2.5 hours"."""
    if seconds < 90:
        return counted(max(1, round(seconds)), "second")
    if seconds < 90 * 60:
        return counted(round(seconds / 60), "minute")
    return f"{seconds / 3600:,.1f} hours"
