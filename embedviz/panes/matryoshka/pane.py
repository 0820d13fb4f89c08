"""Matryoshka: which neighbors survive on a prefix of the dimensions, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout

from embedviz.app.animation.kinds import sweep
from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core import matryoshka
from embedviz.core.derivation.recipes import Truncated
from embedviz.gui.calculations import Subject
from embedviz.gui.pages.page import WantedBy, set_of_pane
from embedviz.gui.pages.stack import PageStack
from embedviz.gui.pane import Pane
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import caption, spin_box, with_name
from embedviz.gui.widgets.derive_button import DeriveButton
from embedviz.gui.widgets.prefix_slider import PrefixSlider
from embedviz.gui.widgets.settings_gear import SettingsGear
from embedviz.panes.matryoshka.lists import NeighborLists
from embedviz.panes.matryoshka.pages import PAGES
from embedviz.panes.matryoshka.settings import MatryoshkaSettings

_WIDE, _LOW = 1200, 560
"""A pane that is as wide, and not higher than this, has the page beside the lists."""


class MatryoshkaPane(Pane):
    """A slider of prefix lengths, the neighbors found with so many dimensions, and pages."""

    title = "Matryoshka"
    name = "matryoshka"
    figure = "matryoshka"
    takes_pairs = True
    settings_class = MatryoshkaSettings
    animations = (
        sweep(
            "prefix",
            "Prefix sweep",
            "from all dimensions down to eight",
            MatryoshkaSettings,
            lambda settings, state: [replace(settings, dimensions=n) for n in (None, 8)],
        ),
    )
    kernels = (matryoshka.compile_all,)
    hint = "Open a file of vectors to see how short a prefix still finds the same neighbors."

    def build(self) -> None:  # noqa: D102 - see Pane
        self._add_tools()
        self.lists, self.pages = NeighborLists(self), PageStack(self, PAGES)
        self._parts = QBoxLayout(QBoxLayout.Direction.TopToBottom, self.picture)
        self._parts.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, GRID)
        self._parts.setSpacing(GRID)
        self._parts.addWidget(self.lists)
        self._parts.addWidget(self.pages, 1)
        self.pages.head_turned.connect(self._share_room)
        self.fit_text(1.0)

    def _add_tools(self) -> None:
        self.slider = with_name(
            PrefixSlider(),
            "matryoshka.dimensions",
            "Dimensions: how many of the first ones are used",
        )
        self.slider.valueChanged.connect(self._on_dimensions)
        self.slider.sliderPressed.connect(self.session.begin_gesture)
        self.slider.sliderReleased.connect(self.session.end_gesture)
        self.number = spin_box("matryoshka.number", "Dimensions: as a number")
        self.number.valueChanged.connect(self._on_dimensions)
        self.use = DeriveButton(
            self,
            "Use in all panes: add the truncated set to the library and show it",
            "truncating all rows",
            lambda state: Truncated(_length(state), state[MatryoshkaSettings].layer_norm),
        )
        self.more = SettingsGear(
            self.name,
            "what is done to rows before and after they are cut",
            MatryoshkaSettings,
            ("layer_norm", "renormalize"),
            lambda field, value: set_of_pane(self, **{field: value}),
        )
        self.tools.addWidget(caption("Dimensions"))
        self.tools.addWidget(self.slider, 1)
        self.tools.addWidget(self.number)
        self.tools.addWidget(self.more)
        self.tools.addWidget(self.use)

    def fit_text(self, scale: float) -> None:  # noqa: D102 - see Pane
        self.tool_row.setFixedHeight(self.slider.sizeHint().height() + 2 * GRID)
        self.pages.fit_text(scale)
        self._share_room()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Show all lines of the lists where there is room; what is left goes to the page."""
        super().resizeEvent(event)
        if self.is_built:
            self._share_room()

    def _share_room(self) -> None:
        is_wide = self.width() >= _WIDE and self.height() <= _LOW
        way = QBoxLayout.Direction
        self._parts.setDirection(way.LeftToRight if is_wide else way.TopToBottom)
        self._parts.setStretch(0, int(is_wide))
        width = self.width() - 4 * GRID
        room = self.height() - (self.tool_row.height() if self.tool_row.isVisibleTo(self) else 0)
        room -= 3 * GRID
        if is_wide:
            self.lists.fit_room(width // 2, room)
        else:
            self.lists.fit_room(width, room - GRID - self.pages.good_height)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Pane
        assert new.active is not None
        for control in (self.slider, self.number):
            if control.maximum() != new.active.dimensions:  # Else it asks for a new layout.
                control.setRange(1, new.active.dimensions)
            control.setValue(_length(new))
        self.more.show_settings(new[MatryoshkaSettings])
        self.lists.draw(old, new)
        self.pages.draw(new)
        if old[MatryoshkaSettings].page != new[MatryoshkaSettings].page or old.active is None:
            self._share_room()  # Another page needs another height.

    def wants(self, subject: Subject) -> bool:  # noqa: D102 - see Pane
        if isinstance(subject, WantedBy):
            return subject.is_wanted(self.session.state)
        return super().wants(subject)

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Pane
        self.lists.on_failed(task, failed=failed)
        self.pages.on_failed(task, failed=failed)

    def facts(self, state: State) -> Sequence[str]:  # noqa: D102 - see Pane
        assert state.active is not None
        length, most = _length(state), state.active.dimensions
        return "cosine", f"the first {length:,} of {most:,} dimensions"

    def begin_figure(self) -> None:
        """Begin what the chosen page does only when asked."""
        self.pages.chosen.begin_figure()

    def release(self) -> None:  # noqa: D102 - see Pane
        if self.is_built:
            self.lists.release()
            self.pages.release()

    def _on_dimensions(self, dimensions: int) -> None:
        set_of_pane(self, dimensions=dimensions)


def _length(state: State) -> int:
    assert state.active is not None
    return state[MatryoshkaSettings].length(state.active)
