"""Origin of a set whose rows an encoder made of the texts in a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from embedviz.core.errors import UserError
from embedviz.core.texts.encoder_settings import EncoderSettings


@dataclass(frozen=True)
class TextsSettings:
    """How texts are taken from a table.

    Attributes
    ----------
    column : str
        Name of the column with the texts; empty for a file with a text on each line.
    label_column : str
        Column that names the rows; empty: the texts do.
    sample : int or None
        How many rows were taken, at random; None: all.
    seed : int
        Of the sample.
    encoder : EncoderSettings
    has_header : bool or None
        Whether the first line names the columns; None: as it looks.
    key : str or None
        Which file of a zip archive.
    """

    column: str = ""
    label_column: str = ""
    sample: int | None = None
    seed: int = 0
    encoder: EncoderSettings = field(default_factory=EncoderSettings)
    has_header: bool | None = None
    key: str | None = None

    def __post_init__(self) -> None:
        if self.sample is not None and self.sample < 1:
            raise UserError(f"sample is {self.sample}, but at least one row must be read.")
        if self.seed < 0:
            raise UserError(f"seed is {self.seed}; it must not be negative.")


@dataclass(frozen=True)
class TextsOrigin:
    """File of texts, and the encoder that made a vector of each.

    Attributes
    ----------
    texts_path : Path
        Absolute.
    settings : TextsSettings
    n_rows : int or None
        How many texts the file has.
    stamp : (int, int) or None
        Its size in bytes and when it was written, in ns, before it was read.
    encoder_title : str
        The encoder's own words for itself: "WordLlama, 256 dimensions".
    """

    texts_path: Path
    settings: TextsSettings = field(default_factory=TextsSettings)
    n_rows: int | None = None
    stamp: tuple[int, int] | None = None
    encoder_title: str = ""

    @property
    def name(self) -> str:
        """The name of the file of texts."""
        return self.texts_path.name

    @property
    def description(self) -> str:
        """What encoded the texts, and where they are: "WordLlama · /data/reviews.csv"."""
        title = self.encoder_title or self.settings.encoder.encoder
        return f"{title} · {self.texts_path}"

    @property
    def encoder(self) -> EncoderSettings:
        """What made the vectors."""
        return self.settings.encoder

    @property
    def path(self) -> None:
        """None: the vectors are in no file."""
        return

    @property
    def files(self) -> tuple[Path, ...]:
        """The file of texts."""
        return (self.texts_path,)
