"""The choice of a corpus: its file is asked for, and it is read for its preview."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog

from embedviz.core.progress import Report
from embedviz.gui.pane import Pane
from embedviz.panes.training.corpora import lesson_of
from embedviz.panes.training.corpus_page import CorpusPage
from embedviz.panes.training.lesson import Lesson
from embedviz.panes.training.settings import TrainingPaneSettings
from embedviz.panes.training.words import title_of
from embedviz.sources.training.preview import CorpusPreview, preview_corpus

_FILTERS = {
    "text": "Text (*.txt *.cor *.text *.gz *.bz2 *.xz *.zip);;All files (*)",
    "table": "Tables (*.csv *.tsv *.jsonl *.ndjson *.json *.parquet *.arrow);;All files (*)",
}


class CorpusChoice(QObject):
    """Corpus of a pane.

    Parameters
    ----------
    pane : Pane
    page : CorpusPage

    Attributes
    ----------
    lesson : Lesson or None
        None until it is read.
    task : Task
    """

    def __init__(self, pane: Pane, page: CorpusPage) -> None:
        super().__init__(pane)
        self._pane, self._page = pane, page
        self.task = pane.calculations.new_task("reading the text")
        self.lesson: Lesson | None = None
        self._read: tuple[object, ...] | None = None

    def choose(self, name: str) -> None:
        """Take another corpus, by the name of its offer, or ask for a file first."""
        state = self._pane.session.state
        if name not in _FILTERS:
            source = "language" if name == "language" else "gensim"
            chosen = state[TrainingPaneSettings].of_corpus(source)  # type: ignore[arg-type]
            self._pane.edit(state.with_settings(chosen))
            return
        dialog = QFileDialog(self._pane, "A text to learn from", "", _FILTERS[name])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.take_file)
        dialog.open()

    def take_file(self, path: str) -> None:
        """Take a file as the corpus."""
        state = self._pane.session.state
        chosen = replace(state[TrainingPaneSettings].of_corpus("file"), path=path)
        self._pane.edit(state.with_settings(chosen))

    def read(self, settings: TrainingPaneSettings) -> None:
        """Read the corpus for its preview, where it is another one than was read."""
        key = settings.source, settings.path, settings.column, settings.lower_case
        if key == self._read:
            return
        self._read, self.lesson = key, None
        self._page.show_corpus(title_of(settings), None, settings)
        work = partial(_look_at, settings)
        self._pane.calculations.run(self.task, work, self._show)

    def _show(self, found: tuple[Lesson, CorpusPreview]) -> None:
        self.lesson, preview = found
        corpus, settings = self.lesson.corpus, self._pane.session.state[TrainingPaneSettings]
        self._page.show_corpus(title_of(settings), preview, settings, corpus.description)
        self._page.show_columns(self.lesson.columns, getattr(corpus, "column", ""))


def _look_at(settings: TrainingPaneSettings, report: Report) -> tuple[Lesson, CorpusPreview]:
    """Read a corpus. Runs off the UI thread."""
    lesson = lesson_of(settings)
    return lesson, preview_corpus(lesson.corpus, settings.of_training, report)
