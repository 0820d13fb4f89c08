"""The process in which gensim trains word vectors, and the only one that imports it.

It takes one job from its standard input: the corpus, the settings and the questions. Then it sends
the vocabulary, snapshots on the way, and the vectors in the end, or when it is told to stop.
Warnings of NumPy and gensim are not looked at here, as nobody would read them.
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
from embedviz.sources.training.accuracy import AccuracyMeter
from embedviz.sources.training.corpus import Corpus, TextsCorpus
from embedviz.sources.training.models import Counts, make_model
from embedviz.sources.training.questions import Questions
from embedviz.sources.training.samples import corpus_of_facts
from embedviz.sources.training.sentences import Sentences
from embedviz.sources.training.settings import TrainingSettings
from embedviz.sources.training.views import ModelViews
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
        self._watched = ""
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
                if message.kind == "taken" and self._watcher is not None:
                    self._watcher.taken.set()
                elif message.kind == "watch":
                    self._watched = message.facts["word"]
                    if self._watcher is not None:  # Else it is told when there is one.
                        self._watcher.watched = self._watched
                elif message.kind == "stop":
                    self._stop.set()
                    Thread(target=self._end_early, daemon=True).start()
                else:
                    self._jobs.put(message)
        os._exit(0)

    def _train(self, job: Message) -> None:
        settings = TrainingSettings(**job.facts["settings"])
        self._watched = self._watched or job.facts["watched"]
        corpus = self._corpus(job)
        sentences = Sentences(corpus, settings, self.tell)
        counts = Counts()
        model = make_model(settings, counts)
        facts = build_vocabulary(model, sentences, settings, corpus.name, self.tell)
        watcher = self._make_watcher(job, settings, model, sentences, counts, facts)
        with self._stop_lock:
            self._watcher = watcher
        watcher.watched = self._watched
        if self._stop.is_set():  # Before anything was learned.
            raise Cancelled
        watcher.start()
        if self._stop.is_set():  # While the first snapshot was made, when nobody could end it.
            self._end_early()
        options = {"compute_loss": True} if settings.has_loss else {}
        model.train(sentences, total_examples=model.corpus_count, epochs=model.epochs, **options)
        with self._stop_lock:  # Whoever has it tells the end.
            watcher.finish()
            self._send_end(watcher, is_partial=False)

    def _make_watcher(
        self,
        job: Message,
        settings: TrainingSettings,
        model: Any,
        sentences: Sentences,
        counts: Counts,
        facts: dict[str, Any],
    ) -> Watcher:
        n_rows, told = len(model.wv), job.facts["shown"]
        shown = shown_rows(n_rows, told["most"], told["rare"], settings.seed)
        asked = [(a, b, c, d) for a, b, c, d in job.facts["questions"]]
        questions = Questions((("", tuple(asked)),)).rows(
            model.wv.key_to_index, lower_case=settings.lower_case
        )
        self._send_vocabulary(model, facts | {"n_questions": len(questions)}, shown)
        kept = facts["n_kept"] / max(sentences.n_words, 1)
        is_one = settings.algorithm == "cbow"  # A word and all of its neighbors are one example.
        return Watcher(
            settings,
            counts,
            model.corpus_total_words * settings.epochs,
            1.0 if is_one else expected_pairs(sentences.lengths, settings.window, kept),
            ModelViews(model, shown, AccuracyMeter(questions, n_rows)),
            self.send,
            told["moments"],
        )

    def _end_early(self) -> None:
        with self._stop_lock:
            if self._watcher is not None and self._watcher.is_started:
                self._send_end(self._watcher, is_partial=True)

    def _send_end(self, watcher: Watcher, *, is_partial: bool) -> None:
        facts = {
            "is_partial": is_partial,
            "fraction": watcher.fraction,
            "seconds": watcher.seconds,
        }
        self.send(Message("done", facts, {"vectors": watcher.views.all()}))
        os._exit(0)  # gensim's threads go on, and cannot be ended otherwise.

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
