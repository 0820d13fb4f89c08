"""How long an animation takes, and which part of its way is gone at each of its frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from embedviz.app.animation.easing import EASINGS, eased_with_hold

Loop = Literal["forever", "once", "back"]

LOOPS: tuple[tuple[str, Loop], ...] = (
    ("Again and again", "forever"),
    ("There and back", "back"),
    ("Once", "once"),
)
MOST_SECONDS, MOST_FPS = 600.0, 60


@dataclass(frozen=True)
class Timing:
    """Timing of an animation.

    Attributes
    ----------
    seconds : float
        The whole length, with the rests.
    fps : int
        Frames per second, 1 to 60.
    easing : str
        A key of `EASINGS`.
    hold : float
        Seconds that each end stands still.
    loop : {"forever", "once", "back"}
        Played again and again, once, or there and back again and again.
    """

    seconds: float = 4.0
    fps: int = 25
    easing: str = "in-out"
    hold: float = 0.0
    loop: Loop = "forever"

    @property
    def n_frames(self) -> int:
        """How many frames there are; two at the least."""
        return max(round(self.seconds * self.fps), 2)

    @property
    def repeats(self) -> bool:
        """Whether it begins again at its end."""
        return self.loop != "once"

    def parts(self, *, is_closed: bool = False) -> list[float]:
        """Return the part of the way, 0 to 1, that is gone at each frame.

        Parameters
        ----------
        is_closed : bool
            Whether the end is the start again, so that it is not shown twice.
        """
        count, hold = self.n_frames, self._hold
        easing = EASINGS[self.easing]
        if self.loop == "back":
            steps = (2 * i / count for i in range(count))
            times = [min(step, 2 - step) for step in steps]
        elif is_closed and self.repeats:
            times = [i / count for i in range(count)]
        else:
            times = [i / (count - 1) for i in range(count)]
        return [eased_with_hold(time, easing, hold) for time in times]

    @property
    def _hold(self) -> float:
        """The part of one way that each end stands still; something is left for the way."""
        one_way = self.seconds / 2 if self.loop == "back" else self.seconds
        return min(max(self.hold / one_way, 0.0), 0.45)
