"""What the page of curves says, also where they say nothing."""

from __future__ import annotations

from collections.abc import Mapping

from embedviz.core.matryoshka import Overlap
from embedviz.core.notes import counted


def describe_overlap(
    found: Mapping[str, Overlap], count: int, n_vectors: int, dimensions: int
) -> str:
    """Return what the curves show, or why there are none.

    Parameters
    ----------
    found : mapping of a name to Overlap
        "prefix" first.
    count : int
        How many neighbors were compared.
    n_vectors, dimensions : int
        Of the set.
    """
    prefix = next(iter(found.values()))
    if count < 1:
        return (
            f"No overlap is shown: of {counted(n_vectors, 'row')}, each has too few others to "
            "choose neighbors from."
        )
    if not prefix.n_counted:
        return (
            f"No overlap is shown: the nearest rows of each of {prefix.n_queries:,} queries are "
            "all equally near, as they are to rows of zeros and to copies of one row. So a prefix "
            "has nothing to lose."
        )
    everyone = prefix.n_queries == n_vectors
    queries = f"all {prefix.n_queries:,}" if everyone else f"{prefix.n_queries:,} seeded query"
    said = [
        f"Mean overlap@{count} of {queries} rows with their neighbors at full length: on the "
        "first dimensions (prefix), on as many random ones, and after a rotation to leading "
        "directions (SVD). A prefix is special as far as it beats random."
    ]
    if left := prefix.n_queries - prefix.n_counted:
        said.append(
            f"{counted(left, 'row')} without neighbors of {'its' if left == 1 else 'their'} own, "
            f"such as zeros and copies, {'does' if left == 1 else 'do'} not count."
        )
    rank = min(each.rank for each in found.values())
    if rank < dimensions:
        said.append(
            f"{counted(n_vectors, 'row')} of {dimensions:,} dimensions lie in "
            f"{counted(rank, 'direction')} here: from {rank:,} dimensions on, SVD is 1 by "
            "construction."
        )
    return " ".join(said)


def curve_name(name: str, rank: int, dimensions: int) -> str:
    """Return the name of a curve in the legend, which says from where on it is 1 in any case."""
    return name if rank == dimensions else f"{name}:\n1 by construction from {rank:,}"
