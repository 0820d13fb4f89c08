"""The cone, the dial that opens it, and what the numbers say meanwhile."""

import threading

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionSlider

from embedviz.app.state import State
from embedviz.core.query_vector import QueryVector
from embedviz.core.vector_set import VectorSet
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK, TALK_SCALE
from embedviz.panes.anisotropy import pane as anisotropy
from embedviz.panes.anisotropy.controls.dial_slider import STEPS
from embedviz.panes.anisotropy.pictures import graticule
from embedviz.panes.anisotropy.settings import AnisotropySettings
from embedviz.panes.anisotropy.spheres import HOME

LEFT = Qt.MouseButton.LeftButton


def unit(rows):
    rows = np.asarray(rows, float)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def mean_cosine(rows):
    n, table = len(rows), unit(rows) @ unit(rows).T
    return (table.sum() - n) / (n * (n - 1))


def whitened(rows, strength=1.0, components=None):
    rows = np.asarray(rows, float)
    centered = rows - rows.mean(axis=0)
    values, axes = np.linalg.eigh(np.cov(centered.T))
    axes, values = axes[:, ::-1][:, :components], values[::-1][:components]
    return centered @ axes * values ** (-strength / 2)


def read(pane, role, name):
    view = pane.prepared.cone.before if role == "before" else pane.turned.view
    return getattr(view, name)


def shares_after(pane):
    """Return what the histogram of the cosines shows after."""
    shown = pane.pages.chosen.histograms["cosines"].distributions
    return next(each.shares for each in shown if each.role == "after")


def drag_slider(slider, steps, qtbot):
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    handle = slider.style().subControlRect(
        QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, slider
    )
    place = handle.center()
    qtbot.mousePress(slider, LEFT, pos=place)
    for step in steps:
        qtbot.mouseMove(slider, place + QPoint(step, 0))
    qtbot.mouseRelease(slider, LEFT, pos=place + QPoint(steps[-1], 0))


def test_numbers_before_and_after(opened, narrow):
    assert read(opened, "before", "mean_cosine") == pytest.approx(
        mean_cosine(narrow.vectors), abs=6e-5
    )
    assert read(opened, "after", "mean_cosine") == pytest.approx(
        mean_cosine(whitened(narrow.vectors)), abs=6e-5
    )
    assert read(opened, "after", "iso_score") == pytest.approx(1)
    assert read(opened, "after", "effective_rank") == pytest.approx(12)
    assert read(opened, "before", "iso_score") < 1.0
    assert read(opened, "before", "effective_rank") < 12.0
    assert opened.spheres.titles["before"].text() == "Before · narrow"
    assert opened.spheres.titles["after"].text() == "After · strength 1.00, 12 of 12 directions"


def test_rows_are_at_their_true_angle_to_the_mean_direction(opened, narrow):
    rows = unit(narrow.vectors)
    mean = rows.mean(axis=0) / np.linalg.norm(rows.mean(axis=0))
    shown = opened.spheres.before.scene.canvas.positions
    np.testing.assert_allclose(shown[:, 2], rows @ mean, atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(shown, axis=1), 1, atol=1e-4)


def test_the_dial_moves_picture_histogram_and_numbers(opened, session, idle, narrow, qtbot):
    for strength in (0.5, 0.0):
        before = opened.spheres.after.scene.canvas.positions.copy()
        shares = shares_after(opened)
        opened.controls.dial.slider.setValue(round(STEPS * (1 + strength)))
        idle(session)
        assert session.state[AnisotropySettings].strength == strength
        assert opened.controls.dial.number.value() == 1 + strength
        assert read(opened, "after", "mean_cosine") == pytest.approx(
            mean_cosine(whitened(narrow.vectors, strength)), abs=6e-5
        )
        assert not np.allclose(opened.spheres.after.scene.canvas.positions, before)
        assert not np.array_equal(shares_after(opened), shares)
        said = f"strength {strength:.2f}" if strength else "centered, "
        assert said in opened.spheres.titles["after"].text()


def test_at_zero_the_rows_are_centered_and_no_more(opened, session, idle, narrow):
    opened.controls.dial.slider.setValue(STEPS)
    idle(session)
    centered = narrow.vectors - narrow.vectors.mean(axis=0)
    assert read(opened, "after", "mean_cosine") == pytest.approx(mean_cosine(centered), abs=6e-5)
    for name in ("iso_score", "effective_rank"):  # Of the variances, which centering leaves.
        after, before = (read(opened, role, name) for role in ("after", "before"))
        assert after == pytest.approx(before, rel=1e-4)


def test_components(opened, session, idle, narrow, qtbot):
    opened.controls.components.selectAll()
    qtbot.keyClicks(opened.controls.components, "4")
    qtbot.keyClick(opened.controls.components, Qt.Key.Key_Return)
    idle(session)
    assert session.state[AnisotropySettings].components == 4
    assert opened.controls.components_slider.value() == 4
    assert "4 of 12 directions" in opened.spheres.titles["after"].text()
    assert read(opened, "after", "mean_cosine") == pytest.approx(
        mean_cosine(whitened(narrow.vectors, 1.0, 4)), abs=6e-5
    )
    assert read(opened, "after", "effective_rank") == pytest.approx(4)
    opened.controls.components_slider.setValue(12)
    assert session.state[AnisotropySettings].components is None


def test_strength_is_typed(opened, session, qtbot):
    opened.controls.dial.number.setFocus()
    opened.controls.dial.number.selectAll()
    qtbot.keyClicks(opened.controls.dial.number, "0.25")
    qtbot.keyClick(opened.controls.dial.number, Qt.Key.Key_Return)
    assert session.state[AnisotropySettings].strength == 0.25
    assert opened.controls.dial.slider.value() == 125


def test_a_drag_of_components_is_one_step(opened, session, idle, qtbot):
    before, handle = session.state, opened.controls.components_slider
    drag_slider(handle, [-5, -20, -40, -60], qtbot)
    idle(session)
    assert session.state[AnisotropySettings] != before[AnisotropySettings]
    session.undo()
    idle(session)
    assert session.state == before
    assert handle.value() == handle.maximum()


def test_both_views_share_a_camera_and_a_drag_is_one_step(opened, session, qtbot):
    assert opened.spheres.before.camera == opened.spheres.after.camera == HOME
    middle = opened.spheres.before.viewport.area().center().toPoint()
    seen = []
    opened.spheres.after.camera_changed.connect(seen.append)

    def send(kind, place, button):
        where = QPointF(opened.spheres.before.mapToGlobal(place))
        none = Qt.KeyboardModifier.NoModifier
        event = QMouseEvent(kind, QPointF(place), where, button, LEFT, none)
        QApplication.sendEvent(opened.spheres.before, event)

    send(QEvent.Type.MouseButtonPress, middle, LEFT)
    for step in range(1, 5):
        send(QEvent.Type.MouseMove, middle + QPoint(12 * step, 5 * step), Qt.MouseButton.NoButton)
        assert opened.spheres.after.camera == opened.spheres.before.camera != HOME
    send(QEvent.Type.MouseButtonRelease, middle + QPoint(48, 20), LEFT)
    turned = opened.spheres.before.camera
    assert session.state[AnisotropySettings].camera == turned
    assert seen == []  # What follows does not lead in its turn.
    session.undo()
    assert opened.spheres.before.camera == opened.spheres.after.camera == HOME
    session.redo()
    assert opened.spheres.before.camera == opened.spheres.after.camera == turned


def test_use_in_all_panes_adds_a_whitened_set(opened, session, idle, narrow, qtbot):
    opened.controls.dial.slider.setValue(180)
    opened.controls.components_slider.setValue(5)
    idle(session)
    qtbot.mouseClick(opened.controls.use, LEFT)
    idle(session)
    derived = session.state.active
    assert session.state.sets == (narrow, derived)
    assert derived.name == "whitened, strength 0.8, 5 components"
    expected = unit(whitened(narrow.vectors, 0.8, 5))
    np.testing.assert_allclose(
        derived.vectors @ derived.vectors.T, expected @ expected.T, atol=2e-4
    )
    assert opened.spheres.titles["before"].text().startswith("Before · whitened")
    session.undo()
    assert session.state.active is narrow
    assert derived in session.state.sets


def test_what_cannot_be_whitened_is_told(pane, session, idle, qtbot):
    session.show(State().opened(VectorSet(np.ones((5, 3)), name="equal")))
    idle(session)
    assert pane.turned is None
    qtbot.mouseClick(pane.controls.use, LEFT)
    idle(session)
    assert "All rows of equal are equal" in pane.message_bar.text
    assert len(session.state.sets) == 1


def test_the_mean_direction_is_drawn_where_there_is_one(opened, session, idle, narrow):
    (arrow,) = opened.spheres.before.scene.arrows
    assert arrow.text == "mean direction"
    np.testing.assert_allclose(arrow.end, [0, 0, 1.14])
    (arrow,) = opened.spheres.after.scene.arrows
    assert arrow.dashed
    assert arrow.text == "mean before"
    centered = narrow.vectors - unit(narrow.vectors).mean(axis=0)
    for _ in range(30):  # Until the unit rows have no mean.
        centered = centered - unit(centered).mean(axis=0)
    session.show(session.state.opened(VectorSet(centered, name="centered")))
    idle(session)
    assert opened.spheres.before.scene.arrows == ()
    session.show(session.state.activated(narrow))
    idle(session)
    assert len(opened.spheres.before.scene.arrows) == 1


def test_the_caption_says_how_to_read_it(opened, session, idle):
    assert "true angle to the mean direction before, in all 12 dimensions" in opened.caption.text()
    assert "near 90°" in opened.caption.text()


def test_too_few_rows_are_named_as_such(pane, session, idle):
    rows = np.random.default_rng(0).normal(size=(9, 16))
    session.show(State().opened(VectorSet(rows, name="few")))
    idle(session)
    assert "Not a result: 9 rows span only 8 directions" in pane.warning.text()
    assert "the cosine −1/8" in pane.warning.text()
    assert read(pane, "after", "mean_cosine") == pytest.approx(-1 / 8, abs=1e-5)
    assert "8 of 8 directions" in pane.spheres.titles["after"].text()


def test_a_lower_rank_is_named(pane, session, idle):
    rows = np.random.default_rng(0).normal(size=(60, 4)) @ np.ones((4, 8))
    rows[:, 4:] = np.random.default_rng(1).normal(size=(60, 4))
    session.show(State().opened(VectorSet(rows, name="flat")))
    idle(session)
    assert "Rank 5 of 8" in pane.caption.text()
    assert "5 of 5 directions" in pane.spheres.titles["after"].text()


def test_a_sample_is_named_as_a_sample(opened, session, idle, narrow, monkeypatch):
    from embedviz.core.anisotropy import cone

    monkeypatch.setattr(cone, "_MOST_ROWS", 30)
    copy = VectorSet(narrow.vectors, narrow.labels, name="large")
    session.show(session.state.opened(copy).queried(5).selecting(range(80)))
    idle(session)
    assert "A seeded sample of 30 of 80 rows is drawn" in opened.caption.text()
    rows = opened.prepared.cone.rows
    assert len(opened.spheres.before.scene.canvas.positions) == 30
    assert opened.prepared.labels == [f"row{row}" for row in rows]
    marks = opened.spheres.before.scene.canvas.highlights
    assert len(marks.selected) == 30
    assert (marks.query is None) == (5 not in rows)
    opened.spheres.before.row_clicked.emit(3, Qt.KeyboardModifier.NoModifier)
    assert session.state.query == rows[3]


def test_a_click_chooses_and_both_sides_mark_it(opened, session, qtbot, pixel_of):
    place = pixel_of(opened.spheres.before, opened.spheres.before.scene.canvas.positions[[17]])
    row = opened.spheres.before.viewport.row_at(QPointF(place), 8)
    qtbot.mouseClick(opened.spheres.before, LEFT, pos=place)
    assert session.state.query == row
    for view in (opened.spheres.before, opened.spheres.after):
        assert view.scene.canvas.highlights.query == row
        assert view.scene.canvas.highlights.selected.tolist() == [row]
    state = session.state
    qtbot.mouseClick(opened.spheres.after, LEFT, pos=QPoint(2, 2))
    assert session.state == state


def test_a_vector_of_the_user_is_no_row(opened, session):
    mine = QueryVector("mine", np.ones(12, dtype=np.float32))
    session.show(session.state.queried_with(mine))
    assert opened.spheres.before.scene.canvas.highlights.query is None


def test_rows_of_the_set_before_cannot_be_chosen(opened, session, idle, monkeypatch, toy):
    go, prepare = threading.Event(), anisotropy.prepare

    def wait(*given):
        go.wait()
        return prepare(*given)

    monkeypatch.setattr(anisotropy, "prepare", wait)
    session.show(session.state.opened(toy))
    state = session.state
    assert not opened.controls.use.isEnabled()
    opened.spheres.after.row_clicked.emit(79, Qt.KeyboardModifier.NoModifier)
    session.show(state.with_settings(AnisotropySettings(strength=0.5)))  # The dial waits, too.
    go.set()
    idle(session)
    assert session.state.query == state.query
    assert opened.controls.use.isEnabled()
    assert "strength 0.50" in opened.spheres.titles["after"].text()


def test_another_theme_repaints(opened, qapp):
    apply_theme(qapp, DARK)
    image = opened.grab().toImage()
    seen = {image.pixelColor(x, y).name().upper() for x in range(500) for y in range(40, 480, 2)}
    assert DARK.ground in seen
    assert opened.spheres.before.scene.arrows[0].color == DARK.before


def test_the_theme_may_change_before_there_is_a_picture(pane, session, idle, qapp, narrow):
    session.show(State().opened(narrow))
    apply_theme(qapp, DARK)
    idle(session)
    assert pane.spheres.before.scene.arrows[0].color == DARK.before


def test_the_graticule_is_a_globe_with_degrees():
    parts = graticule()
    notes = [part for part in parts if hasattr(part, "text")]
    assert [note.text for note in notes] == ["30°", "60°", "90°", "120°", "150°"]
    for part in parts:
        if not hasattr(part, "text"):
            np.testing.assert_allclose(np.linalg.norm(part.points, axis=1), 1, atol=1e-9)
    equator = notes[2]
    assert equator.position[2] == pytest.approx(0)


def test_real_sentences_lie_in_a_cone_that_opens(pane, session, idle, data_folder):
    rows = np.load(data_folder / "stsb" / "stsb_dev_layer5.f32.npy")
    session.show(State().opened(VectorSet(rows, name="layer 5")))
    idle(session)
    before = read(pane, "before", "mean_cosine")
    assert before == pytest.approx(mean_cosine(rows), abs=6e-5)
    assert before > 0.5
    assert abs(read(pane, "after", "mean_cosine")) < 0.01
    assert read(pane, "after", "iso_score") > 10 * read(pane, "before", "iso_score")
    heights = pane.spheres.after.scene.canvas.positions[:, 2]
    assert np.abs(np.degrees(np.arccos(heights.clip(-1, 1))).mean() - 90) < 5
    assert "Rank 383 of 384" in pane.caption.text()


def test_no_more_components_are_offered_than_there_are_directions(pane, session, idle):
    rows = np.random.default_rng(3).normal(size=(40, 12)).astype(np.float32)
    rows[:, 5] = rows[:, 4]
    session.show(session.state.opened(VectorSet(rows, name="rank 11")))
    idle(session)
    assert pane.controls.components.maximum() == pane.controls.components_slider.maximum() == 11
    assert pane.controls.components.value() == 11
    assert session.state[AnisotropySettings].components is None


def test_the_warning_goes_where_few_components_are_kept(pane, session, idle):
    rows = np.random.default_rng(3).normal(size=(10, 12)).astype(np.float32)
    session.show(session.state.opened(VectorSet(np.concatenate([rows, rows[:2]]), name="few")))
    idle(session)
    assert "10 of which are distinct" in pane.warning.text()
    assert pane.warning.isVisible()
    pane.controls.components_slider.setValue(3)
    idle(session)
    assert not pane.warning.isVisible()
    assert "distinct" not in pane.caption.text()


@pytest.mark.parametrize("strength", [0.0, 0.4, 1.0])
def test_a_query_of_the_user_is_placed_and_its_cosines_are_followed(
    opened, session, idle, narrow, strength
):
    mine = np.linspace(3, -1, 12, dtype=np.float32)
    session.show(
        session.state.queried_with(QueryVector("mine", mine)).with_settings(
            AnisotropySettings(strength=strength, components=10)
        )
    )
    idle(session)
    everything = np.vstack([mine, narrow.vectors]).astype(float)
    near = np.argsort(-(unit(narrow.vectors) @ unit(mine[np.newaxis])[0]), kind="stable")[:10]
    centered = everything - narrow.vectors.astype(float).mean(axis=0)
    values, axes = np.linalg.eigh(np.cov(narrow.vectors.astype(float).T))
    values, axes = values[::-1][:10], axes[:, ::-1][:, :10]
    after = centered @ axes * values ** (-strength / 2)
    said = opened.spheres.query_marker.line.text().replace("−", "-")
    for rows in (everything, after):
        units = unit(rows)
        for others in (units[1:], units[1:][near]):
            assert f"{(others @ units[0]).mean():+.3f}" in said
    pole = unit(narrow.vectors).mean(axis=0)
    pole /= np.linalg.norm(pole)
    for view in (opened.spheres.before, opened.spheres.after):
        (marker,) = view.scene.markers.shown
        assert marker.text == "mine"
    height = unit(everything)[0] @ pole
    assert opened.spheres.before.scene.markers.places[0, 2] == pytest.approx(height, abs=1e-4)
    rotated_back = unit(after)[0] @ axes.T @ pole
    assert opened.spheres.after.scene.markers.places[0, 2] == pytest.approx(rotated_back, abs=1e-4)


def test_a_query_that_equals_a_row_lies_on_it(opened, session, idle, narrow):
    mine = QueryVector("mine", narrow.vectors[9])
    session.show(session.state.queried_with(mine))
    idle(session)
    for view in (opened.spheres.before, opened.spheres.after):
        place = view.scene.markers.places[0]
        np.testing.assert_allclose(place, view.scene.canvas.positions[9], atol=1e-4)


def test_a_row_as_the_query_takes_the_marker_away(opened, session, idle, narrow):
    session.show(session.state.queried_with(QueryVector("mine", narrow.vectors[9])))
    idle(session)
    assert not opened.spheres.query_marker.line.isHidden()
    session.show(session.state.queried(3))
    idle(session)
    assert (
        opened.spheres.before.scene.markers.shown == opened.spheres.after.scene.markers.shown == ()
    )
    assert opened.spheres.query_marker.line.isHidden()


def test_zeros_have_no_direction(opened, session, idle):
    session.show(session.state.queried_with(QueryVector("nothing", np.zeros(12, np.float32))))
    idle(session)
    assert (
        opened.spheres.query_marker.line.text() == "“nothing” is all zeros, so it has no direction."
    )
    assert opened.spheres.before.scene.markers.shown == ()


@pytest.mark.parametrize("page", ["angles", "scores", "spectrum", "judged"])
@pytest.mark.parametrize(
    ("size", "is_beside"), [((820, 679), False), ((2016, 1351), False), ((2016, 1011), True)]
)
def test_views_and_page_share_the_room(opened, session, idle, page, size, is_beside):
    opened.resize(*size)
    session.show(session.state.with_settings(AnisotropySettings(page=page)))
    idle(session)
    QApplication.processEvents()
    views, pages = opened.spheres.geometry(), opened.pages.geometry()
    assert (pages.left() >= views.right()) == is_beside
    assert (pages.top() >= views.bottom()) != is_beside
    assert views.height() > 0.4 * size[1]
    assert pages.height() > 0.3 * size[1]
    if not is_beside:
        assert pages.height() < 0.5 * size[1]


def test_tabs_are_as_high_as_their_text_on_a_stage(opened, session, idle):
    opened.set_text_scale(TALK_SCALE)
    idle(session)
    QApplication.processEvents()
    for place in range(4):
        tab = opened.pages.tabs.button(place)
        assert tab.height() >= tab.sizeHint().height()
    opened.set_text_scale(1.0)
