"""A picture that embedviz made is dropped on the window, and what it showed is shown again."""

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

import embedviz
from embedviz.app.state import State
from embedviz.formats import load
from embedviz.panes.matryoshka.settings import MatryoshkaSettings


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "data" / "words.csv"
    path.parent.mkdir()
    rows = (f"w{i},{i % 7}.5,{i % 3},{i},{-i}" for i in range(30))
    path.write_text("label,a,b,c,d\n" + "\n".join(rows) + "\n")
    return path


@pytest.fixture(params=["png", "svg", "pdf"])
def dropped(request, table, tmp_path, qapp):
    """Return a picture of a file, beside it."""
    path = table.parent / f"picture.{request.param}"
    made = embedviz.figure(
        "matryoshka", load(table), size=(900, 640), scale=1, query="w7", dimensions=3
    )
    made.save(path)
    return path


def drop(window, path, qtbot, opened=True):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    if not opened:
        window.dropEvent(event)
        return
    with qtbot.waitSignal(window.files.pictures.opened, timeout=20_000):
        window.dropEvent(event)


def test_what_it_showed_is_shown_again(window, dropped, qtbot, idle, toy):
    window.session.show(State().opened(toy))
    drop(window, dropped, qtbot)
    state = window.session.state
    assert state.active.name == "words"
    assert state.active.labels[state.query] == "w7"
    assert state[MatryoshkaSettings].dimensions == 3
    assert window.active_pane.name == "matryoshka"
    assert toy in state.sets
    idle(window.session)
    window.session.undo()
    assert window.session.state.active is toy
    idle(window.session)


def test_a_set_that_is_open_is_not_opened_again(window, dropped, table, qtbot, idle):
    window.session.show(State().opened(load(table)))
    opened = window.session.state.active
    table.unlink()
    drop(window, dropped, qtbot)
    assert window.session.state.sets == (opened,)
    assert window.session.state[MatryoshkaSettings].dimensions == 3
    idle(window.session)


def test_what_is_missing_is_asked_for_and_said(window, dropped, table, toy, qtbot, idle):
    window.session.show(State().opened(toy))
    table.unlink()
    drop(window, dropped, qtbot, opened=False)
    pictures = window.files.pictures
    qtbot.waitUntil(lambda: pictures.missing_files is not None, timeout=20_000)
    box = pictures.missing_files.box
    assert "words.csv" in box.text()
    with qtbot.waitSignal(pictures.opened, timeout=20_000):
        next(each for each in box.buttons() if each.objectName() == "locate.skip").click()
    assert window.session.state.active is toy
    assert "Nothing of it could be opened." in window.message_bar.text
    idle(window.session)


def test_another_picture_says_that_it_has_no_recipe(window, tmp_path, qtbot, qapp):
    from PySide6.QtGui import QImage

    path = tmp_path / "photo.png"
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    image.fill(0)
    image.save(str(path))
    drop(window, path, qtbot, opened=False)
    qtbot.waitUntil(lambda: "does not say what it shows" in window.message_bar.text)
