"""Settings for the training of word vectors, from which its form and its options follow."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import log
from typing import Any, Literal

from embedviz.core.errors import UserError
from embedviz.core.setting import setting
from embedviz.core.settings import fields_of

Algorithm = Literal["skip-gram", "cbow", "fasttext"]
_SUBWORDS = "fasttext only: "


@dataclass(frozen=True)
class TrainingSettings:
    """How word vectors are trained: what gensim's Word2Vec and FastText are given.

    Negative sampling always; the hierarchical softmax is left out. The defaults are gensim's, but
    for the algorithm and the seed. Each help ends with gensim's own name where it is another.
    """

    algorithm: Algorithm = setting(
        "skip-gram",
        "Algorithm",
        "skip-gram: a word predicts each of its neighbors (gensim: sg=1); cbow: the mean of the "
        "neighbors predicts the word (sg=0); fasttext: skip-gram whose words are sums of pieces "
        "of letters, so that forms of a word help each other (FastText, sg=1)",
        choices=(("Skip-gram", "skip-gram"), ("CBOW", "cbow"), ("FastText", "fasttext")),
    )
    dimensions: int = setting(
        100,
        "Dimensions",
        "length of the vectors; more hold finer differences and need more text (vector_size)",
        least=2,
        most=2000,
        step=10,
    )
    window: int = setting(
        5,
        "Window",
        "how many words to the left and to the right count as neighbors, at most: each time a "
        "number up to this is drawn; small: grammar, large: topics (window)",
        least=1,
        most=100,
    )
    min_count: int = setting(
        5,
        "Minimum count",
        "words that occur less often are left out of the text (min_count)",
        least=1,
        most=1_000_000,
    )
    negative: int = setting(
        5,
        "Negatives",
        "drawn words that each pair is told apart from; 5 to 20, fewer for large texts (negative)",
        least=1,
        most=100,
    )
    ns_exponent: float = setting(
        0.75,
        "Negatives' exponent",
        "how negatives are drawn: 1 as often as words occur, 0 all words alike (ns_exponent)",
        least=-2.0,
        most=2.0,
        step=0.05,
    )
    sample: float = setting(
        1e-3,
        "Downsampling",
        "words that are more frequent than this share of the text are skipped at random; 0: none "
        "is (sample)",
        least=0.0,
        most=1.0,
        step=1e-3,
    )
    epochs: int = setting(
        5, "Epochs", "how many times the text is gone through (epochs)", least=1, most=10_000
    )
    alpha: float = setting(
        0.025,
        "Learning rate",
        "length of a step at the start; it falls evenly (alpha)",
        least=1e-5,
        most=1.0,
        step=0.005,
        is_logarithmic=True,
    )
    min_alpha: float = setting(
        1e-4,
        "Last learning rate",
        "length of a step at the end (min_alpha)",
        least=0.0,
        most=1.0,
        step=1e-4,
    )
    workers: int | None = setting(
        None,
        "Threads",
        "how many train at once; one alone gives the same vectors each time. Without a number: "
        "all cores (workers)",
        least=1,
        most=256,
    )
    seed: int = setting(
        0,
        "Seed",
        "of the first vectors and of all that is drawn; gives the same again with one thread "
        "(seed)",
        least=0,
        most=2**31 - 1,
    )
    max_vocabulary: int | None = setting(
        None,
        "Most words",
        "keep only the so many most frequent words, about: the minimum count is raised. Without a "
        "number: all (max_final_vocab)",
        least=2,
        most=10_000_000,
        step=1000,
    )
    lower_case: bool = setting(
        True, "Lower case", "read “The” and “the” as one word; not a setting of gensim"
    )
    phrases: bool = setting(
        False,
        "Phrases",
        "join two words that occur together more often than chance: new_york "
        "(gensim.models.phrases)",
    )
    phrase_threshold: float = setting(
        10.0,
        "Phrase threshold",
        "how much more often; higher: fewer phrases (threshold of Phrases)",
        least=0.1,
        most=1e6,
        step=1.0,
    )
    min_n: int = setting(
        3,
        "Shortest piece",
        _SUBWORDS + "letters of the shortest pieces of a word (min_n)",
        least=1,
        most=20,
    )
    max_n: int = setting(
        6,
        "Longest piece",
        _SUBWORDS + "letters of the longest pieces; less than the shortest: no pieces (max_n)",
        least=0,
        most=20,
    )
    bucket: int = setting(
        200_000,
        "Buckets of pieces",
        _SUBWORDS + "pieces share so many vectors, by a hash; gensim has 2,000,000, which take "
        "0.8 GB at 100 dimensions (bucket)",
        least=1,
        most=10_000_000,
        step=100_000,
    )

    @property
    def n_threads(self) -> int:
        """Threads that train: those asked for, or one for each core that may be used."""
        if self.workers is not None:
            return self.workers
        try:
            return len(os.sched_getaffinity(0))
        except AttributeError:  # Not there on macOS and Windows.
            return os.cpu_count() or 1

    @property
    def is_repeatable(self) -> bool:
        """Whether training gives the same vectors each time: with one thread alone."""
        return self.n_threads == 1

    @property
    def has_loss(self) -> bool:
        """Whether gensim says what the loss is: not of FastText."""
        return self.algorithm != "fasttext"

    @property
    def chance_loss(self) -> float:
        """Loss of a pair before anything is learned: log 2 for it, and for each negative."""
        return (1 + self.negative) * log(2)

    def with_options(self, given: Mapping[str, Any]) -> TrainingSettings:
        """Return these settings with others, by field."""
        return replace(self, **given)

    def require(self) -> None:
        """Raise a UserError where a value is of another kind, or beyond its range."""
        kind: type = type(self)
        for name, each in fields_of(kind).items():
            _require_value(name, each, getattr(self, name))
        if self.min_alpha > self.alpha:
            raise UserError(
                f"min_alpha is {self.min_alpha:g}, above alpha, {self.alpha:g}: the learning rate "
                "falls from alpha to min_alpha. Set it lower."
            )


def _require_value(name: str, each: Any, value: Any) -> None:
    if value is None and each.is_optional:
        return
    if each.kind == "choice":
        allowed = [choice for _, choice in each.about.choices]
        if value not in allowed:
            raise UserError(f"{name} is {value!r}; it can be {', '.join(map(repr, allowed))}.")
    elif each.kind in ("int", "float"):
        kinds = (int,) if each.kind == "int" else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds):
            whole = "a whole number" if each.kind == "int" else "a number"
            raise UserError(f"{name} is {value!r}; it must be {whole}.")
        if not each.about.least <= value <= each.about.most:
            raise UserError(
                f"{name} is {value:g}; it can be {each.about.least:g} to {each.about.most:,.0f}."
            )
