"""Row of controls that figures leave out, and that goes on in a second row where it is narrow."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLayoutItem,
    QLineEdit,
    QSizePolicy,
    QSpacerItem,
    QVBoxLayout,
    QWidget,
)

from embedviz.gui.theme import GRID


class Controls(QWidget):
    """A row of controls, which figures leave out: it keeps its room and does not paint them.

    Attributes
    ----------
    row : QHBoxLayout
        Controls are put into it.
    """

    def __init__(self) -> None:
        super().__init__()
        rows = self._both = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GRID // 2)
        self.row, self._second = QHBoxLayout(), QHBoxLayout()
        for row in (self.row, self._second):
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(GRID)
            rows.addLayout(row)
        self._left_out: list[QWidget] = []
        self._fold_at: QWidget | None = None
        self._least: dict[QComboBox, int] = {}
        fill = QSizePolicy.Policy
        self._ends = [QSpacerItem(0, 0, fill.Expanding, fill.Minimum) for _ in range(2)]

    def fold_at(self, control: QWidget) -> None:
        """Have this control, and those after it, in a row of their own where it is narrow."""
        self._fold_at = control

    @property
    def is_folded(self) -> bool:
        """Whether there are two rows."""
        return self._second.count() > 0

    @property
    def wanted_width(self) -> int:
        """Width of one row in which every control shows its text, in pixels."""
        return _width_of([*_items_of(self.row), *_items_of(self._second)])

    def fit(self, width: int, *, may_fold: bool = True) -> bool:
        """Fold where one row is too narrow; give boxes the room of their text where there is some.

        Parameters
        ----------
        width : int
            Of the row, in pixels.
        may_fold : bool
            Whether there is height for a second row.

        Returns
        -------
        bool
            Whether it has another number of rows now.
        """
        wants_fold = may_fold and self._fold_at is not None and self.wanted_width > width
        has_changed = wants_fold != self.is_folded
        if has_changed:
            self._fold() if wants_fold else self._unfold()
        for row in (self.row, self._second):
            self._fit_boxes(_items_of(row), width)
        return has_changed

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the least room: of two rows where there can be two, with shortened texts."""
        items = [*_items_of(self.row), *_items_of(self._second)]
        at = next((i for i, each in enumerate(items) if each.widget() is self._fold_at), len(items))
        parts = (items[:at], items[at:])
        return QSize(
            max(self._least_width(part) for part in parts), super().minimumSizeHint().height()
        )

    def invalidate(self) -> None:
        """Forget the sizes that were asked for last: the text has another size."""
        for row in (self.row, self._second, self._both):
            row.invalidate()
        self.updateGeometry()

    def _fold(self) -> None:
        place = next(i for i in range(self.row.count()) if self._widget_at(i) is self._fold_at)
        _move(self.row, place, self._second)
        for row, end in zip((self.row, self._second), self._ends, strict=True):
            if not _is_filled(row):  # Else controls would stand apart.
                row.addItem(end)
                row.setStretch(row.count() - 1, 1)

    def _unfold(self) -> None:
        for row, end in zip((self.row, self._second), self._ends, strict=True):
            row.removeItem(end)
        _move(self._second, 0, self.row)

    def _widget_at(self, place: int) -> QWidget | None:
        item = self.row.itemAt(place)
        return None if item is None else item.widget()

    def _fit_boxes(self, items: list[QLayoutItem], width: int) -> None:
        """Give the boxes of a row their text's width as the least, where the row has it."""
        has_room = _width_of(items) <= width
        for item in items:
            box = item.widget()
            if isinstance(box, QComboBox):
                least = self._least.setdefault(box, box.minimumWidth())
                box.setMinimumWidth(max(_wanted_width(item), least) if has_room else least)

    def _least_width(self, items: list[QLayoutItem]) -> int:
        widths = [self._least_of(item) for item in items]
        return sum(widths) + GRID * max(len(widths) - 1, 0)

    def _least_of(self, item: QLayoutItem) -> int:
        box = item.widget()
        if isinstance(box, QComboBox) and box in self._least:
            return self._least[box] or box.minimumSizeHint().width()
        return item.minimumSize().width()

    @property
    def is_in_figure(self) -> bool:
        """Whether it is drawn into a figure; see `gui.figures.DrawnFinely`."""
        return bool(self._left_out)

    @is_in_figure.setter
    def is_in_figure(self, value: bool) -> None:
        for widget in self._left_out:
            widget.show()
        self._left_out = []
        if value:
            direct = Qt.FindChildOption.FindDirectChildrenOnly
            shown = self.findChildren(QWidget, options=direct)
            self._left_out = [each for each in shown if each.isVisibleTo(self)]
        for widget in self._left_out:
            kept = widget.sizePolicy()
            kept.setRetainSizeWhenHidden(True)
            widget.setSizePolicy(kept)
            widget.hide()

    def render_anew(self) -> None:
        """Draw what does not depend on how the picture came about: nothing."""


def _move(source: QHBoxLayout, place: int, target: QHBoxLayout) -> None:
    """Move what is from a place on in a row to the end of another one, with its share."""
    while source.count() > place:
        stretch = source.stretch(place)
        if (item := source.takeAt(place)) is not None:
            target.addItem(item)
            target.setStretch(target.count() - 1, stretch)


def _items_of(row: QHBoxLayout) -> list[QLayoutItem]:
    """Return what is in view of a row, without the room between."""
    items = (row.itemAt(place) for place in range(row.count()))
    return [each for each in items if each is not None and each.widget() and not each.isEmpty()]


def _is_filled(row: QHBoxLayout) -> bool:
    """Return whether something takes what is left of a row: a line of text, or room between."""
    items = [row.itemAt(place) for place in range(row.count())]
    return any(isinstance(each.widget(), QLineEdit) or each.spacerItem() for each in items if each)


def _width_of(items: list[QLayoutItem]) -> int:
    """Return the width of a row that shows all texts, in pixels."""
    return sum(map(_wanted_width, items)) + GRID * max(len(items) - 1, 0)


def _wanted_width(item: QLayoutItem) -> int:
    """Return the width in which a control shows its text: of a box, the chosen one."""
    box, hint = item.widget(), item.sizeHint().width()
    if not isinstance(box, QComboBox):
        return hint
    metrics = box.fontMetrics()
    texts = [box.itemText(place) for place in range(box.count())]
    widest = max((metrics.horizontalAdvance(text) for text in texts), default=0)
    shown = box.currentText() if box.currentIndex() >= 0 else box.placeholderText()
    wanted = box.sizeHint().width() - widest + metrics.horizontalAdvance(shown)
    return min(wanted, box.maximumWidth())
