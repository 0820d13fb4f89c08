"""Colors and sizes of points by a metadata column.

A recolor of a million rows is one look-up per row in a small table of packed colors: the column
was read before (`gui.coloring.column_values`), and the last entries of the table are the muted
colors of rows without a value and of those in a small group, whose codes are negative.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.drawing.raster import Colors, Sizes
from embedviz.core.vector_set import VectorSet
from embedviz.gui.coloring.column_values import (
    MISSING,
    OTHER,
    Codes,
    ColumnValues,
    GroupValues,
    NumberValues,
    column_values,
)
from embedviz.gui.coloring.group_colors import colors_of_groups
from embedviz.gui.coloring.palettes import RAMPS, number_ramp, packed, share_ramp
from embedviz.gui.coloring.value_texts import value_text
from embedviz.gui.points.legend.layout import Categories, ColorBar, Legend
from embedviz.gui.points.point_colors import usual_size
from embedviz.gui.theme import Theme

__all__ = [
    "MISSING",
    "OTHER",
    "RAMPS",
    "Coloring",
    "can_be_both",
    "color_by",
    "color_by_groups",
    "color_by_share",
    "colorable_columns",
    "legend_of",
    "number_columns",
    "sizable_columns",
    "size_by",
    "size_note",
    "usual_range",
    "weights_by",
]

SMALLEST, LARGEST = 0.6, 2.5
"""Diameters of points that have a size of their own, against the usual one."""
NO_VALUE = "no value"
"""What rows without a value are called in a legend."""

_OPAQUE, _FAINT = 0.9, 0.22


@dataclass(frozen=True, eq=False)
class Coloring:
    """Colors of all rows, and what they mean.

    Attributes
    ----------
    colors : uint32 array of shape (n_vectors,)
        As 0xAARRGGBB.
    title : str
        The column.
    categories : tuple of (name, `#RRGGBB` or `#AARRGGBB`, count)
        As the legend shows them: the named groups, then the others, then what has no value; the
        last two as faint as their points.
        Empty for numbers.
    codes : int16 array of shape (n_vectors,), or None for numbers
        Place in `names`; −1 without a value, −2 in a group that has no color of its own.
    names : tuple of str
        The groups with a color of their own.
    n_others : int
        How many groups have no color of their own.
    kinds : int32 array of shape (n_vectors,), or None for numbers
        Tells all groups apart, those too.
    missing : str
        What rows without a value are called.
    can_rename : bool
        Whether groups may be called otherwise.
    hidden : frozenset of str
        Those of the categories that are not to be drawn.
    least, most : float
        Range of the numbers, and of low and high; equal for categories.
    low, high : float
        Where the colors end; numbers beyond have those of the ends.
    ramp : tuple of `#RRGGBB`
        Colors from low to high; empty for categories.
    inverted : bool
        Whether the ramp goes the other way than usual; `ramp` already does.
    unit : {"number", "date", "share"}
        How the numbers are written. Dates are seconds since 1970, UTC.
    """

    colors: Colors
    title: str
    categories: tuple[tuple[str, str, int], ...] = ()
    codes: Codes | None = None
    names: tuple[str, ...] = ()
    n_others: int = 0
    kinds: NDArray[np.int32] | None = None
    missing: str = NO_VALUE
    can_rename: bool = False
    hidden: frozenset[str] = frozenset()
    least: float = 0.0
    most: float = 0.0
    low: float = 0.0
    high: float = 0.0
    ramp: tuple[str, ...] = ()
    inverted: bool = False
    unit: str = "number"

    @property
    def hidden_rows(self) -> NDArray[np.bool_] | None:
        """Rows that are not to be drawn, bool array of shape (n_vectors,); None when all are."""
        if self.codes is None or not self.hidden:
            return None
        entries = {name for name, _, _ in self.categories} - set(self.names)
        others = (entries - {self.missing}) & self.hidden
        last = (bool(others), self.missing in self.hidden - set(self.names))
        table = np.array([*(name in self.hidden for name in self.names), *last])
        return np.take(table, self.codes, mode="wrap")


def colorable_columns(vector_set: VectorSet) -> list[str]:
    """Return the metadata columns that can color points: numbers, dates, booleans, most texts.

    Texts cannot where nearly each row has its own: they name rows rather than group them.
    """
    return [name for name in _columns(vector_set) if _can_color(vector_set, name)]


def sizable_columns(vector_set: VectorSet) -> list[str]:
    """Return the metadata columns that can size points: numbers and dates."""
    return [name for name in _columns(vector_set) if _read(vector_set, name).is_numeric]


def number_columns(vector_set: VectorSet) -> list[str]:
    """Return the metadata columns of plain numbers."""
    return [name for name in _columns(vector_set) if _read(vector_set, name).kind == "number"]


def can_be_both(vector_set: VectorSet, column: str) -> bool:
    """Return whether a column is of whole numbers that can be shown as groups or as quantities."""
    values = column_values(vector_set, column)
    return values.kind == "number" and values.can_be_groups


def usual_range(vector_set: VectorSet, column: str) -> tuple[float, float]:
    """Return the 1st and the 99th percentile of a column of numbers or dates."""
    return column_values(vector_set, column).numbers.usual_range


def color_by(  # noqa: PLR0913 - all that settings say of it
    vector_set: VectorSet,
    column: str,
    theme: Theme,
    *,
    hidden: frozenset[str] = frozenset(),
    color_range: tuple[float, float] | None = None,
    inverted: bool = False,
    as_categories: bool | None = None,
    ramp: str = "viridis",
    positions: ArrayLike | None = None,
) -> Coloring:
    """Return the color of each row by one of its metadata.

    Parameters
    ----------
    vector_set : VectorSet
    column : str
        One of `colorable_columns`.
    theme : Theme
        Rows without a value get its muted color, and stay faint.
    hidden : frozenset of str
        Categories that are not to be drawn.
    color_range : (float, float), optional
        Numbers outside have the colors of the ends. Default: all of them; for the ramp with two
        ends, where there are numbers on both sides of 0, as far on one side as on the other.
    inverted : bool
        Whether the ramp goes the other way.
    as_categories : bool, optional
        Whether whole numbers are groups. Default: if they are few and repeat.
    ramp : str
        One of `RAMPS`, for numbers.
    positions : array-like of shape (n_vectors, 2 | 3), optional
        Where rows are on a map: groups get colors by their places; see `place_palette`.
    """
    values = column_values(vector_set, column)
    as_groups = values.is_grouped
    if as_categories is not None and can_be_both(vector_set, column):
        as_groups = as_categories
    if as_groups:
        return color_by_groups(values.groups, column, theme, hidden, positions)
    if not values.is_numeric:
        raise ValueError(f"{column} holds nothing that colors can stand for")
    low, high = color_range or _default_range(values.numbers, ramp)
    colors = number_ramp(ramp, theme)
    unit = "date" if values.kind == "date" else "number"
    return _by_numbers(values.numbers, column, theme, (low, high), colors, inverted, unit)


def color_by_share(shares: NDArray[np.float32], theme: Theme) -> Coloring:
    """Return the color of each row by how many of its true neighbors are near it on the map.

    Parameters
    ----------
    shares : float array of shape (n_vectors,)
        From 0 to 1; NaN where it is not known.
    theme : Theme
    """
    numbers = NumberValues(np.asarray(shares, dtype=np.float64), 0.0, 1.0)
    title, ramp = "true neighbors kept", share_ramp(theme)
    return _by_numbers(numbers, title, theme, (0.0, 1.0), ramp, False, "share")


def legend_of(coloring: Coloring) -> Legend:
    """Return what explains a coloring beside the points."""
    if not coloring.ramp:
        entries, n_others = coloring.categories, coloring.n_others
        n_last = len(entries) - len(coloring.names)
        can_rename = coloring.can_rename
        return Categories(coloring.title, entries, coloring.hidden, n_last, n_others, can_rename)
    return ColorBar(
        coloring.title,
        coloring.least,
        coloring.most,
        coloring.ramp,
        coloring.low,
        coloring.high,
        coloring.inverted,
        value_text(coloring.unit, coloring.least, coloring.most),
    )


def size_by(vector_set: VectorSet, column: str, count: int) -> Sizes:
    """Return the diameter of each row's point by a column of numbers, in pixels.

    The area grows evenly with the number, from 0.6 to 2.5 times the usual diameter, over all but
    the outermost hundredth of the numbers at each end.

    Parameters
    ----------
    vector_set : VectorSet
    column : str
        One of `sizable_columns`; rows without a value get the smallest size.
    count : int
        The number of points that are drawn, on which the usual size depends.

    Returns
    -------
    float32 array of shape (n_vectors,)
    """
    numbers = column_values(vector_set, column).numbers
    shares = _shares(numbers.values, *numbers.usual_range)
    least, most = np.float32(SMALLEST**2), np.float32(LARGEST**2)
    areas = least + (most - least) * np.nan_to_num(shares, copy=False, nan=0.0)
    return np.asarray(np.sqrt(areas) * np.float32(usual_size(count)), dtype=np.float32)


def weights_by(vector_set: VectorSet, column: str | None) -> NDArray[np.float32] | None:
    """Return how much each row counts by a column of numbers: 0 for less; None without a column."""
    if column is None:
        return None
    values = column_values(vector_set, column).numbers.values
    return np.maximum(np.nan_to_num(values, nan=0.0), 0.0).astype(np.float32)


def size_note(vector_set: VectorSet, column: str) -> str:
    """Return what the sizes of points mean, in a few words."""
    values = column_values(vector_set, column)
    write = value_text("date" if values.kind == "date" else "number", *values.numbers.usual_range)
    low, high = map(write, values.numbers.usual_range)
    return f"area: {column}, {low} to {high}"


def _columns(vector_set: VectorSet) -> list[str]:
    return list(vector_set.metadata.column_names)


def _read(vector_set: VectorSet, column: str) -> ColumnValues:
    """Return a column that is only looked at, and not kept for coloring."""
    return ColumnValues(vector_set.metadata.column(column))


def _can_color(vector_set: VectorSet, column: str) -> bool:
    values = _read(vector_set, column)
    return values.kind is not None and not values.names_rows


def _default_range(numbers: NumberValues, ramp: str) -> tuple[float, float]:
    if ramp == "diverging" and numbers.least < 0 < numbers.most:
        farthest = max(-numbers.least, numbers.most)
        return -farthest, farthest
    return numbers.least, numbers.most


def _by_numbers(
    numbers: NumberValues,
    title: str,
    theme: Theme,
    ends: tuple[float, float],
    ramp: tuple[str, ...],
    inverted: bool,
    unit: str,
) -> Coloring:
    ramp = ramp[::-1] if inverted else ramp
    last = len(ramp) - 1
    table = np.append(packed(ramp, _OPAQUE), packed([theme.muted], _FAINT))
    shares = _shares(numbers.values, *ends)
    shares *= last
    places = np.nan_to_num(np.rint(shares, out=shares), copy=False, nan=last + 1)
    return Coloring(
        colors=table[places.astype(np.int16)],
        title=title,
        least=min(numbers.least, ends[0]),
        most=max(numbers.most, ends[1]),
        low=ends[0],
        high=ends[1],
        ramp=ramp,
        inverted=inverted,
        unit=unit,
    )


def _shares(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float32]:
    """Return where numbers lie between two, 0 to 1; NaN stays."""
    if not low < high:
        return (values * 0).astype(np.float32)
    size = max(abs(low), abs(high))  # The span of huge numbers may be infinite.
    with np.errstate(over="ignore"):  # Numbers far beyond the range may be infinite then.
        shares = (values / size - low / size) / (high / size - low / size)
    return np.clip(shares, 0, 1, out=shares).astype(np.float32)


def color_by_groups(
    groups: GroupValues,
    title: str,
    theme: Theme,
    hidden: frozenset[str],
    positions: ArrayLike | None = None,
    missing: str = NO_VALUE,
) -> Coloring:
    """Return the color of each row by the group that it is in, or missing; see `color_by`."""
    chosen = colors_of_groups(groups, theme, positions)
    table = np.append(packed(chosen, _OPAQUE), packed([theme.muted] * 2, _FAINT))
    faint = f"#{table[-1]:08X}"
    entries = list(zip(groups.names, chosen, groups.counts, strict=True))
    if groups.n_others:
        entries.append((f"{groups.n_others:,} others", faint, groups.n_other_rows))
    if groups.n_missing:
        entries.append((missing, faint, groups.n_missing))
    return Coloring(
        colors=np.take(table, groups.codes, mode="wrap"),
        title=title,
        categories=tuple(entries),
        codes=groups.codes,
        names=groups.names,
        n_others=groups.n_others,
        kinds=groups.kinds,
        missing=missing,
        hidden=hidden & {name for name, _, _ in entries},
    )
