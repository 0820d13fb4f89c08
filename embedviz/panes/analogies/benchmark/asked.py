"""What the page asks: which questions, of which set, by which methods and rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from embedviz.app.state import State, derived_by
from embedviz.core.analogies.benchmark import (
    BenchmarkReport,
    QuestionSet,
    read_questions,
    relation_questions,
)
from embedviz.core.analogies.benchmark.questions import (
    MOST_OF_A_RELATION,
    Kind,
    crossed,
    grouped,
)
from embedviz.core.analogies.scoring import METHODS, Method
from embedviz.core.derivation.recipes import Recipe, Truncated, Whitened
from embedviz.core.errors import UserError
from embedviz.core.progress import Report
from embedviz.core.samples import load_relations
from embedviz.core.vector_set import VectorSet
from embedviz.panes.analogies.benchmark.settings import PREFIX, SET, BenchmarkSettings
from embedviz.panes.analogies.relations import planted_in
from embedviz.panes.analogies.settings import AnalogySettings

BUNDLED = "bundled relations"
_FORMS = ("adjective", "noun", "present", "singular", "verb", "British")
"""What the names of bundled relations between forms of words begin with."""
_CHEAP = 3e10
"""Multiplications, or as much time, up to which questions are asked without being told to."""
_OF_A_SCORE = 10
"""Multiplications that take as long as one score of one row."""


@dataclass(frozen=True)
class QuestionSource:
    """Where questions are from. A subject of calculations.

    Attributes
    ----------
    path : str
        Empty: the bundled relations.
    vector_set : VectorSet or None
        Whose relations are asked, where there is no file.
    """

    path: str
    vector_set: VectorSet | None

    @classmethod
    def of(cls, state: State) -> QuestionSource:
        """Return what a state asks for."""
        path = state[BenchmarkSettings].path
        return cls(path, None if path else state.active)

    def is_wanted(self, state: State) -> bool:
        """Return whether a state asks for this."""
        return QuestionSource.of(state) == self

    def read_or_why_not(self, report: Report) -> QuestionSet | str:
        """Return the questions, or why they cannot be read. Runs off the UI thread."""
        try:
            return self.read(report)
        except UserError as error:
            return str(error)

    def read(self, report: Report) -> QuestionSet:
        """Return the questions. Runs off the UI thread.

        Raises
        ------
        UserError
            When a file is not there, or cannot be read.
        """
        report(0.0, "reading the questions")
        if not self.path:
            assert self.vector_set is not None
            planted = planted_in(self.vector_set)
            return (
                _bundled_questions() if not planted else relation_questions(planted, name=BUNDLED)
            )
        path = Path(self.path).expanduser()
        if not path.exists():
            raise UserError(
                f"{path} is not there any more. Choose where it is now, or ask the bundled "
                "relations."
            )
        return read_questions(path)


@dataclass(frozen=True)
class BenchmarkRun:
    """Questions that are asked of one set. A subject of calculations, and the key of its results.

    Attributes
    ----------
    vector_set : VectorSet
    source : QuestionSource
    methods : tuple of Method
    restrict_vocab : int or None
    case_insensitive, dummy4unknown : bool
    recipe : Recipe or None
        What is made of the set first; None: it is asked as it is.
    """

    vector_set: VectorSet
    source: QuestionSource
    methods: tuple[Method, ...]
    restrict_vocab: int | None
    case_insensitive: bool
    dummy4unknown: bool
    recipe: Recipe | None = None

    @classmethod
    def of(cls, state: State) -> BenchmarkRun:
        """Return what a state asks of its active set."""
        assert state.active is not None
        own = state[BenchmarkSettings]
        methods = METHODS if own.all_methods else (state[AnalogySettings].method,)
        return cls(
            state.active,
            QuestionSource.of(state),
            methods,
            own.restrict_vocab,
            own.case_insensitive,
            own.dummy4unknown,
        )

    def is_wanted(self, state: State) -> bool:
        """Return whether a state asks for this."""
        return state.active is not None and self in (BenchmarkRun.of(state), compared_run(state))

    def answers(self, other: BenchmarkRun) -> bool:
        """Return whether what comes of this is also what another run asks for."""
        is_like = replace(self, methods=other.methods) == other
        return is_like and set(other.methods) <= set(self.methods)

    def asks_same(self, other: BenchmarkRun) -> bool:
        """Return whether the same questions are asked of the same rows, by any rules."""
        one, two = (self.vector_set, self.source, self.recipe), (other.vector_set, other.source)
        return one == (*two, other.recipe)


def compared_run(state: State) -> BenchmarkRun | None:
    """Return what a state asks of the set that the active one is compared with; None: nothing."""
    active, own = state.active, state[BenchmarkSettings]
    if active is None:
        return None
    base, method = BenchmarkRun.of(state), state[AnalogySettings].method
    other: VectorSet | None = active
    recipe: Recipe | None = None
    if own.compare == "whitened":
        recipe = Whitened()
    elif own.compare.startswith(PREFIX):
        length = own.prefix_compared
        recipe = None if length is None else Truncated(length)
    else:
        other = _set_named(state, own.compare.removeprefix(SET)) if own.compare else None
    if other is None or (recipe is None and other is active):
        return None
    known = None if recipe is None else derived_by(state, active, recipe)
    if known is not None:  # It is in the library already.
        other, recipe = known, None
    return BenchmarkRun(
        other,
        base.source,
        (method,),
        base.restrict_vocab,
        base.case_insensitive,
        base.dummy4unknown,
        recipe,
    )


@dataclass(frozen=True)
class WantedComparison:
    """Two results that are compared. A subject of calculations."""

    run: BenchmarkRun
    other_run: BenchmarkRun
    report: BenchmarkReport
    other: BenchmarkReport

    def is_wanted(self, state: State) -> bool:
        """Return whether a state compares these."""
        is_own = state.active is not None and BenchmarkRun.of(state) == self.run
        return is_own and compared_run(state) == self.other_run


def compared_name(state: State) -> str:
    """Return what the set that is compared is called; empty where there is none."""
    run = compared_run(state)
    if run is None:
        return ""
    return run.vector_set.name if run.recipe is None else str(run.recipe)


def compared_title(state: State) -> str:
    """Return the same as the beginning of a sentence."""
    run, name = compared_run(state), compared_name(state)
    is_same = run is not None and state[BenchmarkSettings].compare[: len(SET)] != SET
    return f"The same set, {name}," if is_same else name


def other_sets(state: State) -> list[VectorSet]:
    """Return the sets that the active one can be compared with by their names, each name once."""
    found = {each.name: each for each in reversed(state.sets) if each is not state.active}
    return list(found.values())[::-1]


def _set_named(state: State, name: str) -> VectorSet | None:
    return next((each for each in other_sets(state) if each.name == name), None)


def _bundled_questions() -> QuestionSet:
    relations = load_relations()
    kinds: dict[str, Kind] = {
        name: "syntactic" if name.startswith(_FORMS) else "semantic" for name in relations
    }
    pairs = {name: grouped(each) for name, each in relations.items()}
    return crossed(pairs, MOST_OF_A_RELATION, 0, BUNDLED, "relations", kinds)


def is_cheap(run: BenchmarkRun, questions: QuestionSet) -> bool:
    """Return whether the questions are asked within a second or so."""
    vector_set = run.vector_set
    n_rows = min(len(vector_set), run.restrict_vocab or len(vector_set))
    products = float(len(questions.words)) * n_rows * vector_set.dimensions
    scores = float(len(questions)) * n_rows * len(run.methods)
    return products + _OF_A_SCORE * scores <= _CHEAP
