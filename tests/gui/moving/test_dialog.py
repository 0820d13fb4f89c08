"""The dialog of moving pictures: what is chosen is recorded, and nothing is left of the rest."""

import threading

import numpy as np
import pytest
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QFileDialog, QLineEdit, QSpinBox

from embedviz.app.animation.kinds import BETWEEN
from embedviz.app.state import State
from embedviz.app.tasks import THREAD_NAME
from embedviz.formats import moving
from embedviz.gui.moving.dialog import MovingDialog

Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
PATIENCE = 60_000


@pytest.fixture
def dialog(window, toy, idle, tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDVIZ_DATA_DIR", str(tmp_path / "own"))
    window.session.show(State().opened(toy))
    idle(window.session)
    return opened(window)  # The window closes it.


def opened(window):
    window.trigger("file.export_moving")
    (found,) = window.findChildren(MovingDialog)
    return found


def choose(box, value):
    box.setCurrentIndex(box.findData(value))


def make_small(dialog, *, kind="orbit", suffix=".png", seconds=0.4):
    form = dialog.form
    choose(form.kind_box, kind)
    choose(form.format_box, suffix)
    choose(form.size_box, "own")
    form.width_box.setValue(420)
    form.height_box.setValue(320)
    form.seconds_box.setValue(seconds)
    form.fps_box.setValue(10)


def record(dialog, path, qtbot):
    with qtbot.waitSignal(dialog.written, timeout=PATIENCE):
        dialog.write(path)
    with Image.open(path) as image:
        frames = []
        for place in range(image.n_frames):
            image.seek(place)
            frames.append(np.array(image.convert("RGB")))
        return frames, image.info


def has_tasks():
    return any(each.name == THREAD_NAME for each in threading.enumerate())


def preview_is_there(dialog, qtbot):
    preview = dialog.preview
    qtbot.waitUntil(lambda: len(preview.frames) > 1 and not preview.is_drawing, timeout=PATIENCE)


def test_what_is_chosen_is_recorded(dialog, window, tmp_path, qtbot):
    state = window.session.state
    make_small(dialog)
    dialog.form.scale_box.setValue(1.5)
    choose(dialog.form.theme_box, "dark")
    frames, info = record(dialog, tmp_path / "clip.png", qtbot)
    assert len(frames) == 4
    assert frames[0].shape == (480, 630, 3)
    assert info["duration"] == 100
    assert frames[0][2, 2].max() < 60  # A dark ground.
    assert window.session.state is state
    assert "Written to" in dialog.footer.said.text()
    assert dialog.form.isEnabled()
    assert dialog.footer.stop_button.isHidden()


def test_the_preview_moves_and_stops(dialog, qtbot):
    make_small(dialog, seconds=1.0)
    preview_is_there(dialog, qtbot)
    preview = dialog.preview
    assert 2 <= len(preview.frames) <= 12
    assert any(each != preview.frames[0] for each in preview.frames)
    assert "10 frames in 1 s · about" in dialog.footer.said.text()
    if preview.play_button.text() == "Play":  # The system asks for less motion.
        preview.play_button.click()
    place = preview.scrub.value()
    qtbot.waitUntil(lambda: preview.scrub.value() != place, timeout=PATIENCE)
    preview.play_button.click()
    assert preview.play_button.text() == "Play"
    preview.scrub.setValue(0)
    assert preview.scrub.value() == 0


def test_stop_leaves_no_file_and_the_old_one_stays(dialog, tmp_path, qtbot):
    (tmp_path / "clip.png").write_bytes(b"old")
    make_small(dialog, seconds=60.0)
    with qtbot.waitSignal(dialog.recorder.progressed, timeout=PATIENCE):
        dialog.write(tmp_path / "clip.png")
    assert not dialog.form.isEnabled()
    assert dialog.footer.stop_button.isVisible()
    dialog.footer.stop_button.click()
    qtbot.waitUntil(lambda: "Stopped" in dialog.footer.said.text(), timeout=PATIENCE)
    assert (tmp_path / "clip.png").read_bytes() == b"old"
    assert [each.name for each in tmp_path.glob("*clip*")] == ["clip.png"]
    assert dialog.footer.export_button.isEnabled()


def test_the_status_bar_of_the_window_stops_it_too(dialog, window, tmp_path, qtbot):
    make_small(dialog, seconds=60.0)
    with qtbot.waitSignal(dialog.recorder.progressed, timeout=PATIENCE):
        dialog.write(tmp_path / "clip.png")
    window.session.board.stop([dialog.recorder.writing])
    qtbot.waitUntil(lambda: "Stopped" in dialog.footer.said.text(), timeout=PATIENCE)
    assert list(tmp_path.glob("*clip*")) == []


def test_closing_it_stops_the_recording(dialog, window, tmp_path, qtbot):
    make_small(dialog, seconds=60.0)
    with qtbot.waitSignal(dialog.recorder.progressed, timeout=PATIENCE):
        dialog.write(tmp_path / "clip.png")
    assert window.session.board.current is not None
    dialog.close()
    qtbot.waitUntil(lambda: window.session.board.current is None, timeout=PATIENCE)
    qtbot.waitUntil(lambda: list(tmp_path.glob("*clip*")) == [], timeout=PATIENCE)
    qtbot.waitUntil(lambda: not has_tasks(), timeout=PATIENCE)


def test_the_window_can_be_worked_in_meanwhile(dialog, window, tmp_path, qtbot):
    make_small(dialog)
    first, _ = record(dialog, tmp_path / "first.png", qtbot)
    with qtbot.waitSignal(dialog.written, timeout=PATIENCE):
        dialog.write(tmp_path / "second.png")
        window.session.show(window.session.state.queried(3))
    assert (tmp_path / "first.png").read_bytes() == (tmp_path / "second.png").read_bytes()
    assert len(first) == 4


def test_between_two_states(dialog, window, tmp_path, idle, qtbot):
    make_small(dialog, kind=BETWEEN)
    dialog.form.loop_box.setCurrentIndex(2)
    ends = dialog.ends
    ends.first_box.setCurrentIndex(0)
    ends.last_box.setCurrentIndex(0)
    qtbot.waitUntil(lambda: "Both ends are the same" in dialog.footer.said.text(), timeout=PATIENCE)
    assert not dialog.footer.export_button.isEnabled()
    ends.keep_button.click()
    kept = window.session.state
    window.session.show(kept.queried(5))
    idle(window.session)
    assert ends.states == (kept, window.session.state)
    preview_is_there(dialog, qtbot)
    assert dialog.footer.export_button.isEnabled()
    frames, _ = record(dialog, tmp_path / "clip.png", qtbot)
    assert (frames[0] != frames[-1]).any()


def test_the_last_step_is_offered_as_a_start(dialog, window, idle):
    before = window.session.state
    window.session.show(before.queried(2))
    idle(window.session)
    names = [dialog.ends.first_box.itemText(i) for i in range(dialog.ends.first_box.count())]
    assert names[:2] == ["As shown now", "Before the last step"]
    dialog.ends.first_box.setCurrentIndex(1)
    assert dialog.ends.states == (before, window.session.state)


def test_it_is_remembered_but_for_the_title(dialog, window, tmp_path, qtbot):
    make_small(dialog, suffix=".gif", seconds=0.3)
    dialog.form.title_edit.setText("A title")
    record(dialog, tmp_path / "clip.gif", qtbot)
    dialog.close()
    qtbot.waitUntil(lambda: not window.findChildren(MovingDialog))
    again = opened(window)
    assert again.form.suffix == ".gif"
    assert (again.form.look.width, again.form.look.title) == (420, "")
    assert again.form.timing.seconds == pytest.approx(0.3)


def test_a_missing_package_is_said_with_the_command(dialog, monkeypatch, tmp_path):
    monkeypatch.setattr(moving, "find_spec", lambda name: None)
    choose(dialog.form.format_box, ".mp4")
    said = dialog.footer.said.text()
    assert "imageio-ffmpeg" in said
    assert 'pip install "embedviz[animation]"' in said
    assert not dialog.footer.export_button.isEnabled()
    dialog.write(tmp_path / "clip.mp4")
    assert not dialog.recorder.is_running
    assert list(tmp_path.glob("*clip*")) == []


def test_what_does_not_fit_is_said(dialog, qtbot):
    make_small(dialog)
    dialog.form.width_box.setValue(100)
    dialog.form.height_box.setValue(100)
    qtbot.waitUntil(lambda: "does not fit" in dialog.footer.said.text(), timeout=PATIENCE)
    assert not dialog.footer.export_button.isEnabled()


def test_a_file_that_cannot_be_written_is_told(dialog, tmp_path, qtbot):
    make_small(dialog)
    dialog.write(tmp_path / "none" / "clip.png")
    qtbot.waitUntil(lambda: "cannot be written" in dialog.footer.said.text(), timeout=PATIENCE)
    dialog.write(tmp_path / "clip.bmp")
    assert "moving pictures are written as" in dialog.footer.said.text()


def test_the_file_is_asked_for_by_the_format(dialog, tmp_path, monkeypatch, qtbot):
    asked = []

    def answer(parent, title, begin, kinds):
        asked.append((begin, kinds))
        return str(tmp_path / "clip"), kinds

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    make_small(dialog, suffix=".gif")
    with qtbot.waitSignal(dialog.written, timeout=PATIENCE):
        dialog.footer.export_button.click()
    assert asked[0][0].endswith("map.gif")
    assert "*.gif" in asked[0][1]
    assert (tmp_path / "clip.gif").read_bytes().startswith(b"GIF89a")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    dialog.footer.export_button.click()
    assert not dialog.recorder.is_running


def test_a_run_is_not_made_for_the_preview_before_it_is_wanted(window, toy, idle, qtbot):
    window.session.show(State().opened(toy))
    window.bring_to_front("contrastive")
    idle(window.session)
    found = opened(window)
    assert found.form.animation.is_run
    qtbot.waitUntil(lambda: found.preview.waits)
    assert not found.preview.is_drawing
    assert found.preview.frames == []
    assert found.footer.export_button.isEnabled()


def test_every_control_has_a_name(dialog):
    for kind in (QComboBox, QSpinBox, QDoubleSpinBox, QLineEdit):
        for each in dialog.findChildren(kind):
            if not isinstance(each.parent(), QComboBox | QSpinBox | QDoubleSpinBox):
                assert each.accessibleName()
                assert each.objectName().startswith("moving.")
