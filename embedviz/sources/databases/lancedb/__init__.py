"""Collections in LanceDB: tables in a folder, read without a server by the engine itself."""

from embedviz.sources.databases.lancedb.database import LanceDatabase

__all__ = ["LanceDatabase"]
