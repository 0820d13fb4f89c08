"""The dial as a number with words: "centering 0.40", "strength 0.65"."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QDoubleSpinBox

_ENDS = {"raw": 0.0, "centered": 1.0, "white": 2.0}
_NUMBER = re.compile(r"\s*(?P<what>[a-z]*)\s*(?P<number>[01]?(?:[.,]\d*)?)\s*", re.IGNORECASE)


class DialNumber(QDoubleSpinBox):
    """Field for the dial's position, from 0, raw, over 1, centered, to 2, white.

    A number alone, from 0 to 1, is of the stretch in which the dial stands; "c 0.4" and "s 0.4",
    or the whole words, say which is meant, and so do "raw", "centered" and "white".
    """

    def __init__(self) -> None:
        super().__init__()
        self.setRange(0.0, 2.0)
        self.setSingleStep(0.05)
        self.setKeyboardTracking(False)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)

    def textFromValue(self, value: float) -> str:  # noqa: N802 - Qt's name
        """Return the words of a position."""
        return words_of(value)

    def valueFromText(self, text: str) -> float:  # noqa: N802 - Qt's name
        """Return the position that some words mean; where the dial stands if none."""
        found = position_of(text, self.value())
        return self.value() if found is None else found

    def validate(self, text: str, place: int) -> tuple[QValidator.State, str, int]:
        """Let anything be typed that may become a position."""
        state = QValidator.State.Acceptable
        if position_of(text, self.value()) is None:
            state = QValidator.State.Intermediate
        return state, text, place


def words_of(position: float) -> str:
    """Return a position in words, such as "centering 0.40" or "strength 0.65"."""
    if position < 1:
        return f"centering {position:.2f}" if position > 0 else "raw"
    return f"strength {position - 1:.2f}" if position > 1 else "centered"


def position_of(text: str, position: float) -> float | None:
    """Return the position that words mean, from another one; None where they mean none."""
    words = text.strip().lower()
    if words in _ENDS:
        return _ENDS[words]
    found = _NUMBER.fullmatch(words)
    if found is None or found["number"] in ("", ".", ","):
        return None
    number, what = float(found["number"].replace(",", ".")), found["what"]
    if number > 1:
        return None
    if not what:
        return number + (1.0 if position >= 1 else 0.0)
    stretches = [
        start for name, start in (("centering", 0.0), ("strength", 1.0)) if name.startswith(what)
    ]
    return number + stretches[0] if stretches else None
