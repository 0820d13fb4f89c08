"""Plan of a restore: the files and steps that the sets of a session need, as written in it.

A file that was moved is looked for beside the session first, as it was when both were saved, then
where it was. Of two files, the one of the same size is taken: a folder that was copied as a whole
is a session of its own, and a session that was moved alone still finds its files.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path, PureWindowsPath
from typing import Any, get_type_hints

from embedviz.app.files.documents import Document, read_document
from embedviz.app.files.packed import unpack_rows, unpack_texts
from embedviz.app.files.session.collections import collection_of
from embedviz.app.files.session.contents import FORMAT, VERSION, Node, Plan, Steps
from embedviz.app.files.session.fits import read_fit
from embedviz.app.files.session.heads import read_head
from embedviz.app.files.session.texts import read_encoder
from embedviz.app.files.values import Unfit, from_json, made, settings_of
from embedviz.core.anisotropy.fit import Fit
from embedviz.core.arrays import Rows
from embedviz.core.contrastive.heads import Head
from embedviz.core.derivation.provenance import Step
from embedviz.core.origin import ReadSettings
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.texts.origin import TextsSettings
from embedviz.formats.reading import stamp_of

_MOST_SETS = 1000


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
        When it is not a session, or a newer one.
    """
    return plan_of(read_document(path, FORMAT, VERSION), path.absolute().parent, steps, moved)


def plan_of(
    document: Document, folder: Path, steps: Steps, moved: Mapping[Path, Path] | None = None
) -> Plan:
    """Return what a session document needs, seen from a folder; see `read_plan`."""
    given = document.get("sets")
    written = given[:_MOST_SETS] if isinstance(given, list) else []
    notes: list[str] = []
    nodes: list[Node | None] = []
    for number, each in enumerate(written):
        reader = _NodeReader(folder, steps, moved or {})
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


class _NodeReader:
    """Reader of one step, and of where its files are."""

    def __init__(self, folder: Path, steps: Steps, moved: Mapping[Path, Path]) -> None:
        self._folder, self._steps, self._moved = folder, steps, moved
        self._needs: list[Path] = []

    def read(self, value: Any, number: int) -> Node:
        if not isinstance(value, dict):
            raise Unfit("no object")
        node = self._start(value) if "of" not in value else self._derived(value, number)
        name, digest, labels = value.get("name"), value.get("labels"), value.get("row_labels")
        node.name = name[:200] if isinstance(name, str) else ""
        node.n_rows = _first_number(value.get("shape"))
        node.digest = digest if isinstance(digest, str) else None
        node.row_labels = None if labels is None else unpack_texts(labels)
        node.needs = tuple(self._needs)
        return node

    def _start(self, value: dict[str, Any]) -> Node:
        if isinstance(value.get("sample"), str):
            return Node(sample=value["sample"])
        if "collection" in value:
            return Node(collection=collection_of(value, self._path))
        stamp = from_json(tuple[int, int] | None, value.get("stamp"))
        size = None if stamp is None else stamp[0]
        if "texts" in value:
            path = self._path(value["texts"], size)
            return Node(path=path, texts=_texts_of(value.get("settings")), stamp=stamp)
        path = self._path(value.get("file"), size)
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
            elif hints[each.name] is Head:
                given[each.name] = read_head(value.get(each.name))
            elif hints[each.name] == Fit | None:
                given[each.name] = read_fit(value.get(each.name))
            elif hints[each.name] is EncoderSettings:
                given[each.name] = read_encoder(value.get(each.name))
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
        if not isinstance(written, str) or "\0" in written or not is_absolute(written):
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


def _texts_of(value: Any) -> TextsSettings:
    """Return how texts are taken from a file, and the encoder."""
    given = settings_of(TextsSettings, value, without=("encoder",))
    return made(TextsSettings, {**given, "encoder": read_encoder(value.get("encoder"))})


def _first_number(shape: Any) -> int | None:
    first = shape[0] if isinstance(shape, list) and shape else None
    return first if type(first) is int else None


def is_absolute(written: str) -> bool:
    """Return whether a path is absolute, on this system or another: then it has been moved."""
    return Path(written).is_absolute() or PureWindowsPath(written).is_absolute()


def _is_there(path: Path) -> bool:
    try:
        return path.is_file() or path.is_dir()  # A folder of parts is one set.
    except (OSError, ValueError):
        return False


def _stamp(path: Path) -> tuple[int, int] | None:
    return stamp_of(path) if _is_there(path) else None
