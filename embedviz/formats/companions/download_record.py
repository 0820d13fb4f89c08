"""Record of where a downloaded file came from, kept beside it.

It stays where the file is removed, so that a session that needs it can say where to get it again.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from embedviz.core.notes import Note
from embedviz.core.wording import one_line

SUFFIX = ".download.json"
_FORMAT = "embedviz download"
_MOST_BYTES = 64 << 10


@dataclass(frozen=True)
class DownloadRecord:
    """Where a file came from.

    Attributes
    ----------
    name : str
        In the catalog; empty for a file by its address.
    address : str
        Without its query.
    license : str
        As the catalog says; empty: it does not say.
    day : str
        When: "2026-11-29".
    """

    name: str = ""
    address: str = ""
    license: str = ""
    day: str = ""

    @property
    def note(self) -> Note:
        """The sentence for a set that was read from the file."""
        terms = f"license: {self.license}" if self.license else "no license is given"
        day = f" on {self.day}" if self.day else ""
        return Note(f"Downloaded from {self.address}{day}; {terms}.", level="note")

    @property
    def way_back(self) -> str:
        """What to do where the file is gone."""
        what = self.name or self.address
        return f"It was downloaded: get {what} again with File → Get Vectors…"


def write_record(path: Path, record: DownloadRecord) -> None:
    """Keep where a file came from; without it, the file is still one of vectors."""
    with suppress(OSError):
        text = json.dumps({"format": _FORMAT, **asdict(record)}, indent=1)
        record_path(path).write_text(text + "\n", encoding="ascii")


def read_record(path: Path) -> DownloadRecord | None:
    """Return where a file came from; None where it was not downloaded here."""
    kept = record_path(path)
    try:
        if not kept.is_file() or kept.stat().st_size > _MOST_BYTES:
            return None
        found = json.loads(kept.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.get("format") != _FORMAT:
        return None
    names = ("name", "address", "license", "day")
    texts = {name: found.get(name) for name in names}
    return DownloadRecord(
        **{name: one_line(text[:2000]) for name, text in texts.items() if isinstance(text, str)}
    )


def record_path(path: Path) -> Path:
    """Return where it is kept."""
    return path.with_name(path.name + SUFFIX)
