"""Options for a file before it is opened; only those that make sense for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QWidget,
)

from embedviz.app.pairing import column_names, describe_with
from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.origin import ReadSettings
from embedviz.formats.inspecting import Inspection
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import (
    ElidedLabel,
    caption,
    combo_box,
    spin_box,
    tool_button,
    with_name,
)

FIRST_ROWS = 10_000
"""Offered where a part of the rows is to be taken."""
_MOST_ROWS = 2_000_000_000
_MOST_SEED = 1_000_000
_ROW_NUMBERS = object()
_TEXTS = "Text (*.txt *.tsv *.csv);;All files (*)"


class ReadOptions(QWidget):
    """A form of choices about one file.

    Signals
    -------
    decided : (ReadSettings,)
        The user wants the file to be read in another way.
    """

    decided = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._settings = ReadSettings()
        self._columns: Sequence[str] = ()
        self._keys: Mapping[str, str] = {}
        self._vector_columns: Sequence[str | None] = ()
        self._byte_types: Mapping[str, str] = {}
        self._label_columns: Sequence[str] = ()
        self._asks_header = self._chooses_file = False
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(2 * GRID)
        self._form.setVerticalSpacing(GRID)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        self._add_sources()
        self._add_files()
        self._add_part()

    def _add_sources(self) -> None:
        self.key = _choice("open.key", "Which array of the file holds the vectors")
        self.vector_column = _choice("open.vector_column", "Which column holds the vectors")
        self.key.activated.connect(lambda _: self._decide(key=self.key.currentData()))
        self.vector_column.activated.connect(
            lambda _: self._decide(vector_column=self.vector_column.currentData())
        )
        self.bytes_as = _choice("open.bytes_as", "What the bytes of the vectors are")
        self.bytes_as.activated.connect(
            lambda _: self._decide(bytes_as=self.bytes_as.currentData())
        )
        self._key_caption = self._add("Array", self.key)
        self._add("Vectors", self.vector_column)
        self._add("Bytes are", self.bytes_as)

    def _add_files(self) -> None:
        self.label_column = _choice("open.label_column", "What the rows are called by")
        self.label_column.activated.connect(lambda _: self._on_label_column())
        self.labels = _FileLine("labels", "Labels from a second file, one line per row")
        self.labels.wanted.connect(self._ask_for_labels)
        self.labels.unwanted.connect(lambda: self._decide(labels=None, labels_header=None))
        self._labels_line = _side_by_side(self.label_column, self.labels)
        self.labels_header = with_name(
            QCheckBox(),
            "open.labels_header",
            "Whether the second file begins with the names of its columns",
        )
        self.labels_header.clicked.connect(lambda on: self._decide(labels_header=on))
        self.metadata = _FileLine("metadata", "Metadata from a second file")
        self.metadata.wanted.connect(self._ask_for_metadata)
        self.metadata.unwanted.connect(
            lambda: self._decide(metadata=None, metadata_key=None, labels_header=None)
        )
        self.metadata_key = _choice("open.metadata_key", "How the metadata find their rows")
        self.metadata_key.activated.connect(
            lambda _: self._decide(metadata_key=self.metadata_key.currentData())
        )
        self._metadata_line = _side_by_side(self.metadata_key, self.metadata)
        self._add("Labels", self._labels_line)
        self._add("Metadata", self._metadata_line)
        self._add("", self.labels_header)
        self._header_of = self._metadata_line

    def _add_part(self) -> None:
        kinds = (("All", "all"), ("The first", "max_rows"), ("A random sample of", "sample"))
        self.part = combo_box("open.part", "Which rows of the file are opened", kinds)
        self.count = spin_box("open.count", "How many rows are opened", most=_MOST_ROWS)
        self.count.setGroupSeparatorShown(True)
        self.seed = spin_box("open.seed", "Seed: the same one draws the same rows", 0, _MOST_SEED)
        self.seed_caption = caption("seed")
        self.part.activated.connect(lambda _: self._on_part())
        self.count.valueChanged.connect(lambda _: self._on_part())
        self.seed.valueChanged.connect(lambda _: self._on_part())
        line = _side_by_side(self.part, self.count, self.seed_caption, self.seed, stretches=False)
        self._add("Rows", line)

    def _add(self, text: str, field: QWidget) -> QLabel:
        before = caption(text)
        before.setMinimumHeight(field.sizeHint().height())
        before.setMinimumWidth(8 * GRID)
        self._form.addRow(before, field)
        return before

    def learn(self, inspection: Inspection | None, error: UserError | None) -> None:
        """Take over what there is to choose from."""
        if inspection is not None:
            facts = inspection.facts
            self._chooses_file = facts.are_files
            self._keys = facts.keys if len(facts.keys) > 1 else {}
            columns = dict.fromkeys([facts.vector_column, *facts.vector_columns])
            self._vector_columns = list(columns) if len(columns) > 1 else ()
            self._byte_types = facts.byte_types
            self._label_columns = facts.label_columns
        if isinstance(error, ChoiceRequired):
            if error.option == "key":
                self._keys, self._chooses_file = error.choices, error.are_files
            elif error.option == "vector_column":
                self._vector_columns = list(error.choices)
            elif error.option == "bytes_as":
                self._byte_types = error.choices
            elif error.option == "label_column":
                self._label_columns = list(error.choices)
            self._asks_header = self._asks_header or error.option == "labels_header"

    def show_settings(
        self, settings: ReadSettings, inspection: Inspection | None, n_rows: int | None = None
    ) -> None:
        """Show what has been decided, or what the file says where nothing was.

        Parameters
        ----------
        settings : ReadSettings
        inspection : Inspection or None
        n_rows : int or None
            In the file, where they have been counted: no more can be wanted.
        """
        self._settings = settings
        facts = None if inspection is None else inspection.facts
        keys = {key: f"{key}  ·  {said}" if said else key for key, said in self._keys.items()}
        _fill(self.key, keys, settings.key or (facts and facts.key))
        self._key_caption.setText("File" if self._chooses_file else "Array")
        self._form.setRowVisible(self.key, bool(self._keys))
        names = {name: name or "Each number has its own" for name in self._vector_columns}
        _fill(self.vector_column, names, settings.vector_column or (facts and facts.vector_column))
        self._form.setRowVisible(self.vector_column, bool(self._vector_columns))
        types = {name: f"{name}  ·  {said}" for name, said in self._byte_types.items()}
        _fill(self.bytes_as, types, settings.bytes_as)
        self._form.setRowVisible(self.bytes_as, bool(self._byte_types))
        self._show_labels(settings, inspection)
        self._show_metadata(settings)
        self._show_part(settings, n_rows)

    def _show_labels(self, settings: ReadSettings, inspection: Inspection | None) -> None:
        is_path = isinstance(settings.labels, str | Path)
        self.labels.show_file(Path(str(settings.labels)) if is_path else None)
        names: dict[Any, str] = {name: name for name in self._label_columns}
        taken = settings.label_column or (inspection and inspection.facts.label_column)
        is_numbered = inspection is not None and _has_no_labels(inspection)
        if inspection is not None and taken is None and not is_numbered:
            names = {None: "As the file has them"} | names
        names[_ROW_NUMBERS] = "Row numbers"
        is_numbered = settings.numbers_rows or (is_numbered and taken is None)
        chosen = _ROW_NUMBERS if is_numbered else taken
        _fill(self.label_column, names, chosen)
        self.label_column.setVisible(bool(self._label_columns) and not is_path)
        second = settings.labels is not None or settings.metadata is not None
        self._form.setRowVisible(
            self.labels_header, second and (self._asks_header or settings.labels_header is not None)
        )
        self.labels_header.setChecked(bool(settings.labels_header))
        self._put_header_below(self._labels_line if is_path else self._metadata_line)
        name = Path(str(settings.labels if is_path else settings.metadata)).name
        self.labels_header.setText(f"The first line of {_shortened(name)} is a header")

    def _put_header_below(self, line: QWidget) -> None:
        """Put the tick box about a header below the file that it is about."""
        if self._header_of is line:
            return
        self._header_of = line
        is_shown = self._form.isRowVisible(self.labels_header)
        taken = self._form.takeRow(self.labels_header)
        before = None if taken.labelItem is None else taken.labelItem.widget()
        place = next(
            row
            for row in range(self._form.rowCount())
            if (item := self._form.itemAt(row, QFormLayout.ItemRole.FieldRole)) is not None
            and item.widget() is line
        )
        self._form.insertRow(place + 1, before, self.labels_header)  # type: ignore[arg-type]
        self._form.setRowVisible(self.labels_header, is_shown)
        QWidget.setTabOrder(line, self.labels_header)

    def _show_metadata(self, settings: ReadSettings) -> None:
        path = None if settings.metadata is None else Path(settings.metadata)
        if self.metadata.path != path:
            self._columns = () if path is None else column_names(path)
        self.metadata.show_file(path)
        names: dict[Any, str] = {None: "Joined row by row"}
        names |= {name: f"Joined by {name}" for name in self._columns}
        _fill(self.metadata_key, names, settings.metadata_key)
        self.metadata_key.setVisible(path is not None)

    def _show_part(self, settings: ReadSettings, n_rows: int | None) -> None:
        kind = "all"
        if settings.sample is not None:
            kind = "sample"
        elif settings.max_rows is not None:
            kind = "max_rows"
        with QSignalBlocker(self.count), QSignalBlocker(self.seed):
            self.part.setCurrentIndex(self.part.findData(kind))
            self.count.setMaximum(n_rows or _MOST_ROWS)
            self.count.setValue(settings.sample or settings.max_rows or FIRST_ROWS)
            self.seed.setValue(settings.seed)
        self.count.setVisible(kind != "all")
        for widget in (self.seed_caption, self.seed):
            widget.setVisible(kind == "sample")

    def _on_label_column(self) -> None:
        wanted = self.label_column.currentData()
        if wanted is _ROW_NUMBERS:
            self._decide(numbers_rows=True, label_column=None)
        else:
            self._decide(numbers_rows=False, label_column=wanted)

    def _on_part(self) -> None:
        kind, count = self.part.currentData(), self.count.value()
        self._decide(
            max_rows=count if kind == "max_rows" else None,
            sample=count if kind == "sample" else None,
            seed=self.seed.value() if kind == "sample" else 0,
        )

    def _ask_for_labels(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Labels, one line per row", "", _TEXTS)
        if path:
            self._asks_header = False
            self._decide(labels=Path(path), labels_header=None, numbers_rows=False)

    def _ask_for_metadata(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Metadata, one line per row", "", _TEXTS)
        if not path:
            return
        self._asks_header = False
        wanted = describe_with(Path(), Path(path))
        if wanted.metadata is None and self._settings.labels is None:
            # One column without a header is a list of labels.
            self._decide(labels=wanted.labels, labels_header=None, numbers_rows=False)
        else:
            # Where labels are from a second file, too, that one has been asked about already.
            header = self._settings.labels_header if self._settings.labels is not None else None
            self._decide(metadata=Path(path), metadata_key=None, labels_header=header)

    def _decide(self, **decided: Any) -> None:
        self.decided.emit(replace(self._settings, **decided))


class _FileLine(QWidget):
    """The name of a second file, and buttons to choose one and to do without.

    Signals
    -------
    wanted : ()
    unwanted : ()
    """

    wanted = Signal()
    unwanted = Signal()

    def __init__(self, what: str, description: str) -> None:
        super().__init__()
        self.path: Path | None = None
        self.label = ElidedLabel(f"open.{what}_name")
        self.choose = tool_button(f"open.{what}", "From a file…", description)
        self.drop = tool_button(f"open.no_{what}", "✕", f"No {what} from that file", flat=True)
        for button in (self.choose, self.drop):
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.choose.clicked.connect(self.wanted)
        self.drop.clicked.connect(self.unwanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.label, 1)
        row.addWidget(self.drop)
        row.addWidget(self.choose)
        row.addStretch(0)
        self.show_file(None)

    def show_file(self, path: Path | None) -> None:
        """Show the name of a file, or that there is none."""
        self.path = path
        self.label.setText("" if path is None else path.name)
        self.label.setVisible(path is not None)
        self.drop.setVisible(path is not None)
        self.choose.setText("From a file…" if path is None else "Another…")
        layout = self.layout()
        assert isinstance(layout, QHBoxLayout)
        layout.setStretch(3, 1 if path is None else 0)


def _has_no_labels(inspection: Inspection) -> bool:
    """Return whether neither the file nor a second one says what the rows are called."""
    on_labels = (note.facts for note in inspection.notes if note.kind == "row numbers")
    return any(not facts["has_labels"] for facts in on_labels)


def _choice(name: str, description: str) -> QComboBox:
    box = combo_box(name, description)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(14)
    box.setPlaceholderText("Choose one")
    box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return box


def _side_by_side(*widgets: QWidget, stretches: bool = True) -> QWidget:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(GRID)
    for widget in widgets:
        row.addWidget(widget, int(stretches))
    if not stretches:
        row.addStretch(1)
    return line


def _fill(box: QComboBox, names: Mapping[Any, str], chosen: Any) -> None:
    """Offer values, each under its words; nothing is chosen where that is none of them."""
    with QSignalBlocker(box):
        box.clear()
        for value, text in names.items():
            box.addItem(_shortened(" ".join(text.split()), 100), value)
        place = next((i for i, value in enumerate(names) if value == chosen), -1)
        box.setCurrentIndex(place)


def _shortened(text: str, most: int = 40) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
