"""Measuring of word similarity, off the UI thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embedviz.app.judged_pairs import describe_unmatched, pairs_of
from embedviz.app.state import State
from embedviz.core.analogies.judged_rows import similarity_of_rows
from embedviz.core.analogies.similarity import (
    SimilarityReport,
    evaluate_similarity,
    read_judged_pairs,
)
from embedviz.core.arrays import Rows, Vector
from embedviz.core.errors import UserError
from embedviz.core.pairs import Pairs
from embedviz.core.progress import Report, part_of
from embedviz.core.vector_set import VectorSet
from embedviz.panes.analogies.similarity.settings import SimilaritySettings

NAMED = 40
"""Pairs that are named on the picture, at most: where cosine and judgment disagree most."""


@dataclass(frozen=True)
class SimilarityRun:
    """Pairs that are measured in a set. A subject of calculations.

    Attributes
    ----------
    vector_set : VectorSet
    path : str
        Empty: `pairs` are measured.
    pairs : Pairs or None
    ignore_case : bool
    """

    vector_set: VectorSet
    path: str
    pairs: Pairs | None
    ignore_case: bool

    @classmethod
    def of(cls, state: State) -> SimilarityRun | None:
        """Return what a state asks for; None where there are no pairs."""
        own, active = state[SimilaritySettings], state.active
        if active is None:
            return None
        pairs = None if own.path else chosen_pairs(state)
        if not own.path and pairs is None:
            return None
        return cls(active, own.path, pairs, own.ignore_case)

    def is_wanted(self, state: State) -> bool:
        """Return whether a state asks for this."""
        return SimilarityRun.of(state) == self


def judged_pairs_of(state: State) -> list[Pairs]:
    """Return the pairs of the active set that have scores, the newest first."""
    assert state.active is not None
    return [each for each in pairs_of(state.pairs, state.active)[::-1] if each.scores is not None]


def chosen_pairs(state: State) -> Pairs | None:
    """Return the chosen pairs of the active set, or else the newest; None where it has none."""
    found, name = judged_pairs_of(state), state[SimilaritySettings].judge
    return next((each for each in found if each.name == name), next(iter(found), None))


@dataclass(frozen=True, eq=False)
class MeasuredSimilarity:
    """What is known of pairs in a set.

    Attributes
    ----------
    run : SimilarityRun
    report : SimilarityReport or None
    gaps : float64 array of shape (n_pairs,)
        Place by cosine minus place by judgment, as a share of all places: -1 to 1.
    order : int array of shape (n_pairs,)
        The pairs, those with the largest gap first.
    skipped : list of (str, str, float)
        Pairs with a word that is not in the set, and their judgments.
    problem : str
        Why there is no report.
    note : str
        What else is to be said.
    """

    run: SimilarityRun
    report: SimilarityReport | None = None
    gaps: Vector | None = None
    order: Rows | None = None
    skipped: tuple[tuple[str, str, float], ...] = ()
    problem: str = ""
    note: str = ""


def measure_similarity(run: SimilarityRun, report: Report) -> MeasuredSimilarity:
    """Measure pairs in a set. Runs off the UI thread."""
    report(0.0, "reading the pairs")
    try:
        found, skipped, note = _measured(run, report)
    except UserError as error:
        return MeasuredSimilarity(run, problem=str(error))
    gaps = found.rank_differences()
    order = np.argsort(-np.abs(gaps), kind="stable")
    return MeasuredSimilarity(run, found, gaps, order, tuple(skipped), note=note)


def _measured(
    run: SimilarityRun, report: Report
) -> tuple[SimilarityReport, list[tuple[str, str, float]], str]:
    if run.pairs is not None:
        note = describe_unmatched(run.pairs)
        return similarity_of_rows(run.vector_set, run.pairs, report), [], note
    path = Path(run.path).expanduser()
    if not path.exists():
        raise UserError(f"{path} is not there any more. Choose where it is now.")
    judged = read_judged_pairs(path)
    rest = part_of(report, 0.1, 1.0)
    found = evaluate_similarity(run.vector_set, judged, run.ignore_case, report=rest)
    skipped, place = [], 0
    for pair in judged.pairs:  # Those that count are in the order of the file.
        is_next = place < found.n_pairs and found.words[place] == (pair.first, pair.second)
        if is_next and found.scores[place] == pair.score:
            place += 1
        else:
            skipped.append((pair.first, pair.second, pair.score))
    return found, skipped, ""
