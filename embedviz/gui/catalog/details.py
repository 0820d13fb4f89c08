"""What a catalog says of the chosen vectors, as text that can be copied."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from embedviz.core.wording import in_words
from embedviz.gui.catalog.offers import Offer
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import text_label

_HEIGHT = 104


class OfferDetails(QScrollArea):
    """Name, description, license and where to read more. Addresses are text, not links."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("catalog.details")
        self.setAccessibleName("What the catalog says of the chosen vectors")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.name = text_label(kind="headline", wrap=True)
        self.description = _text()
        self.license = _text()
        self.more = _text("caption")
        page = QWidget()
        rows = QVBoxLayout(page)
        rows.setContentsMargins(3 * GRID, GRID, 3 * GRID, GRID)
        rows.setSpacing(GRID // 2)
        for label in (self.name, self.description, self.license, self.more):
            rows.addWidget(label)
        rows.addStretch(1)
        self.setWidget(page)

    def show_offer(self, offer: Offer | None) -> None:
        """Show what is known of an offer; of none, what to do."""
        if offer is None:
            self._show("", "Choose a line to see what it is, and under which license.", "", "")
            return
        entry = offer.entry
        on = f"Trained on {entry.base}." if entry.base else ""
        refused = f"Not offered: {entry.refusal}" if entry.refusal else ""
        more = [*entry.read_more]
        if offer.kept is not None:
            more.append(f"{offer.kept.path} ({in_words(offer.kept.n_bytes)})")
        self._show(
            entry.name,
            " ".join(filter(None, (refused, entry.description, on))),
            f"License: {entry.license or 'the catalog gives none; ask its makers before using it'}",
            "\n".join(more),
        )

    def _show(self, name: str, description: str, terms: str, more: str) -> None:
        texts = {self.name: name, self.description: description, self.license: terms}
        for label, text in (texts | {self.more: more}).items():
            label.setText(text)
            label.setVisible(bool(text))
        self.verticalScrollBar().setValue(0)


def _text(kind: str = "") -> QLabel:
    label = text_label(kind=kind, wrap=True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setMinimumHeight(1)  # Else as high as it would be in the narrowest dialog.
    return label
