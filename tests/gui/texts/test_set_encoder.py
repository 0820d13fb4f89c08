"""Naming the encoder of a set, which is checked on some of its rows."""

import numpy as np
import pytest

from embedviz.core.derivation.recipes import Whitened
from embedviz.core.errors import ChoiceRequired
from embedviz.core.texts.encoder_of import encoder_of
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.vector_set import VectorSet
from embedviz.gui.style import apply_theme
from embedviz.gui.texts.set_encoder import EncoderDialog
from embedviz.gui.theme import THEMES
from embedviz.sources.texts.encoder_check import EncoderCheck

TEXTS = [f"text number {i}" for i in range(90)]


@pytest.fixture
def made(own_encoders):
    """Return a set that the encoder of the tests made, of unknown origin."""
    from embedviz.sources.encoders import make_encoder

    vectors = make_encoder(EncoderSettings("wordllama")).encode(TEXTS)
    return VectorSet(3 * vectors, TEXTS, {"group": ["a"] * 90}, "mine")


@pytest.fixture
def dialog_of(window, qtbot, idle):
    def open_dialog(vector_set):
        window.session.show(window.session.state.opened(vector_set))
        idle(window.session)
        window.trigger("file.set_encoder")
        return window.findChild(EncoderDialog)

    return open_dialog


def checked(dialog, qtbot):
    qtbot.waitUntil(lambda: dialog.check is not None, timeout=20_000)
    return dialog.check


def test_rows_made_by_it_are_recognized(window, dialog_of, made, qtbot, idle):
    dialog = dialog_of(made)
    check = checked(dialog, qtbot)
    assert check.made_them
    assert check.cosine == pytest.approx(1, abs=1e-6)
    assert "These rows were made by it" in dialog.found.text()
    assert "64 labels" in dialog.found.text()
    dialog.set_button.click()
    idle(window.session)
    active = window.session.state.active
    assert encoder_of(active).encoder == "wordllama"
    assert len(window.session.state.sets) == 1
    assert "Letters" in window.library.sets.item(0).toolTip()


def test_derived_sets_learn_it_too(window, dialog_of, made, qtbot, idle):
    window.session.show(window.session.state.opened(made))
    dialog = dialog_of(Whitened().derive(made))
    checked(dialog, qtbot)
    dialog.set_button.click()
    idle(window.session)
    assert [encoder_of(each).encoder for each in window.session.state.sets] == ["wordllama"] * 2


def test_other_rows_are_told_apart(dialog_of, qtbot):
    vectors = np.random.default_rng(0).normal(size=(90, 12))
    dialog = dialog_of(VectorSet(vectors, TEXTS, name="other"))
    check = checked(dialog, qtbot)
    assert not check.made_them
    assert abs(check.cosine) < 0.5
    assert "hardly made by it" in dialog.found.text()
    assert dialog.set_button.text() == "Set It Anyway"
    dialog.reject()


def test_texts_may_be_in_a_column(dialog_of, made, qtbot):
    names = [f"r{i}" for i in range(90)]
    metadata = {"group": ["a", "b"] * 45, "said": TEXTS}
    dialog = dialog_of(VectorSet(made.vectors, names, metadata, "mine"))
    check = checked(dialog, qtbot)
    assert (check.made_them, check.column) == (True, "said")
    dialog.reject()


def test_another_length_is_refused(dialog_of, qtbot):
    vectors = np.random.default_rng(0).normal(size=(90, 20))
    dialog = dialog_of(VectorSet(vectors, TEXTS, name="other"))
    check = checked(dialog, qtbot)
    assert not check.fits
    assert not dialog.set_button.isEnabled()
    assert "vectors of 12 numbers, and these rows have 20" in dialog.found.text()
    dialog.reject()


def test_a_service_is_compared_only_when_asked_for_and_agreed_to(
    window, dialog_of, made, sending_encoder, choose, qtbot
):
    dialog = dialog_of(made)
    checked(dialog, qtbot)
    choose(dialog.encoder.encoder, "elsewhere")
    dialog.encoder.address.setEditText("https://api.example.com/v1")
    dialog.encoder.address.lineEdit().editingFinished.emit()
    assert dialog.check is None
    assert not dialog.set_button.isEnabled()
    assert window.embeddings.consent.dialog is None
    dialog.compare_button.click()
    consent = window.embeddings.consent
    qtbot.waitUntil(lambda: consent.dialog is not None, timeout=20_000)
    assert sending_encoder.sent == []
    consent.dialog.reject()
    qtbot.waitUntil(lambda: "Nothing was sent" in dialog.found.text(), timeout=20_000)
    assert sending_encoder.sent == []
    dialog.reject()


def test_a_service_that_gives_longer_vectors_is_cut_only_when_that_is_agreed_to(
    dialog_of, made, sending_encoder, choose, qtbot, monkeypatch
):
    asked = []

    def check(vector_set, settings, ask, report):
        asked.append(settings)
        if not settings.cuts_here:
            raise ChoiceRequired("Agree with cuts_here.", "cuts_here", {}, "They are longer.")
        return EncoderCheck(settings, "m", 12, 12, 1.0, "", 64)

    dialog = dialog_of(made)
    checked(dialog, qtbot)
    monkeypatch.setattr("embedviz.gui.texts.set_encoder.check_encoder", check)
    choose(dialog.encoder.encoder, "elsewhere")
    dialog.encoder.address.setEditText("https://api.example.com/v1")
    dialog.encoder.address.lineEdit().editingFinished.emit()
    assert dialog.compare_button.text() == "Compare"
    dialog.compare_button.click()
    qtbot.waitUntil(lambda: dialog.found.text() == "They are longer.", timeout=20_000)
    assert dialog.compare_button.text() == "Cut Here and Compare"
    dialog.compare_button.click()
    assert checked(dialog, qtbot).settings.cuts_here
    assert [each.cuts_here for each in asked] == [False, True]
    # It was agreed to for this service alone.
    dialog.encoder.address.setEditText("https://other.example.com/v1")
    dialog.encoder.address.lineEdit().editingFinished.emit()
    assert not dialog.encoder.settings.cuts_here
    assert dialog.compare_button.text() == "Compare"
    dialog.reject()


@pytest.mark.parametrize("theme", THEMES)
def test_looks(window, dialog_of, made, artefacts, qapp, qtbot, choose, theme):
    apply_theme(qapp, THEMES[theme])
    dialog = dialog_of(made)
    checked(dialog, qtbot)
    qapp.processEvents()
    assert dialog.grab().save(str(artefacts / f"set-encoder-{theme}.png"))
    assert dialog.found.height() >= dialog.found.heightForWidth(dialog.found.width())
    choose(dialog.encoder.encoder, "elsewhere")
    qapp.processEvents()
    assert dialog.grab().save(str(artefacts / f"set-encoder-service-{theme}.png"))
    for line in (dialog.encoder.model, dialog.encoder.address, dialog.encoder.lacking):
        if line.isVisible():
            assert line.height() >= line.minimumSizeHint().height()
    dialog.reject()
