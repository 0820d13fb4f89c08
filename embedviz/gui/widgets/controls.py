"""Small controls of the tool rows, each named for eyes, screen readers and tests alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolButton,
    QWidget,
    QWidgetAction,
)

from embedviz.gui.theme import GRID

W = TypeVar("W", bound=QWidget)


_LEAST_NAME = "several…"
"""Of a name that is shortened, about so much stays."""
FRAME = QSize(16, 40)
"""Room for what a desktop draws around a window: its borders and its title bar."""


def keep_on_screen(widget: QWidget) -> None:
    """Make a window smaller and move it where a part of it would be outside of the screen."""
    area = widget.screen().availableGeometry()
    widget.resize(widget.size().boundedTo(area.size() - FRAME))
    room, corner = area.size() - FRAME - widget.size(), widget.pos()
    widget.move(
        area.left() + min(max(corner.x() - area.left(), 0), room.width()),
        area.top() + min(max(corner.y() - area.top(), 0), room.height()),
    )


def with_name(widget: W, name: str, description: str) -> W:
    """Give a control its stable object name, its tooltip and its accessible name."""
    widget.setObjectName(name)
    widget.setToolTip(description)
    widget.setAccessibleName(description.split(".")[0].split(":")[0])
    return widget


def text_label(text: str = "", kind: str = "", *, wrap: bool = False) -> QLabel:
    """Return a label of plain text.

    Parameters
    ----------
    text : str
    kind : str
        Object name by which the style sheet knows it: "caption", "title", "before", ….
    wrap : bool
        Whether long text goes on in further lines.
    """
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setObjectName(kind)
    label.setWordWrap(wrap)
    return label


class ElidedLabel(QLabel):
    """One line of text that ends in … where there is no room, instead of making room.

    A part of it, such as a name, may be shortened before the rest is.
    """

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._name = ""
        self.setObjectName(kind)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        """Show another text; all of it is in the tooltip. Its size is the same with any text."""
        self.show_about("", text)

    def show_about(self, name: str, text: str) -> None:
        """Show a text in which this name is shortened first, to a few letters."""
        name, words = " ".join(name.split()), " ".join(text.split())
        if (name, words) != (self._name, self.text()):
            self._name = name
            _set_without_layout(self, words)
            self.setToolTip(words)
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the height of a line of its font, also where other letters would be higher."""
        margins = self.contentsMargins()
        height = self.fontMetrics().height() + margins.top() + margins.bottom()
        return QSize(super().sizeHint().width(), height)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the same height."""
        return QSize(super().minimumSizeHint().width(), self.sizeHint().height())

    def shown_text(self) -> str:
        """Return as much of the text as there is room for."""
        metrics, end = self.fontMetrics(), Qt.TextElideMode.ElideRight
        text, width = self.text(), self.contentsRect().width()
        over = metrics.horizontalAdvance(text) - width
        if self._name and over > 0:
            before, _, after = text.partition(self._name)
            least = metrics.horizontalAdvance(_LEAST_NAME)
            room = max(metrics.horizontalAdvance(self._name) - over - 1, least)
            text = f"{before}{metrics.elidedText(self._name, end, room)}{after}"
        return metrics.elidedText(text, end, width)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw as much as fits."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), Qt.AlignmentFlag.AlignVCenter, self.shown_text())


def set_text_in_place(label: QLabel, text: str) -> None:
    """Show another text; only where that needs more room than the label has, lay out anew.

    For texts that change at each step of a drag: to lay out the window takes as long as all else.
    """
    if text == label.text():
        return
    if not label.isVisible():
        label.setText(text)
        return
    _set_without_layout(label, text)
    size = label.size()
    if label.hasHeightForWidth():
        is_enough = label.heightForWidth(size.width()) == size.height()
    else:
        is_enough = label.sizeHint().width() <= size.width()
    if not is_enough:
        label.updateGeometry()


def _set_without_layout(label: QLabel, text: str) -> None:
    # Any other text makes a label ask for a layout of the whole window, unless it is hidden.
    mark = Qt.WidgetAttribute.WA_WState_Hidden
    was_hidden = label.testAttribute(mark)
    label.setAttribute(mark, True)
    QLabel.setText(label, text)
    label.setAttribute(mark, was_hidden)


def caption(text: str) -> QLabel:
    """Return a quiet label that stands before a control."""
    return text_label(text, "caption")


def hairline() -> QFrame:
    """Return a line that divides a dialog."""
    line = QFrame()
    line.setObjectName("hairline")
    line.setFixedHeight(1)
    return line


def combo_box(name: str, description: str, items: Sequence[tuple[str, object]] = ()) -> QComboBox:
    """Return a combo box of `(words, value)`; the value is the item's data."""
    box = with_name(_ComboBox(), name, description)
    for text, value in items:
        box.addItem(text, value)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    return box


class _ComboBox(QComboBox):
    """A combo box whose text ends in … where there is no room, not within a letter."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        area = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox,
            option,
            QStyle.SubControl.SC_ComboBoxEditField,
            self,
        )
        if self.currentIndex() < 0:
            option.currentText = self.placeholderText()
            muted = self.palette().color(QPalette.ColorRole.PlaceholderText)
            option.palette.setColor(QPalette.ColorRole.ButtonText, muted)
        end = Qt.TextElideMode.ElideRight
        option.currentText = option.fontMetrics.elidedText(option.currentText, end, area.width())
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)


def tool_button(name: str, text: str, description: str, *, flat: bool = False) -> QToolButton:
    """Return a button of the tool row; a flat one has no border."""
    button = with_name(QToolButton(), name, description)
    button.setText(text)
    button.setAutoRaise(flat)
    return button


def toggle(name: str, text: str, description: str) -> QToolButton:
    """Return a button that stays down."""
    button = tool_button(name, text, description)
    button.setCheckable(True)
    return button


def slider(name: str, description: str, most: int) -> QSlider:
    """Return a horizontal slider from 0."""
    made = with_name(QSlider(Qt.Orientation.Horizontal), name, description)
    made.setRange(0, most)
    return made


def spin_box(name: str, description: str, least: int = 1, most: int = 1) -> QSpinBox:
    """Return a box for a whole number that speaks up only when typing is over."""
    box = with_name(QSpinBox(), name, description)
    box.setRange(least, most)
    return _arranged(box)


def double_spin_box(name: str, description: str, most: float, step: float) -> QDoubleSpinBox:
    """Return a box for a number from 0 with two decimals."""
    box = with_name(QDoubleSpinBox(), name, description)
    box.setRange(0, most)
    box.setSingleStep(step)
    return _arranged(box)


B = TypeVar("B", QSpinBox, QDoubleSpinBox)


def _arranged(box: B) -> B:
    box.setKeyboardTracking(False)
    box.setAlignment(Qt.AlignmentFlag.AlignRight)
    box.lineEdit().setTextMargins(GRID, 0, GRID, 0)
    return box


class Gear(QToolButton):
    """The settings that are rarely touched, behind one button of the tool row.

    The panel opens with the keyboard in its first control, Tab goes on and Esc closes it. It shows
    those settings that apply, which are enabled, and scrolls where the screen is lower than it is.
    """

    def __init__(self, name: str, description: str) -> None:
        super().__init__()
        with_name(self, name, description)
        self.setText("⚙")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        menu = _Panel(self)
        self._scroll, self._panel = QScrollArea(), QWidget()
        self._form = QFormLayout(self._panel)
        self._form.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        self._applied: list[bool] = []
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab goes to what is in it.
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._panel)
        self._entry = QWidgetAction(menu)
        self._entry.setDefaultWidget(self._scroll)
        menu.addAction(self._entry)
        menu.aboutToShow.connect(self.fit)
        self.setMenu(menu)

    def add(self, text: str, control: QWidget) -> None:
        """Add a setting; without a text the control says itself what it is."""
        before = caption(text)
        before.setMinimumHeight(control.sizeHint().height())  # Else it is not beside its middle.
        self._form.addRow(before, control)

    def fit(self) -> None:
        """Show what applies, as high as it is or as the screen has room."""
        self._applied = self._applying()
        for place, applies in enumerate(self._applied):
            self._form.setRowVisible(place, applies)
        panel, bar = self._panel, self._scroll.verticalScrollBar()
        panel.ensurePolished()
        self._form.invalidate()
        panel.adjustSize()
        most = self.screen().availableGeometry().height() - FRAME.height()
        height, width = min(panel.height(), most), panel.width()
        self._scroll.setFixedSize(width + (bar.sizeHint().width() if height == most else 0), height)
        self._entry.setText(f"{height}")  # Or the menu would stay as large as it was.

    def fit_again(self) -> None:
        """Show what applies now, while the panel is open and something else does."""
        if self.menu().isVisible() and self._applied != self._applying():
            self.fit()

    def _applying(self) -> list[bool]:
        """Return which of the rows are of settings that apply."""
        items = (
            self._form.itemAt(place, QFormLayout.ItemRole.FieldRole)
            for place in range(self._form.rowCount())
        )
        controls = (None if item is None else item.widget() for item in items)
        return [each is None or each.isEnabledTo(self._panel) for each in controls]

    def take(self, control: QWidget) -> None:
        """Give a control back, which goes somewhere else."""
        taken = self._form.takeRow(control)
        before = None if taken.labelItem is None else taken.labelItem.widget()
        if before is not None:
            before.hide()
            before.deleteLater()
        control.setParent(None)


class _Panel(QMenu):
    """A menu of controls: Tab goes from one to the next, where a menu would go to itself."""

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802 - Qt's name
        return QWidget.focusNextPrevChild(self, forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() == Qt.Key.Key_Escape:  # Others would walk through the menu, or close it.
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        self.focusNextPrevChild(True)


class Segments(QWidget):
    """A few values side by side, of which one is chosen.

    Signals
    -------
    chosen : (int,)
        Place of the value that the user chose.
    """

    chosen = Signal(int)

    def __init__(self, name: str, description: str, texts: Sequence[str]) -> None:
        super().__init__()
        with_name(self, name, description)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._group = QButtonGroup(self)
        for place, text in enumerate(texts):
            button = toggle(f"{name}.{place}", text, f"{description}: {text}")
            end = "last" if place == len(texts) - 1 else "middle"
            button.setProperty("segment", end if place else "first")
            button.setAccessibleName(f"{description}: {text}")
            row.addWidget(button)
            self._group.addButton(button, place)
        self._group.idClicked.connect(self.chosen)

    def button(self, place: int) -> QAbstractButton:
        """Return one of the buttons."""
        return self._group.button(place)

    def show_choice(self, place: int) -> None:
        """Put another one down, silently."""
        with QSignalBlocker(self._group):
            self._group.button(place).setChecked(True)
