"""SVG and PDF, drawn by other programs, show the same picture as the PNG; their text is text."""

import re
import shutil
import subprocess
from dataclasses import replace
from unicodedata import normalize
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtGui import QImage

from embedviz.app.map_settings import MapSettings
from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.gui.export.look import FigureLook
from embedviz.gui.figures import content_of, draw_pane
from embedviz.panes import PANES
from embedviz.panes.analogies.settings import AnalogySettings
from embedviz.panes.map.pane import MapPane
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
    fine = SCALE * OVERSAMPLING[kind]
    if kind == "svg":
        made = path.with_name("elsewhere.png")
        size = "-w", str(WIDTH * fine), "-h", str(HEIGHT * fine)
        run("rsvg-convert", *size, "-o", str(made), str(path))
        pixels = pixels_of(made)
    else:
        made = path.with_name("elsewhere.ppm")
        run("pdftoppm", "-r", str(96 * fine), "-singlefile", str(path), str(made.with_suffix("")))
        size = HEIGHT * fine, WIDTH * fine, 3
        before = made.stat().st_size - np.prod(size)
        pixels = np.memmap(made, np.uint8, "r", before, size)[..., ::-1]
    return averaged(pixels, OVERSAMPLING[kind])


def averaged(pixels, times):
    """Return the means of squares of pixels; by lines, as there are many."""
    height, width, _ = pixels.shape
    means = np.empty((height // times, width // times, 3), np.float32)
    for line in range(len(means)):
        square = pixels[line * times : (line + 1) * times].reshape(times, width // times, times, 3)
        means[line] = square.mean(axis=(0, 2), dtype=np.float32)
    return means


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
def test_a_map(kind, words_state, qapp, tmp_path):
    with draw_pane(MapPane, Session(words_state), WIDTH, HEIGHT) as picture:
        require_same(picture, kind, tmp_path, FigureLook(scale=SCALE))


@both
def test_a_map_in_space(kind, words_state, qapp, tmp_path):
    state = words_state.with_settings(replace(words_state[MapSettings], is_3d=True))
    with draw_pane(MapPane, Session(state), WIDTH, HEIGHT) as picture:
        require_same(picture, kind, tmp_path, FigureLook(scale=SCALE))


@pytest.mark.slow
@both
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("make", PANES, ids=lambda pane: pane.title)
def test_every_pane(make, theme, kind, words_state, qapp, tmp_path):
    with draw_pane(make, Session(words_state), WIDTH, HEIGHT) as picture:
        require_same(picture, kind, tmp_path, FigureLook(scale=SCALE, theme=theme))


@pytest.mark.parametrize("make", PANES, ids=lambda pane: pane.title)
def test_text_is_text(make, words_state, qapp, tmp_path):
    path = tmp_path / "figure.pdf"
    look = FigureLook(title="Office of the first title")
    with draw_pane(make, Session(words_state), 1100, 800) as picture:
        svg = content_of(picture, look, "svg").decode()
        path.write_bytes(content_of(picture, look, "pdf"))
    elements = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    texts = {" ".join("".join(each.itertext()).split()) for each in elements} - {""}
    assert look.title in texts
    assert len(texts) > 4
    if not shutil.which("pdftotext"):
        pytest.skip("needs pdftotext (poppler-utils)")
    # Letters that are joined into one sign, as ffi, are taken apart, as a search does.
    words = set(normalize("NFKC", run("pdftotext", str(path), "-").decode()).split())
    missing = {word for text in texts for word in normalize("NFKC", text).split()} - words
    assert not missing
