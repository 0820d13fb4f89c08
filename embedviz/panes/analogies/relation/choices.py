"""Relations to choose from: those that come with the program, and those that the user added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from embedviz.app.state import State
from embedviz.core.analogies.relations import pairs_of_columns
from embedviz.core.vector_set import VectorSet
from embedviz.panes.analogies.relation.settings import Columns, KeptRelation, RelationSettings
from embedviz.panes.analogies.relations import relations_in

Pair = tuple[str, str | tuple[str, ...]]
"""Two labels; in place of the second, several that are right answers."""

_bundled: WeakKeyDictionary[VectorSet, tuple[OfferedRelation, ...]] = WeakKeyDictionary()


@dataclass(frozen=True)
class OfferedRelation:
    """A relation that can be chosen.

    Attributes
    ----------
    name : str
    pairs : tuple of Pair
        Labels, of which the set may lack some; empty where columns are given.
    columns : (str or None, str or None) or None
        Of the metadata, whose values in a row are a pair; None among them: the labels.
    is_added : bool
        Whether the user added it, and can take it away.
    """

    name: str
    pairs: tuple[Pair, ...]
    columns: Columns | None = None
    is_added: bool = False

    def pairs_in(self, vector_set: VectorSet) -> Sequence[Pair]:
        """Return its pairs; those of columns are read from a set, which may take a while.

        Raises
        ------
        UserError
            When the set has no such column.
        """
        if self.columns is None:
            return self.pairs
        return pairs_of_columns(vector_set, *self.columns).pairs

    def is_of(self, vector_set: VectorSet) -> bool:
        """Return whether a set has the columns that it is of."""
        if self.columns is None:
            return True
        return {None, *vector_set.metadata.column_names}.issuperset(self.columns)

    @classmethod
    def of_kept(cls, kept: KeptRelation) -> OfferedRelation:
        """Return one that the user added."""
        return cls(kept.name, kept.pairs, kept.columns, is_added=True)


def relations_of(vector_set: VectorSet, settings: RelationSettings) -> list[OfferedRelation]:
    """Return the relations of a set: added ones first, then bundled ones with two pairs in it."""
    if vector_set not in _bundled:
        found = relations_in(vector_set).items()
        _bundled[vector_set] = tuple(OfferedRelation(name, tuple(pairs)) for name, pairs in found)
    kept = map(OfferedRelation.of_kept, settings.added[::-1])
    added = [each for each in kept if each.is_of(vector_set)]
    names = {each.name for each in added}
    return added + [each for each in _bundled[vector_set] if each.name not in names]


def chosen_relation(state: State) -> OfferedRelation | None:
    """Return the relation that a state shows; None where the set has none."""
    assert state.active is not None
    settings = state[RelationSettings]
    offered = relations_of(state.active, settings)
    if settings.relation is None:
        return next(iter(offered), None)
    return relation_named(offered, settings.relation) or next(iter(offered), None)


def relation_named(offered: list[OfferedRelation], name: str) -> OfferedRelation | None:
    """Return the relation of a name, which may be typed with "->" and in other case."""
    wanted = _plain(name)
    exact = (each for each in offered if each.name == name)
    return next(exact, None) or next(
        (each for each in offered if _plain(each.name) == wanted), None
    )


def _plain(name: str) -> str:
    return " ".join(name.replace("->", "→").replace("→", " → ").casefold().split())
