"""Several maps in one window: each shows a set, and one of them is in use."""

from __future__ import annotations

from dataclasses import replace

from embedviz.app.state import State


def add_map(state: State) -> State:
    """Add another map, which shows the active set as the one in use does."""
    if state.active is None:
        return state
    key = max(each.key for each in state.maps) + 1
    added = replace(state.map, key=key, vector_set=state.active)
    return replace(state, maps=(*state.maps, added)).with_active_map(key)


def close_map(state: State, key: int) -> State:
    """Close a map; the first one stays."""
    if key == 0 or all(each.key != key for each in state.maps):
        return state
    state = state.with_active_map(0) if key == state.map_key else state
    return replace(state, maps=tuple(each for each in state.maps if each.key != key))
