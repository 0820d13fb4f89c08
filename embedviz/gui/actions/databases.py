"""Actions that open samples of collections of vector databases."""

from __future__ import annotations

from embedviz.gui.databases.dialog import DatabaseDialog
from embedviz.gui.databases.resample import ResampleDialog
from embedviz.gui.host import Host
from embedviz.sources.databases.origin import CollectionOrigin

TIP = "A sample of a collection in LanceDB, PostgreSQL, Milvus or Qdrant, which is only read"
RESAMPLE_TIP = "Another number of rows, or another seed, of the collection that is shown"


def open_database(window: Host, place: str = "") -> None:
    """Show the dialog for databases; the one that is there stays, with its address.

    Parameters
    ----------
    window : Host
    place : str
        A folder or a file that is looked into at once; empty: none.
    """
    dialog = window.widget.findChild(DatabaseDialog) or DatabaseDialog(
        window.widget,
        window.session.board,
        window.message_bar,
        window.opener.show,
        window.embeddings.consent.agreements,
    )
    dialog.present()
    if place:
        dialog.look_into(place)


def resample(window: Host) -> None:
    """Ask for another sample of the collection that the shown set is from."""
    active = window.session.state.active
    root = None if active is None else active.root
    if root is None or not isinstance(root.origin, CollectionOrigin):
        window.message_bar.show_message(
            "What is shown is not a sample of a collection. File → Open Database… opens one."
        )
        return
    window.message_bar.clear()
    dialog = ResampleDialog(root, root.origin, window.widget)
    dialog.wanted.connect(lambda request: window.opener.open([request]))
    dialog.show()
