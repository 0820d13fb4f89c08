"""The sphere: all points of a run, and the forces on those that are asked about."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QPaintEvent, QResizeEvent

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.contrastive.runs.anchor import AnchorTerms
from embedviz.core.contrastive.runs.frames import RunFrame
from embedviz.core.drawing.raster import Colors
from embedviz.gui.points.layers.globe import globe_lines
from embedviz.gui.points.legend.layout import Legend
from embedviz.gui.points.view import Arrow, Camera, PointView
from embedviz.gui.theme import theme_manager, with_alpha

HOME = Camera(is_3d=True, scale=1.15)
"""Where the sphere is seen from at first."""
_LONGEST = 0.45
"""Of the arrows, in radii of the sphere."""
_SHOWN_PUSHES = 12
_WORTH_AN_ARROW = 0.02
"""Of the longest: what is shorter than this is a dot."""
_LABELED = 2
_WIDE_ENOUGH_FOR_LEGEND = 440
_CIRCLES, _N_MERIDIANS = (45, 90, 135), 6


class Sphere(PointView):
    """Points on the unit sphere.

    Signals
    -------
    painted : ()
        What was to be shown is on the screen.
    """

    painted = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._colors: Colors | None = None
        self._legend: Legend | None = None
        self._frame: RunFrame | None = None
        self._marked: tuple[Sequence[str], int | None, tuple[int, ...], bytes] | None = None
        self.set_camera(HOME)
        self.redraw_globe()

    def redraw_globe(self) -> None:
        """Draw the lines of the sphere in the colors of the theme."""
        self.scene.set_lines(globe_lines(_CIRCLES, _N_MERIDIANS))

    def show_colors(self, colors: Colors | None, legend: Legend | None) -> None:
        """Show the points in other colors, from the next frame on; None: the color of the theme."""
        self._colors, self._legend = colors, legend
        self._fit_legend()
        if self._frame is not None:
            self._place(self._frame)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Show the picture, and say so."""
        super().paintEvent(event)
        self.painted.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave out the legend where the sphere would have no room beside it."""
        super().resizeEvent(event)
        self._fit_legend()

    def _fit_legend(self) -> None:
        wanted = self._legend if self.width() >= _WIDE_ENOUGH_FOR_LEGEND else None
        if wanted is not self.scene.legend:
            self.scene.set_legend(wanted)

    def show_frame(self, frame: RunFrame | None) -> None:
        """Show the points of a frame; None: no points."""
        before, self._frame = self._frame, frame
        if frame is None:
            self.set_points(np.zeros((0, 3)), keep_camera=True)
            self.scene.set_arrows(())
        elif before is None or len(before.positions) != len(frame.positions):
            self._place(frame)
        elif before is not frame:
            # Not as a cloud that comes to rest, which is then painted once more, finely: between
            # two steps it would be, each time.
            self.scene.canvas.move_points(frame.positions)
            self.viewport.note_change()
            self.redraw()

    def _place(self, frame: RunFrame) -> None:
        given = self._colors
        fits = given is not None and len(given) == len(frame.positions)
        alike = with_alpha(theme_manager.theme.accent, 0.7)
        self._marked = None  # Other points forget what was marked.
        self.set_points(frame.positions, given if fits else alike, keep_camera=True)

    def mark(
        self,
        texts: Sequence[str],
        query: int | None,
        selected: Rows,
        terms: AnchorTerms | None = None,
    ) -> None:
        """Mark a point and the selected ones; with terms by name, and those near it too."""
        near = [] if terms is None else terms.candidates[: 1 + _LABELED].tolist()
        always = [] if terms is None else list(dict.fromkeys([terms.anchor, *near]))
        wanted = (texts, query, tuple(near), selected.tobytes())
        if self._marked is not None and wanted[0] is self._marked[0] and wanted == self._marked:
            return  # As in most frames: labels need not look for places that they have.
        self._marked = wanted
        self.scene.set_labels(texts, (), always, min(len(always), 1))
        self.scene.set_highlights(
            query=query, selected=selected, neighbors=[row for row in near[:1] if row != query]
        )

    def show_forces(self, terms: AnchorTerms | None) -> None:
        """Draw the pull of the partner and the pushes of negatives, all in one proportion."""
        frame = self._frame  # None after Stop, until the points are shown again.
        if terms is None or frame is None:
            self.scene.set_arrows(())
        else:
            self.scene.set_arrows(self._arrows(terms, frame))

    def _arrows(self, terms: AnchorTerms, frame: RunFrame) -> list[Arrow]:
        places, axes, theme = frame.positions, frame.axes, theme_manager.theme
        pushes = np.asarray(terms.pushes)[:_SHOWN_PUSHES]
        forces = np.stack([terms.pull, terms.push_on_anchor, *pushes])
        if axes is not None:  # As the points are, of more than three outputs.
            forces = forces @ axes.T
        lengths = np.linalg.norm(forces, axis=1)
        longest = float(lengths.max())
        if not 0 < longest < np.inf:
            return []
        at = [terms.anchor, terms.anchor, *terms.candidates[1 : 1 + len(pushes)].tolist()]
        colors = [theme.after, theme.before, *[theme.before] * len(pushes)]
        widths = [3.0, 3.0, *[1.5] * len(pushes)]
        return [
            Arrow(places[row], _end(places[row], force * _LONGEST / longest), color, width=width)
            for row, force, length, color, width in zip(
                at, forces, lengths, colors, widths, strict=True
            )
            if length >= _WORTH_AN_ARROW * longest
        ]


def _end(place: Matrix, force: Matrix) -> Matrix:
    end = np.array(place, np.float32)
    end[: len(force)] += force
    return end
