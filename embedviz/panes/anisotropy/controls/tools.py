"""The controls of the tool row, and how they fit into its width."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QHBoxLayout

from embedviz.app.state import State
from embedviz.gui.pages.page import set_of_pane
from embedviz.gui.pane import Pane
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import caption, slider, spin_box, tool_button
from embedviz.gui.widgets.derive_button import DeriveButton
from embedviz.panes.anisotropy.controls.dial import Dial
from embedviz.panes.anisotropy.controls.gear import TransformGear
from embedviz.panes.anisotropy.outputs import recipe_of
from embedviz.panes.anisotropy.prepared import Prepared, prepared_of
from embedviz.panes.anisotropy.settings import AnisotropySettings

_WIDE_ROW, _MIDDLE_ROW, _LEAST_ROW = 1000, 760, 524


class AnisotropyTools:
    """Controls of the pane: the dial, components, the gear, and what takes the map elsewhere.

    Parameters
    ----------
    pane : Pane
        They are put into its tool row.

    Attributes
    ----------
    dial : Dial
    components : QSpinBox
    components_slider : QSlider
    gear : TransformGear
    use : DeriveButton
    export : QToolButton
    """

    def __init__(self, pane: Pane) -> None:
        self._pane = pane
        self.dial = Dial(pane.name, pane.session)
        self.dial.turned.connect(self._turn)
        self.components = spin_box(
            f"{pane.name}.components", "Components: how many directions are kept"
        )
        self.components_slider = slider(
            f"{pane.name}.components_slider",
            "Components: how many directions are kept, those of most variance first",
            1,
        )
        self.components_slider.setMinimumSize(60, 24)
        for control in (self.components, self.components_slider):
            control.valueChanged.connect(self._keep)
        self.components_slider.sliderPressed.connect(pane.session.begin_gesture)
        self.components_slider.sliderReleased.connect(pane.session.end_gesture)
        self.gear = TransformGear(pane)
        self.use = DeriveButton(
            pane,
            "Use in all panes: add the mapped set to the library and show it",
            "mapping all rows",
            lambda state: recipe_of(state, prepared_of(pane)),
        )
        self.export = tool_button(
            f"{pane.name}.export",
            "Export…",
            "Export: write mean and matrix of the map, and the lines of NumPy that apply them",
        )
        self.export.clicked.connect(lambda: pane.action_wanted.emit("file.export_transform"))
        self._caption = caption("Components")
        self._add_to(pane.tools)
        pane.tool_row.setMinimumWidth(_LEAST_ROW)  # Else that of all controls.

    def _add_to(self, row: QHBoxLayout) -> None:
        row.addWidget(self.dial, 2)
        row.addSpacing(GRID)
        row.addWidget(self._caption)
        row.addWidget(self.components_slider, 1)
        row.addWidget(self.components)
        row.addWidget(self.gear)
        row.addWidget(self.use)
        row.addWidget(self.export)

    @property
    def height(self) -> int:
        """Height of the row, in pixels."""
        return self.dial.slider.sizeHint().height() + GRID

    def fit_width(self, width: int) -> None:
        """Leave out what is said twice, where the row is narrow."""
        for widget in (self._caption, self.components_slider):
            widget.setVisible(width >= _WIDE_ROW)
        self.dial.play.setVisible(width >= _MIDDLE_ROW)
        self.export.setVisible(width >= _MIDDLE_ROW)  # It is in the menu, too.
        self.use.setText("Use in all panes" if width >= _MIDDLE_ROW else "Use")

    def show_state(self, state: State, prepared: Prepared | None) -> None:
        """Show what is set.

        Parameters
        ----------
        state : State
        prepared : Prepared or None
            None while it is not known of the active set.
        """
        assert state.active is not None
        settings = state[AnisotropySettings]
        self.use.setEnabled(prepared is not None)
        self.dial.show_position(settings.position)
        # Before the rank is known, there may be as many directions as dimensions.
        most, share = state.active.dimensions, float("nan")
        kept = settings.components or most
        rank = most
        if prepared is not None:
            rank = max(prepared.cone.rank, 1)
            most = max(rank - settings.remove_top, 1)
            kept = min(kept, most)
            if settings.variance_share is not None:
                kept = prepared.count_of(settings.transform)
            share = prepared.fit.axes.share_along(settings.remove_top, kept)
        for control in (self.components, self.components_slider):
            with QSignalBlocker(control):  # What is offered has changed, not what is chosen.
                if (control.minimum(), control.maximum()) != (1, most):
                    control.setRange(1, most)  # It asks for a layout of the whole window.
                control.setValue(min(kept, most))
        self.gear.show_state(state, rank, share)

    def _turn(self, position: float) -> None:
        state = self._pane.session.state
        self._pane.edit(state.with_settings(state[AnisotropySettings].at(position)))

    def _keep(self, count: int) -> None:
        set_of_pane(self._pane, components=count, variance_share=None)
