"""The pages below the lists of neighbors.

To add one: derive from `page.Page` in a file or folder of its own, with what can be set in it as
`Settings` beside it, and name both in `PAGES`. Its tab, its tasks, undo, what a session keeps and
the options of `embedviz figure matryoshka` follow from that.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

from embedviz.core.settings import NoSettings, Settings


class PageEntry(NamedTuple):
    """Where a page is. It is imported when it is first to be seen; its settings are light."""

    title: str
    """The text of its tab."""
    page: str
    """Module below this folder, and class: "curves.page.CurvesPage"."""
    settings: str = ""
    """Module and class of what can be set in it; "" where nothing can."""

    @property
    def page_class(self) -> Any:
        """The page: a class that derives from `page.Page`."""
        return _class_at(self.page)

    @property
    def settings_class(self) -> type[Settings]:
        """What can be set in the page alone."""
        found: type[Settings] = _class_at(self.settings) if self.settings else NoSettings
        return found


PAGES = {
    "curves": PageEntry("Curves", "curves.page.CurvesPage", "curves.settings.CurvesSettings"),
    "two-stage": PageEntry(
        "Two-stage search", "two_stage.page.TwoStagePage", "two_stage.settings.TwoStageSettings"
    ),
    "nested": PageEntry(
        "Make it nested", "nested.page.NestedPage", "nested.settings.NestedSettings"
    ),
}
"""All of them by name, in the order of their tabs. The first is shown at first."""


def settings_of_pages() -> tuple[type[Settings], ...]:
    """Return what can be set in the pages, a class each."""
    return tuple(each.settings_class for each in PAGES.values() if each.settings)


def _class_at(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(import_module(f"{__name__.rpartition('.')[0]}.{module}"), name)
