"""What pictures of points are tested with."""

import pytest

from embedviz.gui.point_view import PointView


@pytest.fixture
def view(qtbot):
    """Return an empty view on screen, in which nothing takes time to move."""
    made = PointView()
    qtbot.addWidget(made)
    made.animator.is_enabled = False
    made.resize(400, 300)
    made.show()
    return made
