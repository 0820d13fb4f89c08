"""Legends: what the colors of the points mean, and where all of it is in a picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Literal, NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor

from embedviz.core.wording import one_line
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.legend.names import names_within
from embedviz.gui.points.text import text_size

SWATCH, BAR, GAP = 9.0, 10.0, 8.0
PANEL_PADDING = 10.0
"""Around a legend that lies over the points, in pixels."""
_LINE, _BAR_LENGTH, _BUTTON = 18.0, 160.0, 16.0
_REACH = 7.0
_MOST_OF_WIDTH, _MOST_OF_NARROW = 0.34, 0.28
_USUAL_MARGIN, _MARGIN_STEP = 144.0, 24.0
_NARROW, _LEAST_WITH_MARGIN = 460.0, 330.0


def number_text(value: float) -> str:
    """Return a number as briefly as it can be read."""
    size = abs(value)
    if size >= 1e7 or 0 < size < 1e-3:
        text = f"{value:.3g}"
    elif size >= 1000 or float(value).is_integer():
        text = f"{value:,.0f}"
    else:
        text = f"{value:.3g}"
    return text.replace("-", "\u2212")


@dataclass(frozen=True)
class Categories:
    """One color per category.

    Attributes
    ----------
    title : str
        What the categories are of.
    entries : sequence of (name, color, count)
    hidden : frozenset of str
        Names of the categories whose rows are not drawn.
    n_last : int
        So many of the last entries stay in view where not all have room.
    n_others : int
        How many groups the first of those stands for; 0: it is one like the others.
    can_rename : bool
        Whether those that may go out of view may be called otherwise.
    """

    title: str
    entries: Sequence[tuple[str, QColor | str, int]]
    hidden: frozenset[str] = frozenset()
    n_last: int = 0
    n_others: int = 0
    can_rename: bool = False

    @property
    def n_named(self) -> int:
        """Number of the entries that may go out of view."""
        return len(self.entries) - self.n_last

    def text(self, index: int) -> str:
        """Return what an entry says, all of it."""
        if self.n_others and index == self.n_named:
            return f"{self.n_others:,} other" + "s" * (self.n_others != 1)
        return self.entries[index][0]

    def has_new_name(self, name: str) -> bool:
        """Return whether an entry may be called otherwise."""
        return self.can_rename and any(each[0] == name for each in self.entries[: self.n_named])

    def text_of(self, name: str) -> str:
        """Return what the entry of a name says."""
        return next((self.text(i) for i, each in enumerate(self.entries) if each[0] == name), name)


@dataclass(frozen=True)
class ColorBar:
    """Colors for numbers.

    Attributes
    ----------
    title : str
    least, most : float
        The numbers at the ends.
    colors : sequence of colors
        From low to high as the points have them, evenly spaced.
    low, high : float, optional
        Where the colors end; numbers beyond have those of the ends. Default: least and most.
    inverted : bool
        Whether the colors go the other way than usual; `colors` already do.
    write : callable
        Turns a number into its text.
    """

    title: str
    least: float
    most: float
    colors: Sequence[QColor | str]
    low: float | None = None
    high: float | None = None
    inverted: bool = False
    write: Callable[[float], str] = number_text

    @property
    def clipped(self) -> tuple[float, float]:
        """Numbers where the colors end, within least and most."""
        low = self.least if self.low is None else min(max(self.low, self.least), self.most)
        high = self.most if self.high is None else min(max(self.high, self.least), self.most)
        return low, high


Legend = Categories | ColorBar
LegendPlace = tuple[float, float] | None
"""Where a legend lies over the points: 0 at the left or top, 1 at the right or bottom of the room
that it leaves. None: in the margin at their right."""
Kind = Literal["title", "entry", "rest", "low", "high", "bar", "invert"]


class Part(NamedTuple):
    """Part of a legend, at a place of it.

    Attributes
    ----------
    kind : str
        "title" is everything that has no purpose of its own.
    name : str
        Of an entry.
    """

    kind: Kind
    name: str = ""


@dataclass(frozen=True)
class LegendLayout:
    """Places of the parts of a legend, in pixels of the painter.

    Attributes
    ----------
    box : QRectF
        All of it, with its padding.
    is_panel : bool
        It lies over the points, on a ground of its own.
    entries : tuple of (index, box)
        The categories that are shown.
    texts : tuple of str
        What is written for each category, shown or not.
    first, last_first : int
        Which entry is the first one shown, and which one that can be at most.
    rest : QRectF
        Where it is said how many more there are.
    has_counts : bool
        It is said how many rows are in each category.
    bar, invert : QRectF
        The color bar, and the control below it.
    """

    legend: Legend
    box: QRectF
    is_panel: bool
    title: QRectF
    entries: tuple[tuple[int, QRectF], ...] = ()
    texts: tuple[str, ...] = ()
    first: int = 0
    last_first: int = 0
    rest: QRectF = field(default_factory=QRectF)
    has_counts: bool = True
    bar: QRectF = field(default_factory=QRectF)
    invert: QRectF = field(default_factory=QRectF)

    def part_at(self, place: QPointF) -> Part | None:
        """Return what is at a place; None outside of the legend."""
        if not self.box.contains(place):
            return None
        if isinstance(self.legend, ColorBar):
            return self._bar_part_at(self.legend, place)
        for index, box in self.entries:
            if box.contains(place):
                return Part("entry", self.legend.entries[index][0])
        return Part("rest" if self.rest.contains(place) else "title")

    def _bar_part_at(self, legend: ColorBar, place: QPointF) -> Part:
        if self.invert.contains(place):
            return Part("invert")
        if not self.bar.adjusted(-_REACH, -_REACH, _REACH, _REACH).contains(place):
            return Part("title")
        low, high = (abs(place.y() - self.height_of(value)) for value in legend.clipped)
        if min(low, high) > _REACH:
            return Part("bar")
        if low == high:  # One on the other: each is drawn away from it.
            return Part("low" if place.y() > self.height_of(legend.clipped[0]) else "high")
        return Part("low" if low < high else "high")

    def height_of(self, value: float) -> float:
        """Return y of a value on the color bar, in pixels."""
        assert isinstance(self.legend, ColorBar)
        least, most = self.legend.least, self.legend.most
        span = most / 2 - least / 2  # The whole of huge numbers may be infinite.
        share = (value / 2 - least / 2) / span if span > 0 else float(value >= most)
        return self.bar.bottom() - share * self.bar.height()

    def value_at(self, height: float) -> float:
        """Return the value at y, the nearest one outside of the bar."""
        assert isinstance(self.legend, ColorBar)
        share = min(max((self.bar.bottom() - height) / self.bar.height(), 0.0), 1.0)
        return self.legend.least * (1 - share) + self.legend.most * share

    def rest_text(self) -> str:
        """Return how many groups there are beyond those shown, in a few letters.

        Groups that share the line below are counted; where they have none, that is said.
        """
        assert isinstance(self.legend, Categories)
        n_named, n_others = self.legend.n_named, self.legend.n_others
        n_shown = sum(index < n_named for index, _ in self.entries)
        below = n_named - self.first - n_shown
        if self.first:
            return f"{self.first:,} above" + (f", {below:,} below" if below else "")
        more = f"+ {below + n_others:,} more"
        if not n_others:
            return more
        is_below = any(index == n_named for index, _ in self.entries)
        return f"{more}, of them" if is_below else f"{more}, {n_others:,} gray"

    def rest_words(self) -> str:
        """Return the same in whole sentences."""
        assert isinstance(self.legend, Categories)
        n_named, n_others = self.legend.n_named, self.legend.n_others
        n_shown = sum(index < n_named for index, _ in self.entries)
        hidden = n_named - n_shown
        words = f"{n_shown:,} of {n_named + n_others:,} groups are listed."
        if self.last_first:
            words += f" Turn the wheel here to see the other {hidden:,}."
        if n_others:
            words += f"\n{n_others:,} more are small, and gray together."
        return words


def names_of(legend: Legend | None) -> list[str]:
    """Return what a legend is of, and the names of its categories."""
    if legend is None:
        return []
    entries = legend.entries if isinstance(legend, Categories) else ()
    return [legend.title, *(name for name, _, _ in entries)]


def is_narrow(frame: Frame, width: float) -> bool:
    """Return whether a picture so wide has no room for numbers in its legend."""
    return width < frame.text(_NARROW)


def margin_width(frame: Frame, legend: Legend, width: float) -> float:
    """Return how wide a margin is for a legend in a picture of this width, in pixels.

    Nearly always the same for categories and numbers, so that other colors do not move the
    points. 0 where the picture is too narrow for one.
    """
    if width < _LEAST_WITH_MARGIN:
        return 0.0
    needed = legend_width(frame, legend, width)
    step = frame.text(_MARGIN_STEP)
    reserved = max(frame.text(_USUAL_MARGIN), ceil(needed / step) * step)
    return min(reserved, width * _share_of(frame, width))


def _share_of(frame: Frame, width: float) -> float:
    return _MOST_OF_NARROW if is_narrow(frame, width) else _MOST_OF_WIDTH


def legend_width(frame: Frame, legend: Legend, available: float) -> float:
    """Return the width that a legend takes of what is available, in pixels."""
    has_counts = not is_narrow(frame, available)
    texts = [text_size(legend.title, frame.heading)[0]]
    if isinstance(legend, Categories):
        before = frame.text(SWATCH + GAP)
        for index, (_, _, count) in enumerate(legend.entries):
            number = text_size(f"{count:,}", frame.small)[0] + frame.text(GAP) if has_counts else 0
            name = one_line(legend.text(index))
            texts.append(before + text_size(name, frame.small)[0] + number)
        if legend.n_others and (len(legend.entries) + 2) * frame.text(_LINE) > frame.area.height():
            most = f"+ {len(legend.entries) + legend.n_others:,} more, of them"
            texts.append(before + text_size(most, frame.small)[0])
    else:
        values = (legend.least, legend.most, *legend.clipped)
        widest = max(text_size(legend.write(value), frame.small)[0] for value in values)
        texts.append(frame.text(BAR + GAP) + widest + 3)
    return min(max(texts) + 1, available * _share_of(frame, available))


def panel_size(frame: Frame, legend: Legend) -> QSizeF:
    """Return the size of a legend over the points, with its padding, in pixels."""
    line, most = frame.text(_LINE), frame.area.height()
    height = line + 4 + 1.6 * PANEL_PADDING
    if isinstance(legend, Categories):
        height += min(len(legend.entries), max(1, (most - height) // line)) * line
    else:
        height += frame.text(_BAR_LENGTH) + _around_bar(frame)
    width = legend_width(frame, legend, frame.area.width()) + 2 * PANEL_PADDING
    return QSizeF(width, min(height, most))


def lay_out(
    frame: Frame,
    legend: Legend,
    box: QRectF,
    first: int = 0,
    *,
    is_panel: bool = False,
    has_counts: bool = True,
) -> LegendLayout:
    """Return where the parts of a legend are in a box.

    Parameters
    ----------
    first : int
        The first entry shown, where not all have room.
    is_panel : bool
        The box has a padding and a ground of its own.
    has_counts : bool
        There is room for the numbers of rows.
    """
    inner, line = box, frame.text(_LINE)
    if is_panel:
        inner = box.adjusted(
            PANEL_PADDING, 0.8 * PANEL_PADDING, -PANEL_PADDING, -0.8 * PANEL_PADDING
        )
    title = QRectF(inner.left(), inner.top(), inner.width(), line)
    below = inner.adjusted(0, line + 4, 0, 0)
    if isinstance(legend, Categories):
        layout = LegendLayout(legend, box, is_panel, title, has_counts=has_counts)
        return _with_entries(frame, layout, legend, below, first)
    return _with_bar(frame, LegendLayout(legend, box, is_panel, title), below)


def _with_entries(
    frame: Frame, layout: LegendLayout, legend: Categories, box: QRectF, first: int
) -> LegendLayout:
    line, count, n_named = frame.text(_LINE), len(legend.entries), legend.n_named
    fits = max(1, int((box.height() + 1e-6) // line))

    def place(index: int) -> QRectF:
        return QRectF(box.left(), box.top() + index * line, box.width(), line)

    shown, kept, is_whole = n_named, legend.n_last, count <= fits
    if not is_whole:  # A line says how many are missing. The others have one before any name has.
        kept = min(kept, max(fits - 2, min(fits - 1, int(legend.n_others > 0))))
        shown = fits - 1 - kept
    last_first = n_named - shown
    first = min(max(first, 0), last_first if shown else 0)
    after = shown + (not is_whole)
    named = tuple((first + index, place(index)) for index in range(shown))
    last = tuple((n_named + index, place(after + index)) for index in range(kept))
    return replace(
        _cut(layout, place(after + kept).top()),
        entries=named + last,
        texts=_texts(frame, layout, legend, box.width()),
        first=first,
        last_first=last_first,
        rest=QRectF() if is_whole else place(shown),
    )


def _texts(frame: Frame, layout: LegendLayout, legend: Categories, width: float) -> tuple[str, ...]:
    names = [legend.text(index) for index in range(len(legend.entries))]
    numbers = [f"{count:,}" if layout.has_counts else "" for _, _, count in legend.entries]
    room, gap = width - frame.text(SWATCH + GAP), frame.text(GAP)
    return names_within(names, numbers, frame.small, room, gap)


def _with_bar(frame: Frame, layout: LegendLayout, box: QRectF) -> LegendLayout:
    around = _around_bar(frame)
    length = max(1.0, min(frame.text(_BAR_LENGTH), box.height() - around))
    bar = QRectF(box.left() + 3, box.top() + frame.text(6), frame.text(BAR), length)
    size = frame.text(_BUTTON)
    invert = QRectF(bar.center().x() - size / 2, bar.bottom() + frame.text(7), size, size)
    return replace(_cut(layout, invert.bottom()), bar=bar, invert=invert)


def _cut(layout: LegendLayout, bottom: float) -> LegendLayout:
    """Return a layout in a margin without the room that it does not need."""
    box = QRectF(layout.box)
    if not layout.is_panel:
        box.setBottom(min(bottom, box.bottom()))
    return replace(layout, box=box)


def _around_bar(frame: Frame) -> float:
    return frame.text(6 + 7 + _BUTTON)
