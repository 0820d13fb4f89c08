"""Collections of Qdrant: a server, or a folder that its client keeps in local mode."""

from embedviz.sources.databases.qdrant.database import QdrantDatabase

__all__ = ["QdrantDatabase"]
