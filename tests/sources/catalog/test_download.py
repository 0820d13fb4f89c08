"""Downloads from a server that cuts, changes, lies and sends elsewhere."""

import errno
import hashlib
import pickle
import shutil
import threading
from collections import namedtuple
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from embedviz import load
from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled
from embedviz.formats.companions.download_record import read_record
from embedviz.sources.catalog import transfer
from embedviz.sources.catalog.download import download, want_address, want_entry
from embedviz.sources.catalog.entries import Entry, RemoteFile
from embedviz.sources.catalog.kept import kept_files, kept_in, n_bytes_begun, remove_kept
from embedviz.sources.catalog.listing import fetch_listing
from embedviz.sources.catalog.lock import LOCKED, only_one
from embedviz.sources.consent import NotAgreed, refuse


def agree(sending):
    return True


@pytest.fixture
def tiny(server, tmp_path):
    """Return what is to be downloaded for the entry `tiny`."""
    listing = fetch_listing(server.catalog, tmp_path / "kept", agree)
    server.requests.clear()
    return want_entry(listing.find("tiny"), server.catalog, tmp_path / "kept")


def whole(server, name="tiny"):
    return server.files[f"/{name}/{name}.gz"]


def test_a_file_is_downloaded_opened_and_knows_where_it_is_from(server, tiny):
    said = []
    found = download(tiny, agree, lambda share, words: said.append((share, words)))
    assert found.path == tiny.folder / "tiny.gz"
    assert found.path.read_bytes() == whole(server)
    assert found.notes == ()
    assert said[0][0] == 0
    assert said[-1][0] == 1
    assert [share for share, _ in said] == sorted(share for share, _ in said)
    assert any(" of " in words for _, words in said)
    words = load(found.path)
    assert words.vectors.shape == (300, 8)
    assert any(
        note.startswith(f"Downloaded from {server.address}/tiny/tiny.gz") and "pddl" in note
        for note in words.notes
    )
    assert sorted(path.name for path in tiny.folder.iterdir()) == [
        "tiny.gz",
        "tiny.gz.download.json",
    ]


def test_nothing_is_connected_to_without_consent(server, tiny):
    with pytest.raises(NotAgreed, match="Nothing was sent") as raised:
        download(tiny, refuse)
    assert server.requests == []
    sending = raised.value.sending
    assert sending.host == server.host
    assert sending.is_loopback
    assert sending.purpose.startswith("to download tiny (")
    assert any("License: http" in line for line in sending.details)
    assert kept_in(tiny.folder) is None


def test_what_is_not_encrypted_is_warned_about_before(tmp_path):
    for address, n_warnings in (("http://example.com/a.vec", 1), ("https://example.com/a.vec", 0)):
        with pytest.raises(NotAgreed) as raised:
            download(want_address(address, tmp_path), refuse)
        sending = raised.value.sending
        assert len(sending.warnings) == n_warnings
        assert not sending.is_loopback


def test_it_is_asked_once_for_all_attempts(server, tiny):
    server.cuts = [1000, 1000]
    asked = []
    download(tiny, lambda sending: asked.append(sending) is None)
    assert len(asked) == 1


def test_a_cut_connection_is_taken_up_where_it_broke_off(server, tiny):
    server.cuts = [1000, 1500, 1]
    found = download(tiny, agree)
    assert found.path.read_bytes() == whole(server)
    assert server.ranges() == [None, "bytes=1000-", "bytes=2500-", "bytes=2501-"]
    assert server.requests[1][1]["If-Range"] == server.headers["/tiny/tiny.gz"]["ETag"]
    assert found.notes == ()


def test_a_connection_that_lets_nothing_through_is_given_up_and_what_is_there_kept(server, tiny):
    server.cuts = [1000, 0]
    with pytest.raises(UserError, match=r"was cut after 1 kB\. Nothing is lost"):
        download(tiny, agree)
    assert n_bytes_begun(tiny.folder) == 1000
    assert kept_in(tiny.folder) is None
    assert download(tiny, agree).path.read_bytes() == whole(server)
    assert server.ranges()[-1] == "bytes=1000-"


def test_stop_keeps_what_is_there_and_the_next_goes_on(server, tiny, monkeypatch):
    monkeypatch.setattr("embedviz.sources.catalog.pace._BETWEEN", 0.0)
    monkeypatch.setattr(transfer, "_BLOCK", 500)

    def stop(share, words):
        if " of " in words and n_bytes_begun(tiny.folder) >= 1000:
            raise Cancelled

    with pytest.raises(Cancelled):
        download(tiny, agree, stop)
    begun = n_bytes_begun(tiny.folder)
    assert 0 < begun < len(whole(server))
    assert download(tiny, agree).path.read_bytes() == whole(server)
    assert server.ranges() == [None, f"bytes={begun}-"]


def test_a_server_that_ignores_ranges_sends_all_again(server, tiny):
    server.cuts, server.ignores_range = [1000], True
    found = download(tiny, agree)
    assert found.path.read_bytes() == whole(server)
    assert found.notes == (
        f"{server.host} only sends whole files, so it was downloaded from the beginning again.",
    )


@pytest.mark.parametrize("header", ["ETag", "Last-Modified"])
def test_a_file_that_changes_meanwhile_is_noticed(server, tmp_path, header):
    server.files["/a.vec"] = b"x 1 2\n" * 1000
    server.headers["/a.vec"] = {header: '"old"'}
    server.cuts = [1000, 0]
    wanted = want_address(f"{server.address}/a.vec", tmp_path)
    with pytest.raises(UserError, match="was cut"):
        download(wanted, agree)
    server.files["/a.vec"] = b"y 3 4\n" * 900
    server.headers["/a.vec"] = {header: '"new"'}
    found = download(wanted, agree)
    assert found.path.read_bytes() == b"y 3 4\n" * 900
    assert "The file has changed there" in found.notes[0]


def test_a_changed_size_without_any_tag_is_noticed(server, tiny):
    server.headers.clear()
    server.cuts = [1000, 0]
    with pytest.raises(UserError, match="was cut"):
        download(tiny, agree)
    server.files["/tiny/tiny.gz"] = whole(server) + b"more"
    with pytest.raises(UserError, match="checksum"):
        download(tiny, agree)
    assert n_bytes_begun(tiny.folder) == 0


def test_without_a_tag_or_a_checksum_nothing_is_gone_on_from(server, tmp_path):
    server.files["/a.vec"] = b"x 1 2\n" * 1000
    server.cuts = [1000]
    wanted = want_address(f"{server.address}/a.vec", tmp_path)
    with pytest.raises(UserError, match="so from the start"):
        download(wanted, agree)
    assert download(wanted, agree).path.read_bytes() == server.files["/a.vec"]
    assert server.ranges() == [None, None]


def test_a_part_longer_than_the_file_is_begun_anew(server, tiny):
    server.cuts = [1000, 0]
    with pytest.raises(UserError, match="was cut"):
        download(tiny, agree)
    with (tiny.folder / "tiny.gz.part").open("ab") as file:
        file.write(b"x" * 100_000)
    found = download(tiny, agree)
    assert found.path.read_bytes() == whole(server)
    assert "no longer fits" in found.notes[0]


@pytest.mark.parametrize("state", [b"", b"{}", b"[]", b'{"address": 1}', b"\xff", b"[" * 100_000])
def test_a_damaged_state_is_none(server, tiny, state):
    server.cuts = [1000, 0]
    with pytest.raises(UserError, match="was cut"):
        download(tiny, agree)
    (tiny.folder / "tiny.gz.part.json").write_bytes(state)
    assert download(tiny, agree).path.read_bytes() == whole(server)
    assert server.ranges()[-1] is None


def test_a_wrong_checksum_is_refused_and_removed(server, tiny):
    server.files["/tiny/tiny.gz"] = whole(server)[:-1] + b"?"
    with pytest.raises(UserError, match="tiny does not have the checksum"):
        download(tiny, agree)
    assert kept_in(tiny.folder) is None
    assert n_bytes_begun(tiny.folder) == 0
    assert len(server.requests) == 1


def test_damage_in_an_old_part_is_mended_by_beginning_anew(server, tiny):
    server.cuts = [1000, 0]
    with pytest.raises(UserError, match="was cut"):
        download(tiny, agree)
    (tiny.folder / "tiny.gz.part").write_bytes(b"x" * 1000)
    assert download(tiny, agree).path.read_bytes() == whole(server)
    assert server.ranges()[-2:] == ["bytes=1000-", None]


def test_parts_are_joined_in_their_order(server, tmp_path):
    data = whole(server)
    cuts = (data[:700], data[700:1500], data[1500:])
    pieces = []
    for place, part in enumerate(cuts):
        server.files[f"/p/p.gz_0{place}"] = part
        address = f"{server.address}/p/p.gz_0{place}"
        pieces.append(RemoteFile(address, hashlib.md5(part).hexdigest()))
    entry = Entry("p", "p.gz", tuple(pieces), n_bytes=len(data))
    wanted = want_entry(entry, server.catalog, tmp_path)
    server.cuts = [None, 300, 0]
    with pytest.raises(UserError, match="was cut"):
        download(wanted, agree)
    server.requests.clear()
    found = download(wanted, agree)
    assert found.path.read_bytes() == data
    assert [path for path, _ in server.requests] == ["/p/p.gz_01", "/p/p.gz_02"]
    assert server.ranges() == ["bytes=300-", None]
    assert n_bytes_begun(wanted.folder) == 0


def test_joining_that_is_stopped_leaves_the_parts_and_nothing_else(server, tmp_path):
    data = whole(server)
    pieces = []
    for place, part in enumerate((data[:700], data[700:])):
        server.files[f"/p/p.gz_0{place}"] = part
        address = f"{server.address}/p/p.gz_0{place}"
        pieces.append(RemoteFile(address, hashlib.md5(part).hexdigest()))
    wanted = want_entry(Entry("p", "p.gz", tuple(pieces)), server.catalog, tmp_path)

    def stop(fraction, words):
        if words == "joining part 2 of 2":
            raise Cancelled

    with pytest.raises(Cancelled):
        download(wanted, agree, stop)
    assert n_bytes_begun(wanted.folder) == len(data)
    assert not list(wanted.folder.glob("*.joined"))
    server.requests.clear()
    assert download(wanted, agree).path.read_bytes() == data
    assert not server.requests


Usage = namedtuple("Usage", "total used free")


def test_a_full_disk_is_said_before_anything_is_written(server, tiny, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**9, 10**9, 5000))
    with pytest.raises(UserError, match=r"is full: .* more are needed, and 5 kB are free"):
        download(tiny, agree)
    assert n_bytes_begun(tiny.folder) == 0


def test_a_disk_that_fills_up_is_said_and_what_is_there_kept(server, tiny, monkeypatch):
    monkeypatch.setattr(transfer, "_BLOCK", 500)
    written = []
    real = type(tiny.folder).open

    class Full:
        def __init__(self, file):
            self.file = file

        def __enter__(self):
            return self

        def __exit__(self, *error):
            self.file.close()

        def write(self, data):
            if sum(written) >= 1000:
                raise OSError(errno.ENOSPC, "No space left on device")
            written.append(len(data))
            return self.file.write(data)

    def opened(path, mode="r", *args, **kwargs):
        file = real(path, mode, *args, **kwargs)
        return Full(file) if path.name.endswith(".part") and "a" in mode else file

    with monkeypatch.context() as patched:
        patched.setattr(type(tiny.folder), "open", opened)
        with pytest.raises(UserError, match="Make room and download it again"):
            download(tiny, agree)
    assert n_bytes_begun(tiny.folder) == sum(written) >= 1000
    assert download(tiny, agree).path.read_bytes() == whole(server)
    assert server.ranges()[-1] == f"bytes={sum(written)}-"


def test_a_second_download_of_the_same_file_is_refused_and_harms_nothing(server, tiny):
    tiny.folder.mkdir(parents=True)
    with (
        only_one(tiny.folder / LOCKED),
        pytest.raises(UserError, match="is being downloaded already"),
    ):
        download(tiny, agree)
    assert server.requests == []
    assert download(tiny, agree).path.read_bytes() == whole(server)


def test_a_kept_file_is_listed_and_removed_but_not_its_record(server, tiny, tmp_path):
    path = download(tiny, agree).path
    (kept,) = kept_files(tmp_path / "kept")
    assert (kept.path, kept.n_bytes, kept.record.name) == (path, len(whole(server)), "tiny")
    remove_kept(tiny.folder)
    assert not path.exists()
    assert kept_files(tmp_path / "kept") == []
    assert read_record(path).way_back.startswith("It was downloaded: get tiny again with File →")


# Redirections.


def test_a_redirection_to_another_host_is_asked_about(server, new_server, tiny):
    other = new_server()
    other.files["/x?key=SECRET"] = whole(server)
    server.redirects["/tiny/tiny.gz"] = f"{other.address}/x?key=SECRET"
    asked = []

    def only_first(sending):
        asked.append(sending)
        return sending.host == server.host

    with pytest.raises(NotAgreed) as raised:
        download(tiny, only_first)
    assert other.requests == []
    assert [sending.host for sending in asked] == [server.host, other.host]
    assert raised.value.sending.details[0] == f"{server.host} sends on to it."
    assert "SECRET" not in str(asked) + str(raised.value)
    assert download(tiny, agree).path.read_bytes() == whole(server)
    assert "SECRET" not in (tiny.folder / "tiny.gz.download.json").read_text()


def test_hosts_that_were_named_before_are_agreed_to_with_the_first(server, new_server, tiny):
    other = new_server()
    other.files["/x"] = whole(server)
    server.redirects["/tiny/tiny.gz"] = f"{other.address}/x"
    asked = []
    wanted = replace(tiny, storage_hosts=(other.host,))
    download(wanted, lambda sending: asked.append(sending) is None)
    (sending,) = asked
    assert any(other.host in line for line in sending.details)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("file:///etc/passwd", "not an address of http"),
        ("ftp://127.0.0.1/x", "not an address of http"),
        ("http://me:word@127.0.0.1/x", "a name or a password"),
        ("/tiny/tiny.gz", "without an end"),
    ],
)
def test_a_redirection_to_nowhere_good_is_refused(server, tiny, target, said):
    server.redirects["/tiny/tiny.gz"] = target
    with pytest.raises(UserError, match=said):
        download(tiny, agree)


@pytest.mark.parametrize(
    ("status", "said"),
    [(404, "nothing at"), (403, "without a login"), (429, "busy"), (503, "busy"), (418, "418")],
)
def test_what_a_server_refuses_is_said(server, tiny, status, said):
    server.statuses["/tiny/tiny.gz"] = status
    with pytest.raises(UserError, match=said):
        download(tiny, agree)


def test_a_server_that_is_not_there_is_said(tmp_path, new_server):
    gone = new_server()
    wanted = want_address(f"{gone.address}/a.vec", tmp_path)
    gone.server_close()
    with pytest.raises(UserError, match=r"does not accept a connection|failed|cut"):
        download(wanted, agree)


def test_a_server_that_falls_silent_is_given_up(server, tiny, monkeypatch):
    monkeypatch.setattr("embedviz.sources.catalog.connection.TIMEOUT", 0.2)
    server.cuts, server.holds = [0], threading.Event()
    with pytest.raises(UserError, match="was cut after 0 bytes"):
        download(tiny, agree)


# By address.


def test_a_file_by_its_address_is_called_as_the_server_says(server, tmp_path):
    server.files["/get?id=7"] = whole(server)
    tricks = 'attachment; filename="..\\\\..\\\\evil/../my words.vec.gz"'
    server.headers["/get?id=7"] = {"Content-Disposition": tricks}
    found = download(want_address(f"{server.address}/get?id=7", tmp_path), agree)
    assert found.path.name == "my words.vec.gz"
    assert found.path.is_relative_to(tmp_path)
    assert any(
        note.startswith(f"Downloaded from {server.address}/get on ")
        for note in load(found.path).notes
    )


def test_a_page_for_people_is_not_kept(server, tmp_path):
    server.files["/a.vec"] = b"<!doctype html><p>Log in"
    server.headers["/a.vec"] = {"Content-Type": "text/html; charset=utf-8"}
    with pytest.raises(UserError, match="is a web page, not a file of vectors"):
        download(want_address(f"{server.address}/a.vec", tmp_path), agree)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_file_of_ones_own_gets_nothing_beside_it(server, tiny, tmp_path):
    target = tmp_path / "mine" / "words.gz"
    found = download(tiny.at(target), agree)
    assert found.path == target
    assert [path.name for path in target.parent.iterdir()] == ["words.gz"]
    assert np.array_equal(load(target).vectors, load(download(tiny, agree).path).vectors)


def test_a_part_beside_a_file_of_ones_own_that_is_not_ours_is_not_touched(server, tiny, tmp_path):
    theirs = tmp_path / "own.gz.part"
    theirs.write_bytes(b"what a browser has so far")
    with pytest.raises(UserError, match=r"own\.gz\.part is there already"):
        download(tiny.at(tmp_path / "own.gz"), agree)
    assert theirs.read_bytes() == b"what a browser has so far"
    assert not server.requests


def test_a_pickle_that_was_downloaded_is_refused_when_it_is_opened(server, tmp_path):
    server.files["/m.bin"] = pickle.dumps({"a": np.eye(3)})
    found = download(want_address(f"{server.address}/m.bin", tmp_path), agree)
    with pytest.raises(UserError, match="pickle"):
        load(found.path)


def test_a_folder_that_cannot_be_made_is_said(server, tiny, tmp_path):
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(UserError, match="cannot be made"):
        download(replace(tiny, folder=tmp_path / "taken" / "x"), partial(agree))
