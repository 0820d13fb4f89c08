"""Training of word vectors: words that find their places on a map, while anybody can look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

from embedviz.app.animation.kinds import Animation
from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.errors import UserError
from embedviz.core.vector_set import VectorSet
from embedviz.gui.pane import Pane
from embedviz.gui.runs.transport import Transport
from embedviz.gui.theme import theme_manager
from embedviz.gui.widgets.watched import is_watched
from embedviz.panes.training.charts import step_of
from embedviz.panes.training.corpora import lesson_of
from embedviz.panes.training.corpus_choice import CorpusChoice
from embedviz.panes.training.corpus_page import CorpusPage
from embedviz.panes.training.offers import Offers
from embedviz.panes.training.player import TrainingPlayer
from embedviz.panes.training.run import WatchedRun
from embedviz.panes.training.run_page import RunPage, view_of
from embedviz.panes.training.settings import TrainingPaneSettings
from embedviz.panes.training.tools import TrainingTools, WatchRow
from embedviz.panes.training.words import describe_frame, describe_progress, title_of

_TIPS = (
    "play the run back from the frame that is seen (P)",
    "see the next frame that was kept (.)",
    "back to the start of the run",
)
_LEAST_SLIDER = 90
_STARTING = "Reading the text and counting its words…"


class TrainingPane(Pane):
    """A corpus, its training, and the way back through it."""

    title = "Training"
    name = "training"
    figure = "training"
    figure_sample = ""
    needs_set = False
    settings_class = TrainingPaneSettings
    animations = (
        Animation("run", "Run", "the training from its start", easing="linear", is_run=True),
    )
    hint = (
        "Train word vectors on a text, and watch each word find its place beside the words that "
        "keep the same company."
    )

    def build(self) -> None:  # noqa: D102 - see Pane
        self.player = TrainingPlayer(self.calculations)
        self._first_frame = QTimer(self, singleShot=True, interval=1)
        self._first_frame.timeout.connect(lambda: self._show(False))
        self.run_page: RunPage | None = None
        self.tool_bar = TrainingTools(self, self.player, self._set_one)
        self.tools.addWidget(self.tool_bar)
        self.offers, self.corpus_page = Offers(self.hint), CorpusPage(self._set_one)
        self.choice = CorpusChoice(self, self.corpus_page)
        self.watch_row = WatchRow(self._set_one)
        self.transport = Transport(self.name, _TIPS)
        self.transport.scrub.setMinimumWidth(_LEAST_SLIDER)
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
        self.offers.chosen.connect(self.choice.choose)
        self.corpus_page.train_clicked.connect(self.train)
        self.tool_bar.corpus_wanted.connect(self.choice.choose)
        self.tool_bar.stop_clicked.connect(player.stop)
        self.tool_bar.prepare_clicked.connect(lambda: self._set(shows_run=False))
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
        self._show_controls(settings)
        if not settings.source:
            self.pages.setCurrentWidget(self.offers)
            return
        self.choice.read(settings)
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
            if self.text_scale != 1:
                self.set_text_scale(self.text_scale)
        return self.run_page

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Pane
        if task is self.choice.task:
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
            lesson = self.choice.lesson or lesson_of(settings)
        except UserError as error:
            self.message_bar.show_message(str(error))
            return
        run = WatchedRun(
            lesson, settings.of_training, view_of(settings), is_figure=not is_watched(self)
        )
        self._made_run_page().show_waiting(title_of(settings), _STARTING)
        self.player.begin(run)
        self._set(shows_run=True)
        self._show_controls(self.session.state[TrainingPaneSettings])
        self.pages.setCurrentWidget(self._made_run_page())

    def begin_figure(self) -> None:
        """Train at once, where a corpus is chosen."""
        self.make()
        if self.session.state[TrainingPaneSettings].source:
            self.train()

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
            page.show_run(run, settings)
            self._show_controls(settings)
            # In another turn: the window would not answer while all this is made and painted.
            self._first_frame.start()
            return
        is_moving = self.player.is_playing or self.player.is_training
        page.show_frame(frame, settings, is_moving=is_moving)
        page.headline.setText(describe_progress(title_of(settings), run, frame))
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

    def _set_one(self, name: str, value: Any) -> None:
        self._set(**{name: value})

    def _set(self, **changes: Any) -> None:
        state = self.session.state
        self.edit(state.with_settings(replace(state[TrainingPaneSettings], **changes)))
