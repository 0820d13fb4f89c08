"""Addresses as people type and paste them; a password is in none of them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.errors import UserError
from embedviz.sources.databases.address import Address, is_local_path, parse_address


@pytest.mark.parametrize(
    ("text", "place", "user", "options", "password"),
    [
        ("db.example.org:5432/texts", "db.example.org:5432/texts", "", (), None),
        ("me@db.example.org:5432/texts", "db.example.org:5432/texts", "me", (), None),
        (
            "postgresql://me:s%40fe@db.example.org:5432/texts?sslmode=require",
            "db.example.org:5432/texts",
            "me",
            (("sslmode", "require"),),
            "s@fe",
        ),
        ("postgres://db/texts?user=me&password=pw", "db/texts", "me", (), "pw"),
        ("postgresql:///texts?host=/run/pg", "/texts", "", (("host", "/run/pg"),), None),
        ("https://db.example.org:6333/", "https://db.example.org:6333", "", (), None),
        ("http://x.org?api_key=abc", "http://x.org", "", (), "abc"),
        ("s3://bucket/folder", "s3://bucket/folder", "", (), None),
        ("[::1]:19530", "[::1]:19530", "", (), None),
    ],
)
def test_servers(text, place, user, options, password):
    address, secret = parse_address(text, "some")
    assert address == Address("some", place, user, options=options)
    assert (None if secret is None else secret.reveal()) == password
    assert password is None or password not in repr(address)


@pytest.mark.parametrize("text", ["/data/x.lancedb", "~/x", "x.lancedb", "file:///data/x", "a b"])
def test_folders_are_absolute(text):
    address, secret = parse_address(text, "some")
    assert address.is_local
    assert secret is None
    assert Path(address.place).is_absolute()
    assert "~" not in address.place


def test_a_drive_is_not_a_scheme():
    assert is_local_path(r"C:\data\x.lancedb")
    assert is_local_path("D:/data")


@pytest.mark.parametrize("text", ["", "  ", "postgresql://me:pw@host:port/x", "a\0b", "http://[x"])
def test_what_is_none_is_said_without_repeating_it(text):
    with pytest.raises(UserError) as error:
        parse_address(text, "some")
    assert "pw" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "host", "is_loopback"),
    [
        ("localhost:6333", "localhost:6333", True),
        ("127.0.0.2:6333/x", "127.0.0.2:6333", True),
        ("postgresql:///texts?host=/run/pg", "localhost", True),
        ("https://db.example.org:6333/x", "db.example.org:6333", False),
        ("postgresql://localhost/x?host=evil.example", "evil.example", False),
        ("postgresql://localhost/x?host=/run/pg&hostaddr=10.1.1.1", "10.1.1.1", False),
    ],
)
def test_the_machine_is_named(text, host, is_loopback):
    address, _ = parse_address(text, "some")
    assert address.host == host
    assert address.is_loopback is is_loopback


@given(st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_text_is_an_address_or_a_message(text):
    try:
        address, _ = parse_address(text, "some")
    except UserError:
        return
    assert address.place
