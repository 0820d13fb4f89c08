"""The settings that t-SNE and UMAP have in common."""

from __future__ import annotations

from embedviz.core.neighbors.adjacency import GraphMetric
from embedviz.core.setting import setting


def metric_setting() -> GraphMetric:
    """Return the field of what makes two rows neighbors."""
    return setting(
        "cosine",
        "Metric",
        "what makes two rows neighbors",
        choices=(("cosine", "cosine"), ("Euclidean", "euclidean")),
    )


def seed_setting() -> int:
    """Return the field of the seed."""
    return setting(0, "Seed", "the same one gives the same picture again", least=0, most=9999)


def sample_setting(most: int) -> int:
    """Return the field of how many rows of a large set are laid out."""
    return setting(
        50_000,
        "Sample",
        "how many rows are laid out, drawn by the seed",
        least=1000,
        most=most,
        step=10_000,
    )
