"""The pages below the lists of neighbors.

To add one: derive from `gui.pages.page.Page` in a file or folder of its own, with what can be set
in it as `Settings` beside it, and name both in `PAGES`. Its tab, its tasks, undo, what a session
keeps and the options of `embedviz figure matryoshka` follow from that.
"""

from embedviz.gui.pages.table import PageEntry, PageTable

PAGES = PageTable(
    __name__,
    {
        "curves": PageEntry("Curves", "curves.page.CurvesPage", "curves.settings.CurvesSettings"),
        "two-stage": PageEntry(
            "Two-stage search",
            "two_stage.page.TwoStagePage",
            "two_stage.settings.TwoStageSettings",
        ),
        "nested": PageEntry(
            "Make it nested", "nested.page.NestedPage", "nested.settings.NestedSettings"
        ),
    },
)
"""All of them by name, in the order of their tabs. The first is shown at first."""
