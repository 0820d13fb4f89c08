"""What the contrastive pane says of its run."""

from __future__ import annotations

from embedviz.app.judged_pairs import describe_pairs
from embedviz.core.contrastive.runs.frames import RunFrame
from embedviz.core.contrastive.runs.verdict import describe
from embedviz.core.notes import counted
from embedviz.core.wording import composed, one_line
from embedviz.panes.contrastive.run import Material, Run

_LONGEST_NAME = 60


def describe_points(run: Run) -> str:
    """Return what moves on the sphere."""
    vector_set, settings = run.material.vector_set, run.material.settings
    outputs = counted(settings.outputs, "output")
    if vector_set is None:
        n_points = counted(settings.groups * settings.per_group, "free point")
        return f"Toy · {n_points} in {counted(settings.groups, 'group')} · {outputs}"
    n_rows = len(vector_set)
    shown = f"{n_rows:,} rows"
    if 0 < len(run.rows) < n_rows:
        shown = f"a sample of {len(run.rows):,} of {shown}"
    return f"{vector_set.name or 'This set'} · {shown} · {outputs}"


def describe_picture(run: Run, frame: RunFrame) -> str:
    """Return what belongs together, and what of it is drawn."""
    material = run.material
    if material.vector_set is None:
        is_alone = material.settings.together == "views"
        what = "two noisy views of a point" if is_alone else "the points of a group"
        said = f"{what} belong together"
    else:
        said = _together(material)
    if frame.axes is not None:
        return f"{said}; drawn: 3 principal axes, {100 * frame.share:.0f} % of the spread"
    return said if material.vector_set is None else f"{said}; through a linear head"


def _together(material: Material) -> str:
    settings = material.settings
    if settings.together == "views":
        return "two views of each row belong together"
    if settings.together == "column":
        return f"rows of one {one_line(settings.column) or 'value'} belong together"
    name = one_line(material.pairs.name) if material.pairs is not None else ""
    return f"pairs of {name} belong together" if name else "pairs belong together"


def name_of(run: Run, place: int) -> str:
    """Return what a point is called: its label, or its group and number."""
    vector_set = run.material.vector_set
    if vector_set is None:
        return f"point {run.names[place]}"
    if not 0 <= place < len(run.rows):
        return ""
    name = composed(one_line(vector_set.labels[int(run.rows[place])]))
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"


def describe_moment(run: Run, frame: RunFrame) -> str:
    """Return what is being seen, in a sentence."""
    newest = frame is run.frames[-1]
    return describe(run.frames if newest else frame, frame.dials, run.material.settings.outputs)


def describe_positives(run: Run) -> str:
    """Return what belonged together in a training, in a few words."""
    material = run.material
    if material.settings.together == "pairs" and material.pairs is not None:
        return describe_pairs(material.pairs)
    if material.settings.together == "column":
        return f"rows of one {one_line(material.settings.column)}"
    return "two views of each row"


def describe_arrows() -> str:
    """Return what the arrows on the sphere are."""
    return "blue: the partner's pull; orange: the pushes of the others"


def describe_step(step: int, newest: int) -> str:
    """Return which step is seen, and how many there are where it is not the newest."""
    return f"step {step:,}" if step == newest else f"step {step:,} of {newest:,}"
