"""Moments of rows that are too many to be loaded: read in parts, summed up, and merged by Dask."""

from embedviz.sources.cluster.moments import AllRowsMoments, moments_of_all
from embedviz.sources.cluster.parquet_rows import ParquetPart, ParquetRows

__all__ = ["AllRowsMoments", "ParquetPart", "ParquetRows", "moments_of_all"]
