"""A set of labeled vectors: what is opened, drawn, searched and saved."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NoReturn

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Matrix
from embedviz.core.errors import UserError
from embedviz.core.notes import Note, as_notes
from embedviz.core.origin import FileOrigin, Origin, Provenance
from embedviz.core.thumbnails import Thumbnails
from embedviz.core.wording import composed

if TYPE_CHECKING:
    import pyarrow as pa


_LABEL_BYTES = 70
"""About what a short text takes in Python, with its place in a tuple."""

_LABELS_AT_ONCE = 1000
_LABELS_IN_A_PART = 20_000
_BY_LABEL = ("_first_rows", "_rows_composed")


@dataclass(frozen=True, eq=False)
class Derivation:
    """Computation of a set from another one, so that a query can follow it.

    Attributes
    ----------
    parent : VectorSet
        The set it was computed from, row by row.
    recipe : object
        The settings that were used: a frozen dataclass whose `str` is a short description.
    transform : callable
        Takes rows in the parent's space, an array (n, parent dimensions), to rows of this one.
    """

    parent: VectorSet
    recipe: Any
    transform: Callable[[Matrix], Matrix]


class VectorSet:
    """Labeled vectors, one per row. Immutable, so that threads may share it.

    What is to be another one, as with further columns, is another set that takes its place: see
    `derivation.additions`. What is found out about a set later is kept elsewhere, by `identity`.

    Parameters
    ----------
    vectors : array-like of shape (n_vectors, n_dimensions)
        Numbers of any kind. A float32 array is used as it is, through a read-only view, also
        when it is mapped from a file; anything else is converted to float32 once.
    labels : sequence of str, length n_vectors, optional
        What each row is called; not necessarily unique. Default: the row numbers.
    metadata : pyarrow.Table or mapping of column name to values, optional
        Further columns, n_vectors rows each.
    name : str
        What the set is called on screen.
    notes : sequence of str
        What a reader should know about how the rows came about ("2 rows with NaN skipped"). Those
        that are no `Note` become plain ones.
    derivation : Derivation, optional
        Set when the vectors were computed from another set's.
    thumbnails : Thumbnails, optional
        A picture of each row. Default: those of the set it was derived from, which has the same
        rows.
    extends : VectorSet, optional
        The set that this one is, with something more to each row.
    origin : Origin, optional
        Where the rows were read from. Default: as the set that it extends.
    is_numbered : bool, optional
        Whether the labels are only the numbers of rows, which mean nothing in another set. Default:
        where there are no labels, and as in the set with the same ones that it was made from.
    provenance : Provenance, optional
        How it can be made again. Default: from its origin, by the recipe that it was derived with,
        or as the set that it extends; None where it is only in memory.

    Attributes
    ----------
    vectors : float32 array of shape (n_vectors, n_dimensions)
        Read-only.
    labels : tuple of str, length n_vectors
    metadata : pyarrow.Table
        Without columns where there is none.
    notes : tuple of Note
        Each is a str.
    origin : Origin or None
        None where it is from memory, or made from another set.
    thumbnails : Thumbnails or None
    is_numbered : bool
        Whether the labels are only the numbers of rows.
    identity : object
        The same for a set and for what it was extended to: their rows are the same.

    Raises
    ------
    UserError
        When the array is not two-dimensional, holds no numbers, or labels, metadata or
        thumbnails have another number of rows.
    """

    name: Final[str]
    vectors: Final[Matrix]
    labels: Final[tuple[str, ...]]
    notes: Final[tuple[Note, ...]]
    origin: Final[Origin | None]
    derivation: Final[Derivation | None]
    thumbnails: Final[Thumbnails | None]
    provenance: Final[Provenance | None]
    is_numbered: Final[bool]
    identity: Final[object]

    def __init__(
        self,
        vectors: ArrayLike,
        labels: Sequence[str] | None = None,
        metadata: Any = None,
        name: str = "",
        *,
        notes: Sequence[str] = (),
        origin: Origin | None = None,
        derivation: Derivation | None = None,
        thumbnails: Thumbnails | None = None,
        extends: VectorSet | None = None,
        provenance: Provenance | None = None,
        is_numbered: bool | None = None,
    ) -> None:
        self.name = name
        self.vectors = _read_only_matrix(vectors, name or "vectors")
        self.labels = _labels_of(labels, len(self.vectors))
        before = extends if derivation is None else derivation.parent
        if is_numbered is None:
            is_numbered = labels is None
            if before is not None and before.labels is self.labels:
                is_numbered = before.is_numbered
        if before is not None and before.labels is self.labels:
            # What a thread has found out already is not found out again in the UI thread.
            known = vars(before)
            vars(self).update({name: known[name] for name in _BY_LABEL if name in known})
        self.is_numbered = is_numbered
        self._given_metadata = metadata
        self.notes = as_notes(notes)
        self.origin = extends.origin if origin is None and extends is not None else origin
        self.derivation = derivation
        if thumbnails is None and derivation is not None:
            thumbnails = derivation.parent.thumbnails
        self.thumbnails = thumbnails
        self.provenance = provenance or _provenance_of(derivation, extends, origin)
        self.identity = object() if extends is None else extends.identity
        self._require_rows("labels", len(self.labels))
        if metadata is not None:
            self._require_rows("metadata rows", self.metadata.num_rows)
        if thumbnails is not None:
            self._require_rows("thumbnails", len(thumbnails))

    def __setattr__(self, name: str, value: object) -> None:
        if "identity" in vars(self):  # It is set last.
            raise AttributeError(f"a vector set is immutable: {name} cannot be set")
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a vector set is immutable: {name} cannot be deleted")

    @cached_property
    def metadata(self) -> pa.Table:
        """Further columns of each row, as an Arrow table."""
        import pyarrow as pa  # Takes 0.1 s to import, and many sets have no metadata.

        given = self._given_metadata
        if given is None:
            return pa.table({})
        return given if isinstance(given, pa.Table) else pa.table(dict(given))

    @property
    def opened(self) -> FileOrigin | None:
        """File it was read from, and how; None where it is from elsewhere."""
        return self.origin if isinstance(self.origin, FileOrigin) else None

    @property
    def source(self) -> str:
        """Kind and place of its origin, "GloVe text · /data/x.txt"; nothing for one from memory."""
        return "" if self.origin is None else self.origin.description

    @property
    def path(self) -> str:
        """The file with its vectors, or nothing when they are in none."""
        path = None if self.origin is None else self.origin.path
        return "" if path is None else str(path)

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        return int(self.vectors.shape[1])

    def __len__(self) -> int:
        return len(self.vectors)

    def __repr__(self) -> str:
        return f"<VectorSet {self.name!r}, {len(self):,} × {self.dimensions}>"

    def __contains__(self, label: object) -> bool:
        return isinstance(label, str) and self.find(label) is not None

    def find(self, label: str) -> int | None:
        """Return the first row with this label, in whichever form its letters are; else None."""
        found = self._first_rows.get(label)
        if found is not None or label.isascii():
            return found
        label = composed(label)
        return self._first_rows.get(label, self._rows_composed.get(label))

    def row(self, label: str) -> int:
        """Return the first row with this label, in whichever form of Unicode its letters are.

        Raises
        ------
        KeyError
            When there is none; the message names labels that are nearly the same.
        """
        found = self.find(label)
        if found is None:
            raise KeyError(_not_found(self, label))
        return found

    def transform_query(self, vector: Matrix) -> Matrix:
        """Bring a vector from the space of the file into this set's space.

        Parameters
        ----------
        vector : array of shape (n_dimensions of the set that was opened from a file,)

        Returns
        -------
        array of shape (n_dimensions,)
            The same vector, when this set is not derived from another.

        Raises
        ------
        UserError
            When the vector has another length than the rows of the file.
        """
        if self.derivation is not None:
            vector = self.derivation.parent.transform_query(vector)
            transformed: Matrix = self.derivation.transform(vector[np.newaxis])[0]
            return transformed
        if vector.shape != (self.dimensions,):
            raise UserError(
                f"The query has {vector.size} numbers, but the vectors of {self.name} have "
                f"{self.dimensions}. Use a vector from the same model."
            )
        return np.asarray(vector, dtype=np.float32)

    @property
    def root(self) -> VectorSet:
        """The set that this one was derived from in the end, or the set itself."""
        return self if self.derivation is None else self.derivation.parent.root

    def index_labels(self) -> None:
        """Make finding rows by label quick from now on; else the first use takes the time."""
        _ = self._first_rows, self._rows_composed

    @cached_property
    def _first_rows(self) -> _FirstRows:
        parent = None if self.derivation is None else self.derivation.parent
        if parent is not None and parent.labels is self.labels:
            return parent._first_rows
        return _FirstRows(self.labels)

    @cached_property
    def _rows_composed(self) -> dict[str, int]:
        """First rows of the labels whose letters are in parts, by what they are as a whole."""
        parent = None if self.derivation is None else self.derivation.parent
        if parent is not None and parent.labels is self.labels:
            return parent._rows_composed
        rows: dict[str, int] = {}
        for row, label in enumerate(self.labels):
            whole = composed(label)
            if whole is not label:
                rows.setdefault(whole, row)
        return rows

    def _require_rows(self, what: str, count: int) -> None:
        if count != len(self.vectors):
            raise UserError(
                f"{self.name or 'vectors'}: {count:,} {what} for {len(self.vectors):,} vectors. "
                "There must be one for each."
            )


class _FirstRows:
    """The first row of each label, in many small dictionaries.

    One of a million labels would hold up all other threads for 0.1 s whenever it grows.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        count = 1 + len(labels) // _LABELS_IN_A_PART
        parts: list[dict[str, int]] = [{} for _ in range(count)]
        for row, label in enumerate(labels):
            # By high bits of the hash: its low bits say where in a dictionary a label lies.
            parts[(hash(label) >> 16) % count].setdefault(label, row)
        self.parts = parts

    def get(self, label: str, otherwise: int | None = None) -> int | None:
        """Return the first row with a label, or something else where there is none."""
        parts = self.parts
        return parts[(hash(label) >> 16) % len(parts)].get(label, otherwise)


def memory_of(vector_sets: Iterable[VectorSet], beside: Iterable[VectorSet] = ()) -> int:
    """Return about how much memory would be free without some sets, in bytes.

    What is mapped from a file takes none; labels and vectors that sets share count once.

    Parameters
    ----------
    vector_sets : iterable of VectorSet
    beside : iterable of VectorSet
        Sets that are there anyway.
    """
    sizes: dict[int, int] = {}
    for each in vector_sets:
        is_mapped = isinstance(each.vectors.base, np.memmap)
        sizes[id(each.vectors)] = 0 if is_mapped else each.vectors.nbytes
        sizes[id(each.labels)] = _LABEL_BYTES * len(each)
        sizes[id(each._given_metadata)] = getattr(each._given_metadata, "nbytes", 0)
    for each in beside:
        for part in (each.vectors, each.labels, each._given_metadata):
            sizes.pop(id(part), None)
    return sum(sizes.values())


def _not_found(vector_set: VectorSet, label: str) -> str:
    # Comparing with a million labels takes seconds; common ones come first in most files.
    folded = {composed(k.casefold()): k for k in reversed(vector_set.labels[:50_000])}
    wanted = composed(str(label).casefold())
    found = difflib.get_close_matches(wanted, folded, n=3, cutoff=0.7)
    near = [folded[match] for match in found]
    where = f" in {vector_set.name}" if vector_set.name else ""
    hint = f" Did you mean {', '.join(near)}?" if near else ""
    return f"No row is labeled {label!r}{where}.{hint}"


def _labels_of(given: Sequence[str] | None, count: int) -> tuple[str, ...]:
    if type(given) is tuple:
        return given
    rest, labels = iter(range(count) if given is None else given), list[str]()
    # In parts, between which other threads may go on: a million at once hold them up for long.
    while part := list(map(str, islice(rest, _LABELS_AT_ONCE))):
        labels += part
    return tuple(labels)


def _provenance_of(
    derivation: Derivation | None, extends: VectorSet | None, origin: Origin | None
) -> Provenance | None:
    if derivation is not None and extends is None:
        before = derivation.parent.provenance
        return None if before is None else Provenance(derivation.recipe, before)
    if origin is not None:
        return Provenance(origin)
    return None if extends is None else extends.provenance


def _read_only_matrix(vectors: ArrayLike, name: str) -> Matrix:
    try:
        array = np.asarray(vectors)
    except ValueError:
        raise UserError(
            f"{name}: the rows have different lengths; a table of numbers is needed."
        ) from None
    if array.ndim != 2:
        raise UserError(
            f"{name}: an array of shape {array.shape} is not a table of vectors; "
            "one row per vector and one column per dimension are needed."
        )
    if array.dtype.kind not in "fiub":
        raise UserError(f"{name}: values of type {array.dtype} are not numbers.")
    view = np.asarray(array, dtype=np.float32).view()
    view.flags.writeable = False
    return view
