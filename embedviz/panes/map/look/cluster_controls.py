"""Controls of the clusters of a map: how they are found, what they are called, where they go."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QToolButton,
    QWidget,
)

from embedviz.app.map_settings import MapSettings
from embedviz.core.vector_set import VectorSet
from embedviz.gui.widgets.controls import (
    combo_box,
    set_text_in_place,
    spin_box,
    text_label,
    toggle,
    tool_button,
    with_name,
)

_LINES, _LINE, _WIDTH = 5, 22, 240


class ClusterControls(QObject):
    """Clusters of a map, behind its gear.

    Parameters
    ----------
    name : str
        Of the map, before the names of the controls.

    Signals
    -------
    changed : (dict,)
        Settings of the map that the user changed, by name.
    renamed : (int, str)
        A cluster, by its place, is to be called otherwise; by an empty name as it was found.
    save_wanted : ()
        The clusters are to be a column of the metadata.

    Attributes
    ----------
    rows : tuple of (str, QWidget)
        For the gear: what stands before each control.
    """

    changed = Signal(dict)
    renamed = Signal(int, str)
    save_wanted = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.on = toggle(
            f"{name}.clusters", "Clusters", "Clusters: found on the map, named by their words"
        )
        self.on.clicked.connect(lambda on: self._tell("clusters", on))
        self.count: QLabel = with_name(
            text_label(), f"{name}.cluster_count", "Found: how many clusters there are"
        )
        self.count.setMinimumWidth(_WIDTH)
        self.size = spin_box(
            f"{name}.min_cluster_size", "Smallest cluster: fewest points", 0, 1_000_000
        )
        self.size.setSpecialValueText("automatic")
        self.size.setKeyboardTracking(False)
        self.size.valueChanged.connect(
            lambda size: self._tell("min_cluster_size", max(size, 2) if size else None)
        )
        self.texts: QComboBox = combo_box(
            f"{name}.cluster_texts", "Names from: a column whose words name the clusters"
        )
        self.texts.activated.connect(
            lambda _: self._tell("cluster_texts", self.texts.currentData())
        )
        self.names = _NameList(f"{name}.cluster_names")
        self.names.itemChanged.connect(
            lambda item: self.renamed.emit(self.names.row(item), item.text())
        )
        self.save: QToolButton = tool_button(
            f"{name}.save_clusters",
            "Save as column",
            "Save as column: the clusters become a column of the set, and go into files with it",
        )
        self.save.clicked.connect(self.save_wanted)
        self.rows: tuple[tuple[str, QWidget], ...] = (
            ("", self.on),
            ("Found", self.count),
            ("Smallest cluster", self.size),
            ("Names from", self.texts),
            ("Their names", self.names),
            ("", self.save),
        )

    def show_settings(self, settings: MapSettings) -> None:
        """Show what is set."""
        self.on.setChecked(settings.clusters)
        self.texts.setCurrentIndex(max(self.texts.findData(settings.cluster_texts), 0))
        with QSignalBlocker(self.size):
            self.size.setValue(settings.min_cluster_size or 0)
        for _, control in self.rows[1:]:
            control.setEnabled(settings.clusters)

    def show_found(self, words: str, names: list[str], *, can_change: bool = True) -> None:
        """Show how many there are, and their names, which may be changed unless others come."""
        set_text_in_place(self.count, words)
        self.names.show_names(names)
        self.names.setEnabled(can_change and bool(names))
        self.save.setEnabled(can_change and bool(names))

    def show_columns(self, vector_set: VectorSet) -> None:
        """Offer the columns of another set."""
        self.texts.clear()
        self.texts.addItem("labels", None)
        for column in vector_set.metadata.column_names:
            self.texts.addItem(column, column)

    def _tell(self, setting: str, value: object) -> None:
        self.changed.emit({setting: value})


class _NameList(QListWidget):
    """Names of which each can be changed, by F2, a double click or as one types."""

    def __init__(self, name: str) -> None:
        super().__init__()
        with_name(self, name, "Names of the clusters: F2 or a double click changes one")
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(_LINES * _LINE)
        self.setUniformItemSizes(True)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of a few lines, which it always has."""
        return QSize(_WIDTH, self.maximumHeight())

    def show_names(self, names: list[str]) -> None:
        """Show other names, the chosen line staying the chosen one."""
        with QSignalBlocker(self):
            while self.count() > len(names):
                self.takeItem(self.count() - 1)
            for place, name in enumerate(names):
                if place == self.count():
                    item = QListWidgetItem()
                    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
                    item.setSizeHint(QSize(0, _LINE))
                    self.addItem(item)
                if (shown := self.item(place)).text() != name:
                    shown.setText(name)
        if self.currentRow() < 0 and names:
            with QSignalBlocker(self):
                self.setCurrentRow(0)
