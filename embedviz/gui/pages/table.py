"""Tables of the pages of a pane: a line each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, NamedTuple

from embedviz.core.settings import NoSettings, Settings


class PageEntry(NamedTuple):
    """Where a page is. It is imported when it is first to be seen; its settings are light."""

    title: str
    """The text of its tab."""
    page: str
    """Module below the folder of the pane, and class: "curves.page.CurvesPage"."""
    settings: str = ""
    """Module and class of what can be set in it; "" where nothing can."""


class PageTable(Mapping[str, PageEntry]):
    """The pages of a pane by name, in the order of their tabs. The first is shown at first.

    Parameters
    ----------
    module : str
        Name of the module that holds the table, in the folder of the pane.
    entries : mapping of str to PageEntry
    """

    def __init__(self, module: str, entries: Mapping[str, PageEntry]) -> None:
        self._folder = module.rpartition(".")[0]
        self._entries = dict(entries)

    def __getitem__(self, name: str) -> PageEntry:
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def first(self) -> str:
        """Name of the page that is shown at first."""
        return next(iter(self._entries))

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """Title and name of each page, as a field of settings takes them."""
        return tuple((each.title, name) for name, each in self._entries.items())

    def wanted_by(self, settings: Settings) -> str:
        """Return the name of the page that the settings of a pane choose."""
        wanted = getattr(settings, "page", "")
        return wanted if wanted in self else self.first

    def page_class(self, name: str) -> Any:
        """Return a page: a class that derives from `gui.pages.page.Page`."""
        return self._class_at(self[name].page)

    def settings_class(self, name: str) -> type[Settings]:
        """Return what can be set in a page alone."""
        path = self[name].settings
        found: type[Settings] = self._class_at(path) if path else NoSettings
        return found

    @property
    def settings_classes(self) -> tuple[type[Settings], ...]:
        """What can be set in the pages, a class each."""
        return tuple(self.settings_class(name) for name in self if self[name].settings)

    def _class_at(self, path: str) -> Any:
        module, _, name = path.rpartition(".")
        return getattr(import_module(f"{self._folder}.{module}"), name)
