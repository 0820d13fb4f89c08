"""`embedviz figure KIND`: a pane drawn to a file, without a window and without a display.

Each pane that can be drawn is a command of its own. Its options are the fields of its settings, so
that a new field, and a new pane, have theirs without a line here; so have the projections.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from embedviz.commands.animation import FILES, add_animation_options, animate_figure
from embedviz.commands.application import (
    import_qt,
    make_application,
    print_what_is_not_about_fonts,
)
from embedviz.commands.consent import terminal_ask
from embedviz.commands.figure_scenes import draw_scene, is_scene, parse_scene
from embedviz.commands.figure_words import (
    describe_changes,
    require_labels,
    require_query,
    state_with_texts,
)
from embedviz.commands.files import load_files
from embedviz.commands.reading_options import add_reading_options
from embedviz.commands.setting_options import (
    GIVEN,
    add_setting_options,
    given_name,
    number_type,
    settings_of_options,
)
from embedviz.commands.terminal import tell, terminal_report
from embedviz.core.covariance.own_threads import blas_in_one_thread
from embedviz.core.notes import counted
from embedviz.core.settings import SettingField, fields_of
from embedviz.gui.export.look import LEGENDS, PRESETS

_LINES = {"title": "a line above the picture", "subtitle": "a smaller line below the title"}


def draw_figure(arguments: Sequence[str]) -> int:
    """Draw a pane, or a scene, to a file, always the same one; return the exit code."""
    with blas_in_one_thread():
        return _draw(arguments)


def _draw(arguments: Sequence[str]) -> int:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    import_qt()
    from PySide6.QtCore import qInstallMessageHandler

    from embedviz.panes import PANES

    kinds = {pane.figure: pane for pane in PANES if pane.figure}
    qInstallMessageHandler(print_what_matters)
    if is_scene(arguments):
        options = parse_scene(tuple(kinds), arguments, _add_look_options)
        _prepare(options)
        return draw_scene(options, PANES, _write)
    if not arguments or arguments[0] not in kinds:
        kinds_parser({name: pane.title for name, pane in kinds.items()}).parse_args(arguments)
    return _draw_pane(kinds[arguments[0]], arguments)


def _draw_pane(pane: Any, arguments: Sequence[str]) -> int:
    """Draw a pane as its options say; return the exit code."""
    from embedviz.app.session import Session
    from embedviz.core.samples import load_sample

    options = parse_figure(
        pane.figure,
        pane.settings_class.classes_of_pane(),
        arguments[1:],
        sample=pane.figure_sample,
        takes_pairs=pane.takes_pairs,
    )
    _prepare(options)
    opened = load_files(options) if pane.needs_set else []
    if pane.needs_set and not opened:
        opened = [load_sample(pane.figure_sample)]
    session = Session()
    session.encoders.ask = terminal_ask(option="", is_loopback_typed=False)
    try:
        session.show(_state_of(pane, opened, options, arguments, session.encoders))
        _write(pane, session, options)
    finally:
        session.encoders.close()
    return 0


def _prepare(options: argparse.Namespace) -> None:
    """Settle the size, refuse what cannot be drawn, and make the application."""
    from embedviz.formats.moving import moving_format_of
    from embedviz.gui.export.figure import kind_of
    from embedviz.gui.figures import require_room
    from embedviz.gui.theme import FIGURE_THEMES

    (kind_of if options.animate is None else moving_format_of)(Path(options.output))
    require_room(options.size[0], options.size[1], options.scale)
    make_application(FIGURE_THEMES[options.theme])


def _write(
    pane: Any, session: Any, options: argparse.Namespace, states: tuple[Any, ...] = ()
) -> None:
    """Draw a pane and write it, as the options say: moving where they do."""
    if options.animate is None:
        _write_still(pane, session, options)
    else:
        _write_moving(pane, session, options, states)


def _write_still(pane: Any, session: Any, options: argparse.Namespace) -> None:
    from embedviz.gui.export.figure import kind_of, write_figure
    from embedviz.gui.figures import drawn_pane

    path = Path(options.output)
    content = drawn_pane(pane, session, look_of_options(options), [kind_of(path)])
    write_figure(path, content[kind_of(path)])


def _write_moving(pane: Any, session: Any, options: Any, states: tuple[Any, ...]) -> None:
    from embedviz.gui.moving.recorder import record
    from embedviz.gui.moving.stage import PaneStage

    look = look_of_options(options)
    animate_figure(pane, session, options, look, states, PaneStage, record)


def look_of_options(options: argparse.Namespace) -> Any:
    """Return the look of a figure, as the options say."""
    from embedviz.gui.export.look import FigureLook

    width, height = options.size
    return FigureLook(
        width,
        height,
        scale=float(options.scale),
        theme=options.theme,
        is_transparent=options.transparent,
        text_scale=options.text_scale,
        title=getattr(options, "title", ""),
        subtitle=getattr(options, "subtitle", ""),
        has_caption=options.caption,
        legend=options.legend,
        dpi=options.dpi,
        has_recipe=options.recipe,
        has_paths=options.paths,
    )


def _state_of(
    pane: Any, opened: Sequence[Any], options: Any, arguments: Sequence[str], encoders: Any
) -> Any:
    """Return the state that is drawn, after the checks of the pane."""
    if opened:
        state = state_about(opened[0], pane, options, arguments, encoders)
    else:
        state = alone(pane, options)
    for check in pane.checks:
        check(state)
    return state


def state_about(
    vector_set: Any, pane: Any, options: Any, arguments: Sequence[str], encoders: Any
) -> Any:
    """Return the state in which a pane draws a set, as the options say.

    Raises
    ------
    UserError
        When they ask for what the set does not have.
    """
    state = state_with_pairs(vector_set, options.pairs if pane.takes_pairs else None)
    if options.query is not None:
        state = state.queried(require_query(vector_set, options.query))
    if options.text:
        state = state_with_texts(state, encoders, options.text)
    for kind in pane.settings_class.classes_of_pane():
        wanted = settings_of_options(state[kind].for_figure(vector_set), options)
        require_labels(wanted, vector_set, arguments, options.files)
        state = state.with_settings(_suited(wanted, vector_set))
    return state


def alone(pane: Any, options: Any) -> Any:
    """Return the state in which a pane draws what is in no set, as the options say."""
    from embedviz.app.state import State

    state = State()
    for kind in pane.settings_class.classes_of_pane():
        state = state.with_settings(settings_of_options(kind.for_figure_alone(), options))
    return state


def state_with_pairs(vector_set: Any, path: str | None) -> Any:
    """Return a state with a set, and pairs of its rows: those of a file, or that come with it.

    Parameters
    ----------
    vector_set : VectorSet
    path : path or None
        The file of pairs. What of it is not in the set is told.

    Raises
    ------
    UserError
        When it cannot be read, or no pair is of the set.
    """
    from embedviz.app.judged_pairs import bundled_pairs, describe_pairs, describe_unmatched
    from embedviz.app.state import State
    from embedviz.core.pairs import load_pairs

    if path is None:
        return State().opened(vector_set, bundled_pairs(vector_set))
    pairs = load_pairs(vector_set, path, terminal_report())
    if said := describe_unmatched(pairs):
        tell(f"{pairs.name}: {describe_pairs(pairs)}. {said}")
    return State().opened(vector_set, pairs)


def _suited(wanted: Any, vector_set: Any) -> Any:
    """Return settings that a set can have, as the window has them, and say where they differ."""
    suited = wanted.suited_to(vector_set)
    size = f"{counted(len(vector_set), 'row')} × {vector_set.dimensions:,}"
    for words in describe_changes(wanted, suited, vector_set.dimensions):
        tell(f"{words}, as {vector_set.name or 'the set'} is {size}.")
    return suited


def kinds_parser(kinds: Mapping[str, str]) -> argparse.ArgumentParser:
    """Return what explains which figures there are, by name and title."""
    parser = argparse.ArgumentParser(
        prog="embedviz figure",
        description="Draw a picture without a window or a display.",
        epilog="`embedviz figure KIND --help` lists the options of one kind. "
        "`embedviz figure --session FILE --scene NAME` draws a scene.",
    )
    titles = ", ".join(f"{name} ({title})" for name, title in kinds.items())
    parser.add_argument("kind", choices=tuple(kinds), metavar="KIND", help=titles)
    return parser


def parse_figure(
    name: str,
    settings: Sequence[type],
    arguments: Sequence[str],
    *,
    sample: str = "words",
    takes_pairs: bool = False,
) -> argparse.Namespace:
    """Return the options of one kind of figure; files may stand anywhere among them.

    Parameters
    ----------
    name : str
        What the figure is called.
    settings : sequence of classes of settings
    arguments : sequence of str
    sample, takes_pairs
        As for `figure_parser`.
    """
    parser = figure_parser(name, settings, sample=sample, takes_pairs=takes_pairs)
    options = parser.parse_intermixed_args(arguments)
    for each in _fields(settings):
        labels = getattr(options, given_name(each), None)
        if each.kind == "labels" and labels:
            files = [text for text in labels if _is_file(text)]
            options.files += files
            setattr(options, given_name(each), [text for text in labels if text not in files])
    return options


def figure_parser(
    name: str, settings: Sequence[type], *, sample: str = "words", takes_pairs: bool = False
) -> argparse.ArgumentParser:
    """Return the parser of one kind of figure.

    Parameters
    ----------
    name : str
        What the figure is called.
    settings : sequence of classes of settings
        No two of which have an option of the same name.
    sample : str
        The bundled set that is drawn where no file is given; "" where no set is drawn.
    takes_pairs : bool
        Whether the figure shows pairs of rows.
    """
    parser = argparse.ArgumentParser(
        prog=f"embedviz figure {name}", description="Draw a picture without a window or a display."
    )
    if sample:
        parser.add_argument(
            "files", nargs="*", metavar="FILE", help=f"vectors; default: the bundled {sample}"
        )
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="OUT",
        help=FILES,
    )
    what = parser.add_argument_group("what it shows")
    if sample:
        what.add_argument("--query", metavar="LABEL", help="the row that is marked or searched for")
        help = (
            "a text that is searched for and marked, where the set has an encoder; may be repeated"
        )
        what.add_argument("--text", metavar="TEXT", action="append", default=[], help=help)
    if takes_pairs:
        help = (
            "rows that belong together, maybe with a score; default: those that come with the set"
        )
        what.add_argument("--pairs", metavar="FILE", help=help)
    add_setting_options(what, _fields(settings))
    add_animation_options(parser)
    own = {given_name(each).removeprefix(GIVEN) for each in _fields(settings)}
    _add_look_options(parser.add_argument_group("picture"), own)
    if sample:
        add_reading_options(parser)
    return parser


def _add_look_options(look: argparse._ArgumentGroup, own: Collection[str] = ()) -> None:
    """Add the options for how a figure looks; see `FigureLook`. A pane may have its own title."""
    look.add_argument(
        "--size",
        default=(1280, 800),
        type=_size,
        metavar="WxH",
        help=f"in pixels, 1280x800; or {', '.join(PRESETS)}",
    )
    look.add_argument("--scale", default=2, type=int, choices=range(1, 5), help="pixels per pixel")
    look.add_argument("--dpi", default=0.0, type=number_type(30, 2400), help="that a PNG names")
    look.add_argument(
        "--text-scale", default=1.0, type=number_type(0.5, 5.0), help="1.8 for a talk"
    )
    themes = "light", "dark", "print", "gray-safe"
    look.add_argument("--theme", default="light", choices=themes)
    look.add_argument("--transparent", action="store_true", help="without a ground")
    for name, help in _LINES.items():
        if name not in own:
            look.add_argument(f"--{name}", default="", help=help)
    look.add_argument(
        "--caption",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="the line below points that says what is shown",
    )
    look.add_argument("--legend", default="as-shown", choices=LEGENDS, help="where it is")
    look.add_argument(
        "--recipe",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="say in the file what it shows, so that the window shows it again",
    )
    look.add_argument("--paths", action="store_true", help="say where files are there, too")


def _fields(settings: Sequence[type]) -> list[SettingField]:
    return [field for kind in settings for field in fields_of(kind).values()]


def _is_file(text: str) -> bool:
    """Return whether a text among labels is a file: it has a suffix or a folder, and is there."""
    path = Path(text)
    return bool(path.suffix or len(path.parts) > 1) and path.exists()


def _size(text: str) -> tuple[int, int]:
    if text in PRESETS:
        return PRESETS[text]
    width, _, height = text.lower().replace("×", "x").partition("x")
    are_numbers = width.isdecimal() and height.isdecimal() and len(text) < 40
    if not are_numbers or min(int(width), int(height)) < 100:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a size such as 1280x800, 100 at the least, or one of "
            f"{', '.join(PRESETS)}"
        )
    return int(width), int(height)


def print_what_matters(kind: object, context: object, text: str) -> None:
    """Print what Qt has to say, but for its regret that there is no screen, or no font."""
    if "propagateSizeHints" not in text:
        print_what_is_not_about_fonts(kind, context, text)
