"""A row of controls in which as many are shown as fit, and the others are behind a gear."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QWidget

from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import Gear

LEAST_WIDTH = 300
"""In pixels, so that two maps have room beside each other in a small window."""
_LEAST_BOX = 70


class FittingRow:
    """Controls of which some are always in the row, and others as far as there is room.

    Parameters
    ----------
    boxes : sequence of QComboBox
        Always in the row, however narrow; one that is hidden takes no room.
    button : QToolButton
        Always in the row, after the boxes.
    others : sequence of (str, QWidget)
        In the row as far as there is room, the first ones first; the text is for the gear.
    gear : Gear
        The last one in the row.
    """

    def __init__(
        self,
        boxes: Sequence[QComboBox],
        button: QToolButton,
        others: Sequence[tuple[str, QWidget]],
        gear: Gear,
    ) -> None:
        self._boxes, self._button, self._others, self._gear = boxes, button, others, gear
        self._behind_gear: set[QWidget] = set()

    def add_to(self, row: QHBoxLayout) -> None:
        """Put the controls into a row."""
        if (frame := row.parentWidget()) is not None:
            frame.setMinimumWidth(LEAST_WIDTH)
        row.setSpacing(GRID // 2 + 1)
        row.setContentsMargins(3 * GRID // 2, GRID // 2, 3 * GRID // 2, GRID // 2)
        others = (widget for _, widget in self._others)
        for widget in (*self._boxes, self._button, *others, self._gear):
            row.addWidget(widget)
        row.addStretch(1)

    def fit_into(self, row: QHBoxLayout, width: int) -> None:
        """Keep as many controls in the row as fit, the others behind the gear."""
        for each in (self._button, self._gear, *(widget for _, widget in self._others)):
            # Without its style a control believes that less is enough.
            for part in (each, *each.findChildren(QToolButton)):
                part.ensurePolished()
            each.setMinimumWidth(each.sizeHint().width())
        for box in self._boxes:
            box.ensurePolished()
            box.setMinimumWidth(_LEAST_BOX)
        boxes = [box for box in self._boxes if not box.isHidden()]
        margins, space = row.contentsMargins(), row.spacing()
        room = width - margins.left() - margins.right() + space
        room -= sum(each.sizeHint().width() + space for each in (*boxes, self._button, self._gear))
        for text, widget in self._others:
            room -= widget.sizeHint().width() + space
            self._put(row, text, widget, in_row=room >= 0)

    def _put(self, row: QHBoxLayout, text: str, widget: QWidget, *, in_row: bool) -> None:
        if in_row == (widget not in self._behind_gear):
            return
        if in_row:
            self._behind_gear.remove(widget)
            self._gear.take(widget)
            row.insertWidget(row.indexOf(self._gear), widget)
        else:
            self._behind_gear.add(widget)
            row.removeWidget(widget)
            self._gear.add(text, widget)
        widget.show()
