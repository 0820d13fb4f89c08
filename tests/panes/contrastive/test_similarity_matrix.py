import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from embedviz.gui.coloring.palettes import RAMP_STEPS, cosine_ramp
from embedviz.gui.theme import DARK, LIGHT
from embedviz.panes.contrastive.similarity_matrix import WAITING, SimilarityMatrix


@pytest.fixture
def matrix(shown):
    return shown(SimilarityMatrix())


def test_it_waits_in_words(matrix):
    assert matrix.message == WAITING
    matrix.show_cosines(np.eye(2))
    assert not matrix.message
    matrix.show_cosines(np.empty((0, 0), np.float32))
    assert matrix.message == WAITING
    assert matrix.tip_at(QPointF(50, 50)) == ""


def test_captions_give_the_means_of_both_kinds(matrix):
    cosines = np.full((3, 3), -0.25)
    np.fill_diagonal(cosines, [0.9, 0.8, 0.7])
    matrix.show_cosines(cosines, n_pairs=256)
    assert matrix.captions == (
        "diagonal: partners · mean 0.80",
        "elsewhere: negatives · mean −0.25",
    )
    assert matrix.title == "Cosines of the first 3 of 256 pairs"
    matrix.show_cosines(cosines, elsewhere="not compared")
    assert matrix.captions[1] == "elsewhere: not compared · mean −0.25"
    assert matrix.title == "Cosines of the batch’s 3 pairs"


def test_one_pair_has_nothing_elsewhere(matrix):
    matrix.show_cosines([[0.5]])
    assert matrix.captions == ("diagonal: partners · mean 0.50", "elsewhere: nothing")
    assert matrix.title == "Cosines of the batch’s 1 pair"


def test_what_is_not_a_number_counts_for_no_mean(matrix):
    matrix.show_cosines([[np.nan, 0.5], [0.0, 1.0]])
    assert (matrix.partner_mean, matrix.other_mean) == (1.0, 0.25)
    matrix.show_cosines(np.full((2, 2), np.nan))
    assert matrix.captions[0] == "diagonal: partners · mean –"


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_zero_is_the_ground_and_the_ends_differ(theme):
    ramp = cosine_ramp(theme)
    middle, ground = QColor(ramp[RAMP_STEPS // 2]), QColor(theme.ground)
    for channel in ("red", "green", "blue"):
        assert abs(getattr(middle, channel)() - getattr(ground, channel)()) <= 6
    assert (ramp[0], ramp[-1]) == (theme.after, theme.before)


def test_cells_have_the_colors_of_their_cosines(matrix):
    cosines = np.array([[1.0, -1.0], [0.0, 1.0]])
    matrix.show_cosines(cosines)
    area, image = matrix._area(), matrix.grab().toImage()

    def color_of(row, column):
        x = area.left() + (column + 0.5) * area.width() / 2
        y = area.top() + (row + 0.5) * area.height() / 2
        return image.pixelColor(round(x), round(y)).name().upper()

    assert color_of(0, 0) == color_of(1, 1) == LIGHT.before
    assert color_of(0, 1) == LIGHT.after
    assert color_of(1, 0) == cosine_ramp(LIGHT)[32]


def test_a_place_says_its_cosine(matrix):
    matrix.show_cosines([[0.75, 0.125], [0.0, 0.5]])
    area = matrix._area()
    first = area.topLeft() + QPointF(3, 3)
    assert matrix.tip_at(first) == "Pair 1 of the batch: cosine of the partners 0.750"
    right = area.topRight() + QPointF(-3, 3)
    assert matrix.tip_at(right) == "Row 1 and the partner of row 2: cosine 0.125"
    assert matrix.tip_at(QPointF(1, 1)) == ""


MATRICES = {
    "one": np.ones((1, 1)),
    "few": np.random.default_rng(0).uniform(-1, 1, (8, 8)),
    "many": np.random.default_rng(0).uniform(-1, 1, (48, 48)).astype(np.float32),
    "more-than-pixels": np.random.default_rng(0).uniform(-1, 1, (700, 700)),
    "unknown": np.full((5, 5), np.nan),
    "immense": np.full((5, 5), np.inf),
    "empty": np.empty((0, 0)),
}


@pytest.mark.parametrize("name", MATRICES)
def test_any_batch_is_drawn_in_any_size(name, in_every_look):
    matrix = SimilarityMatrix()
    matrix.show_cosines(MATRICES[name])
    in_every_look(matrix, f"contrastive-matrix-{name}")


@pytest.mark.parametrize("name", ["few", "many"])
def test_a_file_has_cells_and_text(name, matrix, texts_in_svg):
    matrix.show_cosines(MATRICES[name])
    texts = texts_in_svg(matrix)
    assert {"−1", "0", "1", *matrix.captions} <= set(texts)
