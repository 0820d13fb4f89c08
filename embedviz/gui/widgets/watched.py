"""Whether somebody looks at a widget, or it is only drawn into a file."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def is_watched(widget: QWidget) -> bool:
    """Return whether a widget is in a window on screen, where it is seen to change."""
    return not widget.window().testAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
