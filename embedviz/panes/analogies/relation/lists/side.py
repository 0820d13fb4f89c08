"""Panel beside the picture: the pairs, all relations, or other words and their answers."""

from __future__ import annotations

from typing import get_args

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from embedviz.app.tasks import Task
from embedviz.gui.pages.controls import Controls
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import Segments, text_label
from embedviz.panes.analogies.relation.lists.applying import ApplyPanel
from embedviz.panes.analogies.relation.lists.cell_table import CellTable
from embedviz.panes.analogies.relation.lists.columns import PAIR_COLUMNS, RELATION_COLUMNS
from embedviz.panes.analogies.relation.settings import Listed

LISTED: tuple[Listed, ...] = get_args(Listed)


class RelationSide(QWidget):
    """Three lists, of which one is in view.

    Parameters
    ----------
    completing : Task
        Completes words while they are typed.

    Attributes
    ----------
    choice : Segments
    pairs, relations : CellTable
    apply : ApplyPanel
    note : QLabel
        Below the list.
    """

    def __init__(self, completing: Task) -> None:
        super().__init__()
        self.choice = Segments(
            "analogies.relation.listed", "Beside the picture", ("Pairs", "All relations", "Apply")
        )
        self.pairs = CellTable(
            "analogies.relation.pairs",
            "Pairs of the relation, sorted by a click on a head",
            PAIR_COLUMNS,
        )
        self.relations = CellTable(
            "analogies.relation.all",
            "All relations of this set, the most consistent first",
            RELATION_COLUMNS,
        )
        self.apply = ApplyPanel(completing)
        self.note = text_label(kind="caption", wrap=True)
        head = Controls()
        head.row.addWidget(self.choice)
        head.row.addStretch(1)
        self._lists = QStackedWidget()
        for each in (self.pairs, self.relations, self.apply):
            self._lists.addWidget(each)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GRID // 2)
        rows.addWidget(head)
        rows.addWidget(self._lists, 1)
        rows.addWidget(self.note)

    def show_listed(self, listed: Listed) -> None:
        """Bring another list into view."""
        place = LISTED.index(listed)
        self.choice.show_choice(place)
        self._lists.setCurrentIndex(place)

    def show_note(self, text: str) -> None:
        """Say something below the list; nothing takes no room."""
        self.note.setText(text)
        self.note.setVisible(bool(text))
