"""Drawing points well: densities, discs at rest, pictures in their place, and who is in front."""

from __future__ import annotations

from typing import Any

from .framework import durations
from .points import SIZE, Points

SEED = 0


class Looks(Points):
    """Points in several colors, and how long one picture of them takes in milliseconds."""

    def __init__(self, name: str, n_points: int, n_dimensions: int = 2, scale: int = 1) -> None:
        super().__init__(name, n_points)
        self._n_dimensions = n_dimensions
        self._scale = scale

    def _prepared_view(self) -> Any:
        """Return a view with all points, on a screen of the scale."""
        import os

        # Read when the application is made, in the process of this side alone.
        os.environ["QT_SCALE_FACTOR"] = str(self._scale)
        view = self._view()
        view.set_points(self._layouts(self._n_dimensions, 1)[0], self._colors())
        return view

    def _colors(self) -> Any:
        import numpy as np

        palette = np.array([0xE6009E73, 0xE6CC79A7, 0xE656B4E9, 0xE6D55E00], dtype=np.uint32)
        return np.random.default_rng(SEED).choice(palette, self._n_points)

    def _frames(self, view: Any) -> list[float]:
        """Return how long frames take while points move, in milliseconds."""

        def turn(number: int) -> None:
            moved = view.camera.orbited(0.02, 0) if view.camera.is_3d else view.camera.zoomed(1.003)
            view.set_camera(moved)

        return [1000 / rate for rate in self._our_rates(view, turn)]


class Density(Looks):
    """One frame of a density that is turned or zoomed, hues mixed."""

    def ours(self) -> list[float]:
        view = self._prepared_view()
        view.scene.set_density(True)
        return self._frames(view)


class AtRest(Looks):
    """One picture of smooth discs, as it is drawn when nothing has moved for a moment."""

    def ours(self) -> list[float]:
        from PySide6.QtCore import Qt

        view = self._prepared_view()
        view.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)  # So that it is always at rest.
        return self._frames(view)


class Glow(Looks):
    """One picture of smooth discs at rest with a soft light behind them."""

    def ours(self) -> list[float]:
        from PySide6.QtCore import Qt

        view = self._prepared_view()
        view.scene.canvas.has_glow = True
        view.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)  # So that it is always at rest.
        return self._frames(view)


class InFront(Looks):
    """All rows in front, found among all rows in 3-D."""

    def ours(self) -> list[float]:
        import numpy as np

        view = self._prepared_view()
        picture, rows = view.scene, np.arange(self._n_points)
        frame = view.viewport.frame()
        return durations(lambda: picture.canvas.rows_in_front(frame, rows))


class Pictures(Looks):
    """Frames of pictures in the place of points; all points are apart from each other."""

    unit = "frames/s"
    more_is_better = True

    def ours(self) -> list[float]:
        import numpy as np

        from embedviz.core.thumbnails import ImageArray

        columns = round((self._n_points * SIZE[0] / SIZE[1]) ** 0.5)
        places = np.arange(self._n_points)
        rng = np.random.default_rng(SEED)
        view = self._view()
        view.set_points(np.column_stack([places % columns, places // columns]), self._colors())
        view.scene.set_thumbnails(
            ImageArray(rng.integers(0, 256, (self._n_points, 28, 28), np.uint8))
        )
        view.render_now()
        shown = np.count_nonzero(view.scene.thumbnails.reach_of(places))
        if shown < 0.9 * self._n_points:
            raise RuntimeError(f"only {shown} pictures are shown")
        return self._our_rates(view, lambda _: view.set_camera(view.camera.zoomed(1.0005)))
