import math
from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from embedviz.core.contrastive.quality import PairQuality
from embedviz.gui.style import text_rules
from embedviz.panes.contrastive.pair_numbers import NUMBERS, PairNumbers
from embedviz.panes.contrastive.plane import BETTER, WAITING, AlignmentPlane, PlanePoint


def quality(temperature, loss, chance, top1, top5, alignment, uniformity):
    """Return how a set does on its pairs; sizes and the best uniformity are not shown."""
    shown = (loss, chance, top1, top5, alignment, uniformity)
    return PairQuality(*shown, -3.9, temperature, n_pairs=200, n_rows=400, dimensions=64)


def layers(count, seed=0):
    """Return sets, each with its whitened version, the last of them active."""
    random = np.random.default_rng(seed)
    points = []
    for number in range(count):
        alignment, uniformity = random.uniform(0.3, 1.2), random.uniform(-3.5, -1)
        name, is_active = f"MiniLM layer {number}", number == count - 1
        points.append(PlanePoint(name, alignment, uniformity, "set", is_active))
        points.append(PlanePoint(f"{name} whitened", alignment + 0.3, uniformity - 0.2, "whitened"))
    return points


@pytest.fixture
def plane(shown):
    return shown(AlignmentPlane())


def test_it_waits_in_words(plane):
    assert plane.message == WAITING
    plane.show_points([PlanePoint("words", math.nan, -1.0)])
    assert plane.message == WAITING
    plane.show_points([], message="No set has partners.")
    assert plane.message == "No set has partners."
    plane.show_points(layers(1))
    assert not plane.message
    assert "MiniLM layer 0: alignment 0.873, uniformity −2.826" in plane.accessibleDescription()


def test_smaller_is_to_the_left_and_below(plane):
    plane.show_points([PlanePoint("a", 0.5, -3.0), PlanePoint("b", 1.0, -1.0)])
    frame = plane._frame()
    a, b = map(frame.place, plane.known_points)
    assert a.x() < b.x()
    assert a.y() > b.y()
    assert frame.area.contains(a)
    assert frame.area.contains(b)


def test_arrows_lead_from_sets_to_what_was_made_of_them(plane):
    points = [
        PlanePoint("a", 0.5, -3.0),
        PlanePoint("a whitened", 0.6, -3.5, "whitened"),
        PlanePoint("b", math.nan, -3.0),
        PlanePoint("b whitened", 0.6, -3.5, "whitened"),
        PlanePoint("run", 0.4, -3.1, "run"),
    ]
    plane.show_points(points)
    assert plane.arrows == [(points[0], points[1])]


@pytest.mark.parametrize("count", [1, 3, 6, 14, 30])
@pytest.mark.parametrize("size", [(200, 160), (260, 280), (260, 300), (420, 280)])
def test_names_do_not_touch(plane, count, size):
    plane.resize(*size)
    plane.show_points([*layers(count, seed=count), PlanePoint("run", 0.5, -2.0, "run")], -3.95)
    names, frame = plane.names, plane._frame()
    assert [name.point.is_active for name in names] == [True] + [False] * (len(names) - 1)
    for first, second in combinations(names, 2):
        assert not first.box.intersects(second.box)
    assert len({name.text for name in names}) == len(names)
    dots = [frame.place(point) for point in plane.known_points]
    for name in names:
        assert frame.area.adjusted(-1, -1, 1, 1).contains(name.box)
        if not name.point.is_active:
            assert not any(name.box.contains(dot) for dot in dots)
        for _, box in plane._notes(frame):
            assert not name.box.intersects(box)


@pytest.mark.parametrize("best", [None, -3.98])
@pytest.mark.parametrize("size", [(280, 280), (280, 540), (420, 420), (560, 900)])
@pytest.mark.parametrize("right", [1.5, 1.63, 1.9])
def test_all_of_a_few_names_are_shown(plane, size, best, right):
    """Two sets and what whitening makes of them: both points near each other, in a corner."""
    plane.resize(*size)
    points = [
        PlanePoint("sentences · layer 5", 0.35, -1.5),
        PlanePoint("sentences · layer 5, whitened", right, -3.97, "whitened"),
        PlanePoint("sentences · final", 0.8, -3.63, is_active=True),
        PlanePoint("sentences · final, whitened", 1.48, -3.97, "whitened"),
    ]
    plane.show_points(points, best)
    assert {name.point.name for name in plane.names} == {point.name for point in points}


@pytest.mark.parametrize("alignment", [0.2, 1.0, 1.8])
def test_the_best_is_named_beside_the_points(plane, alignment):
    others = [PlanePoint("a", 0.2, -2.0), PlanePoint("b", 1.8, -1.0)]
    plane.show_points([*others, PlanePoint("c", alignment, -3.9)], -3.95)
    frame = plane._frame()
    (text, box), dot = plane._notes(frame)[1], frame.place(plane.known_points[2])
    assert text == "best −3.95"
    assert not box.contains(dot)
    assert frame.area.contains(box)
    assert abs(box.center().y() - frame.y_of(-3.95)) < box.height()


def test_names_go_with_the_points(plane):
    plane.show_points(layers(2))
    before = [(name.text, name.box) for name in plane.names]
    plane.resize(400, 300)
    assert [(name.text, name.box) for name in plane.names] != before
    plane.set_text_scale(1.8)
    assert plane.names[0].box.height() > 1.5 * before[0][1].height()
    plane.show_points([PlanePoint("a", 1.0, -2.0)])
    assert [name.text for name in plane.names] == ["a"]


def test_nothing_is_under_what_is_written_in_the_corners(plane):
    plane.show_points([PlanePoint("a", 0.0, -3.5), PlanePoint("b", 4.0, -3.5)], -3.6)
    frame = plane._frame()
    for _, box in plane._notes(frame):
        for point in plane.known_points:
            assert not box.adjusted(-4, -4, 4, 4).contains(frame.place(point))


def test_a_point_tells_its_numbers(plane):
    plane.show_points([PlanePoint("words", 0.5, -2.0), PlanePoint("", 1.5, -1.0)])
    first, second = map(plane._frame().place, plane.known_points)
    assert plane.tip_at(first) == "words: alignment 0.500, uniformity −2.000"
    assert plane.tip_at(second) == "alignment 1.500, uniformity −1.000"
    assert plane.tip_at(QPointF(0, 0)) == ""
    assert [name.text for name in plane.names] == ["words"]


POINTS = {
    "five": layers(5),
    "one": [PlanePoint("words", 0.0, 0.0, is_active=True)],
    "same": [PlanePoint("a", 1.0, -2.0), PlanePoint("b", 1.0, -2.0, "whitened", True)],
    "many": layers(40),
    "immense": [PlanePoint("a", 1e300, -1e300), PlanePoint("b", 1e-300, -1e-300)],
    "long": [PlanePoint("a" * 500, 1.0, -2.0, is_active=True), PlanePoint("\u202e", 2.0, -3.0)],
    "run": [PlanePoint("run" * (i == 9), 1 - i / 10, -i / 3, "run", i == 9) for i in range(10)],
    "unknown": [PlanePoint("a", math.nan, math.inf)],
}


@pytest.mark.parametrize("best", [None, -3.95, math.nan])
@pytest.mark.parametrize("name", POINTS)
def test_any_points_are_drawn_in_any_size(name, best, in_every_look):
    plane = AlignmentPlane()
    plane.show_points(POINTS[name], best)
    in_every_look(plane, f"contrastive-plane-{name}-{best}")


def test_a_file_has_text(plane, texts_in_svg):
    plane.show_points(layers(2), -3.95)
    texts = set(texts_in_svg(plane))
    assert {BETTER, "best −3.95", "alignment", "uniformity", "set", "whitened"} <= texts
    assert "MiniLM layer 1" in texts


def test_numbers_of_pairs(shown):
    numbers = shown(PairNumbers(), 260, 240)
    assert "add some" in numbers.message
    assert numbers.numbers == {}
    numbers.show_numbers(quality(0.05, 1.2345, math.log(200), 0.9, 1.0, 0.4, math.nan))
    assert numbers.message == ""
    assert numbers.numbers == {
        "loss": "1.234",
        "chance": "5.298",
        "top1": "90.0 %",
        "top5": "100.0 %",
        "alignment": "0.400",
        "uniformity": "–",
    }
    assert numbers._titles["loss"].text() == "InfoNCE, τ = 0.05"
    numbers.show_numbers(None, "No pair has both of its rows in this set.")
    assert numbers.message == "No pair has both of its rows in this set."


@pytest.mark.parametrize("scale", [1, 1.8])
def test_each_number_says_what_it_means(shown, scale, texts_in_svg):
    numbers = shown(PairNumbers(), 420, 500)
    numbers.setStyleSheet(text_rules(scale))
    numbers.show_numbers(quality(1e-3, 1e9, 5.3, math.nan, 1.0, 0.4, -3.0))
    assert numbers.numbers["loss"] == "1.0×10⁹"
    words = " ".join(texts_in_svg(numbers))
    for _, _, meaning in NUMBERS:
        assert meaning in words
