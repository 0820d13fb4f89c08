"""Searches as SQL: exact over all rows, by an index, on a prefix, and in two stages."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from embedviz.core.errors import UserError
from embedviz.sources.databases.pgvector.catalog import TableFacts
from embedviz.sources.databases.protocol import Field, IndexInfo, SearchRequest

OPERATORS = {"cosine": "<=>", "dot": "<#>", "euclidean": "<->"}
SETTINGS = {"ef_search": "hnsw.ef_search", "probes": "ivfflat.probes"}
_CLASSES = {"cosine": "cosine", "dot": "ip", "euclidean": "l2"}
_MOST_EF = 1000
_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--|/\*|[;()\\$'"\0]""")


def checked_condition(text: str) -> str:
    """Return a condition that can only be one: nothing ends it and begins something else.

    Raises
    ------
    UserError
        When it holds a semicolon, a comment, a backslash or a dollar sign outside of quotes, or its
        parentheses do not match.
    """
    depth = 0
    for found in _TOKEN.finditer(text):
        token = found.group()
        if len(token) > 1 and token[0] in "'\"":
            # The text E'…' has other rules for where it ends.
            if token[0] == "'" and "\\" in token:
                raise UserError("The condition has a backslash in a text, which is not taken here.")
            continue
        depth += {"(": 1, ")": -1}.get(token, 0)
        if token not in "()" or depth < 0:
            raise UserError(
                f"The condition is not one: {token!r} is at a place where it would end it. Write "
                "what stands behind WHERE, such as year > 2000 AND language = 'en'."
            )
    if depth:
        raise UserError("The condition is not one: a parenthesis is not closed.")
    return text.strip()


def index_for(field: Field, request: SearchRequest) -> IndexInfo | None:
    """Return the index that an approximate search is done by; None: there is none."""
    if request.is_exact:
        return None
    metric = "cosine" if request.prefix else request.metric
    for each in field.indexes:
        if each.metric == metric and each.dimensions == request.prefix:
            return each
    return None


class SearchStatement:
    """Statement of one search, with its parameters, and with its settings.

    Prefixes are compared by their cosine: once they are re-normalized, the order by dot product and
    by distance is the same, so one index serves all three.
    """

    def __init__(self, facts: TableFacts, field: Field, length: int, request: SearchRequest):
        self.facts, self.field, self.request, self.length = facts, field, request, length
        self.index = index_for(field, request)
        self.parameters: list[Any] = []
        query = np.asarray(request.query, np.float32)
        if query.shape != (length,) or not np.isfinite(query).all():
            raise UserError(f"The query has to be {length:,} finite numbers, as the rows are.")
        if request.prefix is not None and not 1 <= request.prefix <= length:
            raise UserError(f"A prefix of {request.prefix} of {length:,} dimensions is none.")
        unknown = [each for each in request.settings if each not in SETTINGS]
        if unknown:
            raise UserError(f"{unknown[0]!r} is no setting of a search; {', '.join(SETTINGS)} are.")
        self._query = query

    @property
    def is_half(self) -> bool:
        """Whether the column is of 16-bit numbers."""
        return self.field.element == "float16"

    def sql(self) -> Any:
        """Return the statement: key, distance, then the fields that are wanted."""
        from psycopg import sql

        self.parameters = []
        request = self.request
        wanted = [self._key(), *(shown(self.facts, each) for each in request.fields)]
        outer = sql.SQL(", ").join(
            [sql.SQL("k"), sql.SQL("d")] + [sql.SQL(f"f{at}") for at in range(len(request.fields))]
        )
        inner = sql.SQL(", ").join(
            [sql.SQL("{} AS k, {} AS k0").format(wanted[0], sql.Identifier(self.facts.key))]
            + [sql.SQL("{} AS f{}").format(each, sql.SQL(str(at)))
               for at, each in enumerate(wanted[1:])]
        )  # fmt: skip
        if request.prefix and request.candidates:
            column = sql.Identifier(self.field.name)
            both = sql.SQL("{}, {} AS v").format(inner, column)
            found = self._found(both, request.candidates, "d0")
            again = self._distance(sql.SQL("v"), request.metric, None)
            text = sql.SQL("SELECT {} FROM (SELECT *, {} AS d FROM ({}) c OFFSET 0) s").format(
                sql.SQL(", ").join([outer]), again, found
            )
            # Parameters stand in the order of the text: the finer distance is first.
            self.parameters = [self.parameters[-1], *self.parameters[:-1]]
            return text + sql.SQL(" ORDER BY d, k0 LIMIT {}").format(sql.Literal(request.count))
        found = self._found(inner, request.count)
        return sql.SQL("SELECT {} FROM ({}) s").format(outer, found)

    def settings(self) -> dict[str, str]:
        """Return what is set for the transaction of this search, by the server's names."""
        if self.index is None:
            return {"enable_indexscan": "on"}
        given = dict(self.request.settings)
        wanted = max(self.request.count, self.request.candidates or 0)
        if self.index.kind == "HNSW":
            given["ef_search"] = min(_MOST_EF, max(int(given.get("ef_search", 40)), wanted))
        made = {SETTINGS[name]: str(int(value)) for name, value in given.items()}
        own = "hnsw." if self.index.kind == "HNSW" else "ivfflat."
        made = {name: value for name, value in made.items() if name.startswith(own)}
        if self.request.condition:
            made[f"{own}iterative_scan"] = "strict_order" if own == "hnsw." else "relaxed_order"
        return {"enable_seqscan": "off", "enable_sort": "off", **made}

    def _found(self, inner: Any, count: int, name: str = "d") -> Any:
        """Return the select of the first, or only, stage: ordered by the prefix where one is."""
        from psycopg import sql

        request = self.request
        column = sql.Identifier(self.field.name)
        table = sql.Identifier(self.facts.schema, self.facts.name)
        metric = "cosine" if request.prefix else request.metric
        condition = checked_condition(request.condition).replace("%", "%%")
        where = sql.SQL("({})\n").format(sql.SQL(condition)) if condition else sql.SQL("true")
        distance, d = self._distance(column, metric, request.prefix), sql.SQL(name)
        if self.index is not None:
            text = sql.SQL("SELECT {}, {} AS {} FROM {} WHERE {} ORDER BY {} LIMIT {}")
            return text.format(inner, distance, d, table, where, d, sql.Literal(count))
        # OFFSET 0 keeps the two selects apart, so that no index orders the rows.
        text = sql.SQL(
            "SELECT * FROM (SELECT {}, {} AS {} FROM {} WHERE {} OFFSET 0) a "
            "WHERE {} IS NOT NULL ORDER BY {}, k0 LIMIT {}"
        )
        return text.format(inner, distance, d, table, where, d, d, sql.Literal(count))

    def _distance(self, column: Any, metric: str, prefix: int | None) -> Any:
        from psycopg import sql

        kind = "vector"
        by_index = self.index is not None and str(column) != str(sql.SQL("v"))
        if by_index and self.is_half and not prefix:
            kind = "halfvec"
        values = self._query if prefix is None else self._query[:prefix]
        self.parameters.append("[" + ",".join(repr(float(each)) for each in values) + "]")
        if prefix:
            cut = sql.SQL("subvector({}{}, 1, {})::vector({})")
            cast = sql.SQL("" if self.field.element == "float32" and not self._is_array else
                           "::vector")  # fmt: skip
            number = sql.Literal(prefix)
            left = cut.format(column, cast, number, number)
        else:
            left = column if kind == "halfvec" or by_index else sql.SQL("{}::vector").format(column)
        operator = sql.SQL(OPERATORS[metric])
        text = sql.SQL("({} {} %s::{})").format(left, operator, sql.SQL(kind))
        if by_index:
            return text
        if metric == "cosine":
            # The cosine with a row of zeros is 0.
            text = sql.SQL("coalesce(nullif({}, 'NaN'::float8), 1)").format(text)
        return sql.SQL("CASE WHEN {} THEN {} END").format(self._guard(column), text)

    @property
    def _is_array(self) -> bool:
        return self.facts.types[self.field.name].startswith("_")

    def _guard(self, column: Any) -> Any:
        """Return a condition that leaves out rows that cannot be compared."""
        from psycopg import sql

        length = sql.Literal(self.length)
        if not self._is_array:
            text = "{} IS NOT NULL" if self.field.dimensions else "vector_dims({}::vector) = {}"
            return sql.SQL(text).format(column, length)
        return sql.SQL(
            "array_ndims({0}) = 1 AND cardinality({0}) = {1} AND array_position({0}, NULL) IS NULL "
            "AND NOT ({0} && ARRAY['NaN', 'Infinity', '-Infinity']::{2})"
        ).format(column, length, sql.SQL(self.facts.types[self.field.name][1:] + "[]"))

    def _key(self) -> Any:
        return shown_key(self.facts)


def shown(facts: TableFacts, name: str) -> Any:
    """Return the expression of a field, as a plain number, truth or text.

    Raises
    ------
    UserError
        When the table has no such field.
    """
    from psycopg import sql

    kind = facts.types.get(name)
    if kind is None:
        raise UserError(f"{facts.shown} has no field {name!r}.")
    column = sql.Identifier(name)
    if kind in ("int2", "int4", "int8", "float4", "float8", "bool"):
        return column
    return sql.SQL("{}::{}").format(column, sql.SQL("float8" if kind == "numeric" else "text"))


def shown_key(facts: TableFacts) -> Any:
    """Return the expression of the key, as a whole number or a text."""
    return shown(facts, facts.key)


def index_words(facts: TableFacts, field: Field, request: SearchRequest) -> str:
    """Return the line of SQL that makes the index which a search can use, as a comment."""
    from psycopg import sql

    metric = "cosine" if request.prefix else request.metric
    kind = "halfvec" if field.element == "float16" and not request.prefix else "vector"
    column = sql.Identifier(field.name).as_string()
    if request.prefix:
        column = f"(subvector({column}, 1, {request.prefix})::vector({request.prefix}))"
    table = sql.Identifier(facts.schema, facts.name).as_string()
    return f"-- CREATE INDEX ON {table} USING hnsw ({column} {kind}_{_CLASSES[metric]}_ops);"
