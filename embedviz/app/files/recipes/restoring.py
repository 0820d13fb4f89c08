"""State in which a recipe is shown, among what is open."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from embedviz.app.files.recipes.joining import RestoredRecipe
from embedviz.app.files.recipes.reading import RecipePlan, plan_of_recipe, read_recipe
from embedviz.app.files.session.contents import Steps
from embedviz.app.files.session.sets import restore_sets
from embedviz.app.files.session.state import Choices, restore_state
from embedviz.app.files.session.steps import STEPS
from embedviz.app.state import State
from embedviz.core.progress import Report, silent
from embedviz.core.settings import Settings


def restored_recipe(
    wanted: RecipePlan,
    *,
    panes: Collection[type[Settings]] = (),
    ramps: Collection[str] = ("viridis",),
    report: Report = silent,
) -> RestoredRecipe:
    """Return what a recipe showed, and notes on what is missing. Runs off the UI thread."""
    restored = restore_sets(wanted.plan, report, wanted.known)
    choices = restore_state(wanted.plan.document, restored, ramps, panes)
    notes = [*restored.notes, *choices.notes]
    notes += [
        f"{name} was in no file when the picture was made." for name in wanted.recipe.in_memory
    ]
    if wanted.plan.library and not choices.state.sets:
        return RestoredRecipe(None, wanted.recipe.pane, ["Nothing of it could be opened.", *notes])
    return RestoredRecipe(choices.state, wanted.recipe.pane, notes)


def state_of_recipe(
    text: str,
    current: State | None = None,
    folders: Sequence[Path] = (),
    *,
    steps: Steps = STEPS,
    panes: Collection[type[Settings]] = (),
    ramps: Collection[str] = ("viridis",),
    may_be_read: Collection[Path] = (),
) -> Choices:
    """Return the state in which a recipe is shown, and what of it is missing, without asking.

    Parameters
    ----------
    text : str
        As `recipe_of` writes it.
    current : State, optional
        What is open: it stays, and sets of it are used.
    folders : sequence of Path
        Where files are looked for.
    steps : mapping of str to class
    panes : collection of class
        The settings of the panes that there are.
    ramps : collection of str
        Names of the colors of numbers that there are.
    may_be_read : collection of Path
        See `plan_of_recipe`.

    Raises
    ------
    UserError
        When it is no recipe.
    """
    current = current or State()
    wanted = plan_of_recipe(
        read_recipe(text), current, folders, steps=steps, may_be_read=may_be_read
    )
    restored = restored_recipe(wanted, panes=panes, ramps=ramps)
    return Choices(restored.among(current), restored.notes)
