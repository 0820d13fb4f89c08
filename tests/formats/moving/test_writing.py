"""Moving pictures: what is written is read again, by Pillow and by ffmpeg."""

import subprocess
from importlib.util import find_spec

import numpy as np
import pytest

from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled
from embedviz.formats import moving
from embedviz.formats.moving import MOVING_FORMATS, moving_format_of
from embedviz.formats.moving.clip import Clip, changed_part, merged
from embedviz.formats.moving.writing import write_clip

needs_pillow = pytest.mark.skipif(find_spec("PIL") is None, reason="Pillow is not installed")
needs_ffmpeg = pytest.mark.skipif(
    find_spec("imageio_ffmpeg") is None, reason="imageio-ffmpeg is not installed"
)
SUFFIXES = [
    pytest.param(suffix, marks=needs_ffmpeg if "imageio_ffmpeg" in kind.packages else needs_pillow)
    for suffix, kind in MOVING_FORMATS.items()
]


def frames_of(count, width=64, height=48):
    """Return a square that goes from left to right over a gradient."""
    ground = np.zeros((height, width, 3), dtype=np.uint8)
    ground[:, :, 0] = np.linspace(0, 200, width)
    made = []
    for place in range(count):
        frame = ground.copy()
        frame[10:20, 4 * place : 4 * place + 8] = (20, 220, 120)
        made.append(frame)
    return made


def read_by_pillow(path):
    from PIL import Image, ImageSequence

    with Image.open(path) as image:
        frames, durations = [], []
        for each in ImageSequence.Iterator(image):
            frames.append(np.array(each.convert("RGB")))
            durations.append(each.info["duration"])
        return frames, durations, image.info.get("loop")


def read_by_ffmpeg(path, width, height):
    import imageio_ffmpeg

    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-i", str(path)]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-fps_mode", "passthrough", "pipe:1"]
    content = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(content, dtype=np.uint8).reshape(-1, height, width, 3)


def noise(one, other):
    """Return the peak signal-to-noise ratio in decibels."""
    square = np.mean((one.astype(float) - other.astype(float)) ** 2)
    return np.inf if square == 0 else 10 * np.log10(255**2 / square)


@needs_pillow
@pytest.mark.parametrize(("suffix", "least"), [(".png", np.inf), (".gif", 38), (".webp", 30)])
@pytest.mark.parametrize("repeats", [True, False])
def test_every_frame_is_there_for_its_time(tmp_path, suffix, least, repeats):
    frames, path = frames_of(10), tmp_path / f"clip{suffix}"
    write_clip(path, Clip(64, 48, 25, 10, repeats), frames)
    read, durations, loop = read_by_pillow(path)
    assert len(read) == 10
    assert durations == [40] * 10
    assert (loop == 0) == repeats
    for one, other in zip(read, frames, strict=True):
        assert noise(one, other) >= least


@needs_pillow
@pytest.mark.parametrize("suffix", [".png", ".gif", ".webp"])
def test_a_rest_is_one_frame_that_is_shown_longer(tmp_path, suffix):
    first, *others = frames_of(4)
    path = tmp_path / f"clip{suffix}"
    write_clip(path, Clip(64, 48, 30, 9), [first] * 6 + others)
    read, durations, _ = read_by_pillow(path)
    assert len(read) == 4
    assert durations[0] == 200
    assert sum(durations) == pytest.approx(300, abs=1)


@needs_ffmpeg
@pytest.mark.parametrize(("width", "height"), [(64, 48), (63, 47)])
def test_a_video_has_every_frame_and_even_sides(tmp_path, width, height):
    frames, path = frames_of(10, width, height), tmp_path / "clip.mp4"
    write_clip(path, Clip(width, height, 25, 10), frames)
    read = read_by_ffmpeg(path, 64, 48)
    assert len(read) == 10
    for one, other in zip(read, frames, strict=True):
        assert noise(one[:height, :width], other) > 24
    content = path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")  # It plays before all of it is there.


@needs_ffmpeg
def test_what_is_gray_in_a_frame_is_gray_in_the_video(tmp_path):
    frame = np.full((48, 64, 3), 128, dtype=np.uint8)
    write_clip(tmp_path / "gray.mp4", Clip(64, 48, 10, 2), [frame, frame])
    for read in read_by_ffmpeg(tmp_path / "gray.mp4", 64, 48):
        np.testing.assert_allclose(read, 128, atol=2)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_frames_make_the_same_file(tmp_path, suffix):
    contents = []
    for name in "ab":
        path = tmp_path / f"{name}{suffix}"
        write_clip(path, Clip(64, 48, 25, 6), frames_of(6))
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_stop_leaves_nothing_and_the_old_file(tmp_path, suffix):
    path = tmp_path / f"clip{suffix}"
    path.write_bytes(b"old")

    def report(fraction, words):
        if fraction > 0.4:
            raise Cancelled

    with pytest.raises(Cancelled):
        write_clip(path, Clip(64, 48, 25, 10), frames_of(10), report)
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_frames_that_fail_leave_nothing(tmp_path, suffix):
    def frames():
        yield from frames_of(3)
        raise UserError("There is no fourth one.")

    with pytest.raises(UserError, match="no fourth"):
        write_clip(tmp_path / f"clip{suffix}", Clip(64, 48, 25, 10), frames())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_full_disk_is_said(tmp_path, suffix, monkeypatch):
    from embedviz.formats.moving import writing

    class Files:
        def __enter__(self):
            self.file = open("/dev/full", "r+b")
            return [self.file]

        def __exit__(self, *error):
            self.file.close()

    try:
        open("/dev/full", "r+b").close()
    except OSError:
        pytest.skip("there is no /dev/full here")
    monkeypatch.setattr(writing, "replaced_files", lambda paths: Files())
    with pytest.raises(UserError, match="No space left on device"):
        write_clip(tmp_path / f"clip{suffix}", Clip(64, 48, 25, 6), frames_of(6))


def test_other_suffixes_and_missing_packages_are_said(monkeypatch):
    with pytest.raises(UserError, match=r"written as \.webp, \.gif, \.png, \.mp4"):
        moving_format_of("film.avi")
    monkeypatch.setattr(moving, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r'imageio-ffmpeg.*pip install "embedviz\[animation\]"'):
        moving_format_of("film.mp4")


def test_equal_frames_are_merged():
    one, other = np.zeros((2, 2, 3), np.uint8), np.ones((2, 2, 3), np.uint8)
    found = [(start, count) for _, start, count in merged([one, one.copy(), other, one])]
    assert found == [(0, 2), (2, 1), (3, 1)]
    assert list(merged([])) == []


def test_the_changed_part_is_the_least_box():
    before = np.zeros((6, 8, 3), np.uint8)
    after = before.copy()
    after[2, 3] = after[4, 6] = 9
    part = changed_part(before, after)
    assert part[:4] == (3, 2, 7, 5)
    assert part.changed.sum() == 2
    assert changed_part(None, after)[:4] == (0, 0, 8, 6)
