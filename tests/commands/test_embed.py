"""`embedviz embed`: from a table of texts to a file of vectors, or into the window."""

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from embedviz import __main__
from embedviz.__main__ import main
from embedviz.commands import consent
from embedviz.commands.consent import terminal_ask
from embedviz.core.derivation.named_encoder import NamedEncoder
from embedviz.core.texts.encoder_of import encoder_of
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.vector_set import VectorSet
from embedviz.formats import load, save
from embedviz.sources.consent import Sending

pytest.importorskip("wordllama", reason="wordllama is not installed")

CSV = "id,title,review\n1,A fine one,It plays a little music\n2,Not so good,Broke on day two\n"
REMOTE = Sending("api.example.com:443", "to embed them with m", 2, 40, ("Address x",))


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_text(CSV)
    return path


def test_a_column_is_written_as_vectors(table, tmp_path, capsys):
    out = tmp_path / "out.parquet"
    arguments = [str(table), "--column", "review", "--dimensions", "64", "-o", str(out)]
    assert main(["embed", *arguments, "--query-prompt", "find: "]) == 0
    said = capsys.readouterr().out
    assert f"2 × 64 written to {out}." in said
    assert "Embedded from column 'review' by WordLlama, 64 dimensions." in said
    found = load(out)
    assert found.labels == ("It plays a little music", "Broke on day two")
    assert found.metadata["title"].to_pylist() == ["A fine one", "Not so good"]
    assert encoder_of(found) == EncoderSettings(dimensions=64, query_prompt="find: ")


def test_rows_can_be_named_and_sampled(table, tmp_path, capsys):
    out = tmp_path / "out.vec"
    arguments = ["--column", "review", "--label-column", "title", "--sample", "1", "-o", str(out)]
    assert main(["embed", str(table), *arguments]) == 0
    assert len(load(out)) == 1
    assert "Not written, since .vec holds labels and vectors only" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-o", "x.parquet"], "several columns of texts. Choose one: --column on the command line"),
        (["--column", "no", "-o", "x.parquet"], "no column 'no'"),
        (["--column", "review"], "Name a file, as in -o vectors.parquet, or open them"),
        (["--column", "review", "-o", "x.pdf"], "x.pdf"),
        (["--column", "review", "-o", "reviews.csv"], "is read and would be replaced"),
        (
            ["--column", "review", "-o", "x.npy", "--encoder", "sentence-transformers"],
            "sentence-transformers",
        ),
    ],
)
def test_what_is_missing_is_told(table, arguments, words, capsys, monkeypatch):
    monkeypatch.chdir(table.parent)
    assert main(["embed", table.name, *arguments]) == 2
    assert words in capsys.readouterr().err
    assert sorted(path.name for path in table.parent.iterdir()) == ["reviews.csv"]
    assert table.read_text() == CSV


def test_from_a_table_to_a_map_in_one_command(table, monkeypatch, window, qtbot):
    opened = []
    monkeypatch.setattr("embedviz.commands.application.require_window", lambda: None)
    monkeypatch.setattr(__main__, "show_sets", lambda sets: opened.extend(sets) or 0)
    assert main(["embed", str(table), "--column", "review", "--open"]) == 0
    (made,) = opened
    window.opener.show(made)
    assert window.session.state.active is made
    assert made.vectors.shape == (2, 256)


def test_the_user_stops_it(table, tmp_path):
    rows = "".join(f"{i},title {i},some words of review number {i}\n" for i in range(300_000))
    table.write_text("id,title,review\n" + rows)
    out = tmp_path / "out.parquet"
    arguments = [str(table), "--column", "review", "-o", str(out)]
    process = subprocess.Popen(
        [sys.executable, "-c", _INTERRUPTED, "embed", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "stopped; out.parquet is not written" in said
    assert not out.exists()


_INTERRUPTED = (
    "import os, signal, sys\n"
    "from embedviz.__main__ import main\n"
    "from embedviz.sources.encoders import wordllama\n"
    "once = wordllama._batches\n"
    "def batches(texts):\n"
    "    for batch in once(texts):\n"
    "        yield batch\n"
    "        os.kill(os.getpid(), signal.SIGINT)\n"
    "wordllama._batches = batches\n"
    "sys.exit(main(sys.argv[1:]))\n"
)


def test_consent_is_given_beforehand_or_on_the_terminal(monkeypatch, capsys):
    assert terminal_ask(["api.example.com"])(REMOTE)
    assert terminal_ask(["api.example.com:443"])(REMOTE)
    assert terminal_ask()(Sending("localhost:1", "to embed", 1, 1, is_loopback=True))
    assert not terminal_ask(["example.com"])(REMOTE)  # Nobody is there.
    said = capsys.readouterr().err
    assert "Send 2 texts (40 characters) to api.example.com:443" in said
    assert "--send-to api.example.com" in said

    class Terminal:
        def __init__(self, line):
            self.line = line

        def isatty(self):
            return True

        def readline(self):
            return self.line

    monkeypatch.setattr(consent.sys.stderr, "isatty", lambda: True, raising=False)
    for line, answer in (("yes\n", True), ("y\n", True), ("\n", False), ("no\n", False)):
        monkeypatch.setattr(consent.sys, "stdin", Terminal(line))
        assert terminal_ask()(REMOTE) is answer
        said = capsys.readouterr()
        assert said.out == ""  # What is asked must be seen also where the output goes to a file.
        assert "to api.example.com:443" in said.err
        assert "[y/N]" in said.err


def test_this_machine_is_asked_about_where_its_address_was_not_typed(capsys):
    sending = Sending("127.0.0.1:80", "to download it", is_loopback=True)
    assert not terminal_ask(is_loopback_typed=False, option="")(sending)
    assert "Nobody can be asked here." in capsys.readouterr().err


def test_a_service_is_not_asked_without_consent(table, tmp_path, capsys, monkeypatch):
    pytest.importorskip("openai", reason="openai is not installed")
    monkeypatch.setattr(consent.sys, "stdin", open(os.devnull))  # noqa: SIM115 - closed below
    arguments = [str(table), "--column", "review", "-o", str(tmp_path / "x.parquet")]
    service = ["--encoder", "service", "--address", "https://api.example.com/v1", "--model", "m"]
    assert main(["embed", *arguments, *service]) == 2
    said = capsys.readouterr().err
    consent.sys.stdin.close()
    assert "Send 2 texts" in said
    assert "Nothing was sent to api.example.com" in said
    assert not (tmp_path / "x.parquet").exists()


def test_a_figure_asks_before_a_text_goes_where_a_file_says(tmp_path, capsys, monkeypatch):
    """Also on this machine, as nobody has typed that address."""
    pytest.importorskip("openai", reason="openai is not installed")
    monkeypatch.setattr(consent.sys, "stdin", io.StringIO())
    settings = EncoderSettings("service", "m", address="http://127.0.0.1:9/v1")
    mine = VectorSet(np.eye(4, dtype=np.float32), list("abcd"), name="mine")
    path = tmp_path / "mine.parquet"
    save(NamedEncoder(settings, 4, "m").derive(mine), path)
    picture = tmp_path / "map.png"
    assert main(["figure", "map", str(path), "--text", "a storm", "-o", str(picture)]) == 2
    said = capsys.readouterr().err
    assert "Send 1 text (7 characters) to 127.0.0.1:9 (this machine)" in said
    assert "Nobody can be asked here." in said
    assert not picture.exists()
