"""What is around the points of a map: title, legend, names, light, pictures; and how they look."""

from __future__ import annotations

from typing import Any

from embedviz.app.map_settings import MapSettings
from embedviz.core.vector_set import VectorSet
from embedviz.gui.points.look import Look, show_look
from embedviz.gui.points.view import PointView
from embedviz.panes.map.appearance import PointStyle
from embedviz.panes.map.part import DrawnPart


class Surroundings:
    """Parts of a picture that do not move its points; only what is different is touched.

    Parameters
    ----------
    view : PointView

    Attributes
    ----------
    parts : tuple of DrawnPart
    """

    def __init__(self, view: PointView) -> None:
        self._view = view
        self._label_scale = DrawnPart(view.scene.set_label_scale)
        self._legend = DrawnPart(self._show_legend)
        self._legend_place = DrawnPart(view.set_legend_place)
        self._look = DrawnPart(self._show_look)
        self._thumbnails = DrawnPart(view.scene.set_thumbnails)
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
        self._view.scene.set_legend(style.legend if is_wanted else None)

    def _show_look(self, look: Look) -> None:
        show_look(self._view.scene, look)

    def _let_select(self, through: bool) -> None:
        self._view.selection_tool.set_reach("through" if through else "front")
