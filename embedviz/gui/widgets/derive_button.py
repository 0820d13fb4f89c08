"""The button that adds a set derived from the shown one to the library."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QPushButton

from embedviz.app.state import State, derived_by
from embedviz.core.derivation.recipes import Recipe
from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.gui.pane import Pane
from embedviz.gui.widgets.controls import with_name


class DeriveButton(QPushButton):
    """Button that adds a set derived from the shown one to the library, or shows it if it is there.

    Parameters
    ----------
    pane : Pane
    description : str
        Its accessible name.
    saying : str
        What is calculated, for the progress bar.
    recipe_of : callable
        Takes a state, and returns the recipe that it is set to.
    """

    def __init__(
        self, pane: Pane, description: str, saying: str, recipe_of: Callable[[State], Recipe]
    ) -> None:
        super().__init__("Use in all panes")
        with_name(self, f"{pane.name}.use", description)
        self._pane, self._recipe_of = pane, recipe_of
        self._task = pane.calculations.new_task(saying)
        self.clicked.connect(self._derive)

    def _derive(self) -> None:
        state = self._pane.session.state
        if state.active is None:
            return
        recipe = self._recipe_of(state)
        known = derived_by(state, state.active, recipe)
        if known is not None:
            self._pane.edit(state.activated(known))
            return
        work, show = partial(_derived, state.active, recipe), partial(self._show, state.active)
        self._pane.calculations.run(self._task, work, show, purpose="edit")

    def _show(self, parent: VectorSet, derived: VectorSet) -> None:
        state = self._pane.session.state
        if parent in state.sets:  # Else it was closed in the meantime.
            self._pane.edit(state.derived(derived))


def _derived(vector_set: VectorSet, recipe: Recipe, report: Report) -> VectorSet:
    """Compute a set from another one. Runs off the UI thread."""
    return recipe.derive(vector_set, report)
