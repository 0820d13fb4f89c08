"""Lines of Python that search a table as the window does, to be copied and run."""

from __future__ import annotations

from embedviz.sources.databases.lancedb.indexes import METRIC_NAMES
from embedviz.sources.databases.lancedb.search import TableSearchPlan
from embedviz.sources.databases.protocol import IndexInfo


def call_of(plan: TableSearchPlan, folder: str, key_column: str) -> str:
    """Return the lines for a search.

    Parameters
    ----------
    plan : TableSearchPlan
    folder : str
        The table.
    key_column : str
        The column of the keys.
    """
    return "\n".join(
        _scan(plan, folder, key_column) if plan.is_scanned else _search(plan, folder, key_column)
    )


def _search(plan: TableSearchPlan, folder: str, key_column: str) -> list[str]:
    request = plan.request
    full = request.vector_field
    is_part = len(plan.query) < len(request.query)
    lines = ["import lance", *(["import numpy as np"] if plan.is_two_stage else []), ""]
    lines += [f"table = lance.dataset({folder!r})"]
    lines += _made_index(plan.field, plan.index)
    if is_part:
        lines += [f"# {plan.field} holds the first {len(plan.query)} numbers of {full}."]
    lines += [f"# query: an array of {len(request.query)} numbers of float32"]
    shown = [key_column, *([full] if plan.is_two_stage else []), *request.fields, "_distance"]
    nearest = [
        f"        {name!r}: {value!r},"
        if name != "q"
        else f"        'q': query{f'[:{len(plan.query)}]' if is_part else ''},"
        for name, value in plan.nearest(plan.first_count).items()
    ]
    condition = [f"    filter={request.condition!r},"] if request.condition else []
    lines += [
        "found = table.scanner(",
        f"    columns={list(dict.fromkeys(shown))!r},",
        "    nearest={",
        *nearest,
        "    },",
        *condition,
        "    prefilter=True,",
        ").to_table()",
    ]
    if plan.is_two_stage:
        lines += [
            f"vectors = np.stack(found[{full!r}].to_numpy()).astype(np.float64)",
            *_ordered(plan),
            "found = found.take(best)",
        ]
    return [*lines, f"print(found[{key_column!r}].to_pylist())"]


def _scan(plan: TableSearchPlan, folder: str, key_column: str) -> list[str]:
    """Return the lines that compare all rows, for a field that the engine cannot search."""
    request = plan.request
    columns = list(dict.fromkeys([key_column, plan.field, *request.fields]))
    condition = f", filter={request.condition!r}" if request.condition else ""
    return [
        "import lance",
        "import numpy as np",
        "",
        f"table = lance.dataset({folder!r})",
        f"# The engine does not search {plan.field}: all its vectors are read.",
        f"# query: an array of {len(plan.query)} numbers of float32",
        f"found = table.to_table(columns={columns!r}{condition})",
        f"vectors = [row for row in found[{plan.field!r}].to_pylist()]",
        f"there = [i for i, row in enumerate(vectors) if row and len(row) == {len(plan.query)}]",
        "found, vectors = found.take(there), np.array([vectors[i] for i in there], np.float64)",
        *_ordered(plan),
        f"print(found[{key_column!r}].take(best).to_pylist())",
    ]


def _ordered(plan: TableSearchPlan) -> list[str]:
    """Return the lines that order `vectors` by all dimensions, the nearest first, in `best`."""
    measure = {
        "cosine": "-(vectors @ query) / np.linalg.norm(vectors, axis=1)",
        "dot": "-(vectors @ query)",
        "euclidean": "np.linalg.norm(vectors - query, axis=1)",
    }[plan.request.metric]
    return [f"best = np.argsort({measure})[:{plan.request.count}]"]


def _made_index(field: str, index: IndexInfo | None) -> list[str]:
    """Return the lines that tell how the index was made that is used."""
    if index is None:
        return []
    settings = {
        name: int(value)
        for name, value in index.settings.items()
        if name in ("num_partitions", "num_sub_vectors", "num_bits", "m", "ef_construction")
    }
    named = "".join(f", {name}={value}" for name, value in settings.items())
    metric = METRIC_NAMES[index.metric]
    return [
        "# The index that it uses was made, or would be made, by:",
        f"# table.create_index({field!r}, {index.kind!r}, metric={metric!r}{named})",
    ]
