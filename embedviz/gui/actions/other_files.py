"""Files that are no vectors, however they come to the window: handed to what they are for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from embedviz.gui.actions.judged_pairs import take_pairs
from embedviz.gui.host import Host


@runtime_checkable
class TakesFiles(Protocol):
    """A pane that shows files that are no vectors."""

    title: str
    name: str

    def contents_for_it(self, path: Path) -> str:
        """Return what a file holds that is not opened as vectors, but handed to this pane.

        Returns
        -------
        str
            In words, such as "analogy questions"; empty where the file is not for this pane.
        """

    def take_file(self, path: Path) -> None:
        """Show a file that is for this pane, which has just been brought to the front."""


def take_other_files(window: Host, paths: Sequence[str | Path]) -> list[str | Path]:
    """Hand files to the panes that they are for, and pairs of its labels to the shown set.

    Returns
    -------
    list of str or Path
        Those that are to be opened.
    """
    rest: list[str | Path] = []
    for path in paths:
        if not _take(window, Path(path).expanduser()):
            rest.append(path)
    if len(paths) == 1 and rest and take_pairs(window, [str(paths[0])]):
        return []
    return rest


def _take(window: Host, path: Path) -> bool:
    for pane in window.panes:
        if isinstance(pane, TakesFiles) and (what := pane.contents_for_it(path)):
            _hand(window, pane, path, what)
            return True
    return False


def _hand(window: Host, pane: TakesFiles, path: Path, what: str) -> None:
    if window.session.state.active is None:
        window.message_bar.show_message(
            f"{path.name} holds {what}. Open a file of vectors first, and then this one: the pane "
            f"{pane.title} takes it."
        )
        return
    window.message_bar.clear()
    window.bring_to_front(pane.name)
    pane.take_file(path)
