"""SVG and PDF, drawn by other programs, show the same picture as the PNG; their text is text."""

import re
import shutil
import subprocess

import numpy as np
import pytest
from PySide6.QtGui import QImage

from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.gui.export.look import FigureLook
from embedviz.gui.figures import content_of, draw_pane
from embedviz.panes import PANES
from embedviz.panes.analogies.settings import AnalogySettings
from embedviz.panes.matryoshka.settings import MatryoshkaSettings

WIDTH, HEIGHT, SCALE = 720, 540, 2
OVERSAMPLING = {"svg": 4, "pdf": 6}
"""Other programs draw so much finer, and pixels are averaged: the edges of theirs are coarser."""
LEVELS, SHARE = 8, 0.99

needs = {
    "svg": pytest.mark.skipif(
        not shutil.which("rsvg-convert"), reason="needs rsvg-convert (librsvg2-bin)"
    ),
    "pdf": pytest.mark.skipif(
        not shutil.which("pdftoppm"), reason="needs pdftoppm and pdftotext (poppler-utils)"
    ),
}
both = pytest.mark.parametrize("kind", [pytest.param(kind, marks=needs[kind]) for kind in needs])


def run(*arguments):
    return subprocess.run(arguments, capture_output=True, check=True, timeout=120).stdout


def pixels_of(path):
    image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)
    assert not image.isNull()
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return lines[..., :3].astype(np.int16)


def drawn_elsewhere(path, kind):
    """Return the pixels that another program makes of a file."""
    made, fine = path.with_name("elsewhere"), SCALE * OVERSAMPLING[kind]
    if kind == "svg":
        made = made.with_suffix(".png")
        size = "-w", str(WIDTH * fine), "-h", str(HEIGHT * fine)
        run("rsvg-convert", *size, "-o", str(made), str(path))
    else:
        run("pdftoppm", "-r", str(96 * fine), "-png", "-singlefile", str(path), str(made))
        made = made.with_suffix(".png")
    pixels = pixels_of(made).astype(np.float32)
    height, width = HEIGHT * SCALE, WIDTH * SCALE
    times = OVERSAMPLING[kind]
    return pixels.reshape(height, times, width, times, 3).mean(axis=(1, 3))


def text_boxes(path):
    """Return where words of a PDF are, in pixels of the PNG."""
    found = re.findall(
        r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)"',
        run("pdftotext", "-bbox", str(path), "-").decode(),
    )
    return np.array(found, dtype=float).reshape(-1, 4) * SCALE * 96 / 72


def without_text(shape, boxes):
    """Return which pixels have no text on or near them."""
    free = np.ones(shape, dtype=bool)
    for left, top, right, bottom in boxes:
        rows = slice(max(int(top) - 4, 0), int(bottom) + 5)
        free[rows, max(int(left) - 6, 0) : int(right) + 7] = False
    return free


def share_alike(first, second, free):
    near = np.abs(first - second).max(axis=2) <= LEVELS
    return near[free].mean()


def require_same(picture, kind, tmp_path, look):
    paths = {}
    for each in ("png", "svg", "pdf"):
        paths[each] = tmp_path / f"figure.{each}"
        paths[each].write_bytes(content_of(picture, look, each))
    boxes = text_boxes(paths["pdf"]) if shutil.which("pdftotext") else np.empty((0, 4))
    ours, theirs = pixels_of(paths["png"]), drawn_elsewhere(paths[kind], kind)
    assert ours.shape == theirs.shape
    free = without_text(ours.shape[:2], boxes)
    assert free.mean() > 0.3
    assert share_alike(ours, theirs, free) >= SHARE


@pytest.fixture
def words_state(words):
    state = State().opened(words).queried(words.row("king")).with_settings(MatryoshkaSettings(64))
    analogy = AnalogySettings(("king", "woman"), ("man",))
    return state.with_settings(analogy).selecting([words.row("cat"), words.row("dog")], "add")


@both
@pytest.mark.parametrize("make", PANES, ids=lambda pane: pane.title)
def test_every_pane(make, kind, words_state, qapp, tmp_path):
    with draw_pane(make, Session(words_state), WIDTH, HEIGHT) as picture:
        require_same(picture, kind, tmp_path, FigureLook(scale=SCALE))
