"""Databases on the command line."""

import json

import pytest

from embedviz.__main__ import main
from tests.sources.databases.memory_engine import CONNECTED, registered
from tests.sources.databases.test_opening import folder  # noqa: F401


@pytest.fixture
def memory(monkeypatch):
    return registered(monkeypatch)


def test_info_says_what_is_in_a_folder(folder, capsys):  # noqa: F811
    assert main(["info", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "LanceDB, 1 collection" in said
    assert "texts: 300 rows" in said
    assert "vector: vector of 8 × float32, no index" in said


def test_info_connects_to_a_server_after_the_answer_alone(memory, capsys):
    assert main(["info", "memory://db"]) == 2
    assert "Nobody can be asked here; --yes agrees" in capsys.readouterr().err
    assert CONNECTED == []
    assert main(["info", "memory://db", "--yes", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["collections"][0]["name"] == "things"


def test_a_password_in_an_address_is_refused(memory, capsys):
    assert main(["info", "memory://me:s3cret@db", "--yes"]) == 2
    said = capsys.readouterr().err
    assert "--password-from" in said
    assert "s3cret" not in said


def test_a_figure_of_a_sample_says_so(folder, tmp_path, capsys):  # noqa: F811
    out = tmp_path / "it.svg"
    options = ["--collection", "texts", "--sample", "50", "--seed", "3"]
    assert main(["figure", "map", str(folder), *options, "-o", str(out)]) == 0
    assert "50 of 300 rows" in out.read_text("utf-8")
