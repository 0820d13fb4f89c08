"""Questions of a benchmark as couples of pairs, so that they can be asked without an offset too."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from embedviz.core.analogies.baselines import Couples, are_questions, most_of_a_relation
from embedviz.core.analogies.benchmark.asked import asked_questions
from embedviz.core.analogies.benchmark.questions import QuestionSet
from embedviz.core.analogies.benchmark.vocabulary import LabelRows
from embedviz.core.arrays import Rows
from embedviz.core.vector_set import VectorSet


class AskedCouples(NamedTuple):
    """Questions of a benchmark that a set knows all words of.

    Attributes
    ----------
    names : tuple of str
        Of the sections.
    pairs : list of int arrays of shape (n_pairs, 2)
        The different pairs that the questions of each section are made of.
    couples : Couples
        The questions; of a section with very many, a random sample.
    n_skipped : int
        Questions with a word that the set lacks, or whose answer is a word of the question.
    """

    names: tuple[str, ...]
    pairs: list[Rows]
    couples: Couples
    n_skipped: int


def couples_of_questions(
    vector_set: VectorSet, questions: QuestionSet, *, case_insensitive: bool = True, seed: int = 0
) -> AskedCouples:
    """Return the questions of a benchmark as couples of the rows of a set.

    Parameters
    ----------
    vector_set : VectorSet
        All of its rows may be asked for.
    questions : QuestionSet
        Of several right answers the first that is known makes the pair; the others are right, too.
    case_insensitive : bool
        Compare in upper case; of labels that are then equal the first one counts.
    seed : int
        Of the choice, where there are very many.
    """
    asked = asked_questions(questions, LabelRows(vector_set.labels, case_insensitive))
    sizes = [section.last - section.first for section in questions.sections]
    relations = np.repeat(np.arange(len(sizes)), sizes)[asked.numbers]
    answers = asked.right[np.searchsorted(asked.owners, np.arange(len(asked.numbers)))]
    rows = np.column_stack([asked.inputs, answers])
    owners = asked.owners
    accepted = np.column_stack([relations[owners], asked.inputs[owners, 2], asked.right])
    is_asked = are_questions(rows)
    rows, relations = rows[is_asked], relations[is_asked]
    most = most_of_a_relation(len(vector_set), len(sizes))
    random = np.random.default_rng(seed)
    chosen = [np.zeros(0, np.intp)]
    pairs = []
    for place in range(len(sizes)):
        own = np.flatnonzero(relations == place)
        pairs.append(np.unique(rows[own].reshape(-1, 2), axis=0))
        drawn = own if len(own) <= most else np.sort(random.choice(own, most, replace=False))
        chosen.append(drawn)
    kept = np.concatenate(chosen)
    return AskedCouples(
        tuple(section.name for section in questions.sections),
        pairs,
        Couples(rows[kept], relations[kept], len(rows), np.unique(accepted, axis=0)),
        len(questions) - len(rows),
    )
