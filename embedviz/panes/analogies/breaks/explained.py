"""One question explained: its offset, its point, and why the expected answer is not the nearest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embedviz.app.state import State
from embedviz.core.analogies.expected import ExpectedAnswer, explain_expected
from embedviz.core.analogies.explaining import describe_odd_terms
from embedviz.core.arrays import Matrix
from embedviz.core.blocks import scale_to_unit_length
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import one_line
from embedviz.panes.analogies.breaks.measuring import known_relations
from embedviz.panes.analogies.breaks.settings import BreaksSettings
from embedviz.panes.analogies.relation.settings import KeptRelation, RelationSettings
from embedviz.panes.analogies.settings import AnalogySettings


@dataclass(frozen=True)
class WantedQuestion:
    """What is explained: a question of a set, and its answer. A subject of calculations.

    Attributes
    ----------
    vector_set : VectorSet
    positive, negative : tuple of str
    expected : str or None
        None: what a relation gives.
    added : tuple of KeptRelation
        Relations that the user added.
    """

    vector_set: VectorSet
    positive: tuple[str, ...]
    negative: tuple[str, ...]
    expected: str | None
    added: tuple[KeptRelation, ...] = ()

    @classmethod
    def by(cls, state: State) -> WantedQuestion:
        """Return what a state asks for."""
        assert state.active is not None
        asked = state[AnalogySettings]
        expected = state[BreaksSettings].expected_of(asked.labels)
        added = state[RelationSettings].added
        return cls(state.active, asked.positive, asked.negative, expected, added)

    def is_wanted(self, state: State) -> bool:
        """Return whether a state asks for this."""
        return state.active is self.vector_set and WantedQuestion.by(state) == self

    @property
    def terms(self) -> tuple[str, ...]:
        """All terms, positive ones first."""
        return (*self.positive, *self.negative)


@dataclass(frozen=True)
class KnownAnswer:
    """What a relation says of a question: which word is c, and what is the answer."""

    relation: str
    asked: str
    answer: str


@dataclass(frozen=True, eq=False)
class ExplainedQuestion:
    """A question and what it comes to.

    Attributes
    ----------
    wanted : WantedQuestion
    problem : str
        Why there is nothing; empty where there is.
    remarks : tuple of str
        What is odd about the terms.
    found : ExpectedAnswer or None
    expected : int
        Row of the expected answer, -1 where none is known.
    relation : str
        The relation that it is known from; "" where it was given.
    a, b, c : int
        Rows of "a is to b as c is to which"; -1 where the question is no such one.
    lengths, angles : (float, float)
        Of the offset from a to b, and of that from c to the expected answer, or else the first
        one; the angles are those between the two words, in degrees. nan where there is none.
    between : float
        The angle between the two offsets, in degrees.
    """

    wanted: WantedQuestion
    problem: str = ""
    remarks: tuple[str, ...] = ()
    found: ExpectedAnswer | None = None
    expected: int = -1
    relation: str = ""
    a: int = -1
    b: int = -1
    c: int = -1
    lengths: tuple[float, float] = (np.nan, np.nan)
    angles: tuple[float, float] = (np.nan, np.nan)
    between: float = np.nan

    @property
    def best(self) -> int:
        """The nearest row that is no input; -1 where there is none."""
        if self.found is None:
            return -1
        others = self.found.rows[~self.found.are_inputs]
        return int(others[0]) if len(others) else -1

    @property
    def has_failed(self) -> bool:
        """Whether another answer than the expected one is the nearest."""
        return self.expected >= 0 and self.expected != self.best

    def label(self, row: int) -> str:
        """Return the label of a row in one line."""
        return one_line(self.wanted.vector_set.labels[row])


def explain_question(wanted: WantedQuestion, report: Report) -> ExplainedQuestion:
    """Return what becomes of a question. Runs off the UI thread."""
    report(0.0, "explaining the question")
    vector_set = wanted.vector_set
    missing = next((each for each in wanted.terms if each not in vector_set), None)
    if missing is not None:
        return ExplainedQuestion(
            wanted,
            f"“{one_line(missing)}” is not a label in this set. Choose words that are on the page "
            "Analogy, or a line of the other view of this page.",
        )
    if not wanted.positive:
        return ExplainedQuestion(wanted, "Nothing is asked: a question needs a term with a plus.")
    known = _known_answer(wanted)
    expected, relation, problem = _expected(wanted, known)
    if problem:
        return ExplainedQuestion(wanted, problem)
    a, b, c = _roles(wanted, known)
    rows = [[vector_set.row(each) for each in side] for side in (wanted.positive, wanted.negative)]
    found = explain_expected(
        vector_set, rows[0], rows[1], None if expected < 0 else expected, None if c < 0 else c
    )
    remarks = describe_odd_terms(vector_set, wanted.positive, wanted.negative)
    explained = ExplainedQuestion(wanted, "", remarks, found, expected, relation, a, b, c)
    if found.explanation.cancels:
        said = "The terms cancel out: nothing is left to be near to."
        return ExplainedQuestion(wanted, said, remarks)
    end = expected if expected >= 0 else explained.best
    if a < 0 or end < 0:
        return explained
    lengths, angles, between = _offsets(vector_set.vectors[[a, b, c, end]])
    return ExplainedQuestion(
        wanted, "", remarks, found, expected, relation, a, b, c, lengths, angles, between
    )


def _known_answer(wanted: WantedQuestion) -> KnownAnswer | None:
    """Return the answer that a relation gives, where a and b are one of its pairs."""
    if (len(wanted.positive), len(wanted.negative)) != (2, 1):
        return None
    a = wanted.negative[0]
    for name, pairs in known_relations(wanted.vector_set, wanted.added).items():
        for way in (pairs, [(second, first) for first, second in pairs]):
            seconds = dict(reversed(way))
            for b, c in (wanted.positive, wanted.positive[::-1]):
                if (a, b) in way and c in seconds and seconds[c] not in wanted.terms:
                    return KnownAnswer(name, c, seconds[c])
    return None


def _expected(wanted: WantedQuestion, known: KnownAnswer | None) -> tuple[int, str, str]:
    """Return the row of the expected answer, where it is from, and what is wrong with it."""
    given = wanted.expected
    if given is None:
        return (-1, "", "") if known is None else (_row(wanted, known.answer), known.relation, "")
    if given not in wanted.vector_set:
        return -1, "", f"The expected “{one_line(given)}” is not a label in this set."
    if given in wanted.terms:
        said = f"“{one_line(given)}” is a word of the question, so it cannot be the answer."
        return -1, "", said
    vector = wanted.vector_set.vectors[_row(wanted, given)]
    if not (vector.any() and np.isfinite(vector).all()):
        said = f"The expected “{one_line(given)}” has no direction: it is zero, or holds NaN."
        return -1, "", said
    is_known = known is not None and known.answer == given
    return _row(wanted, given), known.relation if is_known and known else "", ""


def _row(wanted: WantedQuestion, label: str) -> int:
    return int(wanted.vector_set.row(label))


def _roles(wanted: WantedQuestion, known: KnownAnswer | None) -> tuple[int, int, int]:
    """Return the rows a, b and c of "a is to b as c is to which"; -1 where it is another one."""
    if (len(wanted.positive), len(wanted.negative)) != (2, 1):
        return -1, -1, -1
    b, c = wanted.positive
    if known is not None and known.asked == b:
        b, c = c, b
    return _row(wanted, wanted.negative[0]), _row(wanted, b), _row(wanted, c)


def _offsets(vectors: Matrix) -> tuple[tuple[float, float], tuple[float, float], float]:
    """Return lengths of a → b and c → d, the angles between their ends, and between the two."""
    rows = vectors.astype(np.float64)
    scale_to_unit_length(rows)
    offsets = np.stack([rows[1] - rows[0], rows[3] - rows[2]])
    lengths = np.linalg.norm(offsets, axis=1)
    angles = np.degrees(2 * np.arcsin(np.clip(lengths / 2, 0, 1)))
    scale_to_unit_length(offsets)
    cosine = float(np.clip(offsets[0] @ offsets[1], -1, 1)) if lengths.all() else float("nan")
    between = float(np.degrees(np.arccos(cosine)))
    first, second = lengths.tolist()
    return (first, second), (float(angles[0]), float(angles[1])), between
