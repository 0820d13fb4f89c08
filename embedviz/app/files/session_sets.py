"""The sets of a session: which files they need, and how they are made again.

A file that was moved is looked for beside the session first, as it was when both were saved, then
where it was. Of two files, the one of the same size is taken: a folder that was copied as a whole
is a session of its own, and a session that was moved alone still finds its files.

What cannot be made again is said by name, and so are the sets that came from it; the rest is made.
A picture or a column that cannot be added again leaves the set as it was before.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path, PureWindowsPath
from typing import Any, get_type_hints

import numpy as np

from embedviz.app.files.documents import Document, read_document
from embedviz.app.files.packed import unpack_rows, unpack_texts
from embedviz.app.files.session_writing import FORMAT, VERSION, Steps
from embedviz.app.files.values import Unfit, from_json, made, settings_of
from embedviz.core.errors import UserError
from embedviz.core.formats.exporting import ChosenRows
from embedviz.core.formats.reading import ReadSettings, counted, stamp_of
from embedviz.core.progress import Report, part_of, silent
from embedviz.core.provenance import Step, digest_of
from embedviz.core.samples import load_sample
from embedviz.core.vector_set import Rows, VectorSet

_MOST_SETS = 1000


@dataclass
class Node:
    """One step of a session.

    Attributes
    ----------
    parent : int or None
        The number of the step before; None for a file or a sample.
    path : Path or None
        The file, where it is one.
    sample : str or None
        The bundled set, where it is one.
    settings : ReadSettings
        Of the file.
    step : Step or None
        None for a file or a sample.
    name : str
        What the set was called; nothing where it was not in the library.
    stamp : tuple of int, or None
        Size and time of the file when it was opened.
    digest : str or None
        Of the labels.
    row_labels : list of str, or None
        Of chosen rows.
    needs : tuple of Path
        All files of this step, as the session names them or where they were found.
    """

    parent: int | None = None
    path: Path | None = None
    sample: str | None = None
    settings: ReadSettings = field(default_factory=ReadSettings)
    step: Step | None = None
    name: str = ""
    stamp: tuple[int, int] | None = None
    digest: str | None = None
    row_labels: list[str] | None = None
    needs: tuple[Path, ...] = ()


@dataclass
class Plan:
    """What has to be made again.

    Attributes
    ----------
    nodes : list of Node or None
        None for a step that cannot be understood.
    library : tuple of int
        Numbers of the steps that made the sets of the library, in their order.
    notes : list of str
        What cannot be restored.
    document : dict
        All that was read.
    missing : list of Path
        The files that are not there, each once.
    """

    nodes: list[Node | None]
    library: tuple[int, ...]
    notes: list[str]
    document: Document
    missing: list[Path]


@dataclass
class Restored:
    """The sets of a session.

    Attributes
    ----------
    sets : list of VectorSet or None
        One for each place in the library.
    is_same : list of bool
        Whether the rows of each mean what they did when the session was saved.
    notes : list of str
    """

    sets: list[VectorSet | None]
    is_same: list[bool]
    notes: list[str]


def read_plan(path: Path, steps: Steps, moved: Mapping[Path, Path] | None = None) -> Plan:
    """Return what a session needs.

    Parameters
    ----------
    path : Path
    steps : mapping of str to class
    moved : mapping of Path to Path, optional
        Where the user has found files that are missing.

    Raises
    ------
    UserError
        When it is no session, or a newer one.
    """
    document = read_document(path, FORMAT, VERSION)
    given = document.get("sets")
    written = given[:_MOST_SETS] if isinstance(given, list) else []
    notes: list[str] = []
    nodes: list[Node | None] = []
    for number, each in enumerate(written):
        reader = _NodeReader(path.absolute().parent, steps, moved or {})
        try:
            nodes.append(reader.read(each, number))
        except Unfit:
            nodes.append(None)
            name = each.get("name") if isinstance(each, dict) else None
            shown = f" ({name[:80]})" if isinstance(name, str) and name else ""
            notes.append(f"Set {number + 1}{shown} is not described in a way that can be read.")
    library = document.get("library")
    places = library if isinstance(library, list) else []
    valid = [each for each in places if type(each) is int and 0 <= each < len(nodes)]
    # A place that makes no sense is kept as one of a set that is not there, so that the numbers of
    # the other places stay.
    known = tuple(each if each in valid else -1 for each in places[:_MOST_SETS])
    needed = {path: None for each in nodes if each is not None for path in each.needs}
    return Plan(nodes, known, notes, document, [path for path in needed if not _is_there(path)])


def restore_sets(plan: Plan, report: Report = silent) -> Restored:
    """Make the sets of a session again, one after the other. Runs off the UI thread.

    Parameters
    ----------
    plan : Plan
    report : Report
    """
    maker = _Maker(plan)
    for number in range(len(plan.nodes)):
        start, end = number / len(plan.nodes), (number + 1) / len(plan.nodes)
        maker.make(number, part_of(report, start, end))
    sets, used = [], set()
    for number in plan.library:
        found = maker.sets.get(number)
        sets.append(None if number in used else found)  # A set is in the library once.
        used.add(number)
        if found is not None:
            found.index_labels()
            _ = found.metadata
    is_same = [maker.is_same.get(number, False) for number in plan.library]
    return Restored(sets, is_same, [*plan.notes, *maker.notes])


class _NodeReader:
    """Reads one step, and where its files are."""

    def __init__(self, folder: Path, steps: Steps, moved: Mapping[Path, Path]) -> None:
        self._folder, self._steps, self._moved = folder, steps, moved
        self._needs: list[Path] = []

    def read(self, value: Any, number: int) -> Node:
        if not isinstance(value, dict):
            raise Unfit("no object")
        node = self._start(value) if "of" not in value else self._derived(value, number)
        name, digest, labels = value.get("name"), value.get("labels"), value.get("row_labels")
        node.name = name[:200] if isinstance(name, str) else ""
        node.digest = digest if isinstance(digest, str) else None
        node.row_labels = None if labels is None else unpack_texts(labels)
        node.needs = tuple(self._needs)
        return node

    def _start(self, value: dict[str, Any]) -> Node:
        if isinstance(value.get("sample"), str):
            return Node(sample=value["sample"])
        stamp = from_json(tuple[int, int] | None, value.get("stamp"))
        path = self._path(value.get("file"), None if stamp is None else stamp[0])
        settings = self._settings(value.get("settings", {}))
        return Node(path=path, settings=settings, stamp=stamp)

    def _derived(self, value: dict[str, Any], number: int) -> Node:
        parent = value["of"]
        name = next((each for each in self._steps if each in value), None)
        if type(parent) is not int or not 0 <= parent < number or name is None:
            raise Unfit("no step")
        return Node(parent=parent, step=self._step(self._steps[name], value[name]))

    def _step(self, kind: type[Step], value: Any) -> Step:
        hints = get_type_hints(kind)
        given: dict[str, Any] = {}
        if not isinstance(value, dict):
            raise Unfit("no settings")
        for each in fields(kind):  # type: ignore[arg-type]
            if hints[each.name] is Path:
                given[each.name] = self._path(value.get(each.name))
            elif hints[each.name] == Rows:
                given[each.name] = unpack_rows(value.get(each.name))
            elif each.name in value:
                given[each.name] = from_json(hints[each.name], value[each.name])
        return made(kind, given)

    def _settings(self, value: Any) -> ReadSettings:
        given = settings_of(ReadSettings, value, without=("labels", "metadata"))
        labels, metadata = value.get("labels"), value.get("metadata")
        if isinstance(labels, dict) and "texts" in labels:
            given["labels"] = unpack_texts(labels["texts"])
        elif labels is not None:
            given["labels"] = self._path(labels)
        if metadata is not None:
            given["metadata"] = self._path(metadata)
        return replace(made(ReadSettings, given), is_preview=False)

    def _path(self, value: Any, size: int | None = None) -> Path:
        written = value.get("path") if isinstance(value, dict) else None
        if not isinstance(written, str) or "\0" in written or not _is_absolute(written):
            raise Unfit("no path")
        path = self._found(Path(written), value.get("relative"), size)
        self._needs.append(path)
        return path

    def _found(self, written: Path, relative: Any, size: int | None) -> Path:
        """Return where a file is now, or where it was."""
        if written in self._moved:
            return self._moved[written]
        places = [written]
        if isinstance(relative, str) and "\0" not in relative:
            places.insert(0, Path(os.path.normpath(self._folder / relative)))
        there = [(place, stamp) for place in places if (stamp := _stamp(place)) is not None]
        same = [place for place, stamp in there if size is None or stamp[0] == size]
        return next(iter([*same, *(place for place, _ in there)]), written)


class _Maker:
    """Makes one step after the other."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.sets: dict[int, VectorSet] = {}
        self.is_same: dict[int, bool] = {}
        self.notes: list[str] = []

    def make(self, number: int, report: Report) -> None:
        """Make the set of a step, or note why it cannot be made."""
        node = self._plan.nodes[number]
        if node is None:
            return
        try:
            made_set = self._start(node, report) if node.parent is None else None
            if node.parent is not None:
                made_set = self._next(node, node.parent, report)
        except UserError as error:
            self._note(f"{node.name} could not be opened: {error}" if node.name else str(error))
            return
        except MemoryError:
            self._note(f"{node.name or 'A set'} does not fit into the memory any more.")
            return
        if made_set is not None:
            self.sets[number] = made_set
            self._compare(number, node, made_set)

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def _start(self, node: Node, report: Report) -> VectorSet:
        if node.sample is not None:
            report(0.0, f"opening {node.sample}")
            return load_sample(node.sample)
        from embedviz.core.formats import open_file

        assert node.path is not None
        report(0.0, f"opening {node.path.name}")
        return open_file(node.path, node.settings, report)

    def _next(self, node: Node, parent: int, report: Report) -> VectorSet | None:
        known = self.sets.get(parent)
        if known is None:
            if node.name:
                self._note(f"{node.name} is not there, since what it was made from is not.")
            return None
        step = node.step
        assert step is not None
        if isinstance(step, ChosenRows):
            step = self._with_rows(step, node, known, self.is_same[parent])
        try:
            return step.derive(known, report)
        except UserError as error:
            if not getattr(step, "adds_only", False):
                raise
            self._note(f"{known.name} is opened without what was added to it: {error}")
            return known

    def _with_rows(
        self, step: ChosenRows, node: Node, parent: VectorSet, is_same: bool
    ) -> ChosenRows:
        """Return the choice of the same rows, by their labels where the rows are others now."""
        rows = step.rows
        if is_same and (not len(rows) or int(rows.max()) < len(parent)):
            return step
        if node.row_labels is None:
            raise UserError(
                f"Its rows were chosen from {parent.name}, which has other labels now. Select "
                "them again."
            )
        found = [parent.row(label) for label in node.row_labels if label in parent]
        if len(found) < len(node.row_labels):
            lost = counted(len(node.row_labels) - len(found), "row")
            self._note(f"{node.name}: {lost} of it {parent.name} does not have any more.")
        return ChosenRows(np.array(found, dtype=np.intp), step.name)

    def _compare(self, number: int, node: Node, made_set: VectorSet) -> None:
        """Note whether the rows are the same as when the session was saved."""
        rows_change = node.parent is None or not getattr(node.step, "keeps_rows", True)
        if not rows_change and node.parent is not None:
            self.is_same[number] = self.is_same[node.parent]
            return
        is_equal = node.digest is not None and digest_of(made_set) == node.digest
        is_untouched = node.path is None or (
            made_set.opened is not None and made_set.opened.stamp == node.stamp
        )
        self.is_same[number] = is_equal or (node.digest is None and is_untouched)
        if node.path is not None and not (is_untouched and self.is_same[number]):
            self._tell_change(node.path, is_equal=is_equal, is_untouched=is_untouched)

    def _tell_change(self, path: Path, *, is_equal: bool, is_untouched: bool) -> None:
        if is_equal:
            self._note(f"{path.name} was written again since; its labels are the same.")
            return
        what = f"What the rows of {path.name} are called" if is_untouched else path.name
        self._note(
            f"{what} has changed since: what was chosen is found by labels, as far as they are "
            "there."
        )


def _is_absolute(written: str) -> bool:
    """Return whether a path is absolute, on this system or another: then it has been moved."""
    return Path(written).is_absolute() or PureWindowsPath(written).is_absolute()


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _stamp(path: Path) -> tuple[int, int] | None:
    return stamp_of(path) if _is_there(path) else None
