"""Sentences that say what is seen."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from embedviz.core.notes import counted
from embedviz.panes.training.run import MapView, WatchedRun, consistency
from embedviz.panes.training.settings import SOURCES, TrainingPaneSettings
from embedviz.sources.training.recording import TrainingFrame

_BEFORE, _EARLY, _LATE = 0.001, 0.15, 0.999
_PARALLEL = 0.3
"""Mean cosine of offsets from which on arrows are called parallel."""


def describe_run(run: WatchedRun, view: MapView, share: float) -> str:
    """Return what the map shows."""
    words = _of(run)
    if not view.is_whole:
        words = f"{counted(len(np.unique(run.relations[view.relation])), 'word')}"
    drawn = f"PCA of {words}, {100 * share:.0f} % of their variance"
    return f"{drawn} · turned so that only learning moves them"


def _of(run: WatchedRun) -> str:
    assert run.vocabulary is not None
    shown, all_words = len(run.vocabulary.shown), len(run.vocabulary.words)
    if shown == all_words:
        return counted(all_words, "word")
    return f"{shown:,} of {all_words:,} words"


def describe_moment(run: WatchedRun, frame: TrainingFrame, relation: str) -> str:
    """Return what there is to be seen in a frame, for somebody who sees it for the first time."""
    if frame.fraction < _BEFORE:
        return (
            "Before training every word has a random place. Watch: words that occur in similar "
            "contexts move toward each other, because they have to predict the same neighbors."
        )
    first = "Words in similar contexts end up close: "
    if frame.fraction < _EARLY:
        return first + "frequent words find their places first, the others follow."
    pairs = run.relations.get(relation)
    if pairs is None:
        return first + "click one to see its neighbors change as it learns."
    number = consistency(frame, pairs)
    if math.isnan(number):
        return first + f"{relation} has no offsets to compare."
    ends = f"each arrow goes from a word to its partner ({relation}). "
    if number < _PARALLEL:
        yet = " yet" if frame.fraction < _LATE else ""
        return f"{first}{ends}They are not parallel{yet}: mean cosine {number:.2f} of 1."
    return f"{first}{ends}They are parallel now (mean cosine {number:.2f}), so analogies work."


def describe_frame(run: WatchedRun, frame: TrainingFrame, is_newest: bool) -> str:
    """Return where a frame is in the run."""
    if is_newest:
        return f"epoch {frame.epoch} of {run.settings.epochs}"
    return f"at {100 * frame.fraction:.0f} %"


def describe_progress(title: str, run: WatchedRun, frame: TrainingFrame) -> str:
    """Return how fast a training is and how long it still takes, or how it has ended.

    Both are means since it began: words that are read, also those that are skipped.
    """
    if run.is_figure:
        return f"{title} · {counted(run.settings.epochs, 'epoch')}"  # The same each time.
    if run.trained is not None:
        seconds = f"{run.trained.seconds:,.0f} s"
        if run.trained.is_partial:
            return f"{title} · stopped at {100 * run.trained.fraction:.0f} %, after {seconds}"
        return f"{title} · trained in {seconds}"
    if not run.is_training or not frame.fraction or run.vocabulary is None:
        return title
    newest = run.recording[len(run.recording) - 1]
    n_words = newest.fraction * run.vocabulary.n_tokens * run.settings.epochs
    left = newest.seconds * (1 - newest.fraction) / newest.fraction
    speed = n_words / max(newest.seconds, 1e-3)
    return f"{title} · {speed:,.0f} words/s · {left:,.0f} s left"


def title_of(settings: TrainingPaneSettings) -> str:
    """Return the name of a corpus."""
    if settings.source == "file":
        name = Path(settings.path).name
        return f"{name} · {settings.column}" if settings.column else name
    return next((words for words, source in SOURCES if source == settings.source), "")
