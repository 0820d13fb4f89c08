"""The process in which gensim trains word vectors, and the only one that imports it.

It takes one job from its standard input: the corpus, the settings and the questions. Then it sends
the vocabulary, snapshots on the way, and the vectors in the end, or when it is told to stop. Warnings
of NumPy and gensim are not looked at here, as nobody would read them.
"""

from __future__ import annotations

import os
import time
import traceback
import warnings
from contextlib import suppress
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import IO, Any

import numpy as np

from embedviz.core.errors import UserError
from embedviz.core.processes.child_setup import lower_priority, take_pipes
from embedviz.core.processes.messages import Message, read_message, write_message
from embedviz.core.progress import Cancelled
from embedviz.sources.training.corpus import Corpus, TextsCorpus, corpus_of_facts
from embedviz.sources.training.models import Counts, make_model, vector_reader
from embedviz.sources.training.sentences import Sentences
from embedviz.sources.training.settings import TrainingSettings
from embedviz.sources.training.vocabulary import build_vocabulary
from embedviz.sources.training.watching import Watcher, expected_pairs, shown_rows

_WORDS_AT_ONCE = 20_000
_TELL_SECONDS = 0.1


class Worker:
    """One training: what is asked of it, and what it answers.

    Parameters
    ----------
    requests, replies : binary file
    """

    def __init__(self, requests: IO[bytes], replies: IO[bytes]) -> None:
        self._requests = requests
        self._replies = replies
        self._speaking = Lock()
        self._stop = Event()
        self._stop_lock = Lock()
        self._jobs: SimpleQueue[Message] = SimpleQueue()
        self._watcher: Watcher | None = None
        self._model: Any = None
        self._next_telling = 0.0

    def start(self) -> None:
        """Listen to what is asked, in a thread."""
        Thread(target=self._listen, daemon=True).start()

    def work(self) -> None:
        """Train, and say how it ended."""
        try:
            self._train(self._jobs.get())
        except Exception as error:  # noqa: BLE001 - shown where the job came from
            if not isinstance(error, (UserError, Cancelled)):
                traceback.print_exc()
            self.send(Message("failed", {"error": type(error).__name__, "words": str(error)}))

    def send(self, message: Message) -> None:
        """Send a message; end this process when nobody is there to hear it."""
        with self._speaking:
            try:
                write_message(self._replies, message)
            except OSError:
                os._exit(0)

    def tell(self, fraction: float, words: str) -> None:
        """Send progress ten times a second at most; the place where reading stops."""
        if self._stop.is_set():
            raise Cancelled
        now = time.monotonic()
        if now >= self._next_telling:
            self._next_telling = now + _TELL_SECONDS
            self.send(Message("progress", {"fraction": fraction, "words": words}))

    def _listen(self) -> None:
        with suppress(EOFError, OSError):
            while (message := read_message(self._requests)) is not None:
                if message.kind == "taken":
                    if self._watcher is not None:
                        self._watcher.taken.set()
                elif message.kind == "stop":
                    self._stop.set()
                    Thread(target=self._end_early, daemon=True).start()
                else:
                    self._jobs.put(message)
        os._exit(0)

    def _train(self, job: Message) -> None:
        settings = TrainingSettings(**job.facts["settings"])
        corpus = self._corpus(job)
        sentences = Sentences(corpus, settings, self.tell)
        counts = Counts()
        model = make_model(settings, counts)
        facts = build_vocabulary(model, sentences, settings, corpus.name, self.tell)
        shown = shown_rows(
            len(model.wv), job.facts["shown"]["most"], job.facts["shown"]["rare"], settings.seed
        )
        self._send_vocabulary(model, facts, shown)
        kept = facts["n_kept"] / max(sentences.n_words, 1)
        pairs = 1.0 if settings.algorithm == "cbow" else 0.0
        watcher = Watcher(
            settings,
            counts,
            model.corpus_total_words * settings.epochs,
            pairs or expected_pairs(sentences.lengths, settings.window, kept),
            vector_reader(model, shown),
            None,
            self.send,
        )
        self._model, self._watcher = model, watcher
        watcher.start()
        if self._stop.is_set():
            self._end_early()
        options = {"compute_loss": True} if settings.has_loss else {}
        model.train(sentences, total_examples=model.corpus_count, epochs=model.epochs, **options)
        with self._stop_lock:  # Whoever has it tells the end.
            watcher.finish()
            self._send_end(np.asarray(model.wv.vectors, np.float32), is_partial=False)
            os._exit(0)

    def _end_early(self) -> None:
        if self._model is None or self._watcher is None:
            return
        with self._stop_lock:
            self._send_end(vector_reader(self._model)(), is_partial=True)
            os._exit(0)

    def _send_end(self, vectors: Any, *, is_partial: bool) -> None:
        assert self._watcher is not None
        facts = {
            "is_partial": is_partial,
            "fraction": self._watcher.fraction,
            "seconds": self._watcher.seconds,
        }
        self.send(Message("done", facts, {"vectors": vectors}))

    def _corpus(self, job: Message) -> Corpus:
        if job.facts["corpus"] is not None:
            return corpus_of_facts(job.facts["corpus"])
        items: list[str] = []
        while True:
            message = self._jobs.get()
            items += message.facts["texts"]
            self.tell(0.0, f"reading {job.facts['name']}")
            if message.facts.get("is_last"):
                return TextsCorpus(items, job.facts["name"])

    def _send_vocabulary(self, model: Any, facts: dict[str, Any], shown: Any) -> None:
        words = model.wv.index_to_key
        counts = np.array([model.wv.get_vecattr(word, "count") for word in words], np.int64)
        for start in range(0, len(words), _WORDS_AT_ONCE):
            part = slice(start, start + _WORDS_AT_ONCE)
            self.send(Message("words", {"words": words[part]}, {"counts": counts[part]}))
        told = {name: facts[name] for name in ("n_tokens", "n_distinct", "n_texts", "n_questions")}
        self.send(Message("vocabulary", told, {"shown": shown}))


def main() -> None:
    """Train once."""
    requests, replies = take_pipes()
    lower_priority(niceness=5, oom_score=500)  # The window goes first.
    warnings.simplefilter("ignore")
    worker = Worker(requests, replies)
    worker.start()
    worker.work()


if __name__ == "__main__":
    main()
