"""State in which a recipe is shown, among what is open."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

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
    current: State,
    *,
    panes: Collection[type[Settings]] = (),
    ramps: Collection[str] = ("viridis",),
    report: Report = silent,
) -> Choices:
    """Return the state in which a recipe is shown among what is open. Runs off the UI thread.

    The state is the current one where nothing of it could be opened; notes say what is missing.
    """
    restored = restore_sets(wanted.plan, report, wanted.known)
    choices = restore_state(wanted.plan.document, restored, ramps, panes)
    notes = [*restored.notes, *choices.notes]
    notes += [
        f"{name} was in no file when the picture was made." for name in wanted.recipe.in_memory
    ]
    if wanted.plan.library and not choices.state.sets:
        return Choices(current, ["Nothing of it could be opened.", *notes])
    state = _among(choices.state, current, wanted.recipe.pane)
    return Choices(state, notes)


def state_of_recipe(
    text: str,
    current: State | None = None,
    folders: Sequence[Path] = (),
    *,
    steps: Steps = STEPS,
    panes: Collection[type[Settings]] = (),
    ramps: Collection[str] = ("viridis",),
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

    Raises
    ------
    UserError
        When it is no recipe.
    """
    current = current or State()
    wanted = plan_of_recipe(read_recipe(text), current, folders, steps=steps)
    return restored_recipe(wanted, current, panes=panes, ramps=ramps)


def _among(state: State, current: State, pane: str) -> State:
    """Return a restored state beside what is open, which keeps what the picture does not show."""
    joined = current
    for each in state.sets:
        if each not in joined.sets:
            joined = joined.derived(each)
    sets = joined.sets
    pairs = (*(each for each in current.pairs if each.vector_set not in state.sets), *state.pairs)
    if not pane:
        return replace(state, sets=sets, pairs=pairs, unread=current.unread)
    settings = current.settings
    for of_pane in state.settings.values():
        settings = settings.with_settings(of_pane)
    joined = replace(joined, settings=settings, pairs=pairs, metric=state.metric, count=state.count)
    if state.active is None:
        return joined
    joined = replace(
        joined.activated(state.active),
        settings=settings,
        query=state.query,
        query_vector=state.query_vector,
        selected=state.selected,
        texts=state.texts or current.texts,
    )
    return joined.mapped(replace(state.map, key=joined.map_key, vector_set=None))
