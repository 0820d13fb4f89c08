"""Word vectors trained from a text: the set that comes of it, and the one function for scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from os import PathLike
from pathlib import Path
from typing import Any

from embedviz.core.arrays import Matrix
from embedviz.core.errors import UserError
from embedviz.core.notes import Note, counted
from embedviz.core.progress import Report, silent
from embedviz.core.texts.trained_origin import TrainedOrigin
from embedviz.core.vector_set import VectorSet
from embedviz.sources.training.corpus import Corpus, FileCorpus, TextsCorpus
from embedviz.sources.training.run import Trained, TrainingRun
from embedviz.sources.training.samples import SAMPLES, corpus_sample
from embedviz.sources.training.settings import Algorithm, TrainingSettings
from embedviz.sources.training.snapshots import Snapshot

_TITLES = {"skip-gram": "Skip-gram", "cbow": "CBOW", "fasttext": "FastText"}


def train(
    corpus_path: str | PathLike[str] | Iterable[str],
    *,
    algorithm: Algorithm = "skip-gram",
    dimensions: int = 100,
    window: int = 5,
    min_count: int = 5,
    negative: int = 5,
    epochs: int = 5,
    workers: int | None = None,
    seed: int = 0,
    report: Report = silent,
    on_vectors: Callable[[Matrix], None] | None = None,
    column: str = "",
    **more: Any,
) -> VectorSet:
    """Return vectors of the words of a text, trained by gensim in a process of its own.

    Parameters
    ----------
    corpus_path : path, "made-up-language", "news", or iterable of str
        A text file of which each line is a text, or a table; also packed. The two names are samples
        that come with the program, unless there is such a file. Or texts themselves.
    algorithm : {"skip-gram", "cbow", "fasttext"}
    dimensions, window, min_count, negative, epochs, seed : int
        As gensim has them, which calls the first one vector_size.
    workers : int, optional
        Threads. With 1 the vectors are the same each time, bit for bit those of gensim alone;
        default: one for each core.
    report : callable
        Called with the part that is done and a few words; may raise to stop, and nothing is kept
        then.
    on_vectors : callable, optional
        Called on the way with a copy of the vectors as they are, at most ten times a second:
        float32, of shape (n_words, dimensions), the most frequent word first; of more than 5,000
        words, the first 5,000.
    column : str
        The one with the texts, where the file is a table.
    **more
        Other fields of `sources.training.settings.TrainingSettings`, such as `phrases=True`.

    Returns
    -------
    VectorSet
        Labels by frequency, how often each occurs in the column `count`; what was done in `notes`.

    Raises
    ------
    UserError
        When the text cannot be read or has too few words, or a setting is out of its range.
    """
    known = {each.name for each in fields(TrainingSettings)}
    for name in more:
        if name not in known:
            raise UserError(
                f"{name} is not a setting of training; there are {', '.join(sorted(known))}."
            )
    settings = TrainingSettings(
        algorithm=algorithm,
        dimensions=dimensions,
        window=window,
        min_count=min_count,
        negative=negative,
        epochs=epochs,
        workers=workers,
        seed=seed,
        **more,
    )
    run = TrainingRun(corpus_named(corpus_path, column), settings, shows_rare=False)

    def show(snapshot: Snapshot) -> None:
        if on_vectors is not None:
            on_vectors(snapshot.vectors)

    return trained_set(run.run(report, on_snapshot=show))


def corpus_named(corpus: str | PathLike[str] | Iterable[str], column: str = "") -> Corpus:
    """Return the corpus at a path, with the name of a sample, or of some texts."""
    if not isinstance(corpus, (str, PathLike)):
        texts = [str(text) for text in corpus]
        if not texts:
            raise UserError("There are no texts to train on. Give at least one.")
        return TextsCorpus(texts)
    path = Path(corpus).expanduser()
    if any(str(corpus) == each.name for each in SAMPLES) and not path.exists():
        return corpus_sample(str(corpus)).make()
    return FileCorpus(path.absolute(), column)


def trained_set(trained: Trained) -> VectorSet:
    """Return what was trained as a set like any other: labels by frequency, counts beside them."""
    settings, vocabulary = trained.settings, trained.vocabulary
    title = f"{_TITLES[settings.algorithm]}, {settings.dimensions} dimensions"
    path = trained.corpus.path if isinstance(trained.corpus, FileCorpus) else None
    origin = TrainedOrigin(
        trained.corpus.name,
        path,
        title,
        settings,
        len(vocabulary.words),
        trained.fraction if trained.is_partial else 1.0,
    )
    return VectorSet(
        trained.vectors,
        vocabulary.words,
        {"count": vocabulary.counts},
        _set_name(trained.corpus),
        notes=_notes_on(trained),
        origin=origin,
    )


def _set_name(corpus: Corpus) -> str:
    stem = Path(corpus.name).name.split(".")[0] if isinstance(corpus, FileCorpus) else corpus.name
    return f"{stem or corpus.name} · trained"


def _notes_on(trained: Trained) -> list[Note]:
    settings, vocabulary = trained.settings, trained.vocabulary
    notes = [
        Note(
            f"{_TITLES[settings.algorithm]} trained here on {trained.corpus.name}: "
            f"{counted(vocabulary.n_tokens, 'word')} in {counted(vocabulary.n_texts, 'text')}, "
            f"{counted(settings.epochs, 'epoch')}, window {settings.window}, "
            f"{counted(settings.negative, 'negative')}, seed {settings.seed}.",
            level="note",
        ),
        Note(
            f"{len(vocabulary.words):,} of {counted(vocabulary.n_distinct, 'different word')} "
            f"occur {counted(settings.min_count, 'time')} or more often.",
            level="note",
        ),
    ]
    if trained.is_partial:
        notes.append(
            Note(
                f"Stopped after {100 * trained.fraction:.0f} % of the training: the vectors are as "
                "they were then, and the learning rate had not fallen to its end."
            )
        )
    elif settings.n_threads > 1:
        notes.append(
            Note(
                f"Trained by {settings.n_threads} threads, which meet in another order each time: "
                "once more gives slightly different vectors. One thread gives the same.",
                level="note",
            )
        )
    return notes
