"""A talk as a speaker prepares and gives it, by keys alone."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit

from embedviz.commands.figure import draw_figure
from embedviz.core.errors import UserError
from embedviz.formats import load
from embedviz.gui.sessions.missing_files import MissingFiles

K, M = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def vectors(tmp_path):
    path = tmp_path / "vectors.csv"
    lines = [
        f"word{i},{'a' if i % 2 else 'b'}," + ",".join(f"{(i * k) % 17 - 8}" for k in range(1, 9))
        for i in range(40)
    ]
    path.write_text("label,kind," + ",".join(f"d{k}" for k in range(8)) + "\n" + "\n".join(lines))
    return path


@pytest.fixture
def type_key(qtbot):
    def press(window, key, modifier=M.NoModifier):
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        focus = QApplication.focusWidget()
        inside = focus is not None and focus.window() is window
        qtbot.keyClick(focus if inside else window, key, modifier)

    return press


def names(window):
    return [each.name for each in window.session.state.scenes]


def make_five(window, idle, qtbot, type_key):
    """Search for five words, and make a scene of each by a key."""
    session = window.session
    for row in (3, 5, 7, 9, 11):
        type_key(window, K.Key_F, M.ControlModifier)
        qtbot.keyClicks(QApplication.focusWidget(), f"word{row}")
        idle(session)
        type_key(window, K.Key_Return)
        qtbot.waitUntil(lambda row=row: session.state.query == row)
        idle(session)
        type_key(window, K.Key_F7)
    assert names(window) == [f"Map: word{row}" for row in (3, 5, 7, 9, 11)]


def order_and_name(window, qtbot, type_key):
    """Put the last scene in the middle, and call it something else."""
    type_key(window, K.Key_F8)
    for _ in range(2):
        type_key(window, K.Key_Left, M.AltModifier)
    type_key(window, K.Key_F2)
    line = window.strip.list.findChild(QLineEdit, "scenes.name")
    line.selectAll()
    qtbot.keyClicks(line, "Eleven")
    qtbot.keyClick(line, K.Key_Return)
    qtbot.waitUntil(lambda: "Eleven" in names(window))
    assert names(window) == ["Map: word3", "Map: word5", "Eleven", "Map: word7", "Map: word9"]


def play(window, qtbot, settled, type_key):
    """Play all scenes, and return the rows that were shown."""
    type_key(window, K.Key_F5)
    played = []
    for _ in range(5):
        settled(window)
        played.append(window.session.state.query)
        type_key(window.stage.talk, K.Key_PageDown)
    type_key(window.stage.talk, K.Key_Escape)
    qtbot.waitUntil(lambda: window.stage.talk is None)
    return played


@pytest.mark.usefixtures("quick")
def test_five_scenes_are_made_reordered_played_and_exported(
    window, idle, qtbot, settled, vectors, type_key, monkeypatch, tmp_path
):
    window.session.show(window.session.state.opened(load(vectors)))
    idle(window.session)
    make_five(window, idle, qtbot, type_key)
    order_and_name(window, qtbot, type_key)
    path = tmp_path / "talk.embedviz"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    type_key(window, K.Key_S, M.ControlModifier | M.AltModifier)
    idle(window.session)
    qtbot.waitUntil(path.exists)
    assert play(window, qtbot, settled, type_key) == [3, 5, 11, 7, 9]
    # Exported: each by its name, the same file each time.
    look = ["--size", "600x400", "--scale", "1"]
    for place, name in enumerate(names(window)):
        made = [tmp_path / f"{place}-{turn}.png" for turn in range(2)]
        for file in made:
            arguments = ["--session", str(path), "--scene", name, "-o", str(file), *look]
            assert draw_figure(arguments) == 0
        assert made[0].read_bytes() == made[1].read_bytes()
    pictures = {(tmp_path / f"{place}-0.png").read_bytes() for place in range(5)}
    assert len(pictures) == 5  # Another row is marked on each.


@pytest.mark.usefixtures("quick")
def test_a_session_whose_file_was_moved_plays_what_it_can(
    window, idle, settled, vectors, monkeypatch, tmp_path
):
    other = tmp_path / "other.csv"
    other.write_text(vectors.read_text())
    session = window.session
    session.show(session.state.opened(load(vectors)).queried(3))
    idle(session)
    window.trigger("scenes.take")
    session.show(session.state.opened(load(other)).queried(4))
    idle(session)
    window.trigger("scenes.take")
    path = tmp_path / "talk.embedviz"
    window.files.save(path)
    idle(session)
    (tmp_path / "away").mkdir()
    other.rename(tmp_path / "away" / "other.csv")
    # Nobody looks for it: all are skipped.
    monkeypatch.setattr(MissingFiles, "ask", lambda self: self._then({}))
    session.show(type(session.state)())
    window.files.open(path)
    idle(session)
    assert "other" in window.message_bar.text
    assert [each.look is None for each in session.state.scenes] == [False, True]
    assert window.scenes.pictures.picture(2) is not None  # It is recognized by its picture.
    window.trigger("view.talk")
    settled(window)
    assert session.state.query == 3
    window.stage.step(1)
    assert window.stage.talk.curtain.card == ("Map: word4", "other is not there.")
    window.stage.close()
    with pytest.raises(UserError, match="other is not there"):
        draw_figure(["--session", str(path), "--scene", "2", "-o", str(tmp_path / "x.png")])
    with pytest.raises(UserError, match="there are: Map: word3"):
        draw_figure(["--session", str(path), "--scene", "no", "-o", str(tmp_path / "x.png")])
