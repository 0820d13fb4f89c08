"""Queries that are no rows, in session files: with their vectors, so that no encoder is needed."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import Any

from embedviz.app.files.packed import pack_vector, unpack_vector
from embedviz.app.files.session.row_mapping import RowMapping
from embedviz.app.files.values import Unfit, to_json
from embedviz.core.query_vector import MOST_TEXTS, QueryVector
from embedviz.core.texts.encoder_settings import EncoderSettings, encoder_from_json
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


def read_encoder(value: Any) -> EncoderSettings:
    """Return the settings of an encoder in a session, which somebody else may have written.

    The name of the variable with the key is kept: before a key is used, the user is told which.

    Raises
    ------
    Unfit
        When they cannot be such.
    """
    found = encoder_from_json(value)
    variable = value.get("key_variable", "") if found is not None else None
    if found is None or not isinstance(variable, str) or not _is_variable(variable):
        raise Unfit("no encoder")
    return replace(found, key_variable=variable)


_is_variable = re.compile(r"(?:[A-Za-z_][A-Za-z0-9_]{0,63})?").fullmatch


def _read(value: Any) -> QueryVector:
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        raise Unfit("no query")
    given, encoder = value.get("encoder"), None
    if given is not None:
        encoder = read_encoder(given)
    return QueryVector(value["name"], unpack_vector(value.get("vector")), encoder)
