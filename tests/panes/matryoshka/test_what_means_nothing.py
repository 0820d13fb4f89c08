"""What is said where neighbors on a prefix cannot but be the same, and where legends lie."""

import numpy as np
import pytest

from embedviz.app.state import State
from embedviz.core.vector_set import VectorSet
from embedviz.formats import load
from embedviz.panes.matryoshka import MatryoshkaPane
from embedviz.panes.matryoshka.settings import MatryoshkaSettings


def random_set(n, d, seed=0, name="set"):
    return VectorSet(np.random.default_rng(seed).normal(size=(n, d)), name=name)


@pytest.fixture
def show(session, qtbot, idle):
    pane = MatryoshkaPane(session)
    qtbot.addWidget(pane)
    pane.resize(1000, 760)
    with qtbot.waitExposed(pane):
        pane.show()

    def show(vector_set, dimensions=None, query=0):
        state = State().opened(vector_set).queried(query)
        session.show(state.with_settings(MatryoshkaSettings(dimensions)))
        idle(session)
        return pane

    return show


@pytest.mark.parametrize("n", [3, 4, 7, 11, 12, 15, 20])
@pytest.mark.parametrize("dimensions", [1, 8, None])
def test_of_few_rows_half_are_compared(show, n, dimensions):
    vectors = random_set(n, 16)
    pane, others = show(vectors, dimensions), n - 1
    count = min(10, others // 2)
    assert f"of its {count} nearest of {others} others" in pane.lists.summary.text()
    for ranked in (pane.lists.full, pane.lists.short):
        fates = [line.fate for line in ranked.lines.lines]
        assert len(fates) == min(10, others)
        assert all(fates[:count])
        assert not any(fates[count:])
    assert f"Mean overlap@{count} at" in pane.pages.chosen.chart.key()[0].text
    assert pane.pages.chosen.chart.curves[0].values[0] < 1


def test_a_set_with_its_ten_others_is_not_said_to_keep_them(show, data_folder):
    pane = show(load(data_folder / "cases" / "eleven_rows.npy"), 1)
    assert "keeps 10 of 10" not in pane.lists.summary.text()
    assert "of its 5 nearest of 10 others with 1 of 32 dimensions" in pane.lists.summary.text()


@pytest.mark.parametrize("n", [1, 2])
def test_sets_too_small_to_choose_neighbors_from(show, n):
    pane = show(random_set(n, 16), 2)
    assert "no neighbors to choose" in pane.lists.summary.text()
    assert "No overlap is shown" in pane.pages.chosen.caption.text()
    assert not pane.pages.chosen.chart.curves


ALIKE = {
    "zeros": np.zeros((40, 16)),
    "equal": np.ones((40, 16)),
    "multiples": np.linspace(1, 7, 40)[:, None] * np.arange(1.0, 17.0),
}


@pytest.mark.parametrize("name", ALIKE)
@pytest.mark.parametrize("dimensions", [2, 8, None])
def test_rows_that_are_all_alike_have_no_overlap(show, name, dimensions):
    pane = show(VectorSet(ALIKE[name], name=name), dimensions)
    assert "keeps" not in pane.lists.summary.text()
    expected = "all zeros" if name == "zeros" else "equally near"
    assert expected in pane.lists.summary.text()
    assert "No overlap is shown" in pane.pages.chosen.caption.text()
    assert not pane.pages.chosen.chart.curves
    assert not any(line.fate for line in pane.lists.full.lines.lines)


def test_rows_of_zeros_among_others_do_not_count(show):
    vectors = np.random.default_rng(0).normal(size=(60, 16))
    alone = show(VectorSet(vectors)).pages.chosen.chart.curves[0].values
    vectors = np.abs(vectors)
    vectors[:7] = 0
    pane = show(VectorSet(vectors), 8, query=3)
    assert "all zeros" in pane.lists.summary.text()
    assert "7 rows without neighbors of their own" in pane.pages.chosen.caption.text()
    assert 0 < pane.pages.chosen.chart.curves[0].values[0] < 1
    assert alone[-1] == 1


def test_a_prefix_of_zeros_finds_nothing(show):
    vectors = np.random.default_rng(0).normal(size=(60, 16))
    vectors[5, :8] = 0
    pane = show(VectorSet(vectors), 8, query=5)
    assert "keeps 0 of 10 neighbors" in pane.lists.summary.text()
    assert "first 8 of 16 dimensions are all zeros" in pane.lists.summary.text()
    assert pane.lists.short.lines.lines == ()
