"""Table of the costs of exact search, the chosen setting and the cheapest one, side by side."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from embedviz.core.matryoshka import SearchCost, SearchTime, price_per_month
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import set_text_in_place, text_label
from embedviz.panes.matryoshka.two_stage.price import Price
from embedviz.panes.matryoshka.two_stage.words import (
    bytes_text,
    price_text,
    recall_text,
    rows_text,
    setting_text,
    share_text,
    time_text,
)

COLUMNS = {"exact": "Exact", "this": "○ This setting", "cheapest": "◆ Cheapest"}
ROWS = {
    "setting": "",
    "recall": "Recall",
    "bytes": "Read per query",
    "products": "Multiply-adds",
    "time": "Time here",
    "memory": "Memory",
    "more": "Memory of more rows",
    "price": "A month",
}
_LEAST_WIDTH = 120
_BY_NEED = ("recall", "bytes", "time", "more", "products", "price", "setting", "memory")
"""Rows in the order in which they are given up last, where a page is low."""
_ROLES_BY_NEED = ("this", "cheapest", "exact")
"""Columns, likewise, where it is narrow."""
_LEAST_ROWS = 3


@dataclass(frozen=True)
class Costed:
    """One column of the table: a search, and what was measured of it.

    Attributes
    ----------
    cost : SearchCost
    recall, error : float
        NaN where not measured.
    time : SearchTime or None
    """

    cost: SearchCost
    recall: float
    error: float
    time: SearchTime | None


class CostTable(QWidget):
    """Recall, bytes, multiplications, time, memory and money of three searches."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("matryoshka.two-stage.costs")
        self.setAccessibleName("Costs of exact and of two-stage search")
        self.cells: dict[tuple[str, str], QLabel] = {}
        self.titles: dict[str, QLabel] = {}
        self.heads: dict[str, QLabel] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(1)
        for row, (name, text) in enumerate(ROWS.items(), 1):
            self.titles[name] = text_label(text, "caption")
            grid.addWidget(self.titles[name], row, 0)
        for column, (role, text) in enumerate(COLUMNS.items(), 1):
            head = text_label(text, "title")
            head.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(head, 0, column)
            self.heads[role] = head
            for row, name in enumerate(ROWS, 1):
                cell = text_label("–", "caption" if name == "setting" else "")
                cell.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                cell.setAccessibleName(f"{ROWS[name] or 'Setting'}, {text.split(' ', 1)[-1]}")
                grid.addWidget(cell, row, column)
                self.cells[role, name] = cell
        grid.setColumnStretch(len(COLUMNS) + 1, 1)
        grid.setRowStretch(len(ROWS) + 1, 1)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for one column of a few rows, however much is shown: `fit` shows less."""
        return QSize(_LEAST_WIDTH, self._height_of(_LEAST_ROWS))

    @property
    def height_of_all(self) -> int:
        """Height of all rows, in pixels."""
        return self._height_of(len(ROWS))

    @property
    def width_of_all(self) -> int:
        """Width of all columns, in pixels."""
        return self._width_of(COLUMNS, ROWS)

    @property
    def width_of_most(self) -> int:
        """Width of all columns without the row that says the settings, in pixels."""
        return self._width_of(COLUMNS, ROWS.keys() - {"setting"})

    def _height_of(self, n_rows: int) -> int:
        line = self.cells["exact", "bytes"].sizeHint().height() + 1
        return self.heads["exact"].sizeHint().height() + n_rows * line

    def _width_of(self, roles: Iterable[str], names: Collection[str]) -> int:
        """Return the width of titles and columns with what is in some of the rows, in pixels."""
        texts = {
            role: (self.heads[role], *(self.cells[role, name] for name in names)) for role in roles
        }
        texts["titles"] = tuple(self.titles[name] for name in names)
        widths = [max(each.sizeHint().width() for each in column) for column in texts.values()]
        return sum(widths) + (len(widths) - 1) * 2 * GRID

    def fit(self, width: int, height: int) -> None:
        """Show as many rows and columns as there is room for, the most telling ones."""
        n_rows = _LEAST_ROWS
        while n_rows < len(ROWS) and self._height_of(n_rows + 1) <= height:
            n_rows += 1
        names, roles = set(_BY_NEED[:n_rows]), list(_ROLES_BY_NEED)
        while len(roles) > 1 and self._width_of(roles, names) > width:
            if "setting" in names:
                names.remove("setting")  # The widest; the dials say it, and the sentence above.
            else:
                roles.pop()
        for name in ROWS:
            self.titles[name].setVisible(name in names)
            for role in COLUMNS:
                self.cells[role, name].setVisible(name in names and role in roles)
        for role, head in self.heads.items():
            head.setVisible(role in roles)

    def text(self, role: str, name: str) -> str:
        """Return what a cell says."""
        return self.cells[role, name].text()

    def show_costs(
        self,
        columns: Mapping[str, Costed | None],
        count: int,
        n_rows: int,
        price: Price | None,
    ) -> None:
        """Show the costs of searches by the names of their columns; dashes for None.

        Parameters
        ----------
        columns : mapping of str to Costed or None
        count : int
            How many neighbors recall is of.
        n_rows : int
            To compute memory and money for.
        price : Price or None
            Of a GB of memory for a month.
        """
        self.titles["recall"].setText(f"Recall@{count}" if count else "Recall")
        exact = columns["exact"]
        assert exact is not None
        self.titles["memory"].setText(f"Memory · {rows_text(exact.cost.n_vectors)}")
        self.titles["more"].setText(f"Memory · {rows_text(n_rows)}")
        self.titles["price"].setText(price_text(price))
        for role in COLUMNS:
            costed = columns[role]
            said = ["–"] * len(ROWS) if costed is None else _texts(costed, n_rows, price)
            tips = [""] * len(ROWS) if costed is None else _tips(costed, n_rows, price)
            for name, text, tip in zip(ROWS, said, tips, strict=True):
                set_text_in_place(self.cells[role, name], text)
                self.cells[role, name].setToolTip(tip)


def _texts(costed: Costed, n_rows: int, price: Price | None) -> Sequence[str]:
    cost = costed.cost
    more = cost.of_rows(n_rows)
    return (
        setting_text(cost),
        recall_text(costed.recall, costed.error),
        bytes_text(cost.bytes_read),
        share_text(cost.multiply_adds_ratio),
        time_text(costed.time, cost.n_vectors),
        bytes_text(cost.least_memory),
        bytes_text(more.least_memory),
        "–" if price is None else price.of(price_per_month(more.least_memory, price.amount)),
    )


def _tips(costed: Costed, n_rows: int, price: Price | None) -> Sequence[str]:
    cost, more = costed.cost, costed.cost.of_rows(n_rows)
    is_exact = cost.coarse_dimensions is None
    both = "" if is_exact else f"{bytes_text(cost.most_memory)} with the full vectors in memory"
    both_more = (
        "" if is_exact else f"{bytes_text(more.most_memory)} with the full vectors in memory"
    )
    paid = "Type a price per GB and month"
    if price is not None:
        paid = (
            "All vectors in memory"
            if is_exact
            else f"{price.of(price_per_month(more.most_memory, price.amount))} with the full "
            "vectors in memory"
        )
    part = costed.time is not None and costed.time.n_searched < cost.n_vectors
    searched = f", of {costed.time.n_searched:,} rows, scaled up" if part and costed.time else ""
    return (
        "",
        "Of exact search, by definition"
        if is_exact
        else "Mean and standard error over the queries",
        f"{cost.bytes_read:,} bytes; for {rows_text(n_rows)} {bytes_text(more.bytes_read)}",
        f"{cost.multiply_adds:,}; as a share of exact search",
        f"Median of a few queries by this program on this machine, as busy as it is{searched}",
        both,
        both_more,
        paid,
    )
