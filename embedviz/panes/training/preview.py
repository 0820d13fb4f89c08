"""Preview of a corpus: its first lines as words, and how many words each choice would keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from embedviz.core.progress import Report
from embedviz.panes.training.settings import TrainingPaneSettings
from embedviz.sources.training.corpus import Corpus
from embedviz.sources.training.settings import TrainingSettings
from embedviz.sources.training.tokens import words_of

MOST_WORDS = 3_000_000
"""Words that are looked at: of a longer text, these say about how many there are."""
_MOST_LINES = 24
_REPORTED = 2_000
_SPEED = {"skip-gram": 9e8, "cbow": 4e9, "fasttext": 2.5e8}
"""Numbers of vectors that gensim changes in a second, for one thread on the reference machine."""
_STARTING = 2.0
"""Seconds that the process takes to begin."""


@dataclass(frozen=True, eq=False)
class CorpusPreview:
    """What was found in a corpus.

    Attributes
    ----------
    lines : tuple of tuple of str
        Words of the first texts that have any.
    counts : mapping of str to int
        How often each word occurs, as far as was read.
    n_texts, n_tokens : int
        As far as was read.
    fraction : float
        Of the corpus that was read, 0 to 1.
    """

    lines: tuple[tuple[str, ...], ...]
    counts: Counter[str]
    n_texts: int
    n_tokens: int
    fraction: float = 1.0

    @cached_property
    def _sorted(self) -> NDArray[np.int64]:
        return np.sort(np.fromiter(self.counts.values(), np.int64, len(self.counts)))

    def n_words(self, settings: TrainingSettings) -> int:
        """Return how many words are frequent enough to get a vector."""
        found = len(self._sorted) - int(np.searchsorted(self._sorted, settings.min_count))
        most = settings.max_vocabulary
        return found if most is None else min(found, most)

    def n_kept(self, settings: TrainingSettings) -> int:
        """Return how many words of the text these are."""
        count = self.n_words(settings)
        return int(self._sorted[len(self._sorted) - count :].sum())

    def is_kept(self, word: str, settings: TrainingSettings) -> bool:
        """Return whether a word is frequent enough to get a vector."""
        return self.counts[word] >= settings.min_count

    def seconds(self, settings: TrainingSettings) -> float:
        """Return about how long training takes."""
        whole = self.n_kept(settings) / max(self.fraction, 1e-3)
        contexts = 1.0 if settings.algorithm == "cbow" else float(settings.window)
        numbers = settings.epochs * contexts * (1 + settings.negative) * settings.dimensions
        return _STARTING + whole * numbers / _SPEED[settings.algorithm] / settings.n_threads


@dataclass
class _Found:
    lines: list[tuple[str, ...]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    n_texts: int = 0
    n_tokens: int = 0
    fraction: float = 0.0


def preview_of(corpus: Corpus, settings: TrainingPaneSettings, report: Report) -> CorpusPreview:
    """Return what a corpus holds. Runs off the UI thread.

    Raises
    ------
    UserError
        When it cannot be read.
    """
    found = _Found()

    def look(fraction: float, words: str) -> None:
        found.fraction = fraction
        report(fraction, words)

    is_whole = True
    for text in corpus.texts(look):
        words = words_of(text, lower_case=settings.lower_case)
        if words:
            _take(found, words)
        if found.n_texts % _REPORTED == 0:
            report(found.fraction, "counting words")
        if found.n_tokens >= MOST_WORDS:
            is_whole = False
            break
    fraction = 1.0 if is_whole else max(found.fraction, 1e-3)
    return CorpusPreview(tuple(found.lines), found.counts, found.n_texts, found.n_tokens, fraction)


def _take(found: _Found, words: Sequence[str]) -> None:
    found.counts.update(words)
    found.n_texts += 1
    found.n_tokens += len(words)
    if len(found.lines) < _MOST_LINES:
        found.lines.append(tuple(words))
