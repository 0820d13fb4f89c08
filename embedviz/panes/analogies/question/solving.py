"""Answers to `a − b + c = ?`: ranked, and laid out in the plane that the vectors lie in best.

A term is a label of the set; where the set has an encoder, it may be any text, which is encoded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from embedviz.app.texts.encoders import Encoders, require_known, title_of
from embedviz.core.analogies import Term, parallelogram, solve_rows, vectors_of
from embedviz.core.arrays import Matrix
from embedviz.core.progress import Report
from embedviz.core.query_vector import QueryVector
from embedviz.core.texts.encoder_of import encoder_of
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import composed, one_line
from embedviz.gui.widgets.ranked_list import Ranked
from embedviz.panes.analogies.settings import AnalogySettings

SHOWN = 20
NO_ROW = -1


@dataclass(frozen=True, eq=False)
class Solved:
    """An answered question, and its picture.

    Attributes
    ----------
    vector_set : VectorSet
    analogy : AnalogySettings
    answers : tuple of Ranked
        Best first.
    corners : tuple of int
        Rows of the question's terms, positive ones first, and of the best answer; -1 for a text.
    corner_positions : array of shape (n_corners, 2 or 3)
    positions : array of shape (n_vectors, 2 or 3)
        All rows, unit length, in the plane of the corners.
    share : float
        Part of the corners' spread that lies in the plane, from 0 to 1.
    texts : tuple of QueryVector
        Terms that are not labels.
    """

    vector_set: VectorSet
    analogy: AnalogySettings
    answers: tuple[Ranked, ...]
    corners: tuple[int, ...]
    corner_positions: Matrix
    positions: Matrix
    share: float
    texts: tuple[QueryVector, ...] = ()


def texts_in(vector_set: VectorSet, analogy: AnalogySettings) -> list[str]:
    """Return the terms that are not labels of a set, each once."""
    return list(dict.fromkeys(each for each in analogy.labels if each not in vector_set))


def describe_texts(texts: Sequence[QueryVector]) -> str:
    """Return which terms are not labels, and what became of them; nothing where all are."""
    if not texts or texts[0].encoder is None:
        return ""
    *first, last = (f"“{one_line(each.name)}”" for each in texts)
    names = f"{', '.join(first)} and {last}" if first else last
    is_not = "is not a label" if len(texts) == 1 else "are not labels"
    return f"{names} {is_not}; encoded by {title_of(texts[0].encoder)}"


def solve(
    vector_set: VectorSet,
    analogy: AnalogySettings,
    encoders: Encoders,
    known: Mapping[str, QueryVector],
    report: Report,
) -> Solved:
    """Answer the question and lay it out. Runs off the UI thread.

    Parameters
    ----------
    vector_set : VectorSet
    analogy : AnalogySettings
    encoders : Encoders
        For terms that are not labels.
    known : mapping of str to QueryVector
        Texts that need not be encoded again.
    report : Report

    Raises
    ------
    UserError
        When a text cannot be encoded, or the model knows nothing in it.
    """
    texts = _encoded(vector_set, texts_in(vector_set, analogy), encoders, known, report)
    vectors = {each.name: vector_set.transform_query(each.vector) for each in texts}
    terms: list[Term] = [vectors.get(each, each) for each in analogy.labels]
    n_added = len(analogy.positive)
    report(0.1, "ranking answers")
    found = solve_rows(
        vector_set,
        terms[:n_added],
        terms[n_added:],
        SHOWN,
        analogy.method,
        analogy.exclude_inputs,
    )
    answers = tuple(Ranked(row, composed(vector_set.labels[row]), score) for row, score in found)
    report(0.5, "laying out")
    asked = [NO_ROW if each in vectors else vector_set.row(each) for each in analogy.labels]
    best = [answer.row for answer in answers[:1]]
    # As they are in the set, float32: so the corners lie where their rows do.
    given = np.asarray(vectors_of(vector_set, terms), dtype=np.float32)
    corners = np.concatenate([given, vector_set.vectors[best]])
    plane = parallelogram(corners, 3 if analogy.is_3d else 2)
    places = plane.transform(corners)
    signs = _signs(places[: len(asked)])
    positions = plane.transform(vector_set.vectors) * signs
    return Solved(
        vector_set,
        analogy,
        answers,
        (*asked, *best),
        places * signs,
        positions,
        plane.share,
        texts,
    )


def _encoded(
    vector_set: VectorSet,
    names: Sequence[str],
    encoders: Encoders,
    known: Mapping[str, QueryVector],
    report: Report,
) -> tuple[QueryVector, ...]:
    missing, settings = [each for each in names if each not in known], encoder_of(vector_set)
    made: dict[str, QueryVector] = {}
    if missing and settings is not None:
        made = {each.name: each for each in encoders.encode(settings, missing, report)}
    texts = tuple(known[each] if each in known else made[each] for each in names)
    for each in texts:
        require_known([each])
    return texts


def _signs(asked: Matrix) -> Matrix:
    """Return signs that mirror the picture so that a − b points right and c − b up."""
    signs = np.ones(asked.shape[1], dtype=np.float32)
    if len(asked) == 3:
        a, c, b = asked
        signs[0] = -1.0 if (a - b)[0] < 0 else 1.0
        signs[1] = -1.0 if (c - b)[1] < 0 else 1.0
    return signs
