"""Analogy accuracy and neighbors while vectors are being trained.

Counted as `core.analogies.evaluate` counts 3CosAdd, but by NumPy alone: the process that trains has
no kernels compiled, and a snapshot waits for this. Of many questions some are asked, and of a large
vocabulary the most frequent words can be answers.
"""

from __future__ import annotations

import numpy as np

from embedviz.core.arrays import Matrix, Rows

MOST_QUESTIONS = 1_000
MOST_WORDS = 10_000
_BLOCK_NUMBERS = 4_000_000


class AccuracyMeter:
    """Share of analogy questions that vectors answer right.

    Parameters
    ----------
    questions : intp array of shape (n_questions, 4)
        Rows of the vocabulary: a is to b as c is to the answer.
    n_words : int
        Of the vocabulary.

    Attributes
    ----------
    rows : intp array
        Rows of the vocabulary whose vectors are needed, ascending.
    n_questions : int
        How many are asked.
    """

    def __init__(self, questions: Rows, n_words: int) -> None:
        most = min(len(questions), MOST_QUESTIONS)
        asked = questions[np.arange(most) * len(questions) // max(most, 1)]
        self.rows: Rows = np.union1d(np.arange(min(n_words, MOST_WORDS)), asked)
        self._places = np.searchsorted(self.rows, asked)
        self.n_questions = most

    def measure(self, vectors: Matrix) -> float:
        """Return the share of right answers, 0 to 1; nan without questions.

        Parameters
        ----------
        vectors : float32 array of shape (len(rows), n_dimensions)
        """
        if not self.n_questions:
            return float("nan")
        unit = _unit_rows(vectors)
        words, places = np.unique(self._places[:, :3], return_inverse=True)
        products = unit[words] @ unit.T
        n_right = 0
        n_at_once = max(1, _BLOCK_NUMBERS // len(unit))
        for start in range(0, self.n_questions, n_at_once):
            part = slice(start, start + n_at_once)
            a, b, c = places.reshape(-1, 3)[part].T
            scores = products[b] - products[a] + products[c]
            own = self._places[part]
            np.put_along_axis(scores, own[:, :3], -np.inf, axis=1)
            n_right += int(np.count_nonzero(scores.argmax(axis=1) == own[:, 3]))
        return n_right / self.n_questions


def nearest_rows(vectors: Matrix, row: int, count: int) -> tuple[Rows, Matrix]:
    """Return the rows that are nearest to a row by cosine, without itself, and their cosines.

    Parameters
    ----------
    vectors : float32 array of shape (n_words, n_dimensions)
    row, count : int
    """
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    lengths[lengths == 0] = 1.0
    cosines = vectors @ (vectors[row] / lengths[row]) / lengths
    cosines[row] = -np.inf
    count = min(count, len(vectors) - 1)
    best = np.argpartition(-cosines, count - 1)[:count] if count else np.empty(0, np.intp)
    best = best[np.lexsort((best, -cosines[best]))]
    return best, cosines[best].astype(np.float32)


def _unit_rows(vectors: Matrix) -> Matrix:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1.0, lengths), np.float32)
