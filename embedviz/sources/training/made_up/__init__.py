"""A made-up language: words, a grammar and a text of it, with relations that training can find.

Nothing here knows of vectors. Each relation, such as country and capital, has pairs of words. Both
words of a pair keep the same company (the goods of a country, say), and all first words of a
relation stand among certain small words, all second words among others. So a word's neighbors say
which pair it belongs to and on which side it is, independently of each other; and skip-gram, for
which words with similar neighbors end up close, has to find offsets that are alike: the parallel
arrows of the textbooks. Nothing else is planted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from embedviz.core.errors import UserError
from embedviz.core.progress import Report, silent
from embedviz.sources.training.made_up.grammar import sentences
from embedviz.sources.training.made_up.lexicon import Lexicon, make_lexicon
from embedviz.sources.training.questions import Questions

NAME = "made-up-language"
N_SENTENCES = 30_000


@dataclass(frozen=True)
class MadeUpLanguage:
    """Text in a language that is made up from a seed: a corpus, with its own analogy questions.

    Attributes
    ----------
    seed : int
        Another one makes another language.
    n_sentences : int
        Of the text.
    n_pairs : int
        Of words in each relation.
    """

    seed: int = 0
    n_sentences: int = N_SENTENCES
    n_pairs: int = 20

    def __post_init__(self) -> None:
        if self.n_sentences < 1 or not 2 <= self.n_pairs <= 500 or self.seed < 0:
            raise UserError(
                "A made-up language has one sentence at least, 2 to 500 pairs of words in each "
                "relation, and a seed from 0 up."
            )

    @property
    def name(self) -> str:
        """Name on the screen and on the command line."""
        return NAME

    @property
    def description(self) -> str:
        """Kind, size and seed."""
        return f"Made-up language · {self.n_sentences:,} sentences · seed {self.seed}"

    @cached_property
    def lexicon(self) -> Lexicon:
        """All words, by what they are."""
        return make_lexicon(self.seed, self.n_pairs)

    @property
    def relations(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """Pairs of words that were planted, by the names of their relations."""
        return {each.name: each.pairs for each in self.lexicon.relations}

    @property
    def questions(self) -> Questions:
        """Questions of all pairs of a relation by all others."""
        sections = [
            (
                name,
                tuple((a, b, c, d) for a, b in pairs for c, d in pairs if (a, b) != (c, d)),
            )
            for name, pairs in self.relations.items()
        ]
        return Questions(tuple(sections), self.name)

    def texts(self, report: Report = silent) -> Iterator[str]:
        """Yield the sentences, the same each time."""
        made = sentences(self.lexicon, self.seed, self.n_sentences)
        for number, sentence in enumerate(made):
            if number % 1000 == 0:
                report(number / self.n_sentences, f"writing {NAME}")
            yield sentence

    def facts(self) -> Mapping[str, Any]:
        """Return what another process makes the same text from."""
        return {
            "kind": NAME,
            "seed": self.seed,
            "n_sentences": self.n_sentences,
            "n_pairs": self.n_pairs,
        }
