"""A head that was trained, in all panes."""

import numpy as np
import pytest

from embedviz.app.state import State
from embedviz.core.contrastive.heads import Head
from embedviz.core.derivation.adapted import Adapted
from embedviz.core.matching import share_rows
from embedviz.gui.widgets.derive_button import DeriveButton


def head_of(n_inputs, n_outputs=4):
    random = np.random.default_rng(0)
    return Head(random.normal(size=(n_inputs, n_outputs)), random.normal(size=n_outputs))


@pytest.fixture
def press(window, front, idle, toy, qtbot):
    """Return a function that uses a recipe in all panes."""
    window.session.show(State().opened(toy).queried(3))
    pane = front(window, "matryoshka")

    def use(recipe):
        button = DeriveButton(pane, "Use the head", "applying the head", lambda state: recipe)
        qtbot.addWidget(button)
        button.click()
        idle(window.session)
        return window.session.state

    return use


def test_a_head_is_used_in_all_panes(window, press, toy):
    head = head_of(toy.dimensions)
    state = press(Adapted(head, "two views of each row"))
    assert [each.name for each in state.sets] == [toy.name, "contrastive · 4"]
    assert state.active is state.sets[1]
    assert share_rows(state.active, toy)
    np.testing.assert_array_equal(state.active.vectors, head.apply(toy.vectors))
    sets = window.library.sets
    assert "two views of each row" in sets.item(1).toolTip()
    # The same head is the same set, however often it is asked for.
    window.session.show(state.activated(toy))
    assert press(Adapted(head_of(toy.dimensions))).sets == state.sets
    other = press(Adapted(head_of(4, 2)))  # On the set that is shown now.
    assert [each.name for each in other.sets][1:] == ["contrastive · 4", "contrastive · 2"]
    window.session.undo()
    assert len(window.session.state.sets) == 3  # Undo closes nothing.
    assert window.session.state.active is state.sets[1]


def test_a_head_for_other_vectors_is_told(window, press, toy):
    state = press(Adapted(head_of(5)))
    assert state.sets == (toy,)
    assert "trained on vectors of 5" in window.active_pane.message_bar.text
