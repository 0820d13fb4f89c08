"""The window: as the program `embedviz`, and from Python with `embedviz.show`.

The program owns its process, and sets up the interpreter for a window that never stalls. A script
or a notebook that shows a window has settings of its own, which stay as they are.
"""

from __future__ import annotations

import argparse
import builtins
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedviz.commands.application import (
    make_application,
    print_what_is_not_about_fonts,
    require_window,
)
from embedviz.commands.files import read_for_window
from embedviz.commands.reading_options import add_reading_options
from embedviz.commands.upkeep.reset import reset
from embedviz.core.errors import UserError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from PySide6.QtWidgets import QApplication

    from embedviz.core.compiled.warm_up import Compile
    from embedviz.core.vector_set import VectorSet
    from embedviz.gui.window.main_window import MainWindow


def show_window(arguments: Sequence[str]) -> int:
    """Open the window on the files given, or on the bundled words."""
    options = _parser().parse_args(arguments)
    if options.reset:
        reset()
        return 0
    has_session = _has_session(options)
    require_window()
    quiet_qt()
    application = _remembered_application()
    opener = None if has_session else read_for_window(options)
    set_up_interpreter(application)
    window = make_window()
    window.failures.install()
    window.show()
    window.files.start()
    if opener is None:
        window.open_paths(options.files)
    elif options.files:
        for vector_set in opener.vector_sets:
            window.opener.show(vector_set)
        for request in opener.undecided:
            window.opener.ask(request)
        window.opener.open(opener.later)
    else:
        window.trigger("file.words")
        window.tour.offer()
    return _run(application, window)


def show_sets(vector_sets: Sequence[VectorSet]) -> int:
    """Open the window on sets that were made already, as a program of its own."""
    quiet_qt()
    application = _remembered_application()
    set_up_interpreter(application)
    window = make_window()
    window.failures.install()
    window.show()
    window.files.start()
    for vector_set in vector_sets:
        vector_set.index_labels()
        window.opener.show(vector_set)
    return _run(application, window)


def _run(application: QApplication, window: MainWindow) -> int:
    """Return the exit code, once the window is closed: by its user or by a signal."""
    if os.name == "nt":
        return int(application.exec())
    from embedviz.commands.ending import EndBySignal

    ending = EndBySignal(window)
    ending.install()
    try:
        return int(application.exec())
    finally:
        ending.remove()


def quiet_qt() -> None:
    """Keep what Qt says of fonts for every label off the terminal; it says the rest."""
    from PySide6.QtCore import qInstallMessageHandler

    qInstallMessageHandler(print_what_is_not_about_fonts)


def set_up_interpreter(application: QApplication) -> None:
    """Set up this process for a window, where nothing else runs in it."""
    from embedviz.app.preparation import preparation
    from embedviz.core.processes.freed_memory import return_freed_memory
    from embedviz.core.processes.priority import let_libraries_step_back

    return_freed_memory()
    let_libraries_step_back()
    preparation.start(_kernels, in_children=True)
    # Imported before it is left out of garbage collection: the window, and all panes.
    import embedviz.gui.window.main_window  # noqa: F401
    from embedviz.gui.window.garbage import UiThreadCollector
    from embedviz.panes import PANES  # noqa: F401

    # While another thread runs Python, as when a million labels are indexed, each of the hundreds
    # of calls of one painted frame waits for its turn: 5 ms each by default, 0.7 s in all.
    sys.setswitchinterval(0.0001)
    # What was imported stays for good. Left out of garbage collection, it cannot make a step of
    # a dial take 0.1 s instead of 0.015 s. Once more when the kernels have brought in theirs.
    gc.freeze()
    preparation.ready.connect(gc.freeze)
    UiThreadCollector(application)


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

    return MainWindow(Session(), PANES)


def show(
    vectors: ArrayLike | VectorSet,
    labels: Sequence[str] | None = None,
    metadata: Any = None,
    name: str = "vectors",
) -> MainWindow:
    """Open the window on vectors that are in memory.

    What belongs to the interpreter, as its hooks for errors, is left as it is. In a notebook, call
    it after `%gui qt`; it then returns at once. In a script it returns when the window is closed.

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
        When the vectors are not a table of numbers, or no window can be opened here.
    """
    from embedviz.app.judged_pairs import bundled_pairs
    from embedviz.core.vector_set import VectorSet

    if not isinstance(vectors, VectorSet):
        vectors = VectorSet(vectors, labels, metadata, name)
    elif labels is not None or metadata is not None:
        raise UserError(
            "Labels and metadata go with an array of vectors; this vector set has its own."
        )
    vectors.index_labels()
    require_window()
    application = make_application()
    window = make_window()
    window.session.show(window.session.state.opened(vectors, bundled_pairs(vectors)))
    window.show()
    window.files.start()
    if not hasattr(builtins, "__IPYTHON__"):
        application.exec()
    return window


def _has_session(options: argparse.Namespace) -> bool:
    """Return whether a session is among the files; the window opens it, and says how far it is."""
    from embedviz.app.files.session.writing import is_session

    if not any(is_session(Path(file)) for file in options.files):
        return False
    if options.labels is not None or options.metadata is not None:
        raise UserError("A session knows its labels and metadata: leave out --labels, --metadata.")
    return True


def _remembered_application() -> QApplication:
    """Return the application as it was left: its theme, its size and how much of it moves."""
    from embedviz.app.files.settings import read_settings
    from embedviz.gui.comfort.ui_scale import use_scale
    from embedviz.gui.points.reduced_motion import motion
    from embedviz.gui.theme import THEMES

    known = read_settings()
    use_scale(known.scale)
    motion.is_reduced = known.is_motion_reduced
    return make_application(THEMES.get(known.theme or ""))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="embedviz",
        description="See the geometry of embeddings. Without a file, the bundled words are opened.",
        epilog="Without a window: `embedviz info`, `embedviz convert`, `embedviz embed` and "
        "`embedviz figure`, each with --help.",
    )
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="vectors, in any known format, a database or a session",
    )
    add_reading_options(parser)
    parser.add_argument(
        "--reset",
        action="store_true",
        help="forget all settings, say which they were, and open no window; files are kept",
    )
    parser.add_argument("--version", action="version", version=_version())
    return parser


def _version() -> str:
    from importlib.metadata import version

    return f"embedviz {version('embedviz')}"
