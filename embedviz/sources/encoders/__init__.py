"""Encoders: models that make a vector of a text.

To add one: write a module with a class like `Encoder`, and a line in `ENCODERS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import ClassVar, Protocol

from embedviz.core.arrays import Matrix
from embedviz.core.errors import UserError
from embedviz.core.progress import Report, silent
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.sources.consent import Ask, refuse

ENCODERS = {
    "wordllama": "embedviz.sources.encoders.wordllama.WordLlamaEncoder",
    "sentence-transformers": (
        "embedviz.sources.encoders.sentence_transformers.SentenceTransformersEncoder"
    ),
    "service": "embedviz.sources.encoders.service.encoder.ServiceEncoder",
}
"""By the name that `EncoderSettings.encoder` has; the first is the default."""

DEFAULT_ENCODER = next(iter(ENCODERS))


class Encoder(Protocol):
    """Model that makes a vector of a text. Made with `EncoderSettings`, of which it keeps a copy.

    Made with these and an `Ask`, which it calls before it opens a connection.

    Attributes
    ----------
    title : str
        What it is called on the screen.
    what_lacks : str
        What has to be installed to use it, with the command; empty where nothing is missing.
    is_local : bool
        Whether texts stay on this machine.
    """

    title: ClassVar[str]
    is_local: ClassVar[bool]

    @classmethod
    def what_lacks(cls) -> str:
        """Return what has to be installed to use it, with the command; empty: nothing."""

    @property
    def settings(self) -> EncoderSettings:
        """Settings it was made with."""

    @property
    def name(self) -> str:
        """Words for this model with these settings, on one line: "WordLlama, 64 dimensions"."""

    @property
    def dimensions(self) -> int:
        """Length of the vectors; may have to ask the model."""

    def encode(
        self, texts: Sequence[str], report: Report = silent, *, as_queries: bool = False
    ) -> Matrix:
        """Return a vector of each text: float32, of shape (n_texts, dimensions), unit length.

        Rows of texts in which the model knows nothing are zeros. `report` is where it stops.

        Parameters
        ----------
        texts : sequence of str
        report : Report
        as_queries : bool
            Whether they are searched with: `query_prompt` goes before them, not `prompt`.
        """

    def close(self) -> None:
        """Give back memory, and end what runs; encoding again starts it again."""


def encoder_class(name: str) -> type[Encoder]:
    """Return the class of an encoder.

    Raises
    ------
    UserError
        When there is none of this name.
    """
    place = ENCODERS.get(name)
    if place is None:
        raise UserError(f"{name!r} is not an encoder; there are {', '.join(ENCODERS)}.")
    module, _, class_name = place.rpartition(".")
    found: type[Encoder] = getattr(import_module(module), class_name)
    return found


def make_encoder(settings: EncoderSettings, ask: Ask = refuse) -> Encoder:
    """Return the encoder with some settings; nothing is loaded or sent yet.

    Parameters
    ----------
    settings : EncoderSettings
    ask : Ask
        Asks the user before texts leave for a service, or a model is downloaded. Default: nothing
        is sent.

    Raises
    ------
    UserError
        When there is none of this name, what it needs is not installed, or the dimensions are
        fewer than two.
    """
    if settings.dimensions is not None and settings.dimensions < 2:
        raise UserError(f"dimensions is {settings.dimensions}; a vector has at least 2.")
    found = encoder_class(settings.encoder)
    if lacking := found.what_lacks():
        raise UserError(lacking)
    return found(settings, ask)  # type: ignore[call-arg]  # A protocol says nothing of making one.
