"""A pane on the screen, and small corpora that train within a second or two."""

from dataclasses import replace

import pytest

from embedviz.app.state import State
from embedviz.panes.training import TrainingPane

from .examples import QUICK


@pytest.fixture
def pane(session, qtbot):
    pane = TrainingPane(session)
    qtbot.addWidget(pane)
    pane.resize(1100, 760)
    with qtbot.waitExposed(pane):
        pane.show()
    return pane


@pytest.fixture
def corpus(tmp_path):
    """Return a file of 600 short texts, in which two topics do not mix."""
    lines = []
    for place in range(600):
        topic = ("cat", "dog", "milk", "fur") if place % 2 else ("stone", "hill", "rain", "road")
        lines.append(" ".join(topic[(place + step) % 4] for step in range(6)))
    path = tmp_path / "topics.txt"
    path.write_text("\n".join(lines) + "\nonce alone\n", "utf-8")
    return path


@pytest.fixture
def choose(pane, session, idle):
    """Return a function that chooses a corpus with quick settings, and waits for its preview."""

    def choose(path="", **changes):
        source = "file" if path else "language"
        settings = replace(QUICK, source=source, path=str(path), **changes)
        session.show(State().with_settings(settings))
        idle(session)
        return pane

    return choose


@pytest.fixture
def train(choose, session, idle):
    """Return a function that trains to the end."""

    def train(path="", **changes):
        pane = choose(path, **changes)
        pane.corpus_page.train.click()
        idle(session)
        return pane

    return train
