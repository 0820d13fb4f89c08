"""A training of word vectors in a process of its own, as the process that wants it sees it.

gensim is imported in the child alone. Snapshots come one at a time: the child makes the next one
only when the last was taken, so that a slow reader costs no memory.
"""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any

import numpy as np

from embedviz.core.arrays import Matrix
from embedviz.core.errors import UserError
from embedviz.core.processes.child_process import ChildProcess
from embedviz.core.processes.messages import Message
from embedviz.core.progress import Cancelled, Report, silent
from embedviz.sources.training.corpus import Corpus, text_messages
from embedviz.sources.training.questions import Questions
from embedviz.sources.training.settings import TrainingSettings
from embedviz.sources.training.snapshots import OnSnapshot, OnVocabulary, Snapshot, Vocabulary

_CHILD = "embedviz.sources.training.worker"
_POLL_SECONDS = 0.05
MOST_SHOWN = 5_000
"""Words whose vectors snapshots hold; of more, these are the most frequent and some others."""


@dataclass(frozen=True, eq=False)
class Trained:
    """Vectors of a vocabulary when training ended, or was stopped.

    Attributes
    ----------
    vocabulary : Vocabulary
    vectors : float32 array of shape (n_words, dimensions)
    settings : TrainingSettings
    corpus : Corpus
    is_partial : bool
        Whether it was stopped before its end.
    fraction : float
        Of the words of all epochs that were gone through, 0 to 1.
    seconds : float
        From the first word to the last.
    """

    vocabulary: Vocabulary
    vectors: Matrix
    settings: TrainingSettings
    corpus: Corpus
    is_partial: bool
    fraction: float
    seconds: float


class TrainingRun:
    """A training in a child process; it begins with `run`, and ends at any moment.

    Parameters
    ----------
    corpus : Corpus
    settings : TrainingSettings
    questions : Questions, optional
        Asked on the way, as often as costs little.
    most_shown : int
        How many words snapshots hold.
    shows_rare : bool
        Whether, of more words than that, a fifth of those on show are drawn from all the others;
        otherwise they are the most frequent ones, the first rows.
    moments : int, optional
        How many snapshots there are, at equal parts of the text. Default: as many as time allows,
        so that they are others each time.

    Raises
    ------
    UserError
        When a setting is out of its range.
    """

    def __init__(
        self,
        corpus: Corpus,
        settings: TrainingSettings | None = None,
        questions: Questions | None = None,
        *,
        most_shown: int = MOST_SHOWN,
        shows_rare: bool = True,
        moments: int | None = None,
    ) -> None:
        self.corpus = corpus
        self.settings = settings or TrainingSettings()
        self.settings.require()
        self.questions = questions or Questions()
        self.is_stopped = False
        self._shown = {"most": most_shown, "rare": shows_rare, "moments": moments}
        self._child: ChildProcess | None = None
        self._is_ended = Event()
        self._watched = self._told_word = ""
        self._is_told_to_stop = False

    def run(
        self,
        report: Report = silent,
        on_vocabulary: OnVocabulary | None = None,
        on_snapshot: OnSnapshot | None = None,
    ) -> Trained:
        """Train, and return the vectors. Waits for it, so call it in a thread, and once.

        Both callbacks are called in this thread: the first once before the first snapshot, the
        second at most ten times a second, also with the vectors before training and at its end.

        Raises
        ------
        UserError
            When the corpus cannot be read or has too few words, the settings need more memory than
            there is, or the process ended.
        Cancelled
            When `report` raised it, `kill` was called, or `stop` before there was a vocabulary.
        """
        child = self._child = ChildProcess(_CHILD, "trains word vectors")
        sender = Thread(target=self._send_job, args=(child,), daemon=True)
        sender.start()
        try:
            if self._is_ended.is_set():
                raise Cancelled
            return self._follow(child, report, on_vocabulary, on_snapshot)
        finally:
            self.kill()
            sender.join()

    def stop(self) -> None:
        """End training soon, and let `run` return the vectors as they are. From any thread."""
        self.is_stopped = True  # `run` tells it: a pipe that is full would hold up a window.

    def watch(self, word: str) -> None:
        """Let snapshots from now on have the neighbors of a word; empty: none. From any thread."""
        self._watched = word

    def kill(self) -> None:
        """End it at once and keep nothing. May be called at any time, from any thread."""
        self._is_ended.set()
        if self._child is not None:
            self._child.kill()

    @property
    def pid(self) -> int | None:
        """Number of the process; None before `run`."""
        return None if self._child is None else self._child.pid

    def _pass_on(self, child: ChildProcess) -> None:
        """Tell the child what was asked for since the last time."""
        if self.is_stopped and not self._is_told_to_stop:
            self._is_told_to_stop = True
            child.send(Message("stop"))
        if (word := self._watched) != self._told_word:
            self._told_word = word
            child.send(Message("watch", {"word": word}))

    def _send_job(self, child: ChildProcess) -> None:
        facts: dict[str, Any] = {
            "settings": vars(self.settings),
            "corpus": self.corpus.facts(),
            "name": self.corpus.name,
            "questions": list(self.questions),
            "shown": self._shown,
            "watched": self._watched,
        }
        child.send(Message("train", facts))
        if facts["corpus"] is None:
            for message in text_messages(self.corpus):
                if self._is_ended.is_set():
                    return
                child.send(message)

    def _follow(
        self,
        child: ChildProcess,
        report: Report,
        on_vocabulary: OnVocabulary | None,
        on_snapshot: OnSnapshot | None,
    ) -> Trained:
        fraction, said, reader = 0.0, "starting", _VocabularyReader()
        while True:
            report(fraction, said)
            self._pass_on(child)
            for message in child.receive(_POLL_SECONDS):
                if message is None:
                    raise self._death(child)
                facts, arrays = message.facts, message.arrays
                if message.kind == "failed":
                    raise self._failure(facts)
                if message.kind == "progress":
                    fraction, said = facts["fraction"], facts["words"]
                elif message.kind == "done":
                    assert reader.vocabulary is not None
                    return Trained(
                        reader.vocabulary, arrays["vectors"], self.settings, self.corpus, **facts
                    )
                elif message.kind == "snapshot":
                    snapshot = Snapshot(**{**facts, **arrays})
                    fraction, said = snapshot.fraction, words_for(snapshot, self.settings)
                    if on_snapshot is not None:
                        on_snapshot(snapshot)
                    child.send(Message("taken"))
                else:
                    reader.take(message, on_vocabulary)

    def _failure(self, facts: Mapping[str, Any]) -> Exception:
        if facts["error"] == "Cancelled":
            return Cancelled()
        if facts["error"] == "UserError":
            return UserError(facts["words"])
        if facts["error"] == "MemoryError":
            return UserError(
                f"There is not enough memory to train on {self.corpus.name}. Use fewer dimensions, "
                "a higher minimum count, or fewer words at most."
            )
        return UserError(
            f"Training on {self.corpus.name} failed ({facts['error']}: {facts['words']})."
        )

    def _death(self, child: ChildProcess) -> Exception:
        if child.is_killed:
            return Cancelled()
        if child.exit_code == -getattr(signal, "SIGKILL", 9):
            return UserError(
                "The process that trains word vectors was ended from outside (signal 9), as "
                "systems do when memory runs out. Close other programs, or use fewer dimensions "
                "or a higher minimum count, then train again."
            )
        return UserError(
            f"The process that trains word vectors ended unexpectedly ({child.how_it_ended()}). "
            "Train again."
        )


class _VocabularyReader:
    """Puts the parts of a vocabulary together: a million words at once would stall a window."""

    def __init__(self) -> None:
        self.vocabulary: Vocabulary | None = None
        self._words: list[str] = []
        self._counts: list[Any] = []

    def take(self, message: Message, on_vocabulary: OnVocabulary | None) -> None:
        if message.kind == "words":
            self._words += message.facts["words"]
            self._counts.append(message.arrays["counts"])
            return
        counts, shown = np.concatenate(self._counts), message.arrays["shown"]
        self.vocabulary = Vocabulary(tuple(self._words), counts, **message.facts, shown=shown)
        self._words, self._counts = [], []
        if on_vocabulary is not None:
            on_vocabulary(self.vocabulary)


def words_for(snapshot: Snapshot, settings: TrainingSettings) -> str:
    """Return a few words on how a training does: "epoch 2 of 5 · 310,000 words/s · loss 2.31"."""
    parts = [f"epoch {snapshot.epoch} of {settings.epochs}"]
    if snapshot.words_per_second:
        parts.append(f"{snapshot.words_per_second:,.0f} words/s")
    if snapshot.loss == snapshot.loss:
        parts.append(f"loss {snapshot.loss:.3f}")
    if snapshot.accuracy == snapshot.accuracy:
        parts.append(f"analogies {100 * snapshot.accuracy:.0f} %")
    return " · ".join(parts)
