"""Scores at positions of the dial: measured when it rests, and kept for when it comes back."""

from __future__ import annotations

from collections import OrderedDict

from embedviz.core.anisotropy.scores import Scores, measure
from embedviz.core.anisotropy.transform import Fit, Transform
from embedviz.core.covariance import PrincipalAxes
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.panes.anisotropy.prepared import DialPosition

_MOST_KEPT = 64


class KnownScores:
    """Scores that were measured, by what they are of: a set as it is, or a position of the dial."""

    def __init__(self) -> None:
        self._known: OrderedDict[VectorSet | DialPosition, Scores] = OrderedDict()

    def of(self, subject: VectorSet | DialPosition) -> Scores | None:
        """Return what is known of a set, or of a position of the dial; None where nothing is."""
        return self._known.get(subject)

    def keep(self, subject: VectorSet | DialPosition, scores: Scores) -> None:
        """Remember scores, and forget the oldest of very many."""
        self._known[subject] = scores
        while len(self._known) > _MOST_KEPT:
            self._known.popitem(last=False)

    def clear(self) -> None:
        """Forget all: a set has been closed."""
        self._known.clear()


def measure_set(vector_set: VectorSet, fit: Fit, report: Report) -> Scores:
    """Return the scores of a set as it is. Runs off the UI thread."""
    return measure(vector_set.vectors, axes=_own_axes(fit), report=report)


def measure_mapped(vector_set: VectorSet, transform: Transform, report: Report) -> Scores:
    """Return the scores of a set with the dial at one position. Runs off the UI thread."""
    report(0.0, "mapping the rows")
    axes = _own_axes(transform.fit)
    return measure(vector_set.vectors, transform.map(), axes=axes, report=report)


def _own_axes(fit: Fit) -> PrincipalAxes | None:
    """Return the axes of all rows of the set, where those of the fit are that."""
    return None if fit.source or fit.left_out else fit.axes
