"""The pictures of the map that people put on slides, in both themes and in two sizes.

Written to the artefact folder. What can be checked without eyes is: that nothing is said in place
of a picture, that the points are there, and that what belongs on them is.
"""

from dataclasses import replace

import numpy as np
import pytest

from embedviz.app.linked_maps import add_map
from embedviz.app.state import State
from embedviz.core.samples import load_sample
from embedviz.core.vector_set import VectorSet
from embedviz.gui import figures
from embedviz.gui.points.view import PointView
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import THEMES
from embedviz.panes.map import MapPane

SIZES = {"1280": (1280, 800, 1.0), "2560": (1280, 720, 2.0)}
"""Width and height on screen, and pixels of the device per pixel."""

everywhere = pytest.mark.parametrize("theme", THEMES)
every_size = pytest.mark.parametrize("size", ["1280", pytest.param("2560", marks=pytest.mark.slow)])


@pytest.fixture(scope="module")
def digits():
    return load_sample("digits")


@pytest.fixture(scope="module")
def crowd():
    """Return a million rows around a few hundred places, in groups of very different size."""
    rng = np.random.default_rng(0)
    count, groups = 1_000_000, 9
    kind = rng.choice(groups, size=count, p=np.arange(1, groups + 1) / 45)
    middles = rng.normal(size=(groups, 30, 4)).astype(np.float32) * [3, 3, 1, 1]
    near = middles[kind, rng.integers(0, 30, count)]
    spread = rng.gamma(1.5, 0.25, size=(count, 1))
    rows = (near + spread * rng.normal(size=(count, 4))).astype(np.float32)
    names = np.array([f"group {letter}" for letter in "ABCDEFGHI"])
    return VectorSet(rows, None, {"group": names[kind]}, "a million rows")


def state_of(vector_set, **settings):
    state = State().opened(vector_set)
    return state.mapped(replace(state.map, **settings)).queried(None)


def draw(state, session, artefacts, qapp, name, theme, size):
    """Draw a map as it is on screen, and return its points."""
    width, height, scale = SIZES[size]
    apply_theme(qapp, THEMES[theme])
    session.show(state)
    with figures.draw_pane(MapPane, session, width, height) as picture:
        image = figures.draw_image(picture, scale)
        assert (image.width(), image.height()) == (width * scale, height * scale)
        assert image.save(str(artefacts / f"map-{name}-{theme}-{size}.png"))
        (view,) = picture.findChildren(PointView)
        assert view.scene.canvas.frames > 0
        seen = {
            image.pixelColor(x, y).rgb() for x in range(200, 900, 3) for y in range(100, 600, 3)
        }
        assert len(seen) > 50
    return seen


@every_size
@everywhere
@pytest.mark.parametrize("is_3d", [False, True], ids=["2d", "3d"])
def test_words_by_category(qapp, session, artefacts, words, theme, size, is_3d):
    """The first picture anyone sees: UMAP, with the names of the groups."""
    state = state_of(words, is_3d=is_3d)
    draw(state, session, artefacts, qapp, f"words-{'3d' if is_3d else '2d'}", theme, size)
    assert session.description.startswith("UMAP")


@every_size
@everywhere
def test_trust(qapp, session, artefacts, words, theme, size):
    draw(state_of(words, trust=True), session, artefacts, qapp, "trust", theme, size)


@every_size
@everywhere
def test_a_million_rows_as_a_density(qapp, session, artefacts, crowd, theme, size):
    state = state_of(crowd, density=True, color_by="group", labels=False)
    draw(state, session, artefacts, qapp, "density", theme, size)
    assert "density" in session.description


@every_size
@everywhere
def test_digits_with_their_pictures(qapp, session, artefacts, digits, theme, size):
    draw(state_of(digits), session, artefacts, qapp, "digits", theme, size)


@every_size
@everywhere
def test_two_linked_maps(window, qtbot, qapp, artefacts, words, idle, theme, size):
    """The same words in two layers of a model, the selection brushed from one to the other."""
    _, height, scale = SIZES[size]
    apply_theme(qapp, THEMES[theme])
    window.resize(1280, height)
    final = load_sample("words-final")
    state = add_map(State().opened(words).opened(final)).activated(words)
    chosen = [
        row for row, kind in enumerate(words.metadata["category"].to_pylist()) if kind == "animals"
    ]
    window.session.show(state.selecting(chosen))
    window.trigger("view.sides")
    idle(window.session)
    for view in window.findChildren(PointView):
        qtbot.waitUntil(lambda view=view: not view.animator.is_animating)
        view.render_now()
    qapp.processEvents()
    image = figures.draw_image(window, scale)
    assert image.save(str(artefacts / f"map-linked-{theme}-{size}.png"))
    first, second = (pane for pane in window.panes if isinstance(pane, MapPane))
    assert first.run.layout.vector_set is final
    assert second.run.layout.vector_set is words
    for pane in (first, second):  # The same words are marked in both.
        assert len(pane.view.scene.canvas.highlights.selected) == len(chosen) > 50
