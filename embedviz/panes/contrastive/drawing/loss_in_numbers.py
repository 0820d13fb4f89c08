"""The loss of one row, as a formula and with its numbers in it."""

from __future__ import annotations

import math

from embedviz.core.contrastive.runs.anchor import AnchorTerms
from embedviz.gui.charts.numbers import number_text, power_text
from embedviz.panes.contrastive.drawing.typesetting import PieceRow, Typesetter


def general(to: Typesetter, has_negatives: bool) -> PieceRow:
    """Return the formula of the loss; without negatives, only its pull is left."""
    partner = to.line("sim(q, k", to.lowered("+"), ")/τ")
    if not has_negatives:
        return to.line("L = −", partner)
    all_of_them = to.line("Σ", to.lowered("j"), " exp(sim(q, k", to.lowered("j"), ")/τ)")
    return to.line("L = −log ", to.fraction(to.line("exp(", partner, ")"), all_of_them))


def with_numbers(to: Typesetter, terms: AnchorTerms) -> list[PieceRow]:
    """Return the lines of the loss with its numbers in it, the result in the last one."""
    cosine = _cosine_text(float(terms.cosines[0]))
    quotient = f"{cosine}/{temperature_text(terms.temperature)}"
    loss = number_text(terms.loss, 2 if abs(terms.loss) < 100 else 1)
    if not has_negatives(terms):
        return [to.line(f"= −{_in_brackets(quotient)} = {loss}")]
    count = len(terms.candidates) - 1
    power = to.line("e", to.raised(quotient))
    others = f" + {count:,} {'other' if count == 1 else 'others'}"
    first = to.line("= −log ", to.fraction(power, to.line("e", to.raised(quotient), others)))
    pull, rest = logarithms(terms)
    top, other = power_text(pull), power_text(rest)
    second = to.line(
        "= −log ",
        to.fraction(to.letters(top), to.letters(f"{top} + {other}")),
        f" = {loss}",
    )
    return [first, second]


def has_negatives(terms: AnchorTerms) -> bool:
    """Return whether there are candidates beside the partner."""
    return len(terms.candidates) > 1


def logarithms(terms: AnchorTerms) -> tuple[float, float]:
    """Return the logarithm of the partner's term, and of those of all others together.

    The terms themselves are too large for any number at low temperatures. The others are what the
    loss says that they are, hard negatives as the run weighs them.
    """
    pull = float(terms.cosines[0]) / terms.temperature
    wrong = float(terms.weights[1:].sum())
    return pull, pull + terms.loss + math.log(wrong) if wrong > 0 else -math.inf


def temperature_text(temperature: float) -> str:
    """Return a temperature as it was chosen: 0.05, not 0.050."""
    is_usual = 1e-4 <= temperature < 1e5
    return f"{temperature:.3g}" if is_usual else power_text(math.log(temperature))


def _cosine_text(cosine: float) -> str:
    """Return a cosine with two decimals; with up to five where it is nearly 1, as in a collapse.

    1.00/0.05 = 19.99 would look like an error.
    """
    decimals = (each for each in range(2, 6) if abs(round(cosine, each)) < 1)
    return number_text(cosine, next(decimals, 2))


def _in_brackets(quotient: str) -> str:
    return f"({quotient})" if quotient.startswith("−") else quotient
