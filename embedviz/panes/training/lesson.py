"""What is known of a corpus beside its text: questions, relations, and kinds of words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path

from embedviz.core.errors import UserError
from embedviz.panes.training.settings import Source, TrainingPaneSettings
from embedviz.sources.training.corpus import Corpus, FileCorpus
from embedviz.sources.training.made_up import MadeUpLanguage
from embedviz.sources.training.questions import Questions, load_questions
from embedviz.sources.training.samples import corpus_sample

Pairs = tuple[tuple[str, str], ...]

_QUESTIONS = Path("test", "test_data", "questions-words.txt")
_SAMPLES: Mapping[Source, str] = {"language": "made-up-language", "gensim": "news"}
"""The samples of `sources.training`, by what the pane calls them."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """A corpus, and what can be watched while it is learned.

    Attributes
    ----------
    corpus : Corpus
    questions : Questions
        Analogies that are asked on the way.
    relations : mapping of str to pairs of words
        Whose offsets are drawn, by name.
    kinds : mapping of str to str
        The kind of each word, where it is known.
    """

    corpus: Corpus
    questions: Questions = field(default_factory=Questions)
    relations: Mapping[str, Pairs] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)


def lesson_of(settings: TrainingPaneSettings) -> Lesson:
    """Return what settings are about.

    Raises
    ------
    UserError
        When no corpus is chosen, or its files are not there.
    """
    if settings.source == "language":
        language = MadeUpLanguage()
        return Lesson(language, language.questions, language.relations, _kinds_of(language))
    if settings.source == "gensim":
        return _with_questions(corpus_sample(_SAMPLES["gensim"]).make())
    if settings.source == "file" and settings.path:
        path = Path(settings.path).expanduser()
        if not path.exists():
            raise UserError(f"{path} is not there any more. Choose the file again.")
        return _with_questions(FileCorpus(path, settings.column))
    raise UserError("No corpus has been chosen. Choose one at the top.")


def usual_settings(source: Source, settings: TrainingPaneSettings) -> TrainingPaneSettings:
    """Return settings for another corpus, with what is usual for it."""
    kept = TrainingPaneSettings(
        source=source, color_by=settings.color_by, is_3d=settings.is_3d, pace=settings.pace
    )
    if source == "language":  # Its relations are what there is to see.
        kept = replace(kept, shows="relation")
    name = _SAMPLES.get(source)
    return kept if name is None else kept.with_training(corpus_sample(name).settings)


def _kinds_of(language: MadeUpLanguage) -> dict[str, str]:
    """Return what each word is: of which relation, or what it is there for."""
    lexicon = language.lexicon
    kinds = dict.fromkeys(lexicon.joining, "small words")
    for relation in lexicon.relations:
        for words in relation.companions:
            kinds |= dict.fromkeys(words, "companions")
        for words in relation.small:
            kinds |= dict.fromkeys(words, "small words")
        for pair in relation.pairs:
            kinds |= dict.fromkeys(pair, relation.name)
    return kinds


def _with_questions(corpus: Corpus) -> Lesson:
    """Return a lesson with the analogies that come with gensim, where it was installed with them.

    Those are asked whose words are in the text.
    """
    path = _questions_file()
    if path is None:
        return Lesson(corpus)
    questions = load_questions(path)
    relations = {
        name: tuple(dict.fromkeys(pair for a, b, c, d in each for pair in ((a, b), (c, d))))
        for name, each in questions.sections
    }
    return Lesson(corpus, questions, relations)


def _questions_file() -> Path | None:
    found = find_spec("gensim")  # Finds it and does not import it, which takes a second.
    for folder in [] if found is None else found.submodule_search_locations or ():
        if (path := Path(folder) / _QUESTIONS).is_file():
            return path
    return None
