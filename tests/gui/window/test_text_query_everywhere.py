"""A text as the query, in the window: typed once, every pane follows; kept in a session."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from embedviz.app.files.session.contents import Restored
from embedviz.app.files.session.state import restore_state
from embedviz.app.files.session.steps import STEPS
from embedviz.app.files.session.writing import describe_session
from embedviz.app.state import State
from embedviz.app.texts.pinned import with_texts
from embedviz.core.errors import UserError
from embedviz.core.projections import PCA, UMAP
from embedviz.core.query_vector import QueryVector
from embedviz.core.samples import load_sample
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.texts.origin import TextsOrigin, TextsSettings
from embedviz.core.vector_set import VectorSet
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import THEMES
from embedviz.panes.matryoshka.settings import MatryoshkaSettings
from embedviz.sources.consent import Sending
from embedviz.sources.encoders import make_encoder
from embedviz.sources.encoders.wordllama import WordLlamaEncoder

SENTENCES = 420
TEXT = "a storm at sea"


@pytest.fixture
def typed(window, idle, qtbot, toy_texts):
    """Return the window, after a text was typed."""
    window.session.show(State().opened(toy_texts))
    idle(window.session)
    window.trigger("edit.text_query")
    qtbot.waitUntil(window.neighbors.texts.line.hasFocus)
    qtbot.keyClicks(window.neighbors.texts.line, "a dog sleeps")
    qtbot.keyClick(window.neighbors.texts.line, Qt.Key.Key_Return)
    idle(window.session)
    return window


def test_every_pane_follows(typed, front, idle, toy_texts, toy_encoder):
    session = typed.session
    pane = front(typed, "map")
    idle(session)
    assert [each.text for each in pane.view.scene.markers.shown] == ["a dog sleeps"]
    pane = front(typed, "matryoshka")
    session.show(session.state.with_settings(MatryoshkaSettings(5)))
    idle(session)
    assert "“a dog sleeps”" in pane.lists.summary.text()
    vector = toy_encoder.vector("a dog sleeps")[:5]
    rows = toy_texts.vectors[:, :5].astype(float)
    cosines = rows @ vector / np.linalg.norm(rows, axis=1)
    best = np.argsort(-cosines, kind="stable")[:10].tolist()
    assert [line.row for line in pane.lists.short.lines.lines] == best
    pane = front(typed, "anisotropy")
    idle(session)
    assert "a dog sleeps" in pane.spheres.query_marker.line.text()
    pane = front(typed, "contrastive")
    idle(session)
    assert "a dog sleeps" in pane.caption.text()
    assert toy_encoder.asked == [(["a dog sleeps"], True)]


def test_without_an_encoder_the_action_says_why(window, idle, toy):
    window.trigger("edit.text_query")
    assert window.message_bar.text == "Open a file of vectors first."
    window.session.show(State().opened(toy))
    idle(window.session)
    window.trigger("edit.text_query")
    assert "no text can be encoded" in window.message_bar.text


def test_its_encoders_end_with_the_window(typed, toy_encoder):
    typed.close()
    assert [each.encoder for each in toy_encoder.closed] == ["toy"]


def test_a_session_keeps_texts_and_needs_no_encoder(toy_texts, toy_encoder):
    settings = toy_texts.origin.encoder
    texts = [
        QueryVector(name, np.float32(toy_encoder.vector(name)), settings)
        for name in ("a dog", "a ship")
    ]
    state = with_texts(State().opened(toy_texts), texts).queried_with(texts[1])
    document = describe_session(state, {}, STEPS).document
    # The set itself cannot be written, having no file: what is known of it is put in its place.
    document["state"]["active"] = 0
    document["state"]["query_vector"] = document["state"]["texts"][1]
    toy_encoder.asked.clear()
    restored = restore_state(document, Restored([toy_texts], [True], [])).state
    assert [(each.name, each.encoder) for each in restored.texts] == [
        ("a dog", settings),
        ("a ship", settings),
    ]
    for one, other in zip(restored.texts, texts, strict=True):
        np.testing.assert_array_equal(one.vector, other.vector)
    np.testing.assert_array_equal(restored.query_vector.vector, texts[1].vector)
    assert restored.query_vector.encoder == settings
    assert toy_encoder.asked == []


@pytest.fixture
def far(toy_encoder, monkeypatch):
    """Let the toy encoder be one that asks before it sends, and return what it sent."""
    sent, encode = [], toy_encoder.encode

    def ask_first(self, texts, report, *, as_queries):
        sending = Sending("far.example:443", "to embed them", len(texts), len("".join(texts)))
        if not self.ask(sending):
            raise UserError("Nothing was sent.")
        sent.extend(texts)
        return encode(self, texts, report, as_queries=as_queries)

    monkeypatch.setattr(toy_encoder, "encode", ask_first)
    monkeypatch.setattr(toy_encoder, "is_local", False)
    return sent


def test_nothing_is_sent_before_the_user_agrees(window, idle, qtbot, toy_texts, far):
    session, consent = window.session, window.embeddings.consent
    session.show(State().opened(toy_texts))
    idle(session)
    for answer, is_sent in (("consent.cancel", False), ("consent.send", True)):
        window.neighbors.texts.line.texts_given.emit(["a dog"])
        qtbot.waitUntil(lambda: consent.dialog is not None and consent.dialog.isVisible())
        said = " ".join(each.text() for each in consent.dialog.findChildren(QLabel))
        assert "far.example" in said
        assert "5" in said
        assert far == []
        assert session.state.query_vector is None
        qtbot.mouseClick(consent.dialog.findChild(QPushButton, answer), Qt.MouseButton.LeftButton)
        idle(session)
        assert (far == ["a dog"]) == is_sent
        assert (session.state.query_vector is not None) == is_sent
        assert window.neighbors.message_bar.text == ("" if is_sent else "Nothing was sent.")


def test_a_question_that_is_open_ends_with_the_window(window, idle, qtbot, toy_texts, far):
    window.session.show(State().opened(toy_texts))
    idle(window.session)
    window.neighbors.texts.line.texts_given.emit(["a dog"])
    consent = window.embeddings.consent
    qtbot.waitUntil(lambda: consent.dialog is not None and consent.dialog.isVisible())
    window.close()
    assert far == []


# With a real model.


@pytest.fixture(scope="module")
def sentences():
    """Return some of the bundled sentences, their vectors made by WordLlama."""
    if lacking := WordLlamaEncoder.what_lacks():
        pytest.skip(lacking)
    given = load_sample("sentences")
    rows = np.random.default_rng(0).choice(len(given), SENTENCES, replace=False)
    labels = [given.labels[row] for row in rows.tolist()]
    settings = EncoderSettings("wordllama")
    vectors = make_encoder(settings).encode(labels)
    origin = TextsOrigin(Path("sentences.txt"), TextsSettings(encoder=settings))
    metadata = given.metadata.take(rows)
    return VectorSet(vectors, labels, metadata, "sentences, by WordLlama", origin=origin)


LOOKS = [
    (PCA(), "light"),
    (PCA(), "dark"),
    (UMAP(), "light"),
    pytest.param(UMAP(), "dark", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("projection", "theme"), LOOKS)
def test_a_text_lands_on_the_map(window, idle, qapp, artefacts, sentences, theme, projection):
    apply_theme(qapp, THEMES[theme])
    window.resize(1366, 768)
    state = State().opened(sentences)
    window.session.show(state.mapped(state.map.projected_by(projection)))
    idle(window.session)
    pane = window.active_pane
    pane.view.animator.is_enabled = False
    others = ["how to bake bread", "a match that was lost"]
    window.neighbors.texts.line.texts_given.emit([TEXT, *others])
    idle(window.session)
    markers = pane.view.scene.markers
    assert [each.text for each in markers.shown] == [TEXT, *others]
    # Where the weather is, and not where bread is baked.
    topics = np.array(sentences.metadata["topic"].to_pylist())
    places = pane.run.layout.positions[:, :2]
    means = {topic: places[topics == topic].mean(axis=0) for topic in ("weather", "cooking")}
    for text, topic in ((TEXT, "weather"), ("how to bake bread", "cooking")):
        index = [each.text for each in markers.shown].index(text)
        away = {t: np.linalg.norm(markers.places[index, :2] - m) for t, m in means.items()}
        assert min(away, key=away.get) == topic
    QApplication.processEvents()
    name = f"text-query-{projection.name}-{theme}.png".lower()
    assert window.grab().save(str(artefacts / name))
