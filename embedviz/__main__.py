"""Put the parts together: the command line, the session, the window with its panes."""

from __future__ import annotations

import argparse
import builtins
import gc
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedviz.commands import (
    COMMANDS,
    add_reading_options,
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
    from embedviz.core.compiled.warm_up import Compile
    from embedviz.core.progress import Report
    from embedviz.core.vector_set import VectorSet
    from embedviz.gui.theme import Theme
    from embedviz.gui.window.main_window import MainWindow


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; return its exit code, 2 where the user can put something right."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if given and given[0] in COMMANDS:
            return COMMANDS[given[0]](given[1:])
        if given[:1] == ["figure"]:
            from embedviz._figure_command import draw_figure

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


def _kernels() -> list[Compile]:
    from embedviz.panes import all_kernels

    return all_kernels()


def make_window() -> MainWindow:
    """Return a window with every pane and nothing open. Needs a QApplication."""
    from embedviz.app.preparation import preparation

    preparation.start(_kernels, in_children=True)
    from embedviz.app.session import Session
    from embedviz.gui.window.main_window import MainWindow
    from embedviz.panes import PANES

    # What was imported stays for good. Left out of garbage collection, it cannot make a step of
    # a dial take 0.1 s instead of 0.015 s. Once more when the kernels have brought in theirs.
    gc.freeze()
    preparation.ready.connect(gc.freeze)
    return MainWindow(Session(), PANES)


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


def _version() -> str:
    from importlib.metadata import version

    return f"embedviz {version('embedviz')}"


if __name__ == "__main__":
    sys.exit(main())
