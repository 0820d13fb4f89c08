"""Encoder that asks a service for vectors, after the user has agreed, and pays for none twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec

import numpy as np

from embedviz.core.arrays import Matrix
from embedviz.core.errors import UserError
from embedviz.core.notes import Note, counted
from embedviz.core.progress import Report, silent
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.sources.consent import Ask, NotAgreed, Sending, refuse
from embedviz.sources.encoders.service.cache import VectorCache, vector_key
from embedviz.sources.encoders.service.connection import ServiceConnection, Timeouts
from embedviz.sources.encoders.service.estimates import SendingEstimate, estimated_tokens
from embedviz.sources.encoders.service.gathering import Gathered
from embedviz.sources.encoders.service.keys import find_key
from embedviz.sources.encoders.service.plan import TextPlan, plan_texts
from embedviz.sources.encoders.service.retrying import Patience
from embedviz.sources.encoders.service.run import ServiceRun
from embedviz.sources.encoders.service.target import service_target


class ServiceEncoder:
    """Service that speaks as OpenAI's does, with what it gave before kept on the disk.

    Parameters
    ----------
    settings : EncoderSettings
        `address` and `model` are needed.
    ask : Ask
        Called before anything is opened. Default: nothing is sent.
    cache : VectorCache, optional
    patience : Patience, optional
    timeouts : Timeouts, optional

    Attributes
    ----------
    cache : VectorCache
    n_tokens : int
        How many tokens the service says it has counted, since this was made.

    Raises
    ------
    UserError
        When there is no model, or the address or the name of the variable with the key is none.
    """

    title = "Embedding service"
    is_local = False

    def __init__(
        self,
        settings: EncoderSettings,
        ask: Ask = refuse,
        *,
        cache: VectorCache | None = None,
        patience: Patience | None = None,
        timeouts: Timeouts | None = None,
    ) -> None:
        self.cache = cache or VectorCache()
        self.n_tokens = 0
        self._target = service_target(settings)
        self._ask = ask
        self._patience = patience or Patience()
        self._timeouts = timeouts
        self._running: set[ServiceConnection] = set()
        # What the disk did not take: paid for, and not asked for again while this is there.
        self._unkept: dict[bytes, Matrix] = {}

    @classmethod
    def what_lacks(cls) -> str:
        """Return what has to be installed to use it, with the command; empty: nothing."""
        if find_spec("openai") is None:
            return "Embedding services need the package openai: pip install 'embedviz[api]'."
        return ""

    @property
    def settings(self) -> EncoderSettings:
        """Settings it was made with."""
        return self._target.settings

    @property
    def host(self) -> str:
        """Name and port of the machine that texts are sent to."""
        return self._target.host

    @property
    def name(self) -> str:
        """Model, dimensions and host: "text-embedding-3-small, 256 dimensions, api.x.com:443"."""
        return self._target.name

    @property
    def dimensions(self) -> int:
        """Length of the vectors; where the cache does not know it, one word is sent, if agreed."""
        asked = self.settings.dimensions
        known = self.cache.length(self._target.space) if asked is None else asked
        return self.encode(["dimensions"]).shape[1] if known is None else known

    def notes(self) -> list[Note]:
        """Return what a reader of the set should know: what was paid, and was the cache wrong."""
        found = []
        if self.n_tokens:
            text = f"{self.host} counted {counted(self.n_tokens, 'token')}."
            found.append(Note(text, level="note"))
        if self.cache.notice:
            found.append(Note(self.cache.notice))
        return found

    def estimate(
        self, texts: Sequence[str], price: float | None = None, *, as_queries: bool = False
    ) -> SendingEstimate:
        """Return what would be sent for texts, and the cost; nothing is sent.

        Parameters
        ----------
        texts : sequence of str
        price : float, optional
            For a million tokens.
        as_queries : bool
        """
        plan = self._plan(texts, as_queries=as_queries)
        sent = [plan.texts[place] for place in self._absent(plan)]
        return SendingEstimate(
            n_texts=len(texts),
            n_sent=len(sent),
            n_cached=len(plan.texts) - len(sent),
            n_empty=plan.n_empty,
            n_characters=sum(map(len, sent)),
            n_tokens=estimated_tokens(sent),
            price=price,
            n_repeated=len(texts) - plan.n_empty - len(plan.texts),
        )

    def sending(
        self, texts: Sequence[str], price: float | None = None, *, as_queries: bool = False
    ) -> Sending:
        """Return what the user is asked about before texts are sent; nothing is sent.

        Its `n_rows` is 0 where all vectors are in the cache: then nothing is asked or sent.

        Parameters
        ----------
        texts : sequence of str
        price : float, optional
            For a million tokens.
        as_queries : bool
        """
        estimate = self.estimate(texts, price, as_queries=as_queries)
        return self._target.sending(estimate, str(self.cache.path), as_queries=as_queries)

    def missing(self, texts: Sequence[str], *, as_queries: bool = False) -> list[int]:
        """Return the rows of the texts whose vectors are not in the cache."""
        plan = self._plan(texts, as_queries=as_queries)
        is_absent = np.zeros(len(plan.texts) + 1, dtype=bool)  # The last is for empty texts.
        is_absent[self._absent(plan)] = True
        found: list[int] = np.flatnonzero(is_absent[plan.rows]).tolist()
        return found

    def encode_from_cache(
        self, texts: Sequence[str], report: Report = silent, *, as_queries: bool = False
    ) -> Matrix:
        """Return vectors as `encode` does, from the cache alone: nothing is ever sent or asked.

        Raises
        ------
        UserError
            When some are not in the cache.
        """
        plan = self._plan(texts, as_queries=as_queries)
        gathered = self._recall(plan, report)
        if absent := gathered.absent:
            raise UserError(
                f"{len(absent):,} of {counted(len(plan.texts), 'different text')} have no vector "
                f"of {self.name} in the cache. Embed them again, which sends only these."
            )
        return gathered.rows(self.cache.length(self._target.space))

    def encode(
        self, texts: Sequence[str], report: Report = silent, *, as_queries: bool = False
    ) -> Matrix:
        """Return a vector of each text: float32, of shape (n_texts, n_dimensions), unit length.

        What the cache has is not sent, and each answer is in the cache before the next request:
        whatever stops this, starting again goes on from there. Empty texts are not sent; their
        rows are zeros.

        Raises
        ------
        NotAgreed
            When the user does not want anything sent.
        ChoiceRequired
            When the service gives more dimensions than asked for, and nobody agreed to cut here.
        UserError
            When the service does not give good vectors: what happened, and what to do.
        """
        plan = self._plan(texts, as_queries=as_queries)
        gathered = self._recall(plan, report)
        if gathered.absent:
            key = find_key(self._target.address, self.settings.key_variable)
            sending = self.sending(texts, as_queries=as_queries)
            if self._ask(sending) is not True:
                raise NotAgreed(sending)
            connection = ServiceConnection(self._target.address, key, self._timeouts)
            self._running.add(connection)
            try:
                self._fetch(plan, gathered, connection, report)
            finally:
                self._running.discard(connection)
                connection.close()
        return gathered.rows(self.cache.length(self._target.space))

    def close(self) -> None:
        """End what runs; encoding again starts anew."""
        for connection in list(self._running):
            connection.close()

    def _fetch(
        self, plan: TextPlan, gathered: Gathered, connection: ServiceConnection, report: Report
    ) -> None:
        """Gather what is absent from the service, and keep each answer before the next request."""
        absent = gathered.absent
        space = self._target.space

        def keep(at: int, vectors: Matrix) -> None:
            places = absent[at : at + len(vectors)]
            keys = [vector_key(space, plan.texts[place]) for place in places]
            if not self.cache.keep(space, keys, vectors):
                self._unkept.update(zip(keys, vectors, strict=True))
            for place, vector in zip(places, vectors, strict=True):
                gathered.put(place, vector)

        n_known = len(plan.texts) - len(absent)
        run = ServiceRun(connection, self._target, self._patience, report, n_known)
        try:
            run.encode([plan.texts[place] for place in absent], keep)
        finally:
            self.n_tokens += run.n_tokens

    def _recall(self, plan: TextPlan, report: Report) -> Gathered:
        """Return what is known already of the vectors of a plan."""
        gathered = Gathered(self._target, plan)
        for space in self._target.spaces:
            wanted = gathered.absent
            keys = [vector_key(space, plan.texts[place]) for place in wanted]
            for count, (at, vector) in enumerate(self._known(keys)):
                gathered.put(wanted[at], vector)
                if count % 1000 == 0:
                    report(gathered.fraction, "Looking into the cache")
        return gathered

    def _known(self, keys: Sequence[bytes]) -> Iterator[tuple[int, Matrix]]:
        for at, key in enumerate(keys):
            if key in self._unkept:
                yield at, self._unkept[key]
        yield from self.cache.find(keys)

    def _absent(self, plan: TextPlan) -> list[int]:
        """Return the places of the texts that no vector is known of."""
        absent = list(range(len(plan.texts)))
        for space in self._target.spaces:
            keys = [vector_key(space, plan.texts[place]) for place in absent]
            unknown = sorted(self.cache.missing(keys))
            absent = [absent[at] for at in unknown if keys[at] not in self._unkept]
        return absent

    def _plan(self, texts: Sequence[str], *, as_queries: bool) -> TextPlan:
        return plan_texts(texts, self.settings.query_prompt if as_queries else self.settings.prompt)
