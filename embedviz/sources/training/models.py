"""gensim's models, counting what they have done while they train.

Nothing of what is learned changes by the counting: batches of words are handed to gensim as they
come, and the loss is computed from the very products that the vectors learn from.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock, local
from typing import Any

import numpy as np

from embedviz.core.arrays import Matrix, Rows
from embedviz.sources.training.settings import TrainingSettings


class Counts:
    """How much was done so far: summed up by the threads that train, read by the one that watches.

    Attributes
    ----------
    n_words : int
        Words of the text that were gone through.
    n_trained : int
        Those of them that were learned from: neither too rare nor skipped as too frequent.
    loss : float
        Sum over all pairs.
    alpha : float
        Learning rate of the newest batch.
    on_batch : callable or None
        Called after each batch, in the thread that trained it and goes on afterwards.
    """

    def __init__(self) -> None:
        self._lock, self._of_thread = Lock(), local()
        self.on_batch: Callable[[], None] | None = None
        self.n_words = self.n_trained = 0
        self.loss = self.alpha = 0.0

    def add(self, n_words: int, n_trained: int, alpha: float) -> None:
        """Count a batch of the thread that calls, and with it the loss that it noted.

        Both at once: else who reads between them divides the loss by the words of another moment.
        """
        loss, self._of_thread.loss = getattr(self._of_thread, "loss", 0.0), 0.0
        with self._lock:
            self.loss += loss
            self.n_words += n_words
            self.n_trained += n_trained
            self.alpha = alpha
        if self.on_batch is not None:
            self.on_batch()

    def note_loss(self, loss: float) -> None:
        """Note the loss of the batch that the calling thread is about to count."""
        self._of_thread.loss = getattr(self._of_thread, "loss", 0.0) + loss

    def read(self) -> tuple[int, int, float, float]:
        """Return words, trained words, loss and learning rate of one moment."""
        with self._lock:
            return self.n_words, self.n_trained, self.loss, self.alpha


def make_model(settings: TrainingSettings, counts: Counts) -> Any:
    """Return an empty model of gensim with some settings.

    Parameters
    ----------
    settings : TrainingSettings
    counts : Counts
        Kept up to date while it trains.
    """
    from gensim.models import FastText, Word2Vec

    kind = FastText if settings.algorithm == "fasttext" else Word2Vec
    return _counting(kind, counts)(**gensim_arguments(settings))


def gensim_arguments(settings: TrainingSettings) -> dict[str, Any]:
    """Return the arguments of `Word2Vec`, or of `FastText`, that some settings stand for."""
    arguments: dict[str, Any] = {
        "sg": 0 if settings.algorithm == "cbow" else 1,
        "hs": 0,
        "vector_size": settings.dimensions,
        "max_final_vocab": settings.max_vocabulary,
        "workers": settings.n_threads,
    }
    names: tuple[str, ...] = (
        "window", "min_count", "negative", "ns_exponent", "sample", "epochs", "alpha", "min_alpha",
        "seed",
    )  # fmt: skip
    if settings.algorithm == "fasttext":
        names = (*names, "min_n", "max_n", "bucket")
    return arguments | {name: getattr(settings, name) for name in names}


def _counting(kind: Any, counts: Counts) -> Any:
    """Return a class of models that counts what its threads do.

    gensim adds to the loss in each thread what it was when the batch began, as a float32: with
    several threads much is lost, and beyond some millions nothing is added any more. Here each
    batch begins from 0, and the sums are added up in double precision.
    """

    class Counting(kind):  # type: ignore[misc]
        def _do_train_job(self, sentences: Any, alpha: float, inits: Any) -> Any:
            trained, words = super()._do_train_job(sentences, alpha, inits)
            counts.add(words, trained, alpha)
            return trained, words

        @property
        def running_training_loss(self) -> float:
            return 0.0

        @running_training_loss.setter
        def running_training_loss(self, loss: float) -> None:
            counts.note_loss(float(loss))

    return Counting


def vector_reader(model: Any, rows: Rows | None = None) -> Callable[[], Matrix]:
    """Return what copies the vectors of some words as they are at the moment.

    Parameters
    ----------
    model : gensim model
        With a vocabulary; it may train meanwhile.
    rows : intp array, optional
        Default: all words.
    """
    vectors = model.wv
    if not hasattr(vectors, "vectors_ngrams"):
        if rows is None or len(rows) == len(vectors.vectors):
            return lambda: np.array(vectors.vectors, np.float32)
        return lambda: np.asarray(vectors.vectors[rows], np.float32)
    return _subword_reader(vectors, np.arange(len(vectors)) if rows is None else rows)


def _subword_reader(vectors: Any, rows: Rows) -> Callable[[], Matrix]:
    """Return what sums up words from their pieces, as gensim itself does only in the end."""
    from scipy.sparse import csr_array

    pieces = [np.asarray(vectors.buckets_word[row], np.int64) for row in rows]
    lengths = np.array([len(each) for each in pieces])
    starts = np.concatenate([[0], np.cumsum(lengths)])
    flat = np.concatenate(pieces) if len(pieces) else np.empty(0, np.int64)
    ones = np.ones(len(flat), np.float32)
    sums = csr_array((ones, flat, starts), shape=(len(rows), len(vectors.vectors_ngrams)))
    n_parts = (lengths + 1).astype(np.float32)[:, np.newaxis]

    def read() -> Matrix:
        found = vectors.vectors_vocab[rows] + sums @ vectors.vectors_ngrams
        return np.asarray(found / n_parts, np.float32)

    return read
