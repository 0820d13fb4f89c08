"""Opening a collection by its address: connected to, chosen, sampled, and left again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

from embedviz.core.errors import UserError
from embedviz.core.progress import Report, silent
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import shown_name
from embedviz.sources.consent import Ask, Sending
from embedviz.sources.databases.address import Address
from embedviz.sources.databases.connecting import address_of, agreed_class
from embedviz.sources.databases.credentials import checked_password_variable, find_password
from embedviz.sources.databases.origin import CollectionOrigin, SampleSettings
from embedviz.sources.databases.protocol import CollectionInfo, Database
from embedviz.sources.databases.sample_set import sample_collection
from embedviz.sources.databases.stopping import stoppable
from embedviz.sources.secret import Secret


def open_collection(  # noqa: PLR0913 - as `load`
    address: str,
    collection: str = "",
    *,
    vector: str = "",
    label: str = "",
    fields: Sequence[str] | None = None,
    sample: int = 100_000,
    seed: int = 0,
    engine: str = "",
    password_from: str = "",
    report: Report = silent,
) -> VectorSet:
    """Return a sample of a collection in a vector database, which is only read.

    Parameters
    ----------
    address : str
        A folder of LanceDB, a file of Milvus Lite, a folder of Qdrant's local mode, or a server:
        "postgresql://reader@db.example.org:5432/texts", "http://localhost:6333". Calling this
        with the address of a server is the agreement to connect to it.
    collection : str, optional
        Its name; may be left out where there is only one.
    vector : str, optional
        The field of vectors; may be left out where there is only one.
    label : str, optional
        The field that names the rows. Default: the one that the collection says, or their keys.
    fields : sequence of str, optional
        Other fields, that become columns. Default: all that hold numbers, texts, truth or dates.
    sample : int
        How many rows at most.
    seed : int
        Of the sample. The same seed draws the same keys in every engine.
    engine : str, optional
        "lancedb", "pgvector", "milvus" or "qdrant". Default: recognized by the address.
    password_from : str, optional
        The environment variable that holds the password or key. Default: the system's keyring.
    report : callable

    Returns
    -------
    VectorSet
        Its notes say how many of how many rows it has, and how they were chosen.

    Raises
    ------
    UserError
        When the database cannot be read: why, and what to do.
    """
    where, secret = address_of(address, engine)
    where = replace(where, secret_variable=checked_password_variable(password_from))
    wanted = SampleSettings(collection, vector, label, n_rows=sample, seed=seed)
    return read_collection(
        where, wanted, _agreed, report, secret=secret, takes_all=fields is None, fields=fields or ()
    )


def read_collection(
    address: Address,
    settings: SampleSettings,
    ask: Ask,
    report: Report = silent,
    *,
    secret: Secret | None = None,
    takes_all: bool = False,
    fields: Sequence[str] = (),
) -> VectorSet:
    """Return a sample of a collection, after the user agreed to connect where that is needed.

    Parameters
    ----------
    address : Address
    settings : SampleSettings
        The only collection is taken where it names none.
    ask : Ask
    report : Report
    secret : Secret, optional
        Default: what the variable of the address holds, or the system's keyring.
    takes_all : bool
        Whether all fields of numbers, texts, truth and dates become columns.
    fields : sequence of str
        Further fields that become columns.
    """
    secret = secret or find_password(address)
    made = agreed_class(address, ask)
    opened: list[Database] = []

    def read(report: Report) -> VectorSet:
        report(0.0, "opening the database")
        with closing(made(address, secret)) as database:
            opened.append(database)
            name = settings.collection or only_collection(database)
            with closing(database.open(name)) as collection:
                names, label = (*settings.fields, *fields), settings.label_field
                if takes_all:
                    names = shown_fields(collection.info)
                    label = label or collection.info.label_field
                wanted = replace(settings, collection=name, label_field=label, fields=names)
                return sample_collection(collection, address, wanted, report)

    def close() -> None:
        for database in opened:
            database.close()

    return stoppable(read, report, close)


def open_again(origin: CollectionOrigin, ask: Ask, report: Report = silent) -> VectorSet:
    """Return the same sample once more, of what the collection holds now."""
    return read_collection(origin.address, origin.settings, ask, report)


def only_collection(database: Database) -> str:
    """Return the name of the only collection.

    Raises
    ------
    UserError
        When there is none, or several, which are named.
    """
    names = database.collections()
    if len(names) == 1:
        return names[0]
    where = database.address.description
    if not names:
        raise UserError(f"There is no collection with vectors in {where}.")
    raise UserError(
        f"There are {len(names):,} collections in {where}: "
        f"{', '.join(map(shown_name, names[:20]))}{', …' * (len(names) > 20)}. Name one of them."
    )


def shown_fields(info: CollectionInfo) -> tuple[str, ...]:
    """Return the fields that become columns where nobody chooses."""
    kinds = ("number", "text", "truth", "date")
    return tuple(each.name for each in info.fields if each.kind in kinds)


def _agreed(sending: Sending) -> bool:
    """Agree: who calls with an address has just named it."""
    return True
