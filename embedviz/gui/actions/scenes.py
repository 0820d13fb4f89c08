"""Actions on scenes and talks, as data."""

from __future__ import annotations

from embedviz.gui.actions.action import Action
from embedviz.gui.host import Host


def take(window: Host) -> None:
    """Make a scene of what is shown."""
    window.docks["scenes"].show()
    window.scenes.take()


def retake(window: Host) -> None:
    """Let the chosen scene show what is shown now."""
    window.scenes.retake()


def show_next(window: Host) -> None:
    """Show the next scene in the window."""
    window.scenes.step(1)


def show_previous(window: Host) -> None:
    """Show the scene before in the window."""
    window.scenes.step(-1)


def go_to_strip(window: Host) -> None:
    """Show the strip of scenes, and go to it with the keyboard."""
    window.docks["scenes"].show()
    window.strip.begin()


def talk(window: Host) -> None:
    """Show all scenes on the whole screen, or the pane in front; or end that."""
    window.stage.switch()


def talk_here(window: Host) -> None:
    """Show the scenes from the chosen one on; or end that."""
    window.stage.switch_here()


def take_tour(window: Host) -> None:
    """Show the eight stops of the tour; what is open comes back after it."""
    window.tour.start()


TOUR = Action(
    "help.tour", "Help", "Guided Tour", take_tour, (), "Eight stops on the bundled samples"
)

TALK = (
    Action("view.talk", "View", "Talk Mode", talk, ("F5",)),
    Action("view.talk_here", "View", "Talk from This Scene", talk_here, ("Shift+F5",)),
)

SCENES = (
    Action("scenes.take", "Scenes", "Take Scene", take, ("F7",), "What is shown, under a name"),
    Action(
        "scenes.retake",
        "Scenes",
        "Update Scene",
        retake,
        ("Ctrl+F7",),
        "The chosen scene shows what is shown now",
    ),
    Action("scenes.next", "Scenes", "Next Scene", show_next, ("Alt+PgDown",), "", True),
    Action("scenes.previous", "Scenes", "Previous Scene", show_previous, ("Alt+PgUp",)),
    Action("scenes.strip", "Scenes", "Go to Scenes", go_to_strip, ("F8",), "", True),
)
