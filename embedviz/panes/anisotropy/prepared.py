"""What the views and the pages of a set draw from: computed once, and at the dial's position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from embedviz.app.state import State
from embedviz.core.anisotropy.cone import Cone, ConeView
from embedviz.core.anisotropy.fit_source import FitSource, fit_source, set_meant
from embedviz.core.anisotropy.transform import Fit, Transform, TransformSettings
from embedviz.core.arrays import Rows
from embedviz.core.errors import UserError
from embedviz.core.isotropy import outlier_dimensions
from embedviz.core.progress import Report, part_of
from embedviz.core.vector_set import VectorSet
from embedviz.gui.pane import Pane
from embedviz.panes.anisotropy.settings import AnisotropySettings


@dataclass(frozen=True)
class FitChoice:
    """What a map is fitted on, as a state has it: all that a `Prepared` depends on.

    A subject of calculations; see `gui.pages.page.WantedBy`.
    """

    vector_set: VectorSet
    source: FitSource
    other: VectorSet | None
    """The open set that a source by name means; None: it is not open, or none is meant."""
    leaves_out: bool
    """Whether rogue dimensions count as zero."""
    shrinks: bool
    """Whether the shrinkage is measured."""

    @classmethod
    def of(cls, state: State) -> FitChoice:
        """Return that of a state with an active set."""
        assert state.active is not None
        settings, other = state[AnisotropySettings], None
        if settings.fit_on.kind == "set":
            other = set_meant(settings.fit_on, state.active, state.sets)
        return cls(state.active, settings.fit_on, other, settings.leave_out, settings.shrinkage)

    def is_wanted(self, state: State) -> bool:
        """Return whether a result about this is still to be drawn in this state."""
        return state.active is not None and FitChoice.of(state) == self


@dataclass(frozen=True)
class DialPosition:
    """Where the dial stands, on what: all that numbers of the mapped rows depend on.

    A subject of calculations; see `gui.pages.page.WantedBy`.
    """

    choice: FitChoice
    settings: TransformSettings

    @classmethod
    def of(cls, state: State) -> DialPosition:
        """Return that of a state with an active set."""
        return cls(FitChoice.of(state), state[AnisotropySettings].transform)

    def is_wanted(self, state: State) -> bool:
        """Return whether a result about this is still to be drawn in this state."""
        return state.active is not None and DialPosition.of(state) == self


@dataclass(frozen=True, eq=False)
class Prepared:
    """What is known of a set wherever the dial stands, computed once.

    The picture of a very large set shows a sample of its rows: `places` and `cone.rows` lead
    from one to the other.

    Attributes
    ----------
    choice : FitChoice
        What it is about.
    fit : Fit
        Of the rows that the map is fitted on.
    cone : Cone
        Of the set.
    """

    choice: FitChoice
    fit: Fit
    cone: Cone

    @property
    def vector_set(self) -> VectorSet:
        """The set that is mapped."""
        return self.choice.vector_set

    @cached_property
    def labels(self) -> Sequence[str]:
        """Labels of the rows in the picture."""
        everything = self.vector_set.labels
        if len(self.cone.rows) == len(everything):
            return everything
        return [everything[row] for row in self.cone.rows]

    def places(self, rows: ArrayLike) -> Rows:
        """Return where rows are in the picture; those that are not are left out."""
        wanted = np.asarray(rows, dtype=np.intp)
        found = np.searchsorted(self.cone.rows, wanted).clip(0, len(self.cone.rows) - 1)
        places: Rows = found[self.cone.rows[found] == wanted]
        return places

    def transform(self, settings: TransformSettings) -> Transform:
        """Return the map with the dial at some position."""
        return Transform(self.fit, settings, self.vector_set.name or "the set")

    def count_of(self, settings: TransformSettings) -> int:
        """Return how many directions are kept; 0 where nothing would be left."""
        try:
            return len(self.transform(settings).kept.variances)
        except UserError:
            return 0


@dataclass(frozen=True, eq=False)
class Turned:
    """The set as the views show it: with the dial at one position.

    Attributes
    ----------
    position : DialPosition
        Which one. While the dial is dragged, it is one step behind the state.
    transform : Transform
    view : ConeView
        Of the rows in the picture, and of the sampled pairs of `cone.before`.
    """

    position: DialPosition
    transform: Transform
    view: ConeView


@runtime_checkable
class HasPrepared(Protocol):
    """The pane, as far as its pages need it."""

    prepared: Prepared | None
    turned: Turned | None


def prepared_of(pane: Pane) -> Prepared:
    """Return what a page draws from wherever the dial stands; it is there when `draw` is called."""
    assert isinstance(pane, HasPrepared)
    assert pane.prepared is not None
    return pane.prepared


def turned_of(pane: Pane) -> Turned:
    """Return what the views show; it is there when `draw` of a page is called."""
    assert isinstance(pane, HasPrepared)
    assert pane.turned is not None
    return pane.turned


def prepare(choice: FitChoice, report: Report) -> Prepared:
    """Fit the map and measure the cone. Runs off the UI thread."""
    fit = fit_choice(choice, part_of(report, 0.0, 0.5))
    cone = Cone(choice.vector_set.vectors, fit, part_of(report, 0.5, 1.0))
    prepared = Prepared(choice, fit, cone)
    _ = prepared.labels  # Of 200,000 rows they would hold up the window.
    return prepared


def fit_choice(choice: FitChoice, report: Report) -> Fit:
    """Return what is known of the rows that the map is fitted on. Runs off the UI thread."""
    left_out: tuple[int, ...] = ()
    if choice.leaves_out:
        found, _ = outlier_dimensions(choice.vector_set.vectors, part_of(report, 0.0, 0.4))
        left_out = tuple(found.tolist())
    return fit_source(
        choice.vector_set,
        choice.source,
        () if choice.other is None else (choice.other,),
        left_out=left_out,
        shrinkage=choice.shrinks,
        report=part_of(report, 0.4, 1.0),
    )


def turn(prepared: Prepared, position: DialPosition, report: Report) -> Turned:
    """Map the rows in the picture. Runs off the UI thread."""
    settings = position.settings
    # Before the rows are mapped: it says in words where nothing would be left of them.
    transform = prepared.transform(settings)
    return Turned(position, transform, prepared.cone.after(settings))
