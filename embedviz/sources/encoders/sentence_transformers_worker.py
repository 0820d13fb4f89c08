"""The process in which a sentence-transformers model runs: PyTorch in a process of its own.

It takes one job after the other from its standard input and answers on its standard output, as
`core.processes.messages` has it. "fetch" downloads a model, after the user has agreed to that, and
is the only job with a network; whatever else is asked for, this process can open no connection, so
that texts stay here whatever a model does with them. "load" and "encode" are the others.

No code that comes with a model is run: its modules must be those of the library, its weights be
safetensors, and code of its own is never trusted.
"""

from __future__ import annotations

import json
import os
import socket
import traceback
import warnings
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import numpy as np

from embedviz.core.arrays import Matrix
from embedviz.core.processes.child_setup import lower_priority, take_pipes
from embedviz.core.processes.messages import Message, read_message, write_message

FETCHED = ["*.json", "*.safetensors", "*.txt", "*.model", "*.md"]
"""Of a model's files: what describes it, its weights, and its vocabulary."""
_ORGANIZATION = "sentence-transformers"
_OWN_MODULES = ("sentence_transformers.",)
_MODULES = "modules.json"


def main() -> None:
    """Answer one job after the other, until standard input ends."""
    requests, replies = take_pipes()
    lower_priority(niceness=5, oom_score=500)
    warnings.simplefilter("ignore")
    worker = _Worker()
    with suppress(EOFError, OSError):
        while (message := read_message(requests)) is not None:
            _answer(worker, message, replies)
    os._exit(0)


def _answer(worker: _Worker, message: Message, replies: IO[bytes]) -> None:
    jobs = {"fetch": worker.fetch, "load": worker.load, "encode": worker.encode}
    try:
        answer = jobs[message.kind](message.facts)
    except Exception as error:  # noqa: BLE001 - shown where the job came from
        traceback.print_exc()
        facts = {"error": type(error).__name__, "words": str(error)}
        answer = Message("failed", facts)
    write_message(replies, answer)


class _Worker:
    """The model that is loaded, and what can be done with it."""

    def __init__(self) -> None:
        self._model: Any = None
        self._has_dropout = False

    def fetch(self, job: Mapping[str, Any]) -> Message:
        """Download the files of a model into the cache of its library."""
        from huggingface_hub import snapshot_download

        snapshot_download(_repository(job["model"]), allow_patterns=FETCHED)
        return Message("fetched")

    def load(self, job: Mapping[str, Any]) -> Message:
        """Load a model that is on this machine, and tell about it."""
        _close_network()
        folder = _folder_of(job["model"])
        if folder is None:
            from huggingface_hub import constants

            return Message("missing", {"address": constants.ENDPOINT})
        _require_own_modules(folder)
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(
            str(folder),
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs={"use_safetensors": True},
        )
        prompts = {name: text for name, text in dict(self._model.prompts or {}).items() if text}
        facts = {
            "dimensions": len(self._vectors(["a"], "")[0]),
            "prompts": prompts,
            "default_prompt": self._model.default_prompt_name,
            "longest": self._longest(),
            "dropout": self._largest_dropout(),
        }
        return Message("loaded", facts)

    def encode(self, job: Mapping[str, Any]) -> Message:
        """Encode texts; where there is a seed, with dropout on, which it is the seed of."""
        import torch

        texts, seed = job["texts"], job.get("seed")
        if seed is not None:
            torch.manual_seed(seed)
        self._set_dropout(seed is not None)
        vectors = self._vectors(texts, job["prompt"])
        facts = {"n_truncated": self._count_truncated(job["prompt"], texts)}
        return Message("vectors", facts, {"vectors": vectors})

    def _vectors(self, texts: list[str], prompt: str) -> Matrix:
        # A prompt of nothing, as without one the model's own would be put before the texts.
        found = self._model.encode(
            texts, prompt=prompt, batch_size=len(texts), show_progress_bar=False
        )
        return np.asarray(found, np.float32)

    def _set_dropout(self, is_on: bool) -> None:
        """Turn dropout on, and nothing else that training changes, or off again."""
        if is_on == self._has_dropout:
            return
        self._has_dropout = is_on
        model = self._model
        if not is_on:
            del model.eval  # What hides the method.
            model.eval()
            return
        model.train()
        for module in model.modules():
            if "BatchNorm" in type(module).__name__:
                module.eval()  # It would learn from the texts.
        # Encoding turns dropout off first, by this method.
        model.eval = lambda: model

    def _largest_dropout(self) -> float:
        found = [float(module.p) for module in self._model.modules() if _is_dropout(module)]
        return max(found, default=0.0)

    def _longest(self) -> int | None:
        longest = getattr(self._model, "max_seq_length", None)
        return int(longest) if isinstance(longest, (int, float)) and longest < 1e9 else None

    def _count_truncated(self, prompt: str, texts: list[str]) -> int:
        """Return how many texts are longer than the model reads; 0 where that is not known."""
        longest = self._longest()
        with suppress(Exception):
            if longest is not None and max(map(len, texts)) >= longest // 2:
                found = self._model.tokenizer([prompt + text for text in texts], truncation=False)
                return sum(len(tokens) > longest for tokens in found["input_ids"])
        return 0


def _is_dropout(module: Any) -> bool:
    return "Dropout" in type(module).__name__ and isinstance(getattr(module, "p", None), float)


def _repository(model: str) -> str:
    """Return the name of a model on the hub; those of the library's makers have a short one."""
    return model if "/" in model else f"{_ORGANIZATION}/{model}"


def _folder_of(model: str) -> Path | None:
    """Return where a model is on this machine; None where it is not."""
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    if folder.is_absolute():
        raise FileNotFoundError(f"there is no folder {model}")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        found = snapshot_download(_repository(model), allow_patterns=FETCHED, local_files_only=True)
    except HFValidationError:
        raise FileNotFoundError(f"{model} is neither a folder nor the name of a model") from None
    except (LocalEntryNotFoundError, HfHubHTTPError):
        return None
    # A download that was stopped leaves what it had.
    has_weights = any(Path(found).rglob("*.safetensors"))
    return Path(found) if has_weights and (Path(found) / "config.json").is_file() else None


def _require_own_modules(folder: Path) -> None:
    """Refuse a model that names code other than the library's."""
    path = folder / _MODULES
    if not path.is_file():
        return
    modules = json.loads(path.read_text("utf-8"))
    for module in modules:
        name = str(module.get("type"))
        if not name.startswith(_OWN_MODULES):
            raise PermissionError(
                f"it needs code of its own ({name[:80]}), which is never run here"
            )


def _close_network() -> None:
    """Let this process open no connection any more."""

    def refuse(*arguments: Any, **others: Any) -> Any:
        raise OSError("this process has no network")

    for name in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, name, refuse)


if __name__ == "__main__":
    main()
