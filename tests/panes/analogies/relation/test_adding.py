"""A relation from a file that is chosen in a dialog, by mouse and keys."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit

from embedviz.panes.analogies.relation.adding.file_dialog import RelationFileDialog
from embedviz.panes.analogies.relation.settings import RelationSettings

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def file_dialog(shown, cities, tmp_path, qtbot):
    """Return the dialog that asks for a file, in a folder of its own."""
    page = shown(cities)
    page.parts.tools.file_wanted.emit()
    (found,) = page.findChildren(RelationFileDialog)
    found.setDirectory(str(tmp_path))
    qtbot.waitUntil(found.isVisible)
    return found


@pytest.mark.parametrize("has_header", [False, True])
def test_the_file_dialog_asks_whether_there_is_a_header(
    file_dialog, session, idle, qtbot, tmp_path, has_header
):
    lines = ["country0,city5", *(f"country{i},city{i}" for i in range(1, 5))]
    path = tmp_path / "seats.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    box = file_dialog.header
    assert file_dialog.rect().contains(box.geometry())
    assert not box.isChecked()
    if has_header:
        qtbot.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))
        assert box.isChecked()
    line = file_dialog.findChild(QLineEdit)
    line.setFocus()
    qtbot.keyClicks(line, str(path))
    qtbot.keyClick(line, Qt.Key.Key_Return)
    idle(session)
    (added,) = session.state[RelationSettings].added
    assert len(added.pairs) == 5 - has_header
    assert added.name == "seats"
