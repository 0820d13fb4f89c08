"""`--animate` of `embedviz figure`: a moving picture instead of a still one."""

from __future__ import annotations

import argparse
from functools import partial
from typing import Any

from embedviz.app.animation.easing import EASINGS
from embedviz.app.animation.kinds import BETWEEN, between_states
from embedviz.app.animation.timing import LOOPS, MOST_FPS, MOST_SECONDS, Timing
from embedviz.commands.setting_options import number_type
from embedviz.commands.terminal import terminal_report
from embedviz.core.errors import UserError
from embedviz.formats.moving import moving_format_of

FILES = ".png, .svg or .pdf; moving .webp, .gif, .png or .mp4"
"""What a figure can be, for the help of `-o`."""


def add_animation_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of a moving picture to those of a figure."""
    moves = parser.add_argument_group("moving picture")
    moves.add_argument(
        "--animate",
        metavar="KIND",
        help="orbit, morph, whitening, prefix or run, as far as the figure has it, or between: "
        "from --scene to --to of a session; -o is .webp, .gif, .png or .mp4 then",
    )
    seconds = number_type(0.1, MOST_SECONDS)
    moves.add_argument("--seconds", default=4.0, type=seconds, help="length; 4")
    moves.add_argument(
        "--fps", default=25, type=int, choices=range(1, MOST_FPS + 1), metavar="N", help="1 to 60"
    )
    moves.add_argument("--easing", choices=tuple(EASINGS), help="default: as is usual for KIND")
    moves.add_argument(
        "--hold", default=0.0, type=number_type(0.0, MOST_SECONDS), help="rest at both ends, in s"
    )
    loops = tuple(key for _, key in LOOPS)
    moves.add_argument("--loop", choices=loops, default="forever", help="back: there and back")


def require_ends(options: Any) -> None:
    """Raise an error where a moving picture leads from one scene to another, and none is named.

    Raises
    ------
    UserError
        Also where another scene is named, and nothing leads there.
    """
    if options.animate == BETWEEN and not getattr(options, "to", ()):
        raise UserError(
            "--animate between leads from one scene to another. Name both: --session FILE "
            "--scene FIRST --to LAST."
        )
    if options.animate != BETWEEN and getattr(options, "to", ()):
        raise UserError("--to is where a moving picture leads: add --animate between.")


def animate_figure(
    pane: Any,
    session: Any,
    options: Any,
    look: Any,
    states: tuple[Any, ...],
    stage: Any,
    record: Any,
) -> None:
    """Write a moving picture of what a session shows.

    Parameters
    ----------
    pane : Pane class
    session : Session
    options : Namespace
    look : FigureLook
    states : tuple of State
        That it leads through, with `--animate between`.
    stage : callable
        Makes a stage: `gui.moving.stage.PaneStage`.
    record : callable
        Records a film: see `gui.moving.recorder`.

    Raises
    ------
    UserError
        When the pane has no such animation, and when the file cannot be written.
    """
    from embedviz.gui.moving.filming import Film

    require_ends(options)
    kinds = {each.key: each for each in (*pane.animations, between_states())}
    if options.animate not in kinds:
        there = ", ".join(kinds) or "none"
        raise UserError(
            f"--animate {options.animate}: {pane.title} has no such moving picture; it has: "
            f"{there}."
        )
    moving = moving_format_of(options.output)
    if options.fps > moving.most_fps:
        raise UserError(
            f"{moving.title} has at most {moving.most_fps} frames a second. Choose a lower --fps."
        )
    animation = kinds[options.animate]
    easing = options.easing or animation.easing
    timing = Timing(options.seconds, options.fps, easing, options.hold, options.loop)
    film = Film(session, partial(stage, pane), animation, timing, look, session.state, states)
    record(film, options.output, terminal_report())
