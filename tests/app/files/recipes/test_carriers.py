"""Recipes in pictures: they come out as they went in, and what else is in there does no harm."""

import zlib
from contextlib import suppress
from struct import pack
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage

from embedviz.app.files.recipes.carriers import (
    may_carry_recipe,
    recipe_in,
    svg_metadata,
    with_png_recipe,
    xmp_packet,
)
from embedviz.core.errors import UserError

plain = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\r"))


def png(text=""):
    image = QImage(3, 2, QImage.Format.Format_RGB32)
    image.fill(QColor("#123456"))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return with_png_recipe(bytes(buffer.data().data()), text, dpi=300)


def svg(text):
    metadata = svg_metadata(text)
    return f'<svg xmlns="http://www.w3.org/2000/svg">{metadata}</svg>'.encode()


def pdf(text):
    return b"%PDF-1.4\n" + xmp_packet(text, "a <title>") + b"\n%%EOF"


MAKERS = {"x.png": png, "x.svg": svg, "x.pdf": pdf}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("carriers")


@pytest.mark.parametrize("name", MAKERS)
@given(text=plain.filter(bool))
def test_a_recipe_comes_out_as_it_went_in(folder, name, text):
    path = folder / name
    path.write_bytes(MAKERS[name](text))
    assert may_carry_recipe(path)
    assert recipe_in(path) == text


@given(text=plain)
def test_metadata_of_an_svg_is_well_formed(text):
    root = ElementTree.fromstring(svg(text))
    assert "".join(root.itertext()) == text


def test_a_png_stays_a_picture_and_has_its_resolution(folder):
    (folder / "y.png").write_bytes(png("x"))
    image = QImage(str(folder / "y.png"))
    assert image.pixelColor(1, 1) == QColor("#123456")
    assert image.dotsPerMeterX() == round(300 / 0.0254)
    assert image.text("embedviz") == "x"


@pytest.mark.parametrize("name", MAKERS)
@given(cut=st.integers(0, 400), flipped=st.integers(0, 400))
def test_a_damaged_picture_is_refused_or_read(folder, name, cut, flipped):
    content = bytearray(MAKERS[name]('{"format": "embedviz recipe"}' * 5))
    if flipped < len(content):
        content[flipped] ^= 0x41
    path = folder / f"damaged-{name}"
    path.write_bytes(content[: max(len(content) - cut, 0)])
    with suppress(UserError):
        assert isinstance(recipe_in(path), str)


def test_a_bomb_is_not_unpacked(folder):
    packed = zlib.compress(b"x" * (64 << 20), 9)
    chunk = b"iTXt" + b"embedviz\0\x01\0\0\0" + packed
    end = pack(">I", len(chunk) - 4) + chunk + pack(">I", zlib.crc32(chunk))
    (folder / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + end)
    with pytest.raises(UserError, match="does not say what it shows"):
        recipe_in(folder / "bomb.png")


def test_entities_of_an_svg_are_not_followed(folder):
    entity = '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    content = svg("PLACE").decode().replace("PLACE", "&x;")
    (folder / "entity.svg").write_text(entity + content)
    assert recipe_in(folder / "entity.svg") == "&x;"


def test_other_files_are_no_pictures(folder, tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    assert not may_carry_recipe(tmp_path / "x.csv")
    assert not may_carry_recipe(tmp_path / "none.png")
    assert not may_carry_recipe(tmp_path)
    (tmp_path / "x.png").write_bytes(png())
    with pytest.raises(UserError, match="does not say what it shows"):
        recipe_in(tmp_path / "x.png")


def test_a_table_of_icons_is_no_picture(tmp_path):
    table = tmp_path / "icons.csv"
    table.write_text("label,icon,x\na,<svg></svg>,1\n", "utf-8")
    assert not may_carry_recipe(table)
    for head in ("<svg xmlns='x'/>", "\ufeff  <?xml version='1.0'?>\n<svg/>", "<!-- a -->\n<svg/>"):
        table.write_text(head, "utf-8")
        assert may_carry_recipe(table)
