"""The dialog that says which model made the vectors of a set, and checks it on some rows."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from embedviz.app.tasks import Task
from embedviz.core.derivation.named_encoder import NamedEncoder
from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.notes import counted
from embedviz.core.texts.encoder_of import encoder_of
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.vector_set import VectorSet
from embedviz.gui.keyboard.reading_order import DialogInReadingOrder
from embedviz.gui.texts.encoder_form import EncoderForm
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import ElidedLabel, keep_on_screen, text_label, with_name
from embedviz.sources.consent import Ask
from embedviz.sources.texts.encoder_check import EncoderCheck, check_encoder

_WIDTH = 620
_PATIENCE_MILLISECONDS = 250


class EncoderDialog(DialogInReadingOrder):
    """An encoder for a set; some of the set's texts are encoded again and compared to its rows.

    What runs on this machine is compared at once; a service only when the user asks for it.

    Parameters
    ----------
    vector_set : VectorSet
    ask : Ask
        Asks before anything is sent.
    parent : QWidget

    Signals
    -------
    chosen : (NamedEncoder,)
        The user says that this model made the vectors.
    """

    chosen = Signal(object)

    def __init__(self, vector_set: VectorSet, ask: Ask, parent: QWidget) -> None:
        super().__init__(parent)
        self._set, self._ask = vector_set, ask
        with_name(self, "set_encoder", "Encoder of a set")
        self.setToolTip("")
        self.setWindowTitle("Set encoder")
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.encoder = EncoderForm("set_encoder")
        self.check: EncoderCheck | None = None
        self._asks_to_cut = False
        self._checking = Task(self)
        self._checking.failed.connect(self._on_failed)
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MILLISECONDS)
        self._patience.timeout.connect(self.compare)
        known = encoder_of(vector_set) or EncoderSettings()
        self.encoder.show_settings(replace(known, dimensions=vector_set.root.dimensions))
        self._make_buttons()
        self._lay_out()
        self.encoder.changed.connect(self._on_changed)

    def begin(self) -> None:
        """Show the dialog, and compare where that sends nothing."""
        self._on_changed()
        self.show()
        keep_on_screen(self)

    def _make_buttons(self) -> None:
        self.cancel_button = with_name(
            QPushButton("Cancel"), "set_encoder.cancel", "Leave it as it is"
        )
        self.compare_button = with_name(
            QPushButton("Compare"),
            "set_encoder.compare",
            "Encode some texts of the set again, and compare them to its rows",
        )
        self.set_button = with_name(
            QPushButton("Set Encoder"), "set_encoder.set", "Texts that are typed are encoded by it"
        )
        self.set_button.setProperty("primary", True)
        self.set_button.setDefault(True)
        for button in (self.cancel_button, self.compare_button):
            button.setAutoDefault(False)
        self.cancel_button.clicked.connect(self.reject)
        self.compare_button.clicked.connect(self.compare)
        self.set_button.clicked.connect(self.accept)

    def _lay_out(self) -> None:
        title, about = ElidedLabel("headline"), ElidedLabel("caption")
        root = self._set.root
        title.setText(f"Which model made {root.name or 'these vectors'}?")
        about.setText(f"{counted(len(root), 'row')} × {root.dimensions:,}")
        words = "With its encoder known, texts can be typed as queries. Nothing else is changed."
        self.said = text_label(words, wrap=True)
        self.found = text_label(wrap=True)
        self.found.setObjectName("set_encoder.found")
        for label in (self.said, self.found):
            label.setMinimumHeight(1)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addStretch(1)
        for button in (self.cancel_button, self.compare_button, self.set_button):
            buttons.addWidget(button)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        rows.setSpacing(GRID)
        for widget in (title, about, self.said, self.encoder):
            rows.addWidget(widget)
        rows.addStretch(1)
        rows.addWidget(self.found)
        rows.addLayout(buttons)
        self.resize(QSize(_WIDTH, self.sizeHint().height()))

    # What is known.

    def _on_changed(self) -> None:
        self.check = None
        self._ask_to_cut(False)
        self._checking.cancel()
        problem, chosen = self.encoder.problem, self.encoder.chosen
        is_local = chosen is not None and chosen.is_local
        self.compare_button.setVisible(not is_local)
        self.compare_button.setEnabled(not problem)
        self.set_button.setEnabled(False)
        self.set_button.setText("Set Encoder")
        self.encoder.tell_dimensions(None)
        if problem:
            self.found.setText(problem)
        elif is_local:
            self.found.setText("comparing with some rows …")
            self._patience.start()
        else:
            self.found.setText(
                "Compare encodes some labels again, after you have agreed that they are sent."
            )
        self._make_room()

    def _make_room(self) -> None:
        """Be high enough for the fields of the encoder, which else are squeezed together."""
        if (layout := self.layout()) is not None:
            layout.activate()
            needed = layout.totalHeightForWidth(self.width())
            self.resize(self.width(), max(self.height(), needed))
            keep_on_screen(self)

    def compare(self) -> None:
        """Encode some texts again and compare them to their rows."""
        if not self.encoder.problem:
            if self._asks_to_cut:  # Which the user has agreed to by this button.
                self.encoder.show_settings(replace(self.encoder.settings, cuts_here=True))
            self._ask_to_cut(False)
            self.compare_button.setEnabled(False)
            self.found.setText("comparing with some rows …")
            work = partial(check_encoder, self._set, self.encoder.settings, self._ask)
            self._checking.run(work, self._on_checked)

    def _on_checked(self, check: EncoderCheck) -> None:
        self.check = check
        self.found.setText(check.sentence)
        self._make_room()
        self.encoder.tell_dimensions(check.dimensions)
        self.compare_button.setEnabled(True)
        self.set_button.setEnabled(check.fits)
        self.set_button.setText("Set Encoder" if check.made_them else "Set It Anyway")

    def _on_failed(self, error: Exception) -> None:
        self.compare_button.setEnabled(not self.encoder.problem)
        is_known = isinstance(error, UserError)
        mistake = f"This encoder made embedviz itself fail ({type(error).__name__})."
        self.found.setText(str(error) if is_known else mistake)
        if isinstance(error, ChoiceRequired) and error.option == "cuts_here":
            self.found.setText(error.reason)
            self._ask_to_cut(True)
        self._make_room()
        if not is_known:
            raise error

    def _ask_to_cut(self, is_asked: bool) -> None:
        """Have the button agree that longer vectors are cut here, or only compare."""
        self._asks_to_cut = is_asked
        self.compare_button.setText("Cut Here and Compare" if is_asked else "Compare")

    # What the user does.

    def accept(self) -> None:
        """Name the encoder."""
        if self.check is not None and self.check.fits:
            check = self.check
            self.chosen.emit(NamedEncoder(check.settings, check.dimensions, check.name))
            super().accept()

    def done(self, result: int) -> None:
        """Close; nothing is compared any more."""
        self._patience.stop()
        self._checking.cancel()
        super().done(result)
