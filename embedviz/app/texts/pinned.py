"""Texts of the user's own that stay on the maps, each a query to come back to.

They belong to an encoder and not to a set: two sets that one model made show the same texts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from embedviz.app.state import State
from embedviz.core.query_vector import MOST_TEXTS, QueryVector
from embedviz.core.texts.encoder_of import encodes_alike
from embedviz.core.vector_set import VectorSet


def texts_of(state: State, vector_set: VectorSet) -> tuple[QueryVector, ...]:
    """Return the pinned texts that are in the space of a set, in the order they were pinned."""
    return tuple(each for each in state.texts if encodes_alike(vector_set, each))


def with_texts(state: State, texts: Iterable[QueryVector]) -> State:
    """Pin texts, after those that are; one that is pinned already stays where it is.

    Of more than `MOST_TEXTS`, those that were pinned first go.
    """
    kept = {(each.name, each.encoder): each for each in state.texts}
    for each in texts:
        kept.setdefault((each.name, each.encoder), each)
    return replace(state, texts=tuple(kept.values())[-MOST_TEXTS:])


def without_text(state: State, text: QueryVector) -> State:
    """Take a pinned text away; where it is the query, it stays that."""
    return replace(state, texts=tuple(each for each in state.texts if each is not text))


def is_pinned(state: State, text: QueryVector) -> bool:
    """Return whether a text stays on the maps when another query is chosen."""
    return any((each.name, each.encoder) == (text.name, text.encoder) for each in state.texts)


def known_text(state: State, text: str, vector_set: VectorSet) -> QueryVector | None:
    """Return a text that was encoded before, as the query or a pinned one; None: it was not."""
    own = (*state.texts, *(() if state.query_vector is None else (state.query_vector,)))
    found = (each for each in own if each.name == text and encodes_alike(vector_set, each))
    return next(found, None)
