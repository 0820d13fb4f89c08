"""Relations to choose from: those that come with the program, and those that the user added."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from embedviz.app.state import State
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import one_line
from embedviz.panes.analogies.relation.offered import OfferedRelation
from embedviz.panes.analogies.relation.settings import RelationSettings
from embedviz.panes.analogies.relations import relations_in

_bundled: WeakKeyDictionary[VectorSet, tuple[OfferedRelation, ...]] = WeakKeyDictionary()


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


def missing_relation(state: State) -> str:
    """Return what to say where a relation is named that the set does not have; else ""."""
    assert state.active is not None
    name = state[RelationSettings].relation
    offered = relations_of(state.active, state[RelationSettings])
    if name is None or relation_named(offered, name) is not None:
        return ""
    there = ", ".join(f"“{one_line(each.name)}”" for each in offered)
    said = f"“{one_line(name)}” is not a relation of {state.active.name or 'this set'}."
    return f"{said} Choose one of {there}." if there else f"{said} It has none; add pairs to it."
