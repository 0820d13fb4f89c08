"""Everything that is open, chosen and set, as one value. Pure: testable without Qt.

A state holds choices, never results. Transitions are methods that return another state; they
are the only way one is made, so what cannot be reached here cannot be on the screen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from embedviz.core.analogies import Method
from embedviz.core.camera import Camera
from embedviz.core.neighbors import Metric
from embedviz.core.query_vector import QueryVector
from embedviz.core.selection import Change, Selection
from embedviz.core.vector_set import Matrix, Rows, VectorSet

MOST_CARRIED = 2000
"""More selected rows than this are not looked for, label by label, in another set."""


@dataclass(frozen=True)
class MapSettings:
    """What the map shows.

    Attributes
    ----------
    is_3d : bool
    color_by : str or None
        A metadata column.
    labels : bool
        Whether labels are drawn beside points that are not chosen.
    camera : Camera or None
        None fits all points.
    """

    is_3d: bool = False
    color_by: str | None = None
    labels: bool = True
    camera: Camera | None = None


@dataclass(frozen=True)
class Analogy:
    """The question `a − b + c = ?`, by labels, so that it can be put to another set.

    Attributes
    ----------
    positive, negative : tuple of str
    method : {"3CosAdd", "3CosMul", "PairDirection"}
    exclude_inputs : bool
        Whether the question's own labels are left out of the answers.
    is_3d : bool
        Whether the parallelogram is drawn in three dimensions.
    """

    positive: tuple[str, ...] = ("king", "woman")
    negative: tuple[str, ...] = ("man",)
    method: Method = "3CosAdd"
    exclude_inputs: bool = True
    is_3d: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels of the question, positive ones first."""
        return (*self.positive, *self.negative)


@dataclass(frozen=True)
class WhiteningDial:
    """The setting of the Anisotropy pane.

    Attributes
    ----------
    strength : float
        0 only centers, 1 whitens fully.
    components : int or None
        How many are kept; None keeps all.
    """

    strength: float = 1.0
    components: int | None = None


@dataclass(frozen=True, eq=False)
class Question:
    """A search, whether for a row of the set or for a vector of the user's own.

    Attributes
    ----------
    name : str
    vector : array of shape (n_dimensions,)
    exclude : tuple of int
        The row itself, which is no neighbor of its own.
    """

    name: str
    vector: Matrix
    exclude: tuple[int, ...]


@dataclass(frozen=True)
class State:
    """What is open, chosen and set.

    Attributes
    ----------
    sets : tuple of VectorSet
        The library; a derived set stands below its parent.
    active : VectorSet or None
        The set the panes show.
    query : int or None
        Row whose neighbors are listed.
    query_vector : QueryVector or None
        A query that is no row; goes before `query`.
    selected : Selection
    metric : {"cosine", "dot", "euclidean"}
    count : int
        How many neighbors are listed.
    dimensions : int
        Matryoshka prefix in use: 1 to `active.dimensions`, 0 when nothing is open.
    map, analogy, dial : settings of the panes
    cone_camera : Camera or None
        Where both spheres of the Anisotropy pane are seen from; None is the usual place.
    left : tuple of (VectorSet, int)
        The query of each set that is not shown, to come back to.
    """

    sets: tuple[VectorSet, ...] = ()
    active: VectorSet | None = None
    query: int | None = None
    query_vector: QueryVector | None = None
    selected: Selection = field(default_factory=Selection)
    metric: Metric = "cosine"
    count: int = 10
    dimensions: int = 0
    map: MapSettings = MapSettings()
    analogy: Analogy = Analogy()
    dial: WhiteningDial = WhiteningDial()
    cone_camera: Camera | None = None
    left: tuple[tuple[VectorSet, int], ...] = field(default=(), compare=False)

    @property
    def question(self) -> Question | None:
        """What is searched for in the active set, or None while nothing is chosen."""
        if self.active is None:
            return None
        if self.query_vector is not None:
            vector = self.active.transform_query(self.query_vector.vector)
            return Question(self.query_vector.name, vector, ())
        if self.query is None:
            return None
        return Question(
            self.active.labels[self.query], self.active.vectors[self.query], (self.query,)
        )

    def asks_as(self, other: State) -> bool:
        """Whether both states search for the same thing in the same set."""
        return (self.active, self.query, self.query_vector) == (
            other.active,
            other.query,
            other.query_vector,
        )

    def opened(self, vector_set: VectorSet) -> State:
        """Add a set to the library and show it."""
        return replace(self, sets=(*self.sets, vector_set)).activated(vector_set)

    def derived(self, vector_set: VectorSet) -> State:
        """Add a set computed from another one, below that one, and show it."""
        if vector_set.derivation is None:
            return self.opened(vector_set)
        family = [
            i for i, other in enumerate(self.sets) if vector_set.derivation.parent in lineage(other)
        ]
        place = family[-1] + 1 if family else len(self.sets)
        sets = (*self.sets[:place], vector_set, *self.sets[place:])
        return replace(self, sets=sets).activated(vector_set)

    def derived_by(self, parent: VectorSet, recipe: object) -> VectorSet | None:
        """Return the set of the library that was made from a set by a recipe, if there is one."""
        for vector_set in self.sets:
            made = vector_set.derivation
            if made is not None and made.parent is parent and made.recipe == recipe:
                return vector_set
        return None

    def closed(self, vector_set: VectorSet) -> State:
        """Take a set, and those derived from it, out of the library."""
        sets = tuple(other for other in self.sets if vector_set not in lineage(other))
        left = tuple(pair for pair in self.left if pair[0] in sets)
        without = replace(self, sets=sets, left=left)
        if self.active in sets:
            return without
        return without.activated(sets[0]) if sets else without._emptied()

    def _emptied(self) -> State:
        """Show nothing; how neighbors are ranked and what is asked for stays."""
        kept = ("metric", "count", "analogy")
        return replace(State(), **{name: getattr(self, name) for name in kept})

    def activated(self, vector_set: VectorSet) -> State:
        """Show a set of the library. What was chosen stays chosen, by its label."""
        old = self.active
        if vector_set is old:
            return self
        same_rows = old is not None and old.origin is vector_set.origin
        query = self.query if same_rows else self._first_query(vector_set)
        if same_rows:
            selected = self.selected
        elif len(self.selected) > MOST_CARRIED:
            selected = Selection()
        else:
            carried = (_carried(old, row, vector_set) for row in self.selected)
            selected = Selection(row for row in carried if row is not None)
        keeps_query = self.query_vector is not None and same_rows
        columns = vector_set.metadata.column_names
        color_by = (
            self.map.color_by if self.map.color_by in columns else _first_category(vector_set)
        )
        return replace(
            self,
            active=vector_set,
            left=self._left_with(old),
            query=query,
            query_vector=self.query_vector if keeps_query else None,
            selected=selected,
            dimensions=vector_set.dimensions,
            map=replace(self.map, camera=None, color_by=color_by),
            dial=WhiteningDial(),
        )

    def _left_with(self, old: VectorSet | None) -> tuple[tuple[VectorSet, int], ...]:
        others = tuple(pair for pair in self.left if pair[0] is not old and pair[0] in self.sets)
        if old is None or self.query is None or old not in self.sets:
            return others
        return (*others, (old, self.query))

    def _first_query(self, vector_set: VectorSet) -> int | None:
        """Return the row to begin with: the one chosen before, or one of the analogy's."""
        if not len(vector_set):
            return None
        carried = _carried(self.active, self.query, vector_set)
        if carried is not None:
            return carried
        for other, row in self.left:
            if other is vector_set:
                return row
        known = (label for label in self.analogy.labels if label in vector_set)
        return vector_set.row(next(known, vector_set.labels[0]))

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

    def compared_by(self, metric: Metric) -> State:
        """Rank neighbors by another metric."""
        return replace(self, metric=metric)

    def listing(self, count: int) -> State:
        """List so many neighbors, from 1 to 1,000."""
        return replace(self, count=min(max(count, 1), 1000))

    def truncated(self, dimensions: int) -> State:
        """Use only the first `dimensions` columns, as far as there are that many."""
        most = 0 if self.active is None else self.active.dimensions
        return replace(self, dimensions=max(min(dimensions, most), min(1, most)))

    def dialed(self, *, strength: float | None = None, components: int | None = None) -> State:
        """Turn the whitening dial; what is not given stays. All components is given as 0."""
        most = 1 if self.active is None else self.active.dimensions
        dial = self.dial
        if strength is not None:
            dial = replace(dial, strength=min(max(strength, 0.0), 1.0))
        if components is not None:
            dial = replace(dial, components=components if 0 < components < most else None)
        return replace(self, dial=dial)

    def mapped(self, settings: MapSettings) -> State:
        """Show the map in another way."""
        return replace(self, map=settings)

    def orbited(self, camera: Camera) -> State:
        """Look at the spheres of the Anisotropy pane from elsewhere."""
        return replace(self, cone_camera=camera)

    def asked(self, analogy: Analogy) -> State:
        """Put another question."""
        return replace(self, analogy=analogy)

    def with_library_of(self, current: State) -> State | None:
        """Return this earlier state with the sets that are open now, for undo.

        None when it showed a set that has been closed: files are not opened again by undo.
        """
        if self.active not in current.sets:
            return None
        left = tuple(pair for pair in self.left if pair[0] in current.sets)
        return replace(self, sets=current.sets, left=left)

    @property
    def nbytes(self) -> int:
        """Memory that this state alone may hold, in bytes; sets are shared and not counted."""
        extra = self.query_vector.vector.nbytes if self.query_vector else 0
        return self.selected.nbytes + extra + 1000


def lineage(vector_set: VectorSet) -> list[VectorSet]:
    """Return a set, its parent, and so on up to the one that was opened."""
    line = [vector_set]
    while (derivation := line[-1].derivation) is not None:
        line.append(derivation.parent)
    return line


def _carried(old: VectorSet | None, row: int | None, new: VectorSet) -> int | None:
    """Return the row of `new` that has the label of a row of `old`, or None."""
    if old is None or row is None or old.labels[row] not in new:
        return None
    return new.row(old.labels[row])


def _first_category(vector_set: VectorSet) -> str | None:
    names = vector_set.metadata.column_names
    return next((name for name in ("category", "class", "label", "group") if name in names), None)
