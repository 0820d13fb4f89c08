"""PostgreSQL with the extension pgvector: tables and views with a column of vectors."""

from embedviz.sources.databases.pgvector.database import PostgresDatabase

__all__ = ["PostgresDatabase"]
