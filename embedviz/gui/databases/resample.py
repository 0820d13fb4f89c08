"""The dialog that asks for another sample of the collection that a set is a sample of."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from embedviz.app.opening import CollectionRequest
from embedviz.core.vector_set import VectorSet
from embedviz.gui.keyboard.reading_order import DialogInReadingOrder
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import (
    caption,
    keep_on_screen,
    spin_box,
    text_label,
    with_name,
)
from embedviz.sources.databases.browsing import describe_resampling
from embedviz.sources.databases.origin import CollectionOrigin

_WIDTH = 460
_MOST = 2**31 - 1


class ResampleDialog(DialogInReadingOrder):
    """Another number of rows, or another seed; the set that is open stays.

    Signals
    -------
    wanted : (CollectionRequest,)
        Another sample is to be opened.

    Parameters
    ----------
    vector_set : VectorSet
        As it was opened.
    origin : CollectionOrigin
        Its own.
    parent : QWidget

    Attributes
    ----------
    n_rows, seed : QSpinBox
    reads : QLabel
        All that will be read, as a sentence.
    open_button, cancel_button : QPushButton
    """

    wanted = Signal(object)

    def __init__(self, vector_set: VectorSet, origin: CollectionOrigin, parent: QWidget) -> None:
        super().__init__(parent)
        with_name(self, "resample", "Another sample of a collection")
        self.setToolTip("")
        self.setWindowTitle("Resample")
        self.setModal(False)
        self._set, self._origin = vector_set, origin
        self._make_controls()
        self._lay_out()
        for box in (self.n_rows, self.seed):
            box.valueChanged.connect(lambda _: self._show())
        self._show()
        self.setFixedWidth(_WIDTH)
        self.adjustSize()
        keep_on_screen(self)

    @property
    def request(self) -> CollectionRequest:
        """What is to be opened."""
        for box in (self.n_rows, self.seed):
            box.interpretText()
        settings = replace(
            self._origin.settings, n_rows=self.n_rows.value(), seed=self.seed.value()
        )
        return CollectionRequest(self._origin.address, settings)

    def accept(self) -> None:
        """Have it opened."""
        self.wanted.emit(self.request)
        super().accept()

    def done(self, result: int) -> None:
        """Close, for good."""
        super().done(result)
        self.deleteLater()

    def _make_controls(self) -> None:
        settings = self._origin.settings
        most = max(1, min(self._origin.n_rows, _MOST))
        self.n_rows = spin_box("resample.n_rows", "How many rows to sample", 1, most)
        self.n_rows.setValue(min(settings.n_rows, most))
        self.seed = spin_box("resample.seed", "Seed of the sample: the same one, the same rows")
        self.seed.setRange(0, _MOST)
        self.seed.setValue(min(settings.seed + 1, _MOST))
        for box in (self.n_rows, self.seed):
            box.setGroupSeparatorShown(True)
        self.reads = text_label(wrap=True)
        self.reads.setObjectName("resample.reads")
        self.reads.setAccessibleName("What will be read")
        self.cancel_button = with_name(
            QPushButton("Cancel"), "resample.cancel", "Open nothing, and keep what is open"
        )
        self.cancel_button.setAutoDefault(False)
        self.open_button = with_name(
            QPushButton("Open"), "resample.open", "Read what is said, and open it as another set"
        )
        self.open_button.setProperty("primary", True)
        self.open_button.setDefault(True)
        self.cancel_button.clicked.connect(self.reject)
        self.open_button.clicked.connect(self.accept)

    def _lay_out(self) -> None:
        now = self._origin.sample_sentence(len(self._set))
        choices = QHBoxLayout()
        choices.setSpacing(GRID)
        for text, box in (("Rows", self.n_rows), ("Seed", self.seed)):
            choices.addWidget(caption(text))
            choices.addWidget(box)
        choices.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.open_button)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        rows.setSpacing(GRID)
        rows.addWidget(text_label(f"Another sample of {self._set.name}", "headline", wrap=True))
        rows.addWidget(text_label(f"This one: {now}. It stays open.", "caption", wrap=True))
        rows.addLayout(choices)
        rows.addWidget(self.reads)
        rows.addWidget(text_label(self._asks, "caption", wrap=True))
        rows.addLayout(buttons)

    @property
    def _asks(self) -> str:
        if self._origin.address.is_local:
            return "The database is read-only here."
        host = self._origin.address.host
        return f"The database is read-only here. You are asked before {host} is connected to."

    def _show(self) -> None:
        n_rows = self.n_rows.value()
        self.reads.setText(f"Open reads {describe_resampling(self._set, self._origin, n_rows)}")
        self.adjustSize()
