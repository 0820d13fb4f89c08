"""Words of the page: whether the map helped, by how much, and which setting would be best."""

from __future__ import annotations

from collections.abc import Sequence

from embedviz.core.anisotropy.judged.settings_grid import BestSetting
from embedviz.core.anisotropy.transform import TransformSettings
from embedviz.core.judging.comparison import FEWEST, RESAMPLES, Comparison
from embedviz.core.judging.judges import CategoryVotes, Judge, ScoredPairs
from embedviz.core.notes import counted
from embedviz.core.wording import one_line
from embedviz.gui.runs.numbers import number_text
from embedviz.panes.anisotropy.judged.measuring import MeasuredHelp

_DECIMALS = 3
_MOST_NAMED = 5
_ROWS_FOR_EACH = 10
"""Rows for a direction below which the smallest of equal variances comes out at less than half of
what it is, (1 − √(d/n))² (Marchenko and Pastur 1967)."""
_STRONG = 0.5
"""Strength from which on small variances are made as large as others, or nearly."""
_INVITATION = (
    "Nobody can judge yet. Add pairs of rows by File → Add Pairs…: a TSV, CSV or JSONL file with "
    "a pair in each line (two labels, texts or row numbers) and a score, as STS-B has. Without "
    "scores they count as partners. Or open the set with a column of categories, such as a topic."
)


def invite(columns: Sequence[str]) -> str:
    """Return what would let somebody judge.

    Parameters
    ----------
    columns : sequence of str
        Of the set, none of which has categories.
    """
    if not columns:
        return _INVITATION
    names = ", ".join(one_line(each) for each in columns[:_MOST_NAMED])
    more = ", …" if len(columns) > _MOST_NAMED else ""
    return f"{_INVITATION} Of its columns ({names}{more}), none has as few values as categories."


def measure_of(judge: Judge) -> str:
    """Return what a judge measures."""
    if isinstance(judge, CategoryVotes):
        return f"{judge.neighbors}-NN accuracy"
    return "Spearman" if isinstance(judge, ScoredPairs) else "Top-1 of partners"


def judged_by(judge: Judge, count: int) -> str:
    """Return how many of what have judged."""
    if isinstance(judge, CategoryVotes):
        return counted(count, "row")
    if isinstance(judge, ScoredPairs):
        return counted(count, "judged pair")
    return counted(count, "pair")


def describe_change(settings: TransformSettings) -> str:
    """Return what the dial does, as the subject of a sentence."""
    if settings.position == 0:
        return "The raw end of the dial"
    if settings.centering < 1:
        return f"Taking {100 * settings.centering:.0f} % of the mean away"
    if settings.strength == 0:
        return "Centering"
    return "Whitening" if settings.strength == 1 else f"Whitening at strength {settings.strength:g}"


def describe_verdict(measured: MeasuredHelp) -> str:
    """Return the verdict in a few words: better, worse, no difference, or that there is none."""
    comparison, answers = measured.comparison, measured.answers
    if comparison is None or answers is None:
        return ""
    if measured.says_little:
        return "No verdict: there are too few rows for this map."
    if comparison.change == "unknown":
        return "No verdict."
    if comparison.low == comparison.high == 0:
        return "This changes nothing that is judged."
    subject = describe_change(measured.wanted.position.settings)
    if comparison.change == "same":
        return f"{subject} makes no clear difference."
    return f"{subject} makes it {comparison.change}."


def describe_numbers(measured: MeasuredHelp) -> str:
    """Return the numbers that the verdict is made of."""
    comparison, answers = measured.comparison, measured.answers
    if comparison is None or answers is None:
        return ""
    judge = answers.judge
    words = f"{measure_of(judge)} {_number(comparison.before)} → {_number(comparison.after)}"
    if measured.says_little:
        return f"{words}. {measured.says_little}"
    if comparison.change == "unknown":
        return f"{words}: {_why_unknown(comparison, judge)}"
    return (
        f"{words}, difference {_signed(comparison.difference)}, 95 % interval "
        f"{_interval(comparison)}, {judged_by(judge, comparison.n_judged)}."
    )


def _why_unknown(comparison: Comparison, judge: Judge) -> str:
    if comparison.before != comparison.before or comparison.after != comparison.after:
        which = "before" if comparison.before != comparison.before else "after"
        return f"all cosines are equal {which}, so there is no order to compare with the scores."
    if comparison.n_judged < FEWEST:
        by = judged_by(judge, comparison.n_judged)
        return f"{by} {'is' if comparison.n_judged == 1 else 'are'} too few for an interval."
    return "hardly any scores differ, so an interval would mean nothing."


def describe_best(best: BestSetting | None, judge: Judge, rank: int) -> str:
    """Return which setting is best on one half, and what it is worth on the other."""
    if best is None:
        return "No best setting: one half of what is judged gives no order to choose by."
    half = "rows" if isinstance(judge, CategoryVotes) else "pairs"
    if best.position == 0:
        return f"On half of the {half}, none of {best.n_settings:,} settings is better than raw."
    other = best.held_out
    said = f"Best of {best.n_settings:,} settings on half of the {half}: {name_setting(best, rank)}"
    if other.low != other.low:
        return f"{said}; the other half is too small to say what that is worth."
    verdict = {"same": ", no difference", "worse": ", worse", "better": ""}[other.change]
    return f"{said}; on the other half: {_signed(other.difference)} ({_interval(other)}){verdict}."


def name_setting(best: BestSetting, rank: int) -> str:
    """Return a setting by its numbers."""
    parts = [] if best.components >= rank else [counted(best.components, "component")]
    if best.position < 1:
        parts.append(f"{100 * best.position:.0f} % of the mean away")
    elif best.position == 1:
        parts.append("centered")
    else:
        parts.append(f"strength {best.position - 1:.2g}")
    return ", ".join(parts)


def advise(measured: MeasuredHelp) -> str:
    """Return what few rows for each direction have to do with a loss; nothing where they do not."""
    comparison, answers = measured.comparison, measured.answers
    if comparison is None or answers is None or measured.says_little:
        return ""
    n_rows, strength = answers.dial.fit.axes.n_rows, measured.wanted.position.settings.strength
    is_short = n_rows < _ROWS_FOR_EACH * measured.components
    if comparison.change != "worse" or strength < _STRONG or not is_short:
        return ""
    return (
        f"{n_rows:,} rows for {counted(measured.components, 'direction')}: the smallest variances "
        "are partly chance, and are made as large as any. Whiten gently, shrink, or keep fewer "
        "components."
    )


def describe_rest(measured: MeasuredHelp, best: BestSetting | None) -> str:
    """Return an advice where there is one, what was left out, and what is held out of what."""
    assert measured.answers is not None
    judge = measured.answers.judge
    said = [advice] if (advice := advise(measured)) else []
    said += judge.notes
    if isinstance(judge, CategoryVotes):
        column = one_line(measured.wanted.maps.judgment.name)
        said.append(
            f"Each row is asked for its {column} by its nearest others, never by "
            "itself; the map is fitted without any category, but on the asked rows too."
        )
    if best is not None:
        said.append(
            {
                "rows": "No row of one half is in the other.",
                "pairs": "No pair of one half is in the other, but its rows may be.",
            }[best.by]
        )
    if measured.comparison is not None and measured.comparison.change != "unknown":
        said.append(f"The interval is that of {RESAMPLES:,} resamples.")
    return " ".join(said)


def _interval(comparison: Comparison) -> str:
    gap = "\N{NO-BREAK SPACE}"
    return f"{_signed(comparison.low)}{gap}…{gap}{_signed(comparison.high)}"


def _signed(value: float) -> str:
    text = number_text(value, _DECIMALS)
    return text if text.startswith("−") or not value > 0 else f"+{text}"


def _number(value: float) -> str:
    return number_text(value, _DECIMALS)
