"""What is remembered from one start to the next."""

import json
from dataclasses import replace

import pytest

from embedviz.app.files.settings import (
    MOST_RECENT,
    Preferences,
    Recent,
    change_settings,
    read_settings,
    settings_path,
    titles_of,
)
from embedviz.app.files.settings_writer import SettingsWriter
from embedviz.core.errors import UserError
from embedviz.core.origin import ReadSettings


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDVIZ_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def test_what_is_remembered_comes_back():
    assert read_settings() == Preferences()
    change_settings(lambda settings: replace(settings, theme="dark"))
    change_settings(lambda settings: settings.with_recent(Recent("/a/b.txt", "/a/l.txt")))
    expected = Preferences((Recent("/a/b.txt", "/a/l.txt"),), "dark", "/a")
    assert read_settings() == expected
    how = ReadSettings(label_column="word", sample=5, seed=2, on_bad_rows="skip")
    change_settings(lambda settings: settings.with_recent(Recent("/a/b.txt", settings=how)))
    assert read_settings().recent == (Recent("/a/b.txt", settings=how),)
    change_settings(lambda settings: settings.with_recent(Recent("/a/b.txt", "/a/l.txt")))
    assert read_settings() == expected
    change_settings(Preferences.without_recent)
    assert read_settings() == Preferences((), "dark", "/a")


def test_the_latest_file_is_first_each_once_ten_at_most():
    settings = Preferences()
    for i in (*range(12), 5):
        settings = settings.with_recent(Recent(f"/a/{i}"))
    assert [each.path for each in settings.recent] == [
        f"/a/{i}" for i in (5, 11, 10, 9, 8, 7, 6, 4, 3, 2)
    ]
    assert len(settings.recent) == MOST_RECENT


def test_equal_names_are_told_apart_by_their_folders():
    files = (Recent("/a/x.txt"), Recent("/b/x.txt"), Recent("/b/y.txt"))
    assert titles_of(files) == ["x.txt — /a", "x.txt — /b", "y.txt"]


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"format": "embedviz settings", "version": 7}', '{"format": "other"}'],
)
def test_a_broken_file_is_as_none_and_is_replaced(content):
    settings_path().parent.mkdir(parents=True)
    settings_path().write_text(content)
    assert read_settings() == Preferences()
    change_settings(lambda settings: settings.with_recent(Recent("/a")))
    assert [each.path for each in read_settings().recent] == ["/a"]


def test_what_makes_no_sense_is_left_out():
    settings_path().parent.mkdir(parents=True)
    recent = [{"path": "/a"}, {"path": 3}, 7, {"path": ""}, {"path": "/b", "labels": []}, {}]
    recent[0]["settings"] = {"sample": -1, "seed": "x", "is_preview": True}
    document = {"format": "embedviz settings", "version": 1, "theme": 3, "folder": "/f"}
    settings_path().write_text(json.dumps({**document, "recent": recent}))
    assert read_settings() == Preferences((Recent("/a"),), None, "/f")
    settings_path().write_text(json.dumps({**document, "recent": 3}))
    assert read_settings().recent == ()


def test_no_folder_for_it_is_told(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EMBEDVIZ_DATA_DIR", str(tmp_path / "file" / "inside"))
    with pytest.raises(UserError, match="cannot be made"):
        change_settings(Preferences.without_recent)


def test_changes_are_made_one_after_the_other(qtbot, session):
    settings_writer = SettingsWriter(session)
    for i in range(5):
        settings_writer.change(lambda settings, i=i: settings.with_recent(Recent(f"/a/{i}")))
    qtbot.waitUntil(lambda: not settings_writer.is_busy)
    assert [each.path for each in read_settings().recent] == [f"/a/{i}" for i in (4, 3, 2, 1, 0)]


def test_changes_that_are_left_are_made_at_the_end(session):
    settings_writer = SettingsWriter(session)
    settings_writer.change(lambda settings: settings.with_recent(Recent("/first")))
    settings_writer.change(lambda settings: settings.with_recent(Recent("/last")))
    settings_writer.close()
    assert "/last" in [each.path for each in read_settings().recent]


def test_settings_that_cannot_be_written_disturb_nobody(qtbot, session, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EMBEDVIZ_DATA_DIR", str(tmp_path / "file"))
    remembering = SettingsWriter(session)
    remembering.change(Preferences.without_recent)
    qtbot.waitUntil(lambda: not remembering.is_busy)
    remembering.close()
