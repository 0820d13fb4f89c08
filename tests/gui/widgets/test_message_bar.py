from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from embedviz.gui.widgets.message_bar import MessageBar


def test_a_message_stays_until_it_is_closed(qtbot):
    notice = MessageBar()
    qtbot.addWidget(notice)
    assert notice.text == ""
    with qtbot.waitSignal(notice.toggled) as caught:
        notice.show_message("line 3 of <b>x.txt</b> is cut short")
    assert caught.args == [True]
    assert notice.isVisible()
    assert notice.text == "line 3 of <b>x.txt</b> is cut short"
    assert notice.label.textFormat() == Qt.TextFormat.PlainText
    assert notice.accessibleDescription() == notice.text
    with qtbot.waitSignal(notice.toggled) as caught:
        qtbot.mouseClick(notice.findChild(QToolButton, "notice.close"), Qt.MouseButton.LeftButton)
    assert caught.args == [False]
    assert not notice.isVisible()
    assert notice.text == ""


def test_a_message_with_two_buttons(qtbot):
    notice = MessageBar()
    qtbot.addWidget(notice)
    done = []
    accept, refuse = (lambda: done.append("yes")), (lambda: done.append("no"))
    for name, what in (("notice.offer", "yes"), ("notice.other", "no")):
        notice.show_message("Restore?", "Restore", accept, "Discard", refuse)
        button = notice.findChild(QToolButton, name)
        assert button.isVisible()
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert done[-1] == what
        assert not notice.isVisible()
    notice.show_message("Only said")
    assert not notice.other.isVisible()
    assert done == ["yes", "no"]
