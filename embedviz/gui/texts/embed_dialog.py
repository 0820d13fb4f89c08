"""The dialog that embeds a column of texts: which texts, by what, how long it takes, what is sent.

It is not modal. What is said of the time is measured on the first texts, for models that run here;
nothing is sent anywhere to find it out.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from embedviz.app.tasks import Task
from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.texts.origin import TextsSettings
from embedviz.core.wording import in_words
from embedviz.gui.keyboard.reading_order import DialogInReadingOrder
from embedviz.gui.texts.encoder_form import EncoderForm
from embedviz.gui.texts.texts_form import TextsForm
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import ElidedLabel, keep_on_screen, text_label, with_name
from embedviz.sources.consent import NotAgreed
from embedviz.sources.encoders.service.address import checked_address, is_loopback
from embedviz.sources.encoders.service.estimates import estimated_tokens
from embedviz.sources.texts.measuring import EncoderSpeed, measure_speed
from embedviz.sources.texts.offered import TextsSource

_WIDTH, _HEIGHT = 680, 700
_PATIENCE_MILLISECONDS = 250
STAYS = "Nothing leaves this machine."


class EmbedDialog(DialogInReadingOrder):
    """A source of texts, and how they are to be embedded.

    Signals
    -------
    wanted : (TextsSettings,)
        They are to be embedded like this.

    Attributes
    ----------
    source : TextsSource
    texts : TextsForm
    encoder : EncoderForm
    embed_button, cancel_button : QPushButton
    """

    wanted = Signal(object)

    def __init__(self, source: TextsSource, reason: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.source = source
        with_name(self, "embed", "Embed a column of texts")
        self.setToolTip("")
        self.setWindowTitle("Embed texts")
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.texts, self.encoder = TextsForm(source), EncoderForm("embed")
        self._speed: EncoderSpeed | None = None
        self._measuring = Task(self)
        self._measuring.failed.connect(self._on_failed)
        self._measuring.progressed.connect(lambda _, words: self.time.setText(f"{words} …"))
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MILLISECONDS)
        self._patience.timeout.connect(self._measure)
        self._make_texts(reason)
        self._make_buttons()
        self._lay_out()
        self.resize(QSize(_WIDTH, _HEIGHT).boundedTo(self.screen().availableSize() * 0.9))
        keep_on_screen(self)
        self.texts.changed.connect(self._on_changed)
        self.encoder.changed.connect(self._on_changed)
        self.encoder.encoder.activated.connect(lambda _: self._scroll_to_encoder())

    def begin(self, settings: TextsSettings | None = None) -> None:
        """Show the dialog, with settings that were chosen before where there are some."""
        if settings is not None:
            self.texts.show_settings(settings)
            self.encoder.show_settings(settings.encoder)
        self._on_changed()
        self.show()
        self.embed_button.setFocus()

    @property
    def settings(self) -> TextsSettings:
        """What is chosen."""
        return replace(self.texts.settings, encoder=self.encoder.settings)

    @property
    def problem(self) -> str:
        """Why nothing can be embedded yet; empty: it can."""
        if self.texts.shown_column is None:
            return "There is no column of texts."
        return self.encoder.problem

    # Parts.

    def _make_texts(self, reason: str) -> None:
        self.title = ElidedLabel("headline")
        self.title.setText(self.source.name)
        self.place = ElidedLabel("caption")
        count = self.source.n_rows
        about_rows = "" if self.source.is_counted else "about "
        told = "" if count is None else f"{about_rows}{counted(count, 'row')}"
        about = [self.source.kind, told]
        self.place.setText(" · ".join(filter(None, [*about, self.source.place])))
        self.said = text_label(wrap=True)
        self.said.setObjectName("embed.said")
        self.said.setText(_opening_words(self.source, bool(reason)))
        self.reason = text_label(reason, "caption", wrap=True)
        self.reason.setVisible(bool(reason))
        self.time = text_label(wrap=True)
        self.time.setAccessibleName("How long it takes")
        self.time.setObjectName("embed.time")
        self.privacy = text_label(wrap=True)
        self.privacy.setObjectName("embed.privacy")
        self.problem_text = text_label(kind="before", wrap=True)
        for label in (self.said, self.reason, self.time, self.privacy, self.problem_text):
            label.setMinimumHeight(1)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def _make_buttons(self) -> None:
        self.cancel_button = with_name(QPushButton("Cancel"), "embed.cancel", "Embed nothing")
        self.cancel_button.setAutoDefault(False)
        self.embed_button = with_name(
            QPushButton("Embed"), "embed.embed", "Make a vector of each text, and open them"
        )
        self.embed_button.setProperty("primary", True)
        self.embed_button.setDefault(True)
        self.cancel_button.clicked.connect(self.reject)
        self.embed_button.clicked.connect(self.accept)

    def _lay_out(self) -> None:
        found = QWidget()
        column = _column(found, 2 * GRID, 2 * GRID)
        for part in (self.said, self.reason, self.texts, self.encoder):
            column.addWidget(part)
        column.addStretch(1)
        self.scroll_area = scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(found)
        head, foot = QWidget(), QWidget()
        for part in (self.title, self.place):
            _column(head, GRID // 2, 2 * GRID).addWidget(part)
        foot_rows = _column(foot, GRID // 2, GRID)
        for label in (self.problem_text, self.time, self.privacy):
            foot_rows.addWidget(label)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.embed_button)
        foot_rows.addLayout(buttons)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        for widget in (head, _hairline(), scroll, _hairline(), foot):
            rows.addWidget(widget, int(widget is scroll))

    def _scroll_to_encoder(self) -> None:
        """Show the fields that another encoder has."""
        if (inner := self.scroll_area.widget()) is not None:
            inner.adjustSize()
        self.scroll_area.ensureWidgetVisible(self.encoder)

    # What is known.

    def _on_changed(self) -> None:
        self._speed = None
        self._measuring.cancel()
        problem = self.problem
        self.problem_text.setText(problem)
        self.problem_text.setVisible(bool(problem))
        self.embed_button.setEnabled(not problem)
        self.encoder.tell_dimensions(None)
        self._show_privacy()
        chosen = self.encoder.chosen
        if problem or chosen is None:
            self.time.setText("")
        elif chosen.is_local:
            self.time.setText("measuring …")
            self._patience.start()
        else:
            self.time.setText(self._amount())
        self.time.setVisible(bool(self.time.text()))

    def _show_privacy(self) -> None:
        chosen = self.encoder.chosen
        if chosen is None or chosen.is_local:
            self.privacy.setText(STAYS)
            return
        address = self.encoder.settings.address or "the service"
        here = ", which is this machine" if _is_here(address) else ""
        self.privacy.setText(
            f"The texts are sent to {address}{here}, after you have agreed to how many and how "
            "long they are. What is in the cache already is not sent again."
        )

    def _measure(self) -> None:
        column = self.texts.shown_column
        if column is not None and not self.problem:
            work = partial(measure_speed, self.encoder.settings, column.texts)
            self._measuring.run(work, self._on_measured)

    def _on_measured(self, speed: EncoderSpeed) -> None:
        self._speed = speed
        self.encoder.tell_dimensions(speed.dimensions)
        self.time.setText(_describe_time(speed, self.texts.n_rows))
        self.time.show()

    def _on_failed(self, error: Exception) -> None:
        if isinstance(error, NotAgreed):  # Nobody was asked: to measure, nothing is connected to.
            host = error.sending.host
            self.time.setText(f"The model is not on this machine yet; you are asked about {host}.")
            self.time.show()
            self.privacy.setText(f"The texts stay here. {host} is asked for the model.")
            return
        self.time.setText("")
        is_known = isinstance(error, UserError)
        self.problem_text.setText(str(error) if is_known else _mistake(error))
        self.problem_text.show()
        self.embed_button.setEnabled(False)
        if not is_known:
            raise error

    def _amount(self) -> str:
        """Return about how much would be sent, from the first texts."""
        column, count = self.texts.shown_column, self.texts.n_rows
        if column is None or not column.texts:
            return ""
        n_characters = sum(map(len, column.texts)) / len(column.texts)
        n_tokens = estimated_tokens(column.texts) / len(column.texts)
        if count is None:
            return f"About {n_characters:,.0f} characters and {n_tokens:,.0f} tokens a text."
        characters, tokens = _rounded(n_characters * count), _rounded(n_tokens * count)
        return f"{counted(count, 'text')}, about {characters:,} characters and {tokens:,} tokens."

    # What the user does.

    def accept(self) -> None:
        """Have the texts embedded."""
        if not self.problem and self.embed_button.isEnabled():
            self.wanted.emit(self.settings)
            super().accept()

    def done(self, result: int) -> None:
        """Close; nothing is measured any more."""
        self._patience.stop()
        self._measuring.cancel()
        super().done(result)


def _opening_words(source: TextsSource, was_opened: bool) -> str:
    if not source.columns:
        return "There is no column of texts here."
    if was_opened:
        return "This table holds texts, not vectors. Embed a column: each text gets a vector."
    return "Embed a column: each text gets a vector."


def _describe_time(speed: EncoderSpeed, n_rows: int | None) -> str:
    """Return the words for how long it takes, how fast that is, and how large the set will be."""
    measured = f"measured on the first {counted(speed.n_texts, 'text')}"
    rate = speed.n_texts / max(speed.seconds, 1e-9)
    pace = f"{_rounded(rate):,} texts/s" if rate >= 1 else f"{1 / rate:,.1f} s a text"
    empty = f" {counted(speed.n_empty, 'text')} of these without a vector." if speed.n_empty else ""
    if n_rows is None:
        return f"About {pace}, {measured}.{empty}"
    size = in_words(4 * speed.dimensions * n_rows)
    took = _describe_seconds(speed.seconds_for(n_rows))
    return f"{counted(n_rows, 'text')}: {took} at {pace}, {measured}. {size} in memory.{empty}"


def _is_here(address: str) -> bool:
    """Return whether an address is this machine's own; not of one that is not typed to its end."""
    try:
        return is_loopback(checked_address(address))
    except UserError:
        return False


def _rounded(rate: float) -> int:
    """Return a number with two digits: more are not known."""
    step = max(10 ** (len(str(int(rate))) - 2), 1)
    return int(round(rate / step) * step)


def _describe_seconds(seconds: float) -> str:
    if seconds < 1:
        return "under a second"
    if seconds < 100:
        return f"about {seconds:.0f} s"
    if seconds < 5400:
        return f"about {seconds / 60:.0f} min"
    return f"about {seconds / 3600:.1f} h"


def _mistake(error: Exception) -> str:
    return f"This encoder made embedviz itself fail ({type(error).__name__}). Choose another one."


def _hairline() -> QFrame:
    line = QFrame()
    line.setObjectName("hairline")
    line.setFixedHeight(1)
    return line


def _column(widget: QWidget, spacing: int, margin: int) -> QVBoxLayout:
    """Return the layout of a widget, made at the first call."""
    known = widget.layout()
    if isinstance(known, QVBoxLayout):
        return known
    rows = QVBoxLayout(widget)
    rows.setContentsMargins(3 * GRID, margin, 3 * GRID, margin)
    rows.setSpacing(spacing)
    return rows
