"""The line at the bottom: what the pane in front shows, and what is being calculated."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QProgressBar, QStatusBar

from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.core.vector_set import VectorSet
from embedviz.gui.describe import METRICS, describe_part
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import ElidedLabel, text_label, tool_button, with_name

PATIENCE_MILLISECONDS = 300
"""Work that ends sooner shows no progress: a bar that flashes says nothing."""
PACE_MILLISECONDS = 100
"""Between two looks at how far work is."""

_NOTHING_OPEN = "Nothing is open"
_LEAST_WIDTH = 200

FactsInFront = Callable[[State], tuple[VectorSet | None, Sequence[str]]]
"""Takes a state to the set that the pane in front shows, and what the pane says of itself."""


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
        self._brevity = self._timer(self.clearMessage)
        self._patience = self._timer(self._show_work)
        self._patience.setInterval(PATIENCE_MILLISECONDS)
        # The bar paints itself at once, and other words lay out the window: not at each report.
        self._pace = self._timer(self._show_work)
        self._pace.setInterval(PACE_MILLISECONDS)
        session.board.changed.connect(self._on_work)
        self._in_front: FactsInFront = self._of_the_map
        self._turning = self._timer(self.refresh)  # Qt moves panes after it has said so.
        session.changed.connect(lambda _, new: self._show_facts(new))
        session.described.connect(lambda _: self.refresh())
        self.refresh()

    def _timer(self, then: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(then)
        return timer

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

    def follow(self, in_front: FactsInFront) -> None:
        """Say what the pane in front says from now on; `turn` tells when that is another one."""
        self._in_front = in_front
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self.turn)
        self.refresh()

    def turn(self) -> None:
        """Say what is in front as soon as it is there."""
        self._turning.start(0)

    def refresh(self) -> None:
        """Say what is in front now."""
        self._show_facts(self._session.state)

    def _of_the_map(self, state: State) -> tuple[VectorSet | None, Sequence[str]]:
        if state.active is None:
            return None, ()
        return state.active, (METRICS[state.metric], self._session.description)

    def _show_facts(self, state: State) -> None:
        shown, said = self._in_front(state)
        facts = list(said)
        if shown is not None:
            size = f"{len(shown):,} × {shown.dimensions:,}"
            facts = [shown.name, size, describe_part(shown), *facts]
        if len(state.selected):
            facts.append(f"{len(state.selected):,} selected")
        self.facts.setText(" · ".join(filter(None, facts)) or _NOTHING_OPEN)

    def _on_work(self) -> None:
        if self._session.board.current is None:
            self._patience.stop()
            self._pace.stop()
            for widget in (self.words, self.bar, self.stop):
                widget.hide()
        elif self.bar.isVisible():
            if not self._pace.isActive():
                self._pace.start()
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
