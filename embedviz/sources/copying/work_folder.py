"""Folder of a copy that is not finished: what is done of it, so that it can be taken up again.

It stands beside the target under the target's name and `.unfinished`, and holds a plan, the rows
that are written so far, and a line for each part that is complete. A line is put there in one step
when the files of its part are on the disk. When all parts are there, the rows are renamed to the
target in one step too.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from embedviz.core.errors import UserError

UNFINISHED = ".unfinished"
_PLAN, _ROWS = "plan.json", "rows"


@dataclass(frozen=True)
class PartDone:
    """What is known of a part that is complete.

    Attributes
    ----------
    n_rows : int
        Rows written.
    n_without, n_not_finite : int
        Rows left out: those without a vector of this length, and those with NaN or infinities.
    first_left_out : tuple of str
        What the first of them are called.
    written : list
        What the target needs to know of it.
    """

    n_rows: int
    n_without: int = 0
    n_not_finite: int = 0
    first_left_out: tuple[str, ...] = ()
    written: list[Any] = field(default_factory=list)

    @property
    def n_read(self) -> int:
        """How many rows of the source it was made of."""
        return self.n_rows + self.n_without + self.n_not_finite

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what `json.dumps(asdict(…))` wrote."""
        given = json.loads(text)
        return cls(**given | {"first_left_out": tuple(given["first_left_out"])})


class WorkFolder:
    """Work on one target.

    Parameters
    ----------
    target : Path
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(target.name + UNFINISHED)
        self.rows = self.path / _ROWS

    @property
    def is_there(self) -> bool:
        """Whether work on this target was begun."""
        return os.path.lexists(self.path)

    def require_free_target(self) -> None:
        """Refuse a target that is there already, or that cannot be.

        Raises
        ------
        UserError
        """
        if os.path.lexists(self.target):
            if (self.path / _PLAN).exists() and not self.rows.exists():
                self.remove()  # All was in its place when the process ended.
            raise UserError(
                f"{self.target.name} is there already, and nothing is ever written over. Choose "
                "another name, or remove it first."
            )
        if not self.target.parent.is_dir():
            raise UserError(f"There is no folder {self.target.parent}. Make it, or choose another.")

    def begin(self, plan: str, what: str) -> None:
        """Make the folder, or take up what was begun by the same plan.

        Parameters
        ----------
        plan : str
            Text that is another one where the rows, the map or the way they are written is.
        what : str
            The same for a reader.

        Raises
        ------
        UserError
            When what was begun there was to become something else, or the folder cannot be made.
        """
        try:
            self.path.mkdir(exist_ok=True)
            if not (self.path / _PLAN).exists():
                _write_at_once(self.path / _PLAN, json.dumps({"plan": plan, "what": what}))
            known = json.loads((self.path / _PLAN).read_text("utf-8"))
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "its plan is damaged"
            raise UserError(
                f"{self.path.name} cannot be written ({reason}). Choose another place."
            ) from None
        if not isinstance(known, dict) or known.get("plan") != plan:
            begun = known.get("what", "") if isinstance(known, dict) else ""
            raise UserError(
                f"{self.path.name} is there from work that was to become something else"
                f"{f' ({begun})' if begun else ''}, or the rows have changed since. Remove it to "
                "start anew, or choose another name."
            )

    def done(self) -> dict[int, PartDone]:
        """Return the parts that are complete, by their numbers."""
        found = {}
        for path in self.path.glob("done-*.json"):
            try:
                found[int(path.stem.partition("-")[2])] = PartDone.from_json(
                    path.read_text("utf-8")
                )
            except (ValueError, KeyError, TypeError):
                continue  # That part is written again.
        return found

    def add(self, number: int, part: PartDone) -> None:
        """Take down that a part is complete."""
        _write_at_once(self.path / f"done-{number:06}.json", json.dumps(asdict(part)))

    def put_in_place(self) -> None:
        """Rename the rows to the target.

        Raises
        ------
        UserError
            When something else came there meanwhile.
        """
        self.require_free_target()
        self.rows.rename(self.target)

    def remove(self) -> None:
        """Remove it with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)


def remove_others(folder: Path, names: set[str]) -> None:
    """Remove the files of a folder that have none of these names."""
    for each in list(folder.iterdir()) if folder.is_dir() else []:
        if each.name not in names:
            with suppress(OSError):
                each.unlink()


def _write_at_once(path: Path, text: str) -> None:
    unfinished = path.with_name(f".{path.name}.tmp")
    with unfinished.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
