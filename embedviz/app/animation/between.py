"""What is between two states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from embedviz.app.state import State
from embedviz.core.matching import share_rows
from embedviz.core.settings import Settings, interpolated
from embedviz.core.vector_set import VectorSet


def state_between(before: State, after: State, fraction: float) -> State:
    """Return the state on the way from one to another.

    Numbers move along evenly, or by equal factors where their `setting` says so, whole ones in
    whole steps; cameras go the shorter way around, with the horizon level. What is chosen,
    selected and listed becomes other in the middle, and so does the active set. But where both
    sets are of the same rows, that set is shown from the start, and so is another layout: a map
    moves its points to it by itself, which takes the time there is.

    Parameters
    ----------
    before, after : State
    fraction : float
        0 gives `before` itself, 1 `after`.
    """
    if fraction <= 0 or before is after:
        return before
    if fraction >= 1:
        return after
    chosen = before if fraction < 0.5 else after
    walks = _can_walk(before, after)
    if before.active is not after.active and not walks:
        return chosen
    shown = after if walks else chosen
    state = replace(
        chosen,
        sets=_all_sets(before, after),
        active=shown.active,
        count=interpolated(before.count, after.count, fraction),
        map_key=shown.map_key,
        maps=shown.maps,
    )
    state = _with_maps_between(state, before, after, fraction)
    return _with_settings_between(state, before, after, fraction)


def state_on_the_way(states: Sequence[State], part: float) -> State:
    """Return the state at a part of the way, 0 to 1, that leads through all of some states."""
    if len(states) == 1:
        return states[0]
    gone = min(max(part, 0.0), 1.0) * (len(states) - 1)
    place = min(int(gone), len(states) - 2)
    return state_between(states[place], states[place + 1], gone - place)


def _can_walk(before: State, after: State) -> bool:
    """Return whether what is shown later can be shown from the start, by the same map."""
    if before.active is None or after.active is None or before.map_key != after.map_key:
        return False
    return share_rows(before.active, after.active)


def _all_sets(before: State, after: State) -> tuple[VectorSet, ...]:
    return (*after.sets, *(each for each in before.sets if each not in after.sets))


def _with_maps_between(state: State, before: State, after: State, fraction: float) -> State:
    firsts = {each.key: each for each in before.maps}
    lasts = {each.key: each for each in after.maps}
    maps = []
    for each in state.maps:
        first, last = firsts.get(each.key, each), lasts.get(each.key, each)
        maps.append(replace(interpolated(first, last, fraction), vector_set=each.vector_set))
    return replace(state, maps=tuple(maps))


def _with_settings_between(state: State, before: State, after: State, fraction: float) -> State:
    kinds: dict[str, type[Settings]] = {}
    for every in (before.settings, after.settings):
        kinds.update((name, type(each)) for name, each in every.items())
    for kind in kinds.values():
        first, last = before.settings.of(kind), after.settings.of(kind)
        if first == last:
            state = state.with_settings(first)
            continue
        if state.active is not None:
            first, last = first.in_numbers(state.active), last.in_numbers(state.active)
        state = state.with_settings(interpolated(first, last, fraction))
    return state
