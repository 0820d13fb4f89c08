"""One file per pane. To add one: write it, and name it here."""

from embedviz.gui.pane import Pane
from embedviz.panes.analogies import AnalogiesPane
from embedviz.panes.anisotropy import AnisotropyPane
from embedviz.panes.map import MapPane
from embedviz.panes.matryoshka import MatryoshkaPane

PANES: tuple[type[Pane], ...] = (MapPane, AnalogiesPane, AnisotropyPane, MatryoshkaPane)
"""In menu order."""
