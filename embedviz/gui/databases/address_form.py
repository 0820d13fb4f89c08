"""Head of the dialog for databases: where it is, which engine it is of, and who asks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from embedviz.app.tasks import Task
from embedviz.core.errors import UserError
from embedviz.core.progress import Report
from embedviz.gui.databases.password_entry import PasswordEntry
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import caption, combo_box, text_label, tool_button, with_name
from embedviz.sources.databases.address import (
    Address,
    is_local_path,
    parse_address,
    without_password,
)
from embedviz.sources.databases.browsing import MOST_KEYS_READ, PREVIEW_ROWS
from embedviz.sources.databases.connecting import Engine, all_engines, engines_of
from embedviz.sources.secret import Secret

_PATIENCE_MILLISECONDS = 200
_TAKEN_OUT = "The password was taken out of the address."


@dataclass(frozen=True)
class ConnectionRequest:
    """Database that the user wants to look into.

    Attributes
    ----------
    text : str
        The address as it was typed, without a password.
    engine : str
        As in `ENGINES`; empty: recognized by the address.
    variable : str
        The environment variable with the password; empty: none.
    typed : Secret or None
    is_typed : bool
        Whether the password is what is typed, or was before.
    """

    text: str
    engine: str
    variable: str = ""
    typed: Secret | None = None
    is_typed: bool = False


class AddressForm(QWidget):
    """Address, engine and password of a database, and the button that connects.

    Signals
    -------
    wanted : ()
        The database is to be connected to.

    Attributes
    ----------
    edit : QLineEdit
    browse : QToolButton
    engine : QComboBox
    password : PasswordEntry
    said : QLabel
        What an address looks like, what the engine lacks, or what connecting does.
    connect_button : QPushButton
    """

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._engines: dict[str, Engine] = {}
        self._is_chosen = self._connects_next = False
        self._is_allowed = True
        self._taken_out = ""
        self._make_controls()
        self._lay_out()
        self._recognizing = Task(self)
        self._recognizing.failed.connect(lambda _: self._on_recognized([]))
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MILLISECONDS)
        self._patience.timeout.connect(self._recognize)
        self._learning = Task(self)
        self._learning.run(lambda report: all_engines(), self._learn)
        self.edit.textChanged.connect(self._on_text)
        self.edit.editingFinished.connect(self._take_password_out)
        self.edit.returnPressed.connect(self._on_return)
        self.password.done.connect(self._on_return)
        self.engine.activated.connect(self._on_engine)
        self.connect_button.clicked.connect(self._on_return)
        self._show()

    def _make_controls(self) -> None:
        self.edit = with_name(
            QLineEdit(), "database.address", "Address of a server, or a folder or file here"
        )
        self.edit.setPlaceholderText("/data/vectors.lancedb, postgresql://reader@host/texts, …")
        self.browse = tool_button("database.browse", "Browse…", "Choose a folder or a file")
        self.browse.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.browse)
        menu.addAction("Folder (LanceDB, Qdrant)…", lambda: self._take(_chosen_folder(self)))
        menu.addAction("File (Milvus Lite)…", lambda: self._take(_chosen_file(self)))
        self.browse.setMenu(menu)
        self.engine = combo_box("database.engine", "Engine of the database")
        self.engine.setPlaceholderText("not recognized yet")
        self.password = PasswordEntry()
        self.said = text_label(kind="caption", wrap=True)
        self.said.setMinimumHeight(1)
        self.lacks = text_label(kind="before", wrap=True)
        self.lacks.setMinimumHeight(1)
        self.connect_button = with_name(
            QPushButton("Connect"), "database.connect", "Look what is in the database"
        )
        self.connect_button.setAutoDefault(False)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(2 * GRID)
        form.setVerticalSpacing(GRID)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form = form
        engine = QHBoxLayout()
        engine.addWidget(self.engine)
        engine.addStretch(1)
        address = QHBoxLayout()
        address.setSpacing(GRID)
        address.addWidget(self.edit, 1)
        address.addWidget(self.browse)
        captions = [caption(text) for text in ("Address", "Engine", "Password")]
        for before in captions:
            before.setFixedHeight(self.engine.sizeHint().height())
            before.setMinimumWidth(captions[-1].sizeHint().width())
        form.addRow(captions[0], address)
        form.addRow(captions[1], engine)
        form.addRow(captions[2], self.password)
        below = QHBoxLayout()
        below.setSpacing(2 * GRID)
        below.addWidget(self.said, 1)
        below.addWidget(self.connect_button, 0, Qt.AlignmentFlag.AlignBottom)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        rows.setSpacing(GRID)
        rows.addWidget(text_label("Open a database", "headline"))
        rows.addLayout(form)
        rows.addWidget(self.lacks)
        rows.addLayout(below)

    # What is known.

    @property
    def place(self) -> ConnectionRequest:
        """What is to be connected to; a password in the address is taken out of it first."""
        self._take_password_out()
        password = self.password
        if self.is_local:
            return ConnectionRequest(self.text, self._chosen)
        return ConnectionRequest(
            self.text, self._chosen, password.variable, password.typed, password.is_typed
        )

    @property
    def text(self) -> str:
        """The address as it stands there."""
        return self.edit.text().strip()

    @property
    def is_local(self) -> bool:
        """Whether it is a folder or a file here."""
        return bool(self.text) and is_local_path(self.text)

    def allow(self, on: bool) -> None:
        """Allow or forbid to connect."""
        self._is_allowed = on
        self._show_button()

    @property
    def _is_recognizing(self) -> bool:
        """Whether the engine is being looked for; the engines themselves may not be known yet."""
        return any((self._patience.isActive(), self._recognizing.is_busy, self._learning.is_busy))

    @property
    def _chosen(self) -> str:
        return self.engine.currentData() or ""

    def _learn(self, engines: list[Engine]) -> None:
        self._engines = {each.name: each for each in engines}
        for each in engines:
            self.engine.addItem(each.title, each.name)
        self.engine.setCurrentIndex(-1)
        self._recognize()

    def _on_text(self) -> None:
        if not self.text:
            self._is_chosen = False
        self._taken_out, self._connects_next = "", False
        self._patience.start()
        self._show()

    def _recognize(self) -> None:
        """Find the engine. Off the UI thread: a folder may be on a drive that does not answer."""
        if self._is_chosen:
            self._on_recognized([])
        elif self._engines:
            self._recognizing.run(partial(_engines_of, self.text), self._on_recognized)

    def _on_recognized(self, names: list[str]) -> None:
        if not self._is_chosen:
            self.engine.setCurrentIndex(self.engine.findData(names[0]) if names else -1)
        self._show()
        self.password.settle()
        if self._connects_next:
            self._connects_next = False
            self._on_return()

    def _on_engine(self) -> None:
        self._is_chosen = True
        self._show()
        self.password.settle()

    # What is shown.

    def _show(self) -> None:
        engine = self._engines.get(self._chosen)
        self._form.setRowVisible(self.password, bool(self.text) and not self.is_local)
        self.password.show_address(None if self.is_local else _address_of(self.text, self._chosen))
        self.lacks.setText("" if engine is None else engine.lacks)
        self.lacks.setVisible(bool(self.lacks.text()))
        sentence = _sentence(engine, is_empty=not self.text, is_local=self.is_local)
        if engine is None and self.text and self._is_recognizing:
            sentence = "Looking which engine this is an address of …"
        self.said.setText(" ".join(filter(None, (self._taken_out, sentence))))
        self._show_button()

    def _show_button(self) -> None:
        engine = self._engines.get(self._chosen)
        is_possible = bool(self.text) and engine is not None and not engine.lacks
        self.connect_button.setEnabled(self._is_allowed and is_possible)
        self.connect_button.setText("Look Inside" if self.is_local else "Connect")

    # What the user does.

    def _on_return(self) -> None:
        """Connect, where need be after the engine has been recognized."""
        if self._is_recognizing:
            self._connects_next = True
        elif self.connect_button.isEnabled():
            self.wanted.emit()

    def _take_password_out(self) -> None:
        """Move a password that was pasted with the address to where it is not seen."""
        text = self.edit.text()
        if not text.strip() or self.is_local:
            return
        try:
            _, secret = parse_address(text, self._chosen)
        except UserError:
            return
        if secret is not None:
            self.edit.setText(without_password(text.strip()))  # It cannot be undone, either.
            self.password.take_over(secret)
            self._taken_out = _TAKEN_OUT
            self._show()

    def _take(self, path: str) -> None:
        if path:
            self._is_chosen = False
            self.edit.setText(path)
            self._patience.stop()
            self._recognize()

    def connect_to(self, place: str) -> None:
        """Have a database connected to, as soon as its engine is recognized."""
        self._take(place)
        self._connects_next = True


def _engines_of(text: str, report: Report) -> list[str]:
    return engines_of(text)


def _address_of(text: str, engine: str) -> Address | None:
    """Return the address of a server, as far as it is one yet."""
    if not text or not engine:
        return None
    try:
        address, _ = parse_address(text, engine)
    except UserError:
        return None
    return replace(address, secret_variable="")


def _chosen_folder(parent: QWidget) -> str:
    return QFileDialog.getExistingDirectory(parent, "Folder of a database")


def _chosen_file(parent: QWidget) -> str:
    filters = "Milvus Lite (*.db);;All files (*)"
    return QFileDialog.getOpenFileName(parent, "File of a database", "", filters)[0]


def _sentence(engine: Engine | None, *, is_empty: bool, is_local: bool) -> str:
    """Return what an address looks like, and what is read when it is connected to."""
    if is_empty:
        return (
            "A folder of LanceDB or of Qdrant's local mode, a file of Milvus Lite, or the "
            "address of a server. It is only read: nothing is ever written to a database."
        )
    if engine is None:
        return (
            "The engine is not recognized by this address. Choose it, and what its addresses look "
            "like is said here."
        )
    if engine.lacks:
        return "It can be opened here when that has been installed and embedviz started again."
    does = "Looking inside" if is_local else "After your consent, connecting"
    return (
        f"{engine.title}: {engine.address_help}. {does} reads names, sizes and fields of all "
        f"collections and, of the one you choose, {PREVIEW_ROWS} rows and at most "
        f"{MOST_KEYS_READ:,} keys to choose them by. Nothing is written."
    )
