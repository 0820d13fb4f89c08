"""A price as one types it, with or without a currency."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from embedviz.core.errors import UserError

_NUMBER = re.compile(r"\d[\d.,]*|\.\d+")


@dataclass(frozen=True)
class Price:
    """A price of a GB of memory for a month.

    Attributes
    ----------
    amount : float
    before, after : str
        What was typed around the number, such as "$" or " USD".
    """

    amount: float
    before: str = ""
    after: str = ""

    @property
    def typed(self) -> str:
        """The price itself, with its currency."""
        return f"{self.before}{self.amount:g}{self.after}"

    def of(self, amount: float) -> str:
        """Return another amount, written as this one is: "$1,200"."""
        if amount >= 1e15:
            text = f"{amount:.2e}"
        else:
            text = f"{amount:,.0f}" if amount >= 100 else f"{amount:,.2f}"
        if 0 < amount < 0.005:
            text = f"{amount:.1g}" if amount >= 1e-4 else "0.00"
        return f"{self.before}{text}{self.after}"


def read_price(text: str) -> Price | None:
    """Return the price that a text says; None of an empty text.

    A comma is a decimal comma where there is one and no point: "0,09 €".

    Raises
    ------
    UserError
        When there is no number in it, or a negative one.
    """
    text = " ".join(text.split())
    if not text:
        return None
    found = _NUMBER.search(text)
    number = found.group().rstrip(".,") if found is not None else ""
    if found is None or "-" in text[: found.start()] or "−" in text[: found.start()]:
        raise UserError(f"“{text}” is no price. Type one such as 0.09 or 0.09 USD.")
    if number.count(",") == 1 and "." not in number:
        number = number.replace(",", ".")
    try:
        amount = float(number.replace(",", ""))
    except ValueError:
        raise UserError(f"“{text}” is no price. Type one such as 0.09 or 0.09 USD.") from None
    after = text[found.start() + len(found.group().rstrip(".,")) :]
    if not math.isfinite(amount) or _NUMBER.search(after):
        raise UserError(f"“{text}” is no price. Type one such as 0.09 or 0.09 USD.")
    return Price(amount, text[: found.start()], after)
