"""Pictures in files: their sizes, what stays text, and what happens where none can be written."""

import os
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.core.errors import UserError
from embedviz.gui.figures import draw_image, draw_pane, save_figure
from embedviz.gui.pane import Pane
from embedviz.gui.points.view import PointView
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK, LIGHT
from embedviz.panes import PANES
from embedviz.panes.analogies.settings import AnalogySettings
from embedviz.panes.map import MapPane
from embedviz.panes.matryoshka.settings import MatryoshkaSettings

SVG = "{http://www.w3.org/2000/svg}"
every_pane = pytest.mark.parametrize("make", PANES, ids=lambda pane: pane.title)


@pytest.fixture
def known(toy):
    """Return the state of a set that has something to show in every pane."""
    analogy = AnalogySettings(("word1", "word2"), ("word3",))
    return (
        State().opened(toy).queried(5).with_settings(MatryoshkaSettings(16)).with_settings(analogy)
    )


@pytest.fixture
def picture(qapp, known):
    with draw_pane(MapPane, Session(known), 400, 300) as picture:
        yield picture


def texts_in(svg):
    root = ElementTree.fromstring(svg)
    return ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_png_has_the_size_that_was_asked_for(picture, tmp_path, scale):
    save_figure(picture, tmp_path / "map.png", scale)
    image = QImage(str(tmp_path / "map.png"))
    assert (image.width(), image.height()) == (400 * scale, 300 * scale)
    # The same size on paper, whatever the scale.
    assert image.dotsPerMeterX() * 0.0254 == pytest.approx(96 * scale, abs=0.1)
    assert image.pixelColor(2, 2).name().upper() == LIGHT.ground


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_what_the_hands_do_is_not_in_a_figure(picture, scale):
    (view,) = picture.findChildren(PointView)
    plain = draw_image(picture, scale)
    view.mouse.hovered = 3
    view.scene.set_links(3, [4, 5])
    assert draw_image(picture, scale) == plain
    assert not view.is_in_figure


def test_a_larger_picture_is_drawn_anew_and_not_enlarged(picture):
    """Enlarged, each pixel of the small picture would be a block of three by three."""
    image = draw_image(picture, 3).convertToFormat(QImage.Format.Format_Grayscale8)
    gray = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)[:, :1200]
    blocks = gray.reshape(300, 3, 400, 3).astype(int)
    uneven = np.ptp(blocks, axis=(1, 3)) > 0
    has_ink = (blocks != blocks[0, 0, 0, 0]).any(axis=(1, 3))
    assert uneven[has_ink].mean() > 0.5


@every_pane
def test_svg_is_valid_and_keeps_text_as_text(make, known, qapp, tmp_path):
    with draw_pane(make, Session(known), 700, 500) as picture:
        save_figure(picture, tmp_path / "x.svg")
        views = len(picture.findChildren(PointView))
    content = (tmp_path / "x.svg").read_bytes()
    root = ElementTree.fromstring(content)
    assert root.get("viewBox") == "0 0 700 500"
    assert texts_in(content)
    assert not list(root.iter(f"{SVG}image"))
    assert (len(list(root.iter(f"{SVG}circle"))) >= len(known.active)) == (views > 0)


def test_svg_of_many_points_has_one_image_of_them(known, qapp, tmp_path, monkeypatch):
    monkeypatch.setattr("embedviz.gui.export.point_layer.MOST_VECTORS", len(known.active) - 1)
    with draw_pane(MapPane, Session(known), 700, 500) as picture:
        save_figure(picture, tmp_path / "x.svg")
    root = ElementTree.fromstring((tmp_path / "x.svg").read_bytes())
    assert len(list(root.iter(f"{SVG}image"))) == 1
    assert len(list(root.iter(f"{SVG}circle"))) < 5  # Rings around the query.


def test_svg_says_what_is_shown(known, qapp, tmp_path):
    with draw_pane(MapPane, Session(known), 700, 500) as picture:
        save_figure(picture, tmp_path / "x.svg")
    texts = texts_in((tmp_path / "x.svg").read_bytes())
    assert "word5" in texts
    assert any("PC1" in text for text in texts)
    assert any("toy · PCA of all 50 rows" in text for text in texts)


@every_pane
def test_pdf_is_one_page_of_the_size_of_the_picture(make, known, qapp, tmp_path):
    with draw_pane(make, Session(known), 640, 480) as picture:
        save_figure(picture, tmp_path / "x.pdf")
    content = (tmp_path / "x.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    box = re.search(rb"/MediaBox \[([\d. ]+)\]", content).group(1).split()
    assert [float(number) for number in box] == pytest.approx([0, 0, 480, 360], abs=1)
    assert len(re.findall(rb"/Type /Page\b", content)) == 1
    assert b"/Font" in content


def test_another_suffix_is_refused(picture, tmp_path):
    with pytest.raises(UserError, match=r"x\.bmp: figures are written as \.png, \.svg, \.pdf"):
        save_figure(picture, tmp_path / "x.bmp")
    assert list(tmp_path.iterdir()) == []
    save_figure(picture, tmp_path / "X.PNG", 1)
    assert (tmp_path / "X.PNG").exists()


def test_a_folder_that_is_missing_is_told(picture, tmp_path):
    with pytest.raises(UserError, match=r"cannot be written: No such file.* another place"):
        save_figure(picture, tmp_path / "none" / "x.png")


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failure_leaves_the_old_file_and_no_other(picture, tmp_path, monkeypatch, step):
    old = tmp_path / "x.png"
    old.write_bytes(b"old")

    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(UserError, match="No space left on device"):
        save_figure(picture, old)
    assert old.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [old]


def test_a_new_file_has_the_usual_rights(picture, tmp_path):
    (tmp_path / "usual").touch()
    save_figure(picture, tmp_path / "x.png", 1)
    assert (tmp_path / "x.png").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_the_rights_of_other_new_files_are_left_alone(picture, tmp_path, monkeypatch):
    # It is of the whole process: whatever another thread writes meanwhile would get it, too.
    monkeypatch.setattr(os, "umask", lambda mask: pytest.fail("changes the umask"))
    save_figure(picture, tmp_path / "x.png", 1)
    assert (tmp_path / "x.png").exists()


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_a_replaced_file_keeps_its_rights(picture, tmp_path):
    old = tmp_path / "x.png"
    old.touch()
    old.chmod(0o640)
    save_figure(picture, old, 1)
    assert old.stat().st_mode & 0o777 == 0o640


def test_an_interrupt_leaves_no_half_file(picture, tmp_path, monkeypatch):
    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save_figure(picture, tmp_path / "x.png", 1)
    assert os.listdir(tmp_path) == []


@every_pane
def test_the_same_state_gives_the_same_picture(make, known, qapp):
    def drawn():
        with draw_pane(make, Session(known), 500, 400) as picture:
            content = QBuffer()
            content.open(QIODevice.OpenModeFlag.WriteOnly)
            draw_image(picture).save(content, "PNG")
            return content.data().data()

    assert drawn() == drawn()


def test_the_theme_is_that_of_the_application(known, qapp):
    apply_theme(qapp, DARK)
    with draw_pane(MapPane, Session(known), 400, 300) as picture:
        assert draw_image(picture, 1).pixelColor(2, 2).name().upper() == DARK.ground


def test_larger_text_makes_another_picture(known, qapp):
    pictures = []
    for scale in (1.0, 1.8):
        with draw_pane(MapPane, Session(known), 500, 400, scale) as picture:
            pictures.append(draw_image(picture))
    assert pictures[0] != pictures[1]


def test_what_cannot_be_drawn_is_told_and_leaves_no_pane(toy, qapp):
    class Failing(Pane):
        title, name, hint = "Failing", "failing", ""

        def build(self):
            self.task = self.calculations.new_task("failing")

        def draw(self, old, new):
            self.calculations.run(self.task, self.fail, print)

        def fail(self, report):
            raise UserError("There is nothing to draw.")

    with (
        pytest.raises(UserError, match="There is nothing to draw"),
        draw_pane(Failing, Session(State().opened(toy)), 300, 200),
    ):
        pass
    assert not [w for w in QApplication.topLevelWidgets() if w.isVisible()]


def test_a_view_paints_on_whatever_there_is(picture):
    view = picture.findChild(PointView)
    image = QImage(150, 100, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    view.paint(painter, 150, 100)
    painter.end()
    assert image.pixelColor(1, 1).name().upper() == LIGHT.ground
