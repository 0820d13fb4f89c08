"""A real table of texts, from the window's door to the set, by the model that is the default."""

import csv

import pytest

from embedviz.core.samples import load_sample
from embedviz.core.texts.encoder_of import encoder_of
from embedviz.gui.panels.set_list import SIZE_ROLE
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import THEMES
from embedviz.sources.encoders.wordllama import WordLlamaEncoder

LACKING = WordLlamaEncoder.what_lacks()
pytestmark = pytest.mark.skipif(bool(LACKING), reason=LACKING)


@pytest.fixture
def sentences(tmp_path):
    """Return the bundled sentences as a CSV without vectors."""
    path = tmp_path / "sentences.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "sentence", "words"])
        for number, label in enumerate(load_sample("sentences").labels):
            table.writerow([f"s{number:04}", label, len(label.split())])
    return path


def asked_about(window, path, qtbot):
    window.open_paths([path])
    qtbot.waitUntil(lambda: window.embeddings.dialog is not None, timeout=20_000)
    dialog = window.embeddings.dialog
    qtbot.waitUntil(lambda: "measured on" in dialog.time.text(), timeout=20_000)
    return dialog


def test_sentences_are_embedded_here(window, sentences, qtbot, idle):
    dialog = asked_about(window, sentences, qtbot)
    assert dialog.texts.column.currentData() == "sentence"
    assert "measured on the first 500 texts" in dialog.time.text()
    assert dialog.privacy.text() == "Nothing leaves this machine."
    dialog.accept()
    qtbot.waitUntil(lambda: window.session.state.active is not None, timeout=20_000)
    idle(window.session)
    active = window.session.state.active
    assert active.dimensions == 256
    assert len(active) == len(load_sample("sentences"))
    assert encoder_of(active).encoder == "wordllama"
    assert "WordLlama" in window.library.sets.item(0).data(SIZE_ROLE)


@pytest.mark.parametrize("theme", THEMES)
def test_picture_of_the_embed_dialog(window, sentences, qtbot, qapp, artefacts, theme):
    """As the guide has it."""
    apply_theme(qapp, THEMES[theme])
    dialog = asked_about(window, sentences, qtbot)
    dialog.place.setText("CSV · 1,266 rows")  # Its folder is another one in each run.
    dialog.resize(680, 620)
    qapp.processEvents()
    assert dialog.grab().save(str(artefacts / f"embed-dialog-{theme}.png"))
    dialog.reject()
