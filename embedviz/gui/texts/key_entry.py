"""Where the key of a service is: an environment variable, or the system's keyring.

The key itself is typed only to be put into the keyring: it is in no setting, no session and no
message, and the field is emptied as soon as it was taken.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from embedviz.app.tasks import Task
from embedviz.core.errors import UserError
from embedviz.core.progress import Report
from embedviz.gui.keyboard.reading_order import DialogInReadingOrder
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import (
    caption,
    combo_box,
    text_label,
    tool_button,
    with_name,
)

_WIDTH = 420


class KeyEntry(QWidget):
    """Choice between a variable and the keyring; a key can be put into the keyring here.

    Signals
    -------
    changed : ()
    """

    changed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self._address = ""
        kinds = (("From the variable", "variable"), ("From the system's keyring", "keyring"))
        self.kind = combo_box(f"{name}.key_kind", "Where the key of the service is", kinds)
        self.variable_line = with_name(
            QLineEdit(),
            f"{name}.key_variable",
            "Name of the environment variable that holds the key, not the key itself",
        )
        self.variable_line.setPlaceholderText("OPENAI_API_KEY")
        self.store = tool_button(f"{name}.store_key", "Store a Key…", "Put a key into the keyring")
        self.store.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.told = text_label(kind="caption", wrap=True)
        self.told.setMinimumHeight(1)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.kind)
        row.addWidget(self.variable_line, 1)
        row.addWidget(self.store)
        row.addStretch(0)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GRID // 2)
        rows.addLayout(row)
        rows.addWidget(self.told)
        self._looking = Task(self)
        self._looking.failed.connect(lambda error: self._say(str(error)))
        self.kind.activated.connect(lambda _: self._on_kind())
        self.variable_line.editingFinished.connect(self.changed)
        self.store.clicked.connect(self._ask_for_key)
        self._show_kind()

    @property
    def variable(self) -> str:
        """Name of the variable; empty for the keyring, or no key."""
        is_variable = self.kind.currentData() == "variable"
        return self.variable_line.text().strip() if is_variable else ""

    def show_key(self, address: str, variable: str) -> None:
        """Show where the key of a service is."""
        self._address = address
        self.variable_line.setText(variable)
        is_keyring = bool(address) and not variable
        self.kind.setCurrentIndex(self.kind.findData("keyring" if is_keyring else "variable"))
        self._show_kind()

    def show_address(self, address: str) -> None:
        """Take over the address that keys are kept by."""
        if address != self._address:
            self._address = address
            self._show_kind()

    def _on_kind(self) -> None:
        self._show_kind()
        self.changed.emit()

    def _show_kind(self) -> None:
        is_keyring = self.kind.currentData() == "keyring"
        self.variable_line.setVisible(not is_keyring)
        self.told.setVisible(is_keyring)
        self.store.setVisible(is_keyring)
        self.store.setEnabled(bool(self._address))
        if is_keyring and self._address:
            self._say("Looking into the keyring …")
            self._looking.run(partial(_look_up, self._address), self._say)
        else:
            self._looking.cancel()
            self._say("Type the address first: keys are kept by it.")

    def _say(self, text: str) -> None:
        self.told.setText(text)
        self.updateGeometry()

    def _ask_for_key(self) -> None:
        dialog = KeyDialog(self._address, self)
        dialog.stored.connect(self._show_kind)
        dialog.open()


Keep = Callable[[str, str, Report], None]
"""Puts a key for an address into the keyring. Runs off the UI thread."""


class KeyDialog(DialogInReadingOrder):
    """A field for a key that goes into the system's keyring, and nowhere else.

    Parameters
    ----------
    address : str
        What the key is for.
    parent : QWidget
    keep : callable
        Puts it into the keyring.
    noun : str
        "key" or "password".

    Signals
    -------
    stored : ()
    """

    stored = Signal()

    def __init__(
        self, address: str, parent: QWidget, keep: Keep | None = None, noun: str = "key"
    ) -> None:
        super().__init__(parent)
        self._keep, self._noun = keep or _keep, noun
        with_name(self, "store_key", f"Store a {noun}")
        self.setToolTip("")
        self.setWindowTitle(f"Store a {noun}")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._address = address
        self._make_field()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        rows.setSpacing(GRID)
        where = "kept in the system's keyring and in no file of embedviz"
        rows.addWidget(text_label(f"{noun.capitalize()} for {address}, {where}.", wrap=True))
        rows.addWidget(self.field)
        rows.addWidget(self.problem)
        rows.addWidget(caption("It goes to this address alone, after you agree."))
        rows.addLayout(self._buttons())
        self.setFixedWidth(_WIDTH)
        self._storing = Task(self)
        self._storing.failed.connect(self._on_failed)

    def _make_field(self) -> None:
        self.field = with_name(QLineEdit(), "store_key.key", f"The {self._noun}; it is not shown")
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.textChanged.connect(lambda text: self.button.setEnabled(bool(text.strip())))
        self.problem = text_label(kind="before", wrap=True)
        self.problem.hide()

    def _buttons(self) -> QHBoxLayout:
        self.button = with_name(QPushButton("Store"), "store_key.store", "Put it into the keyring")
        self.button.setDefault(True)
        self.button.setEnabled(False)
        self.button.clicked.connect(self._store)
        cancel = with_name(QPushButton("Cancel"), "store_key.cancel", "Store nothing")
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(cancel)
        line.addWidget(self.button)
        return line

    def _store(self) -> None:
        key, address = self.field.text(), self._address
        self.button.setEnabled(False)
        self._storing.run(partial(self._keep, address, key), lambda _: self._on_stored())

    def _on_stored(self) -> None:
        self.field.clear()
        self.stored.emit()
        self.accept()

    def _on_failed(self, error: Exception) -> None:
        is_known = isinstance(error, UserError)
        self.problem.setText(str(error) if is_known else "The keyring failed. Use a variable.")
        self.problem.show()
        self.button.setEnabled(True)
        self.adjustSize()

    def done(self, result: int) -> None:
        """Close, without the key."""
        self.field.clear()
        super().done(result)


def _look_up(address: str, report: Report) -> str:
    """Return what is to be said of the keyring's entry. Runs off the UI thread: it may ask."""
    from embedviz.sources.encoders.service.address import checked_address
    from embedviz.sources.encoders.service.keys import has_key
    from embedviz.sources.secret_store import keyring_problem

    if problem := keyring_problem():
        return problem
    if has_key(checked_address(address)):
        return "A key is kept for this address."
    return "No key is kept for this address; local servers need none."


def _keep(address: str, key: str, report: Report) -> None:
    """Put a key into the keyring. Runs off the UI thread: the system may ask for its password."""
    from embedviz.sources.encoders.service.address import checked_address
    from embedviz.sources.encoders.service.keys import keep_key

    keep_key(checked_address(address), key)
