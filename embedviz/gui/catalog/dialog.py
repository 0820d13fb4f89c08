"""The window of the catalog: what there is, how it is got, and what is here already.

It is not modal, and a download goes on when it is closed: the status bar of the main window shows
it, and its bar at the top offers to open the file.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from embedviz.app.tasks import TaskBoard
from embedviz.core.wording import in_words
from embedviz.gui.catalog.controls import AddressLine, CatalogFooter, CatalogHead
from embedviz.gui.catalog.details import OfferDetails
from embedviz.gui.catalog.offers import Offer
from embedviz.gui.catalog.table import OfferTable
from embedviz.gui.catalog.work import CatalogWork
from embedviz.gui.keyboard.reading_order import DialogInReadingOrder
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import hairline, keep_on_screen, text_label, with_name
from embedviz.gui.widgets.message_bar import MessageBar
from embedviz.sources.catalog.download import Downloaded

_WIDTH, _HEIGHT = 860, 640


class CatalogDialog(DialogInReadingOrder):
    """What a catalog has, and what was downloaded.

    Parameters
    ----------
    window : QWidget
        The main window, with which it is closed.
    board : TaskBoard
        Shows progress while the dialog is closed.
    message_bar : MessageBar
        Offers to open what was downloaded while the dialog was closed.
    open_file : callable
        Shows what is in a file, and opens it.

    Attributes
    ----------
    work : CatalogWork
    head : CatalogHead
    table : OfferTable
    hint, message : QLabel
        What to do where there is no list; what went wrong.
    fetch : QPushButton
    details : OfferDetails
    address : AddressLine
    footer : CatalogFooter
    """

    def __init__(
        self,
        window: QWidget,
        board: TaskBoard,
        message_bar: MessageBar,
        open_file: Callable[[Path], None],
    ) -> None:
        super().__init__(window)
        self.setObjectName("catalog")
        self.setWindowTitle("Get vectors")
        self.setModal(False)
        self._window, self._message_bar, self._open_file = window, message_bar, open_file
        self.work = CatalogWork(board, window)
        self._make_parts()
        self._lay_out()
        self._connect()
        self.resize(QSize(_WIDTH, _HEIGHT).boundedTo(self.screen().availableSize() * 0.9))
        window.installEventFilter(self)
        self._show_work()

    def present(self) -> None:
        """Show it, with what is on this machine by now."""
        self.work.look()
        keep_on_screen(self)
        self.show()
        self.raise_()
        self.activateWindow()

    def _make_parts(self) -> None:
        self.head, self.table, self.details = CatalogHead(), OfferTable(), OfferDetails()
        self.address, self.footer = AddressLine(), CatalogFooter()
        self.hint = text_label(kind="hint", wrap=True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.fetch = with_name(
            QPushButton("Fetch the List"), "catalog.fetch", "Fetch the list, after a question"
        )
        self.fetch.setAutoDefault(False)
        self.message = text_label(wrap=True)
        self.message.setObjectName("before")
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.message.setContentsMargins(3 * GRID, GRID, 3 * GRID, 0)
        self.stack = QStackedWidget()

    def _lay_out(self) -> None:
        page = QWidget()
        middle = QVBoxLayout(page)
        middle.addStretch(1)
        middle.addWidget(self.hint)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(self.fetch)
        line.addStretch(1)
        middle.addLayout(line)
        middle.addStretch(1)
        self.stack.addWidget(page)
        self.stack.addWidget(self.table)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.head)
        rows.addWidget(hairline())
        rows.addWidget(self.stack, 1)
        self._detail_line = hairline()
        rows.addWidget(self._detail_line)
        rows.addWidget(self.details)
        rows.addWidget(hairline())
        rows.addWidget(self.message)
        rows.addWidget(self.address)
        rows.addWidget(self.footer)

    def _connect(self) -> None:
        work, footer = self.work, self.footer
        work.changed.connect(self._show_work)
        work.downloaded.connect(self._on_downloaded)
        for task in (work.fetching, work.loading):
            task.progressed.connect(self._show_progress)
        self.head.filter.textChanged.connect(self._filter)
        self.head.refetch.clicked.connect(lambda: work.fetch())
        self.fetch.clicked.connect(lambda: work.fetch())
        self.table.chosen.connect(self._show_choice)
        self.table.doubleClicked.connect(lambda _: self._do())
        self.address.wanted.connect(work.download_address)
        footer.stop.clicked.connect(work.stop)
        footer.remove.clicked.connect(self._remove)
        footer.close_button.clicked.connect(self.close)
        footer.do_it.clicked.connect(self._do)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Close with the window that it belongs to."""
        if event.type() == QEvent.Type.Close and watched is self._window:
            self.work.close()
            self.close()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Let Return in a line of text do what belongs to that line, and nothing beside it."""
        is_return = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if not (is_return and isinstance(self.focusWidget(), QLineEdit)):
            super().keyPressEvent(event)

    # What is shown.

    def _show_work(self) -> None:
        work = self.work
        self.table.show_offers(work.found.offers)
        self.head.origin.setText(self._origin())
        self.head.refetch.setVisible(work.found.listing is not None)
        self.head.refetch.setEnabled(not work.is_fetching)
        self.fetch.setVisible(not work.is_fetching)
        self.fetch.setText("Try Again" if work.error else "Fetch the List")
        said = [work.error] if work.error else [*work.says]
        if not said and work.found.listing is not None:
            said = [*work.found.listing.notes]
        self.message.setText("\n".join(said))
        self.message.setVisible(bool(said))
        self.footer.stop.setVisible(work.is_fetching or work.at_work is not None)
        self.footer.bar.setVisible(self.footer.stop.isVisibleTo(self))
        if not self.footer.bar.isVisibleTo(self):
            self.footer.bar.setValue(0)
            self.footer.status.setText(self._room())
        self._filter(self.head.filter.text())
        self._show_choice()

    def _filter(self, words: str) -> None:
        self.table.filter(words)
        n_offers = len(self.work.found.offers)
        is_there = bool(n_offers and self.table.n_shown)
        self.stack.setCurrentIndex(int(is_there))
        self.head.filter.setEnabled(bool(n_offers))
        self.details.setVisible(bool(n_offers))
        self._detail_line.setVisible(bool(n_offers))
        if self.work.is_fetching:
            self.hint.setText(f"Fetching the list from {self.work.host} …")
        elif n_offers:
            self.hint.setText(f"Nothing in the list has all of these words: {words}")
        elif self.work.found.listing is not None:
            self.hint.setText("The list is empty.")
        else:
            self.hint.setText(
                "Vectors that others have trained: GloVe, word2vec, fastText and more, from the "
                f"public catalog of gensim-data.\n\nThe list is fetched from {self.work.host} when "
                "you press the button, and agree. Nothing is sent but the request for it."
            )
        self.fetch.setVisible(
            self.work.found.listing is None and not self.work.is_fetching and not n_offers
        )

    def _origin(self) -> str:
        if self.work.found.listing is None:
            return "The public catalog of gensim-data. Nothing has been fetched yet."
        day = datetime.fromtimestamp(self.work.found.fetched).date().isoformat()
        return f"The public catalog of gensim-data, from {self.work.host}, fetched on {day}"

    def _room(self) -> str:
        found = self.work.found
        kept = sum(offer.kept.n_bytes for offer in found.offers if offer.kept is not None)
        parts = [f"{in_words(kept)} downloaded"] * bool(kept)
        if found.free is not None:
            parts.append(f"{in_words(found.free)} free on the disk")
        return " · ".join(parts)

    def _show_progress(self, share: float, words: str) -> None:
        self.footer.bar.setValue(round(1000 * share))
        at_work = self.work.at_work
        self.footer.status.setText(words if at_work is None else f"{at_work.title}: {words}")

    def _show_choice(self) -> None:
        offer, footer, is_busy = self.table.offer, self.footer, self.work.at_work is not None
        self.details.show_offer(offer)
        is_at_work = offer is not None and self._is_at_work(offer)
        can_get = offer is not None and offer.wanted is not None and not is_busy
        is_here = offer is not None and offer.kept is not None
        footer.do_it.setText(_doing(offer))
        footer.do_it.setEnabled(is_here or can_get)
        has_file = offer is not None and (is_here or offer.n_begun > 0)
        footer.remove.setVisible(has_file)
        footer.remove.setEnabled(not is_at_work)
        if offer is not None and has_file:
            size = offer.n_begun if offer.kept is None else offer.kept.n_bytes
            footer.remove.setText(f"Remove ({in_words(size)})")
        self.address.allow(not is_busy)

    def _is_at_work(self, offer: Offer) -> bool:
        return self.work.at_work is not None and self.work.at_work.folder == offer.folder

    # What the user does.

    def _do(self) -> None:
        offer = self.table.offer
        if offer is None or not self.footer.do_it.isEnabled():
            return
        if offer.kept is not None:
            self._open_file(offer.kept.path)
        elif offer.wanted is not None:
            self.work.download(offer.wanted)

    def _remove(self) -> None:
        if self.table.offer is not None:
            self.work.remove(self.table.offer)

    def _on_downloaded(self, downloaded: Downloaded) -> None:
        """Open the file; where nobody looks here any more, offer it."""
        if self.isVisible():
            self.address.edit.clear()
            self._open_file(downloaded.path)
        else:
            self._message_bar.show_message(
                f"{downloaded.path.name} is downloaded.",
                "Open",
                lambda: self._open_file(downloaded.path),
            )


def _doing(offer: Offer | None) -> str:
    if offer is None:
        return "Download"
    if offer.kept is not None:
        return "Open…"
    return "Go On" if offer.n_begun else "Download"
