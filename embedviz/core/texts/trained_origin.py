"""Origin of a set whose vectors were trained here, from the words of a corpus."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class TrainedOrigin:
    """Corpus that word vectors were trained from, and how.

    A session does not hold such a set, and says so: with several threads no training gives the
    same vectors again, and with one it takes as long as before. Saved as a file of vectors, it is
    opened from there.

    Attributes
    ----------
    corpus_name : str
        Of the file, or of the sample.
    corpus_path : Path or None
        Of the file; None where the texts are in none.
    title : str
        What was trained: "Skip-gram, 100 dimensions".
    settings : TrainingSettings
        Those of `sources.training`.
    n_rows : int or None
        How many words there are.
    fraction : float
        How much of the training was done, 0 to 1: less than 1 where it was stopped.
    """

    corpus_name: str
    corpus_path: Path | None
    title: str
    settings: Any = None
    n_rows: int | None = None
    fraction: float = 1.0

    @property
    def name(self) -> str:
        """The name of the corpus."""
        return self.corpus_name

    @property
    def description(self) -> str:
        """What was trained, and on what: "Skip-gram, 100 dimensions, trained on /data/x.txt"."""
        where = self.corpus_name if self.corpus_path is None else self.corpus_path
        return f"{self.title}, trained on {where}"

    @property
    def path(self) -> None:
        """None: the vectors are in no file."""
        return

    @property
    def files(self) -> tuple[Path, ...]:
        """The file of the corpus."""
        return () if self.corpus_path is None else (self.corpus_path,)

    @property
    def stamp(self) -> None:
        """None: the vectors do not change with the corpus."""
        return

    @property
    def is_repeatable(self) -> bool:
        """False: it is not made again when a session is opened."""
        return False
