"""Look of a picture of points: what makes a map of it that one puts on a wall."""

from __future__ import annotations

from dataclasses import dataclass

from embedviz.gui.points.layers.heading import Heading
from embedviz.gui.points.scene import PointScene


@dataclass(frozen=True)
class Look:
    """What there is around and behind points, beside what explains them.

    Attributes
    ----------
    title, subtitle : str
        At the upper left, over all; "" for none.
    names_around : bool
        Whether the names of clusters are around the points, as far as there is room.
    glow : bool
        Whether there is a soft light behind the points that have colors of their own.
    """

    title: str = ""
    subtitle: str = ""
    names_around: bool = False
    glow: bool = False


def show_look(scene: PointScene, look: Look) -> None:
    """Give a picture another look."""
    scene.heading = Heading(look.title, look.subtitle)
    scene.clusters.around.is_on = look.names_around
    if scene.canvas.has_glow != look.glow:
        scene.canvas.has_glow = look.glow
        scene.canvas.forget_image()
    scene.changed.emit()
