"""Questions about files that a session needs and that were moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path, PureWindowsPath

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QMessageBox, QWidget

from embedviz.formats.companions.download_record import read_record


class MissingFiles(QObject):
    """Questions about one missing file after the other; the window can be used meanwhile.

    A file that is in the same new folder as one that was located is not asked for.

    Parameters
    ----------
    window : QWidget
    missing : sequence of Path
    then : callable
        Takes where the located files are now, by their old paths.
    of_picture : bool
        Whether a picture needs them, which knows only what they are called.

    Attributes
    ----------
    box : QMessageBox or None
        The question on screen.
    """

    def __init__(
        self,
        window: QWidget,
        missing: Sequence[Path],
        then: Callable[[dict[Path, Path]], None],
        *,
        of_picture: bool = False,
    ) -> None:
        super().__init__(window)
        self._of_picture = of_picture
        self._window, self._waiting, self._then = window, list(missing), then
        self._found: dict[Path, Path] = {}
        self.box: QMessageBox | None = None

    def ask(self) -> None:
        """Ask for the next file, or hand over what was found."""
        while self._waiting and (moved := self._moved_along(self._waiting[0])) is not None:
            self._found[self._waiting.pop(0)] = moved
        if self._waiting:
            self._show(self._waiting[0])
        else:
            self._then(self._found)
            self.deleteLater()

    def _show(self, path: Path) -> None:
        box = QMessageBox(self._window)
        box.setObjectName("locate")
        box.setWindowTitle("Open picture" if self._of_picture else "Open session")
        box.setTextFormat(Qt.TextFormat.PlainText)
        if self._of_picture:
            box.setText(f"{name_of(path)} was not found.")
            box.setInformativeText(
                "The picture shows it, and says only what it is called. It is neither beside the "
                "picture, nor beside files that are open, nor in the folder that was used last."
                "\n\nThe rest of the picture opens in any case."
            )
        else:
            box.setText(f"{name_of(path)} is not at its place any more.")
            record = read_record(path)
            way_back = "" if record is None else f" {record.way_back}"
            box.setInformativeText(
                f"It was {path}.{way_back}\n\nThe rest of the session opens in any case."
            )
        locate = box.addButton("Locate…", QMessageBox.ButtonRole.AcceptRole)
        skip = box.addButton("Skip", QMessageBox.ButtonRole.RejectRole)
        locate.setObjectName("locate.choose")
        skip.setObjectName("locate.skip")
        skip_all = None
        if len(self._waiting) > 1:
            skip_all = box.addButton("Skip All", QMessageBox.ButtonRole.RejectRole)
            skip_all.setObjectName("locate.skip_all")
        box.setDefaultButton(locate)
        box.setEscapeButton(skip)
        box.finished.connect(lambda: self._on_answered(box.clickedButton(), locate, skip_all))
        self.box = box
        box.open()

    def _on_answered(
        self, clicked: QAbstractButton, locate: QAbstractButton, skip_all: QAbstractButton | None
    ) -> None:
        box, self.box = self.box, None
        path = self._waiting.pop(0)
        if clicked is locate:
            self._choose(path)
        elif clicked is skip_all:
            self._waiting.clear()
        if box is not None:
            box.deleteLater()
        self.ask()

    def _choose(self, path: Path) -> None:
        suffix = path.suffix
        kinds = f"Files like it (*{suffix});;All files (*)" if suffix else "All files (*)"
        chosen, _ = QFileDialog.getOpenFileName(self._window, f"Locate {name_of(path)}", "", kinds)
        if chosen:
            self._found[path] = Path(chosen)

    def _moved_along(self, path: Path) -> Path | None:
        """Return where a file is if it went the way of one that was located."""
        for old, new in self._found.items():
            place = new.parent / name_of(path)
            if old.parent == path.parent and place.exists():
                return place
        return None


def name_of(path: Path) -> str:
    """Return the name of a file, also of one from another system."""
    return path.name if "\\" not in path.name else PureWindowsPath(path).name
