"""What holds for every pane; a new one is tested by being in PANES."""

import pytest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QComboBox,
    QLineEdit,
    QScrollBar,
    QWidget,
)
from shiboken6 import delete

from embedviz.app.state import State
from embedviz.gui import figures
from embedviz.gui.points.view import PointView
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import TALK_SCALE, THEMES
from embedviz.panes import PANES
from embedviz.panes.matryoshka.settings import MatryoshkaSettings

pytestmark = pytest.mark.parametrize("make", PANES, ids=lambda pane: pane.title)


@pytest.fixture
def pane(make, session, qtbot):
    pane = make(session)
    qtbot.addWidget(pane)
    return pane


@pytest.fixture
def shown(pane, qtbot):
    with qtbot.waitExposed(pane):
        pane.show()
    return pane


def require_set(pane):
    if not pane.needs_set:
        pytest.skip(f"{pane.title} shows no set")


def test_says_what_to_do_with_nothing_loaded(shown, qtbot):
    assert shown.hint
    require_set(shown)
    asked = []
    shown.action_wanted.connect(asked.append)
    for button in shown.findChildren(QAbstractButton):
        if button.isVisible():
            button.click()
    assert asked == ["file.open", "file.words"]


def test_draws_without_writing_state(shown, session, idle, toy):
    state = State().opened(toy)
    session.show(state)
    idle(session)
    assert session.state == state
    assert not shown.message_bar.text


def test_catches_up_when_it_is_shown(pane, session, idle, toy, words, qtbot):
    session.show(State().opened(words))
    session.show(session.state.opened(toy))
    assert session.board.current is None  # Nothing is calculated for a pane nobody sees.
    with qtbot.waitExposed(pane):
        pane.show()
    idle(session)
    assert not pane.message_bar.text


def test_follows_another_set_a_query_and_undo(shown, session, idle, toy, words):
    for state in (
        State().opened(toy),
        State().opened(toy).opened(words).queried(3),
        State()
        .opened(toy)
        .opened(words)
        .queried(3)
        .selecting([1, 2, 5], "add")
        .with_settings(MatryoshkaSettings(7)),
    ):
        session.show(state)
        idle(session)
    for _ in range(3):
        session.undo()
        idle(session)
    assert not shown.message_bar.text


@pytest.mark.parametrize("count", [1, 2, 3])
def test_draws_sets_with_hardly_any_rows(shown, session, idle, count):
    from embedviz import VectorSet

    session.show(State().opened(VectorSet([[1.0, 2.0, 3.0]] * count, name="tiny")))
    idle(session)


def test_controls_have_names(shown, session, idle, toy):
    session.show(State().opened(toy))
    idle(session)
    kinds = (QAbstractButton, QAbstractSlider, QComboBox, QLineEdit)
    controls = [
        control
        for kind in kinds
        for control in shown.tool_row.findChildren(kind)
        if not control.objectName().startswith("qt_") and not isinstance(control, QScrollBar)
    ]
    assert controls
    for control in controls:
        assert control.objectName().startswith(f"{shown.name}."), control
        assert control.accessibleName(), control.objectName()
        assert control.toolTip(), control.objectName()


def grab(pane):
    for view in pane.findChildren(PointView):
        view.render_now()
    return pane.picture.grab().toImage()


def geometries(pane):
    parts = pane.picture.findChildren(QWidget)
    return [part.geometry() for part in parts if part.isVisible()]


def settled_geometries(pane, qtbot):
    """Return the geometries once nothing moves any more: rows tell each other in turns."""
    seen = []

    def is_still():
        grab(pane)
        seen.append(geometries(pane))
        return len(seen) > 5 and all(each == seen[-1] for each in seen[-5:])

    qtbot.waitUntil(is_still, timeout=20_000)
    return seen[-1]


def test_text_grows_for_a_talk_and_shrinks_back(shown, session, idle, words, qtbot):
    shown.resize(1000, 700)
    session.show(State().opened(words))
    idle(session)
    places = settled_geometries(shown, qtbot)
    before = grab(shown)
    shown.set_text_scale(TALK_SCALE)
    idle(session)
    assert grab(shown) != before
    shown.set_text_scale(1.0)
    idle(session)
    assert settled_geometries(shown, qtbot) == places


def test_may_be_deleted_while_at_work(make, session, qtbot, words, idle):
    pane = make(session)
    pane.show()
    session.show(State().opened(words))
    delete(pane)
    session.show(session.state.with_settings(MatryoshkaSettings(3)))
    idle(session)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    "size",
    [(1280, 800), pytest.param((1920, 1080), marks=pytest.mark.slow)],
    ids=lambda size: f"{size[0]}",
)
def test_looks_right(make, session, qapp, words, artefacts, theme, size):
    """Written to the artefact folder, for people to look at."""
    apply_theme(qapp, THEMES[theme])
    state = State().opened(words).queried(words.row("king")).with_settings(MatryoshkaSettings(64))
    session.show(state.selecting([words.row("cat"), words.row("dog")], "add"))
    with figures.draw_pane(make, session, *size) as picture:
        image = figures.draw_image(picture, 1.0)
        assert (image.width(), image.height()) == (picture.width(), picture.height())
        assert image.save(str(artefacts / f"{make.name}-{theme}-{size[0]}.png"))
        grounds = {image.pixelColor(x, 5).name() for x in range(0, size[0], 40)}
        assert grounds <= {THEMES[theme].ground.lower(), THEMES[theme].panel.lower()}
        for view in picture.findChildren(PointView):
            assert view.scene.canvas.frames > 0
    assert isinstance(picture, QWidget)


def test_stop_is_said_and_goes_on_when_asked(shown, session, idle, words, qtbot):
    require_set(shown)
    session.show(State().opened(words))
    assert session.board.current is not None
    session.board.stop()
    assert shown.message_bar.text == "Stopped."
    shown.message_bar.offer.click()
    assert not shown.message_bar.text
    idle(session)
    assert not shown.message_bar.text
    for view in shown.findChildren(PointView):
        assert len(view.scene.canvas) == len(words)
