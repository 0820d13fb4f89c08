"""How long it takes to embed texts, measured on the first of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from embedviz.core.errors import UserError
from embedviz.core.progress import Report
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.sources.consent import Ask, refuse
from embedviz.sources.encoders import Encoder, make_encoder

_FIRST = 32
_ENOUGH_SECONDS = 1.0
"""A slow model is not measured for longer than this, apart from its loading and one more batch."""


@dataclass(frozen=True)
class EncoderSpeed:
    """Speed of an encoder on some texts.

    Attributes
    ----------
    n_texts : int
        How many were encoded.
    seconds : float
        Without the time to load the model.
    dimensions : int
    n_empty : int
        How many got a vector of zeros.
    """

    n_texts: int
    seconds: float
    dimensions: int
    n_empty: int

    def seconds_for(self, n_texts: int) -> float:
        """Return about how long it takes to encode so many texts like these."""
        return self.seconds / max(self.n_texts, 1) * n_texts


def measure_speed(
    settings: EncoderSettings,
    texts: Sequence[str],
    report: Report,
    make: Callable[[EncoderSettings, Ask], Encoder] = make_encoder,
) -> EncoderSpeed:
    """Return how fast a local encoder is; the model is loaded before the time counts.

    Raises
    ------
    UserError
        When there is no text, or the encoder fails, or it would send something.
    """
    if not texts:
        raise UserError("There is no text in the first rows.")
    encoder = make(settings, refuse)
    try:
        report(0.0, "loading the model")
        encoder.encode(texts[:1], report)
        seconds, done, n_empty, size = 0.0, 0, 0, _FIRST
        while done < len(texts) and seconds < _ENOUGH_SECONDS:
            report(done / len(texts), "measuring")
            some = texts[done : done + size]
            begun = time.perf_counter()
            vectors = encoder.encode(some, report)
            seconds += time.perf_counter() - begun
            n_empty += int((~vectors.any(axis=1)).sum())
            done, size = done + len(some), 2 * size
        return EncoderSpeed(done, seconds, encoder.dimensions, n_empty)
    finally:
        encoder.close()
