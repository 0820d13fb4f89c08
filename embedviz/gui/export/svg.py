"""Figures as SVG: lines and text as Qt writes them, with points, fonts and metadata of our own."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence
from html import escape

from PySide6.QtCore import QBuffer, QIODevice, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter

from embedviz.app.files.recipes.carriers import svg_metadata
from embedviz.gui.export.discs import Discs, Part, PlacedImage
from embedviz.gui.export.marks import text_mark
from embedviz.gui.theme import FAMILIES, MONOSPACED

MOST_BYTES = 5_000_000
"""Of a file: images of points are made coarser until it is smaller."""
_MOST_OF_IMAGES = 4_400_000
_LEAST_SHARE = 0.2
_MARKED = re.compile(r"<text[^>]*>" + text_mark(0).replace("0", r"(\d+)") + r"</text>")
_HEAD = re.compile(r'<svg width="[^"]*" height="[^"]*"')
# Qt names clips in the coordinates of the widget, outside of the group that moves these.
_CLIPPED = re.compile(r'<g clip-path="([^"]*)"><g ')
_FONT = re.compile(r'font-family="([^"]*)"')


def paint_svg(paint: Callable[[QPainter], None], size: QSize, title: str) -> bytes:
    """Return an SVG of what is painted, with marks in the place of points; see `finished_svg`."""
    from PySide6.QtSvg import QSvgGenerator  # Another 1 MB library, for this alone.

    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)  # 1.2 Tiny does not clip.
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setViewBox(QRect(QPoint(), size))
    generator.setTitle(title)
    generator.setDescription("")
    with QPainter(generator) as painter:
        paint(painter)
    return bytes(buffer.data().data())


def finished_svg(content: bytes, size: QSize, parts: Sequence[Part], recipe: str) -> bytes:
    """Return an SVG with its points, its size in CSS pixels, fonts to fall back on, and a recipe.

    May be called in any thread.
    """
    n_images = sum(isinstance(part, PlacedImage) for part in parts)
    budget = (_MOST_OF_IMAGES - len(content) - len(recipe)) // max(n_images, 1)

    def points_of(found: re.Match[str]) -> str:
        part = parts[int(found[1])]
        return _image(part, budget) if isinstance(part, PlacedImage) else _circles(part.discs)

    text = _MARKED.sub(points_of, content.decode("utf-8"))
    text = _CLIPPED.sub(r'<g><g clip-path="\1" ', text)
    # Qt writes millimeters, of 72 pixels an inch: elsewhere, an inch has 96.
    head = f'<svg width="{size.width()}" height="{size.height()}"'
    text = _HEAD.sub(head, text, count=1)
    text = _FONT.sub(lambda found: f'font-family="{with_fallbacks(found[1])}"', text)
    if recipe:
        text = text.replace("<defs>", f"{svg_metadata(recipe)}\n<defs>", 1)
    return text.encode("utf-8")


def with_fallbacks(family: str) -> str:
    """Return a typeface, and those to take where it is not installed."""
    is_code = family in MONOSPACED or "Mono" in family
    others = [*MONOSPACED[:-1], "monospace"] if is_code else [*FAMILIES, "sans-serif"]
    named = [name for name in dict.fromkeys([family, *others]) if name]
    return escape(", ".join(named), quote=True)


def _circles(layers: Sequence[Discs]) -> str:
    """Return the discs of a view as circles, their rims as lines around them."""
    return "\n".join(_layer(each) for each in layers)


def _layer(discs: Discs) -> str:
    width = discs.edge.width
    rim = ""
    if width:
        of_rim = (discs.edge.color >> 24) / 255
        rim = (
            f'" fill="none" stroke="#{discs.edge.color & 0xFFFFFF:06x}" '
            f'stroke-opacity="{of_rim:.3g}" stroke-width="{width:.3g}"/>'
        )
    lines = []
    places = zip(
        discs.x.tolist(),
        discs.y.tolist(),
        discs.radius.tolist(),
        discs.colors.tolist(),
        strict=True,
    )
    alphas = {color >> 24 for color in set(discs.colors.tolist())}
    shared = next(iter(alphas)) if len(alphas) == 1 else None
    for x, y, radius, color in places:
        at = f'<circle cx="{x:.2f}" cy="{y:.2f}" r="'
        own = "" if shared is not None else f'" fill-opacity="{(color >> 24) / 255:.3g}'
        inner = max(radius - width, 0.0)
        lines.append(f'{at}{inner:.2f}" fill="#{color & 0xFFFFFF:06x}{own}"/>')
        if rim:
            lines.append(f"{at}{radius - width / 2:.2f}{rim}")
    opacity = "" if discs.opacity == 1 else f' opacity="{discs.opacity:.3g}"'
    of_all = "" if shared is None else f' fill-opacity="{shared / 255:.3g}"'
    return f'<g stroke="none"{of_all}{opacity}>\n' + "\n".join(lines) + "\n</g>"


def _image(part: PlacedImage, budget: int) -> str:
    """Return an image of points; coarser than it is where the file would be too large."""
    height, width = part.pixels.shape
    image = QImage(
        part.pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied
    )
    most, shown = budget * 3 // 4, image
    content = _png(shown)
    share = 1.0
    while len(content) > most and share > _LEAST_SHARE:
        share *= max(min((most / len(content)) ** 0.5 * 0.97, 0.95), 0.3)
        shown = image.scaled(
            max(round(width * share), 1),
            max(round(height * share), 1),
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        content = _png(shown)
    encoded = base64.b64encode(content).decode("ascii")
    return (
        f'<image x="{part.left:g}" y="{part.top:g}" width="{part.width:g}" '
        f'height="{part.height:g}" preserveAspectRatio="none" '
        f'xlink:href="data:image/png;base64,{encoded}"/>'
    )


def _png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())
