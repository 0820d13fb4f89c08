"""The controls of a map."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QMenu, QToolButton, QWidget

from embedviz.app.map_settings import MapSettings
from embedviz.app.state import State
from embedviz.core.projections import PrefixPCA, Projection, all_projections
from embedviz.core.vector_set import VectorSet
from embedviz.gui.coloring.point_style import (
    can_be_both,
    colorable_columns,
    sizable_columns,
    usual_range,
)
from embedviz.gui.points.legend.layout import Categories, ColorBar, Legend
from embedviz.gui.widgets.controls import (
    Gear,
    Segments,
    combo_box,
    double_spin_box,
    toggle,
    tool_button,
    with_name,
)
from embedviz.panes.map.color_range import ColorRangeControls
from embedviz.panes.map.look.controls import LookControls
from embedviz.panes.map.tool_row import FittingRow

CLUSTERS = True
"""What stands in the box of colors for the clusters that are found on the map."""


class MapTools(QObject):
    """The row of controls of a map, and the settings behind its gear.

    Signals
    -------
    changed : (dict,)
        Settings of the map that the user changed, by name.
    set_chosen : (VectorSet,)
    method_chosen : (str,)
    projection_shown : (Projection, VectorSet, bool)
        Another one is shown than before, or another set; whether it is the projection alone.
    row_toggled : (bool,)
        Whether the settings of the method are to be in view.
    follow_toggled : (bool,)
        Whether the map is to show as many dimensions as the Matryoshka slider.
    """

    changed = Signal(dict)
    set_chosen = Signal(object)
    method_chosen = Signal(str)
    projection_shown = Signal(object, object, bool)
    row_toggled = Signal(bool)
    follow_toggled = Signal(bool)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._columns_of: VectorSet | None = None
        self._draft: str | None = None  # A method that is chosen, and waits for Run.
        self._shown: tuple[VectorSet, bool, Projection] | None = None
        self.sets = _narrow(combo_box(f"{name}.set", "Set: what this map shows"), 8)
        self.sets.activated.connect(lambda _: self.set_chosen.emit(self.sets.currentData()))
        self.method = _narrow(combo_box(f"{name}.method", "Method: how the points are laid out"), 8)
        for method in all_projections():
            self.method.addItem(method, method)
        self.method.activated.connect(lambda _: self._choose_method())
        self.row = toggle(f"{name}.settings", "▾", "Settings of the method")
        self.row.toggled.connect(self._toggle_row)
        self.dimensions = Segments(f"{name}.dimensions", "Dimensions of the map", ("2-D", "3-D"))
        self.dimensions.chosen.connect(lambda place: self._tell(is_3d=place == 1))
        self.follow = self._make_follow()
        self.color = _narrow(
            combo_box(f"{name}.color", "Color: a metadata column that colors the points"), 8
        )
        self.color.activated.connect(
            lambda _: self._tell(**_color_settings(self.color.currentData()))
        )
        self.labels = self._toggle(
            "labels", "Labels", "Labels: name points as far as there is room"
        )
        self.density = self._toggle(
            "density", "Density", "Density: draw how crowded each place is, instead of points"
        )
        self.trust = self._toggle(
            "trust", "Trust", "Trust: color points by how many of their true neighbors are near"
        )
        self.lasso = toggle(
            f"{name}.lasso", "Lasso", "Lasso: drag around points to select them (L)"
        )
        self.fit = tool_button(f"{name}.fit", "Fit", "Fit: bring all points into view (Home)")
        self.fit.clicked.connect(lambda: self._tell(camera=None))
        others: tuple[tuple[str, QWidget], ...] = (
            ("Dimensions", self.dimensions),
            ("Colors", self.color),
            ("Names", self.labels),
            ("Truth", self.trust),
            ("Crowds", self.density),
            ("Matryoshka", self.follow),
            ("Selecting", self.lasso),
            ("View", self.fit),
        )
        self._make_gear()
        self.fitting = FittingRow((self.sets, self.method), self.row, others, self.gear)

    def _make_follow(self) -> QToolButton:
        made = toggle(
            f"{self._name}.follow",
            "Follow prefix",
            "Follow the prefix: PCA of as many dimensions as the Matryoshka slider uses",
        )
        made.clicked.connect(self.follow_toggled)
        return made

    def _make_gear(self) -> None:
        self.gear = Gear(f"{self._name}.gear", "More settings of the map")
        self._make_column_settings()
        self.range = ColorRangeControls(self._name, self._usual_range)
        self.range.changed.connect(self.changed)
        self._make_view_settings()
        self.look = LookControls(self._name)
        self.look.changed.connect(self.changed)
        for text, control in (
            ("Size by", self.size),
            ("Groups", self.groups),
            ("Whole numbers", self.grouping),
            *self.range.rows,
            ("Label size", self.label_scale),
            ("Select in 3-D", self.through),
            ("", self.images),
            *self.look.rows,
        ):
            self.gear.add(text, control)

    def _make_column_settings(self) -> None:
        name = self._name
        self.size = combo_box(f"{name}.size", "Size: a metadata column that sizes the points")
        self.size.activated.connect(lambda _: self._tell(size_by=self.size.currentData()))
        self.groups = GroupsButton(f"{name}.groups")
        self.groups.chosen.connect(lambda hidden: self._tell(hidden=hidden))
        self.grouping = combo_box(
            f"{name}.as_categories",
            "Whole numbers: colors for groups, or a ramp for quantities",
            (("automatic", None), ("groups", True), ("quantities", False)),
        )
        self.grouping.activated.connect(
            lambda _: self._tell(
                as_categories=self.grouping.currentData(), hidden=frozenset(), color_range=None
            )
        )

    def _make_view_settings(self) -> None:
        name = self._name
        self.label_scale = double_spin_box(
            f"{name}.label_scale", "Label size: 1 is the usual one", 2.5, 0.1
        )
        self.label_scale.setMinimum(0.6)
        self.label_scale.valueChanged.connect(lambda scale: self._tell(label_scale=round(scale, 2)))
        self.through = combo_box(
            f"{name}.through",
            "Box and lasso in 3-D: all points within, or those in front only",
            (("all points within", True), ("front-most only", False)),
        )
        self.through.activated.connect(lambda _: self._tell(through=self.through.currentData()))
        self.images = self._toggle("images", "Pictures", "Pictures: draw the rows' own pictures")

    def _toggle(self, setting: str, text: str, description: str) -> QToolButton:
        made = toggle(f"{self._name}.{setting}", text, description)
        made.clicked.connect(lambda on: self._tell(**{setting: on}))
        return made

    def _choose_method(self) -> None:
        self._draft = self.method.currentData()
        self.method_chosen.emit(self._draft)

    def _toggle_row(self, unfolded: bool) -> None:
        """Fold or unfold the settings; those of a draft are given up when they are folded."""
        if not unfolded and self._shown is not None:
            self._draft = None
            self._show_method(self._shown[-1])
        self.row_toggled.emit(unfolded)

    def _tell(self, **settings: object) -> None:
        self.changed.emit(settings)

    def _usual_range(self) -> tuple[float, float] | None:
        column, vector_set = self.color.currentData(), self._columns_of
        if vector_set is None or not isinstance(column, str):
            return None
        return usual_range(vector_set, column)

    def show_legend(self, legend: Legend | None) -> None:
        """Offer by keys what a click or a drag in the legend does."""
        self.range.show_bar(legend if isinstance(legend, ColorBar) else None)
        self.groups.setEnabled(isinstance(legend, Categories))
        if isinstance(legend, Categories):
            self.groups.show_groups([name for name, _, _ in legend.entries], legend.hidden)

    def unfold_row(self, unfolded: bool) -> None:
        """Show the settings of the method, or hide them."""
        self.row.setChecked(unfolded)

    def show_settings(
        self, state: State, settings: MapSettings, vector_set: VectorSet, shown: Projection
    ) -> None:
        """Show what is set."""
        self._show_sets(state, vector_set)
        self._show_columns(vector_set)
        self._show_projection(vector_set, settings.is_3d, shown)
        self.dimensions.show_choice(int(settings.is_3d))
        for box, value in (
            (self.color, CLUSTERS if settings.clusters else settings.color_by),
            (self.size, settings.size_by),
            (self.grouping, settings.as_categories),
            (self.through, settings.through),
        ):
            box.setCurrentIndex(max(box.findData(value), 0))
        for button, on in (
            (self.labels, settings.labels),
            (self.trust, settings.trust),
            (self.images, settings.images and vector_set.thumbnails is not None),
        ):
            button.setChecked(on)
        self.range.show_settings(settings)
        self.look.show_settings(settings, vector_set)
        column = None if settings.clusters else settings.color_by
        is_there = column in vector_set.metadata.column_names
        self.grouping.setEnabled(
            column is not None and is_there and can_be_both(vector_set, column)
        )
        self.images.setEnabled(vector_set.thumbnails is not None)
        self.through.setEnabled(settings.is_3d)
        self.size.setEnabled(self.size.count() > 1)
        with QSignalBlocker(self.label_scale):
            self.label_scale.setValue(settings.label_scale)
        self.gear.fit_again()

    def _show_projection(self, vector_set: VectorSet, is_3d: bool, shown: Projection) -> None:
        before, self._shown = self._shown, (vector_set, is_3d, shown)
        if before is None or (before[0], before[2]) != (vector_set, shown):
            self._draft = None
        self._show_method(shown)
        self.follow.setChecked(shown == PrefixPCA())
        if before != self._shown:
            is_same_place = before is not None and before[:2] == (vector_set, is_3d)
            self.projection_shown.emit(shown, vector_set, is_same_place)

    def _show_method(self, shown: Projection) -> None:
        name = self._draft or shown.name
        self.method.setCurrentIndex(max(self.method.findData(name), 0))

    def release(self) -> None:
        """Hold on to no set."""
        self._shown = self._draft = None
        self._columns_of = None
        self.look.release()
        self.sets.clear()

    def _show_sets(self, state: State, vector_set: VectorSet) -> None:
        """Offer the sets of the library, where there are several maps."""
        self.sets.setVisible(len(state.maps) > 1)
        shown = [self.sets.itemData(place) for place in range(self.sets.count())]
        if shown != list(state.sets):
            self.sets.clear()
            for each in state.sets:
                self.sets.addItem(each.name, each)
        self.sets.setCurrentIndex(list(state.sets).index(vector_set))

    def _show_columns(self, vector_set: VectorSet) -> None:
        if vector_set is self._columns_of:
            return
        self._columns_of = vector_set
        for box, before, columns in (
            (self.color, "Color: ", colorable_columns(vector_set)),
            (self.size, "", sizable_columns(vector_set)),
        ):
            box.clear()
            box.addItem(f"{before}none", None)
            for column in columns:
                box.addItem(f"{before}{column}", column)
        self.color.addItem("Color: clusters found", CLUSTERS)


def _color_settings(chosen: object) -> dict[str, object]:
    """Return the settings that color by a column, or by the clusters that are found."""
    return {"clusters": True} if chosen is CLUSTERS else {"color_by": chosen, "clusters": False}


class GroupsButton(QToolButton):
    """A button with a list of groups, of which any can be hidden.

    Signals
    -------
    chosen : (frozenset of str,)
        The groups that are to be hidden.
    """

    chosen = Signal(object)

    def __init__(self, name: str) -> None:
        super().__init__()
        with_name(self, name, "Groups: which of them are drawn")
        self.setText("Show or hide…")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setMenu(QMenu(self))
        self.menu().triggered.connect(lambda _: self.chosen.emit(self._hidden()))

    def show_groups(self, names: Sequence[str], hidden: frozenset[str]) -> None:
        """Show which groups there are, and which of them are drawn."""
        shown = [action.data() for action in self.menu().actions()]
        if shown != list(names):
            self.menu().clear()
            for name in names:
                action = self.menu().addAction(name.replace("&", "&&"))
                action.setCheckable(True)
                action.setData(name)
        for action in self.menu().actions():
            action.setChecked(action.data() not in hidden)

    def _hidden(self) -> frozenset[str]:
        unchecked = (action for action in self.menu().actions() if not action.isChecked())
        return frozenset(action.data() for action in unchecked)


def _narrow(box: QComboBox, letters: int) -> QComboBox:
    """Let a box cut names that are longer than this, instead of making the window wide."""
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(letters)
    box.view().setTextElideMode(Qt.TextElideMode.ElideMiddle)
    return box
