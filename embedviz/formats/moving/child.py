"""The process in which moving pictures are encoded: it is given frames, and writes one file."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import IO, Any

from embedviz.core.errors import UserError
from embedviz.core.processes.child_setup import lower_priority, take_pipes
from embedviz.core.processes.messages import Message, read_message, write_message
from embedviz.formats.moving import MOVING_FORMATS
from embedviz.formats.moving.clip import Clip, Pixels

OUT_OF_MEMORY = "There is no memory left for it. Choose a smaller size."


def main() -> None:
    """Write what is said, say that it is done, and end."""
    requests, replies = take_pipes()
    lower_priority(niceness=5, oom_score=500)
    begin = read_message(requests)
    if begin is None:
        return
    try:
        _write(begin.facts, requests)
    except EOFError:
        return  # Nobody wants it any more.
    except UserError as error:
        write_message(replies, Message("failed", {"reason": str(error)}))
    except OSError as error:
        write_message(replies, Message("failed", {"reason": error.strerror or str(error)}))
    except MemoryError:
        write_message(replies, Message("failed", {"reason": OUT_OF_MEMORY}))
    else:
        write_message(replies, Message("done"))


def _write(facts: Any, requests: IO[bytes]) -> None:
    kind, clip = MOVING_FORMATS[facts["suffix"]], Clip(**facts["clip"])
    write = getattr(importlib.import_module(kind.module), kind.function)
    with open(facts["path"], "r+b") as file:
        write(file, clip, _frames(requests, clip))


def _frames(requests: IO[bytes], clip: Clip) -> Iterator[Pixels]:
    for _ in range(clip.n_frames):
        message = read_message(requests)
        if message is None:
            raise EOFError
        yield message.arrays["pixels"]


if __name__ == "__main__":
    main()
