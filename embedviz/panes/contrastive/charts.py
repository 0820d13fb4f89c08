"""The charts of a contrastive run: loss, alignment, uniformity, mean cosine, effective rank."""

from __future__ import annotations

from dataclasses import fields

from embedviz.core.contrastive.runs.frames import Measures
from embedviz.gui.runs.charts import RunCharts
from embedviz.gui.runs.tracks import Track

NAMES = tuple(field.name for field in fields(Measures))

_LOSS = Track(
    "loss",
    "Loss",
    "How surprised the head is, on average, by which candidate is the partner; chance is log N "
    "of N candidates that all look alike, the floor what even rows with equal partners have.",
    (("chance", ("chance = log N", "chance")), ("floor", ("floor",))),
)
_ALIGNMENT = Track(
    "alignment",
    "Alignment",
    "Mean squared distance of partners: 0 where they have one direction, 2 where they are "
    "unrelated. Smaller is better.",
    reach=(0.0,),
)
_UNIFORMITY = Track(
    "uniformity",
    "Uniformity",
    "How evenly the rows are spread over the sphere: 0 where all have one direction; the "
    "dashed line is what rows without end can reach. Smaller is better.",
    (("best_uniformity", ("best",)),),
    reach=(0.0,),
)
_MEAN_COSINE = Track(
    "mean_cosine",
    "Mean cosine",
    "Mean cosine of all pairs of rows: 1 where all have one direction, as after a collapse; "
    "about 0 where they are spread.",
    reach=(0.0, 1.0),
    is_balanced=True,
)


def tracks_of(n_outputs: int) -> tuple[Track, ...]:
    """Return what is drawn of a run whose head has so many outputs, from top to bottom."""
    rank = Track(
        "effective_rank",
        f"Effective rank, of {n_outputs:,} {'output' if n_outputs == 1 else 'outputs'}",
        "How many of the outputs are in use: exp of the entropy of their spectrum, from 1 to all.",
        decimals=2,
        reach=(1.0, 2.0, float(n_outputs)),
    )
    return _LOSS, _ALIGNMENT, _UNIFORMITY, _MEAN_COSINE, rank


def contrastive_charts() -> RunCharts:
    """Return the charts of a run, before its first step."""
    return RunCharts("contrastive.charts", NAMES)
