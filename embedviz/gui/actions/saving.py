"""Actions that write files: a set, some of its rows, where they lie, who is near to whom, a map.

The work is done off the UI thread, with the progress bar and its Stop. The system's dialog asks
before it replaces a file; where a suffix is added to the name afterwards, it is asked here, and so
it is about a file of labels beside that belongs to something else. A file that an open set is read
from is not replaced: what is saved may be a part of it, and its vectors may still lie in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox

from embedviz.core.arrays import Placed, Rows
from embedviz.core.derivation.provenance import files_of
from embedviz.core.errors import UserError
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.gui.has_points import points_of
from embedviz.gui.host import Host

if TYPE_CHECKING:
    from embedviz.core.anisotropy.transform import Transform
    from embedviz.core.neighbors import Metric

Places = tuple[Placed, Sequence[str]]

_SETS = {
    "Parquet: everything": ".parquet",
    "NumPy, labels and metadata beside": ".npy",
    "CSV: everything": ".csv",
    "JSON Lines: everything": ".jsonl",
    "Feather or Arrow: everything": ".feather",
    "Embedding Projector, metadata beside": ".tsv",
    "word2vec text: labels and vectors": ".vec",
    "word2vec binary: labels and vectors": ".bin",
}
_ROWS = {
    "Table of labels and metadata": ".csv",
    "Table, tab-separated": ".tsv",
    "Parquet: everything": ".parquet",
    "NumPy vectors and labels": ".npy",
    "word2vec text": ".vec",
    "word2vec binary": ".bin",
}
_TABLES = {"Table": ".csv", "Table, tab-separated": ".tsv", "Parquet": ".parquet"}
_TRANSFORMS = {
    "NumPy arrays, and lines that apply them": ".npz",
    "safetensors, and lines that apply them": ".safetensors",
    "Python file, and its arrays": ".py",
}
TRANSFORM_TIP = "Mean and matrix of the Anisotropy pane's map, and lines of NumPy that apply them"
_SUFFIXES = (".gz", ".txt", ".arrow", *_SETS.values())

Write = Callable[[str, Report], str]
"""Writes to a path, and returns what should be said about it; mostly nothing."""
Files = Callable[[Path], list[Path]]
"""Returns the files that are written for a path: itself and, for some, one of labels beside it."""


def save_set(window: Host) -> None:
    """Ask where to, and write the shown set."""
    active = _active(window)
    if active is not None:
        from embedviz.formats.writing.saving import written_files

        write = partial(_save_set, active)
        _ask(window, f"Save {active.name}", active.name, _SETS, write, written_files)


def _save_set(vector_set: VectorSet, path: str, report: Report) -> str:
    from embedviz.formats.writing.saving import left_out, lost_notes, save

    columns, lost = left_out(vector_set, path), lost_notes(vector_set, path)
    save(vector_set, path, report=report)
    said = []
    if columns:
        said.append(
            f"{Path(path).name} is written without the metadata, since files of this kind hold "
            f"labels and vectors only: {', '.join(columns)}."
        )
    if lost:
        said.append(
            f"{Path(path).name} does not say that its rows are a part of a file; Parquet and "
            f"Arrow would: {' '.join(lost)}"
        )
    return " ".join(said)


def export_selection(window: Host) -> None:
    """Ask where to, and write the selected rows."""
    state = window.session.state
    if state.active is None or len(state.selected) == 0:
        window.message_bar.show_message("Select rows first: they are written to a file.")
        return
    from embedviz.formats.writing.rows import rows_files

    write = partial(_save_rows, state.active, state.selected.rows, _places(window))
    title = f"Export {len(state.selected):,} rows"
    _ask(window, title, "selected", _ROWS, write, rows_files)


def _places(window: Host) -> Places | None:
    """Return where all rows lie on the map in use, and what the columns of that are called."""
    points = points_of(window.map_in_use)
    return None if points is None else points.places()


def _save_rows(
    vector_set: VectorSet, rows: Rows, places: Places | None, path: str, report: Report
) -> str:
    from embedviz.formats.writing.rows import save_rows

    save_rows(vector_set, rows, path, *(places or ()), report=report)
    return ""


def export_coordinates(window: Host) -> None:
    """Ask where to, and write where the rows lie on the map in use."""
    active = _active(window)
    if active is None:
        return
    places = _places(window)
    if places is None:
        window.message_bar.show_message("There is no map of this set yet. Wait until it is drawn.")
        return
    write = partial(_save_coordinates, active, places)
    _ask(window, f"Export {' and '.join(places[1])}", f"{active.name} map", _TABLES, write)


def _save_coordinates(vector_set: VectorSet, places: Places, path: str, report: Report) -> str:
    from embedviz.formats.writing.rows import save_coordinates

    save_coordinates(vector_set, path, *places, report=report)
    return ""


def export_neighbors(window: Host) -> None:
    """Ask of which rows, how many and where to, and write the nearest rows of each."""
    active, state = _active(window), window.session.state
    if active is None:
        return
    rows = None
    if len(state.selected):
        kinds = [f"All {len(active):,} rows", f"The {len(state.selected):,} selected rows"]
        kind, accepted = QInputDialog.getItem(
            window.widget, "Export neighbors", "Neighbors of", kinds, 0, False
        )
        if not accepted:
            return
        rows = state.selected.rows if kind == kinds[1] else None
    most = max(len(active) - 1, 1)
    words = f"Neighbors of each row, by {state.metric}"
    count, accepted = QInputDialog.getInt(
        window.widget, "Export neighbors", words, min(state.count, most), 1, most
    )
    if accepted:
        write = partial(_save_neighbors, active, count, state.metric, rows)
        _ask(window, "Export neighbors", f"{active.name} neighbors", _TABLES, write)


def _save_neighbors(
    vector_set: VectorSet,
    count: int,
    metric: Metric,
    rows: Rows | None,
    path: str,
    report: Report,
) -> str:
    from embedviz.formats.writing.neighbor_lists import save_neighbors

    save_neighbors(vector_set, path, count, metric, rows, report=report)
    return ""


@runtime_checkable
class HasTransform(Protocol):
    """A pane whose dial stands for a map of the active set."""

    def transform_maker(self) -> Callable[[Report], Transform]:
        """Return what makes the map off the UI thread. Something is open when this is called."""


def export_transform(window: Host) -> None:
    """Ask where to, and write the map that the dial stands for."""
    active = _active(window)
    pane = next((each for each in window.panes if isinstance(each, HasTransform)), None)
    if active is None or pane is None:
        return
    snippets: list[str] = []
    write = partial(_save_transform, pane.transform_maker(), snippets)
    _ask(
        window,
        f"Export the transform of {active.name}",
        f"{active.name} transform",
        _TRANSFORMS,
        write,
        _arrays_of,
        partial(_copy, snippets),
    )


def _save_transform(
    make: Callable[[Report], Transform], snippets: list[str], path: str, report: Report
) -> str:
    """Write the map, and keep the lines for the clipboard. Runs off the UI thread."""
    from embedviz.core.anisotropy.exported import exported_transform
    from embedviz.formats.writing.transforms import transform_snippet, write_transform

    exported = exported_transform(make(report))
    arrays, script = write_transform(path, exported)
    snippets.append(transform_snippet(arrays, exported))
    return (
        f"{script.name}, beside {arrays.name}, applies the map with NumPy alone: {exported.rank}, "
        f"fitted on {exported.fitted_on}. The same lines, for a notebook, are on the clipboard."
    )


def _arrays_of(path: Path) -> list[Path]:
    """Return the file of arrays; the other one is replaced only where it was written like this."""
    from embedviz.formats.writing.transforms import transform_files

    return [transform_files(path)[0]]


def _copy(snippets: list[str]) -> None:
    for snippet in snippets:
        QGuiApplication.clipboard().setText(snippet)


def _active(window: Host) -> VectorSet | None:
    active = window.session.state.active
    if active is None:
        window.message_bar.show_message("Open a file of vectors first.")
    return active


def _only(path: Path) -> list[Path]:
    return [path]


def _nothing() -> None:
    """Do nothing more."""


def _ask(
    window: Host,
    title: str,
    name: str,
    kinds: dict[str, str],
    write: Write,
    files: Files = _only,
    then: Callable[[], None] = _nothing,
) -> None:
    """Ask for a path and write to it, off the UI thread; `then` is called in the UI thread."""
    if _is_writing(window):
        return
    from embedviz.app.files.settings import change_settings, read_settings

    suffixes = list(kinds.values())
    filters = ";;".join([f"{kind} (*{suffix})" for kind, suffix in kinds.items()])
    start = Path(read_settings().folder) / f"{_file_name(name)}{suffixes[0]}"
    path, kind = QFileDialog.getSaveFileName(
        window.widget, title, str(start), f"{filters};;All files (*)"
    )
    if not path:
        return
    path, is_known = _with_suffix(path, kind, suffixes)
    if not is_known and Path(path).exists() and not _may_replace(window, path):
        return
    with suppress(UserError):  # Nobody misses the folder, next time.
        change_settings(lambda known: replace(known, folder=str(Path(path).parent)))
    window.message_bar.clear()
    _look_and_write(window, path, write, files, then)


def _is_writing(window: Host) -> bool:
    if window.writing.is_busy:  # A new run would end it.
        window.message_bar.show_message(
            "Another file is being written. Wait until it is complete, or stop it."
        )
    return window.writing.is_busy


def _look_and_write(
    window: Host, path: str, write: Write, files: Files, then: Callable[[], None]
) -> None:
    """Write to a path where nothing is lost by it; else say what would be, or ask."""
    try:
        targets = files(Path(path))
    except UserError as error:
        window.message_bar.show_message(str(error))
        return
    used = why_in_use(window.session.state.sets, targets)
    if used is not None:
        window.message_bar.show_message(used)
        return
    go_on = partial(_write, window, path, write, targets, then)

    def decide(companion: Path | None) -> None:
        if companion is None:
            go_on()
            return
        window.message_bar.show_message(
            f"The labels of {Path(path).name} go to {companion.name}, but a file of that name is "
            "there already, and it does not belong to these vectors. Replace it?",
            "Replace",
            go_on,
            "Keep it",
            lambda: None,
        )

    if len(targets) > 1 and targets[1].exists():
        window.writing.run(partial(_foreign, Path(path)), decide)
    else:
        go_on()


def _foreign(path: Path, report: Report) -> Path | None:
    """Return the file of labels that belongs to something else. Runs off the UI thread."""
    from embedviz.formats.writing.replacing import foreign_companion

    report(0.0, "looking at what is there")
    return foreign_companion(path)


def why_in_use(sets: Sequence[VectorSet], targets: Sequence[Path]) -> str | None:
    """Return why files cannot be replaced: one of these sets is read from one of them."""
    for target in targets:
        for vector_set in sets:
            if any(_are_same(target, file) for file in files_of(vector_set)):
                return (
                    f"{target.name} is not replaced, since the open set {vector_set.name} is read "
                    "from it. Choose another name."
                )
    return None


def _are_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return False


def _write(
    window: Host, path: str, write: Write, targets: Sequence[Path], then: Callable[[], None]
) -> None:
    if not _is_writing(window):
        window.writing.run(partial(write, path), partial(_tell_written, window, targets, then))


def _tell_written(
    window: Host, targets: Sequence[Path], then: Callable[[], None], message: str
) -> None:
    then()
    first, *others = targets
    names = " and ".join([str(first), *(each.name for each in others)])
    window.statusBar().showMessage(f"Written to {names}", 6000)
    if message:
        window.message_bar.show_message(message)


def _with_suffix(path: str, kind: str, suffixes: Sequence[str]) -> tuple[str, bool]:
    """Return a path with the suffix of the chosen kind, unless it has one; and whether it had."""
    found = re.search(r"\(\*(\.\w+)\)", kind)
    if found is None or Path(path).suffix.lower() in (*_SUFFIXES, *suffixes):
        return path, True
    return path + found[1], False


def _may_replace(window: Host, path: str) -> bool:
    words = f"{Path(path).name} is there already. Replace it?"
    answer = QMessageBox.question(window.widget, "Replace the file?", words)
    return answer == QMessageBox.StandardButton.Yes


def _file_name(name: str) -> str:
    """Return a name without the characters that some system does not allow in it."""
    return re.sub(r'[\x00-\x1f<>:"/\\|?*\s]+', " ", name).strip(" .")[:100] or "vectors"
