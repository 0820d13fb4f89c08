"""Encoders of a session: each is made once, kept until the end, and asked off the UI thread."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock

import numpy as np

from embedviz.core.arrays import Matrix
from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.progress import Report, silent
from embedviz.core.query_vector import QueryVector
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.wording import one_line
from embedviz.sources.consent import Ask, Sending, refuse
from embedviz.sources.encoders import Encoder, encoder_class, make_encoder

_MOST_KEPT = 500
"""Vectors of texts that were typed."""
_POLL_SECONDS = 0.05
_MOST_NAMED = 3


class Encoders:
    """Encoders by their settings, and the vectors of the texts that were typed last.

    Attributes
    ----------
    ask : Ask
        Asks the user before a text leaves the machine; nothing leaves it until there is one.
    """

    def __init__(self) -> None:
        self.ask: Ask = refuse
        self._made: dict[EncoderSettings, Encoder] = {}
        self._vectors: OrderedDict[tuple[EncoderSettings, str], Matrix] = OrderedDict()
        self._changing, self._encoding = Lock(), Lock()
        self._is_closed = False
        self._report: Report = silent

    def encode(
        self, settings: EncoderSettings, texts: Sequence[str], report: Report
    ) -> tuple[QueryVector, ...]:
        """Return texts as queries. Runs off the UI thread; one run after the other.

        A vector of zeros is that of a text in which the model knows nothing.

        Raises
        ------
        UserError
            When the encoder is not installed, the user does not agree, or it fails.
        """
        report(0.0, "encoding")
        while not self._encoding.acquire(timeout=_POLL_SECONDS):
            report(0.0, "waiting for other texts")
        try:
            self._report = report
            known = {text: self._vectors.get((settings, text)) for text in texts}
            found = {text: vector for text, vector in known.items() if vector is not None}
            missing = [text for text in known if text not in found]
            if missing:
                made = self._encoder(settings).encode(missing, report, as_queries=True)
                vectors = np.asarray(made, dtype=np.float32)
                found |= {text: np.array(row) for text, row in zip(missing, vectors, strict=True)}
            self._keep(settings, found)
        finally:
            self._report = silent
            self._encoding.release()
        return tuple(QueryVector(text, found[text], settings) for text in texts)

    def close(self) -> None:
        """End all encoders; nothing is encoded any more."""
        with self._changing:
            made, self._made, self._is_closed = self._made, {}, True
        for each in made.values():
            each.close()

    def _encoder(self, settings: EncoderSettings) -> Encoder:
        with self._changing:
            known = self._made.get(settings)
        if known is not None:
            return known
        made = make_encoder(settings, self._ask_now)
        with self._changing:
            if self._is_closed:
                raise UserError("The window is being closed, so nothing is encoded any more.")
            self._made[settings] = made
        return made

    def _ask_now(self, sending: Sending) -> bool:
        """Return whether the user agrees, and still wants the text when he has answered."""
        is_allowed = self.ask(sending)
        self._report(0.0, "encoding")  # Here it ends where the text was taken back meanwhile.
        return is_allowed

    def _keep(self, settings: EncoderSettings, found: Mapping[str, Matrix]) -> None:
        for text, vector in found.items():
            self._vectors[settings, text] = vector
            self._vectors.move_to_end((settings, text))
        while len(self._vectors) > _MOST_KEPT:
            self._vectors.popitem(last=False)


def title_of(settings: EncoderSettings) -> str:
    """Return what an encoder is called: "WordLlama"; its key where there is none of this name."""
    try:
        return encoder_class(settings.encoder).title
    except (UserError, ImportError):
        return settings.encoder


def describe_way(settings: EncoderSettings) -> str:
    """Return where a text goes that is typed, as a sentence."""
    title, model = title_of(settings), f", {settings.model}" if settings.model else ""
    if settings.address:
        return f"Sent to {settings.address}{model}, after you agree."
    return f"Encoded by {title}{model} on this machine."


def stays_here(settings: EncoderSettings) -> bool:
    """Return whether texts stay on this machine, so that they may be encoded unasked."""
    try:
        return encoder_class(settings.encoder).is_local
    except (UserError, ImportError):
        return False


def require_known(texts: Sequence[QueryVector]) -> None:
    """Refuse texts in which the model knows nothing.

    Raises
    ------
    UserError
        When all vectors are zeros.
    """
    if texts and not any(each.vector.any() for each in texts):
        encoder = texts[0].encoder
        title = "The model" if encoder is None else title_of(encoder)
        which = f"“{one_line(texts[0].name)}”" if len(texts) == 1 else counted(len(texts), "text")
        raise UserError(
            f"{title} knows nothing in {which}, so there is no vector to search with. Type other "
            "words."
        )


def describe_left_out(n_given: int, texts: Sequence[QueryVector]) -> str:
    """Return which of some texts have no vector, as sentences; nothing where all have one."""
    said = []
    unknown = [each for each in texts if not each.vector.any()]
    if unknown:
        names = ", ".join(f"“{one_line(each.name)}”" for each in unknown[:_MOST_NAMED])
        more = f" and {len(unknown) - _MOST_NAMED:,} more" if len(unknown) > _MOST_NAMED else ""
        said.append(f"The model knows nothing in {names}{more}; left out.")
    if n_given > len(texts):
        said.append(f"The first {len(texts):,} of {n_given:,} texts were taken.")
    return " ".join(said)
