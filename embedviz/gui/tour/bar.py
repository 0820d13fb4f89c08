"""The bar of the tour: what there is to see, what to try, and the way on."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from embedviz.gui.theme import GRID, RADIUS, theme_manager
from embedviz.gui.tour.scenes import TOUR, TourStop
from embedviz.gui.widgets.controls import text_label, tool_button, with_name

_OFFER = (
    "New here?",
    "Eight stops on the bundled words and sentences show what embeddings do, and where they fail.",
)
_PACE_MILLISECONDS = 150
_ROOM = 4


class TourBar(QFrame):
    """Bar above the panes, which covers nothing.

    Signals
    -------
    step_wanted : (int,)
        The stop so many places further, from -1 to 1; 0: the first one.
    end_wanted : ()
        No tour, or no more of it.
    """

    step_wanted = Signal(int)
    end_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        with_name(self, "tour", "Guided tour")
        self.setToolTip("")
        self.title = text_label(kind="headline")
        self.place = text_label(kind="caption")
        self.sentence, self.trial = text_label(wrap=True), text_label(kind="caption", wrap=True)
        for label in (self.sentence, self.trial):
            label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.back = tool_button("tour.back", "Back", "The stop before")
        self.on = tool_button("tour.next", "Next", "The next stop")
        self.end = tool_button("tour.end", "End", "End the tour: what was open comes back")
        self.back.clicked.connect(lambda: self.step_wanted.emit(-1))
        self.on.clicked.connect(lambda: self.step_wanted.emit(1 if self.back.isVisible() else 0))
        self.end.clicked.connect(self.end_wanted)
        self._lay_out()
        self.hide()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(2 * GRID)
        head.addWidget(self.title)
        head.addWidget(self.place, 1)
        words = QVBoxLayout()
        words.setSpacing(GRID // 2)
        words.addLayout(head)
        words.addWidget(self.sentence)
        words.addWidget(self.trial)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        row.setSpacing(GRID)
        row.addLayout(words, 1)
        for button in (self.back, self.on, self.end):
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            row.addWidget(button)

    def offer(self) -> None:
        """Offer the tour, to somebody who may not know it."""
        self._say(_OFFER[0], "", _OFFER[1], "")
        self.back.hide()
        self.on.setText("Take the Tour")
        self.end.setText("Not Now")
        self.show()

    def show_stop(self, stop: TourStop) -> None:
        """Say what there is to see and to try at a stop."""
        place = TOUR.index(stop)
        self._say(stop.title, f"{place + 1} of {len(TOUR)}", stop.sentence, f"Try: {stop.trial}")
        self.back.show()
        self.back.setEnabled(place > 0)
        self.on.setText("Next" if place + 1 < len(TOUR) else "Finish")
        self.end.setText("End")
        if self.isHidden():
            self.show()
            self.on.setFocus()

    def _say(self, title: str, place: str, sentence: str, trial: str) -> None:
        self.title.setText(title)
        self.place.setText(place)
        self.sentence.setText(sentence)
        self.trial.setText(trial)
        self.trial.setVisible(bool(trial))
        self.setAccessibleDescription(" ".join(filter(None, (title, place, sentence, trial))))


class ControlMark(QWidget):
    """Frame around the control that there is to try, wherever it is in the window."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("tour.mark")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._name = ""
        self._follow = QTimer(self, interval=_PACE_MILLISECONDS)
        self._follow.timeout.connect(self.follow)
        theme_manager.changed.connect(self.update)
        self.hide()

    def mark(self, name: str) -> None:
        """Mark the control of a name, as long as it is in view; none without a name."""
        self._name = name
        if name:
            self._follow.start()
        else:
            self._follow.stop()
        self.follow()

    def follow(self) -> None:
        """Be where the control is now."""
        window = self.parentWidget()
        assert window is not None
        control = window.findChild(QWidget, self._name) if self._name else None
        if control is None or control.visibleRegion().isEmpty():
            self.hide()
            return
        area = QRect(control.mapTo(window, QPoint(0, 0)), control.size())
        self.setGeometry(area.adjusted(-_ROOM, -_ROOM, _ROOM, _ROOM) & window.rect())
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the frame."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme_manager.theme.query), 3))
            painter.drawRoundedRect(self.rect().adjusted(2, 2, -2, -2), RADIUS, RADIUS)
