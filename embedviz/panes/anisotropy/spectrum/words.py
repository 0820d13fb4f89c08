"""Words about the dimensions of a set: rogue ones, constant ones, and the rank."""

from __future__ import annotations

from collections.abc import Sequence

from embedviz.core.isotropy.dimensions import DimensionProfile
from embedviz.core.notes import counted
from embedviz.gui.charts.numbers import number_text, percent
from embedviz.panes.anisotropy.spectrum.measuring import MeasuredDimensions
from embedviz.panes.anisotropy.spectrum.shares import SpectrumShares

_MOST_NAMES = 5


def describe_rogue(measured: MeasuredDimensions, *, left_out: bool) -> str:
    """Return which dimensions make most of the mean cosine, and what it is without them."""
    profile = measured.profile
    if profile is None:
        return measured.problem
    outliers = profile.outliers
    if not len(outliers):
        return _describe_none(profile)
    count = len(outliers)
    share = float(profile.shares[outliers].sum())
    makes = "makes" if count == 1 else "make"
    even = percent(1 / len(profile.means))
    parts = [
        f"{_named(outliers.tolist())} {makes} {percent(share)} of the mean cosine "
        f"(by even shares: {percent(count / len(profile.means))}, {even} each)."
    ]
    now, without = (number_text(v, 2) for v in (profile.mean_cosine, measured.mean_without))
    them = "it" if count == 1 else "them"
    parts.append(f"Without {them} the mean cosine is {without} instead of {now}.")
    if left_out:
        is_or_are = "It is" if count == 1 else "They are"
        parts.append(f"{is_or_are} left out of the map.")
    return " ".join(parts)


def _describe_none(profile: DimensionProfile) -> str:
    if not profile.mean_cosine > 0:
        return "No dimension makes rows alike: their mean cosine is not above 0."
    first = int(profile.shares.argmax())
    return (
        f"No dimension makes much more of the mean cosine, {number_text(profile.mean_cosine, 3)}, "
        f"than others: the most is {percent(profile.shares[first])}, by dimension {first:,}."
    )


def _named(dimensions: Sequence[int], most: int = _MOST_NAMES) -> str:
    """Return "Dimension 223", or "Dimensions 223, 157 and 6 more"."""
    if len(dimensions) == 1:
        return f"Dimension {dimensions[0]:,}"
    if len(dimensions) > most + 1:
        shown = [f"{each:,}" for each in dimensions[:most]]
        return f"Dimensions {', '.join(shown)} and {len(dimensions) - most:,} more"
    shown = [f"{each:,}" for each in dimensions]
    return f"Dimensions {', '.join(shown[:-1])} and {shown[-1]}"


def describe_rank_and_share(shares: SpectrumShares, profile: DimensionProfile | None) -> str:
    """Return how many axes have a variance, what the kept ones hold, and constant dimensions."""
    share, count = (
        float(shares.before[shares.first : shares.last].sum()),
        shares.last - shares.first,
    )
    held = "all" if share > 1 - 1e-4 else percent(share)
    said = [
        f"{shares.rank:,} of {shares.dimensions:,} axes have a variance worth keeping; "
        f"the {count:,} kept {'holds' if count == 1 else 'hold'} {held} of it."
    ]
    constant = [] if profile is None else profile.constant.tolist()
    if constant:
        names = _named(constant)
        said.append(f"{names} {'is' if len(constant) == 1 else 'are'} constant.")
    if profile is not None and profile.n_directions < profile.n_rows:
        left = profile.n_rows - profile.n_directions
        said.append(f"{counted(left, 'row')} of zeros did not count for cosines.")
    return " ".join(said)
