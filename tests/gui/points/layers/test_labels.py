"""Labels of points: which are shown, and how large."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from embedviz.core.drawing.camera import Camera
from embedviz.gui.points.canvas import PointCanvas
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.layers import labels as layer
from embedviz.gui.points.layers.labels import PointLabels
from embedviz.gui.points.text import LONGEST, one_line, text_size
from embedviz.gui.theme import LIGHT

NONE = np.empty(0, dtype=np.intp)


@pytest.fixture
def canvas(qapp):
    made = PointCanvas()
    made.set_points([[0.0, 0.0], [0.5, 0.5], [-0.5, -0.5]], None, None)
    return made


@pytest.fixture
def labels(qapp):
    made = PointLabels()
    made.set_texts(["first", "second", "third"], None, NONE)
    return made


def painted(labels, canvas, obstacles=(), zoom=1.0, **options):
    """Return where there are letters (height, width)."""
    frame = Frame(QRectF(0, 0, 300, 200), Camera(scale=1 / zoom), LIGHT, canvas.extent)
    image = QImage(300, 200, QImage.Format.Format_ARGB32)
    image.fill(0)
    with QPainter(image) as painter:
        boxes = labels.paint_chosen(painter, frame, canvas, obstacles, options.get("reach_of"))
        free = [*obstacles, *boxes.tolist()]
        labels.paint(painter, frame, canvas, free, **options)
    return np.frombuffer(image.constBits(), np.uint8).reshape(200, 300, 4)[..., 3] > 0


def rows(*numbers):
    return np.array(numbers, dtype=np.intp)


def test_texts_are_one_line_and_not_too_long():
    assert one_line(" a\n b\t c ") == "a b c"
    assert len(one_line("x" * 99)) == LONGEST
    assert one_line("x" * 99).endswith("\u2026")


def test_text_of_rows_that_there_are(labels):
    assert labels.text(1) == "second"
    assert labels.text(-1) == labels.text(3) == ""


def test_where_there_is_no_time_some_wait_and_keep_their_places(labels, canvas):
    some = painted(labels, canvas, seconds=-1.0)
    assert not some.any()
    assert labels.is_unfinished
    places = dict(labels.places)
    assert painted(labels, canvas).any()
    assert not labels.is_unfinished
    assert labels.places == places


def test_of_what_is_always_wanted_some_waits_but_what_is_required(labels, canvas):
    frame = Frame(QRectF(0, 0, 300, 200), Camera(), LIGHT, canvas.extent)
    image = QImage(300, 200, QImage.Format.Format_ARGB32)

    def letters(required, seconds):
        image.fill(0)
        labels.set_texts(["first", "second", "third"], NONE, rows(0, 1, 2), required)
        with QPainter(image) as painter:
            boxes = labels.paint_chosen(painter, frame, canvas, seconds=seconds)
            labels.paint(painter, frame, canvas, boxes)
        return np.count_nonzero(np.frombuffer(image.constBits(), np.uint32)), len(boxes)

    none, n_boxes = letters(0, -1.0)
    assert (none, n_boxes) == (0, 3)  # Their room is kept for them.
    assert labels.is_unfinished
    one, _ = letters(1, -1.0)
    assert labels.is_unfinished
    every, _ = letters(1, 60.0)
    assert 0 < one < every
    assert not labels.is_unfinished


def test_order_chooses(labels, canvas):
    everything = painted(labels, canvas)
    labels.set_texts(labels.texts, rows(1), NONE)
    assert labels.order.tolist() == [1]
    some = painted(labels, canvas)
    assert 0 < some.sum() < everything.sum()
    labels.set_texts(labels.texts, NONE, NONE)
    assert not painted(labels, canvas).any()


def test_a_share_is_that_of_the_ordinary_ones_alone(labels, canvas):
    assert not painted(labels, canvas, share=0.0).any()
    labels.set_texts(labels.texts, None, rows(2))
    always = painted(labels, canvas, share=0.0)
    assert always[110:, :150].any()
    assert not always[:90].any()


def test_what_is_required_is_shown_over_obstacles(labels, canvas):
    everywhere = [(0, 0, 300, 200)]
    labels.set_texts(labels.texts, NONE, rows(0, 1), 1)
    seen = painted(labels, canvas, everywhere)
    assert seen[100:130, 130:170].any()
    assert not seen[:80].any()
    labels.set_texts(labels.texts, NONE, rows(0, 1), 0)
    assert not painted(labels, canvas, everywhere).any()


def test_what_is_required_near_the_border_is_squeezed_in(labels, canvas):
    canvas.set_points([[1.45, -0.97]], None, None)
    labels.set_texts(["a long text at the border"], NONE, rows(0), 1)
    seen = painted(labels, canvas, [(0, 0, 300, 200)])
    assert seen.any()
    assert not seen[:, :100].any()


@pytest.mark.parametrize("width", [40, 120, 300])
def test_what_is_required_is_cut_where_it_is_wider_than_the_picture(labels, canvas, width):
    labels.set_texts(["W" * 99] * 3, NONE, rows(0), 1)
    frame = Frame(QRectF(0, 0, width, 200), Camera(), LIGHT, canvas.extent)
    image = QImage(width, 200, QImage.Format.Format_ARGB32)
    image.fill(0)
    with QPainter(image) as painter:
        ((left, _, wide, _),) = labels.paint_chosen(painter, frame, canvas)
    assert left >= 0
    assert left + wide <= width
    assert wide > width / 3


def test_what_is_squeezed_in_covers_least_of_what_is_taken(labels, canvas):
    canvas.set_points([[0.0, 0.0]], None, None)
    labels.set_texts(["a text"], NONE, rows(0), 1)
    frame = Frame(QRectF(0, 0, 300, 200), Camera(), LIGHT, canvas.extent)
    image = QImage(300, 200, QImage.Format.Format_ARGB32)
    image.fill(0)
    # Nowhere is a place that is free, but above the point hardly anything would be covered.
    taken = [(0, 88, 300, 112), (0, 0, 300, 70), *((x, 70, 1, 18) for x in range(0, 300, 20))]
    with QPainter(image) as painter:
        ((_, top, _, high),) = labels.paint_chosen(painter, frame, canvas, taken)
    assert top >= 60
    assert top + high <= 100


def test_what_is_required_leaves_half_of_the_picture_to_the_rest(labels, canvas):
    labels.set_texts(["W" * 99] * 3, NONE, rows(0), 1)
    frame = Frame(QRectF(0, 0, 500, 200), Camera(), LIGHT, canvas.extent)
    image = QImage(500, 200, QImage.Format.Format_ARGB32)
    with QPainter(image) as painter:
        ((_, _, wide, _),) = labels.paint_chosen(painter, frame, canvas)
    assert 200 < wide <= 250


def test_labels_keep_away_as_far_as_what_is_drawn_reaches(labels, canvas):
    labels.set_texts(labels.texts, rows(0), NONE)
    near = np.flatnonzero(painted(labels, canvas).any(axis=0))[0]
    far = painted(labels, canvas, reach_of=lambda asked: np.full(len(asked), 40.0))
    labels.forget_places()
    assert np.flatnonzero(far.any(axis=0))[0] == pytest.approx(near + 38, abs=3)


def test_scale_is_that_of_labels(labels, canvas):
    labels.set_texts(labels.texts, rows(0), NONE)
    usual = painted(labels, canvas)
    labels.scale = 2.0
    larger = painted(labels, canvas)
    assert larger.any(axis=1).sum() > 1.5 * usual.any(axis=1).sum()


def test_what_is_required_is_farther_away_where_nothing_near_is_free(labels, canvas):
    labels.set_texts(labels.texts, NONE, rows(0), 1)
    frame = Frame(QRectF(0, 0, 300, 200), Camera(), LIGHT, canvas.extent)
    around = [(140, 90, 20, 20)]
    image = QImage(300, 200, QImage.Format.Format_ARGB32)
    with QPainter(image) as painter:
        (box,) = labels.paint_chosen(painter, frame, canvas, around)
    assert not QRectF(*box).intersects(QRectF(*around[0]))
    assert QRectF(*box).adjusted(-20, -20, 20, 20).contains(150, 100)


def test_what_is_no_longer_labeled_is_forgotten(labels, canvas):
    painted(labels, canvas)
    assert labels.places
    painted(labels, canvas, share=0.0)
    assert not labels.places


@pytest.mark.parametrize("scale", [1.0, 1.6])
@pytest.mark.parametrize("seed", range(6))
def test_words_in_one_line_never_read_as_one(labels, qapp, seed, scale):
    """Chosen ones in a crowd, and ordinary ones among them."""
    rng = np.random.default_rng(seed)
    crowd, words = PointCanvas(), ["monarchy", "king", "kingdoms", "kings", "a", "royal"] * 10
    crowd.set_points(rng.normal(size=(60, 2)) * 0.3, None, None)
    labels.scale = scale
    labels.set_texts(words, None, rows(*range(12)))
    frame = Frame(QRectF(0, 0, 300, 200), Camera(scale=1.0), LIGHT, crowd.extent)
    image = QImage(300, 200, QImage.Format.Format_ARGB32)
    with QPainter(image) as painter:
        boxes = labels.paint_chosen(painter, frame, crowd)
    assert len(boxes) >= 3
    for index, first in enumerate(boxes):
        for second in boxes[:index]:
            down = max(first[1] - second[1] - second[3], second[1] - first[1] - first[3])
            across = max(first[0] - second[0] - second[2], second[0] - first[0] - first[2])
            assert down >= 0 or across >= labels.space(frame) - 1e-9
    assert labels.space(frame) >= text_size(" ", labels.font(frame, strong=True))[0] - 1


@pytest.mark.parametrize("count", [3, 40, 2000])
@pytest.mark.parametrize("share", [0.3, 1.0])
def test_looking_at_few_first_gives_the_same_labels(qapp, monkeypatch, count, share):
    points = PointCanvas()
    points.set_points(np.random.default_rng(count).normal(size=(count, 2)) / 3, None, None)
    found = []
    for tried_first in (1, 4, 10_000):
        monkeypatch.setattr(layer, "_TRIED_FIRST", tried_first)
        made = PointLabels()
        made.set_texts([f"label {row}" for row in range(count)], None, NONE)
        painted(made, points, share=share)
        found.append(made.places)
    assert found[0]
    assert found[0] == found[1] == found[2]
