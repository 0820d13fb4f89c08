import json
import os
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from embedviz.core.derivation.recipes import Truncated
from embedviz.core.errors import UserError
from embedviz.core.origin import FileOrigin
from embedviz.core.thumbnails import ImageArray
from embedviz.core.vector_set import VectorSet
from embedviz.formats import load
from embedviz.gui import image_files
from embedviz.gui.image_files import ImageFiles, SpriteSheet, read_thumbnail
from embedviz.gui.row_images import (
    image_columns,
    image_of,
    load_sprites,
    with_image_column,
    with_own_pictures,
)


def color_of(row):
    """Return the color of a row's picture in these tests."""
    return [10 * row + 5, 255 - 10 * row, row]


def paint_sheet(path, n_columns, n_rows, width, height, n):
    """Write a sheet in which the picture of each row has its color, and a white first pixel."""
    image = QImage(n_columns * width, n_rows * height, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    for row in range(n):
        down, along = divmod(row, n_columns)
        for y in range(height):
            for x in range(width):
                color = QColor("white") if x == y == 0 else QColor(*color_of(row))
                image.setPixelColor(along * width + x, down * height + y, color)
    assert image.save(str(path))
    return path


def assert_pictures(found, n, width, height):
    assert len(found) == n
    for row in range(n):
        image = found.image(row)
        assert image.shape == (height, width, 4)
        assert image.dtype == np.uint8
        assert image[0, 0].tolist() == [255] * 4
        assert (image[1:, :, :3] == color_of(row)).all()
        assert (image[..., 3] == 255).all()


def plain(n, **columns):
    return VectorSet(np.eye(n), metadata=columns or None, name="plain")


@pytest.mark.parametrize(
    ("n", "n_columns", "n_rows", "width", "height"),
    [
        (9, 3, 3, 5, 5),
        (10, 4, 4, 5, 5),
        (10, 4, 3, 5, 5),
        (10, 4, 4, 6, 3),
        (12, 4, 3, 4, 7),
        (1, 1, 1, 8, 8),
        (2, 2, 2, 3, 3),
        (16, 4, 4, 6, 6),
    ],
)
def test_a_sheet_is_cut_as_the_projector_lays_it_out(tmp_path, n, n_columns, n_rows, width, height):
    path = paint_sheet(tmp_path / "sheet.png", n_columns, n_rows, width, height, n)
    found = load_sprites(path, plain(n))
    assert_pictures(found.thumbnails, n, width, height)
    assert found.notes == ("Pictures from sheet.png.",)


def test_a_size_that_is_given_goes_first_then_the_settings(tmp_path):
    path = paint_sheet(tmp_path / "sheet.png", 6, 2, 4, 8, 10)
    assert_pictures(load_sprites(path, plain(10), 4, 8).thumbnails, 10, 4, 8)
    sprite = {"imagePath": "sheet.png", "singleImageDim": [4, 8]}
    settings = json.dumps({"embeddings": [{"sprite": sprite}]})
    (tmp_path / "projector_config.json").write_text(settings, encoding="utf-8")
    assert_pictures(load_sprites(path, plain(10)).thumbnails, 10, 4, 8)
    square = load_sprites(path, plain(10), 4).thumbnails
    assert square.image(0).shape == (4, 4, 4)


def test_gray_sheets_and_transparent_ones(tmp_path):
    gray = QImage(4, 4, QImage.Format.Format_Grayscale8)
    gray.fill(100)
    gray.save(str(tmp_path / "gray.png"))
    assert SpriteSheet(tmp_path / "gray.png", 4).image(3)[0, 0].tolist() == [100, 100, 100, 255]
    clear = QImage(4, 4, QImage.Format.Format_ARGB32)
    clear.fill(QColor(1, 2, 3, 50))
    clear.save(str(tmp_path / "clear.png"))
    assert SpriteSheet(tmp_path / "clear.png", 4).image(3)[1, 1].tolist() == [1, 2, 3, 50]


def test_sheets_that_do_not_fit_are_refused(tmp_path):
    path = paint_sheet(tmp_path / "sheet.png", 3, 3, 5, 5, 9)
    with pytest.raises(UserError, match="room for 9 pictures of 5 × 5 pixels, but there are 10"):
        load_sprites(path, plain(10), 5)
    with pytest.raises(UserError, match="room for 0 pictures"):
        load_sprites(path, plain(2), 50)
    with pytest.raises(UserError, match="15 × 15 pixels, which cannot be cut into 4 pictures"):
        load_sprites(path, plain(10))
    (tmp_path / "sheet.txt").write_text("no image", encoding="utf-8")
    with pytest.raises(UserError, match="cannot be read as an image"):
        load_sprites(tmp_path / "sheet.txt", plain(2))
    with pytest.raises(UserError, match=r"There is no file none\.png"):
        load_sprites(tmp_path / "none.png", plain(2))
    with pytest.raises(UserError, match="cannot be cut"):
        load_sprites(paint_sheet(tmp_path / "thin.png", 1, 1, 1, 1, 1), plain(9))


def test_images_of_too_many_pixels_are_not_read(tmp_path, monkeypatch):
    path = paint_sheet(tmp_path / "sheet.png", 3, 3, 5, 5, 9)
    monkeypatch.setattr(image_files, "_MOST_PIXELS", 200)
    with pytest.raises(UserError, match="15 × 15 pixels; 8,192 × 8,192 can be read"):
        load_sprites(path, plain(9))
    assert read_thumbnail(path) is None


def test_drawings_are_no_pictures(tmp_path):
    text = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9"/></svg>'
    for name in ("drawing.svg", "drawing.png"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert read_thumbnail(tmp_path / name) is None
        with pytest.raises(UserError, match="cannot be read as an image"):
            load_sprites(tmp_path / name, plain(9))


@pytest.fixture
def folder(tmp_path):
    """Return a folder with the images of three rows and a file that is none."""
    (tmp_path / "images").mkdir()
    for row in range(3):
        paint_sheet(tmp_path / "images" / f"{row}.png", 1, 1, 20 + row, 10, 1)
    (tmp_path / "images" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnonsense")
    return tmp_path


def test_images_are_found_from_the_folder_of_the_file(folder):
    names = ["images/0.png", str(folder / "images" / "1.png"), None, "images/none.png", "  ", ""]
    names += ["images/broken.png", "images", "images/2.png", "x\0y", "y" * 5000]
    metadata = {"image": names, "other": ["a"] * len(names)}
    origin = FileOrigin(folder / "vectors.csv")
    opened = VectorSet(np.eye(len(names)), metadata=metadata, origin=origin)
    assert image_columns(opened) == ["image"]
    for vector_set in (opened, Truncated(3).derive(opened)):
        found = with_image_column(vector_set, "image")
        shapes = [None if (i := found.thumbnails.image(r)) is None else i.shape for r in range(11)]
        assert shapes == [(10, 20, 4), (10, 21, 4), *[None] * 6, (10, 22, 4), None, None]
        assert found.notes[-1] == "Pictures from the files in column 'image'."


def test_columns_without_images_are_refused(folder, toy):
    with pytest.raises(UserError, match="toy has no column 'image'"):
        with_image_column(toy, "image")
    with pytest.raises(UserError, match=r"'group' names is there. The first is .*even"):
        with_image_column(toy, "group")
    with pytest.raises(UserError, match=r"names is there\. Paths are seen"):
        with_image_column(toy, "number")
    assert image_columns(toy) == []


def test_large_images_become_thumbnails(tmp_path):
    path = paint_sheet(tmp_path / "large.png", 1, 1, 400, 100, 1)
    assert read_thumbnail(path).shape == (24, 96, 4)
    files = ImageFiles([path])
    assert files.image(0).shape == (24, 96, 4)
    assert files.large(0).shape == (64, 256, 4)
    line = paint_sheet(tmp_path / "line.png", 1, 1, 400, 1, 1)
    assert read_thumbnail(line).shape == (1, 96, 4)


def test_a_device_is_no_file():
    assert read_thumbnail(image_files.Path(os.devnull)) is None


def test_decoded_images_are_kept_and_the_oldest_dropped(folder, monkeypatch):
    decoded = []
    original = image_files.read_thumbnail
    monkeypatch.setattr(
        image_files,
        "read_thumbnail",
        lambda path, side: decoded.append(path.name) or original(path, side),
    )
    monkeypatch.setattr(image_files, "KEPT_BYTES", 2000)
    files = ImageFiles([f"images/{row}.png" for row in range(3)], folder)
    for row in (0, 1, 0, 2, 0, 1):
        assert files.image(row).shape == (10, 20 + row, 4)
    assert decoded == ["0.png", "1.png", "2.png", "1.png"]


def test_images_arrive_without_waiting(folder, qtbot):
    files = ImageFiles([f"images/{row}.png" for row in range(3)] + [None], folder)
    assert len(files) == 4
    with qtbot.waitSignal(files.arrived):
        assert [files.at_hand(row) for row in range(4)] == [None] * 4
    qtbot.waitUntil(lambda: all(files.at_hand(row) is not None for row in range(3)))
    assert files.at_hand(1).shape == (10, 21, 4)
    assert files.at_hand(3) is None


def test_the_picture_of_a_row_to_look_at(folder):
    pixels = np.array([[[0, 255]], [[7, 9]]], dtype=np.uint8)
    image = image_of(VectorSet(np.eye(2), thumbnails=ImageArray(pixels)), 1)
    assert (image.width(), image.height()) == (2, 1)
    assert image.pixelColor(1, 0).getRgb() == (9, 9, 9, 255)
    files = plain(2, image=[str(folder / "images" / "2.png"), None])
    assert image_of(files, 0) is None
    files = with_image_column(files, "image")
    assert image_of(files, 0).width() == 22
    assert image_of(files, 1) is None


def opened_from(path, n, **columns):
    return VectorSet(np.eye(n), metadata=columns or None, origin=FileOrigin(Path(path)))


def test_a_file_brings_its_own_pictures(folder):
    names = ["images/0.png", "images/1.png"]
    found = with_own_pictures(opened_from(folder / "x.tsv", 2, word=["a", "b"], image=names))
    assert found.thumbnails.image(1).shape == (10, 21, 4)
    paint_sheet(folder / "sheet.png", 2, 2, 3, 3, 2)
    sprite = {"imagePath": "sheet.png", "singleImageDim": [3, 3]}
    settings = {"embeddings": [{"tensorPath": "tensors.tsv", "sprite": sprite}]}
    (folder / "projector_config.json").write_text(json.dumps(settings), encoding="utf-8")
    found = with_own_pictures(opened_from(folder / "tensors.tsv", 2))
    assert_pictures(found.thumbnails, 2, 3, 3)
    assert with_own_pictures(found) is found


def test_settings_of_the_projector_bring_pictures(folder):
    paint_sheet(folder / "sheet.png", 2, 2, 3, 3, 2)
    (folder / "x.bytes").write_bytes(np.eye(2, dtype="<f4").tobytes())
    embedding = {"tensorName": "x", "tensorPath": "x.bytes", "tensorShape": [2, 2]}
    embedding["sprite"] = {"imagePath": "sheet.png", "singleImageDim": [3, 3]}
    text = json.dumps({"embeddings": [{"tensorName": "y", "tensorPath": "y.tsv"}, embedding]})
    (folder / "my_projector_config.json").write_text(text, encoding="utf-8")
    for name in ("my_projector_config.json", "x.bytes"):
        found = with_own_pictures(load(folder / name))
        assert_pictures(found.thumbnails, 2, 3, 3)


def test_pictures_that_cannot_be_read_are_noted(folder):
    opened = opened_from(folder / "x.tsv", 1, image=["none.png"])
    found = with_own_pictures(opened)
    assert found.thumbnails is None
    assert found.notes[-1].startswith("Pictures are not shown. None of the images")


def test_sets_without_pictures_stay_what_they_are(folder, toy):
    assert with_own_pictures(toy) is toy
    opened = opened_from(folder / "x.tsv", 1)
    assert with_own_pictures(opened) is opened
