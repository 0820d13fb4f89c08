"""A query that is no row, on the sphere: through the head of the step that is shown."""

import numpy as np
import pytest

from embedviz.app.state import State
from embedviz.core.query_vector import QueryVector
from embedviz.panes.contrastive import ContrastivePane
from embedviz.panes.contrastive.settings import ContrastiveSettings


@pytest.fixture
def pane(session, qtbot):
    pane = ContrastivePane(session)
    qtbot.addWidget(pane)
    pane.resize(1100, 700)
    with qtbot.waitExposed(pane):
        pane.show()
    return pane


def show(session, idle, vector_set, query, **settings):
    chosen = ContrastiveSettings(source="set", together="views", **settings)
    session.show(State().opened(vector_set).with_settings(chosen).queried_with(query))
    idle(session)


@pytest.mark.parametrize("outputs", [2, 3, 8])
def test_it_lies_where_the_head_puts_it(pane, session, idle, toy, outputs):
    show(session, idle, toy, QueryVector("mine", toy.vectors[7]), outputs=outputs)
    (marker,) = pane.sphere.scene.markers.shown
    assert marker.text == "mine"
    frame = pane.player.seen.frame
    np.testing.assert_allclose(marker.position, frame.positions[7], atol=1e-4)
    assert pane.caption.text().startswith("“mine” through the head of this step")


def test_it_moves_with_the_training(pane, session, idle, toy):
    show(session, idle, toy, QueryVector("mine", toy.vectors[7]), outputs=3)
    before = pane.sphere.scene.markers.places[0]
    pane.player.step()
    idle(session)
    after = pane.sphere.scene.markers.places[0]
    assert not np.allclose(before, after)
    np.testing.assert_allclose(after, pane.player.seen.frame.positions[7], atol=1e-4)


def test_free_points_have_no_head(pane, session, idle, toy):
    query = QueryVector("mine", toy.vectors[7])
    session.show(
        State().opened(toy).with_settings(ContrastiveSettings(source="toy")).queried_with(query)
    )
    idle(session)
    assert pane.sphere.scene.markers.shown == ()
    assert "“mine” has no place among free points, which have no head" in pane.caption.text()


def test_another_query_and_none(pane, session, idle, toy):
    show(session, idle, toy, QueryVector("mine", toy.vectors[7]), outputs=3)
    session.show(session.state.queried_with(QueryVector("other", toy.vectors[8])))
    idle(session)
    assert [each.text for each in pane.sphere.scene.markers.shown] == ["other"]
    session.show(session.state.queried_with(QueryVector("nothing", 0 * toy.vectors[8])))
    idle(session)
    assert pane.sphere.scene.markers.shown == ()
    assert "“nothing” has no place: its vector is all zeros" in pane.caption.text()
    session.show(session.state.queried(3))
    idle(session)
    assert "nothing" not in pane.caption.text()
