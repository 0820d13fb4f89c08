"""The scenes of a session: written with their looks, and read as far as their sets are there.

A look is written as the state is. One that cannot be made, because a file is not there, is kept as
it was written, together with the steps that its sets are made by: the next save writes it again, so
that the scene is whole as soon as the file is back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from embedviz.app.files.documents import Document
from embedviz.app.files.session.contents import Restored
from embedviz.app.files.session.row_mapping import RowMapping
from embedviz.app.files.values import Unfit, from_json
from embedviz.app.scenes.scene import LONGEST_NOTE, MOST_SCENES, Scene

L = TypeVar("L")

_KNOWN = ("name", "note", "pane", "look", "set")
_LONGEST_LOOK = 4 << 20
"""In letters of JSON, of a look that is kept as it is."""

ReadLook = Callable[[Mapping[str, Any], RowMapping], L]
"""Takes a look as JSON and the sets that are there."""


def scene_to_json(scene: Scene[Any], look: Mapping[str, Any], about: str) -> dict[str, Any]:
    """Return a scene as JSON.

    Parameters
    ----------
    scene : Scene
    look : mapping
        Its look as JSON.
    about : str
        What the set is called that it shows; nothing where it shows none.
    """
    unread: dict[str, Any] = json.loads(scene.unread) if scene.unread else {}
    written = {"name": scene.name, "note": scene.note, "pane": scene.pane, "look": dict(look)}
    return {**unread, **written, "set": about}


class LostLooks:
    """Writer of the looks that could not be made, and of the steps that their sets are made by.

    Parameters
    ----------
    nodes : list of dict
        All steps of the session; what is not among them is added.
    library : list of int
        Numbers of the steps that made the sets of the library; likewise.
    """

    def __init__(self, nodes: list[dict[str, Any]], library: list[int]) -> None:
        self._nodes, self._library = nodes, library
        self._numbers: dict[str, int] = {}

    def write(self, lost: str) -> dict[str, Any]:
        """Return a look as JSON, with the places that its sets have in this session."""
        document: dict[str, Any] = json.loads(lost)
        numbers: list[int] = []
        for node in document["sets"]:
            known = {**node, "of": numbers[node["of"]]} if "of" in node else node
            numbers.append(self._add(known))
        places = [self._place(numbers[number]) for number in document["library"]]
        return _with_places(document["look"], dict(enumerate(places)))

    def _add(self, node: dict[str, Any]) -> int:
        written = json.dumps(node, sort_keys=True)
        if written not in self._numbers:
            self._nodes.append(node)
            self._numbers[written] = len(self._nodes) - 1
        return self._numbers[written]

    def _place(self, number: int) -> int:
        if number not in self._library:
            self._library.append(number)
        return self._library.index(number)


def read_scenes(
    document: Document, restored: Restored, read_look: ReadLook[L]
) -> tuple[Scene[L], ...]:
    """Return the scenes of a session; one that is no scene is left out.

    Parameters
    ----------
    document : dict
    restored : Restored
    read_look : callable
    """
    given = document.get("scenes")
    found: list[Scene[L]] = []
    for each in given[:MOST_SCENES] if isinstance(given, list) else []:
        try:
            found.append(_read(each, len(found) + 1, document, restored, read_look))
        except Unfit:
            continue
    return tuple(found)


def _read(
    value: Any, key: int, document: Document, restored: Restored, read_look: ReadLook[L]
) -> Scene[L]:
    if not isinstance(value, dict) or not isinstance(value.get("look"), dict):
        raise Unfit("no scene")
    name, pane = from_json(str, value.get("name")), from_json(str, value.get("pane"))
    note = value.get("note")
    unread = {name: each for name, each in value.items() if name not in _KNOWN}
    scene = Scene[L](
        key,
        f"Scene {key}",
        note[:LONGEST_NOTE] if isinstance(note, str) else "",
        pane[:80],
        None,
        unread=json.dumps(unread) if unread else "",
    ).named(name)
    given, mapping = value["look"], RowMapping(restored)
    if value.get("set") and mapping.set_at(given.get("active")) is None:
        about = str(value["set"])[:200]
        misses = about if about.endswith(".") else f"{about} is not there."
        return replace(scene, lost=_kept(given, document), misses=misses)
    look = read_look(given, mapping)
    lost = [each for each in mapping.notes if not each.startswith("Not known to this version")]
    return replace(scene, look=look, misses=" ".join(lost))


def _kept(look: Mapping[str, Any], document: Document) -> str:
    """Return a look with the steps that its sets are made by, numbered anew."""
    nodes, library = document.get("sets"), document.get("library")
    nodes = nodes if isinstance(nodes, list) else []
    library = library if isinstance(library, list) else []
    new: dict[int, int] = {}
    steps: list[dict[str, Any]] = []

    def add(number: Any) -> None:
        if type(number) is not int or number in new or not 0 <= number < len(nodes):
            return
        node = nodes[number]
        if not isinstance(node, dict):
            return
        if "of" in node:
            if type(node["of"]) is not int or not node["of"] < number:
                return
            add(node["of"])
            if node["of"] not in new:
                return
            node = {**node, "of": new[node["of"]]}
        new[number] = len(steps)
        steps.append(node)

    places: dict[int, int] = {}
    made: list[int] = []
    for place in _places(look):
        number = library[place] if 0 <= place < len(library) else None
        add(number)
        if number in new and place not in places:
            places[place] = len(made)
            made.append(new[number])
    written = json.dumps(
        {"sets": steps, "library": made, "look": _with_places(look, places)}, sort_keys=True
    )
    if len(written) > _LONGEST_LOOK:
        raise Unfit("too large a look to keep")
    return written


def _places(look: Mapping[str, Any]) -> Sequence[int]:
    """Return the places in the library that a look speaks of."""
    maps = look.get("maps")
    shown = [each.get("vector_set") for each in maps or [] if isinstance(each, dict)]
    return [each for each in (look.get("active"), *shown) if type(each) is int]


def _with_places(look: Mapping[str, Any], places: Mapping[int, int]) -> dict[str, Any]:
    """Return a look that speaks of the same sets at other places; -1: of none."""
    moved = dict(look)
    if "active" in moved:
        moved["active"] = places.get(moved["active"], -1)
    maps = moved.get("maps")
    moved["maps"] = [
        {**each, "vector_set": places.get(each["vector_set"], -1)}
        if isinstance(each, dict) and "vector_set" in each
        else each
        for each in (maps if isinstance(maps, list) else [])
    ]
    return moved
