"""Service that some settings mean: its address, the names of its vectors, and words for it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from embedviz.core.arrays import Matrix
from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.sources.consent import Sending
from embedviz.sources.encoders.service.address import (
    PRESETS,
    checked_address,
    host_of,
    is_loopback,
    is_readable_underway,
)
from embedviz.sources.encoders.service.cache import space_key
from embedviz.sources.encoders.service.estimates import SendingEstimate
from embedviz.sources.encoders.service.keys import checked_variable
from embedviz.sources.encoders.service.messages import ServiceWords, cut_question


@dataclass(frozen=True)
class ServiceTarget:
    """Service, model and dimensions.

    Attributes
    ----------
    settings : EncoderSettings
    address : str
        As `checked_address` returns it.
    """

    settings: EncoderSettings
    address: str

    @property
    def host(self) -> str:
        """Name and port of the machine that texts are sent to."""
        return host_of(self.address)

    @property
    def model(self) -> str:
        """Name of the model."""
        return self.settings.model.strip()

    @property
    def name(self) -> str:
        """Model, dimensions and host: "text-embedding-3-small, 256 dimensions, api.x.com:443"."""
        asked = self.settings.dimensions
        cut = ", cut here" if self.settings.cuts_here else ""
        dimensions = f", {counted(asked, 'dimension')}{cut}" if asked else ""
        return f"{self.model}{dimensions}, {self.host}"

    @property
    def sent_dimensions(self) -> int | None:
        """Dimensions that the service is asked for; None, which is all, where they are cut here."""
        return None if self.settings.cuts_here else self.settings.dimensions

    @property
    def space(self) -> bytes:
        """Key of what is kept of its vectors."""
        return space_key(self.address, self.model, self.sent_dimensions)

    @property
    def spaces(self) -> tuple[bytes, ...]:
        """Keys under which its vectors may be.

        What came longer than asked for, before the user agreed to cut, is paid for too.
        """
        asked = {self.sent_dimensions: None, self.settings.dimensions: None}
        return tuple(space_key(self.address, self.model, each) for each in asked)

    @property
    def key_place(self) -> str:
        """Where its key is."""
        variable = self.settings.key_variable.strip()
        return f"the environment variable {variable}" if variable else "the system's keyring"

    def words(self, *, has_key: bool = True) -> ServiceWords:
        """Return words for messages."""
        return ServiceWords(self.host, self.address, self.model, self.key_place, has_key)

    def sending(self, estimate: SendingEstimate, cache_path: str, *, as_queries: bool) -> Sending:
        """Return what the user is asked about before texts are sent."""
        what = "to search with them, by" if as_queries else "to embed them with"
        key = "" if self.settings.key_variable else ", where there is one"
        details = [
            f"Address {self.address}, model {self.model}",
            *estimate.lines,
            f"With the key from {self.key_place}{key}",
            f"Answers are kept in {cache_path}, without the texts",
        ]
        if as_queries:
            details.append("The answer also counts for texts typed later, until the program ends")
        warnings = []
        if is_readable_underway(self.address):
            warnings.append(
                "Not encrypted: whoever is on the way can read the texts, and the key if there is "
                "one. Use an address that begins with https://."
            )
        variable = self.settings.key_variable.strip()
        if variable and not _is_usual(self.address, variable):
            # A session that somebody else made can name any address, and any variable.
            warnings.append(
                f"What is in the environment variable {variable} is sent to {self.host} as the "
                "key. Agree only if it is the key of that host."
            )
        return Sending(
            self.host,
            f"{what} {self.model}",
            estimate.n_sent,
            estimate.n_characters,
            tuple(details),
            is_loopback(self.address),
            tuple(warnings),
            is_standing=as_queries,
            n_tokens=estimate.n_tokens,
            receiver=f"{self.address} {variable}",
        )

    def fitted(self, vector: Matrix) -> Matrix:
        """Return a vector of as many dimensions as asked for, cut where that is agreed to.

        Raises
        ------
        ChoiceRequired
            When it is longer, and nobody agreed.
        UserError
            When it is shorter.
        """
        asked = self.settings.dimensions
        if asked is None or len(vector) == asked:
            return vector
        if len(vector) < asked:
            raise UserError(
                f"{self.host} was asked for {asked:,} dimensions, and {self.model} has only "
                f"{len(vector):,}. Ask for as many or fewer, or for all."
            )
        if not self.settings.cuts_here:
            raise cut_question(self.words(), asked, len(vector))
        return vector[:asked]

    def changed(self, known: int, given: int) -> UserError:
        """Return the error for vectors of one model that are of two lengths."""
        return UserError(
            f"Of the vectors of {self.model} from {self.host}, some have {known:,} dimensions and "
            f"some {given:,}: the model there was changed. Clear the cache of services, and embed "
            "all texts again."
        )


def _is_usual(address: str, variable: str) -> bool:
    """Return whether a variable is the one that holds the key of a known service."""
    return any((each.address, each.key_variable) == (address, variable) for each in PRESETS)


def service_target(settings: EncoderSettings) -> ServiceTarget:
    """Return the service that settings mean.

    Raises
    ------
    UserError
        When there is no model, or the address or the name of the variable with the key is none.
    """
    if not settings.model.strip():
        raise UserError(
            "There is no model of the service. Give its name as the service has it, such as "
            "text-embedding-3-small or nomic-embed-text."
        )
    checked_variable(settings.key_variable)
    address = checked_address(settings.address)
    # Written in full, so that files and sessions that remember it can be read again.
    return ServiceTarget(replace(settings, address=address), address)
