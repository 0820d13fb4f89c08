"""The Qt application, and what keeps it from starting."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from embedviz.core.errors import UserError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from embedviz.gui.theme import Theme


def import_qt() -> None:
    """Import Qt, or say which system package is missing for it."""
    # In which order a PDF has its fonts is that of a hash table of Qt: with it, files are the same.
    os.environ.setdefault("QT_HASH_SEED", "0")
    try:
        import PySide6.QtWidgets  # noqa: F401
    except ImportError as error:
        from embedviz.core.system_libraries import explain_missing

        raise UserError(explain_missing(error)) from error


def require_window() -> None:
    """Raise a UserError where Qt cannot open a window, before it aborts the process."""
    import_qt()
    from embedviz.gui.window.display_check import missing_for_window

    if (missing := missing_for_window()) is not None:
        raise UserError(missing)


def print_what_is_not_about_fonts(kind: object, context: object, text: str) -> None:
    """Print what Qt has to say, but for a line at every label that no font has the letters of.

    The window says once which fonts are missing, and how to get them.
    """
    if "OpenType support missing" not in text and sys.stderr is not None:
        print(text, file=sys.stderr)  # noqa: T201 - as Qt itself would


def make_application(theme: Theme | None = None) -> QApplication:
    """Return the application, in a theme or in that of the desktop."""
    from PySide6.QtGui import QIcon
    from PySide6.QtWidgets import QApplication

    from embedviz.core.samples import resource_path
    from embedviz.gui.style import apply_theme, follow_system_theme

    application = QApplication.instance() or QApplication(["embedviz"])
    assert isinstance(application, QApplication)
    application.setApplicationName("embedviz")
    application.setApplicationDisplayName("embedviz")
    application.setDesktopFileName("embedviz")
    application.setWindowIcon(QIcon(str(resource_path("icons/embedviz.svg"))))
    if theme is None:
        follow_system_theme(application)
    else:
        apply_theme(application, theme)
    return application
