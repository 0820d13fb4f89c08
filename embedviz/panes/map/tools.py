"""The controls of a map."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QToolButton, QWidget

from embedviz.app.map_settings import MapSettings
from embedviz.app.state import State
from embedviz.core.projections import Projection, all_projections
from embedviz.core.vector_set import VectorSet
from embedviz.gui.coloring.point_style import (
    RAMPS,
    can_be_both,
    colorable_columns,
    sizable_columns,
    usual_range,
)
from embedviz.gui.points.legend.layout import Categories, ColorBar, Legend
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import (
    Gear,
    Segments,
    combo_box,
    double_spin_box,
    toggle,
    tool_button,
    with_name,
)

LEAST_WIDTH = 300
"""In pixels, so that two maps have room beside each other in a small window."""
_LEAST_BOX = 70


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
    """

    changed = Signal(dict)
    set_chosen = Signal(object)
    method_chosen = Signal(str)
    projection_shown = Signal(object, object, bool)
    row_toggled = Signal(bool)

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
        self.color = _narrow(
            combo_box(f"{name}.color", "Color: a metadata column that colors the points"), 8
        )
        self.color.activated.connect(lambda _: self._tell(color_by=self.color.currentData()))
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
        self._secondary: tuple[tuple[str, QWidget], ...] = (
            ("Dimensions", self.dimensions),
            ("Colors", self.color),
            ("Names", self.labels),
            ("Truth", self.trust),
            ("Crowds", self.density),
            ("Selecting", self.lasso),
            ("View", self.fit),
        )
        self._behind_gear: set[QWidget] = set()
        self._make_gear()

    def _make_gear(self) -> None:
        self.gear = Gear(f"{self._name}.gear", "More settings of the map")
        self._make_column_settings()
        self._make_range_settings()
        self._make_view_settings()
        for text, control in (
            ("Size by", self.size),
            ("Groups", self.groups),
            ("Whole numbers", self.grouping),
            ("Colors of numbers", self.ramp),
            ("from", self.low),
            ("to", self.high),
            ("", self.usual),
            ("", self.inverted),
            ("Label size", self.label_scale),
            ("Select in 3-D", self.through),
            ("", self.images),
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

    def _make_range_settings(self) -> None:
        name = self._name
        ramps = [(words, key) for key, words in RAMPS.items()]
        self.ramp = combo_box(f"{name}.ramp", "Ramp: the colors of numbers", ramps)
        self.ramp.activated.connect(lambda _: self._tell(ramp=self.ramp.currentData()))
        self.inverted = self._toggle(
            "inverted", "Inverted", "Inverted: numbers the other way round"
        )
        self.low, self.high = (
            double_spin_box(
                f"{name}.{end}", f"{end.title()}: the number where the colors end", 0.0, 0.1
            )
            for end in ("low", "high")
        )
        self.usual = tool_button(
            f"{name}.usual_range",
            "Middle 98 %",
            "Middle 98 %: leave the outermost out of the range",
        )
        self.usual.clicked.connect(self._tell_usual_range)
        for box in (self.low, self.high):
            box.valueChanged.connect(lambda _: self._tell_range())

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

    def _tell_range(self) -> None:
        low, high = sorted((self.low.value(), self.high.value()))
        self._tell(color_range=(low, high))

    def _tell_usual_range(self) -> None:
        column, vector_set = self.color.currentData(), self._columns_of
        if vector_set is not None and column is not None:
            self._tell(color_range=usual_range(vector_set, column))

    def show_legend(self, legend: Legend | None) -> None:
        """Offer by keys what a click or a drag in the legend does."""
        has_groups, has_range = isinstance(legend, Categories), isinstance(legend, ColorBar)
        for control in (self.ramp, self.low, self.high, self.inverted, self.usual):
            control.setEnabled(has_range)
        self.groups.setEnabled(has_groups)
        if isinstance(legend, Categories):
            self.groups.show_groups([name for name, _, _ in legend.entries], legend.hidden)
        elif isinstance(legend, ColorBar):
            low = legend.least if legend.low is None else legend.low
            high = legend.most if legend.high is None else legend.high
            for box, value in ((self.low, low), (self.high, high)):
                with QSignalBlocker(box):
                    box.setRange(legend.least, legend.most)
                    box.setSingleStep((legend.most - legend.least) / 20)
                    box.setValue(value)

    def add_to(self, row: QHBoxLayout) -> None:
        """Put the controls into the tool row."""
        if (frame := row.parentWidget()) is not None:
            frame.setMinimumWidth(LEAST_WIDTH)
        row.setSpacing(GRID // 2 + 1)
        row.setContentsMargins(3 * GRID // 2, GRID // 2, 3 * GRID // 2, GRID // 2)
        for widget in (
            self.sets,
            self.method,
            self.row,
            *(widget for _, widget in self._secondary),
            self.gear,
        ):
            row.addWidget(widget)
        row.addStretch(1)

    def fit_into(self, row: QHBoxLayout, width: int) -> None:
        """Keep as many controls in the row as fit, the others behind the gear."""
        always = [self.sets, self.method, self.row, self.gear]
        for each in (self.row, self.gear, *(widget for _, widget in self._secondary)):
            # Without its style a control believes that less is enough.
            for part in (each, *each.findChildren(QToolButton)):
                part.ensurePolished()
            each.setMinimumWidth(each.sizeHint().width())
        for box in (self.sets, self.method):
            box.ensurePolished()
            box.setMinimumWidth(_LEAST_BOX)
        shown = [each for each in always if each is not self.sets or not each.isHidden()]
        margins, space = row.contentsMargins(), row.spacing()
        room = width - margins.left() - margins.right() + space
        room -= sum(each.sizeHint().width() + space for each in shown)
        for text, widget in self._secondary:
            room -= widget.sizeHint().width() + space
            self._put(row, text, widget, in_row=room >= 0)

    def _put(self, row: QHBoxLayout, text: str, widget: QWidget, *, in_row: bool) -> None:
        if in_row == (widget not in self._behind_gear):
            return
        if in_row:
            self._behind_gear.remove(widget)
            self.gear.take(widget)
            row.insertWidget(row.indexOf(self.gear), widget)
        else:
            self._behind_gear.add(widget)
            row.removeWidget(widget)
            self.gear.add(text, widget)
        widget.show()

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
            (self.color, settings.color_by),
            (self.size, settings.size_by),
            (self.ramp, settings.ramp),
            (self.grouping, settings.as_categories),
            (self.through, settings.through),
        ):
            box.setCurrentIndex(max(box.findData(value), 0))
        for button, on in (
            (self.labels, settings.labels),
            (self.density, settings.density),
            (self.trust, settings.trust),
            (self.inverted, settings.inverted),
            (self.images, settings.images and vector_set.thumbnails is not None),
        ):
            button.setChecked(on)
        column = settings.color_by
        is_there = column in vector_set.metadata.column_names
        self.grouping.setEnabled(
            column is not None and is_there and can_be_both(vector_set, column)
        )
        self.images.setEnabled(vector_set.thumbnails is not None)
        with QSignalBlocker(self.label_scale):
            self.label_scale.setValue(settings.label_scale)

    def _show_projection(self, vector_set: VectorSet, is_3d: bool, shown: Projection) -> None:
        before, self._shown = self._shown, (vector_set, is_3d, shown)
        if before is None or (before[0], before[2]) != (vector_set, shown):
            self._draft = None
        self._show_method(shown)
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
