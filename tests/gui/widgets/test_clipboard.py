"""Copies in several forms, which the end of the process outlives."""

import subprocess
import sys

from PySide6.QtGui import QGuiApplication, QImage

from embedviz.gui.widgets.clipboard import copy_forms

_AT_EXIT = """
from PySide6.QtWidgets import QApplication
from embedviz.gui.widgets.clipboard import copy_forms
application = QApplication([])
copy_forms({"text/csv": b"a,b"}, text="a b")
assert application.clipboard().text() == "a b"
"""


def test_each_form_can_be_pasted(qapp):
    image = QImage(2, 3, QImage.Format.Format_RGB32)
    copy_forms({"text/csv": b"a,b", "image/svg+xml": b"<svg/>"}, text="a\tb", image=image)
    data = QGuiApplication.clipboard().mimeData()
    assert data.text() == "a\tb"
    assert bytes(data.data("text/csv").data()) == b"a,b"
    assert bytes(data.data("image/svg+xml").data()) == b"<svg/>"
    assert QGuiApplication.clipboard().image().height() == 3


def test_nothing_else_is_in_it(qapp):
    copy_forms({"text/csv": b"a,b"})
    assert QGuiApplication.clipboard().mimeData().formats() == ["text/csv"]


def test_the_process_ends_in_order_with_a_copy_on_the_clipboard():
    """Without a screen, where Qt deletes it after Python's end."""
    command = [sys.executable, "-c", _AT_EXIT]
    ended = subprocess.run(command, capture_output=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr.decode()
