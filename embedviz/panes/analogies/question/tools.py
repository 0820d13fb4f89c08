"""Controls of the page of one analogy: the question, how it is answered and drawn, examples."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from embedviz.app.state import State
from embedviz.core.settings import fields_of
from embedviz.core.vector_set import VectorSet
from embedviz.gui.pages.page import Page
from embedviz.gui.widgets.controls import (
    Gear,
    Segments,
    combo_box,
    toggle,
    tool_button,
    with_name,
)
from embedviz.panes.analogies.question.entry import QuestionEdit
from embedviz.panes.analogies.question.settings import QuestionSettings
from embedviz.panes.analogies.relations import Pair, relations_in
from embedviz.panes.analogies.settings import AnalogySettings

_METHODS = fields_of(AnalogySettings)["method"].about.choices
_PICTURES = fields_of(QuestionSettings)["picture"].about.choices
_LINE = (
    "Question: labels with + and − between them, such as king − man + woman; or "
    "man : king :: woman : ?. Type to complete the term at the cursor, Return asks. In a set with "
    "an encoder, a term may be any text"
)


class QuestionTools(QObject):
    """The controls, in the row of tools of a page.

    Parameters
    ----------
    page : Page

    Signals
    -------
    asked : (str,)
        A question was typed.
    play_wanted : ()
        The arrow is to be carried once more, or to be at the end.
    tool_wanted : (bool,)
        Whether a drag is to select.
    """

    asked = Signal(str)
    play_wanted = Signal()
    tool_wanted = Signal(bool)

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._page = page
        self.line = with_name(QuestionEdit(page.pane.calculations), "analogies.line", _LINE)
        self.line.setPlaceholderText("king − man + woman")
        self.line.asked.connect(self.asked)
        self.dimensions = Segments(
            "analogies.dimensions", "Dimensions of the picture", ("2-D", "3-D")
        )
        self.dimensions.chosen.connect(lambda place: page.set(is_3d=place == 1))
        self.inputs = toggle(
            "analogies.inputs",
            "Inputs",
            "Inputs: let the question's own labels be answers, to see which would have won",
        )
        self.inputs.clicked.connect(lambda on: page.set(exclude_inputs=not on))
        self.lasso = toggle(
            "analogies.lasso",
            "Lasso",
            "Lasso: select words by a drag around them; Shift and a drag draws a box",
        )
        self.lasso.clicked.connect(self.tool_wanted)
        self.carry = tool_button(
            "analogies.carry",
            "▶",
            "Carry the arrow: show how the offset is carried over, or be at its end now",
        )
        self.carry.clicked.connect(self.play_wanted)
        self.examples = combo_box("analogies.examples", "Examples of relations in this set")
        self.examples.setMinimumWidth(64)
        self.examples.setMaximumWidth(150)
        self.examples.activated.connect(self._on_example)
        self._add_gear()
        row = page.tools.row
        row.addWidget(self.line, 1)
        own = (self.carry, self.inputs, self.dimensions, self.lasso, self.examples, self.gear)
        for control in own:
            row.addWidget(control)
        page.tools.fold_at(self.inputs)

    def _add_gear(self) -> None:
        page = self._page
        self.method = combo_box("analogies.method", "Method: how answers are ranked", _METHODS)
        self.method.activated.connect(lambda _: page.set(method=self.method.currentData()))
        self.picture = combo_box(
            "analogies.picture", "Picture: where the words are drawn", _PICTURES
        )
        self.picture.activated.connect(lambda _: page.set(picture=self.picture.currentData()))
        self.gear = Gear("analogies.settings", "Settings: method and picture")
        self.gear.add("Method", self.method)
        self.gear.add("Picture", self.picture)

    def show(self, old: State, new: State) -> None:
        """Show what a state has chosen."""
        active, asked = new.active, new[AnalogySettings]
        assert active is not None
        if old.active is not active:
            self._fill_examples(active)
        self.line.show_question(active, asked.written)
        self.method.setCurrentIndex(self.method.findData(asked.method))
        self.picture.setCurrentIndex(self.picture.findData(new[QuestionSettings].picture))
        self.inputs.setChecked(not asked.exclude_inputs)
        self.dimensions.show_choice(int(asked.is_3d))

    def show_motion(self, *, can_play: bool, is_running: bool) -> None:
        """Offer to carry the arrow, or to be at the end of that."""
        self.carry.setEnabled(can_play)
        self.carry.setText("■" if is_running else "▶")

    def _fill_examples(self, active: VectorSet) -> None:
        self.examples.clear()
        for relation, held in relations_in(active).items():
            self.examples.addItem(relation, held)
        self.examples.setVisible(self.examples.count() > 0)
        self.examples.setCurrentIndex(-1)
        self.examples.setPlaceholderText("Examples")

    def _on_example(self, place: int) -> None:
        pairs: Sequence[Pair] = self.examples.itemData(place)
        (b, a), (c, _), *_ = pairs
        self._page.set(positive=(a, c), negative=(b,))
