"""Grammar of the made-up language, by which its sentences are drawn.

    sentence = clause | clause joining clause
    clause   = one of the orders below, of one word of one pair

where W is the word, S a small word of its side, C a companion of its pair, and J a joining word:
"S W S C J C" may be read as "the country sells goods and goods". Words that come earlier in a
relation are more frequent, as in any language.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from random import Random

from embedviz.sources.training.made_up.lexicon import Lexicon, Relation

ORDERS = ("SWSCJC", "SCWCS", "CSWSC", "WSCCS", "SWCJCS")
_JOINED = 0.3
"""Share of sentences that are two clauses, of which one says nothing of the other."""
_STRAY = 0.05
"""Share of companions that belong to another pair: no text is quite regular."""


def sentences(lexicon: Lexicon, seed: int, count: int) -> Iterator[str]:
    """Yield sentences, with a capital and a full stop.

    Parameters
    ----------
    lexicon : Lexicon
    seed : int
    count : int
    """
    random = Random(f"text {seed}")
    n_pairs = len(lexicon.relations[0].pairs)
    weights = list(accumulate(1.0 / (n_pairs / 4 + rank) for rank in range(n_pairs)))
    for _ in range(count):
        words = _clause(lexicon, random, weights)
        if random.random() < _JOINED:
            words += [random.choice(lexicon.joining), *_clause(lexicon, random, weights)]
        yield f"{' '.join(words).capitalize()}."


def _clause(lexicon: Lexicon, random: Random, weights: list[float]) -> list[str]:
    relation = random.choice(lexicon.relations)
    (place,) = random.choices(range(len(relation.pairs)), cum_weights=weights)
    side = random.randrange(2)
    order = random.choice(ORDERS)
    drawn = {
        "W": [relation.pairs[place][side]],
        "S": random.sample(relation.small[side], order.count("S")),
        "C": _companions(relation, place, random, order.count("C")),
        "J": [random.choice(lexicon.joining)],
    }
    return [drawn[kind].pop() for kind in order]


def _companions(relation: Relation, place: int, random: Random, count: int) -> list[str]:
    found = random.sample(relation.companions[place], count)
    if random.random() < _STRAY * count:
        found[0] = random.choice(random.choice(relation.companions))
    return found
