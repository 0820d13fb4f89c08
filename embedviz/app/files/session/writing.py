"""Session documents: what is open, chosen and set, as JSON.

A session holds no vectors: each set is written as the file or sample it began with and the steps
that made it, each step once, so that sets with the same rows have the same rows again. A set that
is only in memory cannot be written; the rest is.

Row numbers go with the labels of up to 20,000 rows, so that they can be found again in a file that
was changed meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from embedviz.app.files.documents import Document, is_document, write_document
from embedviz.app.files.packed import pack_rows, pack_texts
from embedviz.app.files.session.collections import collection_to_json
from embedviz.app.files.session.contents import FORMAT, SUFFIX, VERSION, Steps
from embedviz.app.files.session.fits import fit_to_json
from embedviz.app.files.session.heads import head_to_json
from embedviz.app.files.session.pairs import pairs_to_json
from embedviz.app.files.session.scenes import LostLooks, scene_to_json
from embedviz.app.files.session.texts import query_to_json
from embedviz.app.files.values import path_to_json, to_json
from embedviz.app.judged_pairs import pairs_within
from embedviz.app.map_settings import MapSettings
from embedviz.app.scenes.scene import Scene
from embedviz.app.state import SetView, State
from embedviz.core.anisotropy.fit import Fit
from embedviz.core.arrays import Rows
from embedviz.core.contrastive.heads import Head
from embedviz.core.derivation.chosen_rows import ChosenRows
from embedviz.core.derivation.provenance import digest_of, known_digest
from embedviz.core.origin import FileOrigin, Provenance, ReadSettings, SampleOrigin
from embedviz.core.projections import PROJECTIONS, Projection
from embedviz.core.projections.chosen_axes import ChosenAxes
from embedviz.core.projections.columns import CoordinateColumns
from embedviz.core.texts.origin import TextsOrigin
from embedviz.core.vector_set import VectorSet
from embedviz.sources.databases.origin import CollectionOrigin

MOST_LABELS = 20_000
_ORIGINS = (FileOrigin, SampleOrigin, TextsOrigin, CollectionOrigin)


@dataclass(frozen=True)
class Described:
    """A session as a document.

    Attributes
    ----------
    document : dict
    left_out : tuple of str
        Names of sets that are only in memory.
    kept : tuple of VectorSet
        The others, as the library of the document has them.
    """

    document: Document
    left_out: tuple[str, ...]
    kept: tuple[VectorSet, ...] = ()


def save_session(
    path: Path, state: State, window: Mapping[str, Any], steps: Steps
) -> tuple[str, ...]:
    """Write a session, and return the names of the sets that it cannot hold.

    Parameters
    ----------
    path : Path
    state : State
    window : mapping
        What else is to be restored, as JSON.
    steps : mapping of str to class
        All steps that can be kept, by name.

    Raises
    ------
    UserError
        When it cannot be written.
    """
    described = describe_session(state, window, steps, path.absolute().parent)
    write_session(path, described.document)
    return described.left_out


def write_session(path: Path, document: Document) -> None:
    """Write a session in one step: there is the old file or the new one, never a part.

    Raises
    ------
    UserError
        When it cannot be written.
    """
    write_document(path, document)


def describe_session(
    state: State, window: Mapping[str, Any], steps: Steps, folder: Path | None = None
) -> Described:
    """Return a session as a document.

    Takes some tenths of a second for millions of labels, so it is called off the UI thread.

    Parameters
    ----------
    state, window, steps
        See `save_session`.
    folder : Path, optional
        From which paths are seen, too.
    """
    writer = _Writer(state, steps, folder)
    library = [writer.places[each] for each in writer.kept]
    lost = LostLooks(writer.nodes, library)
    document: Document = {
        "format": FORMAT,
        "version": VERSION,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "sets": writer.nodes,
        "library": library,
        "state": writer.describe(state),
        "scenes": [writer.describe_scene(each, lost) for each in state.scenes],
        "window": dict(window),
    }
    left_out = tuple(each.name or "unnamed" for each in writer.sets if each not in writer.places)
    return Described(document, left_out, tuple(writer.kept))


def is_session(path: Path) -> bool:
    """Return whether a file is a session, by its name or its content."""
    return path.suffix.lower() == SUFFIX or is_document(path, FORMAT)


def can_be_kept(vector_set: VectorSet) -> bool:
    """Return whether a set can be made again from files, so that a session can hold it."""
    return vector_set.provenance is not None and vector_set.provenance.is_repeatable


class _Writer:
    """Writer of sets and of what refers to them."""

    def __init__(self, state: State, steps: Steps, folder: Path | None) -> None:
        self._folder = folder
        self._names = {kind: name for name, kind in steps.items()}
        self._numbers: dict[Provenance, int] = {}
        self.nodes: list[dict[str, Any]] = []
        # A scene brings its set along, also one that has been closed.
        self.sets = tuple(dict.fromkeys((*state.sets, *_sets_of(state.scenes))))
        self.kept = [each for each in self.sets if self._is_writable(each)]
        # By their place in the library, which their nodes do not have.
        self.places: dict[VectorSet, int] = {}
        for each in self.kept:
            assert each.provenance is not None
            self.places[each] = self._add(each.provenance)
            self._note_contents(self.nodes[self.places[each]], each)
        for provenance, number in self._numbers.items():
            digest = known_digest(provenance)
            if digest is not None:
                self.nodes[number]["labels"] = digest

    def _is_writable(self, vector_set: VectorSet) -> bool:
        if not can_be_kept(vector_set):
            return False
        assert vector_set.provenance is not None
        first, *others = vector_set.provenance.line
        is_start = isinstance(first.step, _ORIGINS)
        return is_start and all(type(each.step) in self._names for each in others)

    def _add(self, provenance: Provenance) -> int:
        """Return the number of a step, which is written down once."""
        known = self._numbers.get(provenance)
        if known is not None:
            return known
        parent = None if provenance.parent is None else self._add(provenance.parent)
        node: dict[str, Any] = {} if parent is None else {"of": parent}
        node |= self._step_to_json(provenance)
        self.nodes.append(node)
        self._numbers[provenance] = len(self.nodes) - 1
        return len(self.nodes) - 1

    def _note_contents(self, node: dict[str, Any], vector_set: VectorSet) -> None:
        assert vector_set.provenance is not None
        node["name"] = vector_set.name
        node["shape"] = list(vector_set.vectors.shape)
        digest_of(vector_set)
        if isinstance(vector_set.provenance.step, ChosenRows) and len(vector_set) <= MOST_LABELS:
            node["row_labels"] = pack_texts(vector_set.labels)

    def _step_to_json(self, provenance: Provenance) -> dict[str, Any]:
        step = provenance.step
        if isinstance(step, SampleOrigin):
            return {"sample": step.name}
        if isinstance(step, FileOrigin):
            return {
                "file": path_to_json(step.path, self._folder),
                "settings": self._settings_to_json(step.settings),
                "stamp": to_json(step.stamp),
            }
        if isinstance(step, TextsOrigin):
            return {
                "texts": path_to_json(step.texts_path, self._folder),
                "settings": to_json(step.settings),
                "stamp": to_json(step.stamp),
            }
        if isinstance(step, CollectionOrigin):
            return collection_to_json(step, self._folder)
        settings = {each.name: getattr(step, each.name) for each in fields(step)}
        return {self._names[type(step)]: {k: self._value(v) for k, v in settings.items()}}

    def _value(self, value: Any) -> Any:
        if isinstance(value, Path):
            return path_to_json(value, self._folder)
        if isinstance(value, np.ndarray):
            return pack_rows(value, int(value.max(initial=-1)) + 1)
        if isinstance(value, Fit):
            return fit_to_json(value)
        return head_to_json(value) if isinstance(value, Head) else to_json(value)

    def _settings_to_json(self, settings: ReadSettings) -> dict[str, Any]:
        own = ("labels", "metadata")
        written = {
            each.name: to_json(getattr(settings, each.name))
            for each in fields(settings)
            if each.name not in own
        }
        if settings.metadata is not None:
            written["metadata"] = path_to_json(Path(settings.metadata), self._folder)
        labels = settings.labels
        if isinstance(labels, (str, PathLike)):
            written["labels"] = path_to_json(Path(labels), self._folder)
        elif labels is not None:
            written["labels"] = {"texts": pack_texts(labels)}
        return written

    def describe(self, state: State) -> dict[str, Any]:
        """Return all choices; those about sets that are not kept are left out."""
        return {
            **self.choices(state),
            "left": [self._left_to_json(each) for each in state.left if self._has(each.vector_set)],
            "pairs": [
                pairs_to_json(each.pairs, each.vector_set, self._place(each.vector_set))
                for each in pairs_within(state.pairs, self.kept)
            ],
        }

    def choices(self, state: State) -> dict[str, Any]:
        """Return what is chosen and set; what is about sets that are not kept is left out."""
        active = state.active
        written: dict[str, Any] = {
            "metric": state.metric,
            "count": state.count,
            "map_key": state.map_key,
            "settings": _settings_of_panes(state),
            "maps": [self._map_to_json(each, state) for each in state.maps if self._is_kept(each)],
            "texts": [query_to_json(each) for each in state.texts],
        }
        if active is not None and self._has(active):
            written |= {
                "active": self._place(active),
                "query": None if state.query is None else self._rows([state.query], active),
                "query_vector": query_to_json(state.query_vector),
                "selected": self._rows(state.selected.rows, active),
            }
        return written

    def describe_scene(self, scene: Scene[State], lost: LostLooks) -> dict[str, Any]:
        """Return a scene with its look; one that was lost, as it was found."""
        if scene.look is None:
            return scene_to_json(scene, lost.write(scene.lost), scene.misses)
        active = scene.look.active
        about = "" if active is None else active.name or "Its set"
        return scene_to_json(scene, self.choices(scene.look), about)

    def _has(self, vector_set: VectorSet) -> bool:
        return vector_set in self.places

    def _place(self, vector_set: VectorSet) -> int:
        return self.kept.index(vector_set)

    def _is_kept(self, settings: MapSettings) -> bool:
        return settings.vector_set is None or self._has(settings.vector_set)

    def _rows(self, rows: Any, vector_set: VectorSet) -> dict[str, Any]:
        chosen: Rows = np.asarray(rows, dtype=np.intp)
        written = pack_rows(chosen, len(vector_set))
        if len(chosen) <= MOST_LABELS:
            labels = vector_set.labels
            written["labels"] = pack_texts([labels[row] for row in chosen.tolist()])
        return written

    def _map_to_json(self, settings: MapSettings, state: State) -> dict[str, Any]:
        own = ("vector_set", "projection", "isolated")
        shown = settings.vector_set or state.active
        written = {
            each.name: to_json(getattr(settings, each.name))
            for each in fields(settings)
            if each.name not in own
        }
        unknown = unread_settings(state).get("maps", {}).get(str(settings.key), {})
        written = {**unknown, **written}
        if settings.vector_set is not None:
            written["vector_set"] = self._place(settings.vector_set)
        if shown is not None and self._has(shown):
            written["projection"] = self._projection_to_json(settings.projection, shown)
            if settings.isolated is not None:
                written["isolated"] = self._rows(settings.isolated.rows, shown)
        return written

    def _projection_to_json(
        self, projection: Projection | None, shown: VectorSet
    ) -> dict[str, Any] | None:
        if projection is None:
            return None
        if isinstance(projection, ChosenAxes):
            return {
                "axes": [
                    {
                        "start": self._rows(axis.start, shown),
                        "end": self._rows(axis.end, shown),
                        "start_name": axis.start_name,
                        "end_name": axis.end_name,
                    }
                    for axis in projection.axes
                ]
            }
        if isinstance(projection, CoordinateColumns):
            return {"columns": list(projection.names)}
        names = {kind: name for name, kind in PROJECTIONS.items()}
        return {names[type(projection)]: to_json(projection)}

    def _left_to_json(self, view: SetView) -> dict[str, Any]:
        query = None if view.query is None else self._rows([view.query], view.vector_set)
        return {
            "vector_set": self._place(view.vector_set),
            "query": query,
            "projection": self._projection_to_json(view.projection, view.vector_set),
            "color_by": view.color_by,
        }


def _sets_of(scenes: Iterable[Scene[State]]) -> list[VectorSet]:
    """Return the sets that scenes show, each once; some of them may be closed."""
    looks = [each.look for each in scenes if each.look is not None]
    shown = (
        each for look in looks for each in (look.active, *(one.vector_set for one in look.maps))
    )
    return list(dict.fromkeys(each for each in shown if each is not None))


def _settings_of_panes(state: State) -> dict[str, Any]:
    """Return what is set in each pane, and what an embedviz that knows more had set there."""
    written = {name: to_json(each) for name, each in state.settings.items()}
    for name, unknown in unread_settings(state).get("settings", {}).items():
        written[name] = {**unknown, **written.get(name, {})}
    return written


def unread_settings(state: State) -> dict[str, Any]:
    """Return what a session had set that this version does not know, by kind and name."""
    found: dict[str, Any] = json.loads(state.unread) if state.unread else {}
    return found
