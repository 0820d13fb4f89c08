"""Where a key is: a variable or the keyring; it is shown nowhere."""

import sys

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail
from PySide6.QtWidgets import QLineEdit

from embedviz.gui.texts.encoder_form import EncoderForm
from embedviz.gui.texts.key_entry import KeyDialog, KeyEntry
from embedviz.sources.encoders.service.keys import find_key

ADDRESS = "https://api.example.com/v1"
CANARY = "sk-canary-0123456789"


class OwnKeyring(KeyringBackend):
    """Keyring in memory."""

    priority = 1

    def __init__(self):
        super().__init__()
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password


@pytest.fixture
def own_keyring():
    before, own = keyring.get_keyring(), OwnKeyring()
    keyring.set_keyring(own)
    yield own
    keyring.set_keyring(before)


@pytest.fixture
def entry(qtbot):
    entry = KeyEntry("embed")
    qtbot.addWidget(entry)
    entry.show()
    return entry


def told(entry, qtbot, words):
    qtbot.waitUntil(lambda: words in entry.told.text(), timeout=20_000)


def test_a_key_goes_into_the_keyring_and_is_shown_nowhere(entry, own_keyring, qtbot):
    entry.show_key(ADDRESS, "")
    told(entry, qtbot, "No key is kept")
    assert entry.variable == ""
    entry.store.click()
    (dialog,) = entry.findChildren(KeyDialog)
    assert dialog.field.echoMode() == QLineEdit.EchoMode.Password
    assert not dialog.button.isEnabled()
    qtbot.keyClicks(dialog.field, CANARY)
    dialog.button.click()
    told(entry, qtbot, "A key is kept")
    assert find_key(ADDRESS, "").reveal() == CANARY
    lines = [line.text() for line in entry.findChildren(QLineEdit)]
    assert not any(CANARY in text for text in [*lines, entry.told.text()])


def test_without_a_keyring_the_variable_is_offered(entry, qtbot):
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    try:
        entry.show_key(ADDRESS, "")
        told(entry, qtbot, "no keyring. Use a variable")
        entry.store.click()
        (dialog,) = entry.findChildren(KeyDialog)
        dialog.field.setText(CANARY)
        dialog.button.click()
        qtbot.waitUntil(dialog.problem.isVisible, timeout=20_000)
        assert CANARY not in dialog.problem.text()
        dialog.reject()
        assert dialog.field.text() == ""
    finally:
        keyring.set_keyring(before)


def test_without_the_package_it_is_said(entry, qtbot, monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    entry.show_key(ADDRESS, "")
    told(entry, qtbot, "pip install keyring")


def test_the_form_gives_the_name_of_the_variable(qtbot, choose):
    form = EncoderForm("embed")
    qtbot.addWidget(form)
    choose(form.encoder, "elsewhere")
    form.address.activated.emit(0)
    assert form.settings.address == "https://api.openai.com/v1"
    assert form.settings.key_variable == "OPENAI_API_KEY"
    form.key.variable_line.setText("MY_KEY")
    assert form.settings.key_variable == "MY_KEY"
    form.key.kind.setCurrentIndex(form.key.kind.findData("keyring"))
    assert form.settings.key_variable == ""
