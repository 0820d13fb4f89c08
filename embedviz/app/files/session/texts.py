"""Queries that are no rows, in session files: with their vectors, so that no encoder is needed."""

from __future__ import annotations

from functools import partial
from typing import Any

from embedviz.app.files.packed import pack_vector, unpack_vector
from embedviz.app.files.session.row_mapping import RowMapping
from embedviz.app.files.values import Unfit, made, settings_of, to_json
from embedviz.core.query_vector import MOST_TEXTS, QueryVector
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.vector_set import VectorSet


def query_to_json(query: QueryVector | None) -> dict[str, Any] | None:
    """Return a query as JSON; None for none."""
    if query is None:
        return None
    written = {"name": query.name, "vector": pack_vector(query.vector)}
    return written if query.encoder is None else {**written, "encoder": to_json(query.encoder)}


def read_query(value: Any, active: VectorSet) -> QueryVector | None:
    """Return the query of a session.

    Raises
    ------
    Unfit
        When it makes no sense, or not in the shown set.
    """
    if value is None:
        return None
    query = _read(value)
    if query.vector.shape != (active.root.dimensions,):
        raise Unfit("another length")
    return query


def read_texts(given: Any, row_mapping: RowMapping) -> tuple[QueryVector, ...]:
    """Return the pinned texts of a session; what makes no sense is noted and left out."""
    found: list[QueryVector] = []
    for each in given if isinstance(given, list) else []:
        text = row_mapping.attempt("text on the map", partial(_read, each), None)
        if text is not None and text.encoder is not None:
            found.append(text)
    return tuple(found[:MOST_TEXTS])


def _read(value: Any) -> QueryVector:
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        raise Unfit("no query")
    given, encoder = value.get("encoder"), None
    if given is not None:
        encoder = made(EncoderSettings, settings_of(EncoderSettings, given))
    return QueryVector(value["name"], unpack_vector(value.get("vector")), encoder)
