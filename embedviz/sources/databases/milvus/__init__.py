"""Collections of Milvus: a server, or a file of Milvus Lite."""

from embedviz.sources.databases.milvus.database import MilvusDatabase

__all__ = ["MilvusDatabase"]
