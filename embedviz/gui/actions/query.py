"""Queries that are no rows: a text that is typed, a vector that was copied, or one in a file."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from embedviz.core.errors import UserError
from embedviz.core.query_vector import QueryVector, load_query_vector, parse_vector
from embedviz.gui.host import Host, has_set

TEXT_TIP = "The neighbors of a text of your own, and its place on the map"
PASTE_TIP = "Its neighbors in every pane: a JSON list, a NumPy array or plain numbers"


def type_text(window: Host) -> None:
    """Go to the line for a text; where no text can be encoded, say why."""
    if has_set(window):
        window.docks["neighbors"].show()
        window.docks["neighbors"].raise_()
        if reason := window.neighbors.begin_text():
            window.message_bar.show_message(reason)


def paste_query(window: Host) -> None:
    """Search with the vector on the clipboard."""
    if has_set(window):
        text = QGuiApplication.clipboard().text()
        _query_with(window, lambda: QueryVector("pasted vector", parse_vector(text)))


def load_query(window: Host) -> None:
    """Ask for a file with one vector and search with it."""
    if not has_set(window):
        return
    path, _ = QFileDialog.getOpenFileName(
        window.widget, "One vector", "", "Vector (*.npy *.json *.txt *.csv);;All files (*)"
    )
    if path:
        _query_with(window, lambda: load_query_vector(path))


def _query_with(window: Host, read: Callable[[], QueryVector]) -> None:
    try:
        window.session.show(window.session.state.queried_with(read()))
    except UserError as error:
        window.message_bar.show_message(str(error))
    else:
        window.message_bar.clear()
