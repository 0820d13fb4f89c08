"""Passwords come from what was typed, a variable or the keyring, each for its own address."""

import pickle
from dataclasses import replace

import pytest

from embedviz.core.errors import UserError
from embedviz.sources import secret_store
from embedviz.sources.databases import credentials
from embedviz.sources.databases.address import Address
from embedviz.sources.secret import Secret

ADDRESS = Address("pgvector", "db.example.org:5432/texts", "reader")
VARIABLE = "EMBEDVIZ_TEST_PASSWORD"


class Keyring:
    """A keyring in memory."""

    priority = 1

    def __init__(self):
        self.entries = {}

    def get_password(self, service, user):
        return self.entries.get((service, user))

    def set_password(self, service, user, value):
        self.entries[service, user] = value

    def delete_password(self, service, user):
        del self.entries[service, user]


@pytest.fixture
def keyring(monkeypatch):
    module = pytest.importorskip("keyring", reason="the extra [api] is not installed")
    made = Keyring()
    monkeypatch.setattr(module, "get_keyring", lambda: made)
    for name in ("get_password", "set_password", "delete_password"):
        monkeypatch.setattr(module, name, getattr(made, name))
    return made


def test_from_a_variable_with_its_blanks_but_not_the_end_of_its_line(monkeypatch):
    monkeypatch.setenv(VARIABLE, " pässword \r\n")
    found = credentials.find_password(replace(ADDRESS, secret_variable=VARIABLE))
    assert found.reveal() == " pässword "


def test_a_variable_that_is_not_set_is_said(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(UserError, match=f"{VARIABLE}, which is to hold the password, is not set"):
        credentials.find_password(replace(ADDRESS, secret_variable=VARIABLE))


def test_a_password_typed_as_the_name_of_a_variable_is_not_repeated():
    with pytest.raises(UserError, match="is not the name of one") as caught:
        credentials.checked_password_variable("hunter-2!")
    assert "hunter" not in str(caught.value)


def test_what_cannot_be_a_password_is_said_without_it(monkeypatch):
    monkeypatch.setenv(VARIABLE, "SECRET\nx")
    with pytest.raises(UserError, match="characters that no password has") as caught:
        credentials.find_password(replace(ADDRESS, secret_variable=VARIABLE))
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(
    "other",
    [
        {"user": "writer"},
        {"place": "db.example.com:5432/texts"},
        {"place": "db.example.org:5433/texts"},
        {"engine": "qdrant"},
    ],
)
def test_the_keyring_has_it_for_its_own_address_only(keyring, other):
    credentials.keep_password(ADDRESS, "abcdef")
    assert keyring.entries == {
        ("embedviz", "pgvector://reader@db.example.org:5432/texts"): "abcdef"
    }
    assert credentials.has_password(ADDRESS)
    assert credentials.find_password(ADDRESS).reveal() == "abcdef"
    assert credentials.find_password(replace(ADDRESS, **other)) is None
    credentials.forget_password(ADDRESS)
    credentials.forget_password(ADDRESS)
    assert credentials.find_password(ADDRESS) is None


def test_a_folder_needs_none(keyring, monkeypatch):
    folder = Address("lancedb", "/data/x.lancedb", is_local=True)
    keyring.entries["embedviz", credentials.keyring_entry(folder)] = "abcdef"
    assert credentials.find_password(folder) is None


def test_what_was_typed_comes_first_and_is_kept_nowhere(keyring, monkeypatch):
    monkeypatch.setenv(VARIABLE, "from the variable")
    address = replace(ADDRESS, secret_variable=VARIABLE)
    known = credentials.Credentials()
    assert known.find(address).reveal() == "from the variable"
    known.remember(address, Secret("hunter2"))
    assert known.find(address).reveal() == "hunter2"
    assert known.find(replace(address, user="other")).reveal() == "from the variable"
    assert not keyring.entries
    assert "hunter2" not in f"{known!r} {vars(known)!r}"
    with pytest.raises(TypeError):
        pickle.dumps(known)
    known.forget(address)
    assert known.find(address).reveal() == "from the variable"


def test_without_the_package_a_variable_serves(monkeypatch):
    monkeypatch.setattr(secret_store, "find_spec", lambda name: None)
    monkeypatch.setenv(VARIABLE, "abcdef")
    assert credentials.find_password(ADDRESS) is None
    assert (
        credentials.find_password(replace(ADDRESS, secret_variable=VARIABLE)).reveal() == "abcdef"
    )
    with pytest.raises(UserError, match="pip install"):
        credentials.keep_password(ADDRESS, "abcdef")
