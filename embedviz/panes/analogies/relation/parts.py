"""Widgets of the page of relations."""

from __future__ import annotations

from PySide6.QtCore import QObject

from embedviz.app.tasks import Task
from embedviz.gui.widgets.controls import text_label
from embedviz.panes.analogies.relation.lists.side import RelationSide
from embedviz.panes.analogies.relation.picture import RelationPicture
from embedviz.panes.analogies.relation.strips import ColorStrip, NullStrip
from embedviz.panes.analogies.relation.tools import RelationTools


class RelationParts:
    """What the page is made of.

    Parameters
    ----------
    parent : QObject
    completing : Task
        Completes words while they are typed.

    Attributes
    ----------
    tools : RelationTools
    head, caption : QLabel
        Above everything, and below the picture.
    picture : RelationPicture
    colors, null : ColorStrip, NullStrip
    side : RelationSide
    """

    def __init__(self, parent: QObject, completing: Task) -> None:
        self.tools = RelationTools(parent)
        self.head = text_label(kind="title", wrap=True)
        self.head.setAccessibleName("What is known of the relation")
        self.caption = text_label(kind="caption", wrap=True)
        self.picture = RelationPicture(parent)
        self.colors, self.null = ColorStrip(), NullStrip()
        self.side = RelationSide(completing)
