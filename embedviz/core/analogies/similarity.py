"""Word similarity: how well cosines of word pairs follow what people say of them.

Counts as gensim's `evaluate_word_pairs`: pairs with an unknown word are left out, words are
compared in any case, and lines that begin with "#" are remarks. Files are read as they are
published:

- WordSim-353 (Finkelstein et al. 2002), MTurk, RG-65, RareWord (Luong et al. 2013): two words and a
  score, then maybe the judgments it is the mean of; by tabs, commas, semicolons or blanks, with or
  without a line of names.
- SimLex-999 (Hill et al. 2015) and SimVerb: columns by their names, or a part of speech between the
  words and the score; correlations are given for each part of speech, too.
- MEN (Bruni et al. 2014): words with their part of speech, "sun-n", which is dropped where a set
  does not know it.
"""

from __future__ import annotations

import csv
import gzip
import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from embedviz.core.analogies.benchmark.vocabulary import LabelRows
from embedviz.core.analogies.terms import unit_length
from embedviz.core.arrays import Rows, Vector
from embedviz.core.compiled.checks import checked_limit
from embedviz.core.errors import UserError
from embedviz.core.judging.comparison import CONFIDENCE, FEWEST, correlation_differences
from embedviz.core.judging.judges import ranked_digits
from embedviz.core.judging.ranks import mean_ranks
from embedviz.core.notes import counted
from embedviz.core.progress import Report, part_of, silent
from embedviz.core.vector_set import VectorSet

_SEPARATORS = ("\t", ",", ";", None)
_SCORES = re.compile(r"simlex.*|simverb.*|human.*|mean|score|similarity|relatedness|rating|gold")
_NAMES_OF_KIND = ("pos", "partofspeech")
_kind = re.compile(r"[A-Za-z]{1,5}").fullmatch
_tagged = re.compile(r"(.+)-[a-z]").fullmatch
_MOSTLY = 0.9
_Z = 1.959963984540054
"""The normal quantile of a two-sided interval of 95 %."""


class JudgedPair(NamedTuple):
    """A line of a file of word similarity."""

    first: str
    second: str
    score: float
    kind: str
    line: int


@dataclass(frozen=True, eq=False)
class JudgedPairs:
    """Pairs of words with the scores that people gave them.

    Attributes
    ----------
    name : str
        Of the file.
    pairs : list of JudgedPair
    malformed : int
        Lines that are no pair with a score, but for remarks and names; left out.
    """

    name: str
    pairs: list[JudgedPair]
    malformed: int = 0


class GroupCorrelation(NamedTuple):
    """Correlations of the pairs of one part of speech."""

    name: str
    pearson: float
    spearman: float
    n_pairs: int


@dataclass(frozen=True, eq=False)
class SimilarityReport:
    """How well the cosines of a set follow judgments of word pairs.

    Attributes
    ----------
    name : str
        Of the file.
    pearson, spearman : float
        From -1 to 1; NaN where all cosines, or all scores, are equal, or there is one pair.
    low, high : float
        Ends of the 95 % interval of Spearman's correlation, by bootstrap over the pairs; NaN for
        fewer than ten pairs.
    n_pairs : int
        Pairs that count.
    n_skipped : int
        Pairs with a word that is not in the set, which do not count.
    malformed : int
        Lines that are no pair with a score.
    words : list of (str, str), length n_pairs
        As in the file.
    rows : int array of shape (n_pairs, 2)
        -1 for a word that is not in the set, where such pairs count.
    scores : float64 array of shape (n_pairs,)
        What people say.
    cosines : float64 array of shape (n_pairs,)
        0 where a word is unknown or its vector has no direction: is zero, or holds NaN.
    kinds : list of str, length n_pairs
        Parts of speech; empty texts where the file has none.
    groups : list of GroupCorrelation
        For each part of speech, where there are several.
    """

    name: str
    pearson: float
    spearman: float
    low: float
    high: float
    n_pairs: int
    n_skipped: int
    malformed: int
    words: list[tuple[str, str]]
    rows: Rows
    scores: Vector
    cosines: Vector
    kinds: list[str]
    groups: list[GroupCorrelation]

    @property
    def pearson_interval(self) -> tuple[float, float]:
        """Ends of the 95 % interval of Pearson's correlation, by Fisher's z."""
        if self.n_pairs < FEWEST or math.isnan(self.pearson):
            return math.nan, math.nan
        if abs(self.pearson) == 1.0:
            return self.pearson, self.pearson
        z, half = math.atanh(self.pearson), _Z / math.sqrt(self.n_pairs - 3)
        return math.tanh(z - half), math.tanh(z + half)

    def rank_differences(self) -> Vector:
        """Return how much higher each pair ranks by cosine than by judgment, (n_pairs,).

        From -1 to 1, as a share of all pairs: what lies farthest off the line in a scatter plot.
        """
        ranks = mean_ranks(ranked_digits(self.cosines)) - mean_ranks(self.scores)
        return np.asarray(ranks / max(1, self.n_pairs - 1))

    def columns(self) -> dict[str, list[Any]]:
        """Return a line for each pair that counts, as columns for a file."""
        return {
            "first": [first for first, _ in self.words],
            "second": [second for _, second in self.words],
            "kind": [kind or None for kind in self.kinds],
            "score": self.scores.tolist(),
            "cosine": self.cosines.tolist(),
            "rank_difference": self.rank_differences().tolist(),
        }


def evaluate_similarity(
    vector_set: VectorSet,
    path: str | PathLike[str] | JudgedPairs,
    case_insensitive: bool = True,
    restrict_vocab: int | None = 300_000,
    delimiter: str | None = None,
    dummy4unknown: bool = False,
    report: Report = silent,
) -> SimilarityReport:
    """Return how well the cosines of word pairs follow judgments of them.

    Parameters
    ----------
    vector_set : VectorSet
    path : path or JudgedPairs
        A file with two words and a score in each line; see the module for layouts.
    case_insensitive : bool
        Compare in upper case; of labels that are then equal the first one counts.
    restrict_vocab : int, optional
        Use the first so many rows only. None: all.
    delimiter : str, optional
        What separates the columns. Default: what most lines are separated by.
    dummy4unknown : bool
        Count pairs with an unknown word, at a cosine of 0, and skip none.
    report : callable

    Raises
    ------
    UserError
        When the file cannot be read or has no pair with a score, or the set knows none of them.
    """
    judged = path if isinstance(path, JudgedPairs) else read_judged_pairs(path, delimiter)
    if not judged.pairs:
        raise UserError(f"{judged.name} has no pair. Give two words and a score for each.")
    report(0.0, "looking for the words")
    vocabulary = LabelRows(vector_set.labels[: checked_limit(restrict_vocab)], case_insensitive)
    rows = _rows_of(judged.pairs, vocabulary)
    is_known = np.asarray((rows >= 0).all(axis=1))
    if not is_known.any() and not dummy4unknown:
        example = judged.pairs[0]
        raise UserError(
            f"{judged.name}: the set knows both words of none of "
            f"{counted(len(judged.pairs), 'pair')}, such as {example.first!r} and "
            f"{example.second!r}. Use a file of words that are labels of the set."
        )
    counts = np.arange(len(rows)) if dummy4unknown else np.flatnonzero(is_known)
    pairs = [judged.pairs[place] for place in counts.tolist()]
    scores = np.array([pair.score for pair in pairs])
    cosines = np.where(is_known[counts], _cosines(vector_set, rows[counts]), 0.0)
    low, high = _interval(cosines, scores, part_of(report, 0.1, 1.0))
    return SimilarityReport(
        judged.name,
        _pearson(cosines, scores),
        _spearman(cosines, scores),
        low,
        high,
        len(pairs),
        len(judged.pairs) - len(pairs),
        judged.malformed,
        [(pair.first, pair.second) for pair in pairs],
        rows[counts],
        scores,
        cosines,
        [pair.kind for pair in pairs],
        _groups([pair.kind for pair in pairs], cosines, scores),
    )


def _rows_of(pairs: Sequence[JudgedPair], vocabulary: LabelRows) -> Rows:
    words = [word for pair in pairs for word in (pair.first, pair.second)]
    rows = vocabulary.rows_of(words)
    tags = [_tagged(word) for word in words]
    if sum(map(bool, tags)) >= _MOSTLY * len(words):
        bare = [tag[1] if tag else word for tag, word in zip(tags, words, strict=True)]
        rows = np.where(rows < 0, vocabulary.rows_of(bare), rows)
    return rows.reshape(-1, 2)


def _cosines(vector_set: VectorSet, rows: Rows) -> Vector:
    if not len(vector_set):
        return np.zeros(len(rows))
    first, second = (unit_length(vector_set.vectors[each]) for each in rows.T)
    return np.asarray(np.einsum("ij,ij->i", first, second).clip(-1.0, 1.0))


def _pearson(one: Vector, other: Vector) -> float:
    x, y = one - one.mean(), other - other.mean()
    lengths = math.sqrt(float(x @ x) * float(y @ y))
    is_spread = np.ptp(one) > 0 and np.ptp(other) > 0
    return max(-1.0, min(1.0, float(x @ y) / lengths)) if is_spread and lengths else math.nan


def _spearman(cosines: Vector, scores: Vector) -> float:
    return _pearson(mean_ranks(ranked_digits(cosines)), mean_ranks(scores))


def _groups(kinds: Sequence[str], cosines: Vector, scores: Vector) -> list[GroupCorrelation]:
    names = sorted(set(kinds))
    if len(names) < 2:
        return []
    found = []
    for name in names:
        inside = np.array([kind == name for kind in kinds])
        one, other = cosines[inside], scores[inside]
        correlations = _pearson(one, other), _spearman(one, other)
        found.append(GroupCorrelation(name, *correlations, int(inside.sum())))
    return found


def _interval(cosines: Vector, scores: Vector, report: Report) -> tuple[float, float]:
    if len(cosines) < FEWEST or math.isnan(_spearman(cosines, scores)):
        return math.nan, math.nan
    # Reversed ranks have the opposite correlation, so the difference is twice the correlation.
    found = correlation_differences(-cosines, cosines, scores, report=report) / 2
    rest = (1 - CONFIDENCE) / 2
    low, high = np.nanquantile(found, [rest, 1 - rest])
    return float(low), float(high)


def read_judged_pairs(path: str | PathLike[str], delimiter: str | None = None) -> JudgedPairs:
    """Return the pairs and scores of a file of word similarity.

    Raises
    ------
    UserError
        When it cannot be read, or has no pair with a score; the message names file and line.
    """
    path = Path(path).expanduser()
    lines = [
        (number, line.rstrip("\r"))
        for number, line in enumerate(_text_of(path).split("\n"), 1)
        if line.strip() and not line.startswith("#")
    ]
    if not lines:
        raise UserError(
            f"{path.name} is empty. A file of word similarity has a line for each pair: two words "
            "and a score."
        )
    separator = delimiter or _separator_of([line for _, line in lines])
    records = [(number, _fields(line, separator)) for number, line in lines]
    columns, n_names = _columns_of([fields for _, fields in records])
    pairs: list[JudgedPair] = []
    for number, fields in records[n_names:]:
        if pair := columns.pair_of(fields, number):
            pairs.append(pair)
    if not pairs:
        number, line = lines[0]
        raise UserError(
            f"{path.name}, line {number}: {line.strip()[:60]!r} is not two words and a score. "
            "Separate them by tabs, commas or blanks."
        )
    return JudgedPairs(path.name, pairs, len(records) - n_names - len(pairs))


def _text_of(path: Path) -> str:
    try:
        data = path.read_bytes()
        if data.startswith(b"\x1f\x8b"):
            data = gzip.decompress(data)
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path}: the pairs cannot be read, as the file is not text in UTF-8. Save it as "
            "UTF-8 text, or choose another file."
        ) from error
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path}: the pairs cannot be read ({error}).") from error


def _separator_of(lines: Sequence[str]) -> str | None:
    """Return what most lines are separated by into three columns or more; None for blanks."""
    counts = [sum(len(_fields(line, each)) > 2 for line in lines) for each in _SEPARATORS]
    return _SEPARATORS[counts.index(max(counts))]


def _fields(line: str, separator: str | None) -> list[str]:
    if separator in (",", ";"):
        try:
            fields = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
        except csv.Error:
            fields = line.split(separator)
    else:
        fields = line.split(separator)
    return [field.strip() for field in fields]


class _Columns(NamedTuple):
    first: int
    second: int
    score: int
    kind: int | None

    def pair_of(self, fields: Sequence[str], line: int) -> JudgedPair | None:
        """Return the pair of a line, or None where it is none."""
        if len(fields) <= max(self.first, self.second, self.score):
            return None
        score = _number(fields[self.score])
        first, second = fields[self.first], fields[self.second]
        if score is None or not first or not second:
            return None
        kind = fields[self.kind] if self.kind is not None and self.kind < len(fields) else ""
        return JudgedPair(first, second, score, kind, line)


def _columns_of(records: Sequence[Sequence[str]]) -> tuple[_Columns, int]:
    """Return which columns are what, and how many lines of names there are: 0 or 1."""
    names = [re.sub(r"[^a-z0-9]", "", field.lower()) for field in records[0]]
    has_names = len(names) > 2 and all(_number(field) is None for field in records[0])
    if has_names:
        scores = [place for place, name in enumerate(names) if _SCORES.fullmatch(name)]
        words = [place for place, name in enumerate(names) if name.rstrip("12") in ("word", "w")]
        kinds = [place for place, name in enumerate(names) if name in _NAMES_OF_KIND]
        words.sort(key=lambda place: names[place])
        first, second = words[:2] if len(words) > 1 else (0, 1)
        if scores:
            return _Columns(first, second, scores[0], kinds[0] if kinds else None), 1
    rest = records[int(has_names) :]
    has_kind = sum(_is_with_kind(fields) for fields in rest) >= _MOSTLY * max(1, len(rest))
    return (_Columns(0, 1, 3, 2) if has_kind and rest else _Columns(0, 1, 2, None)), int(has_names)


def _is_with_kind(fields: Sequence[str]) -> bool:
    return len(fields) > 3 and bool(_kind(fields[2])) and _number(fields[3]) is not None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
