"""Looking around in a database before anything is opened: collections, a few rows, how much it is.

Nothing here reads more than `PREVIEW_ROWS` rows, and what a collection says of itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from threading import Lock
from weakref import finalize

from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.progress import Report, silent
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import in_words, shown_name
from embedviz.sources.databases.address import Address
from embedviz.sources.databases.origin import CollectionOrigin, SampleSettings
from embedviz.sources.databases.protocol import Collection, CollectionInfo, Database, Field, Keys
from embedviz.sources.databases.sample_set import sample_collection, set_of_keys, vector_field_of
from embedviz.sources.databases.sampling import can_draw, sample_keys

PREVIEW_ROWS = 6
MOST_KEYS_READ = 100_000
"""Keys that are read for a preview that is a seeded sample; of more, the first rows are shown."""
_TOLD_EACH = 10
_KEY_BYTES = 8
_WAIT_SECONDS = 0.2
_ROWS_MEASURED = 1000


@dataclass(frozen=True)
class CollectionEntry:
    """Collection as a list of them has it.

    Attributes
    ----------
    name : str
    info : CollectionInfo or None
        None: it cannot be read.
    problem : str
        Why it cannot be read.
    """

    name: str
    info: CollectionInfo | None = None
    problem: str = ""


@dataclass(frozen=True, eq=False)
class FirstLook:
    """First look at a collection.

    Attributes
    ----------
    rows : VectorSet or None
        A few of its rows; None: there are none, or none that can be shown.
    problem : str
        Why there are none.
    is_seeded : bool
        Whether the rows were chosen as a sample is, and are not just the first ones.
    can_draw : bool
        Whether a sample is drawn without reading all keys.
    """

    rows: VectorSet | None
    problem: str = ""
    is_seeded: bool = True
    can_draw: bool = True


class Connection:
    """Database that is connected to, used by one thread at a time.

    It is closed by `close`, or when nobody has it any more.
    """

    def __init__(self, database: Database) -> None:
        self.address = database.address
        self._database = database
        self._lock = Lock()
        self._end = finalize(self, database.close)

    @contextmanager
    def opened(self, name: str, report: Report = silent) -> Iterator[Collection]:
        """Give a collection, which is closed afterwards; waits for who uses the connection."""
        with self._turn(report), closing(self._database.open(name)) as collection:
            yield collection

    @contextmanager
    def _turn(self, report: Report) -> Iterator[None]:
        while not self._lock.acquire(timeout=_WAIT_SECONDS):
            report(0.0, "waiting for the database to end what was stopped")
        try:
            yield
        finally:
            self._lock.release()

    def entries(
        self, report: Report, tell: Callable[[Sequence[CollectionEntry]], None]
    ) -> list[CollectionEntry]:
        """Return all collections with what they say of themselves; no rows are read.

        Parameters
        ----------
        report : Report
        tell : callable
            Takes what is known so far, from time to time.
        """
        report(0.0, "listing the collections")
        with self._turn(report):
            names = list(self._database.collections())
        found: list[CollectionEntry] = []
        for place, name in enumerate(names):
            report(place / len(names), f"looking at {shown_name(name)}")
            with self._turn(silent):  # Each by itself: one can be looked into meanwhile.
                found.append(_entry(self._database, name))
            if place % _TOLD_EACH == 0:
                tell(tuple(found))
        return found

    def look(self, settings: SampleSettings, report: Report = silent) -> FirstLook:
        """Return a few rows of a collection, chosen by the seed where that is cheap."""
        with self.opened(settings.collection, report) as collection:
            report(0.2, f"looking at {shown_name(settings.collection)}")
            return look_at(collection, self.address, settings, report)

    def sample(self, settings: SampleSettings, report: Report = silent) -> VectorSet:
        """Return a sample of a collection; see `sample_collection`."""
        report(0.0, "opening the collection")
        with self.opened(settings.collection, report) as collection:
            return sample_collection(collection, self.address, settings, report)

    def close(self) -> None:
        """End the connection, and with it what is still being asked; may be called twice."""
        self._end()


def _entry(database: Database, name: str) -> CollectionEntry:
    try:
        with closing(database.open(name)) as collection:
            return CollectionEntry(name, collection.info)
    except UserError as error:
        return CollectionEntry(name, None, str(error))


def look_at(
    collection: Collection, address: Address, settings: SampleSettings, report: Report = silent
) -> FirstLook:
    """Return a few rows of a collection.

    They are drawn by the seed, or, where all keys of a large collection would have to be read for
    that, are its first.
    """
    info = collection.info
    if not info.n_rows:
        return FirstLook(None, f"{shown_name(info.name)} has no rows.")
    if not info.vector_fields:
        return FirstLook(None, f"{shown_name(info.name)} has no field of vectors.")
    draws = can_draw(collection)
    is_seeded = draws or info.n_rows <= MOST_KEYS_READ
    settings = replace(settings, n_rows=PREVIEW_ROWS)
    if is_seeded:
        keys = sample_keys(collection, PREVIEW_ROWS, settings.seed, report)
    else:
        keys = _first_keys(collection)
    try:
        rows = set_of_keys(collection, address, settings, keys, report)
    except UserError as error:
        return FirstLook(None, str(error), is_seeded, draws)
    return FirstLook(rows, "", is_seeded, draws)


def _first_keys(collection: Collection) -> Keys:
    keys = collection.all_keys()
    try:
        return next(iter(keys))[:PREVIEW_ROWS]
    finally:
        close = getattr(keys, "close", None)
        if close is not None:
            close()


def describe_reading(info: CollectionInfo, settings: SampleSettings, look: FirstLook | None) -> str:
    """Return all that will be read for a sample, as a sentence.

    "100,000 of 120,000,000 rows: key, 384 numbers and 3 fields each; about 154 MB." Of all rows it
    begins with "all".

    Parameters
    ----------
    info : CollectionInfo
    settings : SampleSettings
    look : FirstLook or None
        A first look at it, by whose rows the size of the other fields is estimated.

    Raises
    ------
    UserError
        When its fields cannot be read so.
    """
    vectors = vector_field_of(info, settings.vector_field)
    n_read = min(settings.n_rows, info.n_rows)
    dimensions = _dimensions(vectors, look)
    n_bytes = bytes_of_reading(info, settings, look)
    said = _sentence(n_read, info.n_rows, dimensions, len(read_fields(info, settings)), n_bytes)
    if look is not None and not look.can_draw and n_read < info.n_rows:
        said += f" To choose them, all {info.n_rows:,} keys are read."
    return said


def describe_resampling(vector_set: VectorSet, origin: CollectionOrigin, n_rows: int) -> str:
    """Return what will be read for another sample of the collection that a set is a sample of.

    Parameters
    ----------
    vector_set : VectorSet
        As it was opened.
    origin : CollectionOrigin
    n_rows : int
        Rows wanted.
    """
    n_read = min(n_rows, origin.n_rows)
    named = (origin.settings.label_field, *origin.settings.fields)
    a_row = 4 * vector_set.dimensions + _bytes_beside(vector_set)
    n_fields = len(set(filter(None, named)))
    return _sentence(n_read, origin.n_rows, vector_set.dimensions, n_fields, round(n_read * a_row))


def _sentence(
    n_read: int, n_all: int, dimensions: int | None, n_fields: int, n_bytes: int | None
) -> str:
    numbers = "a vector" if dimensions is None else counted(dimensions, "number")
    parts = ["key", numbers, *([counted(n_fields, "field")] if n_fields else [])]
    listed = f"{', '.join(parts[:-1])} and {parts[-1]}"
    share = f"{n_read:,} of {n_all:,} rows" if n_read < n_all else f"all {counted(n_read, 'row')}"
    size = "" if n_bytes is None else f"; about {in_words(n_bytes)}"
    return f"{share}: {listed} each{size}."


def bytes_of_reading(
    info: CollectionInfo, settings: SampleSettings, look: FirstLook | None
) -> int | None:
    """Return about how many bytes a sample has, by a first look; None where nobody can know."""
    vectors = vector_field_of(info, settings.vector_field)
    dimensions = _dimensions(vectors, look)
    if dimensions is None:
        return None
    beside = _KEY_BYTES if look is None or look.rows is None else _bytes_beside(look.rows)
    a_row = 4 * dimensions + beside
    return round(min(settings.n_rows, info.n_rows) * a_row)


def read_fields(info: CollectionInfo, settings: SampleSettings) -> tuple[str, ...]:
    """Return the names of the fields that are read beside key and vector."""
    named = filter(None, (settings.label_field, *settings.fields))
    return tuple(name for name in dict.fromkeys(named) if name != info.key_field)


def _dimensions(vectors: Field, look: FirstLook | None) -> int | None:
    if vectors.dimensions is not None or look is None or look.rows is None:
        return vectors.dimensions
    return look.rows.dimensions


def _bytes_beside(rows: VectorSet) -> float:
    """Return about how many bytes the key, the label and the other columns of a row have."""
    count = min(len(rows), _ROWS_MEASURED)
    in_labels = sum(len(rows.labels[row].encode("utf-8", "replace")) for row in range(count))
    return float(rows.metadata.slice(0, count).nbytes + in_labels) / count
