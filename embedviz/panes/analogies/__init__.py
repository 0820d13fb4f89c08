"""Analogies: a − b + c = ?, drawn and ranked."""

from embedviz.panes.analogies.pane import AnalogiesPane

__all__ = ["AnalogiesPane"]
