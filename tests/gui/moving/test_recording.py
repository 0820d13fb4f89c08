"""Moving pictures of panes: the frames are those of the states, and nothing else is touched."""

import subprocess
from dataclasses import replace
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtGui import QImage

from embedviz.app.animation.kinds import Animation
from embedviz.app.animation.timing import Timing
from embedviz.app.layouts import LayoutRequest, Layouts
from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.core.errors import UserError
from embedviz.core.vector_set import VectorSet
from embedviz.gui.export.look import FigureLook
from embedviz.gui.figures import draw_image, draw_pane
from embedviz.gui.moving.filming import Film
from embedviz.gui.moving.recorder import Recorder, pixels_of, record
from embedviz.gui.moving.stage import PaneStage
from embedviz.panes import PANES
from embedviz.panes.map.pane import MapPane

Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
LOOK = FigureLook(420, 320, 1.0)


@pytest.fixture
def session(qapp):
    rows = np.random.default_rng(0).normal(size=(60, 12)).astype(np.float32) + 1
    made = Session(State().opened(VectorSet(rows, [f"w{i}" for i in range(60)])))
    yield made
    made.encoders.close()


def read(path):
    with Image.open(path) as image:
        found = []
        for place in range(getattr(image, "n_frames", 1)):
            image.seek(place)
            found.append(np.array(image.convert("RGB")))
        return found


def still(make, state):
    session = Session(state)
    try:
        with draw_pane(make, session, LOOK.width, LOOK.height) as picture:
            return pixels_of(draw_image(picture, 1.0))
    finally:
        session.encoders.close()


def between(session, *states, make=MapPane, **timing):
    kind = Animation("between", "Between", "from one state to another")
    usual = {"seconds": 0.5, "fps": 10, "loop": "once"} | timing
    timing = Timing(**usual)
    return Film(session, partial(PaneStage, make), kind, timing, LOOK, states[0], states)


def test_the_first_and_the_last_frame_are_the_stills(session, tmp_path):
    before = session.state
    after = before.queried(5).mapped(replace(before.map, is_3d=True))
    record(between(session, before, after), tmp_path / "clip.png")
    frames = read(tmp_path / "clip.png")
    assert len(frames) == 5
    np.testing.assert_array_equal(frames[0], still(MapPane, before))
    np.testing.assert_array_equal(frames[-1], still(MapPane, after))
    for one, other in pairwise(frames):
        assert (one != other).any()


def test_the_state_of_the_session_is_not_touched(session, tmp_path):
    before = session.state
    orbit = next(each for each in MapPane.animations if each.key == "orbit")
    timing = Timing(0.4, 10, "linear")
    film = Film(session, partial(PaneStage, MapPane), orbit, timing, LOOK, before)
    record(film, tmp_path / "clip.png")
    assert session.state is before
    assert not session.can_undo
    assert len(read(tmp_path / "clip.png")) == 4


def test_it_is_the_same_each_time(session, tmp_path):
    film = between(session, session.state, session.state.queried(9))
    for name in "ab":
        record(film, tmp_path / f"{name}.webp")
    assert (tmp_path / "a.webp").read_bytes() == (tmp_path / "b.webp").read_bytes()


KINDS = [
    pytest.param(pane, each, id=f"{pane.figure}-{each.key}")
    for pane in PANES
    for each in pane.animations
    if pane.needs_set
]


@pytest.mark.parametrize(("pane", "animation"), KINDS)
def test_every_kind_moves(pane, animation, session, tmp_path):
    look = FigureLook(1000, 700, 1.0)
    film = Film(
        session,
        partial(PaneStage, pane),
        animation,
        Timing(0.4, 10, animation.easing),
        look,
        session.state,
    )
    record(film, tmp_path / "clip.png")
    frames = read(tmp_path / "clip.png")
    assert len(frames) >= 3
    assert frames[0].shape == (700, 1000, 3)


def test_stop_leaves_no_file(session, tmp_path, qtbot):
    recorder = Recorder()
    film = between(session, session.state, session.state.queried(3), seconds=60.0)
    with qtbot.waitSignal(recorder.progressed):
        recorder.run(film, tmp_path / "clip.gif")
    with qtbot.waitSignal(recorder.writing.finished):
        recorder.stop()
    assert list(tmp_path.iterdir()) == []
    assert not recorder.is_running


def test_what_does_not_fit_is_said_and_leaves_no_file(session, tmp_path):
    film = between(session, session.state, session.state.queried(3))
    small = replace(film, look=FigureLook(40, 30, 1.0))
    with pytest.raises(UserError, match="does not fit"):
        record(small, tmp_path / "clip.gif")
    assert list(tmp_path.iterdir()) == []


def test_lines_of_images_without_padding():
    image = QImage(5, 3, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0xFF102030)
    assert pixels_of(image).shape == (3, 5, 3)
    assert (pixels_of(image) == (0x10, 0x20, 0x30)).all()


@pytest.mark.parametrize("is_open", [True, False], ids=["open", "closed"])
def test_there_and_back_between_two_sets_makes_each_layout_once(
    session, tmp_path, monkeypatch, is_open
):
    made = []
    find = Layouts._made
    monkeypatch.setattr(
        Layouts, "_made", lambda self, *given: made.append(given[0]) or find(self, *given)
    )
    first = session.state
    other = VectorSet(np.random.default_rng(3).normal(size=(50, 8)), list(range(50)))
    session.show(first.opened(other))
    second = session.state
    if not is_open:
        session.show(first)
    one, two = (replace(each, sets=(each.active,)) for each in (first, second))
    record(between(session, one, two, loop="back", seconds=0.8), tmp_path / "clip.png")
    assert made == [first.active, other]
    frames = read(tmp_path / "clip.png")
    assert (frames[0] != frames[len(frames) // 2]).any()
    # What the window shows is still known.
    assert session.layouts.known(LayoutRequest(first.active, None, 2)) is not None


def test_colors_change_half_way(qapp, tmp_path):
    rows = np.random.default_rng(1).normal(size=(60, 12)).astype(np.float32)
    columns = {"first": ["a", "b"] * 30, "second": ["c", "d", "e"] * 20}
    given = VectorSet(rows, [f"w{i}" for i in range(60)], metadata=columns)
    before = State().opened(given)
    first = before.map.colored_by("first")
    before = before.with_settings(first)
    after = before.with_settings(first.colored_by("second"))
    made = Session(before)
    film = between(made, before, after, seconds=0.5, fps=12, easing="linear")
    try:
        record(film, tmp_path / "clip.png")
    finally:
        made.encoders.close()
    stills = [still(MapPane, each) for each in (before, after)]
    frames = read(tmp_path / "clip.png")
    nearest = [
        int(np.argmin([np.abs(frame.astype(int) - each).sum() for each in stills]))
        for frame in frames
    ]
    assert (stills[0] != stills[1]).any()
    assert nearest == sorted(nearest)
    assert 0.25 < np.mean(nearest) < 0.75


class NodsPane(MapPane):
    """A pane whose new kind of moving picture is the one line below."""

    animations = (Animation("nod", "Nod", "there and back", states=lambda s: (s, s.queried(3), s)),)


def test_a_new_kind_of_animation_is_one_line(session, tmp_path):
    (kind,) = NodsPane.animations
    film = Film(
        session,
        partial(PaneStage, NodsPane),
        kind,
        Timing(0.5, 10, "linear", 0.0, "once"),
        LOOK,
        session.state,
    )
    record(film, tmp_path / "clip.png")
    frames = read(tmp_path / "clip.png")
    assert (frames[0] == frames[-1]).all()
    assert any((frame != frames[0]).any() for frame in frames)


def noise(one, other):
    """Return the peak signal-to-noise ratio in decibels."""
    square = np.mean((one.astype(float) - other.astype(float)) ** 2)
    return np.inf if square == 0 else 10 * np.log10(255**2 / square)


@pytest.mark.parametrize(("suffix", "least"), [(".png", np.inf), (".gif", 33), (".webp", 27)])
def test_files_begin_and_end_with_the_stills_and_take_their_time(session, tmp_path, suffix, least):
    before = session.state
    after = before.queried(5).mapped(replace(before.map, is_3d=True))
    path = tmp_path / f"clip{suffix}"
    record(between(session, before, after, seconds=0.8, hold=0.2), path)
    frames = read(path)
    with Image.open(path) as image:
        assert image.size == (LOOK.width, LOOK.height)
        durations = []
        for place in range(image.n_frames):
            image.seek(place)
            image.load()
            durations.append(image.info["duration"])
    assert sum(durations) == pytest.approx(800, abs=2)
    assert 4 <= len(frames) <= 8  # A rest is one frame that is shown longer.
    assert noise(frames[0], still(MapPane, before)) >= least
    assert noise(frames[-1], still(MapPane, after)) >= least
    assert noise(frames[0], frames[-1]) < least


def test_a_video_begins_and_ends_with_the_stills(session, tmp_path):
    ffmpeg = pytest.importorskip("imageio_ffmpeg", reason="imageio-ffmpeg is not installed")
    before = session.state
    after = before.queried(5).mapped(replace(before.map, is_3d=True))
    record(between(session, before, after, seconds=0.8, hold=0.2), tmp_path / "clip.mp4")
    count, seconds = ffmpeg.count_frames_and_secs(str(tmp_path / "clip.mp4"))
    assert (count, seconds) == (8, pytest.approx(0.8, abs=0.01))
    command = [ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-i", str(tmp_path / "clip.mp4")]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-fps_mode", "passthrough", "pipe:1"]
    content = subprocess.run(command, capture_output=True, check=True).stdout
    frames = np.frombuffer(content, dtype=np.uint8).reshape(-1, LOOK.height, LOOK.width, 3)
    assert len(frames) == 8
    assert noise(frames[0], still(MapPane, before)) > 25
    assert noise(frames[-1], still(MapPane, after)) > 25
    assert noise(frames[0], frames[-1]) < 22


@pytest.mark.parametrize(
    ("key", "suffix"),
    [("orbit", ".png"), ("orbit", ".gif"), ("orbit", ".webp"), ("morph", ".gif")],
)
def test_each_kind_is_the_same_each_time(session, tmp_path, suffix, key):
    (kind,) = (each for each in MapPane.animations if each.key == key)
    timing = Timing(0.5, 10, kind.easing, loop="back")
    contents = []
    for name in "ab":
        film = Film(session, partial(PaneStage, MapPane), kind, timing, LOOK, session.state)
        record(film, tmp_path / f"{name}{suffix}")
        contents.append((tmp_path / f"{name}{suffix}").read_bytes())
    assert contents[0] == contents[1]
