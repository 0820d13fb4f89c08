import numpy as np
import pytest
from PySide6.QtCore import QLineF, QPointF, QRectF

from embedviz.panes.contrastive.drawing import crossings


@pytest.fixture
def random():
    return np.random.default_rng(0)


def boxes_of(random, count):
    corners = random.uniform(0, 10, (count, 2))
    return np.hstack([corners, corners + random.uniform(0.5, 4, (count, 2))])


def lines_of(random, count):
    lines = random.uniform(0, 12, (count, 4))
    lines[::5, 2] = lines[::5, 0]  # Upright.
    lines[1::5, 3] = lines[1::5, 1]  # Level.
    return lines


def test_boxes_overlap_as_those_of_qt_do(random):
    boxes, others = boxes_of(random, 40), boxes_of(random, 50)
    found = crossings.overlaps(boxes, others)
    for i, box in enumerate(boxes):
        rectangle = QRectF(QPointF(*box[:2]), QPointF(*box[2:]))
        for j, other in enumerate(others):
            common = rectangle & QRectF(QPointF(*other[:2]), QPointF(*other[2:]))
            assert found[i, j] == pytest.approx(common.width() * common.height())


def test_lines_cross_as_those_of_qt_do(random):
    lines, others = lines_of(random, 40), lines_of(random, 50)
    found = crossings.cross(lines, others)
    for i, line in enumerate(lines):
        for j, other in enumerate(others):
            kind, _ = QLineF(*line).intersects(QLineF(*other))
            assert found[i, j] == (kind == QLineF.IntersectionType.BoundedIntersection)


def test_a_line_runs_through_a_box_where_some_of_its_points_are_inside(random):
    boxes, lines = boxes_of(random, 40), lines_of(random, 50)
    shares = np.linspace(0, 1, 2001)[:, np.newaxis]
    found = crossings.run_through(lines, boxes)
    for i, line in enumerate(lines):
        points = line[:2] + shares * (line[2:] - line[:2])
        for j, box in enumerate(boxes):
            is_inside = (points >= box[:2]).all(axis=1) & (points <= box[2:]).all(axis=1)
            if is_inside.any():
                assert found[i, j]
            elif found[i, j]:  # It may cut off a corner between two of the points.
                near = (points >= box[:2] - 0.01).all(axis=1) & (points <= box[2:] + 0.01).all(1)
                assert near.any()


def test_nothing_crosses_nothing():
    none = np.empty((0, 4))
    one = np.array([[0.0, 0.0, 1.0, 1.0]])
    for function in (crossings.overlaps, crossings.cross, crossings.run_through):
        assert function(none, one).shape == (0, 1)
        assert function(one, none).shape == (1, 0)
    assert crossings.within(none, one[0]).shape == (0,)
    assert crossings.within(one, np.array([0.0, 0, 1, 1])).all()
