"""Settings as at the first start; nothing else is touched."""

from dataclasses import replace

import pytest

from embedviz.__main__ import main
from embedviz.app.files import settings
from embedviz.app.files.paths import FOLDER_VARIABLE, data_folder
from embedviz.app.files.settings import Preferences, Recent, change_settings, read_settings


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "data"))
    return data_folder()


def test_settings_are_forgotten_and_files_are_kept(folder, tmp_path, capsys):
    mine = tmp_path / "mine.txt"
    mine.write_text("a 1 2\n")
    unsaved = folder / "autosave" / "unsaved.json"
    unsaved.parent.mkdir(parents=True)
    unsaved.write_text("{}")
    change_settings(
        lambda known: replace(known, theme="dark", scale=150).with_recent(Recent(str(mine)))
    )
    assert main(["--reset"]) == 0
    said = capsys.readouterr().out
    assert str(folder / "settings.json") in said
    for forgotten in ("the theme", "the size of everything", "recent files", "the last folder"):
        assert forgotten in said
    assert "how figures look" not in said  # It was as at the first start.
    assert read_settings() == Preferences()
    assert mine.is_file()
    assert unsaved.is_file()
    assert sorted(path.name for path in folder.iterdir()) == ["autosave"]


def test_without_settings_there_is_nothing_to_forget(folder, capsys):
    assert main(["--reset"]) == 0
    assert "No settings" in capsys.readouterr().out


def test_damaged_settings_go_too(folder, capsys):
    folder.mkdir()
    (folder / "settings.json").write_text("{")
    assert main(["--reset"]) == 0
    assert "Removed" in capsys.readouterr().out
    assert not (folder / "settings.json").exists()


def test_what_cannot_be_removed_is_said(folder, capsys, monkeypatch):
    def refuse(self, missing_ok=False):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(settings.Path, "unlink", refuse)
    assert main(["--reset"]) == 2
    assert "cannot be removed" in capsys.readouterr().err
