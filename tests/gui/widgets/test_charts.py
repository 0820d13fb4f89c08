import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from embedviz.gui.style import apply_theme
from embedviz.gui.theme import CAPTION_PIXELS, DARK, LIGHT
from embedviz.gui.widgets.charts import CosineHistogram, OverlapChart


@pytest.fixture
def histogram(qtbot):
    return shown(CosineHistogram("x.histogram"), qtbot)


@pytest.fixture
def overlap(qtbot):
    return shown(OverlapChart("x.curve"), qtbot)


def shown(chart, qtbot):
    page = QWidget()  # As in a pane: pyqtgraph takes apart a chart that is closed itself.
    QVBoxLayout(page).addWidget(chart)
    qtbot.addWidget(page)
    page.resize(400, 200)
    with qtbot.waitExposed(page):
        page.show()
    chart.page = page
    return chart


def colors_of(chart):
    image = chart.grab().toImage()
    return {
        image.pixelColor(x, y).name().upper()
        for x in range(image.width())
        for y in range(image.height())
    }


def axis_texts(chart, side):
    return [text for *_, text in chart.getPlotItem().getAxis(side)._tickLevels[0]]


def test_histogram_shows_shares_and_means(histogram):
    cosines = np.random.default_rng(0).uniform(-1, 1, 500)
    histogram.show_before(cosines, 0.25)
    edges, shares = histogram._before.getData()
    np.testing.assert_allclose(shares, np.histogram(cosines, edges)[0] / 500)
    assert histogram._means[0].value() == 0.25
    histogram.show_after([-1.0, 1.0], 0.0)
    _, shares = histogram._after.getData()
    assert shares[[0, -1]].tolist() == [0.5, 0.5]


def test_histogram_of_nothing_has_no_mean(histogram):
    histogram.show_before([], float("nan"))
    assert histogram._before.getData()[1].sum() == 0
    assert not histogram._means[0].isVisible()
    histogram.show_before([0.5], 0.5)
    assert histogram._means[0].isVisible()


def test_histogram_follows_the_theme(histogram, qapp):
    histogram.show_before([0.2] * 10, 0.2)
    for theme in (LIGHT, DARK):
        apply_theme(qapp, theme)
        assert histogram._before.opts["pen"].color().name().upper() == theme.before
        assert histogram._after.opts["pen"].color().name().upper() == theme.after
        seen = colors_of(histogram)
        assert theme.ground in seen
        assert (DARK if theme is LIGHT else LIGHT).ground not in seen


def test_charts_cannot_be_dragged_about(histogram, qtbot):
    before = histogram.getPlotItem().viewRange()
    view = histogram.viewport()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=view.rect().center())
    qtbot.mouseMove(view, view.rect().topLeft())
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=view.rect().topLeft())
    assert histogram.getPlotItem().viewRange() == before
    assert histogram.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_text_and_lines_grow(histogram):
    axis = histogram.getPlotItem().getAxis("bottom")
    assert axis.style["tickFont"].pixelSize() == CAPTION_PIXELS
    histogram.set_text_scale(2.0)
    assert axis.style["tickFont"].pixelSize() == 2 * CAPTION_PIXELS
    assert f"{2 * CAPTION_PIXELS}px" in axis.labelStyle["font-size"]
    thin = histogram._before.opts["pen"].widthF()
    histogram.set_resolution(3.0)
    assert histogram._before.opts["pen"].widthF() == pytest.approx(3 * thin)


LENGTHS = (8, 16, 32, 64, 100)
CURVES = {"prefix": [0.2, 0.4, 0.6, 0.8, 1.0], "random": [0.1, 0.2, 0.3, 0.4, 1.0]}


def test_marker_reads_the_first_curve(overlap):
    assert overlap.show_marker(8) is None  # There is no curve yet.
    overlap.show_curves(LENGTHS, CURVES)
    for length, value in zip(LENGTHS, CURVES["prefix"], strict=True):
        assert overlap.show_marker(length) == pytest.approx(value)
    assert overlap.show_marker(23) == pytest.approx(
        np.interp(np.log(23), np.log([16, 32]), [0.4, 0.6])
    )
    assert overlap._marker.value() == pytest.approx(np.log10(23))
    assert overlap._dot.getData()[0] == pytest.approx([np.log10(23)])
    assert overlap.show_marker(5) is None  # Shorter than any that was measured.
    assert len(overlap._dot.getData()[0]) == 0


def test_curves_are_named_and_the_first_stands_out(overlap):
    overlap.show_curves(LENGTHS, CURVES)
    names = [label.text for _, label in overlap._legend.items]
    assert names == ["prefix", "random"]
    first, other = (curve.opts["pen"] for curve in overlap._curves)
    assert first.widthF() > other.widthF()
    assert first.color().name().upper() == LIGHT.after
    assert axis_texts(overlap, "bottom") == ["8", "16", "32", "64", "100"]


def test_other_curves_replace_the_old_ones(overlap):
    overlap.show_curves(LENGTHS, CURVES)
    overlap.show_curves((8, 12), {"prefix": [0.5, 1.0]})
    assert [label.text for _, label in overlap._legend.items] == ["prefix"]
    assert overlap.show_marker(12) == 1.0
    overlap.clear_curves()
    assert overlap._legend.items == []
    assert overlap.show_marker(12) is None


def test_full_length_hides_the_mark_it_would_cover(overlap):
    overlap.show_curves((8, 16, 32, 33), {"prefix": [0.1, 0.2, 0.9, 1.0]})
    assert axis_texts(overlap, "bottom") == ["8", "16", "33"]
    overlap.show_curves((1,), {"prefix": [1.0]})
    assert axis_texts(overlap, "bottom") == ["1"]
    assert overlap.show_marker(1) == 1.0


def test_overlap_follows_the_theme(overlap, qapp):
    overlap.show_curves(LENGTHS, CURVES)
    overlap.show_marker(16)
    apply_theme(qapp, DARK)
    assert overlap._curves[0].opts["pen"].color().name().upper() == DARK.after
    assert overlap._marker.pen.color().name().upper() == DARK.accent
    assert {DARK.ground, DARK.accent} <= colors_of(overlap)
