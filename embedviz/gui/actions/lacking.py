"""What actions need that may not be there, so that it can be said before they are tried."""

from __future__ import annotations

from embedviz.gui.host import Host

NEEDS_SET = frozenset(
    {
        "file.embed_column",
        "file.labels",
        "file.coordinates",
        "file.sprites",
        "file.images",
        "file.pairs",
        "file.column_pairs",
        "file.half_pairs",
        "file.dropout_views",
        "file.set_encoder",
        "file.save_set",
        "file.export_rows",
        "file.export_coordinates",
        "file.export_neighbors",
        "file.export_transform",
        "file.close",
        "edit.paste_query",
        "edit.load_query",
        "edit.select_all",
        "edit.select_view",
        "edit.invert",
        "edit.isolate",
        "edit.new_set",
        "view.fly",
    }
)
NEEDS_SELECTION = frozenset(
    {"file.export_rows", "edit.clear", "edit.isolate", "edit.new_set", "view.fly"}
)


def why_not(name: str, window: Host) -> str:
    """Return why an action cannot be done now; empty where it can, as far as is known.

    Parameters
    ----------
    name : str
        Of an action, or anything else, of which nothing is known.
    window : Host
    """
    session = window.session
    if name == "edit.undo" and not session.can_undo:
        return "Nothing was done yet"
    if name == "edit.redo" and not session.can_redo:
        return "Nothing was taken back"
    if name in NEEDS_SET and session.state.active is None:
        return "Nothing is open"
    if name in NEEDS_SELECTION and not len(session.state.selected):
        return "No row is selected"
    return ""
