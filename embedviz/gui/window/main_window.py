"""The window: panes in the middle, the library on the left, neighbors on the right."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from embedviz.app.layouts import spare_process
from embedviz.app.pairing import OpenRequest, pair_up
from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.vector_set import VectorSet
from embedviz.gui.actions import ACTIONS
from embedviz.gui.actions.other_files import take_other_files
from embedviz.gui.describe import describe_holes
from embedviz.gui.keyboard.reading_order import WindowInReadingOrder
from embedviz.gui.opening.dialog import OpenDialogs
from embedviz.gui.opening.loader import Opener
from embedviz.gui.pane import Pane
from embedviz.gui.panels.library import LibraryPanel
from embedviz.gui.panels.neighbors import SET_ENCODER, NeighborsPanel
from embedviz.gui.scenes.desk import SceneDesk
from embedviz.gui.scenes.pictures import ScenePictures
from embedviz.gui.scenes.strip import SceneStrip
from embedviz.gui.sessions.controller import SessionFiles
from embedviz.gui.talk.stage import Stage
from embedviz.gui.texts.embeddings import Embeddings
from embedviz.gui.tour.bar import TourBar
from embedviz.gui.tour.tour import Tour
from embedviz.gui.widgets.controls import FRAME
from embedviz.gui.widgets.message_bar import MessageBar
from embedviz.gui.window.failures import FailureHandler
from embedviz.gui.window.guide import GuideWindow
from embedviz.gui.window.map_docks import MapDocks
from embedviz.gui.window.menus import Menus
from embedviz.gui.window.missing_fonts import MissingFonts
from embedviz.gui.window.pane_docks import PaneDocks
from embedviz.gui.window.status_bar import StatusBar

LEAST_WIDTH = 900
"""In pixels: narrower, the panels at the sides would leave no room for a pane."""


class MainWindow(WindowInReadingOrder):
    """Docks with the panes, the menus, and what holds them together.

    Parameters
    ----------
    session : Session
    panes : sequence of Pane classes
        In menu order; the first is in front.
    """

    def __init__(self, session: Session, panes: Sequence[type[Pane]]) -> None:
        super().__init__()
        self.session = session
        self.setObjectName("window")
        self.setWindowTitle("embedviz")
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.failures = FailureHandler(self)
        self.opener = Opener(session, self)
        self.menus, self.message_bar = Menus(), MessageBar()
        self.opener.failed.connect(self.message_bar.show_message)
        session.scans.ended.connect(self._on_scanned)
        self.dialogs = OpenDialogs(self.opener, self)
        self._add_head()
        self.message_bar.toggled.connect(self._on_notice)
        made = [make(session) for make in panes]
        self.library, self.neighbors = LibraryPanel(session), NeighborsPanel(session)
        self.pane_docks = PaneDocks(self, made, self.library, self.neighbors, self.trigger)
        self.panes, self.docks = self.pane_docks.panes, self.pane_docks.by_name
        self.dock_layout = self.pane_docks.dock_layout
        self.map_docks = MapDocks(self.pane_docks, session, panes[0], self)
        self.scenes = SceneDesk(self, self)
        self.stage = Stage(self)
        self.writing = session.board.add(Task(self), "writing")
        self.writing.failed.connect(lambda error: self.message_bar.show_message(str(error)))
        self.files = SessionFiles(self)
        self._fill_bars()
        self.resize(self.sizeHint())
        session.changed.connect(self._on_changed)
        self._on_changed(State(), session.state)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of a laptop's screen, or most of a larger one."""
        screen = self.screen().availableSize() - FRAME
        wanted = QSize(1280, 800).expandedTo(screen * 0.85).boundedTo(QSize(1680, 1050))
        return wanted.boundedTo(screen)

    @property
    def widget(self) -> QWidget:
        """The window itself, which dialogs belong to."""
        return self

    @property
    def active_pane(self) -> Pane:
        """The pane in view that has the focus, or else the first in view."""
        return self.pane_docks.active

    @property
    def map_in_use(self) -> Pane:
        """The map that shows the active set."""
        return self.map_docks.pane(self.session.state.map_key) or self.panes[0]

    @property
    def scene_pictures(self) -> ScenePictures:
        """Pictures of the scenes, which go with the session."""
        return self.scenes.pictures

    def open_paths(self, paths: Sequence[str | Path], *, asks: bool = False) -> None:
        """Open files, or a session; a text file of labels goes with the vectors beside it.

        Files that are no vectors go where they belong: see `take_other_files`.

        Parameters
        ----------
        paths : sequence of str or Path
        asks : bool
            Whether to show what is in each file before it is opened.
        """
        requests = pair_up(take_other_files(self, self.files.take_sessions(paths)))
        if asks:
            for request in requests:
                self.opener.ask(request)
        elif requests:
            self.open_files(requests)

    def open_files(self, files: Sequence[OpenRequest]) -> None:
        """Open files, and show what cannot be opened in the bar at the top."""
        self.message_bar.clear()
        self.opener.open(files)

    def _on_scanned(self, vector_set: VectorSet) -> None:
        """Offer to leave out rows with NaN, now that they have been found."""
        scan = self.session.scans.of(vector_set)
        if scan is not None and scan.n_not_finite:
            leave_out = partial(self.opener.leave_out_bad_rows, vector_set)
            self.message_bar.show_message(
                describe_holes(vector_set, scan), "Leave them out", leave_out
            )

    def _on_notice(self, is_shown: bool) -> None:
        """Forget what was done before: whatever is begun begins by clearing the message bar."""
        if not is_shown:
            self.statusBar().clearMessage()

    def trigger(self, name: str) -> None:
        """Do what an action of the menus does."""
        self.menus.actions_by_name[name].trigger()

    def show_beside(self, name: str) -> None:
        """Put a pane to the right of the others, where both can be seen; or back among them."""
        self.dock_layout.put_beside(self.docks[name])

    def bring_to_front(self, name: str) -> None:
        """Show a pane."""
        self.docks[name].show()
        self.docks[name].raise_()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Give the side panels their widths, which Qt forgets before the first layout."""
        super().showEvent(event)
        if not event.spontaneous():  # Back from being minimized, the widths are the user's own.
            self.setMinimumWidth(min(LEAST_WIDTH, self.screen().availableSize().width()))
            self.dock_layout.set_widths()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Accept files."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Open the files."""
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        self.open_paths(paths)
        event.acceptProposedAction()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """End what is being calculated."""
        self.stage.close()
        self.dialogs.close()
        self.embeddings.close()
        for guide in self.findChildren(GuideWindow):
            guide.close()
        self.session.board.stop()
        self.session.encoders.close()
        self.session.all_rows.collections.close()
        self.files.close()
        spare_process.spare.stop()
        super().closeEvent(event)

    def _add_head(self) -> None:
        """Put the message bar between the menus and the panes, over the whole width.

        What only has a message for the user from time to time is made with it.
        """
        head = QWidget()
        rows = QVBoxLayout(head)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.menus)
        rows.addWidget(self.message_bar)
        self._tour_bar = TourBar()
        rows.addWidget(self._tour_bar)
        self.setMenuWidget(head)
        self.missing_fonts = MissingFonts(self.session, self.message_bar, self)
        self.embeddings = Embeddings(self.session, self.message_bar, self)
        self.dialogs.texts_found.connect(self.embeddings.ask)
        self.session.encoders.ask = self.embeddings.consent
        self.session.all_rows.collections.ask = self.embeddings.consent

    def _fill_bars(self) -> None:
        """Fill the menus, the strip of scenes, and the status bar at the bottom."""
        self.strip = SceneStrip(self.session, self.scenes)
        self.strip.action_wanted.connect(self.trigger)
        self.pane_docks.add_strip("scenes", self.strip)
        self.tour = Tour(self, self._tour_bar, self.files.memory.settings_writer.change)
        self.menus.fill(self, ACTIONS)
        self.menus.insert(self.files.recent_menu, "file.open_session")
        self.neighbors.texts.offer_encoder(SET_ENCODER in self.menus.actions_by_name)
        status_bar = StatusBar(self.session)
        status_bar.follow(self.pane_docks.facts)
        self.pane_docks.turned.connect(status_bar.turn)
        self.setStatusBar(status_bar)

    def _on_changed(self, old: State, new: State) -> None:
        self.menus.actions_by_name["edit.undo"].setEnabled(self.session.can_undo)
        self.menus.actions_by_name["edit.redo"].setEnabled(self.session.can_redo)
        # Where it is the custom, Qt adds the program's name, as it does to all its windows.
        name = "" if new.active is None else new.active.name
        self.setWindowTitle(name or "embedviz")
