"""Names around a cloud overlap nothing, and their lines do not cross."""

import numpy as np
import pytest

from embedviz.core.drawing.leaders import _crossings, place_around
from embedviz.core.drawing.outlines import outermost, outline_of

AREA, ROOM, GAP = (160, 40, 1120, 760), (12, 12, 1268, 788), 5.0


@pytest.mark.parametrize("count", [1, 5, 30, 60, 300])
@pytest.mark.parametrize("seed", range(4))
def test_names_overlap_nothing_and_lines_do_not_cross(count, seed):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(3000, 2)) * [150, 100] + [640, 400]
    points = points[((points > AREA[:2]) & (points < AREA[2:])).all(axis=1)]
    anchors = points[rng.integers(0, len(points), count)]
    sizes = np.column_stack([rng.uniform(40, 130, count), rng.choice([16, 19, 34], count)])
    around = place_around(anchors, sizes, outline_of(points), AREA, ROOM, GAP)
    assert len(around.names) > 0
    assert not len(_crossings(anchors[around.names], around.bends))
    low, high = around.corners, around.corners + sizes[around.names]
    apart = ((low[:, None] >= high[None]) | (high[:, None] <= low[None])).any(axis=2)
    np.fill_diagonal(apart, True)
    assert apart.all()
    lines = np.stack([anchors[around.names], around.bends, around.ends], axis=1)
    parts = np.linspace(0, 1, 200)[:, np.newaxis, np.newaxis]
    for start, end in ((0, 1), (1, 2)):
        along = lines[:, start] + parts * (lines[:, end] - lines[:, start])
        is_in = (along[:, :, None] > low) & (along[:, :, None] < high)
        assert not is_in.all(axis=3).any(), "no line passes through a name"
    nearest = np.clip(around.ends, low, high) - around.ends
    assert (np.abs(nearest).max(axis=1) <= GAP).all(), "each ends at its own"
    for corner, end in zip(low, high, strict=True):
        assert not ((points > corner) & (points < end)).all(axis=1).any()


def test_outline_holds_all_points():
    points = np.random.default_rng(0).normal(size=(50_000, 3)).astype(np.float32)
    points[:, 2] = 0
    some = points[outermost(points)][:, :2]
    assert np.allclose(outline_of(some), outline_of(points[:, :2]))
