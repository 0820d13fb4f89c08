"""Controls of the catalog dialog: the head, the line for an address, and the buttons."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import (
    ElidedLabel,
    caption,
    text_label,
    tool_button,
    with_name,
)
from embedviz.gui.widgets.dialog_parts import lay_out_footer


class CatalogHead(QWidget):
    """What the list is and where it is from, fetching it anew, and the filter.

    Attributes
    ----------
    origin : ElidedLabel
    refetch : QToolButton
    filter : QLineEdit
    """

    def __init__(self) -> None:
        super().__init__()
        self.origin = ElidedLabel("caption")
        self.refetch = tool_button(
            "catalog.refetch", "Fetch Again", "Fetch the list again, after a question"
        )
        self.filter = with_name(
            QLineEdit(), "catalog.filter", "Show only lines with all of these words"
        )
        self.filter.setPlaceholderText("Filter: glove, wikipedia, 300 …")
        self.filter.setClearButtonEnabled(True)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, GRID)
        rows.setSpacing(GRID)
        rows.addWidget(text_label("Get vectors", "headline"))
        line = QHBoxLayout()
        line.setSpacing(GRID)
        line.addWidget(self.origin, 1)
        line.addWidget(self.refetch)
        rows.addLayout(line)
        rows.addWidget(self.filter)


class AddressLine(QWidget):
    """A line for the address of a file.

    Signals
    -------
    wanted : (str,)
        The address that was typed.
    """

    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        words = "Address of a file of vectors: http or https"
        self.edit = with_name(QLineEdit(), "catalog.address", words)
        self.edit.setPlaceholderText("https://…")
        self.button = tool_button(
            "catalog.get_address", "Get File", "Download the file, after a question, and open it"
        )
        self.button.setEnabled(False)
        line = QHBoxLayout(self)
        line.setContentsMargins(3 * GRID, GRID, 3 * GRID, GRID)
        line.setSpacing(GRID)
        line.addWidget(caption("Or a file by its address"))
        line.addWidget(self.edit, 1)
        line.addWidget(self.button)
        self.edit.textChanged.connect(lambda text: self.button.setEnabled(bool(text.strip())))
        self.edit.returnPressed.connect(self._on_wanted)
        self.button.clicked.connect(self._on_wanted)

    def _on_wanted(self) -> None:
        if self.button.isEnabled():
            self.wanted.emit(self.edit.text())

    def allow(self, on: bool) -> None:
        """Allow or forbid to get something."""
        self.button.setEnabled(on and bool(self.edit.text().strip()))


class CatalogFooter(QWidget):
    """How far the download is, or how much room there is, and the buttons.

    Attributes
    ----------
    status : ElidedLabel
    bar : QProgressBar
    stop, remove, close_button, do_it : QAbstractButton
        `do_it` downloads what is chosen, or opens it where it is here.
    """

    def __init__(self) -> None:
        super().__init__()
        self.status = ElidedLabel("caption")
        self.bar = with_name(QProgressBar(), "catalog.progress", "How much has been downloaded")
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.stop = tool_button(
            "catalog.stop", "Stop", "Stop; what has arrived is kept, and gone on from"
        )
        self.remove = tool_button("catalog.remove", "Remove", "Remove the file from the cache")
        self.close_button = with_name(
            QPushButton("Close"), "catalog.close", "Close this window; a download goes on"
        )
        self.close_button.setAutoDefault(False)
        self.do_it = with_name(QPushButton("Download"), "catalog.do", "Download what is chosen")
        self.do_it.setProperty("primary", True)
        self.do_it.setDefault(True)
        buttons = (self.stop, self.remove, self.close_button, self.do_it)
        lay_out_footer(self, self.bar, self.status, *buttons)
