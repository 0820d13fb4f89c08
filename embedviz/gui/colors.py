"""Colors of points by a metadata column."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.vector_set import VectorSet
from embedviz.gui.legend import Categories, ColorBar, Legend
from embedviz.gui.theme import OKABE_ITO, Theme

Colors = NDArray[np.float32]
MOST_CATEGORIES = 60
"""A column with more different texts than this names its rows rather than groups them."""

# Simulated dichromacy, for keeping colors apart for everyone: linear RGB to what is seen with
# red cones (protanopia) or green cones (deuteranopia) missing (Viénot, Brettel and Mollon 1999).
_PROTAN = np.array([[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]])
_DEUTAN = np.array([[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]])

# Linear RGB to Oklab (Ottosson 2020), whose distances are close to differences seen.
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


@dataclass(frozen=True)
class Coloring:
    """Colors of all rows, and what they mean.

    Attributes
    ----------
    colors : array of shape (n_vectors, 4)
        Red, green, blue and opacity, from 0 to 1.
    title : str
        The column.
    categories : tuple of (name, `#RRGGBB`, count)
        Empty for numbers.
    least, most : float
        Range of the numbers; equal for categories.
    ramp : tuple of `#RRGGBB`
        Colors from least to most; empty for categories.
    """

    colors: Colors
    title: str
    categories: tuple[tuple[str, str, int], ...] = ()
    least: float = 0.0
    most: float = 0.0
    ramp: tuple[str, ...] = ()


def colorable_columns(vector_set: VectorSet) -> list[str]:
    """Return the metadata columns that can color points: numbers, truth, not too many texts."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = []
    for field in vector_set.metadata.schema:
        if (
            pa.types.is_integer(field.type)
            or pa.types.is_floating(field.type)
            or pa.types.is_boolean(field.type)
        ):
            columns.append(field.name)
        elif pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            column = vector_set.metadata.column(field.name)
            if 1 <= pc.count_distinct(column).as_py() <= MOST_CATEGORIES:
                columns.append(field.name)
    return columns


def color_by(vector_set: VectorSet, column: str, theme: Theme) -> Coloring:
    """Return the color of each row by one of its metadata.

    Parameters
    ----------
    vector_set : VectorSet
    column : str
        One of `colorable_columns`.
    theme : Theme
        Rows without a value get its muted color, and stay faint.
    """
    import pyarrow as pa

    values = vector_set.metadata.column(column).combine_chunks()
    if pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        return _by_number(values, column, theme)
    return _by_category(values, column, theme)


def legend_of(coloring: Coloring) -> Legend:
    """Return what explains a coloring beside the points."""
    if coloring.ramp:
        return ColorBar(coloring.title, coloring.least, coloring.most, coloring.ramp)
    return Categories(coloring.title, coloring.categories)


def _by_number(values: Any, column: str, theme: Theme) -> Coloring:
    # Long whole numbers, such as identifiers, lose their last digits, which no color shows.
    numbers = values.cast("float64", safe=False).to_numpy(zero_copy_only=False)
    known = np.isfinite(numbers)
    least, most = (numbers[known].min(), numbers[known].max()) if known.any() else (0.0, 0.0)
    ramp = number_ramp()
    size = max(abs(least), abs(most)) or 1.0  # The span of huge numbers may be infinite.
    shares = (numbers[known] / size - least / size) / ((most / size - least / size) or 1.0)
    colors = _faint(len(numbers), theme)
    places = np.rint(shares * (len(ramp) - 1)).astype(int)
    colors[known] = np.array([_rgba(color, 0.9) for color in ramp], dtype=np.float32)[places]
    return Coloring(colors, column, (), float(least), float(most), ramp)


def _by_category(values: Any, column: str, theme: Theme) -> Coloring:
    import pyarrow.compute as pc

    encoded = pc.dictionary_encode(values.cast("string"))
    names = [str(name) for name in encoded.dictionary.to_pylist()]
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    order = np.argsort(-counts, kind="stable")
    chosen = category_colors(len(names), theme.is_dark)
    table = np.zeros((len(names), 4), dtype=np.float32)
    for color, place in zip(chosen, order, strict=True):
        table[place] = _rgba(color, 0.9)
    colors = _faint(len(codes), theme)
    colors[codes >= 0] = table[codes[codes >= 0]]
    categories = tuple(
        (names[place], color, int(counts[place]))
        for color, place in zip(chosen, order, strict=True)
    )
    return Coloring(colors, column, categories)


def _faint(count: int, theme: Theme) -> Colors:
    return np.tile(np.array(_rgba(theme.muted, 0.22), dtype=np.float32), (count, 1))


def number_ramp() -> tuple[str, ...]:
    """Return viridis, 64 colors from dark blue to yellow."""
    import pyqtgraph as pg

    table = pg.colormap.get("viridis").getLookupTable(nPts=64)
    return tuple("#{:02X}{:02X}{:02X}".format(*color[:3]) for color in table)


@lru_cache
def category_colors(count: int, on_dark: bool) -> tuple[str, ...]:
    """Return colors that are told apart, also under the common color vision deficiencies.

    Up to eight are Okabe and Ito's, their black being white on a dark ground. Beyond, each
    further color is the one farthest from all before it, as Glasbey et al. (2007) do, but at the
    worst of three kinds of sight: the usual one and the two common deficiencies. Light or dark
    ones that would be lost on the ground are left out.

    Parameters
    ----------
    count : int
    on_dark : bool
        Whether the ground is dark.
    """
    first = tuple("#FFFFFF" if on_dark and color == "#000000" else color for color in OKABE_ITO)
    if count <= len(first):
        return first[:count]
    levels = np.linspace(0, 1, 14)
    grid = np.stack(np.meshgrid(levels, levels, levels), -1).reshape(-1, 3)
    lab = _oklab(grid)
    lightness, chroma = lab[:, 0], np.hypot(lab[:, 1], lab[:, 2])
    fits = (lightness > (0.55 if on_dark else 0.38)) & (lightness < (0.92 if on_dark else 0.82))
    grid = grid[fits & (chroma > 0.07)]
    seen = [_oklab(grid), _oklab(grid, _PROTAN), _oklab(grid, _DEUTAN)]
    chosen = [_rgba(color, 1.0)[:3] for color in first]
    nearest = np.full(len(grid), np.inf)
    for color in chosen:
        nearest = np.minimum(nearest, _worst_distance(seen, np.array(color)))
    while len(chosen) < count:
        best = int(np.argmax(nearest))
        chosen.append(tuple(grid[best]))
        nearest = np.minimum(nearest, _worst_distance(seen, grid[best]))
    return tuple("#{:02X}{:02X}{:02X}".format(*(round(255 * c) for c in rgb)) for rgb in chosen)


def _worst_distance(seen: list[NDArray[np.float64]], color: NDArray[np.float64]) -> Any:
    sights = (None, _PROTAN, _DEUTAN)
    distances = [
        np.linalg.norm(lab - _oklab(color[np.newaxis], sight), axis=1)
        for lab, sight in zip(seen, sights, strict=True)
    ]
    # Deficiencies count half: where all three counted fully, little but lightness would vary.
    return np.minimum(distances[0], 2.0 * np.minimum(distances[1], distances[2]))


def _oklab(rgb: NDArray[np.float64], sight: NDArray[np.float64] | None = None) -> Any:
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    if sight is not None:
        linear = np.clip(linear @ sight.T, 0, 1)
    return np.cbrt(linear @ _TO_CONES.T) @ _TO_LAB.T


def _rgba(color: str, alpha: float) -> tuple[float, float, float, float]:
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue, alpha
