"""Scenes as figures: `embedviz figure --session S --scene NAME`, and those of the tour."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from embedviz.commands.animation import FILES, add_animation_options
from embedviz.commands.terminal import tell, terminal_report
from embedviz.core.errors import UserError

Write = Callable[[Any, Any, argparse.Namespace, tuple[Any, ...]], None]
AddLook = Callable[[argparse._ArgumentGroup], None]
_MARKS = ("--session", "--tour")


def is_scene(arguments: Sequence[str]) -> bool:
    """Return whether a figure shows a scene: of a session, or of the tour."""
    return any(each.partition("=")[0] in _MARKS for each in arguments)


def draw_scene(options: argparse.Namespace, panes: Sequence[Any], write: Write) -> int:
    """Draw a scene to a file; return the exit code.

    Parameters
    ----------
    options : Namespace
    panes : sequence of Pane class
        All that there are.
    write : callable
        Takes a pane class, a session, the options, and the states that a moving picture leads
        through where it does through several scenes; writes the figure.

    Raises
    ------
    UserError
        When there is no such scene, or what it shows is not there.
    """
    from embedviz.app.session import Session
    from embedviz.commands.animation import require_ends

    make = _of_session if options.tour is None else _of_tour
    found = make(options, panes)
    kinds = {pane.figure: pane for pane in panes if pane.figure}
    first, *further = [_shown(scene, state) for scene, state in found]
    names = [scene.pane.partition("-")[0] for scene, _ in found]
    if not options.kind and len(set(names)) > 1:
        pairs = zip(found, names, strict=True)
        there = ", ".join(f"{scene.name} of {name}" for (scene, _), name in pairs)
        raise UserError(
            f"A moving picture shows one pane, and these are scenes of several: {there}. "
            "Choose scenes of one pane, or name the figure to draw before --session."
        )
    pane = kinds[options.kind] if options.kind else _pane_named(names[0], kinds)
    require_ends(options)
    session = Session()
    try:
        session.show(first)
        write(pane, session, options, (first, *further) if further else ())
    finally:
        session.encoders.close()
    return 0


def _shown(scene: Any, state: Any) -> Any:
    """Return the state in which a scene is shown, with its map as the first one."""
    from embedviz.app.scenes.sequence import showing, what_is_missing

    missing = what_is_missing(state, scene)
    if missing:
        raise UserError(f"{scene.name}: {missing}")
    if scene.misses:
        tell(f"{scene.name}: {scene.misses}")
    shown, number = showing(state, scene), scene.pane.partition("-")[2]
    return _with_first_map(shown, int(number) - 1) if number.isdecimal() else shown


def parse_scene(
    kinds: Sequence[str], arguments: Sequence[str], add_look: AddLook
) -> argparse.Namespace:
    """Return the options of a figure of a scene.

    Parameters
    ----------
    kinds : sequence of str
        What figures are called: one may be named, else the scene says it.
    arguments : sequence of str
    add_look : callable
        Adds the options for how a figure looks.
    """
    parser = argparse.ArgumentParser(
        prog="embedviz figure", description="Draw a scene without a window or a display."
    )
    parser.add_argument(
        "kind",
        nargs="?",
        choices=tuple(kinds),
        metavar="KIND",
        help="the pane to draw; default: that of the scene",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--session", metavar="FILE", help="a session with scenes")
    what.add_argument("--tour", metavar="NAME", help="a stop of the guided tour")
    parser.add_argument(
        "--scene", metavar="NAME", help="name or number of the scene; default: the first"
    )
    parser.add_argument(
        "--to",
        action="append",
        default=[],
        metavar="NAME",
        help="with --animate between: the scene that it leads to; may be given again, for those "
        "after it",
    )
    parser.add_argument("-o", "--output", required=True, metavar="OUT", help=FILES)
    add_animation_options(parser)
    add_look(parser.add_argument_group("picture"))
    return parser.parse_args(arguments)


def _of_session(options: argparse.Namespace, panes: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Return the scenes of a session that are named, each with the state that it is a scene of."""
    from embedviz.app.files.session.plan import read_plan
    from embedviz.app.files.session.sets import restore_sets
    from embedviz.app.files.session.state import restore_state
    from embedviz.app.map_settings import MapSettings
    from embedviz.app.scenes.sequence import scene_called
    from embedviz.gui.coloring.palettes import RAMPS
    from embedviz.gui.sessions.steps import ALL_STEPS

    plan = read_plan(Path(options.session), ALL_STEPS)
    restored = restore_sets(plan, terminal_report())
    settings = dict.fromkeys(
        kind for pane in panes for kind in pane.settings_class.classes_of_pane()
    )
    named = [kind for kind in settings if kind.name and kind is not MapSettings]
    state = restore_state(plan.document, restored, RAMPS, named).state
    return [(scene_called(state, name), state) for name in (options.scene or "1", *options.to)]


def _of_tour(options: argparse.Namespace, panes: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Return the scenes of the tour that are named, each with a state in which its set is open."""
    from embedviz.app.scenes.scene import Scene
    from embedviz.app.scenes.sequence import look_of
    from embedviz.app.state import State
    from embedviz.gui.tour.scenes import stop_called
    from embedviz.gui.tour.states import state_of_stop

    found, state = [], State()
    for name in (options.tour, *options.to):
        stop = stop_called(name)
        state = state_of_stop(stop, state, [pane.settings_class for pane in panes])
        found.append((Scene(1, stop.name, "", stop.pane, look_of(state)), state))
    return found


def _pane_named(name: str, kinds: Mapping[str, Any]) -> Any:
    made = next((each for each in kinds.values() if each.name == name), None)
    if made is None:
        names = ", ".join(kinds)
        raise UserError(f"{name!r} cannot be drawn. Name a figure before --session: {names}.")
    return made


def _with_first_map(state: Any, key: int) -> Any:
    """Return a state whose first map shows what a further one shows."""
    shown = state.with_active_map(key)
    return replace(shown, maps=(replace(state.map_of(key), key=0, vector_set=None),), map_key=0)
