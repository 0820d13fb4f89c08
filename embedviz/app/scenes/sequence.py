"""The scenes of a state, in their order: taken, changed, and shown again.

All of it are transitions of the state, so that undo takes each of them back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from embedviz.app.scenes.scene import LONGEST_NAME, MOST_SCENES, Scene
from embedviz.app.state import State
from embedviz.core.errors import UserError
from embedviz.core.vector_set import VectorSet

Change = Callable[[Scene[State]], Scene[State]]


def look_of(state: State) -> State:
    """Return what a scene keeps of a state: its choices, without the library and the scenes."""
    return replace(state, sets=(), left=(), pairs=(), scenes=(), unread="")


def taking(
    state: State, pane: str, name: str, after: int | None = None, least_key: int = 1
) -> State:
    """Add a scene that shows what is shown now.

    Parameters
    ----------
    state : State
    pane : str
        The pane that is in front.
    name : str
        What it is called; with a number behind it, where another scene is called so.
    after : int, optional
        The scene that it is to follow. Default: the last one.
    least_key : int
        Keys below have been given to scenes that were removed since and that undo brings back.

    Raises
    ------
    UserError
        When there are too many.
    """
    if len(state.scenes) >= MOST_SCENES:
        raise UserError(f"There are {MOST_SCENES:,} scenes already. Remove one first.")
    key = max(_next_key(state), least_key)
    made = Scene(key, "Scene", "", pane, look_of(state)).named(_free(state, name))
    return _inserted(state, made, after)


def retaken(state: State, key: int, pane: str) -> State:
    """Let a scene show what is shown now; its name and its note stay."""
    look = look_of(state)
    return _with(state, key, lambda each: Scene(each.key, each.name, each.note, pane, look))


def renamed(state: State, key: int, name: str) -> State:
    """Call a scene something else; an empty name changes nothing."""
    return _with(state, key, lambda each: each.named(name))


def noted(state: State, key: int, note: str) -> State:
    """Give a scene another note for the speaker."""
    return _with(state, key, lambda each: each.noted(note))


def duplicated(state: State, key: int, least_key: int = 1) -> State:
    """Add the same scene once more, behind itself; both share what they hold."""
    found = scene_of(state, key)
    if found is None or len(state.scenes) >= MOST_SCENES:
        return state
    copy = replace(found, key=max(_next_key(state), least_key)).named(_free(state, found.name))
    return _inserted(state, copy, key)


def removed(state: State, key: int) -> State:
    """Take a scene out."""
    return replace(state, scenes=tuple(each for each in state.scenes if each.key != key))


def moved(state: State, key: int, place: int) -> State:
    """Put a scene at another place of the order, counted without it; too far is at the end."""
    found = scene_of(state, key)
    if found is None:
        return state
    others = [each for each in state.scenes if each is not found]
    others.insert(min(max(place, 0), len(others)), found)
    return replace(state, scenes=tuple(others))


def scene_of(state: State, key: int | None) -> Scene[State] | None:
    """Return the scene with a key, if there is one."""
    return next((each for each in state.scenes if each.key == key), None)


def place_of(state: State, key: int | None) -> int | None:
    """Return where in the order a scene is, from 0; None where there is none."""
    return next((i for i, each in enumerate(state.scenes) if each.key == key), None)


def scene_called(state: State, name: str) -> Scene[State]:
    """Return a scene by its name, in any case, or by its number from 1.

    Raises
    ------
    UserError
        When there is none, with the names that there are.
    """
    for fits in (str.__eq__, _same_in_any_case):
        for each in state.scenes:
            if fits(each.name, name):
                return each
    if name.isdecimal() and 1 <= int(name) <= len(state.scenes):
        return state.scenes[int(name) - 1]
    if not state.scenes:
        raise UserError("The session has no scenes. Take one with F7, and save it again.")
    names = ", ".join(each.name for each in state.scenes)
    raise UserError(f"There is no scene {name!r}; there are: {names}.")


def showing(state: State, scene: Scene[State]) -> State:
    """Return a state in which a scene is shown, as far as its sets are open.

    The library, the pairs and the scenes stay as they are.

    Parameters
    ----------
    state : State
    scene : Scene
        `what_is_missing` says whether it can be shown; where it cannot, the state stays.
    """
    look = scene.look
    if look is None or what_is_missing(state, scene):
        return state
    maps = tuple(each for each in look.maps if _is_open(state, each.vector_set))
    if look.active is None:  # It shows no set: what is open stays.
        return replace(state, settings=look.settings, metric=look.metric, count=look.count)
    return replace(with_kept(look, state), maps=maps)


def with_kept(look: State, state: State) -> State:
    """Return a look with what no scene changes: library, pairs and scenes of a state."""
    return replace(
        look,
        sets=state.sets,
        left=state.left,
        pairs=state.pairs,
        scenes=state.scenes,
        unread=state.unread,
    )


def what_is_missing(state: State, scene: Scene[State]) -> str:
    """Return why a scene cannot be shown, in a sentence; nothing where it can."""
    if scene.look is None:
        return scene.misses or "What it shows is not there any more."
    active = scene.look.active
    if _is_open(state, active):
        return ""
    assert active is not None
    return f"{active.name or 'Its set'} is closed."


def open_again(state: State, scene: Scene[State]) -> State:
    """Put the closed set of a scene back into the library, and show the scene."""
    look = scene.look
    if look is None or look.active is None:
        return state
    opened = state if look.active in state.sets else state.opened(look.active)
    return showing(opened, scene)


def _is_open(state: State, vector_set: VectorSet | None) -> bool:
    return vector_set is None or vector_set in state.sets


def _with(state: State, key: int, change: Change) -> State:
    scenes = (change(each) if each.key == key else each for each in state.scenes)
    return replace(state, scenes=tuple(scenes))


def _inserted(state: State, made: Scene[State], after: int | None) -> State:
    place = place_of(state, after)
    place = len(state.scenes) if place is None else place + 1
    return replace(state, scenes=(*state.scenes[:place], made, *state.scenes[place:]))


def _next_key(state: State) -> int:
    return max((each.key for each in state.scenes), default=0) + 1


def _free(state: State, name: str) -> str:
    """Return a name that no scene has."""
    line = " ".join(name.split())[: LONGEST_NAME - 5].rstrip() or "Scene"
    taken = {each.name for each in state.scenes}
    if line not in taken:
        return line
    stem, _, last = line.rpartition(" ")
    stem = stem if stem and last.isdecimal() else line
    return next(each for n in range(2, MOST_SCENES + 3) if (each := f"{stem} {n}") not in taken)


def _same_in_any_case(name: str, other: str) -> bool:
    return name.casefold() == other.strip().casefold()
