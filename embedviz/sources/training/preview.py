"""Preview of a corpus: what its words are, how large its vocabulary is, how long it would take."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from embedviz.core.progress import Report, silent
from embedviz.sources.training.corpus import Corpus
from embedviz.sources.training.settings import TrainingSettings
from embedviz.sources.training.tokens import words_of

MOST_WORDS_READ = 1_000_000
"""Words after which a preview ends: a second of reading."""
N_LINES = 20
LEAST_COUNTS = (1, 2, 5, 10, 20, 50, 100)
_LONGEST_SHOWN = 300
_LONG_WORDS = 15
"""Letters of the mean word from which a text seems to be written without spaces."""


@dataclass(frozen=True)
class CorpusPreview:
    """Beginning of a corpus, and what is known of all of it.

    Attributes
    ----------
    lines : tuple of (str, tuple of str)
        The first texts, cut where they are long, and the words found in them.
    n_words : int
        Of the whole corpus; an estimate where it was not read to its end.
    n_texts : int
        With any words, that were read.
    n_distinct : int
        Different words, in what was read.
    sizes : mapping of int to int
        For several minimum counts, how many words occur so often in what was read.
    most_frequent : tuple of (str, int)
    fraction : float
        Of the corpus that was read, 0 to 1.
    remark : str
        What may be wrong with it; empty where nothing is.
    counts : Counter of str
        How often each word occurs in what was read.
    """

    lines: tuple[tuple[str, tuple[str, ...]], ...]
    n_words: int
    n_texts: int
    n_distinct: int
    sizes: dict[int, int]
    most_frequent: tuple[tuple[str, int], ...]
    fraction: float
    remark: str = ""
    counts: Counter[str] = field(default_factory=Counter, repr=False)

    @cached_property
    def _sorted(self) -> NDArray[np.int64]:
        return np.sort(np.fromiter(self.counts.values(), np.int64, len(self.counts)))

    def vocabulary_size(self, settings: TrainingSettings) -> int:
        """Return how many of the words that were read occur often enough to get a vector."""
        found = len(self._sorted) - int(np.searchsorted(self._sorted, settings.min_count))
        most = settings.max_vocabulary
        return found if most is None else min(found, most)

    def share_kept(self, settings: TrainingSettings) -> float:
        """Return the share of the text that these words are, 0 to 1."""
        kept = self._sorted[len(self._sorted) - self.vocabulary_size(settings) :]
        return float(kept.sum()) / max(float(self._sorted.sum()), 1.0)

    @property
    def is_complete(self) -> bool:
        """Whether all of the corpus was read."""
        return self.fraction >= 1.0

    def seconds(self, settings: TrainingSettings) -> float:
        """Return about how long training takes on a machine of our day, in seconds."""
        return estimated_seconds(self.n_words, settings)


def preview_corpus(
    corpus: Corpus,
    settings: TrainingSettings | None = None,
    report: Report = silent,
    most_words: int = MOST_WORDS_READ,
) -> CorpusPreview:
    """Return the first lines of a corpus with their words, and its vocabulary.

    Parameters
    ----------
    corpus : Corpus
    settings : TrainingSettings, optional
        How texts are taken apart.
    report : Report
        Where it stops.
    most_words : int
        After so many it reads no further.

    Raises
    ------
    UserError
        When the corpus cannot be read.
    """
    lower_case = (settings or TrainingSettings()).lower_case
    done = [0.0]

    def note(fraction: float, words: str) -> None:
        done[0] = fraction
        report(fraction, words)

    counts: Counter[str] = Counter()
    lines: list[tuple[str, tuple[str, ...]]] = []
    n_words = n_texts = 0
    fraction = 1.0
    for text in corpus.texts(note):
        words = words_of(text, lower_case=lower_case)
        if len(lines) < N_LINES and text.strip():
            lines.append(_shown(text, words))
        if words:
            counts.update(words)
            n_words, n_texts = n_words + len(words), n_texts + 1
        if n_words >= most_words:
            fraction = min(max(done[0], 1e-6), 1.0 - 1e-6)
            break
    return CorpusPreview(
        tuple(lines),
        round(n_words / fraction),
        n_texts,
        len(counts),
        {least: sum(count >= least for count in counts.values()) for least in LEAST_COUNTS},
        tuple(counts.most_common(20)),
        fraction,
        _remark(counts, n_words),
        counts,
    )


def _shown(text: str, words: list[str]) -> tuple[str, tuple[str, ...]]:
    if len(text) <= _LONGEST_SHOWN:
        return text, tuple(words)
    return text[:_LONGEST_SHOWN] + "…", tuple(words[: _LONGEST_SHOWN // 4])


def _remark(counts: Counter[str], n_words: int) -> str:
    if not n_words:
        return "There are no words in this text."
    mean_length = sum(len(word) * count for word, count in counts.items()) / n_words
    without_spaces = sum(
        count for word, count in counts.items() if "\u0e00" <= word[0] <= "\u0eff" or _is_cjk(word)
    )
    if mean_length > _LONG_WORDS or without_spaces > n_words / 4:
        return (
            "This seems to be text without spaces between words: each run of letters counts as one "
            "word. Put spaces between the words first, with a tool for the language."
        )
    return ""


def _is_cjk(word: str) -> bool:
    return "\u3040" <= word[0] <= "\u30ff" or "\u4e00" <= word[0] <= "\u9fff"


_STARTING_SECONDS = 2.0
_STEP_SECONDS = 2.4e-8
_NUMBER_SECONDS = 3.0e-10
"""A vector is multiplied with another one and added to it: so much, and for each dimension."""
_PIECES_PER_WORD = 18


def estimated_seconds(n_words: int, settings: TrainingSettings) -> float:
    """Return about how long training takes, from what the machine has to add up.

    Parameters
    ----------
    n_words : int
        Of the corpus, in one epoch.
    settings : TrainingSettings
    """
    step = _STEP_SECONDS + _NUMBER_SECONDS * settings.dimensions
    n_targets, n_neighbors = 1 + settings.negative, settings.window + 1
    if settings.algorithm == "cbow":
        n_steps = n_targets + 0.5 * n_neighbors
    elif settings.algorithm == "fasttext":
        n_steps = n_neighbors * (n_targets + _PIECES_PER_WORD)
    else:
        n_steps = n_neighbors * n_targets
    threads = 1 + 0.85 * (settings.n_threads - 1)
    return _STARTING_SECONDS + n_words * settings.epochs * n_steps * step / threads
