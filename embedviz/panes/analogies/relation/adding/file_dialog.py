"""The dialog that asks for a file of relations, and whether its first line is a header."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QGridLayout, QWidget

from embedviz.gui.widgets.controls import with_name

_KINDS = "Relations (*.txt *.tsv *.csv *.jsonl *.gz *.questions *.answers);;All files (*)"


class RelationFileDialog(QFileDialog):
    """A file to read relations from.

    Headers of usual words, such as "word" and "answer", are known when a file is read; of others
    only the user knows that they are none.

    Signals
    -------
    relations_wanted : (str, bool)
        Path of the file, and whether its first line is a header.

    Attributes
    ----------
    header : QCheckBox
    """

    relations_wanted = Signal(str, bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "A file of relations", "", _KINDS)
        self.setObjectName("analogies.relation.file.dialog")
        self.setFileMode(QFileDialog.FileMode.ExistingFile)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # That of the desktop has no room for a control of one's own.
        self.setOption(QFileDialog.Option.DontUseNativeDialog)
        self.header = header_box("analogies.relation.file.header")
        rows = self.layout()
        if isinstance(rows, QGridLayout):
            rows.addWidget(self.header, rows.rowCount(), 0, 1, -1)
        self.fileSelected.connect(
            lambda path: self.relations_wanted.emit(path, self.header.isChecked())
        )


def header_box(name: str) -> QCheckBox:
    """Return the box that says whether a first line is a header."""
    return with_name(
        QCheckBox("The first line is a header"),
        name,
        "Header: the first line says what the columns are, and is left out",
    )
