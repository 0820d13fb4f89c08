"""What is around the points of a map: title, legend, names, light, pictures; and how they look."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from embedviz.app.map_settings import MapSettings
from embedviz.core.vector_set import VectorSet
from embedviz.gui.points.legend.layout import LegendPlace
from embedviz.gui.points.look import Look, show_look
from embedviz.gui.points.scene import PointScene
from embedviz.panes.map.appearance import PointStyle
from embedviz.panes.map.part import DrawnPart


class Surroundings:
    """Parts of a picture that do not move its points; only what is different is touched.

    Parameters
    ----------
    scene : PointScene
    put_legend : callable
        Takes a place for the legend.
    set_reach : callable
        Takes "through" or "front": which points in 3-D are selected.

    Attributes
    ----------
    parts : tuple of DrawnPart
    """

    def __init__(
        self,
        scene: PointScene,
        put_legend: Callable[[LegendPlace], None],
        set_reach: Callable[[Any], None],
    ) -> None:
        self._scene, self._set_reach = scene, set_reach
        self._label_scale = DrawnPart(scene.set_label_scale)
        self._legend = DrawnPart(self._show_legend)
        self._legend_place = DrawnPart(put_legend)
        self._look = DrawnPart(self._show_look)
        self._thumbnails = DrawnPart(scene.set_thumbnails)
        self._through = DrawnPart(self._let_select)
        self.parts: tuple[DrawnPart[Any], ...] = (
            *(self._label_scale, self._legend, self._legend_place, self._look),
            *(self._thumbnails, self._through),
        )

    def show(self, settings: MapSettings, style: PointStyle, vector_set: VectorSet) -> None:
        """Bring them up to date."""
        self._label_scale.show(settings.label_scale)
        self._legend.show((style, settings.legend))
        self._legend_place.show(settings.legend_place)
        look = settings.heading, settings.subtitle, settings.names_around, settings.glow
        self._look.show(Look(*look))
        self._thumbnails.show(vector_set.thumbnails if settings.images else None)
        self._through.show(settings.through)

    def _show_legend(self, inputs: tuple[PointStyle, bool]) -> None:
        style, is_wanted = inputs
        self._scene.set_legend(style.legend if is_wanted else None)

    def _show_look(self, look: Look) -> None:
        show_look(self._scene, look)

    def _let_select(self, through: bool) -> None:
        self._set_reach("through" if through else "front")
