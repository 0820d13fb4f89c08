"""The process of a sentence-transformers model as this process sees it: asked, answered, ended."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from embedviz.core.errors import UserError
from embedviz.core.processes.child_process import ChildProcess
from embedviz.core.processes.messages import Message
from embedviz.core.progress import Report
from embedviz.core.wording import shown_name
from embedviz.sources.consent import Ask, NotAgreed, Sending

_CHILD = "embedviz.sources.encoders.sentence_transformers_worker"
_POLL_SECONDS = 0.05
_SHUTDOWN_SECONDS = 1.0
_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
_QUIET = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TOKENIZERS_PARALLELISM": "true",
    "DO_NOT_TRACK": "1",
}


@dataclass(frozen=True)
class ModelFacts:
    """What a model says of itself.

    Attributes
    ----------
    dimensions : int
        Of its vectors, before they are cut.
    prompts : mapping of str to str
        What it was trained to have before texts, by name: "query", "document".
    default_prompt : str or None
        Which of them it would use by itself.
    longest : int or None
        How many tokens it reads of a text.
    dropout : float
        The largest probability of its layers; 0: it has none.
    """

    dimensions: int
    prompts: Mapping[str, str] = field(default_factory=dict)
    default_prompt: str | None = None
    longest: int | None = None
    dropout: float = 0.0


class ModelProcess:
    """Process that runs one model; ended with `close`.

    Parameters
    ----------
    model : str
        Its folder or its name.
    title : str
        What it is called in messages.
    """

    def __init__(self, model: str, title: str) -> None:
        self._model, self._title = model, title
        self._child: ChildProcess | None = None
        self._received: deque[Message | None] = deque()

    @property
    def pid(self) -> int | None:
        """The number of the process; None where none is running."""
        return None if self._child is None else self._child.pid

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked anything."""
        return self._child is not None and self._child.is_alive

    def close(self) -> None:
        """End it. May be called at any time."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()

    def load(self, report: Report, ask: Ask) -> ModelFacts:
        """Load the model, after downloading it where it is not there and the user agrees.

        Raises
        ------
        UserError
            When it is not there, or cannot be loaded.
        """
        words = f"loading {self._title}"
        answer = self._start_with("load", report, words, _OFFLINE)
        if answer.kind == "missing":
            self._download(answer.facts["address"], report, ask)
            answer = self._start_with("load", report, words, _OFFLINE)
        if answer.kind == "missing":
            raise UserError(
                f"{self._model} has no weights that can be used here: a model with safetensors is "
                "needed. Choose another."
            )
        return ModelFacts(**answer.facts)

    def _download(self, address: str, report: Report, ask: Ask) -> None:
        self.close()
        model = self._model
        parts = urlsplit(address)
        host = f"{parts.hostname}:{parts.port or (80 if parts.scheme == 'http' else 443)}"
        details = ("No text is sent. The files of the model are kept in the cache of its library.",)
        sending = Sending(host, f"to download the model {model}", details=details)
        if ask(sending) is not True:
            raise NotAgreed(
                sending,
                f"{model} is not on this machine, and was not downloaded from {host}. Agree to "
                "that, or choose the folder of a model.",
            )
        self._start_with("fetch", report, f"downloading {model} from {host}", {})
        self.close()

    def _start_with(
        self, kind: str, report: Report, words: str, environment: Mapping[str, str]
    ) -> Message:
        """Return what a new process answers to its first job."""
        report(0.0, words)
        self._received.clear()
        kept = {name: value for name, value in os.environ.items() if name not in _OFFLINE}
        self._child = ChildProcess(
            _CHILD,
            "runs sentence-transformers",
            kept | _QUIET | dict(environment),
            shutdown_timeout=_SHUTDOWN_SECONDS,
        )
        self.send(Message(kind, {"model": self._model}))
        return self.answer(report, 0.0, words)

    def send(self, message: Message) -> None:
        """Ask for something."""
        assert self._child is not None
        self._child.send(message)

    def answer(self, report: Report, fraction: float, words: str) -> Message:
        """Wait for the next answer, and let `report` stop that 20 times a second."""
        child = self._child
        while child is not None:
            report(fraction, words)
            if not self._received:
                self._received += child.receive(_POLL_SECONDS)
            if self._received:
                message = self._received.popleft()
                if message is None:
                    raise self._death(child)
                if message.kind == "failed":
                    raise self._failure(message.facts["error"], message.facts["words"])
                return message
        raise UserError("The encoder was closed while it was at work. Start it again.")

    def _death(self, child: ChildProcess) -> UserError:
        if child.exit_code == -getattr(signal, "SIGKILL", 9):
            return UserError(
                f"The process that runs {self._title} was ended from outside (signal 9), as "
                "systems do when memory runs out. Close other programs or use a smaller model, "
                "then try again."
            )
        return UserError(
            f"The process that runs {self._title} ended unexpectedly ({child.how_it_ended()}). Try "
            "again."
        )

    def _failure(self, error: str, words: str) -> UserError:
        reason = shown_name(" ".join(words.split())) or error
        if error == "MemoryError":
            reason = "there is not enough memory"
        return UserError(
            f"{self._title} cannot be used: {reason}. Choose the folder or the name of a model of "
            "sentence-transformers."
        )
