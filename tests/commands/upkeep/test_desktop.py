"""embedviz in the menus of a desktop."""

import configparser
import shlex
import sys

import pytest
from PySide6.QtGui import QIcon

from embedviz.__main__ import main
from embedviz.commands.upkeep import desktop as module
from embedviz.commands.upkeep.desktop import entry_for, quoted
from embedviz.core.samples import resource_path


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.setattr(module.sys, "platform", "linux")
    return tmp_path / "share"


def read(text):
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read_string(text)
    return parser["Desktop Entry"]


def test_the_entry_starts_this_program_and_goes_again(home, tmp_path, monkeypatch, capsys):
    program = tmp_path / "a place" / "embedviz"
    program.parent.mkdir()
    program.touch()
    monkeypatch.setattr(sys, "argv", [str(program)])
    assert main(["desktop"]) == 0
    written = [line.split(": ", 1)[1] for line in capsys.readouterr().out.splitlines()]
    entry, icon = home / "applications/embedviz.desktop", home / module._ICON
    assert written == [str(entry), str(icon)]
    assert shlex.split(read(entry.read_text("utf-8"))["Exec"]) == [str(program), "%F"]
    assert icon.read_bytes() == resource_path("icons/embedviz.svg").read_bytes()
    assert main(["desktop", "--remove"]) == 0
    assert not entry.exists()
    assert not icon.exists()
    assert main(["desktop", "--remove"]) == 0
    assert "Not there" in capsys.readouterr().out


def test_without_a_program_python_starts_it(home, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["-c"])
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    assert main(["desktop"]) == 0
    line = read((home / "applications/embedviz.desktop").read_text("utf-8"))["Exec"]
    assert shlex.split(line)[-3:] == ["-m", "embedviz", "%F"]


def test_the_entry_has_what_desktops_ask_for():
    entry = read(entry_for("embedviz"))
    assert entry["Type"] == "Application"
    assert entry["Icon"] == "embedviz"
    assert entry["Exec"] == "embedviz %F"
    for several in ("Categories", "Keywords"):
        assert entry[several].endswith(";")
    assert entry["Terminal"] == "false"


@pytest.mark.parametrize(
    ("argument", "wanted"),
    [
        ("/usr/bin/embedviz", "/usr/bin/embedviz"),
        ("/a b/c", '"/a b/c"'),
        ("/100%/c", "/100%%/c"),
        ('/a"b', '"/a\\\\"b"'),
    ],
)
def test_paths_are_quoted_as_entries_want_it(argument, wanted):
    assert quoted(argument) == wanted


def test_elsewhere_it_is_said(home, monkeypatch, capsys):
    monkeypatch.setattr(module.sys, "platform", "win32")
    assert main(["desktop"]) == 2
    assert "by hand" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_said(home, capsys):
    home.write_text("a file")
    assert main(["desktop"]) == 2
    assert str(home) in capsys.readouterr().err


def test_the_icon_can_be_drawn(qapp):
    picture = QIcon(str(resource_path("icons/embedviz.svg"))).pixmap(64, 64).toImage()
    assert picture.pixelColor(32, 4).alpha() == 255
    assert picture.pixelColor(0, 0).alpha() == 0
    colors = {picture.pixelColor(x, y).name() for x in range(64) for y in range(64)}
    assert "#e69f00" in colors


def test_the_window_has_it(qapp):
    from embedviz.commands.application import make_application

    application = make_application()
    assert not application.windowIcon().isNull()
    assert application.desktopFileName() == "embedviz"
