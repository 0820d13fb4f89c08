"""Addresses that are asked for, and what of them is shown."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from embedviz.core.errors import UserError
from embedviz.sources.catalog.addresses import is_address, parse_address


@pytest.mark.parametrize(
    ("text", "whole", "host"),
    [
        ("https://example.com/a b.gz", "https://example.com/a%20b.gz", "example.com:443"),
        (" HTTP://EXAMPLE.com:80/x#part ", "http://example.com/x", "example.com:80"),
        ("https://example.com:8443", "https://example.com:8443/", "example.com:8443"),
        ("http://[::1]:9/x", "http://[::1]:9/x", "[::1]:9"),
        ("https://müller.example/é", "https://xn--mller-kva.example/%C3%A9", None),
        ("https://example.com/x?a=b%20c&d", "https://example.com/x?a=b%20c&d", None),
    ],
)
def test_an_address_is_asked_for_in_ascii(text, whole, host):
    found = parse_address(text)
    assert found.text == whole
    assert found.host == (host or found.host)
    assert parse_address(found.text) == found


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "example.com/x", "ftp://example.com/x", "file:///etc/passwd", "https://"),
        *("https:///x", "https://exa mple.com/x", "https://a\0b/x", "https://h:99999999/x"),
        *("https://h:x/", "https://[::1/x", "javascript:alert(1)", "https://a\r\nHost: b/x"),
        "https://example.com/" + "x" * 5000,
    ],
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(UserError):
        parse_address(text)


@pytest.mark.parametrize("text", ["https://me:CANARY@host/x", "http://CANARY@host/x"])
def test_names_and_passwords_are_refused_and_not_repeated(text):
    with pytest.raises(UserError, match="a name or a password") as raised:
        parse_address(text)
    assert "CANARY" not in str(raised.value)


def test_a_query_is_never_shown():
    assert parse_address("https://host/x?key=CANARY").shown == "https://host/x"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://127.0.0.1:9/x", True),
        ("http://localhost/x", True),
        ("http://[::1]/x", True),
        ("https://127.0.0.1.example.com/x", False),
        ("https://example.com/x", False),
    ],
)
def test_this_machine_is_known(text, expected):
    assert parse_address(text).is_loopback is expected


def test_an_encrypted_address_does_not_send_on_to_one_that_is_not():
    start = parse_address("https://host/a/b")
    assert start.following("../c").text == "https://host/c"
    assert start.following("//other/c").host == "other:443"
    with pytest.raises(UserError, match="not encrypted"):
        start.following("http://host/a")


def test_addresses_are_told_from_names_and_paths():
    assert is_address("https://host/x")
    assert is_address("FTP://host/x")
    assert not is_address("glove-twitter-25")
    assert not is_address("C:\\words.vec")


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text):
    try:
        found = parse_address(f"https://{text}")
    except UserError:
        return
    assert found.text.isascii()
    assert found.text.isprintable()
    assert " " not in found.text
    assert "@" not in found.host
