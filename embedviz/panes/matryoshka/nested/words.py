"""Words of the page about nesting: where the nested version is better, and where it is not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embedviz.core.arrays import Rows
from embedviz.core.matryoshka.nesting import Nested, NestedComparison
from embedviz.core.matryoshka.nesting.comparison import Floats
from embedviz.core.notes import counted

SAME = 0.002
"""Differences up to this are not called better or worse."""
_MEASURES = {
    "spearman": "Spearman",
    "top1": "top-1 retrieval",
    "knn": "k-NN accuracy",
    "overlap": "overlap@10 with the set itself",
}
_JUDGED = {"spearman": "pair", "top1": "pair", "knn": "row", "overlap": "row"}


def title_of(comparison: NestedComparison) -> str:
    """Return what the values of the curves are."""
    judged = counted(comparison.n_judged, f"held-out {_JUDGED[comparison.measure]}")
    measure = _MEASURES[comparison.measure]
    return f"{measure if comparison.measure == 'knn' else measure.capitalize()} of {judged}"


def describe_result(nested: Nested, *, is_training: bool) -> str:
    """Return where the nested version is better, and where it is not."""
    comparison = nested.comparison
    if comparison is None:
        if nested.head is None:
            return "Too few different rows to hold some out, so nothing is judged here."
        return (
            f"Learned from {nested.description}. Nothing is judged: too few different rows to "
            "hold some out."
        )
    if nested.head is None:
        return f"{_against('SVD', comparison.rotated - comparison.before, comparison.lengths)}."
    tense = "So far, nested" if is_training else "Nested"
    over_plain = _against(tense, comparison.nested - comparison.before, comparison.lengths)
    over_svd = _against("It", comparison.nested - comparison.rotated, comparison.lengths, "SVD")
    return f"{over_plain}. {over_svd}."


def describe_setting(nested: Nested, *, is_training: bool) -> str:
    """Return what was learned from, what was held out, and what that means."""
    said = []
    if nested.head is not None:
        stopped = ", stopped" if nested.is_stopped else ""
        said.append(
            f"Learned from {nested.description} at temperature {nested.temperature:g}, "
            f"{counted(nested.n_steps, 'step')}{stopped}."
        )
    if nested.comparison is not None:
        used = nested.n_learned + nested.n_held
        drawn = f", of {nested.n_rows:,}" if used < nested.n_rows else ""
        said.append(
            f"Judged on {nested.n_held:,} other rows{drawn}, with which nothing was learned and "
            "no rotation found."
        )
        if nested.comparison.measure == "overlap" and not is_training:
            said.append(
                "Overlap compares the set with itself, which a rotation serves best and training "
                "must change: add judged pairs or a category to see what the neighbors are worth."
            )
    return " ".join(said)


def _against(
    name: str, gains: Floats, lengths: Sequence[int], other: str = "the set as it is"
) -> str:
    """Return at which lengths something is better, as good or worse than something else."""
    known = np.where(np.isfinite(gains), gains, 0.0)
    better, worse = np.flatnonzero(known > SAME), np.flatnonzero(known < -SAME)
    said = []
    if len(better):
        said.append(f"better than {other} at {_ranges(better, lengths)}{_most(known[better])}")
    if len(worse):
        than = "" if len(better) else f" than {other}"
        said.append(f"worse{than} at {_ranges(worse, lengths)}{_most(-known[worse])}")
    if not said:
        return f"{name} is as good as {other} at all lengths, within {SAME:g}"
    if len(better) + len(worse) < len(known):
        said.append("as good at the others")
    return f"{name} is {'; '.join(said)}"


def _most(gains: Floats) -> str:
    largest = gains.max()
    return f", by {'up to ' if len(gains) > 1 else ''}{largest:.3f}"


def _ranges(places: Rows, lengths: Sequence[int]) -> str:
    """Return lengths in words, adjacent ones as a range: "8–64 and 384"."""
    runs: list[list[int]] = []
    for place in places.tolist():
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    words = [
        f"{lengths[run[0]]:,}" if len(run) == 1 else f"{lengths[run[0]]:,}–{lengths[run[-1]]:,}"
        for run in runs
    ]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
