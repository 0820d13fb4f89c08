"""Estimates of what a run of a service takes: texts, tokens, and cost at a price that is given.

Tokens are estimated as a quarter of the texts' bytes in UTF-8, rounded up for each text: English
prose has 4.2 bytes a token with today's large vocabularies, German 3 to 3.5, Russian 4.5, Chinese
and Japanese 3 to 4, code and numbers fewer. Within a third for prose. Counting with a service's own
tokenizer would fetch its vocabulary from the network. What a service says it counted is summed up
while it answers. Prices change and are nowhere in the program.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from embedviz.core.notes import counted

BYTES_PER_TOKEN = 4


@dataclass(frozen=True)
class SendingEstimate:
    """Amounts that a service would be sent.

    Attributes
    ----------
    n_texts : int
        How many texts vectors are wanted for.
    n_sent : int
        How many of them are sent: each once, without those that are empty or in the cache.
    n_cached : int
        How many different ones are in the cache.
    n_empty : int
        How many have no letters, whose vectors are zeros.
    n_characters : int
        Of the texts that are sent, with the prompt before each.
    n_tokens : int
        Of the texts that are sent; see above.
    price : float or None
        For a million tokens, as the user gave it.
    n_repeated : int
        How many texts are like another one.
    """

    n_texts: int
    n_sent: int
    n_cached: int
    n_empty: int
    n_characters: int
    n_tokens: int
    price: float | None = None
    n_repeated: int = 0

    @property
    def cost(self) -> float | None:
        """Cost in the currency of the price; None where no price is known."""
        return None if self.price is None else _cost(self.n_tokens, self.price)

    @property
    def lines(self) -> tuple[str, ...]:
        """Lines for the user: tokens, cost, and what is not sent."""
        found = [f"About {counted(self.n_tokens, 'token')} (bytes ÷ {BYTES_PER_TOKEN})"]
        if self.cost is not None:
            found.append(cost_line(self.n_tokens, self.price or 0.0))
        if self.n_cached:
            found.append(f"{counted(self.n_cached, 'text')} in the cache: not sent again")
        if self.n_repeated:
            found.append(f"{counted(self.n_repeated, 'text')} like others: sent once")
        if self.n_empty:
            found.append(f"{counted(self.n_empty, 'empty text')}: not sent, zeros")
        return tuple(found)


def estimated_tokens(texts: Iterable[str]) -> int:
    """Return about how many tokens texts have."""
    return sum(-(-len(text.encode("utf-8", "replace")) // BYTES_PER_TOKEN) for text in texts)


def cost_line(n_tokens: int, price: float) -> str:
    """Return what tokens cost, at a price for a million: "About 0.05 at 0.02 a million tokens"."""
    return f"About {money(_cost(n_tokens, price))} at {money(price)} a million tokens"


def _cost(n_tokens: int, price: float) -> float:
    return n_tokens / 1e6 * price


def money(amount: float) -> str:
    """Return an amount with as many digits as it takes: "0.02", "12.50", "0.00013"."""
    return f"{amount:,.2f}" if amount >= 0.095 or not amount else f"{amount:.2g}"
