"""Fields that say from which state to which a moving picture leads."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QPushButton, QWidget

from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import combo_box, with_name

NamedStates = Callable[[], Sequence[tuple[str, State]]]
"""Returns states that are there to choose from, with their names."""

_BEFORE, _NOW = "Before the last step", "As shown now"


class Ends(QWidget):
    """Fields for the two ends of a moving picture.

    There to choose from are what is shown now, what was before the last step, the named states of
    the session, and what was kept by the button.

    Parameters
    ----------
    session : Session
    named : callable
        See `NamedStates`.

    Signals
    -------
    changed : ()
        Another end was chosen.
    """

    changed = Signal()

    def __init__(self, session: Session, named: NamedStates) -> None:
        super().__init__()
        self._session, self._named = session, named
        self._kept: list[tuple[str, State]] = []
        self._choices: list[tuple[str, State | None]] = []
        self.first_box = combo_box("moving.from", "The state at the start")
        self.last_box = combo_box("moving.to", "The state at the end")
        self.keep_button = with_name(
            QPushButton("Keep what is shown"),
            "moving.keep",
            "Keep what the window shows now as one of the states to choose from",
        )
        self.keep_button.setAutoDefault(False)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(GRID)
        form.setHorizontalSpacing(2 * GRID)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("From", self.first_box)
        form.addRow("To", self.last_box)
        form.addRow("", self.keep_button)
        for box in (self.first_box, self.last_box):
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.setMinimumContentsLength(16)
        self.list_states()
        self._choose_at_first()
        for box in (self.first_box, self.last_box):
            box.currentIndexChanged.connect(lambda _: self.changed.emit())
        self.keep_button.clicked.connect(self.keep)

    @property
    def states(self) -> tuple[State, State]:
        """The two that are chosen."""
        return self._chosen(self.first_box), self._chosen(self.last_box)

    def keep(self) -> None:
        """Keep what the window shows now, and begin with it where there was no other choice."""
        name = f"Kept {len(self._kept) + 1}"
        first, last = self.states
        is_first = first == last
        self._kept.append((name, self._session.state))
        self.list_states()
        if is_first:
            self.first_box.setCurrentText(name)
        self.changed.emit()

    def list_states(self) -> None:
        """List the states that there are now; what was chosen stays so."""
        choices: list[tuple[str, State | None]] = [(_NOW, None)]
        if self._session.last is not None:
            choices.append((_BEFORE, self._session.last))
        choices += [*self._named(), *self._kept]
        names = [name for name, _ in choices]
        if names != [name for name, _ in self._choices]:
            for box in (self.first_box, self.last_box):
                _list(box, names)
        self._choices = choices

    def _choose_at_first(self) -> None:
        """Begin with the named states where there are two, or else with the last step."""
        named = [name for name, _ in self._named()]
        if len(named) > 1:
            self.first_box.setCurrentText(named[0])
            self.last_box.setCurrentText(named[1])
        else:
            self.first_box.setCurrentText(_BEFORE)

    def _chosen(self, box: QComboBox) -> State:
        state = self._choices[max(box.currentIndex(), 0)][1]
        return self._session.state if state is None else state


def _list(box: QComboBox, names: Sequence[str]) -> None:
    chosen = box.currentText()
    was_blocked = box.blockSignals(True)
    box.clear()
    box.addItems(names)
    box.setCurrentIndex(max(box.findText(chosen), 0))
    box.blockSignals(was_blocked)
