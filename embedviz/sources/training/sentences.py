"""Words of a corpus as gensim goes through them, again and again: lists of words.

A corpus that is not too large is kept as words, of which each different one is in memory once;
finding them anew in each epoch would take longer than learning from them with several threads.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

from embedviz.core.progress import Report
from embedviz.sources.training.corpus import Corpus
from embedviz.sources.training.settings import TrainingSettings
from embedviz.sources.training.tokens import words_of

MOST_WORDS = 10_000
"""Of a sentence: gensim silently leaves out what comes after."""
MOST_KEPT = 20_000_000
"""Words that are kept in memory, of 8 bytes each; a larger corpus is read in each epoch."""


class Sentences:
    """Lists of words, the same each time one goes through them.

    Parameters
    ----------
    corpus : Corpus
    settings : TrainingSettings
    report : callable
        Told how far the reading is; raises where it shall stop.
    most_kept : int
        How many words are kept in memory.

    Attributes
    ----------
    n_words, n_texts : int
        Words of the corpus, and its texts that have any.
    lengths : dict of int to int
        How many sentences there are of each length.
    """

    def __init__(
        self,
        corpus: Corpus,
        settings: TrainingSettings,
        report: Report,
        most_kept: int = MOST_KEPT,
    ) -> None:
        self._corpus = corpus
        self._lower_case = settings.lower_case
        self._join: Any = None
        self._kept: list[list[str]] | None = None
        if settings.phrases:
            from gensim.models.phrases import Phrases

            found = Phrases(
                self._read(report),
                min_count=settings.min_count,
                threshold=settings.phrase_threshold,
            )
            self._join = found.freeze()
        self.n_words = self.n_texts = 0
        self.lengths: dict[int, int] = {}
        kept: list[list[str]] | None = []
        for words in self._joined(self._read(report)):
            self.n_words += len(words)
            self.n_texts += 1
            self.lengths[len(words)] = self.lengths.get(len(words), 0) + 1
            if kept is not None:
                kept.append(words)
                if self.n_words > most_kept:
                    kept = None
        self._kept = kept

    def __iter__(self) -> Iterator[list[str]]:
        return iter(self._kept) if self._kept is not None else self._joined(self._read(_go_on))

    def _read(self, report: Report) -> Iterator[list[str]]:
        intern = sys.intern
        for text in self._corpus.texts(report):
            words = [intern(word) for word in words_of(text, lower_case=self._lower_case)]
            for start in range(0, len(words), MOST_WORDS):
                yield words[start : start + MOST_WORDS]

    def _joined(self, sentences: Iterable[list[str]]) -> Iterator[list[str]]:
        return iter(sentences) if self._join is None else (self._join[each] for each in sentences)


def _go_on(fraction: float, words: str) -> None:
    """Report to nobody: learning reports itself."""
