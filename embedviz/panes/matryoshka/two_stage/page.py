"""The page on two-stage search: recall over settings, and the cheapest that is good enough."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.errors import UserError
from embedviz.core.matryoshka import SearchCost
from embedviz.core.matryoshka.coarse_to_fine.codes import PRECISIONS
from embedviz.gui.pages.controls import Controls
from embedviz.gui.pages.page import Page
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import (
    caption,
    combo_box,
    double_spin_box,
    set_text_in_place,
    spin_box,
    text_label,
    with_name,
)
from embedviz.panes.matryoshka.settings import MatryoshkaSettings
from embedviz.panes.matryoshka.two_stage.heat_map import MarkedSettings, RecallMap
from embedviz.panes.matryoshka.two_stage.measuring import TwoStageResults
from embedviz.panes.matryoshka.two_stage.price import Price, read_price
from embedviz.panes.matryoshka.two_stage.running import TwoStageRun, cheapest_of_all, cost_of
from embedviz.panes.matryoshka.two_stage.settings import TwoStageSettings
from embedviz.panes.matryoshka.two_stage.table import Costed, CostTable
from embedviz.panes.matryoshka.two_stage.words import (
    describe_cheapest,
    describe_grid,
    describe_memory,
    describe_other,
)

_MOST_ROWS = 2_000_000_000
_MOST_LISTED = 100_000
_LEAST_BESIDE, _GOOD_MAP = 220, 330
"""Least width of the table with what is above and below it; of a map with numbers; in pixels."""


class TwoStagePage(Page):
    """Recall of two-stage search over lengths and shortlists, with costs beside it."""

    name = "two-stage"
    least_height, good_height = 170, 228

    def build(self) -> None:  # noqa: D102 - see Page
        self.run = TwoStageRun(self.pane, self._show)
        self._add_dials()
        self.map, self.table = RecallMap(), CostTable()
        self.map.setting_chosen.connect(
            lambda length, shortlist: self.set(dimensions=length, shortlist=shortlist)
        )
        self.found = text_label(wrap=True)
        self.found.setAccessibleName("The cheapest setting")
        self.caption = text_label(kind="caption", wrap=True)
        self._beside = QWidget()
        self._beside.setMinimumWidth(_LEAST_BESIDE)
        beside = QVBoxLayout(self._beside)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(GRID // 2)
        beside.addWidget(self.found)
        beside.addWidget(self.table)
        beside.addWidget(self._more)
        beside.addStretch(1)
        self._columns = QHBoxLayout()
        self._columns.setSpacing(2 * GRID)
        self._columns.addWidget(self.map, 3)
        self._columns.addWidget(self._beside, 2)
        self.body.addLayout(self._columns, 1)
        self.body.addWidget(self.caption)

    def _add_dials(self) -> None:
        self.precision = combo_box(
            "matryoshka.two-stage.precision",
            "Precision: of the numbers that the first stage reads",
            [(each, each) for each in PRECISIONS],
        )
        self.precision.activated.connect(
            lambda place: self.set(precision=self.precision.itemData(place))
        )
        self.shortlist = spin_box(
            "matryoshka.two-stage.shortlist",
            "Shortlist: rows that the first stage hands to the second",
            most=_MOST_LISTED,
        )
        self.shortlist.valueChanged.connect(lambda value: self.set(shortlist=value))
        self.wanted = double_spin_box(
            "matryoshka.two-stage.wanted",
            "Recall wanted: which the cheapest setting reaches",
            1,
            0.01,
        )
        self.wanted.setDecimals(3)
        self.wanted.valueChanged.connect(lambda value: self.set(wanted_recall=value))
        self.rows = spin_box(
            "matryoshka.two-stage.rows", "Rows: to compute memory and money for", most=_MOST_ROWS
        )
        self.rows.setGroupSeparatorShown(True)
        self.rows.valueChanged.connect(lambda value: self.set(rows=value))
        self.price = with_name(
            QLineEdit(),
            "matryoshka.two-stage.price",
            "Price of a GB of memory (1,000,000,000 bytes) for a month, in any currency",
        )
        self.price.setPlaceholderText("price per GB and month")
        self.price.editingFinished.connect(self._on_price)
        for words, control in (
            ("Precision", self.precision),
            ("Shortlist", self.shortlist),
            ("Recall wanted", self.wanted),
        ):
            self.tools.row.addWidget(caption(words))
            self.tools.row.addWidget(control)
        self.tools.row.addStretch(1)
        self._more = Controls()
        self._more.row.addWidget(caption("For"))
        self._more.row.addWidget(self.rows)
        self._more.row.addWidget(caption("rows at"))
        self._more.row.addWidget(self.price, 1)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Page
        settings, own = new[MatryoshkaSettings], new[TwoStageSettings]
        self.precision.setCurrentIndex(PRECISIONS.index(settings.precision))
        self.shortlist.setValue(settings.shortlist)
        self.wanted.setValue(own.wanted_recall)
        self.rows.setValue(own.rows)
        if not self.price.hasFocus():
            self.price.setText(own.price)
        self.run.ask(new)
        self._show(new)

    def arrange(self) -> None:
        """Show as much of the table as there is room for; notes only below all of it."""
        room = self.width() - 2 * GRID
        is_roomy = room - self.table.width_of_all >= _GOOD_MAP * self.text_scale
        wide = self.table.width_of_all if is_roomy else self.table.width_of_most
        wide = min(max(wide, round(0.4 * room)), room - self.map.minimumSizeHint().width())
        wide = max(wide, _LEAST_BESIDE)
        self._columns.setStretch(0, max(room - wide, 1))
        self._columns.setStretch(1, wide)
        self._columns.update()  # Else the other shares wait for the next event that needs room.
        found = self.found.heightForWidth(wide)
        height = self.height() - found - self._more.sizeHint().height() - GRID
        notes = self.caption.heightForWidth(self.width()) + GRID
        has_notes = height - notes >= self.table.height_of_all
        self.caption.setVisible(has_notes)
        self.table.fit(wide, height - notes if has_notes else height)

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Page
        if self.run.owns(task):
            if self.run.is_empty:
                self.map.show_message("The recall was not measured.")
                self.caption.clear()
            self.found.setText("The recall was not measured to its end.")

    def release(self) -> None:  # noqa: D102 - see Page
        self.run.release()
        self.map.show_message("")

    def _show(self, state: State) -> None:
        """Show what is known, with the settings of a state."""
        results, settings = self.run.results_of(state), state[MatryoshkaSettings]
        own = state[TwoStageSettings]
        grid, cost = results.grid(settings.precision), cost_of(state)
        cheapest = results.cheapest(settings.precision, own.wanted_recall)
        said = describe_grid(grid, len(results.vector_set))
        is_empty = not grid.count or (results.near is not None and not grid.n_counted)
        if is_empty:
            self.map.show_message(said)
            self.found.setText("")
        else:
            best = None
            if cheapest is not None and cheapest.cost.coarse_dimensions is not None:
                best = cheapest.cost.coarse_dimensions, cheapest.cost.shortlist
            assert cost.coarse_dimensions is not None
            current = cost.coarse_dimensions, cost.shortlist
            self.map.show_grid(grid, MarkedSettings(current, best, own.wanted_recall))
            is_done = not results.missing(settings.precision)
            words = describe_cheapest(cheapest, grid, own.wanted_recall, is_done=is_done)
            other = cheapest_of_all(results, own.wanted_recall)
            further = describe_other(other, settings.precision, is_reached=cheapest is not None)
            # A number and its % stay on one line.
            said_of_costs = f"{words} {further}".strip().replace(" %", "\u00a0%")
            set_text_in_place(self.found, said_of_costs)
        columns = {
            "exact": _costed(results, results.exact),
            "this": _costed(results, cost),
            "cheapest": None if cheapest is None else _costed(results, cheapest.cost),
        }
        price = _price_of(own.price)
        self.table.show_costs(columns, grid.count, own.rows, price)
        notes = [*([] if is_empty else [said]), describe_memory(cost, own.rows)]
        notes += ["Measured without layer norm."] if settings.layer_norm else []
        set_text_in_place(self.caption, " ".join(notes))
        self.table.setToolTip(self.caption.text())  # It may be the only place that has room.
        self.arrange()

    def _on_price(self) -> None:
        text = " ".join(self.price.text().split())
        if text == self.pane.session.state[TwoStageSettings].price:
            return
        try:
            read_price(text)
        except UserError as error:
            self.pane.message_bar.show_message(str(error))
            return
        self.set(price=text)


def _costed(results: TwoStageResults, cost: SearchCost) -> Costed:
    return Costed(cost, *results.recall(cost), results.times.get(cost))


def _price_of(text: str) -> Price | None:
    """Return the price of a setting; None of one that cannot be read, as from the command line."""
    try:
        return read_price(text)
    except UserError:
        return None
