"""Action that shows the catalog."""

from __future__ import annotations

from embedviz.gui.actions.action import Action
from embedviz.gui.catalog.dialog import CatalogDialog
from embedviz.gui.host import Host


def get_vectors(window: Host) -> None:
    """Show what can be downloaded; the dialog that is there stays, with what it does."""
    dialog = window.widget.findChild(CatalogDialog) or CatalogDialog(window)
    dialog.present()


GET_VECTORS = Action(
    "file.catalog",
    "File",
    "Get Vectors…",
    get_vectors,
    (),
    "From the public catalog of gensim-data, or a file by its address",
)
