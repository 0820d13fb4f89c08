"""Words of the made-up language, made of syllables, and what they have to do with each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

_CONSONANTS = "bdfgjklmnprstvz"
_VOWELS = "aeiou"
_N_COMPANIONS = 4
"""Words that keep a pair company: its own choice of those of its relation."""
_N_SMALL = 5
"""Small words of each side of a relation."""


@dataclass(frozen=True)
class PlannedRelation:
    """A relation to be planted.

    Attributes
    ----------
    name : str
        As sections of questions-words.txt are called.
    endings : (str, str)
        Of the first and of the second words of its pairs, which then have one stem; empty: both
        are words of their own.
    company : str
        What words of a pair share, for a reader: "goods".
    """

    name: str
    endings: tuple[str, str]
    company: str


PLANS = (
    PlannedRelation("country-capital", ("", ""), "goods that are sold there"),
    PlannedRelation("male-female", ("ok", "ina"), "tools of the trade"),
    PlannedRelation("singular-plural", ("", "en"), "qualities of the thing"),
    PlannedRelation("present-past", ("a", "ata"), "things that are done so"),
    PlannedRelation("plain-comparative", ("i", "ior"), "things that are like that"),
)


@dataclass(frozen=True)
class Relation:
    """A relation between words.

    Attributes
    ----------
    name : str
    pairs : tuple of (str, str)
    companions : tuple of tuple of str
        Of each pair: words near which both of its words stand.
    small : (tuple of str, tuple of str)
        Words near which all first words stand, and those for all second words.
    """

    name: str
    pairs: tuple[tuple[str, str], ...]
    companions: tuple[tuple[str, ...], ...]
    small: tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Lexicon:
    """All words of the language.

    Attributes
    ----------
    relations : tuple of Relation
    joining : tuple of str
        Words that join others and clauses, and say nothing: "and", "but", "while".
    """

    relations: tuple[Relation, ...]
    joining: tuple[str, ...]


def make_lexicon(seed: int, n_pairs: int) -> Lexicon:
    """Return the words of a language.

    Parameters
    ----------
    seed : int
    n_pairs : int
        Of each relation.
    """
    random = Random(f"lexicon {seed}")
    coined = _Coiner(random)
    relations = []
    for plan in PLANS:
        pairs = tuple(_pair(coined, plan.endings) for _ in range(n_pairs))
        pool = coined.words(max(n_pairs + n_pairs // 2, 2 * _N_COMPANIONS), (2, 3))
        companions = tuple(tuple(random.sample(pool, _N_COMPANIONS)) for _ in pairs)
        small = (tuple(coined.words(_N_SMALL, (1, 2))), tuple(coined.words(_N_SMALL, (1, 2))))
        relations.append(Relation(plan.name, pairs, companions, small))
    return Lexicon(tuple(relations), tuple(coined.words(4, (1,))))


class _Coiner:
    """Coins words of syllables, none twice."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._taken: set[str] = set()

    def words(self, count: int, n_syllables: Sequence[int]) -> list[str]:
        return [self.word(n_syllables) for _ in range(count)]

    def word(self, n_syllables: Sequence[int], endings: tuple[str, ...] = ("",)) -> str:
        """Return a stem whose words, with each of the endings, are all new."""
        length, n_tries = self._random.choice(n_syllables), 0
        while True:
            letters = [
                self._random.choice(_CONSONANTS) + self._random.choice(_VOWELS)
                for _ in range(length)
            ]
            stem = "".join(letters)
            if any(endings):
                stem += self._random.choice(_CONSONANTS)
            made = {stem + ending for ending in endings}
            if not made & self._taken:
                self._taken |= made
                return stem
            n_tries += 1
            length += n_tries % 20 == 0  # Short words run out.


def _pair(coined: _Coiner, endings: tuple[str, str]) -> tuple[str, str]:
    if not any(endings):
        return coined.word((2, 3)), coined.word((2, 3))
    stem = coined.word((1, 2), endings)
    return stem + endings[0], stem + endings[1]
