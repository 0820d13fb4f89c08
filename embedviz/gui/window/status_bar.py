"""The line at the bottom: what is shown, and what is being calculated."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QProgressBar, QStatusBar

from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.gui.describe import describe_part
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import ElidedLabel, text_label, tool_button, with_name

PATIENCE_MILLISECONDS = 300
"""Work that ends sooner shows no progress: a bar that flashes says nothing."""

_LEAST_WIDTH = 200
_METRICS = {"cosine": "cosine", "dot": "dot product", "euclidean": "Euclidean"}


class StatusBar(QStatusBar):
    """Size of the set, metric, selection; a thin bar and Stop while something is at work."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setSizeGripEnabled(False)
        self.setObjectName("status")
        self._session = session
        self.facts = ElidedLabel("status.facts")
        self.facts.setContentsMargins(2 * GRID, 0, 0, 0)
        self.told = text_label(kind="status.told")
        self.told.setContentsMargins(GRID, 0, 2 * GRID, 0)
        self.words = text_label(kind="status.words")
        self.bar = with_name(QProgressBar(), "status.progress", "Progress")
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(140)
        self.stop = tool_button("status.stop", "Stop", "Stop what is being calculated", flat=True)
        self.stop.clicked.connect(lambda: session.board.stop())
        self.addWidget(self.facts, 1)
        for widget in (self.told, self.words, self.bar, self.stop):
            self.addPermanentWidget(widget)
            widget.hide()
        self._brevity = QTimer(self)
        self._brevity.setSingleShot(True)
        self._brevity.timeout.connect(self.clearMessage)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MILLISECONDS)
        self._patience.timeout.connect(self._show_work)
        session.board.changed.connect(self._on_work)
        session.changed.connect(lambda _, new: self._show_facts(new))
        session.described.connect(lambda _: self._show_facts(session.state))
        self._show_facts(session.state)

    def showMessage(  # noqa: N802 - Qt's name
        self, text: str, milliseconds: int | None = None
    ) -> None:
        """Say what was done, for a while or until more is; what is shown is said beside it."""
        shown = self.fontMetrics().elidedText(
            text, Qt.TextElideMode.ElideMiddle, max(self.width() // 2, _LEAST_WIDTH)
        )
        self.told.setText(shown)
        self.told.setToolTip(text)
        self.told.setVisible(bool(text))
        self._brevity.stop()
        if milliseconds:
            self._brevity.start(milliseconds)

    def clearMessage(self) -> None:  # noqa: N802 - Qt's name
        """Say no more what was done."""
        self.showMessage("")

    def currentMessage(self) -> str:  # noqa: N802 - Qt's name
        """Return what is said of what was done."""
        return self.told.toolTip()

    def _show_facts(self, state: State) -> None:
        active = state.active
        if active is None:
            self.facts.setText("Nothing is open")
            return
        facts = [
            active.name,
            f"{len(active):,} × {active.dimensions:,}",
            describe_part(active),
            _METRICS[state.metric],
            self._session.description,
        ]
        if len(state.selected):
            facts.append(f"{len(state.selected):,} selected")
        self.facts.setText(" · ".join(filter(None, facts)))

    def _on_work(self) -> None:
        if self._session.board.current is None:
            self._patience.stop()
            for widget in (self.words, self.bar, self.stop):
                widget.hide()
        elif self.bar.isVisible():
            self._show_work()
        elif not self._patience.isActive():
            self._patience.start()

    def _show_work(self) -> None:
        current = self._session.board.current
        if current is None:
            return
        fraction, message = current
        self.words.setText(message)
        # A calculation that says nothing of how far it is gets a bar that only moves.
        self.bar.setMaximum(0 if fraction <= 0 else 1000)
        self.bar.setValue(round(1000 * fraction))
        for widget in (self.words, self.bar, self.stop):
            widget.show()
