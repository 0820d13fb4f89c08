"""Tables of pages: names in order, and classes that are imported when they are asked for."""

import sys
from types import ModuleType

import pytest

from embedviz.core.settings import NoSettings, Settings
from embedviz.gui.pages.table import PageEntry, PageTable


@pytest.fixture
def table(monkeypatch):
    module = ModuleType("made_up.one")
    module.OnePage, module.OneSettings = type("OnePage", (), {}), type("One", (Settings,), {})
    monkeypatch.setitem(sys.modules, "made_up", ModuleType("made_up"))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    entries = {
        "one": PageEntry("The first", "one.OnePage", "one.OneSettings"),
        "two": PageEntry("The second", "absent.TwoPage"),
    }
    return PageTable("made_up.pages", entries)


def test_names_are_in_order(table):
    assert list(table) == ["one", "two"]
    assert table.first == "one"
    assert len(table) == 2
    assert table.choices == (("The first", "one"), ("The second", "two"))


def test_classes_are_below_the_folder_of_the_table(table):
    module = sys.modules["made_up.one"]
    assert table.page_class("one") is module.OnePage
    assert table.settings_class("one") is module.OneSettings
    assert table.settings_class("two") is NoSettings
    assert table.settings_classes == (module.OneSettings,)


def test_a_page_is_imported_only_when_it_is_asked_for(table):
    with pytest.raises(ModuleNotFoundError, match=r"made_up\.absent|made_up"):
        table.page_class("two")
