"""Action that shows the catalog."""

from __future__ import annotations

from embedviz.gui.catalog.dialog import CatalogDialog
from embedviz.gui.host import Host

TIP = "From the public catalog of gensim-data, or a file by its address"


def get_vectors(window: Host) -> None:
    """Show what can be downloaded; the dialog that is there stays, with what it does."""
    dialog = window.widget.findChild(CatalogDialog) or CatalogDialog(
        window.widget,
        window.session.board,
        window.message_bar,
        lambda path: window.open_paths([path], asks=True),
    )
    dialog.present()
