"""Snapshots of a training: what the process that trains says of itself on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix, Rows


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Words that are trained, the most frequent first: the rows of the vectors.

    Attributes
    ----------
    words : tuple of str
    counts : int64 array of shape (n_words,)
        How often each occurs in the text.
    n_tokens : int
        Words of the text in total, also of those that are too rare.
    n_distinct : int
        Different words of the text, likewise.
    n_texts : int
        Lines, or texts, of which none is empty.
    shown : intp array of shape (n_shown,)
        Rows that snapshots hold, ascending; all, where they are not too many.
    n_questions : int
        Analogy questions whose four words are there.
    """

    words: tuple[str, ...]
    counts: NDArray[np.int64]
    n_tokens: int
    n_distinct: int
    n_texts: int
    shown: Rows
    n_questions: int = 0

    @cached_property
    def rows(self) -> dict[str, int]:
        """Row of each word."""
        return {word: row for row, word in enumerate(self.words)}

    @property
    def shown_words(self) -> tuple[str, ...]:
        """Words of the rows that snapshots hold."""
        if len(self.shown) == len(self.words):
            return self.words
        return tuple(self.words[row] for row in self.shown)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Vectors of the shown words at one moment of a training, and how it does.

    Attributes
    ----------
    fraction : float
        Of all words of all epochs that are done, 0 to 1.
    epoch : int
        The one that is gone through, from 1.
    n_words : int
        Words that were gone through, in all epochs so far.
    seconds : float
        Since training began.
    words_per_second : float
        Since the snapshot before; 0 in the first.
    alpha : float
        Learning rate.
    loss : float
        Mean of a pair since the snapshot before: a word and one of its neighbors for skip-gram, a
        word and all of them for CBOW; nan where there is none, as of FastText.
    accuracy : float
        Share of the analogy questions that are answered right, 0 to 1; nan where it was not
        measured this time.
    vectors : float32 array of shape (n_shown, dimensions)
        Of the rows `Vocabulary.shown`.
    watched : str
        Word whose neighbors are there too; empty where they were not looked for this time.
    neighbor_rows : intp array, optional
        Rows of the vocabulary that are nearest to it, of all words: 20 at most.
    neighbor_cosines : float32 array, optional
    """

    fraction: float
    epoch: int
    n_words: int
    seconds: float
    words_per_second: float
    alpha: float
    loss: float
    accuracy: float
    vectors: Matrix
    watched: str = ""
    neighbor_rows: Rows | None = None
    neighbor_cosines: NDArray[np.float32] | None = None


OnVocabulary = Callable[[Vocabulary], None]
OnSnapshot = Callable[[Snapshot], None]
