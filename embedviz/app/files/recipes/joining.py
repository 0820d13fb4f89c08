"""What a recipe showed, joined to what is open."""

from __future__ import annotations

from dataclasses import dataclass, replace

from embedviz.app.state import State


@dataclass(frozen=True)
class RestoredRecipe:
    """What a recipe showed.

    Attributes
    ----------
    state : State or None
        None where nothing of it could be opened.
    pane : str
        The pane that showed it; empty for the whole window.
    notes : list of str
        What is missing, in sentences.
    """

    state: State | None
    pane: str
    notes: list[str]

    def among(self, current: State) -> State:
        """Return a state in which it is shown beside what is open by now."""
        return current if self.state is None else _among(self.state, current, self.pane)


def _among(state: State, current: State, pane: str) -> State:
    """Return a restored state beside what is open, which keeps what the picture does not show."""
    joined = current
    for each in state.sets:
        if each not in joined.sets:
            joined = joined.derived(each)
    sets = joined.sets
    pairs = (*(each for each in current.pairs if each.vector_set not in state.sets), *state.pairs)
    if not pane:
        return replace(
            state,
            sets=sets,
            left=current.left,
            pairs=pairs,
            scenes=current.scenes,
            unread=current.unread,
        )
    settings = current.settings
    for of_pane in state.settings.values():
        settings = settings.with_settings(of_pane)
    joined = replace(joined, settings=settings, pairs=pairs, metric=state.metric, count=state.count)
    if state.active is None:
        return joined
    joined = replace(
        joined.activated(state.active),
        settings=settings,
        query=state.query,
        query_vector=state.query_vector,
        selected=state.selected,
        texts=state.texts or current.texts,
    )
    return joined.mapped(replace(state.map, key=joined.map_key, vector_set=None))
