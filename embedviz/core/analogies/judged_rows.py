"""Word similarity of pairs whose rows are known, as `evaluate_similarity` has it of words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from embedviz.core.analogies.similarity import (
    JudgedPair,
    JudgedPairs,
    SimilarityReport,
    evaluate_similarity,
)
from embedviz.core.errors import UserError
from embedviz.core.pairs import Pairs
from embedviz.core.progress import Report, silent
from embedviz.core.vector_set import VectorSet


def similarity_of_rows(
    vector_set: VectorSet, pairs: Pairs, report: Report = silent
) -> SimilarityReport:
    """Return how well the cosines of rows follow judgments of them.

    Parameters
    ----------
    vector_set : VectorSet
        Rows may have the same label: they are found by their numbers.
    pairs : Pairs
        With scores.
    report : callable

    Raises
    ------
    UserError
        When nobody has judged the pairs, or there are none.
    """
    if pairs.scores is None or not len(pairs):
        raise UserError(f"{pairs.name or 'These pairs'}: there is no pair with a score.")
    rows = np.stack([pairs.first, pairs.second], axis=1)
    used, places = np.unique(rows, return_inverse=True)
    names = [(str(one), str(other)) for one, other in places.reshape(-1, 2).tolist()]
    scored = zip(names, pairs.scores.tolist(), strict=True)
    judged = [
        JudgedPair(one, other, score, "", line)
        for line, ((one, other), score) in enumerate(scored, 1)
    ]
    numbered = VectorSet(vector_set.vectors[used], list(map(str, range(len(used)))))
    found = evaluate_similarity(
        numbered, JudgedPairs(pairs.name, judged), False, None, report=report
    )
    labels = vector_set.labels
    words = [(labels[one], labels[other]) for one, other in rows.tolist()]
    return replace(found, words=words, rows=rows, n_skipped=pairs.n_unmatched)
