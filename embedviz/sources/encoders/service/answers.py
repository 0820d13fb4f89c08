"""Answers of a service, checked before they are believed.

A service may give vectors in another order than that of the texts, which their `index` puts right.
Whatever else is wrong makes the whole answer worthless: with one vector too few, or two of the same
index, nobody knows whose the others are.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from embedviz.core.arrays import Matrix

_NOT_FINITE = re.compile(rb"[\[,\s](?:NaN|-?Infinity)\s*[\],]")


class AnswerProblem(Exception):
    """Exception for an answer that cannot be used.

    Attributes
    ----------
    words : str
        What is wrong with it, as a part of a sentence that the service is the subject of.
    may_pass : bool
        Whether it looks like an accident on the way, so that trying again may help.
    """

    def __init__(self, words: str, *, may_pass: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.may_pass = may_pass


@dataclass(frozen=True)
class CheckedAnswer:
    """Vectors of an answer, in the order of the texts.

    Attributes
    ----------
    vectors : float32 array of shape (n_texts, n_dimensions)
        As the service gave them, of any length.
    n_tokens : int
        How many tokens the service says it counted; 0 where it says nothing.
    """

    vectors: Matrix
    n_tokens: int


class _Embedding(msgspec.Struct):
    embedding: str | list[float]
    index: int | None = None


class _AnswerBody(msgspec.Struct):
    data: list[_Embedding] | None = None
    usage: Any = None
    error: Any = None


def checked_answer(body: bytes, n_texts: int) -> CheckedAnswer:
    """Return the vectors in an answer.

    Raises
    ------
    AnswerProblem
        When there is not one finite vector, all of one length, for each text.
    """
    answer = _decoded(body)
    if answer.data is None:
        said = " an error in place of vectors" if answer.error else " no vectors"
        raise AnswerProblem(f"answered with{said}")
    if len(answer.data) != n_texts:
        raise AnswerProblem(f"gave {len(answer.data):,} vectors for {n_texts:,} texts")
    indices = [each.index for each in answer.data]
    if set(indices) != set(range(n_texts)):
        raise AnswerProblem(
            "gave vectors whose numbers do not say which text each belongs to: "
            f"they should be 0 to {n_texts - 1:,}, each once"
        )
    rows = [_numbers(each.embedding) for each in answer.data]
    lengths = sorted({len(row) for row in rows})
    if len(lengths) > 1:
        raise AnswerProblem(f"gave vectors of {lengths[0]:,} and of {lengths[-1]:,} dimensions")
    if lengths[0] < 2:
        raise AnswerProblem(f"gave vectors of {lengths[0]} dimensions; they need at least 2")
    vectors = np.empty((n_texts, lengths[0]), dtype=np.float32)
    for index, row in zip(indices, rows, strict=True):
        vectors[index] = row
    if not np.isfinite(vectors).all():
        raise AnswerProblem("gave vectors with numbers that are not finite (NaN or infinity)")
    return CheckedAnswer(vectors, _tokens(answer.usage))


def _decoded(body: bytes) -> _AnswerBody:
    if body.lstrip()[:1] == b"<":
        raise AnswerProblem("answered with a web page, not with vectors")
    try:
        return msgspec.json.decode(body, type=_AnswerBody)
    except msgspec.ValidationError:
        raise AnswerProblem("answered with JSON that is not an answer with vectors") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        # Python's own writer of JSON writes NaN, which is not JSON.
        if _NOT_FINITE.search(body):
            words = "gave vectors with numbers that are not finite (NaN or infinity)"
            raise AnswerProblem(words) from None
        raise AnswerProblem(
            "answered with something that is not whole JSON", may_pass=True
        ) from None


def _numbers(given: str | list[float]) -> Matrix:
    if isinstance(given, str):
        try:
            data = b64decode(given, validate=True)
        except (binascii.Error, ValueError):
            raise AnswerProblem("gave a vector that is not base64") from None
        if len(data) % 4:
            raise AnswerProblem("gave a vector in base64 whose bytes are not whole numbers")
        return np.frombuffer(data, dtype="<f4")
    with np.errstate(over="ignore"):  # What is too large for float32 is found as infinite.
        return np.asarray(given, dtype=np.float32)


def _tokens(usage: Any) -> int:
    for name in ("total_tokens", "prompt_tokens"):
        count = usage.get(name) if isinstance(usage, dict) else None
        if isinstance(count, int) and count > 0:
            return count
    return 0
