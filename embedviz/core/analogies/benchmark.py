"""Analogy benchmarks: how many questions of a file a set of vectors answers correctly.

The distinct labels of all questions are multiplied with the vocabulary once, block by block, and
three rows of that product are combined per question in one pass, which also keeps the best
candidates; so memory is bounded by a block, and nothing is sorted.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numba
import numpy as np

from embedviz.core.analogies.scoring import METHODS, Method, combine_cosines, require_method
from embedviz.core.arrays import Matrix, Rows
from embedviz.core.blocks import scale_to_unit_length
from embedviz.core.compiled.kernels import parallel_kernel
from embedviz.core.errors import UserError
from embedviz.core.neighbors.top_k import TILE, Scores, keep_best_of
from embedviz.core.progress import Report, silent
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import composed

# As in gensim, the answer is looked for among the five best rows besides the question's own.
_CANDIDATES = 5
_PRODUCT_NUMBERS = 4_000_000


class SectionResult(NamedTuple):
    """Result of one section of a benchmark."""

    name: str
    correct: int
    total: int
    skipped: int


@dataclass(frozen=True)
class BenchmarkReport:
    """Results of a set on a file of analogy questions.

    Attributes
    ----------
    sections : list of (name, correct, total, skipped)
        In the order of the file. `total` counts the questions that were asked, `skipped` those
        with a label that is not in the set.
    malformed : int
        Lines that are neither a section nor four words; ignored, as in gensim.
    """

    sections: list[SectionResult]
    malformed: int = 0

    @property
    def correct(self) -> int:
        """Questions answered as the file says."""
        return sum(section.correct for section in self.sections)

    @property
    def total(self) -> int:
        """Questions that were asked."""
        return sum(section.total for section in self.sections)

    @property
    def skipped(self) -> int:
        """Questions with a label that is not in the set."""
        return sum(section.skipped for section in self.sections)

    @property
    def accuracy(self) -> float:
        """Share of the questions asked that were answered correctly; 0 when none was asked."""
        return self.correct / self.total if self.total else 0.0


def evaluate(
    vector_set: VectorSet,
    path: str | Path,
    method: Method = "3CosAdd",
    restrict_vocab: int | None = 300_000,
    case_insensitive: bool = True,
    report: Report = silent,
) -> BenchmarkReport:
    """Return how many questions of an analogy file a set answers correctly.

    Counts as gensim's `evaluate_word_analogies`, which knows 3CosAdd alone: questions with an
    unknown label are skipped; the answer is the best of the five nearest rows that is not, in
    any case, one of the question's own labels.

    Parameters
    ----------
    vector_set : VectorSet
    path : path
        Lines of four words "a b c answer" below lines ": name of the section".
    method : {"3CosAdd", "3CosMul", "PairDirection"}
    restrict_vocab : int, optional
        Use the first so many rows only, usually the most frequent ones. None: all.
    case_insensitive : bool
        Compare in upper case; of labels that are then equal the first one counts.
    report : callable

    Raises
    ------
    UserError
        When the file cannot be read, or has a question above the first section.
    """
    require_method(method)
    sections, malformed = read_questions(Path(path), case_insensitive)
    labels = list(map(composed, vector_set.labels[:restrict_vocab]))
    folded = [label.upper() for label in labels] if case_insensitive else labels
    known = {label: len(folded) - 1 - i for i, label in enumerate(reversed(folded))}
    asked = [[words for words in lines if known.keys() >= set(words)] for _, lines in sections]
    questions = [[known[word] for word in words] for section in asked for words in section]
    rows = np.array(questions, np.intp).reshape(-1, 4)
    first_rows = np.array([known[label] for label in folded], np.intp)
    vectors = vector_set.vectors[: len(labels)]
    right = _answer_questions(vectors, first_rows, rows[:, :3], method, report) == rows[:, 3]
    results = []
    for (name, lines), section in zip(sections, asked, strict=True):
        part, right = right[: len(section)], right[len(section) :]
        skipped = len(lines) - len(section)
        results.append(SectionResult(name, int(part.sum()), len(section), skipped))
    return BenchmarkReport(results, malformed)


def read_questions(path: Path, fold: bool) -> tuple[list[tuple[str, list[list[str]]]], int]:
    """Return the questions of a file by their sections, and how many lines are neither.

    Parameters
    ----------
    path : Path
    fold : bool
        Whether the words are to be in upper case.

    Raises
    ------
    UserError
        When the file cannot be read, or has a question above the first section.
    """
    try:
        lines = composed(path.read_bytes().decode("utf-8-sig")).split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: the questions cannot be read ({error}).") from error
    sections: list[tuple[str, list[list[str]]]] = []
    malformed = 0
    for number, line in enumerate(lines, 1):
        if line.startswith(": "):
            sections.append((line.lstrip(": ").strip(), []))
            continue
        words = (line.upper() if fold else line).split()
        if words and not sections:
            raise UserError(
                f"{path}, line {number}: there is no section above this question. "
                'Begin the file with a line such as ": capitals".'
            )
        if len(words) == 4:
            sections[-1][1].append(words)
        malformed += len(words) not in (0, 4)
    return sections, malformed


def _answer_questions(
    vectors: Matrix, first_rows: Rows, questions: Rows, method: Method, report: Report
) -> Rows:
    """Return the answer to each question (a, b, c) as the first row with that label, or -1."""
    words, places = np.unique(questions, return_inverse=True)
    places = places.reshape(-1, 3)
    directions = vectors[words].astype(np.float64)
    scale_to_unit_length(directions)
    a, b, c = directions[places.T]
    offsets = np.einsum("ij,ij->i", b - a, c).astype(np.float32)
    scores = np.zeros((len(questions), _CANDIDATES), np.float32)
    rows = np.full((len(questions), _CANDIDATES), -1, np.intp)
    kept = np.zeros(len(questions), np.intp)
    block_rows = max(TILE, _PRODUCT_NUMBERS // max(1, len(words)))
    for first in range(0, len(vectors), block_rows):
        report(first / len(vectors), "asking the questions")
        block = np.array(vectors[first : first + block_rows])
        scale_to_unit_length(block)
        products = directions.astype(np.float32) @ block.T
        products[:, ~block.any(axis=1)] = np.nan
        _keep_candidates(
            products, places, questions, offsets, METHODS.index(method), first, scores, rows, kept
        )
    return _first_other(scores, rows, questions, first_rows)


def _first_other(scores: Matrix, rows: Rows, questions: Rows, first_rows: Rows) -> Rows:
    """Return the best candidate that has none of the question's own labels.

    Where all have one, gensim takes the last of them for the answer, and so does this.
    """
    ranks = np.where(rows < 0, np.inf, -scores)
    order = np.lexsort((rows, ranks), axis=1)
    ordered = np.take_along_axis(rows, order, axis=1)
    answers = np.where(ordered < 0, -1, first_rows[ordered]) if len(first_rows) else ordered
    own = (answers[:, :, np.newaxis] == questions[:, np.newaxis, :]).any(axis=2)
    last = np.maximum((ordered >= 0).sum(axis=1) - 1, 0)
    others = ~own & (ordered >= 0)
    chosen = np.where(others.any(axis=1), others.argmax(axis=1), last)
    return np.asarray(np.take_along_axis(answers, chosen[:, np.newaxis], axis=1)[:, 0])


@parallel_kernel
def _keep_candidates(  # noqa: PLR0913 - one pass
    products: Matrix,
    places: Rows,
    questions: Rows,
    offsets: Scores,
    method: int,
    first: int,
    best_scores: Matrix,
    best_rows: Rows,
    kept: Rows,
) -> None:
    """Offer a block of rows to each question, but for its own three rows."""
    n_rows = products.shape[1]
    for q in numba.prange(len(questions)):
        a, b, c = places[q, 0], places[q, 1], places[q, 2]
        tile = np.empty(TILE, dtype=np.float32)
        for start in range(0, n_rows, TILE):
            stop = min(start + TILE, n_rows)
            scores = tile[: stop - start]
            combine_cosines(
                products[a, start:stop],
                products[b, start:stop],
                products[c, start:stop],
                offsets[q],
                method,
                scores,
            )
            for i in range(3):
                own = questions[q, i] - first - start
                if 0 <= own < stop - start:
                    scores[own] = np.nan
            kept[q] = keep_best_of(scores, first + start, best_scores[q], best_rows[q], kept[q])
