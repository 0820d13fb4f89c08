"""Recipe of a picture: the session of what it shows, without what would tell where its files are.

It holds no vectors. Files are named without their folders unless these are asked for, with their
size and a digest of their labels to recognize them by. It has no date: the same state gives the
same text.
"""

from __future__ import annotations

import json
from dataclasses import replace

from embedviz.app.files.recipes.names import FORMAT, VERSION, without_folders
from embedviz.app.files.session.contents import Steps
from embedviz.app.files.session.steps import STEPS
from embedviz.app.files.session.writing import Described, describe_session
from embedviz.app.judged_pairs import pairs_within
from embedviz.app.state import State
from embedviz.core.settings import SettingsByPane


def recipe_of(
    state: State, pane_name: str = "", *, steps: Steps = STEPS, with_paths: bool = False
) -> str:
    """Return the recipe of what a pane shows; of all that is open where no pane is named.

    Takes some tenths of a second for the first time that millions of labels are among it.

    Parameters
    ----------
    state : State
    pane_name : str
        As `Pane.name`.
    steps : mapping of str to class
        All steps that can be kept, by name.
    with_paths : bool
        Say where files are. Default: what they are called.
    """
    described, only_in_memory = describe_shown(state, pane_name, steps)
    session = described.document if with_paths else without_folders(described.document)
    recipe = {"format": FORMAT, "version": VERSION, "pane": pane_name}
    if only_in_memory:
        recipe["in_memory"] = list(only_in_memory)
    return json.dumps({**recipe, "session": session}, allow_nan=False)


def describe_shown(state: State, pane_name: str, steps: Steps) -> tuple[Described, tuple[str, ...]]:
    """Return the session of what a pane shows, and the sets of it that no file has."""
    described = describe_session(shown_alone(state, pane_name), {}, steps)
    del described.document["written"]
    return described, described.left_out


def shown_alone(state: State, pane_name: str) -> State:
    """Return a state without what a pane does not show; the whole one where none is named."""
    if not pane_name:
        return replace(state, scenes=(), unread="")
    sets = () if state.active is None else (state.active,)
    own = {
        name: each for name, each in state.settings.items() if name.partition(".")[0] == pane_name
    }
    return replace(
        state,
        sets=sets,
        maps=(replace(state.map, vector_set=None),),
        left=(),
        pairs=pairs_within(state.pairs, sets),
        settings=SettingsByPane(own),
        scenes=(),
        unread="",
    )
