"""The picture of points, and what can be put on it, for notebooks and scripts."""

from embedviz.gui.points.view import (
    Arrow,
    Camera,
    Categories,
    Cluster,
    ColorBar,
    Line,
    PlacedText,
    PointView,
    Tool,
)

__all__ = [
    "Arrow",
    "Camera",
    "Categories",
    "Cluster",
    "ColorBar",
    "Line",
    "PlacedText",
    "PointView",
    "Tool",
]
