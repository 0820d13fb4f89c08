"""Moving pictures by `embedviz figure KIND --animate`."""

from dataclasses import replace

import numpy as np
import pytest

from embedviz.app.files.session.steps import STEPS
from embedviz.app.files.session.writing import save_session
from embedviz.app.scenes.sequence import taking
from embedviz.app.state import State
from embedviz.commands.figure import draw_figure
from embedviz.core.errors import UserError
from embedviz.core.projections import PCA
from embedviz.formats import load

Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
FEW = ("--size", "420x320", "--scale", "1", "--seconds", "0.5", "--fps", "8")


@pytest.fixture
def vectors(tmp_path):
    path = tmp_path / "few.csv"
    rows = [f"w{i},{i % 5},{i % 3},{i % 7},{(i * i) % 11}" for i in range(30)]
    path.write_text("label,a,b,c,d\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return str(path)


@pytest.mark.usefixtures("qapp")
def test_the_same_command_writes_the_same_moving_picture(vectors, tmp_path):
    paths = [tmp_path / "first.png", tmp_path / "second.png"]
    for path in paths:
        assert draw_figure(["map", vectors, "--animate", "orbit", *FEW, "-o", str(path)]) == 0
    assert paths[0].read_bytes() == paths[1].read_bytes()
    with Image.open(paths[0]) as image:
        assert image.size == (420, 320)
        assert image.n_frames >= 3


@pytest.mark.usefixtures("qapp")
def test_a_kind_that_a_pane_does_not_have_is_said(vectors, tmp_path):
    path = tmp_path / "clip.png"
    with pytest.raises(UserError, match="it has: orbit, morph"):
        draw_figure(["map", vectors, "--animate", "run", *FEW, "-o", str(path)])
    assert not path.exists()


@pytest.fixture
def talk(vectors, tmp_path):
    """Path of a session with four scenes: three of the map, one of another pane."""
    state = State().opened(load(vectors))
    state = taking(state.queried(3), "map", "Flat")
    state = state.mapped(replace(state.map, projection=PCA(components=(1, 2, 3))))
    state = taking(state.queried(5), "map", "Turned")
    state = taking(state.mapped(replace(state.map, is_3d=True)), "map", "Deep")
    state = taking(state, "anisotropy", "Cone")
    path = tmp_path / "talk.embedviz"
    save_session(path, state, {}, STEPS)
    return str(path)


def frames_of(path):
    with Image.open(path) as image:
        found = []
        for place in range(image.n_frames):
            image.seek(place)
            found.append(np.array(image.convert("RGB")))
        return found


@pytest.mark.usefixtures("qapp")
def test_a_moving_picture_leads_from_scene_to_scene(talk, tmp_path):
    def draw(name, *options):
        path = tmp_path / name
        assert draw_figure(["--session", talk, "-o", str(path), *FEW[:4], *options]) == 0
        return path

    timing = ("--seconds", "0.9", "--fps", "10", "--loop", "once", "--easing", "linear")
    ways = ("--animate", "between", "--scene", "Flat", "--to", "turned", "--to", "3")
    paths = [draw(name, *ways, *timing) for name in ("first.png", "second.png")]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    frames = frames_of(paths[0])
    stills = [frames_of(draw(f"{name}.png", "--scene", name))[0] for name in ("Flat", "Turned")]
    stills.append(frames_of(draw("deep.png", "--scene", "Deep"))[0])
    for place, each in zip((0, len(frames) // 2, -1), stills, strict=True):
        np.testing.assert_array_equal(frames[place], each)


@pytest.mark.usefixtures("qapp")
def test_a_moving_picture_leads_from_stop_to_stop_of_the_tour(tmp_path):
    path = tmp_path / "clip.webp"
    ways = ["--tour", "cone", "--animate", "between", "--to", "whitening"]
    assert draw_figure([*ways, *FEW, "--size", "1280x800", "-o", str(path)]) == 0
    frames = frames_of(path)
    assert len(frames) == 2  # They are of two sets, of which one follows the other.
    assert (frames[0] != frames[1]).any()


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--animate", "between"], "Name both: --session FILE --scene FIRST --to LAST"),
        (["--to", "Deep"], "--to is where a moving picture leads: add --animate between"),
        (["--animate", "orbit", "--to", "Deep"], "add --animate between"),
        (["--animate", "between", "--to", "no"], "There is no scene 'no'; there are: Flat, Turned"),
        (["--animate", "between", "--to", "Cone"], "Flat of map, Cone of anisotropy"),
    ],
)
def test_ends_that_are_not_there_are_said(talk, tmp_path, options, words):
    path = tmp_path / "clip.png"
    with pytest.raises(UserError, match=words):
        draw_figure(["--session", talk, "-o", str(path), *FEW, *options])
    assert not path.exists()


@pytest.mark.usefixtures("qapp")
def test_a_figure_of_a_file_leads_to_no_scene(vectors, tmp_path):
    with pytest.raises(UserError, match="Name both: --session FILE"):
        draw_figure(["map", vectors, "--animate", "between", "-o", str(tmp_path / "clip.png")])
