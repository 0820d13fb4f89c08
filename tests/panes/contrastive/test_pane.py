"""The contrastive pane: a run on the sphere, its dials, the way back, and what it says."""

from dataclasses import replace

import numpy as np
import pytest

from embedviz import VectorSet
from embedviz.app.judged_pairs import bundled_pairs
from embedviz.app.state import State
from embedviz.core.derivation.adapted import Adapted
from embedviz.core.pairs import Pairs
from embedviz.core.samples import load_sample
from embedviz.panes.contrastive import ContrastivePane
from embedviz.panes.contrastive.presets import PRESETS
from embedviz.panes.contrastive.run import MOST_ROWS
from embedviz.panes.contrastive.settings import ContrastiveSettings

TOY = ContrastiveSettings(source="toy", groups=6, per_group=10, batch_size=32, pace=0)


@pytest.fixture
def pane(session, qtbot):
    pane = ContrastivePane(session)
    qtbot.addWidget(pane)
    pane.resize(1100, 760)
    with qtbot.waitExposed(pane):
        pane.show()
    return pane


@pytest.fixture
def show(pane, session, idle):
    """Show a set with some settings, and wait until the run has come as far as they say."""

    def show(vector_set, settings, pairs=None):
        session.show(State().opened(vector_set, pairs).with_settings(settings))
        idle(session)
        return pane

    return show


def set_(session, idle, **changes):
    session.show(
        session.state.with_settings(replace(session.state[ContrastiveSettings], **changes))
    )
    idle(session)


def terms_of(pane):
    return pane.player.seen.terms


def positions(pane):
    return np.array(pane.sphere.scene.canvas.positions)


def test_it_starts_at_the_first_step_with_all_rows_on_the_sphere(show, toy):
    pane = show(toy, ContrastiveSettings())
    assert pane.player.n_steps == 0
    assert positions(pane).shape == (len(toy), 3)
    assert np.linalg.norm(positions(pane), axis=1) == pytest.approx(1, abs=1e-4)
    assert pane.transport.said.text() == "step 0"
    assert pane.sentence.text()
    assert "two views of each row" in pane.caption.text()


def test_a_step_and_a_reset(show, toy, session, idle):
    pane = show(toy, ContrastiveSettings(batch_size=16))
    start = positions(pane)
    for n_steps in (1, 2):
        pane.transport.step.click()
        idle(session)
        assert pane.player.n_steps == n_steps
    moved = positions(pane)
    assert not np.allclose(moved, start)
    pane.transport.reset.click()
    idle(session)
    assert pane.player.n_steps == 0
    np.testing.assert_array_equal(positions(pane), start)
    for _ in range(2):
        pane.transport.step.click()
        idle(session)
    np.testing.assert_array_equal(positions(pane), moved)


def test_play_goes_on_until_pause(show, toy, qtbot, session, idle):
    pane = show(toy, TOY)
    pane.transport.play.click()
    assert "Pause" in pane.transport.play.text()
    qtbot.waitUntil(lambda: pane.player.n_steps > 20)
    pane.transport.play.click()
    idle(session)
    assert "Play" in pane.transport.play.text()
    n_steps = pane.player.n_steps
    qtbot.wait(80)
    assert pane.player.n_steps == n_steps


def test_a_dial_is_turned_while_it_runs(show, toy, qtbot, session, idle):
    pane = show(toy, TOY)
    pane.transport.play.click()
    qtbot.waitUntil(lambda: pane.player.n_steps > 5)
    pane.dials.temperature_value.setValue(0.5)
    qtbot.waitUntil(lambda: pane.player.run.training.dials.temperature == 0.5)
    before = pane.player.n_steps
    qtbot.waitUntil(lambda: pane.player.n_steps > before)
    pane.transport.play.click()
    idle(session)
    assert session.state[ContrastiveSettings].temperature == 0.5


def test_it_pauses_when_nobody_looks(show, toy, qtbot, session, idle):
    pane = show(toy, TOY)
    pane.transport.play.click()
    qtbot.waitUntil(lambda: pane.player.n_steps > 5)
    pane.hide()
    idle(session)
    n_steps = pane.player.n_steps
    qtbot.wait(80)
    assert pane.player.n_steps == n_steps


def test_stop_pauses_it(show, toy, qtbot, session, idle):
    pane = show(toy, TOY)
    pane.transport.play.click()
    qtbot.waitUntil(lambda: pane.player.n_steps > 5)
    session.board.stop()
    idle(session)
    assert "Play" in pane.transport.play.text()
    pane.transport.step.click()
    idle(session)
    assert not pane.message_bar.text


def test_the_way_back_shows_kept_frames(show, toy, session, idle):
    pane = show(toy, ContrastiveSettings(batch_size=16))
    seen = [positions(pane)]
    for _ in range(4):
        pane.transport.step.click()
        idle(session)
        seen.append(positions(pane))
    for place in (2, 0, 4):
        pane.transport.scrub.setValue(place)
        np.testing.assert_allclose(positions(pane), seen[place], atol=1e-6)
    pane.transport.scrub.setValue(1)
    assert pane.transport.said.text() == "step 1 of 4"
    pane.transport.step.click()
    idle(session)
    # It goes on from what is seen, and the frames after it are gone.
    assert pane.transport.said.text() == "step 2"
    assert (len(pane.player.run.frames), pane.player.n_steps) == (3, 2)


def test_without_negatives_everything_collapses_and_it_says_so(show, toy):
    pane = show(toy, ContrastiveSettings(negatives=0, steps=400, batch_size=32))
    assert pane.player.seen.frame.measures.mean_cosine > 0.99
    assert "same way" in pane.sentence.text()


def test_the_row_that_is_asked_about_has_arrows_and_bars(show, toy, session, idle):
    pane = show(toy, ContrastiveSettings(side="row", steps=20, batch_size=16))
    terms = pane.player.seen.terms
    assert terms.anchor == session.state.query
    assert len(pane.sphere.scene.arrows) >= 2
    assert len(terms.candidates) == 16
    pane.sphere.row_clicked.emit(7, None)
    idle(session)
    assert session.state.query == 7
    assert pane.player.seen.terms.anchor == 7
    assert pane.player.n_steps == 20
    now = terms_of(pane)
    pane.transport.scrub.setValue(0)
    idle(session)
    # The same row, partner and candidates, as they were before the first step.
    then = terms_of(pane)
    assert sorted(then.candidates) == sorted(now.candidates)
    assert then.loss > now.loss
    assert len(pane.sphere.scene.arrows) >= 2
    assert pane.player.n_steps == 20


def test_a_free_point_is_asked_about(show, toy, session, idle):
    pane = show(toy, TOY)
    query = session.state.query
    pane.sphere.row_clicked.emit(11, None)
    idle(session)
    assert (session.state[ContrastiveSettings].point, session.state.query) == (11, query)


@pytest.mark.parametrize("place", range(len(PRESETS)), ids=lambda i: PRESETS[i].name)
def test_a_preset_is_one_choice(show, toy, session, idle, place):
    pane = show(toy, ContrastiveSettings(batch_size=32))
    pane.tool_bar.presets.setCurrentIndex(place)
    pane.tool_bar.presets.activated.emit(place)
    idle(session)
    pane.transport.step.click()
    idle(session)
    assert not pane.message_bar.text
    assert pane.tool_bar.presets.currentIndex() == place
    session.undo()
    idle(session)
    assert session.state[ContrastiveSettings] == ContrastiveSettings(batch_size=32)


def test_its_head_makes_a_set(show, toy, session, idle):
    pane = show(toy, ContrastiveSettings(outputs=8, steps=10, batch_size=16))
    assert pane.player.seen.frame.share < 1
    pane.tool_bar.use.click()
    idle(session)
    made = session.state.active
    assert made.dimensions == 8
    assert isinstance(made.derivation.recipe, Adapted)
    assert made.derivation.parent is toy
    np.testing.assert_allclose(np.linalg.norm(made.vectors, axis=1), 1, atol=1e-5)


def test_pairs_of_the_set_are_measured_beside_other_sets(show, session, idle):
    layer5, final = load_sample("sentences"), load_sample("sentences-final")
    pane = show(layer5, ContrastiveSettings(), bundled_pairs(layer5))
    session.show(session.state.opened(final))
    set_(session, idle, side="pairs")
    points = {point.name: point for point in pane.own_pairs.plane.known_points}
    assert len(points) == 4
    assert points["sentences · final"].is_active
    assert points["sentences · final"].uniformity < points["sentences · layer 5"].uniformity
    assert pane.own_pairs.plane._best == pytest.approx(-3.98, abs=0.01)
    assert not pane.message_bar.text


def test_sets_of_different_dimensions_have_no_best_in_common(show, session, idle):
    final = load_sample("sentences-final")
    short = VectorSet(final.vectors[:, :8], final.labels, name="short")
    pane = show(final, ContrastiveSettings(side="pairs"), bundled_pairs(final))
    assert pane.own_pairs.plane._best == pytest.approx(-3.98, abs=0.01)
    session.show(session.state.opened(short))
    set_(session, idle, side="pairs")
    assert len(pane.own_pairs.plane.known_points) == 4
    assert pane.own_pairs.plane._best is None


def test_without_pairs_the_page_says_what_to_do(show, toy):
    pane = show(toy, ContrastiveSettings(side="pairs"))
    assert "Add Pairs" in pane.own_pairs.numbers.message


def bad_sets():
    nan = np.ones((20, 4), np.float32)
    nan[3, 1] = np.nan
    return {
        "one row": VectorSet([[1.0, 2.0]]),
        "all equal": VectorSet(np.ones((20, 4))),
        "nan": VectorSet(nan),
    }


@pytest.mark.parametrize("case", list(bad_sets()))
def test_bad_rows_get_an_answer_and_the_window_goes_on(show, session, idle, case, toy):
    pane = show(bad_sets()[case], ContrastiveSettings())
    assert pane.message_bar.text
    for button in (pane.transport.step, pane.transport.reset, pane.transport.play):
        button.click()
        idle(session)
    session.show(State().opened(toy))
    idle(session)
    assert not pane.message_bar.text
    assert len(positions(pane)) == len(toy)


def test_pairs_are_asked_for_where_there_are_none(show, toy, session, idle):
    pane = show(toy, ContrastiveSettings(together="pairs"))
    assert "Add Pairs" in pane.message_bar.text
    set_(session, idle, together="views")
    assert not pane.message_bar.text


def test_pairs_that_match_nothing(show, toy):
    pane = show(toy, ContrastiveSettings(together="pairs"), Pairs([], [], n_unmatched=4))
    assert "4 more" in pane.message_bar.text


def test_a_sample_of_a_large_set_is_said(show):
    random = np.random.default_rng(0)
    large = VectorSet(random.normal(size=(MOST_ROWS + 500, 4)).astype(np.float32))
    pane = show(large, ContrastiveSettings())
    assert len(positions(pane)) == MOST_ROWS
    assert f"a sample of {MOST_ROWS:,} of {len(large):,} rows" in pane.headline.text()


def test_a_huge_learning_rate_is_survived(show, toy, session, idle):
    pane = show(toy, ContrastiveSettings(learning_rate=1000.0, steps=60, batch_size=16))
    assert np.isfinite(positions(pane)).all() or pane.message_bar.text
    assert pane.sentence.text() or pane.message_bar.text


def test_a_row_in_no_pair_has_no_loss_and_the_run_goes_on(show, toy, session, idle):
    pairs = Pairs([0, 2, 4], [1, 3, 5])
    pane = show(toy, ContrastiveSettings(together="pairs", side="row", steps=5), pairs)
    session.show(session.state.queried(40))
    idle(session)
    assert pane.player.seen.terms is None
    assert pane.beside.formula.message
    pane.transport.step.click()
    idle(session)
    assert pane.player.n_steps == 6
    session.show(session.state.queried(2))
    idle(session)
    assert pane.player.seen.terms.candidates[0] == 3
    assert not pane.message_bar.text


def test_a_frame_keeps_its_dials_and_says_what_was_seen_then(show, toy, session, idle):
    pane = show(toy, ContrastiveSettings(negatives=0, steps=400, batch_size=32))
    set_(session, idle, negatives=None)
    for _ in range(3):
        pane.transport.step.click()
        idle(session)
    place = int(np.flatnonzero(pane.player.run.frames.steps == 400)[0])
    pane.transport.scrub.setValue(place)
    idle(session)
    assert "without negatives" in pane.sentence.text()


def test_a_run_is_there_again_when_its_set_is_shown_again(show, toy, session, idle):
    pane = show(toy, ContrastiveSettings(outputs=8, steps=10, batch_size=16))
    pane.transport.step.click()
    idle(session)
    seen = positions(pane)
    pane.tool_bar.use.click()
    idle(session)
    assert pane.player.run.material.vector_set is not toy
    session.show(session.state.activated(toy))
    idle(session)
    assert pane.player.n_steps == 11
    np.testing.assert_array_equal(positions(pane), seen)
    session.show(session.state.closed(toy))
    idle(session)
    assert pane.player.run is None or pane.player.run.material.vector_set is not toy


def test_the_head_of_what_is_seen_is_used(show, toy, session, idle):
    pane = show(toy, ContrastiveSettings(batch_size=16, steps=50))
    place = int(np.flatnonzero(pane.player.run.frames.steps == 7)[0])
    pane.transport.scrub.setValue(place)
    idle(session)
    seen = positions(pane)
    pane.tool_bar.use.click()
    idle(session)
    made = session.state.active
    assert made.derivation.recipe.n_steps == 7
    np.testing.assert_allclose(made.vectors, seen, atol=1e-5)


def test_pause_shows_the_last_step(show, toy, qtbot, session, idle):
    pane = show(toy, TOY)
    for _ in range(3):
        pane.transport.play.click()
        before = pane.player.n_steps
        qtbot.waitUntil(lambda before=before: pane.player.n_steps > before + 5)
        pane.transport.play.click()
        idle(session)
        frames = pane.player.run.frames
        assert pane.player.seen.frame is frames[-1]
        assert frames[-1].measures.step == pane.player.n_steps
        assert pane.transport.said.text() == f"step {pane.player.n_steps:,}"


def test_the_source_decides_on_presets_and_the_usual_learning_rate(show, toy, session, idle):
    pane = show(toy, ContrastiveSettings(batch_size=32))
    presets = pane.tool_bar.presets

    def choose_source(place):
        pane.tool_bar.source.chosen.emit(place)
        idle(session)
        return session.state[ContrastiveSettings]

    assert choose_source(1).learning_rate == 0.03
    assert (presets.count(), presets.currentText()) == (len(PRESETS) - 1, "Healthy")
    presets.setCurrentIndex(presets.count() - 1)
    presets.activated.emit(presets.count() - 1)
    idle(session)
    assert presets.currentText() == "Matryoshka"
    assert choose_source(0).learning_rate == 0.01
    assert (presets.count(), presets.currentText()) == (len(PRESETS), "Matryoshka")
    set_(session, idle, learning_rate=0.2)
    assert choose_source(1).learning_rate == 0.2


def test_a_closed_set_is_let_go_also_while_nobody_looks(show, session, idle):
    layer5, final = load_sample("sentences"), load_sample("sentences-final")
    pane = show(layer5, ContrastiveSettings(batch_size=16), bundled_pairs(layer5))
    session.show(session.state.opened(final))
    set_(session, idle, side="pairs")
    assert {key[0] for key in pane.own_pairs._known} == {layer5, final}
    assert len(pane.player._kept) == 2
    pane.set_in_front(False)
    session.show(session.state.closed(layer5))
    assert {key[0] for key in pane.own_pairs._known} == {final}
    assert [run.material.vector_set for run in pane.player._kept] == [final]
