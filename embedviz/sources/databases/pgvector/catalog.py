"""What a PostgreSQL database has: tables and views with vectors, their keys, fields and indexes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from embedviz.core.errors import UserError
from embedviz.core.neighbors.metric import Metric
from embedviz.sources.databases.protocol import Field, FieldKind, IndexInfo

_TYPES = "('vector', 'halfvec', '_float4', '_float8')"
LIST = f"""
SELECT DISTINCT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND NOT c.relispartition
AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'
AND a.attnum > 0 AND NOT a.attisdropped AND t.typname IN {_TYPES}
AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1"""
_TABLE = """
SELECT c.oid, n.nspname, c.relname, quote_ident(n.nspname) || '.' || quote_ident(c.relname),
pg_total_relation_size(c.oid), c.relkind FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = to_regclass(%s) AND c.relkind IN ('r', 'v', 'm', 'f', 'p')"""
_FIELDS = """
SELECT a.attname, t.typname, a.atttypmod, format_type(a.atttypid, NULL) FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = %s AND a.attnum > 0
AND NOT a.attisdropped AND has_column_privilege(a.attrelid, a.attnum, 'SELECT') ORDER BY a.attnum"""
_KEYS = """
SELECT a.attname FROM pg_index i JOIN pg_attribute a
ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
WHERE i.indrelid = %s AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indnkeyatts = 1
AND i.indpred IS NULL AND i.indexprs IS NULL AND a.attnotnull
ORDER BY i.indisprimary DESC, a.attnum"""
_INDEXES = """
SELECT i.relname, m.amname, o.opcname, i.reloptions, pg_get_indexdef(i.oid, 1, true),
pg_get_expr(x.indpred, x.indrelid)
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am m ON m.oid = i.relam
JOIN pg_opclass o ON o.oid = x.indclass[0]
WHERE x.indrelid = %s AND x.indisvalid AND m.amname IN ('hnsw', 'ivfflat') ORDER BY i.relname"""
_KINDS: dict[str, FieldKind] = {
    **dict.fromkeys(("int2", "int4", "int8", "float4", "float8", "numeric"), "number"),
    **dict.fromkeys(("text", "varchar", "bpchar", "name", "uuid"), "text"),
    **dict.fromkeys(("date", "timestamp", "timestamptz"), "date"),
    "bool": "truth",
}
_VECTORS = {"vector": "float32", "halfvec": "float16", "_float4": "float32", "_float8": "float64"}
_METRICS: dict[str, Metric] = {"cosine": "cosine", "ip": "dot", "l2": "euclidean"}
_KEY_TYPES = ("int2", "int4", "int8", "text", "varchar", "uuid")


@dataclass(frozen=True)
class TableFacts:
    """What the catalog says about a table or view.

    Attributes
    ----------
    schema, name, shown : str
        `shown` as it is listed, with the schema, quoted where needed.
    kind : str
        "r" of a table, "v" of a view, as pg_class has it.
    key, key_type : str
        Field that names the rows, and its type.
    fields : tuple of Field
    types : dict of str to str
        Type of each field, as pg_type has it.
    n_bytes : int
    is_key_given : bool
        Whether the user named the key: then nothing says yet that it names each row once.
    """

    schema: str
    name: str
    shown: str
    kind: str
    key: str
    key_type: str
    fields: tuple[Field, ...]
    types: dict[str, str]
    n_bytes: int
    is_key_given: bool


def read_table(cursor: Any, asked: str, key: str) -> TableFacts:
    """Return the facts about a table.

    Parameters
    ----------
    cursor : cursor of psycopg
    asked : str
        Its name, with the schema or not.
    key : str
        The field that names its rows, where the user gave one; empty: the primary key.

    Raises
    ------
    UserError
        When there is none of this name, or nothing names its rows.
    """
    found = cursor.execute(_TABLE, (asked,)).fetchone()
    if found is None:
        raise UserError(f"The database has no table or view {asked!r} that this user may see.")
    oid, schema, name, shown, n_bytes, kind = found
    columns = cursor.execute(_FIELDS, (oid,)).fetchall()
    types = {column: type_name for column, type_name, _, _ in columns}
    indexes = cursor.execute(_INDEXES, (oid,)).fetchall()
    fields = tuple(_field(column, type_name, length, indexes) for column, type_name, length, _
                   in columns)  # fmt: skip
    sparse = [each for each, type_name in types.items() if type_name == "sparsevec"]
    if not any(each.kind == "vector" for each in fields):
        words = f" {sparse[0]!r} holds sparse vectors, which are not read." if sparse else ""
        raise UserError(f"{shown} has no column of vectors that this user may read.{words}")
    own = [row[0] for row in cursor.execute(_KEYS, (oid,)) if types.get(row[0]) in _KEY_TYPES]
    if key and types.get(key) not in _KEY_TYPES:
        raise UserError(f"{shown} has no column {key!r} of whole numbers or texts as its key.")
    if not key and not own:
        raise UserError(
            f"Nothing names the rows of {shown}: it has no primary key, and no unique index, of "
            "one column of whole numbers or texts. Put ?key=COLUMN behind the address to name one."
        )
    chosen = key or own[0]
    return TableFacts(
        schema, name, shown, kind, chosen, types[chosen], fields, types, n_bytes, chosen not in own
    )


def _field(name: str, type_name: str, length: int, indexes: list[Any]) -> Field:
    if type_name not in _VECTORS:
        return Field(name, _KINDS.get(type_name, "other"))
    own = (_index(name, row) for row in indexes)
    dimensions = length if length > 0 and type_name in ("vector", "halfvec") else None
    kept = tuple(each for each in own if each)
    return Field(name, "vector", dimensions, _VECTORS[type_name], kept)


def _index(column: str, row: Any) -> IndexInfo | None:
    """Return an index, where it is on this column: whole, or a prefix of it."""
    name, kind, operators, options, expression, condition = row
    parts = operators.split("_")
    metric = _METRICS.get(parts[1]) if len(parts) == 3 else None
    quoted = re.escape(column if re.fullmatch(r"[a-z_][a-z0-9_]*", column) else
                       '"' + column.replace('"', '""') + '"')  # fmt: skip
    prefix = re.fullmatch(rf"\(*subvector\({quoted}, 1, (\d+)\)\)*::vector\((\d+)\)\)*", expression)
    is_whole = re.fullmatch(quoted, expression) is not None
    if metric is None or parts[0] not in ("vector", "halfvec") or not (is_whole or prefix):
        return None
    settings = dict(each.split("=", 1) for each in options or ())
    if condition:
        settings["where"] = condition
    dimensions = int(prefix.group(1)) if prefix else None
    return IndexInfo(kind.upper() if kind == "hnsw" else "IVFFlat", metric, settings, dimensions,
                     name)  # fmt: skip
