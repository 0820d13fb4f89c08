"""Controls of what is around and behind the points of a map, and of its clusters."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from embedviz.app.map_settings import PALETTES, MapSettings
from embedviz.core.vector_set import VectorSet
from embedviz.gui.coloring.point_style import sizable_columns
from embedviz.gui.widgets.controls import combo_box, toggle, with_name
from embedviz.panes.map.look.cluster_controls import ClusterControls


class LookControls(QObject):
    """Title, names, palette, light and clusters, behind the gear of a map.

    Parameters
    ----------
    name : str
        Of the map, before the names of the controls.

    Signals
    -------
    changed : (dict,)
        Settings of the map that the user changed, by name.

    Attributes
    ----------
    rows : tuple of (str, QWidget)
        For the gear: what stands before each control.
    """

    changed = Signal(dict)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._columns_of: VectorSet | None = None
        self.toggles = {
            setting: toggle(f"{name}.{setting}", text, description)
            for setting, text, description in (
                (
                    "names_around",
                    "Names around",
                    "Names around: beside the points, with lines, where the picture is wide "
                    "enough; without the legend it is wider",
                ),
                ("glow", "Glow", "Glow: a soft light behind the points of groups"),
                ("legend", "Legend", "Legend: what the colors mean"),
            )
        }
        for setting, button in self.toggles.items():
            button.clicked.connect(lambda on, setting=setting: self._tell(setting, on))
        self.clusters = ClusterControls(name)
        self.clusters.changed.connect(self.changed)
        self._make_boxes(name)
        self._make_fields(name)
        self.rows: tuple[tuple[str, QWidget], ...] = (
            ("Title", self.fields["heading"]),
            ("Subtitle", self.fields["subtitle"]),
            *(("", button) for button in self.toggles.values()),
            ("Size of names", self.importance),
            ("Palette", self.palette),
            *self.clusters.rows,
        )

    def _make_boxes(self, name: str) -> None:
        self.palette = combo_box(f"{name}.palette", "Palette: the colors of groups", PALETTES)
        self.importance = combo_box(
            f"{name}.name_size_by", "Size of names: a column whose sum says how important one is"
        )
        for setting, box in (
            ("palette", self.palette),
            ("name_size_by", self.importance),
        ):
            box.activated.connect(
                lambda _, setting=setting, box=box: self._tell(setting, box.currentData())
            )

    def _make_fields(self, name: str) -> None:
        self.fields = {
            "heading": QLineEdit(placeholderText="none"),
            "subtitle": QLineEdit(placeholderText="none"),
        }
        for setting, text in (("heading", "Title"), ("subtitle", "Subtitle")):
            field = self.fields[setting]
            with_name(field, f"{name}.{setting}", f"{text}: written over the picture")
            field.editingFinished.connect(
                lambda setting=setting, field=field: self._tell(setting, field.text())
            )

    def show_settings(self, settings: MapSettings, vector_set: VectorSet) -> None:
        """Show what is set."""
        self._show_columns(vector_set)
        for name, button in self.toggles.items():
            button.setChecked(getattr(settings, name))
        for name, field in self.fields.items():
            if field.text() != getattr(settings, name):
                field.setText(getattr(settings, name))
        for box, value in (
            (self.palette, settings.palette),
            (self.importance, settings.name_size_by),
        ):
            box.setCurrentIndex(max(box.findData(value), 0))
        self.clusters.show_settings(settings)
        self.importance.setEnabled(self.importance.count() > 1)

    def release(self) -> None:
        """Hold on to no set."""
        self._columns_of = None

    def _show_columns(self, vector_set: VectorSet) -> None:
        if vector_set is self._columns_of:
            return
        self._columns_of = vector_set
        self.clusters.show_columns(vector_set)
        self.importance.clear()
        self.importance.addItem("number of points", None)
        for column in sizable_columns(vector_set):
            self.importance.addItem(column, column)

    def _tell(self, setting: str, value: object) -> None:
        self.changed.emit({setting: value})
