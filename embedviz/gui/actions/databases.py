"""Action that opens a sample of a collection of a vector database."""

from __future__ import annotations

from embedviz.gui.databases.dialog import DatabaseDialog
from embedviz.gui.host import Host

TIP = "A sample of a collection in LanceDB, PostgreSQL, Milvus or Qdrant, which is only read"


def open_database(window: Host) -> None:
    """Show the dialog for databases; the one that is there stays, with its address."""
    dialog = window.widget.findChild(DatabaseDialog) or DatabaseDialog(
        window.widget,
        window.session.board,
        window.message_bar,
        window.opener.show,
        window.embeddings.consent.agreements,
    )
    dialog.present()
