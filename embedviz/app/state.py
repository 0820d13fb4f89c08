"""Everything that is open, chosen and set, as one value. Pure: testable without Qt.

A state holds choices, never results. Transitions are methods that return another state; they
are the only way one is made, so what cannot be reached here cannot be on the screen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from embedviz.app.judged_pairs import Kept, pairs_within, with_pairs
from embedviz.app.map_settings import MapSettings
from embedviz.app.scenes.scene import Scene
from embedviz.core.arrays import Rows
from embedviz.core.matching import matching_rows, share_labels, share_rows
from embedviz.core.neighbors import Metric
from embedviz.core.pairs import Pairs
from embedviz.core.projections import Projection
from embedviz.core.query_vector import Query, QueryVector
from embedviz.core.selection import Change, Selection
from embedviz.core.settings import Settings, SettingsByPane, clamped
from embedviz.core.texts.encoder_of import encodes_alike
from embedviz.core.vector_set import VectorSet

S = TypeVar("S", bound=Settings)
_FAMILIAR = ("king", "woman", "man")
"""Labels that many people know: a set that has them begins with them."""


@dataclass(frozen=True)
class SetView:
    """View of a set that is not shown any more, to come back to it.

    Attributes
    ----------
    vector_set : VectorSet
    query : int or None
    projection : Projection or None
        Of the map it was shown in last.
    color_by : str or None
        The column that colored it there.
    """

    vector_set: VectorSet
    query: int | None
    projection: Projection | None
    color_by: str | None = None


@dataclass(frozen=True)
class State:
    """State of the application: what is open, chosen and set.

    Attributes
    ----------
    sets : tuple of VectorSet
        The library; a derived set stands below its parent.
    active : VectorSet or None
        The set the panes show.
    query : int or None
        Row whose neighbors are listed.
    query_vector : QueryVector or None
        A query that is not a row; goes before `query`.
    selected : Selection
    metric : {"cosine", "dot", "euclidean"}
    count : int
        How many neighbors are listed.
    maps : tuple of MapSettings
        All maps of the window.
    map_key : int
        Which of them is in use: the one that shows the active set.
    settings : SettingsByPane
        What is set in each pane but the maps; `state[Kind]` returns those of one class.
    unread : str
        Settings of a session, as JSON, that this version does not know: kept for the next save.
    left : tuple of SetView
        How each set was shown that is not shown now.
    pairs : tuple of SetPairs
        Which rows belong together, as far as somebody has said.
    texts : tuple of QueryVector
        Texts that are pinned to the maps of all sets with their encoder; see `app.texts.pinned`.
    scenes : tuple of Scene
        What is shown in a talk, one after the other; see `app.scenes`.
    """

    sets: tuple[VectorSet, ...] = ()
    active: VectorSet | None = None
    query: int | None = None
    query_vector: QueryVector | None = None
    selected: Selection = field(default_factory=Selection)
    metric: Metric = "cosine"
    count: int = 10
    maps: tuple[MapSettings, ...] = (MapSettings(),)
    map_key: int = 0
    settings: SettingsByPane = field(default_factory=SettingsByPane)
    unread: str = field(default="", compare=False)
    left: tuple[SetView, ...] = field(default=(), compare=False)
    pairs: Kept = ()
    texts: tuple[QueryVector, ...] = ()
    scenes: tuple[Scene[State], ...] = ()

    def __getitem__(self, kind: type[S]) -> S:
        """Return the settings of one class; those of maps are those of the map in use."""
        found: Settings = self.map if issubclass(kind, MapSettings) else self.settings.of(kind)
        assert isinstance(found, kind)
        return found

    def with_settings(self, settings: Settings) -> State:
        """Set something else in a pane, as far as the active set can have it."""
        if isinstance(settings, MapSettings):
            return self.mapped(settings)
        suited = clamped(settings) if self.active is None else settings.suited_to(self.active)
        return replace(self, settings=self.settings.with_settings(suited))

    @property
    def current_query(self) -> Query | None:
        """Query in the active set, or None while nothing is chosen."""
        if self.active is None:
            return None
        if self.query_vector is not None:
            vector = self.active.transform_query(self.query_vector.vector)
            return Query(self.query_vector.name, vector, ())
        if self.query is None:
            return None
        return Query(self.active.labels[self.query], self.active.vectors[self.query], (self.query,))

    @property
    def map(self) -> MapSettings:
        """The map in use."""
        return self.map_of(self.map_key)

    def map_of(self, key: int) -> MapSettings:
        """Return the settings of a map; those of the first where it has been closed."""
        return next((each for each in self.maps if each.key == key), self.maps[0])

    def set_of(self, key: int) -> VectorSet | None:
        """Return the set that a map shows."""
        return self.active if key == self.map_key else self.map_of(key).vector_set

    def asks_as(self, other: State) -> bool:
        """Return whether both states search for the same thing in the same set."""
        return (self.active, self.query, self.query_vector) == (
            other.active,
            other.query,
            other.query_vector,
        )

    def opened(self, vector_set: VectorSet, pairs: Pairs | None = None) -> State:
        """Add a set to the library, with the pairs that it comes with, and show it."""
        kept = self.pairs if pairs is None else with_pairs(self.pairs, vector_set, pairs)
        return replace(self, sets=(*self.sets, vector_set), pairs=kept).activated(vector_set)

    def derived(self, vector_set: VectorSet) -> State:
        """Add a set computed from another one, below that one, and show it."""
        if vector_set.derivation is None:
            return self.opened(vector_set)
        family = [
            i
            for i, other in enumerate(self.sets)
            if _comes_from(other, vector_set.derivation.parent)
        ]
        place = family[-1] + 1 if family else len(self.sets)
        sets = (*self.sets[:place], vector_set, *self.sets[place:])
        return replace(self, sets=sets).activated(vector_set)

    def replaced(self, old: VectorSet, new: VectorSet) -> State:
        """Show the same rows with something more: the set takes the place of the other one.

        Sets that were derived from it stay as they are, beside it.
        """
        if old not in self.sets:
            return self
        sets = tuple(new if each is old else each for each in self.sets)
        kept = pairs_within(self.pairs, sets)
        scenes = tuple(each.changed(lambda look: _about(look, old, new)) for each in self.scenes)
        return _about(replace(self, sets=sets, pairs=kept, scenes=scenes), old, new)

    def closed(self, vector_set: VectorSet) -> State:
        """Take a set, and those derived from it, out of the library."""
        sets = sets_without(self, vector_set)
        left = tuple(each for each in self.left if each.vector_set in sets)
        without = replace(self, sets=sets, left=left, pairs=pairs_within(self.pairs, sets))
        if not sets:
            return _emptied(without)
        shown = without if self.active in sets else without.activated(sets[0])
        return _with_maps_of(shown, sets)

    def activated(self, vector_set: VectorSet) -> State:
        """Show a set of the library. What was chosen stays chosen, by its label."""
        old = self.active
        if vector_set is old:
            return self
        same_rows = old is not None and share_rows(old, vector_set)
        query = self.query if same_rows else _first_query(self, vector_set)
        carried: Rows = self.selected.rows
        if old is not None:
            carried = matching_rows(old, vector_set, carried)
        vector = self.query_vector
        keeps_query = vector is not None and (same_rows or encodes_alike(vector_set, vector))
        before = next((each for each in self.left if each.vector_set is vector_set), None)
        shown = None if before is None else (before.projection, before.color_by)
        settings = self.map.for_set(vector_set, shown, same_rows=same_rows)
        return replace(
            self,
            active=vector_set,
            left=_left_with(self, old),
            query=query,
            query_vector=vector if keeps_query else None,
            selected=self.selected if same_rows else Selection(carried),
            settings=self.settings.of_another_set(vector_set),
        ).mapped(settings)

    def queried(self, row: int | None) -> State:
        """List the neighbors of a row, and select it alone."""
        if row is None:
            return replace(self, query=None, query_vector=None, selected=Selection())
        return replace(self, query=row, query_vector=None, selected=Selection([row]))

    def queried_with(self, query_vector: QueryVector) -> State:
        """List the neighbors of a vector of the user's own.

        Raises
        ------
        UserError
            When it does not have the dimensions of the file that is shown.
        """
        if self.active is not None:
            self.active.transform_query(query_vector.vector)
        return replace(self, query_vector=query_vector)

    def selecting(self, rows: Iterable[int] | Rows, change: Change = "replace") -> State:
        """Select rows; the query stays."""
        return replace(self, selected=self.selected.changed(rows, change))

    def toggled(self, row: int) -> State:
        """Add a row to the selection, or take it out."""
        return self.selecting([row], "remove" if row in self.selected else "add")

    def listing(self, count: int | None = None, metric: Metric | None = None) -> State:
        """List so many neighbors, from 1 to 1,000, or rank them by another metric."""
        most = self.count if count is None else min(max(count, 1), 1000)
        return replace(self, count=most, metric=self.metric if metric is None else metric)

    def mapped(self, settings: MapSettings) -> State:
        """Show a map in another way: the one in use, or the one with the key of the settings."""
        others = tuple(settings if each.key == settings.key else each for each in self.maps)
        return replace(self, maps=others)

    def with_active_map(self, key: int) -> State:
        """Work in a map: its set becomes the active one; what was chosen stays, by its label."""
        chosen = self.map_of(key)
        if chosen.key == self.map_key or chosen.vector_set is None:
            return self
        # As both maps are, and not as ones that are to show another set.
        state = self.activated(chosen.vector_set)
        state = state.mapped(replace(self.map, vector_set=self.active))
        return replace(state, map_key=chosen.key).mapped(replace(chosen, vector_set=None))

    @property
    def nbytes(self) -> int:
        """Memory that this state alone may hold, in bytes; without sets and scenes, as shared."""
        own = self.texts if self.query_vector is None else (*self.texts, self.query_vector)
        extra = sum(each.vector.nbytes for each in own)
        return self.selected.nbytes + sum(each.nbytes for each in self.maps) + extra + 1000


def sets_without(state: State, vector_set: VectorSet) -> tuple[VectorSet, ...]:
    """Return the sets that stay when one is closed: not those derived from it."""
    return tuple(other for other in state.sets if not _comes_from(other, vector_set))


def _about(state: State, old: VectorSet, new: VectorSet) -> State:
    """Show a set wherever another one was shown."""
    maps = tuple(
        replace(each, vector_set=new) if each.vector_set is old else each for each in state.maps
    )
    return replace(state, maps=maps, active=new if state.active is old else state.active)


def derived_by(state: State, parent: VectorSet, recipe: object) -> VectorSet | None:
    """Return the set of the library that was made from a set by a recipe, if there is one."""
    for vector_set in state.sets:
        made = vector_set.derivation
        is_from = made is not None and made.parent.identity is parent.identity
        if made is not None and is_from and made.recipe == recipe:
            return vector_set
    return None


def with_library_of(state: State, current: State, before: State | None = None) -> State | None:
    """Return an earlier state with what has been opened since, for undo.

    Sets that it has and that were closed stay in it: undo brings them back. None when it showed a
    set that another one has taken the place of, and when it showed nothing: undo closes no file.

    Parameters
    ----------
    state : State
        The earlier one.
    current : State
        What is open now.
    before : State, optional
        What was open before the last step: that alone can have taken the place of a set. Default:
        whatever is not open now is not to come back.
    """
    gone = set((state if before is None else before).sets) - set(current.sets)
    sets = list(current.sets)
    for place, each in enumerate(state.sets):
        if each in sets or each in gone:
            continue
        above = [other for other in state.sets[:place] if other in sets]
        sets.insert(sets.index(above[-1]) + 1 if above else 0, each)
    shown = {state.active, *(each.vector_set for each in state.maps)} - {None}
    if state.active is None or not shown <= set(sets):
        return None
    left = tuple(each for each in state.left if each.vector_set in sets)
    # What was opened since came with its own pairs.
    new = tuple(each for each in current.pairs if each.vector_set not in state.sets)
    pairs = pairs_within((*state.pairs, *new), sets)
    return replace(state, sets=tuple(sets), left=left, pairs=pairs)


def closes_only(before: State, current: State) -> bool:
    """Return whether sets were closed from one state to the next, and none was opened."""
    return set(current.sets) < set(before.sets)


def _with_maps_of(state: State, sets: tuple[VectorSet, ...]) -> State:
    """Let maps of sets that are not there any more show the active one."""
    maps = []
    for each in state.maps:
        known = each.vector_set
        if known is not None and known not in sets:
            assert state.active is not None
            each = each.for_set(state.active, None, same_rows=False)
            each = replace(each, vector_set=None if each.key == state.map_key else state.active)
        maps.append(each)
    return replace(state, maps=tuple(maps))


def _emptied(state: State) -> State:
    """Show nothing; how neighbors are ranked and what is asked for stays."""
    settings = state.settings.of_another_set(None)
    without = State(metric=state.metric, count=state.count, settings=settings, unread=state.unread)
    return replace(without, scenes=state.scenes)


def _left_with(state: State, old: VectorSet | None) -> tuple[SetView, ...]:
    others = tuple(
        each for each in state.left if each.vector_set is not old and each.vector_set in state.sets
    )
    if old is None or old not in state.sets:
        return others
    return (*others, SetView(old, state.query, state.map.projection, state.map.color_by))


def _first_query(state: State, vector_set: VectorSet) -> int | None:
    """Return the row to begin with: the one chosen before, or one of the analogy's."""
    if not len(vector_set):
        return None
    carried = _carried(state.active, state.query, vector_set)
    if carried is not None:
        return carried
    for each in state.left:
        if each.vector_set is vector_set and each.query is not None:
            return each.query
    asked = (label for each in state.settings.values() for label in each.mentioned)
    known = (label for label in (*asked, *_FAMILIAR) if label in vector_set)
    return vector_set.row(next(known, vector_set.labels[0]))


def lineage(vector_set: VectorSet) -> list[VectorSet]:
    """Return a set, its parent, and so on up to the one that was opened."""
    line = [vector_set]
    while (derivation := line[-1].derivation) is not None:
        line.append(derivation.parent)
    return line


def _comes_from(vector_set: VectorSet, other: VectorSet) -> bool:
    """Return whether a set is another one, or was derived from it, extended or not."""
    return any(each.identity is other.identity for each in lineage(vector_set))


def _carried(old: VectorSet | None, row: int | None, new: VectorSet) -> int | None:
    """Return the row of `new` that has the label of a row of `old`, or None."""
    if old is None or row is None or not share_labels(old, new) or old.labels[row] not in new:
        return None
    return new.row(old.labels[row])
