"""Run of a service over texts: batches, tries, and what is told while it goes on."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from embedviz.core.arrays import Matrix
from embedviz.core.progress import Report
from embedviz.sources.encoders.service.answers import AnswerProblem, CheckedAnswer, checked_answer
from embedviz.sources.encoders.service.connection import ServiceConnection, texts_body
from embedviz.sources.encoders.service.failures import RequestFailure
from embedviz.sources.encoders.service.messages import cut_question, seconds_in_words
from embedviz.sources.encoders.service.retrying import Patience
from embedviz.sources.encoders.service.target import ServiceTarget

MOST_TEXTS = 256
MOST_BYTES = 200_000
"""Of a request: about 50,000 tokens, where services take 300,000 at most."""
FIRST_TEXTS = 16
"""Of the first request of a run: what is wrong shows before much is paid."""

_TOO_LARGE = re.compile(
    r"too (?:large|long|many|big)|maximum|exceed|limit|batch size|context length|n_batch", re.I
)
_NO_DIMENSIONS = re.compile(r"dimension|matryoshka", re.I)
_NO_BASE64 = re.compile(r"encoding_format|base64", re.I)


class ServiceRun:
    """Run over texts that are not in the cache.

    Parameters
    ----------
    connection : ServiceConnection
    target : ServiceTarget
    patience : Patience
    report : Report
    n_known : int
        How many vectors of the whole are known already, for the fraction that is reported.

    Attributes
    ----------
    n_tokens : int
        How many tokens the service says it has counted.
    """

    def __init__(
        self,
        connection: ServiceConnection,
        target: ServiceTarget,
        patience: Patience,
        report: Report,
        n_known: int,
    ) -> None:
        self.n_tokens = 0
        self._connection = connection
        self._words = target.words(has_key=connection.has_key)
        self._dimensions = target.sent_dimensions
        self._patience = patience
        self._report = report
        self._n_known = n_known
        self._n_done = 0
        self._n_texts = 0
        self._most_texts = FIRST_TEXTS
        self._is_limited = False
        self._as_base64 = True
        self._begun = 0.0

    def encode(self, texts: Sequence[str], keep: Callable[[int, Matrix], None]) -> None:
        """Ask for the vectors of texts, and hand over those of each answer as it comes.

        Parameters
        ----------
        texts : sequence of str
        keep : callable
            Given the place of the first text, and the vectors as the service gave them.

        Raises
        ------
        UserError
            When the service does not give them; what was handed over before is good.
        """
        self._n_texts = len(texts)
        self._begun = self._patience.clock()
        while self._n_done < len(texts):
            some = self._batch(texts)
            answer = self._answer(some)
            if answer is None:  # Too much for one request.
                self._most_texts = max(1, len(some) // 2)
                self._is_limited = True
                continue
            if not self._is_limited:
                self._most_texts = MOST_TEXTS
            self.n_tokens += answer.n_tokens
            at = self._n_done
            self._n_done += len(some)
            keep(at, answer.vectors)
            self._look()

    def _batch(self, texts: Sequence[str]) -> Sequence[str]:
        """Return the next texts: at least one, and no more than fit into a request."""
        end, n_bytes = self._n_done, 0
        while end < len(texts) and end - self._n_done < self._most_texts:
            n_bytes += len(texts[end].encode("utf-8"))
            if n_bytes > MOST_BYTES and end > self._n_done:
                break
            end += 1
        return texts[self._n_done : end]

    def _answer(self, texts: Sequence[str]) -> CheckedAnswer | None:
        """Return the answer for some texts, after as many tries as it takes; None: too many."""
        n_tries = 0
        while True:
            failure = self._try(texts)
            if isinstance(failure, CheckedAnswer):
                return failure
            if failure.kind == "status" and self._adapts(failure):
                continue
            if len(texts) > 1 and _is_too_large(failure):
                return None
            n_tries += 1
            delay = self._patience.delay(failure, n_tries, has_answered=self._n_done > 0)
            if delay is None:
                n_kept = self._n_known + self._n_done
                raise self._words.error(failure, n_kept, self._n_known + self._n_texts)
            self._wait(delay, failure)

    def _wait(self, seconds: float, failure: RequestFailure) -> None:
        self._patience.wait(seconds, lambda left: self._look(_waiting(failure, left)))

    def _try(self, texts: Sequence[str]) -> CheckedAnswer | RequestFailure:
        body = texts_body(texts, self._words.model, self._dimensions, as_base64=self._as_base64)
        outcome = self._connection.ask(body, len(texts), self._look)
        if isinstance(outcome, RequestFailure):
            return outcome
        try:
            return checked_answer(outcome.body, len(texts))
        except AnswerProblem as problem:
            if problem.may_pass:
                return RequestFailure("cut", message=f"it {problem.words}")
            words = problem.words
        n_kept = self._n_known + self._n_done
        raise self._words.wrong_answer(words, n_kept, self._n_known + self._n_texts)

    def _adapts(self, failure: RequestFailure) -> bool:
        """Return whether the request is put in another way that the service may take.

        Raises
        ------
        ChoiceRequired
            When it takes no `dimensions`.
        """
        if failure.status not in (400, 422):
            return False
        if self._as_base64 and _NO_BASE64.search(failure.message):
            self._as_base64 = False
            return True
        if self._dimensions is not None and _NO_DIMENSIONS.search(failure.message):
            raise cut_question(self._words, self._dimensions, None)
        return False

    def _look(self, waiting: str = "") -> None:
        """Report how far it is, which is where it stops."""
        total = self._n_known + self._n_texts
        done = self._n_known + self._n_done
        words = f"{done:,} of {total:,} texts · {self._words.host}"
        elapsed = self._patience.clock() - self._begun
        if self._n_done and elapsed > 0:
            rate = self._n_done / elapsed
            rest = (self._n_texts - self._n_done) / rate
            shown = f"{rate:,.0f}" if rate >= 9.5 else f"{rate:.1f}"
            words += f" · {shown} a second"
            if rest >= 1:
                words += f" · {seconds_in_words(rest)} left"
        self._report(done / max(1, total), words + waiting)


def _is_too_large(failure: RequestFailure) -> bool:
    """Return whether fewer texts may help: services say so with very different numbers."""
    if failure.kind != "status":
        return failure.kind == "too long"
    if failure.status == 413:
        return True
    return failure.status in (400, 422, 500) and bool(_TOO_LARGE.search(failure.message))


def _waiting(failure: RequestFailure, left: float) -> str:
    """Return the words for a wait, with its reason."""
    reason = {"timeout": "no answer", "cut": "the connection broke off"}.get(failure.kind, "")
    if failure.status == 429:
        reason = "the service asks to slow down"
    elif failure.status:
        reason = f"the service failed ({failure.status})"
    return f" · {reason or 'no connection'}, trying again in {seconds_in_words(left)}"
