"""Summary of a file and what is to be decided: all of the dialog but its footer."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from embedviz.core.errors import ChoiceRequired
from embedviz.core.origin import ReadSettings
from embedviz.core.vector_set import VectorSet
from embedviz.formats.inspecting import Inspection
from embedviz.gui.opening.file_check import FileCheck
from embedviz.gui.opening.message_list import MessageList
from embedviz.gui.opening.messages import (
    describe_bad_rows,
    describe_origin,
    describe_size,
    messages_on,
)
from embedviz.gui.opening.options import ReadOptions
from embedviz.gui.opening.preview import Preview
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import text_label, tool_button, with_name

_FIRST = "The first rows of the file; the sample is drawn when all of it has been read."


class FileSummary(QScrollArea):
    """Format, size, first rows, messages and choices; whatever is chosen is looked at again.

    Parameters
    ----------
    check : FileCheck

    Attributes
    ----------
    format, measures, origin, above : QLabel
        What the file is, how large it is, where in it the vectors are, which rows are shown.
    preview : Preview
    message_list : MessageList
    skip : QCheckBox
        Leaves out bad rows.
    offer : QToolButton
        Does what would answer an open question.
    options : ReadOptions
    """

    def __init__(self, check: FileCheck) -> None:
        super().__init__()
        self._check = check
        self._make_texts()
        self._make_choices()
        self.setObjectName("open.found")
        self.setAccessibleName("What was found in the file")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._lay_out()
        self.options.decided.connect(check.decide)

    def _make_texts(self) -> None:
        self.format = text_label(wrap=True)
        self.format.setObjectName("open.format")
        self.measures = text_label(wrap=True)
        self.measures.setObjectName("open.size")
        self.origin = text_label(kind="caption", wrap=True)
        for text in (self.format, self.measures, self.origin):
            text.setMinimumHeight(1)  # Else as high as it would be in the narrowest dialog.
        self.above = text_label(kind="caption")

    def _make_choices(self) -> None:
        self.preview = Preview()
        self.options = ReadOptions()
        self.message_list = MessageList()
        self.skip = with_name(
            QCheckBox(), "open.skip_bad_rows", "Leave out rows that are not vectors"
        )
        self.skip.clicked.connect(self._check.leave_out_bad_rows)
        self._skip_line = _beside(self.skip)
        self.offer = tool_button("open.offer", "", "Do this instead")
        self.offer.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.offer.clicked.connect(self._take_offer)
        self._offer_line = _beside(self.offer)

    def _lay_out(self) -> None:
        found = column(
            column(self.format, self.measures, self.origin, spacing=GRID // 2, margin=0),
            column(self.above, self.preview, spacing=GRID // 2, margin=0),
            self.message_list,
            self._skip_line,
            self._offer_line,
            self.options,
            spacing=2 * GRID,
        )
        self.setWidget(found)
        found.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Let the preview shrink where what is to be decided would be out of sight."""
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            found = self.widget()
            layout = None if found is None else found.layout()
            if layout is not None and self.preview.isVisible():
                port = self.viewport()
                self.preview.give_way(layout.totalHeightForWidth(port.width()) - port.height())
        return super().eventFilter(watched, event)

    def show_check(self) -> None:
        """Show what is known of the file now."""
        check = self._check
        self._show_finding()
        self.options.learn(check.inspection, check.error)
        self.options.show_settings(check.settings, check.inspection, check.n_rows)
        self.options.setVisible(self._can_decide())
        self.message_list.show_messages(messages_on(check))
        self.skip.setText(describe_bad_rows(check))
        self.skip.setChecked(check.settings.on_bad_rows == "skip")
        self._skip_line.setVisible(check.n_bad > 0)
        offered = check.offer
        self.offer.setText("" if offered is None else offered[1])
        self._offer_line.setVisible(offered is not None)

    def _show_finding(self) -> None:
        check = self._check
        inspection = check.inspection
        if inspection is None:
            self.format.setText("Looking into the file …" if check.is_looking else "Not opened")
            self.measures.setText("")
            self.origin.setText("")
        else:
            self.format.setText(inspection.format_name)
            self.measures.setText(describe_size(check))
            self.origin.setText(describe_origin(inspection))
        shown: Inspection | VectorSet | None = inspection
        if inspection is not None and check.settings.sample is not None:
            shown = check.vector_set or inspection  # The rows drawn, when they have been.
        self.above.setText(_FIRST if shown is inspection and check.settings.sample else "")
        self.above.setVisible(bool(self.above.text()))
        if self.preview.shown is not shown:
            self.preview.show_rows_of(shown)
        for part in (self.measures, self.origin):
            part.setVisible(bool(part.text()))
        self.preview.setVisible(self.preview.rows.rowCount() > 0)

    def _can_decide(self) -> bool:
        """Return whether there is anything to decide, or something decided to take back."""
        check = self._check
        is_known = check.inspection is not None or isinstance(check.error, ChoiceRequired)
        return is_known or check.settings != ReadSettings(scans_later=True)

    def _take_offer(self) -> None:
        offered = self._check.offer
        if offered is not None:
            self._check.decide(offered[0])


def column(*widgets: QWidget, spacing: int = GRID // 2, margin: int = 3 * GRID) -> QWidget:
    """Return widgets below each other."""
    made = QWidget()
    rows = QVBoxLayout(made)
    rows.setContentsMargins(margin, min(margin, 2 * GRID), margin, min(margin, 2 * GRID))
    rows.setSpacing(spacing)
    for widget in widgets:
        rows.addWidget(widget)
    if margin:
        rows.addStretch(1)
    return made


def _beside(widget: QWidget) -> QWidget:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(3 * GRID, 0, 0, 0)
    row.addWidget(widget)
    row.addStretch(1)
    return line
