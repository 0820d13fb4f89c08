"""Matryoshka: which neighbors survive on a prefix of the dimensions."""

from embedviz.panes.matryoshka.pane import MatryoshkaPane

__all__ = ["MatryoshkaPane"]
