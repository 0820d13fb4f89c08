"""The steps that make sets from other ones: what they are, and what they were made from.

Rows mean the same to the rest of the program where sets have a step in common that gave them, or
where their labels are the same: a digest of these is computed once for all sets with the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Protocol
from weakref import WeakKeyDictionary

from embedviz.core.origin import Provenance
from embedviz.core.progress import Report, silent
from embedviz.core.vector_set import VectorSet

_BLOCK = 20_000


class Step(Protocol):
    """Step that makes a set from another one: a frozen dataclass of settings.

    One whose result has other rows than the parent has an attribute `keeps_rows` that is False; one
    whose result is the parent with something more, `adds_only` that is True. What such a step adds
    by the numbers of the rows, not by their labels, is no longer true of a file with other rows: it
    has an attribute `is_by_row` that is True.
    """

    def derive(self, parent: VectorSet, report: Report = silent) -> VectorSet:
        """Return the set that is made from `parent`."""


def after(step: Step | None, parent: VectorSet) -> Provenance | None:
    """Return the provenance of what a step makes of a set; None where the set is from memory."""
    return None if parent.provenance is None else Provenance(step, parent.provenance)


def files_of(vector_set: VectorSet) -> list[Path]:
    """Return the files that a set was made from: of vectors, labels, metadata and what was added.

    Files that are no longer there are among them; a set from memory or a sample has none.
    """
    found: list[Path] = []
    for each in [] if vector_set.provenance is None else vector_set.provenance.line:
        if each.parent is None:
            found += [] if each.step is None else each.step.files
        elif is_dataclass(each.step):
            values = (getattr(each.step, field.name) for field in fields(each.step))
            found += [value for value in values if isinstance(value, Path)]
    return found


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
