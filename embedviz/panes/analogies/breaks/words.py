"""Words of the page: what an offset is here, why ≈ means nearest, and what fails in this set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from embedviz.core.notes import counted
from embedviz.core.wording import one_line, shown_name
from embedviz.gui.charts.numbers import percent
from embedviz.panes.analogies.breaks.measuring import (
    BandBreak,
    MeasuredBreaks,
    RelationBreak,
    Shares,
)
from embedviz.panes.analogies.breaks.ways_chart import WayBar

FAILS, ADDS_LITTLE = 0.5, 0.1
"""Share of right answers below which a relation fails, and what an offset must add at the least."""
_MOST_NAMED = 4

NOTHING = (
    "No relation is in this set: of the bundled ones, none has two pairs whose words are all "
    "labels here. Add pairs of your own on the page Relations, or open word vectors. What an "
    "offset does to one question can still be seen: choose This question."
)
NOTHING_OF_FILE = (
    "None of the questions of this file can be asked: each has a word that is not a label of this "
    "set. Choose another file above, or the bundled relations. What an offset does to one question "
    "can still be seen: choose This question."
)


def way_bars(shares: Shares, chance: float) -> list[WayBar]:
    """Return the bars of how questions are answered."""
    asked = counted(shares.n_questions, "question")
    return [
        WayBar(
            ("b − a + c, inputs left out", "b − a + c"),
            shares.of("offset"),
            True,
            f"Right answers of {asked} by the nearest row of b − a + c that is not an input",
        ),
        WayBar(
            ("b + c, without a", "b + c"),
            shares.of("sum"),
            False,
            "Right answers by the nearest row of b + c that is not an input: a is not used",
        ),
        WayBar(
            ("neighbor of c alone", "c alone"),
            shares.of("neighbor"),
            False,
            "Right answers by the nearest neighbor of c that is not an input: no offset at all",
        ),
        WayBar(
            ("a − b + c, the wrong way", "a − b + c"),
            shares.of("opposite"),
            False,
            "Right answers by the nearest row of a − b + c that is not an input",
        ),
        WayBar(
            ("b − a + c, inputs let in", "inputs let in"),
            shares.of("with inputs"),
            False,
            "Right answers by the nearest row of b − a + c, whichever it is",
        ),
        WayBar(
            ("by chance", "chance"),
            chance,
            False,
            "Right answers where one of all rows but the inputs is drawn",
        ),
    ]


def headline(measured: MeasuredBreaks) -> str:
    """Return what holds in one sentence."""
    shares = measured.shares
    return (
        f"{percent(shares.of('offset'))} of the analogies come out right; if the words of the "
        f"question may answer, {percent(shares.of('with inputs'))}."
    )


def describe_offsets(measured: MeasuredBreaks) -> str:
    """Return how long offsets are here, and how parallel."""
    offsets = measured.offsets
    said = (
        "An offset b − a is the difference of two unit vectors. In the relations of this set it is "
        f"{offsets.length:.2f} long on average: the two words are {offsets.angle:.0f}° apart."
    )
    if offsets.between == offsets.between:
        said += (
            f" Two offsets of one relation have an angle of {offsets.between:.0f}° on average; "
            "parallel would be 0°, and unrelated 90°."
        )
    return said


def describe_nearest(measured: MeasuredBreaks) -> str:
    """Return why ≈ means the nearest row but the inputs."""
    shares, offsets = measured.shares, measured.offsets
    said = (
        "b − a + c is a place where hardly ever a row is. The ≈ means the row nearest to it, and "
        f"that is a word of the question itself for {percent(shares.nearest_input)} of "
        f"{_asked(measured)}: c for {percent(shares.nearest_c)}, b for {percent(shares.nearest_b)}."
    )
    said += (
        f" The place has a cosine of {offsets.to_c:.2f} with c and {offsets.to_answer:.2f} with "
        "the right answer, on average. Only as the words of the question are left out can "
        f"{percent(shares.of('offset'))} be right."
    )
    return said


def describe_baselines(measured: MeasuredBreaks) -> str:
    """Return what would be right without an offset."""
    shares = measured.shares
    said = (
        "Without any offset, the nearest neighbor of c is right for "
        f"{percent(shares.of('neighbor'))}, and by chance {percent(measured.chance)} would be. "
        f"The offset adds {_points(shares.gain)}."
    )
    little = [
        each
        for each in measured.relations
        if each.shares.gain < ADDS_LITTLE and each.shares.of("offset") >= FAILS
    ]
    if little:
        little.sort(key=lambda each: each.shares.gain)
        said += (
            f" Right, but with less than {100 * ADDS_LITTLE:.0f} points by the offset: "
            f"{_listed(little)}."
        )
    return said


def describe_failures(measured: MeasuredBreaks, *, is_by_frequency: bool) -> str:
    """Return which relations fail, and which bands of rows.

    Parameters
    ----------
    measured : MeasuredBreaks
    is_by_frequency : bool
        Whether the first rows are known to be the most frequent words.
    """
    failing = sorted(
        (each for each in measured.relations if each.shares.of("offset") < FAILS),
        key=lambda each: each.shares.of("offset"),
    )
    n_asked = sum(1 for each in measured.relations if each.shares.n_questions)
    if failing:
        said = (
            f"Less than half is right in {len(failing)} of {counted(n_asked, 'relation')}: "
            f"{_listed(failing)}."
        )
    else:
        said = f"In each of {counted(n_asked, 'relation')}, half of the answers or more are right."
    asked = [each for each in measured.bands if each.shares.n_questions]
    if len(asked) > 1:
        best = max(asked, key=lambda each: each.shares.of("offset"))
        worst = min(asked, key=lambda each: each.shares.of("offset"))
        said += (
            f" By the {_place_word(is_by_frequency)} of a question, "
            f"{percent(best.shares.of('offset'))} are right where it is in rows "
            f"{band_name(best)}, and {percent(worst.shares.of('offset'))} in {band_name(worst)}."
        )
        if not is_by_frequency:
            said += " Whether the order in the file is that of frequency is not known here."
    return said


def _place_word(is_by_frequency: bool) -> str:
    return "rarest word" if is_by_frequency else "last row"


def describe_others(measured: MeasuredBreaks) -> str:
    """Return what changes in versions of the set, or how to have one."""
    if not measured.is_done:
        return "Measuring the other open sets with the same rows …"
    if not measured.others:
        return (
            "To see what whitening or truncation changes, add a version of this set to the library "
            "(Use in all panes, in Anisotropy and in Matryoshka): it is measured here too."
        )
    return (
        "The same questions in the other open sets with the same rows. A version with more right "
        "answers may only have better neighbors: compare what the offset adds."
    )


def describe_sample(measured: MeasuredBreaks) -> str:
    """Return of what all the numbers are."""
    couples = measured.couples
    asked = counted(len(couples.rows), "question")
    if len(couples.rows) < couples.n_possible:
        asked += f", drawn at random from {couples.n_possible:,}"
    source = ", all couples of two pairs of a relation"
    if measured.wanted.path:
        source = f" of {shown_name(Path(measured.wanted.path).name)}"
        if measured.n_skipped:
            source += f", {measured.n_skipped:,} skipped, as a word is unknown"
    return (
        f"{measured.wanted.vector_set.name or 'This set'} · {asked}{source} · "
        f"the nearest of {counted(measured.n_rows, 'row')} by 3CosAdd · after Linzen (2016), whose "
        "“only b” is c here, and Rogers et al. (2017)"
    )


def band_name(band: BandBreak) -> str:
    """Return the rows of a band, from 1."""
    return f"{band.first + 1:,}–{band.last:,}"


def verdict(relation: RelationBreak) -> str:
    """Return what holds for a relation, in a few words."""
    shares = relation.shares
    if not shares.n_questions:
        return "nothing to ask"
    if shares.of("offset") < FAILS:
        return "fails"
    return "neighbors do as well" if shares.gain < ADDS_LITTLE else "by the offset"


def _listed(relations: Sequence[RelationBreak]) -> str:
    named = [
        f"{one_line(each.name)} ({percent(each.shares.of('offset'))})"
        for each in relations[:_MOST_NAMED]
    ]
    more = len(relations) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _asked(measured: MeasuredBreaks) -> str:
    return counted(measured.shares.n_questions, "question")


def _points(gain: float) -> str:
    points = 100 * gain
    return f"{points:.0f} points".replace("-", "−")
