"""What is taken of a collection: which fields, how many rows, by which seed, and a few of them."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from embedviz.core.notes import counted
from embedviz.core.wording import in_words, one_line
from embedviz.formats.companions.columns import LABEL_NAMES
from embedviz.gui.opening.preview import Preview
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import (
    ElidedLabel,
    caption,
    combo_box,
    spin_box,
    text_label,
    tool_button,
    with_name,
)
from embedviz.sources.databases.browsing import FirstLook
from embedviz.sources.databases.describing import describe_index
from embedviz.sources.databases.opening import shown_fields
from embedviz.sources.databases.origin import SampleSettings
from embedviz.sources.databases.protocol import CollectionInfo, Field

_MOST = 2**31 - 1
"""Of a box for a whole number."""
_SHOWN_FIELDS = 5
_ROW_HEIGHT = 22


class SampleForm(QScrollArea):
    """Fields, rows and seed of a sample, with a preview.

    Signals
    -------
    changed : ()
        Something else is to be read; the preview may be another one.

    Attributes
    ----------
    name : ElidedLabel
    vector, label : QComboBox
    fields : QListWidget
    n_rows, seed : QSpinBox
    preview : Preview
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("database.sample")
        self.setAccessibleName("What is read of the collection")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._info: CollectionInfo | None = None
        self._make_texts()
        self._make_choices()
        self._lay_out()
        self.vector.activated.connect(lambda _: self._on_changed())
        self.label.activated.connect(lambda _: self._on_changed())
        self.fields.itemChanged.connect(lambda _: self._on_changed())
        self.n_rows.valueChanged.connect(lambda _: self._on_changed())
        self.seed.valueChanged.connect(lambda _: self._on_changed())
        self.all_button.clicked.connect(lambda: self._check(on=True))
        self.none_button.clicked.connect(lambda: self._check(on=False))

    def _make_texts(self) -> None:
        self.name = ElidedLabel("headline")
        self.size_text = ElidedLabel("caption")
        self.index_text = text_label(kind="caption", wrap=True)
        self.index_text.setMinimumHeight(1)
        self.above = text_label(kind="caption", wrap=True)
        self.above.setMinimumHeight(1)

    def _make_choices(self) -> None:
        self.vector = combo_box("database.vector", "Field of vectors")
        self.label = combo_box("database.label", "Field that names the rows")
        for choice in (self.vector, self.label):
            choice.setMinimumContentsLength(12)
        self.fields = with_name(
            QListWidget(), "database.fields", "Other fields, that become columns"
        )
        self.fields.setToolTip("")
        self.all_button = tool_button("database.all_fields", "All", "Take all of these fields")
        self.none_button = tool_button("database.no_fields", "None", "Take none of these fields")
        self.n_rows = spin_box("database.n_rows", "How many rows to sample", 1, 1)
        self.seed = spin_box("database.seed", "Seed of the sample: the same one, the same rows")
        self.seed.setRange(0, _MOST)
        self.seed.setValue(SampleSettings.seed)
        for box in (self.n_rows, self.seed):
            box.setGroupSeparatorShown(True)
        self.preview = Preview()
        self.preview.setObjectName("database.preview")
        self.preview.setAccessibleName("A few rows, as they would be opened")

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(2 * GRID)
        form.setVerticalSpacing(GRID)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        beside = QVBoxLayout()
        beside.setSpacing(GRID)
        beside.addWidget(self.all_button)
        beside.addWidget(self.none_button)
        beside.addStretch(1)
        lines = {
            "Vectors": (self.vector,),
            "": (self.index_text,),
            "Labels": (self.label,),
            "Columns": (self.fields, beside),
            "Rows": (self.n_rows, caption("Seed"), self.seed),
        }
        for text, parts in lines.items():
            before = caption(text)
            if text:
                before.setFixedHeight(self.vector.sizeHint().height())
            form.addRow(before, _line(*parts))
        self._form, self._columns_row = form, list(lines).index("Columns")
        page = QWidget()
        rows = QVBoxLayout(page)
        rows.setContentsMargins(2 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        rows.setSpacing(GRID // 2)
        rows.addWidget(self.name)
        rows.addWidget(self.size_text)
        rows.addSpacing(GRID)
        rows.addLayout(form)
        rows.addSpacing(GRID)
        rows.addWidget(self.above)
        rows.addWidget(self.preview)
        rows.addStretch(1)
        self.setWidget(page)

    # What is chosen.

    @property
    def settings(self) -> SampleSettings | None:
        """What is to be read; None where there is no collection with vectors."""
        info = self._info
        if info is None or not info.vector_fields:
            return None
        self.n_rows.interpretText()
        self.seed.interpretText()
        return SampleSettings(
            info.name,
            self.vector.currentData(),
            self.label.currentData() or "",
            tuple(item.data(Qt.ItemDataRole.UserRole) for item in self._items() if _is_on(item)),
            self.n_rows.value(),
            self.seed.value(),
        )

    def show_collection(self, info: CollectionInfo | None) -> None:
        """Offer what a collection has; None: nothing."""
        self._info = info
        self.preview.show_rows_of(None)
        self.above.setText("")
        if info is None:
            return
        self.name.setText(one_line(info.name))
        key = f"named by {info.key_field}" if info.key_field else "named by their places"
        size = "" if info.n_bytes is None else in_words(info.n_bytes)
        self.size_text.setText(
            " · ".join(filter(None, (counted(info.n_rows, "row"), size, key, "read-only")))
        )
        self._offer_fields(info)
        most = max(1, min(info.n_rows, _MOST))
        with QSignalBlocker(self.n_rows):
            self.n_rows.setRange(1, most)
            self.n_rows.setValue(min(most, SampleSettings.n_rows))
        self._show_vector()

    def _offer_fields(self, info: CollectionInfo) -> None:
        self.vector.clear()
        for each in info.vector_fields:
            self.vector.addItem(_described(each), each.name)
        self.label.clear()
        key = f"the key, {info.key_field}" if info.key_field else "the place of the row"
        self.label.addItem(key, "")
        others = [each for each in info.fields if each.kind != "vector"]
        others = [each for each in others if each.name != info.key_field]
        for each in others:
            self.label.addItem(_described(each), each.name)
        self.label.setCurrentIndex(
            max(self.label.findData(info.label_field or _usual_label(others)), 0)
        )
        self.vector.setCurrentIndex(max(self.vector.findData(info.vector_field), 0))
        taken = shown_fields(info)
        with QSignalBlocker(self.fields):
            self.fields.clear()
            for each in others:
                item = QListWidgetItem(_described(each), self.fields)
                item.setData(Qt.ItemDataRole.UserRole, each.name)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(_state(each.name in taken))
        shown = min(max(len(others), 1), _SHOWN_FIELDS)
        self.fields.setFixedHeight(shown * _ROW_HEIGHT + 6)
        self._form.setRowVisible(self._columns_row, bool(others))

    def show_look(self, look: FirstLook | None) -> None:
        """Show a few rows; None: they are being read."""
        self.preview.show_rows_of(None if look is None else look.rows)
        self.preview.setVisible(look is not None and look.rows is not None)
        if look is None:
            self.above.setText("Reading a few rows …")
            return
        if look.rows is None:
            self.above.setText(look.problem)
            return
        count = counted(len(look.rows), "row")
        how = f"sampled by the seed {self.seed.value()}" if look.is_seeded else "the first ones"
        left_out = [each for each in look.rows.notes if each.kind == "bad rows"]
        said = [f"A few rows: {count}, {how}.", *left_out]
        if not look.is_seeded:
            said.append("The sample is drawn when it is opened.")
        self.above.setText(" ".join(said))

    # Parts.

    def _show_vector(self) -> None:
        info, name = self._info, self.vector.currentData()
        found = [] if info is None else [f for f in info.vector_fields if f.name == name]
        said = []
        for field in found:
            indexes = [describe_index(each) for each in field.indexes]
            said.append("Index: " + "; ".join(indexes) if indexes else "No index")
            said.append(field.note)
        self.index_text.setText(". ".join(each.rstrip(".") for each in said if each))

    def _items(self) -> Iterator[QListWidgetItem]:
        for row in range(self.fields.count()):
            yield self.fields.item(row)

    def _check(self, *, on: bool) -> None:
        with QSignalBlocker(self.fields):
            for item in self._items():
                item.setCheckState(_state(on))
        self._on_changed()

    def _on_changed(self) -> None:
        self._show_vector()
        self.changed.emit()


def _line(*parts: object) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(GRID)
    for part in parts:
        if isinstance(part, QVBoxLayout):
            line.addLayout(part)
        elif isinstance(part, QWidget):
            line.addWidget(part, int(not isinstance(part, QSpinBox)))
    if any(isinstance(part, QSpinBox) for part in parts):
        line.addStretch(3)
    return line


def _described(field: Field) -> str:
    name = one_line(field.name)
    if field.kind != "vector":
        return f"{name} · {field.kind}"
    size = "any length" if field.dimensions is None else f"{field.dimensions:,}"
    return f"{name} · {size} × {field.element}" if field.element else f"{name} · {size}"


def _usual_label(fields: list[Field]) -> str:
    """Return the field that names rows by what it is called; nothing where none does."""
    texts = {each.name.casefold(): each.name for each in fields if each.kind == "text"}
    return next((texts[name] for name in LABEL_NAMES if name in texts), "")


def _is_on(item: QListWidgetItem) -> bool:
    return item.checkState() == Qt.CheckState.Checked


def _state(is_on: bool) -> Qt.CheckState:
    return Qt.CheckState.Checked if is_on else Qt.CheckState.Unchecked
