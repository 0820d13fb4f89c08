"""The map of the words of a run: where they are, what colors mean, and the arrows of a relation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtGui import QResizeEvent

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.drawing.raster import Colors
from embedviz.gui.coloring.point_style import color_by, legend_of
from embedviz.gui.points.legend.layout import Categories, Legend
from embedviz.gui.points.view import Arrow, PointView
from embedviz.gui.theme import theme_manager, with_alpha
from embedviz.panes.training.run import MapView, WatchedRun
from embedviz.panes.training.settings import ColorBy

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
        self._view: MapView | None = None
        self._colors: Colors | None = None
        self._marked: tuple[object, ...] = ()
        self._is_other = self._is_elsewhere = True

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave out the legend where the points would have no room beside it."""
        super().resizeEvent(event)
        self._fit_legend()

    def show_words(self, run: WatchedRun, view: MapView, color: ColorBy) -> None:
        """Show the words of another run, on another map or in other colors: at the next frame."""
        words, column = run.words, "count"
        if color == "kind" and not view.is_whole:
            words, column = run.sides(view.relation), "side"
        elif color in words.metadata.column_names:
            column = color
        coloring = color_by(words, column, theme_manager.theme)
        if run is not self._run or view != self._view:
            self._is_elsewhere = True
        self._run, self._view, self._marked, self._is_other = run, view, (), True
        self._colors, self._legend = coloring.colors, _without_others(legend_of(coloring))
        self._fit_legend()

    def show_positions(self, positions: Matrix) -> None:
        """Move the words to where they are in a frame."""
        assert self._run is not None
        if not self._is_other:
            self.move_points(positions)
            return
        size = _POINT if len(positions) <= _FEW else None
        self.set_points(positions, self._colors, size, keep_camera=not self._is_elsewhere)
        self._is_other = self._is_elsewhere = False

    def show_nothing(self, message: str) -> None:
        """Show no words, and say why."""
        self._run = self._view = self._legend = None
        self._marked = ()
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


def _without_others(legend: Legend) -> Legend:
    """Return a legend that says nothing of words without a value, which are not on the map."""
    if not isinstance(legend, Categories):
        return legend
    return replace(legend, entries=legend.entries[: legend.n_named], n_last=0)


def _opacity(rank: int) -> float:
    return 1.0 if rank < _MOST_ARROWS // 3 else _FAINT
