"""Controls of the page of relations: which one, how it is drawn, and how one is added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtWidgets import QMenu, QToolButton

from embedviz.core.settings import fields_of
from embedviz.gui.pages.controls import Controls
from embedviz.gui.widgets.controls import Gear, Segments, combo_box, toggle, tool_button
from embedviz.panes.analogies.relation.offered import OfferedRelation
from embedviz.panes.analogies.relation.settings import DrawnAs, RelationSettings

_DRAWN: tuple[DrawnAs, ...] = get_args(DrawnAs)
_COLORED = fields_of(RelationSettings)["colored_by"].about.choices
_LEAST, _MOST = 72, 280
"""Width of the choice, in pixels."""


class RelationTools(QObject):
    """Controls of the page.

    Signals
    -------
    changed : (dict,)
        Settings of the page or of the pane that the user chose, by name.
    adding_wanted, file_wanted, removal_wanted : ()
        A relation is to be typed, read, or taken away.
    tool_wanted : (bool,)
        Whether a drag is to select.
    """

    changed = Signal(dict)
    adding_wanted = Signal()
    file_wanted = Signal()
    removal_wanted = Signal()
    tool_wanted = Signal(bool)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._offered: list[OfferedRelation] = []
        self.choice = combo_box("analogies.relation.choice", "Relation: which pairs are shown")
        self.choice.setMinimumWidth(_LEAST)
        self.choice.setMaximumWidth(_MOST)
        self.choice.activated.connect(
            lambda place: self.changed.emit({"relation": self.choice.itemData(place)})
        )
        self.add = self._add_button()
        self.drawn = Segments("analogies.relation.drawn", "Arrows", ("In place", "Fan"))
        self.drawn.button(0).setToolTip("In place: PCA of the words of all pairs")
        self.drawn.button(1).setToolTip("Fan: all offsets from one origin, with their mean")
        self.drawn.chosen.connect(lambda place: self.changed.emit({"drawn": _DRAWN[place]}))
        self.dimensions = Segments(
            "analogies.relation.dimensions", "Dimensions of the picture", ("2-D", "3-D")
        )
        self.dimensions.chosen.connect(lambda place: self.changed.emit({"is_3d": place == 1}))
        self.lasso = toggle(
            "analogies.relation.lasso",
            "Lasso",
            "Lasso: select pairs by a drag around an end of each; Shift and a drag draws a box",
        )
        self.lasso.clicked.connect(self.tool_wanted)
        self.colored = combo_box(
            "analogies.relation.colored", "Colors: what the color of an arrow says", _COLORED
        )
        self.colored.activated.connect(
            lambda place: self.changed.emit({"colored_by": self.colored.itemData(place)})
        )
        self.gear = Gear("analogies.relation.settings", "Settings: what colors say")
        self.gear.add("Colors", self.colored)

    def _add_button(self) -> QToolButton:
        button = tool_button(
            "analogies.relation.add", "Add…", "Add: a relation of your own, by pairs of its words"
        )
        menu = QMenu(button)
        menu.addAction("Pairs or Columns…").triggered.connect(lambda: self.adding_wanted.emit())
        menu.addAction("From a File…").triggered.connect(lambda: self.file_wanted.emit())
        menu.addSeparator()
        self.remove = menu.addAction("Remove This Relation")
        self.remove.triggered.connect(lambda: self.removal_wanted.emit())
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return button

    def add_to(self, controls: Controls) -> None:
        """Put the controls into a row."""
        row = controls.row
        row.addWidget(self.choice, 3)
        for each in (self.add, self.drawn, self.dimensions, self.lasso):
            row.addWidget(each)
        row.addStretch(1)
        row.addWidget(self.gear)
        controls.fold_at(self.drawn)

    def show_offered(
        self, offered: Sequence[OfferedRelation], shown: OfferedRelation | None
    ) -> None:
        """Show which relations there are, and which one is shown."""
        if list(offered) != self._offered:
            self._offered = list(offered)
            with QSignalBlocker(self.choice):
                self.choice.clear()
                for each in offered:
                    self.choice.addItem(each.title, each.name)
        self.choice.setEnabled(bool(offered))
        place = self._offered.index(shown) if shown in self._offered and shown else -1
        self.choice.setCurrentIndex(place)
        self.choice.setPlaceholderText("no relation")
        self.remove.setEnabled(shown is not None and shown.is_added)

    def show_settings(self, settings: RelationSettings, *, is_3d: bool) -> None:
        """Show what is set."""
        self.drawn.show_choice(_DRAWN.index(settings.drawn))
        self.dimensions.show_choice(int(is_3d))
        self.colored.setCurrentIndex(self.colored.findData(settings.colored_by))
