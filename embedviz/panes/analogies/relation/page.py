"""The page of relations: many pairs, how alike their offsets are, and what their mean finds."""

from __future__ import annotations

from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.gui.pages.page import Page
from embedviz.gui.theme import GRID
from embedviz.panes.analogies.relation.choices import missing_relation
from embedviz.panes.analogies.relation.interaction import RelationInteraction
from embedviz.panes.analogies.relation.parts import RelationParts
from embedviz.panes.analogies.relation.running import RelationRun
from embedviz.panes.analogies.relation.settings import RelationSettings
from embedviz.panes.analogies.relation.showing import RelationShowing

_NARROW = 560
"""Pixels below which the lists are below the picture, and not beside it."""
_LEAST_SIDE, _MOST_SIDE, _SIDE_SHARE = 320, 480, 0.4
"""Least and largest width of the lists, in pixels, and their share of a page between them."""
_LOW = 430
"""Pixels below which there is no room for what the picture holds, in words, or for the strips."""


class RelationPage(Page):
    """Arrows of all pairs, with a table of them, and of all relations of the set."""

    name = "relation"
    least_height, good_height = 260, 480

    def build(self) -> None:  # noqa: D102 - see Page
        self.parts = RelationParts(self, self.pane.calculations.new_task("completing"))
        self.parts.tools.add_to(self.tools)
        self._lay_out()
        self.run = RelationRun(self.pane)
        self.showing = RelationShowing(self, self.parts, self.run)
        self.interaction = RelationInteraction(
            self, self.parts, lambda: self.showing.measured, self.showing.caption_of
        )

    def _lay_out(self) -> None:
        parts = self.parts
        strips = QHBoxLayout()
        strips.setSpacing(GRID)
        strips.addWidget(parts.colors, 1)
        strips.addWidget(parts.null, 1)
        left = QVBoxLayout()
        left.setSpacing(GRID // 2)
        left.addWidget(parts.picture.view, 1)
        left.addLayout(strips)
        left.addWidget(parts.caption)
        self._rows = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._rows.setSpacing(2 * GRID)
        self._rows.addLayout(left, 1)
        self._rows.addWidget(parts.side)
        self.body.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        self.body.addWidget(parts.head)
        self.body.addLayout(self._rows, 1)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Page
        self.run.forget_closed(new.sets)
        self.showing.show_choices(new)
        self.run.ask(new, all_relations=new[RelationSettings].listed == "relations")
        self.showing.show_all(new)

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Page
        if self.run.owns(task):
            self.showing.show_stopped()

    def begin_figure(self) -> None:
        """Refuse a relation that the set does not have: a figure of another one would mislead."""
        if said := missing_relation(self.pane.session.state):
            self.pane.message_bar.show_message(said)

    def release(self) -> None:  # noqa: D102 - see Page
        self.run.release()
        self.showing.release()

    def switch_tool(self) -> None:
        """Begin or end selecting with the lasso."""
        self.parts.tools.lasso.click()

    def take_file(self, path: str) -> None:
        """Add the relations of a file."""
        self.interaction.read_file(path)

    def arrange(self) -> None:
        """Put the lists beside the picture, or below it where the page is narrow."""
        side, width = self.parts.side, self.width() - 6 * GRID
        is_narrow = width < _NARROW * self.text_scale
        way = QBoxLayout.Direction
        self._rows.setDirection(way.TopToBottom if is_narrow else way.LeftToRight)
        least, most = (round(each * self.text_scale) for each in (_LEAST_SIDE, _MOST_SIDE))
        wanted = min(max(round(_SIDE_SHARE * width), least), most, max(width // 2, 1))
        # No least width: with one, the page could not get narrower again.
        side.setMaximumWidth(self.width() if is_narrow else wanted)
        shares = (1, 1) if is_narrow else (max(width - wanted, 1), wanted)
        for place, share in enumerate(shares):
            self._rows.setStretch(place, share)
        is_low = self.height() < _LOW * self.text_scale
        self.parts.caption.setVisible(not (is_narrow or is_low))
        for strip in (self.parts.colors, self.parts.null):
            strip.setVisible(not (is_narrow and is_low))  # The picture needs the room.
