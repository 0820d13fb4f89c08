"""Addresses of services, however they are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.errors import UserError
from embedviz.sources.encoders.service.address import (
    PRESETS,
    checked_address,
    host_of,
    is_loopback,
    is_readable_underway,
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://api.example.com/v1", "https://api.example.com/v1"),
        ("  https://API.Example.com:443/v1/ ", "https://api.example.com/v1"),
        ("http://localhost:11434/v1/embeddings", "http://localhost:11434/v1"),
        ("http://localhost:80", "http://localhost"),
        ("localhost:11434/v1", "http://localhost:11434/v1"),
        ("[::1]:8080/v1", "http://[::1]:8080/v1"),
        ("api.example.com/v1", "https://api.example.com/v1"),
        ("192.168.0.2:8000/v1", "https://192.168.0.2:8000/v1"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1"),
        ("https://bücher.example/v1", "https://xn--bcher-kva.example/v1"),
        # A Cyrillic letter in place of the Latin one.
        ("https://\u0430pi.example.com/v1", "https://xn--pi-6kc.example.com/v1"),
    ],
)
def test_an_address_is_kept_in_one_way(typed, kept):
    assert checked_address(typed) == kept
    assert checked_address(kept) == kept


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "no address"),
        ("mailto:me", "not one"),
        ("/v1", "not the address of a service"),
        ("ftp://example.com", "not the address of a service"),
        ("https:///v1", "not the address of a service"),
        ("https://exa mple.com/v1", "spaces in the address"),
        ("https://example.com\\@evil.example", "spaces in the address"),
        ("http://example.com:99999/v1", "not one"),
        ("http://[::1/v1", "not one"),
    ],
)
def test_what_is_not_an_address_is_refused(typed, words):
    with pytest.raises(UserError, match=words):
        checked_address(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "https://me:SECRET@example.com/v1",
        "https://SECRET@example.com/v1",
        "me:SECRET@example.com/v1",
        "https://example.com/v1?api-key=SECRET",
        "https://example.com/v1#SECRET",
        "https://example.com@evil.example:x:SECRET/v1",
    ],
)
def test_an_address_holds_no_key_and_none_is_repeated(typed):
    with pytest.raises(UserError) as caught:
        checked_address(typed)
    assert "SECRET" not in str(caught.value)


@given(st.text())
def test_any_text_is_an_address_or_refused(typed):
    try:
        kept = checked_address(typed)
    except UserError:
        return
    assert checked_address(kept) == kept
    assert host_of(kept)


def test_the_host_has_its_port():
    assert host_of("https://api.example.com/v1") == "api.example.com:443"
    assert host_of("http://api.example.com/v1") == "api.example.com:80"
    assert host_of("http://[::1]:8080/v1") == "[::1]:8080"


@pytest.mark.parametrize(
    ("address", "is_own"),
    [
        ("http://localhost:1/v1", True),
        ("http://127.0.0.1:1/v1", True),
        ("http://127.9.9.9:1/v1", True),
        ("http://[::1]:1/v1", True),
        ("http://a.localhost:1/v1", True),
        ("http://localhost.example.com/v1", False),
        ("http://127.0.0.1.example.com/v1", False),
        ("http://192.168.0.2/v1", False),
        ("http://0.0.0.0/v1", False),
        ("https://api.example.com/v1", False),
    ],
)
def test_this_machine_is_told_from_others(address, is_own):
    assert is_loopback(address) is is_own
    assert is_readable_underway(address) is (not is_own and address.startswith("http:"))


def test_presets_are_as_addresses_are_kept():
    assert len({preset.name for preset in PRESETS}) == len(PRESETS)
    for preset in PRESETS:
        assert checked_address(preset.address) == preset.address
        assert is_loopback(preset.address) == ("this machine" in preset.name)
