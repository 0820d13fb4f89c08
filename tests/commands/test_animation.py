"""Moving pictures by `embedviz figure KIND --animate`."""

import pytest

from embedviz.commands.figure import draw_figure
from embedviz.core.errors import UserError

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
