"""Three lists against NumPy: full length, a prefix, and the shortlist of it ranked again."""

import itertools
import threading
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QImage
from PySide6.QtWidgets import QToolTip

from embedviz.app.state import State
from embedviz.core.derivation.recipes import Truncated
from embedviz.core.query_vector import QueryVector
from embedviz.core.vector_set import VectorSet
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK, LIGHT
from embedviz.panes.matryoshka import comparison
from embedviz.panes.matryoshka import lists as lists_of_pane
from embedviz.panes.matryoshka.gutter import describe
from embedviz.panes.matryoshka.settings import MatryoshkaSettings

N, D = 400, 24


@pytest.fixture
def rows():
    vectors = np.random.default_rng(3).normal(0.2, 1.0, size=(N, D)).astype(np.float32)
    return VectorSet(vectors, [f"row {i}" for i in range(N)], name="rows")


@pytest.fixture
def show(pane, session, idle, rows):
    def show(vector_set=rows, query=7, page="nested", **settings):  # Its page computes nothing.
        state = State().opened(vector_set).queried(query)
        session.show(state.with_settings(MatryoshkaSettings(page=page, **settings)))
        idle(session)
        return pane.lists

    return show


def unit(rows):
    rows = np.asarray(rows, np.float64)
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def order_of(vectors, query, dimensions, exclude=()):
    """Return all rows by the cosine of their prefixes."""
    scores = unit(vectors[:, :dimensions]) @ unit(query[:dimensions])
    order = np.lexsort((np.arange(len(scores)), -scores)).tolist()
    return [row for row in order if row not in exclude]


def shown(ranked):
    return [line.row for line in ranked.lines.lines]


def layer_norm(rows):
    rows = np.asarray(rows, np.float64)
    return (rows - rows.mean(-1, keepdims=True)) / rows.std(-1, keepdims=True)


@pytest.mark.parametrize("dimensions", [1, 3, 8, 23, 24])
@pytest.mark.parametrize("shortlist", [4, 20, 1000])
def test_the_third_list_ranks_the_shortlist_of_the_prefix_again(show, rows, dimensions, shortlist):
    lists = show(dimensions=dimensions, shortlist=shortlist)
    vectors, query = rows.vectors, rows.vectors[7]
    full = order_of(vectors, query, D, [7])
    listed = order_of(vectors, query, dimensions, [7])[:shortlist]
    if dimensions > 1:  # With one dimension, cosines differ by rounding alone.
        assert shown(lists.short) == order_of(vectors, query, dimensions, [7])[:10]
        assert shown(lists.again) == [row for row in full if row in listed][:10]
    assert shown(lists.full) == full[:10]
    again = lists.again.lines.lines
    assert [line.fate for line in again] == [
        "kept" if line.row in full[:10] else "new" for line in again
    ]
    kept = sum(line.fate == "kept" for line in again)
    assert lists.heads["again"].text() == f"Re-ranked {min(shortlist, N)} · {kept} kept"


@pytest.mark.parametrize("dimensions", [2, 8, 16])
@pytest.mark.parametrize("renormalize", [True, False])
def test_ranks_beyond_the_lists_are_those_among_all_rows(show, rows, dimensions, renormalize):
    lists = show(dimensions=dimensions, shortlist=12, renormalize=renormalize)
    vectors, query = rows.vectors, rows.vectors[7]
    full, short = order_of(vectors, query, D, [7]), order_of(vectors, query, dimensions, [7])
    if not renormalize:
        scores = unit(vectors)[:, :dimensions] @ query[:dimensions]
        short = [row for row in np.argsort(-scores, kind="stable").tolist() if row != 7]
    again = [row for row in full if row in short[:12]]
    assert shown(lists.short) == short[:10]
    for gutter, left, right in ((lists.at_cut, full, short), (lists.at_rank, short, again)):
        assert {line.row for line in gutter.lines} == {*left[:10], *right[:10]}
        for line in gutter.lines:
            other = left if line.left is None else right
            assert line.rank == other.index(line.row) + 1


def test_what_the_shortlist_leaves_out_is_not_ranked_again(show):
    lists = show(dimensions=3, shortlist=4)
    assert len(shown(lists.again)) == 4
    out = [line for line in lists.at_rank.lines if line.right is None]
    assert [line.left for line in out] == [4, 5, 6, 7, 8, 9]
    assert {line.rank_words for line in out} == {"–"}
    assert describe(out[0]).endswith("rank 5 → not on the shortlist · lost")


def test_of_a_large_set_ranks_are_found_after_the_lists(show, monkeypatch):
    begun, go = threading.Event(), threading.Event()
    rank_beyond = comparison.rank_beyond

    def wait(*given):
        begun.set()
        go.wait()
        return rank_beyond(*given)

    monkeypatch.setattr(lists_of_pane, "rank_beyond", wait)
    monkeypatch.setattr(comparison, "_QUICK", 0)
    monkeypatch.setattr(comparison, "_REST", 0.001)
    threading.Timer(0.0, lambda: (begun.wait(), go.set())).start()
    lists = show(dimensions=4, shortlist=10)
    assert begun.is_set()
    assert all(line.rank is not None for line in lists.at_cut.lines)
    assert any(line.rank > 10 for line in lists.at_cut.lines)


def test_a_drag_shows_lengths_on_the_way_and_ends_with_the_last(show, pane, session, idle):
    show(dimensions=20)
    seen = []
    show_lines = pane.lists.short.show_lines
    pane.lists.short.show_lines = lambda lines: (seen.append(len(lines)), show_lines(lines))
    pane.slider.sliderPressed.emit()
    for dimensions in range(19, 1, -1):
        pane.slider.setValue(dimensions)
    pane.slider.sliderReleased.emit()
    idle(session)
    # One was at work when the others came; of these, only the newest counts.
    assert len(seen) == 2
    assert "2 of 24 dimensions" in pane.lists.summary.text()


def test_another_page_asks_for_nothing_anew(show, pane, session, idle, monkeypatch):
    show(dimensions=4, page="curves")
    monkeypatch.setattr(lists_of_pane, "compare", None)
    pane.pages.tabs.chosen.emit(0)
    session.show(session.state.with_settings(MatryoshkaSettings(4, page="nested")))
    idle(session)
    assert len(shown(pane.lists.short)) == 10


def test_layer_norm_first(show, pane, session, idle, rows, qtbot):
    lists = show(dimensions=6, layer_norm=True)
    normed = layer_norm(rows.vectors)
    assert shown(lists.full) == order_of(normed, normed[7], D, [7])[:10]
    assert shown(lists.short) == order_of(normed, normed[7], 6, [7])[:10]
    assert "layer norm, in a copy of 38 kB" in lists.legend.text()
    qtbot.mouseClick(pane.use, Qt.MouseButton.LeftButton)
    idle(session)
    assert session.state.active.derivation.recipe == Truncated(6, layer_norm=True)
    session.undo()
    session.show(session.state.with_settings(MatryoshkaSettings(6)))
    idle(session)
    assert shown(lists.short) == order_of(rows.vectors, rows.vectors[7], 6, [7])[:10]
    assert "layer norm" not in lists.legend.text()


def test_layer_norm_that_does_not_fit_into_the_memory_is_told(show, pane, monkeypatch):
    monkeypatch.setattr(comparison, "available_memory", lambda: 1000)
    lists = show(dimensions=6, layer_norm=True)
    assert "Layer norm takes a copy of all rows, 38 kB of memory" in pane.message_bar.text
    assert lists.summary.text() == "The neighbors were not found."
    assert shown(lists.full) == []


def test_a_query_vector_is_normed_like_the_rows(show, session, idle, rows):
    lists = show(dimensions=6, layer_norm=True)
    mine = QueryVector("mine", 40 * rows.vectors[9] + 3)
    session.show(session.state.queried_with(mine))
    idle(session)
    assert shown(lists.full)[0] == 9
    assert lists.full.lines.lines[0].score == pytest.approx(1.0, abs=1e-6)


def test_without_unit_length_again_it_says_how_wrong_that_is(
    show, rows, pane, session, idle, qtbot
):
    scaled = rows.vectors.copy()
    scaled[:200, :6] *= 4  # With much of their length in the first dimensions.
    lists = show(VectorSet(scaled, name="skewed"), dimensions=6, renormalize=False)
    query = scaled[7]
    full = order_of(scaled, query, D, [7])[:10]
    usual = len({*order_of(scaled, query, 6, [7])[:10]} & {*full})
    products = unit(scaled)[:, :6] @ query[:6]
    wrong = [row for row in np.argsort(-products).tolist() if row != 7][:10]
    kept = len({*wrong} & {*full})
    assert shown(lists.short) == wrong
    assert lists.summary.text().startswith(
        f"Without unit length again, “7” keeps {kept} of 10 neighbors instead of {usual} with"
    )
    qtbot.mouseClick(pane.use, Qt.MouseButton.LeftButton)
    idle(session)
    assert np.linalg.norm(session.state.active.vectors, axis=1) == pytest.approx(1.0, abs=1e-6)


def test_the_gear_switches_both(show, pane, session, idle):
    show(dimensions=6)
    for field in ("layer_norm", "renormalize"):
        before = getattr(session.state[MatryoshkaSettings], field)
        pane.more._controls[field].control.click()
        idle(session)
        assert getattr(session.state[MatryoshkaSettings], field) is not before


def test_hovering_emphasizes_a_row_everywhere(show, pane):
    lists = show(dimensions=8)
    row = shown(lists.full)[0]
    lists.full.row_hovered.emit(row)
    for ranked in (lists.full, lists.short, lists.again):
        assert ranked.lines.hovered == row
    line = next(line for line in lists.at_cut.lines if line.row == row)
    others = [line for line in lists.at_cut.lines if line.row != row]
    assert lists.at_cut._pen(line).widthF() > lists.at_cut._pen(others[0]).widthF()
    assert lists.at_cut._pen(line).color().alpha() > lists.at_cut._pen(others[0]).color().alpha()
    lists.full.leaveEvent(QEvent(QEvent.Type.Leave))
    assert lists.short.lines.hovered == -1
    pane.session.show(pane.session.state.selecting([others[0].row]))
    assert lists.at_cut._pen(others[0]).widthF() > lists.at_cut._pen(line).widthF()


def place_on(gutter, line, share=0.5):
    return gutter.path_of(line).pointAtPercent(share)


def test_a_line_that_is_clicked_becomes_the_query(show, pane, session, idle, qtbot):
    lists = show(dimensions=3)
    gutter = lists.at_cut
    lost = next(line for line in gutter.lines if line.right is None)
    at = QPointF(4, lists.full.middle_of(lost.left))  # On its rank.
    assert gutter.line_at(at) == lost
    hovered = []
    gutter.row_hovered.connect(hovered.append)
    qtbot.mouseMove(gutter, at.toPoint())
    assert hovered[-1:] == [lost.row]
    event = QHelpEvent(QEvent.Type.ToolTip, at.toPoint(), gutter.mapToGlobal(at.toPoint()))
    gutter.event(event)
    assert QToolTip.text() == (f"row {lost.row}: rank {lost.left + 1} → {lost.rank} · lost")
    qtbot.mouseClick(gutter, Qt.MouseButton.LeftButton, pos=at.toPoint())
    idle(session)
    assert session.state.query == lost.row
    assert gutter.line_at(QPointF(gutter.width() / 2, -50)) is None
    gutter.leaveEvent(QEvent(QEvent.Type.Leave))
    assert hovered[-1] == -1


def test_kept_lost_and_new_differ_in_more_than_color(show):
    lists = show(dimensions=6)
    styles = {line.fate: lists.at_cut._pen(line).style() for line in lists.at_cut.lines}
    assert len({*styles.values()}) == 3
    said = lists.at_cut.accessibleDescription()
    kept = sum(line.fate == "kept" for line in lists.full.lines.lines)
    assert said == f"{kept} kept, {10 - kept} lost, {10 - kept} new"
    assert "Dashed (−): lost" in lists.legend.text()


def test_lines_begin_and_end_at_their_rows(show, pane):
    pane.resize(1000, 560)  # Too low for all ten.
    lists = show(dimensions=8)
    lists.full.verticalScrollBar().setValue(1)
    assert lists.full.verticalScrollBar().value() == 1
    for line in lists.at_cut.lines:
        path = lists.at_cut.path_of(line)
        ends = (path.pointAtPercent(0), path.pointAtPercent(1))
        for place, end, ranked in zip(
            (line.left, line.right), ends, (lists.full, lists.short), strict=True
        ):
            if place is None:
                assert end.y() == pytest.approx(lists.at_cut.height() - 1)
            else:
                box = ranked.visualRect(ranked.lines.index(place))
                middle = box.center().y() + ranked.viewport().y()
                within = min(max(middle, 0), ranked.height())
                assert end.y() == pytest.approx(within, abs=1.5)


@pytest.mark.parametrize("width", [560, 700, 826, 1300, 2400])
@pytest.mark.parametrize("scale", [1.0, 1.8])
def test_nothing_overlaps_at_any_size(show, pane, width, scale):
    pane.set_text_scale(scale)
    pane.resize(width, 640)
    lists = show(dimensions=6)
    row = [lists.full, lists.at_cut, lists.short, lists.at_rank, lists.again]
    for left, right in itertools.pairwise(row):
        assert left.geometry().right() < right.geometry().left()
        assert left.height() == right.height()
    assert lists.legend.geometry().top() >= lists.full.geometry().bottom()
    assert pane.pages.geometry().top() >= lists.geometry().bottom()
    assert lists.full.height() >= lists.full.height_of(4)
    for gutter in (lists.at_cut, lists.at_rank):
        for line in gutter.lines:
            if line.left is not None and line.right is not None:
                continue
            assert gutter._rank_room(line) <= gutter.width() / 2


@pytest.mark.parametrize(("height", "line"), [(1000, 28), (620, 22), (420, 22)])
def test_all_ten_are_shown_where_lines_may_be_lower(show, pane, height, line):
    pane.resize(826, height)
    lists = show(dimensions=6)
    assert lists.full.height_of(2) - lists.full.height_of(1) >= line
    shows_all = lists.full.height() == lists.full.height_of(10)
    assert shows_all == (height >= 620)
    assert (lists.full.verticalScrollBar().maximum() == 0) == shows_all


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_lines_are_painted_in_the_colors_of_the_theme(show, qapp, theme):
    apply_theme(qapp, theme)
    try:
        lists = show(dimensions=6)
        image = lists.at_cut.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        pixels = {
            image.pixelColor(x, y).name().upper()
            for x in range(image.width())
            for y in range(image.height())
        }
        assert len(pixels) > 20  # Smooth edges.
        assert theme.ground.upper() in pixels
    finally:
        apply_theme(qapp, LIGHT)


def test_stop_and_go_on(show, pane, session, idle, monkeypatch, qtbot):
    lists = show(dimensions=6)
    go, compare = threading.Event(), lists_of_pane.compare

    def wait(*given):
        go.wait()
        return compare(*given)

    monkeypatch.setattr(lists_of_pane, "compare", wait)
    pane.slider.setValue(3)
    session.board.stop()
    go.set()
    assert lists.summary.text() == "The neighbors were not found."
    assert shown(lists.short) == []
    assert lists.at_cut.lines == ()
    qtbot.mouseClick(pane.message_bar.offer, Qt.MouseButton.LeftButton)
    idle(session)
    assert "3 of 24 dimensions" in lists.summary.text()


def test_a_failure_is_told_and_leaves_no_lists(show, pane, session, idle):
    lists = show(dimensions=6)
    broken = np.full(D, np.inf, np.float32)
    session.show(session.state.queried_with(QueryVector("broken", broken)))
    idle(session)
    assert "NaN or infinite" in pane.message_bar.text
    assert lists.summary.text() == "The neighbors were not found."
    assert shown(lists.full) == []
    session.show(session.state.queried(8))
    idle(session)
    assert len(shown(lists.short)) == 10


def test_heads_say_what_is_kept_on_another_page_too(show, session, idle):
    lists = show(dimensions=8, page="curves")
    heads = {name: head.text() for name, head in lists.heads.items()}
    assert heads["short"].endswith(" kept")
    settings = session.state[MatryoshkaSettings]
    session.show(session.state.with_settings(replace(settings, page="nested")))
    assert {name: head.text() for name, head in lists.heads.items()} == heads
    idle(session)
    session.show(session.state.with_settings(replace(settings, dimensions=9)))
    assert lists.heads["short"].text() == "First 9 dimensions"
    idle(session)


def test_lists_say_what_they_wait_for(show, session, idle, rows):
    lists = show(dimensions=8)
    assert lists.full.waits_for == ""
    other = VectorSet(rows.vectors[:50], rows.labels[:50], name="other")
    session.show(State().opened(other).queried(3))
    assert lists.full.lines.lines == ()
    assert lists.full.waits_for == "Looking for the nearest rows …"
    idle(session)
    assert lists.full.waits_for == ""
