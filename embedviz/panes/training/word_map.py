"""The map of the words of a run: where they are, what colors mean, and the arrows of a relation."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QPaintEvent, QResizeEvent

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.drawing.camera import Camera
from embedviz.gui.coloring.point_style import color_by, legend_of
from embedviz.gui.points.legend.layout import Legend
from embedviz.gui.points.view import Arrow, PointView
from embedviz.gui.theme import theme_manager, with_alpha
from embedviz.panes.training.run import WatchedRun

HOME = Camera(is_3d=True)
_WIDE_ENOUGH_FOR_LEGEND = 460
_MOST_ARROWS = 24
_FAINT = 0.55
_POINT = 6.0
_FEW = 2_000
"""Words up to which points are large."""


class WordMap(PointView):
    """Words as points that keep their identity from frame to frame."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._run: WatchedRun | None = None
        self._legend: Legend | None = None
        self._shape: tuple[int, ...] | None = None
        self._marked: tuple[object, ...] = ()
        self.is_painted = True

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Show the picture, and know that it was."""
        super().paintEvent(event)
        self.is_painted = True

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave out the legend where the points would have no room beside it."""
        super().resizeEvent(event)
        self._fit_legend()

    def show_words(self, run: WatchedRun, color: str) -> None:
        """Show the words of another run, or in other colors, from the next frame on."""
        words, theme = run.words, theme_manager.theme
        column = color if color in words.metadata.column_names else "count"
        coloring = color_by(words, column, theme)
        self._run, self._shape, self._marked = run, None, ()
        self._colors, self._legend = coloring.colors, legend_of(coloring)
        self._fit_legend()

    def show_positions(self, positions: Matrix) -> None:
        """Move the words to where they are in a frame."""
        assert self._run is not None
        if self._shape == positions.shape:
            self.move_points(positions)
            return
        size = _POINT if len(positions) <= _FEW else None
        keep = self._shape is not None and self._shape[1] == positions.shape[1]
        self.set_points(positions, self._colors, size, keep_camera=keep)
        self._shape = positions.shape

    def show_nothing(self, message: str) -> None:
        """Show no words, and say why."""
        self._run, self._shape, self._legend, self._marked = None, None, None, ()
        self.set_points(np.zeros((0, 2)))
        self.scene.set_arrows(())
        self.scene.set_legend(None)
        self.scene.set_message(message)

    def mark(self, word: int | None, neighbors: Rows, pairs: Rows) -> None:
        """Mark a word and its neighbors; label the words of a relation first."""
        assert self._run is not None
        wanted = (word, neighbors.tobytes(), pairs.tobytes())
        if wanted == self._marked:
            return
        self._marked = wanted
        first = [] if word is None else [word]
        always = [*first, *neighbors.tolist(), *pairs[:_MOST_ARROWS].ravel().tolist()]
        always = list(dict.fromkeys(always))
        # The rows are by frequency, which is the order of importance.
        self.scene.set_labels(self._run.words.labels, None, always, len(first))
        self.scene.set_highlights(query=word, neighbors=neighbors)

    def show_arrows(self, positions: Matrix, pairs: Rows) -> None:
        """Draw the offsets of pairs, those of frequent words in full color."""
        theme = theme_manager.theme
        order = np.argsort(pairs.sum(axis=1), kind="stable")[:_MOST_ARROWS]
        arrows = [
            Arrow(positions[a], positions[b], with_alpha(theme.ink(theme.accent), _opacity(rank)))
            for rank, (a, b) in enumerate(pairs[order].tolist())
        ]
        self.scene.set_arrows(arrows)

    def _fit_legend(self) -> None:
        wanted = self._legend if self.width() >= _WIDE_ENOUGH_FOR_LEGEND else None
        if wanted is not self.scene.legend:
            self.scene.set_legend(wanted)


def _opacity(rank: int) -> float:
    return 1.0 if rank < _MOST_ARROWS // 3 else _FAINT
