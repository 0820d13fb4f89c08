import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QColor, QPainter

from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK, LIGHT
from embedviz.gui.widgets.ranked_list import Ranked, RankedList, rank

LINES = (
    Ranked(4, "queen", 0.8524, "kept"),
    Ranked(7, "a label\nof two lines", -0.5, "lost"),
    Ranked(9, "", 1234.5678, "new"),
    Ranked(-1, "nobody", 0.1),
)


@pytest.fixture
def ranked(qtbot):
    ranked = RankedList()
    qtbot.addWidget(ranked)
    ranked.resize(300, 200)
    with qtbot.waitExposed(ranked):
        ranked.show()
    ranked.show_lines(LINES)
    return ranked


def colors_of(widget):
    image = widget.grab().toImage()
    return {
        image.pixelColor(x, y).name().upper()
        for x in range(image.width())
        for y in range(image.height())
    }


def test_lines_from_what_a_search_found(toy):
    lines = rank(toy, np.array([3, 1]), np.array([0.5, 0.25], dtype=np.float32))
    assert lines == [Ranked(3, "word3", 0.5), Ranked(1, "word1", 0.25)]


def test_lines_are_read_out(ranked, texts):
    assert texts(ranked) == [
        "queen  0.8524, kept",
        "a label\nof two lines  -0.5000, lost",
        "  1234.5678, new",
        "nobody  0.1000",
    ]
    index = ranked.model().index(1, 0)
    assert index.data(Qt.ItemDataRole.ToolTipRole) == "a label\nof two lines\n-0.5000"
    assert index.data(Qt.ItemDataRole.DecorationRole) is None
    assert ranked.model().rowCount(index) == 0  # A list, no tree.


def test_a_click_and_return_choose_a_row(ranked, qtbot, click_line):
    with qtbot.waitSignal(ranked.row_chosen) as caught:
        click_line(ranked, 1)
    assert caught.args == [7]
    ranked.setCurrentIndex(ranked.model().index(0, 0))
    with qtbot.waitSignal(ranked.row_chosen) as caught:
        qtbot.keyClick(ranked, Qt.Key.Key_Return)
    assert caught.args == [4]


def test_a_line_that_is_no_row_cannot_be_chosen(ranked, qtbot, click_line):
    with qtbot.assertNotEmitted(ranked.row_chosen):
        click_line(ranked, 3)


def test_lines_are_replaced(ranked, texts):
    ranked.show_lines(())
    assert texts(ranked) == []
    assert not ranked.indexAt(ranked.rect().center()).isValid()
    assert ranked.model().rowCount(QModelIndex()) == 0


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_fates_have_their_colors(ranked, qapp, theme):
    apply_theme(qapp, theme)
    seen = colors_of(ranked)
    inks = {theme.ink(theme.lost), theme.ink(theme.new)}
    assert inks <= seen
    ranked.show_lines(LINES[:1])
    assert not inks & colors_of(ranked)


def test_lost_lines_are_struck_through(ranked):
    ranked.show_lines([Ranked(7, "lost", 0.5, "lost")])
    image, ink = ranked.grab().toImage(), QColor(LIGHT.ink(LIGHT.lost)).getRgb()[:3]

    def is_ink(color):  # Mixing with what is transparent rounds.
        return all(abs(a - b) <= 2 for a, b in zip(color.getRgb()[:3], ink, strict=True))

    across = max(
        sum(is_ink(image.pixelColor(x, y)) for x in range(image.width()))
        for y in range(image.height())
    )
    assert across >= 15


def test_text_grows(ranked):
    before = ranked.visualRect(ranked.model().index(0, 0)).height()
    ranked.set_text_scale(2.0)
    ranked.doItemsLayout()
    assert ranked.visualRect(ranked.model().index(0, 0)).height() == 2 * before


def test_many_lines_are_as_quick_as_few(ranked, texts):
    ranked.show_lines([Ranked(i, str(i), 1.0 - i / 1000) for i in range(1000)])
    assert texts(ranked)[999] == "999  0.0010"
    ranked.scrollToBottom()
    last = ranked.visualRect(ranked.model().index(999, 0))
    assert ranked.viewport().rect().contains(last)


@pytest.mark.parametrize(("width", "places"), [(300, 4), (200, 2), (120, None)])
def test_a_narrow_line_has_a_shorter_score(ranked, monkeypatch, width, places):
    written = []
    known = QPainter.drawText
    monkeypatch.setattr(
        QPainter, "drawText", lambda *given: (written.append(given[-1]), known(*given))
    )
    ranked.resize(width, 200)
    ranked.grab()
    scores = [f"{line.score:.{places}f}" for line in LINES[:2]] if places else []
    assert [each for each in written if each in scores] == scores
    assert (places is None) == (not any("." in each for each in written))


@pytest.fixture
def at_rest(ranked):
    """Give the list while nobody points at it."""
    ranked.setCurrentIndex(QModelIndex())
    ranked.viewport().setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    return ranked


def test_only_lines_that_differ_are_told_of(at_rest, texts):
    ranked, told = at_rest, []
    ranked.model().dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    ranked.model().modelReset.connect(lambda: told.append("all"))
    ranked.show_lines(list(LINES))
    assert told == []
    other = Ranked(8, "king", -0.5, "lost")
    ranked.show_lines((LINES[0], other, *LINES[2:]))
    assert told == [(1, 1)]
    assert texts(ranked)[:2] == ["queen  0.8524, kept", "king  -0.5000, lost"]
    ranked.show_lines((LINES[0], other, Ranked(9, "", 2000.0, "new"), LINES[3]))
    assert told[1:] == [(place, place) for place in range(4)]  # All bars have another length.


def test_lines_that_differ_are_painted_like_new_ones(at_rest):
    ranked = at_rest
    others = (*LINES[:2], Ranked(5, "king", 0.25, "new"), LINES[3])
    ranked.show_lines(others)
    changed = ranked.grab().toImage()
    ranked.show_lines(())
    ranked.show_lines(others)
    assert ranked.grab().toImage() == changed


def test_the_current_line_is_left_when_others_come(ranked):
    ranked.setCurrentIndex(ranked.model().index(0, 0))
    ranked.show_lines((Ranked(8, "king", 0.5), *LINES[1:]))
    assert not ranked.currentIndex().isValid()
