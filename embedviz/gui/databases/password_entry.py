"""Where the password of a database is: the system's keyring, a variable, or typed once.

What is typed is in this field until it was used, and then in memory until the program ends. It is
in no setting, no session, no log and no message.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from embedviz.app.tasks import Task
from embedviz.core.progress import Report
from embedviz.gui.texts.key_entry import KeyDialog
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import combo_box, text_label, tool_button, with_name
from embedviz.sources.databases.address import Address
from embedviz.sources.databases.credentials import has_password, keep_password, keyring_entry
from embedviz.sources.secret import Secret
from embedviz.sources.secret_store import keyring_problem

_KINDS = (
    ("From the system's keyring", "keyring"),
    ("From the variable", "variable"),
    ("Typed here, for this run", "typed"),
)


class PasswordEntry(QWidget):
    """Choice of where the password is, with the line that belongs to it.

    Signals
    -------
    done : ()
        Return was pressed in a line.

    Attributes
    ----------
    kind : QComboBox
    variable_line, typed_line : QLineEdit
    store : QToolButton
    told : QLabel
    """

    done = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._address: Address | None = None
        self._typed_for: tuple[str, str] | None = None
        self.kind = combo_box("database.password_kind", "Where the password or key is", _KINDS)
        self.variable_line = with_name(
            QLineEdit(),
            "database.password_variable",
            "Name of the environment variable that holds the password, not the password itself",
        )
        self.variable_line.setPlaceholderText("EMBEDVIZ_DB_PASSWORD")
        self.typed_line = with_name(
            QLineEdit(), "database.password", "The password or key; it is not shown, and not kept"
        )
        self.typed_line.setEchoMode(QLineEdit.EchoMode.Password)
        self.store = tool_button(
            "database.store_password", "Store a Password…", "Put a password into the keyring"
        )
        self._looking = Task(self)
        self._looking.failed.connect(lambda error: self.told.setText(str(error)))
        self._lay_out()
        self.kind.activated.connect(lambda _: self._show_kind())
        self.variable_line.returnPressed.connect(self.done)
        self.typed_line.returnPressed.connect(self.done)
        self.store.clicked.connect(self._ask_for_password)
        self._show_kind()

    def _lay_out(self) -> None:
        self.told = text_label(kind="caption", wrap=True)
        self.told.setMinimumHeight(1)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.kind)
        row.addWidget(self.variable_line, 1)
        row.addWidget(self.typed_line, 1)
        row.addWidget(self.store)
        row.addStretch(0)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GRID // 2)
        rows.addLayout(row)
        rows.addWidget(self.told)

    @property
    def is_typed(self) -> bool:
        """Whether the password is the one that is typed, or was typed before."""
        return str(self.kind.currentData()) == "typed"

    @property
    def variable(self) -> str:
        """Name of the variable; empty where it is somewhere else."""
        is_variable = self.kind.currentData() == "variable"
        return self.variable_line.text().strip() if is_variable else ""

    @property
    def typed(self) -> Secret | None:
        """What stands in the line; None: nothing, or it is somewhere else."""
        text = self.typed_line.text() if self.is_typed else ""
        return Secret(text) if text else None

    def take_over(self, secret: Secret) -> None:
        """Have a password typed that was in an address."""
        self._choose("typed")
        self.typed_line.setText(secret.reveal())

    def forget(self) -> None:
        """Let go of what was typed."""
        self.typed_line.clear()

    def settle(self) -> None:
        """Note that the address stands: what was typed for another one is not sent to this."""
        if self._address is not None:
            whose = (self._address.host, self._address.user)
            if self.typed_line.text() and self._typed_for not in (None, whose):
                self.forget()
                self.told.setText("What was typed for another machine or user was cleared.")
            self._typed_for = whose

    def show_address(self, address: Address | None) -> None:
        """Take over the address that passwords are kept by; None: there is none yet."""
        if address != self._address:
            self._address = address
            self._show_kind()

    def _choose(self, kind: str) -> None:
        self.kind.setCurrentIndex(self.kind.findData(kind))
        self._show_kind()

    def _show_kind(self) -> None:
        kind = self.kind.currentData()
        self.variable_line.setVisible(kind == "variable")
        self.typed_line.setVisible(kind == "typed")
        self.store.setVisible(kind == "keyring")
        self.store.setEnabled(self._address is not None)
        self._looking.cancel()
        if kind == "variable":
            self.told.setText("It is read when you connect; only its name is kept.")
        elif kind == "typed":
            self.told.setText("It is held in memory until the program ends, and written nowhere.")
        elif self._address is None:
            self.told.setText("Type the address first: passwords are kept by it.")
        else:
            self.told.setText("Looking into the keyring …")
            self._looking.run(partial(_look_up, self._address), self.told.setText)

    def _ask_for_password(self) -> None:
        if self._address is None:
            return
        keep = partial(_keep, self._address)
        dialog = KeyDialog(keyring_entry(self._address), self, keep, "password")
        dialog.stored.connect(self._show_kind)
        dialog.open()


def _look_up(address: Address, report: Report) -> str:
    """Return what is to be said of the keyring's entry. Runs off the UI thread: it may ask."""
    if problem := keyring_problem():
        return f"{problem} Without a password, none is sent."
    if has_password(address):
        return "A password is kept for this address."
    return "No password is kept for this address, so none is sent."


def _keep(address: Address, shown: str, password: str, report: Report) -> None:
    """Put a password into the keyring. Runs off the UI thread: the system may ask for its own."""
    keep_password(address, password)
