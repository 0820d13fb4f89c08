"""Program settings kept from one start to the next: recent files, the theme, the last folder.

The file is read anew before each change, under a lock, so that several windows do not undo each
other's changes. A file that is damaged counts as none, and is replaced by the next change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtCore import QLockFile

from embedviz.app.files.documents import read_document, write_document
from embedviz.app.files.paths import data_folder
from embedviz.app.files.values import Unfit, made, settings_of, to_json
from embedviz.core.errors import UserError
from embedviz.core.origin import ReadSettings
from embedviz.sources.databases.address import Address
from embedviz.sources.databases.origin import SampleSettings

MOST_RECENT = 10
_FORMAT = "embedviz settings"
_VERSION = 1
_WAIT_MILLISECONDS = 2000


@dataclass(frozen=True)
class RecentCollection:
    """A collection of a database that was sampled lately; without a password, as an address is.

    Attributes
    ----------
    address : Address
    settings : SampleSettings
    """

    address: Address
    settings: SampleSettings


@dataclass(frozen=True)
class Recent:
    """A file, or a collection of a database, that was opened lately.

    Attributes
    ----------
    path : str
        Absolute; a file of vectors or a session, or the folder of a database. Of a server: where
        it is, in words.
    labels, metadata : str or None
        The second file it was opened with.
    settings : ReadSettings
        What else was decided about it: columns, a sample, bad rows.
    collection : RecentCollection or None
        None: it is a file.
    """

    path: str
    labels: str | None = None
    metadata: str | None = None
    settings: ReadSettings = field(default_factory=ReadSettings)
    collection: RecentCollection | None = None

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine, and not on a server."""
        return self.collection is None or self.collection.address.is_local

    @property
    def place(self) -> str:
        """What tells it from another one of the same title."""
        return str(Path(self.path).parent) if self.is_here else self.path

    @property
    def title(self) -> str:
        """What it is called in a menu."""
        name = Path(self.path).name
        if self.collection is None:
            return name
        where = name if self.is_here else self.collection.address.description
        return f"{self.collection.settings.collection} · {where}"

    def is_same(self, other: Recent) -> bool:
        """Return whether both are of one file, or of one collection."""
        names = [each.collection and each.collection.settings.collection for each in (self, other)]
        return self.path == other.path and names[0] == names[1]


@dataclass(frozen=True)
class Preferences:
    """What is remembered.

    Attributes
    ----------
    recent : tuple of Recent
        The latest first.
    theme : str or None
        None: as the system has it.
    folder : str
        Where files were looked for last.
    knows_tour : bool
        Whether the tour has been taken or refused, so that it is not offered again.
    figure : dict
        How the last figure looked.
    moving : dict
        How the last moving picture looked, and how it moved.
    scale : int
        Size of everything, in percent.
    is_motion_reduced : bool
        Whether nothing is to move by itself, whatever the system says.
    """

    recent: tuple[Recent, ...] = ()
    theme: str | None = None
    folder: str = ""
    knows_tour: bool = False
    figure: dict[str, str | int | float | bool] = field(default_factory=dict)
    moving: dict[str, str | int | float | bool] = field(default_factory=dict)
    scale: int = 100
    is_motion_reduced: bool = False

    def with_recent(self, opened: Recent) -> Preferences:
        """Put a file first in the list."""
        others = tuple(each for each in self.recent if not each.is_same(opened))
        folder = str(Path(opened.path).parent) if opened.is_here else self.folder
        return replace(self, recent=(opened, *others)[:MOST_RECENT], folder=folder)

    def without_recent(self) -> Preferences:
        """Forget all files."""
        return replace(self, recent=())


def settings_path() -> Path:
    """Return where the settings are."""
    return data_folder() / "settings.json"


def remove_settings() -> bool:
    """Remove what is remembered; return whether there was anything.

    Raises
    ------
    UserError
        When the file cannot be removed.
    """
    path = settings_path()
    try:
        Path(f"{path}.lock").unlink(missing_ok=True)
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise UserError(f"{path} cannot be removed: {error.strerror}.") from None
    return True


def read_settings() -> Preferences:
    """Return what is remembered; what cannot be read is as at the first start."""
    try:
        document = read_document(settings_path(), _FORMAT, _VERSION)
        found = settings_of(Preferences, document, without=("recent",), on_unfit=_ignore)
        recent = document.get("recent")
        files = [_recent(each) for each in recent] if isinstance(recent, list) else []
    except (UserError, Unfit):
        return Preferences()
    return Preferences(recent=tuple(each for each in files if each)[:MOST_RECENT], **found)


def change_settings(change: Callable[[Preferences], Preferences]) -> None:
    """Remember something else from now on.

    Raises
    ------
    UserError
        When the settings cannot be written.
    """
    path = settings_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{path.parent} cannot be made: {error.strerror}.") from None
    lock = QLockFile(str(path) + ".lock")
    is_locked = lock.tryLock(_WAIT_MILLISECONDS)  # Without it, the last change wins.
    try:
        old = read_settings()
        new = change(old)
        if new != old:
            document = {"format": _FORMAT, "version": _VERSION, **to_json(new)}
            write_document(path, document)
    finally:
        if is_locked:
            lock.unlock()


def titles_of(files: tuple[Recent, ...]) -> list[str]:
    """Return what recent files are called in a menu: with their folders where names are equal."""
    names = [each.title for each in files]
    return [
        f"{name} — {each.place}" if names.count(name) > 1 else name
        for name, each in zip(names, files, strict=True)
    ]


def _recent(value: object) -> Recent | None:
    try:
        known = settings_of(Recent, value, without=("settings",))
        found = Recent(**known)
    except (Unfit, TypeError):
        return None
    found = replace(found, settings=_how(value))
    places = [found.path]
    if found.collection is not None:
        places.append(found.collection.address.place)
        if found.collection.settings.n_rows < 1 or found.collection.settings.seed < 0:
            return None
    return found if all(each and "\0" not in each for each in places) else None


def _how(value: object) -> ReadSettings:
    """Return how a file was opened; as usual where that makes no sense."""
    given = value.get("settings") if isinstance(value, dict) else None
    without = ("labels", "metadata", "is_preview")
    try:
        return made(ReadSettings, settings_of(ReadSettings, given, without))
    except Unfit:
        return ReadSettings()


def _ignore(name: str) -> None:
    """Leave a setting that makes no sense as it is at the first start."""
