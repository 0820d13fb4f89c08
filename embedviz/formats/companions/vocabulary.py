"""Labels from the vocabulary of a model: a text file, or JSON in the shapes that tokenizers have.

Vectors that come out of a model are numbered as the tokens of its tokenizer are. Those are kept as
a text file with one token per line (`vocab.txt`), an object that gives each token its number
(`vocab.json`), an object that gives each number its label (`id2label`), a list, or the
`tokenizer.json` of Hugging Face, where they are under `model.vocab`, with some more under
`added_tokens`. Rows must be called in order, so numbers with gaps between them are refused.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.formats.binary.npy_layout import read_fully, read_header
from embedviz.formats.companions.columns import LABEL, CompanionColumns, read_columns
from embedviz.formats.labels import decode_all, without_surrogates
from embedviz.formats.source import Source

_MOST_BYTES = 128 << 20
_FORMS = (
    'a list of texts, an object that gives each text its number, or a tokenizer with "model" and '
    '"vocab" in it'
)


def vocabulary_companions(path: Path) -> tuple[Path, ...]:
    """Return where the vocabulary of a file of vectors may be: the most particular first."""
    particular = [f"{path.stem}.vocab.txt", f"{path.stem}.vocab.json", f"{path.stem}.labels.txt"]
    general = ["vocab.txt", "vocab.json", "tokenizer.json", "labels.txt"]
    return tuple(path.with_name(name) for name in [*particular, *general])


def read_labels(path: Path, has_header: bool | None = None) -> CompanionColumns:
    """Return the labels in a file: JSON, a NumPy array, or text as `read_columns` reads it.

    Parameters
    ----------
    path : Path
    has_header : bool, optional
        Whether the first line of a text names the columns.

    Raises
    ------
    UserError
        When it cannot be read, or is JSON that is not a vocabulary.
    """
    source = Source(path)
    if source.head.startswith(b"\x93NUMPY"):
        return CompanionColumns(source.name, {LABEL: _labels_in_array(source)}, has_header=False)
    is_named_json = path.name.lower().removesuffix(".gz").endswith(".json")
    if source.text.lstrip()[:1] not in (b"{", b"[") and not is_named_json:
        return read_columns(path, has_header)
    if source.size > _MOST_BYTES:
        raise UserError(f"{source.name} is too large for a vocabulary in JSON.")
    with source.stream() as stream:
        data = stream.read(_MOST_BYTES)
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):  # As a text may be, whose first token is a bracket.
        if is_named_json:
            raise UserError(
                f"{source.name} is not JSON that can be read. Labels are {_FORMS}, or a text "
                "with one label per line."
            ) from None
        return read_columns(path, has_header)
    return CompanionColumns(
        source.name, {LABEL: ordered_labels(found, source.name)}, has_header=False
    )


def _labels_in_array(source: Source) -> list[str]:
    """Return the texts, or numbers, of a one-dimensional `.npy`."""
    with source.stream() as stream:
        header = read_header(stream, source.name)
        is_list = header.dtype is not None and len(header.shape) == 1
        if header.dtype is None or not (is_list and 0 < header.n_bytes <= _MOST_BYTES):
            raise UserError(
                f"{source.name} holds {header}, which are not labels. Save them as an array of "
                "text with one dimension: numpy.save(path, numpy.array(labels, 'U'))."
            )
        values = np.frombuffer(read_fully(stream, header.n_bytes, source.name), header.dtype)
    if header.dtype.kind == "S":
        return decode_all(values.tolist())[0]
    if header.dtype.kind == "U":
        characters = values.view(np.dtype("u4").newbyteorder(header.dtype.byteorder))
        if characters.max() > sys.maxunicode:
            raise UserError(
                f"{source.name} holds numbers that are not characters. Write it again with "
                "numpy.save."
            )
    return [without_surrogates(str(value)) for value in values.tolist()]


def ordered_labels(found: Any, name: str) -> list[str]:
    """Return the labels of a vocabulary by their numbers, from 0.

    Parameters
    ----------
    found : object
        What was in JSON.
    name : str
        Of the file, for messages.

    Raises
    ------
    UserError
        When it is not a vocabulary, or its numbers have gaps.
    """
    if isinstance(found, dict) and isinstance(found.get("model"), dict):
        return _in_order(_tokens_of(found), name)
    if isinstance(found, dict) and isinstance(found.get("vocab"), dict | list):
        found = found["vocab"]
    if isinstance(found, list):
        found = dict(enumerate(found))
    if isinstance(found, dict):
        return _in_order(_by_number(found), name)
    raise _unknown(name)


def _tokens_of(tokenizer: dict[str, Any]) -> Mapping[int, Any]:
    vocab = tokenizer["model"].get("vocab")
    if isinstance(vocab, list):  # Each with its score.
        tokens = {i: token[0] if isinstance(token, list) and token else token
                  for i, token in enumerate(vocab)}  # fmt: skip
    else:
        tokens = dict(_by_number(vocab)) if isinstance(vocab, dict) else {}
    added = tokenizer.get("added_tokens")
    for token in added if isinstance(added, list) else []:
        if isinstance(token, dict) and type(token.get("id")) is int:
            tokens.setdefault(token["id"], token.get("content"))
    return tokens


def _by_number(found: dict[Any, Any]) -> Mapping[int, Any]:
    """Return the labels by number, whichever of the two the object is ordered by."""
    if all(type(number) is int for number in found.values()):
        return {number: token for token, number in found.items()}
    if all(type(number) is int or (number.isascii() and number.isdigit()) for number in found):
        return {int(number): label for number, label in found.items() if len(str(number)) < 19}
    return {}


def _in_order(tokens: Mapping[int, Any], name: str) -> list[str]:
    if not tokens or not all(isinstance(token, str) for token in tokens.values()):
        raise _unknown(name)
    if min(tokens) != 0 or max(tokens) != len(tokens) - 1:
        raise UserError(
            f"{name} has {counted(len(tokens), 'text')} with the numbers {min(tokens):,} to "
            f"{max(tokens):,}, so that some rows would have no label. Write a text file with one "
            "label for each row."
        )
    return [without_surrogates(tokens[number]) for number in range(len(tokens))]


def _unknown(name: str) -> UserError:
    return UserError(f"{name} is not a vocabulary: that is {_FORMS}.")
