"""The map: every row of the set as a point."""

from embedviz.panes.map.highlights import ALWAYS_LABELED
from embedviz.panes.map.pane import MapPane

__all__ = ["ALWAYS_LABELED", "MapPane"]
