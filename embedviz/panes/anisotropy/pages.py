"""The pages below the two views.

To add one: derive from `gui.pages.page.Page` in a file or folder of its own, with what can be set
in it as `Settings` beside it (named `anisotropy.` and the page), and name both in `PAGES`. Its tab,
its tasks, undo, what a session keeps and the options of `embedviz figure anisotropy` follow. What
a page draws from is told at `pane.AnisotropyPane`.
"""

from embedviz.gui.pages.table import PageEntry, PageTable

PAGES = PageTable(
    __name__,
    {
        "angles": PageEntry("Angles", "angles.page.AnglesPage"),
    },
)
"""All of them by name, in the order of their tabs. The first is shown at first."""
