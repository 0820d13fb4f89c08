"""What is being seen of a run, in one sentence.

Each reading looks at what was measured and answers with a sentence where it holds; the first that
does is told. So the ends that a run can come to go before what is on the way to them.
"""

from __future__ import annotations

import math

import numpy as np

from embedviz.core.contrastive.dials import Dials
from embedviz.core.contrastive.runs.frames import Frames, Measures, RunFrame

COLLAPSED = 0.99
"""Mean cosine from which all vectors point the same way: pairs are 8 degrees apart, as one can
hardly see. Runs without negatives pass it within 100 steps, and go on to 0.998."""
NEARLY_COLLAPSED = 0.95
"""Mean cosine of rows that are 18 degrees apart."""
ON_A_LINE = 1.3
"""Effective rank up to which unit rows lie on a line, and so at the two points where it cuts the
sphere: 93% of the variance is along it where there are two dimensions, and more where there are
more."""
BEST_OF_TWO = -7.99
"""Uniformity of two rows at best, -8, from which that of three, -6, can be told."""
EVEN = 0.1
"""How far uniformity may be above the best: random directions, and runs that are done, are within
0.09."""
NEAR = 0.3
"""Partners' mean squared distance beside that of any two rows: those of a run that is done are at
0.02 to 0.06, and strangers at 1."""
FAST = 0.3
"""Learning rate from which a step moves a free point by a third of the radius, and each number of a
head's matrix by more than its size."""
MUCH_TOO_FAST = 3.0
"""Learning rate from which a step is longer than the sphere is wide; a head's outputs become so
long that nothing turns them any more."""
GUESSED = 0.8
"""Of the loss by chance, from where hardly anything was learned."""
FELT_BY_ALL = 0.95
"""Share of the negatives that push, from where they all push alike."""
FELT_BY_FEW = 0.06
"""Share of the negatives that push, up to which only the nearest do; it is 0.07 of a run in three
dimensions at the temperature 0.05 that fills the sphere, and less in more dimensions."""
COLD_STEEPNESS = 500.0
"""1 / (rank τ²), as `MOST_EVEN_STEEPNESS` in the dimensions that rows use: from here on a few
negatives take nearly all of the weight wherever the rows are, and else only where they have parted.
It is 190 at the temperature 0.05 in the two dimensions in which runs begin to spread, and 800 to
20,000 at 0.005, of 3 to 64 outputs."""
TOGETHER = 0.5
"""Mean cosine of rows that are 60 degrees apart: until then they have a side in common."""
MOST_EVEN_STEEPNESS = 0.1
"""1 / (n_outputs τ²), the variance of cosine / τ of rows that are spread evenly: up to here the
softmax stays nearly even wherever the rows go, and else it is so because they are together yet."""
FEWEST_NEGATIVES = 16
"""For a share of them to say something."""
FILLED = 0.6
"""Share of the dimensions, effective rank by outputs, below which a part of them is not used."""
_TREND = 20
"""Frames of which the loss is compared with that of as many before."""
_SAME_FLOOR = 0.05
"""By which floors may differ under the same dials: groups have more or fewer rows in a batch."""
_STEADY = 0.03
"""Share by which such a mean may differ and still be the same: the loss of a batch varies by 0.05
or so, and the difference of two means of 20 by a third of that."""


def describe(seen: Frames | RunFrame | Measures, dials: Dials, n_outputs: int) -> str:
    """Return one sentence about how a run stands.

    Parameters
    ----------
    seen : Frames, RunFrame or Measures
        Of frames, the newest is told about, and whether the loss still falls.
    dials : Dials
        As they are.
    n_outputs : int
    """
    how = "Learning: the loss is"
    if isinstance(seen, Frames):
        if not len(seen):
            return "Nothing was recorded yet."
        how = _trend(seen) or how
        seen = seen[-1]
    now = seen.measures if isinstance(seen, RunFrame) else seen
    for reading in _READINGS:
        if sentence := reading(now, dials, n_outputs):
            return sentence.replace("-", "−")
    return f"{how} {_on_the_way(now, dials, n_outputs)}.".replace("-", "−")


def _not_begun(now: Measures, dials: Dials, n_outputs: int) -> str:
    if now.step:
        return ""
    if now.mean_cosine > NEARLY_COLLAPSED:
        how = "nearly all vectors point the same way"
    elif _gap(now) < EVEN:
        how = f"the rows fill {_space(n_outputs)} evenly, but no matter what belongs together"
    else:
        how = "the rows lean to one side" if now.mean_cosine > 0.2 else "the rows are not even"
    return f"Before the first step: {how} (mean cosine {_cosine(now)}, {_uniformity(now)})."


def _overflowed(now: Measures, dials: Dials, n_outputs: int) -> str:
    if math.isfinite(now.loss):
        return ""
    return (
        "The numbers overflowed, because the steps were too large: lower the learning rate, "
        f"{_rate(dials)}, then go back or reset."
    )


def _without_directions(now: Measures, dials: Dials, n_outputs: int) -> str:
    if not math.isnan(now.mean_cosine):
        return ""
    return "Fewer than two rows have a direction, so there is nothing to compare."


def _collapsed(now: Measures, dials: Dials, n_outputs: int) -> str:
    if now.mean_cosine < COLLAPSED:
        return ""
    what = f"All vectors point the same way: the mean cosine is {_cosine(now)}"
    if dials.negatives == 0:
        return (
            f"{what}, and nothing was learned: without negatives only the pull is left "
            f"({_pull(now, dials)}), and nothing holds rows apart."
        )
    if dials.learning_rate >= FAST:
        return (
            f"{what}, though negatives push, because steps of the learning rate {_rate(dials)} "
            "throw them there: lower it, then reset."
        )
    if now.n_negatives == 0 and now.step:
        return f"{what}, and in batches of one pair there is nothing to push them apart."
    slow = f", which takes long at a temperature as low as {dials.temperature:g}"
    return (
        f"{what}, and the negatives have not parted them yet"
        f"{slow if _is_cold(now, dials, n_outputs) else ''}."
    )


def _two_poles(now: Measures, dials: Dials, n_outputs: int) -> str:
    on_a_line = now.effective_rank <= ON_A_LINE and now.mean_cosine <= NEARLY_COLLAPSED
    # Two rows are always on a line, and best there.
    if n_outputs < 2 or not on_a_line or now.best_uniformity <= BEST_OF_TWO:
        return ""
    why = (
        "without negatives partners only need to agree on a side"
        if dials.negatives == 0
        else "negatives have not pushed them off this line yet"
    )
    return (
        f"The vectors stand at two poles: they fill {now.effective_rank:.1f} of {n_outputs} "
        f"dimensions, and the mean cosine is {_cosine(now)}; {why}."
    )


def _too_fast(now: Measures, dials: Dials, n_outputs: int) -> str:
    guesses = now.loss > GUESSED * now.chance and not _is_hot(now, dials, n_outputs)
    fast = dials.learning_rate >= (FAST if guesses else MUCH_TOO_FAST)
    if not fast or _gap(now) < EVEN:
        return ""
    return (
        f"The steps are too large at the learning rate {_rate(dials)}: the loss is "
        f"{_number(now.loss)}, where guessing has {_number(now.chance)} and the floor is at "
        f"{_number(now.floor)}; lower it, then reset."
    )


def _only_pulled(now: Measures, dials: Dials, n_outputs: int) -> str:
    if dials.negatives != 0:
        return ""
    what = f"Without negatives only partners pull ({_pull(now, dials)}), and"
    if now.mean_cosine > NEARLY_COLLAPSED:
        return f"{what} nearly all vectors point the same way: the mean cosine is {_cosine(now)}."
    if math.isnan(now.effective_rank):
        return f"{what} nothing holds rows apart: the mean cosine is {_cosine(now)}."
    return (
        f"{what} nothing holds rows apart: they fill {now.effective_rank:.1f} of {n_outputs} "
        f"dimensions, and the mean cosine is {_cosine(now)}."
    )


def _alone(now: Measures, dials: Dials, n_outputs: int) -> str:
    if now.n_negatives > 0:
        return ""
    return (
        "The rows of a batch have no negatives, so nothing is asked and nothing moves: make the "
        "batch larger, or its groups more."
    )


def _too_hot(now: Measures, dials: Dials, n_outputs: int) -> str:
    if not _is_hot(now, dials, n_outputs):
        return ""
    return (
        f"The softmax is nearly even: at the temperature {dials.temperature:g} negatives push all "
        f"alike, near or far, so that {_count(now.felt_negatives)} of {_count(now.n_negatives)} "
        f"count ({_uniformity(now)})."
    )


def _even(now: Measures, dials: Dials, n_outputs: int) -> str:
    if not _gap(now) < EVEN:
        return ""
    if _nearness(now) < NEAR:
        return (
            f"Partners are near each other ({_partners(now)}) and the rows fill "
            f"{_space(n_outputs)} evenly: {_uniformity(now)}"
            f"{f'; the loss is {nested}' if (nested := _nested(dials, n_outputs)) else ''}."
        )
    return (
        f"The rows fill {_space(n_outputs)} evenly ({_uniformity(now)}), but partners are not near "
        f"each other: {_partners(now)}, where that of any two rows is "
        f"{_number(2 - 2 * now.mean_cosine)}."
    )


def _too_cold(now: Measures, dials: Dials, n_outputs: int) -> str:
    if now.n_negatives < FEWEST_NEGATIVES or not _is_cold(now, dials, n_outputs):
        return ""
    where = f"the temperature {dials.temperature:g}"
    if dials.hardness:
        where += f" and the hardness {dials.hardness:g}"
    if now.felt_negatives <= FELT_BY_FEW * now.n_negatives:
        return (
            f"Only the nearest negatives count: at {where} about {now.felt_negatives:.1f} of "
            f"{_count(now.n_negatives)} push a row, so neighbors part, and the rows as a whole are "
            f"slow to fill {_space(n_outputs)} ({_uniformity(now)})."
        )
    if not now.mean_cosine > TOGETHER:
        return ""
    times = math.exp(min(0.01 * _steepness(dials), 700.0))
    return (
        f"Too cold to spread: at {where} a cosine higher by 0.01 weighs "
        f"{_count(times) if times >= 100 else f'{times:.1f}'} times as much, so only neighbors "
        f"part, and all are together yet: the mean cosine is {_cosine(now)} ({_uniformity(now)})."
    )


def _not_parted(now: Measures, dials: Dials, n_outputs: int) -> str:
    if not (now.mean_cosine > NEARLY_COLLAPSED and now.loss > GUESSED * now.chance):
        return ""
    return (
        f"Nearly all vectors point the same way: the mean cosine is {_cosine(now)}, and the "
        f"negatives have not parted them yet (the loss is {_number(now.loss)}, where guessing has "
        f"{_number(now.chance)})."
    )


def _in_part(now: Measures, dials: Dials, n_outputs: int) -> str:
    if not now.effective_rank < FILLED * n_outputs or now.mean_cosine > NEARLY_COLLAPSED:
        return ""
    return (
        f"The rows fill a part of the space: {now.effective_rank:.1f} of {n_outputs} dimensions, "
        f"by their effective rank ({_partners(now)}, {_uniformity(now)})."
    )


_READINGS = (
    _without_directions,
    _not_begun,
    _overflowed,
    _collapsed,
    _two_poles,
    _only_pulled,
    _alone,
    _too_fast,
    _too_hot,
    _even,
    _too_cold,
    _not_parted,
    _in_part,
)


def _on_the_way(now: Measures, dials: Dials, n_outputs: int) -> str:
    nested = _nested(dials, n_outputs)
    return (
        f"{_number(now.loss)}{f', {nested}' if nested else ''}, where guessing has "
        f"{_number(now.chance)} and the floor is at {_number(now.floor)}; {_partners(now)}, and "
        f"{_uniformity(now)}"
    )


def _trend(frames: Frames) -> str:
    """Return how a sentence about the loss begins; empty where nothing is known of its course."""
    measures = frames.measures
    losses, floors = measures["loss"], measures["floor"][-2 * _TREND :]
    # The loss also changes with the dials, and its floor then does.
    if len(losses) < 2 * _TREND + 1 or np.ptp(floors) > _SAME_FLOOR:
        return ""
    before, now = losses[-2 * _TREND : -_TREND].mean(), losses[-_TREND:].mean()
    # Near 0 it varies by more than a share of itself.
    same = _STEADY * max(abs(before), 0.1)
    if now < before - same:
        return "Learning: the loss still falls, and is"
    return "The loss rises: it is" if now > before + same else "The loss hardly changes: it is"


def _is_hot(now: Measures, dials: Dials, n_outputs: int) -> bool:
    variance = 1 / (n_outputs * dials.temperature**2)
    return variance <= MOST_EVEN_STEEPNESS and now.felt_negatives > FELT_BY_ALL * now.n_negatives


def _is_cold(now: Measures, dials: Dials, n_outputs: int) -> bool:
    """Return whether few negatives take nearly all of the weight, wherever the rows are."""
    rank = n_outputs if math.isnan(now.effective_rank) else max(now.effective_rank, 1.0)
    return _steepness(dials) ** 2 >= COLD_STEEPNESS * min(rank, n_outputs)


def _steepness(dials: Dials) -> float:
    """Return by what the logarithm of a negative's weight rises with its cosine."""
    return 1 / dials.temperature + dials.hardness


def _gap(now: Measures) -> float:
    return now.uniformity - now.best_uniformity


def _nearness(now: Measures) -> float:
    """Return the partners' squared distance beside that of any two rows."""
    return now.alignment / max(2 - 2 * now.mean_cosine, 1e-9)


def _nested(dials: Dials, n_outputs: int) -> str:
    """Return of what the nested loss is the sum; empty where the loss is one."""
    if not dials.prefixes:
        return ""
    *others, last = [str(each) for each in dials.prefixes]
    lengths = f"{', '.join(others)} and {last}" if others else last
    return f"the sum of those of the first {lengths} outputs alone and of all {n_outputs}"


def _pull(now: Measures, dials: Dials) -> str:
    """Return what the loss is without negatives, and what it is at best."""
    count = len(dials.prefixes) + 1
    best = -count / dials.temperature
    # A dial that was turned since is none of the loss that was measured.
    is_of_dials = math.isclose(now.floor, best, rel_tol=1e-6)
    loss = f"the loss is {_number(now.loss)}, " if is_of_dials else ""
    return f"{loss}at best -{count}/τ = {best:,.5g}"


def _space(n_outputs: int) -> str:
    """Return what rows fill: the sphere that is drawn, or more than can be drawn."""
    if n_outputs > 3:
        return f"all {n_outputs:,} dimensions"
    return "the sphere" if n_outputs == 3 else "the circle"


def _cosine(now: Measures) -> str:
    """Return the mean cosine, with a third digit where it is nearly 1."""
    text = f"{now.mean_cosine:.{3 if now.mean_cosine > NEARLY_COLLAPSED else 2}f}"
    return "0.00" if text == "-0.00" else text


def _partners(now: Measures) -> str:
    return f"mean squared distance of partners {_number(now.alignment)}"


def _uniformity(now: Measures) -> str:
    return f"uniformity {_number(now.uniformity)} of at best {_number(now.best_uniformity)}"


def _number(value: float) -> str:
    """Return a number as one reads it, with two digits behind the point; small ones with more."""
    if 0 < abs(value) < 0.095:
        return f"{value:.2g}" if abs(value) >= 1e-4 else "0.00"
    return f"{value:.2f}"


def _count(value: float) -> str:
    return f"{value:,.0f}"


def _rate(dials: Dials) -> str:
    return f"{dials.learning_rate:,g}"
