"""Training at three moments, in every size and both themes: for people to look at, and checked."""

from dataclasses import replace

import numpy as np
import pytest

from embedviz.app.state import State
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK, LIGHT
from embedviz.panes.training.settings import TrainingPaneSettings

SIZES = ((900, 640), (1366, 768), (2560, 1440))
MOMENTS = {"start": 0.0, "middle": 0.12, "end": 1.0}


@pytest.fixture
def trained(window, front, idle):
    """Return the pane of a window in which the made-up language has been trained."""
    settings = replace(TrainingPaneSettings().of_corpus("language"), epochs=7, dimensions=60)
    window.session.show(State().with_settings(settings))
    pane = front(window, "training")
    idle(window.session)
    pane.corpus_page.train.click()
    idle(window.session, timeout=240_000)
    assert pane.player.run.trained is not None, pane.message_bar.text
    return pane


def is_readable(label):
    """Return whether all of a text that goes on in further lines has room."""
    return label.heightForWidth(label.width()) <= label.height()


def require_tidy(pane):
    """Fail where something is cut off, or the legend lies over the points."""
    page = pane.run_page
    assert is_readable(page.sentence)
    assert is_readable(page.beside.head)
    view = page.map
    area = view.viewport.area()
    assert area.width() > 100
    assert area.height() > 100
    canvas = view.scene.canvas
    shown = np.array(canvas.positions)[np.isfinite(np.array(canvas.positions)).all(axis=1)]
    pixels, _ = view.camera.project(shown, area.width(), area.height())
    # No point is outside of what is left of the legend.
    assert pixels.min() >= 0
    assert (pixels <= [area.width(), area.height()]).all()
    for control in (pane.transport.play, pane.transport.scrub, pane.tool_bar.use):
        left = control.mapTo(pane, control.rect().topLeft())
        assert pane.rect().contains(left)
        assert pane.rect().contains(control.mapTo(pane, control.rect().bottomRight()))


def test_three_moments_of_a_training(trained, window, qapp, artefacts, qtbot):
    pane = trained
    recording = pane.player.run.recording
    for theme in (LIGHT, DARK):
        apply_theme(qapp, theme)
        for width, height in SIZES:
            window.resize(width, height)
            for moment, fraction in MOMENTS.items():
                pane.player.scrub(recording.place_at(fraction))
                qapp.processEvents()
                view = pane.run_page.map
                view.fit()
                qtbot.waitUntil(lambda view=view: not view.animator.is_animating)
                view.render_now()
                qapp.processEvents()
                require_tidy(pane)
                name = f"training-{moment}-{theme.name}-{width}.png"
                assert window.grab().save(str(artefacts / name))
    apply_theme(qapp, LIGHT)
    frames = [recording[recording.place_at(fraction)] for fraction in MOMENTS.values()]
    accuracies = [frame.accuracy for frame in frames]
    assert accuracies[0] < 0.1
    assert accuracies[0] <= accuracies[1] <= accuracies[2]
    assert accuracies[2] >= 0.9


def test_every_page_before_it(window, front, idle, qapp, artefacts):
    pane = front(window, "training")
    for theme in (LIGHT, DARK):
        apply_theme(qapp, theme)
        for page in ("", "language"):
            settings = TrainingPaneSettings().of_corpus(page) if page else TrainingPaneSettings()
            window.session.show(State().with_settings(settings))
            idle(window.session)
            for width, height in SIZES:
                window.resize(width, height)
                qapp.processEvents()
                for label in (pane.corpus_page.numbers, pane.corpus_page.how):
                    assert not label.isVisible() or is_readable(label)
                name = f"training-{page or 'offers'}-{theme.name}-{width}.png"
                assert window.grab().save(str(artefacts / name))
    apply_theme(qapp, LIGHT)
