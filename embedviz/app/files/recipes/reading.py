"""What a recipe showed, made again among what is open.

A set that is open already is used as it is; others are looked for by their names in the folders
that are given, and the one with the size that is remembered is taken first. What is not found is
said. A recipe is input from outside: it is read as a session is, and of paths in it only those are
taken that the caller allows, or that lie in these folders; others are but names.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

from embedviz.app.files.documents import Document, checked_document
from embedviz.app.files.recipes.names import (
    FILE_NAME,
    FORMAT,
    MOST_CHARACTERS,
    VERSION,
    name_of,
    without_folders,
)
from embedviz.app.files.session import contents
from embedviz.app.files.session.contents import Plan, Steps
from embedviz.app.files.session.plan import is_absolute, plan_of
from embedviz.app.files.session.steps import STEPS
from embedviz.app.files.session.writing import describe_session
from embedviz.app.state import State
from embedviz.core.derivation.provenance import digest_of, files_of
from embedviz.core.errors import UserError
from embedviz.core.vector_set import VectorSet

_OF_CONTENTS = {"of", "name", "shape", "labels", "row_labels"}


@dataclass(frozen=True)
class PictureRecipe:
    """What a picture showed.

    Attributes
    ----------
    pane : str
        Name of the pane; empty for the whole window.
    session : dict
        Session document.
    in_memory : tuple of str
        Names of sets that were in no file when it was made.
    """

    pane: str
    session: Document
    in_memory: tuple[str, ...] = ()


@dataclass(frozen=True)
class RecipePlan:
    """What has to be made again for a recipe.

    Attributes
    ----------
    recipe : PictureRecipe
    plan : Plan
        Its `missing` names the files that are not found.
    known : mapping of int to VectorSet
        Sets that are open, by the numbers of the steps that made them.
    """

    recipe: PictureRecipe
    plan: Plan
    known: Mapping[int, VectorSet]


def read_recipe(text: str) -> PictureRecipe:
    """Return the recipe that a text is.

    Raises
    ------
    UserError
        When it is none, too long, or of a newer embedviz.
    """
    if len(text) > MOST_CHARACTERS:
        raise UserError("The recipe in this picture is too long to be one. Nothing was opened.")
    found = checked_document(text, "What this picture holds", FORMAT, VERSION)
    pane, names = found.get("pane"), found.get("in_memory")
    session = {**_object(found.get("session")), "format": contents.FORMAT}
    session = checked_document(
        json.dumps(session), "What this picture holds", contents.FORMAT, contents.VERSION
    )
    known = (
        [each[:200] for each in names if isinstance(each, str)] if isinstance(names, list) else []
    )
    return PictureRecipe(pane if isinstance(pane, str) else "", session, tuple(known[:100]))


def plan_of_recipe(
    recipe: PictureRecipe,
    current: State,
    folders: Sequence[Path] = (),
    *,
    steps: Steps = STEPS,
    moved: Mapping[Path, Path] | None = None,
    may_be_read: Collection[Path] = (),
) -> RecipePlan:
    """Return what has to be made for a recipe, beyond what is open. Reads no vectors.

    Parameters
    ----------
    recipe : PictureRecipe
    current : State
        What is open.
    folders : sequence of Path
        Where files are looked for; those of open files are looked into too.
    steps : mapping of str to class
    moved : mapping of Path to Path, optional
        Where the user has found files that are missing.
    may_be_read : collection of Path
        Files that are read where a recipe says so, beside those that are open or in the folders.
    """
    places = _Places(current, folders, may_be_read)
    document = places.with_paths(recipe.session)
    plan = plan_of(document, places.first, steps, moved)
    open_sets = _sets_by_key(current, steps)
    known: dict[int, VectorSet] = {}
    for number, key in enumerate(islice(_keys(recipe.session), len(plan.nodes))):
        node, found = plan.nodes[number], open_sets.get(key)
        if node is not None and found is not None and _has_labels(found, node.digest):
            known[number] = found
    needed = _needed(plan, known)
    nodes = [each if number in needed else None for number, each in enumerate(plan.nodes)]
    files = {path for each in nodes if each is not None for path in each.needs}
    missing = [path for path in plan.missing if path in files]
    return RecipePlan(recipe, Plan(nodes, plan.library, plan.notes, document, missing), known)


class _Places:
    """Places where files that have only names may be."""

    def __init__(
        self, current: State, folders: Sequence[Path], may_be_read: Collection[Path]
    ) -> None:
        self._open = [path for each in current.sets for path in files_of(each)]
        near = [path.absolute().parent for path in self._open]
        self._folders = list(dict.fromkeys([*(each.absolute() for each in folders), *near]))
        self._may_be_read = frozenset(may_be_read)
        self.first = self._folders[0] if self._folders else Path.cwd()

    def with_paths(self, document: Document) -> Document:
        """Return a session with paths in the place of names."""
        found: Document = self._walk(document, None)
        return found

    def _walk(self, value: Any, size: int | None) -> Any:
        if isinstance(value, Mapping):
            if set(value) == {FILE_NAME}:
                return {"path": str(self._path(value[FILE_NAME], size)), "relative": None}
            if isinstance(path := value.get("path"), str) and is_absolute(path):
                return {"path": str(self._allowed(path, size)), "relative": None}
            stamp = value.get("stamp")
            own = stamp[0] if isinstance(stamp, list) and stamp else None
            return {
                key: self._walk(each, own if key in ("file", "texts") else None)
                for key, each in value.items()
            }
        if isinstance(value, list):
            return [self._walk(each, None) for each in value]
        return value

    def _allowed(self, path: str, size: int | None) -> Path:
        """Return a path that somebody else may have written, where the user has used it before.

        Any other is taken for a name: nothing is read, nor looked for, where a picture says.
        """
        known = Path(path)
        if known in self._open or known in self._may_be_read or known.parent in self._folders:
            return known
        return self._path(path, size)

    def _path(self, given: Any, size: int | None) -> Path:
        """Return where a file is, or where it would be; a name never leads out of its folder."""
        name = name_of(given) if isinstance(given, str) and "\0" not in given else ""
        if name in ("", ".", ".."):
            name = "unnamed"
        places = [path for path in self._open if path.name == name]
        places += [folder / name for folder in self._folders]
        there = [path for path in places if _size(path) is not None]
        alike = [path for path in there if size is None or _size(path) == size]
        return next(iter([*alike, *there]), self.first / name).absolute()


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return None


def _sets_by_key(current: State, steps: Steps) -> dict[str, VectorSet]:
    """Return the open sets that can be recognized; the active one goes before others like it."""
    described = describe_session(replace(current, unread="", scenes=()), {}, steps)
    keys = list(_keys(without_folders(described.document)))
    places = described.document["library"]
    found = {keys[number]: each for number, each in zip(places, described.kept, strict=True)}
    for number, each in zip(places, described.kept, strict=True):
        if each is current.active:
            found[keys[number]] = each
    return found


def _keys(document: Document) -> Iterator[str]:
    """Yield for each step what it is recognized by: itself, and those before it."""
    keys: list[str] = []
    given = document.get("sets")
    for node in without_folders(given) if isinstance(given, list) else []:
        known = node if isinstance(node, dict) else {}
        own = {name: value for name, value in known.items() if name not in _OF_CONTENTS}
        parent = known.get("of")
        before = ""
        if isinstance(parent, int) and 0 <= parent < len(keys):
            before = keys[parent]
        text = json.dumps([own, before], sort_keys=True)
        keys.append(blake2b(text.encode(), digest_size=16).hexdigest())
        yield keys[-1]


def _has_labels(vector_set: VectorSet, digest: str | None) -> bool:
    return digest is None or digest_of(vector_set) == digest


def _needed(plan: Plan, known: Mapping[int, VectorSet]) -> set[int]:
    """Return the numbers of the steps that sets of the library need and that are not known."""
    needed: set[int] = set()
    for start in plan.library:
        number: int | None = start
        while number is not None and number >= 0 and number not in known:
            needed.add(number)
            node = plan.nodes[number]
            number = None if node is None else node.parent
    return needed


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
