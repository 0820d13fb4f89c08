"""The page that asks whether the map helped: verdict, pictures, the best setting, and no judge."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from scipy.stats import spearmanr

from embedviz.app.judged_pairs import bundled_pairs
from embedviz.app.state import State
from embedviz.core.anisotropy.transform import Transform, TransformSettings, fit_rows
from embedviz.core.pairs import Pairs
from embedviz.core.samples import load_sample
from embedviz.core.vector_set import VectorSet
from embedviz.gui.figures import draw_pane
from embedviz.panes.anisotropy.judged.outcomes import TITLES
from embedviz.panes.anisotropy.judged.settings import JudgedSettings
from embedviz.panes.anisotropy.judged.view import JudgedView
from embedviz.panes.anisotropy.judged.words import advise, describe_rest
from embedviz.panes.anisotropy.pane import AnisotropyPane
from embedviz.panes.anisotropy.settings import AnisotropySettings

N = 120
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def pane(session, qtbot):
    pane = AnisotropyPane(session)
    qtbot.addWidget(pane)
    pane.resize(1200, 800)
    with qtbot.waitExposed(pane):
        pane.show()
    return pane


@pytest.fixture
def show(pane, session, idle):
    def show(vector_set, pairs=None, **settings):
        state = State().opened(vector_set) if pairs is None else State().opened(vector_set, pairs)
        judge = settings.pop("judge", None)
        state = state.with_settings(AnisotropySettings(page="judged", **settings))
        session.show(state.with_settings(JudgedSettings(judge)))
        idle(session)
        return pane.pages.chosen

    return show


def likenesses(n_noise=3, seed=0):
    """Return pairs of rows and how alike they were made, under noise that whitening takes away."""
    random = np.random.default_rng(seed)
    one = random.normal(size=(N, 6))
    share = random.random(N)[:, np.newaxis]
    other = share * one + (1 - share) * random.normal(size=(N, 6))
    noise = 6 * random.normal(size=(2 * N, n_noise))
    rows = np.hstack([np.concatenate([one, other]) + 2, noise]).astype(np.float32)
    halves = Pairs.halves(2 * N)
    return rows, Pairs(halves.first, halves.second, share[:, 0], name="likeness")


def cosines(rows, pairs):
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return np.sum(rows[pairs.first] * rows[pairs.second], axis=1)


def test_the_verdict_has_the_numbers_and_their_interval(show):
    rows, pairs = likenesses()
    page = show(VectorSet(rows, name="made"), pairs)
    whole = Transform(fit_rows(rows), TransformSettings()).map()
    before = spearmanr(cosines(rows.astype(float), pairs), pairs.scores).statistic
    white = (rows - whole.mean) @ whole.matrix
    after = spearmanr(cosines(white, pairs), pairs.scores).statistic
    assert page.view.verdict.text() == "Whitening makes it better."
    text = page.view.numbers.text()
    assert text.startswith(f"Spearman {before:.3f} → {after:.3f}, difference +{after - before:.3f}")
    assert "95 % interval +" in text
    assert text.endswith(f"{N} judged pairs.")
    assert page.view.best.text().startswith("Best of ")
    assert "on the other half: +" in page.view.best.text()
    assert page.view.caption.text().startswith("No row of one half is in the other.")
    assert page.view.scatter.isVisible()
    assert page.view.outcomes.isHidden()
    assert page.view.scatter.n_drawn == N


def test_the_bundled_sentences_show_help_and_harm(show):
    for name, change in (("sentences", "better"), ("sentences-final", "worse")):
        sentences = load_sample(name)
        page = show(sentences, bundled_pairs(sentences), strength=0.2)
        assert page.view.verdict.text() == f"Whitening at strength 0.2 makes it {change}."
        assert "605 judged pairs" in page.view.numbers.text()
    page = show(sentences, bundled_pairs(sentences))
    assert page.view.verdict.text() == "Whitening makes it worse."


def test_few_rows_for_each_direction_are_advised_to_whiten_gently(show, session, idle):
    sample = load_sample("sentences")
    page = show(sample, bundled_pairs(sample))
    assert page.view.verdict.text() == "Whitening makes it worse."
    assert describe_rest(page.measured, None).startswith(
        "1,266 rows for 383 directions: the smallest variances are partly chance"
    )
    assert page.gently.isVisible()
    page.gently.click()
    idle(session)
    assert page.view.verdict.text() == "Whitening at strength 0.2 makes it better."
    assert page.gently.isHidden()
    assert not advise(page.measured)


def test_no_advice_where_there_are_rows_enough(show):
    rows, pairs = likenesses()
    page = show(VectorSet(rows, name="made"), Pairs(pairs.first, pairs.second, -pairs.scores))
    assert page.view.verdict.text() == "Whitening makes it worse."
    assert page.gently.isHidden()


def test_the_dial_moves_the_verdict(show, session, idle):
    rows, pairs = likenesses()
    page = show(VectorSet(rows), pairs)
    found = page.found
    session.show(session.state.with_settings(AnisotropySettings(0.0, centering=0.0, page="judged")))
    idle(session)
    assert page.view.verdict.text() == "This changes nothing that is judged."
    assert "difference 0.000" in page.view.numbers.text()
    assert page.view.over_dial.curve.names[page.view.over_dial.curve.now] == "raw"
    assert page.found is found  # It does not depend on where the dial stands.


def test_the_best_setting_is_used(show, session, idle):
    rows, pairs = likenesses()
    page = show(VectorSet(rows), pairs, strength=0.0)
    best = page.found.best
    assert page.use.isEnabled()
    page.use.click()
    idle(session)
    dial = session.state[AnisotropySettings]
    assert dial.transform.position == pytest.approx(best.position)
    assert (dial.components or 9) == best.components
    session.undo()
    assert session.state[AnisotropySettings].strength == 0.0


def test_a_press_on_a_curve_sets_the_dial(show, session, idle, qtbot):
    rows, pairs = likenesses()
    page = show(VectorSet(rows), pairs)
    page.view.over_dial.grab()
    place = page.view.over_dial.place_of(2).toPoint()
    qtbot.mouseClick(page.view.over_dial, LEFT, pos=place)
    idle(session)
    assert session.state[AnisotropySettings].centering == 0.5
    chart = page.view.over_components
    at = chart.curve.names.index("4 components")
    qtbot.mouseClick(chart, LEFT, pos=chart.place_of(at).toPoint())
    idle(session)
    assert session.state[AnisotropySettings].components == 4
    assert chart.curve.now == at
    last = len(chart.curve.names) - 1
    qtbot.mouseClick(chart, LEFT, pos=chart.place_of(last).toPoint())
    idle(session)
    assert session.state[AnisotropySettings].components is None
    qtbot.mouseClick(chart, LEFT, pos=QPoint(1, 1))
    assert session.state[AnisotropySettings].components is None


def test_a_point_names_its_pair(show, qtbot):
    rows, pairs = likenesses()
    labels = [f"row {i}" for i in range(2 * N)]
    page = show(VectorSet(rows, labels), pairs)
    before = page.view.scatter.grab().toImage()
    for panel in (0, 1):
        place = page.view.scatter.point_of(7, panel)
        assert page.view.scatter.pair_at(place) is not None
        assert "“row " in page.view.scatter.tip_at(place)
        assert "judged 0." in page.view.scatter.tip_at(place)
    qtbot.mouseMove(page.view.scatter, page.view.scatter.point_of(7, 0).toPoint())
    assert page.view.scatter.grab().toImage() != before
    assert page.view.scatter.tip_at(QPointF(1, 1)) == ""


def test_partners_and_categories_judge_too(show, session, idle):
    rows, pairs = likenesses(0)
    kind = np.where(rows[:, 0] > 2, "high", "low").astype(object)
    kind[3] = None
    kind[4] = "alone"
    form = ["a", "b", "c"] * (2 * N // 3)
    vector_set = VectorSet(rows, metadata={"kind": kind, "form": form})
    partners = Pairs(pairs.first, pairs.second, name="partners")
    page = show(vector_set, partners)
    offered = [page.choice.itemText(i) for i in range(page.choice.count())]
    assert offered == ["Top-1 · partners", "k-NN accuracy · kind", "k-NN accuracy · form"]
    assert page.view.numbers.text().startswith("Top-1 of partners 0.")
    assert page.view.outcomes.isVisible()
    assert sum(page.view.outcomes.counts) == N
    assert len(page.view.outcomes.counts) == len(TITLES)
    page.choice.setCurrentIndex(1)
    page.choice.activated.emit(1)
    idle(session)
    assert session.state[JudgedSettings].judge == "kind"
    assert page.view.numbers.text().startswith("10-NN accuracy 0.")
    assert f"{2 * N - 2} rows." in page.view.numbers.text()
    assert "1 row without a category left out." in page.view.caption.text()
    assert "never by itself" in page.view.caption.text()


def test_without_a_judge_it_says_what_would_do(show):
    rows, _ = likenesses()
    page = show(VectorSet(rows))
    assert page.view.verdict.text() == "Did it help?"
    assert "File → Add Pairs…" in page.view.numbers.text()
    assert page.choice.isHidden()
    assert page.view.over_dial.isHidden()
    each_its_own = [f"{i}" for i in range(2 * N)]
    page = show(VectorSet(rows, metadata={"id": each_its_own}))
    assert "Of its columns (id), none has as few values as categories." in page.view.numbers.text()


def made(n=40, d=6):
    return np.random.default_rng(0).normal(size=(n, d)).astype(np.float32)


FIRST, SECOND = np.arange(20), np.arange(20, 40)


@pytest.mark.parametrize(
    ("rows", "pairs", "said"),
    [
        (made(), Pairs(FIRST, SECOND, np.full(20, 3.0)), "All scores are 3"),
        (made(), Pairs([0, 1], [2, 3], [1, 2]), "2 judged pairs are too few"),
        (made(), Pairs(FIRST, FIRST, np.arange(20)), "all cosines are equal"),
        (made(), Pairs(FIRST, FIRST), "No pair joins two different rows"),
        (np.ones((40, 6)), Pairs(FIRST, SECOND, np.arange(20)), "equal"),
        (made() * 0, Pairs(FIRST, SECOND, np.arange(20)), "equal"),
        (made(4, 6), Pairs([0, 1], [2, 3], [1, 2]), "too few rows"),
        (made(40, 60), Pairs(FIRST, SECOND, np.arange(20)), "too few rows"),
        (made(), Pairs(FIRST, SECOND, [0] * 19 + [1]), "hardly any scores differ"),
        (made(40, 1), Pairs(FIRST, SECOND, np.arange(20)), "Spearman"),
    ],
)
def test_what_cannot_be_judged_is_said(show, pane, rows, pairs, said):
    page = show(VectorSet(rows.astype(np.float32)), pairs)
    labels = (page.view.verdict, page.view.numbers, page.view.best, page.view.caption)
    texts = [label.text() for label in labels]
    assert any(said in text for text in [*texts, pane.message_bar.text]), texts
    pane.grab()


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (["a"] * 20 + ["b"] + [f"{i}" for i in range(19)], "10-NN accuracy"),
        (["a", "b"] * 5 + [None] * 30, "30 rows without a category"),
    ],
)
def test_odd_categories_are_judged_or_it_is_said_why_not(show, column, said):
    page = show(VectorSet(made(), metadata={"kind": column}), judge="kind")
    assert any(said in label.text() for label in (page.view.numbers, page.view.caption))


def test_rows_of_zeros_are_counted_as_such(show):
    rows = made()
    rows[[2, 3, 25]] = 0
    page = show(VectorSet(rows), Pairs(FIRST, SECOND, np.arange(20)))
    assert "3 pairs with a row of zeros" in page.view.caption.text()


def test_closing_the_set_lets_go_of_it(show, session, idle):
    rows, pairs = likenesses()
    page = show(VectorSet(rows), pairs)
    assert page.measured is not None
    session.show(State())
    idle(session)
    assert page.measured is page.found is page._answers is None


def test_the_points_make_room_in_a_narrow_pane(show, pane, idle, session):
    rows, pairs = likenesses()
    page = show(VectorSet(rows), pairs)
    pane.resize(640, 700)
    idle(session)
    assert page.view.scatter.isHidden()
    assert page.view.over_dial.isVisible()


def test_larger_text_has_more_of_the_room(show, pane):
    show(*_sentences())
    page = pane.pages.chosen
    assert page.view.scatter.isVisible()
    pane.set_text_scale(1.8)
    assert page.view.scatter.isHidden()
    pane.set_text_scale(1.0)
    assert page.view.scatter.isVisible()


@pytest.mark.parametrize(("name", "strength"), [("sentences", 0.2), ("sentences-final", 1.0)])
def test_a_figure_says_what_the_window_says(show, session, name, strength):
    sample = load_sample(name)
    view = show(sample, bundled_pairs(sample), strength=strength).view
    labels = "verdict", "numbers", "best", "caption"
    said = [getattr(view, label).text() for label in labels]
    with draw_pane(AnisotropyPane, session, 1280, 800) as picture:
        drawn = picture.findChild(JudgedView)
        assert [getattr(drawn, label).text() for label in labels] == said
        assert all(getattr(drawn, label).isEnabled() for label in labels)
        assert drawn.scatter.n_drawn == view.scatter.n_drawn


def _sentences():
    sample = load_sample("sentences")
    return sample, bundled_pairs(sample)


@pytest.mark.parametrize("width", [524, 700, 1200])
def test_words_and_curves_stand_beside_each_other(show, pane, width):
    pane.resize(width, 560)
    rows, pairs = likenesses()
    view = show(VectorSet(rows), pairs).view
    QApplication.processEvents()
    words = view.verdict.parentWidget().geometry()
    assert view.over_dial.isVisible()
    assert view.over_dial.geometry().left() > words.right()
    assert view.over_components.isVisible() == (width > 600)
    for label in (view.verdict, view.numbers, view.best):
        assert label.geometry().right() <= words.width()
