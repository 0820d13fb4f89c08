"""Reading of relations: of what is typed or pasted, of files, and of two columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.panes.analogies.relation.settings import KeptRelation


@dataclass(frozen=True)
class ReadRelations:
    """Relations of a file.

    Attributes
    ----------
    relations : tuple of KeptRelation
    said : str
        What a reader should know.
    """

    relations: tuple[KeptRelation, ...]
    said: str = ""


def read_typed(text: str, name: str) -> list[KeptRelation]:
    return []


def describe_typed(vector_set: VectorSet, relations: Sequence[KeptRelation]) -> str:
    return ""


def read_relation_file(vector_set: VectorSet, path: str, report: Report) -> ReadRelations:
    return ReadRelations(())


def names_relations(vector_set: VectorSet, path: str) -> bool:
    return False
