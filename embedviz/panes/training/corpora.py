"""The corpora that the pane offers, with their questions, relations, and kinds of words."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from embedviz.core.errors import UserError
from embedviz.panes.training.lesson import Lesson
from embedviz.panes.training.settings import SAMPLES, TrainingPaneSettings
from embedviz.sources.training.corpus import Corpus, FileCorpus
from embedviz.sources.training.made_up import MadeUpLanguage
from embedviz.sources.training.questions import load_questions
from embedviz.sources.training.samples import corpus_sample

_QUESTIONS = Path("test", "test_data", "questions-words.txt")


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
        return _with_questions(corpus_sample(SAMPLES["gensim"]).make())
    if settings.source == "file" and settings.path:
        path = Path(settings.path).expanduser()
        if not path.exists():
            raise UserError(f"{path} is not there any more. Choose the file again.")
        corpus = FileCorpus(path, settings.column)
        return _of_table(corpus) if corpus.is_table else _with_questions(corpus)
    raise UserError("No corpus has been chosen. Choose one at the top.")


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


def _of_table(corpus: FileCorpus) -> Lesson:
    """Return a lesson from a column: the one that is named, or the likeliest to hold texts."""
    names = corpus.columns()
    if not corpus.column and names:
        corpus = replace(corpus, column=names[0])
    return replace(_with_questions(corpus), columns=names)


def _questions_file() -> Path | None:
    found = find_spec("gensim")  # Finds it and does not import it, which takes a second.
    for folder in [] if found is None else found.submodule_search_locations or ():
        if (path := Path(folder) / _QUESTIONS).is_file():
            return path
    return None
