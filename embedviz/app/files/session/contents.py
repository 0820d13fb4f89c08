"""What a session file is, and what is read from it: steps to make again, and the sets they made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from embedviz.core.derivation.provenance import Step
from embedviz.core.origin import ReadSettings
from embedviz.core.texts.origin import TextsSettings
from embedviz.core.vector_set import VectorSet
from embedviz.sources.databases.origin import CollectionOrigin

FORMAT = "embedviz session"
VERSION = 1
SUFFIX = ".embedviz"

Steps = Mapping[str, type[Step]]
"""All steps that can be kept, by the names they are written with."""


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
    texts : TextsSettings or None
        Where the vectors were made from texts in the file.
    collection : CollectionOrigin or None
        Where it is a sample of a collection of a database.
    step : Step or None
        None for a file or a sample.
    name : str
        What the set was called; nothing where it was not in the library.
    stamp : tuple of int, or None
        Size and time of the file when it was opened.
    n_rows : int or None
        How many rows the set had; None where it was not in the library.
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
    texts: TextsSettings | None = None
    collection: CollectionOrigin | None = None
    step: Step | None = None
    name: str = ""
    stamp: tuple[int, int] | None = None
    n_rows: int | None = None
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
    document: dict[str, Any]
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
