"""How a set came about, step by step, so that it can be made again.

The first step is a file or a bundled sample; each further one makes a set from the one before. The
steps hold settings, names and row numbers, never vectors, so the provenance of a set keeps no
other set in memory: that of some rows of a closed set still knows from which file they were.

Two sets have one step in common only where it was taken once for both: the same file opened twice
gives two provenances, and so do its rows mean different things to the rest of the program.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass, replace
from hashlib import blake2b
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

from embedviz.core.progress import Report, silent
from embedviz.core.vector_set import VectorSet

if TYPE_CHECKING:
    from embedviz.formats.reading import FileOrigin, ReadSettings

_BLOCK = 20_000


class Step(Protocol):
    """What makes a set from another one: a frozen dataclass of settings.

    One whose result has other rows than the parent has an attribute `keeps_rows` that is False; one
    whose result is the parent with something more, `adds_only` that is True.
    """

    def derive(self, parent: VectorSet, report: Report = silent) -> VectorSet:
        """Return the set that is made from `parent`."""


@dataclass(frozen=True)
class FromSample:
    """A bundled set.

    Attributes
    ----------
    name : str
        As `samples.load_sample` takes it.
    """

    name: str


@dataclass(frozen=True, eq=False)
class Provenance:
    """The last step that made a set, and those before it.

    Attributes
    ----------
    step : FileOrigin, FromSample, Step or None
        None for what was done in memory and cannot be done again.
    parent : Provenance or None
        Of the set that the step was applied to; None for a file or a sample.
    """

    step: Any
    parent: Provenance | None = None

    @property
    def line(self) -> list[Provenance]:
        """All steps, the first one first."""
        line = [self]
        while (parent := line[-1].parent) is not None:
            line.append(parent)
        return line[::-1]

    @property
    def rows_from(self) -> Provenance:
        """The first step that gave the same rows."""
        first = self
        while first.parent is not None and getattr(first.step, "keeps_rows", True):
            first = first.parent
        return first

    @property
    def is_repeatable(self) -> bool:
        """Whether all steps can be taken again."""
        return all(each.step is not None for each in self.line)


def after(step: Step | None, parent: VectorSet) -> Provenance | None:
    """Return the provenance of what a step makes of a set; None where the set is from memory."""
    return None if parent.provenance is None else Provenance(step, parent.provenance)


def note_settings(vector_set: VectorSet, settings: ReadSettings) -> None:
    """Note how a set that nobody else has yet is to be read from its file the next time.

    Parameters
    ----------
    vector_set : VectorSet
        Read from a file, and perhaps extended since.
    settings : ReadSettings
        What the user has decided, where the file was read in another way to find out more of it.
    """
    opened = vector_set.opened
    if opened is None:
        return
    vector_set.opened = replace(opened, settings=settings)
    if vector_set.provenance is not None:
        vector_set.provenance = _begun_with(vector_set.opened, opened, vector_set.provenance)


def _begun_with(new: FileOrigin, old: FileOrigin, provenance: Provenance) -> Provenance:
    if provenance.step is old:
        return Provenance(new)
    parent = provenance.parent
    return Provenance(provenance.step, None if parent is None else _begun_with(new, old, parent))


def files_of(vector_set: VectorSet) -> list[Path]:
    """Return the files that a set was made from: of vectors, labels, metadata and what was added.

    Files that are no longer there are among them; a set from memory or a sample has none.
    """
    from embedviz.formats.reading import FileOrigin  # It knows the vector set.

    steps = [] if vector_set.provenance is None else [p.step for p in vector_set.provenance.line]
    found: list[Any] = []
    for step in steps:
        found += [getattr(step, each.name) for each in fields(step)] if is_dataclass(step) else []
        if isinstance(step, FileOrigin):
            texts = (step.settings.labels, step.settings.metadata)
            found += [Path(each) for each in texts if isinstance(each, (str, PathLike))]
    return [each for each in found if isinstance(each, Path)]


def labels_digest(labels: Iterable[str]) -> str:
    """Return a short text that is another one where labels are, or their order."""
    digest, left = blake2b(digest_size=16), iter(labels)
    # In blocks, so that a million labels do not hold up the other threads.
    while block := list(islice(left, _BLOCK)):
        digest.update("\0".join([*block, ""]).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def digest_of(vector_set: VectorSet) -> str:
    """Return the digest of the labels of a set; computed once for all sets with the same rows."""
    provenance = vector_set.provenance
    if provenance is None:
        return labels_digest(vector_set.labels)
    digest = _digests.get(provenance.rows_from)
    if digest is None:
        digest = _digests[provenance.rows_from] = labels_digest(vector_set.labels)
    return digest


def known_digest(provenance: Provenance) -> str | None:
    """Return the digest of the labels that a step gave, if it was computed; the set may be gone."""
    return _digests.get(provenance.rows_from)


_digests: WeakKeyDictionary[Provenance, str] = WeakKeyDictionary()
