"""What a person does with files, for all tests of the window."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication


@pytest.fixture
def drop(window, idle):
    """Return a function that drops files on the window, and returns what is open then."""

    def drop_files(paths):
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        how = (
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(window, QDragEnterEvent(QPoint(50, 50), *how))
        QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), *how))
        idle(window.session)
        return window.session.state

    return drop_files
