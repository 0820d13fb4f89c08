"""Scenes as figures: `embedviz figure --session S --scene NAME`, and those of the tour."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from embedviz.commands.application import make_application
from embedviz.commands.setting_options import number_type, size_of_text
from embedviz.commands.terminal import tell, terminal_report
from embedviz.core.errors import UserError

_MARKS = ("--session", "--tour")


def is_scene(arguments: Sequence[str]) -> bool:
    """Return whether a figure shows a scene: of a session, or of the tour."""
    return any(each.partition("=")[0] in _MARKS for each in arguments)


def draw_scene(arguments: Sequence[str], kinds: Mapping[str, Any]) -> int:
    """Draw a scene to a file; return the exit code.

    Parameters
    ----------
    arguments : sequence of str
        Of the command, perhaps the kind of figure first: else the scene says it.
    kinds : mapping of str to Pane class
        By what figures of them are called.

    Raises
    ------
    UserError
        When there is no such scene, or what it shows is not there.
    """
    from embedviz.app.scenes.sequence import showing, what_is_missing
    from embedviz.app.session import Session
    from embedviz.gui.figures import draw_pane, require_room, save_figure
    from embedviz.gui.theme import THEMES

    options = scene_parser(tuple(kinds)).parse_args(arguments)
    width, height = options.size
    require_room(width, height, options.scale)
    make_application(THEMES[options.theme])
    scene, state = _of_tour(options) if options.tour is not None else _of_session(options)
    missing = what_is_missing(state, scene)
    if missing:
        raise UserError(f"{scene.name}: {missing}")
    if scene.misses:
        tell(f"{scene.name}: {scene.misses}")
    session = Session()
    make = kinds[options.kind] if options.kind else _pane_named(scene.pane, kinds)
    try:
        session.show(showing(state, scene))
        with draw_pane(make, session, width, height, options.text_scale) as picture:
            save_figure(picture, options.output, options.scale)
    finally:
        session.encoders.close()
    return 0


def scene_parser(kinds: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser of figures of scenes."""
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
    what.add_argument("--tour", metavar="NAME", help="a scene of the guided tour")
    parser.add_argument(
        "--scene", metavar="NAME", help="name or number of the scene; default: the first"
    )
    parser.add_argument("-o", "--output", required=True, metavar="OUT", help=".png, .svg or .pdf")
    parser.add_argument(
        "--size", default=(1280, 800), type=size_of_text, metavar="WxH", help="in pixels; 1280x800"
    )
    parser.add_argument(
        "--scale", default=2, type=int, choices=range(1, 5), help="pixels per pixel"
    )
    parser.add_argument("--text-scale", default=1.0, type=number_type(0.5, 5.0), help="for a talk")
    parser.add_argument("--theme", default="light", choices=("light", "dark"))
    return parser


def _of_session(options: argparse.Namespace) -> tuple[Any, Any]:
    """Return a scene of a session, and the state that it is a scene of."""
    from embedviz.app.files.session.plan import read_plan
    from embedviz.app.files.session.sets import restore_sets
    from embedviz.app.files.session.state import restore_state
    from embedviz.app.files.session.steps import STEPS
    from embedviz.app.map_settings import MapSettings
    from embedviz.app.scenes.sequence import scene_called
    from embedviz.gui.coloring.palettes import RAMPS
    from embedviz.gui.row_images import PICTURE_STEPS
    from embedviz.panes import PANES

    plan = read_plan(Path(options.session), {**STEPS, **PICTURE_STEPS})
    restored = restore_sets(plan, terminal_report())
    settings = dict.fromkeys(
        kind for pane in PANES for kind in pane.settings_class.classes_of_pane()
    )
    named = [kind for kind in settings if kind.name and kind is not MapSettings]
    state = restore_state(plan.document, restored, RAMPS, named).state
    return scene_called(state, options.scene or "1"), state


def _of_tour(options: argparse.Namespace) -> tuple[Any, Any]:
    """Return a scene of the tour, and a state in which its set is open."""
    from embedviz.app.scenes.scene import Scene
    from embedviz.app.scenes.sequence import look_of
    from embedviz.app.state import State
    from embedviz.gui.tour.scenes import stop_called
    from embedviz.gui.tour.states import state_of_stop
    from embedviz.panes import PANES

    stop = stop_called(options.tour)
    state = state_of_stop(stop, State(), [pane.settings_class for pane in PANES])
    return Scene(1, stop.name, "", stop.pane, look_of(state)), state


def _pane_named(name: str, kinds: Mapping[str, Any]) -> Any:
    """Return what makes the pane of a scene; a further map is made by its key."""
    first, _, number = name.partition("-")
    made = next((each for each in kinds.values() if each.name == first), None)
    if made is None:
        names = ", ".join(kinds)
        raise UserError(
            f"There is no figure of the pane {name!r}. Name one before --session: {names}."
        )
    return partial(made, key=int(number) - 1) if number.isdecimal() else made
