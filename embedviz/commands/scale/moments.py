"""`embedviz moments`: what the mean and the covariance of all rows of a folder of Parquet say."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from embedviz.commands.terminal import say, tell_stopped, terminal_report
from embedviz.core.notes import counted

if TYPE_CHECKING:
    from embedviz.sources.cluster import AllRowsMoments


def moments(arguments: Sequence[str]) -> int:
    """Say how isotropic all rows are, however many; they are read in parts, never loaded."""
    from embedviz.sources.cluster import ParquetRows, moments_of_all

    options = _parser().parse_args(arguments)
    report = terminal_report()
    try:
        rows = ParquetRows.of(Path(options.source).expanduser(), options.vector_column or "")
        found = moments_of_all(rows, report)
    except KeyboardInterrupt:
        return tell_stopped()
    report(1.0, "measured")
    say(json.dumps(_as_object(found)) if options.json else _in_words(found))
    return 0


def _numbers(found: AllRowsMoments) -> dict[str, float]:
    return {
        "mean_cosine": found.mean_cosine,
        "iso_score": found.iso_score,
        "effective_rank": found.effective_rank,
        "participation_ratio": found.participation_ratio,
    }


def _as_object(found: AllRowsMoments) -> dict[str, object]:
    numbers = {name: value if value == value else None for name, value in _numbers(found).items()}
    return {
        "name": found.name,
        "n_rows": found.axes.n_rows,
        "dimensions": found.axes.dimensions,
        "n_not_finite": found.n_not_finite,
        "n_left_out": found.n_left_out,
        **numbers,
    }


def _in_words(found: AllRowsMoments) -> str:
    axes = found.axes
    lines = [f"{found.name}: all {axes.n_rows:,} rows × {axes.dimensions:,}"]
    if found.n_not_finite:
        lines.append(f"{counted(found.n_not_finite, 'row')} with NaN or infinities not counted")
    if found.n_left_out:
        lines.append(
            f"{counted(found.n_left_out, 'row')} without a vector of this length not counted"
        )
    for name, value in _numbers(found).items():
        shown = "–" if value != value else f"{value:.4f}"
        lines.append(f"{name.replace('_', ' '):20} {shown}")
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="embedviz moments",
        description="Say how isotropic all rows of a folder of Parquet are, from their mean and "
        "covariance. They are read in parts by Dask, in threads of this machine, so there may be "
        "more than fit into memory.",
    )
    parser.add_argument("source", metavar="FOLDER", help="a folder of Parquet, or one such file")
    parser.add_argument(
        "--vector-column", metavar="NAME", help="column of lists of floats that holds the vectors"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser
