"""Training of word vectors that is watched, beside gensim called directly; and how soon it knows.

Both learn from the same sentences with the same settings on all cores. What is timed is gensim's
own training, from the first word to the last: what is before, importing and reading, is the same.
"""

from __future__ import annotations

from typing import Any

from .framework import Benchmark

_SEED = 1
_TIMES = 3


class WatchedTraining(Benchmark):
    """Words a second while snapshots are taken ten times a second, and analogies are asked.

    Parameters
    ----------
    algorithm : {"skip-gram", "cbow", "fasttext"}
    n_sentences : int
        Of the made-up language.
    """

    unit = "words/s"
    more_is_better = True
    peer_name = "gensim alone"

    def __init__(self, algorithm: str, n_sentences: int) -> None:
        self.name = f"training-{algorithm}-{n_sentences}-sentences"
        self._algorithm, self._n_sentences = algorithm, n_sentences
        self._said = ""

    def ours(self) -> list[float]:
        from embedviz.sources.training.run import TrainingRun

        corpus, settings = self._task()
        samples = []
        for _ in range(_TIMES):
            snapshots: list[Any] = []
            made = TrainingRun(corpus, settings, corpus.questions).run(on_snapshot=snapshots.append)
            samples.append(snapshots[-1].n_words / made.seconds)
            self._said = f"{len(snapshots)} snapshots, {100 * snapshots[-1].accuracy:.0f} % right"
        return samples

    def peer(self) -> list[float]:
        import time

        from gensim.models import FastText, Word2Vec

        from embedviz.sources.training.models import gensim_arguments
        from embedviz.sources.training.tokens import words_of

        corpus, settings = self._task()
        sentences = [words_of(text) for text in corpus.texts()]
        samples = []
        for _ in range(_TIMES):
            kind = FastText if self._algorithm == "fasttext" else Word2Vec
            model = kind(**gensim_arguments(settings))
            model.build_vocab(sentences)
            begun = time.perf_counter()
            model.train(sentences, total_examples=model.corpus_count, epochs=model.epochs)
            n_words = model.corpus_total_words * model.epochs
            samples.append(n_words / (time.perf_counter() - begun))
        return samples

    def note(self) -> str:
        return self._said

    def _task(self) -> tuple[Any, Any]:
        from embedviz.sources.training.made_up import MadeUpLanguage
        from embedviz.sources.training.settings import TrainingSettings

        corpus = MadeUpLanguage(_SEED, self._n_sentences)
        return corpus, TrainingSettings(algorithm=self._algorithm)  # type: ignore[arg-type]


class LearnedLanguage(Benchmark):
    """Seconds from the start of the process until 90 % of the planted analogies are right.

    With the settings of the sample, in languages of several seeds. The last line says how many were
    right in the end.

    Parameters
    ----------
    n_sentences : int
    """

    unit = "s"

    def __init__(self, n_sentences: int) -> None:
        self.name = f"training-language-{n_sentences}-sentences"
        self._n_sentences = n_sentences
        self._said = ""

    def ours(self) -> list[float]:
        import time

        from embedviz.sources.training.made_up import MadeUpLanguage
        from embedviz.sources.training.run import TrainingRun
        from embedviz.sources.training.samples import corpus_sample

        settings, samples, last = corpus_sample("made-up-language").settings, [], []
        for seed in range(4):
            corpus = MadeUpLanguage(seed, self._n_sentences)
            begun, seen = time.perf_counter(), []

            def note(snapshot: Any, begun: float = begun, seen: list[Any] = seen) -> None:
                seen.append((snapshot.accuracy, time.perf_counter() - begun))

            TrainingRun(corpus, settings, corpus.questions).run(on_snapshot=note)
            samples.append(next((at for right, at in seen if right >= 0.9), float("inf")))
            last.append(f"{100 * seen[-1][0]:.1f}")
        self._said = f"{', '.join(last)} % right in the end"
        return samples

    def note(self) -> str:
        return self._said
