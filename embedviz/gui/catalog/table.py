"""The table of what a catalog has: sorted by a click on a head, filtered by words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QSignalBlocker,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QTableView

from embedviz.core.wording import in_words
from embedviz.gui.catalog.offers import Offer
from embedviz.gui.widgets.controls import with_name
from embedviz.gui.widgets.dialog_parts import show_as_rows

_HEADS = ("Name", "Rows", "Dimensions", "Size", "Here", "License")
_SORT = Qt.ItemDataRole.UserRole + 1
_OFFER = Qt.ItemDataRole.UserRole + 2
_ROW_HEIGHT = 24
_WIDEST = 260
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

AnyIndex = QModelIndex | QPersistentModelIndex


class OfferTable(QTableView):
    """Offers, a line each.

    Signals
    -------
    chosen : ()
        Another line is chosen, or none.
    """

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        with_name(self, "catalog.table", "Vectors that can be had, and those that are here")
        self.setToolTip("")
        self._rows = QStandardItemModel(0, len(_HEADS), self)
        self._rows.setHorizontalHeaderLabels(list(_HEADS))
        for column in range(len(_HEADS)):
            self._rows.horizontalHeaderItem(column).setTextAlignment(_side(column))
        self._shown = _Filter(self)
        self._shown.setSourceModel(self._rows)
        self._shown.setSortRole(_SORT)
        self.setModel(self._shown)
        self._set_up()
        self.selectionModel().selectionChanged.connect(lambda *_: self.chosen.emit())

    def _set_up(self) -> None:
        show_as_rows(self, _ROW_HEIGHT)
        head = self.horizontalHeader()
        head.setSortIndicatorClearable(True)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)

    @property
    def offer(self) -> Offer | None:
        """The chosen one."""
        places = self.selectionModel().selectedRows()
        found: Offer | None = places[0].data(_OFFER) if places else None
        return found

    def show_offers(self, offers: Sequence[Offer]) -> None:
        """Show others; what was chosen stays chosen where it is still there."""
        before = self.offer
        with QSignalBlocker(self.selectionModel()):
            self._rows.removeRows(0, self._rows.rowCount())
            for offer in offers:
                self._rows.appendRow(_line(offer))
            self.choose("" if before is None else before.name)
        for column in range(len(_HEADS) - 1):
            wanted = self.sizeHintForColumn(column)
            least = self.horizontalHeader().sectionSizeHint(column)
            self.setColumnWidth(column, min(max(wanted, least), _WIDEST))
        self.chosen.emit()

    def choose(self, name: str) -> None:
        """Choose the line of a name, where there is one."""
        for row in range(self._shown.rowCount()):
            index = self._shown.index(row, 0)
            if index.data(_OFFER).name == name:
                flags = QItemSelectionModel.SelectionFlag
                self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)

    def filter(self, words: str) -> None:
        """Show only lines with all of these words in their name, description or license."""
        self._shown.set_words(words)

    @property
    def n_shown(self) -> int:
        """How many lines the filter lets through."""
        return self._shown.rowCount()


class _Filter(QSortFilterProxyModel):
    """Lines that have all words."""

    def __init__(self, parent: QTableView) -> None:
        super().__init__(parent)
        self._words: list[str] = []

    def set_words(self, words: str) -> None:
        self._words = words.casefold().split()
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: AnyIndex) -> bool:  # noqa: N802 - Qt's name
        offer: Offer | None = self.sourceModel().index(row, 0, parent).data(_OFFER)
        if offer is None or not self._words:
            return True
        entry = offer.entry
        texts = (entry.name, entry.description, entry.base, entry.license, offer.state)
        text = " ".join(texts).casefold()
        return all(word in text for word in self._words)


def _side(column: int) -> Qt.AlignmentFlag:
    return _RIGHT if 1 <= column <= 3 else _LEFT


def _short(text: str) -> str:
    """Return an address without what all begin with."""
    return text.removeprefix("https://").removeprefix("http://")


def _line(offer: Offer) -> list[QStandardItem]:
    entry = offer.entry
    texts: list[tuple[str, object]] = [
        (entry.name, entry.name.casefold()),
        ("" if entry.n_rows is None else f"{entry.n_rows:,}", float(entry.n_rows or 0)),
        ("" if entry.dimensions is None else f"{entry.dimensions:,}", float(entry.dimensions or 0)),
        ("" if entry.n_bytes is None else in_words(entry.n_bytes), float(entry.n_bytes or 0)),
        (offer.state, offer.state),
        (_short(entry.license) or "not given", entry.license.casefold()),
    ]
    items = []
    for column, (text, key) in enumerate(texts):
        item = QStandardItem(text)
        item.setData(key, _SORT)
        item.setData(offer, _OFFER)
        item.setTextAlignment(_side(column))
        item.setToolTip(text)
        items.append(item)
    return items
