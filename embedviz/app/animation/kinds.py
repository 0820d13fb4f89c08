"""Kinds of animations that panes offer: each is a list of states, made of the one that is shown.

A pane names its kinds in `Pane.animations`, where everything else follows from: the dialog, and the
values of `--animate`. What is common to several panes is made here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import tau
from typing import Any

from embedviz.app.state import State
from embedviz.core.projections import PCA, UMAP
from embedviz.core.settings import Settings, fields_of

BETWEEN = "between"
"""Key of the animation from one state to another, which every pane has."""
_QUARTERS = 4


def _as_it_is(state: State) -> State:
    return state


def _alone(state: State) -> Sequence[State]:
    return (state,)


@dataclass(frozen=True)
class Animation:
    """A kind of animation.

    Attributes
    ----------
    key : str
        What `--animate` calls it.
    title, help : str
        What the dialog calls it, and what it shows, in a few words.
    begin : callable
        Takes the state that is shown and returns the one that has to be drawn to know more, such
        as where the camera is.
    states : callable
        Takes that state, with its cameras, and returns the states that the way leads through.
    easing : str
        Which is usual for it.
    is_closed : bool
        Whether its end is its start.
    is_run : bool
        Whether what moves is the run of the pane, from its first moment to its last.
    """

    key: str
    title: str
    help: str
    begin: Callable[[State], State] = _as_it_is
    states: Callable[[State], Sequence[State]] = _alone
    easing: str = "in-out"
    is_closed: bool = False
    is_run: bool = False


def between_states() -> Animation:
    """Return the animation that every pane has; where it leads is said beside it."""
    return Animation(BETWEEN, "Between two states", "from one look to another")


def orbit(kind: type[Settings]) -> Animation:
    """Return the animation that goes once around what a pane shows in 3-D.

    Parameters
    ----------
    kind : class of settings
        Has a `camera`; and is set to three dimensions where it has `is_3d`.
    """
    kind_with_fields: Any = kind

    def begin(state: State) -> State:
        if "is_3d" not in fields_of(kind_with_fields):
            return state
        settings: Any = state[kind]
        return state.with_settings(replace(settings, is_3d=True))

    def states(state: State) -> Sequence[State]:
        settings: Any = state[kind]
        if settings.camera is None:
            return (state,)
        turns = (settings.camera.orbited(tau * i / _QUARTERS, 0.0) for i in range(_QUARTERS))
        around = [state.with_settings(replace(settings, camera=camera)) for camera in turns]
        return (*around, around[0])

    return Animation(
        "orbit", "Orbit", "once around, in 3-D", begin, states, "linear", is_closed=True
    )


def projection_morph() -> Animation:
    """Return the animation of a map from PCA to its own layout, or from that of PCA to UMAP."""

    def states(state: State) -> Sequence[State]:
        own = state.map.projection
        target = UMAP() if own is None or isinstance(own, PCA) else own
        return [state.mapped(state.map.projected_by(each)) for each in (PCA(), target)]

    return Animation(
        "morph",
        "Projection morph",
        "from PCA to the layout that is shown, or to UMAP",
        states=states,
    )


def sweep(
    key: str,
    title: str,
    help: str,
    kind: type[Settings],
    ends: Callable[[Any, State], Sequence[Settings]],
) -> Animation:
    """Return the animation that leads through settings of a pane.

    Parameters
    ----------
    key, title, help : str
        See `Animation`.
    kind : class of settings
    ends : callable
        Takes the settings and the state that are shown, and returns the settings that the way
        leads through.
    """

    def states(state: State) -> Sequence[State]:
        return [state.with_settings(each) for each in ends(state[kind], state)]

    return Animation(key, title, help, states=states)
