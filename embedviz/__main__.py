"""Put the parts together: the command line, the session, the window with its panes."""

from __future__ import annotations

import argparse
import builtins
import gc
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedviz.commands import (
    COMMANDS,
    add_reading_options,
    from_one,
    settings_of,
    tell_error,
    tell_stopped,
    terminal_report,
)
from embedviz.core.errors import ChoiceRequired, UserError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from PySide6.QtWidgets import QApplication

    from embedviz.app.pairing import OpenRequest
    from embedviz.app.state import State
    from embedviz.core.progress import Report
    from embedviz.core.vector_set import VectorSet
    from embedviz.gui.theme import Theme
    from embedviz.gui.window.main_window import MainWindow

METHODS = ("PCA", "t-SNE", "UMAP")
FIGURES = ("map", "analogy", "anisotropy", "matryoshka")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; return its exit code, 2 where the user can put something right."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if given and given[0] in COMMANDS:
            return COMMANDS[given[0]](given[1:])
        if given[:1] == ["figure"]:
            return draw_figure(given[1:])
        return show_window(given)
    except UserError as error:
        tell_error(error)
        return 2
    except KeyboardInterrupt:
        return tell_stopped()


def show_window(arguments: Sequence[str]) -> int:
    """Open the window on the files given, or on the bundled words."""
    options = _window_parser().parse_args(arguments)
    has_session = _has_session(options)
    undecided: list[OpenRequest] = []
    opened = [] if has_session else _load_files(options, undecided)
    _require_window()
    application = _make_application(_remembered_theme())
    window = make_window()
    window.failures.install()
    window.show()
    window.files.start()
    if has_session:
        window.open_paths(options.files)
    elif opened or undecided:
        for vector_set in opened:
            window.session.show(window.session.state.opened(vector_set))
        for wanted in undecided:
            window.dialogs.ask(wanted)
    else:
        window.trigger("file.words")
    return int(application.exec())


def show(
    vectors: ArrayLike | VectorSet,
    labels: Sequence[str] | None = None,
    metadata: Any = None,
    name: str = "vectors",
) -> MainWindow:
    """Open the window on vectors that are in memory.

    In a notebook, call it after `%gui qt`; it then returns at once. In a script it returns when
    the window is closed.

    Parameters
    ----------
    vectors : VectorSet or array-like of shape (n_vectors, n_dimensions)
    labels : sequence of str, length n_vectors, optional
    metadata : pyarrow.Table or mapping of column name to values, optional
    name : str
        What the set is called in the library.

    Returns
    -------
    MainWindow
        It is there until it is closed, also when nothing refers to it.

    Raises
    ------
    UserError
        When the vectors are no table of numbers, or no window can be opened here.
    """
    from embedviz.core.vector_set import VectorSet

    if not isinstance(vectors, VectorSet):
        vectors = VectorSet(vectors, labels, metadata, name)
    elif labels is not None or metadata is not None:
        raise UserError(
            "Labels and metadata go with an array of vectors; this vector set has its own."
        )
    vectors.index_labels()
    _require_window()
    application = _make_application()
    window = make_window()
    window.failures.install()
    window.session.show(window.session.state.opened(vectors))
    window.show()
    window.files.start()
    if not hasattr(builtins, "__IPYTHON__"):
        application.exec()
    return window


def make_window() -> MainWindow:
    """Return a window with every pane and nothing open. Needs a QApplication."""
    from embedviz.app.preparation import preparation

    preparation.start(in_children=True)
    from embedviz.app.session import Session
    from embedviz.gui.window.main_window import MainWindow
    from embedviz.panes import PANES

    # What was imported stays for good. Left out of garbage collection, it cannot make a step of
    # a dial take 0.1 s instead of 0.015 s. Once more when the kernels have brought in theirs.
    gc.freeze()
    preparation.ready.connect(gc.freeze)
    return MainWindow(Session(), PANES)


def draw_figure(arguments: Sequence[str]) -> int:
    """Draw a pane to a file, without a window and without a display."""
    options = _figure_parser().parse_args(arguments)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    _import_qt()
    from PySide6.QtCore import qInstallMessageHandler

    from embedviz.app.session import Session
    from embedviz.app.state import State
    from embedviz.core.samples import load_sample
    from embedviz.gui.figures import draw_pane, save_figure
    from embedviz.gui.theme import THEMES
    from embedviz.panes import PANES

    opened = _load_files(options)
    vector_set = opened[0] if opened else load_sample("words")
    _make_application(THEMES[options.theme])
    qInstallMessageHandler(_tell_what_matters)
    state = _chosen(State().opened(vector_set), options)
    make = next(pane for pane in PANES if pane.figure == options.kind)
    width, _, height = options.size.partition("x")
    with draw_pane(make, Session(state), int(width), int(height), options.text_scale) as picture:
        save_figure(picture, options.output, options.scale)
    return 0


def _tell_what_matters(kind: object, context: object, text: str) -> None:
    """Print what Qt has to say, but for its regret that there is no screen."""
    if "propagateSizeHints" not in text:
        print(text, file=sys.stderr)  # noqa: T201 - as Qt itself would


def _chosen(state: State, options: argparse.Namespace) -> State:
    """Return the state that the options of a figure ask for."""
    active = state.active
    assert active is not None
    analogy, chosen = state.analogy, state.map
    if options.positive or options.negative:
        positive, negative = tuple(options.positive), tuple(options.negative)
        analogy = replace(analogy, positive=positive, negative=negative)
    if options.color_by:
        _require_column(active, options.color_by)
        chosen = chosen.colored_by(options.color_by)
    if options.projection:
        from embedviz.core.projections import PROJECTIONS

        chosen = chosen.projected_by(PROJECTIONS[options.projection]())
    chosen = replace(chosen, density=options.density, trust=options.trust)
    state = state.asked(replace(analogy, method=options.method, is_3d=options.three_d))
    state = state.mapped(replace(chosen, is_3d=options.three_d))
    state = state.dialed(strength=options.strength, components=options.components)
    # At full length there is nothing to see: a quarter, unless something else is asked for.
    state = state.truncated(options.dimensions or max(active.dimensions // 4, 1))
    try:
        if options.kind == "analogy":
            for label in analogy.labels:
                active.row(label)
        if options.query is not None:
            state = state.queried(active.row(options.query))
    except KeyError as error:
        raise UserError(error.args[0]) from None
    return state


def _require_column(vector_set: VectorSet, column: str) -> None:
    from embedviz.gui.coloring.point_style import colorable_columns

    known = colorable_columns(vector_set)
    if column not in known:
        raise UserError(
            f"There is no metadata column {column!r} that can color points; "
            f"there are: {', '.join(known) or 'none'}."
        )


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def _has_session(options: argparse.Namespace) -> bool:
    """Return whether a session is among the files; the window opens it, and says how far it is."""
    from embedviz.app.files.session.writing import is_session

    if not any(is_session(Path(file)) for file in options.files):
        return False
    if options.labels is not None or options.metadata is not None:
        raise UserError("A session knows its labels and metadata: leave out --labels, --metadata.")
    return True


def _remembered_theme() -> Theme | None:
    from embedviz.app.files.settings import read_settings
    from embedviz.gui.theme import THEMES

    return THEMES.get(read_settings().theme or "")


def _load_files(
    options: argparse.Namespace, undecided: list[OpenRequest] | None = None
) -> list[VectorSet]:
    """Return what is in the files given.

    For a window, files that somebody has to decide about go to `undecided`, and arrays are mapped
    without looking at their rows first.
    """
    files, labels, metadata = options.files, options.labels, options.metadata
    if not files:
        return []
    from embedviz.app.pairing import OpenRequest, pair_up

    settings, report = settings_of(options), terminal_report()
    if labels is None and metadata is None:
        wanted = pair_up(files)
    else:
        wanted = [OpenRequest(Path(file), _path(labels), _path(metadata)) for file in files]
    opened = []
    for one in wanted:
        one = replace(one, settings=settings)
        try:
            opened.append(_load_file(one, report, is_for_window=undecided is not None))
        except ChoiceRequired:
            if undecided is None:
                raise
            undecided.append(one)
    return opened


def _load_file(wanted: OpenRequest, report: Report, *, is_for_window: bool) -> VectorSet:
    from embedviz.formats import open_file

    settings = replace(wanted.read_settings, scans_later=is_for_window)
    vector_set = open_file(wanted.vectors, settings, report)
    vector_set.index_labels()  # Before there is a window to stall.
    return vector_set


def _import_qt() -> None:
    """Import Qt, or say which system package is missing for it."""
    try:
        import PySide6.QtWidgets  # noqa: F401
    except ImportError as error:
        from embedviz.core.system_libraries import explain_missing

        raise UserError(explain_missing(error)) from error


def _require_window() -> None:
    """Raise a UserError where Qt cannot open a window, before it aborts the process."""
    _import_qt()
    from embedviz.gui.window.display_check import missing_for_window

    if (missing := missing_for_window()) is not None:
        raise UserError(missing)


def _make_application(theme: Theme | None = None) -> QApplication:
    from PySide6.QtWidgets import QApplication

    from embedviz.gui.style import apply_theme
    from embedviz.gui.theme import system_theme

    # While another thread runs Python, as when a million labels are indexed, each of the hundreds
    # of calls of one painted frame waits for its turn: 5 ms each by default, 0.7 s in all.
    sys.setswitchinterval(0.0001)
    application = QApplication.instance() or QApplication(["embedviz"])
    assert isinstance(application, QApplication)
    application.setApplicationName("embedviz")
    application.setApplicationDisplayName("embedviz")
    apply_theme(application, theme or system_theme())
    return application


def _window_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="embedviz",
        description="See the geometry of embeddings. Without a file, the bundled words are opened.",
        epilog="Without a window: `embedviz info`, `embedviz convert` and `embedviz figure`, each "
        "with --help.",
    )
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="vectors, in any known format, or a session"
    )
    add_reading_options(parser)
    parser.add_argument("--version", action="version", version=_version())
    return parser


def _figure_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="embedviz figure", description="Draw a picture without a window or a display."
    )
    parser.add_argument("kind", choices=FIGURES)
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="vectors; default: the bundled words"
    )
    parser.add_argument("-o", "--output", required=True, metavar="OUT", help=".png, .svg or .pdf")
    add_reading_options(parser)
    look = parser.add_argument_group("picture")
    look.add_argument("--size", default="1280x800", type=_size, help="width x height in pixels")
    look.add_argument("--scale", default=2, type=int, choices=range(1, 5), help="pixels per pixel")
    look.add_argument("--text-scale", default=1.0, type=_text_scale, help="1.8 for a talk")
    look.add_argument("--theme", default="light", choices=("light", "dark"))
    what = parser.add_argument_group("what it shows")
    what.add_argument("--3d", dest="three_d", action="store_true", help="map, analogy: 3-D")
    what.add_argument("--projection", choices=METHODS, help="map: how the points are laid out")
    what.add_argument("--density", action="store_true", help="map: how crowded each place is")
    what.add_argument("--trust", action="store_true", help="map: how many true neighbors are near")
    what.add_argument("--color-by", metavar="COLUMN", help="map: a metadata column")
    what.add_argument("--query", metavar="LABEL", help="the row that is marked or searched for")
    what.add_argument("--positive", nargs="+", default=(), metavar="LABEL", help="analogy")
    what.add_argument("--negative", nargs="+", default=(), metavar="LABEL", help="analogy")
    methods = ("3CosAdd", "3CosMul", "PairDirection")
    what.add_argument("--method", default="3CosAdd", choices=methods, help="analogy")
    what.add_argument("--strength", type=_strength, default=1.0, help="anisotropy: 0 to 1")
    what.add_argument("--components", type=from_one, help="anisotropy: how many are kept")
    what.add_argument("--dimensions", type=from_one, help="matryoshka: length of the prefix")
    return parser


def _strength(text: str) -> float:
    return _number(text, 0.0, 1.0)


def _text_scale(text: str) -> float:
    return _number(text, 0.5, 5.0)


def _number(text: str, least: float, most: float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not least <= number <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from {least:g} to {most:g}")
    return number


def _size(text: str) -> str:
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit() and min(int(width), int(height)) >= 100):
        raise argparse.ArgumentTypeError(f"{text!r} is no size such as 1280x800, 100 at the least")
    return text


def _version() -> str:
    from importlib.metadata import version

    return f"embedviz {version('embedviz')}"


if __name__ == "__main__":
    sys.exit(main())
