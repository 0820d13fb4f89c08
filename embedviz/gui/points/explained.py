"""A picture of points with what explains them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from embedviz.core.drawing.raster import Rows
from embedviz.core.thumbnails import Thumbnails
from embedviz.gui.points.canvas import PointHighlights
from embedviz.gui.points.layers.cluster_labels import Cluster
from embedviz.gui.points.layers.overlays import Arrow, Line, Links, Note
from embedviz.gui.points.legend.layout import Legend
from embedviz.gui.points.mouse import HandledWidget

_ARRIVALS_MILLISECONDS = 50


class ExplainedWidget(HandledWidget):
    """Marks, labels, arrows, axes, legend and texts of a picture, for whoever makes one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Pictures arrive one by one, and many within a moment.
        self._arrivals = QTimer(self, singleShot=True, interval=_ARRIVALS_MILLISECONDS)
        self._arrivals.timeout.connect(self.redraw)

    def set_marks(
        self,
        *,
        query: int | None = None,
        selected: ArrayLike = (),
        neighbors: ArrayLike = (),
        dim_others: bool = False,
    ) -> None:
        """Draw rows on top: the query ringed in its color, the selected in the accent."""
        marks = PointHighlights(query, _rows(selected), _rows(neighbors), dim_others)
        self._picture.canvas.set_marks(marks)
        self.redraw()

    def set_labels(
        self,
        texts: Sequence[str],
        order: ArrayLike | None = None,
        always: ArrayLike = (),
        required: int = 0,
    ) -> None:
        """Show labels where there is room, more as one zooms in.

        Parameters
        ----------
        texts : sequence of str
            By row.
        order : int array-like, optional
            Candidates, the most important first. Default: the order of the rows.
        always : int array-like
            Rows that are labeled whenever possible, in strong text.
        required : int
            So many of them, from the first, are labeled also where no place is free.
        """
        candidates = None if order is None else _rows(order)
        self._picture.labels.set_texts(texts, candidates, _rows(always), required)
        self.redraw()

    def set_clusters(self, clusters: Sequence[Cluster]) -> None:
        """Show these names at the overview, where few labels of points are shown."""
        self._picture.clusters.set_clusters(clusters)
        self.redraw()

    def set_label_scale(self, factor: float) -> None:
        """Draw labels of points and clusters larger or smaller, from 0.6 to 2.5 times."""
        scale = min(max(float(factor), 0.6), 2.5)
        self._picture.labels.scale = self._picture.clusters.scale = scale
        self.redraw()

    def set_density(self, on: bool) -> None:
        """Show how many points there are at each place, instead of each of them."""
        self._picture.canvas.set_density(on)
        self.redraw()

    def set_thumbnails(self, thumbnails: Thumbnails | None) -> None:
        """Show pictures of rows in the place of points, as far as there is room.

        Those that have to be read first appear when their thumbnails say that they `arrived`.
        """
        pictures = self._picture.pictures
        if thumbnails is pictures.thumbnails:
            return
        if (before := getattr(pictures.thumbnails, "arrived", None)) is not None:
            before.disconnect(self._note_arrival)
        pictures.set_thumbnails(thumbnails)
        if (arrived := getattr(thumbnails, "arrived", None)) is not None:
            arrived.connect(self._note_arrival)
        self.redraw()

    def _note_arrival(self) -> None:
        if not self._arrivals.isActive():
            self._arrivals.start()

    def place_labels_anew(self) -> None:
        """Forget where labels were, so that the same points always make the same picture."""
        self._picture.labels.forget_places()
        self._picture.clusters.forget_places()
        self.redraw()

    def set_arrows(self, arrows: Sequence[Arrow]) -> None:
        """Draw arrows over the points."""
        self._picture.arrows = tuple(arrows)
        self._fit_anew()

    def set_lines(self, lines: Sequence[Line | Note]) -> None:
        """Draw lines under the points, and notes over them."""
        self._picture.lines = tuple(line for line in lines if isinstance(line, Line))
        self._picture.notes = tuple(note for note in lines if isinstance(note, Note))
        self._fit_anew()

    def set_links(self, row: int, rows: ArrayLike) -> None:
        """Draw lines from one row to others, the nearest first; none for -1. On screen alone."""
        self._picture.links = Links(row, _rows(rows))
        self.update()

    def set_axes(self, titles: Sequence[str] | None) -> None:
        """Draw axes with these titles, one per dimension; None: no axes."""
        self._picture.titles = None if titles is None else tuple(titles)
        self.redraw()

    def set_legend(self, legend: Legend | None) -> None:
        """Explain the colors, at the right of the points or where it was put."""
        self._picture.placed_legend.show(legend)
        self.redraw()

    def set_message(self, text: str) -> None:
        """Say this where there are no points."""
        self._picture.message = text
        self.redraw()

    def set_caption(self, text: str) -> None:
        """Say this in one line below the picture."""
        self._picture.caption = text
        self.redraw()

    def set_corner(self, text: str) -> None:
        """Say this in the upper left corner of the points."""
        self._picture.corner = text
        self.redraw()

    def set_text_scale(self, scale: float) -> None:
        """Draw all text larger, for an audience."""
        self._picture.text_scale = scale
        self.redraw()

    def _fit_anew(self) -> None:
        """Paint it anew, and where all is to be in view, fit that to what there is now."""
        self._sight.note_change()
        self.redraw()


def _rows(rows: ArrayLike) -> Rows:
    return np.asarray(rows, dtype=np.intp).reshape(-1)
