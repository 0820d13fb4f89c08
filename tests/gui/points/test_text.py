"""Text with halos, crisp on every device."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from embedviz.gui.points import text
from embedviz.gui.points.text import draw_line_of_text, draw_text, scale_of, text_size
from embedviz.gui.theme import font

BLACK, WHITE = QColor("#000000"), QColor("#ffffff")


def drawn(draw, scale=1.0):
    """Return the lightness of what was drawn on gray."""
    image = QImage(round(200 * scale), round(40 * scale), QImage.Format.Format_RGB32)
    image.fill(0xFF808080)
    with QPainter(image) as painter:
        painter.scale(scale, scale)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw(painter)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return raw[..., 0].astype(int)


@pytest.mark.parametrize("scale", [1.0, 2.0, 3.0])
def test_a_halo_is_around_the_letters(qapp, scale):
    seen = drawn(
        lambda painter: draw_text(painter, QPointF(50, 10), "Hello", font(13), BLACK, WHITE), scale
    )
    assert seen.min() < 60
    assert seen.max() == 255
    width, height = text_size("Hello", font(13))
    rows, columns = np.nonzero(seen != 0x80)
    assert columns.min() >= (50 - 4) * scale
    assert columns.max() <= (50 + width + 4) * scale
    assert rows.min() >= (10 - 4) * scale
    assert rows.max() <= (10 + height + 4) * scale


def test_without_a_halo_there_are_only_letters(qapp):
    seen = drawn(lambda painter: draw_text(painter, QPointF(50, 10), "Hello", font(13), BLACK))
    assert seen.max() == 0x80
    assert seen.min() < 60


def test_a_kept_picture_looks_like_drawing(qapp):
    place = QPointF(50, 10)
    kept = drawn(lambda painter: draw_text(painter, place, "word", font(13), BLACK, WHITE))
    plain = drawn(
        lambda painter: text._draw_with_halo(painter, place, "word", font(13), BLACK, WHITE)
    )
    assert np.abs(kept - plain).mean() < 1


@pytest.fixture
def images(monkeypatch):
    """Return the images of texts, of which there are none yet."""
    monkeypatch.setattr(text, "images", text.TextImages())
    return text.images


def test_each_text_is_drawn_once(qapp, images, monkeypatch):
    made, make = [], text._image_of
    monkeypatch.setattr(text, "_image_of", lambda *key: made.append(key) or make(*key))
    for _ in range(3):
        drawn(lambda painter: draw_text(painter, QPointF(5, 5), "once", font(13), BLACK, WHITE))
    assert len(made) == len(images) == 1


def test_images_of_texts_are_kept_within_a_limit_of_memory(qapp, images, monkeypatch):
    monkeypatch.setattr(text, "KEPT_BYTES", 200_000)

    def draw(word, scale):
        with_halo = (QPointF(5, 5), word, font(13), BLACK, WHITE)
        return drawn(lambda painter: draw_text(painter, *with_halo), scale)

    first = draw("first", 2.0)
    for number in range(60):  # As large as in a talk.
        draw(f"a longer text {number}", 3.0)
        draw("often", 1.0)
        assert images.n_bytes <= 200_000
    assert 1 < len(images) < 60
    size, kept = images.n_bytes, len(images)
    draw("often", 1.0)
    assert (images.n_bytes, len(images)) == (size, kept)  # What is used stays.
    assert (draw("first", 2.0) == first).all()  # Drawn again, as it was.


def test_long_lines_are_shortened(qapp):
    box = QRectF(10, 10, 60, 20)
    seen = drawn(lambda painter: draw_line_of_text(painter, box, "w" * 99, font(13), BLACK))
    assert np.nonzero(seen != 0x80)[1].max() <= 70


def test_scale_is_that_of_the_device(qapp):
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(2)
    with QPainter(image) as painter:
        painter.scale(1.5, 1.5)
        assert scale_of(painter) == pytest.approx(3)
        painter.rotate(90)
        assert scale_of(painter) == pytest.approx(3)


def test_facts_are_left_out_whole():
    def line(text, width=150):
        return drawn(
            lambda painter: draw_line_of_text(
                painter, QRectF(0, 0, width, 20), text, font(11), WHITE
            )
        )

    cut = line("words · 5,048 rows · PCA · 14.1 % of the variance")
    np.testing.assert_array_equal(cut, line("words · 5,048 rows · …"))
    assert (cut != line("words · 5,048 rows")).any()
    np.testing.assert_array_equal(line("words · PCA"), line("words · PCA", 500))
