"""`embedviz get`, against a catalog on loopback."""

import gzip
import io
import subprocess
import sys
import threading

import pytest

from embedviz.__main__ import main
from embedviz.sources.catalog import downloads_folder

CANARY = "CANARY"


@pytest.fixture
def catalog(server, monkeypatch, tmp_path):
    """Return the server of the catalog in use; downloads go to an empty folder."""
    monkeypatch.setenv("EMBEDVIZ_CATALOG", server.address)
    monkeypatch.setenv("EMBEDVIZ_CACHE_DIR", str(tmp_path / "cache"))
    return server


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_the_list_is_printed(catalog, capsys):
    assert main(["get", "--list", "--yes"]) == 0
    said = capsys.readouterr()
    first, second = said.out.splitlines()
    assert first.split() == ["NAME", "ROWS", "DIMENSIONS", "SIZE", "LICENSE"]
    assert second.split()[:3] == ["tiny", "300", "8"]
    assert f"Connect to {catalog.host} (this machine) to fetch the list" in said.err


def test_a_name_is_downloaded_once_and_its_place_printed(catalog, capsys):
    assert main(["get", "tiny", "--yes"]) == 0
    said = capsys.readouterr()
    path = downloads_folder() / "catalog" / "tiny" / "tiny.gz"
    assert said.out == f"{path}\n"
    assert "License: http://opendatacommons.org" in said.err
    n_requests = len(catalog.requests)
    assert main(["get", "tiny"]) == 0
    assert capsys.readouterr().out == f"{path}\n"
    assert len(catalog.requests) == n_requests


def test_a_file_of_ones_own_is_written_and_never_replaced(catalog, capsys, tmp_path):
    target = tmp_path / "words.gz"
    assert main(["get", "tiny", "-o", str(target), "--yes"]) == 0
    assert gzip.decompress(target.read_bytes()).startswith(b"300 8\n")
    assert main(["get", "tiny", "-o", str(target), "--yes"]) == 2
    assert "is there already" in capsys.readouterr().err


def test_without_consent_nothing_is_connected_to(catalog, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert main(["get", "tiny"]) == 2
    said = capsys.readouterr().err
    assert "Nobody can be asked here; --yes agrees." in said
    assert "Nothing was sent" in said
    assert catalog.requests == []


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("yes\n", 0), ("\n", 2), ("no\n", 2)])
def test_a_terminal_is_asked(catalog, capsys, monkeypatch, answer, code):
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert main(["get", "--list"]) == code
    assert "[y/N]" in capsys.readouterr().err


def test_an_address_is_downloaded_and_its_query_never_shown(catalog, capsys):
    catalog.files[f"/a.vec?key={CANARY}"] = b"2 2\na 1 2\nb 3 4\n"
    assert main(["get", f"{catalog.address}/a.vec?key={CANARY}", "--yes"]) == 0
    said = capsys.readouterr()
    assert said.out.endswith("a.vec\n")
    assert CANARY not in said.out + said.err


def test_what_cannot_be_had_is_said(catalog, capsys):
    assert main(["get", "tinny", "--yes"]) == 2
    assert "nothing of the name tinny" in capsys.readouterr().err
    assert main(["get", f"http://me:{CANARY}@127.0.0.1/x"]) == 2
    assert CANARY not in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["get"])


def test_a_stopped_download_says_that_it_goes_on(catalog, capsys, monkeypatch):
    def stop(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("embedviz.sources.catalog.transfer.Transfer.run", stop)
    assert main(["get", "tiny", "--yes"]) == 130
    assert "goes on from there" in capsys.readouterr().err


def test_a_killed_download_harms_nothing_and_the_next_goes_on(catalog, capsys):
    assert main(["get", "--list", "--yes"]) == 0
    catalog.requests.clear()
    catalog.has_sent.clear()
    catalog.cuts, catalog.holds = [4000], threading.Event()
    command = [sys.executable, "-m", "embedviz", "get", "tiny", "--yes"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as child:
        assert catalog.has_sent.wait(timeout=120)
        assert main(["get", "tiny", "--yes"]) == 2  # Another one is at it.
        assert "is being downloaded already" in capsys.readouterr().err
        child.kill()
    catalog.holds.set()
    assert main(["get", "tiny", "--yes"]) == 0
    path = downloads_folder() / "catalog" / "tiny" / "tiny.gz"
    assert path.read_bytes() == catalog.files["/tiny/tiny.gz"]
    assert len(catalog.requests) == 2
