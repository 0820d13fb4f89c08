"""What is seen before a training: the corpus as words, the settings, and how long it will take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from embedviz.core.notes import counted
from embedviz.core.settings import fields_of
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import ElidedLabel, combo_box, text_label, with_name
from embedviz.gui.widgets.flow_layout import Flow
from embedviz.gui.widgets.form import SettingControl
from embedviz.panes.training.settings import TrainingPaneSettings
from embedviz.panes.training.token_lines import TokenLines
from embedviz.sources.training.preview import CorpusPreview

IN_VIEW = ("algorithm", "dimensions", "window", "min_count", "negative", "epochs", "lower_case")
"""Settings that are not behind the gear."""
_READING = "Reading the text…"
_HOW = (
    "Each word is to predict the words around it. Words in similar contexts have to predict the "
    "same, so their vectors end up close."
)


class CorpusPage(QWidget):
    """Page of a corpus.

    Parameters
    ----------
    on_change : callable
        Takes the name of a setting, and the value that the user gave it.

    Signals
    -------
    train_clicked : ()
    """

    train_clicked = Signal()

    def __init__(self, on_change: Callable[[str, Any], None]) -> None:
        super().__init__()
        self.headline = ElidedLabel("title")
        self.how = text_label(_HOW, wrap=True)
        self.numbers = text_label(kind="caption", wrap=True)
        self.tokens = TokenLines()
        self.form = Flow(3 * GRID // 2, GRID // 2)
        self.column = combo_box("training.column", "Column: the texts of the table")
        self.column.activated.connect(lambda _: on_change("column", self.column.currentData()))
        self.column.hide()
        self.form.add(self.column)
        self._controls: dict[str, SettingControl] = {}
        for name, each in fields_of(TrainingPaneSettings).items():
            if name in IN_VIEW:
                control = SettingControl(f"training.{name}", each)
                control.changed.connect(
                    lambda name=name, control=control: on_change(name, control.value)
                )
                self.form.add(control)
                self._controls[name] = control
        self.train = with_name(
            QPushButton("Train"), "training.train", "Train: begin, and watch the words move"
        )
        self.train.setProperty("primary", True)
        self.train.clicked.connect(self.train_clicked)
        self.estimate = text_label(kind="caption", wrap=True)
        self._preview: CorpusPreview | None = None
        self._lay_out()

    def _lay_out(self) -> None:
        rows = QVBoxLayout(self)
        rows.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        rows.setSpacing(GRID)
        last = QHBoxLayout()
        last.setSpacing(2 * GRID)
        last.addWidget(self.train, 0, Qt.AlignmentFlag.AlignTop)
        last.addWidget(self.estimate, 1)
        for part in (self.headline, self.how, self.numbers, self.tokens, self.form):
            rows.addWidget(part, int(part is self.tokens))
        rows.addLayout(last)

    def show_settings(self, settings: TrainingPaneSettings) -> None:
        """Show other settings, and what they make of the text."""
        for name, control in self._controls.items():
            control.show_value(getattr(settings, name))
        self._describe(settings)

    def show_corpus(
        self,
        title: str,
        preview: CorpusPreview | None,
        settings: TrainingPaneSettings,
        place: str = "",
    ) -> None:
        """Show another corpus; None while it is read. Where it lies is in the tooltip."""
        self.headline.setText(title)
        self.headline.setToolTip(place or title)
        self._preview = preview
        self._describe(settings)

    def show_columns(self, names: Sequence[str], chosen: str) -> None:
        """Offer the columns of a table; none of a text."""
        self.column.clear()
        for name in names:
            self.column.addItem(name, name)
        self.column.setCurrentIndex(self.column.findData(chosen))
        self.column.setVisible(bool(names))

    def show_failure(self) -> None:
        """Show that there is no text; the message above says why."""
        self.tokens.show_lines(())
        self.numbers.setText("The text could not be read. What to do is said above.")

    def _describe(self, settings: TrainingPaneSettings) -> None:
        preview = self._preview
        self.train.setEnabled(preview is not None)
        if preview is None:
            self.numbers.setText(_READING)
            self.estimate.clear()
            self.tokens.show_message(_READING)
            return
        self.tokens.show_lines(
            [
                [(word, preview.counts[word] >= settings.min_count) for word in words]
                for _, words in preview.lines
                if words
            ]
        )
        self.numbers.setText(describe_numbers(preview, settings))
        self.estimate.setText(describe_estimate(preview, settings))


def describe_numbers(preview: CorpusPreview, settings: TrainingPaneSettings) -> str:
    """Return how many words there are, and which are left out."""
    n_words, left_out = preview.vocabulary_size(settings), 1 - preview.share_kept(settings)
    n_rare = preview.n_distinct - n_words
    about = "" if preview.is_complete else "About "
    read = "" if preview.is_complete else f", of the first {100 * preview.fraction:.0f} %"
    said = (
        f"{about}{preview.n_words:,} words. Vocabulary: {n_words:,} of {preview.n_distinct:,} "
        f"different words{read} occur {counted(settings.min_count, 'time')} or more."
    )
    if n_rare:
        said += f" Left out: {n_rare:,} rarer ones, {100 * left_out:.1f} % of the text."
    return f"{said} {preview.remark}".strip()


def describe_estimate(preview: CorpusPreview, settings: TrainingPaneSettings) -> str:
    """Return about how long training takes, and with how many threads."""
    seconds, threads = preview.seconds(settings), settings.n_threads
    time = f"{max(round(seconds), 1)} s" if seconds < 90 else f"{seconds / 60:.0f} min"
    if seconds > 5400:
        time = f"{seconds / 3600:.1f} h"
    with_threads = (
        "one thread: the same vectors each time" if threads == 1 else f"{threads} threads"
    )
    return (
        f"About {time}, {with_threads}. Stop keeps the vectors as they are then. The run can be "
        "played back until the next one; a session does not keep it."
    )
