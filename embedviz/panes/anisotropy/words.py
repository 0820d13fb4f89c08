"""What the pane says: of the picture, of the dial, of the rank."""

from __future__ import annotations

from embedviz.app.state import State
from embedviz.core.anisotropy.transform import Transform
from embedviz.core.notes import counted
from embedviz.panes.anisotropy.controls.dial_number import words_of
from embedviz.panes.anisotropy.prepared import Prepared, Turned
from embedviz.panes.anisotropy.settings import AnisotropySettings

CAPTION = (
    "Height: each row's true angle to the mean direction before, in all {d:,} dimensions; around "
    "the axis it is only a projection. Unrelated directions are near 90°, so an opened cone is a "
    "band at the equator."
)

LINEAR = (
    "Rows made unit length, on the three principal axes of most variance. Most of their length is "
    "outside of any three axes, so no angle can be read here: numbers are of all dimensions."
)


def title_before(prepared: Prepared) -> str:
    """Return what the view before shows, with the rank of the set."""
    vector_set, axes = prepared.vector_set, prepared.cone.own
    rank = prepared.cone.before.rank
    ranked = f" · rank {rank:,} of {axes.dimensions:,}" if rank < axes.dimensions else ""
    return f"Before · {vector_set.name}{ranked}"


def title_after(prepared: Prepared, turned: Turned) -> str:
    """Return what the view after shows: the map, what it keeps and what it is fitted on."""
    settings, fit = turned.position.settings, prepared.fit
    kept = kept_words(prepared, turned.transform)
    if not settings.centering:
        said = ["raw, as before"]
    elif settings.centering < 1:
        said = [f"centered {100 * settings.centering:.0f} %"]
        if len(turned.transform.kept.variances) < prepared.cone.rank:
            said.append(kept)
    else:
        said = [words_of(settings.position), kept]
    parts = [", ".join(said)]
    if fit.left_out:
        parts.append(f"{counted(len(fit.left_out), 'dimension')} left out")
    if fit.source:
        parts.append(f"fitted on {fit.source}")
    if turned.transform.has_too_few_rows and turned.position.settings.strength:
        parts.append("too few rows for a result")
    return " · ".join(["After", *parts])


def kept_words(prepared: Prepared, transform: Transform) -> str:
    """Return how many directions are kept, such as "64 of 381 directions, 81 % of the variance"."""
    count, rank = len(transform.kept.variances), prepared.cone.rank
    # Shrinkage gives directions a variance that the rows do not have.
    said = f"{count:,} of {counted(max(rank, count), 'direction')}"
    if count < rank:
        share = prepared.fit.axes.share_along(transform.settings.remove_top, count)
        said += f", {100 * share:.0f} % of the variance"
    return said


def warning_of(turned: Turned) -> str:
    """Return what must be seen: that what is shown tells nothing of the rows; or nothing."""
    transform = turned.transform
    if not (transform.has_too_few_rows and turned.position.settings.strength):
        return ""
    return f"Not a result: {transform.notes[-1].rstrip('.')}."


def describe_picture(prepared: Prepared, turned: Turned, view: str = "angles") -> str:
    """Return how the views are read, and what else must be known to read them."""
    text = LINEAR if view == "linear" else CAPTION.format(d=prepared.vector_set.dimensions)
    return f"{text} {describe_rows(prepared, turned)}".rstrip()


def describe_rows(prepared: Prepared, turned: Turned) -> str:
    """Return what must be known of the rows in the picture: a sample, a low rank."""
    vector_set, cone = prepared.vector_set, prepared.cone
    said = []
    if len(cone.rows) < len(vector_set):
        said.append(
            f"A seeded sample of {len(cone.rows):,} of {len(vector_set):,} rows is drawn, and is "
            "what the mean cosine after is of."
        )
    notes = turned.transform.notes
    if warning_of(turned):
        notes = notes[:-1]
    return " ".join([*said, *(note[:1].upper() + note[1:].rstrip(".") + "." for note in notes)])


def describe_dial(state: State, prepared: Prepared | None) -> list[str]:
    """Return how the set is mapped; onto how many directions, once these are known."""
    settings = state[AnisotropySettings]
    said = [f"whitening, {words_of(settings.position)}"]
    if prepared is not None and prepared.choice.is_wanted(state):
        count = prepared.count_of(settings.transform)
        said.append(f"{count:,} of {counted(max(prepared.cone.rank, count), 'direction')}")
        if prepared.fit.source:
            said.append(f"fitted on {prepared.fit.source}")
    elif settings.components is not None:
        said.append(counted(settings.components, "direction"))
    return said
