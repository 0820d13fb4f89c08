"""Words of the Matryoshka pane on neighbors, also where there are none to compare."""

from __future__ import annotations

from embedviz.core.notes import counted
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import in_words, one_line
from embedviz.panes.matryoshka.comparison import Lists, PreparedQuery
from embedviz.panes.matryoshka.settings import MatryoshkaSettings


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
        is_zero = not prepared.vector.any()
        return describe_no_neighbors(name, prepared.n_others, is_zero=is_zero)
    kept = describe_kept(lists.kept, count, prepared.n_others)
    most = prepared.asked.vector_set.dimensions
    if lists.is_zero:
        length = f"{lists.dimensions:,} of {most:,} dimensions"
        return f"“{name}” {kept}: its first {length} are all zeros"
    share = share_of_bytes(lists.dimensions, most)
    if not lists.settings.renormalize:
        return (
            f"Without unit length again, “{name}” {kept} instead of {lists.kept_renormalized:,} "
            f"with {share}"
        )
    return f"“{name}” {kept} with {share}"


def head_words(
    vector_set: VectorSet, settings: MatryoshkaSettings, lists: Lists | None = None
) -> dict[str, str]:
    """Return what stands above each list, by the list's name."""
    length, shortlist = settings.length(vector_set), min(settings.shortlist, len(vector_set))
    heads = {
        "full": f"Full length · {vector_set.dimensions:,}",
        "short": f"First {counted(length, 'dimension')}",
        "again": f"Re-ranked {shortlist:,}",
    }
    if lists is not None and any(line.fate for line in lists.full) and not lists.is_zero:
        heads["short"] += f" · {lists.kept:,} kept"
        heads["again"] += f" · {lists.kept_again:,} kept"
    return heads


def describe_lines(prepared: PreparedQuery, lists: Lists) -> str:
    """Return how the lines between the lists are read, and what the lists are made of."""
    said = []
    if lists.at_cut and prepared.n_compared:
        said.append("Solid: in both lists. Dashed (−): lost, → its rank there.")
        said.append("Dotted (+): new, its rank before →.")
    if prepared.asked.layer_norm:
        size = in_words(prepared.searches.vectors.nbytes)
        said.append(f"All after layer norm, in a copy of {size}.")
    if not lists.settings.renormalize:
        said.append("The cut rows are shorter than 1, each by another factor, which is wrong.")
    return " ".join(said)
