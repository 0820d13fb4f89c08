"""Writing of results to a file that the user names."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog

from embedviz.core.analogies.benchmark import (
    BenchmarkReport,
    comparison_columns,
    question_columns,
    section_columns,
)
from embedviz.core.progress import Report, part_of
from embedviz.gui.actions.saving import why_in_use
from embedviz.gui.pages.page import Page
from embedviz.panes.analogies.benchmark.compared import ComparedSets

_KINDS = "Table (*.csv);;Table, tab-separated (*.tsv);;Parquet (*.parquet)"
EXPORTED = {
    "sections": "Sections …",
    "questions": "Questions …",
    "comparison": "Comparison, by section …",
}
"""What can be written, and the words for it in a menu."""


class BenchmarkExport(QObject):
    """Asks for a path, and writes a result to it off the UI thread."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._page = page
        self._task = page.pane.calculations.new_task("writing the results")
        self._reports: tuple[BenchmarkReport, ...] = ()
        self._compared: ComparedSets | None = None

    def offer(self, reports: Sequence[BenchmarkReport], compared: ComparedSets | None) -> None:
        """Take what is to be written when the user asks for it, the chosen method first."""
        self._reports, self._compared = tuple(reports), compared

    def ask(self, what: str) -> None:
        """Ask where to, in a dialog that does not hold up anything else.

        Parameters
        ----------
        what : {"sections", "questions", "comparison"}
        """
        dialog = QFileDialog(self._page, f"Export {what}", "", _KINDS)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setDefaultSuffix("csv")
        dialog.filterSelected.connect(
            lambda kind: dialog.setDefaultSuffix(kind.rpartition("*.")[2].rstrip(")"))
        )
        dialog.selectFile(f"analogy {what}.csv")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(partial(self.write, what))
        dialog.open()

    def write(self, what: str, path: str) -> None:
        """Write a result to a file, unless an open set is read from it."""
        pane = self._page.pane
        why_not = why_in_use(pane.session.state.sets, [Path(path)])
        is_there = self._compared is not None if what == "comparison" else bool(self._reports)
        if why_not is not None or not is_there:
            pane.message_bar.show_message(why_not or "There is no result to write yet.")
            return
        work = partial(_write, what, self._reports, self._compared, path)
        pane.calculations.run(self._task, work, self._say, purpose="edit")

    def _say(self, path: str) -> None:
        self._page.pane.message_bar.show_message(f"Written to {path}")


def _write(
    what: str,
    reports: Sequence[BenchmarkReport],
    compared: ComparedSets | None,
    path: str,
    report: Report,
) -> str:
    """Write a table, and return its path. Runs off the UI thread."""
    from embedviz.formats.writing.result_tables import save_results

    report(0.0, "writing the results")
    if what == "comparison" and compared is not None:
        columns = comparison_columns(compared.comparison)
    else:
        columns = (question_columns if what == "questions" else section_columns)(reports)
    save_results(columns, path, part_of(report, 0.3, 1.0))
    return path
