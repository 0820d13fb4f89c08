"""What the legend of a map says of groups that have no color of their own."""

from dataclasses import replace

import numpy as np
import pytest

from embedviz.app.state import State
from embedviz.core.selection import Selection
from embedviz.core.vector_set import VectorSet
from embedviz.gui.theme import LIGHT
from embedviz.panes.map.appearance import point_style

N_GROUPS, N_ROWS = 300, 3


@pytest.fixture
def topics():
    """Return 300 groups of 3 rows, and 2 rows without a group."""
    names = [f"topic {i:03}" for i in range(N_GROUPS) for _ in range(N_ROWS)] + ["", ""]
    return VectorSet(np.zeros((len(names), 2)), metadata={"topic": names})


def legend_of(vector_set, **settings):
    state = State().opened(vector_set)
    return point_style(vector_set, replace(state.map, color_by="topic", **settings), LIGHT).legend


def test_the_line_of_the_others_says_how_many_groups_and_rows(topics):
    legend = legend_of(topics)
    assert legend.n_last == 2
    assert legend.n_named + legend.n_others == N_GROUPS
    others, missing = legend.entries[-2:]
    assert others[0] == legend.text(legend.n_named) == f"{legend.n_others} others"
    assert others[2] == N_ROWS * legend.n_others
    assert (missing[0], missing[2]) == ("no value", 2)


@pytest.mark.parametrize("n_of_others", [0, 1, 7])
def test_among_rows_that_stand_alone_only_their_groups_count(topics, n_of_others):
    n_named = legend_of(topics).n_named
    of_others = [N_ROWS * (n_named + i) for i in range(n_of_others)]
    rows = [0, 1, *of_others, *(row + 1 for row in of_others)]
    legend = legend_of(topics, isolated=Selection(rows))
    assert legend.entries[0][2] == 2
    assert (legend.n_named, legend.n_others) == (1, n_of_others)
    assert legend.n_last == (n_of_others > 0)
    if n_of_others:
        assert legend.text(1) == f"{n_of_others} other{'s' * (n_of_others > 1)}"
        assert legend.entries[1][0] == f"{N_GROUPS - n_named} others"  # As settings name it.
        assert legend.entries[1][2] == 2 * n_of_others
