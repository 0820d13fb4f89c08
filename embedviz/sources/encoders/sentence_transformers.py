"""sentence-transformers: any of its models, in a child process that can be ended at any moment.

A model is a folder, or a name under which it has been downloaded before. One that is not on this
machine is downloaded only after the user has agreed to it, by another process than the one that is
given texts: that one has no network.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import ClassVar

import numpy as np

from embedviz.core.arrays import Matrix
from embedviz.core.errors import UserError
from embedviz.core.notes import Note, counted
from embedviz.core.processes.messages import Message
from embedviz.core.progress import Report, part_of, silent
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.texts.plain_text import plain_text
from embedviz.core.wording import shown_name
from embedviz.sources.consent import Ask, refuse
from embedviz.sources.encoders.model_process import ModelFacts, ModelProcess

_BATCH_TEXTS = 64
_BATCH_CHARACTERS = 40_000
_AHEAD = 2
"""Batches that are asked for before they are needed, so that both processes are busy."""
_STEP = 1_000_003


class SentenceTransformersEncoder:
    """Encoder of texts by a sentence-transformers model; see `Encoder`.

    Its process is started when it is first used, and kept until `close`; stopping ends it. May be
    used by several threads, one after the other.
    """

    title: ClassVar[str] = "sentence-transformers"
    is_local: ClassVar[bool] = True

    def __init__(self, settings: EncoderSettings, ask: Ask = refuse) -> None:
        if not settings.model.strip():
            raise UserError(
                "sentence-transformers needs a model: the folder it is in, or its name, such as "
                "all-MiniLM-L6-v2."
            )
        folder = Path(settings.model.strip()).expanduser()
        if folder.is_dir():  # As seen from here: its process, and another day, are elsewhere.
            settings = replace(settings, model=str(folder.absolute()))
        self._settings = settings
        self._ask = ask
        self._using = Lock()
        self._process: ModelProcess | None = None
        self._facts: ModelFacts | None = None
        self._n_truncated = 0

    @classmethod
    def what_lacks(cls) -> str:
        """Return what has to be installed to use it, with the command; empty: nothing."""
        if all(find_spec(name) is not None for name in ("sentence_transformers", "torch")):
            return ""
        return (
            "sentence-transformers is not installed, which brings PyTorch along (some GB): "
            "pip install sentence-transformers"
        )

    @property
    def settings(self) -> EncoderSettings:
        """Settings it was made with."""
        return self._settings

    @property
    def name(self) -> str:
        """The name of the model, or of its folder, and how many dimensions are used."""
        model = Path(self._settings.model).name or self._settings.model
        wanted = self._settings.dimensions
        cut = "" if wanted is None else f", {counted(wanted, 'dimension')}"
        return f"{shown_name(model)}{cut}"

    @property
    def dimensions(self) -> int:
        """Length of the vectors; loads the model where that is not known yet."""
        return self._cut_at(self.facts())

    def facts(self, report: Report = silent) -> ModelFacts:
        """Return what the model says of itself; loads it where that is not known yet.

        Raises
        ------
        UserError
            When it is not there, or cannot be loaded.
        """
        with self._using:
            return self._facts or self._load(report)

    def encode(
        self, texts: Sequence[str], report: Report = silent, *, as_queries: bool = False
    ) -> Matrix:
        """Return the vectors of texts, of unit length; see `Encoder`."""
        prompt = self._settings.query_prompt if as_queries else self._settings.prompt
        return self._encoded(texts, prompt, None, report)

    def dropout_views(
        self, texts: Sequence[str], report: Report = silent, *, seed: int = 0
    ) -> tuple[Matrix, Matrix]:
        """Return two vectors of each text, which differ in what dropout has left out.

        SimCSE's positives (Gao, Yao and Chen, EMNLP 2021): the model is as it is in training, and
        each pass drops other numbers on the way.

        Parameters
        ----------
        texts : sequence of str
        report : Report
        seed : int
            Of what is dropped.

        Returns
        -------
        two float32 arrays of shape (n_texts, dimensions), rows of unit length

        Raises
        ------
        UserError
            When the model has no dropout.
        """
        if not self.facts(part_of(report, 0.0, 0.1)).dropout:
            raise UserError(
                f"{self.name} has no dropout, so two views of a text would be the same vector. Use "
                "a model that was trained with it, such as BERT and its descendants."
            )
        prompt = self._settings.prompt
        first = self._encoded(texts, prompt, 2 * seed, part_of(report, 0.1, 0.55))
        second = self._encoded(texts, prompt, 2 * seed + 1, part_of(report, 0.55, 1.0))
        return first, second

    def notes(self) -> list[Note]:
        """Return how many texts the model did not read to their end, the last time."""
        if not self._n_truncated or self._facts is None:
            return []
        are = "is" if self._n_truncated == 1 else "are"
        return [
            Note(
                f"{counted(self._n_truncated, 'text')} {are} longer than the "
                f"{counted(self._facts.longest or 0, 'token')} that {self.name} reads: what comes "
                "after does not count."
            )
        ]

    @property
    def pid(self) -> int | None:
        """The number of the process; None where none is running."""
        return None if self._process is None else self._process.pid

    def close(self) -> None:
        """End the process; encoding again starts it again."""
        process, self._process = self._process, None
        if process is not None:
            process.close()

    def _encoded(
        self, texts: Sequence[str], prompt: str, seed: int | None, report: Report
    ) -> Matrix:
        with self._using:
            if self._process is None or not self._process.is_alive:
                self._load(part_of(report, 0.0, 0.1))
            assert self._process is not None
            self._n_truncated = 0
            try:
                return self._run(self._process, texts, prompt, seed, report)
            except BaseException:
                self.close()  # It would go on with what nobody wants.
                raise

    def _run(
        self,
        process: ModelProcess,
        texts: Sequence[str],
        prompt: str,
        seed: int | None,
        report: Report,
    ) -> Matrix:
        assert self._facts is not None
        cut = self._cut_at(self._facts)
        vectors = np.zeros((len(texts), cut), np.float32)
        batches = _batches(texts)
        asked: deque[list[int]] = deque()
        n_done = 0
        while True:
            while len(asked) < _AHEAD and (rows := next(batches, None)) is not None:
                job = {
                    "texts": [plain_text(texts[row]) for row in rows],
                    "prompt": prompt,
                    # Another one for each batch, so that not all drop the same. PyTorch's
                    # generator takes 32 bits of it.
                    "seed": None if seed is None else (seed * _STEP + rows[0]) % (1 << 32),
                }
                process.send(Message("encode", job))
                asked.append(rows)
            if not asked:
                return vectors
            words = f"{n_done:,} of {counted(len(texts), 'text')}"
            answer = process.answer(report, 0.1 + 0.9 * n_done / len(texts), words)
            rows = asked.popleft()
            found = answer.arrays["vectors"][:, :cut]
            lengths = np.linalg.norm(found, axis=1, keepdims=True)
            vectors[rows] = found / np.where(lengths > 0, lengths, 1)
            self._n_truncated += answer.facts["n_truncated"]
            n_done += len(rows)

    def _load(self, report: Report) -> ModelFacts:
        """Start the process with the model, and return what the model says of itself."""
        self.close()
        self._process = ModelProcess(self._settings.model, self.name)
        try:
            self._facts = self._process.load(report, self._ask)
        except BaseException:
            self.close()
            raise
        return self._facts

    def _cut_at(self, facts: ModelFacts) -> int:
        wanted = self._settings.dimensions
        if wanted is not None and wanted > facts.dimensions:
            raise UserError(
                f"{self.name} has {facts.dimensions:,} dimensions, and {wanted:,} are asked for. "
                "Ask for as many or fewer."
            )
        return wanted or facts.dimensions


def with_model_prompts(settings: EncoderSettings, facts: ModelFacts) -> EncoderSettings:
    """Return settings with the prompts that a model was trained with, where it names them so."""
    rows = ("document", "passage", "text")
    prompts = {name.casefold(): text for name, text in facts.prompts.items()}
    default = facts.prompts.get(facts.default_prompt or "", "")
    return replace(
        settings,
        prompt=next((prompts[name] for name in rows if name in prompts), default),
        query_prompt=prompts.get("query", default),
    )


def _batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """Yield the rows of texts of about one length, the longest first, as they are encoded."""
    batch: list[int] = []
    for row in sorted(range(len(texts)), key=lambda row: -len(texts[row])):
        longest = len(texts[batch[0]]) if batch else 0
        if batch and (len(batch) >= _BATCH_TEXTS or longest * (len(batch) + 1) > _BATCH_CHARACTERS):
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch
