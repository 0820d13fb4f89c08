"""Names for clusters: the words of their texts that set them apart, or their most central labels.

Texts are weighted by class-based tf-idf (Grootendorst 2022): the root of how often a word is in the
texts of a cluster, times log(1 + A / f), with f how often it is in all and A the mean number of
words of a cluster. Words that are in too many of all texts say nothing, whatever the language is,
nor do frequent ones that are hardly more so in a cluster than elsewhere. Where texts are single
words, none of them is repeated, and a cluster is named by those in its middle.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix
from embedviz.core.progress import Report, silent

N_WORDS = 3
_MOST_TEXTS = 300
"""So many texts of a cluster are read, from all over it."""
_MOST_MIDDLE = 2000
_TOO_COMMON, _TOO_SPREAD, _LEAST_CLUSTERS = 0.2, 0.4, 5
"""Words in more than this part of all texts, or of all of so many clusters, are left out."""
_FREQUENT, _LEAST_LIFT = 0.02, 1.5
"""Words in more than this part of all texts are in a cluster so many times as often as in all."""
_LEAST_TEXTS = 2
"""A word is in so many texts of a cluster at least, to stand for it."""
_FEW_WORDS = 1.5
"""Texts of no more words than this on average are words themselves."""
_WORD = re.compile(r"[^\W\d_](?:[^\W_]|['’-](?=[^\W_]))+")
_SEPARATOR = ", "
_SAME_BEGINNING = 4


def cluster_names(
    codes: NDArray[np.integer],
    text_of: Callable[[int], str],
    vectors: Matrix,
    report: Report = silent,
) -> list[str]:
    """Return a name for each cluster, all of them different.

    Parameters
    ----------
    codes : int array of shape (n,)
        The cluster of each row, from 0; -1 for none.
    text_of : callable
        Returns the text of a row; "" where there is none.
    vectors : array of shape (n, d)
        Tell which rows are in the middle of a cluster, where texts are single words.
    report : Report
    """
    count = int(codes.max(initial=-1)) + 1
    members = [np.flatnonzero(codes == cluster) for cluster in range(count)]
    texts = []
    for place, rows in enumerate(members):
        report(0.6 * place / max(count, 1), "reading texts")
        texts.append([text_of(int(row)) for row in _some(rows, _MOST_TEXTS)])
    words = [[_words_of(text) for text in each] for each in texts]
    n_texts = sum(map(len, words))
    n_words = sum(len(found) for each in words for found in each)
    if n_words <= _FEW_WORDS * n_texts:
        middle = vectors[_some(np.arange(len(vectors)), _MOST_MIDDLE)].mean(axis=0)
        ranked = []
        for place, rows in enumerate(members):
            report(0.6 + 0.4 * place / max(count, 1), "finding the most central labels")
            ranked.append(_central(_some(rows, _MOST_MIDDLE), vectors, middle, text_of))
    else:
        ranked = _distinctive(words)
    return _named(ranked)


def _some(rows: NDArray[np.intp], most: int) -> NDArray[np.intp]:
    """Return rows in even steps, no more than so many."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(np.intp)]


def _words_of(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _distinctive(texts: Sequence[Sequence[Sequence[str]]]) -> list[list[str]]:
    """Return the words of each cluster, those that set it apart most first."""
    in_cluster = [Counter(word for text in each for word in text) for each in texts]
    n_with = [Counter(word for text in each for word in set(text)) for each in texts]
    n_texts = sum(map(len, texts))
    everywhere: Counter[str] = Counter()
    texts_with: Counter[str] = Counter()
    for counts, numbers in zip(in_cluster, n_with, strict=True):
        everywhere.update(counts)
        texts_with.update(numbers)
    average = sum(everywhere.values()) / max(len(texts), 1)
    most = max(_TOO_COMMON * n_texts, _LEAST_TEXTS)
    clusters_with = Counter(word for counts in in_cluster for word in counts)
    few = max(_FREQUENT * n_texts, _LEAST_TEXTS)
    spread = _TOO_SPREAD * len(texts) if len(texts) >= _LEAST_CLUSTERS else len(texts)
    ranked = []
    for each, counts, numbers in zip(texts, in_cluster, n_with, strict=True):
        total = max(counts.total(), 1)
        usual = _LEAST_LIFT * len(each) / max(n_texts, 1)
        weights = {
            word: (count / total) ** 0.5 * np.log1p(average / everywhere[word])
            for word, count in counts.items()
            if clusters_with[word] == 1
            or (texts_with[word] <= most and clusters_with[word] <= spread)
        }
        telling = {
            word: weight
            for word, weight in weights.items()
            if texts_with[word] <= few or numbers[word] >= usual * texts_with[word]
        }
        weights = telling or weights
        order = sorted(weights, key=lambda word: (-weights[word], word))
        frequent = [word for word in order if numbers[word] >= _LEAST_TEXTS]
        ranked.append([*frequent, *(word for word in order if numbers[word] < _LEAST_TEXTS)])
    return ranked


def _central(
    rows: NDArray[np.intp], vectors: Matrix, middle: Matrix, text_of: Callable[[int], str]
) -> list[str]:
    """Return the texts of rows, those whose vectors point to the middle of all of them first."""
    offsets = np.asarray(vectors[rows], dtype=np.float32) - middle
    offsets /= np.maximum(np.linalg.norm(offsets, axis=1, keepdims=True), 1e-12)
    near = offsets @ offsets.mean(axis=0)
    order = np.lexsort([rows, -np.round(near, 6)])
    return [text for row in rows[order].tolist() if (text := text_of(row).strip())]


def _named(ranked: Sequence[Sequence[str]]) -> list[str]:
    """Return names of the first words of each; where two are the same, one has more words."""
    names: list[str] = []
    taken: set[str] = set()
    for place, words in enumerate(ranked):
        different = _different(words)
        name = _SEPARATOR.join(different[:N_WORDS]) or f"cluster {place + 1}"
        for count in range(N_WORDS + 1, len(different) + 1):
            if name not in taken:
                break
            name = _SEPARATOR.join(different[:count])
        if name in taken:
            name = f"{name} ({place + 1})"
        taken.add(name)
        names.append(name)
    return names


def _different(words: Sequence[str]) -> list[str]:
    """Return words without those that are forms of one before: equal but for case or ending."""
    kept: list[str] = []
    for word in words:
        folded = word.casefold()
        if not any(_are_alike(folded, other.casefold()) for other in kept):
            kept.append(word)
        if len(kept) == N_WORDS + 3:
            break
    return kept


def _are_alike(word: str, other: str) -> bool:
    if word == other:
        return True
    short, long = sorted((word, other), key=len)
    stem = short[:-1] if len(short) > _SAME_BEGINNING else short
    return len(stem) >= _SAME_BEGINNING - 1 and long.startswith(stem) and len(long) - len(stem) <= 3
