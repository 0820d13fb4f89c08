"""Which texts are embedded: their column, what names the rows, how many, and the first of them."""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QSizePolicy,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from embedviz.core.notes import counted
from embedviz.core.texts.origin import TextsSettings
from embedviz.core.wording import one_line
from embedviz.gui.texts.encoder_form import CAPTION_WIDTH
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import caption, combo_box, spin_box, with_name
from embedviz.sources.texts.offered import OfferedColumn, TextsSource

_ROWS = 50
_SHOWN_ROWS = 4
_ROW_HEIGHT = 22
_LONGEST = 300
_LONGEST_NAME = 60
_MOST_ROWS = 2_000_000_000
_MOST_SEED = 1_000_000
_SAMPLE = 10_000


class TextsForm(QWidget):
    """Texts to choose, with the first of them below.

    Parameters
    ----------
    source : TextsSource

    Signals
    -------
    changed : ()
        The user chose something else.
    """

    changed = Signal()

    def __init__(self, source: TextsSource) -> None:
        super().__init__()
        self._source = source
        self._make_columns()
        self._make_part()
        self.preview = TextPreview()
        self.form = QFormLayout()
        self.form.setContentsMargins(0, 0, 0, 0)
        self.form.setHorizontalSpacing(2 * GRID)
        self.form.setVerticalSpacing(GRID)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        fields = [("Texts", self.column), ("Rows named by", self.label_column)]
        for text, field in [*fields, ("Rows", self._part_line)]:
            before = caption(text)
            before.setMinimumHeight(field.sizeHint().height())
            before.setFixedWidth(CAPTION_WIDTH)
            before.setBuddy(field)
            self.form.addRow(before, field)
        self.form.setRowVisible(self.column, len(source.columns) > 1 or bool(self._name(0)))
        self.form.setRowVisible(self.label_column, bool(source.label_columns))
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GRID)
        rows.addLayout(self.form)
        rows.addWidget(self.preview)
        self._show_texts()

    def _make_columns(self) -> None:
        self.column = _choice("embed.column", "Column with the texts that get a vector each")
        self.label_column = _choice("embed.label_column", "Column that names the rows")
        for column in self._source.columns:
            self.column.addItem(_described(column), column.name)
            place = self.column.count() - 1
            self.column.setItemData(place, column.name or "labels", Qt.ItemDataRole.ToolTipRole)
        self.column.setCurrentIndex(0 if self._source.columns else -1)
        self.label_column.addItem("The texts themselves", "")
        for column in self._source.label_columns:
            self.label_column.addItem(_described(column), column.name)
        self.label_column.setCurrentIndex(0)
        for box in (self.column, self.label_column):
            box.activated.connect(lambda _: self._on_choice())

    def _make_part(self) -> None:
        kinds = (("All", "all"), ("A random sample of", "sample"))
        self.part = combo_box("embed.part", "Which rows are embedded", kinds)
        most = self._source.n_rows or _MOST_ROWS
        self.count = spin_box("embed.sample", "How many rows are drawn", 1, most)
        self.count.setGroupSeparatorShown(True)
        self.count.setValue(min(_SAMPLE, most))
        self.seed = spin_box("embed.seed", "Seed: the same one draws the same rows", 0, _MOST_SEED)
        self._seed_caption = caption("seed")
        self.part.activated.connect(lambda _: self._on_choice())
        for box in (self.count, self.seed):
            box.valueChanged.connect(lambda _: self.changed.emit())
        self._part_line = QWidget()
        row = QHBoxLayout(self._part_line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        for widget in (self.part, self.count, self._seed_caption, self.seed):
            row.addWidget(widget)
        row.addStretch(1)

    @property
    def shown_column(self) -> OfferedColumn | None:
        """The column that is chosen; None where there is none."""
        place = self.column.currentIndex()
        return self._source.columns[place] if place >= 0 else None

    @property
    def n_rows(self) -> int | None:
        """How many rows would be embedded; None where they have not been counted."""
        total, sample = self._source.n_rows, self.settings.sample
        if sample is None:
            return total
        return sample if total is None else min(sample, total)

    @property
    def settings(self) -> TextsSettings:
        """What is chosen, without the encoder."""
        for box in (self.count, self.seed):
            box.interpretText()
        is_sample = self.part.currentData() == "sample"
        return TextsSettings(
            column=self.column.currentData() or "",
            label_column=self.label_column.currentData() or "",
            sample=self.count.value() if is_sample else None,
            seed=self.seed.value() if is_sample else 0,
        )

    def show_settings(self, settings: TextsSettings) -> None:
        """Show what was chosen before."""
        with QSignalBlocker(self.count), QSignalBlocker(self.seed):
            for box, name in (
                (self.column, settings.column),
                (self.label_column, settings.label_column),
            ):
                if (place := box.findData(name)) >= 0:
                    box.setCurrentIndex(place)
            self.part.setCurrentIndex(self.part.findData("sample" if settings.sample else "all"))
            if settings.sample:
                self.count.setValue(settings.sample)
            self.seed.setValue(settings.seed)
        self._show_texts()

    def _name(self, place: int) -> str:
        columns = self._source.columns
        return columns[place].name if columns else ""

    def _on_choice(self) -> None:
        self._show_texts()
        self.changed.emit()

    def _show_texts(self) -> None:
        is_sample = self.part.currentData() == "sample"
        for widget in (self.count, self.seed, self._seed_caption):
            widget.setVisible(is_sample)
        place = self.label_column.currentIndex() - 1
        labels = self._source.label_columns[place] if place >= 0 else None
        self.preview.show_texts(self.shown_column, labels)


class TextPreview(QTableView):
    """The first texts as they would be embedded, each with what names its row."""

    def __init__(self) -> None:
        super().__init__()
        with_name(self, "embed.preview", "The first texts")
        self.setToolTip("")
        self.rows = QStandardItemModel()
        self.setModel(self.rows)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)

    def show_texts(self, column: OfferedColumn | None, labels: OfferedColumn | None) -> None:
        """Show the first texts of a column, beside labels where these are other ones."""
        self.rows.clear()
        shown = [each for each in (labels, column) if each is not None]
        if labels is column:
            shown = shown[:1]
        for each in shown:
            self.rows.appendColumn([_item(text) for text in each.texts[:_ROWS]])
        heads = [one_line(each.name)[:_LONGEST_NAME] or "text" for each in shown]
        self.rows.setHorizontalHeaderLabels(heads)
        if len(shown) > 1:
            self.setColumnWidth(0, 20 * GRID)
        n_rows = min(max(self.rows.rowCount(), 1), _SHOWN_ROWS)
        head = self.horizontalHeader().sizeHint().height()
        self.setFixedHeight(head + n_rows * _ROW_HEIGHT + 2)


def _item(text: str) -> QStandardItem:
    item = QStandardItem(one_line(text[:_LONGEST]))
    item.setToolTip(text[:_LONGEST])
    side = Qt.AlignmentFlag.AlignRight if _is_right_to_left(text) else Qt.AlignmentFlag.AlignLeft
    item.setTextAlignment(side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)
    return item


def _is_right_to_left(text: str) -> bool:
    """Return whether the first letter with a direction is of a script that begins at the right."""
    kinds = (unicodedata.bidirectional(letter) for letter in text[:_LONGEST])
    return next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") != "L"


def _described(column: OfferedColumn) -> str:
    """Return the name of a column and what is in it."""
    name = one_line(column.name) or "Labels"
    name = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
    about = column.about
    if about.kind == "numbers":
        return f"{name}  ·  numbers" if about.n_different else f"{name}  ·  empty in the first rows"
    kinds = {"texts": "texts", "words": "single words", "names": "identifiers, dates or addresses"}
    length = counted(round(about.mean_length), "character")
    return f"{name}  ·  {kinds[about.kind]}, about {length}"


def _choice(name: str, description: str) -> QComboBox:
    box = combo_box(name, description)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(14)
    box.setMaxVisibleItems(20)
    box.setPlaceholderText("Choose one")
    box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return box
