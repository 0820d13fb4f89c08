"""What the Matryoshka pane says of neighbors, also where there is nothing to say."""

from __future__ import annotations

from embedviz.core.notes import counted
from embedviz.core.wording import one_line
from embedviz.panes.matryoshka.comparison import Lists, PreparedQuery


def share_of_bytes(dimensions: int, most: int) -> str:
    """Return "8 of 32 dimensions, 25.0 % of the bytes"."""
    return f"{dimensions:,} of {most:,} dimensions, {100 * dimensions / most:.1f} % of the bytes"


def describe_kept(n_kept: int, n_compared: int, n_others: int) -> str:
    """Return "keeps 7 of 10 neighbors"; where few rows are compared, of how many these are."""
    if n_others > 2 * n_compared + 1:
        return f"keeps {n_kept:,} of {n_compared:,} neighbors"
    return f"keeps {n_kept:,} of its {n_compared:,} nearest of {n_others:,} others"


def describe_no_neighbors(name: str, n_others: int, *, is_zero: bool) -> str:
    """Return why nothing can be said of the neighbors of a query.

    Parameters
    ----------
    name : str
        Of the query.
    n_others : int
        How many rows there are beside it.
    is_zero : bool
        Whether it is a row of zeros.
    """
    if n_others < 2:
        return f"“{name}” has {counted(n_others, 'other row')}: there are no neighbors to choose."
    if is_zero:
        return f"“{name}” is all zeros: no row is nearer to it than any other."
    return f"The rows nearest to “{name}” are all equally near: a prefix has nothing to lose."


def summarize(prepared: PreparedQuery, lists: Lists) -> str:
    """Return what becomes of the nearest rows of a query on a prefix."""
    name, count = one_line(prepared.query.name), prepared.n_compared
    if not count:
        is_zero = not prepared.query.vector.any()
        return describe_no_neighbors(name, prepared.n_others, is_zero=is_zero)
    kept = describe_kept(lists.kept, count, prepared.n_others)
    share = share_of_bytes(lists.dimensions, prepared.asked.vector_set.dimensions)
    zeros = ", which are all zeros" if lists.is_zero else ""
    return f"“{name}” {kept} with {share}{zeros}"
