"""A thread that watches a model while gensim's own `train` runs, and sends what it sees.

It only reads, so training goes on as if nobody looked: chunked calls of `train` would change the
learning rates. Copying takes a bounded share of the time: the next snapshot waits until the last
was taken, and longer where it is large or where asking the questions takes long.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from math import comb
from threading import Event, Lock, Thread
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Rows
from embedviz.core.processes.messages import Message
from embedviz.sources.training.models import Counts
from embedviz.sources.training.settings import TrainingSettings
from embedviz.sources.training.views import ModelViews

FRAME_SECONDS = 0.1
BYTES_PER_SECOND = 40_000_000
_SHORT = 100
"""Words of a sentence up to which it matters that not always as many of them are left."""
_ASKED_MOMENTS = 24
"""Of the moments that are the same each time, at how many the questions are asked."""
_SHARE = 0.1
"""Of the time, at most, that the questions may take, and the neighbors likewise."""


class Watcher:
    """Sends snapshots until it is ended.

    Parameters
    ----------
    settings : TrainingSettings
    counts : Counts
    n_words : int
        Words of all epochs.
    pairs_per_word : float
        In the mean, of the words that are learned from.
    views : ModelViews
    send : callable
        Sends a message.
    moments : int, optional
        Show so many moments, at equal parts of the words, and not one as often as time allows: the
        same ones each time. Training waits for them.
    """

    def __init__(
        self,
        settings: TrainingSettings,
        counts: Counts,
        n_words: int,
        pairs_per_word: float,
        views: ModelViews,
        send: Callable[[Message], None],
        moments: int | None = None,
    ) -> None:
        self._settings = settings
        self._counts = counts
        self._n_words = max(n_words, 1)
        self._pairs_per_word = pairs_per_word
        self.views = views
        self._send = send
        self._next_asking = self._next_looking = 0.0
        self.watched = ""
        self._started = time.perf_counter()
        self._before = (0, 0, 0.0, 0.0)
        self._before_at = self._started
        self.taken = Event()
        self._is_over = Event()
        self._thread = Thread(target=self._watch, daemon=True)
        self.is_started = False
        self._moments, self._n_shown, self._asked = moments, 0, -1
        self._showing = Lock()

    def start(self) -> None:
        """Send a snapshot of how it is before training, then go on."""
        self._started = self._before_at = time.perf_counter()
        self.taken.set()
        self._show()
        self.is_started = True
        if self._moments is None:
            self._thread.start()
        else:
            self._counts.on_batch = self._show_next_moment

    def finish(self) -> None:
        """Send the last snapshot, once the one before was taken."""
        self._is_over.set()
        if self._moments is None:
            self._thread.join()
        self.taken.wait()
        self.views.settle()
        self._next_asking = self._next_looking = 0.0
        self._show()

    @property
    def seconds(self) -> float:
        """Since training began."""
        return time.perf_counter() - self._started

    @property
    def fraction(self) -> float:
        """Of the words that are done, 0 to 1."""
        return min(1.0, self._counts.read()[0] / self._n_words)

    def _watch(self) -> None:
        pause = FRAME_SECONDS
        while not self._is_over.wait(pause):
            if self.taken.is_set():
                n_bytes = self._show()
                pause = max(FRAME_SECONDS, n_bytes / BYTES_PER_SECOND)

    def _show_next_moment(self) -> None:
        """Show the moment that training is at, if it is one of those to show."""
        assert self._moments is not None
        due = int(self.fraction * self._moments)
        with self._showing:
            if self._n_shown < due < self._moments:
                self._n_shown = due
                self.taken.wait()
                self._show()

    def _show(self) -> int:
        self.taken.clear()
        now, counted = time.perf_counter(), self._counts.read()
        vectors = self.views.shown()
        n_words, n_trained, loss, alpha = counted
        took = now - self._before_at
        n_pairs = (n_trained - self._before[1]) * self._pairs_per_word
        has_loss = self._settings.has_loss and n_pairs > 0
        epochs = self._settings.epochs
        facts: dict[str, Any] = {
            "fraction": min(1.0, n_words / self._n_words),
            "epoch": min(epochs, 1 + n_words * epochs // self._n_words),
            "n_words": n_words,
            "seconds": now - self._started,
            "words_per_second": (n_words - self._before[0]) / took if took > 0 else 0.0,
            "alpha": alpha or self._settings.alpha,
            "loss": (loss - self._before[2]) / n_pairs if has_loss else float("nan"),
            "accuracy": self._accuracy(),
        }
        self._before, self._before_at = counted, now
        self._send(Message("snapshot", facts, {"vectors": vectors, **self._neighbors(facts)}))
        return vectors.nbytes

    def _accuracy(self) -> float:
        started = time.perf_counter()
        if self._moments is not None:
            is_asked = self._n_shown * _ASKED_MOMENTS // self._moments != self._asked
            self._asked = self._n_shown * _ASKED_MOMENTS // self._moments
            if not is_asked and not self._is_over.is_set():
                return float("nan")
        elif started < self._next_asking:
            return float("nan")
        accuracy = self.views.accuracy()
        self._next_asking = _next_time(started)
        return accuracy

    def _neighbors(self, facts: dict[str, Any]) -> dict[str, Any]:
        started, word = time.perf_counter(), self.watched
        is_due = self._moments is not None or started >= self._next_looking
        if not word or not is_due:
            return {}
        rows, cosines = self.views.nearest(word)
        self._next_looking = _next_time(started)
        facts["watched"] = word
        return {"neighbor_rows": rows, "neighbor_cosines": cosines}


def _next_time(started: float) -> float:
    """Return when something may be done again that was begun then and has ended just now."""
    now = time.perf_counter()
    return now + (now - started) / _SHARE


def expected_pairs(lengths: dict[int, int], window: int, kept: float) -> float:
    """Return how many neighbors a word has in the mean, as skip-gram draws them.

    The window of each word is drawn evenly from 1 to `window`, and sentences end.

    Parameters
    ----------
    lengths : dict of int to int
        How many sentences there are of each length, in words.
    window : int
    kept : float
        Share of the words that are learned from.
    """
    n_pairs = n_words = 0.0
    reach = np.arange(1, window + 1)
    for length, count in lengths.items():
        rests, chances = _rests(length, kept)
        # A word has a neighbor at a distance on one side unless the sentence ends before.
        at_distance = 2.0 * np.maximum(rests[:, np.newaxis] - reach, 0)
        n_pairs += count * float(chances @ at_distance @ ((window + 1 - reach) / window))
        n_words += count * length * kept
    return n_pairs / n_words if n_words else 0.0


def _rests(length: int, kept: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how many words of a sentence may be left, and how likely each number is.

    Of a short one from which most are left out, the mean alone would leave hardly a pair.
    """
    if kept >= 1 or length > _SHORT:
        return np.array([length * kept]), np.ones(1)
    rests = range(length + 1)
    chances = [comb(length, n) * kept**n * (1 - kept) ** (length - n) for n in rests]
    return np.array(rests, float), np.array(chances)


def shown_rows(n_words: int, most: int, shows_rare: bool, seed: int) -> Rows:
    """Return the rows that snapshots hold: all, or the most frequent and some of the others.

    Parameters
    ----------
    n_words, most : int
    shows_rare : bool
        Whether a fifth are drawn from the others.
    seed : int
    """
    if n_words <= most:
        return np.arange(n_words)
    n_first = most - most // 5 if shows_rare else most
    drawn = np.random.default_rng(seed).choice(n_words - n_first, most - n_first, replace=False)
    return np.concatenate([np.arange(n_first), n_first + np.sort(drawn)])
