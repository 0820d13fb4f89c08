"""Collections of vector databases, as an origin of vectors.

The engine searches and aggregates, the window shows: nothing is written, no more is read than was
said, and no connection is opened that was not agreed to.

To add an engine: write a module with a class like `Database`, and a line in `ENGINES`.
"""

from __future__ import annotations

from importlib import import_module

from embedviz.core.errors import UserError
from embedviz.sources.databases.address import Address
from embedviz.sources.databases.protocol import Database

ENGINES = {
    "lancedb": "embedviz.sources.databases.lancedb.LanceDatabase",
    "pgvector": "embedviz.sources.databases.pgvector.PostgresDatabase",
    "milvus": "embedviz.sources.databases.milvus.MilvusDatabase",
    "qdrant": "embedviz.sources.databases.qdrant.QdrantDatabase",
}
"""By the name that `Address.engine` has; the first is the default, and needs no server."""


def database_class(name: str) -> type[Database]:
    """Return the class of an engine.

    Raises
    ------
    UserError
        When there is none of this name.
    """
    place = ENGINES.get(name)
    if place is None:
        raise UserError(f"{name!r} is not a database engine; there are {', '.join(ENGINES)}.")
    module, _, class_name = place.rpartition(".")
    found: type[Database] = getattr(import_module(module), class_name)
    return found


__all__ = ["ENGINES", "Address", "Database", "database_class"]
