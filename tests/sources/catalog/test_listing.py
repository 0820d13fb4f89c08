"""Lists that are fetched from a server on loopback."""

import pytest

from embedviz.core.errors import UserError
from embedviz.sources.catalog import listing as listing_module
from embedviz.sources.catalog.listing import fetch_listing, kept_listing
from embedviz.sources.consent import NotAgreed, refuse


def test_the_list_is_fetched_after_consent_and_kept(server, tmp_path):
    assert kept_listing(server.catalog, tmp_path) is None
    with pytest.raises(NotAgreed) as raised:
        fetch_listing(server.catalog, tmp_path, refuse)
    assert server.requests == []
    assert raised.value.sending.host == server.host
    found = fetch_listing(server.catalog, tmp_path / "new", lambda sending: True)
    assert [each.name for each in found.entries] == ["tiny"]
    kept, when = kept_listing(server.catalog, tmp_path / "new")
    assert kept == found
    assert when > 0


def test_only_the_list_is_asked_for_and_no_code(server, tmp_path):
    fetch_listing(server.catalog, tmp_path, lambda sending: True)
    assert [path for path, _ in server.requests] == ["/list.json"]
    (_, headers), *_ = server.requests
    assert set(headers) <= {"Host", "User-Agent", "Accept-Encoding", "Connection"}
    assert headers["User-Agent"] == "embedviz"


def test_a_page_in_place_of_the_list_is_said_and_not_kept(server, tmp_path):
    server.files["/list.json"] = b"<html>Welcome to our network. Log in</html>"
    with pytest.raises(UserError, match="with a web page"):
        fetch_listing(server.catalog, tmp_path, lambda sending: True)
    assert kept_listing(server.catalog, tmp_path) is None


def test_a_list_without_an_end_is_refused(server, tmp_path, monkeypatch):
    monkeypatch.setattr(listing_module, "MOST_LIST_BYTES", 100_000)
    server.files["/list.json"] = b" " * 3_000_000
    with pytest.raises(UserError, match="sends more than 100 kB as its list"):
        fetch_listing(server.catalog, tmp_path, lambda sending: True)


def test_a_cut_list_is_said(server, tmp_path):
    server.cuts = [10]
    with pytest.raises(UserError, match="failed"):
        fetch_listing(server.catalog, tmp_path, lambda sending: True)
