"""Points of a PDF, put in the place of marks: so the window does not wait until they are packed.

Painting 20,000 discs onto Qt's own writer held the window for 0.7 s, and an image of more points
as long. So an image of a few pixels is painted where they are to be, and becomes, in any thread, a
form of discs or the image of the points.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from embedviz.gui.export.discs import Discs, Part, PlacedDiscs, PlacedImage
from embedviz.gui.export.marks import MARK_WIDTH, number_of_image
from embedviz.gui.export.pdf_objects import PdfObjects

_ROUND = 4 / 3 * (2**0.5 - 1)
"""How far the controls of a curve are from its ends, in radii, for a quarter of a circle."""


def with_points(content: bytes, parts: Sequence[Part]) -> bytes:
    """Return a PDF with its points in the place of their marks; may be called in any thread."""
    if not parts:
        return content
    objects = PdfObjects(content)
    for number, place in _marks(objects):
        part = parts[place]
        if isinstance(part, PlacedImage):
            _set_image(objects, number, part)
        else:
            _set_discs(objects, number, part)
    return objects.content()


def _marks(objects: PdfObjects) -> list[tuple[int, int]]:
    """Return the objects that are marks, each with what it is the mark of."""
    found = []
    for number in objects.numbers():
        body = objects.body(number)
        if f"/Width {MARK_WIDTH}\n".encode() not in body or b"/Subtype /Image" not in body:
            continue
        pixels = zlib.decompressobj().decompress(body[body.index(b"stream") + 7 :])
        if (place := number_of_image(pixels)) is not None:
            found.append((number, place))
    return found


def _set_image(objects: PdfObjects, number: int, part: PlacedImage) -> None:
    height, width = part.pixels.shape
    image = QImage(
        part.pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied
    ).convertToFormat(QImage.Format.Format_RGBA8888)
    channels = np.frombuffer(image.constBits(), np.uint8).reshape(height, width, 4)
    common = {
        "Type": "/XObject",
        "Subtype": "/Image",
        "Width": str(width),
        "Height": str(height),
        "BitsPerComponent": "8",
    }
    alpha = channels[..., 3].tobytes()
    mask = objects.add_stream({**common, "ColorSpace": "/DeviceGray"}, alpha)
    entries = {**common, "ColorSpace": "/DeviceRGB", "SMask": f"{mask} 0 R"}
    objects.set_stream(number, entries, channels[..., :3].tobytes())


def _set_discs(objects: PdfObjects, number: int, part: PlacedDiscs) -> None:
    """Make an object a form of discs."""
    drawn: list[str] = []
    groups = {}
    for place, discs in enumerate(part.discs):
        if discs.opacity == 1:
            drawn += ["q", *_operators(discs, part.left, part.top), "Q"]
        else:
            groups[place] = _add_group(objects, part, discs)
            drawn.append(f"q /O{place} gs /G{place} Do Q")
    named = " ".join(f"/G{place} {group} 0 R" for place, group in groups.items())
    states = _opacities([each for each in part.discs if each.opacity == 1])
    states += [f"/O{place} << /ca {part.discs[place].opacity:.3g} >>" for place in groups]
    resources = f"<< /XObject << {named} >> /ExtGState << {' '.join(states)} >> >>"
    # An image fills a square of one, with its foot at 0; pixels count from the top.
    matrix = f"[{1 / part.width:.9f} 0 0 {-1 / part.height:.9f} 0 1]"
    entries = {**_form_of(part), "Matrix": matrix, "Resources": resources}
    objects.set_stream(number, entries, "\n".join(drawn).encode())


def _add_group(objects: PdfObjects, part: PlacedDiscs, discs: Discs) -> int:
    """Add a form of discs that can be made fainter all together, which takes longer to draw."""
    states = " ".join(_opacities([discs]))
    entries = {
        **_form_of(part),
        "Group": "<< /S /Transparency >>",
        "Resources": f"<< /ExtGState << {states} >> >>",
    }
    content = "\n".join(_operators(discs, part.left, part.top))
    return objects.add_stream(entries, content.encode())


def _form_of(part: PlacedDiscs) -> dict[str, str]:
    box = f"[0 0 {part.width:.4f} {part.height:.4f}]"
    return {"Type": "/XObject", "Subtype": "/Form", "BBox": box}


def _opacities(layers: Sequence[Discs]) -> list[str]:
    """Return the states with all opacities that discs and their rims have."""
    alphas = {color >> 24 for each in layers for color in set(each.colors.tolist())}
    alphas |= {each.edge.color >> 24 for each in layers}
    return [
        f"/A{alpha} << /ca {alpha / 255:.4g} /CA {alpha / 255:.4g} >>" for alpha in sorted(alphas)
    ]


def _operators(discs: Discs, left: float, top: float) -> Iterator[str]:
    """Yield what draws discs, and their rims as lines around them."""
    width, rim = discs.edge.width, discs.edge.color
    if width:
        yield f"{width:.3f} w {_rgb(rim)} RG"
    before: int | None = None
    inner = _circles(discs.x - left, discs.y - top, np.maximum(discs.radius - width, 0))
    outer = _circles(discs.x - left, discs.y - top, np.maximum(discs.radius - width / 2, 0))
    colors = discs.colors.tolist()
    for color, disc, ring in zip(colors, inner.tolist(), outer.tolist(), strict=True):
        if color != before or width:
            yield f"/A{color >> 24} gs {_rgb(color)} rg"
            before = color
        yield _CIRCLE % tuple(disc) + "f"
        if width:
            yield f"/A{rim >> 24} gs"
            yield _CIRCLE % tuple(ring) + "s"


_CIRCLE = "%.2f %.2f m " + 4 * "%.2f %.2f %.2f %.2f %.2f %.2f c "


def _circles(
    x: NDArray[np.float64], y: NDArray[np.float64], radius: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the points of circles of four curves, (n, 26): each x before its y."""
    k = _ROUND
    corners = [(1, 0), (1, k), (k, 1), (0, 1), (-k, 1), (-1, k), (-1, 0)]
    corners += [(-1, -k), (-k, -1), (0, -1), (k, -1), (1, -k), (1, 0)]
    unit = np.array(corners, dtype=float)
    middles = np.stack([x, y], axis=1)
    points: NDArray[np.float64] = middles[:, None, :] + radius[:, None, None] * unit
    return points.reshape(len(x), unit.size)


def _rgb(color: int) -> str:
    return " ".join(f"{((color >> shift) & 0xFF) / 255:.4g}" for shift in (16, 8, 0))
