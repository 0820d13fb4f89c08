"""Training of word vectors: words that find their places on a map, while anybody can look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QVBoxLayout

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.errors import UserError
from embedviz.core.progress import Report
from embedviz.core.settings import fields_of
from embedviz.core.vector_set import VectorSet
from embedviz.gui.pane import Pane
from embedviz.gui.runs.transport import Transport
from embedviz.gui.theme import theme_manager
from embedviz.gui.widgets.form import SettingControl
from embedviz.panes.training.charts import step_of
from embedviz.panes.training.corpus_page import CorpusPage
from embedviz.panes.training.lesson import Lesson, lesson_of, usual_settings
from embedviz.panes.training.offers import Offers
from embedviz.panes.training.player import TrainingPlayer
from embedviz.panes.training.preview import CorpusPreview, preview_of
from embedviz.panes.training.run import WatchedRun
from embedviz.panes.training.run_page import RunPage, view_of
from embedviz.panes.training.settings import TrainingPaneSettings
from embedviz.panes.training.tools import TrainingTools, WatchRow
from embedviz.panes.training.words import describe_frame, describe_progress

_TIPS = (
    "play the run back from the frame that is seen (P)",
    "see the next frame that was kept (.)",
    "back to the start of the run",
)
_STARTING = "Reading the text and counting its words…"
_FILTERS = {
    "text": "Text (*.txt *.cor *.text *.gz *.bz2 *.xz *.zip);;All files (*)",
    "table": "Tables (*.csv *.tsv *.jsonl *.ndjson *.json *.parquet *.arrow);;All files (*)",
}


class TrainingPane(Pane):
    """A corpus, its training, and the way back through it."""

    title = "Training"
    name = "training"
    figure = "training"
    figure_sample = ""
    needs_set = False
    settings_class = TrainingPaneSettings
    hint = (
        "Train word vectors on a text, and watch each word find its place beside the words that "
        "keep the same company."
    )

    def build(self) -> None:  # noqa: D102 - see Pane
        self.player = TrainingPlayer(self.calculations)
        self._preview_task = self.calculations.new_task("reading the text")
        self._use_task = self.calculations.new_task("making a set")
        self._previewed: tuple[object, ...] | None = None
        self._lesson: Lesson | None = None
        self._preview: CorpusPreview | None = None
        self.run_page: RunPage | None = None
        self.tool_bar = TrainingTools(self._set_one)
        self.tools.addWidget(self.tool_bar)
        self.offers, self.corpus_page = Offers(self.hint), CorpusPage(self._set_one)
        self.watch_row = WatchRow(self._set_one)
        self.transport = Transport(self.name, _TIPS)
        self.pace = SettingControl("training.pace", fields_of(TrainingPaneSettings)["pace"])
        self.pace.changed.connect(lambda: self._set(pace=self.pace.value))
        self.transport.add(self.pace)
        self.pages = QStackedWidget()
        for page in (self.offers, self.corpus_page):
            self.pages.addWidget(page)
        rows = QVBoxLayout(self.picture)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self.pages)
        self.page_layout.insertWidget(1, self.watch_row)
        self.page_layout.addWidget(self.transport)
        self._connect_parts()

    def _connect_parts(self) -> None:
        player, transport = self.player, self.transport
        self.offers.chosen.connect(self.choose_corpus)
        self.corpus_page.train_clicked.connect(self.train)
        self.tool_bar.corpus_wanted.connect(self.choose_corpus)
        self.tool_bar.stop_clicked.connect(player.stop)
        self.tool_bar.prepare_clicked.connect(lambda: self._set(shows_run=False))
        self.tool_bar.use_clicked.connect(self._use)
        transport.play_clicked.connect(player.play_or_pause)
        transport.step_clicked.connect(player.step)
        transport.reset_clicked.connect(player.rewind)
        transport.scrubbed.connect(player.scrub)
        player.playing_changed.connect(transport.show_playing)
        player.training_changed.connect(lambda _: self._on_training())
        player.shown.connect(self._show)
        theme_manager.changed.connect(self._recolor)
        for key, act in (("P", player.play_or_pause), (".", player.step)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def fit_text(self, scale: float) -> None:  # noqa: D102 - see Pane
        if self.run_page is not None:
            self.run_page.fit_text(scale)

    def set_shown(self, state: State) -> VectorSet | None:
        """Return None: a training is about no set that is open."""
        return None

    def facts(self, state: State) -> Sequence[str]:  # noqa: D102 - see Pane
        settings = state[TrainingPaneSettings]
        if not settings.source:
            return ("no corpus",)
        return settings.algorithm, f"{settings.dimensions:,} dimensions"

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Pane
        settings, was = new[TrainingPaneSettings], old[TrainingPaneSettings]
        self.player.seconds = float(settings.pace)
        self.pace.show_value(settings.pace)
        self._show_controls(settings)
        if not settings.source:
            self.pages.setCurrentWidget(self.offers)
            return
        self._read_corpus(settings)
        self.corpus_page.show_settings(settings)
        if not self._shows_run(settings):
            self.pages.setCurrentWidget(self.corpus_page)
            return
        page = self._made_run_page()
        self.pages.setCurrentWidget(page)
        self._show(False)
        if settings.camera is not None and settings.is_3d and was.camera != settings.camera:
            page.map.set_camera(settings.camera)

    def _shows_run(self, settings: TrainingPaneSettings) -> bool:
        return settings.shows_run and self.player.run is not None

    def _show_controls(self, settings: TrainingPaneSettings) -> None:
        run, shows_run = self.player.run, self._shows_run(settings)
        self.tool_bar.show_state(
            settings,
            shows_run=shows_run,
            is_training=self.player.is_training,
            has_run=shows_run and self.player.frame is not None,
        )
        self.watch_row.setVisible(shows_run)
        self.transport.setVisible(shows_run)
        self.watch_row.show_state(settings, run)

    def _made_run_page(self) -> RunPage:
        if self.run_page is None:
            self.run_page = RunPage(self._set)
            self.run_page.step_chosen.connect(self._see_step)
            self.run_page.view_wanted.connect(self.player.turn)
            self.pages.addWidget(self.run_page)
            if self._text_scale != 1:
                self.set_text_scale(self._text_scale)
        return self.run_page

    def _read_corpus(self, settings: TrainingPaneSettings) -> None:
        """Read the corpus for its preview, where it is another one than was read."""
        key = settings.source, settings.path, settings.column, settings.lower_case
        if key == self._previewed:
            return
        self._previewed, self._lesson = key, None
        self.corpus_page.show_corpus(_title_of(settings), None, settings)
        work = partial(_look_at, settings)
        self.calculations.run(self._preview_task, work, self._show_corpus)

    def _show_corpus(self, found: tuple[Lesson, CorpusPreview]) -> None:
        self._lesson, preview = found
        settings = self.session.state[TrainingPaneSettings]
        self.corpus_page.show_corpus(self._lesson.corpus.description, preview, settings)

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Pane
        if task is self._preview_task:
            self.corpus_page.show_failure()
        elif task is self.player.task and self.player.frame is None and failed:
            # Not in this turn, in which nothing that the user did is heard.
            self.player.run = None
            self._show_controls(self.session.state[TrainingPaneSettings])
            self.pages.setCurrentWidget(self.corpus_page)

    def train(self) -> None:
        """Train as it is set; what was trained before in this pane is given up."""
        settings = self.session.state[TrainingPaneSettings]
        self.message_bar.clear()
        try:
            settings.require()
            lesson = self._lesson or lesson_of(settings)
        except UserError as error:
            self.message_bar.show_message(str(error))
            return
        run = WatchedRun(lesson, settings.of_training, view_of(settings))
        self._made_run_page().show_waiting(_title_of(settings), _STARTING)
        self.player.begin(run)
        self._set(shows_run=True)
        self._show_controls(self.session.state[TrainingPaneSettings])
        self.pages.setCurrentWidget(self._made_run_page())

    def begin_figure(self) -> None:
        """Train at once, where a corpus is chosen."""
        self.make()
        if self.session.state[TrainingPaneSettings].source:
            self.train()

    def choose_corpus(self, name: str) -> None:
        """Take another corpus, or ask for a file first."""
        if name in ("text", "table"):
            dialog = QFileDialog(self, "A text to learn from", "", _FILTERS[name])
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.fileSelected.connect(lambda path: self.take_file(path))
            dialog.open()
            self._show_controls(self.session.state[TrainingPaneSettings])
            return
        settings = self.session.state[TrainingPaneSettings]
        chosen = usual_settings("language" if name == "language" else "gensim", settings)
        self.edit(self.session.state.with_settings(chosen))

    def take_file(self, path: str, column: str = "") -> None:
        """Take a file as the corpus."""
        usual = usual_settings("file", self.session.state[TrainingPaneSettings])
        chosen = replace(usual, path=path, column=column)
        self.edit(self.session.state.with_settings(chosen))

    def _on_training(self) -> None:
        """Show that a training has begun or ended."""
        self._show_controls(self.session.state[TrainingPaneSettings])
        if self.player.frame is not None:
            self.without_edits(lambda: self._show(False))

    def _show(self, is_first: bool) -> None:
        """Show the frame that is to be seen."""
        run, frame, page = self.player.run, self.player.frame, self.run_page
        if run is None or frame is None or page is None:
            return
        settings = self.session.state[TrainingPaneSettings]
        if is_first:
            page.show_run(run)
            self._show_controls(settings)
        is_moving = self.player.is_playing or (self.player.is_training and not is_first)
        is_end = not self.player.is_training and self.player.is_at_end
        page.show_frame(frame, settings, is_moving=is_moving, is_end=is_end)
        page.headline.setText(describe_progress(_title_of(settings), run, frame))
        count = len(run.recording)
        at = count - 1 if self.player.place is None else self.player.place
        self.transport.show_frames(count, at, describe_frame(run, frame, self.player.is_at_end))

    def _see_step(self, step: int) -> None:
        """Show the frame that is nearest to a step of the charts."""
        run = self.player.run
        if run is not None:
            steps = [abs(step_of(frame) - step) for frame in run.frames]
            self.player.scrub(steps.index(min(steps)))

    def _recolor(self) -> None:
        """Color the words anew."""
        self.without_edits(lambda: self._show(False))

    def _use(self) -> None:
        """Add the vectors of the frame on show to the library."""
        run, frame = self.player.run, self.player.frame
        if run is None or frame is None:
            return
        whole = self.player.is_at_end and run.trained is not None
        work = partial(_set_of, run, None if whole else frame)
        self.calculations.run(self._use_task, work, self._open, purpose="edit")

    def _open(self, vector_set: VectorSet) -> None:
        self.edit(self.session.state.opened(vector_set))

    def _set_one(self, name: str, value: Any) -> None:
        self._set(**{name: value})

    def _set(self, **changes: Any) -> None:
        state = self.session.state
        self.edit(state.with_settings(replace(state[TrainingPaneSettings], **changes)))


def _title_of(settings: TrainingPaneSettings) -> str:
    return {"language": "Made-up language", "gensim": "Gensim's test corpus"}.get(
        settings.source, settings.path
    )


def _look_at(settings: TrainingPaneSettings, report: Report) -> tuple[Lesson, CorpusPreview]:
    """Read a corpus. Runs off the UI thread."""
    lesson = lesson_of(settings)
    return lesson, preview_of(lesson.corpus, settings, report)


def _set_of(run: WatchedRun, frame: Any, report: Report) -> VectorSet:
    """Return a set of the vectors of a frame, or of the end. Runs off the UI thread."""
    return run.as_set(frame)
