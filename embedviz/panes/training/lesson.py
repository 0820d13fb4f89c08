"""What is known of a corpus beside its text: questions, relations, and kinds of words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from embedviz.sources.training.corpus import Corpus
from embedviz.sources.training.questions import Questions

Pairs = tuple[tuple[str, str], ...]


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
    columns : tuple of str
        Those of a table, the likeliest to hold texts first.
    """

    corpus: Corpus
    questions: Questions = field(default_factory=Questions)
    relations: Mapping[str, Pairs] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
