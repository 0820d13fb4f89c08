"""Controls of the page: questions, method, what is compared, Run, and export."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLabel, QMenu, QToolButton

from embedviz.app.state import State
from embedviz.core.settings import fields_of
from embedviz.core.wording import shown_name
from embedviz.gui.pages.page import Page
from embedviz.gui.widgets.controls import caption, combo_box, tool_button
from embedviz.gui.widgets.settings_gear import SettingsGear
from embedviz.panes.analogies.benchmark.asked import other_sets
from embedviz.panes.analogies.benchmark.exporting import EXPORTED
from embedviz.panes.analogies.benchmark.settings import PREFIX, SET, BenchmarkSettings
from embedviz.panes.analogies.file_choice import FileChoice, Offered
from embedviz.panes.analogies.settings import AnalogySettings

KINDS_OF_QUESTIONS = "Questions (*.txt *.questions *.answers *.gz);;All files (*)"
_PREFIXES = (2, 4, 8)
"""Parts of the dimensions that a set is compared with."""
_WIDEST, _LEAST = 220, 80
"""Width of the boxes, at most and at least, in pixels."""
_ROOM_FOR_CAPTIONS = 920
"""Width of the page from which on there are words before the boxes, in pixels."""
OFFERED_QUESTIONS = (Offered("Bundled relations", ""),)


class BenchmarkTools(QObject):
    """Controls in the row of the tabs.

    Signals
    -------
    run_wanted, stop_wanted : ()
    export_wanted : (str,)
        What is to be written: a key of `EXPORTED`.

    Attributes
    ----------
    files : FileChoice
    """

    run_wanted = Signal()
    stop_wanted = Signal()
    export_wanted = Signal(str)

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._page, self._is_busy = page, False
        self.files = FileChoice(
            page,
            "analogies.benchmark.questions",
            "Questions: bundled relations, or a file as Google's, MSR's or BATS's; drop one here",
            "Analogy questions",
            KINDS_OF_QUESTIONS,
        )
        self.files.offer_chosen.connect(lambda name: page.set(path=name))
        methods = fields_of(AnalogySettings)["method"].about.choices
        self.method = combo_box(
            "analogies.benchmark.method", "Method: how answers are ranked", methods
        )
        self.method.activated.connect(lambda _: page.set(method=self.method.currentData()))
        self.compare = combo_box(
            "analogies.benchmark.compare",
            "Compare with: the same questions asked of another set, with McNemar's test",
        )
        self.compare.setMaximumWidth(_WIDEST)
        for box in (self.method, self.compare):
            box.setMinimumWidth(_LEAST)
        self.compare.activated.connect(lambda _: page.set(compare=self.compare.currentData()))
        self.run = tool_button(
            "analogies.benchmark.run", "Run", "Run: ask the questions with these settings"
        )
        self.run.setProperty("primary", True)
        self.run.clicked.connect(self._on_run)
        self._offered: list[tuple[str, str]] = []
        self._captions: list[QLabel] = []
        self._add(page)

    def _add(self, page: Page) -> None:
        self.gear = SettingsGear(
            "analogies.benchmark",
            "which rows and questions count",
            BenchmarkSettings,
            ("restrict_vocab", "case_insensitive", "dummy4unknown", "all_methods"),
            lambda field, value: page.set(**{field: value}),
        )
        self.export = tool_button(
            "analogies.benchmark.export", "Export", "Export: write what was counted to a file"
        )
        menu = QMenu(self.export)
        for name, words in EXPORTED.items():
            action = menu.addAction(words)
            action.setObjectName(f"analogies.benchmark.export.{name}")
            action.triggered.connect(lambda _=False, name=name: self.export_wanted.emit(name))
        self.export.setMenu(menu)
        self.export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.export.setEnabled(False)
        row = page.tools.row
        for words, control in (
            ("Questions", self.files.box),
            ("Method", self.method),
            ("Compare with", self.compare),
        ):
            self._captions.append(caption(words))
            row.addWidget(self._captions[-1])
            row.addWidget(control)
        row.addStretch(1)
        for button in (self.run, self.gear, self.export):
            row.addWidget(button)
        page.tools.fold_at(self.run)

    def fit_width(self, width: float) -> None:
        """Leave the words before the boxes to their tooltips where there is no room for them."""
        for each in self._captions:
            each.setVisible(width >= _ROOM_FOR_CAPTIONS)

    def _on_run(self) -> None:
        (self.stop_wanted if self._is_busy else self.run_wanted).emit()

    def show_state(self, state: State) -> None:
        """Show what is chosen."""
        own = state[BenchmarkSettings]
        self.files.show_choice(OFFERED_QUESTIONS, own.path, own.path)
        self.method.setCurrentIndex(self.method.findData(state[AnalogySettings].method))
        self.gear.show_settings(own)
        self._offer(state)

    def _offer(self, state: State) -> None:
        """Offer what the active set can be compared with."""
        chosen, active = state[BenchmarkSettings].compare, state.active
        assert active is not None
        offered = [("no comparison", ""), ("itself, whitened", "whitened")]
        lengths = (active.dimensions // part for part in _PREFIXES)
        offered += [(f"its first {n:,} dimensions", f"{PREFIX}{n}") for n in lengths if n > 1]
        offered += [(shown_name(each.name), f"{SET}{each.name}") for each in other_sets(state)]
        if all(value != chosen for _, value in offered):
            offered.append((_words_of(chosen), chosen))
        if offered != self._offered:
            self._offered = offered
            self.compare.clear()
            for words, value in offered:
                self.compare.addItem(words, value)
        self.compare.setCurrentIndex([value for _, value in offered].index(chosen))

    def show_busy(self, is_busy: bool) -> None:
        """Show whether questions are being asked: the button stops that then."""
        self._is_busy = is_busy
        self.run.setText("Stop" if is_busy else "Run")
        self.run.setToolTip(
            "Stop: what was counted before stays"
            if is_busy
            else "Run: ask the questions with these settings"
        )

    def show_result(
        self, *, is_there: bool, is_compared: bool = False, can_run: bool = True
    ) -> None:
        """Offer to write a result where there is one, and to ask where there are questions."""
        self.export.setEnabled(is_there)
        self.export.menu().actions()[-1].setEnabled(is_compared)
        self.run.setEnabled(can_run)


def _words_of(compare: str) -> str:
    """Return what is compared, where it is not offered: a set that is closed, or other lengths."""
    if compare.startswith(PREFIX):
        return f"its first {compare.removeprefix(PREFIX)} dimensions"
    return f"{shown_name(compare.removeprefix(SET))} (not open)"
