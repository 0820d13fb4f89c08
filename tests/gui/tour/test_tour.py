"""The tour shows what it says, says what is true, and leaves no trace."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from scipy.stats import spearmanr

from embedviz.app.files.settings import change_settings, read_settings
from embedviz.app.judged_pairs import bundled_pairs
from embedviz.app.scenes.sequence import taking
from embedviz.app.state import State
from embedviz.commands.figure import draw_figure
from embedviz.core import analogies, isotropy, matryoshka
from embedviz.core.errors import UserError
from embedviz.core.neighbors import NeighborSearch
from embedviz.core.samples import load_sample
from embedviz.core.whitening import Whitening
from embedviz.gui.tour.scenes import TOUR, stop_called
from embedviz.gui.tour.states import state_of_stop
from embedviz.panes import PANES
from embedviz.panes.analogies.settings import AnalogySettings
from embedviz.panes.contrastive.settings import ContrastiveSettings

KINDS = [pane.settings_class for pane in PANES]
EVERY_KIND = [each for kind in KINDS for each in kind.classes_of_pane()]


def agreement(vector_set, vectors):
    """Return the rank correlation of cosines with what people judged."""
    pairs = bundled_pairs(vector_set)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return spearmanr((unit[pairs.first] * unit[pairs.second]).sum(axis=1), pairs.scores).statistic


# What is said is true.


def test_neighbors(words):
    row = words.row("guitar")
    rows, _ = NeighborSearch(words.vectors).nearest(words.vectors[row], count=10, exclude=[row])
    near = {words.labels[each] for each in rows}
    assert {"guitarist", "musician", "instrument", "piano"} <= near
    assert "Among the ten words nearest" in TOUR[0].sentence
    assert "guitarist, musician, instrument and piano" in TOUR[0].sentence


def test_directions(words):
    assert analogies.solve(words, ["king", "woman"], ["man"], count=1)[0][0] == "queen"
    assert f"the {len(words) - 3:,} other words" in stop_called("directions").sentence
    assert analogies.solve(words, ["paris", "germany"], ["france"], count=1)[0][0] == "berlin"


def test_where_it_breaks(words):
    found = analogies.solve(words, ["king", "woman"], ["man"], count=1, exclude_inputs=False)
    assert found[0][0] == "king"
    state = state_of_stop(stop_called("breaks"), State(), KINDS)
    assert not state[AnalogySettings].exclude_inputs


def test_the_cone(words):
    assert round(float(isotropy.mean_cosine(words.vectors)), 2) == 0.69
    assert "0.69" in stop_called("cone").sentence


def test_whitening():
    sentences = load_sample("sentences")
    white = Whitening(n_components=32).fit(sentences.vectors).transform(sentences.vectors)
    before, after = (agreement(sentences, each) for each in (sentences.vectors, white))
    assert (round(before, 3), round(after, 3)) == (0.435, 0.514)
    cosines = [round(abs(float(isotropy.mean_cosine(v))), 2) for v in (sentences.vectors, white)]
    assert cosines == [0.61, 0.0]
    assert all(each in stop_called("whitening").sentence for each in ("0.61", "0.514", "0.435"))


def test_when_whitening_hurts():
    sentences = load_sample("sentences-final")
    white = Whitening().fit(sentences.vectors).transform(sentences.vectors)
    before, after = (agreement(sentences, each) for each in (sentences.vectors, white))
    assert (round(before, 3), round(after, 3)) == (0.479, 0.342)
    assert round(float(isotropy.mean_cosine(sentences.vectors)), 2) == 0.07
    assert all(each in stop_called("hurts").sentence for each in ("0.07", "0.479", "0.342"))


def test_matryoshka(words):
    nested = load_sample("words-wordllama")
    kept = [
        matryoshka.overlap_curve(each.vectors, (64,), count=10, queries=500)[0]
        for each in (nested, words)
    ]
    assert [round(10 * float(each)) for each in kept] == [6, 3]
    assert (nested.dimensions, words.dimensions) == (256, 384)


def test_the_contrastive_sphere(window, idle):
    state = state_of_stop(stop_called("contrastive"), State(), KINDS)
    assert state[ContrastiveSettings].steps == 300
    window.session.show(state)
    window.bring_to_front("contrastive")
    idle(window.session)
    found = window.active_pane.player.run.frames.measures
    assert found["step"][-1] == 300
    assert found["alignment"][-1] < 0.05  # A squared distance, of at most 4.
    assert round(float(found["uniformity"][-1]), 2) == -2.08
    assert round(float(found["best_uniformity"][-1]), 2) == -2.09
    assert "−2.08 of at best −2.09" in stop_called("contrastive").sentence
    settings = window.session.state[ContrastiveSettings]
    window.session.show(window.session.state.with_settings(replace(settings, negatives=0)))
    window.active_pane.transport.reset.click()
    idle(window.session)
    found = window.active_pane.player.run.frames.measures
    assert found["step"][-1] == 300
    assert found["mean_cosine"][-1] > 0.98


# Each stop names what there is.


@pytest.mark.parametrize("stop", TOUR, ids=lambda stop: stop.name)
def test_each_stop_shows_its_pane_and_marks_its_control(window, idle, qtbot, stop):
    window.tour.go(TOUR.index(stop))
    idle(window.session)
    assert window.active_pane.name == stop.pane
    state = window.session.state
    for kind in EVERY_KIND:
        for name, value in stop.settings.get(kind.name, {}).items():
            assert getattr(state[kind], name) == value
    control = window.findChild(QWidget, stop.control)
    assert control is not None
    qtbot.waitUntil(lambda: window.findChild(QWidget, "tour.mark").isVisible())
    assert stop.title in window._tour_bar.accessibleDescription()
    assert len(stop.sentence) < 220
    window.tour.end()


def test_names_are_unique_and_a_wrong_one_is_told():
    assert len({stop.name for stop in TOUR}) == len(TOUR) == 8
    with pytest.raises(UserError, match="there are: neighbors"):
        stop_called("jester")


# It is led by keys, and leaves no trace.


def test_what_was_open_comes_back(window, idle, toy, front):
    state = taking(State().opened(toy).queried(7).selecting([1, 2]), "map", "mine")
    window.session.show(state.queried(8))
    window.session.show(window.session.state.queried(9))
    front(window, "matryoshka")
    idle(window.session)
    before = window.session.state
    window.trigger("help.tour")
    idle(window.session)
    assert window.session.state.active.name == "words · layer 2"
    assert toy in window.session.state.sets
    for _ in range(3):
        window.tour.step(1)
        idle(window.session)
    window.tour.end()
    idle(window.session)
    assert window.session.state == before
    assert window.active_pane.name == "matryoshka"
    assert window._tour_bar.isHidden()
    window.session.undo()
    assert window.session.state.query == 8


def test_what_is_opened_meanwhile_stays_open(window, idle, toy):
    window.trigger("help.tour")
    idle(window.session)
    window.session.show(window.session.state.opened(toy))
    idle(window.session)
    window.trigger("scenes.take")
    window.tour.step(1)
    idle(window.session)
    window.tour.end()
    assert window.session.state.sets == (toy,)
    assert len(window.session.state.scenes) == 1


def test_the_bundled_words_are_not_opened_twice(window, idle, words):
    window.session.show(State().opened(words))
    window.trigger("help.tour")
    idle(window.session)
    assert window.session.state.sets == (words,)


def test_it_is_led_by_keys_to_the_end(window, idle, qtbot):
    window.trigger("help.tour")
    idle(window.session)
    for place in range(len(TOUR)):
        assert window.tour.place == place
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        button = window._tour_bar.on
        button.setFocus()
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
        idle(window.session)
    assert window.tour.place is None
    assert window.session.state.sets == ()


def test_it_is_offered_until_somebody_answers(window, qtbot):
    change_settings(lambda settings: type(settings)())
    window.tour.offer()
    assert window._tour_bar.isVisible()
    window._tour_bar.end.click()
    assert window._tour_bar.isHidden()
    qtbot.waitUntil(lambda: read_settings().knows_tour)
    window.tour.offer()
    assert window._tour_bar.isHidden()
    change_settings(lambda settings: type(settings)())


def test_the_offer_begins_it(window, idle):
    change_settings(lambda settings: type(settings)())
    window.tour.offer()
    window._tour_bar.on.click()
    idle(window.session)
    assert window.tour.place == 0
    window.close()
    change_settings(lambda settings: type(settings)())


def test_it_fits_into_the_least_window(window, idle):
    window.resize(900, 600)
    for place in range(len(TOUR)):
        window.tour.go(place)
        idle(window.session)
        bar = window._tour_bar
        bar.layout().activate()
        for label in (bar.sentence, bar.trial):
            assert label.height() >= label.heightForWidth(label.width())
    assert window.width() == 900
    window.tour.end()


# The pictures of the README can be made of it.


@pytest.mark.parametrize(
    ("stop", "kind"), [("directions", "png"), pytest.param("cone", "pdf", marks=pytest.mark.slow)]
)
def test_a_stop_is_drawn_twice_alike(tmp_path, stop, kind):
    first, second = tmp_path / f"first.{kind}", tmp_path / f"second.{kind}"
    for path in (first, second):
        command = [sys.executable, "-m", "embedviz", "figure", "--tour", stop]
        done = subprocess.run(
            [*command, "-o", str(path), "--size", "800x500", "--scale", "1"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("stop", TOUR, ids=lambda stop: stop.name)
@pytest.mark.parametrize("kind", ["png", "svg"])
def test_every_stop_is_drawn_alike(tmp_path, qapp, stop, kind):
    paths = [tmp_path / f"{place}.{kind}" for place in range(2)]
    for path in paths:
        assert draw_figure(["--tour", stop.name, "-o", str(path), "--scale", "1"]) == 0
    assert paths[0].read_bytes() == paths[1].read_bytes()
