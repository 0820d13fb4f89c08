"""Work of the catalog dialog: what is fetched, downloaded and removed, all off the UI thread."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from embedviz.app.tasks import Task, TaskBoard
from embedviz.core.errors import UserError
from embedviz.core.progress import Report
from embedviz.gui.catalog.offers import Offer, OnMachine, look
from embedviz.gui.texts.consent_dialog import ConsentQuestions
from embedviz.sources.catalog import Catalog, catalog_in_use, downloads_folder
from embedviz.sources.catalog.addresses import parse_address
from embedviz.sources.catalog.download import Downloaded, Wanted, download, want_address
from embedviz.sources.catalog.entries import Listing
from embedviz.sources.catalog.kept import kept_in, remove_kept
from embedviz.sources.catalog.listing import fetch_listing
from embedviz.sources.consent import Ask, NotAgreed


class CatalogWork(QObject):
    """What is known of the catalog and of what was downloaded, and what is being done.

    Parameters
    ----------
    board : TaskBoard
        Shows progress in the status bar, too.
    window : QWidget
        Has the questions before anything is sent.

    Signals
    -------
    changed : ()
        Something else is known or done.
    downloaded : (Downloaded,)

    Attributes
    ----------
    found : OnMachine
    error : str
        What went wrong last; empty: nothing.
    says : tuple of str
        What the user should know about the last download.
    at_work : Wanted or None
        What is being downloaded.
    consent : ConsentQuestions
    fetching, loading : Task
        Fetches the list; downloads a file.
    """

    changed = Signal()
    downloaded = Signal(object)

    def __init__(self, board: TaskBoard, window: QWidget) -> None:
        super().__init__(window)
        self.catalog: Catalog = catalog_in_use()
        self.root = downloads_folder()
        self.found, self.error, self.says = OnMachine(), "", tuple[str, ...]()
        self.at_work: Wanted | None = None
        self.consent = ConsentQuestions(window)
        self.fetching = board.add(Task(self), "fetching the list")
        self.loading = board.add(Task(self), "downloading")
        self._looking = Task(self)
        for task in (self.fetching, self.loading, self._looking):
            task.failed.connect(self._on_failed)
            task.finished.connect(self.changed)
        # What a stopped thread still wrote is there when it has ended.
        self.loading.finished.connect(self.look)
        board.stopped.connect(self._on_stopped)

    @property
    def host(self) -> str:
        """Host of the list."""
        try:
            return parse_address(self.catalog.list_address).host.removesuffix(":443")
        except UserError:  # Fetching says what is wrong with it.
            return self.catalog.list_address

    @property
    def is_fetching(self) -> bool:
        """Whether the list is being fetched."""
        return self.fetching.is_busy

    def look(self) -> None:
        """See what is on this machine."""
        self._looking.run(partial(_look, self.catalog, self.root), self._on_looked)

    def fetch(self) -> None:
        """Fetch the list, after consent."""
        self._begin()
        work = partial(_fetch, self.catalog, self.root, self.consent)
        self.fetching.run(work, lambda _: self.look())
        self.changed.emit()

    def download(self, wanted: Wanted) -> None:
        """Download a file, after consent."""
        self._begin()
        self.at_work = wanted
        self.loading.run(partial(_download, wanted, self.consent), self._on_downloaded)
        self.changed.emit()

    def download_address(self, text: str) -> None:
        """Download a file by its address, after consent; one that is here is opened."""
        self._begin()
        try:
            wanted = want_address(text, self.root)
        except UserError as error:
            self._tell(str(error))
            return
        there = kept_in(wanted.folder)
        if there is None:
            self.download(wanted)
        else:
            self.downloaded.emit(Downloaded(there))

    def stop(self) -> None:
        """Stop what is done; what has arrived is kept."""
        self.fetching.cancel()
        self.loading.cancel()
        self._forget()

    def remove(self, offer: Offer) -> None:
        """Remove what was downloaded, or begun."""
        self._begin()
        self._looking.run(partial(_remove, offer.folder, self.catalog, self.root), self._on_looked)

    def close(self) -> None:
        """Stop, and ask nothing any more."""
        self.stop()
        self.consent.close()

    def _begin(self) -> None:
        self.error, self.says = "", ()

    def _tell(self, error: str) -> None:
        self.error = error
        self.changed.emit()

    def _forget(self) -> None:
        self.at_work = None
        self.consent.refuse_all()
        self.changed.emit()

    def _on_looked(self, found: OnMachine) -> None:
        self.found = found
        self.changed.emit()

    def _on_downloaded(self, downloaded: Downloaded) -> None:
        self.at_work, self.says = None, downloaded.notes
        self.downloaded.emit(downloaded)

    def _on_failed(self, error: Exception) -> None:
        if not self.loading.is_busy:
            self.at_work = None
        if isinstance(error, NotAgreed):
            self._tell("Nothing was sent.")
        elif isinstance(error, UserError):
            self._tell(str(error))
        else:
            raise error

    def _on_stopped(self, tasks: Sequence[object]) -> None:
        if self.fetching in tasks or self.loading in tasks:
            self._forget()


def _look(catalog: Catalog, root: Path, report: Report) -> OnMachine:
    return look(catalog, root)


def _fetch(catalog: Catalog, root: Path, ask: Ask, report: Report) -> Listing:
    return fetch_listing(catalog, root, ask, report)


def _download(wanted: Wanted, ask: Ask, report: Report) -> Downloaded:
    return download(wanted, ask, report)


def _remove(folder: Path, catalog: Catalog, root: Path, report: Report) -> OnMachine:
    remove_kept(folder)
    return look(catalog, root)
