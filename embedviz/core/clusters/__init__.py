"""Clusters of points on a map, and names for them.

Clusters are found by HDBSCAN (Campello, Moulavi and Sander 2013) in a process of its own, and named
by the words of their texts that set them apart.
"""

from embedviz.core.clusters.finding import (
    MOST_FITTED,
    Clustering,
    find_clusters,
    usual_min_size,
)
from embedviz.core.clusters.naming import cluster_names

__all__ = ["MOST_FITTED", "Clustering", "cluster_names", "find_clusters", "usual_min_size"]
