"""Guide: the chapters of the manual in a window, with a search through all of them.

The chapters are the Markdown files in `resources/guide`, in the order of their names. To add one,
write a file whose first line is its title: `# Title`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QKeySequence, QShortcut, QTextDocument
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QVBoxLayout,
    QWidget,
)

from embedviz.core.errors import UserError
from embedviz.core.samples import resource_path
from embedviz.gui.keyboard.reading_order import DialogInReadingOrder
from embedviz.gui.theme import GRID, LIBRARY_WIDTH
from embedviz.gui.widgets.controls import text_label, tool_button, with_name
from embedviz.gui.window.guide.document import find_hits
from embedviz.gui.window.guide.page import FOLDER, GuidePage

_SIZE, _LEAST = QSize(1040, 720), QSize(480, 320)


@dataclass(frozen=True)
class Chapter:
    """One chapter of the guide.

    Attributes
    ----------
    file : str
        Its name among the files, such as "10-first-steps.md".
    title : str
    markdown : str
        All of it, with the title.
    """

    file: str
    title: str
    markdown: str

    def count(self, text: str) -> int:
        """Return how often a text occurs, as the page counts it."""
        document = QTextDocument()
        document.setMarkdown(self.markdown)
        return len(find_hits(document, text))


def load_chapters() -> tuple[Chapter, ...]:
    """Return the chapters of the guide, in order.

    Raises
    ------
    UserError
        When the installation lacks them, or a chapter does not begin with its title.
    """
    chapters = []
    for path in sorted(resource_path(FOLDER).glob("*.md")):
        markdown = path.read_text(encoding="utf-8")
        title = re.match(r"# (.+)\n", markdown)
        if title is None:
            raise UserError(f"The chapter {path.name} of the guide does not begin with its title.")
        chapters.append(Chapter(path.name, title[1].strip(), markdown))
    if not chapters:
        raise UserError("The chapters of the guide are missing. Install embedviz again.")
    return tuple(chapters)


class GuideWindow(DialogInReadingOrder):
    """The chapters at the left, under a search line, and one of them at the right.

    Ctrl+F goes to the search line; Enter and Shift+Enter go from hit to hit, through all chapters;
    Esc closes.

    Parameters
    ----------
    parent : QWidget
        The window that it belongs to.

    Raises
    ------
    UserError
        When the installation lacks the chapters.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("guide")
        self.setWindowTitle("Guide")
        self.setModal(False)
        self.chapters = load_chapters()
        self._counts = [0] * len(self.chapters)
        self._make_search()
        self._make_pages()
        self._make_keys()
        self._lay_out()
        self.setMinimumSize(_LEAST)
        self.resize(_SIZE.boundedTo(self.screen().availableSize() * 0.9))
        self.list.setCurrentRow(0)

    def present(self) -> None:
        """Show the window, in front of others."""
        self.show()
        self.raise_()
        self.activateWindow()
        self._go_to_search()

    def show_chapter(self, file: str, anchor: str = "") -> bool:
        """Show a chapter from its beginning or a heading; return whether there is such a chapter.

        Parameters
        ----------
        file : str
            The name of its file.
        anchor : str
            A heading in the form of links: "trust-and-density" for "Trust and density".
        """
        files = [chapter.file for chapter in self.chapters]
        if file not in files:
            return False
        self.list.setCurrentRow(files.index(file))
        self.page.go_to_heading(anchor)
        return True

    def _make_search(self) -> None:
        self.search = with_name(QLineEdit(), "guide.search", "Search the guide (Ctrl+F)")
        self.search.setPlaceholderText("Search the guide")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._on_typed)
        self.count = text_label(kind="caption", wrap=True)
        self.count.setAccessibleName("How often the text occurs")
        self.previous = tool_button(
            "guide.previous", "↑", "Previous place (Shift+Enter)", flat=True
        )
        self.next = tool_button("guide.next", "↓", "Next place (Enter)", flat=True)
        self.previous.clicked.connect(lambda: self._step(-1))
        self.next.clicked.connect(lambda: self._step(1))

    def _make_keys(self) -> None:
        keys, in_search = QKeySequence.StandardKey, Qt.ShortcutContext.WidgetShortcut
        QShortcut(keys.Find, self).activated.connect(self._go_to_search)
        QShortcut(keys.FindNext, self).activated.connect(lambda: self._step(1))
        QShortcut(keys.FindPrevious, self).activated.connect(lambda: self._step(-1))
        self.search.returnPressed.connect(lambda: self._step(1))
        for key in ("Shift+Return", "Shift+Enter"):
            back = QShortcut(QKeySequence(key), self.search, context=in_search)
            back.activated.connect(lambda: self._step(-1))

    def _make_pages(self) -> None:
        self.list = with_name(QListWidget(), "guide.chapters", "Chapters of the guide")
        self.list.setToolTip("")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.addItems([chapter.title for chapter in self.chapters])
        self.list.currentRowChanged.connect(self._on_chapter)
        self.page = GuidePage()
        self.page.anchorClicked.connect(self.follow)
        self.note = text_label(kind="caption", wrap=True)
        self.note.setAccessibleName("What a link leads to")
        self.note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.note.setContentsMargins(3 * GRID, GRID, 3 * GRID, GRID)
        self.note.hide()

    def _lay_out(self) -> None:
        found = QHBoxLayout()
        found.setSpacing(0)
        found.addWidget(self.count, 1)
        found.addWidget(self.previous)
        found.addWidget(self.next)
        side = QWidget()
        side.setObjectName("guide.side")
        side.setFixedWidth(LIBRARY_WIDTH)
        rows = QVBoxLayout(side)
        rows.setContentsMargins(GRID, GRID, GRID, GRID)
        rows.setSpacing(GRID // 2)
        rows.addWidget(self.search)
        rows.addLayout(found)
        rows.addWidget(self.list, 1)
        line = QFrame()
        line.setObjectName("hairline")
        line.setFixedWidth(1)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.page, 1)
        right.addWidget(self.note)
        columns = QHBoxLayout(self)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(0)
        columns.addWidget(side)
        columns.addWidget(line)
        columns.addLayout(right, 1)
        self._show_count()

    def follow(self, link: QUrl) -> None:
        """Go to the chapter that a link names; of an address on the web, only say what it is."""
        file = link.path() or self.chapters[self.list.currentRow()].file
        if link.isRelative() and self.show_chapter(file, link.fragment()):
            return
        self.note.setText(
            f"embedviz opens nothing on the web. The address is {link.toString()}"
            if link.scheme()
            else f"The guide has no chapter {link.toString()}."
        )
        self.note.show()

    def _go_to_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _on_chapter(self, place: int) -> None:
        self.note.hide()
        self.page.show_markdown(self.chapters[place].markdown)
        self.page.search(self.search.text().strip())
        if self.page.hits:
            self.page.go_to_hit(0)
        self._show_count()

    def _on_typed(self, text: str) -> None:
        """Leave the chapters in which the text occurs, and go to its first place."""
        text = text.strip()
        self._counts = [chapter.count(text) for chapter in self.chapters]
        for place, (chapter, count) in enumerate(zip(self.chapters, self._counts, strict=True)):
            item = self.list.item(place)
            item.setText(f"{chapter.title} ({count})" if text else chapter.title)
            item.setHidden(bool(text) and not count)
        here = self.list.currentRow()
        if not self._counts[here] and any(self._counts):
            self.list.setCurrentRow(next(p for p, count in enumerate(self._counts) if count))
            return
        self.page.search(text)
        if self.page.hits:
            self.page.go_to_hit(0)
        self._show_count()

    def _step(self, step: int) -> None:
        """Go to the next place or the one before, in another chapter where this one has no more."""
        if not any(self._counts):
            return
        if 0 <= self.page.place + step < len(self.page.hits):
            self.page.go_to_hit(self.page.place + step)
        else:
            n_chapters, here = len(self.chapters), self.list.currentRow()
            ways = ((here + step * way) % n_chapters for way in range(1, n_chapters + 1))
            there = next(place for place in ways if self._counts[place])
            self.list.setCurrentRow(there)
            self.page.go_to_hit(0 if step > 0 else -1)
        self._show_count()

    def _show_count(self) -> None:
        total, before = sum(self._counts), sum(self._counts[: self.list.currentRow()])
        self.previous.setEnabled(bool(total))
        self.next.setEnabled(bool(total))
        text = self.search.text().strip()
        if not text:
            self.count.setText("")
        elif not total:
            self.count.setText("not in the guide")
        elif not self.page.hits:
            self.count.setText(f"{total} in other chapters")
        else:
            self.count.setText(f"{before + self.page.place + 1} of {total}")
