import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from embedviz.gui.style import apply_theme
from embedviz.gui.theme import CAPTION_PIXELS, DARK, LIGHT
from embedviz.gui.widgets.charts import CosineHistogram


@pytest.fixture
def histogram(qtbot):
    return shown(CosineHistogram("x.histogram"), qtbot)


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
