"""Corpora that are there without a file of the user's: a made-up language, and real news."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from embedviz.core.errors import UserError
from embedviz.sources.training.corpus import Corpus, FileCorpus
from embedviz.sources.training.made_up import NAME, MadeUpLanguage
from embedviz.sources.training.questions import Questions
from embedviz.sources.training.settings import TrainingSettings

_NEWS = Path("test", "test_data", "lee_background.cor")


@dataclass(frozen=True)
class CorpusSample:
    """A corpus to try training with.

    Attributes
    ----------
    name : str
        What the command line calls it.
    title : str
        A line for a menu.
    description : str
        What it is and what it is good for.
    make : callable
        Returns the corpus.
    settings : TrainingSettings
        With which it shows something within seconds.
    """

    name: str
    title: str
    description: str
    make: Callable[[], Corpus]
    settings: TrainingSettings

    @property
    def questions(self) -> Questions:
        """Analogy questions that it comes with; none for real text."""
        corpus = self.make()
        return corpus.questions if isinstance(corpus, MadeUpLanguage) else Questions()


def news_corpus() -> FileCorpus:
    """Return the news among gensim's own test data, where they lie on this machine.

    Raises
    ------
    UserError
        When gensim was installed without its test data.
    """
    found = find_spec("gensim")  # Finds it and does not import it, which takes a second.
    folders = [] if found is None else list(found.submodule_search_locations or ())
    for folder in folders:
        if (path := Path(folder) / _NEWS).is_file():
            return FileCorpus(path)
    raise UserError(
        f"gensim's test corpus, {_NEWS.name}, is not there: gensim was installed without its test "
        "data. Choose a text file of your own."
    )


SAMPLES: tuple[CorpusSample, ...] = (
    CorpusSample(
        NAME,
        "A made-up language",
        "30,000 sentences by a small grammar, made on the spot, in which five relations are "
        "planted: country and capital, male and female, singular and plural, present and past, "
        "plain and comparative. In seconds the analogies come out right and their arrows lie "
        "parallel.",
        MadeUpLanguage,
        # Slow steps, so that one can watch: with gensim's own it is over within half a second.
        TrainingSettings(window=4, negative=10, epochs=12, alpha=0.005),
    ),
    CorpusSample(
        "news",
        "News, gensim's test corpus",
        "300 news items of an Australian broadcaster (Lee, Pincombe and Welsh 2005), 60,000 words "
        "of English, read where gensim has them. Too little text for analogies, enough to see "
        "words of one topic meet.",
        news_corpus,
        TrainingSettings(min_count=4, epochs=60),
    ),
)


def corpus_sample(name: str) -> CorpusSample:
    """Return a sample by its name.

    Raises
    ------
    UserError
        When there is none of this name.
    """
    for each in SAMPLES:
        if each.name == name:
            return each
    known = ", ".join(each.name for each in SAMPLES)
    raise UserError(f"{name!r} is not a sample corpus; there are {known}.")


def corpus_of_facts(facts: Mapping[str, Any]) -> Corpus:
    """Return the corpus that another process has described by `Corpus.facts`."""
    if facts["kind"] == NAME:
        return MadeUpLanguage(facts["seed"], facts["n_sentences"], facts["n_pairs"])
    return FileCorpus(Path(facts["path"]), facts["column"])
