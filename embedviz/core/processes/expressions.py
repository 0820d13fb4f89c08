"""Regular expressions, searched for in a process of their own.

Python's `re` holds the GIL for the whole of a match, and some expressions take longer than the
world will last: `(a+)+$` looks at every way to part a row of a's. In a thread, it would keep the
window from answering, and nothing could stop it; a process can be ended at any moment.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from embedviz.core.errors import UserError
from embedviz.core.processes.child_process import ChildProcess
from embedviz.core.processes.child_setup import lower_priority, take_pipes
from embedviz.core.processes.messages import Message, read_message, write_message
from embedviz.core.wording import composed

PATIENCE_SECONDS = 10.0
"""How long one block of labels may take; an expression that is as it should be takes 0.02 s."""
_POLL_SECONDS = 0.05


def rows_matching(
    labels: Sequence[str],
    expression: str,
    count: int,
    report: Callable[[float, str], None],
    block: int = 20_000,
) -> list[int]:
    """Return the first `count` rows whose label an expression is found in, or a few more.

    Parameters
    ----------
    labels : sequence of str, length n_vectors
    expression : str
        A valid one.
    count : int
    report : Report
        Called twenty times a second: where it raises, the search ends at once.
    block : int
        How many labels are searched before it is looked at whether there are enough.

    Raises
    ------
    UserError
        When it takes too long, or the process cannot be started or ends.
    """
    child = ChildProcess(__name__, "searches labels")
    try:
        child.send(Message("expression", {"expression": expression}))
        found: list[int] = []
        for start in range(0, len(labels), block):
            child.send(Message("labels", {"labels": list(labels[start : start + block])}))
            go_on = partial(report, start / len(labels), "searching")
            rows = _answer(child, go_on, expression)
            found += (rows + start).tolist()
            if len(found) >= count:
                break
        return found
    finally:
        child.kill()


def _answer(
    child: ChildProcess, go_on: Callable[[], None], expression: str
) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
    limit = time.monotonic() + PATIENCE_SECONDS
    while True:
        go_on()
        for message in child.receive(_POLL_SECONDS):
            if message is None:
                raise UserError(f"The search ended: {child.how_it_ended()}. Try again.")
            return message.arrays["rows"].astype(np.intp)
        if time.monotonic() > limit:
            raise UserError(
                f"/{expression}/ takes too long, and was stopped. Write it without a repetition "
                "within a repetition: a+ in place of (a+)+."
            )


def answer_requests() -> None:
    """Search blocks of labels until there are no more. Runs in the process of its own."""
    requests, replies = take_pipes()
    lower_priority(niceness=5, oom_score=500)
    first = read_message(requests)
    if first is None:
        return
    search = re.compile(first.facts["expression"]).search
    while (message := read_message(requests)) is not None:
        found = {"rows": np.array(rows_in(message.facts["labels"], search), dtype=np.int64)}
        write_message(replies, Message("found", {}, found))


def rows_in(labels: Sequence[str], search: Callable[[str], object]) -> list[int]:
    """Return the rows whose label is found, whichever form of Unicode it is in."""
    return [row for row, label in enumerate(labels) if search(composed(label))]


if __name__ == "__main__":
    answer_requests()
