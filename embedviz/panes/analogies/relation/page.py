"""The page of relations."""

from __future__ import annotations

from embedviz.app.state import State
from embedviz.gui.pages.page import Page
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import text_label


class RelationPage(Page):
    """The page of relations."""

    name = "relation"

    def build(self) -> None:  # noqa: D102 - see Page
        self.caption = text_label(kind="caption", wrap=True)
        self.caption.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        self.body.addWidget(self.caption)
        self.body.addStretch(1)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Page
        assert new.active is not None
        self.caption.setText(new.active.name)
