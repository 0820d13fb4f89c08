"""What was measured of a set: how questions are answered with the offset, and without it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from embedviz.app.state import State
from embedviz.core.analogies.asked_couples import AskedCouples, couples_of_questions
from embedviz.core.analogies.baselines import (
    WAYS,
    Couples,
    OffsetSizes,
    answer_baselines,
    couples_of,
    measure_offsets,
)
from embedviz.core.arrays import Rows
from embedviz.core.errors import UserError
from embedviz.core.progress import Report, part_of, silent
from embedviz.core.vector_set import VectorSet
from embedviz.panes.analogies.benchmark.asked import QuestionSource
from embedviz.panes.analogies.benchmark.settings import BenchmarkSettings
from embedviz.panes.analogies.relation.offered import OfferedRelation
from embedviz.panes.analogies.relation.settings import KeptRelation, RelationSettings
from embedviz.panes.analogies.relations import Pair, relations_in

MOST_COMPARED = 6
"""Other sets that are measured beside the active one."""
_MOST_BANDS = 6


@dataclass(frozen=True)
class WantedBreaks:
    """What is measured: a set, and others with the same rows. A subject of calculations.

    Attributes
    ----------
    vector_set : VectorSet
    others : tuple of VectorSet
        Open sets that may be versions of it.
    added : tuple of KeptRelation
        Relations that the user added.
    path : str
        File of questions that are asked in place of what relations make; empty: none. It is that
        of the benchmark.
    case_insensitive : bool
        Whether the words of such a file are compared in any case.
    """

    vector_set: VectorSet
    others: tuple[VectorSet, ...] = ()
    added: tuple[KeptRelation, ...] = ()
    path: str = ""
    case_insensitive: bool = True

    @classmethod
    def by(cls, state: State) -> WantedBreaks:
        """Return what a state asks for."""
        active = state.active
        assert active is not None
        others = (each for each in state.sets if each is not active and len(each) == len(active))
        added = state[RelationSettings].added
        benchmark = state[BenchmarkSettings]
        asked = benchmark.path, benchmark.case_insensitive
        return cls(active, tuple(others)[:MOST_COMPARED], added, *asked)

    def is_wanted(self, state: State) -> bool:
        """Return whether a state asks for this."""
        return state.active is self.vector_set and WantedBreaks.by(state) == self

    def asks_same(self, other: WantedBreaks) -> bool:
        """Return whether the same set is asked from the same file, or from relations."""
        return self.vector_set is other.vector_set and self.path == other.path


@dataclass(frozen=True)
class Shares:
    """How some questions are answered: shares from 0 to 1, nan of no questions.

    Attributes
    ----------
    n_questions : int
    right : tuple of float
        Right answers by each of the `WAYS`.
    nearest_c, nearest_b, nearest_a : float
        How often the row nearest to b − a + c is c, b or a.
    """

    n_questions: int
    right: tuple[float, ...]
    nearest_c: float
    nearest_b: float
    nearest_a: float

    def of(self, way: str) -> float:
        """Return the share of right answers by one of the `WAYS`."""
        return self.right[WAYS.index(way)]

    @property
    def nearest_input(self) -> float:
        """How often the row nearest to b − a + c is one of the three."""
        return self.nearest_c + self.nearest_b + self.nearest_a

    @property
    def gain(self) -> float:
        """What the offset adds to the nearest neighbor of c."""
        return self.of("offset") - self.of("neighbor")


@dataclass(frozen=True, eq=False)
class RelationBreak:
    """One relation of the set.

    Attributes
    ----------
    name : str
    n_pairs : int
    shares : Shares
    offsets : OffsetSizes
    wrong : int array of shape (n_wrong,)
        Numbers of the questions with a wrong answer, those of the most frequent words first.
    """

    name: str
    n_pairs: int
    shares: Shares
    offsets: OffsetSizes
    wrong: Rows


@dataclass(frozen=True)
class BandBreak:
    """Questions by the rarest word: of the rows from `first` up to `last`, which is not in it."""

    first: int
    last: int
    shares: Shares


@dataclass(frozen=True, eq=False)
class MeasuredBreaks:
    """All that is known of a set.

    Attributes
    ----------
    wanted : WantedBreaks
    relations : tuple of RelationBreak
        Empty where the set has none with two pairs.
    couples : Couples
    answers : int array of shape (n_questions, n_ways)
    shares : Shares
        Of all questions.
    offsets : OffsetSizes
        Of all pairs; between two offsets of one relation.
    bands : tuple of BandBreak
    others : tuple of (VectorSet, Shares, tuple of Shares)
        Versions of the set: of all questions, and of each relation.
    is_done : bool
        Whether nothing more will be known.
    n_skipped : int
        Questions of a file that could not be asked.
    problem : str
        Why there is nothing; empty where there is something, or the set has no relations.
    """

    wanted: WantedBreaks
    relations: tuple[RelationBreak, ...]
    couples: Couples
    answers: Rows
    shares: Shares
    offsets: OffsetSizes
    bands: tuple[BandBreak, ...] = ()
    others: tuple[tuple[VectorSet, Shares, tuple[Shares, ...]], ...] = ()
    is_done: bool = True
    n_skipped: int = 0
    problem: str = ""

    @property
    def n_rows(self) -> int:
        """How many rows there are that may be answers."""
        return len(self.wanted.vector_set)

    @property
    def chance(self) -> float:
        """Share of right answers where one of all rows but the inputs is drawn."""
        return 1 / max(self.n_rows - 3, 1)

    def relation(self, name: str | None) -> RelationBreak | None:
        """Return the relation of a name, or else the one of which the fewest answers are right."""
        asked = [each for each in self.relations if each.shares.n_questions]
        named = (each for each in self.relations if each.name == name)
        worst = min(asked, key=lambda each: each.shares.of("offset"), default=None)
        return next(named, worst)


Tell = Callable[[MeasuredBreaks], None]


def measure_breaks(wanted: WantedBreaks, report: Report, tell: Tell) -> MeasuredBreaks:
    """Ask all questions that the relations of a set make. Runs off the UI thread.

    Parameters
    ----------
    wanted : WantedBreaks
    report : callable
    tell : callable
        Called with what is known of the set itself, before other sets are measured.
    """
    report(0.0, "looking for relations")
    vector_set = wanted.vector_set
    problem = ""
    try:
        names, pairs, couples, n_skipped = _asked(wanted)
    except UserError as error:
        names, pairs, couples, n_skipped = (), [], couples_of((), 0), 0
        problem = str(error)
    others = [each for each in wanted.others if has_same_labels(each, vector_set)]
    if not names:
        others = []
    part = 1 / (1 + len(others))
    answers = answer_baselines(vector_set, couples.rows, part_of(report, 0.0, part))
    marks = marks_of(couples, answers)
    relations, bands = _broken_down(vector_set, names, pairs, couples, marks)
    whole = shares_of(marks)
    known = MeasuredBreaks(
        wanted,
        relations,
        couples,
        answers,
        whole,
        _mean_offsets(relations),
        bands,
        is_done=not others,
        n_skipped=n_skipped,
        problem=problem,
    )
    if not others:
        return known
    tell(known)
    compared = []
    for place, other in enumerate(others, 1):
        within = part_of(report, place * part, (place + 1) * part)
        given = marks_of(couples, answer_baselines(other, couples.rows, within))
        each = (shares_of(given, couples.relations == i) for i in range(len(pairs)))
        compared.append((other, shares_of(given), tuple(each)))
    return replace(known, others=tuple(compared), is_done=True)


def _asked(wanted: WantedBreaks) -> AskedCouples:
    """Return the questions of a file, or else those that the relations of a set make."""
    vector_set = wanted.vector_set
    if not wanted.path:
        found = known_relations(vector_set, wanted.added)
        pairs = [_rows_of(vector_set, each) for each in found.values()]
        return AskedCouples(tuple(found), pairs, couples_of(pairs, len(vector_set)), 0)
    questions = QuestionSource(wanted.path, None).read(silent)
    return couples_of_questions(vector_set, questions, case_insensitive=wanted.case_insensitive)


def known_relations(vector_set: VectorSet, added: Sequence[KeptRelation]) -> dict[str, list[Pair]]:
    """Return the pairs of all relations of a set by name: those that were added, then bundled ones.

    Relations with one pair in the set ask nothing, and are left out.
    """
    found: dict[str, list[Pair]] = {}
    for each in added[::-1]:
        pairs = OfferedRelation.of_kept(each).pairs_in(vector_set)
        ends = ((a, (b,) if isinstance(b, str) else b) for a, b in pairs if a in vector_set)
        held = [(a, b) for a, seconds in ends for b in seconds if b in vector_set]
        if len(held) > 1:
            found[each.name] = held
    for name, bundled in relations_in(vector_set).items():
        found.setdefault(name, bundled)
    return found


def has_same_labels(one: VectorSet, other: VectorSet) -> bool:
    """Return whether two sets have the same label in each row."""
    return one.labels is other.labels or tuple(one.labels) == tuple(other.labels)


class AnswerMarks(NamedTuple):
    """Which answers are right, (n_questions, n_ways), and which nearest rows are a, b or c."""

    right: NDArray[np.bool_]
    own: NDArray[np.bool_]


def marks_of(couples: Couples, answers: Rows) -> AnswerMarks:
    """Return how each question is answered by each of the `WAYS`."""
    right = np.column_stack([couples.are_right(answers[:, way]) for way in range(len(WAYS))])
    return AnswerMarks(right, answers[:, 1, np.newaxis] == couples.rows[:, :3])


def shares_of(marks: AnswerMarks, chosen: NDArray[np.bool_] | slice = slice(None)) -> Shares:
    """Return how the chosen questions are answered."""
    right, own = marks.right[chosen], marks.own[chosen]
    if not len(right):
        return Shares(0, (np.nan,) * len(WAYS), np.nan, np.nan, np.nan)
    a, b, c = own.mean(axis=0).tolist()
    return Shares(len(right), tuple(right.mean(axis=0).tolist()), c, b, a)


def _rows_of(vector_set: VectorSet, pairs: Sequence[Pair]) -> Rows:
    rows = [(vector_set.row(first), vector_set.row(second)) for first, second in pairs]
    return np.asarray(rows, np.intp).reshape(-1, 2)


def _broken_down(
    vector_set: VectorSet,
    names: Sequence[str],
    pairs: Sequence[Rows],
    couples: Couples,
    marks: AnswerMarks,
) -> tuple[tuple[RelationBreak, ...], tuple[BandBreak, ...]]:
    """Return what was measured by relation, and by how far down the rarest word is."""
    rarest = couples.rows.max(axis=1, initial=0)
    right = marks.right[:, 0]
    relations = []
    for place, (name, each) in enumerate(zip(names, pairs, strict=True)):
        chosen = couples.relations == place
        wrong = np.flatnonzero(chosen & ~right)
        wrong = wrong[np.argsort(rarest[wrong], kind="stable")]
        offsets = measure_offsets(vector_set.vectors, each, couples.rows[chosen])
        shares = shares_of(marks, chosen)
        relations.append(RelationBreak(name, len(each), shares, offsets, wrong))
    edges = band_edges(rarest, len(vector_set))
    bands = [
        BandBreak(first, last, shares_of(marks, (rarest >= first) & (rarest < last)))
        for first, last in pairwise(edges)
    ]
    return tuple(relations), tuple(bands)


def band_edges(rarest: Rows, n_rows: int) -> list[int]:
    """Return the ends of bands of rows: round numbers, with some questions in each.

    Parameters
    ----------
    rarest : int array of shape (n_questions,)
        The last row of each question.
    n_rows : int
    """
    if not len(rarest):
        return []
    edges = [0]
    for share in range(1, _MOST_BANDS):
        edge = _rounded(float(np.quantile(rarest, share / _MOST_BANDS)))
        if edges[-1] < edge < n_rows:
            edges.append(edge)
    return [*edges, n_rows]


def _rounded(value: float) -> int:
    """Return a number with one digit, or two where the first is a one."""
    size = 10 ** max(len(str(int(value))) - 1, 0)
    step = size / 2 if value < 2 * size else size
    return int(round(value / step) * step)


def _mean_offsets(relations: Sequence[RelationBreak]) -> OffsetSizes:
    """Return the means over relations, each as much as it has pairs."""
    weights = np.array([each.n_pairs for each in relations], float)
    found = []
    for name in ("length", "angle", "between", "to_c", "to_b", "to_answer"):
        values = np.array([getattr(each.offsets, name) for each in relations])
        known = ~np.isnan(values)
        total = float(weights[known].sum()) if known.any() else 0.0
        found.append(float(values[known] @ weights[known]) / total if total else float("nan"))
    return OffsetSizes(*found)
