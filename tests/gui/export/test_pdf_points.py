"""Points are put into a PDF after it was painted, in another thread."""

import re
import shutil
import subprocess
import zlib

import numpy as np
import pytest
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QImage

from embedviz.core.drawing.raster import Edge
from embedviz.gui.export.discs import Discs, PlacedDiscs, PlacedImage
from embedviz.gui.export.marks import paint_image_mark
from embedviz.gui.export.pdf import finished_pdf, paint_pdf
from embedviz.gui.export.pdf_objects import PdfObjects
from embedviz.gui.export.pdf_points import with_points

SIZE = QSize(96, 48)
RED, BLUE = 0xFFFF0000, 0xFF0000FF

draws = pytest.mark.skipif(not shutil.which("pdftoppm"), reason="needs pdftoppm (poppler-utils)")


def painted(places, *, ground="white"):
    """Return a PDF with a mark in each place."""

    def paint(painter):
        painter.fillRect(QRectF(0, 0, SIZE.width(), SIZE.height()), QColor(ground))
        for number, place in enumerate(places):
            paint_image_mark(painter, number, QRectF(*place))

    return paint_pdf(paint, SIZE, "title", "")


def place_of(part):
    return part.left, part.top, part.width, part.height


def file_of(*parts):
    return finished_pdf(with_points(painted([place_of(each) for each in parts]), parts), SIZE)


def discs(x, y, radius, colors, **others):
    middles = (np.array(each, dtype=float) for each in (x, y, radius))
    return Discs(*middles, np.array(colors, dtype=np.uint32), **others)


def drawn(content, tmp_path):
    """Return what pdftoppm draws, a pixel of it a pixel of the painter."""
    path = tmp_path / "x.pdf"
    path.write_bytes(content)
    made = tmp_path / "x"
    subprocess.run(
        ["pdftoppm", "-r", "96", "-singlefile", "-png", path, made], check=True, timeout=60
    )
    image = QImage(str(made.with_suffix(".png")))
    assert image.size() == SIZE
    return image


def near(color, expected, levels=4):
    wanted = QColor(expected)
    return all(
        abs(a - b) <= levels for a, b in zip(color.getRgb()[:3], wanted.getRgb()[:3], strict=True)
    )


@draws
def test_discs_are_where_they_were_placed(qapp, tmp_path):
    part = PlacedDiscs([discs([30, 60], [12, 36], [5, 5], [RED, BLUE])], 10, 4, 80, 40)
    image = drawn(file_of(part), tmp_path)
    assert near(image.pixelColor(30, 12), "red")
    assert near(image.pixelColor(60, 36), "blue")
    for x, y in ((36, 12), (30, 19), (60, 12), (30, 36)):
        assert near(image.pixelColor(x, y), "white")


@draws
def test_discs_end_at_their_area(qapp, tmp_path):
    part = PlacedDiscs([discs([20], [20], [8], [RED])], 20, 0, 60, 40)
    image = drawn(file_of(part), tmp_path)
    assert near(image.pixelColor(23, 20), "red")
    assert near(image.pixelColor(17, 20), "white")


@draws
def test_rims_and_opacities(qapp, tmp_path):
    rim = Edge(0xFF00FF00, 3.0)
    layers = [
        discs([20], [20], [10], [0x80FF0000]),
        discs([48], [20], [10], [RED], edge=rim),
        discs([74, 76], [20, 20], [8, 8], [RED, RED], opacity=0.5),
    ]
    image = drawn(file_of(PlacedDiscs(layers, 0, 0, 96, 48)), tmp_path)
    assert near(image.pixelColor(20, 20), "#ff7f7f")
    assert near(image.pixelColor(48, 20), "red")
    assert near(image.pixelColor(48, 11), "#00ff00", 30)
    # Two of one kind are made fainter together: where both are is no stronger.
    assert near(image.pixelColor(75, 20), "#ff7f7f")


@draws
def test_an_image_keeps_its_colors_and_what_is_seen_through_it(qapp, tmp_path):
    pixels = np.zeros((20, 40), dtype=np.uint32)
    pixels[:, :20] = 0x80008000  # Premultiplied: half of (0, 255, 0).
    pixels[:10, 20:] = BLUE
    image = drawn(file_of(PlacedImage(pixels, 8, 8, 80, 40)), tmp_path)
    assert near(image.pixelColor(20, 30), "#7fff7f")
    assert near(image.pixelColor(70, 18), "blue")
    assert near(image.pixelColor(70, 40), "white")
    assert near(image.pixelColor(4, 4), "white")


def test_several_parts_are_each_in_their_place(qapp):
    first = PlacedImage(np.full((3, 7), RED, dtype=np.uint32), 0, 0, 40, 20)
    second = PlacedImage(np.full((5, 9), BLUE, dtype=np.uint32), 40, 20, 40, 20)
    objects = PdfObjects(file_of(first, second))
    bodies = [objects.body(number) for number in objects.numbers()]
    images = [body for body in bodies if b"/DeviceRGB" in body and b"/Image" in body]
    sizes = {re.search(rb"/Width (\d+)\n/Height (\d+)", body).groups() for body in images}
    assert sizes == {(b"7", b"3"), (b"9", b"5")}
    assert not any(b"/JBIG" in body or b"/DCTDecode" in body for body in images)


def test_what_is_painted_in_the_window_does_not_grow_with_the_points(qapp):
    """The mark is all that is painted there; points are packed in another thread."""
    few = painted([(0, 0, 80, 40)])
    many = discs(np.arange(5000) % 80, np.arange(5000) % 40, np.full(5000, 2), [RED] * 5000)
    content = with_points(few, [PlacedDiscs([many], 0, 0, 80, 40)])
    assert len(few) < 5_000 < len(content)


def test_the_table_says_where_each_object_begins(qapp):
    content = file_of(PlacedDiscs([discs([9], [9], [3], [RED])], 0, 0, 80, 40))
    begin = int(re.search(rb"startxref\s+(\d+)", content)[1])
    assert content[begin:].startswith(b"xref\n0 ")
    entries = re.findall(rb"(\d{10}) 00000 n", content[begin:])
    size = int(re.search(rb"/Size (\d+)", content[begin:])[1])
    assert len(entries) == size - 1
    for number, entry in enumerate(entries, 1):
        assert content[int(entry) :].startswith(b"%d 0 obj" % number)


def test_lengths_of_streams_are_right(qapp):
    layers = [discs([9], [9], [3], [RED], opacity=opacity) for opacity in (1.0, 0.5)]
    objects = PdfObjects(file_of(PlacedDiscs(layers, 0, 0, 80, 40)))
    forms = [body for n in objects.numbers() if b"/Form" in (body := objects.body(n))]
    assert len(forms) == 2
    for body in forms:
        data = body[body.index(b"stream\n") + 7 : body.rindex(b"\nendstream")]
        assert len(data) == int(re.search(rb"/Length (\d+)", body)[1])
        assert zlib.decompress(data)


def test_no_other_file_is_taken_for_one_of_qt():
    with pytest.raises(ValueError, match="no PDF"):
        PdfObjects(b"%PDF-1.5\nxref streams instead\n%%EOF")
