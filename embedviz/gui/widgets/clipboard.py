"""What is put on the clipboard in several forms at once, such as a table as text and as CSV."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QMimeData, QStringListModel
from PySide6.QtGui import QGuiApplication, QImage


def copy_forms(
    forms: Mapping[str, bytes], *, text: str | None = None, image: QImage | None = None
) -> None:
    """Put one thing on the clipboard, in forms of which who pastes takes the one it knows.

    Parameters
    ----------
    forms : mapping of str to bytes
        Contents by type, such as "text/csv".
    text : str, optional
    image : QImage, optional
    """
    data = _new_data()
    if text is not None:
        data.setText(text)
    if image is not None:
        data.setImageData(image)
    for kind, content in forms.items():
        data.setData(kind, content)
    QGuiApplication.clipboard().setMimeData(data)


def _new_data() -> QMimeData:
    """Return empty contents that Qt has made.

    Without a screen Qt deletes what is on the clipboard as the process exits, after Python's end.
    What Python has made calls back into Python then, and the process crashes.
    """
    model = QStringListModel([""])
    data = model.mimeData([model.index(0, 0)])
    data.clear()
    return data
