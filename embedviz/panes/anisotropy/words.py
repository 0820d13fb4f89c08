"""What the pane says: of the picture, of the dial, of the rank."""

from __future__ import annotations

from embedviz.app.state import State
from embedviz.panes.anisotropy.prepared import Prepared, Turned
from embedviz.panes.anisotropy.settings import AnisotropySettings

CAPTION = (
    "Height: each row's true angle, in all {d:,} dimensions, to the mean direction before. "
    "Longitude: the two leading residual directions. Unrelated directions gather near 90°, "
    "so an opened cone is a band at the equator. Strength 0 only centers, which already takes the "
    "mean direction away; 1 also makes the spread even."
)


def title_after(prepared: Prepared, turned: Turned) -> str:
    """Return what the view after shows."""
    settings, rank = turned.position.settings, prepared.cone.rank
    kept = turned.view.rank
    return f"After · strength {settings.strength:.2f}, {kept:,} of {rank:,} directions"


def describe_picture(prepared: Prepared, turned: Turned) -> str:
    """Return what the spheres show, and what must be known to read them."""
    vector_set, cone = prepared.vector_set, prepared.cone
    text = CAPTION.format(d=vector_set.dimensions)
    if len(cone.rows) < len(vector_set):
        text += (
            f" A seeded sample of {len(cone.rows):,} of {len(vector_set):,} rows is drawn, and is "
            "what the mean cosine after is of."
        )
    notes = turned.transform.notes
    return " ".join([text, *(note[:1].upper() + note[1:].rstrip(".") + "." for note in notes)])


def describe_dial(state: State, prepared: Prepared | None) -> list[str]:
    """Return how the set is mapped; onto how many directions, once these are known."""
    settings = state[AnisotropySettings]
    components = settings.components
    said = [f"whitening, strength {settings.strength:.2f}"]
    if prepared is not None and prepared.vector_set is state.active:
        rank = prepared.cone.rank
        said.append(f"{min(components or rank, rank):,} of {rank:,} directions")
    elif components is not None:
        said.append(f"{components:,} directions")
    return said
