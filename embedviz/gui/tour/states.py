"""The states of the tour: a bundled set, and what a stop sets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from embedviz.app.files.values import made
from embedviz.app.judged_pairs import bundled_pairs
from embedviz.app.map_settings import MapSettings
from embedviz.app.state import State
from embedviz.core.origin import SampleOrigin
from embedviz.core.samples import load_sample
from embedviz.core.settings import Settings, SettingsByPane
from embedviz.core.vector_set import VectorSet
from embedviz.gui.tour.scenes import TourStop


def sample_in(state: State, name: str) -> VectorSet:
    """Return a bundled set: the one that is open already, or else a new one."""
    for each in state.sets:
        provenance = each.provenance
        if provenance is not None and provenance.step == SampleOrigin(name):
            return each
    return load_sample(name)


def state_of_stop(stop: TourStop, state: State, kinds: Iterable[type[Settings]]) -> State:
    """Return a state in which a stop is shown, and what was open stays open.

    Parameters
    ----------
    stop : TourStop
    state : State
    kinds : iterable of class
        The settings of the panes, which name those of their pages.
    """
    vector_set = sample_in(state, stop.sample)
    if vector_set not in state.sets:
        state = state.opened(vector_set, bundled_pairs(vector_set))
    usual = replace(state, settings=SettingsByPane(), maps=(MapSettings(),), map_key=0)
    usual = replace(usual, active=None, query=None, query_vector=None, texts=(), metric="cosine")
    shown = replace(usual, count=10).activated(vector_set)
    if stop.query:
        shown = shown.queried(vector_set.row(stop.query))
    for kind in (each for pane in kinds for each in pane.classes_of_pane()):
        given = stop.settings.get(kind.name)
        if given is not None:
            shown = shown.with_settings(made(kind, given))
    return shown
