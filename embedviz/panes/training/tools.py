"""The controls at the top: the corpus, Train or Stop, and what becomes of the vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from embedviz.core.settings import fields_of
from embedviz.gui.pane import Pane
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import Segments, combo_box, tool_button
from embedviz.gui.widgets.flow_layout import Flow
from embedviz.gui.widgets.form import SettingControl
from embedviz.gui.widgets.settings_gear import SettingsGear
from embedviz.panes.training.corpus_page import IN_VIEW
from embedviz.panes.training.offers import OFFERS
from embedviz.panes.training.player import TrainingPlayer
from embedviz.panes.training.run import WatchedRun
from embedviz.panes.training.settings import TRAINING_FIELDS, TrainingPaneSettings
from embedviz.panes.training.use_button import UseButton

_LEAST_BOX = 72
_OF_PIECES = ("min_n", "max_n", "bucket")
_WATCHED = ("color_by", "pace")
_OFFER_OF = {"language": 0, "gensim": 1}


class TrainingTools(QWidget):
    """Row of controls.

    Parameters
    ----------
    pane : Pane
    player : TrainingPlayer
        The vectors of what it shows are used.
    on_change : callable
        Takes the name of a setting, and the value that the user gave it.

    Signals
    -------
    corpus_wanted : (str,)
        Name of an offer.
    stop_clicked, prepare_clicked : ()
    """

    corpus_wanted = Signal(str)
    stop_clicked = Signal()
    prepare_clicked = Signal()

    def __init__(
        self, pane: Pane, player: TrainingPlayer, on_change: Callable[[str, Any], None]
    ) -> None:
        super().__init__()
        self.corpus = combo_box(
            "training.corpus",
            "Corpus: what is learned from",
            [(words, name) for name, words, _ in OFFERS],
        )
        self.corpus.setPlaceholderText("Choose a corpus")
        self.corpus.setCurrentIndex(-1)
        self.corpus.setMinimumWidth(_LEAST_BOX)
        self.corpus.activated.connect(lambda _: self.corpus_wanted.emit(self.corpus.currentData()))
        self.stop = tool_button(
            "training.stop", "Stop", "Stop: train no longer, and keep the vectors as they are"
        )
        self.prepare = tool_button(
            "training.prepare", "Again…", "Again: train with other settings or another seed"
        )
        behind = [*(name for name in TRAINING_FIELDS if name not in IN_VIEW), *_WATCHED]
        self.more = SettingsGear(
            "training",
            "learning rate, seed, threads, phrases, colors, pace and others",
            TrainingPaneSettings,
            behind,
            on_change,
        )
        for name, decimals in (("alpha", 4), ("min_alpha", 5), ("sample", 5)):
            self.more.set_decimals(name, decimals)
        self.use = UseButton(pane, player)
        self.stop.clicked.connect(self.stop_clicked)
        self.prepare.clicked.connect(self.prepare_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        for part in (self.corpus, self.stop, self.prepare):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self.more)
        row.addWidget(self.use)

    def show_state(
        self, settings: TrainingPaneSettings, *, shows_run: bool, is_training: bool, has_run: bool
    ) -> None:
        """Show what is set, and what can be done now."""
        place = _OFFER_OF.get(settings.source, -1)
        if settings.source == "file":
            place = 3 if settings.column else 2
        with QSignalBlocker(self.corpus):
            self.corpus.setCurrentIndex(place)
        self.more.show_settings(settings)
        self.more.apply_to(_OF_PIECES, applies=settings.algorithm == "fasttext")
        self.more.apply_to(("phrase_threshold",), applies=settings.phrases)
        self.stop.setVisible(is_training)
        self.prepare.setVisible(shows_run and not is_training)
        self.use.setEnabled(has_run and not is_training)


class WatchRow(Flow):
    """Row of what is watched: the arrows, the dimensions, and which words are on the map.

    Parameters
    ----------
    on_change : callable
        Takes the name of a setting, and the value that the user gave it.
    """

    def __init__(self, on_change: Callable[[str, Any], None]) -> None:
        super().__init__(GRID, GRID // 2)
        self.setObjectName("tools")
        known = fields_of(TrainingPaneSettings)
        self.relation = combo_box("training.relation", f"Arrows: {known['relation'].about.help}")
        self.relation.activated.connect(
            lambda _: on_change("relation", self.relation.currentData())
        )
        self.space = Segments("training.is_3d", "Dimensions of the map", ("2-D", "3-D"))
        self.space.chosen.connect(lambda place: on_change("is_3d", place == 1))
        self._shows = SettingControl("training.shows", known["shows"], with_text=False)
        self._shows.changed.connect(lambda: on_change("shows", self._shows.value))
        self.setContentsMargins(2 * GRID, GRID // 2, 2 * GRID, GRID // 2)
        for part in (self.relation, self.space, self._shows):
            self.add(part)

    def show_state(self, settings: TrainingPaneSettings, run: WatchedRun | None) -> None:
        """Show what is watched of a run."""
        self._shows.show_value(settings.shows)
        self.space.show_choice(int(settings.is_3d))
        names = [] if run is None or run.vocabulary is None else list(run.relations)
        with QSignalBlocker(self.relation):
            if [self.relation.itemData(i) for i in range(self.relation.count())] != names:
                self.relation.clear()
                for name in names:
                    self.relation.addItem(f"→ {name}", name)
            if run is not None and names:
                self.relation.setCurrentIndex(names.index(run.relation_named(settings.relation)))
        self.relation.setVisible(bool(names))
        self._shows.setVisible(bool(names))
