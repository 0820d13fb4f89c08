"""What sessions and actions need of the window that they are done in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol

from PySide6.QtWidgets import QDockWidget, QLineEdit, QStatusBar, QWidget

from embedviz.app.animation.kinds import Animation
from embedviz.app.opening import Request
from embedviz.app.pairing import OpenRequest
from embedviz.app.session import Session
from embedviz.app.tasks import Task
from embedviz.core.settings import Settings
from embedviz.core.vector_set import VectorSet
from embedviz.gui.texts.consent_dialog import ConsentQuestions
from embedviz.gui.widgets.message_bar import MessageBar


class OpensFiles(Protocol):
    """What opens files and samples, one after the other."""

    def open(self, requests: Iterable[Request]) -> None:
        """Open files and samples, after those that are being opened."""

    def open_sample(self, name: str) -> None:
        """Open vectors that come with the program."""

    def show(self, vector_set: VectorSet) -> None:
        """Show a set that was read."""


class Arrangement(Protocol):
    """Where the docks of a window are."""

    def describe(self) -> dict[str, Any]:
        """Return it as JSON."""

    def restore(self, given: Any) -> None:
        """Put the docks where they were, as far as what was described makes sense."""


class HasSettings(Protocol):
    """A pane, as far as a session has something of it."""

    @property
    def settings_class(self) -> type[Settings]:
        """What can be set in it."""


class SessionHost(Protocol):
    """A window, as sessions see it."""

    @property
    def session(self) -> Session:
        """What holds the state."""

    @property
    def message_bar(self) -> MessageBar:
        """Where it is said what went wrong, and asked what to do."""

    @property
    def opener(self) -> OpensFiles:
        """What opens files and samples."""

    @property
    def dock_layout(self) -> Arrangement:
        """Where the docks are."""

    @property
    def panes(self) -> Sequence[HasSettings]:
        """All panes, without the panels."""

    @property
    def scene_pictures(self) -> KeepsPictures:
        """Pictures of the scenes."""

    @property
    def widget(self) -> QWidget:
        """The window itself, which dialogs belong to."""

    def bring_to_front(self, name: str) -> None:
        """Show a pane, by its name."""

    def statusBar(self) -> QStatusBar:  # noqa: N802 - Qt's name
        """Return where it is said what was done."""

    def open_files(self, files: Sequence[OpenRequest]) -> None:
        """Open files, and show what cannot be opened in the bar at the top."""


class KeepsPictures(Protocol):
    """Pictures of scenes, as session files keep them."""

    def to_json(self, keys: Sequence[int]) -> list[str]:
        """Return the pictures of scenes in their order; nothing where there is none."""

    def restore(self, given: object, keys: Sequence[int]) -> None:
        """Take the pictures of a session, as far as they are pictures."""


class SessionActions(Protocol):
    """What is done with session files."""

    def save(self, path: Path) -> None:
        """Save what is open to a file."""

    def remember(self, **choices: Any) -> None:
        """Remember choices for the next start."""

    def open(self, path: Path) -> None:
        """Open a session in place of what is open."""


class ShownPane(Protocol):
    """A pane, as actions see it."""

    title: str
    name: str
    picture: QWidget
    text_scale: float
    needs_set: ClassVar[bool]
    animations: ClassVar[tuple[Animation, ...]]


class SearchPanel(Protocol):
    """The panel in which labels are searched for."""

    @property
    def search(self) -> QLineEdit:
        """The line to type into."""


class QueryPanel(Protocol):
    """The panel in which a text to search with is typed."""

    def begin_text(self) -> str:
        """Go to the line for a text; return why there can be none, or nothing."""


class EmbedsTexts(Protocol):
    """What embeds texts, as actions see it."""

    @property
    def consent(self) -> ConsentQuestions:
        """What asks the user before anything is sent or downloaded."""

    def ask_about_file(self, path: Path) -> None:
        """Ask how the texts of a file are to be embedded."""

    def ask_about_set(self, vector_set: VectorSet) -> None:
        """Ask how a column of an open set is to be embedded."""

    def name_encoder(self, vector_set: VectorSet) -> None:
        """Ask which model made the vectors of a set."""


class TakesScenes(Protocol):
    """What is done with scenes, as actions see it."""

    def take(self) -> None:
        """Make a scene of what is shown."""

    def retake(self) -> None:
        """Let the chosen scene show what is shown now."""

    def step(self, steps: int) -> None:
        """Show the scene so many places after the chosen one."""


class ScenesShown(Protocol):
    """The strip of scenes, as actions see it."""

    def begin(self) -> None:
        """Go to the scenes with the keyboard."""


class Talks(Protocol):
    """What shows panes and scenes on the whole screen."""

    def switch(self) -> None:
        """Begin with the first scene, or with the pane in front; or end."""

    def switch_here(self) -> None:
        """Begin with the chosen scene, or with the pane in front; or end."""


class GivesTour(Protocol):
    """What leads through the bundled samples."""

    def start(self) -> None:
        """Begin with the first stop."""


class Host(SessionHost, Protocol):
    """A window, as actions see it."""

    @property
    def files(self) -> SessionActions:
        """What is done with session files."""

    @property
    def docks(self) -> Mapping[str, QDockWidget]:
        """The docks, by the names of their panes."""

    @property
    def library(self) -> SearchPanel:
        """The panel in which labels are searched for."""

    @property
    def neighbors(self) -> QueryPanel:
        """The panel in which a text to search with is typed."""

    @property
    def embeddings(self) -> EmbedsTexts:
        """What embeds texts, and asks before they are sent."""

    @property
    def writing(self) -> Task:
        """Writes files, and makes sets of rows."""

    @property
    def active_pane(self) -> ShownPane:
        """The pane in view that has the focus, or else the first in view."""

    @property
    def map_in_use(self) -> QWidget:
        """The map that shows the active set."""

    @property
    def scenes(self) -> TakesScenes:
        """What is done with scenes."""

    @property
    def strip(self) -> ScenesShown:
        """The strip of scenes."""

    @property
    def tour(self) -> GivesTour:
        """What leads through the bundled samples."""

    @property
    def stage(self) -> Talks:
        """What shows panes and scenes on the whole screen."""

    def open_paths(self, paths: Sequence[str | Path], *, asks: bool = False) -> None:
        """Open files, or a session, where wanted after a look at what is in them."""

    def show_beside(self, name: str) -> None:
        """Put a pane to the right of the others, or back among them."""


def has_set(window: Host) -> bool:
    """Return whether a set is shown; where none is, say so."""
    if window.session.state.active is None:
        window.message_bar.show_message("Open a file of vectors first.")
        return False
    return True
