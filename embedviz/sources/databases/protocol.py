"""What is asked of a vector database, and what it answers.

A `Database` is a connection, a `Collection` one table of it. Both only read. All that an engine
does is behind them; who uses them never sees a library of an engine, nor its kind of keys, scores
or errors: keys are whole numbers or texts, scores are those of `core.neighbors` (larger is nearer;
Euclidean distances are given as they are), and what goes wrong is a `UserError`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix, Vector
from embedviz.core.neighbors.metric import Metric
from embedviz.sources.databases.address import Address
from embedviz.sources.secret import Secret

Keys = NDArray[np.int64] | NDArray[np.str_]
"""Keys of rows, of shape (n_rows,): whole numbers or texts. `as_keys` makes them."""

FieldKind = Literal["number", "text", "truth", "date", "vector", "other"]
Ability = Literal["exact", "filter", "prefix", "two-stage"]
"""What an engine can do: search all rows exactly, only those that meet a condition, search a prefix
of the dimensions, and search a prefix first and order what it found by all dimensions."""


@dataclass(frozen=True)
class IndexInfo:
    """Index of a vector field, by which an engine searches approximately.

    Attributes
    ----------
    kind : str
        As the engine calls it: "HNSW", "IVF_PQ".
    metric : Metric
        What it was built for.
    settings : mapping of str to str
        How it was built: {"m": "16", "ef_construction": "64"}.
    dimensions : int or None
        Length of the prefix it was built on; None: all dimensions.
    name : str
        What the engine calls this one; empty where it has no name.
    """

    kind: str
    metric: Metric
    settings: Mapping[str, str] = field(default_factory=dict)
    dimensions: int | None = None
    name: str = ""


@dataclass(frozen=True)
class Field:
    """Field of a collection.

    Attributes
    ----------
    name : str
    kind : FieldKind
    dimensions : int or None
        Length of the vectors; None for other fields, and where rows may be of different lengths.
    element : str
        What the numbers of a vector are: "float32", "float16", "int8". Of other fields, what Arrow
        calls their type, where the engine has types.
    indexes : tuple of IndexInfo
        Those of a vector field; none: the engine looks at all rows.
    note : str
        What a reader has to know, as a sentence: that the engine keeps vectors at unit length.
    """

    name: str
    kind: FieldKind
    dimensions: int | None = None
    element: str = ""
    indexes: tuple[IndexInfo, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class CollectionInfo:
    """Facts about a collection, told before anything of it is read.

    Attributes
    ----------
    name : str
    n_rows : int
    fields : tuple of Field
        In the order of the collection, without the key where the engine keeps it apart.
    key_field : str
        The field that names the rows; empty: they are known by their place, from 0.
    key_kind : {"number", "text"}
    n_bytes : int or None
        Size on disk; None: not known.
    version : str
        Stamp that changes when rows do; empty: the engine has none.
    vector_field, label_field : str
        The fields of vectors and of labels, where the collection itself says which; else empty.
    """

    name: str
    n_rows: int
    fields: tuple[Field, ...]
    key_field: str = ""
    key_kind: Literal["number", "text"] = "number"
    n_bytes: int | None = None
    version: str = ""
    vector_field: str = ""
    label_field: str = ""

    @property
    def vector_fields(self) -> tuple[Field, ...]:
        """The fields that can be shown."""
        return tuple(each for each in self.fields if each.kind == "vector")


@dataclass(frozen=True)
class Partition:
    """Part of a collection that is read by itself, by this process or by another.

    Attributes
    ----------
    first, end : int or str or None
        Keys, or places, from `first` and before `end`; None: from the first, up to the last one.
    engine_part : Any
        What the engine divides by instead: plain values that can be pickled.
    n_rows : int or None
        How many rows it has; None: not known.
    """

    first: int | str | None = None
    end: int | str | None = None
    engine_part: Any = None
    n_rows: int | None = None


@dataclass(frozen=True)
class Batch:
    """Rows of a collection.

    Attributes
    ----------
    keys : Keys, of shape (n_rows,)
    vectors : float32 array of shape (n_rows, n_dimensions)
    columns : mapping of str to sequence
        Other fields, by name, a value a row; None where a row has no value.
    n_left_out : int
        Rows there whose vector is missing, or not of the length of the others. Rows with NaN or
        infinities are *not* left out: who asked decides.
    left_out : Keys
        The first keys of those, at most ten.
    """

    keys: Keys
    vectors: Matrix
    columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    n_left_out: int = 0
    left_out: Keys = field(default_factory=lambda: np.empty(0, np.int64))


@dataclass(frozen=True, eq=False)
class SearchRequest:
    """Search for the rows nearest to a vector.

    Attributes
    ----------
    query : float array of shape (n_dimensions,)
        Of all dimensions, also where only a prefix is searched.
    count : int
        How many rows are wanted, at least 1.
    vector_field : str
    metric : Metric
    condition : str
        In the engine's own language; empty: all rows. Never part of a session that came from
        somebody else without having been shown.
    is_exact : bool
        Whether all rows are compared, whatever index there is.
    prefix : int or None
        How many dimensions are compared; None: all.
    candidates : int or None
        How many rows are taken by the prefix, and then ordered by all dimensions; None: what the
        prefix finds is the answer.
    prefix_field : str
        A field that holds the prefixes, for engines that need one; empty: `vector_field`'s own.
    settings : mapping of str to int or float
        How an approximate search is done: {"ef_search": 100}, {"nprobes": 20}.
    fields : tuple of str
        Other fields wanted of what is found.
    """

    query: Vector
    count: int
    vector_field: str
    metric: Metric = "cosine"
    condition: str = ""
    is_exact: bool = True
    prefix: int | None = None
    candidates: int | None = None
    prefix_field: str = ""
    settings: Mapping[str, int | float] = field(default_factory=dict)
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class SearchAnswer:
    """Nearest rows, the best one first; the query's own row is among them if it is there.

    Attributes
    ----------
    keys : Keys, of shape (n_found,)
    scores : float64 array of shape (n_found,)
        Of all dimensions, or of the re-normalized prefix where only that was searched.
    columns : mapping of str to sequence
    seconds : float
        What the engine took, from the call to its last row, without our own work.
    index : IndexInfo or None
        What it was found by; None: exact.
    note : str
        How else it was done than by the engine, as a sentence: all rows were read and compared
        here.
    """

    keys: Keys
    scores: NDArray[np.float64]
    seconds: float
    columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    index: IndexInfo | None = None
    note: str = ""


class Collection(Protocol):
    """One table of a database, open for reading. May be used from any thread, one at a time."""

    @property
    def info(self) -> CollectionInfo:
        """Facts about it, as they were when it was opened."""

    @property
    def abilities(self) -> frozenset[Ability]:
        """What the engine can do with it."""

    def bounds(self) -> tuple[int, int] | None:
        """Return the smallest and the largest key; None where keys are texts or there are none."""

    def existing(self, keys: Keys) -> Keys:
        """Return those keys that have a row, in the order given."""

    def all_keys(self, partition: Partition | None = None) -> Iterator[Keys]:
        """Yield all keys, some at a time, in the engine's own order."""

    def take(self, keys: Keys, vector_field: str, fields: Sequence[str] = ()) -> Batch:
        """Return the rows with some keys, in the order given; keys without a row are left out."""

    def partitions(self, count: int) -> Sequence[Partition]:
        """Return about `count` parts that together are all rows, none twice."""

    def batches(
        self,
        partition: Partition,
        vector_field: str,
        fields: Sequence[str] = (),
        batch_rows: int = 8192,
    ) -> Iterator[Batch]:
        """Yield the rows of a part, some at a time; closing the generator ends the reading."""

    def nearest(self, request: SearchRequest) -> SearchAnswer:
        """Return the rows nearest to a vector."""

    def call_of(self, request: SearchRequest) -> str:
        """Return the SQL, or the lines of Python, that do what `nearest` does.

        To be copied and run by a reader: with the index that it needs, with a name in the place of
        the query's numbers, and without any secret.
        """

    def close(self) -> None:
        """End the connection; may be called twice."""


class Database(Protocol):
    """Connection to a database, or a folder of one; made with an `Address` and a `Secret`.

    Attributes
    ----------
    title : str
        What the engine is called on the screen: "LanceDB".
    address_help : str
        What an address looks like, for a form: "a folder, such as /data/vectors.lancedb".
    """

    title: ClassVar[str]
    address_help: ClassVar[str]

    def __init__(self, address: Address, secret: Secret | None = None) -> None:
        """Connect; the user has agreed to it."""

    @classmethod
    def what_lacks(cls) -> str:
        """Return what has to be installed to use it, with the command; empty: nothing."""

    @classmethod
    def recognizes(cls, text: str) -> bool:
        """Return whether a text that a user typed is an address of this engine."""

    @property
    def address(self) -> Address:
        """Where it is."""

    def collections(self) -> Sequence[str]:
        """Return the names of its collections, in alphabetical order."""

    def open(self, name: str) -> Collection:
        """Open a collection for reading.

        Raises
        ------
        UserError
            When there is none of this name, or it may not be read.
        """

    def close(self) -> None:
        """End the connection; may be called twice."""
