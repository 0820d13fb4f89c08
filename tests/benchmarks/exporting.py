"""Figures of many points, from the click to the bytes of the file."""

from __future__ import annotations

import time
from typing import Any

from .framework import durations
from .looks import Looks

WIDTH, HEIGHT, SCALE = 1920, 1080, 2
"""Of the figure, in CSS pixels, and pixels of a PNG per pixel: 3840 × 2160."""


class Export(Looks):
    """One figure for a 4K slide; the note says how large it is, and how long nothing answers."""

    def __init__(self, kind: str, n_points: int, n_dimensions: int = 2) -> None:
        super().__init__(f"export-{kind}-{n_dimensions}d", n_points, n_dimensions)
        self._kind: Any = kind
        self._n_bytes, self._stall = 0, 0.0

    def ours(self) -> list[float]:
        from PySide6.QtWidgets import QVBoxLayout, QWidget

        from embedviz.gui.export.figure import FigureDrawing
        from embedviz.gui.export.look import FigureLook

        view = self._prepared_view()
        picture = QWidget()
        layout = QVBoxLayout(picture)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(view)
        picture.show()
        look = FigureLook(WIDTH, HEIGHT, scale=SCALE)

        def export() -> None:
            drawing = FigureDrawing(picture, look, self._kind, lambda: "")
            self._timed(drawing.begin)
            drawing.draw_points()
            self._timed(drawing.paint)
            self._n_bytes = len(drawing.finish())

        samples = durations(export, least=3)
        picture.close()
        return samples

    def note(self) -> str:
        """Return the size of the file, and the longest time that the window did not answer."""
        return f"{self._n_bytes / 1e6:.1f} MB; no answer for {self._stall:.0f} ms"

    def _timed(self, step: Any) -> None:
        start = time.perf_counter()
        step()
        self._stall = max(self._stall, 1000 * (time.perf_counter() - start))
