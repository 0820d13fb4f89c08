"""Words of the page on two-stage search: amounts, and sentences on recall and cost."""

from __future__ import annotations

import math

from embedviz.core.matryoshka import FoundSetting, RecallGrid, SearchCost, SearchTime
from embedviz.core.matryoshka.coarse_to_fine.codes import Precision
from embedviz.core.notes import counted
from embedviz.gui.charts.numbers import raised
from embedviz.panes.matryoshka.two_stage.price import Price

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")


def bytes_text(n_bytes: float) -> str:
    """Return "15.4 MB": three digits and a unit of powers of 1000."""
    power = 0
    while n_bytes >= 999.5 and power < len(_UNITS) - 1:
        n_bytes, power = n_bytes / 1000, power + 1
    if not power or n_bytes >= 99.95:
        return f"{n_bytes:,.0f} {_UNITS[power]}"
    return f"{n_bytes:.{1 if n_bytes >= 9.995 else 2}f} {_UNITS[power]}"


def time_text(found: SearchTime | None, n_vectors: int) -> str:
    """Return "4.2 ms"; with ≈ where it follows from a part of the rows; a dash for none."""
    if found is None or math.isnan(found.seconds):
        return "–"
    about = "≈ " if found.n_searched < n_vectors else ""
    milliseconds = 1000 * found.seconds
    if milliseconds >= 999.5:
        return f"{about}{found.seconds:.2f} s"
    decimals = 0 if milliseconds >= 99.5 else 1 if milliseconds >= 9.95 else 2
    return f"{about}{milliseconds:.{decimals}f} ms"


def share_text(share: float) -> str:
    """Return a share in percent with three digits, such as "8.42 %"."""
    percent = 100 * share
    if percent >= 99.95:
        return f"{percent:,.0f} %"
    return f"{percent:.{1 if percent >= 9.995 else 2}f} %"


def recall_text(recall: float, error: float = math.nan) -> str:
    """Return "0.953 ± 0.004"; a dash where it is not measured."""
    if math.isnan(recall):
        return "–"
    return f"{recall:.3f}" + (f" ± {error:.3f}" if error > 0 else "")


def rows_text(n_rows: int) -> str:
    """Return "10,000 rows"; powers of ten from a million up as such."""
    power = len(str(n_rows)) - 1
    if power >= 6 and n_rows == 10**power:
        return f"10{raised(power)} rows"
    return counted(n_rows, "row")


def setting_text(cost: SearchCost) -> str:
    """Return "64 in int8 · best 100"."""
    if cost.coarse_dimensions is None:
        return f"all {cost.n_dimensions:,} in float32"
    return f"{cost.coarse_dimensions:,} in {cost.precision} · best {cost.shortlist:,}"


def price_text(price: Price | None) -> str:
    """Return "A month at 0.09 USD/GB"; only "A month" without a price."""
    return "A month" if price is None else f"A month at {price.typed}/GB"


def describe_cheapest(
    found: FoundSetting | None, grid: RecallGrid, wanted: float, *, is_done: bool
) -> str:
    """Return which measured setting is the cheapest that reaches a recall, or that none does."""
    so_far = "" if is_done else "So far: "
    if found is None:
        said = f"none reaches a recall of {wanted:g} in {grid.precision}"
        return f"{so_far}{said if so_far else said.capitalize()}."
    cost = found.cost
    exact = SearchCost(cost.n_vectors, cost.n_dimensions)
    share = cost.bytes_read / max(exact.bytes_read, 1)
    less = (
        f"it reads {share_text(share)} of the bytes of exact search"
        if share < 1
        else f"but it reads no less than exact search ({share_text(share)} of its bytes)"
    )
    first = "cheapest" if so_far else "Cheapest"
    return (
        f"{so_far}{first} that reaches {wanted:g}: {cost.coarse_dimensions:,} dimensions, "
        f"shortlist {cost.shortlist:,}; {less}."
    )


def describe_other(found: FoundSetting | None, precision: Precision, *, is_reached: bool) -> str:
    """Return in which other precision a setting is cheaper; nothing where none is.

    Parameters
    ----------
    found : FoundSetting or None
        The cheapest in any precision.
    precision : str
        Which is chosen.
    is_reached : bool
        Whether a setting in this one reaches the wanted recall, too.
    """
    if found is None or found.cost.precision == precision:
        return ""
    cost = found.cost
    exact = SearchCost(cost.n_vectors, cost.n_dimensions)
    share = share_text(cost.bytes_read / max(exact.bytes_read, 1))
    return (
        f"{'Cheaper in' if is_reached else 'In'} {cost.precision}: "
        f"{cost.coarse_dimensions:,} dimensions, shortlist {cost.shortlist:,} ({share})."
    )


def describe_grid(grid: RecallGrid, n_vectors: int) -> str:
    """Return of what the recall is the mean, or why there is none."""
    if grid.count < 1:
        return (
            f"No recall is shown: of {counted(n_vectors, 'row')}, each has too few others to "
            "choose neighbors from."
        )
    if grid.n_queries and not grid.n_counted:
        return (
            f"No recall is shown: the nearest rows of each of {grid.n_queries:,} queries are all "
            "equally near, as they are to rows of zeros and to copies of one row."
        )
    if not grid.n_queries:
        return "Measuring the recall …"
    everyone = grid.n_queries == n_vectors
    nearest = counted(grid.count, "nearest row")
    rows = "rows" if everyone else "seeded query rows"
    said = (
        f"Recall@{grid.count}: share of the {nearest} by exact search that two stages find, mean "
        f"of {'all ' if everyone else ''}{grid.n_queries:,} {rows}."
    )
    if left := grid.n_queries - grid.n_counted:
        said += f" {counted(left, 'row')} without neighbors of their own do not count."
    return said


def describe_memory(cost: SearchCost, n_rows: int) -> str:
    """Return what is in memory, and what is not measured for more rows."""
    full = bytes_text(cost.of_rows(n_rows).vector_bytes)
    said = (
        f"Memory is that of the codes; the full vectors ({full} for {rows_text(n_rows)}) are on a "
        "disk, from which the shortlist is read."
    )
    if n_rows > cost.n_vectors:
        said += " More rows are computed by arithmetic; among more rows, recall is lower."
    return said
