"""Relations whose pairs are examples of analogies, by the words that a set has."""

from __future__ import annotations

from functools import lru_cache

from embedviz.core.samples import load_relations
from embedviz.core.vector_set import VectorSet
from embedviz.sources.training.made_up import MadeUpLanguage

Pair = tuple[str, str]


def planted_in(vector_set: VectorSet) -> dict[str, tuple[Pair, ...]]:
    """Return the relations planted in the made-up language, where all of its words are there.

    Some of its short words are words of other languages, too.
    """
    planted = _planted()
    is_made_up = all(word in vector_set for pairs in planted.values() for word in next(iter(pairs)))
    return {name: tuple(pairs) for name, pairs in planted.items()} if is_made_up else {}


@lru_cache(maxsize=1)
def _planted() -> dict[str, tuple[Pair, ...]]:
    """Return the relations of the made-up language, whose words take a while to make."""
    return dict(MadeUpLanguage().relations)


def relations_in(vector_set: VectorSet) -> dict[str, list[Pair]]:
    """Return the pairs of each relation that are in a set; relations with one pair are left out."""
    relations = {**load_relations(), **planted_in(vector_set)}
    found = {
        name: [(a, b) for a, b in pairs if a in vector_set and b in vector_set]
        for name, pairs in relations.items()
    }
    return {name: pairs for name, pairs in found.items() if len(pairs) > 1}
