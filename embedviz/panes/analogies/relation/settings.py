"""Settings of the page of relations: which one is shown, how, and those that were added."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, Self, get_args

from embedviz.core.settings import Settings, setting

DrawnAs = Literal["in-place", "fan"]
"""Where the arrows begin: at the first word of each pair, or all of them at one origin."""
ColoredBy = Literal["agreement", "length", "answer"]
"""What the color of an arrow says of its pair."""
Listed = Literal["pairs", "relations", "apply"]
"""What is beside the picture: the pairs, all relations, or other words and their answers."""
KeptPair = tuple[str, tuple[str, ...]]
"""A word, and the right answers to it, the foremost first."""
Columns = tuple[str | None, str | None]
SortedBy = Literal["agreement", "pair", "length", "rank"]

MOST_KEPT = 2_000
"""Pairs of a relation that was added: what is in the state is in each step of undo."""


@dataclass(frozen=True)
class KeptRelation:
    """A relation that the user added, by the labels of its pairs or by two columns.

    Attributes
    ----------
    name : str
    lines : str
        A pair a line, with a tab before each word but the first, of which all are right answers to
        that; empty where columns are given.
    columns : (str or None, str or None) or None
        Of the metadata: whose values in a row are a pair; None among them: the labels.
    """

    name: str
    lines: str = ""
    columns: Columns | None = None

    @property
    def pairs(self) -> tuple[KeptPair, ...]:
        """The pairs that it names itself."""
        fields = (line.split("\t") for line in self.lines.split("\n") if "\t" in line)
        return tuple((first, tuple(seconds)) for first, *seconds in fields)


def kept_pairs(name: str, pairs: Iterable[KeptPair]) -> KeptRelation:
    """Return pairs of labels as a relation to keep; a tab in a label is written as a blank."""
    lines = ("\t".join(map(_without_tabs, (first, *seconds))) for first, seconds in pairs)
    return KeptRelation(name, "\n".join(lines))


def _without_tabs(label: str) -> str:
    return " ".join(label.split())


@dataclass(frozen=True)
class RelationSettings(Settings):
    """Settings of the page.

    Attributes
    ----------
    relation : str or None
        Name of the one that is shown; None: the first that the set has.
    drawn : {"in-place", "fan"}
    colored_by : {"agreement", "length", "answer"}
    listed : {"pairs", "relations", "apply"}
    sorted_by : {"agreement", "pair", "length", "rank"}
    worst_first : bool
    apply : tuple of str
        Words that the relation is applied to.
    added : tuple of KeptRelation
        In the order in which they were added.
    """

    name: ClassVar[str] = "analogies.relation"

    relation: str | None = setting(
        None,
        "Relation",
        "by its name, such as “country → capital”; without it, the first that the set has",
        metavar="NAME",
        in_form=False,
    )
    drawn: DrawnAs = setting(
        "in-place",
        "Arrows",
        "where they begin: in place, by PCA of the words of the pairs, or all at one origin",
        choices=(("In place", "in-place"), ("Fan", "fan")),
    )
    colored_by: ColoredBy = setting(
        "agreement",
        "Colors",
        "by agreement with the other pairs, by length, or by whether the answer is right",
        choices=(
            ("Agreement with the others", "agreement"),
            ("Length against the others", "length"),
            ("Right and wrong answers", "answer"),
        ),
    )
    listed: Listed = setting(
        "pairs",
        "Beside it",
        "what is listed beside the picture of a relation",
        choices=(("Pairs", "pairs"), ("All relations", "relations"), ("Apply", "apply")),
    )
    sorted_by: SortedBy = setting(
        "agreement",
        "Sorted by",
        "order of the pairs",
        choices=tuple((each.capitalize(), each) for each in get_args(SortedBy)),
        in_form=False,
        option="",
    )
    worst_first: bool = setting(
        False, "Worst first", "the pairs that agree least come first", in_form=False
    )
    apply: tuple[str, ...] = setting(
        (), "Apply to", "words that the relation is applied to", metavar="LABEL", in_form=False
    )
    added: tuple[KeptRelation, ...] = ()

    def with_added(self, relation: KeptRelation) -> Self:
        """Show a relation that was added; it takes the place of one of the same name."""
        others = tuple(each for each in self.added if each.name != relation.name)
        return replace(self, added=(*others, relation), relation=relation.name)

    def without_added(self, name: str) -> Self:
        """Let go of a relation that was added, and show the first one instead."""
        others = tuple(each for each in self.added if each.name != name)
        shown = None if self.relation == name else self.relation
        return replace(self, added=others, relation=shown)
