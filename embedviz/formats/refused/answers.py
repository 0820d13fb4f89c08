"""What a service says in place of vectors: the request failed, and why."""

from __future__ import annotations

from typing import Any

from embedviz.formats.companions.record_columns import find_member

_MESSAGE_LENGTH = 200
_MOST_IN_ANSWER = 20
"""Members of an answer; a vocabulary may have any words."""

_ERRORS = (
    ("error",),
    ("response", "error"),
    ("response", "body", "error"),
    ("body", "error"),
    ("errors",),
)
_STATUSES = (("response", "status_code"), ("status_code",), ("status",))
_WORDS = ("message", "code", "type", "detail", "title")
_BESIDE = {"id", "custom_id", "request_id", "object", "path", "timestamp", "reason", "param"}
_IN_ANSWERS = {"error", "errors", "status", "status_code", "response", "body", *_WORDS, *_BESIDE}
_SUCCESSES = ("ok", "success", "succeeded", "complete", "completed")


def find_failure(value: Any) -> str | None:
    """Return what a service says of a request that failed, None if it says nothing.

    Such an answer is told by its shape: few members, and what has nothing but numbers or texts has
    them by the names of answers, unlike a vocabulary with the word "status" in it. Its status is
    one of HTTP.
    """
    if not isinstance(value, dict) or len(value) > _MOST_IN_ANSWER:
        return None
    is_uniform = are_numbers(value) or all(isinstance(member, str) for member in value.values())
    if is_uniform and not value.keys() <= _IN_ANSWERS:
        return None
    status = next((s for path in _STATUSES if (s := find_member(value, path))), None)
    words = next((w for path in _ERRORS if (w := _words_of(find_member(value, path)))), "")
    if isinstance(status, str) and status.casefold() not in _SUCCESSES:
        words = words or status
    if isinstance(status, int) and 300 <= status < 600:
        if not words and len(value) > 1 and not value.keys() <= _IN_ANSWERS:
            return None  # A column that is called so.
        words = words or _words_of(value)
        return f"status {status}: {words}" if words else f"status {status}"
    return f"error: {words}" if words else None


def with_failure(said: str, value: Any) -> str:
    """Return what is said, and behind it why the request of which this is the answer failed."""
    failure = find_failure(value)
    return f"{said} ({failure})" if failure else said


def _words_of(error: Any) -> str:
    if isinstance(error, list):
        error = error[0] if error else None
    if isinstance(error, dict):
        error = next((error[name] for name in _WORDS if error.get(name)), None)
    return error.strip()[:_MESSAGE_LENGTH] if isinstance(error, str) else ""


def are_numbers(members: dict[str, Any]) -> bool:
    """Return whether all members are single numbers."""
    return all(type(value) in (int, float) for value in members.values())
